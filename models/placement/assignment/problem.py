"""Jobs, each for one agent, within every agent's capacity: the problem and its answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.placement.problem import BoolArray, FloatArray, IntArray
from models.placement.restricted import Columns, Restricted


@dataclass(frozen=True, slots=True)
class Assignment:
    """Jobs to be shared out among agents: a job is a child, an agent a home.

    Attributes
    ----------
    cost : ndarray of int64, shape (n_agents, n_jobs)
        Whole numbers, to be made as small as possible in all.
    weight : ndarray of int64, shape (n_agents, n_jobs)
        Capacity that a job takes of an agent; at least 1.
    capacity : ndarray of int64, shape (n_agents,)
    """

    cost: IntArray
    weight: IntArray
    capacity: IntArray

    @property
    def n_agents(self) -> int:
        """Number of agents."""
        return int(self.capacity.size)

    @property
    def n_jobs(self) -> int:
        """Number of jobs."""
        return int(self.cost.shape[1])

    def load(self, agent: IntArray) -> IntArray:
        """Give the capacity that a plan takes of each agent, shape (n_agents,)."""
        load = np.zeros(self.n_agents, np.int64)
        np.add.at(load, agent, self.weight[agent, np.arange(self.n_jobs)])
        return load

    def keeps(self, agent: IntArray) -> bool:
        """Tell whether every job has an agent and no agent has more than its capacity."""
        known = bool(np.all((agent >= 0) & (agent < self.n_agents)))
        return known and bool(np.all(self.load(agent) <= self.capacity))

    def value(self, agent: IntArray) -> int:
        """Give the cost of a plan."""
        return int(self.cost[agent, np.arange(self.n_jobs)].sum())


@dataclass(frozen=True, slots=True)
class Assigned:
    """A plan, and what no plan can beat.

    Attributes
    ----------
    agent : ndarray of int64, shape (n_jobs,)
        Agent of each job, from 0; -1 throughout where no plan was found.
    value : int or None
        Cost of the plan; None where none was found.
    bound : int
        No plan costs less.
    """

    agent: IntArray
    value: int | None
    bound: int

    @property
    def optimal(self) -> bool:
        """Whether the plan is proven to be the best."""
        return self.value is not None and self.value <= self.bound


def as_restricted(problem: Assignment, *, scale: int = 1) -> Restricted:
    """Write an assignment as a placement problem: every job a group of one.

    Parameters
    ----------
    problem : Assignment
    scale : int
        Multiplies the costs, so that whole prices of capacity are fine enough.

    Returns
    -------
    Restricted
        One column a job and agent that has the capacity for it alone.
    """
    fits: BoolArray = problem.weight <= problem.capacity[:, None]
    job, agent = np.nonzero(fits.T)
    n_jobs = problem.n_jobs
    unplaced: FloatArray = np.full(n_jobs, np.inf)
    return Restricted(
        columns=Columns(
            begin=np.concatenate([[0], np.cumsum(fits.sum(axis=0))]),
            members=np.ones(job.size, np.uint8),
            home=agent.astype(np.int32),
            places=problem.weight[agent, job].astype(np.int32),
            cost=scale * problem.cost[agent, job].astype(np.float64),
        ),
        first_child=np.arange(n_jobs),
        group_size=np.ones(n_jobs, np.int64),
        unplaced_cost=unplaced,
        capacity=problem.capacity,
        apart=np.zeros((0, 2), np.int64),
        rounded=False,
    )
