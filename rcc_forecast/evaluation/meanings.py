"""What outcomes are, in the reader's words: a panel has their names alone."""

from __future__ import annotations

from rcc_forecast.evaluation.from_releases.outcomes import OUTCOMES

OF_RETURNS: dict[str, tuple[str, str]] = {
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
"""Meaning and unit of outcomes that are made from returns alone."""


def meaning_of(outcome: str) -> tuple[str, str] | None:
    """Give an outcome's meaning and unit; None for a name that `panel` does not write.

    Parameters
    ----------
    outcome : str
        Its name in a panel.
    """
    if outcome in OUTCOMES:
        return OUTCOMES[outcome].meaning, OUTCOMES[outcome].unit
    return OF_RETURNS.get(outcome)


def named(outcome: str) -> str:
    """Say an outcome as a sentence begins with it: meaning and name, or the name alone."""
    known = meaning_of(outcome)
    return outcome if known is None else f"{known[0]} ({outcome})"
