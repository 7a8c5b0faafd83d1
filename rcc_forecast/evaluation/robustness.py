"""The primary outcome with one choice changed at a time: always every row, always in one order.

A reader sees what was tried and what came of it. A row that cannot run stands
there with its reason and no estimate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.causal.base import Effect
from models.errors import ModelError
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.estimating import PERMUTATION, Answer, answers_of, reason_of
from rcc_forecast.evaluation.fitting import Fits, completed
from rcc_forecast.evaluation.members import Members, judged_by_t, members_of
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design, Grid, design_of, grid_of

_AS_ESTIMATED = ("primary", "synthetic_did", "synthetic_control")
"""Rows that repeat estimates.csv."""

_BASES = (3, 5, 8)
_YEARS_BACK = 2
_ANTICIPATION = (0, 1, 2)

_MOST_ALONE, _MOST_DROPPED = 20, 60
"""Pathfinders, and controls, that have a row each; of more there is one row that says so."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes
    ----------
    name : str
        The choice that was changed.
    design : Design or None
        What to estimate; None where it cannot run.
    region : str
        All, or whom the row is about.
    estimator : str
        By name.
    outcome : str
        Where it is not the primary one.
    reason : str
        Why it cannot run.
    members : Members or None
        The authorities behind the design, where not those of the primary outcome.
    """

    name: str
    design: Design | None
    region: str = ALL
    estimator: str = "did"
    outcome: str = ""
    reason: str = ""
    members: Members | None = None


def robustness_rows(
    cells: Cells,
    spec: Spec,
    *,
    known: Sequence[Answer] = (),
    without_uasc: Cells | None = None,
) -> Iterator[tuple[Row, Answer]]:
    """Give every row of the robustness table with its answer, in the fixed order.

    Parameters
    ----------
    cells : Cells
        Of the panel, in the regions to use.
    spec : Spec
        Of the primary outcome and the treated.
    known : sequence of Answer
        Of the primary outcome, where they have been made already.
    without_uasc : Cells, optional
        The primary outcome of children who are not unaccompanied.
    """
    made = {answer.estimator: answer for answer in known if answer.inference == PERMUTATION}
    for row in (*_rows(cells, spec), _of_others_than_uasc(without_uasc, spec)):
        as_estimated = row.name in _AS_ESTIMATED and row.estimator in made
        yield row, made[row.estimator] if as_estimated else _answered(row, spec)


def p_values_by_t(rows: Iterable[Row], cells: Cells, spec: Spec) -> list[float]:
    """Give each row's p-value by the clustered t, which allows for the size of regions.

    Parameters
    ----------
    rows : iterable of Row
        As `robustness_rows` gives them.
    cells, spec
        As there.

    Returns
    -------
    list of float
        NaN where a row is not by difference in differences, or cannot run.
    """
    members = members_of(cells, spec.primary, spec)
    return [_p_by_t(row, row.members or members, spec) for row in rows]


def _p_by_t(row: Row, members: Members, spec: Spec) -> float:
    if row.design is None or not row.design.has_begun or row.estimator != "did":
        return math.nan
    try:
        chosen = Fits(row.design, spec).assignments()
        effect, _ = judged_by_t(row.design, members, chosen, alpha=spec.alpha, interval=False)
    except ModelError:
        return math.nan
    return effect.p_value


def _answered(row: Row, spec: Spec) -> Answer:
    if row.design is None:
        return Answer(row.estimator, PERMUTATION, Effect(math.nan, note=row.reason))
    outcome = row.outcome or spec.primary
    fits = Fits(row.design, spec)
    try:
        return next(answers_of(fits, outcome=outcome, names=(row.estimator,), only=PERMUTATION))
    except ModelError as error:
        return Answer(row.estimator, PERMUTATION, Effect(math.nan, note=reason_of(error)))


def _rows(cells: Cells, spec: Spec) -> Iterator[Row]:
    grid = grid_of(cells, spec.primary, unit=spec.unit)
    make = _Maker(grid, cells, spec)
    primary = make()
    yield Row("primary", primary)
    yield _child_weighted(make)
    yield from _each_alone(make, primary)
    yield _without(
        make,
        "drop London",
        [n for n in grid.names if "london" in n.casefold()],
        "no unit is called London",
    )
    yield from _each_control_dropped(make, spec)
    for number in _BASES:
        yield _with_base(make, number)
    yield _without_covid(make, spec)
    absent = "name the neighbours in the specification: neighbours = [...]"
    yield _without(make, "neighbours dropped", list(spec.neighbours), absent)
    yield _earlier(make)
    yield _placebo_outcome(cells, spec)
    yield Row("synthetic_did", primary, estimator="synthetic_did")
    yield Row("synthetic_control", primary, estimator="synthetic_control")
    for number in _ANTICIPATION:
        yield Row(f"anticipation {number}", make(anticipation=number))
    yield Row("never-treated controls", make(never_treated_only=True))
    yield Row("not-yet-treated controls", make())
    yield _without_imputed(cells, spec)


@dataclass(frozen=True, slots=True)
class _Maker:
    grid: Grid
    cells: Cells
    spec: Spec

    def __call__(self, grid: Grid | None = None, **changed: Any) -> Design:
        design = design_of(grid or self.grid, self.spec, self.cells.calendar, **changed)
        return completed(design)


def _child_weighted(make: _Maker) -> Row:
    if (make.grid.children == 1.0).all():
        return Row("child-weighted", None, reason="the panel has no denominators")
    return Row("child-weighted", make(weight=lambda grid: grid.children))


def _each_alone(make: _Maker, primary: Design) -> Iterator[Row]:
    units = [course.unit for course in primary.courses]
    if len(units) > _MOST_ALONE:
        reason = f"{len(units):,} treated units are too many to show one by one"
        yield Row("each pathfinder alone", None, reason=reason)
        return
    for unit in units or [each.unit for each in make.spec.treated]:
        others = [other for other in units if other != unit]
        yield Row(f"{unit} alone", make(make.grid.without(others)), region=unit)


def _without(make: _Maker, name: str, dropped: list[str], absent: str) -> Row:
    treated = {each.unit for each in make.spec.treated}
    there = [each for each in dropped if each in make.grid.names and each not in treated]
    if not there:
        return Row(name, None, reason=absent if not dropped else "none of them is a control")
    return Row(name, make(make.grid.without(there)))


def _each_control_dropped(make: _Maker, spec: Spec) -> Iterator[Row]:
    treated = {each.unit for each in spec.treated}
    controls = [name for name in make.grid.names if name not in treated]
    if len(controls) > _MOST_DROPPED:
        reason = f"{len(controls):,} controls are too many to drop one by one"
        yield Row("drop each control", None, reason=reason)
        return
    for name in controls:
        yield Row(f"drop {name}", make(make.grid.without([name])), region=name)


def _with_base(make: _Maker, number: int) -> Row:
    periods = number * make.cells.calendar.season
    name = f"base {number} years"
    design = make(base=periods)
    longest = make(base=10**6)
    if longest.base.size < periods:
        there = longest.base.size
        return Row(name, None, reason=f"there are {there} periods before the start, not {periods}")
    return Row(name, design)


def _without_covid(make: _Maker, spec: Spec) -> Row:
    calendar, periods = make.cells.calendar, make.grid.periods
    years = np.array([int(period) // calendar.season for period in periods])
    hit = np.isin(years, spec.covid)
    if not hit.any():
        return Row("without Covid years", None, reason="the panel has none of them")
    return Row("without Covid years", make(make.grid.of_periods(~hit)))


def _earlier(make: _Maker) -> Row:
    shifted = _YEARS_BACK * make.cells.calendar.season
    design = make(shifted=shifted)
    if not design.has_begun or not design.base.size:
        reason = (
            "with every stage two years earlier no whole period of delivery, or none before it, "
            "lies before the true announcement"
        )
        return Row("in-time placebo 2 years early", None, reason=reason)
    return Row("in-time placebo 2 years early", design)


def _placebo_outcome(cells: Cells, spec: Spec) -> Row:
    name, outcome = "placebo outcome", spec.placebo_outcome
    if outcome is None:
        reason = 'name one in the specification: placebo_outcome = "..."'
        return Row(name, None, reason=reason)
    if not (cells.frame["outcome"] == outcome).any():
        return Row(name, None, outcome=outcome, reason="the panel does not have it")
    grid = grid_of(cells, outcome, unit=spec.unit)
    members = members_of(cells, outcome, spec)
    return Row(name, _Maker(grid, cells, spec)(), outcome=outcome, members=members)


def _without_imputed(cells: Cells, spec: Spec) -> Row:
    name = "imputed cells dropped"
    of_primary = cells.frame["outcome"] == spec.primary
    if not (cells.frame["imputed"] & of_primary).any():
        return Row(name, None, reason="no cell of this outcome is imputed")
    left = cells.without_imputed()
    if not (left.frame["outcome"] == spec.primary).any():
        return Row(name, None, reason="every cell of this outcome is imputed")
    made = _Maker(grid_of(left, spec.primary, unit=spec.unit), left, spec)()
    return Row(name, made, members=members_of(left, spec.primary, spec))


def _of_others_than_uasc(cells: Cells | None, spec: Spec) -> Row:
    """Leave out unaccompanied children, who arrive at few places and move by a national scheme."""
    name = "children other than UASC"
    if cells is None:
        reason = "it needs the outcomes by group of children: PANEL.groups.csv, or --groups"
        return Row(name, None, reason=reason)
    made = _Maker(grid_of(cells, spec.primary, unit=spec.unit), cells, spec)()
    return Row(name, made, members=members_of(cells, spec.primary, spec))


def bounds_of(design: Design, change: Callable[[Design], float]) -> tuple[float, float]:
    """Give the least and the largest effect that withheld counts allow.

    Difference in differences moves up with the treated after and the donors
    before, and down with the others, so that the ends lie at the ends of the cells.

    Parameters
    ----------
    design : Design
        With the bounds of its grid.
    change : callable
        Effect of a design.
    """
    rows, columns = design.grid.y.shape
    after = np.zeros((rows, columns), dtype=bool)
    starts = design.panel.treated_from
    after[:, design.post] = True
    treated = starts >= 0
    after[treated] &= np.arange(columns) >= starts[treated][:, None]
    raises = after == treated[:, None]
    ends = []
    for high_raises in (False, True):
        y = np.where(raises == high_raises, design.grid.high, design.grid.low)
        ends.append(change(replace(design, panel=replace(design.panel, y=y))))
    return ends[0], ends[1]
