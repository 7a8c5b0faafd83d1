"""What togetherness and cost would have to give for each other: plans along a ladder of weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.tables.placement import FRONTIER

LADDERS: dict[str, tuple[float, ...]] = {
    "home_of_group": (0.0, 300.0, 1_000.0, 3_000.0, 10_000.0),
    "weekly_cost_gbp_50": (0.0, 1.0, 5.0, 20.0),
}
"""Points that are tried by default, by name of the weight: from not at all to above all else."""

_BETTER_LOW = ("unplaced", "apart_pct", "mean_miles", "weekly_cost_gbp")


def frontier_table(plans: Iterable[tuple[str, float, Mapping[str, Any]]]) -> pd.DataFrame:
    """Give one row a plan, and say which no other plan beats in everything.

    Parameters
    ----------
    plans : iterable of tuple
        Name of the weight that was changed, its points, and the plan's summary.

    Returns
    -------
    DataFrame
        A `FRONTIER` table. A row is efficient where no other is as good in
        children placed, groups together, mean miles and weekly cost, and
        better in one of them. Objectives of different weights are not alike.
    """
    rows = [
        {
            "weight": weight,
            "value": value,
            "groups_together_pct": _percent(summary["groups_together"], summary["groups"]),
            **{
                name: summary[name]
                for name in (
                    "mean_miles",
                    "over_20_miles_pct",
                    "weekly_cost_gbp",
                    "unplaced",
                    "objective",
                    "bound",
                    "net_gap",
                )
            },
        }
        for weight, value, summary in plans
    ]
    table = pd.DataFrame(rows, columns=[name for name in FRONTIER.names if name != "efficient"])
    return FRONTIER.check(table.assign(efficient=_efficient(table).astype(int)))


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _efficient(table: pd.DataFrame) -> np.ndarray:
    apart = 100 - table["groups_together_pct"].astype(float).fillna(100.0)
    costs = table.assign(apart_pct=apart)[list(_BETTER_LOW)].astype(float).fillna(0.0).to_numpy()
    no_worse = (costs[:, None, :] <= costs[None, :, :]).all(axis=2)
    better = (costs[:, None, :] < costs[None, :, :]).any(axis=2)
    return np.asarray(~(no_worse & better).any(axis=0))
