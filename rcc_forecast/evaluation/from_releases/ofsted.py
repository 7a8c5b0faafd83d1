"""Ofsted's lists: homes and places by sector, grades in force, and fostering places.

Ofsted, *Children's social care data in England* (providers and places at 31
March by authority; providers by reference number with their overall grade) and
*Fostering in England*. Homes are counted where they stand, not by who places
children there: a share of places describes the market of an area.
"""

from __future__ import annotations

import re

import pandas as pd

from rcc_forecast.evaluation.from_releases.cells import (
    PublishedFile,
    count_cells,
    in_the_register,
    number,
    placed,
    share_cells,
)

_HOMES = (
    "children's home",
    "secure children's home",
    "residential special school (registered as a children's home)",
    "residential special school (>295 days/year)",
)
"""Children's homes of every kind, as Ofsted's statistics sum them."""

SECTORS: dict[str, str] = {
    "private": "childrens_home_places_private",
    "voluntary": "childrens_home_places_voluntary",
    "local authority": "childrens_home_places_local_authority",
}
"""Share of places in children's homes, by sector as Ofsted writes it."""

GRADES: dict[str, str] = {
    "inadequate": "childrens_homes_inadequate",
    "requires improvement to be good": "childrens_homes_requires_improvement",
    "good": "childrens_homes_good",
    "outstanding": "childrens_homes_outstanding",
}
"""Share of graded children's homes with an overall grade, lowest first."""

_GOOD = ("good", "outstanding")
_IN_BY_SECTOR = {"year", "provision_type", "local_authority", "sector", "providers", "places"}
_IN_BY_HOME = {"year", "urn", "provision_type", "local_authority", "places", "overall"}
_PLACE = ["la_code", "region", "period"]

_FOSTERING_NAME = "cc"
"""Heading of the column of names in Ofsted's list of fostering services."""

_FOSTERING_YEAR = re.compile(r"(20\d\d)[-_](\d\d)(?!\d)")
_APPROVED = "number of approved foster places"
_FOSTERING_SHARES = {
    "foster_places_filled": ("number of filled places", _APPROVED),
    "foster_places_vacant": ("number of vacant places", _APPROVED),
    "foster_places_not_available": ("number of places not available", _APPROVED),
}
_TO_PLAN, _NOT_TO_PLAN = "groups placed to plan", "groups not placed to plan"


def homes_by_sector(file: PublishedFile) -> list[pd.DataFrame]:
    """Take homes, places and their sectors from Ofsted's list by authority.

    Notes
    -----
    The list is whole, so that an authority in it without a children's home has
    none; places were not recorded in 2015.
    """
    text = file.text
    if not set(text) >= _IN_BY_SECTOR:
        return []
    where = placed(text, text["year"])
    rows = where.assign(
        sector=text["sector"].str.casefold(),
        homes=number(text["providers"]),
        places=number(text["places"]),
        is_home=text["provision_type"].str.casefold().isin(_HOMES),
    )[in_the_register(where)]
    rows = rows.assign(
        homes=rows["homes"].where(rows["is_home"], 0.0),
        places=rows["places"].where(rows["is_home"], 0.0),
    )
    by_sector = rows.pivot_table(
        "places", index=_PLACE, columns="sector", aggfunc="sum", fill_value=0.0
    )
    whole = rows.groupby(_PLACE)[["homes", "places"]].sum()
    recorded = whole["places"].where(~((whole["places"] == 0) & (whole["homes"] > 0)))
    at = whole.index.to_frame(index=False)
    homes, places = whole["homes"].reset_index(drop=True), recorded.reset_index(drop=True)
    parts = [
        count_cells(at, "childrens_homes", homes),
        count_cells(at, "childrens_home_places", places),
    ]
    for sector, outcome in SECTORS.items():
        if sector in by_sector:
            own = by_sector[sector].reset_index(drop=True)
            parts.append(share_cells(at, outcome, own, places))
    return parts


def homes_by_grade(file: PublishedFile) -> list[pd.DataFrame]:
    """Take the grades in force from Ofsted's list by reference number.

    Notes
    -----
    Homes without a grade yet are left out. Homes are inspected at irregular
    times, and new ones later: the share describes those with a grade that day.
    """
    text = file.text
    if not set(text) >= _IN_BY_HOME:
        return []
    text = text[text["provision_type"].str.casefold().isin(_HOMES)]
    where = placed(text, text["year"])
    grade = text["overall"].str.casefold()
    graded = in_the_register(where) & grade.isin(GRADES)
    rows = where.assign(grade=grade, places=number(text["places"]))[graded]
    by_grade = rows.pivot_table(
        "places", index=_PLACE, columns="grade", aggfunc="size", fill_value=0
    )
    by_grade = by_grade.reindex(columns=list(GRADES), fill_value=0).astype(float)
    at = by_grade.index.to_frame(index=False)
    homes = by_grade.reset_index(drop=True)
    parts = [
        share_cells(at, outcome, homes[name], homes.sum(axis=1)) for name, outcome in GRADES.items()
    ]
    good = rows["places"].where(rows["grade"].isin(_GOOD), 0.0)
    summed = rows.assign(good=good).groupby(_PLACE)[["good", "places"]].sum().reset_index(drop=True)
    parts.append(
        share_cells(
            at, "childrens_home_places_good_or_outstanding", summed["good"], summed["places"]
        )
    )
    return parts


def fostering_places(file: PublishedFile) -> list[pd.DataFrame]:
    """Take places with foster carers from Ofsted's list of fostering services.

    Notes
    -----
    The list says its year in the name of the file alone (``2018_19``); counts
    are rounded to 5, so that parts can exceed their whole by a little.
    """
    text = file.text
    year = _FOSTERING_YEAR.search(file.name)
    if not {_FOSTERING_NAME, _APPROVED, _TO_PLAN, _NOT_TO_PLAN} <= set(text) or year is None:
        return []
    named = text.rename(columns={_FOSTERING_NAME: "la_name"})
    ends = pd.Series(str(int(year[1]) + 1), index=text.index)
    where = placed(named, ends)
    known = in_the_register(where)
    where, named = where[known], named[known]
    counts = {name: number(named[name]) for name in (_APPROVED, _TO_PLAN, _NOT_TO_PLAN)}
    parts = [count_cells(where, "foster_places_approved", counts[_APPROVED])]
    for outcome, (name, of) in _FOSTERING_SHARES.items():
        share = number(named[name]) / counts[of].where(counts[of] > 0)
        parts.append(count_cells(where, outcome, share.clip(upper=1.0)))
    groups = counts[_TO_PLAN] + counts[_NOT_TO_PLAN]
    parts.append(share_cells(where, "sibling_groups_placed_to_plan", counts[_TO_PLAN], groups))
    return parts
