"""Weeks of arrivals: places given are gone until whoever lives there leaves."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.arrivals import (
    answers_of_policies,
    draw_futures,
    draw_stream,
    figures_of,
    place_all_at_once,
    share_closed,
)
from models.placement.arrivals.simulator import NEVER
from models.placement.problem import UNPLACED
from tests.builders.arrivals import WEIGHTS, a_stream, an_invented_market, families_of
from tests.builders.placement import a_child, a_foster_home


def test_a_place_can_be_given_again_once_the_child_has_left():
    families = families_of([a_child(f"C{n}") for n in range(3)], [a_foster_home()])
    futures = draw_futures(families, n_futures=1, n_units=1, rng=np.random.default_rng(1))
    stream = a_stream(families, week=[0, 3, 4], leaves=[4, 9, 9])

    answers = answers_of_policies(families, futures, stream, policies=["best_points"])

    assert answers["best_points"].home[:, 0].tolist() == [0, UNPLACED, 0]


def test_a_place_that_somebody_lives_in_is_free_when_they_leave():
    families = families_of([a_child("C1"), a_child("C2")], [a_foster_home()])
    futures = draw_futures(families, n_futures=1, n_units=1, rng=np.random.default_rng(1))
    stream = a_stream(families, week=[0, 5])
    stream = type(stream)(
        stream.groups,
        stream.draws,
        stream.week,
        stream.leaves,
        stream.weeks,
        np.array([0]),
        np.array([5]),
        0.1,
    )

    answers = answers_of_policies(families, futures, stream, policies=["reserve_weekly"])

    assert answers["reserve_weekly"].home[:, 0].tolist() == [UNPLACED, 0]


def test_everybody_comes_once_in_some_week_and_stays_unless_people_leave():
    families, _, _ = an_invented_market()

    stream = draw_stream(
        families,
        n_units=families.n_units,
        weeks=8,
        rng=np.random.default_rng(1),
        replace=False,
    )

    assert sorted(stream.groups.tolist()) == list(range(families.problem.n_groups))
    assert (np.diff(stream.week) >= 0).all()
    assert stream.week.max() < 8
    assert (stream.leaves >= NEVER).all()


def test_children_leave_at_the_rate_that_was_asked_for():
    families, _, _ = an_invented_market()

    stream = draw_stream(
        families, n_units=4_000, weeks=8, rng=np.random.default_rng(1), leave_weekly=0.2
    )

    stays = stream.leaves - stream.week
    # A geometric stay with chance 0.2 a week is 5 weeks long; its mean over 4,000 varies by 0.07.
    assert stays.min() == 1
    assert stays.mean() == pytest.approx(5.0, abs=0.3)


def test_figures_are_those_a_person_counts():
    siblings = [a_child(f"C{n}", sibling_group="S") for n in (1, 2)]
    homes = [a_foster_home("H1", miles_east=2.0, places_available=2), a_foster_home("H2")]
    families = families_of([*siblings, a_child("C3")], homes)
    stream = a_stream(families, week=[0, 1])
    home = np.full((2, 8), UNPLACED, dtype=np.int32)
    home[0, :2] = 0

    figures = figures_of(families, stream, home)

    # Two children 2 miles away at 10 points a mile; 20,000 for the third, less a home's 3,000.
    assert figures.net_points == pytest.approx(2 * 2 * 10 + 20_000 - 3_000, abs=0.1)
    assert (figures.unplaced, figures.together_pct) == (1, 100.0)
    assert figures.mean_miles == pytest.approx(2.0, abs=0.001)
    assert figures.over_20_miles_pct == 0.0


def test_no_policy_beats_hindsight():
    families, futures, stream = an_invented_market()

    best = place_all_at_once(families, stream, weights=WEIGHTS)
    answers = answers_of_policies(
        families, futures, stream, policies=["nearest", "best_points", "reserve_weekly"]
    )

    bar = figures_of(families, stream, best.home).net_points - best.gap_points / 100
    for given in answers.values():
        assert figures_of(families, stream, given.home).net_points >= bar


def test_hindsight_is_not_known_where_places_serve_one_child_after_another():
    families = families_of([a_child()], [a_foster_home()])

    with pytest.raises(ValueError, match="nobody leaves"):
        place_all_at_once(families, a_stream(families, week=[0], leaves=[3]), weights=WEIGHTS)


def test_the_share_closed_is_a_ratio_of_means_with_a_paired_error():
    nearest = np.array([100.0, 200.0])
    hindsight = np.array([50.0, 50.0])

    share, error = share_closed(nearest, np.array([80.0, 120.0]), hindsight)

    # Closed 20 and 80 of 50 and 150: 100 of 200. Residuals -5 and 5, so the mean's error is 5
    # (deviation 7.07 over the root of 2), of a mean gap of 100.
    assert share == pytest.approx(0.5)
    assert error == pytest.approx(0.05)
