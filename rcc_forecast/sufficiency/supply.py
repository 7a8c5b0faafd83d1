"""Step by step from places approved to places usable, each step with its source.

Approved, less closed to placements, less used by other areas, less those that
suit none of the children expected, plus carers to come, less homes expected to
close without a date.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.sufficiency import fair_split, filled_by, places_touching
from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area
from rcc_forecast.sufficiency.assumptions import AS_MANY, CLOSED_SHARE, PLANNED
from rcc_forecast.sufficiency.capacity import AreaPlaces, Register, places_of
from rcc_forecast.sufficiency.closures import Closures
from rcc_forecast.sufficiency.doubt import SupplyDoubt
from rcc_forecast.sufficiency.suited import Comers, suited_share

_ROUNDING = 1e-9
"""Places that are no more than the rounding of sums."""

_FOSTER = PlacementType.FOSTER.value


@dataclass(frozen=True, slots=True)
class AreaSupply:
    """Places of one area by step, shape (n_kinds, horizon) where not said otherwise.

    Attributes
    ----------
    approved, closed, others, own, free, unsuited, to_come, usable : ndarray of float
        ``approved - closed - others = own + free``;
        ``own + free - unsuited + to_come = usable``.
    by_band : ndarray of float, shape (n_bands, n_kinds, horizon)
        ``usable``, split fairly over the ages expected.
    touching : ndarray of float, shape (2 ** n_bands, n_kinds, horizon)
        Places, before `to_come`, whose ages touch each set of bands.
    scale : ndarray of float, shape (n_paths, n_kinds, horizon), optional
        By how much places are more or fewer in each future.
    elsewhere : ndarray of float
        Own children who live outside the area's homes today.
    sources : dict of str to list of str
        By step, a sentence a kind.
    """

    approved: FloatArray
    closed: FloatArray
    others: FloatArray
    own: FloatArray
    free: FloatArray
    unsuited: FloatArray
    to_come: FloatArray
    usable: FloatArray
    by_band: FloatArray
    touching: FloatArray
    scale: FloatArray | None
    elsewhere: FloatArray
    sources: dict[str, list[str]]


def supply_of(
    area: Area,
    register: Register,
    *,
    demand: FloatArray,
    children_now: FloatArray,
    comers: Comers | None,
    foster_paths: FloatArray | None,
    kinds: list[str],
    with_urn: FloatArray,
    doubt: SupplyDoubt | None = None,
    closures: Closures | None = None,
) -> AreaSupply:
    """Take one area's homes through the steps.

    Parameters
    ----------
    area : Area
    register : Register
    demand : ndarray of float, shape (n_kinds, n_bands, horizon)
        Children expected.
    children_now : ndarray of float, shape (n_authorities, n_kinds)
        Children in care on the as-of day.
    comers : Comers, optional
        Who is expected to need a free place.
    foster_paths : ndarray of float, shape (n_paths, n_authorities, horizon), optional
        Usable foster places as a multiple of today's, in each future.
    kinds : list of str
    with_urn : ndarray of float, shape (n_kinds,)
        Share of children with an Ofsted number.
    doubt : SupplyDoubt, optional
        How places stray; without it only carers and closures differ between futures.
    closures : Closures, optional
        What closes without a date.
    """
    places = places_of(register, members=area.members, children_now=children_now)
    fitting = suited_share(places.by_suit, comers)
    touching = places_touching(places.own + places.free * fitting)
    expected = demand.swapaxes(0, 1)
    rank = filled_by(_let_come(expected, touching[-1]), touching=touching)
    # Where every place could be filled, the number does not depend on who comes.
    rank[-1] = np.where(touching[-1] - rank[-1] < _ROUNDING, touching[-1], rank[-1])
    by_band = _split_by_age(rank, expected)
    own, free = places.own.sum(axis=0), places.free.sum(axis=0)
    # Parts of places go into tiny remainders: none is below nought.
    rest = np.maximum(places.approved - own - free, 0.0)
    closed = np.minimum(rest, _closed_share(kinds)[:, None] * places.approved)
    scale = _scale(area, register, foster_paths, places, kinds)
    if closures is not None:
        scale = closures.staying if scale is None else scale * closures.staying
    if doubt is not None:
        scale = _strayed(scale, doubt, area, register, whole=rank[-1], kinds=kinds)
    grown = 1.0 if scale is None else scale.mean(axis=0)
    return AreaSupply(
        approved=own + free + rest,
        closed=closed,
        others=rest - closed,
        own=own,
        free=free,
        unsuited=own + free - rank[-1],
        to_come=rank[-1] * (grown - 1.0),
        usable=rank[-1] * grown,
        by_band=by_band * grown,
        touching=touching,
        scale=scale,
        elsewhere=places.elsewhere,
        sources=_sources(register, comers, foster_paths, kinds, with_urn, closures),
    )


def supply_rows(
    area: Area,
    supply: AreaSupply,
    *,
    kinds: list[str],
    shown: list[str],
    months: pd.DatetimeIndex,
) -> pd.DataFrame:
    """Give the steps of one area as rows of `SUPPLY`, the total of the kinds shown at the end."""
    at = [kinds.index(kind) for kind in shown]
    horizon = len(months)
    founded = np.tile(area.members.any(axis=0), len(shown) + 1)
    columns = {
        "capacity_approved": supply.approved,
        "places_closed": supply.closed,
        "capacity_available": supply.approved - supply.closed,
        "places_used_by_others": supply.others,
        "own_residents": supply.own,
        "free": supply.free,
        "places_unsuited": supply.unsuited,
        "places_to_come": supply.to_come,
        "capacity_usable": supply.usable,
        "living_elsewhere": supply.elsewhere,
    }
    figures = {
        name: np.vstack([values[at], values[at].sum(axis=0)]).ravel()
        for name, values in columns.items()
    }
    sources = {
        name: np.repeat([*(words[i] for i in at), "the kinds added up"], horizon)
        for name, words in supply.sources.items()
    }
    rows = pd.DataFrame(
        {
            "region": area.region,
            "local_authority": area.local_authority,
            "placement_type": np.repeat([*shown, PLANNED], horizon),
            "month": np.tile(months.strftime("%Y-%m-%d"), len(shown) + 1),
            "horizon": np.tile(np.arange(1, horizon + 1), len(shown) + 1),
            **figures,
            **sources,
            "rcc": np.tile(area.rcc, len(shown) + 1),
            "local_authority_name": (
                "" if area.local_authority == ALL else name_of(area.local_authority)
            ),
        }
    )
    return rows[founded]


def _split_by_age(rank: FloatArray, expected: FloatArray) -> FloatArray:
    """Usable places by the bands that could use them, shape (n_bands, n_kinds, horizon)."""
    split = np.zeros(expected.shape)
    has_homes = rank[-1].any(axis=1)
    n_sets, n_bands = len(rank), len(expected)
    some = rank[:, has_homes]
    split[:, has_homes] = fair_split(
        some.reshape(n_sets, -1), weights=expected[:, has_homes].reshape(n_bands, -1)
    ).reshape(n_bands, *some.shape[1:])
    return split


def _let_come(expected: FloatArray, places: FloatArray) -> FloatArray:
    """Children let come to see which places would fill: those expected, a multiple of them."""
    total = expected.sum(axis=0)
    nobody = total <= 0.0
    times = np.maximum(AS_MANY, places / np.where(nobody, 1.0, total))
    # Where nobody is expected nothing is known of their ages: any place could be filled.
    return np.where(nobody, places, expected * times)


def _closed_share(kinds: list[str]) -> FloatArray:
    known = {kind.value: share for kind, (share, _) in CLOSED_SHARE.items()}
    return np.array([known.get(kind, 0.0) for kind in kinds])


def _scale(
    area: Area,
    register: Register,
    foster_paths: FloatArray | None,
    places: AreaPlaces,
    kinds: list[str],
) -> FloatArray | None:
    """Growth of usable places in each future; planned openings do not grow a second time."""
    if foster_paths is None:
        return None
    foster = kinds.index(_FOSTER)
    cells = register.by_age
    chosen = np.flatnonzero(cells.kind == foster)
    # Free and taken are of homes open today; those that open later are in neither.
    today = cells.places[chosen, :, 1] + cells.places[chosen, :, 2]
    by_authority = np.zeros(area.members.shape)
    np.add.at(by_authority, cells.authority[chosen], today)
    ever = np.flatnonzero(area.members.any(axis=1))
    weight = by_authority[ever] * area.members[ever]
    change = np.einsum("pah,ah->ph", foster_paths[:, ever] - 1.0, weight)
    whole = places.approved[foster]
    grown = np.divide(change, whole, out=np.zeros_like(change), where=whole > 0)
    scale = np.ones((len(foster_paths), len(kinds), area.members.shape[1]))
    scale[:, foster] = np.maximum(1.0 + grown, 0.0)
    return scale


def _strayed(
    scale: FloatArray | None,
    doubt: SupplyDoubt,
    area: Area,
    register: Register,
    *,
    whole: FloatArray,
    kinds: list[str],
) -> FloatArray:
    """Scale in doubt; its mean stays. What carers' flows already doubt is not added again."""
    cells = register.by_age
    places = np.zeros((area.members.shape[0], len(kinds)))
    np.add.at(places, (cells.authority, cells.kind), cells.places[:, :, 1:].sum(axis=2).max(axis=1))
    grown: FloatArray | float = 1.0 if scale is None else scale.mean(axis=0)
    log = doubt.of_area(area, places=places, whole=whole * grown)
    if scale is not None:
        known = np.log(np.maximum(scale, 1e-3)).var(axis=0)
        spread = log.var(axis=0)
        rest = 1.0 - np.divide(known, spread, out=np.zeros_like(spread), where=spread > 0)
        log = np.log(np.maximum(scale, 1e-3)) + log * np.sqrt(np.maximum(rest, 0.0))
    strayed = np.exp(log)
    return np.asarray(strayed * (grown / strayed.mean(axis=0)))


def _sources(
    register: Register,
    comers: Comers | None,
    foster_paths: FloatArray | None,
    kinds: list[str],
    with_urn: FloatArray,
    closures: Closures | None,
) -> dict[str, list[str]]:
    closed = {
        kind.value: f"share published ({source}), of places neither own children's nor free"
        for kind, (_, source) in CLOSED_SHARE.items()
    }
    suited = (
        "sexes, needs and ages of children expected are not given: every free place suits"
        if comers is None
        else f"ages expected; {comers.source}"
    )
    leaving = [""] * len(kinds) if closures is None else closures.sources
    return {
        "approved_source": ["the register: homes open that day"] * len(kinds),
        "closed_source": [
            closed.get(
                kind,
                "no figure is published for this kind: closed places count as used by others",
            )
            for kind in kinds
        ],
        "others_source": [
            _others_source(bool(seen), float(share), float(silent))
            for seen, share, silent in zip(register.is_seen, with_urn, register.silent, strict=True)
        ],
        "suited_source": [suited] * len(kinds),
        "flow_source": [
            "carers recruited and leaving, forecast"
            if kind == _FOSTER and foster_paths is not None
            else leaves or "carers to come are not forecast"
            for kind, leaves in zip(kinds, leaving, strict=True)
        ],
    }


def _others_source(is_seen: bool, share: float, silent: float) -> str:
    if is_seen:
        told = f"returns: the Ofsted number of {share:.0%} of children placed meets the register"
    else:
        told = (
            "bounded: too few children have an Ofsted number, so own children are taken to hold "
            "as many places as they can"
        )
    if silent > 0.0:
        told += (
            f"; {silent:.0%} of places are in homes that do not say what is free: there, the most "
            "that own children filled on a month end of the past year"
            if is_seen
            else f"; {silent:.0%} of places are in homes that do not say what is free: there, a "
            "published share of vacancies, or none"
        )
    return told
