"""Young people after care, worked by hand and recovered from what was planted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.after_care import (
    MONTHS_TO_21,
    drawn_shares,
    leavers_by_age,
    month_ends_stayed,
    stay_curve,
    staying_paths,
    whole,
)

KNOTS = np.array([0.0, 3.0, 12.0, 24.0, 36.0])


def _nobody_now():
    none = np.zeros(0, dtype=np.int64)
    return {"group": none, "months_since": none, "seen_staying": none}


def _stay(entrants, curve, seed=1, **now):
    return staying_paths(
        np.asarray(entrants),
        curve=np.asarray(curve),
        **(_nobody_now() | now),
        rng=np.random.default_rng(seed),
    )


def test_between_two_answers_the_same_share_leaves_each_month():
    curve = stay_curve(np.array([0.0, 36.0]), np.array([1.0, 0.25]))

    assert curve[0] == pytest.approx(1.0)
    assert curve[12] == pytest.approx(0.25 ** (11.5 / 36))
    assert len(curve) == 1 + MONTHS_TO_21


def test_a_later_share_above_an_earlier_one_is_held_down():
    curve = stay_curve(KNOTS, np.array([0.7, 0.4, 0.6, 0.2, 0.1]))

    assert (np.diff(curve) <= 1e-12).all()


def test_how_long_somebody_stays_is_read_off_their_own_curve():
    curves = np.stack(
        [stay_curve(KNOTS, share * np.array([0.9, 0.6, 0.4, 0.3, 0.1])) for share in (1.0, 0.5)]
    )
    which, chance = np.array([0, 1, 0, 1]), np.array([0.5, 0.5, 0.95, 0.01])

    found = month_ends_stayed(curves, which=which, chance=chance)

    assert found.tolist() == [
        int((curves[w, 1:] > c).sum()) for w, c in zip(which, chance, strict=True)
    ]


def test_where_everybody_stays_they_leave_at_21():
    entrants = np.zeros((1, 1, 40), dtype=np.int64)
    entrants[0, 0, 0] = 3

    found = _stay(entrants, np.ones((1, 1, 1 + MONTHS_TO_21)))

    assert found[0, 0, 0] == 0
    assert (found[0, 0, 1:37] == 3).all()
    assert (found[0, 0, 37:] == 0).all()


def test_somebody_seen_with_the_carers_last_month_and_bound_to_stay_is_there_today():
    curve = np.ones((5, 1, 1 + MONTHS_TO_21))

    found = _stay(
        np.zeros((5, 1, 30), dtype=np.int64),
        curve,
        group=np.array([0]),
        months_since=np.array([11]),
        seen_staying=np.array([12]),
    )

    assert (found[:, 0, 0] == 1).all()
    assert (found[:, 0, 24] == 1).all()
    assert (found[:, 0, 25:] == 0).all()


def test_a_planted_curve_is_recovered():
    planted = stay_curve(KNOTS, np.array([0.8, 0.6, 0.37, 0.25, 0.17]))
    entrants = np.zeros((2000, 1, 36), dtype=np.int64)
    entrants[:, :, 0] = 5

    found = _stay(entrants, np.broadcast_to(planted, (2000, 1, len(planted))))
    share = found[:, 0, 1:].mean(axis=0) / 5

    # 10,000 young people: three standard errors are at most 0.015.
    assert np.abs(share - planted[1:]).max() < 0.015


def test_one_more_young_person_changes_nobody_elses_stay():
    curve = np.broadcast_to(stay_curve(KNOTS, np.array([0.8, 0.6, 0.4, 0.2, 0.1])), (20, 2, 37))
    base = np.random.default_rng(4).poisson(2.0, (20, 2, 24))
    more = base.copy()
    more[:, 1, 5] += 1

    change = _stay(more, curve) - _stay(base, curve)

    assert (change[:, 0] == 0).all()
    assert (change[:, 1, :6] == 0).all()
    assert set(np.unique(change)) <= {0, 1}


def test_care_leavers_grow_older_by_exact_month():
    inflow = np.zeros((1, 1, 84 + 2))
    inflow[0, 0, 83] = 1.0
    inflow[0, 0, 83 - 12] = 10.0
    inflow[0, 0, 0] = 100.0

    found = leavers_by_age(inflow, horizon=2, kept=np.ones((1, 1, 7)))[0, 0]

    assert found[:, 0].tolist() == [1, 10, 0, 0, 0, 0, 100]
    assert found[:, 1].tolist() == [1, 10, 0, 0, 0, 0, 0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.integers(0, 2**31))
def test_all_ages_together_are_everybody_under_25(horizon, seed):
    inflow = np.random.default_rng(seed).poisson(3.0, (2, 3, 90 + horizon)).astype(float)

    found = leavers_by_age(inflow, horizon=horizon, kept=np.ones((2, 3, 7)))

    last = 90 + horizon
    assert np.allclose(found[..., -1].sum(axis=2), inflow[:, :, last - 84 : last].sum(axis=2))


def test_too_short_a_past_is_refused():
    with pytest.raises(ValueError, match="84 are needed"):
        leavers_by_age(np.ones((1, 1, 50)), horizon=10, kept=np.ones((1, 1, 7)))


def test_rounding_to_whole_people_keeps_the_mean():
    expected = np.full(20_000, 2.3)

    found = whole(expected, chance=np.random.default_rng(2).random(20_000))

    assert set(found.tolist()) == {2, 3}
    # Three standard errors: 3 x sqrt(0.21 / 20,000).
    assert found.mean() == pytest.approx(2.3, abs=0.01)


def test_many_answers_of_its_own_outweigh_what_is_usual():
    chance = np.array([[0.5]])
    usual = np.array([0.3])

    few = drawn_shares(np.array([[1.0]]), np.array([[1.0]]), usual=usual, weight=40, chance=chance)
    many = drawn_shares(
        np.array([[900.0]]), np.array([[1000.0]]), usual=usual, weight=40, chance=chance
    )

    assert few[0, 0, 0] == pytest.approx(0.317, abs=0.01)
    assert many[0, 0, 0] == pytest.approx((900 + 12) / 1040, abs=0.005)
