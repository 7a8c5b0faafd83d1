"""Approved, free, taken: what the register holds in each authority, kind, ages and month.

Registered is not usable. A place is usable for an area's own children when one
of them lives in it, or when it is free; the rest is used by other areas or
closed to placements. So usable = own residents + free places, which is the
register's form of approved x availability x (1 - share used by others).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ADULT_AGE, AGE_BAND_STARTS, PlacementType
from rcc_forecast.sufficiency.assumptions import VACANT_SHARE
from rcc_forecast.sufficiency.residents import (
    URN_SHARE_NEEDED,
    parted_by_home,
    positions,
    share_with_urn,
)
from rcc_forecast.tables.homes import open_on

N_AGE_SETS = 2 ** len(AGE_BAND_STARTS)
"""Sets of age bands a home may take, as numbers (`models.sufficiency.hall`)."""

SEXES, NEEDS, ROOMS = 3, 4, 3
"""Whom a free place suits: any, girls, boys; highest need 0-3; room for 1, 2, 3 or more."""


_COUNCIL = "local_authority"

_AS_PEAK = 10.0
"""Places that "what the past year's peak leaves is free" counts for beside a register's word."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Places added up by authority of the home, kind, and one more trait.

    Attributes
    ----------
    authority, kind, trait : ndarray of int, shape (n_cells,)
        What the homes of a cell share.
    places : ndarray of float, shape (n_cells, horizon, n_columns)
        Places in homes open on the month's last day.
    """

    authority: IntArray
    kind: IntArray
    trait: IntArray
    places: FloatArray


@dataclass(frozen=True, slots=True)
class Register:
    """Places by authority (of the home), kind and month.

    Attributes
    ----------
    by_age : Cells
        Trait: set of age bands. Columns: approved; free, of homes open on the
        as-of day; taken, the rest of what those are approved for; planned, the
        places of councils' homes that open later; shared, those of other homes that
        open later, as far as the region's children use such homes.
    by_suit : Cells
        Trait: sex, need and room as one number. One column: free and planned places.
    own : Cells
        Children seen to live in homes, in each month for as long as the home is open.
        ``authority`` is that of the children; trait: row of `by_age`.
    own_now : ndarray of float, shape (n_authorities, n_authorities, n_kinds)
        Children of the first authority seen to live in homes in the second, on
        the as-of day; missing for kinds where that cannot be seen.
    taken_now : ndarray of float, shape (n_authorities, n_kinds)
        Taken places on the as-of day.
    is_seen : ndarray of bool, shape (n_kinds,)
        Kinds whose residents are counted by Ofsted number.
    listed : ndarray of bool, shape (n_kinds,)
        Kinds of which the register has any home, in any month.
    silent : ndarray of float, shape (n_kinds,)
        Share of approved places, today, in homes that do not say what is free.
    homes_elsewhere : int
        Homes in authorities that filed no returns; they count nowhere.
    """

    by_age: Cells
    by_suit: Cells
    own: Cells
    own_now: FloatArray
    taken_now: FloatArray
    is_seen: NDArray[np.bool_]
    listed: NDArray[np.bool_]
    silent: FloatArray
    homes_elsewhere: int


@dataclass(frozen=True, slots=True)
class AreaPlaces:
    """What one area's homes hold, before it is asked whom the places suit.

    Attributes
    ----------
    approved : ndarray of float, shape (n_kinds, horizon)
    own, free : ndarray of float, shape (n_age_sets, n_kinds, horizon)
        Places that own children live in; free and planned places.
    by_suit : ndarray of float, shape (SEXES, NEEDS, ROOMS, n_kinds, horizon)
        Free and planned places by whom they suit.
    elsewhere : ndarray of float, shape (n_kinds, horizon)
        Own children who live outside the area's homes today.
    """

    approved: FloatArray
    own: FloatArray
    free: FloatArray
    by_suit: FloatArray
    elsewhere: FloatArray


@dataclass(frozen=True, slots=True)
class _Homes:
    """Homes that count, with their places as arrays, shape (n_homes,) or (n_homes, horizon)."""

    frame: pd.DataFrame
    authority: IntArray
    kind: IntArray
    approved: FloatArray
    free: FloatArray
    is_silent: NDArray[np.bool_]
    is_planned: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    is_open_then: NDArray[np.bool_]


def read_register(
    homes: pd.DataFrame,
    *,
    authorities: list[str],
    kinds: list[str],
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    residents: pd.DataFrame | None = None,
) -> Register:
    """Count the register's places by authority, kind, ages and month.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table. A home without ``places_approved`` is approved for what
        it has free; more free than approved counts as approved. Of a home that
        does not say what is free, the places that own children filled at the
        past year's peak count (`residents.residents_of`), and where its
        residents cannot be seen either, a published share of vacancies
        (`assumptions.VACANT_SHARE`): never all that it is registered for.
    authorities, kinds : list of str
        Rows and columns of the result.
    months : DatetimeIndex
        Month ends ahead.
    as_of : Timestamp
        The day the register describes. A home that opens later is planned for
        all its places, or ``places_available`` where that is given and above 0 (a
        home that is not open yet has none free, and the register may say so). A
        council's home is for its own children; of others, the region's children
        get the share that they have in open homes of the kind, taken or free.
    residents : DataFrame, optional
        Who lives where on `as_of` (`residents.residents_of`).

    Returns
    -------
    Register
        In places; months in which a home is closed do not count it.
    """
    homes = homes.reset_index(drop=True)
    row = positions(authorities, homes["local_authority"])
    counted = _counted(homes, row=row, kinds=kinds, months=months, as_of=as_of)
    shape = (len(authorities), len(kinds))
    with_urn = share_with_urn(residents, kinds=kinds)
    is_seen = with_urn >= URN_SHARE_NEEDED
    lives_in = _own_children(
        counted, residents, authorities=authorities, is_seen=is_seen, with_urn=with_urn
    )
    free = _free_places(counted, lives_in, is_seen=is_seen, kinds=kinds)
    taken = np.where(counted.is_open, counted.approved - free, 0.0)
    planned, shared = _planned_places(counted, lives_in, free, taken, is_seen=is_seen)
    # A home already shut on the as-of day frees nothing later.
    columns = np.stack([counted.approved, free, taken, planned, shared], axis=1)
    age_set = _age_sets(counted, len(kinds))
    by_age, age_cell = _added_up(counted, age_set, columns)
    taken_now = np.zeros(shape)
    np.add.at(taken_now, (counted.authority, counted.kind), taken)
    own, own_now = _own_by_cell(lives_in, counted, taken, age_cell, by_age, shape=shape)
    own_now[:, :, ~is_seen] = np.nan
    spare = (free + planned + shared)[:, None]
    return Register(
        by_age=by_age,
        by_suit=_added_up(counted, _suits(counted, spare[:, 0]), spare)[0],
        own=own,
        own_now=own_now,
        taken_now=taken_now,
        is_seen=is_seen,
        listed=np.isin(kinds, homes["placement_type"].unique()),
        silent=_silent_share(counted, len(kinds)),
        homes_elsewhere=int((row < 0).sum()),
    )


def places_of(
    register: Register, *, members: NDArray[np.bool_], children_now: FloatArray
) -> AreaPlaces:
    """Give what one area's own children can use of the homes that lie in it.

    Parameters
    ----------
    register : Register
        Of all authorities.
    members : ndarray of bool, shape (n_authorities, horizon)
        The area, month by month.
    children_now : ndarray of float, shape (n_authorities, n_kinds)
        Children in care on the as-of day.

    Returns
    -------
    AreaPlaces
        Own and free places never exceed those approved.

    Notes
    -----
    Where it cannot be seen who lives in a home, the area's own children are
    taken to hold as many of the taken places as there are such children: the
    most they can hold. Children beyond that live outside the area's homes, and
    the gap counts the homes they would need to come back. A home that closes
    takes its free places and its own residents with it.
    """
    weight = members.astype(float)
    n_kinds = len(register.listed)
    summed = _summed(register.by_age, weight, n_traits=N_AGE_SETS, n_kinds=n_kinds)
    approved, free, taken, planned, shared = np.moveaxis(summed, -1, 0)
    seen, own_now = _own_of(register, members, n_kinds)
    children = np.einsum("ak,ah->kh", children_now, weight)
    taken_now = np.einsum("ak,ah->kh", register.taken_now, weight)
    bound = np.minimum(children, taken_now)
    share = np.divide(bound, taken_now, out=np.zeros_like(bound), where=taken_now > 0)
    is_seen = register.is_seen[:, None]
    own = np.where(is_seen, seen, share * taken)
    planned = planned + shared * _part_of_area(
        register, weight, own=own.sum(axis=0), free=free.sum(axis=0), taken=taken_now
    )
    by_suit = _summed(register.by_suit, weight, n_traits=SEXES * NEEDS * ROOMS, n_kinds=n_kinds)[
        ..., 0
    ]
    return AreaPlaces(
        approved=approved.sum(axis=0),
        own=own,
        free=free + planned,
        by_suit=by_suit.reshape(SEXES, NEEDS, ROOMS, n_kinds, -1),
        elsewhere=np.maximum(children - np.where(is_seen, own_now, bound), 0.0),
    )


def _part_of_area(
    register: Register, weight: FloatArray, *, own: FloatArray, free: FloatArray, taken: FloatArray
) -> FloatArray:
    """Of places that the region's children use in an area's homes: those for the area's own."""
    all_own = np.einsum("cak,ah->kh", np.nan_to_num(register.own_now), weight)
    whole = np.where(register.is_seen[:, None], all_own, taken) + free
    part = np.divide(own + free, whole, out=np.ones_like(whole), where=whole > 0)
    return np.asarray(np.minimum(part, 1.0))


def _counted(
    homes: pd.DataFrame,
    *,
    row: IntArray,
    kinds: list[str],
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
) -> _Homes:
    column = positions(kinds, homes["placement_type"])
    inside = (row >= 0) & (column >= 0)
    frame = homes[inside].reset_index(drop=True)
    approved = frame["places_approved"].astype("float64")
    free = frame["places_available"].astype("float64")
    approved = approved.fillna(free).fillna(0.0)
    return _Homes(
        frame=frame,
        authority=row[inside],
        kind=column[inside],
        approved=np.asarray(approved, dtype=np.float64),
        free=np.asarray(free.fillna(0.0).clip(upper=approved), dtype=np.float64),
        is_silent=free.isna().to_numpy(bool),
        is_planned=(frame["opened"] > as_of).to_numpy(bool),
        is_open=open_on(frame, as_of).to_numpy(bool),
        is_open_then=np.stack([open_on(frame, day).to_numpy(bool) for day in months], axis=1),
    )


def _own_children(
    counted: _Homes,
    residents: pd.DataFrame | None,
    *,
    authorities: list[str],
    is_seen: NDArray[np.bool_],
    with_urn: FloatArray,
) -> pd.DataFrame:
    """Each authority's children by home: child (authority), home, children, peak."""
    if residents is None or residents.empty or not is_seen.any():
        return pd.DataFrame({name: [] for name in ("child", "home", "children", "peak")})
    # Where the register says what is free, children live in the other places.
    lived_in = np.where(counted.is_silent, counted.approved, counted.approved - counted.free)
    weights = np.where(counted.is_open & is_seen[counted.kind], lived_in, 0.0)
    found = parted_by_home(residents, counted.frame, weights=weights)
    child = positions(authorities, found["local_authority"])
    found = found.assign(child=child)[child >= 0]
    # Children without a number are taken to live as the others do.
    share = with_urn[counted.kind[found["home"].to_numpy(dtype=np.int64)]]
    scale = np.divide(1.0, share, out=np.zeros_like(share), where=share > 0)
    return found.assign(children=found["children"] * scale, peak=found["peak"] * scale)


def _free_places(
    counted: _Homes, lives_in: pd.DataFrame, *, is_seen: NDArray[np.bool_], kinds: list[str]
) -> FloatArray:
    """Free places of homes open today; those of silent homes by observed use, else by share."""
    own = _by_home(lives_in, "children", len(counted.free))
    peak = _by_home(lives_in, "peak", len(counted.free))
    room = np.maximum(counted.approved - own, 0.0)
    observed = np.clip(peak - own, 0.0, room)
    usual = np.array([VACANT_SHARE.get(PlacementType(kind), 0.0) for kind in kinds])
    has_urn = counted.frame["urn"].notna().to_numpy(bool)
    by_use = is_seen[counted.kind] & has_urn
    observed = np.minimum(observed * _true_to_peak(counted, observed, by_use, len(kinds)), room)
    estimated = np.where(by_use, observed, np.minimum(usual[counted.kind] * counted.approved, room))
    return np.where(counted.is_open, np.where(counted.is_silent, estimated, counted.free), 0.0)


def _by_home(lives_in: pd.DataFrame, name: str, n_homes: int) -> FloatArray:
    total = np.zeros(n_homes)
    np.add.at(total, lives_in["home"].to_numpy(dtype=np.int64), lives_in[name].to_numpy(float))
    return total


def _true_to_peak(
    counted: _Homes, observed: FloatArray, by_use: NDArray[np.bool_], n_kinds: int
) -> FloatArray:
    """Give what is free over what the peak leaves, in homes of the kind and sort that say it.

    A bed left in the past year may be filled by another region's child, or closed.
    """
    speak = by_use & counted.is_open & ~counted.is_silent
    group = counted.kind * 2 + (counted.frame["sector"] == _COUNCIL).to_numpy(bool)
    size = n_kinds * 2
    free = np.bincount(group[speak], counted.free[speak], minlength=size)
    left = np.bincount(group[speak], observed[speak], minlength=size)
    return np.asarray(((free + _AS_PEAK) / (left + _AS_PEAK))[group])


def _planned_places(
    counted: _Homes,
    lives_in: pd.DataFrame,
    free: FloatArray,
    taken: FloatArray,
    *,
    is_seen: NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray]:
    """Places of homes that open later: councils', and what of others' the region will use."""
    places = np.where(
        counted.is_planned, np.where(counted.free > 0, counted.free, counted.approved), 0.0
    )
    is_council = (counted.frame["sector"] == _COUNCIL).to_numpy(bool)
    n_kinds = len(is_seen)
    similar = counted.is_open & ~is_council
    kind = counted.kind[similar]
    own = np.minimum(_by_home(lives_in, "children", len(free)), taken)
    used = np.bincount(kind, (own + free)[similar], minlength=n_kinds)
    whole = np.bincount(kind, counted.approved[similar], minlength=n_kinds)
    # Where nothing is seen of who lives in such homes, the area's own part decides alone.
    share = np.where(is_seen & (whole > 0), used / np.maximum(whole, 1e-9), 1.0)
    return (
        np.where(is_council, places, 0.0),
        np.where(is_council, 0.0, places * share[counted.kind]),
    )


def _age_sets(counted: _Homes, n_kinds: int) -> IntArray:
    """Give the set of age bands whose ages a home takes any of; a blank age is no limit.

    Ages for which no home of a kind is registered at all live in the homes for the
    nearest ages, as they do today: a few children of 15 in supported accommodation
    are no shortage of homes.
    """
    homes = counted.frame
    youngest = homes["age_min"].astype("float64").fillna(0.0).to_numpy()
    oldest = homes["age_max"].astype("float64").fillna(float(ADULT_AGE)).to_numpy()
    first = np.array(AGE_BAND_STARTS)
    last = np.array([*AGE_BAND_STARTS[1:], ADULT_AGE]) - 1
    takes = (youngest[:, None] <= last) & (oldest[:, None] >= first)
    for kind in range(n_kinds):
        of_kind = counted.kind == kind
        served = np.flatnonzero(takes[of_kind].any(axis=0))
        for band in set(range(len(first))) - set(served.tolist()) if served.size else ():
            nearest = served[np.abs(served - band).argmin()]
            takes[of_kind, band] = takes[of_kind, nearest]
    return np.asarray(takes @ (1 << np.arange(len(first))), dtype=np.int64)


def _suits(counted: _Homes, spare: FloatArray) -> IntArray:
    """Sex, highest need and room as one number; what is not said is no limit."""
    frame = counted.frame
    sex = frame["sex"].map({"F": 1, "M": 2}).fillna(0).to_numpy(dtype=np.int64)
    need = frame["needs_met"].astype("float64").fillna(NEEDS - 1.0).to_numpy().astype(np.int64)
    exempt = (frame["sibling_exemption"].astype("float64") == 1.0).to_numpy()
    room = np.where(exempt, ROOMS, np.clip(np.floor(spare), 1, ROOMS)).astype(np.int64)
    return np.asarray((sex * NEEDS + np.clip(need, 0, NEEDS - 1)) * ROOMS + room - 1)


def _added_up(counted: _Homes, trait: IntArray, columns: FloatArray) -> tuple[Cells, IntArray]:
    """Homes of one authority, kind and trait as one cell; and the cell of each home."""
    keys = np.stack([counted.authority, counted.kind, trait], axis=1)
    distinct, cell = np.unique(keys, axis=0, return_inverse=True)
    cell = cell.ravel()
    n_homes = len(cell)
    summing = sparse.csr_array(
        (np.ones(n_homes), (cell, np.arange(n_homes))), shape=(len(distinct), n_homes)
    )
    is_open = counted.is_open_then.astype(float)
    places = [summing @ (is_open * column[:, None]) for column in columns.T]
    authority, kind, of_trait = distinct.T
    return Cells(authority, kind, of_trait, np.stack(places, axis=-1)), cell


def _own_by_cell(
    lives_in: pd.DataFrame,
    counted: _Homes,
    taken: FloatArray,
    age_cell: IntArray,
    by_age: Cells,
    *,
    shape: tuple[int, int],
) -> tuple[Cells, FloatArray]:
    """Own children by their authority and cell of homes, while those homes are open."""
    home = lives_in["home"].to_numpy(dtype=np.int64)
    child = lives_in["child"].to_numpy(dtype=np.int64)
    children = lives_in["children"].to_numpy(float)
    held = np.zeros(len(taken))
    np.add.at(held, home, children)
    # The register's word goes before the returns': nobody lives in a place that is free.
    fits = np.divide(np.minimum(held, taken), held, out=np.zeros_like(held), where=held > 0)
    children = children * fits[home]
    own_now = np.zeros((shape[0], *shape))
    np.add.at(own_now, (child, counted.authority[home], counted.kind[home]), children)
    keys = np.stack([child, age_cell[home]], axis=1)
    distinct, pair = np.unique(keys, axis=0, return_inverse=True)
    summing = sparse.csr_array(
        (children, (pair.ravel(), home)), shape=(len(distinct), len(counted.free))
    )
    places = (summing @ counted.is_open_then.astype(float))[:, :, None]
    return Cells(distinct[:, 0], by_age.kind[distinct[:, 1]], distinct[:, 1], places), own_now


def _silent_share(counted: _Homes, n_kinds: int) -> FloatArray:
    of_open = np.where(counted.is_open, counted.approved, 0.0)
    whole, silent = np.zeros(n_kinds), np.zeros(n_kinds)
    np.add.at(whole, counted.kind, of_open)
    np.add.at(silent, counted.kind, np.where(counted.is_silent, of_open, 0.0))
    return np.divide(silent, whole, out=np.zeros(n_kinds), where=whole > 0)


def _summed(cells: Cells, weight: FloatArray, *, n_traits: int, n_kinds: int) -> FloatArray:
    """Places of the area by trait and kind, shape (n_traits, n_kinds, horizon, n_columns)."""
    inside = np.flatnonzero(weight[cells.authority].any(axis=1))
    places = cells.places[inside] * weight[cells.authority[inside]][:, :, None]
    total = np.zeros((n_traits, n_kinds, *places.shape[1:]))
    np.add.at(total, (cells.trait[inside], cells.kind[inside]), places)
    return total


def _own_of(
    register: Register, members: NDArray[np.bool_], n_kinds: int
) -> tuple[FloatArray, FloatArray]:
    """Places that the area's own children live in by age set; and how many do so today."""
    weight = members.astype(float)
    home_authority = register.by_age.authority[register.own.trait]
    both = weight[register.own.authority] * weight[home_authority]
    inside = np.flatnonzero(both.any(axis=1))
    total = np.zeros((N_AGE_SETS, n_kinds, weight.shape[1]))
    at = (register.by_age.trait[register.own.trait[inside]], register.own.kind[inside])
    np.add.at(total, at, register.own.places[inside, :, 0] * both[inside])
    ever = np.flatnonzero(members.any(axis=1))
    in_homes = np.tensordot(
        np.nan_to_num(register.own_now[np.ix_(ever, ever)]), weight[ever], axes=([1], [0])
    )
    today = (in_homes * weight[ever][:, None, :]).sum(axis=0)
    return total, np.asarray(today)
