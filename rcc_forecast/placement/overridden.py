"""What people have chosen, beside what the plan would have proposed without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from models.placement import plan_points
from models.placement.problem import FREE, HUNDREDTHS, UNPLACED, IntArray, Weights
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.words import Texts, choose, number
from rcc_forecast.tables.placement import OVERRIDES


def without_choices(built: Built) -> Built:
    """Give the same problem with nobody's home chosen by a person."""
    free = np.full(built.problem.n_children, FREE, dtype=np.int64)
    children = replace(built.problem.children, fixed_home=free)
    return replace(built, problem=replace(built.problem, children=children))


def overrides_table(
    built: Built,
    home: IntArray,
    proposed: IntArray,
    overrides: pd.DataFrame,
    *,
    weights: Weights,
) -> pd.DataFrame:
    """Give one row a choice, in the order of the file.

    Parameters
    ----------
    built : Built
    home, proposed : ndarray of int, shape (n_children,)
        The plan with the choices, and the one without any.
    overrides : DataFrame
        Columns child_id, home_id, reason.
    weights : mapping of str to float
        Points by term.

    Returns
    -------
    DataFrame
        An `OVERRIDES` table. Choices for children or homes that are not in the
        tables are findings, and not rows.
    """
    problem = built.problem
    chosen = overrides.drop_duplicates("child_id")
    row = pd.Index(built.children["child_id"]).get_indexer(pd.Index(chosen["child_id"]))
    chosen, row = chosen[row >= 0].reset_index(drop=True), row[row >= 0]
    kept = problem.children.fixed_home[row] != FREE
    ids = np.append(built.homes["home_id"].to_numpy(object), "")
    points = _of_groups(built, home, weights) - _of_groups(built, proposed, weights)
    more = points[problem.children.group[row]] / HUNDREDTHS
    taken = [_lost_their_place(built, home, proposed, one) for one in row]
    count = np.array([len(those) for those in taken], dtype=np.int64)
    names = built.children["child_id"].to_numpy(object)
    return OVERRIDES.check(
        pd.DataFrame(
            {
                "child_id": chosen["child_id"],
                "home_proposed": ids[proposed[row]],
                "home_chosen": chosen["home_id"],
                "kept": kept.astype(int),
                "reason": chosen["reason"],
                "wish": built.children["wish"].to_numpy()[row],
                "points_more": pd.Series(more.round(2)).where(kept),
                "places_taken_from": [" ".join(names[those]) for those in taken],
                "what_it_means": _what_it_means(home[row] == proposed[row], kept, more, count),
            },
            columns=OVERRIDES.names,
        )
    )


def _of_groups(built: Built, home: IntArray, weights: Weights) -> IntArray:
    points = plan_points(built.problem, home, weights=weights)
    return np.bincount(built.problem.children.group, weights=points).astype(np.int64)


def _lost_their_place(built: Built, home: IntArray, proposed: IntArray, child: int) -> IntArray:
    group = built.problem.children.group
    if home[child] == UNPLACED or home[child] == proposed[child]:
        return np.zeros(0, dtype=np.int64)
    lost = (proposed == home[child]) & (home != proposed) & (group != group[child])
    return np.flatnonzero(lost)


def _what_it_means(same: np.ndarray, kept: np.ndarray, more: np.ndarray, count: IntArray) -> Texts:
    own = choose(
        more >= 0,
        number(more, ",.0f") + " points worse for the child and any brothers and sisters",
        number(-more, ",.0f") + " points better for the child and any brothers and sisters",
    )
    others = choose(
        count == 0,
        "; no other child loses a place.",
        count == 1,
        "; 1 other child lives elsewhere for it.",
        "; " + number(count, "d") + " other children live elsewhere for it.",
    )
    return choose(
        ~kept,
        "Could not be kept; findings.csv says why.",
        same,
        "The plan would have proposed the same home.",
        own + others,
    )


def overrides_told(
    built: Built, home: IntArray, proposed: IntArray, *, weights: Weights
) -> dict[str, Any]:
    """Give what all choices together cost, for the summary."""
    chosen = built.problem.children.fixed_home != FREE
    points = [plan_points(built.problem, plan, weights=weights).sum() for plan in (home, proposed)]
    return {
        "kept": int(chosen.sum()),
        "points_more": round(float(points[0] - points[1]) / HUNDREDTHS, 2),
        "other_children_elsewhere": int(((home != proposed) & ~chosen).sum()),
    }
