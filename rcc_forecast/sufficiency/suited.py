"""Whom free places suit: sex, need and room for brothers and sisters, of those expected.

A place is counted where a child like those expected could fill it. Ages are
not looked at here: they are weighed exactly, band by band, with every place.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast.sufficiency.assumptions import AS_MANY
from rcc_forecast.sufficiency.capacity import NEEDS, ROOMS
from rcc_forecast.sufficiency.substitution import kinds_needed

_GIRLS, _BOYS = 0, 1
_ENOUGH = 20
"""Children of a kind from which its own mix is used; with fewer, that of all kinds."""

# Sets of sexes, and which of the homes for any, girls, boys take a child of the set.
_SEX_SETS = (((_GIRLS,), (0, 1)), ((_BOYS,), (0, 2)), ((_GIRLS, _BOYS), (0, 1, 2)))


@dataclass(frozen=True, slots=True)
class Comers:
    """What kinds of children are expected to need a free place.

    Attributes
    ----------
    mix : ndarray of float, shape (2, NEEDS, ROOMS, n_kinds)
        Shares by sex (girls, boys), need and children to be placed together
        (1, 2, 3 or more); each kind adds up to 1.
    source : str
        In words.
    """

    mix: FloatArray
    source: str


def comers_of(
    residents: pd.DataFrame | None, cohort: pd.DataFrame | None, *, kinds: list[str]
) -> Comers | None:
    """Give the mix of expected children, as far as the data carry it.

    Parameters
    ----------
    residents : DataFrame, optional
        From `residents.residents_of`: sexes by kind.
    cohort : DataFrame, optional
        A `CHILDREN_TO_PLACE` table: sexes, needs and sibling groups.
    kinds : list of str
        Axis of the result.

    Returns
    -------
    Comers, optional
        None where not even sexes are known.
    """
    if cohort is not None and len(cohort) >= _ENOUGH:
        return Comers(
            _mix_of_cohort(cohort, kinds),
            "sexes, needs and sibling groups of the children given",
        )
    if residents is None or "girls" not in residents or residents["girls"].sum() == 0:
        return None
    by_kind = residents.groupby("placement_type")[["children", "girls"]].sum()
    whole = by_kind.sum()
    by_kind = by_kind.reindex(kinds).fillna(0.0).astype("float64")
    share = (by_kind["girls"] / by_kind["children"]).where(by_kind["children"] >= _ENOUGH)
    girls = share.fillna(whole["girls"] / max(whole["children"], 1)).to_numpy()
    mix = np.zeros((2, NEEDS, ROOMS, len(kinds)))
    mix[_GIRLS, 0, 0], mix[_BOYS, 0, 0] = girls, 1.0 - girls
    return Comers(mix, "sexes of the children placed today; needs and sibling groups are not given")


def suited_share(by_suit: FloatArray, comers: Comers | None) -> FloatArray:
    """Give the share of free places that children like those expected could fill at once.

    Parameters
    ----------
    by_suit : ndarray of float, shape (3, NEEDS, ROOMS, n_kinds, horizon)
        Free places by sex (any, girls, boys), highest need met and room.
    comers : Comers, optional
        Without them every place suits.

    Returns
    -------
    ndarray of float, shape (n_kinds, horizon)
        0 to 1; 1 where there is no free place.

    Notes
    -----
    By Hall's theorem, over sets that are a product of sexes, needs from a level
    up and groups from a size up; sets that are no such product are left out, so
    the share is never too low and very nearly exact.
    """
    free = by_suit.sum(axis=(0, 1, 2))
    if comers is None:
        return np.ones_like(free)
    come = AS_MANY * free
    filled = free.copy()
    for (sexes, homes_for), need, room in product(_SEX_SETS, range(NEEDS), range(ROOMS)):
        share = comers.mix[list(sexes), need:, room:].sum(axis=(0, 1, 2))[:, None]
        fitting = by_suit[list(homes_for), need:, room:].sum(axis=(0, 1, 2))
        filled = np.minimum(filled, come * (1.0 - share) + fitting)
    return np.asarray(np.divide(filled, free, out=np.ones_like(free), where=free > 0))


def _mix_of_cohort(cohort: pd.DataFrame, kinds: list[str]) -> FloatArray:
    weights = kinds_needed(cohort, kinds=kinds)
    girls = np.where(cohort["sex"] == "F", 1.0, np.where(cohort["sex"] == "M", 0.0, 0.5))
    need = (
        cohort["needs"].astype("float64").fillna(0.0).clip(0, NEEDS - 1).astype("int64").to_numpy()
    )
    together = (cohort["sibling_plan"] == "together") & cohort["sibling_group"].notna()
    size = cohort.groupby("sibling_group")["sibling_group"].transform("size")
    room = np.where(together, size.fillna(1.0), 1.0).clip(1, ROOMS).astype(np.int64) - 1
    mix = np.zeros((2, NEEDS, ROOMS, len(kinds)))
    for sex, share in ((_GIRLS, girls), (_BOYS, 1.0 - girls)):
        np.add.at(mix[sex], (need, room), weights * share[:, None])
    few = mix.sum(axis=(0, 1, 2)) < _ENOUGH
    mix[..., few] = mix.sum(axis=-1, keepdims=True)
    return np.asarray(mix / mix.sum(axis=(0, 1, 2)))
