"""Futures of demand against usable homes, for every area, kind of placement and month."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from models.forecast import FloatArray
from models.sufficiency import Shortfall, pooled_shortfall, shortfall
from rcc_forecast.codes import ALL, Measure, PlacementType
from rcc_forecast.geography import Membership, name_of
from rcc_forecast.results.areas import Area, areas_of
from rcc_forecast.results.sufficiency import SufficiencyBalance
from rcc_forecast.sufficiency.assumptions import (
    NATIONALLY_COMMISSIONED,
    NOT_PLANNED,
    PLANNED,
    Assumptions,
)
from rcc_forecast.sufficiency.capacity import (
    AreaCapacity,
    Register,
    capacity_of,
    read_register,
)
from rcc_forecast.sufficiency.cost import weekly_costs
from rcc_forecast.sufficiency.rag import rate
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.sufficiency import BALANCE

KINDS = [kind.value for kind in PlacementType]
_ALL_REASON = "A place of one kind cannot stand in for another: see the rows by kind."


@dataclass(frozen=True, slots=True)
class _Demand:
    """By authority and kind: futures (n_paths, n_authorities, n_kinds, horizon), today, prices."""

    paths: FloatArray
    now: FloatArray
    weekly_cost: FloatArray


def balance(
    paths: NDArray[np.floating[Any]],
    *,
    leaves: pd.DataFrame,
    months: pd.DatetimeIndex,
    children_now: FloatArray,
    homes: pd.DataFrame,
    as_of: pd.Timestamp,
    membership: Membership,
    residents: pd.DataFrame | None = None,
    assumptions: Assumptions | None = None,
) -> SufficiencyBalance:
    """Set every future of demand against the homes that can be used.

    Parameters
    ----------
    paths : ndarray of float, shape (n_paths, n_leaves, horizon)
        Children looked after, one joint future a path.
    leaves : DataFrame
        One row a leaf: local_authority, region, placement_type; other columns are summed over.
    months : DatetimeIndex
        Month ends of the horizon.
    children_now : ndarray of float, shape (n_leaves,)
        Children looked after on the as-of day.
    homes : DataFrame
        A `HOMES` table; places free are those of the as-of day.
    as_of : Timestamp
        Last day that the demand history knows.
    membership : Membership
        Co-operatives and their members, by date.
    residents : DataFrame, optional
        Who lives where, by Ofsted number (`residents_of`).
    assumptions : Assumptions, optional
        Thresholds of the rating.

    Returns
    -------
    SufficiencyBalance
        A `BALANCE` table with its reading. An area counts the homes that lie
        in it: an authority's gap is about homes inside the authority, a
        region's about all homes of the authorities that filed.

    Raises
    ------
    TableError
        The register is not as declared.
    """
    homes, assumptions = HOMES.check(homes), assumptions or Assumptions()
    authorities = leaves[["local_authority", "region"]].drop_duplicates(ignore_index=True)
    codes = authorities["local_authority"].tolist()
    register = read_register(
        homes, authorities=codes, kinds=KINDS, months=months, as_of=as_of, residents=residents
    )
    summing = _kinds_of_authorities(leaves, codes)
    shape = (len(codes), len(KINDS))
    demand = _Demand(
        paths=np.stack([(summing @ path).reshape(*shape, -1) for path in paths]),
        now=(summing @ children_now).reshape(shape),
        weekly_cost=weekly_costs(homes, authorities=authorities, kinds=KINDS, as_of=as_of),
    )
    areas = areas_of(authorities, months=months, membership=membership)
    rows = pd.concat(
        [_rows_of(area, demand, register, months=months) for area in areas], ignore_index=True
    )
    # A co-operative has no row in a month before its first member joined.
    rows = rows[rows.pop("is_founded")].reset_index(drop=True)
    rows[["rag", "rag_reason"]] = rate(rows, assumptions=assumptions)
    table = BALANCE.check(rows.drop(columns=["elsewhere", "grey_reason"]))
    return SufficiencyBalance(
        table=table,
        as_of=as_of,
        assumptions=asdict(assumptions),
        homes_elsewhere=register.homes_elsewhere,
    )


def _kinds_of_authorities(leaves: pd.DataFrame, codes: list[str]) -> sparse.csr_array:
    """Rows of ones that sum leaves to authority and kind."""
    authority = pd.Index(codes).get_indexer(pd.Index(leaves["local_authority"]))
    kind = pd.Index(KINDS).get_indexer(pd.Index(leaves["placement_type"]))
    shape = (len(codes) * len(KINDS), len(leaves))
    cells = (authority * len(KINDS) + kind, np.arange(len(leaves)))
    return sparse.csr_array((np.ones(len(leaves)), cells), shape=shape)


def _rows_of(
    area: Area, demand: _Demand, register: Register, *, months: pd.DatetimeIndex
) -> pd.DataFrame:
    """One area: a row a kind and month, then the planned total, then every child."""
    ever = np.flatnonzero(area.members.any(axis=1))
    weight = area.members[ever].astype(float)
    children = np.einsum("pakh,ah->pkh", demand.paths[:, ever], weight)
    cost = np.einsum(
        "pakh,ak,ah->pkh", demand.paths[:, ever], demand.weekly_cost[ever], weight, optimize=True
    )
    capacity = capacity_of(register, members=area.members, children_now=demand.now)
    reasons = _grey_reasons(area, register)
    rated = np.array([reason == "" for reason in reasons[: len(KINDS)]])
    figures = {
        "demand_mean": _with_totals(children.mean(axis=0), rated),
        **_capacity_columns(capacity, rated),
        **_shortfall_columns(children, capacity, rated),
        **_cost_columns(cost, rated),
    }
    kinds, horizon = [*KINDS, PLANNED, ALL], len(months)
    founded = area.members.any(axis=0)
    labels = {
        "region": area.region,
        "local_authority": area.local_authority,
        "placement_type": np.repeat(kinds, horizon),
        "age_band": ALL,
        "population": ALL,
        "measure": Measure.CHILDREN.value,
        "month": np.tile(months.strftime("%Y-%m-%d"), len(kinds)),
        "horizon": np.tile(np.arange(1, horizon + 1), len(kinds)),
    }
    name = "" if area.local_authority == ALL else name_of(area.local_authority)
    return pd.DataFrame(
        {
            **labels,
            **{column: values.ravel() for column, values in figures.items()},
            "rag": "",
            "rag_reason": "",
            "rcc": np.tile(area.rcc, len(kinds)),
            "local_authority_name": name,
            "grey_reason": np.repeat(reasons, horizon),
            "is_founded": np.tile(founded, len(kinds)),
        }
    )


def _grey_reasons(area: Area, register: Register) -> list[str]:
    """Why a row cannot be rated, for every kind and the two totals; "" where it can."""
    reasons = [
        NOT_PLANNED.get(kind)
        or ("" if listed else "The register lists no homes of this kind.")
        or (
            "Secure homes are few and commissioned nationally: see the region."
            if kind in NATIONALLY_COMMISSIONED and area.local_authority != ALL
            else ""
        )
        for kind, listed in zip(map(PlacementType, KINDS), register.listed, strict=True)
    ]
    planned = "" if "" in reasons else "The register lists no homes of any planned kind."
    return [*reasons, planned, _ALL_REASON]


def _with_totals(by_kind: FloatArray, rated: np.ndarray) -> FloatArray:
    """Put the total of the rated kinds and that of all kinds below the kinds."""
    return np.vstack([by_kind, by_kind[rated].sum(axis=0), np.nansum(by_kind, axis=0)])


def _rated_only(by_kind: FloatArray, total: FloatArray, rated: np.ndarray) -> FloatArray:
    """Blank what is not rated; the row of every child is never rated."""
    known = np.where(rated[:, None], by_kind, np.nan)
    total = total if rated.any() else np.full_like(total, np.nan)
    return np.vstack([known, total, np.full_like(total, np.nan)])


def _capacity_columns(capacity: AreaCapacity, rated: np.ndarray) -> dict[str, FloatArray]:
    columns = {
        "capacity_approved": capacity.approved,
        "capacity_usable": capacity.usable,
        "occupied_by_others": capacity.others,
        "elsewhere": capacity.elsewhere,
    }
    return {
        name: _rated_only(places, places[rated].sum(axis=0), rated)
        for name, places in columns.items()
    }


def _shortfall_columns(
    children: FloatArray, capacity: AreaCapacity, rated: np.ndarray
) -> dict[str, FloatArray]:
    by_kind = shortfall(children, capacity=capacity.usable)
    pooled = pooled_shortfall(children[:, rated], capacity=capacity.usable[rated])
    columns = {
        "gap_mean": "gap_mean",
        "gap_q10": "gap_q10",
        "gap_q90": "gap_q90",
        "p_shortfall": "probability",
        "expected_shortfall": "expected",
    }
    return {
        column: _rated_only(_figure(by_kind, name), _figure(pooled, name)[0], rated)
        for column, name in columns.items()
    }


def _figure(found: Shortfall, name: str) -> FloatArray:
    return np.asarray(getattr(found, name))


def _cost_columns(cost: FloatArray, rated: np.ndarray) -> dict[str, FloatArray]:
    """Cost of each kind and of the totals; kinds without a price are left out of the totals."""
    priced = ~np.isnan(cost[0]).any(axis=1)
    totals = [cost[:, chosen & priced].sum(axis=1) for chosen in (rated, np.ones_like(rated))]
    every = np.concatenate([cost, np.stack(totals, axis=1)], axis=1)
    low, high = np.quantile(every, [0.1, 0.9], axis=0)
    return {
        "weekly_cost_mean": every.mean(axis=0),
        "weekly_cost_q10": np.asarray(low),
        "weekly_cost_q90": np.asarray(high),
    }
