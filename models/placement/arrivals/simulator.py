"""Weeks of arrivals: families come, are answered by a policy, and may leave again.

Every policy meets the same families in the same order who stay equally long
(common random numbers), so that policies are compared pair by pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.placement.arrivals.answering import Answers, answer
from models.placement.arrivals.families import Families
from models.placement.arrivals.policies import Desk, Now
from models.placement.eligibility import miles_from_family
from models.placement.problem import HUNDREDTHS, UNPLACED, BoolArray, IntArray
from models.placement.terms import LINE_MILES

NEVER = 1 << 30
"""Week in which a child leaves who stays beyond the horizon."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Families in the order of coming.

    Attributes
    ----------
    groups : ndarray of int64, shape (n_families,)
        Groups of the families they are drawn from.
    draws : ndarray of int64, shape (n_families,)
        Unit each belongs to, rising; groups of a unit come together.
    week : ndarray of int64, shape (n_families,)
        Week of coming, 0 upward, never falling.
    leaves : ndarray of int64, shape (n_families,)
        Week at whose start the family's places are free again, or `NEVER`.
    weeks : int
        Weeks until the horizon.
    taken : ndarray of int64, shape (n_residents,)
        Home of each place that somebody else lives in on the first day.
    resident_leaves : ndarray of int64, shape (n_residents,)
        Week at whose start that place is free.
    leave_weekly : float
        Share of children who leave in a week, as the desk knows it.
    """

    groups: IntArray
    draws: IntArray
    week: IntArray
    leaves: IntArray
    weeks: int
    taken: IntArray
    resident_leaves: IntArray
    leave_weekly: float


def draw_stream(
    families: Families,
    *,
    n_units: int,
    weeks: int,
    rng: np.random.Generator,
    leave_weekly: float = 0.0,
    residents: IntArray | None = None,
    replace: bool = True,
) -> Stream:
    """Draw who comes, when, and how long each stays.

    Parameters
    ----------
    families : Families
    n_units : int
        Units who come.
    weeks : int
        Each unit comes in any of them, all equally likely.
    rng : numpy.random.Generator
    leave_weekly : float
        Chance that a family, or a child who lives in a home on the first day,
        leaves in a week.
    residents : ndarray of int64, shape (n_homes,), optional
        Places of each home taken on the first day by somebody else.
    replace : bool
        Whether a unit may come more than once; otherwise no more can come than
        there are.
    """
    units = (
        rng.integers(families.n_units, size=n_units)
        if replace
        else rng.permutation(families.n_units)[:n_units]
    )
    week_of_unit = np.sort(rng.integers(weeks, size=units.size))
    groups, draws = families.groups_of(units)
    week = week_of_unit[draws]
    taken = np.repeat(np.arange(families.problem.n_homes), 0 if residents is None else residents)
    return Stream(
        groups=groups,
        draws=draws,
        week=week,
        leaves=week + _stays(groups.size, leave_weekly, rng),
        weeks=weeks,
        taken=taken,
        resident_leaves=_stays(taken.size, leave_weekly, rng),
        leave_weekly=leave_weekly,
    )


def _stays(number: int, leave_weekly: float, rng: np.random.Generator) -> IntArray:
    if leave_weekly <= 0:
        return np.full(number, NEVER, dtype=np.int64)
    return rng.geometric(leave_weekly, size=number)


def run_desk(families: Families, stream: Stream, desk: Desk) -> Answers:
    """Let a desk answer everyone who comes.

    Parameters
    ----------
    families : Families
    stream : Stream
    desk : Desk

    Returns
    -------
    Answers
        One row a family of the stream.
    """
    answers = Answers.none_yet(stream.groups.size)
    free = families.problem.homes.places.astype(np.int64)
    np.subtract.at(free, stream.taken, 1)
    begin = np.searchsorted(stream.week, np.arange(stream.weeks + 1))
    for week in range(stream.weeks):
        _come_free(stream, answers, week, free)
        first, end = int(begin[week]), int(begin[week + 1])
        if first == end:
            continue
        answer(
            families,
            desk.goals,
            groups=stream.groups,
            draws=stream.draws,
            rows=(first, end),
            prices=desk.prices(_now(families, stream, week, free)),
            free=free,
            answers=answers,
        )
    return answers


def _come_free(stream: Stream, answers: Answers, week: int, free: IntArray) -> None:
    """Free the places of those who leave at the start of a week."""
    gone = np.flatnonzero(stream.leaves == week)
    given = answers.places[gone] > 0
    np.add.at(free, answers.home[gone][given], answers.places[gone][given])
    np.add.at(free, stream.taken[stream.resident_leaves == week], 1)


def _now(families: Families, stream: Stream, week: int, free: IntArray) -> Now:
    """Give what can be known: counts and rates, never who comes or leaves."""
    n_units = int(stream.draws[-1]) + 1
    window = float(stream.weeks - week)
    coming_free = np.zeros(free.size)
    if stream.leave_weekly > 0:
        # A place given today is given for a mean stay: who comes later does not miss it.
        window = min(window, 1.0 / stream.leave_weekly)
        # On average half of the window's families come after a place has come free.
        share = 0.5 * (1.0 - (1.0 - stream.leave_weekly) ** window)
        coming_free = share * (families.problem.homes.places - free)
    return Now(free, round(n_units * window / stream.weeks), coming_free)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of the answers.

    Attributes
    ----------
    net_points : float
        Points without those of each family's first home.
    unplaced : int
        Children without a home.
    together_pct : float
        Of sibling groups; not-a-number where none came.
    over_20_miles_pct : float
        Of children placed; not-a-number where nobody was.
    mean_miles : float
    """

    net_points: float
    unplaced: int
    together_pct: float
    over_20_miles_pct: float
    mean_miles: float


def figures_of(families: Families, stream: Stream, home: NDArray[np.int32]) -> Figures:
    """Give the figures of any answers to a stream.

    Parameters
    ----------
    families : Families
    stream : Stream
    home : ndarray of int32, shape (n_families, LARGEST_GROUP)
        Home of each member, `UNPLACED` for none.
    """
    listed, groups = families.listed, stream.groups
    size = listed.group_size[groups]
    member = np.arange(home.shape[1])
    is_child = member < size[:, None]
    row, j = np.nonzero(is_child & (home != UNPLACED))
    where = home[row, j].astype(np.int64)
    miles = miles_from_family(families.problem, listed.first_child[groups[row]] + j, where)
    same = ((home == home[:, :1]) | ~is_child).all(axis=1) & (home[:, 0] != UNPLACED)
    siblings = size > 1
    return Figures(
        net_points=_points(families, groups, home, is_child) / HUNDREDTHS,
        unplaced=int(is_child.sum()) - row.size,
        together_pct=_percent(same[siblings]),
        over_20_miles_pct=_percent(miles > LINE_MILES),
        mean_miles=float(miles.mean()) if miles.size else float("nan"),
    )


def _points(
    families: Families, groups: IntArray, home: NDArray[np.int32], is_child: BoolArray
) -> float:
    """Add up the bundles used, less each family's first home."""
    listed, total = families.listed, 0.0
    columns = listed.columns
    for row, group in enumerate(groups.tolist()):
        lives = home[row][is_child[row]]
        begin, end = columns.begin[group], columns.begin[group + 1]
        total += listed.unplaced_cost[listed.first_child[group] :][: lives.size][
            lives == UNPLACED
        ].sum()
        for where in np.unique(lives[lives != UNPLACED]):
            members = int((1 << np.flatnonzero(lives == where)).sum())
            used = (columns.home[begin:end] == where) & (columns.members[begin:end] == members)
            total += float(columns.cost[begin:end][used].sum())
    return total - families.home_of_group * groups.size


def _percent(which: BoolArray) -> float:
    return 100.0 * float(which.mean()) if which.size else float("nan")
