"""Who gets what from a plan: outcomes by authority, ethnicity, sex, age, needs and UASC.

A working table for the people who make the plan: it names small groups as
they are, and is not for publication.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.placement import groups_together, plan_points
from models.placement.eligibility import miles_from_family
from models.placement.problem import (
    HUNDREDTHS,
    UNPLACED,
    BoolArray,
    FloatArray,
    IntArray,
    Weights,
)
from models.placement.terms.distance import LINE_MILES
from rcc_forecast.codes import AGE_BAND_STARTS, ETHNIC, SEX, AgeBand
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.figures import in_authority, moved
from rcc_forecast.tables.placement import EQUITY

SMALL = 10
"""Children below whom one child more or less decides a rate."""

NOTE_SMALL = "Fewer than 10 children: one child more or less decides."
NOT_FOR_PUBLICATION = (
    "equity.csv is a working table for those who make the plan, with small groups as they are; "
    "it is not for publication."
)
LARGEST_GAPS = 10
"""Gaps told in the summary."""

_Z = 1.959963984540054  # two-sided 95%
_RATES = ("placed", "within_20_miles", "in_area", "siblings_together", "moved")


def equity_table(built: Built, home: IntArray, *, weights: Weights) -> pd.DataFrame:
    """Set each group's outcomes against those of all children.

    Parameters
    ----------
    built : Built
    home : ndarray of int, shape (n_children,)
        The plan.
    weights : mapping of str to float
        Points by term.

    Returns
    -------
    DataFrame
        An `EQUITY` table.

    Notes
    -----
    ``within_20_miles`` and ``in_area`` are of all children of the group, so
    that a child without a home counts as having neither; ``siblings_together``
    of those with brothers and sisters to place; ``moved`` of those who live in
    a home now; ``miles`` of those with a home. Intervals: Wilson (1927).
    """
    outcomes = _outcomes(built, home, weights)
    parts = [
        _by(labels, by, values, who, outcome)
        for by, labels in _groupings(built).items()
        for outcome, (values, who) in outcomes.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(
        name=[_name(*key) for key in zip(table["by"], table["group"], strict=True)]
    )
    return EQUITY.check(table)[EQUITY.names]


def largest_gaps(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give the widest gaps of groups that are not small and whose interval leaves all out.

    Parameters
    ----------
    table : DataFrame
        An `EQUITY` table.
    """
    rates = table[table["outcome"].isin(_RATES) & (table["count"] >= SMALL)]
    clear = (rates["low"] > rates["all_children"]) | (rates["high"] < rates["all_children"])
    told = rates[clear].assign(size=rates["gap"].abs())
    told = told.sort_values("size", ascending=False, kind="stable").head(LARGEST_GAPS)
    columns = ["by", "group", "name", "outcome", "count", "value", "all_children", "gap"]
    return [{str(k): v for k, v in row.items()} for row in told[columns].to_dict("records")]


def _outcomes(
    built: Built, home: IntArray, weights: Weights
) -> dict[str, tuple[FloatArray, BoolArray]]:
    """Give each outcome child by child, and the children of whom it can be said."""
    problem = built.problem
    placed = home != UNPLACED
    row = np.flatnonzero(placed)
    miles, near, own = np.zeros(home.size), np.zeros(home.size), np.zeros(home.size)
    miles[row] = miles_from_family(problem, row, home[row])
    near[row] = miles[row] <= LINE_MILES
    own[row] = in_authority(problem, row, home[row])
    everyone = np.ones(home.size, dtype=bool)
    group = problem.children.group
    siblings = (problem.group_size > 1)[group]
    points = plan_points(problem, home, weights=weights) / HUNDREDTHS
    return {
        "placed": (placed.astype(float), everyone),
        "within_20_miles": (near, everyone),
        "in_area": (own, everyone),
        "siblings_together": (groups_together(problem, home)[group].astype(float), siblings),
        "moved": (
            moved(problem, home).astype(float),
            problem.children.present_home != UNPLACED,
        ),
        "miles": (miles, placed),
        "points": (points, everyone),
    }


def _groupings(built: Built) -> dict[str, pd.Series]:
    children = built.children
    bands = np.array([band.value for band in AgeBand], dtype=object)
    at = np.searchsorted(AGE_BAND_STARTS, children["age"].to_numpy(), side="right") - 1
    return {
        "local_authority": children["local_authority"].astype("str"),
        "ethnicity": children["ethnicity"].astype("str"),
        "sex": children["sex"].astype("str"),
        "age_band": pd.Series(bands[at.clip(0, bands.size - 1)], children.index),
        "needs": children["needs"].astype(int).astype("str"),
        "uasc": children["uasc"].astype(int).astype("str"),
    }


def _by(
    labels: pd.Series, by: str, values: FloatArray, who: BoolArray, outcome: str
) -> pd.DataFrame:
    group, at = np.unique(labels.to_numpy(object)[who], return_inverse=True)
    count = np.bincount(at, minlength=group.size)
    n = count.astype(float)
    hits = np.bincount(at, weights=values[who], minlength=group.size).astype(float)
    is_rate = outcome in _RATES
    none = np.full(n.size, np.nan)
    low, high = wilson_interval(hits, n) if is_rate else (none, none)
    everyone = float(values[who].mean()) if who.any() else np.nan
    digits = 4 if is_rate else 2
    mean = hits / n
    return pd.DataFrame(
        {
            "by": by,
            "group": pd.Series(group, dtype="str"),
            "outcome": outcome,
            "count": count,
            "with_outcome": pd.Series(hits if is_rate else none).astype("Int64"),
            "value": np.round(mean, digits),
            "all_children": round(everyone, digits),
            "gap": np.round(mean - everyone, digits),
            "low": np.round(low, 4),
            "high": np.round(high, 4),
            "note": np.where(n < SMALL, NOTE_SMALL, ""),
        }
    )


def wilson_interval(hits: FloatArray, n: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the 95% interval of a rate after Wilson (1927), ends within 0 and 1.

    Parameters
    ----------
    hits, n : ndarray of float
        Children with the outcome, and all; `n` is not 0.
    """
    rate, z2 = hits / n, _Z**2
    middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * np.sqrt(rate * (1 - rate) / n + z2 / (4 * n**2))
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)


def _name(by: str, group: str) -> str:
    if by == "local_authority":
        return name_of(group)
    if by in ("ethnicity", "sex"):
        return str({"ethnicity": ETHNIC, "sex": SEX}[by].labels.get(group, group))
    words = {"needs": f"Level of need {group}", "age_band": f"Aged {group}"}
    uasc = {"0": "All other children", "1": "Unaccompanied asylum-seeking children"}
    return words[by] if by in words else uasc.get(group, group)
