"""The least that has to be withheld so that no withheld figure can be worked out.

A master problem chooses what to withhold; an attack on its answer finds what is
exposed and why; its cuts go back to the master, until nothing is exposed. The
last answer is then the proved minimum where the master was solved to the end,
else the best found, with the master's bound beside it. What is handed out is
protected in every case: where the limit is met, more is withheld.

Fischetti and Salazar (2001), Management Science 47(7); the master is CP-SAT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model
from scipy import sparse
from scipy.sparse import csgraph

from models.forecast import IntArray
from models.suppression.attack import Cut, Room, attack, cut_of, room_of
from models.suppression.problem import BoolArray, SuppressionProblem, UnprotectableError

_STEPS = 10
"""Of the effort allowed, one master answer takes at most this part before it is attacked."""

_LARGE, _ROUNDS_OF_LARGE = 3000, 8
"""Figures from which on an attack is dear: after so many, what is exposed is mended by hand."""

_SMALL = 500
"""Figures up to which every group of an unproved answer is tried again."""

_PLAIN_ROUNDS, _NUDGE = 4, 0.01
"""Stronger cuts cost larger programs: they are for tables that a few rounds do not settle, and
that are not large."""

_SCALE = 1000
"""Rooms are whole numbers in the master: thousandths of what is needed, rounded up."""


@dataclass(frozen=True, slots=True)
class Suppression:
    """What to withhold.

    Attributes
    ----------
    withheld : ndarray of bool, shape (n_groups,)
        Primary and secondary; hidden groups are not counted in.
    loss : int
        Sum of the weights of what is withheld.
    bound : int
        No protecting pattern loses less than this.
    optimal : bool
        Whether `loss` is proved the least.
    rounds : int
        Attacks made on the slowest part of the table.
    """

    withheld: BoolArray
    loss: int
    bound: int
    optimal: bool
    rounds: int


def solve_suppression(
    problem: SuppressionProblem, *, max_deterministic_time: float = 20.0, seed: int = 0
) -> Suppression:
    """Withhold as little as protects every withheld figure.

    Parameters
    ----------
    problem : SuppressionProblem
        The figures, their sums, and which are withheld for their own sake.
    max_deterministic_time : float
        For the master of each independent part of the table, in the solver's own
        units of work (near seconds), so that the answer does not hang on the clock.
    seed : int
        Of the master's search.

    Returns
    -------
    Suppression
        Always protected.

    Raises
    ------
    UnprotectableError
        Figures that must be shown give a withheld one away.
    """
    withheld = _with_implied(problem, problem.primary)
    bound = int(problem.weight[withheld].sum())
    optimal, rounds = True, 0
    for groups in _parts(problem, withheld):
        part = _Part(problem, groups, start=withheld, seed=seed)
        part.run(max_deterministic_time)
        withheld = withheld | part.withheld
        bound += part.bound
        optimal &= part.optimal
        rounds = max(rounds, part.rounds)
    loss = int(problem.weight[withheld].sum())
    return Suppression(withheld, loss, loss if optimal else bound, optimal, rounds)


def _with_implied(problem: SuppressionProblem, withheld: BoolArray) -> BoolArray:
    """Withhold as well what goes with what is withheld."""
    found = withheld.copy()
    while True:
        reached = problem.implied[found[problem.implied[:, 0]], 1]
        if found[reached].all():
            return found
        found[reached] = True


def _parts(problem: SuppressionProblem, withheld: BoolArray) -> list[IntArray]:
    """Split the groups that may be withheld into parts that have nothing to do with one another."""
    group, n = problem.group, problem.n_groups
    loose = ~problem.keep[group] | (problem.slack > 0)
    figures = np.flatnonzero(loose)
    ties = abs(problem.equations[:, figures])
    member = sparse.coo_array(
        (np.ones(len(figures)), (np.arange(len(figures)), group[figures])),
        shape=(len(figures), n),
    ).tocsr()
    together = (ties @ member).tocsr()
    pairs = sparse.coo_array(
        (np.ones(len(problem.implied)), problem.implied.T), shape=(n, n)
    ).tocsr()
    both = sparse.block_array([[None, together], [together.T, pairs]], format="csr")
    _, label = csgraph.connected_components(both, directed=False)
    label = label[together.shape[0] :]
    wanted = np.unique(label[withheld])
    return [np.flatnonzero(label == part) for part in wanted]


class _Part:
    """One independent part of the table, from first cuts to a protected pattern."""

    def __init__(
        self,
        problem: SuppressionProblem,
        groups: IntArray,
        *,
        start: BoolArray,
        seed: int,
    ) -> None:
        self.problem = _only(problem, groups)
        self.room = room_of(self.problem)
        self.groups, self.n_groups = groups, problem.n_groups
        self.start = start[groups]
        self.master = _Master(self.problem, start=self.start, seed=seed)
        self.found = self.start
        self.bound, self.rounds, self.optimal = 0, 0, False

    @property
    def withheld(self) -> BoolArray:
        whole = np.zeros(self.n_groups, dtype=bool)
        whole[self.groups] = self.found
        return whole

    def run(self, limit: float) -> None:
        """Go round master and attack until nothing is exposed, within about twice the limit."""
        self.master.add(_first_cuts(self.problem, self.start, room=self.room))
        step, found = limit / _STEPS, None
        while True:
            answer = self.master.solve(step)
            self.bound = max(self.bound, self.master.bound)
            self.rounds += 1
            slow = self.rounds > _PLAIN_ROUNDS and len(self.problem.value) < _LARGE
            nudge = _NUDGE if slow else 0.0
            cuts = attack(self.problem, answer, room=self.room, nudge=nudge)
            if nudge and not cuts:
                cuts = attack(self.problem, answer, room=self.room)
            if not cuts:
                found = answer
                if self.master.proved or self.master.spent >= limit:
                    break
                step = limit - self.master.spent
            elif self.master.spent >= 2.0 * limit or (
                self.rounds >= _ROUNDS_OF_LARGE and len(self.problem.value) >= _LARGE
            ):
                if found is None:
                    found = self._show_again(self._withhold_more(answer, cuts))
                break
            self.master.add(cuts)
        self.found = found
        secondary = found & ~self.start
        self.optimal = int(self.problem.weight[secondary].sum()) <= self.bound

    def _withhold_more(self, withheld: BoolArray, cuts: list[Cut]) -> BoolArray:
        """Withhold what helps most for its weight, until nothing is exposed."""
        problem = self.problem
        while cuts:
            for cut in cuts:
                free = ~withheld[cut.others] & ~problem.keep[cut.others]
                helps, room = cut.others[free], cut.room[free]
                missing = cut.need - cut.room[withheld[cut.others]].sum()
                if missing <= 1e-6:
                    continue
                order = np.argsort(problem.weight[helps] / np.maximum(room, 1e-9), kind="stable")
                enough = np.searchsorted(np.cumsum(room[order]), missing) + 1
                withheld[helps[order[:enough]]] = True
            withheld = _with_implied(problem, withheld)
            before = cuts
            cuts = attack(problem, withheld, room=self.room)
            if cuts and not _can_help(problem, withheld, cuts):
                raise UnprotectableError(exposed=len(before))
        return withheld

    def _show_again(self, withheld: BoolArray) -> BoolArray:
        """Show what need not be withheld after all, the weightiest first; small tables alone."""
        problem = self.problem
        if len(problem.value) > _SMALL:
            return withheld
        extra = np.flatnonzero(withheld & ~self.start & ~problem.hidden)
        for group in extra[np.argsort(-problem.weight[extra], kind="stable")]:
            fewer = withheld.copy()
            fewer[group] = False
            if (_with_implied(problem, fewer) == fewer).all() and not attack(
                problem, fewer, room=self.room
            ):
                withheld = fewer
        return withheld


def _can_help(problem: SuppressionProblem, withheld: BoolArray, cuts: list[Cut]) -> bool:
    return any((~withheld[cut.others] & ~problem.keep[cut.others]).any() for cut in cuts)


def _only(problem: SuppressionProblem, groups: IntArray) -> SuppressionProblem:
    """Give the part of a problem that some groups make, with the equations they stand in."""
    inside = np.zeros(problem.n_groups, dtype=bool)
    inside[groups] = True
    figures = np.flatnonzero(inside[problem.group])
    rows = problem.equations[:, figures].tocsr()
    rows = rows[np.flatnonzero(np.diff(rows.indptr))]
    pairs = problem.implied[inside[problem.implied].all(axis=1)]
    return SuppressionProblem(
        value=problem.value[figures],
        equations=rows,
        group=np.searchsorted(groups, problem.group[figures]),
        primary=problem.primary[groups],
        weight=problem.weight[groups],
        low=problem.low[figures],
        high=problem.high[figures],
        protection=problem.protection[figures],
        slack=problem.slack[figures],
        keep=problem.keep[groups],
        hidden=problem.hidden[groups],
        implied=np.searchsorted(groups, pairs),
        bridge=problem.bridge[groups],
    )


def _first_cuts(problem: SuppressionProblem, start: BoolArray, *, room: Room) -> list[Cut]:
    """Say what each sum by itself demands: a withheld figure needs company, and enough of it."""
    equations = problem.equations.tocsr()
    wanted = start[problem.group] & (problem.protection > 0)
    cuts = []
    for row in range(equations.shape[0]):
        span = slice(equations.indptr[row], equations.indptr[row + 1])
        figures, signs = equations.indices[span], equations.data[span]
        for figure, sign in zip(figures, signs, strict=True):
            if wanted[figure]:
                cuts.append(_alone(problem, int(figure), figures, -signs / sign, room=room))
    return [cut for cut in cuts if cut.need > 1e-6]


def _alone(
    problem: SuppressionProblem, figure: int, figures: IntArray, steep: np.ndarray, *, room: Room
) -> Cut:
    """Bound a figure above by one of its sums, and below by what everybody knows."""
    shown, more = np.zeros(len(problem.value)), np.zeros(len(problem.value))
    rising, falling = np.maximum(steep, 0.0), np.maximum(-steep, 0.0)
    shown[figures] = rising * room.up_shown[figures] + falling * room.down_shown[figures]
    more[figures] = rising * (room.up - room.up_shown)[figures]
    more[figures] += falling * (room.down - room.down_shown)[figures]
    shown[figure], more[figure] = 0.0, room.down[figure]
    return cut_of(problem, figure, shown=shown, more=more)


class _Master:
    """Chooses what to withhold, at the least loss that the cuts so far allow."""

    def __init__(self, problem: SuppressionProblem, *, start: BoolArray, seed: int) -> None:
        self.start = start
        self.free = np.flatnonzero(~start & ~problem.keep & ~problem.hidden)
        self.model = cp_model.CpModel()
        self.chosen = {int(g): self.model.new_bool_var("") for g in self.free}
        self.model.minimize(sum(int(problem.weight[g]) * x for g, x in self.chosen.items()))
        for first, second in problem.implied.tolist():
            if first in self.chosen and second in self.chosen:
                self.model.add_implication(self.chosen[first], self.chosen[second])
            elif first in self.chosen and problem.keep[second]:
                self.model.add(self.chosen[first] == 0)
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1
        self.solver.parameters.random_seed = seed
        # The linear relaxation of the cuts is tight, and useless where it is not looked at.
        self.solver.parameters.linearization_level = 2
        self.spent, self.bound, self.proved = 0.0, 0, True
        self.last: BoolArray = start

    def add(self, cuts: list[Cut]) -> None:
        """Take cuts in, in whole numbers that demand no more than they do."""
        for cut in cuts:
            need = cut.need - cut.room[self.start[cut.others]].sum()
            if need <= 1e-6:
                continue
            helps = [
                (g, min(_SCALE, int(np.ceil(_SCALE * r / need - 1e-6))))
                for g, r in zip(cut.others.tolist(), cut.room.tolist(), strict=True)
                if g in self.chosen
            ]
            one = 1 if self.start[cut.group] else self.chosen[cut.group]
            self.model.add(sum(r * self.chosen[g] for g, r in helps) >= _SCALE * one)
            if self.last[cut.group] and sum(r for g, r in helps if self.last[g]) >= _SCALE:
                # Rounding up let the last answer through: one more at least must be withheld.
                self.model.add(sum(self.chosen[g] for g, _ in helps if not self.last[g]) >= one)

    def solve(self, limit: float) -> BoolArray:
        """Give the best choice under the cuts so far."""
        self.solver.parameters.max_deterministic_time = max(limit, 0.05)
        status = self.solver.solve(self.model)
        self.spent += max(self.solver.response_proto.deterministic_time, 1e-3)
        if status == cp_model.INFEASIBLE:
            raise UnprotectableError(exposed=int(self.start.sum()))
        self.proved = status == cp_model.OPTIMAL
        self.bound = max(0, int(np.ceil(self.solver.best_objective_bound - 1e-6)))
        answer = self.start.copy()
        known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        for g, x in self.chosen.items():
            answer[g] = self.solver.boolean_value(x) if known else True
        self.last = answer
        return answer
