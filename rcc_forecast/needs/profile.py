"""Demand by need: who has it now, and how many are to be expected.

A number of places is not yet a description of what they must be able to do.
Where returns carry a need it is counted and carried forward with the forecast;
where they do not, the table says so in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL, AgeBand, Population
from rcc_forecast.needs.chance import counts_about
from rcc_forecast.needs.futures import (
    AuthorityFutures,
    Rows,
    founded,
    quantiles,
    summed,
    with_totals,
)
from rcc_forecast.needs.people import child_numbers, counted, filed_by, newest_return
from rcc_forecast.results.areas import Area
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.futures import KINDS
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.needs import NEEDS

_BANDS = [band.value for band in AgeBand]
_KINDS_AND_ALL = np.array([ALL, *KINDS], dtype=object)
_BANDS_AND_ALL = np.array([ALL, *_BANDS], dtype=object)
_HEALTH_ESTABLISHMENT = "R2"
_DISABILITY = "N2"
_OFFENDING = ("J1", "J2", "J3")
_HIGHEST_NEED = 3
_FEWEST_WITH_NEED = 10
_USUAL_WEIGHT = 50.0
_WEIGHTS = (5.0, 500.0)
_KIND_WEIGHT, _CELL_WEIGHT = 2.0, 10.0
"""Children that the level above counts for in the share of a kind, and of a kind and band."""

Flags = NDArray[np.float64]
"""1: has the need, 0: has it not, missing: the records do not tell."""


@dataclass(frozen=True, slots=True)
class Need:
    """One need of the children of today.

    Attributes
    ----------
    name : str
        As in the `NEEDS` table.
    flags : ndarray, shape (n_children,), optional
        Whether each child has it; None where no record carries it.
    source : str
        Where it is read from.
    note : str
        What a reader should know; where `flags` is None, why there is no figure.
    """

    name: str
    flags: Flags | None
    source: str
    note: str = ""


def needs_table(
    children: pd.DataFrame,
    needs: list[Need],
    *,
    futures: AuthorityFutures,
    forecast: DemandForecast,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Count needs now and carry them forward.

    Parameters
    ----------
    children : DataFrame
        From `people.in_care_on`.
    needs : list of Need
        From `needs_of`.
    futures : AuthorityFutures
        Joint futures of demand.
    forecast : DemandForecast
        Its own forecast of unaccompanied children is what theirs add up to.
    rng : numpy.random.Generator
        For the doubt of each share and the chance of who comes.

    Returns
    -------
    DataFrame
        A `NEEDS` table.
    """
    months, demand = futures.told, futures.children
    rows, in_words = Rows(futures, months), []
    for need in needs:
        drawn = rng.random((*demand.shape[:2][::-1], len(KINDS), len(_BANDS)))
        rank = rng.random(demand.shape[:2][::-1])
        if need.flags is None:
            in_words.append(_in_words(need))
            continue
        future = _carried_forward(children, need, demand, chance=drawn, rank=rank)
        if need.name == Population.UASC.value:
            future = _as_forecast(future, forecast, futures=futures, months=months)
        for place, area in enumerate(futures.areas):
            _add_rows(rows, need, future, demand, area=area, place=place, months=months)
    table = pd.concat([rows.frame(), *in_words], ignore_index=True)
    table["horizon"] = table["horizon"].astype("Int64")
    return NEEDS.check(_as_published(table, forecast))


def needs_of(
    children: pd.DataFrame,
    *,
    returns: FiledReturns,
    journeys: Journeys,
    day: pd.Timestamp,
    siblings: pd.DataFrame | None = None,
    cohort: pd.DataFrame | None = None,
) -> list[Need]:
    """Read every need from where it is recorded.

    Parameters
    ----------
    children : DataFrame
        From `people.in_care_on`.
    returns : FiledReturns
        For the missing and deprivation-of-liberty tables.
    journeys : Journeys
        Whose children they are.
    day : Timestamp
        The as-of day.
    siblings : DataFrame, optional
        Columns sibling_group, local_authority, child_id.
    cohort : DataFrame, optional
        A `CHILDREN_TO_PLACE` table of all who are looked after.
    """
    in_return = "SSDA903 return: "
    asylum = Need("uasc", children["uasc"].to_numpy(float), in_return + "UASC table or header")
    return [
        *_in_cohort(children, cohort, journeys=journeys),
        _deprived_of_liberty(children, returns, journeys=journeys, day=day),
        Need(
            "complex_health",
            _coded(children["place"], (_HEALTH_ESTABLISHMENT,)),
            in_return + "PLACE R2",
            "Children in health establishments alone: the return does not record complex "
            "health needs of children who live elsewhere.",
        ),
        Need(
            "disability",
            _coded(children["cin"], (_DISABILITY,)),
            in_return + "CIN N2",
            "Those who came into care because of their own disability; others are disabled too.",
        ),
        *_siblings(children, siblings, journeys=journeys),
        asylum,
        _missing(children, returns, journeys=journeys, day=day),
        Need("offending", _coded(children["ls"], _OFFENDING), in_return + "LS J1, J2, J3"),
    ]


def _coded(column: pd.Series[str], codes: tuple[str, ...]) -> Flags | None:
    known = column.notna().to_numpy()
    if not known.any():
        return None
    return np.where(known, column.isin(codes).to_numpy(float), np.nan)


def _deprived_of_liberty(
    children: pd.DataFrame, returns: FiledReturns, *, journeys: Journeys, day: pd.Timestamp
) -> Need:
    name, source = "deprivation_of_liberty", "SSDA903 return: DoLo table"
    filing = filed_by(returns, "dolo", year=newest_return(journeys))
    rows = returns.tables.get("dolo")
    if rows is None or not filing:
        return Need(
            name,
            None,
            source,
            "No return holds a DoLo table: it is collected from the return for 2026-27 on.",
        )
    ended = rows["dolo_end"] <= day if "dolo_end" in rows else pd.Series(False, rows.index)
    under = rows[(rows["dolo_start"] <= day) & ~ended]
    return Need(name, _among(children, under, filing, journeys=journeys), source)


def _missing(
    children: pd.DataFrame, returns: FiledReturns, *, journeys: Journeys, day: pd.Timestamp
) -> Need:
    name, source = "missing_in_year", "SSDA903 return: Missing table"
    filing = filed_by(returns, "missing", year=newest_return(journeys))
    rows = returns.tables.get("missing")
    if rows is None or not filing:
        return Need(name, None, source, "The newest returns hold no Missing table.")
    year_ago = day - pd.DateOffset(years=1)
    recent = rows[(rows["mis_start"] > year_ago) & (rows["mis_start"] <= day)]
    return Need(name, _among(children, recent, filing, journeys=journeys), source)


def _among(
    children: pd.DataFrame, rows: pd.DataFrame, filing: set[str], *, journeys: Journeys
) -> Flags:
    """Say who has a row; of an authority that did not file the table nothing is known."""
    named = set(child_numbers(journeys, rows).tolist())
    has = children["child"].isin(named).to_numpy(float)
    return np.where(children["local_authority"].isin(filing), has, np.nan)


def _in_cohort(
    children: pd.DataFrame, cohort: pd.DataFrame | None, *, journeys: Journeys
) -> list[Need]:
    source = "Children's file (--children)"
    names = ("solo", "high_need")
    if cohort is None:
        why = "The return does not record it; a children's file (--children) does."
        return [Need(name, None, source, why) for name in names]
    number = child_numbers(journeys, cohort, column="child_id")
    told = cohort.assign(child=number)[number >= 0].drop_duplicates("child").set_index("child")
    found = []
    for name, column, least in zip(names, ("solo", "needs"), (1, _HIGHEST_NEED), strict=True):
        values = pd.to_numeric(told[column]) if column in told else pd.Series(dtype="float64")
        level = values.reindex(children["child"]).to_numpy(float)
        if np.isnan(level).all():
            why = "No child of the children's file is looked after in the returns, or it is blank."
            found.append(Need(name, None, source, why))
        else:
            flags = np.where(np.isnan(level), np.nan, level >= least)
            found.append(Need(name, flags, source))
    return found


def _siblings(
    children: pd.DataFrame, siblings: pd.DataFrame | None, *, journeys: Journeys
) -> list[Need]:
    """Sizes of groups, counting those who are looked after on the day."""
    source = "Sibling groups file"
    names = ("siblings_2", "siblings_3", "siblings_4_or_more")
    if siblings is None:
        why = "The return holds no family: give a file of sibling groups."
        return [Need(name, None, source, why) for name in names]
    number = child_numbers(journeys, siblings, column="child_id")
    grouped = siblings.assign(child=number)[number >= 0].drop_duplicates("child")
    here = grouped[grouped["child"].isin(children["child"])]
    of_group = here.groupby("sibling_group")["child"].transform("size").to_numpy()
    by_child = pd.Series(of_group, here["child"].to_numpy()).reindex(children["child"])
    size = by_child.fillna(1).to_numpy()
    sizes = (size == 2, size == 3, size > 3)
    return [
        Need(name, is_so.astype(float), source) for name, is_so in zip(names, sizes, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Future:
    """By authority, kind and band: today's counts, and what is to come.

    `now`, `known`: (n_authorities, n_kinds, n_bands); `mean`: with months
    after; `paths`: (n_authorities, n_paths, n_kinds, n_bands, n_months).
    """

    now: FloatArray
    known: FloatArray
    mean: FloatArray
    paths: FloatArray


def _carried_forward(
    children: pd.DataFrame,
    need: Need,
    demand: FloatArray,
    *,
    chance: FloatArray,
    rank: FloatArray,
) -> _Future:
    """Multiply futures by shares: own records weighed with others', doubt and chance drawn.

    An authority's shares are high or low together; beyond that, who comes is a
    matter of chance, cell by cell, as wide as a binomial.
    """
    flags = need.flags
    told = ~np.isnan(flags) if flags is not None else np.zeros(len(children), dtype=bool)
    at = [children.loc[told, axis].to_numpy() for axis in ("area", "kind", "band")]
    shape = (demand.shape[0], len(KINDS), len(_BANDS))
    known = counted(*at, shape=shape)
    now = counted(*at, shape=shape, of=None if flags is None else flags[told])
    share = _shares(now, known)
    level = _drawn_levels(now.sum(axis=(1, 2)), known.sum(axis=(1, 2)), rank=rank)
    path_share = np.minimum(share[:, None] * level.T[:, :, None, None], 1.0)[..., None]
    ranks = np.moveaxis(chance, 0, 1)[..., None]
    paths = counts_about(demand * path_share, rank=ranks, share=path_share)
    mean = demand.mean(axis=1, dtype=np.float64) * share[..., None]
    return _Future(now, known, mean, paths)


def _shares(yes: FloatArray, known: FloatArray) -> FloatArray:
    """Weigh each authority's share of a kind and band with all authorities' of that cell."""
    overall = (yes.sum() + 0.5) / (known.sum() + 1.0)
    by_kind = _weighed(yes.sum(axis=(0, 2)), known.sum(axis=(0, 2)), overall, _KIND_WEIGHT)
    by_cell = _weighed(yes.sum(axis=0), known.sum(axis=0), by_kind[:, None], _CELL_WEIGHT)
    weight = _weight_of_others(yes.sum(axis=(1, 2)), known.sum(axis=(1, 2)))
    share = _weighed(yes, known, by_cell, weight)
    # Weighing moves some of a rare need out of the kinds in which it is: keep today's total.
    return np.asarray(np.minimum(share * (yes.sum() + 0.5) / ((share * known).sum() + 0.5), 1.0))


def _weighed(
    yes: FloatArray, known: FloatArray, usual: FloatArray | float, weight: float
) -> FloatArray:
    return np.asarray((yes + weight * usual) / (known + weight))


def _drawn_levels(yes: FloatArray, known: FloatArray, *, rank: FloatArray) -> FloatArray:
    """Draw how far each authority's shares are from their best guess, mean 1."""
    usual = (yes.sum() + 0.5) / (known.sum() + 1.0)
    weight = _weight_of_others(yes, known)
    high, low = yes + weight * usual, known - yes + weight * (1.0 - usual)
    drawn = special.betaincinv(high, low, rank)
    return np.asarray(drawn / (high / (high + low)))


def _weight_of_others(yes: FloatArray, known: FloatArray) -> float:
    """Children that other authorities count for: few where authorities differ much.

    By moments of the beta-binomial; `_USUAL_WEIGHT` where authorities or
    children with the need are too few to tell.
    """
    asked = known > 0
    n, x = known[asked], yes[asked]
    if len(n) < 3 or x.sum() < _FEWEST_WITH_NEED or x.sum() == n.sum():
        return _USUAL_WEIGHT
    share = x.sum() / n.sum()
    seen = float((n * (x / n - share) ** 2).sum()) / (share * (1.0 - share))
    spare = len(n) - 1
    alike = (seen - spare) / (n.sum() - (n**2).sum() / n.sum() - spare)
    if alike <= 0:
        return _WEIGHTS[1]
    return float(np.clip(1.0 / alike - 1.0, *_WEIGHTS))


def _as_forecast(
    future: _Future,
    forecast: DemandForecast,
    *,
    futures: AuthorityFutures,
    months: IntArray,
) -> _Future:
    """Scale to the forecast's own figure of unaccompanied children, authority by authority."""
    rows = _forecast_of_uasc(forecast)
    rows = rows[(rows["local_authority"] != ALL) & rows["horizon"].isin(months)]
    said = rows.pivot_table(index="local_authority", columns="horizon", values="mean")
    wanted = said.reindex(index=futures.authorities, columns=months).to_numpy(float)
    have = future.mean.sum(axis=(1, 2))
    scale = np.divide(wanted, have, out=np.ones_like(wanted), where=(have > 0) & ~np.isnan(wanted))
    return _Future(
        future.now,
        future.known,
        future.mean * scale[:, None, None, :],
        future.paths * scale[:, None, None, None, :],
    )


def _forecast_of_uasc(forecast: DemandForecast) -> pd.DataFrame:
    table = forecast.table()
    return table[
        (table["population"] == Population.UASC.value)
        & (table["measure"] == "children")
        & (table["placement_type"] == ALL)
        & (table["age_band"] == ALL)
    ]


def _as_published(table: pd.DataFrame, forecast: DemandForecast) -> pd.DataFrame:
    """Show unaccompanied children in total with the very interval that the forecast shows."""
    keys = ["region", "local_authority", "rcc", "horizon"]
    said = _forecast_of_uasc(forecast)
    of_pool = (said["region"] == ALL) & (said["local_authority"] == ALL)
    # An authority's rows name its co-operative; only a co-operative's own rows are told by it.
    said = said.assign(rcc=said["rcc"].astype("str").where(of_pool, ""))
    total = (
        (table["need"] == Population.UASC.value)
        & (table["placement_type"] == ALL)
        & (table["age_band"] == ALL)
        & table["horizon"].notna()
    )
    shown = table.loc[total, keys]
    pool = (shown["region"] == ALL) & (shown["local_authority"] == ALL)
    shown = shown.assign(rcc=shown["rcc"].where(pool, "")).astype({"horizon": "int64"})
    found = shown.merge(said[[*keys, "q10", "q90"]], on=keys, how="left")
    for name in ("q10", "q90"):
        own = table.loc[total, name].to_numpy()
        told = found[name].to_numpy()
        table.loc[total, name] = np.where(np.isnan(told), own, told)
    return table


def _add_rows(
    rows: Rows,
    need: Need,
    future: _Future,
    demand: FloatArray,
    *,
    area: Area,
    place: int,
    months: IntArray,
) -> None:
    """Add a row a kind, band and month of one area, but for cells in which nobody is."""
    monthly = (*future.now.shape, len(months))
    margins = (-3, -2)

    def total(values: FloatArray) -> FloatArray:
        return with_totals(summed(values, area, months=months), axes=margins)

    now = total(np.broadcast_to(future.now[..., None], monthly))
    known = total(np.broadcast_to(future.known[..., None], monthly))
    everyone = total(demand.mean(axis=1))
    mean = total(future.mean)
    q10, q90 = quantiles(total(future.paths))
    share = np.divide(mean, everyone, out=np.full_like(mean, np.nan), where=everyone > 0)
    shown = ((known > 0) | (mean > 0)) & founded(area, months)
    kind, band, month = np.nonzero(shown)
    rows.add(
        place,
        month,
        need=need.name,
        placement_type=_KINDS_AND_ALL[kind],
        age_band=_BANDS_AND_ALL[band],
        children_now=now[shown],
        children_known=known[shown],
        share=share[shown],
        mean=mean[shown],
        q10=q10[shown],
        q90=q90[shown],
        source=need.source + "; share x forecast",
        note=need.note,
    )


def _in_words(need: Need) -> pd.DataFrame:
    """Say why there is no figure."""
    names = ("children_now", "children_known", "share", "mean", "q10", "q90")
    figures = {name: [np.nan] for name in names}
    words = {"region": ALL, "local_authority": ALL, "rcc": "", "placement_type": ALL}
    words |= {"age_band": ALL, "month": "", "local_authority_name": ALL}
    row = pd.DataFrame({**{name: [value] for name, value in words.items()}, **figures})
    return row.assign(
        need=need.name,
        source=need.source,
        note=need.note,
        horizon=pd.array([pd.NA], dtype="Int64"),
    )
