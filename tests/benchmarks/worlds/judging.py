"""What is judged in a world, and by which measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.scores import seasonal_naive_scale
from tests.benchmarks.worlds.counts import TYPES, Counts
from tests.benchmarks.worlds.nature import AUTHORITIES, FloatArray

LEVELS = ("authority", "authority x type", "region", "region x type")
SEASON = 12


@dataclass(frozen=True, slots=True)
class Question:
    """One origin of one world: what was seen, and what came.

    Attributes
    ----------
    nodes : DataFrame
        One row a node: ``level``, ``local_authority`` and ``placement_type``,
        "All" where summed.
    history : ndarray, shape (n_nodes, n_months)
        True counts up to the origin.
    actual : ndarray, shape (n_nodes, horizon)
        True counts after it.
    scale : ndarray, shape (n_nodes,)
        In-sample seasonal naive error; NaN where a node never changed.
    """

    nodes: pd.DataFrame
    history: FloatArray
    actual: FloatArray
    scale: FloatArray


@dataclass(frozen=True, slots=True)
class Answer:
    """A method's forecast of the nodes it has; NaN elsewhere.

    Attributes
    ----------
    mean : ndarray, shape (n_nodes, horizon)
        Expected values.
    ends : ndarray, shape (4, n_nodes, horizon), optional
        Low and high end of the 80% interval, then of the 95%.
    """

    mean: FloatArray
    ends: FloatArray | None = None


def question_of(counts: Counts, origin: pd.Timestamp, *, horizon: int) -> Question:
    """Ask for every node of a world from a 31 March on."""
    seen = counts.months_until(origin)
    values = node_values(counts)
    rows = [("authority", code, "All") for code in AUTHORITIES]
    rows += [("authority x type", code, kind) for code in AUTHORITIES for kind in TYPES]
    rows += [("region", "All", "All")] + [("region x type", "All", kind) for kind in TYPES]
    nodes = pd.DataFrame(rows, columns=["level", "local_authority", "placement_type"])
    history = values[:, :seen]
    scale, _ = seasonal_naive_scale(history, season=SEASON)
    return Question(nodes, history, values[:, seen : seen + horizon], scale)


def node_values(counts: Counts) -> FloatArray:
    """Add a world's cells up to the nodes asked for, shape (n_nodes, n_months)."""
    by_type = counts.children.sum(axis=(2, 3))
    return np.concatenate(
        [
            by_type.sum(axis=1),
            by_type.reshape(-1, by_type.shape[-1]),
            by_type.sum(axis=(0, 1))[None],
            by_type.sum(axis=0),
        ]
    )


def scores_of(question: Question, answer: Answer) -> pd.DataFrame:
    """Score an answer by level and lead.

    Returns
    -------
    DataFrame
        ``level, horizon, nodes, scaled`` (mean of |error| / seasonal naive
        error), ``absolute, signed, actual`` (sums), ``in_80, in_95`` (shares of
        nodes inside) and ``width_95`` (sum), missing where a method has no
        intervals. Nodes without a scale, and those that the method does not
        forecast, are left out.
    """
    error = answer.mean - question.actual
    parts = []
    for level in LEVELS:
        of_level = (question.nodes["level"] == level).to_numpy()
        mine = of_level & np.isfinite(question.scale) & np.isfinite(answer.mean).all(axis=1)
        if not mine.any():
            continue
        found = error[mine]
        part = {
            "level": level,
            "horizon": np.arange(1, found.shape[1] + 1),
            "nodes": int(mine.sum()),
            "scaled": (np.abs(found) / question.scale[mine][:, None]).mean(axis=0),
            "absolute": np.abs(found).sum(axis=0),
            "signed": found.sum(axis=0),
            "actual": question.actual[mine].sum(axis=0),
            "in_80": np.nan,
            "in_95": np.nan,
            "width_95": np.nan,
        }
        if answer.ends is not None:
            actual, ends = question.actual[mine], answer.ends[:, mine]
            part["in_80"] = ((actual >= ends[0]) & (actual <= ends[1])).mean(axis=0)
            part["in_95"] = ((actual >= ends[2]) & (actual <= ends[3])).mean(axis=0)
            part["width_95"] = (ends[3] - ends[2]).sum(axis=0)
        parts.append(pd.DataFrame(part))
    return pd.concat(parts, ignore_index=True)


def averaged(scores: pd.DataFrame, leads: tuple[int, int]) -> pd.DataFrame:
    """Average scores of many worlds over a range of leads, a row a level and method.

    Parameters
    ----------
    scores : DataFrame
        Rows of `scores_of` with ``method``, and ``world`` and ``origin``.
    leads : tuple of int
        First and last lead.
    """
    kept = scores[scores["horizon"].between(*leads)]
    by = kept.groupby(["level", "method"], sort=False)
    total = by[["absolute", "signed", "actual", "width_95"]].sum(min_count=1)
    table = by[["scaled", "in_80", "in_95"]].mean()
    table["wape"] = total["absolute"] / total["actual"]
    table["bias"] = total["signed"] / total["actual"]
    table["width_95"] = total["width_95"] / total["actual"]
    each = kept.groupby(["level", "method", "world", "origin"], sort=False)
    table["cases"] = each.size().groupby(["level", "method"], sort=False).size()
    table["bias_error"] = _standard_error(
        each["signed"].sum() / each["actual"].sum(), ["level", "method"]
    )
    return table.reset_index()


def wilson(share: float, n: int) -> tuple[float, float]:
    """Give the 95% interval of a share of n independent cases.

    Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", *Journal of the American Statistical Association* 22.
    """
    z = 1.96
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def _standard_error(values: pd.Series, by: list[str]) -> pd.Series:
    grouped = values.groupby(by, sort=False)
    return grouped.std() / np.sqrt(grouped.size())
