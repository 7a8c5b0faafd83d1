"""Where families live: each authority in a few zones, from the postcodes at entry.

Where returns hold no postcodes an authority is one zone, at its middle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.vq import kmeans2

from models.forecast import FloatArray, IntArray
from rcc_forecast.geography import AUTHORITIES, locate_postcodes

MOST_ZONES = 64
"""Zones of all authorities together, about: finer ones change no choice and cost time."""

MOST_IN_AN_AUTHORITY = 4
FEWEST_HOMES_OF_A_ZONE = 8
RECENT_YEARS = 3
"""Years of entries that say where families live now."""

HOMES_OF_A_ZONE = 24
"""Family homes that stand for a zone when miles are counted."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Zones of the authorities.

    Attributes
    ----------
    authority : ndarray of int, shape (n_zones,)
        Place of its authority in the list given.
    share : ndarray, shape (n_zones,)
        Share of its authority's children; they add up to 1.
    homes : list of ndarray, shape (n_homes, 2)
        OSGB36 metres of family homes that stand for the zone.
    located : int
        Children whose family's postcode was found.
    """

    authority: IntArray
    share: FloatArray
    homes: list[FloatArray]
    located: int

    @property
    def n_zones(self) -> int:
        """Number of zones."""
        return len(self.homes)

    def middle(self) -> FloatArray:
        """Give the mean of each zone's family homes, shape (n_zones, 2)."""
        return np.array([homes.mean(axis=0) for homes in self.homes])


def recent_families(episodes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Give children who entered care lately, with the place their family lived at entry.

    Parameters
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    as_of : Timestamp
        Last day that may be seen.

    Returns
    -------
    DataFrame
        One row a child, newest entry: child, local_authority, entered, dob, sex, ethnic,
        placement_type, home_post, easting, northing; the place missing where it is not known.
    """
    since = as_of - pd.DateOffset(years=RECENT_YEARS)
    started = episodes["rne"].eq("S") & episodes["decom"].gt(since) & episodes["decom"].le(as_of)
    recent = episodes[started].sort_values(["child", "decom"]).drop_duplicates("child", keep="last")
    places = locate_postcodes(recent["home_post"])
    return recent.assign(
        entered=recent["decom"], easting=places["easting"], northing=places["northing"]
    )[
        [
            "child",
            "local_authority",
            "entered",
            "dob",
            "sex",
            "ethnic",
            "placement_type",
            "home_post",
            "easting",
            "northing",
        ]
    ].reset_index(drop=True)


def zones_of(families: pd.DataFrame, authorities: list[str], *, rng: np.random.Generator) -> Zones:
    """Cut authorities into zones.

    Parameters
    ----------
    families : DataFrame
        From `recent_families`.
    authorities : list of str
        ONS codes.
    rng : Generator
        Of where the search for zones starts, and of the homes that stand for one.
    """
    most = int(np.clip(MOST_ZONES // max(len(authorities), 1), 1, MOST_IN_AN_AUTHORITY))
    known = families.dropna(subset=["easting", "northing"])
    authority, share, homes = [], [], []
    for number, code in enumerate(authorities):
        found = known.loc[known["local_authority"] == code, ["easting", "northing"]].to_numpy(float)
        if not len(found):
            found = _middle_of(code, known)
        n_zones = int(np.clip(len(found) // FEWEST_HOMES_OF_A_ZONE, 1, most))
        label = kmeans2(found, n_zones, minit="++", rng=rng)[1] if n_zones > 1 else 0
        labels = np.broadcast_to(label, len(found))
        for zone in np.unique(labels):
            members = found[labels == zone]
            authority.append(number)
            share.append(len(members) / len(found))
            chosen = rng.permutation(len(members))[:HOMES_OF_A_ZONE]
            homes.append(members[np.sort(chosen)])
    return Zones(np.array(authority, dtype=np.int64), np.array(share), homes, len(known))


def _middle_of(code: str, known: pd.DataFrame) -> FloatArray:
    if code in AUTHORITIES.index:
        return AUTHORITIES.loc[[code], ["easting", "northing"]].to_numpy(float)
    # An authority outside the register: the middle of everybody known, or of England.
    frame = known if len(known) else AUTHORITIES
    return frame[["easting", "northing"]].mean().to_numpy(float)[None]
