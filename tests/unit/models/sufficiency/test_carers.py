"""Foster carers: who joins and leaves is in doubt, and what is dated is not counted twice."""

from __future__ import annotations

import numpy as np
import pytest

from models.sufficiency.carers import (
    NEW_MONTHS,
    Evidence,
    RatePrior,
    drawn_carers,
    drawn_rates,
    with_changes,
)
from tests.builders.fostering import STEADY, STILL, a_stock, carers


def in_month(month, number, horizon=24):
    """A number in one month of one authority."""
    found = np.zeros((1, horizon))
    found[0, month] = number
    return found


def rates(events, exposure, *, prior=STEADY, n_paths=20_000):
    """Draws of authorities' lasting rates."""
    evidence = Evidence(np.asarray(events, dtype=float), np.asarray(exposure, dtype=float))
    return drawn_rates(evidence, prior, n_paths=n_paths, rng=np.random.default_rng(3))


def test_households_change_by_those_recruited_less_those_who_left():
    stock = a_stock(
        60, new=np.full((1, NEW_MONTHS), 1.0), planned_in=in_month(3, 4), planned_out=in_month(8, 5)
    )

    found = carers(stock, recruiting=0.2, leaving=0.3)

    start = np.full((400, 1, 1), 84.0)
    change = np.diff(found.households, axis=2, prepend=start)
    np.testing.assert_allclose(change, found.recruited - found.left, atol=1e-9)
    assert found.households.min() >= 0


def test_places_filled_vacant_and_not_available_sum_to_those_approved():
    found = carers(a_stock(), recruiting=0.1, leaving=0.15)

    total = found.filled + found.vacant + found.not_available
    np.testing.assert_allclose(total, found.approved, atol=1e-9)


def test_on_average_households_follow_their_rates():
    found = carers(a_stock(1000), recruiting=0.12, leaving=0.24)

    # 10 join a month and 2% leave: h(24) = 500 + 500 x 0.98^24 = 807.9.
    assert found.households[:, 0, -1].mean() == pytest.approx(807.9, abs=3.0)


def test_an_opening_that_is_dated_is_one_of_those_that_would_have_come():
    without = carers(a_stock(), recruiting=0.12, leaving=0.0)
    dated = carers(a_stock(planned_in=in_month(2, 10)), recruiting=0.12, leaving=0.0)

    # 100 households at 12% a year: 24 in two years, ten of them dated.
    assert without.recruited.sum(axis=2).mean() == pytest.approx(24.0, abs=0.8)
    assert dated.recruited.sum(axis=2).mean() == pytest.approx(24.0, abs=0.8)
    assert dated.recruited[:, :, 2].min() >= 10


def test_a_closure_that_is_dated_is_one_of_those_that_would_have_come():
    dated = carers(a_stock(planned_out=in_month(2, 10)), recruiting=0.0, leaving=0.12)

    # 100 x (1 - 0.99^24) = 21.4 leave in two years; a year of them shows ten in month 3.
    assert dated.left.sum(axis=2).mean() == pytest.approx(21.4, abs=1.5)
    assert dated.left[:, :, 2].min() >= 10


def test_more_dated_than_the_rates_would_bring_all_come():
    found = carers(a_stock(planned_in=in_month(5, 80)), recruiting=0.12, leaving=0.0)

    assert found.recruited.sum(axis=2).min() >= 80


def test_without_any_flow_the_register_stands_as_it_is_dated():
    stock = a_stock(50, planned_in=in_month(4, 10), places_in=in_month(4, 30), horizon=24)

    found = carers(stock, recruiting=0.0, leaving=0.0)

    np.testing.assert_allclose(found.approved[:, 0, 3], 100.0)
    np.testing.assert_allclose(found.approved[:, 0, 4], 130.0)
    np.testing.assert_allclose(found.relative, 1.0)


def test_new_carers_leave_sooner_where_the_register_shows_it():
    fresh = a_stock(0, new=np.full((1, NEW_MONTHS), 100 / NEW_MONTHS))

    usual = carers(fresh, recruiting=0.0, leaving=0.12)
    sooner = carers(fresh, recruiting=0.0, leaving=0.12, new_ratio=np.full(400, 2.0))

    assert (
        sooner.left[:, :, :12].sum(axis=2).mean() > 1.4 * usual.left[:, :, :12].sum(axis=2).mean()
    )


def test_an_authority_without_evidence_has_the_nations_rate_and_all_its_doubt():
    found = rates([0.0], [0.0])[:, 0]

    assert found.mean() == pytest.approx(0.12, rel=0.03)
    # Authorities differ by 1/sqrt(14) = 27%, regions by 14%: 30% together.
    assert found.std() / found.mean() == pytest.approx(0.30, abs=0.02)


def test_an_authority_with_much_evidence_has_its_own_rate():
    found = rates([300.0], [1000.0])[:, 0]

    assert found.mean() == pytest.approx(0.30, abs=0.015)
    assert found.std() < 0.02


def test_a_silent_authority_borrows_from_a_region_that_speaks():
    speaking = np.full(9, 400.0)

    found = rates([*(0.2 * speaking), 0.0], [*speaking, 0.0])[:, -1]

    assert 0.14 < found.mean() < 0.2


def test_events_of_one_loud_year_count_for_less_than_of_a_steady_service():
    loud = RatePrior(mean=0.12, region_spread=0.14, shape=14.0, yearly_shape=2.0, drift=0.0)

    steady, doubted = rates([30.0], [100.0]), rates([30.0], [100.0], prior=loud)

    assert doubted.mean() < steady.mean()
    assert doubted.std() > steady.std()


def test_the_same_seed_gives_the_same_carers():
    one, two = (carers(a_stock(), recruiting=0.1, leaving=0.1) for _ in range(2))

    np.testing.assert_array_equal(one.households, two.households)
    np.testing.assert_array_equal(one.filled, two.filled)


def test_a_what_if_adds_its_households_to_each_future_as_many_as_stay():
    base = carers(a_stock(), recruiting=0.12, leaving=0.12)
    none = np.zeros((1, 24))

    changed = with_changes(
        base,
        added=in_month(0, 20),
        lost=none,
        places_added=in_month(0, 40),
        places_lost=none,
    )

    more = changed.households - base.households
    np.testing.assert_allclose(more[:, :, 0], 20.0, atol=1e-9)
    # 1% a month of twenty leave: 20 x exp(-0.23) = 15.9 are left after 23 months.
    assert more[:, :, -1].mean() == pytest.approx(15.9, abs=0.2)
    extra = (changed.recruited - base.recruited).mean(axis=0)
    np.testing.assert_allclose(extra, in_month(0, 20), atol=1e-9)
    before = changed.households - changed.recruited + changed.left
    np.testing.assert_allclose(before[:, :, 1:], changed.households[:, :, :-1], atol=1e-9)


def test_a_what_if_that_changes_nothing_leaves_every_future_as_it_was():
    base = carers(a_stock(), recruiting=0.12, leaving=0.12)
    none = np.zeros((1, 24))

    same = with_changes(base, added=none, lost=none, places_added=none, places_lost=none)

    np.testing.assert_allclose(same.relative, base.relative, atol=1e-12)


def test_of_households_taken_away_only_those_are_missed_who_would_have_stayed():
    base = carers(a_stock(), recruiting=0.0, leaving=0.24)
    none = np.zeros((1, 24))

    changed = with_changes(
        base, added=none, lost=in_month(0, 50), places_added=none, places_lost=in_month(0, 100)
    )

    half = changed.households[:, 0, -1].mean() / base.households[:, 0, -1].mean()
    assert half == pytest.approx(0.5, abs=0.02)


def test_intervals_of_a_plain_simulation_hold_as_often_as_they_say():
    """Authorities recruit and lose by the year's own rate; three years are seen, two come."""
    prior = RatePrior(mean=0.14, region_spread=0.14, shape=10.0, yearly_shape=10.0, drift=0.0)
    rng = np.random.default_rng(11)
    held = []
    for _ in range(40):
        n = 10
        regional = prior.mean * np.exp(0.14 * rng.standard_normal(2))
        lasting = regional[:, None] * rng.standard_gamma(10.0, (2, n)) / 10.0
        start = rng.integers(30, 120, n).astype(float)
        seen = np.zeros((2, n))
        for _year in range(3):
            seen += rng.poisson(lasting * rng.standard_gamma(10.0, (2, n)) / 10.0 * start)
        came = start.copy()
        for _year in range(2):
            now = lasting * rng.standard_gamma(10.0, (2, n)) / 10.0
            came += rng.poisson(now[0] * start) - rng.binomial(
                came.astype(int), 1 - np.exp(-np.minimum(now[1], 3.0))
            )
        evidence = [Evidence(part, 3.0 * start) for part in seen]
        drawn = [drawn_rates(one, prior, n_paths=200, rng=rng) for one in evidence]
        none = np.zeros((n, 24))
        stock = a_stock(
            new=np.zeros((n, NEW_MONTHS)), settled=start, planned_in=none, planned_out=none,
            places=np.full(n, 2.0), places_in=none, places_out=none,
            not_available=np.full(n, 0.2), filled=np.full(n, 0.75),
        )  # fmt: skip
        found = drawn_carers(
            stock,
            recruiting=drawn[0],
            leaving=drawn[1],
            recruit_prior=prior,
            leave_prior=prior,
            drift=STILL,
            rng=rng,
        )
        low, high = np.quantile(found.households[:, :, -1], [0.1, 0.9], axis=0)
        held.append((came >= low) & (came <= high))

    # 400 authorities, those of a world akin: about 3 points of doubt.
    assert 0.74 <= np.mean(held) <= 0.9
