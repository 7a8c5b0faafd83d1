"""Every state of a milestone is kept, so that a published table can be made again.

A file of JSON lines beside the milestones, which only grows: each line holds one
state and the hash of the line before it, as the log of specifications does. Who
overwrites a row in the milestones leaves its earlier state here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.evaluation.following.milestones_given import KEY
from rcc_forecast.evaluation.protocol import Log, append_entry
from rcc_forecast.evaluation.spec import hash_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.following import MILESTONE_STATES, MILESTONES_GIVEN

_START = "0" * 64
_DAYS = ("due", "done", "checked_on")


def history_path(path: Path) -> Path:
    """Give the file that keeps the states of the milestones of `path`."""
    return path.with_name(f"{path.stem}.history.jsonl")


def entries_for(history: Log, given: pd.DataFrame, *, today: pd.Timestamp) -> list[dict[str, Any]]:
    """Make the lines for states that the history does not end with.

    Parameters
    ----------
    history : Log
        As `rcc_forecast.evaluation.protocol.read_log` gives it.
    given : DataFrame
        A `MILESTONES_GIVEN` table.
    today : Timestamp
        Day on which they are put on record.

    Returns
    -------
    list of dict
        To be appended in order; empty where nothing is new.
    """
    latest = {_slot(entry["state"]): entry["state"] for entry in history.entries}
    previous = history.entries[-1]["sha256"] if history.entries else _START
    number, lines = len(history.entries), []
    for state in _plain_rows(given):
        if latest.get(_slot(state)) == state:
            continue
        number += 1
        entry = {
            "entry": number,
            "recorded_on": today.strftime("%Y-%m-%d"),
            "state": state,
            "previous": previous,
        }
        previous = hash_of(entry)
        lines.append({**entry, "sha256": previous})
    return lines


def append_entries(path: Path, entries: list[dict[str, Any]]) -> None:
    """Put lines at the end of a history; what is there is never written again."""
    for entry in entries:
        append_entry(path, entry)


def states_of(history: Log) -> pd.DataFrame:
    """Give every state on record, oldest record first.

    Returns
    -------
    DataFrame
        Columns of `MILESTONES_GIVEN`, then ``recorded_on``; days as datetime64.
    """
    names = [*MILESTONES_GIVEN.names, "recorded_on"]
    rows = [{**entry["state"], "recorded_on": entry["recorded_on"]} for entry in history.entries]
    frame = pd.DataFrame(rows, columns=names).fillna("").astype("str")
    days = {
        name: pd.to_datetime(frame[name].replace("", None), format="%Y-%m-%d")
        for name in (*_DAYS, "recorded_on")
    }
    return frame.assign(**days)


def states_as_at(states: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Give the states that count on a day, each milestone's in order, and which is current.

    Parameters
    ----------
    states : DataFrame
        As `states_of` gives them.
    on : Timestamp
        States checked later count nowhere. A state that nobody checked counts
        until the first check.

    Returns
    -------
    DataFrame
        A `MILESTONE_STATES` table, by milestone and then by day of check; the last
        record of a day stands for it.
    """
    known = states[~(states["checked_on"] > on)]
    known = known.drop_duplicates([*KEY, "checked_on"], keep="last")
    ordered = known.sort_values("checked_on", kind="stable", na_position="first")
    ordered = ordered.sort_values(list(KEY), kind="stable", ignore_index=True)
    current = ~ordered.duplicated(list(KEY), keep="last")
    return MILESTONE_STATES.check(ordered.assign(is_current=current.astype("int64")))


def vanished(states: pd.DataFrame, given: pd.DataFrame) -> Findings:
    """Tell of milestones on record that the file no longer has; they stay in the table."""
    on_record = set(states[list(KEY)].itertuples(index=False, name=None))
    gone = len(on_record - set(given[list(KEY)].itertuples(index=False, name=None)))
    if not gone:
        return Findings.none()
    return Findings.one(
        "milestone-no-longer-given",
        Severity.NOTED,
        found=f"{gone:,} milestones are on record and no longer in the file",
        done="they stay in the table as last checked",
        table="milestones_given",
        column="milestone",
    )


def recorded_later(states: pd.DataFrame, on: pd.Timestamp) -> Findings:
    """Tell of states that count on a day and were put on record after it.

    A table that was published on the day did not have them.
    """
    later = states[(states["checked_on"] <= on) & (states["recorded_on"] > on)]
    if later.empty:
        return Findings.none()
    return Findings.one(
        "milestone-recorded-later",
        Severity.NOTED,
        found=f"{len(later):,} states were checked by the day and put on record after it",
        done="they count; a table published on the day did not have them",
        table="milestones_given",
        column="checked_on",
    )


def _slot(state: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(state[name]) for name in (*KEY, "checked_on"))


def _plain_rows(given: pd.DataFrame) -> list[dict[str, str]]:
    """Write every row as text, days in ISO form, blank where there is nothing."""
    days = {name: given[name].dt.strftime("%Y-%m-%d").fillna("") for name in _DAYS}
    text = given.assign(**days)[MILESTONES_GIVEN.names].fillna("").astype("str")
    return [{str(name): value for name, value in row.items()} for row in text.to_dict("records")]
