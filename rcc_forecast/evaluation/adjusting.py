"""Several outcomes at once: what their p-values are worth, the primary one left alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from models.causal.base import FloatArray, IntArray
from models.causal.family import holm, romano_wolf
from rcc_forecast.evaluation.estimating import Answer, Judged
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design

_APART = "outcomes have no assignments in common: see p_adjusted"


def with_adjusted(
    estimates: pd.DataFrame, made: Sequence[tuple[Design, Answer]], spec: Spec
) -> pd.DataFrame:
    """Adjust the further outcomes' p-values for their number.

    Parameters
    ----------
    estimates : DataFrame
        One row an outcome, estimator and inference, numbered from 0.
    made : sequence of (Design, Answer)
        What each row is from.
    spec : Spec
        With the primary outcome, which stands alone.

    Returns
    -------
    DataFrame
        With ``p_adjusted`` (Holm) and ``p_romano_wolf``, empty for the primary outcome.
    """
    holms, joint = (pd.Series(np.nan, index=estimates.index) for _ in range(2))
    notes = estimates["note"].copy()
    further = estimates[estimates["outcome"] != spec.primary]
    for _, rows in further.groupby(["estimator", "inference"], sort=False):
        p_values = rows["p_value"].to_numpy(dtype=float)
        holms[rows.index] = holm(p_values)
        judged = rows.index[~np.isnan(p_values)]
        family = [(made[place][0], made[place][1].judged) for place in judged]
        ranked = [(design, one) for design, one in family if one is not None]
        if not ranked or len(ranked) < len(family):
            continue
        together = _together(ranked)
        if together is None:
            notes[judged] = [f"{note}; {_APART}" if note else _APART for note in notes[judged]]
            continue
        adjusted = romano_wolf(together[0], observed=together[1])
        # Assignments in common may be fewer than an outcome's own.
        joint[judged] = np.maximum(adjusted, p_values[~np.isnan(p_values)])
    return estimates.assign(p_adjusted=holms, p_romano_wolf=joint, note=notes)


def _together(family: Sequence[tuple[Design, Judged]]) -> tuple[FloatArray, int] | None:
    """Give every outcome's statistics under the assignments that all of them have.

    Returns
    -------
    statistics : ndarray, shape (n_outcomes, n_assignments)
    observed : int
        None where the outcomes do not share their treated units, or were drawn apart.
    """
    names = [design.grid.names for design, _ in family]
    common = sorted(set(names[0]).intersection(*names[1:]))
    rows, kept = zip(*(_among(common, *each) for each in family), strict=True)
    if any(not np.array_equal(one, other) for one, other in pairwise(rows)):
        return None
    if any(_starts(one) != _starts(other) for (one, _), (other, _) in pairwise(family)):
        return None
    observed = np.flatnonzero(kept[0] == family[0][1].chosen.observed)
    if not observed.size:
        return None
    statistics = [
        judged.statistics[places] for (_, judged), places in zip(family, kept, strict=True)
    ]
    return np.array(statistics), int(observed[0])


def _among(common: list[str], design: Design, judged: Judged) -> tuple[IntArray, IntArray]:
    """Give the assignments of common units by their places among these, and where they stand."""
    place = {name: number for number, name in enumerate(common)}
    number = np.array([place.get(name, -1) for name in design.grid.names])
    rows = number[judged.chosen.rows]
    kept = np.flatnonzero((rows >= 0).all(axis=1))
    return rows[kept], kept


def _starts(design: Design) -> list[tuple[str, int]]:
    return [(course.unit, course.first) for course in design.courses]
