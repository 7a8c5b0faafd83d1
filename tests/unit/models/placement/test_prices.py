"""Prices of places prove how good a plan can be, and are found in a few hundred looks."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from models.placement.prices import first_prices, relax, search_prices
from models.placement.restricted import Prices, Restricted
from tests.builders.priced_columns import (
    a_crowded_region,
    a_restricted_problem,
    bound_by_hand,
    cheapest_group,
    left_out_by_hand,
    priced_by_hand,
    some_prices,
)

KINDS = {
    "families": {},
    "homes are a must": {"must_have_homes": True, "sizes": (1, 1, 2), "n_homes": 9},
    "side rows": {"with_sides": True},
    "places only": {"rounded": False},
    "jobs of any weight": {"rounded": False, "most_places": 40, "sizes": (1,) * 12},
    "a group of eight": {"sizes": (8, 1), "n_homes": 2},
}


@pytest.fixture(params=KINDS)
def problem(request):
    return a_restricted_problem(903, **KINDS[request.param])


def test_the_bound_is_the_sum_over_every_way_to_share_each_group_out(problem):
    prices = some_prices(problem, 1)

    bound = relax(problem, prices).value

    assert bound == bound_by_hand(problem, prices)


def test_the_cheapest_shares_put_every_child_in_one_place(problem):
    found = relax(problem, some_prices(problem, 2))

    group, members = problem.columns.group[found.chosen], problem.columns.members[found.chosen]
    children = [
        int(problem.first_child[g]) + j
        for g, m in zip(group, members, strict=True)
        for j in range(8)
        if m >> j & 1
    ]
    assert sorted([*children, *found.unplaced.tolist()]) == list(range(problem.n_children))


def test_the_cheapest_shares_cost_what_the_bound_says(problem):
    prices = some_prices(problem, 3)

    found = relax(problem, prices)

    worth, alone = priced_by_hand(problem, prices), left_out_by_hand(problem, prices)
    shares = sum(worth[c] for c in found.chosen) + sum(alone[i] for i in found.unplaced)
    paid = sum(
        prices.home[h, k - 1] * (int(places) // k)
        for h, places in enumerate(problem.capacity)
        for k in (1, 2, 3)
    )
    limits = 0.0 if problem.sides is None else prices.side @ problem.sides.limit
    assert shares - paid - limits == found.value


def test_a_reduced_cost_is_what_using_the_bundle_would_add_to_its_group():
    problem = a_restricted_problem(5, with_sides=True)
    prices = some_prices(problem, 4)

    found = relax(problem, prices, reduced=True)

    worth, alone = priced_by_hand(problem, prices), left_out_by_hand(problem, prices)
    columns = problem.columns
    for c, group in enumerate(columns.group.tolist()):
        rest = cheapest_group(problem, group, worth, alone, without=int(columns.members[c]))
        least = cheapest_group(problem, group, worth, alone)
        assert found.reduced[c] == worth[c] + rest - least
    assert (found.reduced[found.chosen] == 0).all()
    assert (found.reduced_unplaced[found.unplaced] == 0).all()
    assert (found.reduced_unplaced >= 0).all()


def test_a_child_who_must_have_a_home_and_has_none_makes_the_bound_infinite():
    problem = a_restricted_problem(1, sizes=(1, 1), n_homes=3, must_have_homes=True)
    columns = problem.columns
    gone = columns.begin[1]
    without = type(columns)(
        begin=np.array([0, gone, gone]),
        members=columns.members[:gone],
        home=columns.home[:gone],
        places=columns.places[:gone],
        cost=columns.cost[:gone],
    )
    lonely = Restricted(
        without,
        problem.first_child,
        problem.group_size,
        problem.unplaced_cost,
        problem.capacity,
        problem.apart,
    )

    assert relax(lonely, some_prices(lonely, 1)).value == np.inf


@pytest.mark.parametrize("children_a_place", [0.9, 1.2])
def test_prices_from_nothing_come_within_two_per_cent_of_the_linear_programme(children_a_place):
    region = a_crowded_region(7, children_a_place=children_a_place)
    net = 300_000.0 * region.n_groups

    found = relax(region, first_prices(region, passes=1000)).value

    assert found - net >= 0.98 * (_linear_programme(region) - net)


def test_no_prices_prove_more_than_a_plan_costs():
    region = a_crowded_region(8, children_a_place=1.1)

    bound = relax(region, first_prices(region)).value

    assert bound <= 2_000_000.0 * region.n_children


def test_prices_are_whole_and_none_is_negative():
    problem = a_restricted_problem(11, with_sides=True)

    prices = first_prices(problem, passes=60)

    assert (prices.home == np.rint(prices.home)).all()
    assert (prices.home >= 0).all()
    assert (prices.side >= 0).all()
    assert (prices.side <= problem.sides.most).all()


def test_a_search_never_ends_below_where_it_began():
    region = a_crowded_region(9)
    start = first_prices(region, passes=200)
    begun = relax(region, start).value

    _, bound = search_prices(region, target=1.01 * begun, start=start, passes=40)

    assert bound >= begun


def test_the_bound_a_search_reports_is_the_bound_of_its_prices():
    region = a_crowded_region(10, children_a_place=1.1)

    prices, bound = search_prices(
        region, target=np.inf, start=Prices.zero(n_homes=region.n_homes), passes=80
    )

    assert bound == relax(region, prices).value


def test_a_search_ends_once_a_plan_is_proved_best():
    region = a_crowded_region(12, children_a_place=0.8)
    asked = []
    reachable = relax(region, first_prices(region, passes=100)).value - 1_000.0

    _, bound = search_prices(
        region,
        target=reachable,
        start=Prices.zero(n_homes=region.n_homes),
        passes=5_000,
        stop=lambda: bool(asked.append(1)),
    )

    assert bound >= reachable
    assert len(asked) < 5_000


def test_a_search_stops_when_it_is_told_to():
    region = a_crowded_region(13)
    zero = Prices.zero(n_homes=region.n_homes)

    prices, bound = search_prices(region, target=np.inf, start=zero, stop=lambda: True)

    assert bound == relax(region, prices).value
    assert bound >= relax(region, zero).value


def test_one_thread_and_two_give_the_same_bytes(monkeypatch):
    monkeypatch.setattr("models.placement.prices.COLUMNS_A_CHUNK", 500)
    region = a_crowded_region(14, children_a_place=1.05)

    alone, together = (first_prices(region, passes=60, workers=n) for n in (1, 2))

    assert alone.home.tobytes() == together.home.tobytes()


def _linear_programme(region: Restricted) -> float:
    columns, n = region.columns, region.columns.n_columns
    child = np.zeros((region.n_children, n + region.n_children))
    for c, (g, members) in enumerate(zip(columns.group, columns.members, strict=True)):
        for j in range(int(region.group_size[g])):
            child[region.first_child[g] + j, c] = members >> j & 1
    child[:, n:] = np.eye(region.n_children)
    home = np.zeros((region.n_homes, n + region.n_children))
    home[columns.home, np.arange(n)] = columns.places
    return float(
        linprog(
            np.concatenate([columns.cost, region.unplaced_cost]),
            A_ub=home,
            b_ub=region.capacity,
            A_eq=child,
            b_eq=np.ones(region.n_children),
        ).fun
    )
