"""A placement plan with its labels: what is proposed, why, and how good it is proven to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.results.findings import Findings


@dataclass(frozen=True, slots=True)
class PlacementPlan:
    """Advice to people, never a decision.

    Attributes
    ----------
    plan : DataFrame
        A `PLAN` table: one row a child in the order of the input.
    groups : DataFrame
        A `GROUPS` table: one row a sibling group.
    prices : DataFrame
        A `PRICES` table: what one more place would be worth.
    shortages : DataFrame
        A `SHORTAGES` table: children who compete for too few places.
    summary : dict
        Figures of the plan, of ``as_is`` and of ``greedy``; JSON-ready.
    certificate : dict
        Prices that prove the bound; JSON-ready.
    scenario : dict
        What was asked: day, replan, weights, rules, tiers, overrides, seed.
    findings : Findings
        What had to be decided about the data.
    alternatives : DataFrame
        An `ALTERNATIVES` table: other homes of each child, by name.
    equity : DataFrame
        An `EQUITY` table: who gets what; not for publication.
    rules : DataFrame
        A `RULES_TOLD` table: which rule binds, and what easing it is worth.
    overrides : DataFrame, optional
        An `OVERRIDES` table, where people have chosen.
    what_if : DataFrame, optional
        A `WHAT_IF` table, where the plan is a what-if of one before.
    """

    plan: pd.DataFrame
    groups: pd.DataFrame
    prices: pd.DataFrame
    shortages: pd.DataFrame
    summary: dict[str, Any]
    certificate: dict[str, Any]
    scenario: dict[str, Any]
    findings: Findings
    alternatives: pd.DataFrame
    equity: pd.DataFrame
    rules: pd.DataFrame
    overrides: pd.DataFrame | None = None
    what_if: pd.DataFrame | None = None
