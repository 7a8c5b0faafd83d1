"""One look at one panel under one specification: every table, and the sentence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from models.causal.base import ESTIMATORS
from models.causal.looks import (
    first_possible_look,
    linear_spending,
)
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.adjusting import with_adjusted
from rcc_forecast.evaluation.estimating import Answer, answers_of
from rcc_forecast.evaluation.fitting import Fits
from rcc_forecast.evaluation.honest import sensitivity_rows
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.period_effects import event_rows, influence_error
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.planning import plan_of
from rcc_forecast.evaluation.robustness import bounds_of, p_values_by_t, robustness_rows
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.spending import assignments_in_all, found_by_spending
from rcc_forecast.evaluation.stages import Design, course_of
from rcc_forecast.evaluation.studies import Study, studies_of
from rcc_forecast.evaluation.traces import path_rows, placebo_gap_rows, weight_rows
from rcc_forecast.evaluation.verdict import Seen, verdict_of
from rcc_forecast.evaluation.writing import figures_row, stamped
from rcc_forecast.results.evaluation import Evaluation, Stamp
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
        The primary outcome of children who are not unaccompanied, for a row of the
        robustness table.
    progress : callable, optional
        Told what is being done.

    Returns
    -------
    Evaluation
    """
    tell = progress or (lambda _: None)
    studies, findings = studies_of(cells, spec)
    answered: list[tuple[Study, list[Answer]]] = []
    traces: dict[str, list[pd.DataFrame]] = {name: [] for name in _TRACES}
    for study in studies:
        tell(f"estimating {study.outcome}")
        answered.append((study, list(answers_of(study.fits, outcome=study.outcome))))
        for name, rows_of in _TRACES.items():
            rows = rows_of(study.fits, cells.calendar)
            traces[name].append(rows.assign(outcome=study.outcome))
    primary, answers = answered[0]
    tell("changing one choice at a time")
    robustness = _robustness(cells, spec, answers, without_uasc)
    tell("what could be seen, and when")
    plan = plan_of(cells, spec, spec.primary)
    seen = _seen(primary, answers, spec, stamp, cells, earlier)
    verdict = verdict_of(seen, plan.table, stamp, primary=spec.primary, alpha=spec.alpha)
    made = {
        "estimates": (_estimates(answered, spec, cells.calendar), ESTIMATES),
        **{name: (_joined(parts), _DECLARED[name]) for name, parts in traces.items()},
        "placebos": (_placebos(answered), PLACEBOS),
        "power": (plan.table, POWER),
        "robustness": (robustness, ROBUSTNESS),
        "sensitivity": (sensitivity_rows(primary.design, cells, spec), SENSITIVITY),
        "lines": (_lines(studies, spec, cells.calendar), LINES),
    }
    return Evaluation(
        tables={name: stamped(table, declared, stamp) for name, (table, declared) in made.items()},
        verdict={
            **verdict,
            "outcomes": list(spec.outcomes),
            "shares": shares_of(cells, spec),
            "periods": primary.design.periods_text(cells.calendar),
            "authority_level_false_positives": _plain(plan.authority_false_positives),
            "withheld_bounds": _bounds(primary, cells, spec),
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
    """Give the outcomes that are shares of children: values come with counts, all or some."""
    valued = cells.frame[cells.frame["value"].notna()]
    counted = valued["numerator"].notna().groupby(valued["outcome"]).all()
    # Of one that some files give with counts and others as a share alone, every value is a share.
    partly = valued["numerator"].notna().groupby(valued["outcome"]).any()
    within = valued["value"].between(0, 1).groupby(valued["outcome"]).all()
    shares = counted | (partly & within)
    return [outcome for outcome in spec.outcomes if shares.get(outcome, default=False)]


def _estimates(
    answered: Sequence[tuple[Study, list[Answer]]], spec: Spec, calendar: Calendar
) -> pd.DataFrame:
    rows = [
        _estimate_row(answer, study, spec, calendar)
        for study, answers in answered
        for answer in answers
    ]
    made = [(study.design, answer) for study, answers in answered for answer in answers]
    return with_adjusted(pd.concat(rows, ignore_index=True), made, spec)


def _placebos(answered: Sequence[tuple[Study, list[Answer]]]) -> pd.DataFrame:
    return _joined(
        [
            answer.placebos.assign(
                outcome=study.outcome, estimator=answer.estimator, inference=answer.inference
            )
            for study, answers in answered
            for answer in answers
            if answer.placebos is not None
        ]
    )


def _robustness(
    cells: Cells, spec: Spec, known: Sequence[Answer], without_uasc: Cells | None
) -> pd.DataFrame:
    rows = list(robustness_rows(cells, spec, known=known, without_uasc=without_uasc))
    by_t = p_values_by_t([row for row, _ in rows], cells, spec)
    return _joined(
        [
            figures_row(answer, row.design, cells.calendar).assign(
                row=row.name, region=row.region, outcome=row.outcome or spec.primary, p_value_t=p
            )
            for (row, answer), p in zip(rows, by_t, strict=True)
        ]
    )


def _estimate_row(answer: Answer, study: Study, spec: Spec, calendar: Calendar) -> pd.DataFrame:
    row = figures_row(answer, study.design, calendar)
    if answer.estimator == "group_time" and spec.unit == "authority" and study.design.has_begun:
        row["standard_error"] = influence_error(study.design)
    if not study.design.grid.names:
        row["note"] = "the panel does not have this outcome"
    return row.assign(outcome=study.outcome, estimand="att", region=ALL)


def _seen(
    study: Study,
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
    found, spending = found_by_spending(study, spec, stamp, earlier)
    number = assignments_in_all(study.design, cells.calendar, spec)
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
        has_left=_has_left_too_soon(spec, cells.calendar),
    )


def _has_left_too_soon(spec: Spec, calendar: Calendar) -> bool:
    """Say whether a treated unit leaves before any has delivered for a whole period."""
    courses = [course_of(each, calendar) for each in spec.treated]
    first = min(course.first for course in courses)
    return any(course.until is not None and course.until <= first for course in courses)


def _bounds(study: Study, cells: Cells, spec: Spec) -> dict[str, float] | None:
    """Give the least and largest primary effect that withheld counts allow."""
    of_primary = cells.frame["outcome"] == spec.primary
    if not study.design.has_begun or not (cells.frame["imputed"] & of_primary).any():
        return None

    def effect(design: Design) -> float:
        return ESTIMATORS["did"](design.panel, base=design.base, post=design.post).att

    low, high = bounds_of(study.design, effect)
    return {"low": low, "high": high}


def _lines(studies: list[Study], spec: Spec, calendar: Calendar) -> pd.DataFrame:
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
