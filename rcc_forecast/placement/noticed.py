"""What a plan cannot put right, told by file and row: the rest is planned all the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.placement import Priced
from models.placement.problem import LARGEST_GROUP, UNPLACED, IntArray, PlacementProblem
from rcc_forecast.placement.build import Built
from rcc_forecast.results.findings import Findings, Severity


def noticed(built: Built, priced: Priced, home: IntArray) -> Findings:
    """Tell children whom no home fits, groups that no home could hold, homes without places.

    Parameters
    ----------
    built : Built
    priced : Priced
        Of the same problem.
    home : ndarray of int, shape (n_children,)
        The plan.
    """
    return Findings.joined(
        [
            _fits_no_home(built, priced, np.flatnonzero(home == UNPLACED)),
            _larger_than_any_home(built),
            _without_places(built),
        ]
    )


def _fits_no_home(built: Built, priced: Priced, child: IntArray) -> Findings:
    problem = built.problem
    if not child.size:
        return Findings.none()
    bit = np.left_shift(1, problem.place_in_group[child])
    found = priced.cheapest(problem.children.group[child], bit, k=1)
    return _of_children(
        built,
        child[found.home[:, 0] < 0],
        "child-fits-no-home",
        found="a child whom no open home with a place may take",
        done="left without a home; the reason in plan.csv names the rules",
    )


def _larger_than_any_home(built: Built) -> Findings:
    problem = built.problem
    size = problem.group_size[problem.children.group]
    child = np.flatnonzero((size > 1) & (size > _largest_home(problem)))
    return _of_children(
        built,
        child,
        "group-larger-than-any-home",
        found="one of more brothers and sisters than any open home may take",
        done="planned in parts; one home for all would have to be found",
    )


def _largest_home(problem: PlacementProblem) -> int:
    homes = problem.homes
    holds = np.where(homes.exempt & (homes.places > 0), LARGEST_GROUP, homes.places)
    return int(holds.max(initial=0))


def _without_places(built: Built) -> Findings:
    empty = built.homes["places"] < 1
    if not empty.any():
        return Findings.none()
    return Findings.one(
        "home-without-places",
        Severity.NOTED,
        table="homes",
        column="places_available",
        found="no place to fill",
        done="takes nobody in this plan",
        rows=int(empty.sum()),
    )


def _of_children(built: Built, child: IntArray, rule: str, *, found: str, done: str) -> Findings:
    if not child.size:
        return Findings.none()
    where: pd.DataFrame = built.children.iloc[child][["file", "row"]]
    return Findings.of_rows(
        rule, Severity.NOTED, where.sort_values("row"), table="children", found=found, done=done
    )
