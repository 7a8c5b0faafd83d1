"""The exact step: choose among the columns that prices could not rule out, by CP-SAT."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from models.placement.plan import Plan
from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.restricted import Restricted
from models.placement.runs import rows_of_runs


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the solver found.

    Attributes
    ----------
    plan : Plan or None
        None where it found none in time.
    bound : int
        Hundredths of a point that no plan over these columns is below.
    proven : bool
        No plan over these columns is better.
    out_of_time : bool
        The clock, not the count of steps, ended it.
    """

    plan: Plan | None
    bound: int
    proven: bool
    out_of_time: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """Columns that may be used and children who may stay without a home, as rows to state.

    Attributes
    ----------
    restricted : Restricted
    column : ndarray of int64, rising
    unplaced : ndarray of int64, rising
        Children.
    """

    restricted: Restricted
    column: IntArray
    unplaced: IntArray

    @property
    def cost(self) -> FloatArray:
        """Hundredths of a point: of the columns, then of the children without a home."""
        restricted = self.restricted
        return np.concatenate(
            [restricted.columns.cost[self.column], restricted.unplaced_cost[self.unplaced]]
        )

    def of_children(self) -> tuple[IntArray, IntArray]:
        """Give each child's columns and its place without a home: child, and row of `cost`."""
        restricted, columns = self.restricted, self.restricted.columns
        first = restricted.first_child[self._group()]
        child, row = [self.unplaced], [self.column.size + np.arange(self.unplaced.size)]
        for place in range(int(restricted.group_size.max(initial=0))):
            has = np.flatnonzero(columns.members[self.column] >> place & 1)
            child.append(first[has] + place)
            row.append(has)
        return np.concatenate(child), np.concatenate(row)

    def of_pairs(self) -> tuple[IntArray, IntArray]:
        """Give the rows of two children who may not share a home: pair and home in one, and row."""
        child, row = self.of_children()
        placed = row < self.column.size
        child, row = child[placed], row[placed]
        home = self.restricted.columns.home[self.column[row]].astype(np.int64)
        pairs: list[IntArray] = [np.zeros(0, np.int64)]
        rows: list[IntArray] = [np.zeros(0, np.int64)]
        for number, pair in enumerate(np.asarray(self.restricted.apart).reshape(-1, 2)):
            theirs = np.flatnonzero(np.isin(child, pair))
            pairs.append(number * self.restricted.n_homes + home[theirs])
            rows.append(row[theirs])
        return np.concatenate(pairs), np.concatenate(rows)

    def of_sides(self) -> FloatArray:
        """Give the coefficients of the side rows, shape (n_rows, size of `cost`)."""
        sides = self.restricted.sides
        if sides is None:
            return np.zeros((0, self.cost.size))
        table = np.zeros((sides.n_rows, self.column.size))
        count = sides.begin[self.column + 1] - sides.begin[self.column]
        entry = rows_of_runs(sides.begin[self.column], count)
        at = np.repeat(np.arange(self.column.size), count)
        np.add.at(table, (sides.row[entry], at), sides.coefficient[entry])
        return np.hstack([table, sides.unplaced[:, self.unplaced]])

    def used_by(self, plan: Plan) -> BoolArray:
        """Say which rows of `cost` a plan uses."""
        return np.concatenate(
            [np.isin(self.column, plan.column), np.isin(self.unplaced, plan.unplaced)]
        )

    def plan_of(self, used: BoolArray) -> Plan:
        """Give the plan that uses some rows of `cost`."""
        chosen, without = used[: self.column.size], used[self.column.size :]
        return Plan(self.column[chosen], self.unplaced[without])

    def _group(self) -> IntArray:
        begin = self.restricted.columns.begin
        return np.asarray(np.searchsorted(begin, self.column, side="right") - 1)


def choose_bundles(
    restricted: Restricted,
    *,
    keep: IntArray,
    keep_unplaced: BoolArray,
    hint: Plan,
    seed: int,
    effort: float,
    seconds: float = math.inf,
) -> Chosen:
    """Find the best plan over some of the columns.

    Parameters
    ----------
    restricted : Restricted
        Side rows are held as they are; those that may be missed cost their
        highest price for each unit.
    keep : ndarray of int
        Columns that may be used.
    keep_unplaced : ndarray of bool, shape (n_children,)
        Children who may stay without a home.
    hint : Plan
        A plan to begin from.
    seed : int
        The same seed gives the same plan.
    effort : float
        Limit in the solver's own deterministic units, close to seconds.
    seconds : float
        Limit of the clock, which only caps.

    Returns
    -------
    Chosen
    """
    kept = Kept(restricted, np.unique(keep), np.flatnonzero(keep_unplaced))
    model = cp_model.CpModel()
    used = [model.new_bool_var("") for _ in range(kept.cost.size)]
    child, row = kept.of_children()
    for rows in _runs(child, row, restricted.n_children):
        model.add_exactly_one([used[i] for i in rows])
    _hold_places(model, kept, used)
    for rows in _runs(*kept.of_pairs()):
        model.add_at_most_one([used[i] for i in rows])
    missed, penalty = _hold_sides(model, kept, used)
    points = kept.cost.astype(np.int64).tolist()
    model.minimize(cp_model.LinearExpr.weighted_sum([*used, *missed], [*points, *penalty]))
    for variable, value in zip(used, kept.used_by(hint).tolist(), strict=True):
        model.add_hint(variable, value)

    solver = _repeatable_solver(seed=seed, effort=effort, seconds=seconds)
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    stopped = status in (cp_model.FEASIBLE, cp_model.UNKNOWN)
    return Chosen(
        plan=kept.plan_of(np.array([solver.boolean_value(x) for x in used])) if found else None,
        bound=math.ceil(solver.best_objective_bound - 1e-6),
        proven=status == cp_model.OPTIMAL,
        out_of_time=stopped and solver.wall_time >= seconds,
    )


def _repeatable_solver(*, seed: int, effort: float, seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    # One worker: several finish in an order that the machine decides, and so would the plan.
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = effort
    if math.isfinite(seconds):
        solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    return solver


def _runs(value: IntArray, row: IntArray, n_values: int | None = None) -> Iterator[list[int]]:
    """Give the rows of each value; of every value below `n_values`, even if it has none."""
    order = np.argsort(value, kind="stable")
    wanted = np.unique(value) if n_values is None else np.arange(n_values)
    begin = np.searchsorted(value[order], wanted, side="left")
    end = np.searchsorted(value[order], wanted, side="right")
    rows = row[order].tolist()
    for one, other in zip(begin.tolist(), end.tolist(), strict=True):
        yield rows[one:other]


def _hold_places(model: cp_model.CpModel, kept: Kept, used: list[cp_model.IntVar]) -> None:
    columns, capacity = kept.restricted.columns, kept.restricted.capacity
    home = columns.home[kept.column].astype(np.int64)
    taken = columns.places[kept.column]
    for rows in _runs(home, np.arange(home.size)):
        room, places = int(capacity[home[rows[0]]]), taken[rows]
        if int(places.sum()) <= room:
            continue
        some = [used[i] for i in rows]
        if 2 * int(places.min()) > room:
            model.add_at_most_one(some)
        else:
            model.add(cp_model.LinearExpr.weighted_sum(some, places.tolist()) <= room)


def _hold_sides(
    model: cp_model.CpModel, kept: Kept, used: list[cp_model.IntVar]
) -> tuple[list[cp_model.IntVar], list[int]]:
    """Hold the side rows; give what is missed of those that may be, and its cost."""
    missed: list[cp_model.IntVar] = []
    penalty: list[int] = []
    sides = kept.restricted.sides
    if sides is None:
        return missed, penalty
    for coefficient, limit, most in zip(kept.of_sides(), sides.limit, sides.most, strict=True):
        some = np.flatnonzero(coefficient)
        load = cp_model.LinearExpr.weighted_sum(
            [used[i] for i in some], np.rint(coefficient[some]).astype(np.int64).tolist()
        )
        if math.isfinite(most):
            largest = math.ceil(float(np.abs(coefficient).sum()) + abs(float(limit)))
            missed.append(model.new_int_var(0, largest, ""))
            penalty.append(round(float(most)))
            load = load - missed[-1]
        model.add(load <= math.floor(float(limit) + 1e-6))
    return missed, penalty
