"""Everyone has a place: more than any sum of wishes that one place could cost one child."""

from __future__ import annotations

from models.placement.terms.base import declare_weight

declare_weight("unplaced", points=20_000, tier="placed")
