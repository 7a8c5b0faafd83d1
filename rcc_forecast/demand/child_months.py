"""Segments in, children month end by month end out: what the cohort core learns from.

One row is one child at the end of one month, with its exact age in months, how
long it has been looked after and in its kind of placement, and where it was a
month later.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecasting.cohort.population import (
    ADULT,
    LEFT,
    UNKNOWN,
    Break,
    ChildMonths,
    Population,
)
from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS, PlacementType
from rcc_forecast.codes import Population as Stream
from rcc_forecast.demand.late_recording import StillThere
from rcc_forecast.demand.leaves import BANDS, CLASSES, POPULATIONS, TYPES
from rcc_forecast.results import demand
from rcc_forecast.results.demand import MONTHS_A_YEAR

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_ADULT_MONTHS = 12 * ADULT_AGE
_UASC = POPULATIONS.index(Stream.UASC)
_BAND_EDGES = 12 * np.array(AGE_BAND_STARTS)
_HALF_A_YEAR = 6
_COVID_MONTHS = 15
"""April 2020 to June 2021."""

_LEAST = 1e-6

_WIDTHS = {
    "month": np.int16,
    "area": np.int16,
    "stream": np.int8,
    "age": np.uint8,
    "kind": np.int8,
    "in_care": np.int16,
    "in_placement": np.int16,
    "follows": np.int8,
}
"""England's eight years are eight million rows."""


def population_of(
    segments: pd.DataFrame,
    born: NDArray[np.datetime64],
    *,
    months: pd.DatetimeIndex,
    region: IntArray,
    children: FloatArray,
    entries: FloatArray,
    completeness: FloatArray,
    still: StillThere | None,
    breaks: tuple[demand.Break, ...],
) -> Population:
    """Follow every child from month end to month end.

    Parameters
    ----------
    segments : DataFrame
        From `segments_of`, with ``first`` and ``until``: the child is in the
        leaf at the ends of months first, ..., until - 1.
    born : ndarray of datetime64[D], shape (n_segments,)
        Date of birth behind each segment.
    months : DatetimeIndex
        Month ends, oldest first.
    region : ndarray of int, shape (n_areas,)
        Region of each authority.
    children, entries : ndarray, shape (n_leaves, n_months)
        With late recording corrected.
    completeness : ndarray, shape (n_months, n_areas)
        Share of a month's exits that is recorded by now.
    still : StillThere, optional
        Chance that children with an open record were still there.
    breaks : tuple of Break
        Of the history; those that rates must not learn across are handed on.

    Returns
    -------
    Population
        Rows by month. In the first month, whose entries no return shows, the
        mean of the year after stands in.
    """
    rows = _rows(segments, born, months)
    rows["weight"] = _weights(rows, segments, still)
    everyone = pd.concat([rows, _not_recorded_yet(rows, children)], ignore_index=True)
    return Population(
        rows=_child_months(everyone),
        entries=_entries(entries, n_areas=len(region)),
        n_months=len(months),
        n_areas=len(region),
        n_kinds=len(TYPES),
        region=region,
        completeness=completeness,
        breaks=_breaks(breaks, months),
        first_calendar_month=int(months[0].month) - 1,
    )


def _rows(
    segments: pd.DataFrame, born: NDArray[np.datetime64], months: pd.DatetimeIndex
) -> pd.DataFrame:
    """One row a child and month end, by child and month, with what followed."""
    until = np.minimum(segments["until"].to_numpy(np.int64), len(months))
    seen = np.flatnonzero(segments["first"].to_numpy() < until)
    stays = _stays(segments.take(seen), until[seen], months)
    length = stays["until"].to_numpy() - stays["first"].to_numpy()
    of_stay = np.repeat(np.arange(len(stays), dtype=np.int32), length)
    month = _counting_on(stays["first"].to_numpy(), length)

    def by_row(name: str) -> NDArray[np.int32]:
        return stays[name].to_numpy(np.int32)[of_stay]

    month_of_birth = born[seen].astype("datetime64[M]").astype(np.int32)[of_stay]
    age = month + np.int32(_month_number(months[0])) - month_of_birth
    run, kind = by_row("run"), by_row("kind")
    follows = np.full(len(month), LEFT, dtype=np.int32)
    follows[age + 1 >= _ADULT_MONTHS] = ADULT
    goes_on = run[1:] == run[:-1]
    follows[:-1][goes_on] = kind[1:][goes_on]
    follows[month == len(months) - 1] = UNKNOWN
    rows = pd.DataFrame(
        {
            "month": month,
            "area": by_row("area"),
            "stream": by_row("stream"),
            # A birthday on 29 February falls on 1 March: still 17 on the day before.
            "age": np.clip(age, 0, _ADULT_MONTHS - 1),
            "kind": kind,
            "in_care": month - by_row("care_since"),
            "in_placement": month - by_row("placement_since"),
            "follows": follows,
            "segment": seen.astype(np.int32)[of_stay],
        }
    )
    return rows.astype(_WIDTHS)


def _stays(seen: pd.DataFrame, until: IntArray, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Join segments that touch into runs of care, and those of one kind into placements."""
    child, first, leaf = (seen[name].to_numpy(np.int64) for name in ("child", "first", "leaf"))
    area, kind, stream = _parts_of(leaf)
    touches = np.zeros(len(seen), dtype=bool)
    touches[1:] = (child[1:] == child[:-1]) & (first[1:] == until[:-1])
    same_kind = touches.copy()
    same_kind[1:] &= kind[1:] == kind[:-1]
    # Who was there at the first month end came before it: the record says when.
    began = seen["decom"].to_numpy(np.int64).astype("datetime64[D]").astype("datetime64[M]")
    since = np.where(
        first == 0, np.minimum(began.astype(np.int64) - _month_number(months[0]), 0), first
    )
    run = np.cumsum(~touches) - 1
    placement = np.cumsum(~same_kind) - 1
    return pd.DataFrame(
        {
            "first": first,
            "until": until,
            "area": area,
            "kind": kind,
            "stream": stream,
            "run": run,
            "care_since": since[np.flatnonzero(~touches)][run],
            "placement_since": since[np.flatnonzero(~same_kind)][placement],
        }
    )


def _parts_of(leaf: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Give authority, kind and stream (1 for UASC) of leaves."""
    population = leaf % len(POPULATIONS)
    kind = leaf % CLASSES // (len(BANDS) * len(POPULATIONS))
    stream = (population == _UASC).astype(np.int64)
    return leaf // CLASSES, kind, stream


def _counting_on(first: IntArray, length: IntArray) -> NDArray[np.int32]:
    """Give first, first + 1, ... for each stay, one after another."""
    begins = np.cumsum(length) - length
    number = np.arange(int(length.sum()), dtype=np.int32)
    return number + np.repeat((first - begins).astype(np.int32), length)


def _month_number(month: pd.Timestamp) -> int:
    return (month.year - 1970) * MONTHS_A_YEAR + month.month - 1


def _weights(
    rows: pd.DataFrame, segments: pd.DataFrame, still: StillThere | None
) -> NDArray[np.float32]:
    """Give the chance that each child was in truth still there."""
    weight = np.ones(len(rows), dtype=np.float32)
    if still is None:
        return weight
    is_open = segments["is_open"].to_numpy()[rows["segment"].to_numpy()]
    recent = rows["month"].to_numpy() >= still.column[0]
    row = np.flatnonzero(is_open & recent)
    episode = segments["episode"].to_numpy()[rows["segment"].to_numpy()[row]]
    place = np.searchsorted(still.episode, episode)
    weight[row] = still.chance[place, rows["month"].to_numpy()[row] - still.column[0]]
    return weight


def _not_recorded_yet(rows: pd.DataFrame, children: FloatArray) -> pd.DataFrame:
    """Stand in for children who have come and are still to be recorded, at the last month end.

    Their age is the middle of their band, their time in care half a year.
    """
    last = children.shape[1] - 1
    now = rows[rows["month"] == last]
    age_band = np.searchsorted(_BAND_EDGES, now["age"].to_numpy(), side="right") - 1
    cell = (now["area"].astype(np.int64) * len(TYPES) + now["kind"]).to_numpy() * len(
        BANDS
    ) + age_band
    population = np.where(now["stream"] == 1, _UASC, 1 - _UASC)
    leaf = cell * len(POPULATIONS) + population
    seen = np.bincount(leaf, weights=now["weight"], minlength=len(children))
    missing = children[:, last] - seen
    where = np.flatnonzero(missing > _LEAST)
    area, kind, stream = _parts_of(where)
    band = where // len(POPULATIONS) % len(BANDS)
    edges = np.append(_BAND_EDGES, _ADULT_MONTHS)
    return pd.DataFrame(
        {
            "month": last,
            "area": area,
            "stream": stream,
            "age": (edges[band] + edges[band + 1]) // 2,
            "kind": kind,
            "in_care": _HALF_A_YEAR,
            "in_placement": _HALF_A_YEAR,
            "follows": UNKNOWN,
            "segment": -1,
            "weight": missing[where],
        }
    ).astype(rows.dtypes.to_dict())


def _child_months(rows: pd.DataFrame) -> ChildMonths:
    order = np.argsort(rows["month"].to_numpy(), kind="stable")
    names = [field.name for field in fields(ChildMonths)]
    return ChildMonths(**{name: rows[name].to_numpy()[order] for name in names})


def _entries(entries: FloatArray, *, n_areas: int) -> FloatArray:
    """Give entries by month, area, band and stream, over all kinds."""
    n_months = entries.shape[1]
    shape = (n_areas, len(TYPES), len(BANDS), len(POPULATIONS), n_months)
    total = entries.reshape(shape).sum(axis=1)
    if n_months > 1:
        total[..., 0] = total[..., 1 : 1 + MONTHS_A_YEAR].mean(axis=-1)
    streams = total if _UASC == 1 else total[:, :, ::-1]
    return np.ascontiguousarray(np.moveaxis(streams, -1, 0))


def _breaks(found: tuple[demand.Break, ...], months: pd.DatetimeIndex) -> tuple[Break, ...]:
    """Say which months rates must not learn from, or across."""
    column = {known.name: int(months.searchsorted(known.month)) for known in found}
    breaks = []
    if "covid" in column:
        start = column["covid"]
        breaks.append(Break(start=start, end=start + _COVID_MONTHS, moves=False))
    if "supported-accommodation" in column:
        regrouped = (PlacementType.SUPPORTED, PlacementType.OTHER)
        kinds = tuple(TYPES.index(kind.value) for kind in regrouped)
        start = column["supported-accommodation"]
        breaks.append(Break(start=start, exits=False, kinds=kinds))
    return tuple(breaks)
