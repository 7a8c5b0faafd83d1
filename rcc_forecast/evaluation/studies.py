"""Outcomes made ready: each laid out, with its predictors and the authorities behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.causal.base import FloatArray
from rcc_forecast.evaluation.fitting import Fits, completed
from rcc_forecast.evaluation.members import members_of
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar, Moment
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design, course_of, design_of, grid_of
from rcc_forecast.results.findings import Findings, Severity


@dataclass(frozen=True, slots=True)
class Study:
    """One outcome of the panel, ready.

    Attributes
    ----------
    outcome : str
        Its name.
    fits : Fits
        Every estimator's fit of it.
    """

    outcome: str
    fits: Fits

    @property
    def design(self) -> Design:
        """Who is treated from when, and who may be compared."""
        return self.fits.design


def studies_of(cells: Cells, spec: Spec) -> tuple[list[Study], Findings]:
    """Make every outcome of a specification ready, the primary one first.

    Parameters
    ----------
    cells : Cells
        Of the panel, in the regions to use.
    spec : Spec
        With its outcomes and predictors.

    Returns
    -------
    studies : list of Study
        One an outcome, those that the panel does not have too.
    findings : Findings
        Outcomes and predictors that the panel does not have.
    """
    studies, found = [], [*_predictors_absent(cells, spec), *_predictors_late(cells, spec)]
    for outcome in spec.outcomes:
        if not (cells.frame["outcome"] == outcome).any():
            found.append(
                Findings.one(
                    "panel-outcome-absent",
                    Severity.NOTED,
                    found=f"{outcome} is not in the panel",
                    done="its rows have no estimate",
                    table="panel",
                    column="outcome",
                )
            )
        grid = grid_of(cells, outcome, unit=spec.unit)
        design = completed(design_of(grid, spec, cells.calendar))
        members = members_of(cells, outcome, spec) if design.has_begun else None
        fits = Fits(design, spec, _predictors(cells, spec, design), members)
        studies.append(Study(outcome, fits))
    return studies, Findings.joined(found)


def _predictors_absent(cells: Cells, spec: Spec) -> list[Findings]:
    known = set(cells.frame["outcome"])
    return [
        Findings.one(
            "panel-predictor-absent",
            Severity.NOTED,
            found=f"the predictor {name} is not in the panel",
            done="synthetic control has no estimate",
            table="panel",
            column="outcome",
        )
        for name in dict.fromkeys(predictor.outcome for predictor in spec.predictors)
        if name not in known
    ]


def _predictors_late(cells: Cells, spec: Spec) -> list[Findings]:
    """Tell predictors that what is to be explained may have moved itself."""
    calendar = cells.calendar
    aware = min(course_of(treated, calendar).aware for treated in spec.treated)
    late = [each.outcome for each in spec.predictors if _last_of(each.until, calendar) >= aware]
    return [
        Findings.one(
            "panel-predictor-late",
            Severity.NOTED,
            found=f"the predictor {name} reaches past the first announcement or delivery",
            done="used as asked: what pathfinders did may be in it",
            table="panel",
            column="outcome",
        )
        for name in dict.fromkeys(late)
    ]


def _predictors(cells: Cells, spec: Spec, design: Design) -> FloatArray | None:
    """Give each unit's mean of each predictor, shape (n_rows, n_predictors)."""
    if not spec.predictors:
        return None
    columns = []
    for predictor in spec.predictors:
        grid = grid_of(cells, predictor.outcome, unit=spec.unit)
        first = cells.calendar.first_whole_from(predictor.since)
        last = _last_of(predictor.until, cells.calendar)
        within = (grid.periods >= first) & (grid.periods <= last)
        values = pd.Series(_row_mean(grid.y[:, within]), index=list(grid.names), dtype=float)
        columns.append(values.reindex(list(design.grid.names)).to_numpy())
    return np.column_stack(columns)


def _row_mean(values: FloatArray) -> FloatArray:
    number = (~np.isnan(values)).sum(axis=1)
    blank = np.full(len(values), np.nan)
    return np.asarray(np.divide(np.nansum(values, axis=1), number, out=blank, where=number > 0))


def _last_of(moment: Moment, calendar: Calendar) -> int:
    if isinstance(moment, int):
        return calendar.of_moment(moment + 1) - 1
    return calendar.first_touched_by(moment)
