"""Who lives in whose homes: the Ofsted number of a placement meets the register.

Without it one can only bound how many of a home's places the area's own
children hold; with it one counts them (domain: the 903's URN joins the Ofsted
lists and a council's register).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ADULT_AGE

URN_SHARE_NEEDED = 0.8
"""Share of a kind's children with a URN from which residents are counted rather than bounded."""


def residents_of(episodes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Count the children in care on a day by authority, kind and Ofsted number.

    Parameters
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    as_of : Timestamp
        The day; a child who leaves on it is not counted, as in monthly demand.

    Returns
    -------
    DataFrame
        Columns local_authority, placement_type, urn (missing where none was
        given), children.
    """
    adult = episodes["dob"] + pd.DateOffset(years=ADULT_AGE) <= as_of
    placed = (episodes["decom"] <= as_of) & ~(episodes["dec"] <= as_of)
    now = episodes.loc[placed & ~adult & ~episodes["respite"].astype("bool")]
    keys = ["local_authority", "placement_type", "urn"]
    counted = now.assign(urn=plain_urn(now["urn"])).groupby(keys, dropna=False, sort=True)
    return counted["child"].nunique().rename("children").reset_index()


def plain_urn(urn: pd.Series[str]) -> pd.Series[str]:
    """Give Ofsted numbers without spaces, in capitals; blank becomes missing."""
    plain = urn.astype("str").str.replace(r"\s+", "", regex=True).str.upper()
    return plain.mask(plain == "")


def own_residents(
    residents: pd.DataFrame | None,
    homes: pd.DataFrame,
    *,
    authorities: list[str],
    kinds: list[str],
) -> FloatArray:
    """Count each authority's children in each authority's homes.

    Parameters
    ----------
    residents : DataFrame, optional
        As `residents_of` gives it.
    homes : DataFrame
        A `HOMES` table of the homes open on the day.
    authorities, kinds : list of str
        Axes of the result.

    Returns
    -------
    ndarray of float, shape (n_authorities, n_authorities, n_kinds)
        Children of the first authority in homes in the second. Missing for a
        kind of which fewer than `URN_SHARE_NEEDED` have a URN; above that,
        children without one are taken to live as the others do.
    """
    own = np.full((len(authorities), len(authorities), len(kinds)), np.nan)
    if residents is None or residents.empty:
        return own
    share = _share_with_urn(residents).reindex(kinds).fillna(0.0).to_numpy()
    seen = share >= URN_SHARE_NEEDED
    own[:, :, seen] = 0.0
    homes = homes.assign(urn=plain_urn(homes["urn"]))
    places = homes.groupby(["urn", "placement_type", "local_authority"])["places_approved"].sum()
    # One URN may stand for premises in several authorities: part by places.
    part = (places / places.groupby(level=[0, 1]).transform("sum")).rename("part").reset_index()
    part = part.rename(columns={"local_authority": "home_authority"})
    joined = residents.dropna(subset=["urn"]).merge(part, on=["urn", "placement_type"])
    child = positions(authorities, joined["local_authority"])
    home = positions(authorities, joined["home_authority"])
    kind = positions(kinds, joined["placement_type"])
    known = (child >= 0) & (home >= 0) & (kind >= 0)
    known[known] &= seen[kind[known]]
    children = (joined["children"] * joined["part"].fillna(0.0)).to_numpy(float)[known]
    at = (child[known], home[known], kind[known])
    np.add.at(own, at, children / share[kind[known]])
    return own


def _share_with_urn(residents: pd.DataFrame) -> pd.Series[float]:
    children = residents["children"].astype("float64")
    with_urn = children.where(residents["urn"].notna(), 0.0)
    kind = residents["placement_type"]
    return with_urn.groupby(kind).sum() / children.groupby(kind).sum()


def positions(names: list[str], wanted: pd.Series[str]) -> IntArray:
    """Give the place of each value among the names, -1 where it is none of them."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(wanted)))
