"""The exact step finds the best plan over the columns kept, and proves it."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.construct import plan_from_prices
from models.placement.exact import Chosen, choose_bundles
from models.placement.limited import choose_within_limits
from models.placement.plan import keeps_rows, plan_cost
from models.placement.restricted import Prices, Restricted
from tests.builders.listed_columns import a_crowd, a_small_problem, cheapest_plan, with_budget


def by_clauses(restricted: Restricted, keep: np.ndarray | None = None) -> Chosen:
    return choose_bundles(
        restricted,
        keep=np.arange(restricted.columns.n_columns) if keep is None else keep,
        keep_unplaced=np.ones(restricted.n_children, dtype=bool),
        hint=plan_from_prices(restricted, Prices.zero(n_homes=restricted.n_homes, n_rows=1)),
        seed=1,
        effort=30.0,
    )


def by_branching(restricted: Restricted, keep: np.ndarray | None = None) -> Chosen:
    return choose_within_limits(
        restricted,
        keep=np.arange(restricted.columns.n_columns) if keep is None else keep,
        keep_unplaced=np.ones(restricted.n_children, dtype=bool),
        effort=30.0,
    )


BOTH = pytest.mark.parametrize("choose", [by_clauses, by_branching])


@BOTH
@pytest.mark.parametrize("seed", range(8))
def test_the_best_of_all_plans_is_chosen_and_proven(choose, seed):
    restricted = a_small_problem(seed, pairs_apart=seed % 3)

    chosen = choose(restricted)

    assert chosen.proven
    assert keeps_rows(restricted, chosen.plan)
    assert plan_cost(restricted, chosen.plan) == cheapest_plan(restricted)
    assert chosen.bound == pytest.approx(cheapest_plan(restricted), abs=1)


@BOTH
@pytest.mark.parametrize("limit", [9, 14, 20])
def test_the_best_plan_within_a_budget_is_chosen(choose, limit):
    restricted = with_budget(a_small_problem(4), limit=limit)

    chosen = choose(restricted)

    assert keeps_rows(restricted, chosen.plan)
    assert plan_cost(restricted, chosen.plan) == cheapest_plan(restricted)


@BOTH
def test_a_limit_that_may_be_missed_costs_its_price_for_each_unit(choose):
    restricted = with_budget(a_small_problem(5), limit=0)
    restricted.sides.most[0] = 1_000.0  # a child placed saves far more than it spends

    chosen, free = choose(restricted), choose(a_small_problem(5))

    assert chosen.plan.unplaced.size == free.plan.unplaced.size
    assert chosen.bound > free.bound


def test_columns_that_are_not_kept_are_not_used():
    restricted = a_small_problem(1)
    keep = np.arange(0, restricted.columns.n_columns, 2)

    chosen = by_clauses(restricted, keep)

    assert np.isin(chosen.plan.column, keep).all()


def test_children_who_must_have_a_home_get_one():
    restricted = a_crowd(8, n_groups=20, n_homes=25, room=1.5)

    chosen = choose_bundles(
        restricted,
        keep=np.arange(restricted.columns.n_columns),
        keep_unplaced=np.zeros(restricted.n_children, dtype=bool),
        hint=plan_from_prices(restricted, Prices.zero(n_homes=25)),
        seed=1,
        effort=30.0,
    )

    assert chosen.proven
    assert chosen.plan.unplaced.size == 0
