"""Brothers and sisters together: each home a group uses, and each twin without the twin.

One split outweighs five breaches of 20 miles. The first home of a group is a
constant that every plan pays, so "net" figures leave it out.
"""

from __future__ import annotations

from models.placement.terms.base import declare_weight

declare_weight("home_of_group", points=3_000, tier="together")
declare_weight("twins_apart", points=750, tier="together")
