"""One look as its page draws it: the tables, and what every section has to know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.reporting.evaluation.unit import Unit, shares_of
from rcc_forecast.results.evaluation import Evaluation

_NOTHING_BEGUN = "No pathfinder has a whole period since delivery, so that there is {} yet."


@dataclass(frozen=True, slots=True)
class Found:
    """One look, with what its sections share.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Of the evaluation; any may be absent.
    verdict : dict
        With ``primary``, ``outcomes`` and ``too_early``.
    shares : frozenset of str
        Outcomes that are shares of children.
    with_p : bool
        Whether p-values, and what is said by them, are given.
    compared : str
        What is compared, regions or authorities, in the plural.
    """

    tables: dict[str, pd.DataFrame]
    verdict: dict[str, Any]
    shares: frozenset[str]
    with_p: bool
    compared: str

    @property
    def primary(self) -> str:
        """The primary outcome."""
        return str(self.verdict["primary"])

    @property
    def further(self) -> list[str]:
        """The other outcomes, in the order of the specification."""
        return [str(name) for name in self.verdict["outcomes"] if name != self.primary]

    @property
    def unit(self) -> Unit:
        """Unit of the primary outcome."""
        return Unit(is_share=bool(self.verdict["is_share"]))

    def unit_of(self, outcome: str) -> Unit:
        """Give the unit of any outcome."""
        return self.unit if outcome == self.primary else Unit(is_share=outcome in self.shares)

    def table(self, name: str) -> pd.DataFrame | None:
        """Give a table that has rows, or None."""
        found = self.tables.get(name)
        return None if found is None or found.empty else found

    def not_made(self, what: str, *, needs_delivery: bool = True) -> str:
        """Say in one sentence why there is nothing to show."""
        if needs_delivery and self.verdict["too_early"]:
            return _NOTHING_BEGUN.format(what)
        return f"There is {what} in this look."


def compared_in(evaluation: Evaluation) -> str:
    """Name what is compared, regions or authorities, in the plural."""
    return "authorities" if evaluation.spec.get("unit") == "authority" else "regions"


def found_of(evaluation: Evaluation) -> Found:
    """Gather what the sections share."""
    return Found(
        tables=evaluation.tables,
        verdict=evaluation.verdict,
        shares=shares_of(evaluation),
        with_p=not evaluation.stamp.is_exploratory,
        compared=compared_in(evaluation),
    )
