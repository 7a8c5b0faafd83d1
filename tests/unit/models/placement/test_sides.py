"""Limits on the whole plan count the same over bundles, over columns and over a plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.placement import DEFAULT_WEIGHTS, plan_points
from models.placement.nearby import index_homes, price_out
from models.placement.problem import UNPLACED
from models.placement.restricted import Prices
from models.placement.rules import disparity_rules, rules_of, tier_rule
from models.placement.sides import rows_kept, rows_over
from models.placement.tables import compile_tables
from models.placement.terms import TIERS, weights_of_tier
from tests.builders.every_bundle import every_bundle, homes_of_bundles
from tests.builders.small_regions import a_small_region

EVERY_RULE = {
    "weekly_budget_gbp": 20_000.0,
    "weekly_budget_by_authority_gbp": {0: 4_000.0, 2: 5_000.0},
    "max_out_of_area_pct": 30.0,
    "max_for_profit_pct": 40.0,
}


def some_plan(problem, seed):
    """One bundle for each group that has any, whoever else is in the home."""
    bundles = every_bundle(problem)
    rng = np.random.default_rng(seed)
    order = rng.permutation(bundles.n_bundles)
    _, first = np.unique(bundles.group[order], return_index=True)
    return bundles, order[first]


def test_a_budget_of_one_authority_counts_its_own_children_alone():
    problem = a_small_region(seed=1, weekly_budget_by_authority_gbp={1: 5_000.0})
    bundles, chosen = some_plan(problem, 1)
    plan = homes_of_bundles(problem, bundles, chosen)

    ((used, limit),) = rows_kept(problem, plan).values()

    mine = np.flatnonzero((problem.children.authority == 1) & (plan != UNPLACED))
    pence = np.rint(100 * problem.homes.weekly_cost_gbp[plan[mine]])
    assert (used, limit) == (int(pence.sum()), 500_000)


def test_limits_count_the_same_over_columns_as_over_the_plan_made_of_them():
    problem = a_small_region(seed=2, **EVERY_RULE)
    rules = [*rules_of(problem), *disparity_rules(problem, max_pct=8.0, smallest=3)]
    tables = compile_tables(problem, DEFAULT_WEIGHTS)
    everywhere = price_out(
        problem,
        tables,
        index_homes(problem, tables),
        Prices.zero(n_homes=problem.n_homes),
        slack=np.inf,
    ).columns
    bundles, chosen = some_plan(problem, 2)
    plan = homes_of_bundles(problem, bundles, chosen)

    rows = rows_over(problem, rules, everywhere)

    assert everywhere.n_columns == bundles.n_bundles
    of_chosen = np.zeros(rows.n_rows)
    for column in chosen:
        entries = slice(rows.begin[column], rows.begin[column + 1])
        of_chosen[rows.row[entries]] += rows.coefficient[entries]
    used = of_chosen + rows.unplaced[:, plan == UNPLACED].sum(axis=1)
    kept = rows_kept(problem, plan, rules=rules)
    assert dict(zip(rows.name, used, strict=True)) == {k: v[0] for k, v in kept.items()}
    np.testing.assert_array_equal(rows.limit, [limit for _, limit in kept.values()])


@pytest.mark.parametrize("tier", [tier for tier in TIERS if tier != "placed"])
def test_a_tier_that_is_held_counts_the_points_of_the_tier(tier):
    problem = a_small_region(seed=4)
    weights = weights_of_tier(DEFAULT_WEIGHTS, tier)
    bundles, chosen = some_plan(problem, 4)
    plan = homes_of_bundles(problem, bundles, chosen)

    rule = tier_rule(problem, name=tier, weights_of_tier=weights, limit=7.0)

    points = int(plan_points(problem, plan, weights=weights).sum())
    assert rows_kept(problem, plan, rules=[rule]) == {tier: (points, 7)}


def test_the_rates_of_two_groups_may_differ_by_the_limit_and_by_one_child():
    problem = a_small_region(seed=5, n_groups=60, n_homes=80)
    n = problem.n_children
    placed_all = np.zeros(n, dtype=np.int64)
    one_group = np.flatnonzero(problem.children.authority == 1)
    widest = max(0.10, 1 / one_group.size) / 2
    just = int(np.floor(widest * one_group.size * n / (n - one_group.size)))

    def kept(without: int) -> bool:
        plan = placed_all.copy()
        plan[one_group[:without]] = UNPLACED
        rules = [
            r for r in disparity_rules(problem, max_pct=10.0) if "unplaced,authority,1," in r.name
        ]
        return all(used <= limit for used, limit in rows_kept(problem, plan, rules=rules).values())

    assert len(one_group) >= 10
    assert kept(just)
    assert not kept(just + 1)


def test_small_groups_and_children_of_unknown_groups_are_left_out_of_disparity():
    problem = a_small_region(seed=6, n_groups=60)
    few = problem.children.ethnicity.copy()
    few[few == 2] = 1
    few[:9] = 2
    problem = replace(problem, children=replace(problem.children, ethnicity=few))

    names = [rule.name for rule in disparity_rules(problem, max_pct=5.0)]

    assert not any("ethnicity,2," in name or ",-1," in name for name in names)
    assert any("ethnicity,1," in name for name in names)
