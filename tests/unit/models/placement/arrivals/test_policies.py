"""What every policy promises, and what tells them apart."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.arrivals import POLICIES, answers_of_policies, draw_futures, figures_of
from models.placement.eligibility import may_live
from tests.builders.arrivals import a_stream, an_invented_market, families_of
from tests.builders.placement import BURY, a_child, a_foster_home


@pytest.fixture(params=sorted(POLICIES))
def policy(request):
    return request.param


def test_nobody_lives_where_a_rule_bars_it_and_no_home_is_overfull(policy):
    families, futures, stream = an_invented_market()

    answers = answers_of_policies(families, futures, stream, policies=[policy])[policy]

    row, member = np.nonzero(answers.home >= 0)
    child = families.listed.first_child[stream.groups[row]] + member
    home = answers.home[row, member].astype(np.int64)
    assert may_live(families.problem, child, home).all()
    given = answers.places > 0
    taken = np.bincount(
        answers.home[given], weights=answers.places[given], minlength=families.problem.n_homes
    )
    assert (taken <= families.problem.homes.places).all()


def test_the_same_seed_gives_the_same_answers(policy):
    one, other = (
        answers_of_policies(*an_invented_market(seed=3), policies=[policy])[policy]
        for _ in range(2)
    )

    np.testing.assert_array_equal(one.home, other.home)
    np.testing.assert_array_equal(one.reserve, other.reserve)


def test_an_answer_does_not_depend_on_who_comes_later(policy):
    families, futures, stream = an_invented_market()
    last_week = int(stream.week[-1])
    earlier = stream.week < last_week
    order = np.r_[np.flatnonzero(earlier), np.flatnonzero(~earlier)[::-1]]
    turned = type(stream)(
        stream.groups[order],
        np.arange(order.size),
        stream.week,
        stream.leaves,
        stream.weeks,
        stream.taken,
        stream.resident_leaves,
        stream.leave_weekly,
    )

    as_it_was, otherwise = (
        answers_of_policies(families, futures, given, policies=[policy])[policy].home
        for given in (stream, turned)
    )

    np.testing.assert_array_equal(as_it_was[earlier], otherwise[earlier])


def test_the_nearest_home_is_taken_whatever_its_points():
    child = a_child()
    homes = [
        a_foster_home("H1", miles_east=1.0, local_authority=BURY, weekly_cost_gbp=5_000.0),
        a_foster_home("H2", miles_east=2.0),
    ]
    families = families_of([child], homes)
    futures = draw_futures(families, n_futures=1, n_units=1, rng=np.random.default_rng(1))

    answers = answers_of_policies(
        families, futures, a_stream(families, week=[0]), policies=["nearest", "best_points"]
    )

    assert answers["nearest"].home[0, 0] == 0
    assert answers["best_points"].home[0, 0] == 1


def test_the_nearest_home_for_all_goes_before_nearer_homes_for_each():
    siblings = [a_child(f"C{n}", sibling_group="S") for n in range(2)]
    homes = [
        a_foster_home("H1"),
        a_foster_home("H2"),
        a_foster_home("H3", miles_east=40.0, places_available=2),
    ]
    families = families_of(siblings, homes)
    futures = draw_futures(families, n_futures=1, n_units=1, rng=np.random.default_rng(1))

    answers = answers_of_policies(
        families, futures, a_stream(families, week=[0]), policies=["nearest"]
    )

    assert answers["nearest"].home[0, :2].tolist() == [2, 2]


def test_a_pair_of_places_is_kept_for_siblings_who_are_forecast():
    single = a_child("C0")
    siblings = [a_child(f"C{n}", sibling_group="S") for n in (1, 2)]
    homes = [
        a_foster_home("H1", miles_east=1.0, places_available=2),
        a_foster_home("H2", miles_east=3.0),
        a_foster_home("H3", miles_east=3.0),
    ]
    families = families_of([single, *siblings], homes)
    forecast = families_of(siblings, homes)
    futures = draw_futures(forecast, n_futures=4, n_units=1, rng=np.random.default_rng(1))
    futures = type(futures)(futures.families, np.zeros((4, 2), dtype=np.int64), futures.leaving)
    stream = a_stream(families, week=[0, 5])

    answers = answers_of_policies(
        families, futures, stream, policies=["best_points", "reserve_once"]
    )

    figures = {name: figures_of(families, stream, got.home) for name, got in answers.items()}
    assert figures["best_points"].together_pct == 0.0
    assert figures["reserve_once"].together_pct == 100.0


def test_no_place_is_held_while_a_child_whom_it_fits_has_none(policy):
    # Forecast far more families than places: every place is worth a child without a home.
    families = families_of([a_child(miles_east=30.0)], [a_foster_home("H1")])
    forecast = families_of([a_child()], [a_foster_home("H1")])
    futures = draw_futures(forecast, n_futures=2, n_units=9, rng=np.random.default_rng(1))
    stream = a_stream(families, week=[0])

    answers = answers_of_policies(families, futures, stream, policies=[policy])[policy]

    assert answers.home[0, 0] == 0
