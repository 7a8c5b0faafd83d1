"""A plan made before, read back from its folder, so that a what-if can be held against it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.placement.problem import UNPLACED, FloatArray, IntArray
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.placement.build import Built
from rcc_forecast.results.placement import PlacementPlan

_NUMBERS = ("distance_miles", "siblings_together", "points")


@dataclass(frozen=True, slots=True)
class PlanBefore:
    """A solved plan, by the references of its children and homes.

    Attributes
    ----------
    rows : DataFrame
        Index child_id; ``home_id`` (blank for none), ``distance_miles``,
        ``siblings_together``, ``points``.
    prices : dict of str to list of float
        Hundredths of a point for a place, two and three places, by home_id.
    summary, scenario : dict
        As the plan wrote them.
    open_homes : frozenset of str or None
        Homes that were open then; None where it is not known.
    """

    rows: pd.DataFrame
    prices: dict[str, list[float]]
    summary: dict[str, Any]
    scenario: dict[str, Any]
    open_homes: frozenset[str] | None = None

    def homes_of(self, built: Built) -> IntArray:
        """Give the row of each child's home then, `UNPLACED` for none and where it is not open."""
        ids = self.rows["home_id"].reindex(built.children["child_id"]).fillna("")
        found = pd.Index(built.homes["home_id"]).get_indexer(pd.Index(ids))
        return np.where(found < 0, UNPLACED, found).astype(np.int64)

    def prices_of(self, built: Built) -> FloatArray:
        """Give the prices of homes then, 0 for a home without, shape (n_homes, 3)."""
        prices = np.zeros((len(built.homes), 3))
        row = pd.Index(built.homes["home_id"]).get_indexer(pd.Index(list(self.prices)))
        values = np.array(list(self.prices.values()), dtype=float).reshape(-1, 3)
        prices[row[row >= 0]] = values[row >= 0]
        return prices


def plan_before_of(plan: PlacementPlan) -> PlanBefore:
    """Take a plan that was just made as the one before, without a folder between."""
    rows = plan.plan.drop_duplicates("child_id").set_index("child_id")[["home_id", *_NUMBERS]]
    rows = rows.assign(home_id=rows["home_id"].fillna(""))
    return PlanBefore(rows, plan.certificate["prices"][0]["homes"], plan.summary, plan.scenario)


def read_plan_before(folder: Path) -> PlanBefore:
    """Read a plan that `rcc_forecast.placement.write.write_plan` wrote.

    Raises
    ------
    UnreadableInputError
        The folder holds no such plan.
    """
    try:
        rows = pd.read_csv(folder / "plan.csv", dtype=str, keep_default_na=False)
        told = {
            name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            for name in ("summary", "certificate", "scenario")
        }
        # A reference that a spreadsheet would run as a formula is written behind an apostrophe.
        for name in ("child_id", "home_id"):
            rows[name] = rows[name].str.replace(r"\A'(?=[=+@-])", "", regex=True)
        for name in _NUMBERS:
            rows[name] = pd.to_numeric(rows[name].replace("", None))
        rows = rows.drop_duplicates("child_id").set_index("child_id")[["home_id", *_NUMBERS]]
        prices = told["certificate"]["prices"][0]["homes"]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise UnreadableInputError(
            path=folder.name, expected="a plan that `rcc-forecast place` wrote"
        ) from error
    return PlanBefore(rows, prices, told["summary"], told["scenario"])
