"""One look at one panel under one specification: every table, and the sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.causal.base import ESTIMATORS, FloatArray, IntArray
from models.causal.looks import (
    alpha_spending,
    first_possible_look,
    linear_spending,
    spending_p,
)
from models.causal.randomisation import number_of_assignments
from models.errors import ModelError
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.adjusting import with_adjusted
from rcc_forecast.evaluation.estimating import Answer, answers_of
from rcc_forecast.evaluation.fitting import Fits, all_assignments, completed, generator
from rcc_forecast.evaluation.honest import sensitivity_rows
from rcc_forecast.evaluation.members import members_of
from rcc_forecast.evaluation.panel import Cells, PanelAtFaultError
from rcc_forecast.evaluation.period_effects import event_rows, influence_error
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.planning import plan_of
from rcc_forecast.evaluation.robustness import bounds_of, p_values_by_t, robustness_rows
from rcc_forecast.evaluation.spec import MOST_PERMUTATIONS, Spec
from rcc_forecast.evaluation.stages import Design, course_of, design_of, grid_of, mapped
from rcc_forecast.evaluation.traces import path_rows, placebo_gap_rows, weight_rows
from rcc_forecast.evaluation.verdict import Seen, verdict_of
from rcc_forecast.evaluation.writing import figures_row, stamped
from rcc_forecast.geography import Membership
from rcc_forecast.results.evaluation import Evaluation, Stamp
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.evaluation import (
    ESTIMATES,
    EVENT_STUDY,
    LINES,
    PLACEBOS,
    POWER,
    ROBUSTNESS,
    SENSITIVITY,
    WEIGHTS,
)
from rcc_forecast.tables.evaluation_charts import PATHS, PLACEBO_GAPS

Progress = Callable[[str], None]

_TRACES: dict[str, Callable[[Fits, Calendar], pd.DataFrame]] = {
    "event_study": event_rows,
    "weights": weight_rows,
    "paths": path_rows,
    "placebo_gaps": placebo_gap_rows,
}
_DECLARED = {
    "event_study": EVENT_STUDY,
    "weights": WEIGHTS,
    "paths": PATHS,
    "placebo_gaps": PLACEBO_GAPS,
}
"""What every outcome's fits show beside their effects, and the tables it goes to."""


def checked(
    cells: Cells,
    faults: list[str],
    spec: Spec,
    *,
    name: str,
    membership: Membership | None = None,
) -> Cells:
    """Refuse a panel that cannot be evaluated under a specification, every fault listed.

    Parameters
    ----------
    cells : Cells
        As read.
    faults : list of str
        Found when it was read.
    spec : Spec
        Whose treated units and primary outcome must be there.
    name : str
        How messages name the panel.
    membership : Membership, optional
        Of the co-operatives, for a treated unit that is one.

    Returns
    -------
    Cells
        In the regions to use.

    Raises
    ------
    PanelAtFaultError
        Names everything that has to be put right.
    """
    cells, found = mapped(cells, spec, membership)
    every = [*faults, *_faults_under(cells, spec)]
    if every:
        raise PanelAtFaultError(name=name, faults=every)
    return Cells(cells.frame, cells.calendar, cells.findings + found, cells.late)


def _faults_under(cells: Cells, spec: Spec) -> list[str]:
    frame, calendar = cells.frame, cells.calendar
    by = "region" if spec.unit == "region" else "la_code"
    names = {name for name in frame[by].unique() if str(name).strip()}
    kind = "regions" if spec.unit == "region" else "authorities"
    faults = []
    if spec.unit == "region" and (frame["region"].str.strip() == "").any():
        faults.append("region is empty in rows of the panel, and regions are compared.")
    if len(names) < 2:
        faults.append(f"the panel has {len(names)} of the {kind} to compare: two are the least.")
    faults += [
        f"treated unit {treated.unit!r} is not among the {kind} of the panel."
        for treated in spec.treated
        if treated.unit not in names
    ]
    primary = frame[frame["outcome"] == spec.primary]
    if not len(primary):
        faults.append(f"the primary outcome {spec.primary!r} is not in the panel.")
    elif not primary["value"].notna().any():
        faults.append(f"no cell of the primary outcome {spec.primary!r} has a value.")
    first = int(frame["period"].min()) if len(frame) else 0
    for treated in spec.treated:
        course = course_of(treated, calendar)
        if course.aware <= first and treated.unit in names:
            faults.append(
                f"treated unit {treated.unit!r} has no period before: its "
                f"{'delivery' if course.touched <= first else 'announcement'} is not after "
                f"{calendar.name(first)}, the first period of the panel."
            )
    return faults


@dataclass(frozen=True, slots=True)
class _Study:
    """One outcome of the panel, ready."""

    outcome: str
    fits: Fits

    @property
    def design(self) -> Design:
        return self.fits.design


def evaluate(
    cells: Cells,
    spec: Spec,
    stamp: Stamp,
    *,
    earlier: Sequence[Cells] = (),
    without_uasc: Cells | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Make every table of one look.

    Parameters
    ----------
    cells : Cells
        As `checked` gives it.
    spec : Spec
        What to do.
    stamp : Stamp
        Under which hash and look.
    earlier : sequence of Cells
        The panel as known at each earlier look, oldest first, checked; for alpha spending.
    without_uasc : Cells, optional
        The primary outcome of children who did not come alone, for a row of the
        robustness table.
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    Evaluation
    """
    tell = progress or (lambda _: None)
    studies, findings = _studies(cells, spec)
    estimates, placebos = [], []
    traces: dict[str, list[pd.DataFrame]] = {name: [] for name in _TRACES}
    by_outcome: dict[str, list[Answer]] = {}
    for study in studies:
        tell(f"estimating {study.outcome}")
        answers = list(answers_of(study.fits, outcome=study.outcome))
        by_outcome[study.outcome] = answers
        estimates += [_estimate_row(answer, study, spec, cells.calendar) for answer in answers]
        placebos += [
            answer.placebos.assign(
                outcome=study.outcome, estimator=answer.estimator, inference=answer.inference
            )
            for answer in answers
            if answer.placebos is not None
        ]
        for name, rows_of in _TRACES.items():
            rows = rows_of(study.fits, cells.calendar)
            traces[name].append(rows.assign(outcome=study.outcome))
    tell("changing one choice at a time")
    checks = list(
        robustness_rows(cells, spec, known=by_outcome[spec.primary], without_uasc=without_uasc)
    )
    by_t = p_values_by_t([row for row, _ in checks], cells, spec)
    robustness = [
        figures_row(answer, row.design, cells.calendar).assign(
            row=row.name, region=row.region, outcome=row.outcome or spec.primary, p_value_t=p
        )
        for (row, answer), p in zip(checks, by_t, strict=True)
    ]
    tell("what could be seen, and when")
    plan = plan_of(cells, spec, spec.primary)
    seen = _seen(studies[0], by_outcome[spec.primary], spec, stamp, cells, earlier)
    verdict = verdict_of(seen, plan.table, stamp, primary=spec.primary, alpha=spec.alpha)
    made = [(study.design, answer) for study in studies for answer in by_outcome[study.outcome]]
    told = with_adjusted(pd.concat(estimates, ignore_index=True), made, spec)
    return Evaluation(
        tables={
            "estimates": stamped(told, ESTIMATES, stamp),
            **{
                name: stamped(_joined(parts), _DECLARED[name], stamp)
                for name, parts in traces.items()
            },
            "placebos": stamped(_joined(placebos), PLACEBOS, stamp),
            "power": stamped(plan.table, POWER, stamp),
            "robustness": stamped(_joined(robustness), ROBUSTNESS, stamp),
            "sensitivity": stamped(
                sensitivity_rows(studies[0].design, cells, spec), SENSITIVITY, stamp
            ),
            "lines": stamped(_lines(studies, spec, cells.calendar), LINES, stamp),
        },
        verdict={
            **verdict,
            "outcomes": list(spec.outcomes),
            "shares": shares_of(cells, spec),
            "periods": studies[0].design.periods_text(cells.calendar),
            "authority_level_false_positives": _plain(plan.authority_false_positives),
            "withheld_bounds": _bounds(studies[0], cells, spec),
            "panel_sha256": cells.sha256,
        },
        spec=spec.canonical(),
        stamp=stamp,
        findings=cells.findings + findings,
    )


def plan_all(
    cells: Cells, spec: Spec, stamp: Stamp, *, progress: Progress | None = None
) -> Evaluation:
    """Say of every outcome what could be seen, and when; nothing is estimated.

    Parameters
    ----------
    cells, spec, stamp, progress
        As in `evaluate`.
    """
    tell = progress or (lambda _: None)
    parts = []
    for outcome in spec.outcomes:
        tell(f"what could be seen of {outcome}")
        if (cells.frame["outcome"] == outcome).any():
            parts.append(plan_of(cells, spec, outcome).table)
        else:
            parts.append(
                pd.DataFrame(
                    [
                        {
                            "outcome": outcome,
                            "inference": "donald_lang",
                            "note": "the panel does not have this outcome",
                        }
                    ]
                )
            )
    table = stamped(_joined(parts), POWER, stamp)
    verdict = {"outcomes": list(spec.outcomes), "shares": shares_of(cells, spec)}
    return Evaluation({"power": table}, verdict, spec.canonical(), stamp, cells.findings)


def shares_of(cells: Cells, spec: Spec) -> list[str]:
    """Give the outcomes that are shares of children: every value comes with its count."""
    valued = cells.frame[cells.frame["value"].notna()]
    counted = valued["numerator"].notna().groupby(valued["outcome"]).all()
    return [outcome for outcome in spec.outcomes if counted.get(outcome, default=False)]


def _studies(cells: Cells, spec: Spec) -> tuple[list[_Study], Findings]:
    studies, found = [], _predictors_absent(cells, spec)
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
        studies.append(_Study(outcome, fits))
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


def _last_of(moment: Any, calendar: Calendar) -> int:
    if isinstance(moment, int):
        return calendar.of_moment(moment + 1) - 1
    return calendar.first_touched_by(moment)


def _estimate_row(answer: Answer, study: _Study, spec: Spec, calendar: Calendar) -> pd.DataFrame:
    row = figures_row(answer, study.design, calendar)
    if answer.estimator == "group_time" and spec.unit == "authority" and study.design.has_begun:
        row["standard_error"] = influence_error(study.design)
    if not study.design.grid.names:
        row["note"] = "the panel does not have this outcome"
    return row.assign(outcome=study.outcome, estimand="att", region=ALL)


def _seen(
    study: _Study,
    answers: list[Answer],
    spec: Spec,
    stamp: Stamp,
    cells: Cells,
    earlier: Sequence[Cells],
) -> Seen:
    permutation, by_means = answers[0], answers[1]
    placebos = permutation.placebos
    fractions = np.arange(1, stamp.looks + 1) / stamp.looks
    spent = float(linear_spending(fractions, alpha=spec.alpha)[stamp.look - 1])
    found, spending = _found_by_spending(study, spec, stamp, earlier)
    number = _number_of_assignments(study.design, cells.calendar, spec)
    return Seen(
        permutation=permutation,
        donald_lang=by_means,
        begun=study.design.has_begun,
        post_periods=int(study.design.post.size),
        n_assignments=0 if placebos is None else round(1 / permutation.attainable_p),
        spending_found=found,
        spending_p=spending,
        first_possible_look=1
        + first_possible_look(fractions, n_assignments=number, alpha=spec.alpha),
        alpha_spent=spent if study.design.has_begun else 0.0,
        is_share=spec.primary in shares_of(cells, spec),
        first_whole=cells.calendar.end(
            min(course_of(each, cells.calendar).first for each in spec.treated)
        ).strftime("%Y-%m-%d"),
    )


def _number_of_assignments(design: Design, calendar: Calendar, spec: Spec) -> int:
    """Give how many assignments judge the primary outcome, or will once all have begun."""
    names = {*design.grid.names, *design.waiting}
    courses = [course_of(each, calendar) for each in spec.treated if each.unit in names]
    starts = np.array([course.first for course in courses], dtype=np.int64)
    asked = spec.permutations or MOST_PERMUTATIONS
    return min(number_of_assignments(len(names), starts), asked + 1)


def _found_by_spending(
    study: _Study, spec: Spec, stamp: Stamp, earlier: Sequence[Cells]
) -> tuple[bool | None, float]:
    """Follow the true assignment through the looks so far, and give the alpha that finds it.

    None and NaN for a single look.
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


def _bounds(study: _Study, cells: Cells, spec: Spec) -> dict[str, float] | None:
    """Give the least and largest primary effect that withheld counts allow."""
    of_primary = cells.frame["outcome"] == spec.primary
    if not study.design.has_begun or not (cells.frame["imputed"] & of_primary).any():
        return None

    def effect(design: Design) -> float:
        return ESTIMATORS["did"](design.panel, base=design.base, post=design.post).att

    low, high = bounds_of(study.design, effect)
    return {"low": low, "high": high}


def _lines(studies: list[_Study], spec: Spec, calendar: Calendar) -> pd.DataFrame:
    """Give every line of the charts: which phase each region is in, period by period."""
    courses = {each.unit: course_of(each, calendar) for each in spec.treated}
    parts = []
    for study in studies:
        grid = study.design.grid
        for row, name in enumerate(grid.names):
            course = courses.get(name)
            phases = [
                "donor"
                if course is None
                else "base"
                if period < course.aware
                else "between"
                if period < course.first
                else "after"
                for period in grid.periods
            ]
            parts.append(
                pd.DataFrame(
                    {
                        "outcome": study.outcome,
                        "region": name,
                        "period": [calendar.name(period) for period in grid.periods],
                        "value": grid.y[row],
                        "low": grid.low[row],
                        "high": grid.high[row],
                        "phase": phases,
                    }
                )
            )
    return _joined(parts)


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    with_rows = [part for part in parts if len(part)]
    return pd.concat(with_rows, ignore_index=True) if with_rows else pd.DataFrame()


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value
