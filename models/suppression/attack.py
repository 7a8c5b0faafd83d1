"""What a reader could work out, and which further figures would have to be withheld to stop it.

For every withheld figure a linear program gives the narrowest interval that the
shown figures allow. Where it is too narrow, the program's dual prices name the
figures whose withholding could widen it: the capacity inequalities of Fischetti
and Salazar (2001), "Solving the cell suppression problem on tabular data with
linear constraints", Management Science 47(7), section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp
from scipy import sparse
from scipy.sparse import csgraph

from models.errors import ModelError
from models.forecast import FloatArray, IntArray
from models.suppression.problem import BoolArray, SuppressionProblem

_TINY = 1e-7
_FAR = 1e4
"""A figure without a known limit may lie this many protections from the truth."""


_ENOUGH_CUTS, _ENOUGH_PART = 150, 5
"""A round ends with so many, or this part of the figures: the master's next answer makes most
others idle."""


@dataclass(frozen=True, slots=True)
class Cut:
    """If `group` is withheld, then others with room for `need` in all must be.

    Attributes
    ----------
    group : int
        Withheld, and too easily worked out.
    need : float
        Width that is missing, above 0.
    others : ndarray of int
        Groups that can help.
    room : ndarray of float
        What each of them adds, at most `need`.
    """

    group: int
    need: float
    others: IntArray
    room: FloatArray


@dataclass(frozen=True, slots=True)
class Room:
    """How far each figure may lie from the truth, as far as a reader can know.

    Attributes
    ----------
    up, down : ndarray, shape (n_figures,)
        When it is withheld.
    up_shown, down_shown : ndarray, shape (n_figures,)
        When it is shown: half a rounding base.
    """

    up: FloatArray
    down: FloatArray
    up_shown: FloatArray
    down_shown: FloatArray


def room_of(problem: SuppressionProblem) -> Room:
    """Give the room of every figure of a problem."""
    far = _FAR * max(float(problem.protection.max(initial=0.0)), 1.0)
    up = np.minimum(problem.high - problem.value, far)
    down = np.minimum(problem.value - problem.low, far)
    hidden = problem.hidden[problem.group]
    return Room(
        up=up,
        down=down,
        up_shown=np.where(hidden, up, np.minimum(problem.slack, up)),
        down_shown=np.where(hidden, down, np.minimum(problem.slack, down)),
    )


def attack(
    problem: SuppressionProblem, withheld: BoolArray, *, room: Room, nudge: float = 0.0
) -> list[Cut]:
    """Try to work out every withheld figure, and give a cut for each that is exposed.

    Parameters
    ----------
    problem : SuppressionProblem
        The figures.
    withheld : ndarray of bool, shape (n_groups,)
        The pattern that is tried.
    room : Room
        Of the same problem.
    nudge : float
        Share of its room that a shown figure is taken to have. Above 0 some exposed
        figures are overlooked, but of all prices that explain an exposure those are
        found that lay it on the fewest figures: far stronger cuts.

    Returns
    -------
    list of Cut
        Without a nudge, empty where the pattern protects every withheld figure, and only there; not
        every exposed figure has one in the same round.
    """
    is_withheld = withheld[problem.group]
    most = nudge * problem.protection.max(initial=0.0)
    kept = problem.keep[problem.group]
    nudged_up = np.maximum(room.up_shown, np.where(kept, 0.0, np.minimum(nudge * room.up, most)))
    nudged_down = np.maximum(
        room.down_shown, np.where(kept, 0.0, np.minimum(nudge * room.down, most))
    )
    up = np.where(is_withheld, room.up, nudged_up)
    down = np.where(is_withheld, room.down, nudged_down)
    aimed = is_withheld & (problem.protection > 0)
    bridge = problem.bridge[problem.group]
    if bridge.any():
        # A reader who cannot narrow a figure down with the bridges held still cannot with them
        # loose; and a cut found so counts if it holds the present pattern to be too little.
        still_up, still_down = np.where(bridge, 0.0, up), np.where(bridge, 0.0, down)
        cuts, aimed = _attack_blocks(
            problem, aimed, up=still_up, down=still_down, room=room, sure_of=withheld
        )
        if cuts:
            return cuts
    return _attack_blocks(problem, aimed, up=up, down=down, room=room, sure_of=None)[0]


def _attack_blocks(
    problem: SuppressionProblem,
    aimed: BoolArray,
    *,
    up: FloatArray,
    down: FloatArray,
    room: Room,
    sure_of: BoolArray | None,
) -> tuple[list[Cut], BoolArray]:
    """Attack block by block; give the cuts, and the figures not shown to be protected.

    Where `sure_of` is given, of the cuts those alone that this pattern breaks.
    """
    cuts: list[Cut] = []
    left = aimed.copy()
    enough = max(_ENOUGH_CUTS, int(aimed.sum()) // _ENOUGH_PART)
    for block in _blocks(problem, free=up + down > 0):
        targets = block.figures[aimed[block.figures]]
        if not len(targets):
            continue
        found, safe = _attack_block(problem, block, targets, up=up, down=down, room=room)
        left[safe] = False
        cuts += found if sure_of is None else [cut for cut in found if _breaks(cut, sure_of)]
        if len(cuts) >= enough:
            break
    return cuts, left


def _breaks(cut: Cut, withheld: BoolArray) -> bool:
    return bool(cut.room[withheld[cut.others]].sum() < cut.need - _TINY)


@dataclass(frozen=True, slots=True)
class _Block:
    """Free figures that are tied to one another, and the equations that tie them."""

    figures: IntArray
    equations: IntArray


def _blocks(problem: SuppressionProblem, *, free: BoolArray) -> Iterator[_Block]:
    """Give the parts of the table that do not touch: each can be attacked on its own."""
    figures = np.flatnonzero(free)
    tied = problem.equations[:, figures]
    m = tied.shape[0]
    both = sparse.block_array([[None, tied], [tied.T, None]], format="csr")
    if not both.shape[0]:
        return
    count, label = csgraph.connected_components(both, directed=False)
    of_equation, of_figure = label[:m], label[m:]
    figure_order = np.argsort(of_figure, kind="stable")
    equation_order = np.argsort(of_equation, kind="stable")
    figure_start = np.searchsorted(of_figure[figure_order], np.arange(count + 1))
    equation_start = np.searchsorted(of_equation[equation_order], np.arange(count + 1))
    for b in range(count):
        inside = figures[figure_order[figure_start[b] : figure_start[b + 1]]]
        if len(inside):
            yield _Block(inside, equation_order[equation_start[b] : equation_start[b + 1]])


def _attack_block(
    problem: SuppressionProblem,
    block: _Block,
    aimed: IntArray,
    *,
    up: FloatArray,
    down: FloatArray,
    room: Room,
) -> tuple[list[Cut], IntArray]:
    """Attack the figures aimed at in one block; give the cuts, and the figures seen to be safe."""
    ties = problem.equations[block.equations]
    program = _Program(
        ties[:, block.figures].tocsr(), up=up[block.figures], down=down[block.figures]
    )
    place = np.searchsorted(block.figures, aimed)
    wide = problem.protection[aimed] * (1.0 - 1e-6) - _TINY
    cuts = []
    for figure, at, enough in zip(aimed, place, wide, strict=True):
        if program.width(at) >= enough:
            continue
        program.push(at, up=True)
        if program.width(at) >= enough:
            continue
        above = program.prices()
        program.push(at, up=False)
        if program.width(at) < enough:
            prices = np.stack([above, program.prices()])
            cuts.append(_cut(problem, int(figure), prices @ ties, room=room))
        if len(cuts) >= _ENOUGH_CUTS:
            break
    return cuts, aimed[program.high[place] - program.low[place] >= wide]


class _Program:
    """The linear program of one block, solved again and again from where it stands.

    Every answer is a table that fits what is shown, so it widens what is known
    of all figures at once: most never need a program of their own.
    """

    def __init__(self, ties: sparse.csr_array, *, up: FloatArray, down: FloatArray) -> None:
        self.high, self.low = np.zeros(len(up)), np.zeros(len(up))
        self.ties, self.limits = ties, list(zip(down.tolist(), up.tolist(), strict=True))
        self.aim = 0
        self._state("GLOP")

    def width(self, at: int) -> float:
        """Give the width seen so far of one figure's interval."""
        return float(self.high[at] - self.low[at])

    def push(self, at: int, *, up: bool) -> None:
        """Push one figure as far as it goes."""
        if not self._pushed(at, up=up):
            # Money beside counts can lead one simplex astray from where the last push ended.
            self._state("CLP")
            if not self._pushed(at, up=up):
                raise ModelError("The linear program of an attack on a table could not be solved.")
        found = np.array([variable.solution_value() for variable in self.variables])
        np.maximum(self.high, found, out=self.high)
        np.minimum(self.low, found, out=self.low)

    def _pushed(self, at: int, *, up: bool) -> bool:
        self.goal.SetCoefficient(self.variables[self.aim], 0.0)
        self.goal.SetCoefficient(self.variables[at], 1.0 if up else -1.0)
        self.aim = at
        return bool(self.solver.Solve() == pywraplp.Solver.OPTIMAL)

    def _state(self, solver: str) -> None:
        """State the program to a solver, from nothing."""
        self.solver = pywraplp.Solver.CreateSolver(solver)
        self.variables = [self.solver.NumVar(-down, up, "") for down, up in self.limits]
        self.constraints = []
        for row in range(self.ties.shape[0]):
            constraint = self.solver.Constraint(0.0, 0.0)
            for entry in range(self.ties.indptr[row], self.ties.indptr[row + 1]):
                variable = self.variables[self.ties.indices[entry]]
                constraint.SetCoefficient(variable, float(self.ties.data[entry]))
            self.constraints.append(constraint)
        self.goal = self.solver.Objective()
        self.goal.SetMaximization()
        self.aim = 0

    def prices(self) -> FloatArray:
        """Give the prices of the equations in the last push."""
        return np.array([constraint.dual_value() for constraint in self.constraints])


def _cut(problem: SuppressionProblem, figure: int, priced: FloatArray, *, room: Room) -> Cut:
    """Bound the width of one interval by what is withheld.

    `priced`, shape (2, n_figures), is what the prices of the pushes up and down make of
    each figure through its equations.
    """
    shown = np.zeros(len(problem.value))
    more = np.zeros(len(problem.value))
    for sign, price in zip((1.0, -1.0), priced, strict=True):
        steep = -price
        steep[figure] += sign
        steep[np.abs(steep) < 1e-9] = 0.0
        rising, falling = np.maximum(steep, 0.0), np.maximum(-steep, 0.0)
        shown += rising * room.up_shown + falling * room.down_shown
        more += rising * (room.up - room.up_shown) + falling * (room.down - room.down_shown)
    return cut_of(problem, figure, shown=shown, more=more)


def cut_of(problem: SuppressionProblem, figure: int, *, shown: FloatArray, more: FloatArray) -> Cut:
    """Gather by group what bounds the width of a figure's interval.

    Parameters
    ----------
    problem : SuppressionProblem
        The figures.
    figure : int
        The one withheld.
    shown : ndarray, shape (n_figures,)
        Width that each figure allows while it is shown.
    more : ndarray, shape (n_figures,)
        Width that each allows in addition once it is withheld.
    """
    own = int(problem.group[figure])
    by_group = np.bincount(problem.group, weights=more, minlength=problem.n_groups)
    need = float(problem.protection[figure] - shown.sum() - by_group[own])
    by_group[own] = 0.0
    others = np.flatnonzero(by_group > _TINY)
    return Cut(own, need, others, np.minimum(by_group[others], max(need, 0.0)))
