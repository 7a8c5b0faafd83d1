"""The same outcomes by ethnic group, sex and whether unaccompanied, from returns.

A child of whom it is not known counts as ``unknown``, so that the groups of a
characteristic add up to all children.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import UNKNOWN_AUTHORITY
from rcc_forecast.geography import successor_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.journeys import Journeys, days_of
from rcc_forecast.tables.disparity import CHARACTERISTICS, UNKNOWN

# Chinese children count as Other in the DfE's tables of children looked after.
ETHNIC_GROUPS = {
    **dict.fromkeys(("WBRI", "WIRI", "WOTH", "WIRT", "WROM"), "White"),
    **dict.fromkeys(("MWBC", "MWBA", "MWAS", "MOTH"), "Mixed"),
    **dict.fromkeys(("AIND", "APKN", "ABAN", "AOTH"), "Asian"),
    **dict.fromkeys(("BCRB", "BAFR", "BOTH"), "Black"),
    **dict.fromkeys(("CHNE", "OOTH"), "Other"),
}
"""Ethnic group of each ETHNIC code; refused and not yet obtained are unknown."""

_SEXES = {"F": "female", "M": "male", "2": "female", "1": "male"}
_NEVER = np.int64(2**31)

_NOT_GIVEN = {
    "ethnicity": "no return states an ethnic origin",
    "sex": "no return states whether a child is a girl or a boy",
    "uasc": "no return names an unaccompanied child",
}


def groups_of_children(
    episodes: pd.DataFrame, journeys: Journeys, uasc: pd.DataFrame | None
) -> dict[str, pd.Series[Any] | NDArray[np.int64]]:
    """Say to which groups the child of each episode belongs.

    Parameters
    ----------
    episodes : DataFrame
        Rows of a `LINKED_EPISODES` table.
    journeys : Journeys
        That they come from.
    uasc : DataFrame, optional
        The returns' UASC table.

    Returns
    -------
    dict of str to array
        ``sex``, ``ethnicity``, ``uasc`` (ever unaccompanied) and
        ``status_end``, the day since 1970 on which that status ceased.
    """
    ends = status_ends(journeys, uasc).reindex(episodes["child"]).to_numpy()
    return {
        "sex": episodes["sex"].map(_SEXES).fillna(UNKNOWN).astype("str"),
        "ethnicity": episodes["ethnic"].map(ETHNIC_GROUPS).fillna(UNKNOWN).astype("str"),
        "uasc": episodes["uasc"].astype(bool),
        "status_end": np.where(np.isnan(ends), _NEVER, np.nan_to_num(ends)).astype(np.int64),
    }


def status_ends(journeys: Journeys, uasc: pd.DataFrame | None) -> pd.Series[float]:
    """Give the day on which a child's status as unaccompanied ceased (DUC), by child.

    Parameters
    ----------
    journeys : Journeys
        Whose children are looked for.
    uasc : DataFrame, optional
        Filed UASC rows: ``local_authority, child, year, duc``.

    Returns
    -------
    Series of float
        Days since 1970 by child number, as the newest return that gives one
        states it; a child without one is not there.
    """
    if uasc is None or "duc" not in uasc or not len(uasc):
        return pd.Series(dtype=float)
    stated = uasc[uasc["duc"].notna()].sort_values("year", kind="stable")
    codes = {code: successor_of(str(code)) for code in stated["local_authority"].unique()}
    stated = pd.DataFrame(
        {
            "local_authority": stated["local_authority"].map(codes).astype("str"),
            "child_id": stated["child"].astype("str"),
            "ends": days_of(stated["duc"]).astype(np.int64).astype(float),
        }
    )
    listed = journeys.children[journeys.children["uasc"].astype(bool)]
    who = listed[["child", "local_authority", "child_id"]].astype({"child_id": "str"})
    named = stated.merge(who, on=["local_authority", "child_id"])
    # A merged regional file may not say whose row it is: an identifier then stands for one child.
    lone = who[~who["child_id"].duplicated(keep=False)]
    unnamed = stated[stated["local_authority"] == UNKNOWN_AUTHORITY]
    found = pd.concat([unnamed.merge(lone[["child", "child_id"]], on="child_id"), named])
    return found.drop_duplicates("child", keep="last").set_index("child")["ends"]


def characteristics_known(episodes: pd.DataFrame) -> list[str]:
    """List the characteristics that returns state of one child or more."""
    known = {
        "ethnicity": (episodes["ethnicity"] != UNKNOWN).any(),
        "sex": (episodes["sex"] != UNKNOWN).any(),
        "uasc": episodes["uasc"].any(),
    }
    return [name for name in CHARACTERISTICS if known[name]]


def not_given_told(known: list[str]) -> Findings:
    """Tell which characteristics there are no groups of."""
    return Findings.joined(
        Findings.one(
            f"panel-groups-without-{name}",
            Severity.NOTED,
            found=_NOT_GIVEN[name],
            done=f"there are no groups by {name}",
            table="group_outcomes",
            column="characteristic",
            rows=0,
        )
        for name in CHARACTERISTICS
        if name not in known
    )
