"""Returns of children in known homes, and panels counted from them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.children import link_episodes
from rcc_forecast.evaluation.from_returns.outcomes import ReturnedPanel, panel_from_journeys
from tests.builders.episodes import MANCHESTER, an_episode, filed_yearly, returns_with
from tests.builders.register import a_home

MANCHESTER_TOWN_HALL, KENDAL, SALFORD = "M2 5DB", "LA9 4DL", "M27 5AW"


def lives(child: str, at: str | None = SALFORD, **others: Any) -> dict[str, Any]:
    """Give a child who came into care in June 2023 and lives at a postcode."""
    return an_episode(
        child=child,
        **{"decom": "2023-06-01", "home_post": MANCHESTER_TOWN_HALL, "pl_post": at, **others},
    )


def panel_of(
    *episodes: dict[str, Any], years: tuple[int, ...] = (2024,), uasc: Any = (), **how: Any
) -> ReturnedPanel:
    """Count a panel from what every return of some years ought to say of these episodes."""
    filed = [filed_yearly(*episodes, years=[year]) for year in years]
    listed = [{"local_authority": MANCHESTER, "year": years[-1], **row} for row in uasc]
    returns = returns_with(*filed, uasc=listed)
    return panel_from_journeys(link_episodes(returns), uasc=returns.tables.get("uasc"), **how)


def counts(frame: pd.DataFrame, outcome: str, **where: str) -> tuple[int, int]:
    """Give numerator and denominator of the one cell of an outcome."""
    for name, value in {"outcome": outcome, **where}.items():
        frame = frame[frame[name] == value]
    (cell,) = frame[["numerator", "denominator"]].itertuples(index=False)
    return int(cell.numerator), int(cell.denominator)


def value_of(frame: pd.DataFrame, outcome: str, **where: str) -> float:
    """Give the value of the one cell of an outcome."""
    for name, value in {"outcome": outcome, **where}.items():
        frame = frame[frame[name] == value]
    (value,) = frame["value"]
    return float(value)


def priced(urn: str, weekly_cost_gbp: float, **given: Any) -> pd.DataFrame:
    """Give one home of a register with its Ofsted number and price."""
    named = {"home_id": f"H{urn}", "urn": urn, "weekly_cost_gbp": weekly_cost_gbp, **given}
    return a_home(**named)


def siblings_of(*groups: tuple[str, ...], local_authority: str = MANCHESTER) -> pd.DataFrame:
    """Give a list of brothers and sisters, one tuple of identifiers a family."""
    return pd.DataFrame(
        [
            (str(number), child, local_authority)
            for number, group in enumerate(groups, start=1)
            for child in group
        ],
        columns=["sibling_group", "child_id", "local_authority"],
    )
