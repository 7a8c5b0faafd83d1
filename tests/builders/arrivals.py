"""Families who arrive, and desks that answer them: a builder gives only what the test is about."""

from __future__ import annotations

import numpy as np

from models.placement import DEFAULT_WEIGHTS, PlacementProblem
from models.placement.arrivals import (
    Answers,
    Families,
    Futures,
    Stream,
    draw_futures,
    draw_stream,
    list_families,
    spread_out,
)
from models.placement.arrivals.answering import Goals, answer
from models.placement.arrivals.simulator import NEVER
from rcc_forecast.placement.build import build_problem
from rcc_forecast.placement.settings import settings_of
from tests.builders.placement import TODAY, children_table, homes_table
from tests.builders.regions import a_region, region_problem

WEIGHTS = DEFAULT_WEIGHTS


def a_problem(
    children: list[dict[str, object]], homes: list[dict[str, object]]
) -> PlacementProblem:
    """Children and homes as the optimiser sees them."""
    rules = settings_of().rules
    tables = children_table(*children), homes_table(*homes)
    return build_problem(*tables, on=TODAY, replan=False, rules=rules).problem


def families_of(children: list[dict[str, object]], homes: list[dict[str, object]]) -> Families:
    """Families with all that they could take."""
    return list_families(a_problem(children, homes), weights=WEIGHTS)


def answered(
    families: Families, *, prices: np.ndarray | None = None, free: np.ndarray | None = None
) -> tuple[Answers, np.ndarray, float]:
    """Everyone answered once, unit after unit; answers, the places left, and the points."""
    groups, draws = families.groups_of(np.arange(families.n_units))
    answers = Answers.none_yet(groups.size)
    left = families.problem.homes.places.astype(np.int64) if free is None else free.copy()
    points = answer(
        families,
        Goals(families.listed.columns.cost, families.listed.unplaced_cost),
        groups=groups,
        draws=draws,
        rows=(0, groups.size),
        prices=np.zeros((left.size, 3)) if prices is None else prices,
        free=left,
        answers=answers,
    )
    return answers, left, points


def a_stream(
    families: Families, *, week: list[int], leaves: list[int] | None = None, weeks: int = 10
) -> Stream:
    """Every unit once, in order, in the weeks given."""
    groups, draws = families.groups_of(np.arange(families.n_units))
    stay = np.full(groups.size, NEVER) if leaves is None else np.array(leaves)
    none = np.zeros(0, dtype=np.int64)
    return Stream(groups, draws, np.array(week), stay, weeks, none, none, 0.0)


def an_invented_market(*, children: int = 120, seed: int = 1) -> tuple[Families, Futures, Stream]:
    """A small region in two halves: who comes, what is forecast, and when they come."""
    rng = np.random.default_rng(seed)
    come, known = (
        region_problem(a_region("vacancies", children=children, seed=part))
        for part in (seed, seed + 1_000)
    )
    known = PlacementProblem(
        known.children, come.homes, known.twins, known.apart, known.avoid[:0], known.rules
    )
    families = list_families(come, weights=WEIGHTS)
    forecast = list_families(
        spread_out(known, copies=2, miles=4.0, rng=rng), weights=WEIGHTS, most_homes=20
    )
    futures = draw_futures(forecast, n_futures=4, n_units=families.n_units, rng=rng)
    stream = draw_stream(families, n_units=families.n_units, weeks=8, rng=rng, replace=False)
    return families, futures, stream
