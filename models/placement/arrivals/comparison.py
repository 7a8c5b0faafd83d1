"""Policies side by side: how much of nearest greedy's distance to hindsight each closes.

Hindsight places everybody at once, knowing who comes: no desk can, and so it
is the bar to close towards. The share closed is a ratio of means over
replications in which all policies meet the same families; its standard error
is that of a ratio of paired differences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.placement.arrivals.answering import Answers
from models.placement.arrivals.families import Families, problem_of
from models.placement.arrivals.policies import POLICIES
from models.placement.arrivals.reserve import Futures
from models.placement.arrivals.simulator import NEVER, Stream, run_desk
from models.placement.problem import LARGEST_GROUP, UNPLACED, FloatArray, Weights
from models.placement.solve import solve


@dataclass(frozen=True, slots=True)
class Hindsight:
    """Everybody placed at once.

    Attributes
    ----------
    home : ndarray of int32, shape (n_families, LARGEST_GROUP)
        As `models.placement.arrivals.answering.Answers.home`.
    gap_points : float
        Hundredths that no plan can be better by.
    """

    home: NDArray[np.int32]
    gap_points: float


def place_all_at_once(families: Families, stream: Stream, *, weights: Weights) -> Hindsight:
    """Place everybody who comes, knowing all of them.

    Parameters
    ----------
    families : Families
    stream : Stream
        Nobody may leave: a place would then serve several, one after the other.
    weights : mapping of str to float
        Points by term.

    Raises
    ------
    ValueError
        Somebody leaves before the horizon.
    """
    if (stream.leaves < NEVER).any() or stream.taken.size:
        raise ValueError("Hindsight places everybody at once, which needs places nobody leaves.")
    problem = problem_of(families.problem, stream.groups, stream.draws)
    solution = solve(problem, weights=weights).solution
    home = np.full((stream.groups.size, LARGEST_GROUP), UNPLACED, dtype=np.int32)
    home[problem.children.group, problem.place_in_group] = solution.home
    return Hindsight(home, float(solution.objective - max(solution.bound, solution.solver_bound)))


def answers_of_policies(
    families: Families, futures: Futures, stream: Stream, *, policies: Sequence[str]
) -> dict[str, Answers]:
    """Let each policy answer the same stream.

    Parameters
    ----------
    families : Families
        Those who come.
    futures : Futures
        Drawn from a forecast that does not know them.
    stream : Stream
    policies : sequence of str
        Names in `POLICIES`.
    """
    return {
        name: run_desk(families, stream, POLICIES[name](families, futures)) for name in policies
    }


def share_closed(
    yardstick: FloatArray, policy: FloatArray, hindsight: FloatArray
) -> tuple[float, float]:
    """Give the share of the yardstick's distance to hindsight that a policy closes.

    Parameters
    ----------
    yardstick, policy, hindsight : ndarray of float64, shape (n_replications,)
        Net points of the same replications.

    Returns
    -------
    tuple of float
        Ratio of the means, and its standard error by the delta method;
        not-a-number where there is nothing to close, and the error where there
        is one replication.
    """
    gap, closed = yardstick - hindsight, yardstick - policy
    if gap.mean() <= 0:
        return float("nan"), float("nan")
    share = float(closed.mean() / gap.mean())
    return share, standard_error(closed - share * gap) / float(gap.mean())


def standard_error(values: FloatArray) -> float:
    """Give the standard error of a mean; not-a-number for one value."""
    if values.size < 2:
        return float("nan")
    return float(np.std(values, ddof=1) / np.sqrt(values.size))
