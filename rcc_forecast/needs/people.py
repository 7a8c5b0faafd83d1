"""Who is looked after on a day, and whose row of another table is whose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS
from rcc_forecast.geography import successor_of
from rcc_forecast.results.futures import KINDS
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns

LONG_TERM_MONTHS = 12
"""Continuously looked after for as long: the children of OC2."""

_NEVER = pd.Timestamp(2262, 1, 1)


def in_care_on(journeys: Journeys, day: pd.Timestamp, *, authorities: list[str]) -> pd.DataFrame:
    """Give the children looked after on a day, short breaks apart.

    Parameters
    ----------
    journeys : Journeys
        Linked episodes.
    day : Timestamp
        A child who leaves on it is not counted, as in monthly demand.
    authorities : list of str
        ONS codes in the order of the result's ``area``.

    Returns
    -------
    DataFrame
        One row a child, its columns those of `LINKED_EPISODES` for the episode
        it is in, then ``area``, ``kind``, ``band`` (places in `authorities`,
        `KINDS` and the age bands) and ``long_term``: looked after for a year or
        more without a gap.
    """
    episodes = _with_care_began(journeys.episodes)
    placed = (episodes["decom"] <= day) & ~(episodes["dec"] <= day)
    minor = episodes["dob"] + pd.DateOffset(years=ADULT_AGE) > day
    now = episodes[placed & minor].drop_duplicates("child", keep="last")
    area = places(authorities, now["local_authority"])
    now, area = now[area >= 0].reset_index(drop=True), area[area >= 0]
    year_ago = day - pd.DateOffset(months=LONG_TERM_MONTHS)
    return now.assign(
        area=area,
        kind=places(KINDS, now["placement_type"]),
        band=bands_of(ages_on(now["dob"], day)),
        long_term=(now["care_began"] <= year_ago).to_numpy(),
    )


def _with_care_began(episodes: pd.DataFrame) -> pd.DataFrame:
    """Add the day from which each child has been looked after without a gap."""
    counted = episodes[~episodes["respite"].astype("bool")]
    counted = counted.sort_values(["child", "decom"], kind="stable", ignore_index=True)
    until = counted["dec"].fillna(_NEVER)
    before = until.groupby(counted["child"]).shift()
    goes_on = (counted["decom"] <= before + pd.Timedelta(days=1)).to_numpy()
    period = np.cumsum(~goes_on)
    return counted.assign(care_began=counted["decom"].groupby(period).transform("min"))


def child_numbers(journeys: Journeys, table: pd.DataFrame, *, column: str = "child") -> IntArray:
    """Give the number of the child of each row of a filed table, -1 where it has no journey.

    Parameters
    ----------
    table : DataFrame
        With ``local_authority`` and the local identifier in `column`.
    """
    known = pd.MultiIndex.from_frame(journeys.children[["local_authority", "child_id"]])
    asked = pd.MultiIndex.from_arrays([up_to_date(table["local_authority"]), table[column]])
    at = np.asarray(known.get_indexer(asked), dtype=np.int64)
    number = journeys.children["child"].to_numpy(np.int64)
    return np.where(at >= 0, number[np.maximum(at, 0)], -1) if len(number) else at


def up_to_date(codes: pd.Series[str]) -> pd.Series[str]:
    """Bring authorities' codes up to date where only the code changed."""
    return codes.map({code: successor_of(str(code)) for code in codes.unique()})


def filed_by(returns: FiledReturns, table: str, *, year: int) -> set[str]:
    """Give the authorities whose return of a year has a table, empty or not."""
    filed = returns.filed
    there = filed[(filed["table"] == table) & (filed["year"] == year)]
    told = set(up_to_date(there["local_authority"]))
    rows = returns.tables.get(table)
    if rows is not None and len(rows):
        told |= set(up_to_date(rows.loc[rows["year"] == year, "local_authority"]))
    return told


def newest_return(journeys: Journeys) -> int:
    """Give the newest return year that the journeys know."""
    return int(journeys.filed["year"].max())


def ages_on(dob: pd.Series[pd.Timestamp], day: pd.Timestamp | pd.Series[pd.Timestamp]) -> IntArray:
    """Give completed years of age; a birthday's own day counts."""
    if isinstance(day, pd.Timestamp):
        day = pd.Series(day, index=dob.index)
    not_yet = (day.dt.month * 100 + day.dt.day) < (dob.dt.month * 100 + dob.dt.day)
    age = day.dt.year - dob.dt.year - not_yet
    return np.asarray(age.fillna(-1).to_numpy(np.int64))


def bands_of(ages: IntArray) -> IntArray:
    """Give the age band of each age in completed years."""
    return np.asarray(np.searchsorted(AGE_BAND_STARTS, ages, side="right") - 1)


def places(names: list[str], wanted: pd.Series[str]) -> IntArray:
    """Give the place of each value among the names, -1 where it is none of them."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(wanted)))


def counted(*axes: IntArray, shape: tuple[int, ...], of: FloatArray | None = None) -> FloatArray:
    """Count rows in the cells of a table, or add up what `of` says of each."""
    cell = np.ravel_multi_index(axes, shape)
    total = np.bincount(cell, weights=of, minlength=int(np.prod(shape)))
    return np.asarray(total, dtype=np.float64).reshape(shape)
