"""Whether brothers and sisters who are looked after live together.

Returns do not say who is related: a council's list does. Twins are two
children of a group like any others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rcc_forecast.geography import resolve_authority, successor_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys

SIBLINGS_APART = "siblings_apart"
"""Name of the outcome in the panel."""


@dataclass(frozen=True, slots=True)
class Families:
    """Who is related, by child number.

    Attributes
    ----------
    group : Series of float
        Number of the group of brothers and sisters, by child; one group of two
        authorities is two.
    listed_twice, not_found : int
        Children listed in several groups, and listed children whom no return has.
    """

    group: pd.Series[float]
    listed_twice: int
    not_found: int


@dataclass(frozen=True, slots=True)
class Told:
    """Of how many children, over all days, it can be told.

    Attributes
    ----------
    related : int
        Children with a brother or sister looked after by the same authority that day.
    told : int
        Those of them in whose group every home is known.
    by_sector : int
        Those of the told with a postcode in the group that is cut to the sector.
    """

    related: int = 0
    told: int = 0
    by_sector: int = 0

    def __add__(self, other: Told) -> Told:
        """Add up days."""
        return Told(
            self.related + other.related, self.told + other.told, self.by_sector + other.by_sector
        )


def families_of(journeys: Journeys, siblings: pd.DataFrame) -> Families:
    """Find the listed children in the returns.

    Parameters
    ----------
    journeys : Journeys
        Whose children are looked for.
    siblings : DataFrame
        One row a child: ``sibling_group, local_authority`` (code or name),
        ``child_id``. A child listed in several groups counts in the first.
    """
    who = ["local_authority", "child_id"]
    text = siblings[[*who, "sibling_group"]].astype("str").fillna("")
    listed = text.apply(lambda cells: cells.str.strip())
    listed = listed[(listed["child_id"] != "") & (listed["sibling_group"] != "")]
    codes = {
        name: successor_of(resolve_authority(name) or name)
        for name in listed["local_authority"].unique()
    }
    listed = listed.assign(local_authority=listed["local_authority"].map(codes).astype("str"))
    listed = listed.drop_duplicates()
    once = listed.drop_duplicates(who)
    known = journeys.children[["child", *who]].astype({"child_id": "str"})
    found = once.merge(known, on=who)
    number = found.groupby(["local_authority", "sibling_group"], sort=False).ngroup()
    group = pd.Series(number.to_numpy(np.float64), found["child"].to_numpy(np.int64))
    return Families(group, len(listed) - len(once), len(once) - len(found))


def with_siblings_apart(there: pd.DataFrame, families: Families) -> tuple[pd.DataFrame, Told]:
    """Say which children live apart from a brother or sister who is looked after too.

    Parameters
    ----------
    there : DataFrame
        Children of one day, as `children_on` gives them.
    families : Families
        Who is related.

    Returns
    -------
    there : DataFrame
        With ``siblings_apart``: 1 or 0, and NaN where a child has no brother or
        sister looked after that day, or a home in the group is not known.
    told : Told
        Of how many it can be told.

    Notes
    -----
    Homes are one where postcode and Ofsted number agree; a number that is not
    there agrees with any. Two homes in one postcode sector with the same number,
    or none, are taken for one where postcodes are cut to the sector.
    """
    family = there[["post", "number", "post_cut"]].assign(group=there["child"].map(families.group))
    by_group = family.groupby("group", sort=False)
    size = by_group["post"].transform("size")
    related = family["group"].notna() & (size > 1)
    told = related & (by_group["post"].transform("count") == size)
    apart = _differ(family, "post") | _differ(family, "number")
    cut = told & by_group["post_cut"].transform("any").eq(other=True)
    counted = Told(int(related.sum()), int(told.sum()), int(cut.sum()))
    return there.assign(siblings_apart=apart.astype(float).where(told)), counted


def _differ(family: pd.DataFrame, name: str) -> pd.Series[bool]:
    by_group = family.groupby("group", sort=False)[name]
    # Where a group has no number at all both are missing, and nothing differs.
    return by_group.transform("min") < by_group.transform("max")


def siblings_told(families: Families, told: Told) -> Findings:
    """Tell of how many brothers and sisters it can be told whether they live together."""
    found = [
        (
            told.related - told.told,
            "panel-siblings-home-unknown",
            f"whether they live together can be told for {told.told:,} of {told.related:,} "
            "children and days with a brother or sister looked after",
            "the others lack a postcode in the group and are left out of siblings_apart",
        ),
        (
            told.by_sector,
            "panel-siblings-by-sector",
            f"homes are known by postcode sector alone for {told.by_sector:,} of {told.told:,} "
            "children with a brother or sister",
            "two homes of one sector and Ofsted number count as one: too few are apart",
        ),
        (
            families.listed_twice,
            "panel-siblings-in-two-groups",
            f"{families.listed_twice:,} children are listed in several groups",
            "the first counts",
        ),
        (
            families.not_found,
            "panel-siblings-not-in-returns",
            f"{families.not_found:,} children of the list are in no return",
            "they count nowhere; identifiers and authorities must be those of the returns",
        ),
    ]
    return Findings.joined(
        Findings.one(rule, Severity.NOTED, found=what, done=done, table="siblings", rows=0)
        for number, rule, what, done in found
        if number
    )
