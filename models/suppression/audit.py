"""An outsider's attempt to work out every withheld figure from what is published.

It shares nothing with the search for what to withhold: other equations (the
figures themselves, not their distance from the truth), another solver (HiGHS),
and every interval to its end. A fault there does not repeat itself here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, sparse
from scipy.sparse import csgraph

from models.errors import ModelError
from models.forecast import FloatArray, IntArray
from models.suppression.problem import BoolArray, SuppressionProblem

_COLUMNS_AT_ONCE = 3000
"""Unknowns in one linear program: small ones are solved side by side."""

_FAR = 1e4
_EDGE = 1e-5
"""How much narrower than asked an interval may be: what a solver's tolerance can do."""


@dataclass(frozen=True, slots=True)
class Audit:
    """To what interval each withheld figure can be narrowed down.

    Attributes
    ----------
    figure : ndarray of int, shape (n_withheld,)
        The withheld figures that need protection.
    low, high : ndarray of float, shape (n_withheld,)
        Least and greatest value that agree with everything published; `high`
        is inf where nothing limits it.
    exposed : ndarray of bool, shape (n_withheld,)
        Whether the interval is narrower than the figure's protection.
    """

    figure: IntArray
    low: FloatArray
    high: FloatArray
    exposed: BoolArray

    @property
    def passed(self) -> bool:
        """Whether no figure is exposed."""
        return not bool(self.exposed.any())

    @property
    def narrowest(self) -> float:
        """Width of the narrowest interval; inf where nothing is withheld."""
        return float((self.high - self.low).min(initial=np.inf))


def audit_suppression(
    problem: SuppressionProblem, withheld: BoolArray, *, to_the_end: bool = True
) -> Audit:
    """Narrow every withheld figure down as far as linear programming can.

    Parameters
    ----------
    problem : SuppressionProblem
        The figures and their sums. Shown figures are known exactly, or to half
        their rounding base where `slack` says so; of withheld ones `low` and
        `high` are known beforehand.
    withheld : ndarray of bool, shape (n_groups,)
        The pattern that is to be published.
    to_the_end : bool
        Follow every interval to both its ends. Otherwise a figure is left as soon as
        it has been seen to vary by its protection, in tables that agree with all that is
        published: `low` and `high` are then two values that it can have. The verdict is
        the same.

    Returns
    -------
    Audit
        A row for every withheld figure with a protection above 0.
    """
    unseen = (withheld | problem.hidden)[problem.group]
    least = np.where(unseen, problem.low, np.maximum(problem.low, problem.value - problem.slack))
    most = np.where(unseen, problem.high, np.minimum(problem.high, problem.value + problem.slack))
    if not to_the_end:  # nobody need look so far, and a program without a limit has no answer
        far = _FAR * problem.protection.max(initial=1.0)
        most, least = np.minimum(most, problem.value + far), np.maximum(least, problem.value - far)
    aimed = withheld[problem.group] & (problem.protection > 0)
    low, high = problem.value.copy(), problem.value.copy()
    bridge = problem.bridge[problem.group]
    if bridge.any() and not to_the_end:
        # What is seen to vary while the bridges stand still varies when they are loose as well.
        still = np.where(bridge, problem.value, least), np.where(bridge, problem.value, most)
        _narrow(problem, *still, aimed & ~bridge, to_the_end=False, low=low, high=high)
    left = aimed & (high - low < problem.protection - _EDGE)
    _narrow(problem, least, most, left, to_the_end=to_the_end, low=low, high=high)
    figure = np.flatnonzero(aimed)
    low, high = low[figure], high[figure]
    return Audit(figure, low, high, high - low < problem.protection[figure] - _EDGE)


def _narrow(
    problem: SuppressionProblem,
    least: FloatArray,
    most: FloatArray,
    aimed: BoolArray,
    *,
    to_the_end: bool,
    low: FloatArray,
    high: FloatArray,
) -> None:
    """Put the interval of every figure that is aimed at into `low` and `high`."""
    unknown = np.flatnonzero(most > least)
    known = np.where(most > least, 0.0, problem.value)
    right = problem.equations @ problem.value - problem.equations @ known
    left = problem.equations[:, unknown].tocsr()
    for columns, rows in _separate(left):
        targets = np.flatnonzero(aimed[unknown[columns]])
        if not len(targets):
            continue
        inside = unknown[columns]
        own = (left[rows][:, columns], right[rows], least[inside], most[inside])
        ends = (
            _intervals(*own, targets)
            if to_the_end
            else _wide_enough(*own, targets, problem.protection[inside[targets]])
        )
        low[inside[targets]], high[inside[targets]] = ends


def _separate(left: sparse.csr_array) -> list[tuple[IntArray, IntArray]]:
    """Give unknowns and equations that hang together, one pair a connected part."""
    touches = (left != 0).astype(np.int64)
    _, label = csgraph.connected_components(touches.T @ touches, directed=False)
    rows_of = np.full(left.shape[0], -1)
    entries = sparse.coo_array(touches)
    rows_of[entries.coords[0]] = label[entries.coords[1]]
    order = np.argsort(label, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(label[order])) + 1)
    row_order = np.argsort(rows_of, kind="stable")
    at = np.searchsorted(rows_of[row_order], np.arange(len(parts) + 1))
    return [
        (np.sort(part), np.sort(row_order[at[i] : at[i + 1]]))
        for i, part in enumerate(parts)
        if len(part)
    ]


def _intervals(
    left: sparse.csr_array,
    right: FloatArray,
    least: FloatArray,
    most: FloatArray,
    targets: IntArray,
) -> tuple[FloatArray, FloatArray]:
    """Give the least and the greatest value of each target."""
    n = len(least)
    low, high = np.full(len(targets), -np.inf), np.full(len(targets), np.inf)
    side_by_side = max(1, _COLUMNS_AT_ONCE // (2 * n))
    for start in range(0, len(targets), side_by_side):
        batch = slice(start, start + side_by_side)
        found = _extremes(left, right, least, most, targets[batch])
        if found is None:  # one of them has no limit: one at a time tells which
            pairs = [
                (
                    _extreme(left, right, least, most, t, sign=1),
                    -_extreme(left, right, least, most, t, sign=-1),
                )
                for t in targets[batch]
            ]
            found = np.array(pairs)
        low[batch], high[batch] = found[:, 0], found[:, 1]
    return low, high


def _wide_enough(
    left: sparse.csr_array,
    right: FloatArray,
    least: FloatArray,
    most: FloatArray,
    targets: IntArray,
    protection: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Give two values that each target can have, as far apart as its protection if that can be."""
    low, high = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)
    for number, target in enumerate(targets):
        for sign in (-1.0, 1.0):
            if high[number] - low[number] >= protection[number]:
                break
            goal = np.zeros(len(least))
            goal[target] = sign
            answer = _solved(goal, left, right, least, most, presolve=False)
            if answer.status != 0:
                raise ModelError("The linear program of an audit could not be solved.")
            np.minimum(low, answer.x[targets], out=low)
            np.maximum(high, answer.x[targets], out=high)
    return low, high


def _extremes(
    left: sparse.csr_array,
    right: FloatArray,
    least: FloatArray,
    most: FloatArray,
    targets: IntArray,
) -> FloatArray | None:
    """Solve for both ends of several targets in one program of separate copies."""
    n, copies = len(least), 2 * len(targets)
    goal = np.zeros((len(targets), 2, n))
    goal[np.arange(len(targets)), 0, targets] = 1.0
    goal[np.arange(len(targets)), 1, targets] = -1.0
    answer = optimize.linprog(
        goal.ravel(),
        A_eq=sparse.block_diag([left] * copies, format="csr") if left.shape[0] else None,
        b_eq=np.tile(right, copies) if left.shape[0] else None,
        bounds=np.tile(np.column_stack([least, most]), (copies, 1)),
        method="highs",
    )
    if answer.status != 0:
        return None
    values = answer.x.reshape(len(targets), 2, n)
    each = np.arange(len(targets))
    return np.column_stack([values[each, 0, targets], values[each, 1, targets]])


def _extreme(
    left: sparse.csr_array,
    right: FloatArray,
    least: FloatArray,
    most: FloatArray,
    target: int,
    *,
    sign: int,
) -> float:
    """Give the least value of sign times one target; -inf where nothing limits it."""
    goal = np.zeros(len(least))
    goal[target] = sign
    answer = _solved(goal, left, right, least, most)
    if answer.status in (3, 4):  # unbounded, or told apart from it by presolve alone
        return -np.inf
    if answer.status != 0:
        raise ModelError("The linear program of an audit could not be solved.")
    return float(answer.fun)


def _solved(
    goal: FloatArray,
    left: sparse.csr_array,
    right: FloatArray,
    least: FloatArray,
    most: FloatArray,
    *,
    presolve: bool = True,
) -> optimize.OptimizeResult:
    return optimize.linprog(
        goal,
        A_eq=left if left.shape[0] else None,
        b_eq=right if left.shape[0] else None,
        bounds=np.column_stack([least, most]),
        method="highs",
        options={"presolve": presolve},
    )
