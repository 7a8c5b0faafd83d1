"""Which assumption moved an answer by how much: responses, fair shares, shares of doubt."""

from __future__ import annotations

from models.attribution.fair_shares import MOST_EXACT, fair_shares
from models.attribution.shares_of_spread import shares_of_spread
from models.attribution.surface import Surface, surface_of

__all__ = ["MOST_EXACT", "Surface", "fair_shares", "shares_of_spread", "surface_of"]
