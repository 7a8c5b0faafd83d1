"""Levels and changes of an outcome in the words of the report: shares as percentages."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.reporting.words import number
from rcc_forecast.results.evaluation import Evaluation

NOT_MADE = "–"
"""A figure that was not made; a note beside it says why."""

NO_BREAK = "\u00a0"
"""A space at which a line does not end."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What an outcome is counted in.

    Attributes
    ----------
    is_share : bool
        Whether it is a share of children; else it is told in its own unit.
    """

    is_share: bool

    @property
    def of_levels(self) -> str:
        """Name the unit of a level."""
        return "%" if self.is_share else "own unit"

    @property
    def of_changes(self) -> str:
        """Name the unit of an effect."""
        return "percentage points" if self.is_share else "own unit of the outcome"

    def scaled(self, value: float) -> float:
        """Give a value as charts draw it."""
        return 100.0 * value if self.is_share else value

    def level(self, value: Any) -> str:
        """20.1%, or three figures of another unit."""
        told = self.change(value)
        return f"{told}%" if self.is_share and told != NOT_MADE else told

    def change(self, value: Any) -> str:
        """Give an effect without its unit, which stands in the heading."""
        if is_missing(value):
            return NOT_MADE
        return figure_of(self.scaled(float(value)), decimals=1 if self.is_share else None)

    def sized(self, value: Any) -> str:
        """Give an effect with its unit, for a sentence."""
        told = self.change(value)
        return f"{told} {self.of_changes}" if self.is_share else f"{told} in its own unit"

    def between(self, low: Any, high: Any) -> str:
        """Give an interval; an end that was not made is left open."""
        if is_missing(low) and is_missing(high):
            return NOT_MADE
        ends = [self.change(end) if not is_missing(end) else "no end" for end in (low, high)]
        return NO_BREAK.join((ends[0], "to", ends[1]))


def shares_of(evaluation: Evaluation) -> frozenset[str]:
    """Give the outcomes that are shares of children.

    Parameters
    ----------
    evaluation : Evaluation
        ``shares`` of its verdict names them; without it they are the primary
        outcome where that is one, and those whose inequality was measured.
    """
    verdict = evaluation.verdict
    if "shares" in verdict:
        return frozenset(verdict["shares"])
    gaps = evaluation.tables.get("disparity")
    measured: Collection[str] = ()
    if gaps is not None and len(gaps):
        means = gaps[(gaps["measure"] == "mean") & gaps["value"].notna()]
        measured = means["outcome"].unique()
    return frozenset(measured) | ({verdict["primary"]} if verdict.get("is_share") else frozenset())


def figure_of(value: float, *, decimals: int | None = None) -> str:
    """Give a number with decimals, or with three figures where none are asked for."""
    if decimals is None:
        size = math.floor(math.log10(abs(value))) if value else 0
        decimals = max(2 - size, 0)
    return number(value, decimals=decimals)


def p_of(value: Any) -> str:
    """0.015, or that none was made."""
    return NOT_MADE if is_missing(value) else "under 0.001" if value < 0.001 else f"{value:.3f}"


def is_missing(value: Any) -> bool:
    """Tell whether a cell has no figure."""
    return bool(pd.isna(value))
