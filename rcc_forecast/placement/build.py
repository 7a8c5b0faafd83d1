"""Tables in, arrays out: the placement problem as the optimiser sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.placement.eligibility import may_live
from models.placement.problem import (
    ELSEWHERE,
    FREE,
    NOT_GRADED,
    PREFERRED,
    SUITABLE,
    UNPLACED,
    UNSPECIFIED,
    UNSUITABLE,
    Children,
    Homes,
    IntArray,
    PlacementProblem,
    Rules,
)
from rcc_forecast.codes import PlacementType
from rcc_forecast.geography.distance import KILOMETRES_A_MILE
from rcc_forecast.placement.families import families_of
from rcc_forecast.placement.settings import GRADE_NUMBER
from rcc_forecast.results.findings import Findings, Severity

_KINDS = [kind.value for kind in PlacementType]
_KIND_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}
_SEX_NUMBER = {"any": 0, "U": 0, "F": 1, "M": 2}
_SUITABILITY_NUMBER = {
    "preferred": PREFERRED,
    "suitable": SUITABLE,
    "unsuitable": UNSUITABLE,
    "unspecified": UNSPECIFIED,
}
_METRES_A_MILE = 1000.0 * KILOMETRES_A_MILE


@dataclass(frozen=True, slots=True)
class Built:
    """The problem, and the tables its rows stand for.

    Attributes
    ----------
    problem : PlacementProblem
    children, homes : DataFrame
        In the order of the problem's rows, index 0 upward; ``homes`` holds the
        open ones, with ``places`` as the plan may fill them.
    as_filed : ndarray of int, shape (n_children,)
        Row of the problem that each child of the input became, in file order.
    findings : Findings
        What had to be decided.
    """

    problem: PlacementProblem
    children: pd.DataFrame
    homes: pd.DataFrame
    as_filed: IntArray
    findings: Findings


def build_problem(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    replan: bool,
    rules: Rules,
    overrides: pd.DataFrame | None = None,
) -> Built:
    """Turn tables into the placement problem.

    Parameters
    ----------
    children : DataFrame
        A `CHILDREN_TO_PLACE` table (`rcc_forecast.placement.read.tidy_children`).
    homes : DataFrame
        A `HOMES` table (`rcc_forecast.placement.read.tidy_homes`).
    on : Timestamp
        The day of the plan: homes open then can be used.
    replan : bool
        Whether the places of children who live in a home now are to be won
        again; otherwise ``places_available`` is taken as it stands.
    rules : Rules
        Rules that the region has switched on.
    overrides : DataFrame, optional
        Columns child_id, home_id, reason: homes that people have chosen.

    Returns
    -------
    Built
    """
    open_homes = _open_on(homes, on)
    families = families_of(children)
    order = np.argsort(families.group, kind="stable")
    as_filed = np.empty(order.size, dtype=np.int64)
    as_filed[order] = np.arange(order.size)
    sorted_children = children.iloc[order].reset_index(drop=True)
    home_row = {home: row for row, home in enumerate(open_homes["home_id"])}
    present = _present_homes(sorted_children, home_row)
    open_homes = open_homes.assign(places=_places(open_homes, present, replan=replan))
    authorities = _authority_numbers(children, homes)
    problem = PlacementProblem(
        children=_children_arrays(sorted_children, families.group[order], authorities, present),
        homes=_homes_arrays(open_homes, authorities),
        twins=_sorted_pairs(as_filed[families.twins]),
        apart=_sorted_pairs(as_filed[families.apart]),
        avoid=_avoided(sorted_children, home_row),
        rules=rules,
    )
    problem, refused = _with_overrides(problem, sorted_children, home_row, overrides)
    findings = Findings.joined([families.findings, _closed_homes(homes, open_homes), refused])
    return Built(problem, sorted_children, open_homes, as_filed, findings)


def _open_on(homes: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    opened = homes["opened"].isna() | (homes["opened"] <= on)
    still = homes["closed"].isna() | (homes["closed"] >= on)  # ``closed`` is the last day open
    return homes[opened & still].reset_index(drop=True)


def _closed_homes(homes: pd.DataFrame, open_homes: pd.DataFrame) -> Findings:
    count = len(homes) - len(open_homes)
    if not count:
        return Findings.none()
    return Findings.one(
        "home-not-open",
        Severity.NOTED,
        table="homes",
        column="opened",
        found="not open on the day of the plan",
        done="not used",
        rows=count,
    )


def _present_homes(children: pd.DataFrame, home_row: dict[str, int]) -> IntArray:
    present = children["current_home_id"]
    known = present.map(home_row).fillna(ELSEWHERE).to_numpy(np.int64)
    return np.where((present == "").to_numpy(bool), UNPLACED, known)


def _places(homes: pd.DataFrame, present: IntArray, *, replan: bool) -> IntArray:
    places = homes["places_available"].to_numpy(np.int64)
    if replan:
        places = places + np.bincount(present[present >= 0], minlength=len(homes))
    one_at_a_time = (homes["solo"] == 1).to_numpy(bool)
    return np.where(one_at_a_time, np.minimum(places, 1), places)


def _authority_numbers(children: pd.DataFrame, homes: pd.DataFrame) -> dict[str, int]:
    known = sorted({*children["local_authority"], *homes["local_authority"]} - {"Unknown"})
    return {code: number for number, code in enumerate(known)}


def _children_arrays(
    children: pd.DataFrame,
    group: IntArray,
    authorities: dict[str, int],
    present: IntArray,
) -> Children:
    suitability = [
        children[f"suit_{kind}"].map(_SUITABILITY_NUMBER).to_numpy(np.int64) for kind in _KINDS
    ]
    return Children(
        xy=children[["easting", "northing"]].to_numpy(float) / _METRES_A_MILE,
        school_xy=children[["school_easting", "school_northing"]].to_numpy(float) / _METRES_A_MILE,
        age=children["age"].to_numpy(np.int64),
        sex=_whole(children["sex"].map(_SEX_NUMBER)),
        needs=children["needs"].to_numpy(np.int64),
        solo=(children["solo"] == 1).to_numpy(bool),
        group=group,
        # An unknown authority is nobody's own: -1 of children never meets -2 of homes.
        authority=_whole(children["local_authority"].map(authorities).fillna(-1)),
        suitability=np.column_stack(suitability),
        present_home=present,
        settled=(children["settled"] == 1).to_numpy(bool),
        fixed_home=np.full(len(children), FREE, dtype=np.int64),
    )


def _homes_arrays(homes: pd.DataFrame, authorities: dict[str, int]) -> Homes:
    grade = homes["ofsted_rating"].map(GRADE_NUMBER).fillna(NOT_GRADED)
    one_at_a_time = homes["solo"] == 1
    return Homes(
        xy=homes[["easting", "northing"]].to_numpy(float) / _METRES_A_MILE,
        kind=_whole(homes["placement_type"].map(_KIND_NUMBER)),
        childrens_home=(homes["placement_type"] == PlacementType.CHILDRENS_HOME).to_numpy(bool),
        places=homes["places"].to_numpy(np.int64),
        exempt=((homes["sibling_exemption"] == 1) & ~one_at_a_time).to_numpy(bool),
        age_min=homes["age_min"].to_numpy(np.int64),
        age_max=homes["age_max"].to_numpy(np.int64),
        sex=_whole(homes["sex"].map(_SEX_NUMBER)),
        needs_met=homes["needs_met"].to_numpy(np.int64),
        grade=_whole(grade),
        for_profit=(homes["sector"] == "private").to_numpy(bool),
        weekly_cost_gbp=homes["weekly_cost_gbp"].fillna(0.0).to_numpy(float),
        authority=_whole(homes["local_authority"].map(authorities).fillna(-2)),
    )


def _whole(values: pd.Series) -> IntArray:
    return np.asarray(values, dtype=np.int64)


def _avoided(children: pd.DataFrame, home_row: dict[str, int]) -> IntArray:
    pairs = [
        (row, home_row[home])
        for row, listed in enumerate(children["avoid_home_ids"])
        for home in listed.split()
        if home in home_row
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _sorted_pairs(pairs: IntArray) -> IntArray:
    ordered = np.sort(pairs, axis=1)
    return ordered[np.lexsort((ordered[:, 1], ordered[:, 0]))]


def _with_overrides(
    problem: PlacementProblem,
    children: pd.DataFrame,
    home_row: dict[str, int],
    overrides: pd.DataFrame | None,
) -> tuple[PlacementProblem, Findings]:
    """Fix what people have chosen, where the hard rules allow it."""
    if overrides is None or overrides.empty:
        return problem, Findings.none()
    child_row = {child: row for row, child in enumerate(children["child_id"])}
    row = overrides["child_id"].map(child_row)
    home = overrides["home_id"].map(home_row)
    usable = row.notna() & home.notna() & ~overrides["child_id"].duplicated()
    rows, chosen = _whole(row[usable]), _whole(home[usable])
    fits = may_live(problem, rows, chosen)
    fixed = np.full(problem.n_children, FREE, dtype=np.int64)
    fixed[rows[fits]] = chosen[fits]
    barred = usable.copy()
    barred[usable] = ~fits
    findings = [
        _refused(
            overrides,
            ~usable,
            "override-not-found",
            "a child who is not in the table, a home that is not open, or a repeated child",
        ),
        _refused(
            overrides,
            barred,
            "override-breaks-a-rule",
            "a home that a hard rule bars for the child",
        ),
    ]
    children_fixed = replace(problem.children, fixed_home=fixed)
    return replace(problem, children=children_fixed), Findings.joined(findings)


def _refused(overrides: pd.DataFrame, which: pd.Series, rule: str, found: str) -> Findings:
    if not which.any():
        return Findings.none()
    where = pd.DataFrame(
        {"file": "overrides", "row": overrides.index[which] + 2}, index=overrides.index[which]
    )
    return Findings.of_rows(
        rule,
        Severity.REFUSED,
        where,
        table="overrides",
        found=found,
        done="the row is left out, and the child is planned for",
    )
