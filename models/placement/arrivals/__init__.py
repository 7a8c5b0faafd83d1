"""Families arrive over weeks: which places to hold back, and what each policy makes of it."""

from __future__ import annotations

from models.placement.arrivals.answering import Answers
from models.placement.arrivals.comparison import (
    answers_of_policies,
    place_all_at_once,
    share_closed,
    standard_error,
)
from models.placement.arrivals.families import (
    Families,
    count_units,
    draw_families,
    list_families,
    problem_of,
    spread_out,
    two_halves,
)
from models.placement.arrivals.policies import DEFAULT_POLICY, POLICIES
from models.placement.arrivals.reserve import (
    Futures,
    Reserve,
    draw_futures,
    held_for,
    price_futures,
)
from models.placement.arrivals.simulator import Figures, Stream, draw_stream, figures_of, run_desk

__all__ = [
    "DEFAULT_POLICY",
    "POLICIES",
    "Answers",
    "Families",
    "Figures",
    "Futures",
    "Reserve",
    "Stream",
    "answers_of_policies",
    "count_units",
    "draw_families",
    "draw_futures",
    "draw_stream",
    "figures_of",
    "held_for",
    "list_families",
    "place_all_at_once",
    "price_futures",
    "problem_of",
    "run_desk",
    "share_closed",
    "spread_out",
    "standard_error",
    "two_halves",
]
