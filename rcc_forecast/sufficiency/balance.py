"""Futures of demand against usable homes, for every area, kind of placement, age and month."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray
from models.sufficiency import Shortfall, shortfall
from rcc_forecast.codes import ALL, Measure, PlacementType
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.results.sufficiency import TOTALS, SufficiencyBalance
from rcc_forecast.sufficiency.assumptions import (
    NATIONALLY_COMMISSIONED,
    NOT_PLANNED,
    PLANNED,
    PLANNED_TYPES,
    Assumptions,
)
from rcc_forecast.sufficiency.rag import rate, thresholds
from rcc_forecast.sufficiency.residents import positions
from rcc_forecast.sufficiency.substitution import (
    Substitution,
    children_by_need,
    substitution_of,
    substitution_rows,
)
from rcc_forecast.sufficiency.supplies import Supplies, supply_setting
from rcc_forecast.sufficiency.supply import AreaSupply, supply_rows
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.sufficiency import BALANCE, SUBSTITUTION, SUPPLY

_ALL_REASON = "A place of one kind cannot stand in for another: see the rows by kind."
_UNRELIABLE = "Past probabilities of this kind did not hold: not enough evidence to rate."
_AS_PLACED = (
    "Demand is counted where children were placed. Who of them needs another kind of home is "
    "not known: give the children with their suitability to see it."
)
_PLANNED_ROWS = [kind.value for kind in PLANNED_TYPES]


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all areas share."""

    futures: AreaFutures
    supplies: Supplies
    weekly_cost: FloatArray
    demand: FloatArray
    substitution: Substitution | None
    reliable: dict[str, bool]


def balance(
    futures: AreaFutures,
    *,
    homes: pd.DataFrame,
    as_of: pd.Timestamp,
    children_now: FloatArray,
    weekly_cost: FloatArray,
    before: pd.DataFrame | None = None,
    residents: pd.DataFrame | None = None,
    cohort: pd.DataFrame | None = None,
    substitution: Substitution | None = None,
    foster_paths: FloatArray | None = None,
    reliable: pd.Series[bool] | None = None,
    assumptions: Assumptions | None = None,
) -> SufficiencyBalance:
    """Set every future of demand against the homes that can be used.

    Parameters
    ----------
    futures : AreaFutures
        Children by kind and age band, area by area.
    homes : DataFrame
        A `HOMES` table; places free are those of the as-of day.
    as_of : Timestamp
        Last day that the demand history knows.
    children_now : ndarray of float, shape (n_authorities, n_kinds)
        Children looked after on the as-of day, in the order of `futures`.
    before : DataFrame, optional
        The register as things are, where ``homes`` is a what-if's.
    weekly_cost : ndarray of float, shape (n_authorities, n_kinds)
        GBP a week today, in the order of `futures`; missing where a kind has no price.
    residents : DataFrame, optional
        Who lives where, by Ofsted number (`residents_of`).
    cohort : DataFrame, optional
        A `CHILDREN_TO_PLACE` table, from which it is learned who lives in one
        kind of home and needs another, and whom free places suit.
    substitution : Substitution, optional
        The same as an assumption (`assumed_substitution`); it goes before the cohort's.
    foster_paths : ndarray of float, shape (n_paths, n_authorities, horizon), optional
        By how much usable foster places grow or shrink in each future, 1 being as today.
    reliable : Series of bool, optional
        By placement type: whether its past probabilities held; a kind that is
        not in it is taken to be reliable.
    assumptions : Assumptions, optional
        Behind the rating.

    Returns
    -------
    SufficiencyBalance
        A `BALANCE` table with its reading, and the tables beside it. An area
        counts the homes that lie in it: an authority's gap is about homes
        inside the authority, a region's about all homes of the authorities
        that filed.

    Raises
    ------
    TableError
        The register is not as declared.
    """
    homes, assumptions = HOMES.check(homes), assumptions or Assumptions()
    if substitution is None and cohort is not None and len(cohort):
        substitution = substitution_of(
            cohort,
            homes,
            kinds=futures.kinds,
            n_paths=len(futures.paths),
            rng=np.random.default_rng([futures.seed, 2]),
        )
    shared = supply_setting(
        futures,
        homes=homes if before is None else HOMES.check(before),
        as_of=as_of,
        children_now=children_now,
        residents=residents,
        cohort=cohort,
    )
    setting = _Setting(
        futures=futures,
        supplies=shared.of(homes, foster_paths=foster_paths),
        weekly_cost=weekly_cost,
        demand=futures.paths.mean(axis=0, dtype=np.float64).sum(axis=2),
        substitution=substitution,
        reliable={} if reliable is None else {str(k): bool(v) for k, v in reliable.items()},
    )
    parts = [_of_area(area, setting) for area in futures.areas]
    rows = pd.concat([part.rows for part in parts], ignore_index=True)
    red_from = thresholds(_usual_cost(setting), kinds=futures.kinds, assumptions=assumptions)
    rated = rate(
        rows,
        red_from=np.asarray(
            rows["placement_type"].map(red_from).fillna(assumptions.red_from), float
        ),
        n_paths=len(futures.paths),
        horizon=len(futures.months),
        assumptions=assumptions,
    )
    rows["rag"], rows["rag_reason"] = rated["rag"], rated["rag_reason"]
    # A co-operative has no row in a month before its first member joined.
    rows = rows[rows.pop("is_founded")].reset_index(drop=True)
    moved = [part.substitution for part in parts if part.substitution is not None]
    return SufficiencyBalance(
        table=BALANCE.check(rows.drop(columns=["elsewhere", "grey_reason"])),
        as_of=as_of,
        assumptions=asdict(assumptions),
        homes_elsewhere=setting.supplies.register.homes_elsewhere,
        supply=SUPPLY.check(pd.concat([part.supply for part in parts], ignore_index=True)),
        substitution=SUBSTITUTION.check(pd.concat(moved, ignore_index=True)) if moved else None,
        red_from=red_from,
        notes=(_AS_PLACED,) if substitution is None else (),
    )


def children_by_kind(
    children: FloatArray, *, leaves: pd.DataFrame, futures: AreaFutures
) -> FloatArray:
    """Sum today's children of every leaf to authority and kind, in the order of the futures.

    Parameters
    ----------
    children : ndarray of float, shape (n_leaves,)
    leaves : DataFrame
        One row a leaf: local_authority, placement_type; other columns are summed over.
    futures : AreaFutures

    Returns
    -------
    ndarray of float, shape (n_authorities, n_kinds)
    """
    codes = futures.authorities["local_authority"].tolist()
    found = np.zeros((len(codes), len(futures.kinds)))
    authority = positions(codes, leaves["local_authority"])
    kind = positions(futures.kinds, leaves["placement_type"])
    np.add.at(found, (authority, kind), children)
    return found


@dataclass(frozen=True, slots=True)
class _AreaPart:
    rows: pd.DataFrame
    supply: pd.DataFrame
    substitution: pd.DataFrame | None


def _of_area(area: Area, setting: _Setting) -> _AreaPart:
    futures, kinds = setting.futures, setting.futures.kinds
    children = futures.children(area)
    supply = setting.supplies.of_area(area, children)
    layout = _Layout(area, setting)
    figures = layout.figures(children, supply)
    moved = None
    if setting.substitution is not None:
        by_need = children_by_need(children, setting.substitution)
        figures |= layout.needed(by_need, supply)
        moved = _substitution_of_area(area, children, setting)
    steps = supply_rows(area, supply, kinds=kinds, shown=_PLANNED_ROWS, months=futures.months)
    return _AreaPart(layout.frame(figures), steps, moved)


class _Layout:
    """Rows of one area, and how arrays by kind and age band become them.

    Kinds over all ages, the planned total, every child; then planned kinds band
    by band, and the planned total band by band.
    """

    def __init__(self, area: Area, setting: _Setting) -> None:
        kinds, bands = setting.futures.kinds, setting.futures.bands
        self.area, self.setting = area, setting
        self.planned = np.array([kinds.index(kind) for kind in _PLANNED_ROWS])
        reasons = _grey_reasons(area, setting)
        self.rated: NDArray[np.bool_] = np.array([reason == "" for reason in reasons])
        whole = "" if self.rated.any() else "No homes of any planned kind can be rated."
        n_bands = len(bands)
        of_bands = [reasons[kind] for kind in self.planned]
        self.kinds = [*kinds, PLANNED, ALL, *np.repeat([*_PLANNED_ROWS, PLANNED], n_bands)]
        self.bands = [*[ALL] * (len(kinds) + 2), *bands * (len(self.planned) + 1)]
        self.is_total: NDArray[np.bool_] = np.array([kind in TOTALS for kind in self.kinds])
        self.reasons = [
            *reasons,
            whole,
            _ALL_REASON,
            *np.repeat([*of_bands, whole], n_bands).tolist(),
        ]

    def rows(self, by_kind: NDArray[Any], *, total: NDArray[Any], every: NDArray[Any]) -> Any:
        """Lay out values: (..., n_kinds, n_bands + 1, horizon), the last band being all ages."""
        of_bands = by_kind[..., self.planned, :-1, :]
        flat = of_bands.reshape(*of_bands.shape[:-3], -1, of_bands.shape[-1])
        parts = [by_kind[..., -1, :], total[..., -1:, :], every, flat, total[..., :-1, :]]
        return np.concatenate(parts, axis=-2)

    def rated_rows(self, by_kind: FloatArray, *, total: FloatArray) -> FloatArray:
        """Lay out values that only rated kinds have; the row of every child has none."""
        known = np.where(self.rated[:, None, None], by_kind, np.nan)
        total = total if self.rated.any() else np.full_like(total, np.nan)
        return np.asarray(self.rows(known, total=total, every=np.full_like(total[:1], np.nan)))

    def added_up(self, by_kind: FloatArray) -> FloatArray:
        """Lay out values that add up over rated kinds."""
        return self.rated_rows(by_kind, total=by_kind[self.rated].sum(axis=0))

    def demand_mean(self, children: NDArray[np.floating[Any]]) -> FloatArray:
        """Children expected in each row."""
        mean = _with_all_ages(children.mean(axis=0, dtype=np.float64)[None])[0]
        total = mean[self.rated].sum(axis=0)
        return np.asarray(self.rows(mean, total=total, every=mean[:, -1].sum(axis=0)[None]))

    def figures(
        self, children: NDArray[np.floating[Any]], supply: AreaSupply
    ) -> dict[str, FloatArray]:
        """Demand, places and the gap between them."""
        paths = _with_all_ages(children)
        total = paths[:, self.rated].sum(axis=1)
        every = paths[:, :, -1].sum(axis=1)[:, None]
        demand = self.rows(paths, total=total, every=every)
        spread = _outer_tenths(demand)
        usable = _usable_places(supply)
        capacity = self.added_up(usable)
        mean = self.demand_mean(children)
        low, high = (
            (spread[0] - capacity, spread[1] - capacity)
            if supply.scale is None
            else _outer_tenths(self._gaps(demand, usable, supply.scale))
        )
        probability, expected, _ = self._short(children, supply)
        whole = np.full_like(usable, np.nan)

        def of_all_ages(values: FloatArray) -> FloatArray:
            by_kind = whole.copy()
            by_kind[:, -1] = values
            return self.added_up(by_kind)

        return {
            "demand_mean": mean,
            "capacity_approved": of_all_ages(supply.approved),
            "capacity_usable": capacity,
            "occupied_by_others": of_all_ages(supply.closed + supply.others),
            "gap_mean": mean - capacity,
            "gap_q10": low,
            "gap_q90": high,
            "p_shortfall": probability,
            "expected_shortfall": expected,
            "places_closed": of_all_ages(supply.closed),
            "places_used_by_others": of_all_ages(supply.others),
            "places_unsuited": of_all_ages(supply.unsuited),
            "places_to_come": of_all_ages(supply.to_come),
            "elsewhere": of_all_ages(supply.elsewhere),
            **{name: np.full_like(mean, np.nan) for name in _NEEDED},
            **self.cost(children, spread),
        }

    def needed(
        self, by_need: NDArray[np.floating[Any]], supply: AreaSupply
    ) -> dict[str, FloatArray]:
        """Give the same, counting children by the kind they need."""
        demand = self.demand_mean(by_need)
        usable = _usable_places(supply)
        probability, expected, _ = self._short(by_need, supply)
        values = (demand, demand - self.added_up(usable), probability, expected)
        return dict(zip(_NEEDED, values, strict=True))

    def cost(
        self, children: NDArray[np.floating[Any]], spread: tuple[FloatArray, FloatArray]
    ) -> dict[str, FloatArray]:
        """Cost of each row; kinds without a price are left out of the totals.

        `spread` are the outer tenths of children in each row: a kind's cost is its price
        times its children, so only totals need futures of their own.
        """
        unit = _unit_cost(self.area, self.setting)
        priced = np.asarray(~np.isnan(unit).any(axis=1))
        price = np.where(priced[:, None], unit, 0.0).astype(np.float32)
        counted = self.rated & priced
        ages = np.einsum("pkbh,kh->pbh", children[:, counted], price[counted])
        every = np.einsum("pkh,kh->ph", children.sum(axis=2), price)[:, None]
        totals = np.concatenate([ages.sum(axis=1, keepdims=True), every, ages], axis=1)
        by_row = self.rows(
            np.repeat(unit[:, None], children.shape[2] + 1, axis=1),
            total=np.ones((children.shape[2] + 1, unit.shape[1])),
            every=np.ones((1, unit.shape[1])),
        )
        figures = {}
        of_totals = (totals.mean(axis=0, dtype=np.float64), *_outer_tenths(totals))
        mean = self.demand_mean(children)
        names = ("weekly_cost_mean", "weekly_cost_q10", "weekly_cost_q90")
        for name, of_total, of_row in zip(names, of_totals, (mean, *spread), strict=True):
            values = of_row * by_row
            values[self.is_total] = of_total
            figures[name] = values
        return figures

    def frame(self, figures: dict[str, FloatArray]) -> pd.DataFrame:
        """Put labels beside figures."""
        area, months = self.area, self.setting.futures.months
        n_rows, horizon = len(self.kinds), len(months)
        return pd.DataFrame(
            {
                "region": area.region,
                "local_authority": area.local_authority,
                "placement_type": np.repeat(self.kinds, horizon),
                "age_band": np.repeat(self.bands, horizon),
                "population": ALL,
                "measure": Measure.CHILDREN.value,
                "month": np.tile(months.strftime("%Y-%m-%d"), n_rows),
                "horizon": np.tile(np.arange(1, horizon + 1), n_rows),
                **{name: values.ravel() for name, values in figures.items()},
                "rag": "",
                "rag_reason": "",
                "rcc": np.tile(area.rcc, n_rows),
                "local_authority_name": (
                    "" if area.local_authority == ALL else name_of(area.local_authority)
                ),
                "grey_reason": np.repeat(self.reasons, horizon),
                "is_founded": np.tile(area.members.any(axis=0), n_rows),
            }
        )

    def _short(
        self, children: NDArray[np.floating[Any]], supply: AreaSupply
    ) -> tuple[FloatArray, FloatArray, Shortfall]:
        found = shortfall(
            children[:, self.planned],
            touching=supply.touching[:, self.planned],
            scale=None if supply.scale is None else supply.scale[:, self.planned],
            counted=self.rated[self.planned],
        )
        by_kind = np.zeros((2, len(self.rated), *found.expected.shape[1:]))
        by_kind[0, self.planned], by_kind[1, self.planned] = found.probability, found.expected
        return (
            self.rated_rows(by_kind[0], total=found.any_probability),
            self.added_up(by_kind[1]),
            found,
        )

    def _gaps(
        self, demand: NDArray[np.floating[Any]], usable: FloatArray, scale: FloatArray
    ) -> NDArray[np.floating[Any]]:
        """Demand less places, future by future, where places differ between futures too."""
        grown = scale.mean(axis=0)
        factor = np.divide(scale, grown, out=np.ones_like(scale), where=grown > 0)
        places = np.where(self.rated[:, None, None], usable * factor[:, :, None, :], np.nan)
        total = places[:, self.rated].sum(axis=1)
        nobody = np.full((len(places), 1, places.shape[-1]), np.nan)
        return np.asarray(demand - self.rows(places, total=total, every=nobody))


_NEEDED = (
    "demand_needed_mean",
    "gap_needed_mean",
    "p_shortfall_needed",
    "expected_shortfall_needed",
)


def _with_all_ages(children: NDArray[Any]) -> NDArray[Any]:
    """Put the sum of the bands behind them, shape (n_paths, n_kinds, n_bands + 1, horizon)."""
    return np.concatenate([children, children.sum(axis=2, keepdims=True)], axis=2)


def _usable_places(supply: AreaSupply) -> FloatArray:
    """Usable places by band, then over all ages, shape (n_kinds, n_bands + 1, horizon)."""
    return np.concatenate([supply.by_band.swapaxes(0, 1), supply.usable[:, None]], axis=1)


def _outer_tenths(paths: NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Give the tenth and ninetieth of a hundred futures; missing where a row is."""
    # Sorting rows that lie together in memory is several times faster than np.quantile.
    ranked = np.sort(np.moveaxis(paths, 0, -1), axis=-1)
    last = ranked.shape[-1] - 1

    def at(share: float) -> FloatArray:
        below = int(share * last)
        above = min(below + 1, last)
        lower, upper = ranked[..., below].astype(float), ranked[..., above].astype(float)
        return np.asarray(lower + (upper - lower) * (share * last - below))

    return at(0.1), at(0.9)


def _unit_cost(area: Area, setting: _Setting) -> FloatArray:
    """Mean price of the area's children by kind and month, so that areas add up."""
    ever = np.flatnonzero(area.members.any(axis=1))
    weight = setting.demand[ever] * area.members[ever][:, None, :]
    price = setting.weekly_cost[ever][:, :, None]
    whole = weight.sum(axis=0)
    plain = np.broadcast_to(price.mean(axis=0), whole.shape)
    money = (weight * price).sum(axis=0)
    return np.asarray(np.divide(money, whole, out=plain.copy(), where=whole > 0))


def _usual_cost(setting: _Setting) -> FloatArray:
    """Price of each kind over all authorities, by children."""
    weight = setting.demand.mean(axis=2)
    priced = np.where(np.isnan(setting.weekly_cost), 0.0, weight)
    whole = priced.sum(axis=0)
    money = (np.nan_to_num(setting.weekly_cost) * priced).sum(axis=0)
    return np.asarray(np.divide(money, whole, out=np.full_like(whole, np.nan), where=whole > 0))


def _grey_reasons(area: Area, setting: _Setting) -> list[str]:
    """Why a kind cannot be rated; "" where it can."""
    return [
        NOT_PLANNED.get(kind)
        or ("" if listed else "The register lists no homes of this kind.")
        or (
            "Secure homes are few and commissioned nationally: see the region."
            if kind in NATIONALLY_COMMISSIONED and area.local_authority != ALL
            else ""
        )
        or ("" if setting.reliable.get(kind.value, True) else _UNRELIABLE)
        for kind, listed in zip(
            map(PlacementType, setting.futures.kinds), setting.supplies.register.listed, strict=True
        )
    ]


def _substitution_of_area(
    area: Area, children: NDArray[np.floating[Any]], setting: _Setting
) -> pd.DataFrame:
    """Who needs what at each year's end of the horizon."""
    futures, found = setting.futures, setting.substitution
    if found is None:
        return pd.DataFrame()
    horizon = len(futures.months)
    shown = list(range(11, horizon, 12)) or [horizon - 1]
    parts = [
        substitution_rows(
            children[..., month], found, kinds=futures.kinds, bands=futures.bands
        ).assign(
            month=futures.months[month].strftime("%Y-%m-%d"),
            horizon=month + 1,
            rcc=area.rcc[month],
        )
        for month in shown
        if area.members[:, month].any()
    ]
    name = "" if area.local_authority == ALL else name_of(area.local_authority)
    return pd.concat(parts, ignore_index=True).assign(
        region=area.region,
        local_authority=area.local_authority,
        local_authority_name=name,
        source=found.source,
    )
