"""Homes that could be opened: a council's list of sites to choose from, with what each would cost.

Costs to open are assumptions of this synthesiser: round figures, far apart
where kinds are far apart, and of no real scheme.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.synthetic.homes import with_prices
from rcc_forecast.synthetic.placements import CHILDRENS, FOSTER, SUPPORTED, TYPES
from rcc_forecast.synthetic.whereabouts import Surroundings, draw_addresses

SITES_OF_AN_AUTHORITY = 4

_KINDS, _SHARES = (FOSTER, CHILDRENS, SUPPORTED), [0.35, 0.45, 0.2]
_MOST_PLACES = {FOSTER: 3, CHILDRENS: 5, SUPPORTED: 6}
_FEWEST_PLACES = {FOSTER: 1, CHILDRENS: 2, SUPPORTED: 3}
# GBP: finding and training a household; buying or turning a house; the same with less staff space.
_COST_OF_A_HOME = {FOSTER: 9_000, CHILDRENS: 280_000, SUPPORTED: 90_000}
_COST_OF_A_PLACE = {FOSTER: 2_000, CHILDRENS: 95_000, SUPPORTED: 30_000}
_SPREAD = 0.2


def sites_table(
    around: Surroundings, levels: pd.DataFrame, *, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw sites in every authority of the area, as `tables.investing.SITES`, all as text.

    Parameters
    ----------
    around : Surroundings
        The area and what lies around it.
    levels : DataFrame
        As `levels.read_levels`.
    rng : numpy.random.Generator
        The only source of chance.
    """
    host = np.repeat(np.arange(around.n_own), SITES_OF_AN_AUTHORITY)
    n = len(host)
    kind = rng.choice(np.array(_KINDS), n, p=_SHARES)
    low, high = (_of_kind(figures, kind) for figures in (_FEWEST_PLACES, _MOST_PLACES))
    places = rng.integers(low, high + 1)
    cost = _of_kind(_COST_OF_A_HOME, kind) + places * _of_kind(_COST_OF_A_PLACE, kind)
    cost = cost * np.exp(_SPREAD * rng.standard_normal(n))
    needs = rng.choice([1, 2, 2, 3], n)
    sites = pd.DataFrame(
        {
            "host": host,
            "kind": kind,
            # A site is the authority's own until a provider is found.
            "provider": host,
            "solo": 0,
            "needs_met": np.where(kind == CHILDRENS, 3, np.where(kind == SUPPORTED, 2, needs)),
        }
    )
    sites = with_prices(sites, around, levels, rng)
    address = around.addresses.iloc[draw_addresses(around, host, rng)]
    return pd.DataFrame(
        {
            "site_id": [f"SYN-S-{number + 1:06d}" for number in range(n)],
            "placement_type": np.array(TYPES, dtype=object)[kind],
            "places": places,
            "local_authority": np.array(around.codes, dtype=object)[host],
            "postcode": address["postcode"].to_numpy(),
            "easting": address["easting"].to_numpy().astype(np.int64),
            "northing": address["northing"].to_numpy().astype(np.int64),
            "age_min": np.where(kind == CHILDRENS, 8, np.where(kind == SUPPORTED, 16, 0)),
            "age_max": 17,
            "sex": "any",
            "needs_met": sites["needs_met"],
            "sibling_exemption": 0,
            "solo": 0,
            "weekly_cost_gbp": sites["weekly_cost_gbp"],
            "cost_gbp": np.rint(cost / 500).astype(np.int64) * 500,
        }
    ).astype(str)


def _of_kind(figures: dict[int, int], kind: np.ndarray) -> np.ndarray:
    return np.array([figures[int(one)] for one in kind], dtype=np.int64)
