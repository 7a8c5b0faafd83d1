"""The exact step against every plan there is, on regions small enough to list them all."""

from __future__ import annotations

import secrets
from itertools import product

import numpy as np
import pandas as pd
import pytest

from models.placement import DEFAULT_WEIGHTS, PlacementProblem, nearest_first, plan_points, solve
from models.placement.eligibility import may_live
from models.placement.market import Market
from models.placement.problem import UNPLACED
from models.placement.restricted import Prices
from models.placement.sides import rows_kept
from models.placement.solve import solve_in_tiers
from models.placement.terms import TIERS, weights_of_tier
from models.placement.warm import Warm
from rcc_forecast.placement.build import build_problem
from rcc_forecast.placement.settings import settings_of
from tests.builders.placement import TODAY, a_child, a_foster_home, children_table, homes_table

SEEDS = range(40)
FEW = 3
"""Regions drawn afresh in the normal suite; all the numbered ones are in the full one."""


def today(few: int = FEW) -> list[int]:
    return [secrets.randbelow(2**32) for _ in range(few)]


def a_tiny_region(seed: int, rules: dict[str, object] | None = None) -> PlacementProblem:
    """Five children and three homes with every sort of tie between them."""
    rng = np.random.default_rng(seed)
    children = [
        a_child(
            f"C{i}",
            miles_east=float(rng.uniform(0, 30)),
            age=int(rng.integers(0, 18)),
            needs=int(rng.integers(0, 3)),
            solo=int(rng.random() < 0.15),
            sibling_group=str(rng.choice(["", "G", "G", "K"])),
            sibling_plan=str(rng.choice(["together", "none", "apart"], p=[0.6, 0.25, 0.15])),
            twin_of="C1" if i == 0 and rng.random() < 0.5 else "",
            current_home_id=str(rng.choice(["", "H0", "H9"])),
            settled=int(rng.random() < 0.5),
        )
        for i in range(5)
    ]
    homes = [
        a_foster_home(
            f"H{h}",
            miles_east=float(rng.uniform(0, 30)),
            places_available=int(rng.integers(0, 4)),
            age_max=int(rng.integers(9, 18)),
            needs_met=int(rng.integers(1, 4)),
            sibling_exemption=int(rng.random() < 0.4),
            sector=str(rng.choice(["private", "local_authority"])),
            weekly_cost_gbp=float(rng.integers(300, 900)),
        )
        for h in range(3)
    ]
    return build_problem(
        children_table(*children),
        homes_table(*homes),
        on=TODAY,
        replan=bool(seed % 2),
        rules=settings_of(rules=rules).rules,
    ).problem


def every_plan(problem: PlacementProblem) -> list[np.ndarray]:
    child, home = np.arange(problem.n_children)[:, None], np.arange(problem.n_homes)[None, :]
    fits = may_live(problem, child, home)
    options = [[UNPLACED, *np.flatnonzero(row).tolist()] for row in fits]
    plans = (np.array(plan) for plan in product(*options))
    return [plan for plan in plans if is_allowed(problem, plan)]


def is_allowed(problem: PlacementProblem, plan: np.ndarray) -> bool:
    placed = np.flatnonzero(plan != UNPLACED)
    if not may_live(problem, placed, plan[placed]).all():
        return False
    for home in set(plan[placed].tolist()):
        kids = np.flatnonzero(plan == home)
        one_group = len(set(problem.children.group[kids].tolist())) == 1
        exceeds = kids.size > problem.homes.places[home]
        if exceeds and not (one_group and problem.homes.exempt[home]):
            return False
        if kids.size > 1 and problem.children.solo[kids].any():
            return False
    if any(plan[i] == plan[j] != UNPLACED for i, j in problem.apart):
        return False
    return all(used <= limit for used, limit in rows_kept(problem, plan).values())


def points(problem: PlacementProblem, plan: np.ndarray) -> int:
    return int(plan_points(problem, plan, weights=DEFAULT_WEIGHTS).sum())


def assert_proven_best(seed: int) -> None:
    problem = a_tiny_region(seed)

    solution = solve(problem, weights=DEFAULT_WEIGHTS).solution

    best = min(points(problem, plan) for plan in every_plan(problem))
    assert is_allowed(problem, solution.home), seed
    assert (solution.status, solution.objective) == ("optimal", best), seed
    assert solution.objective == points(problem, solution.home), seed
    assert solution.bound <= best, seed


def assert_best_within_limits(seed: int) -> None:
    limits = {"max_for_profit_pct": 50, "weekly_budget_gbp": 1_500, "max_out_of_area_pct": 50}
    problem = a_tiny_region(seed, limits)

    solution = solve(problem, weights=DEFAULT_WEIGHTS).solution

    best = min(points(problem, plan) for plan in every_plan(problem))
    assert is_allowed(problem, solution.home), seed
    assert (solution.status, solution.objective) == ("optimal", best), seed
    assert solution.bound <= best, seed


def assert_best_in_tiers(seed: int) -> None:
    problem = a_tiny_region(seed)
    weights = [weights_of_tier(DEFAULT_WEIGHTS, tier) for tier in TIERS]

    tiers = solve_in_tiers(problem, weights=DEFAULT_WEIGHTS, order=TIERS)

    found = [tier.priced.solution.objective for tier in tiers]
    best = min(
        [int(plan_points(problem, plan, weights=own).sum()) for own in weights]
        for plan in every_plan(problem)
    )
    assert found == best, seed


def test_no_plan_at_all_is_better_than_the_one_proposed():
    for seed in today(8):
        assert_proven_best(seed)


def test_with_limits_on_the_whole_plan_it_is_still_the_best_allowed():
    for seed in today():
        assert_best_within_limits(seed)


def test_in_tiers_no_plan_is_better_at_the_first_tier_where_they_differ():
    for seed in today(2):
        assert_best_in_tiers(seed)


@pytest.mark.full
@pytest.mark.parametrize("seed", SEEDS)
def test_forty_regions_are_planned_as_well_as_can_be_whatever_is_asked(seed):
    assert_proven_best(seed)
    assert_best_within_limits(seed)
    assert_best_in_tiers(seed)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_the_prices_no_plan_is_below_the_bound_they_prove(seed):
    problem = a_tiny_region(seed)
    market = Market.of(problem, DEFAULT_WEIGHTS)
    best = min(points(problem, plan) for plan in every_plan(problem))
    rng = np.random.default_rng(seed)

    bounds = [
        market.bound(Prices(rng.gamma(0.5, 200_000, (problem.n_homes, 3)), np.zeros(0)))
        for _ in range(20)
    ]

    assert max(bounds) <= best


@pytest.mark.parametrize("seed", range(3))
def test_a_warm_start_from_a_plan_of_another_day_reaches_the_best_plan_too(seed):
    problem = a_tiny_region(seed)
    best = min(points(problem, plan) for plan in every_plan(problem))
    rng = np.random.default_rng(seed)
    prices = Prices(rng.gamma(0.5, 50_000, (problem.n_homes, 3)), np.zeros(0))
    nowhere = np.full(problem.n_children, UNPLACED)

    solution = solve(problem, weights=DEFAULT_WEIGHTS, warm=Warm(nowhere, prices)).solution

    assert (solution.status, solution.objective) == ("optimal", best)
    assert solution.bound <= best


@pytest.mark.parametrize("seed", range(3))
def test_the_nearest_home_first_keeps_every_rule_and_is_never_better(seed):
    problem = a_tiny_region(seed)

    greedy = nearest_first(problem)

    assert is_allowed(problem, greedy)
    best = solve(problem, weights=DEFAULT_WEIGHTS).solution.objective
    assert points(problem, greedy) >= best


def test_the_same_seed_gives_the_same_plan_where_many_are_equally_good():
    children = [a_child(f"C{i}") for i in range(6)]
    homes = [a_foster_home(f"H{h}", places_available=2) for h in range(6)]
    problem = build_problem(
        children_table(*children),
        homes_table(*homes),
        on=pd.Timestamp(TODAY),
        replan=False,
        rules=settings_of().rules,
    ).problem

    plans = [solve(problem, weights=DEFAULT_WEIGHTS, seed=7).solution.home for _ in range(3)]

    np.testing.assert_array_equal(plans[0], plans[1])
    np.testing.assert_array_equal(plans[0], plans[2])
