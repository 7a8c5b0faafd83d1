"""Limits on the whole plan, as rows over the bundles that are listed.

What a limit counts is said in `models.placement.rules`. Here it is added up:
for each bundle (`rows_over`), and for a whole plan (`rows_kept`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix

from models.placement.bundles import bundles_of_plan
from models.placement.problem import UNPLACED, FloatArray, IntArray, PlacementProblem
from models.placement.restricted import Columns, SideRows
from models.placement.rules import SideRule, amount, rules_of


class _Counted:
    """Bundles taken apart into children in homes, so that every rule can count them."""

    def __init__(
        self, problem: PlacementProblem, group: IntArray, members: IntArray, home: IntArray
    ) -> None:
        self.problem, self.n_bundles = problem, group.size
        bundle, child, alone = [], [], np.zeros(group.size)
        for j in range(int(problem.group_size.max(initial=0))):
            has = np.flatnonzero(members >> j & 1)
            kid = problem.first_child[group[has]] + j
            alone[has] += (problem.twin_mask[kid] & ~members[has]) != 0
            bundle.append(has)
            child.append(kid)
        nothing = np.zeros(0, dtype=np.int64)
        self.bundle = np.concatenate(bundle) if bundle else nothing
        self.child = np.concatenate(child) if child else nothing
        self.home = home[self.bundle]
        self.twins_without = alone
        self._amounts: dict[str, FloatArray] = {}

    def of_bundles(self, rule: SideRule) -> FloatArray:
        """Give what each bundle counts, whole numbers, shape (n_bundles,)."""
        total = np.zeros(self.child.size)
        for name, coefficient in rule.coefficient.items():
            if name not in self._amounts:
                self._amounts[name] = amount(name, self.problem, self.child, self.home)
            each = coefficient if coefficient.size == 1 else coefficient[self.child]
            total += each * self._amounts[name]
        counted = np.bincount(self.bundle, weights=np.rint(total), minlength=self.n_bundles)
        return counted + rule.home_of_group + rule.twins_apart * self.twins_without


def unplaced_counts(problem: PlacementProblem, rule: SideRule) -> FloatArray:
    """Give what each child counts without a home, shape (n_children,)."""
    return np.asarray(rule.unplaced + rule.twins_apart * (problem.twin_mask != 0))


def rows_over(
    problem: PlacementProblem, rules: Sequence[SideRule], columns: Columns
) -> SideRows | None:
    """Give the limits as rows over the columns listed, None where there is no limit.

    Parameters
    ----------
    problem : PlacementProblem
    rules : sequence of SideRule
    columns : Columns
    """
    if not rules:
        return None
    members, home = columns.members.astype(np.int64), columns.home.astype(np.int64)
    counted = _Counted(problem, columns.group, members, home)
    row_begin, column, coefficient = [0], [], []
    for rule in rules:
        value = counted.of_bundles(rule)
        used = np.flatnonzero(value)
        row_begin.append(row_begin[-1] + used.size)
        column.append(used)
        coefficient.append(value[used])
    entries = (np.concatenate(coefficient), np.concatenate(column), np.array(row_begin))
    table = csr_matrix(entries, shape=(len(rules), columns.n_columns))
    unplaced = np.stack([unplaced_counts(problem, rule) for rule in rules])
    largest = np.abs(table).max(axis=1).toarray().ravel() if columns.n_columns else 0.0
    by_column = table.tocsc()
    by_column.sort_indices()
    return SideRows(
        name=tuple(rule.name for rule in rules),
        begin=by_column.indptr.astype(np.int64),
        row=by_column.indices.astype(np.int32),
        coefficient=by_column.data,
        unplaced=unplaced,
        limit=np.array([rule.limit for rule in rules]),
        scale=np.maximum(np.maximum(largest, np.abs(unplaced).max(axis=1, initial=0.0)), 1.0),
        most=np.array([rule.most for rule in rules]),
    )


def rows_kept(
    problem: PlacementProblem, home: IntArray, *, rules: Sequence[SideRule] | None = None
) -> dict[str, tuple[int, int]]:
    """Give what a plan uses of each limit, and the limit, by the rule's name.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.
    rules : sequence of SideRule, optional
        Those that the region has switched on when absent.
    """
    without, used = np.flatnonzero(home == UNPLACED), bundles_of_plan(problem, home)
    counted = _Counted(problem, used.group, used.members, used.home)
    kept = {}
    for rule in rules_of(problem) if rules is None else rules:
        count = counted.of_bundles(rule).sum() + unplaced_counts(problem, rule)[without].sum()
        kept[rule.name] = (int(count), int(rule.limit))
    return kept
