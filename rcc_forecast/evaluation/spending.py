"""Alpha spent over the looks: whether the true regions have gone by now, and at which alpha."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from models.causal.base import ESTIMATORS, FloatArray, IntArray
from models.causal.looks import alpha_spending, spending_p
from models.causal.randomisation import number_of_assignments
from models.errors import ModelError
from rcc_forecast.evaluation.fitting import all_assignments, generator
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import MOST_PERMUTATIONS, Spec
from rcc_forecast.evaluation.stages import Design, course_of, design_of, grid_of
from rcc_forecast.evaluation.studies import Study
from rcc_forecast.results.evaluation import Stamp


def assignments_in_all(design: Design, calendar: Calendar, spec: Spec) -> int:
    """Give how many assignments judge the primary outcome, or will once all have begun.

    Parameters
    ----------
    design : Design
        Of the primary outcome.
    calendar : Calendar
        Of the panel.
    spec : Spec
        With the treated.
    """
    names = {*design.grid.names, *design.waiting}
    courses = [course_of(each, calendar) for each in spec.treated if each.unit in names]
    starts = np.array([course.first for course in courses], dtype=np.int64)
    asked = spec.permutations or MOST_PERMUTATIONS
    return min(number_of_assignments(len(names), starts), asked + 1)


def found_by_spending(
    study: Study, spec: Spec, stamp: Stamp, earlier: Sequence[Cells]
) -> tuple[bool | None, float]:
    """Follow the true assignment through the looks so far.

    Parameters
    ----------
    study : Study
        Of the primary outcome.
    spec : Spec
        With the number of looks and alpha.
    stamp : Stamp
        Which look this is.
    earlier : sequence of Cells
        The panel as known at each earlier look, oldest first, checked.

    Returns
    -------
    found : bool or None
        Whether the effect was found by now; None for a single look.
    alpha : float
        Smallest alpha, spent over the looks so far, that finds it; NaN for a single look.
    """
    if spec.looks == 1 or not study.design.has_begun:
        return None, math.nan
    chosen = all_assignments(study.design, spec, generator(spec, study.outcome, "looks"))
    names = study.design.grid.names
    designs = [_design_at(cells, spec, names) for cells in earlier[: stamp.look - 1]]
    looked = [design if _alike(design, study.design) else None for design in designs]
    statistics = np.stack([_statistics(each, chosen.rows) for each in [*looked, study.design]])
    fractions = np.arange(1, spec.looks + 1)[: len(statistics)] / spec.looks
    found = alpha_spending(
        statistics, observed=chosen.observed, fractions=fractions, alpha=spec.alpha
    ).found
    return found, spending_p(statistics, observed=chosen.observed, fractions=fractions)


def _design_at(cells: Cells, spec: Spec, names: tuple[str, ...]) -> Design:
    """Give an earlier look's design with the units of this one, in their order."""
    grid = grid_of(cells, spec.primary, unit=spec.unit)
    return design_of(grid.without(set(grid.names) - set(names)), spec, cells.calendar)


def _alike(earlier: Design, now: Design) -> bool:
    """Tell whether an earlier look had the same units, and as many of them treated."""
    same = earlier.grid.names == now.grid.names
    return same and earlier.has_begun and earlier.treated.size == now.treated.size


def _statistics(design: Design | None, rows: IntArray) -> FloatArray:
    """Give the estimate under every assignment; 0 for a look that could find nothing.

    What such a look did not spend is left for later ones.
    """
    if design is None:
        return np.zeros(len(rows))
    try:
        return ESTIMATORS["did"].estimates(design.panel, rows, base=design.base, post=design.post)
    except ModelError:
        return np.zeros(len(rows))
