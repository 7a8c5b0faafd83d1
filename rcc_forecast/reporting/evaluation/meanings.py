"""What outcomes are, in words: a panel has their names alone."""

from __future__ import annotations

from collections.abc import Sequence

from rcc_forecast.evaluation.meanings import meaning_of
from rcc_forecast.reporting.sections import TableView


def meanings_view(outcomes: Sequence[str]) -> TableView | None:
    """Give the meaning of every outcome that `panel` writes; None where none is known.

    Parameters
    ----------
    outcomes : sequence of str
        Names of outcomes.
    """
    rows = [(name, *known) for name in outcomes if (known := meaning_of(name)) is not None]
    if not rows:
        return None
    return TableView("Outcomes by name", ("Outcome", "What it is", "Unit"), tuple(rows))
