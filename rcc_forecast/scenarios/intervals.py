"""Assumptions that are intervals: what is drawn of each in every future, and where to run.

An interval ``[low, high]`` says that any value between is as likely as another
(a whole number, where the key counts). Values are spread evenly over the
futures and shuffled by the key's own name and the run's seed: the same key has
the same draws in every scenario of a run, so that scenarios differ by what they
say and not by luck.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import numpy as np

from models.attribution import surface_of
from models.forecast import FloatArray
from rcc_forecast.scenarios.scenario import Block, Scenario

Interval = tuple[float, float]

_WHOLE = frozenset({"places", "number", "recruit", "ramp_months"})
"""Keys that count; the rest may be any number."""

_SHUFFLES = 1
"""Names the chance of draws beside other chance of a run."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One number of a scenario that is an interval.

    Attributes
    ----------
    block, key : str
        Where it stands: ``[entries]``, ``change_pct``.
    low, high : float
        Its ends, low < high.
    """

    block: str
    key: str
    low: float
    high: float

    @property
    def name(self) -> str:
        """How tables and messages name it: ``[entries] change_pct``."""
        return f"{self.block} {self.key}"

    @property
    def is_whole(self) -> bool:
        """Whether it counts things."""
        return self.key in _WHOLE

    def drawn(self, *, n_paths: int, seed: int) -> FloatArray:
        """Give its value in each future: evenly spread over the interval, in shuffled order."""
        rng = np.random.default_rng([seed, _SHUFFLES, crc32(self.name.encode())])
        even = (rng.permutation(n_paths) + 0.5) / n_paths
        if self.is_whole:
            return np.asarray(np.floor(self.low + even * (self.high - self.low + 1.0)))
        return np.asarray(self.low + even * (self.high - self.low))


@dataclass(frozen=True, slots=True)
class Runs:
    """A scenario as a few scenarios of plain numbers, and how futures weigh their answers.

    Attributes
    ----------
    scenarios : tuple of Scenario
        Without intervals.
    weights : ndarray, shape (n_paths, n_scenarios)
        The expected answer in a future is the sum of theirs, so weighed
        (`models.attribution.surface_of`).
    """

    scenarios: tuple[Scenario, ...]
    weights: FloatArray


def assumptions_of(
    scenario: Scenario, *, blocks: Sequence[Block] | None = None
) -> list[Assumption]:
    """Give the intervals of a scenario, or of some of its blocks, in the order of the file.

    An interval whose ends are one number is that number, and not listed.
    """
    return [
        Assumption(block.where, key, float(value[0]), float(value[1]))
        for block in (scenario.blocks if blocks is None else blocks)
        for key, value in block.given.items()
        if isinstance(value, tuple) and value[0] < value[1]
    ]


def drawn_values(assumptions: Sequence[Assumption], *, n_paths: int, seed: int) -> FloatArray:
    """Give what is drawn of each assumption in each future, shape (n_paths, n_assumptions)."""
    found = np.empty((n_paths, len(assumptions)))
    for column, assumption in enumerate(assumptions):
        found[:, column] = assumption.drawn(n_paths=n_paths, seed=seed)
    return found


def runs_of(scenario: Scenario, *, blocks: Sequence[Block], n_paths: int, seed: int) -> Runs:
    """Say at which plain numbers to run some blocks of a scenario.

    Parameters
    ----------
    scenario : Scenario
        With or without intervals.
    blocks : sequence of Block
        Those whose intervals matter to the answer; the others stand at their middle.
    n_paths : int
        Futures.
    seed : int
        Of the run.

    Returns
    -------
    Runs
        One run where there is no interval: the scenario itself.
    """
    assumptions = assumptions_of(scenario, blocks=blocks)
    surface = surface_of(
        np.array([assumption.low for assumption in assumptions]),
        np.array([assumption.high for assumption in assumptions]),
        drawn_values(assumptions, n_paths=n_paths, seed=seed),
        whole=[assumption.is_whole for assumption in assumptions],
    )
    scenarios = tuple(
        at_midpoints(
            with_values(
                scenario,
                {
                    (assumption.block, assumption.key): float(value)
                    for assumption, value in zip(assumptions, node, strict=True)
                },
            )
        )
        for node in surface.nodes
    )
    return Runs(scenarios, surface.weights)


def with_values(scenario: Scenario, values: Mapping[tuple[str, str], float]) -> Scenario:
    """Put numbers in the place of intervals, by block and key; others stay intervals."""

    def chosen(where: str, key: str, interval: Interval) -> Any:
        value = values.get((where, key))
        return interval if value is None else _number(value, key)

    return _with_intervals(scenario, chosen)


def at_midpoints(scenario: Scenario) -> Scenario:
    """Give the scenario with the middle of each interval; the same where there is none."""
    return _with_intervals(scenario, lambda _, key, ends: _number((ends[0] + ends[1]) / 2.0, key))


def _number(value: float, key: str) -> float | int:
    return round(value) if key in _WHOLE else value


def _with_intervals(scenario: Scenario, chosen: Callable[..., Any]) -> Scenario:
    def settled(block: Block) -> Block:
        if not any(isinstance(value, tuple) for value in block.given.values()):
            return block
        given = {
            key: chosen(block.where, key, value) if isinstance(value, tuple) else value
            for key, value in block.given.items()
        }
        return Block(block.where, given)

    def all_settled(blocks: Sequence[Block]) -> tuple[Block, ...]:
        return tuple(settled(block) for block in blocks)

    return replace(
        scenario,
        added=all_settled(scenario.added),
        closed=all_settled(scenario.closed),
        foster=None if scenario.foster is None else settled(scenario.foster),
        prices=None if scenario.prices is None else settled(scenario.prices),
        rules=settled(Block("[rules]", scenario.rules)).given,
        on_demand=all_settled(scenario.on_demand),
        on_money=all_settled(scenario.on_money),
    )
