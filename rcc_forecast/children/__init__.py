"""Filed rows become journeys: years are joined, repeats and overlaps resolved and told."""

from __future__ import annotations

from rcc_forecast.children.known import known_on
from rcc_forecast.children.ledger import unaccounted
from rcc_forecast.children.link import link_episodes, link_findings

__all__ = ["known_on", "link_episodes", "link_findings", "unaccounted"]
