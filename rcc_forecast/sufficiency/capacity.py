"""Approved, free, taken: what the register holds in each authority, kind and month.

Registered is not usable. A place is usable for an area's own children when one
of them lives in it, or when it is free; the rest is used by other areas or
closed to placements. So usable = own residents + free places, which is the
register's form of approved × availability × (1 − share used by others).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast.sufficiency.residents import own_residents, positions
from rcc_forecast.tables.homes import open_on


@dataclass(frozen=True, slots=True)
class Register:
    """Places by authority (of the home), kind and month.

    Attributes
    ----------
    approved, free, taken, planned : ndarray of float, shape (n_authorities, n_kinds, horizon)
        Places in homes open on the month's last day. ``free`` and ``taken`` are
        of homes open on the as-of day: what they could fill then, and the rest
        of what they are approved for. ``planned`` are the usable places of homes
        that open later.
    taken_now : ndarray of float, shape (n_authorities, n_kinds)
        ``taken`` on the as-of day.
    own_now : ndarray of float, shape (n_authorities, n_authorities, n_kinds)
        Children of the first authority seen to live in homes in the second;
        missing for kinds where that cannot be seen.
    listed : ndarray of bool, shape (n_kinds,)
        Kinds of which the register has any home, in any month.
    homes_elsewhere : int
        Homes in authorities that filed no returns; they count nowhere.
    """

    approved: FloatArray
    free: FloatArray
    taken: FloatArray
    planned: FloatArray
    taken_now: FloatArray
    own_now: FloatArray
    listed: np.ndarray[tuple[int], np.dtype[np.bool_]]
    homes_elsewhere: int


@dataclass(frozen=True, slots=True)
class AreaCapacity:
    """Places of one area.

    Attributes
    ----------
    approved, usable, others : ndarray of float, shape (n_kinds, horizon)
        Places in homes open then; those for the area's own children; the rest.
    elsewhere : ndarray of float, shape (n_kinds, horizon)
        Own children who live outside the area's homes on the as-of day.
    """

    approved: FloatArray
    usable: FloatArray
    others: FloatArray
    elsewhere: FloatArray


def read_register(
    homes: pd.DataFrame,
    *,
    authorities: list[str],
    kinds: list[str],
    months: pd.DatetimeIndex,
    as_of: pd.Timestamp,
    residents: pd.DataFrame | None = None,
) -> Register:
    """Count the register's places by authority, kind and month.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table. A home without ``places_approved`` is approved for what
        it has free; one without ``places_available`` has all its places free;
        more free than approved counts as approved.
    authorities, kinds : list of str
        Rows and columns of the result.
    months : DatetimeIndex
        Month ends ahead.
    as_of : Timestamp
        The day the register describes. A home that opens later is planned: all
        its places count as usable, or ``places_available`` where that is given
        and above 0 (a home that is not open yet has none free, and the register
        may say so).
    residents : DataFrame, optional
        Who lives where on `as_of` (`residents.residents_of`).

    Returns
    -------
    Register
        In places; months in which a home is closed do not count it.
    """
    homes = homes.reset_index(drop=True)
    row = positions(authorities, homes["local_authority"])
    column = positions(kinds, homes["placement_type"])
    inside = (row >= 0) & (column >= 0)
    counted = homes[inside]
    cell = (row[inside], column[inside])
    approved, free = _places(counted)
    is_planned = (counted["opened"] > as_of).to_numpy(bool)
    open_now = open_on(counted, as_of).to_numpy(bool)
    open_then = np.stack([open_on(counted, month).to_numpy(bool) for month in months], axis=1)
    taken = np.where(is_planned, 0.0, approved - free)
    usable_planned = np.where(is_planned, np.where(free > 0, free, approved), 0.0)
    free_now = np.where(is_planned, 0.0, free)
    shape = (len(authorities), len(kinds), len(months))

    def summed(places: FloatArray) -> FloatArray:
        total = np.zeros(shape)
        np.add.at(total, cell, places[:, None] * open_then)
        return total

    taken_now = np.zeros(shape[:2])
    np.add.at(taken_now, cell, taken * open_now)
    return Register(
        approved=summed(approved),
        # A home already shut on the as-of day frees nothing later.
        free=summed(free_now * open_now),
        taken=summed(taken * open_now),
        planned=summed(usable_planned),
        taken_now=taken_now,
        own_now=own_residents(residents, counted[open_now], authorities=authorities, kinds=kinds),
        listed=np.isin(kinds, homes["placement_type"].unique()),
        homes_elsewhere=int((row < 0).sum()),
    )


def capacity_of(
    register: Register,
    *,
    members: np.ndarray[tuple[int, int], np.dtype[np.bool_]],
    children_now: FloatArray,
) -> AreaCapacity:
    """Give what one area can use of the homes that lie in it.

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
    AreaCapacity
        ``usable`` never exceeds ``approved``; ``others`` is the rest.

    Notes
    -----
    Where it cannot be seen who lives in a home, the area's own children are
    taken to hold as many of the taken places as there are such children: the
    most they can hold. Children beyond that live outside the area's homes, and
    the gap counts the homes they would need to come back. A home that closes
    takes its free places and its share of own residents with it.
    """
    ever = np.flatnonzero(members.any(axis=1))
    weight = members[ever].astype(float)
    approved = np.einsum("akh,ah->kh", register.approved[ever], weight)
    free = np.einsum("akh,ah->kh", register.free[ever], weight)
    taken = np.einsum("akh,ah->kh", register.taken[ever], weight)
    planned = np.einsum("akh,ah->kh", register.planned[ever], weight)
    taken_now = np.einsum("ak,ah->kh", register.taken_now[ever], weight)
    children = np.einsum("ak,ah->kh", children_now[ever], weight)
    own_now = register.own_now[np.ix_(ever, ever)]
    seen = np.einsum("abk,ah,bh->kh", own_now, weight, weight, optimize=True)
    own = np.minimum(np.where(np.isnan(seen), children, seen), taken_now)
    own_share = np.divide(own, taken_now, out=np.zeros_like(own), where=taken_now > 0)
    usable = np.minimum(free + own_share * taken + planned, approved)
    return AreaCapacity(
        approved=approved, usable=usable, others=approved - usable, elsewhere=children - own
    )


def _places(homes: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    approved = homes["places_approved"].astype("float64")
    free = homes["places_available"].astype("float64")
    approved = approved.fillna(free).fillna(0.0)
    free = free.fillna(approved)
    free = free.clip(upper=approved)
    return np.asarray(approved, dtype=np.float64), np.asarray(free, dtype=np.float64)
