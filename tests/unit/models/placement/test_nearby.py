"""Pricing homes out: as exact as looking at every bundle in every home."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.placement import DEFAULT_WEIGHTS, PlacementProblem
from models.placement.bundles import bundle_costs, unplaced_costs
from models.placement.nearby import (
    bound_only,
    cheapest_homes,
    index_homes,
    price_out,
)
from models.placement.restricted import Prices
from models.placement.rules import PLACED, SideRule, disparity_rules, rules_of, tier_rule
from models.placement.sides import rows_over
from models.placement.tables import compile_tables
from models.placement.terms import weights_of_tier
from tests.builders.every_bundle import as_columns, counted, every_bundle
from tests.builders.small_regions import a_small_region

RULES = {
    "plain": {},
    "switched on": {"min_grade": 2, "need3_childrens_home_only": True, "max_miles": 25.0},
}


def some_prices(problem: PlacementProblem, seed: int, n_rules: int = 0) -> Prices:
    rng = np.random.default_rng(seed)
    home = rng.integers(0, 60_000, (problem.n_homes, 3)) * (rng.random((problem.n_homes, 3)) < 0.5)
    return Prices(home.astype(float), rng.integers(1, 9, n_rules).astype(float))


def priced_in_full(problem, weights, prices, rules):
    """Value, cost and key of every bundle, the bound, and the best of every set, by brute force."""
    bundles = every_bundle(problem)
    cost = bundle_costs(problem, bundles, weights=weights)
    value = cost.astype(float)
    for column, k in enumerate((1, 2, 3)):
        value += prices.home[bundles.home, column] * (bundles.places // k)
    alone = unplaced_costs(problem, weights=weights).astype(float)
    sides = rows_over(problem, rules, as_columns(problem, bundles, cost))
    if sides is not None:
        value += prices.side @ counted(sides, bundles.n_bundles)
        alone += prices.side @ sides.unplaced
    best = {}
    for group, members, v in zip(bundles.group, bundles.members, value, strict=True):
        best[group, members] = min(best.get((group, members), np.inf), v)
    least = {}
    for group in range(problem.n_groups):
        least[group, 0] = 0.0
        for members in range(1, 1 << problem.group_size[group]):
            ways = [best.get((group, members), np.inf)]
            if members & (members - 1) == 0:
                child = problem.first_child[group] + members.bit_length() - 1
                ways.append(alone[child])
            blocks = [block for block in range(1, members) if block & members == block]
            ways += [least[group, block] + least[group, members ^ block] for block in blocks]
            least[group, members] = min(ways)
    total = sum(least[g, (1 << problem.group_size[g]) - 1] for g in range(problem.n_groups))
    rows = np.stack([problem.homes.places // k for k in (1, 2, 3)], axis=1)
    total -= (prices.home * rows).sum()
    total -= sum(p * rule.limit for p, rule in zip(prices.side, rules, strict=True))
    return bundles, cost, value, least, total


def bundles_found(columns):
    keys = zip(columns.group, columns.members, columns.home, strict=True)
    return dict(zip(keys, zip(columns.places, columns.cost, strict=True), strict=True))


def side_rules(problem: PlacementProblem, kind: str) -> list[SideRule]:
    n = problem.n_children
    if kind == "none":
        return []
    if kind == "tiers":
        tiers = [weights_of_tier(DEFAULT_WEIGHTS, name) for name in ("placed", "together", "rest")]
        return [
            tier_rule(problem, name=f"tier {i}", weights_of_tier=tier, limit=1_000.0)
            for i, tier in enumerate(tiers)
        ]
    if kind == "prizes":  # coefficients below zero outweigh what some terms cost
        each = -np.arange(n, dtype=float) * 1_000
        counted = {"over_20_miles": each, "out_of_authority": each, "move": each, PLACED: each}
        return [SideRule("prizes", counted, np.zeros(n), 0.0)]
    rules = {
        "weekly_budget_gbp": 20_000.0,
        "weekly_budget_by_authority_gbp": {0: 4_000.0, 2: 5_000.0},
        "max_out_of_area_pct": 30.0,
        "max_for_profit_pct": 40.0,
        "max_disparity_pct": 10.0,
    }
    asked = replace(problem, rules=replace(problem.rules, **rules))
    few = [rule for rule in rules_of(asked) if "disparity" not in rule.name]
    return few + disparity_rules(problem, max_pct=10.0, smallest=3)[::3]


@pytest.mark.parametrize("seed", [1, 4, 5])
@pytest.mark.parametrize("switched", sorted(RULES))
@pytest.mark.parametrize("sides", ["none", "tiers", "prizes", "region"])
def test_bound_and_bundles_are_those_of_looking_everywhere(seed, switched, sides):
    problem = a_small_region(seed=seed, **RULES[switched])
    rules = side_rules(problem, sides)
    prices = some_prices(problem, seed, len(rules))
    slack = 40_000.25
    bundles, cost, value, least, total = priced_in_full(problem, DEFAULT_WEIGHTS, prices, rules)
    near = [
        v <= least[g, m] + slack
        for g, m, v in zip(bundles.group, bundles.members, value, strict=True)
    ]

    tables = compile_tables(problem, DEFAULT_WEIGHTS)
    index = index_homes(problem, tables)
    found = price_out(problem, tables, index, prices, slack=slack, rules=rules)
    bound = bound_only(problem, tables, index, prices, rules=rules)

    assert found.bound == pytest.approx(total, abs=0.01)
    assert bound == found.bound
    rows = np.flatnonzero(near)
    np.testing.assert_array_equal(found.columns.group, bundles.group[rows])
    np.testing.assert_array_equal(found.columns.members, bundles.members[rows])
    np.testing.assert_array_equal(found.columns.home, bundles.home[rows])
    np.testing.assert_array_equal(found.columns.places, bundles.places[rows])
    np.testing.assert_array_equal(found.columns.cost, cost[rows])


def test_the_result_is_the_same_on_one_thread_and_on_many():
    problem = a_small_region(seed=7, n_groups=60, n_homes=80)
    tables = compile_tables(problem, DEFAULT_WEIGHTS)
    index = index_homes(problem, tables)
    prices = some_prices(problem, 7)

    one, many = (
        price_out(problem, tables, index, prices, slack=5_000.0, workers=workers)
        for workers in (1, 5)
    )

    assert one.bound == many.bound
    for column in ("begin", "members", "home", "places", "cost"):
        np.testing.assert_array_equal(getattr(one.columns, column), getattr(many.columns, column))


def test_what_is_kept_stays_listed_once_and_in_order():
    problem = a_small_region(seed=8, n_groups=40, n_homes=60)
    tables = compile_tables(problem, DEFAULT_WEIGHTS)
    index = index_homes(problem, tables)
    first = price_out(problem, tables, index, some_prices(problem, 1), slack=9_000.0).columns

    found = price_out(
        problem, tables, index, some_prices(problem, 2), slack=9_000.0, keep=first
    ).columns

    alone = price_out(problem, tables, index, some_prices(problem, 2), slack=9_000.0).columns
    assert bundles_found(found) == bundles_found(first) | bundles_found(alone)
    keys = np.column_stack([found.group, found.members, found.home])
    np.testing.assert_array_equal(keys, np.unique(keys, axis=0))


def test_the_few_cheapest_homes_of_each_set_are_the_first_of_all_in_order():
    problem = a_small_region(seed=9, n_groups=30, n_homes=60)
    prices = some_prices(problem, 9)
    bundles, _, value, _, _ = priced_in_full(problem, DEFAULT_WEIGHTS, prices, [])
    tables = compile_tables(problem, DEFAULT_WEIGHTS)
    index = index_homes(problem, tables)
    group, members = np.unique(np.column_stack([bundles.group, bundles.members]), axis=0).T

    found = cheapest_homes(problem, tables, index, prices, group=group, members=members, k=3)

    for row, (g, m) in enumerate(zip(group, members, strict=True)):
        mine = np.flatnonzero((bundles.group == g) & (bundles.members == m))
        best = mine[np.lexsort((bundles.home[mine], value[mine]))][:3]
        np.testing.assert_array_equal(found.home[row, : best.size], bundles.home[best])
        np.testing.assert_array_equal(found.value[row, : best.size], value[best])
        assert (found.home[row, best.size :] == -1).all()


def test_at_most_so_many_homes_of_each_set_are_listed_and_the_bound_stays_exact():
    problem = a_small_region(seed=10, n_groups=40, n_homes=60)
    tables = compile_tables(problem, DEFAULT_WEIGHTS)
    index = index_homes(problem, tables)
    prices = some_prices(problem, 10)

    few = price_out(problem, tables, index, prices, slack=np.inf, most_per_set=2)

    every = price_out(problem, tables, index, prices, slack=np.inf)
    assert few.bound == every.bound
    sets = np.column_stack([few.columns.group, few.columns.members])
    assert np.unique(sets, axis=0, return_counts=True)[1].max() == 2
    assert bundles_found(few.columns).items() <= bundles_found(every.columns).items()
