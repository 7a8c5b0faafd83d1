"""Journeys in, monthly demand out: a head count at the end of every month's last day."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import Measure
from rcc_forecast.demand.breaks import breaks_within
from rcc_forecast.demand.child_months import population_of
from rcc_forecast.demand.late_recording import (
    WINDOW,
    Corrected,
    RecordingDelay,
    correct,
    ends_missing,
    in_exact_steps,
    learn_delay,
)
from rcc_forecast.demand.leaves import leaves_of
from rcc_forecast.demand.moves import moves_of
from rcc_forecast.demand.segments import segments_of
from rcc_forecast.demand.span import Span, span_of
from rcc_forecast.results.demand import MONTHS_A_YEAR, DemandHistory
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys, days_of

FloatArray = NDArray[np.float64]


def monthly_demand(
    journeys: Journeys, *, as_of: pd.Timestamp | None = None, follow: bool = True
) -> DemandHistory:
    """Count children, entries and exits of every leaf and month.

    Parameters
    ----------
    journeys : Journeys
        From `link_episodes`.
    as_of : Timestamp, optional
        Last day to be seen; when absent the last that the newest return of
        every authority knows, in general a 31 March.
    follow : bool
        Follow each child from month end to month end, which the cohort core
        learns from; counts alone do without.

    Returns
    -------
    DemandHistory
        From the first 31 March that the returns of all authorities can show.
        A month without children says 0.

    Raises
    ------
    NothingUsableError
        There is no month that can be counted.

    Notes
    -----
    The SSDA903 counts children looked after on 31 March; the same rule is
    applied to the last day of every month: decom <= day and (no dec or
    dec > day), without short breaks (V3, V4), under 18. An entry begins a
    period of care, an exit ends one or is the 18th birthday; entries count in
    the leaf the child came to, exits in the leaf the child left.
    """
    span = span_of(journeys, as_of=as_of)
    leaves = leaves_of(span.authorities)
    segments = _in_months(
        segments_of(journeys.episodes, span.authorities, counted_from=span.counted_from), span
    )
    size = (len(leaves), len(span.months))
    counts = {
        Measure.CHILDREN.value: _stock(segments, size),
        Measure.ENTRIES.value: _starts(segments, span, size),
        Measure.EXITS.value: _ends(segments, span, size),
    }
    moves = moves_of(segments, n_leaves=size[0], n_months=size[1])
    filed = pd.DataFrame(
        {
            "authority": pd.Index(span.authorities).get_indexer(
                pd.Index(journeys.filed["local_authority"])
            ),
            "year": journeys.filed["year"],
        }
    )
    delay = learn_delay(segments, filed, len(span.authorities))
    # Rates of leaving need months that are complete.
    can_correct = delay.is_known and size[1] > MONTHS_A_YEAR + 1
    best = Corrected(counts, moves)
    if can_correct:
        best = correct(counts, moves, segments, delay, months=span.months, held_to=span.held_to)
    breaks = breaks_within(span.months, span.authorities)
    region = leaves["region"].to_numpy()[:: size[0] // len(span.authorities)]
    population = None
    if follow:
        population = population_of(
            segments,
            days_of(journeys.episodes["dob"])[segments["episode"].to_numpy()],
            months=span.months,
            region=np.unique(region, return_inverse=True)[1].astype(np.int64),
            children=best.counts[Measure.CHILDREN],
            entries=best.counts[Measure.ENTRIES],
            completeness=_completeness_by_area(delay, span, known=can_correct),
            still=best.still,
            breaks=breaks,
        )
    return DemandHistory(
        leaves=leaves,
        months=span.months,
        counts=counts,
        corrected=best.counts,
        moves=moves,
        as_of=span.as_of,
        findings=span.findings + _told(delay, corrected=can_correct),
        data_hash=journeys.data_hash,
        breaks=breaks,
        completeness=_completeness(delay, span),
        corrected_moves=best.moves,
        population=population,
    )


def _in_months(segments: pd.DataFrame, span: Span) -> pd.DataFrame:
    """Add the months at whose ends the child is there: first, ..., until - 1."""
    ends = span.month_days
    return segments.assign(
        first=np.searchsorted(ends, segments["start"].to_numpy(), side="left"),
        until=np.searchsorted(ends, segments["end"].to_numpy(), side="left"),
    )


def _stock(segments: pd.DataFrame, size: tuple[int, int]) -> FloatArray:
    n_leaves, n_months = size
    leaf = segments["leaf"].to_numpy()
    steps = np.zeros(n_leaves * (n_months + 1))
    for name, step in (("first", 1.0), ("until", -1.0)):
        key = leaf * (n_months + 1) + segments[name].to_numpy()
        steps += step * np.bincount(key, minlength=len(steps))
    stock = steps.reshape(n_leaves, n_months + 1)[:, :n_months].cumsum(axis=1)
    return np.ascontiguousarray(stock)


def _starts(segments: pd.DataFrame, span: Span, size: tuple[int, int]) -> FloatArray:
    begun = segments["starts_care"] & (segments["start"] > _day_before(span))
    return _events(segments[begun], "first", size)


def _ends(segments: pd.DataFrame, span: Span, size: tuple[int, int]) -> FloatArray:
    ended = segments["ends_care"] & (segments["end"] > _day_before(span))
    return _events(segments[ended], "until", size)


def _day_before(span: Span) -> int:
    """Give the last day before the first month, since 1970."""
    before = span.months[0] - pd.offsets.MonthEnd(1)
    return int(np.datetime64(before, "D").astype(np.int64))


def _events(segments: pd.DataFrame, month: str, size: tuple[int, int]) -> FloatArray:
    n_leaves, n_months = size
    inside = segments[segments[month] < n_months]
    key = inside["leaf"].to_numpy() * n_months + inside[month].to_numpy()
    return np.bincount(key, minlength=n_leaves * n_months).reshape(size).astype(np.float64)


def _completeness(delay: RecordingDelay, span: Span) -> pd.DataFrame:
    newest = pd.Timestamp(span.held_to.max()) + pd.offsets.MonthEnd(0)
    months = pd.date_range(end=newest, periods=WINDOW, freq="ME")
    lag = np.arange(WINDOW)[::-1]
    table = pd.concat(
        pd.DataFrame(
            {
                "month": months,
                "measure": measure.value,
                "share_recorded": 1.0 - missing[lag],
                "learned_from": seen[lag],
            }
        )
        for measure, missing, seen in (
            (Measure.ENTRIES, delay.starts, delay.starts_seen),
            (Measure.EXITS, delay.ends, delay.ends_seen),
        )
    )
    return table[table["month"].isin(span.months)].reset_index(drop=True)


def _completeness_by_area(delay: RecordingDelay, span: Span, *, known: bool) -> FloatArray:
    """Give the share of exits recorded by now, shape (n_months, n_areas)."""
    if not known:
        return np.ones((len(span.months), len(span.authorities)))
    missing = ends_missing(delay, span.months, span.held_to)
    return np.ascontiguousarray(in_exact_steps(1.0 - missing).T)


def _told(delay: RecordingDelay, *, corrected: bool) -> Findings:
    if not corrected:
        return Findings.one(
            "late-recording-not-estimated",
            Severity.NOTED,
            found="no two successive returns of an authority show how late ends are recorded",
            done="the newest months are as recorded; their exits will be short",
            table="episodes",
        )
    ends = int(delay.ends_seen[:MONTHS_A_YEAR].sum())
    starts = int(delay.starts_seen[:MONTHS_A_YEAR].sum())
    learned = (
        f"of {ends:,} past ends of care {delay.late_ends:,} were not yet in the return of their "
        f"year, and of {starts:,} starts {delay.late_starts:,}"
    )
    if not delay.ends.any() and not delay.starts.any():
        return Findings.one(
            "recorded-in-time",
            Severity.NOTED,
            found=learned,
            done="nothing needs correcting",
            table="episodes",
        )
    return Findings.one(
        "late-recording-corrected",
        Severity.NOTED,
        found=learned,
        done=f"the newest {WINDOW} months are corrected in expectation in value_corrected; value "
        "stays as recorded",
        table="episodes",
    )
