"""Filed returns in, journeys out: the order of the rules, one line each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rcc_forecast.children.known import known_on
from rcc_forecast.children.people import children_of
from rcc_forecast.children.placements import placements_of
from rcc_forecast.children.repair import (
    adults_told,
    filed_dates,
    one_end_each,
    until_reorganised,
    with_length,
    within_time,
    without_overlaps,
)
from rcc_forecast.children.rows import (
    FiledRows,
    IntArray,
    dates_of,
    filed_rows,
    return_end,
    told,
    up_to_date,
)
from rcc_forecast.children.stitch import NEVER, follow_open_rows, newest_filings
from rcc_forecast.codes import placement_type_of
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.journeys import CHILDREN, LINKED_EPISODES

_FEWEST_DATES = 60
_SILENT_DAYS = 45
_DAYS_TO_SPARE = 10
"""A return with this many dates and none in its last weeks is taken for part of a year: at
60 dates a year, 45 days without one would be a chance of about 1 in 1,600. A month
whose last ten days have no date is not taken for whole."""


def link_episodes(returns: FiledReturns, *, as_of: pd.Timestamp | None = None) -> Journeys:
    """Follow every child through years of returns.

    Parameters
    ----------
    returns : FiledReturns
        Usable rows as filed; an authority's code is brought up to date here.
    as_of : Timestamp, optional
        Last day that may be seen; 31 March of the newest return when absent.

    Returns
    -------
    Journeys
        Episodes that do not overlap, children, placements, and what was found.

    Raises
    ------
    NothingUsableError
        No episode has a child with a date of birth.

    Notes
    -----
    In order: the newest filing of a child and start counts; nothing after
    `as_of`; same-day episodes go; of two with one end the longer stays; open
    rows that the next return lacks end on its 31 March; what remains ends at
    the child's next start at the latest; split or merged authorities end when
    they ended. Short breaks (V3, V4) are repaired like other rows, then kept apart
    as ``respite``. DfE, *Guide to the
    SSDA903 collection*; README, "From returns to journeys".
    """
    if as_of is not None:
        returns = known_on(returns, as_of)
    followed = _follow(returns, as_of=as_of)
    if followed is None or followed.spells.empty:
        raise NothingUsableError(wanted="Journeys", reason="no episode can be used.")
    rows, children, last_day = followed.rows, followed.children, followed.last_day
    episodes = _linked(followed.spells, rows, children)
    filed, partial = _held_to(followed.filed, rows, as_of=last_day)
    return Journeys(
        episodes=episodes,
        children=CHILDREN.check(children[children["dob"].notna()].reset_index(drop=True)),
        placements=placements_of(episodes),
        filed=filed,
        as_of=last_day,
        findings=followed.findings + partial,
        data_hash=returns.data_hash,
    )


def link_findings(returns: FiledReturns) -> Findings:
    """Give what following the children finds, even where no episode is left to count.

    Parameters
    ----------
    returns : FiledReturns
        Usable rows as filed.
    """
    followed = _follow(returns, as_of=None)
    if followed is None:
        return Findings.none()
    _, partial = _held_to(followed.filed, followed.rows, as_of=followed.last_day)
    return followed.findings + partial


@dataclass(frozen=True, slots=True)
class _Followed:
    """Episodes after every rule, before they are written out as a table."""

    rows: FiledRows
    spells: pd.DataFrame
    children: pd.DataFrame
    filed: pd.DataFrame
    last_day: pd.Timestamp
    findings: Findings


def _follow(returns: FiledReturns, *, as_of: pd.Timestamp | None) -> _Followed | None:
    """Apply every rule in its order; None where there is no episode at all."""
    if returns.tables.get("episodes") is None or returns.tables["episodes"].empty:
        return None
    rows = filed_rows(returns)
    filed = _returns_filed(returns, rows)
    last_day = as_of or pd.Timestamp(int(filed["year"].max()), 3, 31)
    children, about_children = children_of(returns, rows)

    spells, again = newest_filings(rows)
    spells, ageless = _with_birth_date(spells, rows, children)
    spells, timing = within_time(spells, rows, as_of=last_day)
    spells, length = with_length(spells, rows)
    spells, ends = one_end_each(spells, rows)
    spells, followed = follow_open_rows(spells, rows, filed)
    spells, overlaps = without_overlaps(spells, rows)
    spells, reorganised = until_reorganised(spells, rows, filed)
    adults = adults_told(spells, rows, children["dob"], as_of=last_day)
    steps = [about_children, again, ageless, timing, length, ends, followed, overlaps]
    findings = Findings.joined([*steps, reorganised, adults])
    return _Followed(rows, spells, children, filed, last_day, findings)


def _returns_filed(returns: FiledReturns, rows: FiledRows) -> pd.DataFrame:
    """List every return that has episodes, even if none could be used."""
    listed = returns.filed
    listed = listed[(listed["table"] == "episodes") & (listed["rows_filed"] > 0)]
    codes = pd.Index(rows.authorities)
    said = pd.DataFrame(
        {
            "authority": codes.get_indexer(pd.Index(up_to_date(listed["local_authority"]))),
            "year": listed["year"].to_numpy(np.int64),
        }
    )
    used = rows.spells[["authority", "year"]]
    both = pd.concat([said[said["authority"] >= 0], used])
    return both.drop_duplicates().sort_values(["authority", "year"], ignore_index=True)


def _held_to(
    filed: pd.DataFrame, rows: FiledRows, *, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, Findings]:
    """Give the last day that each return knows, and tell of returns of part of a year."""
    end = return_end(filed["year"].to_numpy())
    spells = rows.spells
    starts = spells[["authority", "year"]].assign(day=spells["start"])
    ends = spells[["authority", "year"]].assign(day=spells["end"])
    dates = pd.concat([starts, ends])
    limit = return_end(dates["year"].to_numpy())
    dates = dates[(dates["day"] <= limit) & (dates["day"] > limit - 365)]
    seen = dates.groupby(["authority", "year"])["day"].agg(["size", "max"])
    seen = seen.reindex(pd.MultiIndex.from_frame(filed[["authority", "year"]]))
    newest = ~filed["authority"].duplicated(keep="last").to_numpy()
    stops_early = (
        newest
        & (seen["size"].to_numpy() >= _FEWEST_DATES)
        & (seen["max"].to_numpy() < end - _SILENT_DAYS)
    )
    last_date = seen["max"].fillna(0).to_numpy(np.int64)
    known_to = np.where(stops_early, _last_whole_month(last_date), end)
    known_to = np.minimum(known_to, np.datetime64(as_of, "D").astype(np.int64))
    codes = np.asarray(rows.authorities)[filed["authority"].to_numpy()]
    table = pd.DataFrame(
        {"local_authority": codes, "year": filed["year"], "held_to": dates_of(known_to)}
    )
    part = table[stops_early & (known_to < end)]
    findings = Findings.joined(
        Findings.one(
            "return-of-part-of-a-year",
            Severity.NOTED,
            found=f"the {year} return of {code} has no date after {day.date().isoformat()}",
            done="used as far as it goes: months after that day are not known",
            table="episodes",
        )
        for code, year, day in zip(
            part["local_authority"], part["year"], part["held_to"], strict=True
        )
    )
    return table, findings


def _last_whole_month(days: IntArray) -> IntArray:
    """Give the end of the month of a return's last date, or of the month before it."""
    month = (days.astype("datetime64[D]") + _DAYS_TO_SPARE).astype("datetime64[M]")
    return np.asarray(month.astype("datetime64[D]").astype(np.int64) - 1)


def _with_birth_date(
    spells: pd.DataFrame, rows: FiledRows, children: pd.DataFrame
) -> tuple[pd.DataFrame, Findings]:
    ageless = children["dob"].isna().to_numpy()[spells["child"].to_numpy()]
    finding = told(
        rows,
        spells[ageless],
        "birth-date-missing",
        Severity.REFUSED,
        found="no table gives the child's date of birth",
        done="left out: the age is not known",
    )
    return spells[~ageless].reset_index(drop=True), finding


def _linked(spells: pd.DataFrame, rows: FiledRows, children: pd.DataFrame) -> pd.DataFrame:
    spells = spells.sort_values(["child", "start"], kind="stable", ignore_index=True)
    text = rows.text.take(spells["position"].to_numpy()).reset_index(drop=True)
    facts = children.take(spells["child"].to_numpy()).reset_index(drop=True)
    ended = spells["ended_year"].astype("Int64")
    dates = filed_dates(spells)
    return LINKED_EPISODES.check(
        text.drop(columns="child").assign(
            child=spells["child"],
            decom=dates["decom"],
            dec=dates["dec"],
            placement_type=placement_type_of(text["place"]),
            dob=facts["dob"],
            sex=facts["sex"],
            ethnic=facts["ethnic"],
            uasc=facts["uasc"],
            respite=spells["respite"],
            first_year=spells["first_year"],
            ended_year=ended.mask(ended == NEVER),
        )
    )
