"""Tables in, arrays out: the placement problem as the optimiser sees it."""

from __future__ import annotations

from collections.abc import Mapping
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
from rcc_forecast.tables.homes import open_on

_KINDS = [kind.value for kind in PlacementType]
_KIND_NUMBER = {kind: number for number, kind in enumerate(_KINDS)}
_SEX_NUMBER = {"any": 0, "U": 0, "F": 1, "M": 2}
_SUITABILITY_NUMBER = {
    "preferred": PREFERRED,
    "suitable": SUITABLE,
    "unsuitable": UNSUITABLE,
    "unspecified": UNSPECIFIED,
}
_ETHNICITY_NOT_KNOWN = ("", "NOBT", "REFU")
"""Not recorded, not yet obtained, and not to be told: none of them is a group."""

_GROUP_PART = 2
"""Part of the name of a disparity limit that numbers the group."""

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
    authorities, ethnicities : tuple of str
        Codes that the problem's numbers stand for.
    """

    problem: PlacementProblem
    children: pd.DataFrame
    homes: pd.DataFrame
    as_filed: IntArray
    findings: Findings
    authorities: tuple[str, ...]
    ethnicities: tuple[str, ...]

    def rule_label(self, name: str) -> str:
        """Give the name of a limit with codes in place of the problem's numbers.

        ``weekly_budget_gbp[3]`` names an authority by its number, and
        ``max_disparity_pct[unplaced,ethnicity,2,above]`` an ethnic group.
        """
        rule, bracket, inside = name.partition("[")
        if not bracket:
            return name
        parts = inside.removesuffix("]").split(",")
        at = 0 if len(parts) == 1 else _GROUP_PART
        codes = self.ethnicities if "ethnicity" in parts else self.authorities
        parts[at] = codes[int(parts[at])]
        return f"{rule}[{','.join(parts)}]"


def build_problem(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    replan: bool,
    rules: Rules,
    overrides: pd.DataFrame | None = None,
    budgets: Mapping[str, float] | None = None,
) -> Built:
    """Turn tables into the placement problem.

    Parameters
    ----------
    children : DataFrame
        A `CHILDREN_TO_PLACE` table (`rcc_forecast.registers.tidy_children`).
    homes : DataFrame
        A `HOMES` table (`rcc_forecast.registers.tidy_homes`).
    on : Timestamp
        The day of the plan: homes open then can be used.
    replan : bool
        Whether the places of children who live in a home now are to be won
        again; otherwise ``places_available`` is taken as it stands.
    rules : Rules
        Rules that the region has switched on.
    overrides : DataFrame, optional
        Columns child_id, home_id, reason: homes that people have chosen.
    budgets : mapping of str to float, optional
        Pounds a week for the children of an authority, by its code.

    Returns
    -------
    Built
    """
    open_homes = homes[open_on(homes, on)].reset_index(drop=True)
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
        rules=_with_budgets(rules, budgets or {}, authorities),
    )
    problem, refused = _with_overrides(problem, sorted_children, home_row, overrides)
    findings = Findings.joined([families.findings, _closed_homes(homes, open_homes), refused])
    return Built(
        problem,
        sorted_children,
        open_homes,
        as_filed,
        findings,
        authorities=tuple(authorities),
        ethnicities=tuple(sorted(set(sorted_children["ethnicity"]) - {*_ETHNICITY_NOT_KNOWN})),
    )


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


def _with_budgets(rules: Rules, budgets: Mapping[str, float], authorities: dict[str, int]) -> Rules:
    """Hold the budgets of authorities that have children or homes here."""
    held = {authorities[code]: pounds for code, pounds in budgets.items() if code in authorities}
    return replace(rules, weekly_budget_by_authority_gbp=held) if held else rules


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
        ethnicity=_ethnic_groups(children),
    )


def _ethnic_groups(children: pd.DataFrame) -> IntArray:
    """Give the group recorded as a number, in the order of codes; `UNKNOWN_GROUP` for none."""
    recorded = ~children["ethnicity"].isin(_ETHNICITY_NOT_KNOWN)
    numbers, _ = pd.factorize(children["ethnicity"].where(recorded), sort=True)
    return _whole(numbers)


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


def _whole(values: pd.Series | np.ndarray) -> IntArray:
    return np.asarray(values, dtype=np.int64)


def _avoided(children: pd.DataFrame, home_row: dict[str, int]) -> IntArray:
    says = children.loc[children["avoid_home_ids"] != "", "avoid_home_ids"]
    home = says.str.split().explode().map(home_row).dropna()
    pairs = np.column_stack([home.index.to_numpy(np.int64), _whole(home)])
    return np.unique(pairs, axis=0).reshape(-1, 2)


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
