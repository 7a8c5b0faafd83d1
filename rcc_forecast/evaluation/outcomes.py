"""Outcomes of children looked after on 31 March, by authority and year, from returns.

Counted as the DfE's tables count them, under the same names as those of the
published files, so that a panel from returns and one from releases agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rcc_forecast.codes import PlacementType
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.geography import (
    REORGANISATIONS,
    locate_postcodes,
    miles_between,
    region_of,
)
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys, birthday, days_of
from rcc_forecast.tables.evaluation import PANEL

FAR_MILES = 20.0
"""Placed far from home, as the DfE's tables draw the line."""

MANY_PLACEMENTS = 3
"""Placements in a year that count as unstable in the DfE's tables."""

_ADULT_AGE = 18
_PRIVATE = "PR4"
_CHILDRENS_HOMES = (PlacementType.CHILDRENS_HOME, PlacementType.SECURE_HOME)
_FOSTERED = (PlacementType.FOSTER, PlacementType.FOSTER_KINSHIP)
_SAME_HOME = ["child", "place", "pl_post", "urn"]


@dataclass(frozen=True, slots=True)
class ReturnedPanel:
    """A panel of outcomes from returns.

    Attributes
    ----------
    frame : DataFrame
        A `PANEL` table of counts and shares, none withheld: for use inside.
    findings : Findings
        Of how many children the distance is not known.
    """

    frame: pd.DataFrame
    findings: Findings


def panel_from_journeys(
    journeys: Journeys, *, siblings: pd.DataFrame | None = None
) -> ReturnedPanel:
    """Count outcomes by authority and year to 31 March.

    Parameters
    ----------
    journeys : Journeys
        Of every return; each authority's years are those it filed.
    siblings : DataFrame, optional
        One row a child of a group of brothers and sisters: ``sibling_group,
        local_authority, child_id``. Returns do not say who is related.

    Returns
    -------
    ReturnedPanel
        ``over_20_miles``, ``over_20_miles_and_outside``, ``out_of_area``,
        ``residential``, ``residential_or_semi_independent``, ``fostered``,
        ``private_provision`` and ``three_or_more_placements``, each as a share
        of all children looked after on 31 March. With `siblings` also
        ``siblings_apart``: of those with a brother or sister looked after by
        the same authority that day, and whose homes are all known, the share
        who live apart from one or more; too few where postcodes are cut to sectors.

    Raises
    ------
    NothingUsableError
        No return holds a child looked after on a 31 March.

    Notes
    -----
    DfE, *Children looked after in England*, methodology: short breaks and
    children of 18 count nowhere; a child whose distance or place is not known
    counts in the denominator alone.
    """
    episodes = _placed(journeys.episodes)
    filed = journeys.filed[["local_authority", "year"]].drop_duplicates()
    parts = [
        _on_31_march(episodes, journeys.placements, filed, year=int(year), seen=journeys.as_of)
        for year in sorted(filed["year"].unique())
    ]
    children = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if children.empty:
        raise NothingUsableError(
            wanted="A panel", reason="no return holds a child looked after on a 31 March."
        )
    frame = _counted(children)
    if siblings is not None:
        frame = _in_order(pd.concat([frame, _apart(children, journeys.children, siblings)]))
    unknown = int((~children["distance_known"]).sum())
    return ReturnedPanel(PANEL.check(frame), _unknown_told(unknown, len(children)))


def _placed(episodes: pd.DataFrame) -> pd.DataFrame:
    """Give each episode what is true of its placement."""
    used = episodes[~episodes["respite"].astype(bool)].reset_index(drop=True)
    home, placed = locate_postcodes(used["home_post"]), locate_postcodes(used["pl_post"])
    miles = miles_between(home["easting"], home["northing"], placed["easting"], placed["northing"])
    outside = placed["local_authority"].notna() & ~_within(
        used["local_authority"], placed["local_authority"]
    )
    kind = used["placement_type"]
    far = pd.Series(miles > FAR_MILES, used.index)
    return used.assign(
        distance_known=np.isfinite(miles),
        over_20_miles=far,
        over_20_miles_and_outside=far & outside,
        out_of_area=outside,
        residential=kind.isin(_CHILDRENS_HOMES),
        residential_or_semi_independent=kind.isin((*_CHILDRENS_HOMES, PlacementType.SUPPORTED)),
        fostered=kind.isin(_FOSTERED),
        private_provision=used["place_provider"] == _PRIVATE,
    )


_OF_THE_EPISODE = (
    "over_20_miles",
    "over_20_miles_and_outside",
    "out_of_area",
    "residential",
    "residential_or_semi_independent",
    "fostered",
    "private_provision",
)
_OUTCOMES = (*_OF_THE_EPISODE, "three_or_more_placements")


def _within(authority: pd.Series[str], placed: pd.Series[str]) -> pd.Series[bool]:
    """Say whether a place lies in an authority; the directory knows those of today alone."""
    same = authority == placed
    for change in REORGANISATIONS:
        same |= (authority == change.predecessor) & placed.isin(change.successors)
    return same


def _on_31_march(
    episodes: pd.DataFrame,
    placements: pd.DataFrame,
    filed: pd.DataFrame,
    *,
    year: int,
    seen: pd.Timestamp,
) -> pd.DataFrame:
    """Give each child looked after on 31 March, and what is true of them."""
    on = pd.Timestamp(year, 3, 31)
    if on > seen:
        return pd.DataFrame()
    authorities = filed.loc[filed["year"] == year, "local_authority"]
    adult = birthday(days_of(episodes["dob"]), age=_ADULT_AGE) <= np.datetime64(on, "D")
    # A missing end compares False: still open.
    open_then = (episodes["decom"] <= on) & ~(episodes["dec"] <= on) & ~adult
    there = episodes[open_then & episodes["local_authority"].isin(authorities)]
    there = there.sort_values(["child", "decom"], kind="stable")
    there = there.drop_duplicates("child", keep="last")
    homes = _homes_in_year(placements, on=on)
    many = there["child"].map(homes).fillna(0) >= MANY_PLACEMENTS
    known = ["child", "local_authority", "pl_post", "urn", "distance_known"]
    kept = there[[*known, *_OF_THE_EPISODE]]
    return kept.assign(three_or_more_placements=many, year=year)


def _homes_in_year(placements: pd.DataFrame, *, on: pd.Timestamp) -> pd.Series[int]:
    """Count each child's placements in the year to a day.

    Temporary ones do not count, nor does coming back from one to the same home.
    """
    opens = on - pd.DateOffset(years=1) + pd.DateOffset(days=1)
    touches = (placements["decom"] <= on) & ~(placements["dec"] < opens)
    there = placements[touches & ~placements["respite"].astype(bool)]
    there = there.sort_values(["child", "decom"], kind="stable", ignore_index=True)
    temporary = there["placement_type"] == PlacementType.TEMPORARY
    after_temporary = temporary.shift(fill_value=False)
    lasting = there[~temporary]
    home = lasting[_SAME_HOME].astype("str").fillna("")
    back = after_temporary[~temporary] & (home == home.shift()).all(axis=1)
    return lasting[~back].groupby("child").size()


def _counted(children: pd.DataFrame) -> pd.DataFrame:
    place = ["local_authority", "year"]
    grouped = children.groupby(place, sort=True)
    counts = grouped[list(_OUTCOMES)].sum().astype(float).assign(denominator=grouped.size())
    long = counts.reset_index().melt(
        id_vars=[*place, "denominator"], var_name="outcome", value_name="numerator"
    )
    return _in_order(_as_panel(long))


def _as_panel(counts: pd.DataFrame) -> pd.DataFrame:
    regions = {code: region_of(code) for code in counts["local_authority"].unique()}
    return pd.DataFrame(
        {
            "la_code": counts["local_authority"],
            "region": counts["local_authority"].map(regions),
            "period": counts["year"].astype("str"),
            "outcome": counts["outcome"],
            "numerator": counts["numerator"].astype(int),
            "denominator": counts["denominator"].astype(int),
            "value": counts["numerator"] / counts["denominator"],
            "release_date": "",
        }
    )


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    order = ["outcome", "la_code", "period"]
    return frame.sort_values(order, kind="stable", ignore_index=True)


def _apart(children: pd.DataFrame, known: pd.DataFrame, siblings: pd.DataFrame) -> pd.DataFrame:
    """Count children apart from a brother or sister who is looked after too."""
    who = ["local_authority", "child_id"]
    related = siblings[[*who, "sibling_group"]].astype("str").drop_duplicates(who)
    numbered = known[["child", *who]].astype({"child_id": "str"}).merge(related, on=who)
    there = children.merge(numbered[["child", "sibling_group"]], on="child")
    together = there.groupby(["local_authority", "sibling_group", "year"], sort=False)
    # Brothers and sisters share a home where postcode and Ofsted number agree.
    home = there["pl_post"].astype("str").str.replace(" ", "") + "|" + there["urn"].fillna("")
    there = there.assign(
        together=together["child"].transform("size"),
        placed=together["pl_post"].transform("count"),
        homes=there.assign(home=home)
        .groupby(["local_authority", "sibling_group", "year"], sort=False)["home"]
        .transform("nunique"),
    )
    there = there[(there["together"] > 1) & (there["placed"] == there["together"])]
    counts = (
        there.assign(apart=there["homes"] > 1)
        .groupby(["local_authority", "year"])["apart"]
        .agg(numerator="sum", denominator="size")
    )
    return _as_panel(counts.reset_index().assign(outcome="siblings_apart"))


def _unknown_told(unknown: int, of: int) -> Findings:
    if not unknown:
        return Findings.none()
    return Findings.one(
        "panel-distance-unknown",
        Severity.NOTED,
        found=f"the distance from home is not known for {unknown:,} of {of:,} children and years",
        done="they count in the denominator alone, as in the DfE's tables",
        table="panel",
    )
