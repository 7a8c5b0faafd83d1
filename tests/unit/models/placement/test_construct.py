"""A plan from prices: groups first, largest first; single children exactly."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.construct import plan_from_prices
from models.placement.plan import home_of, keeps_rows, plan_cost
from models.placement.restricted import Prices, Restricted
from tests.builders.listed_columns import a_small_problem, cheapest_plan, columns_of


def no_prices(restricted: Restricted) -> Prices:
    return Prices.zero(n_homes=restricted.n_homes)


@pytest.mark.parametrize("seed", range(10))
def test_a_plan_from_prices_keeps_places_and_pairs_apart(seed):
    restricted = a_small_problem(seed, pairs_apart=2)
    prices = Prices(np.random.default_rng(seed).uniform(0, 5e4, (3, 3)), np.zeros(0))

    plan = plan_from_prices(restricted, prices)

    assert keeps_rows(restricted, plan)
    assert np.union1d(plan.unplaced, np.flatnonzero(home_of(restricted, plan) >= 0)).size == 7


@pytest.mark.parametrize("seed", range(8))
def test_single_children_are_placed_as_well_as_can_be(seed):
    restricted = a_small_problem(seed, sizes=(1, 1, 1, 1, 1))

    plan = plan_from_prices(restricted, no_prices(restricted))

    assert plan_cost(restricted, plan) == cheapest_plan(restricted)


def test_the_largest_group_chooses_first():
    bundles = [(0, 0b11, 0, 2, 300.0), (1, 0b111, 0, 3, 900.0), (0, 0b11, 1, 2, 400.0)]
    restricted = columns_of(bundles, sizes=[2, 3], capacity=[3, 2])

    plan = plan_from_prices(restricted, no_prices(restricted))

    assert home_of(restricted, plan).tolist() == [1, 1, 0, 0, 0]


def test_two_blocks_of_a_group_that_want_one_last_place_are_chosen_again():
    # Each child alone is cheapest in home 0, which has one place: one of them takes home 1.
    bundles = [(0, 0b01, 0, 1, 10.0), (0, 0b10, 0, 1, 10.0), (0, 0b10, 1, 1, 50.0)]
    bundles += [(0, 0b01, 1, 1, 60.0)]
    restricted = columns_of(bundles, sizes=[2], capacity=[1, 1])

    plan = plan_from_prices(restricted, no_prices(restricted))

    assert plan.unplaced.size == 0


def test_a_place_that_others_need_more_is_left_to_them_at_its_price():
    bundles = [(0, 0b11, 0, 2, 300.0), (0, 0b11, 1, 2, 400.0), (1, 1, 0, 1, 100.0)]
    restricted = columns_of(bundles, sizes=[2, 1], capacity=[2, 2], unplaced=9_000.0)
    dear = Prices(np.array([[200.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), np.zeros(0))

    plan = plan_from_prices(restricted, dear)

    assert home_of(restricted, plan).tolist() == [1, 1, 0]
