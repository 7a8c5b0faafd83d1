"""Which months can be counted, and from which day each authority's own children count."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.geography import REORGANISATIONS
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys

_FROM_THE_FIRST = -np.int64(2**31)


@dataclass(frozen=True, slots=True)
class Span:
    """The months of a history.

    Attributes
    ----------
    authorities : list of str
        ONS codes, sorted.
    counted_from : ndarray of int, shape (n_authorities,)
        First day, since 1970, on which an authority's own children count:
        that of its foundation, where its predecessor's returns are here too.
    held_to : ndarray of datetime64[D], shape (n_authorities,)
        Last day that the authority's newest return knows.
    months : DatetimeIndex
        Month ends, oldest first.
    as_of : Timestamp
        Last day to be seen.
    findings : Findings
        Authorities that begin late or end early.
    """

    authorities: list[str]
    counted_from: NDArray[np.int64]
    held_to: NDArray[np.datetime64]
    months: pd.DatetimeIndex
    as_of: pd.Timestamp
    findings: Findings

    @property
    def month_days(self) -> NDArray[np.int64]:
        """Month ends as days since 1970."""
        return np.asarray(self.months.to_numpy().astype("datetime64[D]").astype(np.int64))


def span_of(journeys: Journeys, *, as_of: pd.Timestamp | None) -> Span:
    """Choose the months that every authority's returns can show.

    A return shows everyone in care on the 31 March before it, so history
    starts at the latest of the authorities' first such days: a month in which
    one is missing would read as if it had no children. It ends at `as_of`;
    when absent, on the last day that the newest return of every authority
    knows. Authorities that were founded or ended by a reorganisation within
    the returns bind neither end.

    Raises
    ------
    NothingUsableError
        There is no month that can be counted.
    """
    filed = journeys.filed.groupby("local_authority", sort=True)
    years = filed["year"].agg(["min", "max"])
    held_to = filed["held_to"].max()
    founded = _founded_within(years)
    ended = _ended_within(years)
    firsts = pd.Series(
        [pd.Timestamp(int(year) - 1, 3, 31) for year in years["min"]], index=years.index
    )
    binding_first = firsts[~firsts.index.isin(founded)] if len(founded) < len(firsts) else firsts
    binding_last = held_to[~held_to.index.isin(ended)] if len(ended) < len(held_to) else held_to
    start = pd.Timestamp(binding_first.max())
    last_day = as_of or _last_day_of_all(binding_last, start)
    months = pd.date_range(start, last_day, freq="ME")
    if not len(months):
        raise NothingUsableError(
            wanted="Monthly demand",
            reason=f"no month ends between {start.date().isoformat()}, the first day that every "
            f"return shows, and {last_day.date().isoformat()}.",
        )
    return Span(
        authorities=[str(code) for code in years.index],
        counted_from=np.array(
            [founded.get(code, _FROM_THE_FIRST) for code in years.index], dtype=np.int64
        ),
        held_to=held_to.to_numpy().astype("datetime64[D]"),
        months=months,
        as_of=last_day,
        findings=_told(binding_first, binding_last, founded, start=start, last_day=last_day),
    )


def _last_day_of_all(held_to: pd.Series[pd.Timestamp], start: pd.Timestamp) -> pd.Timestamp:
    common = pd.Timestamp(held_to.min())
    # One authority that stopped filing years ago must not take the others' history away.
    enough = common >= start + pd.DateOffset(years=1)
    return common if enough else pd.Timestamp(held_to.max())


def _founded_within(years: pd.DataFrame) -> dict[str, int]:
    """Give the first day of authorities whose predecessor's returns end in these returns."""
    return {
        successor: int(np.datetime64(change.since, "D").astype(np.int64))
        for change in REORGANISATIONS
        if change.predecessor in _ended_within(years)
        for successor in change.successors
        if successor in years.index
    }


def _ended_within(years: pd.DataFrame) -> set[str]:
    return {
        change.predecessor
        for change in REORGANISATIONS
        if change.kind != "recode"
        and change.predecessor in years.index
        and int(years["max"][change.predecessor]) <= change.since.year
    }


def _told(
    firsts: pd.Series[pd.Timestamp],
    lasts: pd.Series[pd.Timestamp],
    founded: dict[str, int],
    *,
    start: pd.Timestamp,
    last_day: pd.Timestamp,
) -> Findings:
    earlier = [str(code) for code in firsts.index[firsts < start]]
    binding = [str(code) for code in firsts.index[firsts == start]]
    behind = [str(code) for code in lasts.index[lasts < last_day]]
    ahead = [str(code) for code in lasts.index[lasts > last_day]]
    found = []
    if earlier:
        found.append(
            Findings.one(
                "history-starts-with-the-last-authority",
                Severity.NOTED,
                found=f"the returns of {', '.join(binding)} begin later than those of "
                f"{len(earlier)} other authorities",
                done=f"history starts on {start.date().isoformat()} for all; leave those returns "
                "out for a longer one",
                table="episodes",
            )
        )
    if behind:
        found.append(
            Findings.one(
                "authority-not-up-to-date",
                Severity.NOTED,
                found=f"the newest returns of {', '.join(behind)} end before "
                f"{last_day.date().isoformat()}",
                done="their open episodes stay open; their entries and exits after that are not "
                "known and count as none",
                table="episodes",
            )
        )
    if ahead:
        found.append(
            Findings.one(
                "returns-beyond-the-last-day",
                Severity.NOTED,
                found=f"returns of {', '.join(ahead)} go on after {last_day.date().isoformat()}",
                done="counted to that day, which all authorities share or which was asked for",
                table="episodes",
            )
        )
    if founded:
        found.append(
            Findings.one(
                "authority-founded",
                Severity.NOTED,
                found=f"{', '.join(sorted(founded))} took over from an authority whose returns "
                "are here too",
                done="counted from its first day; the children it took over enter there",
                table="episodes",
            )
        )
    return Findings.joined(found)
