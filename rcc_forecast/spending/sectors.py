"""Who provides: an authority's own children by kind of placement and kind of provider."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray, IntArray, PathArray
from models.spending import stratified_normals
from rcc_forecast.codes import ADULT_AGE

SECTORS = ["local_authority", "private", "voluntary", "not_said"]
"""As the register has them, then parents and placements whose provider is not said."""

FOR_PROFIT = SECTORS.index("private")
BOUGHT = [SECTORS.index("private"), SECTORS.index("voluntary")]

_SECTOR_OF_CODE = {
    "PR1": "local_authority",
    "PR2": "local_authority",
    "PR3": "local_authority",
    "PR4": "private",
    "PR5": "voluntary",
}

YEARS_BACK = 5
"""Yearly changes from which the drift of the mix is learned."""

_LIKE_CHILDREN = 3.0
"""Children of the whole region's mix that are added to each authority's, so that an authority
with two children of a kind is not taken to buy from one sector for ever."""


@dataclass(frozen=True, slots=True)
class SectorMix:
    """Who provides now, and how that has been changing.

    Attributes
    ----------
    children : ndarray, shape (n_authorities, n_kinds, n_sectors)
        Children in care on the as-of day.
    share : ndarray, shape (n_authorities, n_kinds, n_sectors)
        Each sector's share of a kind, evened out towards all authorities'; sums to 1.
    drift, spread : ndarray, shape (n_kinds, n_sectors)
        Yearly change of the log ratio to the local authority's share, all authorities
        together, drawn towards none; and the standard deviation of such changes.
    years_seen : int
        Yearly changes behind them; 0 where the returns have one 31 March.
    """

    children: FloatArray
    share: FloatArray
    drift: FloatArray
    spread: FloatArray
    years_seen: int


def sector_mix(
    episodes: pd.DataFrame, *, authorities: list[str], kinds: list[str], as_of: pd.Timestamp
) -> SectorMix:
    """Count children by authority, kind and sector, now and on the same day of earlier years.

    Parameters
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    authorities, kinds : list of str
        Axes of the result.
    as_of : Timestamp
        The day; a child who leaves on it is not counted, as in monthly demand.
    """
    first = episodes["decom"].min()
    days = [as_of - pd.DateOffset(years=back) for back in range(YEARS_BACK + 1)]
    days = [day for day in days if back_enough(day, first)]
    cells = _cells(episodes, authorities, kinds)
    shape = (len(authorities), len(kinds), len(SECTORS))
    counts = [_counted(episodes, cells, on=day, shape=shape) for day in days] or [np.zeros(shape)]
    drift, spread = _changes(np.stack([count.sum(axis=0) for count in counts[::-1]]))
    return SectorMix(counts[0], _shares(counts[0]), drift, spread, years_seen=len(counts) - 1)


def back_enough(day: pd.Timestamp, first: pd.Timestamp) -> bool:
    """Say whether the returns reach far enough back to show who was in care on a day."""
    return bool(pd.notna(first) and day >= first)


def mix_odds(mix: SectorMix, *, months: int, n_paths: int, rng: np.random.Generator) -> PathArray:
    """Draw by how much the odds of each sector move, kind by kind and month by month.

    Parameters
    ----------
    mix : SectorMix
        Now, and how it has been changing.
    months, n_paths : int
        Horizon and futures.
    rng : Generator
        The only source of chance.

    Returns
    -------
    ndarray, shape (n_paths, n_kinds, n_sectors, months)
        Factors of the odds against the authority's own provision, in single precision;
        `shares_of` applies them.

    Notes
    -----
    The log ratio to the authority's own provision goes on drifting as it did, with doubt of
    the drift and a random walk. A kind without history keeps its mix.
    """
    n_kinds, n_sectors = mix.drift.shape
    years = np.arange(1, months + 1) / 12.0
    chance = stratified_normals(n_paths, n_kinds * n_sectors, rng)
    chance = chance.reshape(n_paths, n_kinds, n_sectors)
    doubt = np.sqrt(years**2 / max(mix.years_seen, 1) + years)
    move = mix.drift[..., None] * years + (chance * mix.spread)[..., None] * doubt
    return np.exp(move.astype(np.float32))


def shares_of(share: FloatArray, odds: PathArray) -> PathArray:
    """Move the shares of one authority by drawn odds.

    Parameters
    ----------
    share : ndarray, shape (n_kinds, n_sectors)
        Today's.
    odds : ndarray, shape (n_paths, n_kinds, n_sectors, months)
        From `mix_odds`.

    Returns
    -------
    ndarray, shape (n_paths, n_kinds, n_sectors, months)
        Sums to 1 over sectors.
    """
    found = share.astype(np.float32)[None, :, :, None] * odds
    return np.asarray(found / found.sum(axis=2, keepdims=True))


def children_of_homes(episodes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give the children in care on a day: local_authority, placement_type, sector, urn."""
    now = episodes.loc[_in_care(episodes, as_of)]
    return now.assign(sector=_sectors(now))[["local_authority", "placement_type", "sector", "urn"]]


def _in_care(episodes: pd.DataFrame, day: pd.Timestamp) -> pd.Series[bool]:
    adult = episodes["dob"] + pd.DateOffset(years=ADULT_AGE) <= day
    placed = (episodes["decom"] <= day) & ~(episodes["dec"] <= day)
    return placed & ~adult & ~episodes["respite"].astype("bool")


def _sectors(episodes: pd.DataFrame) -> pd.Series[str]:
    return episodes["place_provider"].astype("object").map(_SECTOR_OF_CODE).fillna("not_said")


def _cells(episodes: pd.DataFrame, authorities: list[str], kinds: list[str]) -> IntArray:
    """Place of each episode in (authority, kind, sector), -1 where it has none."""
    authority = pd.Index(authorities).get_indexer(pd.Index(episodes["local_authority"]))
    kind = pd.Index(kinds).get_indexer(pd.Index(episodes["placement_type"]))
    sector = pd.Index(SECTORS).get_indexer(pd.Index(_sectors(episodes)))
    cell = (authority * len(kinds) + kind) * len(SECTORS) + sector
    return np.where((authority < 0) | (kind < 0), -1, cell)


def _counted(
    episodes: pd.DataFrame, cells: IntArray, *, on: pd.Timestamp, shape: tuple[int, int, int]
) -> FloatArray:
    there = _in_care(episodes, on).to_numpy() & (cells >= 0)
    return np.bincount(cells[there], minlength=int(np.prod(shape))).reshape(shape).astype(float)


def _shares(children: FloatArray) -> FloatArray:
    whole = children.sum(axis=0)
    total = whole.sum(axis=1, keepdims=True)
    nobody = np.eye(len(SECTORS))[-1]
    usual = np.where(total > 0, whole / np.maximum(total, 1.0), nobody)
    mixed = children + _LIKE_CHILDREN * usual
    return np.asarray(mixed / mixed.sum(axis=2, keepdims=True))


def _changes(by_year: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and spread of yearly changes of log ratios; by_year (n_years, n_kinds, n_sectors)."""
    ratio = np.log((by_year + 0.5) / (by_year[..., :1] + 0.5))
    yearly = np.diff(ratio, axis=0)
    seen = len(yearly)
    if seen < 2:
        return np.zeros(by_year.shape[1:]), np.zeros(by_year.shape[1:])
    # Two years' worth of "no change" are put beside what was seen.
    drift = yearly.sum(axis=0) / (seen + 2.0)
    spread = yearly.std(axis=0, ddof=1)
    has_any = by_year.sum(axis=0) > 0
    return np.where(has_any, drift, 0.0), np.where(has_any, spread, 0.0)
