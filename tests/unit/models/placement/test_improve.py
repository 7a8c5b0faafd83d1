"""Groups are taken out and housed again as long as that pays."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.construct import plan_from_prices
from models.placement.improve import Search, improve
from models.placement.plan import Plan, keeps_rows, plan_cost
from models.placement.restricted import Prices, Restricted
from tests.builders.listed_columns import a_crowd, a_small_problem, cheapest_plan, with_budget

QUICK = Search(rounds=2, trials=40.0, block=100)


def no_prices(restricted: Restricted) -> Prices:
    return Prices.zero(n_homes=restricted.n_homes, n_rows=0 if restricted.sides is None else 1)


def improved(restricted: Restricted, *, seed: int = 1, **asked: object) -> Plan:
    start = plan_from_prices(restricted, no_prices(restricted))
    rng = np.random.default_rng(seed)
    asked = {"search": QUICK, **asked}
    return improve(restricted, no_prices(restricted), start, rng=rng, **asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(12))
def test_on_a_small_problem_the_best_plan_is_found(seed):
    restricted = a_small_problem(seed, pairs_apart=seed % 3)

    plan = improved(restricted, search=Search(rounds=3, trials=300.0, hot=30_000.0))

    assert keeps_rows(restricted, plan)
    assert plan_cost(restricted, plan) == cheapest_plan(restricted)


@pytest.mark.parametrize("room", [0.9, 1.05])
def test_a_plan_never_becomes_dearer_and_keeps_its_rows(room):
    restricted = a_crowd(2, room=room)
    start = plan_from_prices(restricted, no_prices(restricted))

    plan = improved(restricted)

    assert keeps_rows(restricted, plan)
    assert plan_cost(restricted, plan) < plan_cost(restricted, start)


def test_the_number_of_workers_changes_nothing():
    restricted = a_crowd(3)

    one, four = improved(restricted, workers=1), improved(restricted, workers=4)

    np.testing.assert_array_equal(one.column, four.column)


def test_the_same_seed_gives_the_same_plan():
    restricted = a_crowd(4)

    np.testing.assert_array_equal(improved(restricted).column, improved(restricted).column)


def test_a_plan_over_the_budget_is_brought_under_it_and_stays_there():
    plain = a_crowd(6, n_groups=60, n_homes=60, room=1.2)
    spent = float(np.random.default_rng(0).integers(1, 9, plain.columns.n_columns).mean())
    restricted = with_budget(plain, limit=round(0.7 * spent * plain.n_groups))
    start = plan_from_prices(restricted, no_prices(restricted))

    plan = improved(restricted, search=Search(rounds=3, trials=100.0))

    assert not keeps_rows(restricted, start)
    assert keeps_rows(restricted, plan)
    assert plan.unplaced.size < 10


def test_a_clock_may_end_the_search_between_rounds():
    restricted = a_crowd(7)
    start = plan_from_prices(restricted, no_prices(restricted))

    plan = improved(restricted, stop=lambda: True)

    np.testing.assert_array_equal(plan.column, start.column)
