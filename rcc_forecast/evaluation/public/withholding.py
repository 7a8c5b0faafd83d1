"""Which numbers of children to withhold so that no other follows: figures and sums, gathered.

What is gathered goes to the engine that every published table of this project
goes through, and what that leaves is audited before it is believed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from models.errors import ModelError
from models.suppression import (
    SuppressionProblem,
    audit_suppression,
    solve_suppression,
    suppression_problem,
)
from models.suppression.problem import BoolArray

SMALLEST, LARGEST_SMALL = 1.0, 5.0
"""Numbers of children from the one to the other are withheld; 0 is shown."""

FEWEST_CHILDREN = 10.0
"""Denominators below are withheld."""

WITHHELD_NOTE = "withheld: few children, or another's figure could be worked out"
"""One note for both reasons: which it is would tell that a number is small."""

PROTECTION = 6.0
"""Width of the interval that a withheld number may be narrowed down to: one more than the
largest small number, so that nobody can show that it was small."""

_EFFORT = 5.0
"""Search in each independent part of the tables, in the solver's units, near seconds."""


@dataclass(slots=True)
class Sheet:
    """Figures and sums of one problem, as they are gathered.

    Groups are decisions; a figure belongs to one.
    """

    value: list[float] = field(default_factory=list)
    group: list[int] = field(default_factory=list)
    protection: list[float] = field(default_factory=list)
    sums: list[dict[int, float]] = field(default_factory=list)
    primary: list[bool] = field(default_factory=list)
    keep: list[bool] = field(default_factory=list)
    weight: list[int] = field(default_factory=list)
    implied: list[tuple[int, int]] = field(default_factory=list)

    def decision(self, *, weight: float, primary: bool = False, keep: bool = False) -> int:
        """Add a decision and give its number."""
        self.primary.append(primary)
        self.keep.append(keep)
        self.weight.append(max(round(weight), 1))
        return len(self.primary) - 1

    def figure(self, value: float, group: int, *, protection: float = 0.0) -> int:
        """Add a figure and give its number."""
        self.value.append(value)
        self.group.append(group)
        self.protection.append(protection)
        return len(self.value) - 1

    def sum_of(self, figures: Iterable[int]) -> float:
        """Add figures up."""
        return float(sum(self.value[figure] for figure in figures))

    def problem(self) -> SuppressionProblem:
        """State what was gathered."""
        rows = [row for row, terms in enumerate(self.sums) for _ in terms]
        columns = [figure for terms in self.sums for figure in terms]
        signs = [sign for terms in self.sums for sign in terms.values()]
        shape = (len(self.sums), len(self.value))
        return suppression_problem(
            np.array(self.value),
            sparse.csr_array(sparse.coo_array((signs, (rows, columns)), shape=shape)),
            primary=np.array(self.primary, dtype=bool),
            protection=np.array(self.protection),
            group=np.array(self.group, dtype=np.int64),
            weight=np.array(self.weight, dtype=np.int64),
            keep=np.array(self.keep, dtype=bool),
            implied=np.array(self.implied, dtype=np.int64).reshape(-1, 2),
        )


def is_small(count: Any) -> Any:
    """Say whether a number of children, or each of several, is too small to show.

    Parameters
    ----------
    count : float, ndarray or Series
        Of children.
    """
    return (count > SMALLEST - 0.5) & (count < LARGEST_SMALL + 0.5)


@dataclass(slots=True)
class SheetCells:
    """Cells of one sheet: their decisions, by place in the table."""

    sheet: Sheet
    share: dict[int, int] = field(default_factory=dict)
    children: dict[int, int] = field(default_factory=dict)
    known: dict[tuple[object, ...], int] = field(default_factory=dict)

    def add(self, place: int, *, having: float, children: int) -> int:
        """Add a cell and give its figure of children with the outcome.

        `children` is the figure of its denominator, which outcomes may share.
        """
        sheet = self.sheet
        whole = sheet.value[children]
        rest = whole - having
        small = 0 < whole < FEWEST_CHILDREN or is_small(having) or is_small(rest)
        decision = sheet.decision(weight=whole, primary=small)
        self.share[place], self.children[place] = decision, sheet.group[children]
        inside = sheet.figure(having, decision, protection=PROTECTION)
        outside = sheet.figure(rest, decision, protection=PROTECTION)
        sheet.sums.append({children: 1.0, inside: -1.0, outside: -1.0})
        sheet.implied.append((sheet.group[children], decision))
        return inside

    def denominator(self, key: tuple[object, ...], number: float) -> int:
        """Give the figure of a number of children, the same one for all that share it."""
        if key not in self.known:
            small = 0 < number < FEWEST_CHILDREN
            group = self.sheet.decision(weight=number, primary=small)
            self.known[key] = self.sheet.figure(number, group, protection=PROTECTION)
        return self.known[key]

    def withheld(self, decided: BoolArray, number: int) -> tuple[BoolArray, BoolArray]:
        """Give the cells whose share, and whose number of children, is withheld."""
        share, children = np.zeros((2, number), dtype=bool)
        for place, decision in self.share.items():
            share[place] = decided[decision]
            children[place] = decided[self.children[place]]
        return share, children


def settled(sheet: Sheet) -> BoolArray | None:
    """Decide; None where what must be shown gives a cell away.

    Parameters
    ----------
    sheet : Sheet
        With every sum in it.

    Returns
    -------
    ndarray of bool, shape (n_decisions,), or None
        What is withheld.
    """
    problem = sheet.problem()
    if not problem.primary.any():
        return problem.primary
    try:
        withheld = solve_suppression(problem, max_deterministic_time=_EFFORT).withheld
    except ModelError:
        return None
    passed = audit_suppression(problem, withheld, to_the_end=False).passed
    return withheld if passed else None
