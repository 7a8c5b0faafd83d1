"""Who was looked after on a day, and what was true of where they lived.

Everything that does not change from day to day is worked out once, as numbers;
a day then selects rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import ADULT_AGE, PlacementType
from rcc_forecast.evaluation.from_returns.counting_days import CountingDay
from rcc_forecast.evaluation.from_returns.group_counts import groups_of_children
from rcc_forecast.geography import lies_within, locate_postcodes, miles_between
from rcc_forecast.results.journeys import Journeys, birthday, days_of
from rcc_forecast.tables.disparity import OTHER_THAN_UASC, UNACCOMPANIED

FAR_MILES = 20.0
"""Placed far from home, as the DfE's tables draw the line."""

MANY_PLACEMENTS = 3
"""Placements in a year that count as unstable in the DfE's tables."""

OF_THE_EPISODE = (
    "over_20_miles",
    "over_20_miles_and_outside",
    "out_of_area",
    "residential",
    "residential_or_semi_independent",
    "fostered",
    "private_provision",
)
"""Outcomes that the episode of the day holds."""

OF_THE_YEAR = "three_or_more_placements"
"""Outcome that looks back over the year to the day."""

KNOWN_SHARE = 2 / 3
"""Share of an authority's children of whom a thing must be known before a figure is told.

Who is not known counts in the denominator alone: were it most, the figure would
say how postcodes are filed, and not where children live.
"""

_KNOWN_BY = {
    "over_20_miles": "distance_known",
    "over_20_miles_and_outside": "distance_known",
    "out_of_area": "place_known",
    "private_provision": "provider_known",
}

_OPEN = np.int64(2**31)
_PRIVATE = "PR4"
_CHILDRENS_HOMES = (PlacementType.CHILDRENS_HOME, PlacementType.SECURE_HOME)
_FOSTERED = (PlacementType.FOSTER, PlacementType.FOSTER_KINSHIP)
_SAME_HOME = ["child", "place", "pl_post", "urn"]
_WHOLE_POSTCODE = r"[A-Z]{1,2}[0-9][0-9A-Z]?[0-9][A-Z]{2}"
_NO_NUMBER = "XXXXXXX"
"""Filed for a home whose Ofsted number is not known."""

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stays:
    """Where every child lived, and from when to when, as numbers.

    Attributes
    ----------
    episodes : DataFrame
        One row an episode, by child and start, short breaks left out:
        ``child, local_authority`` (who filed it), ``start, end, adult`` (days
        since 1970), the outcomes of `OF_THE_EPISODE`, ``distance_known,
        place_known, provider_known, placement_type, urn`` (plain), ``post`` and
        ``number`` (of the home's postcode and Ofsted number, NaN where there is
        none), ``post_cut``, and the child's ``sex, ethnicity`` and ``uasc`` with
        ``status_end``.
    placements : DataFrame
        One row a stay with one carer: ``child, start, end, temporary, home``.
    """

    episodes: pd.DataFrame
    placements: pd.DataFrame


def stays_of(journeys: Journeys, *, uasc: pd.DataFrame | None = None) -> Stays:
    """Work out of every episode what does not change from day to day.

    Parameters
    ----------
    journeys : Journeys
        Of every return.
    uasc : DataFrame, optional
        The returns' UASC table, for the day on which a status ceased.
    """
    return Stays(_episodes(journeys, uasc), _placements(journeys.placements))


def children_on(stays: Stays, on: CountingDay) -> pd.DataFrame:
    """Give each child looked after on a day, and what is true of them.

    Parameters
    ----------
    stays : Stays
        Of all children.
    on : CountingDay
        The day, and whose returns know it.

    Returns
    -------
    DataFrame
        One row a child, as `Stays.episodes`; ``local_authority`` is the one
        that the child counts with. Outcomes are 0 or 1, and NaN where the child
        is not one that it could be true of, or too little is known of the authority's.

    Notes
    -----
    DfE, *Children looked after in England*, methodology: short breaks and
    children of 18 count nowhere; a child whose distance or place is not known
    counts in the denominator alone.
    """
    day = _number_of(on.day)
    episodes = stays.episodes
    open_then = (
        (episodes["start"].to_numpy() <= day)
        & (episodes["end"].to_numpy() > day)
        & (episodes["adult"].to_numpy() > day)
    )
    there = episodes[open_then]
    there = there[there["local_authority"].isin(list(on.counted_as))]
    there = there.drop_duplicates("child", keep="last").reset_index(drop=True)
    homes = _homes_in_year(stays.placements, day=day, opens=_number_of(_year_before(on.day)))
    many = there["child"].map(homes).fillna(0) >= MANY_PLACEMENTS
    known = there["local_authority"].isin(list(on.whole_year))
    still = there["uasc"] & (there["status_end"] > day)
    counted = there.assign(
        three_or_more_placements=many.astype(float).where(known),
        uasc=still.map({True: UNACCOMPANIED, False: OTHER_THAN_UASC}),
        local_authority=there["local_authority"].map(on.counted_as).astype("str"),
    )
    return counted.assign(**_where_enough_is_known(counted))


def _where_enough_is_known(there: pd.DataFrame) -> dict[str, pd.Series[float]]:
    by_authority = there.groupby("local_authority", sort=False)
    enough = {
        column: by_authority[column].transform("mean") >= KNOWN_SHARE
        for column in set(_KNOWN_BY.values())
    }
    return {outcome: there[outcome].where(enough[column]) for outcome, column in _KNOWN_BY.items()}


def _number_of(day: pd.Timestamp) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _year_before(day: pd.Timestamp) -> pd.Timestamp:
    """Give the first day of the year to a day."""
    return day + pd.DateOffset(days=1) - pd.DateOffset(years=1)


def _episodes(journeys: Journeys, uasc: pd.DataFrame | None) -> pd.DataFrame:
    filed = journeys.episodes
    used = filed[~filed["respite"].astype(bool)].sort_values(["child", "decom"], kind="stable")
    used = used.reset_index(drop=True)
    home, placed = locate_postcodes(used["home_post"]), locate_postcodes(used["pl_post"])
    miles = miles_between(home["easting"], home["northing"], placed["easting"], placed["northing"])
    outside = placed["local_authority"].notna() & ~lies_within(
        placed["local_authority"], used["local_authority"]
    )
    kind = used["placement_type"]
    far = pd.Series(miles > FAR_MILES, used.index)
    post, urn = plain(used["pl_post"]), plain(used["urn"])
    urn = urn.mask(urn == _NO_NUMBER)
    outcomes = {
        "over_20_miles": far,
        "over_20_miles_and_outside": far & outside,
        "out_of_area": outside,
        "residential": kind.isin(_CHILDRENS_HOMES),
        "residential_or_semi_independent": kind.isin((*_CHILDRENS_HOMES, PlacementType.SUPPORTED)),
        "fostered": kind.isin(_FOSTERED),
        "private_provision": used["place_provider"] == _PRIVATE,
    }
    return pd.DataFrame(
        {
            "child": used["child"].to_numpy(np.int64),
            "local_authority": used["local_authority"],
            "start": days_of(used["decom"]).astype(np.int64),
            "end": _ends(used["dec"]),
            "adult": birthday(days_of(used["dob"]), age=ADULT_AGE).astype(np.int64),
            **{name: values.astype(float) for name, values in outcomes.items()},
            "distance_known": np.isfinite(miles),
            "place_known": placed["local_authority"].notna(),
            "provider_known": used["place_provider"].notna(),
            "placement_type": kind,
            "urn": urn,
            "post": _numbered(post),
            "post_cut": post.notna() & ~post.str.fullmatch(_WHOLE_POSTCODE).fillna(value=False),
            "number": _numbered(urn),
            **groups_of_children(used, journeys, uasc),
        }
    )


def plain(text: pd.Series[str]) -> pd.Series[str]:
    """Give postcodes or Ofsted numbers without spaces, in capitals; blank ones missing."""
    bare = text.astype("str").str.replace(r"\s+", "", regex=True).str.upper()
    return bare.mask(bare == "")


def _numbered(text: pd.Series[str]) -> NDArray[np.float64]:
    codes = np.asarray(pd.factorize(text)[0], dtype=np.float64)
    return np.where(codes < 0, np.nan, codes)


def _ends(dec: pd.Series[pd.Timestamp]) -> Days:
    days = days_of(dec)
    return np.where(np.isnat(days), _OPEN, days.astype(np.int64))


def _placements(placements: pd.DataFrame) -> pd.DataFrame:
    there = placements[~placements["respite"].astype(bool)]
    there = there.sort_values(["child", "decom"], kind="stable", ignore_index=True)
    home = there[_SAME_HOME].astype("str").fillna("")
    return pd.DataFrame(
        {
            "child": there["child"].to_numpy(np.int64),
            "start": days_of(there["decom"]).astype(np.int64),
            "end": _ends(there["dec"]),
            "temporary": (there["placement_type"] == PlacementType.TEMPORARY).to_numpy(),
            "home": home.groupby(_SAME_HOME, sort=False).ngroup().to_numpy(np.int64),
        }
    )


def _homes_in_year(placements: pd.DataFrame, *, day: int, opens: int) -> pd.Series[int]:
    """Count each child's placements from one day to another.

    Temporary ones do not count, nor does coming back from one to the same home.
    """
    touches = (placements["start"].to_numpy() <= day) & (placements["end"].to_numpy() >= opens)
    there = placements[touches]
    temporary = there["temporary"].to_numpy()
    after_temporary = np.concatenate([[False], temporary[:-1]]) if len(there) else temporary
    lasting = there[~temporary]
    home = lasting["home"].to_numpy()  # a home is one child's: it never goes on to the next
    again = np.concatenate([[False], home[1:] == home[:-1]]) if len(home) else home.astype(bool)
    kept = lasting[~(after_temporary[~temporary] & again)]
    return pd.Series(kept["child"].value_counts(sort=False))
