"""What a what-if changes: one record a block of the scenario file.

The file is the same for forecasts, sufficiency and placements; README, section
Scenario, has every key with an example.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from rcc_forecast.errors import RccError


class UnsupportedScenarioError(RccError):
    """The scenario asks for levers that this version can read but not yet apply."""

    def __init__(self, *, name: str, levers: list[str]) -> None:
        self.name, self.levers = name, levers
        listed = "".join(f"\n- {lever}" for lever in levers)
        super().__init__(
            f"{name}: this version cannot apply:{listed}\n"
            f"Take these out; nothing was left out silently."
        )


class ScenarioValueError(RccError):
    """A value of a scenario is not of the kind its key takes."""

    def __init__(self, *, name: str, where: str, expected: str) -> None:
        self.name, self.where, self.expected = name, where, expected
        super().__init__(f"{name}, {where}: expected {expected}. Correct the value.")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the file, as given.

    Attributes
    ----------
    where : str
        How messages name it: ``[foster]``, ``[[homes.add]] 2``.
    given : dict
        Key to value: numbers, text, dates as Timestamp, intervals as a pair.
    """

    where: str
    given: dict[str, Any]

    def get(self, key: str, default: Any = None) -> Any:
        """Give the value of a key, or the default where it is absent."""
        return self.given.get(key, default)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A what-if.

    Attributes
    ----------
    name : str
        File name without its suffix; "as is" for no change.
    added, closed : tuple of Block
        ``[[homes.add]]`` and ``[[homes.close]]``.
    foster, prices : Block, optional
        ``[foster]`` and ``[prices]``.
    weights, rules : dict
        Of the placement optimiser, handed on as given.
    tiers : tuple of str
        Order of the placement aims; empty for the weighted sum.
    on_demand : tuple of Block
        ``[entries] [exits] [durations] [moves]``.
    on_money : tuple of Block
        ``[[contracts]] [budget]``.
    """

    name: str = "as is"
    added: tuple[Block, ...] = ()
    closed: tuple[Block, ...] = ()
    foster: Block | None = None
    prices: Block | None = None
    weights: dict[str, float] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    tiers: tuple[str, ...] = ()
    on_demand: tuple[Block, ...] = ()
    on_money: tuple[Block, ...] = ()

    @property
    def on_homes(self) -> tuple[Block, ...]:
        """Blocks that change the register, in the order in which they are applied."""
        single = [block for block in (self.foster, self.prices) if block is not None]
        return (*self.closed, *self.added, *single)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block that changes children, homes or money, in the order of `as_dict`."""
        return (*self.on_homes, *self.on_demand, *self.on_money)

    def only(self, named: frozenset[str]) -> Scenario:
        """Give the scenario with some of its blocks alone, by `Block.where`."""

        def kept(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
            return tuple(block for block in blocks if block.where in named)

        def kept_one(block: Block | None) -> Block | None:
            return block if block is not None and block.where in named else None

        return replace(
            self,
            added=kept(self.added),
            closed=kept(self.closed),
            foster=kept_one(self.foster),
            prices=kept_one(self.prices),
            on_demand=kept(self.on_demand),
            on_money=kept(self.on_money),
        )

    @property
    def contracts(self) -> tuple[Block, ...]:
        """``[[contracts]]``: places paid for in a block, which forecast spend prices."""
        return tuple(block for block in self.on_money if "contracts" in block.where)

    @property
    def budgets(self) -> tuple[Block, ...]:
        """``[budget]``: a plan's limit, and what forecast spend is set against."""
        return tuple(block for block in self.on_money if "budget" in block.where)

    def as_dict(self) -> dict[str, Any]:
        """Give the scenario in words that JSON knows, for provenance."""
        return {
            "name": self.name,
            "blocks": [
                {"where": block.where, **{k: _plain(v) for k, v in block.given.items()}}
                for block in self.blocks
            ],
            "weights": dict(self.weights),
            "rules": dict(self.rules),
            "tiers": list(self.tiers),
        }


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return list(value) if isinstance(value, tuple) else value
