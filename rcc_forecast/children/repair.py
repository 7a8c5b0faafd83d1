"""Faults between a child's episodes, each repaired by one rule and told."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.children.rows import OPEN, FiledRows, dates_of, told, told_by_file
from rcc_forecast.codes import ADULT_AGE
from rcc_forecast.geography import REORGANISATIONS
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import birthday

BEGINS_LATER = "begins-after-as-of"
"""Rule of episodes that are sound, and lie beyond the day that was asked for."""


def within_time(
    spells: pd.DataFrame, rows: FiledRows, *, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, Findings]:
    """Leave out what begins after the last day known, and reopen what ends after it."""
    last_day = np.datetime64(as_of, "D").astype(np.int64)
    to_come = spells["start"] > last_day
    ends_later = ~to_come & (spells["end"] != OPEN) & (spells["end"] > last_day)
    findings = [
        told(
            rows,
            spells[to_come],
            BEGINS_LATER,
            # Nothing is wrong with the row: it lies beyond the day that was asked for.
            Severity.NOTED,
            found="an episode that begins after the last day of the returns",
            done="left out of every count up to that day",
        ),
        told_by_file(
            rows,
            spells[ends_later],
            "ends-after-as-of",
            Severity.NOTED,
            found="episodes that end after the last day of the returns",
            done="counted as open",
        ),
    ]
    kept = spells.assign(end=spells["end"].mask(ends_later, OPEN))[~to_come]
    return kept.reset_index(drop=True), Findings.joined(findings)


def with_length(spells: pd.DataFrame, rows: FiledRows) -> tuple[pd.DataFrame, Findings]:
    """Drop episodes that end before they begin, and same-day ones of children with others."""
    backward = spells["end"] < spells["start"]
    same_day = spells["end"] == spells["start"]
    lasting = ~backward & ~same_day
    has_others = lasting.groupby(spells["child"]).transform("any")
    dropped = same_day & has_others
    findings = [
        told(
            rows,
            spells[backward],
            "ends-before-it-begins",
            Severity.REFUSED,
            found="DEC is before DECOM",
            done="left out",
        ),
        told(
            rows,
            spells[dropped],
            "same-day-episode",
            Severity.REFUSED,
            found="DEC is DECOM (rule 355)",
            done="left out; the child's other episodes count",
        ),
        told(
            rows,
            spells[same_day & ~has_others],
            "same-day-care",
            Severity.NOTED,
            found="DEC is DECOM (rule 355), and the child has nothing longer",
            done="kept: an entry and an exit, at no month's end in care",
        ),
    ]
    return spells[~backward & ~dropped].reset_index(drop=True), Findings.joined(findings)


def one_end_each(spells: pd.DataFrame, rows: FiledRows) -> tuple[pd.DataFrame, Findings]:
    """Of a child's episodes with the same end keep the longest."""
    by_start = spells.sort_values(["child", "start"], kind="stable")
    ended = by_start["end"] != OPEN
    repeats = by_start.duplicated(["child", "end"]) & ended
    finding = told(
        rows,
        by_start[repeats],
        "same-end-twice",
        Severity.REFUSED,
        found="two episodes of a child have the same DEC",
        done="the longer is kept",
    )
    return by_start[~repeats].reset_index(drop=True), finding


def without_overlaps(spells: pd.DataFrame, rows: FiledRows) -> tuple[pd.DataFrame, Findings]:
    """End every episode at the child's next DECOM at the latest, be it of a short break."""
    by_start = spells.sort_values(["child", "start"], kind="stable", ignore_index=True)
    following = by_start.groupby("child", sort=False)["start"].shift(-1, fill_value=OPEN)
    overlaps = by_start["end"] > following
    left_open = overlaps & (by_start["end"] == OPEN)
    findings = [
        told(
            rows,
            by_start[left_open],
            "open-episode-followed",
            Severity.REPAIRED,
            found="an open episode is followed by another of the child (rule 142)",
            done="ended at the next DECOM",
        ),
        told(
            rows,
            by_start[overlaps & ~left_open],
            "episodes-overlap",
            Severity.REPAIRED,
            found="an episode ends after the child's next one begins",
            done="ended at the next DECOM",
        ),
    ]
    return by_start.assign(end=np.minimum(by_start["end"], following)), Findings.joined(findings)


def until_reorganised(
    spells: pd.DataFrame, rows: FiledRows, filed: pd.DataFrame
) -> tuple[pd.DataFrame, Findings]:
    """End the series of an authority that was split or merged on its last day.

    A pure change of code was joined before. An authority that goes on filing
    under its old code goes on.
    """
    ends = spells["end"].to_numpy().copy()
    found = []
    for change in REORGANISATIONS:
        if change.kind == "recode" or change.predecessor not in rows.authorities:
            continue
        authority = rows.authorities.index(change.predecessor)
        years = filed.loc[filed["authority"] == authority, "year"]
        since = np.datetime64(change.since, "D").astype(np.int64)
        if len(years) and years.max() > change.since.year:
            continue
        carried = (spells["authority"] == authority).to_numpy() & (ends > since)
        ends[carried] = np.maximum(since, spells["start"].to_numpy()[carried])
        found.append(
            Findings.one(
                "authority-reorganised",
                Severity.NOTED,
                found=f"{change.predecessor_name} ({change.predecessor}) became "
                f"{' and '.join(change.successors)} on {change.since.date().isoformat()}",
                done="its series ends there; the new authorities' series stand apart",
                table="episodes",
                rows=int(carried.sum()),
            )
        )
    return spells.assign(end=ends), Findings.joined(found)


def adults_told(
    spells: pd.DataFrame, rows: FiledRows, born: pd.Series[pd.Timestamp], *, as_of: pd.Timestamp
) -> Findings:
    """Tell of episodes that run past the 18th birthday or begin after it."""
    days = born.to_numpy().astype("datetime64[D]")[spells["child"].to_numpy()]
    adult = birthday(days, age=ADULT_AGE).astype(np.int64)
    last_day = np.datetime64(as_of, "D").astype(np.int64)
    past = (np.minimum(spells["end"], last_day + 1) > adult) & ~spells["respite"]
    return told(
        rows,
        spells[past],
        "aged-18-or-over",
        Severity.NOTED,
        found="an episode that goes on after the 18th birthday, or begins after it",
        done="counted to the birthday only",
    )


def filed_dates(spells: pd.DataFrame) -> pd.DataFrame:
    """Give starts and ends of spells as dates, ``decom`` and ``dec``."""
    return pd.DataFrame(
        {
            "decom": dates_of(spells["start"].to_numpy()),
            "dec": dates_of(spells["end"].to_numpy()),
        }
    )
