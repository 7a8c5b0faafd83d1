"""Where families and homes are: real postcodes, invented people.

An address is a postcode drawn from the ONS Postcode Directory; who lives
there is made up. How many children are placed outside their authority, and
how far, follows the DfE's tables of 31 March 2022 (placement provider by type
and locality) and, by region, of 2025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.geography import AUTHORITIES, miles_between, postcodes_of_authorities, region_of
from rcc_forecast.synthetic.days import Days
from rcc_forecast.synthetic.levels import FAR_SHARE
from rcc_forecast.synthetic.placements import OTHER, TEMPORARY

PRIVATE, VOLUNTARY, PUBLIC, PARENTS_OWN, NOBODY = -1, -2, -3, -4, -5
"""Who provides a placement, where it is no authority (an authority is its number, from 0)."""

# By type, in the order of `placements.TYPES`.
_INSIDE = np.array([0.66, 0.56, 0.34, 0.05, 0.62, 0.25, 0.82, 0.25, 0.5, 0.4])
_FAR_AGAINST_ALL = np.array([0.9, 0.75, 1.7, 2.6, 0.55, 2.0, 0.9, 1.4, 0.5, 1.8])
_OUTSIDE_IN_ALL = 0.44
_URBAN_INSIDE, _URBAN_FAR, _SHIRE_FAR = 0.92, 0.85, 0.5
_NEAR_MILES, _FAR_MILES = 22.0, 20.0
_NEAR_FADES, _FAR_FADES = 7.0, 45.0
_MOST_NEAR, _MOST_FAR = 14, 12
_ADDRESSES_AN_AUTHORITY = 2500

# Own authority, private, voluntary, other authority, other public; inside and outside.
_PROVIDERS_INSIDE = {
    0: [1.0, 0, 0, 0, 0],
    1: [0.675, 0.237, 0.086, 0.002, 0],
    2: [0.4, 0.53, 0.07, 0, 0],
    3: [0.9, 0, 0.1, 0, 0],
    4: [0.13, 0.77, 0.08, 0.01, 0.01],
    5: [0.1, 0.64, 0.06, 0, 0.2],
    7: [0.77, 0.02, 0.08, 0.13, 0],
}
_PROVIDERS_OUTSIDE = {
    0: [1.0, 0, 0, 0, 0],
    1: [0.24, 0.64, 0.11, 0.01, 0],
    2: [0.0, 0.91, 0.065, 0.025, 0],
    3: [0.0, 0.0, 0.15, 0.85, 0],
    4: [0.004, 0.945, 0.03, 0.014, 0.007],
    5: [0.0, 0.67, 0.04, 0.01, 0.28],
    7: [0.41, 0.02, 0.25, 0.32, 0],
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Authorities of the area, those around it, and addresses in each.

    Attributes
    ----------
    codes : list of str
        ONS codes; the area's own first, an authority's number is its place.
    n_own : int
        How many are the area's own.
    addresses : DataFrame
        postcode, easting, northing; those of an authority stand together.
    first, count : ndarray of int64, shape (n_codes,)
        Where an authority's addresses begin, and how many there are.
    near, far : ndarray of float, shape (n_own, n_codes)
        Chances, cumulated, of each authority for a placement outside.
    far_share : ndarray of float, shape (n_own,)
        Children placed outside and over 20 miles away.
    """

    codes: list[str]
    n_own: int
    addresses: pd.DataFrame
    first: Days
    count: Days
    near: NDArray[np.float64]
    far: NDArray[np.float64]
    far_share: NDArray[np.float64]


def survey(authorities: list[str], rng: np.random.Generator) -> Surroundings:
    """Find the authorities around an area, and draw addresses in all of them.

    Parameters
    ----------
    authorities : list of str
        ONS codes of the area.
    rng : numpy.random.Generator
        The only source of chance.
    """
    others = [code for code in AUTHORITIES.index if code not in set(authorities)]
    codes = [*authorities, *others]
    places = AUTHORITIES.loc[codes]
    east, north = places["easting"].to_numpy(), places["northing"].to_numpy()
    n_own = len(authorities)
    miles = miles_between(east[:n_own, None], north[:n_own, None], east, north)
    size = np.ones(len(codes))
    own = np.arange(n_own)
    near = size * np.exp(-miles / _NEAR_FADES) * (miles < _NEAR_MILES)
    near[own, own] = 0.0
    near = _largest(near, _MOST_NEAR)
    lonely = near.sum(axis=1) == 0
    alternatives = np.exp(-miles / 15)
    alternatives[own, own] = 0.0
    near[lonely] = _largest(alternatives, 3)[lonely]
    far = np.exp(-miles / _FAR_FADES) * (miles > _FAR_MILES + 6) * (miles < 180)
    far = _largest(far, _MOST_FAR)
    used = (near.sum(axis=0) > 0) | (far.sum(axis=0) > 0)
    used[:n_own] = True
    codes = [code for code, keep in zip(codes, used, strict=True) if keep]
    addresses, first, count = _addresses(codes, rng)
    far_share = np.array([FAR_SHARE[region_of(code)] for code in authorities])
    # Around a county, the next authority is often over 20 miles away as well.
    far_share *= np.where(_urban(authorities), _URBAN_FAR, _SHIRE_FAR)
    return Surroundings(
        codes,
        n_own,
        addresses,
        first,
        count,
        _cumulated(near[:, used]),
        _cumulated(far[:, used]),
        far_share,
    )


def draw_addresses(
    around: Surroundings, authority: Days, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Give an address (a row of `addresses`) in each authority, by its number."""
    at = np.floor(rng.random(len(authority)) * around.count[authority]).astype(np.int64)
    return np.asarray(around.first[authority] + at, dtype=np.int64)


def draw_locations(
    around: Surroundings, own: Days, kind: Days, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the authority in which each new home lies, and who provides it.

    Parameters
    ----------
    around : Surroundings
        The area and what lies around it.
    own : ndarray of int64
        Number of the child's authority.
    kind : ndarray of int64
        Type of placement.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    host, provider : ndarray of int64
        Number of the authority; number of the providing authority, or
        `PRIVATE`, `VOLUNTARY`, `PUBLIC`, `PARENTS_OWN`, `NOBODY`.
    """
    n = len(own)
    urban = _urban(around.codes[: around.n_own])[own]
    inside = rng.random(n) < _INSIDE[kind] * np.where(urban, _URBAN_INSIDE, 1.0)
    far_chance = around.far_share[own] / _OUTSIDE_IN_ALL * _FAR_AGAINST_ALL[kind]
    far = rng.random(n) < far_chance.clip(max=0.97)
    u = rng.random(n)[:, None]
    last = len(around.codes) - 1
    near_host = np.empty(n, dtype=np.int64)
    far_host = np.empty(n, dtype=np.int64)
    for authority in range(around.n_own):
        at = own == authority
        near_host[at] = (u[at] > around.near[authority]).sum(axis=1).clip(max=last)
        far_host[at] = (u[at] > around.far[authority]).sum(axis=1).clip(max=last)
    host = np.where(inside, own, np.where(far, far_host, near_host))
    return host, _draw_providers(own, host, kind, rng)


def _draw_providers(
    own: Days, host: Days, kind: Days, rng: np.random.Generator
) -> NDArray[np.int64]:
    provider = np.full(len(own), NOBODY, dtype=np.int64)
    u = rng.random(len(own))
    for inside, shares_of in ((True, _PROVIDERS_INSIDE), (False, _PROVIDERS_OUTSIDE)):
        for of_kind, shares in shares_of.items():
            at = (kind == of_kind) & ((own == host) == inside)
            pick = np.searchsorted(np.cumsum(shares), u[at], side="right").clip(max=4)
            n = int(at.sum())
            fixed = {1: PRIVATE, 2: VOLUNTARY, 4: PUBLIC}
            options = np.stack([np.full(n, fixed.get(k, 0)) for k in range(5)])
            options[0], options[3] = own[at], host[at]
            provider[at] = options[pick, np.arange(n)]
    parents = kind == 6
    provider[parents] = PARENTS_OWN
    provider[np.isin(kind, [TEMPORARY, OTHER])] = NOBODY
    return provider


def _urban(codes: list[str]) -> NDArray[np.bool_]:
    """Metropolitan districts and London boroughs: small, so that a boundary is near."""
    return np.array([code.startswith(("E08", "E09")) for code in codes], dtype=bool)


def _largest(weights: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    if weights.shape[1] <= most:
        return weights
    least = np.sort(weights, axis=1)[:, -most][:, None]
    return np.where(weights >= least, weights, 0.0)


def _cumulated(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(np.cumsum(weights, axis=1) / total)


def _addresses(codes: list[str], rng: np.random.Generator) -> tuple[pd.DataFrame, Days, Days]:
    known = postcodes_of_authorities(codes)
    number = pd.Series(np.arange(len(codes)), index=codes)
    known = known.assign(number=known["local_authority"].map(number).to_numpy())
    known = known.assign(u=rng.random(len(known)))
    known = known.sort_values(["number", "u"], kind="stable")
    known = known[known.groupby("number").cumcount() < _ADDRESSES_AN_AUTHORITY]
    count = np.bincount(known["number"], minlength=len(codes)).astype(np.int64)
    first = np.cumsum(count) - count
    letters = known["postcode"].str.replace(" ", "")
    addresses = pd.DataFrame(
        {
            "postcode": letters.str[:-3] + " " + letters.str[-3:],
            "easting": known["easting"],
            "northing": known["northing"],
        }
    )
    return addresses.reset_index(drop=True), first, count
