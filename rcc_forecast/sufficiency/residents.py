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
from rcc_forecast.geography import locate_postcodes

URN_SHARE_NEEDED = 0.3
"""Share of a kind's children with a URN from which residents are counted rather than bounded.

A third of the children, taken to live as the others do, says far more than the bound, which has
every child live at home who could: of children in homes two in three do not (NAO 2025).
"""

PEAK_MONTHS = 12
"""Month ends over which the peak use of a home is observed: a year, seasons and all."""

YEARS_BEFORE = (1, 2, 3)
"""Years back to which residents are counted, to see how much places come and go."""

_COUNCIL = "local_authority"
_NEAR_FROM = 5.0
"""Children that "places near and far fill alike" counts for beside those seen."""

_KEYS = ["local_authority", "placement_type", "urn", "lives_in"]


def residents_of(episodes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Count the children in care on a day by authority, kind, Ofsted number and place.

    Parameters
    ----------
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    as_of : Timestamp
        The day; a child who leaves on it is not counted, as in monthly demand.

    Returns
    -------
    DataFrame
        Columns local_authority, placement_type, urn, lives_in (the authority in
        which the placement's postcode or its sector lies; both missing where
        not given), children, girls, peak, and before_1, before_2, before_3: the
        children so many years earlier. ``peak`` over the rows of one URN is the most
        that all authorities' children there were on any month end of the past year:
        authorities whose children take turns do not need the sum of their peaks.
    """
    recent = episodes[~(episodes["dec"] <= as_of - pd.DateOffset(years=max(YEARS_BEFORE)))]
    recent = recent.loc[~recent["respite"].astype("bool") & (recent["decom"] <= as_of)]
    recent = recent.assign(
        urn=plain_urn(recent["urn"]),
        lives_in=_lives_in(recent),
        eighteen=recent["dob"] + pd.DateOffset(years=ADULT_AGE),
    )
    by_key = recent.groupby(_KEYS, dropna=False, sort=True)
    key, keys = by_key.ngroup().to_numpy(), by_key.size().index.to_frame(index=False)
    child = pd.factorize(recent["child"])[0].astype(np.int64) * len(keys) + key

    def counted(day: pd.Timestamp) -> tuple[IntArray, FloatArray]:
        on = (recent["decom"] <= day) & ~(recent["dec"] <= day) & (recent["eighteen"] > day)
        rows = np.flatnonzero(on)
        rows = rows[np.unique(child[rows], return_index=True)[1]]
        return rows, np.bincount(key[rows], minlength=len(keys)).astype(float)

    rows, now = counted(as_of)
    girls = recent["sex"].to_numpy()[rows] == "F" if "sex" in recent else np.zeros(len(rows), bool)
    past = pd.date_range(end=as_of, periods=PEAK_MONTHS, freq="ME")
    over_year = np.stack([*(counted(day)[1] for day in past[past < as_of]), now])
    found = keys.assign(
        children=now.astype(np.int64),
        girls=np.bincount(key[rows], girls, minlength=len(keys)).astype(np.int64),
        peak=_peaks(keys, over_year, now),
        **{
            f"before_{years}": counted(as_of - pd.DateOffset(years=years))[1]
            for years in YEARS_BEFORE
        },
    )
    seen = found.drop(columns=_KEYS).sum(axis=1) > 0
    return found[seen].reset_index(drop=True)


def _lives_in(episodes: pd.DataFrame) -> pd.Series[str]:
    """Give the authority of each placement's postcode; every postcode is looked up once."""
    nowhere = pd.Series(pd.NA, episodes.index, dtype="str")
    if "pl_post" not in episodes:
        return nowhere
    codes, distinct = pd.factorize(episodes["pl_post"].astype("str"))
    if not len(distinct):
        return nowhere
    place = locate_postcodes(pd.Series(distinct, dtype="str"))["local_authority"].to_numpy(object)
    found = pd.Series(place, dtype="str").reindex(codes)
    return pd.Series(found.to_numpy(), episodes.index, dtype="str")


def _peaks(keys: pd.DataFrame, over_year: FloatArray, now: FloatArray) -> FloatArray:
    """Most children of a home on any day, parted among its rows; of no home, of the row."""
    home = keys.groupby(["placement_type", "urn"], dropna=False).ngroup().to_numpy()
    n_homes = home.max() + 1 if len(home) else 0
    at_once = np.stack([np.bincount(home, day, minlength=n_homes) for day in over_year])
    more = at_once.max(axis=0) - np.bincount(home, now, minlength=n_homes)
    own = over_year.max(axis=0)
    whole = np.bincount(home, own, minlength=n_homes)[home]
    shared = now + more[home] * np.divide(own, whole, out=np.zeros_like(own), where=whole > 0)
    return np.asarray(np.where(keys["urn"].notna(), shared, own))


def plain_urn(urn: pd.Series[str]) -> pd.Series[str]:
    """Give Ofsted numbers without spaces, in capitals; blank becomes missing."""
    plain = urn.astype("str").str.replace(r"\s+", "", regex=True).str.upper()
    return plain.mask(plain == "")


def share_with_urn(residents: pd.DataFrame | None, *, kinds: list[str]) -> FloatArray:
    """Give the share of each kind's children whose home is seen; 0 where there is nobody.

    It is seen by its Ofsted number, or by a postcode that says in which authority it lies.
    """
    if residents is None or residents.empty:
        return np.zeros(len(kinds))
    children = residents["children"].astype("float64")
    with_urn = children.where(_is_located(residents), 0.0)
    kind = residents["placement_type"]
    share = with_urn.groupby(kind).sum() / children.groupby(kind).sum()
    return np.asarray(share.reindex(kinds).fillna(0.0), dtype=np.float64)


def _is_located(residents: pd.DataFrame) -> pd.Series[bool]:
    located = residents["urn"].notna()
    return located | residents["lives_in"].notna() if "lives_in" in residents else located


def parted_by_home(
    residents: pd.DataFrame, homes: pd.DataFrame, *, weights: FloatArray
) -> pd.DataFrame:
    """Give each authority's children in each home of the register.

    Parameters
    ----------
    residents : DataFrame
        As `residents_of` gives it; without ``peak``, the children of the day stand for it.
    homes : DataFrame
        A `HOMES` table of homes open on the day, with a plain index.
    weights : ndarray of float, shape (n_homes,)
        Places that can be lived in: children are parted by them where it is not
        known in which of several homes they live.

    Returns
    -------
    DataFrame
        Columns local_authority, home (position), children, peak, and the years
        before as far as `residents` has them.

    Notes
    -----
    One URN may stand for many homes, in several authorities. The placement's
    postcode says in which of them a child lives, and in that authority alone a
    home is looked for; it also serves children without a URN. Without a
    postcode, a home in the child's own authority is as much likelier as it is
    for URNs that lie in one authority only (`_near`).
    """
    listed = pd.DataFrame(
        {
            "urn": plain_urn(homes["urn"]),
            "placement_type": homes["placement_type"],
            "home": np.arange(len(homes)),
            "home_authority": homes["local_authority"],
            "weight": weights,
            "is_council": homes["sector"] == _COUNCIL,
        }
    )
    residents = residents.reset_index(drop=True)
    if "peak" not in residents:
        residents = residents.assign(peak=residents["children"])
    if "lives_in" not in residents:
        residents = residents.assign(lives_in=pd.Series(pd.NA, residents.index, dtype="str"))
    residents = residents.assign(row=np.arange(len(residents)))
    has_urn = residents["urn"].notna()
    known = listed.dropna(subset=["urn"])
    by_urn = residents[has_urn].merge(known, on=["urn", "placement_type"])
    n_homes = by_urn.groupby("row")["home"].transform("size")
    told = by_urn["lives_in"].notna() & (n_homes > 1)
    there = by_urn["lives_in"] == by_urn["home_authority"]
    at_home = by_urn["local_authority"] == by_urn["home_authority"]
    near = np.where(at_home, _near(by_urn, known), 1.0)
    by_urn["weight"] *= np.where(told, there.astype(float), near)
    by_place = residents[~has_urn & residents["lives_in"].notna()].merge(
        listed,
        left_on=["lives_in", "placement_type"],
        right_on=["home_authority", "placement_type"],
        suffixes=("", "_of_home"),
    )
    joined = pd.concat([by_urn, by_place], ignore_index=True)
    total = joined.groupby("row")["weight"].transform("sum")
    part = (joined["weight"] / total).where(total > 0, 0.0)
    counts = [
        name for name in map(str, joined) if name in ("children", "peak") or name[:6] == "before"
    ]
    return joined[["local_authority", "home"]].assign(
        **{name: joined[name] * part for name in counts}
    )


def _near(by_urn: pd.DataFrame, known: pd.DataFrame) -> float:
    """How much likelier a place in the child's own authority is filled than one elsewhere.

    Seen at URNs in one authority alone, those of councils left out, since they take
    their own children first; authorities and kinds are pooled as Mantel and Haenszel
    pool odds (Journal of the National Cancer Institute 22, 1959).
    """
    firms = known[~known["is_council"]]
    spans = firms.groupby(["urn", "placement_type"])["home_authority"].nunique()
    single = spans.index[spans == 1]
    keys = ["urn", "placement_type"]
    firms = firms[pd.MultiIndex.from_frame(firms[keys]).isin(single)]
    places = firms.groupby(["placement_type", "home_authority"])["weight"].sum()
    whole = places.groupby("placement_type").sum()
    seen = by_urn[pd.MultiIndex.from_frame(by_urn[keys]).isin(single) & ~by_urn["is_council"]]
    seen = seen.drop_duplicates("row")
    own = seen["local_authority"] == seen["home_authority"]
    cells = (
        seen.assign(near=seen["children"].where(own, 0), far=seen["children"].mask(own, 0))
        .groupby(["placement_type", "local_authority"])[["near", "far"]]
        .sum()
    )
    share = (
        places.reindex(cells.index).fillna(0.0)
        / whole.reindex(cells.index.get_level_values(0)).to_numpy()
    )
    share = share.fillna(0.0)
    return float(
        (_NEAR_FROM + (cells["near"] * (1.0 - share)).sum())
        / (_NEAR_FROM + (cells["far"] * share).sum())
    )


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
    share = share_with_urn(residents, kinds=kinds)
    seen = share >= URN_SHARE_NEEDED
    own[:, :, seen] = 0.0
    homes = homes.reset_index(drop=True)
    places = np.asarray(homes["places_approved"].astype("float64").fillna(0.0), dtype=np.float64)
    found = parted_by_home(residents, homes, weights=places)
    at_home = found["home"].to_numpy(dtype=np.int64)
    child = positions(authorities, found["local_authority"])
    home = positions(authorities, homes["local_authority"])[at_home]
    kind = positions(kinds, homes["placement_type"])[at_home]
    known = (child >= 0) & (home >= 0) & (kind >= 0)
    known[known] &= seen[kind[known]]
    at = (child[known], home[known], kind[known])
    np.add.at(own, at, found["children"].to_numpy(float)[known] / share[kind[known]])
    return own


def positions(names: list[str], wanted: pd.Series[str]) -> IntArray:
    """Give the place of each value among the names, -1 where it is none of them."""
    return np.asarray(pd.Index(names).get_indexer(pd.Index(wanted)))
