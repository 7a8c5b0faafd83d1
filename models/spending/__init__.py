"""What a unit of care will cost, and what changed a total: arrays of prices and children."""

from __future__ import annotations

from models.spending.change import attribute_product
from models.spending.like_for_like import LikeForLike, like_for_like
from models.spending.prices import (
    GrowthProcess,
    common_growth,
    gaps_of_members,
    growth_to_months,
    stratified_normals,
)

__all__ = [
    "GrowthProcess",
    "LikeForLike",
    "attribute_product",
    "common_growth",
    "gaps_of_members",
    "growth_to_months",
    "like_for_like",
    "stratified_normals",
]
