"""What outcomes are, in words: a panel has their names alone."""

from __future__ import annotations

from collections.abc import Sequence

from rcc_forecast.evaluation.from_releases.outcomes import OUTCOMES
from rcc_forecast.reporting.sections import TableView

_OF_RETURNS = {
    "siblings_apart": (
        "Children with a brother or sister looked after who live apart from one or more",
        "share, 0 to 1",
    ),
    "unit_cost": ("What homes cost, by the register’s prices", "GBP a week a child"),
    "unit_cost_childrens_home": (
        "What children’s homes cost, by the register’s prices",
        "GBP a week a child",
    ),
    "forecast_error": (
        "How far off the forecast a year earlier was",
        "share of the children there were",
    ),
}
"""Outcomes that are made from returns alone (`rcc_forecast.evaluation.from_returns.outcomes`)."""


def meanings_view(outcomes: Sequence[str]) -> TableView | None:
    """Give the meaning of every outcome that `panel` writes; None where none is known.

    Parameters
    ----------
    outcomes : sequence of str
        Names of outcomes.
    """
    rows = []
    for name in outcomes:
        if name in OUTCOMES:
            rows.append((name, OUTCOMES[name].meaning, OUTCOMES[name].unit))
        elif name in _OF_RETURNS:
            rows.append((name, *_OF_RETURNS[name]))
    if not rows:
        return None
    return TableView("Outcomes by name", ("Outcome", "What it is", "Unit"), tuple(rows))
