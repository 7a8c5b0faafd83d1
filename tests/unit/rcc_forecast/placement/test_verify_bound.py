"""The verifier's own sums: no home is skipped that matters, and two codes agree on a region."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.placement import DEFAULT_WEIGHTS, nearest_first
from models.placement.problem import Rules
from models.placement.sides import rows_kept
from rcc_forecast.placement import tidy_children, tidy_homes
from rcc_forecast.placement.build import build_problem
from rcc_forecast.placement.verification.bound import bound_of
from rcc_forecast.placement.verification.greedy import greedy_plan
from rcc_forecast.placement.verification.limits import limits_of, used_by
from rcc_forecast.placement.verification.points import (
    fixed_weights,
    pair_weights,
    placed_in,
    plan_points,
    points_of_pairs,
    tier_weights,
)
from rcc_forecast.placement.verification.world import World, barriers, world_of
from tests.builders.placement import a_child, a_foster_home, children_table, homes_table
from tests.builders.regions import TODAY, a_region, region_problem, region_tables

LIMITS = {
    "weekly_budget_gbp": 60_000,
    "max_out_of_area_pct": 40,
    "max_for_profit_pct": 30,
    "max_disparity_pct": 20,
}


def a_scenario(**changed: object) -> dict[str, object]:
    return {
        "on": "2026-06-01",
        "replan": True,
        "weights": dict(DEFAULT_WEIGHTS),
        "rules": {},
        "tiers": [],
        "overrides": [],
        "seed": 0,
    } | changed


def a_world(*, children: int, seed: int = 3, **changed: object) -> World:
    tables = region_tables(a_region("replan", children=children, seed=seed))
    return world_of(tidy_children(tables[0])[0], tidy_homes(tables[1])[0], a_scenario(**changed))


def every_way(world, *, name, tolls, prices, most, tiers):
    """The bound, each partition of each group tried one after the other."""
    kids, homes, limits = world.kids, world.register, limits_of(world)
    n, h = world.n_children, homes.east.size
    child, home = np.repeat(np.arange(n), h), np.tile(np.arange(h), n)
    bars = barriers(kids, homes, child, home, max_miles=world.max_miles)
    fits = ~np.logical_or.reduce(list(bars.values())).reshape(n, h)
    parts = [(1.0, name)] + [(prices[tier], tier) for tier in tiers]
    pair, fixed = np.zeros(n * h), np.zeros(3)
    for price, tier in parts:
        weights = tier_weights(world, tier)
        raw = points_of_pairs(kids, homes, child, home, pair_weights(weights))
        pair += price * np.rint(raw)
        fixed += price * fixed_weights(weights)
    alone = np.full(n, fixed[2]) + fixed[1] * (kids.twins != 0)
    for rule, limit in limits.items():
        alone += prices[rule] * limit.each("unplaced")
    pair = pair.reshape(n, h)
    for there in range(h):
        placed = placed_in(world, np.full(n, there))
        meets = np.column_stack(
            [placed.pence, placed.out, placed.private, placed.over_20, np.ones(n)]
        )
        for rule, limit in limits.items():
            pair[:, there] += prices[rule] * (limit.each_of_placed() * meets).sum(axis=1)

    def cheapest_home(who: tuple[int, ...]) -> float:
        least = np.inf
        for there in range(h):
            full = int(homes.capacity[there])
            lone = kids.solo[list(who)].any()
            if not fits[list(who), there].all() or (lone and len(who) > 1):
                continue
            if len(who) > full and not homes.exempt[there]:
                continue
            w = full if lone else min(len(who), full)
            value = fixed[0] + tolls[there] @ [w, w // 2, w // 3] + pair[list(who), there].sum()
            start = world.begin[world.group[who[0]]]
            bits = sum(1 << int(i - start) for i in who)
            value += fixed[1] * sum(bool(kids.twins[i] & ~bits) for i in who)
            least = min(least, value)
        return least

    def best(left: tuple[int, ...]) -> float:
        if not left:
            return 0.0
        head, rest = left[0], left[1:]
        found = alone[head] + best(rest)
        for mask in range(1 << len(rest)):
            mates = tuple(i for at, i in enumerate(rest) if mask >> at & 1)
            others = tuple(i for at, i in enumerate(rest) if not mask >> at & 1)
            found = min(found, cheapest_home((head, *mates)) + best(others))
        return found

    groups = zip(world.begin[:-1], world.begin[1:], strict=True)
    total = sum(best(tuple(range(first, last))) for first, last in groups)
    full = homes.capacity
    places = float((tolls * np.column_stack([full, full // 2, full // 3])).sum())
    return total - places - sum(prices[rule] * most[rule] for rule in prices)


@pytest.mark.parametrize("dear", [0, 20_000, 400_000], ids=["free", "cheap", "dear"])
@pytest.mark.parametrize(
    ("asked", "tiers"),
    [
        ({}, []),
        ({"rules": {"max_miles": 9.0, "need3_childrens_home_only": True}}, []),
        ({"rules": LIMITS}, []),
        ({"tiers": ["placed", "near"]}, ["placed", "near"]),
        ({"weights": {**DEFAULT_WEIGHTS, "mile": 0.0, "home_of_group": 20.5}}, []),
    ],
    ids=["points", "rules", "limits", "tiers", "weights"],
)
def test_the_bound_is_that_of_every_partition_over_every_home(dear, asked, tiers):
    rng = np.random.default_rng(dear + len(tiers))
    world = a_world(children=36, **asked)
    tolls = np.zeros((len(world.homes), 3))
    tolls[:, 0] = rng.integers(0, dear + 1, len(world.homes))
    tolls[:, 1:] = rng.integers(0, dear // 4 + 1, (len(world.homes), 2))
    limits = limits_of(world)
    prices = {name: round(float(rng.uniform(0, 3)), 6) for name in limits}
    prices |= {tier: round(float(rng.uniform(0, 900)), 6) for tier in tiers}
    most = {name: limits[name].most if name in limits else 12_345.0 for name in prices}
    name = "together" if tiers else "points"

    found = bound_of(
        world, name=name, tolls=tolls, limits=limits, tiers=tiers, prices=prices, most=most
    )

    expected = every_way(world, name=name, tolls=tolls, prices=prices, most=most, tiers=tiers)
    assert found.value == pytest.approx(expected, abs=1e-3, rel=1e-12)


@pytest.mark.parametrize("shape", ["replan", "dense", "scarce", "far"])
def test_two_codes_place_the_nearest_first_alike(shape):
    region = a_region(shape, children=400, seed=8)
    tables = region_tables(region)
    children, homes = tidy_children(tables[0])[0], tidy_homes(tables[1])[0]

    ours = greedy_plan(world_of(children, homes, a_scenario(replan=region.replan)))

    np.testing.assert_array_equal(ours, nearest_first(region_problem(region)))


def test_of_homes_equally_near_the_first_of_the_register_is_taken():
    children = children_table(a_child("C1"), a_child("C2"))
    homes = homes_table(
        a_foster_home("H1", miles_east=3), a_foster_home("H2", miles_east=-3),
        a_foster_home("H3", miles_east=2), a_foster_home("H4", miles_east=-2),
    )  # fmt: skip

    nearest = greedy_plan(world_of(children, homes, a_scenario(replan=False)))

    assert nearest.tolist() == [2, 3]


def test_two_codes_form_the_same_groups_of_muddled_families():
    rng = np.random.default_rng(5)
    n = 400
    named = np.array([f"C{number}" for number in range(n)])
    family = rng.integers(0, 60, n)
    frame = pd.DataFrame([a_child(name) for name in named]).assign(
        sibling_group=np.where(family < 45, [f"G{number}" for number in family], ""),
        sibling_plan=rng.choice(["together", "none", "apart", ""], n, p=[0.6, 0.2, 0.1, 0.1]),
        twin_of=np.where(rng.random(n) < 0.08, rng.choice(named, n), ""),
    )
    children, homes = tidy_children(frame)[0], homes_table(a_foster_home())

    world = world_of(children, homes, a_scenario(replan=False))
    built = build_problem(children, homes, on=TODAY, replan=False, rules=Rules())

    assert (np.diff(world.begin) <= 8).all()
    assert built.children["child_id"].tolist() == world.children["child_id"].tolist()
    np.testing.assert_array_equal(built.problem.children.group, world.group)
    np.testing.assert_array_equal(built.problem.twin_mask, world.kids.twins)
    np.testing.assert_array_equal(built.problem.apart, world.rivals)


def test_two_codes_count_every_limit_alike():
    region = a_region("replan", children=200, seed=6)
    tables = region_tables(region)
    children, homes = tidy_children(tables[0])[0], tidy_homes(tables[1])[0]
    budgets = {children["local_authority"].mode()[0]: 20_000.0}
    world = world_of(children, homes, a_scenario(rules=LIMITS, budgets=budgets))
    built = build_problem(
        children, homes, on=TODAY, replan=True, rules=Rules(**LIMITS), budgets=budgets
    )
    home = nearest_first(built.problem)

    used_of = used_by(world, home)
    ours = {name: (used_of(limit), limit.most) for name, limit in limits_of(world).items()}

    theirs = rows_kept(built.problem, home)
    assert ours == {built.rule_label(name): kept for name, kept in theirs.items()}
    assert len(ours) > 20


def test_the_points_of_children_add_up_whoever_shares_a_home():
    world = a_world(children=200)
    home = greedy_plan(world)

    found = plan_points(world, home, dict(DEFAULT_WEIGHTS))

    used = np.unique(world.group[home >= 0] * 10_000 + home[home >= 0]).size
    placed = np.flatnonzero(home >= 0)
    pairs = points_of_pairs(
        world.kids, world.register, placed, home[placed], pair_weights(DEFAULT_WEIGHTS)
    )
    twins = found.each.sum() - np.rint(pairs).sum() - 300_000 * used - 2_000_000 * (home < 0).sum()
    assert twins >= 0
    assert twins % 75_000 == 0
