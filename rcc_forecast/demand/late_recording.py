"""Late recording: what the newest months do not know yet, learned from earlier returns.

The count of ends in the newest year is always short, and is revised upward a
year later (DfE, *Children looked after in England*, on placements ceasing).
Where a return had an episode open that the next return ended before the first
one's 31 March, the delay can be seen; its share by age of the event says how
much of today's newest months is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from rcc_forecast.codes import Measure
from rcc_forecast.demand.leaves import BANDS, CLASSES, POPULATIONS
from rcc_forecast.demand.moves import counted_moves
from rcc_forecast.demand.segments import OPEN
from rcc_forecast.results.demand import MONTHS_A_YEAR
from rcc_forecast.results.journeys import return_year_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

WINDOW = 24
"""Months in which an event may be missing yet: those of the newest return and of the one before."""

_PRIOR_LATE_ENDS = 10.0
"""An authority's own delay weighs as much as the pooled one once this many late ends are expected
of it."""

_FEWEST_LATE_STARTS = 5
"""Starts are nearly always recorded in time; fewer late ones than this are taken for accidents."""

_PRIOR_CHILD_MONTHS = 120.0
"""Ten children a year: what the age band as a whole weighs in the exit rate of one kind of care."""

_PRIOR_ENDS = 50.0
"""The rates of complete years weigh as much as this many ends recorded since."""

_RATE_MONTHS = 36
_LARGEST_SHARE = 0.9
_LEAST = 1e-12
_CHANCE_STEPS = 2**20


@dataclass(frozen=True, slots=True)
class RecordingDelay:
    """The share of events that a return misses, by the months between event and 31 March.

    Attributes
    ----------
    ends, starts : ndarray of float, shape (24,)
        Share of care endings (18th birthdays apart, which need no record) and
        of care starts not yet recorded, 0 to 23 whole months before the end
        of the return; never rising with the months.
    ends_seen, starts_seen : ndarray of int, shape (24,)
        Events that the shares were learned from.
    late_ends, late_starts : int
        Events that were not in the return of their year.
    authority : ndarray of float, shape (n_authorities,)
        Factor on `ends`, shrunk towards 1.
    """

    ends: FloatArray
    starts: FloatArray
    ends_seen: IntArray
    starts_seen: IntArray
    late_ends: int
    late_starts: int
    authority: FloatArray

    @property
    def is_known(self) -> bool:
        """Whether any event could be followed from one return to the next."""
        return bool(self.ends_seen.sum() + self.starts_seen.sum())


@dataclass(frozen=True, slots=True)
class StillThere:
    """Children with an open record in the newest months.

    Attributes
    ----------
    episode : ndarray of int, shape (n_children,)
        Row of each one's open episode, ascending.
    leaf : ndarray of int, shape (n_children, n_columns)
        -1 where not in the open episode.
    chance : ndarray, same shape
        That the child was in truth still in care.
    column : ndarray of int, shape (n_columns,)
        Numbers of the months, one after another.
    """

    episode: IntArray
    leaf: IntArray
    chance: FloatArray
    column: IntArray


@dataclass(frozen=True, slots=True)
class Corrected:
    """Counts and moves with late recording corrected; they keep the identity of the stock."""

    counts: dict[str, FloatArray]
    moves: pd.DataFrame
    still: StillThere | None = None


def learn_delay(segments: pd.DataFrame, filed: pd.DataFrame, n_authorities: int) -> RecordingDelay:
    """Learn the delay from events that two successive returns of an authority could tell.

    Parameters
    ----------
    segments : DataFrame
        From `segments_of`.
    filed : DataFrame
        ``authority`` (index) and ``year`` of every return.
    n_authorities : int
        Number of authorities.

    Returns
    -------
    RecordingDelay
        Shares pooled over authorities and years and made monotone (weighted
        isotonic regression); nothing is known from a single return.

    Notes
    -----
    Ends that were only inferred (the next return lacks the child) have no
    recorded date and are left out.
    """
    returns = _return_keys(filed["authority"], filed["year"])
    ends = segments[
        segments["ends_care"]
        & ~segments["adult"]
        & (segments["end"] != OPEN)
        & (segments["ended_year"] < 9999)
    ]
    ends = ends[ends["first_year"] <= _due(ends["end"])]
    end = _events(ends, ends["end"], ends["ended_year"], returns)
    starts = segments[segments["starts_care"] & (segments["start"] == segments["decom"])]
    start = _events(starts, starts["start"], starts["first_year"], returns)

    pooled_ends, ends_seen = _share_by_lag(end)
    pooled_starts, starts_seen = _share_by_lag(start)
    late_starts = _late_in_own_return(start)
    if late_starts < _FEWEST_LATE_STARTS:
        pooled_starts = np.zeros(WINDOW)
    expected = np.bincount(
        end["authority"], weights=pooled_ends[end["lag"]], minlength=n_authorities
    )
    seen_late = np.bincount(end["authority"], weights=end["late"], minlength=n_authorities)
    return RecordingDelay(
        ends=pooled_ends,
        starts=pooled_starts,
        ends_seen=ends_seen,
        starts_seen=starts_seen,
        late_ends=_late_in_own_return(end),
        late_starts=late_starts,
        authority=(seen_late + _PRIOR_LATE_ENDS) / (expected + _PRIOR_LATE_ENDS),
    )


def correct(
    counts: dict[str, FloatArray],
    moves: pd.DataFrame,
    segments: pd.DataFrame,
    delay: RecordingDelay,
    *,
    months: pd.DatetimeIndex,
    held_to: NDArray[np.datetime64],
) -> Corrected:
    """Take expected unrecorded ends out of the stock, and put unrecorded starts in.

    Parameters
    ----------
    counts : dict of str to ndarray, shape (n_leaves, n_months)
        As recorded.
    moves : DataFrame
        As recorded.
    segments : DataFrame
        With ``first`` and ``until``, as for `moves_of`.
    delay : RecordingDelay
        From `learn_delay`.
    months : DatetimeIndex
        Columns of the counts.
    held_to : ndarray of datetime64[D], shape (n_authorities,)
        Last day that each authority's newest return knows.

    Returns
    -------
    Corrected
        Counts and moves in expectation; nothing is negative.

    Notes
    -----
    The unrecorded ends to be expected in a month are stock x monthly rate of
    leaving of the kind of care (from complete months, brought to the level of
    the ends recorded since) x share not yet recorded. All of them are children
    whose record is open and shows nothing later, so they are shared among
    those. The chance that a child is still there is carried along the child's
    own leaves: stock, ends and moves change together.
    """
    missing = _missing_by_month(delay, months, held_to)
    rates = _exit_rates(counts, segments, missing, n_months=len(months))
    still = _still_there(counts, segments, missing, rates)
    return replace(_with_starts(_with_ends(counts, moves, still), missing.starts), still=still)


@dataclass(frozen=True, slots=True)
class _Missing:
    """Shares not yet recorded, shape (n_authorities, n_months)."""

    ends: FloatArray
    starts: FloatArray


def _events(
    segments: pd.DataFrame,
    day: pd.Series[int],
    known: pd.Series[int],
    filed: IntArray,
) -> pd.DataFrame:
    """Give events as the return of their year saw them, and as the one after did.

    Only where the return after that was filed too, which tells what was missing.
    """
    authority = segments["leaf"] // CLASSES
    due = _due(day)
    month = day.to_numpy(np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    own_lag = (due.to_numpy() - 1970) * 12 + 2 - month
    parts = []
    for later in range(WINDOW // MONTHS_A_YEAR):
        events = pd.DataFrame(
            {
                "authority": authority,
                "lag": own_lag + MONTHS_A_YEAR * later,
                "late": known > due + later,
            }
        )
        own = _return_keys(authority, due)
        parts.append(
            events[
                np.isin(own, filed) & np.isin(own + later, filed) & np.isin(own + later + 1, filed)
            ]
        )
    return pd.concat(parts, ignore_index=True)


def _due(day: pd.Series[int]) -> pd.Series[int]:
    """Give the return that an event of a day belongs to."""
    days = day.to_numpy(np.int64).astype("datetime64[D]")
    return pd.Series(return_year_of(days), day.index)


def _late_in_own_return(events: pd.DataFrame) -> int:
    return int((events["late"] & (events["lag"] < MONTHS_A_YEAR)).sum())


def _return_keys(authority: pd.Series[int], year: pd.Series[int]) -> IntArray:
    return np.asarray(authority.to_numpy(np.int64) * 10_000 + year.to_numpy(np.int64))


def _share_by_lag(events: pd.DataFrame) -> tuple[FloatArray, IntArray]:
    seen = np.bincount(events["lag"], minlength=WINDOW)
    late = np.bincount(events["lag"], weights=events["late"], minlength=WINDOW)
    share = np.divide(late, seen, out=np.zeros(WINDOW), where=seen > 0)
    # A lag without events says nothing, yet the regression wants a weight.
    fitted = isotonic_regression(share, weights=np.maximum(seen, 1e-6), increasing=False)
    return np.minimum(fitted.x, _LARGEST_SHARE), seen


def in_exact_steps(chance: FloatArray) -> FloatArray:
    """Hold chances to a millionth, in powers of two.

    Their sums, and those of products of two, are then exact: the order of
    children, which their names decide, changes no figure.
    """
    return np.asarray(np.round(chance * _CHANCE_STEPS) / _CHANCE_STEPS)


def ends_missing(
    delay: RecordingDelay, months: pd.DatetimeIndex, held_to: NDArray[np.datetime64]
) -> FloatArray:
    """Give the share of each month's ends not yet recorded, shape (n_authorities, n_months)."""
    return _missing_by_month(delay, months, held_to).ends


def _missing_by_month(
    delay: RecordingDelay, months: pd.DatetimeIndex, held_to: NDArray[np.datetime64]
) -> _Missing:
    month = months.to_numpy().astype("datetime64[M]").astype(np.int64)
    held = held_to.astype("datetime64[M]").astype(np.int64)
    lag = np.maximum(held[:, None] - month[None, :], 0)
    recent = lag < WINDOW
    within = np.minimum(lag, WINDOW - 1)
    ends = np.where(recent, delay.ends[within] * delay.authority[:, None], 0.0)
    starts = np.where(recent, delay.starts[within], 0.0)
    return _Missing(np.minimum(ends, _LARGEST_SHARE), starts)


def _exit_rates(
    counts: dict[str, FloatArray], segments: pd.DataFrame, missing: _Missing, *, n_months: int
) -> FloatArray:
    """Give the monthly rate of leaving before 18 of each kind of care, shape (CLASSES,)."""
    left = segments[segments["ends_care"] & ~segments["adult"]]
    stock = counts[Measure.CHILDREN]
    last = n_months - MONTHS_A_YEAR  # the months before lack very few ends
    columns = np.arange(max(1, last - _RATE_MONTHS), max(1, last))
    then = left[left["until"].isin(columns)]
    exits = np.bincount(then["leaf"] % CLASSES, minlength=CLASSES).astype(float)
    exposure = stock[:, columns - 1].sum(axis=1).reshape(-1, CLASSES).sum(axis=0)
    band = np.arange(CLASSES) // len(POPULATIONS) % len(BANDS)
    band_exits = np.bincount(band, weights=exits)
    band_exposure = np.bincount(band, weights=exposure)
    band_rate = band_exits / np.maximum(band_exposure, 1.0)
    prior = _PRIOR_CHILD_MONTHS
    rates = np.asarray((exits + prior * band_rate[band]) / (exposure + prior))

    since = np.arange(max(1, last), n_months)
    recorded = 1.0 - np.repeat(missing.ends[:, since], CLASSES, axis=0)
    expected = _leaving(stock[:, since - 1] * recorded, rates).sum()
    seen = float(left["until"].isin(since).sum())
    return np.asarray(rates * ((seen + _PRIOR_ENDS) / (expected + _PRIOR_ENDS)))


def _leaving(stock: FloatArray, rates: FloatArray) -> FloatArray:
    """Give the ends to be expected of a stock, shape (n_leaves, n_columns)."""
    return stock * np.tile(rates, len(stock) // CLASSES)[:, None]


def _still_there(
    counts: dict[str, FloatArray], segments: pd.DataFrame, missing: _Missing, rates: FloatArray
) -> StillThere:
    stock = counts[Measure.CHILDREN]
    n_months = stock.shape[1]
    column = np.arange(max(0, n_months - WINDOW - 1), n_months)
    open_now = segments[segments["is_open"] & (segments["until"] > column[0])]
    episodes, row = np.unique(open_now["episode"], return_inverse=True)
    leaf = np.full((len(episodes), len(column)), -1, dtype=np.int64)
    of_segment, first, until = (open_now[name].to_numpy() for name in ("leaf", "first", "until"))
    for place, month in enumerate(column):
        there = (first <= month) & (month < until)
        leaf[row[there], place] = of_segment[there]
    chance = np.ones(leaf.shape)
    for place in range(1, len(column)):
        before, now = leaf[:, place - 1], leaf[:, place]
        stayed = (before >= 0) & (now >= 0)
        from_leaf = np.maximum(before, 0)
        share = missing.ends[:, column[place]]
        expected = _leaving(stock[:, [column[place] - 1]], rates).sum(axis=1) @ np.repeat(
            share, CLASSES
        )
        unrecorded = np.where(stayed, share[from_leaf // CLASSES] * rates[from_leaf % CLASSES], 0)
        # Those who moved or left since were there: the rest carry all that is to be expected.
        unrecorded *= expected / max(math.fsum(unrecorded), _LEAST)
        gone = np.minimum(unrecorded, _LARGEST_SHARE)
        still = chance[:, place - 1] * (1.0 - gone)
        chance[:, place] = in_exact_steps(still)
    return StillThere(episodes, leaf, chance, column)


def _with_ends(counts: dict[str, FloatArray], moves: pd.DataFrame, still: StillThere) -> Corrected:
    children = counts[Measure.CHILDREN].copy()
    exits = counts[Measure.EXITS].copy()
    parts = [(moves[name].to_numpy() for name in ("month", "origin", "destination", "count"))]
    month, origin, destination, count = ([array] for array in parts[0])
    for place, column in enumerate(still.column):
        now, chance = still.leaf[:, place], still.chance[:, place]
        there = now >= 0
        np.subtract.at(children[:, column], now[there], 1.0 - chance[there])
        if place == 0:
            continue
        before, chance_before = still.leaf[:, place - 1], still.chance[:, place - 1]
        was = before >= 0
        # Those who turned 18 in the month leave with the chance that they were still there.
        gone = np.where(there, chance_before - chance, chance_before - 1.0)
        np.add.at(exits[:, column], before[was], gone[was])
        other = was & there & (now != before)
        month.append(np.full(int(was.sum() + other.sum()), column))
        origin.extend([before[was], before[other]])
        destination.extend([np.full(int(was.sum()), -1), now[other]])
        count.extend([gone[was], chance[other] - 1.0])
    corrected = counted_moves(
        month=np.concatenate(month).astype(np.int64),
        origin=np.concatenate(origin).astype(np.int64),
        destination=np.concatenate(destination).astype(np.int64),
        count=np.concatenate(count).astype(np.float64),
        n_leaves=len(children),
    )
    return Corrected(
        {**counts, Measure.CHILDREN.value: children, Measure.EXITS.value: exits}, corrected
    )


def _with_starts(corrected: Corrected, missing: FloatArray) -> Corrected:
    """Add starts still to be recorded; such a child is taken to stay where it came."""
    if not missing.any():
        return corrected
    counts, moves = corrected.counts, corrected.moves
    share = np.repeat(missing, CLASSES, axis=0)
    more = counts[Measure.ENTRIES] * share / (1.0 - share)
    more[:, 0] = 0.0  # the opening stock came before
    leaf, column = np.nonzero(more)
    joined = counted_moves(
        month=np.concatenate([moves["month"].to_numpy(), column]),
        origin=np.concatenate([moves["origin"].to_numpy(), np.full(len(leaf), -1)]),
        destination=np.concatenate([moves["destination"].to_numpy(), leaf]),
        count=np.concatenate([moves["count"].to_numpy(), more[leaf, column]]),
        n_leaves=len(more),
    )
    return Corrected(
        {
            **counts,
            Measure.CHILDREN.value: counts[Measure.CHILDREN] + more.cumsum(axis=1),
            Measure.ENTRIES.value: counts[Measure.ENTRIES] + more,
        },
        joined,
    )
