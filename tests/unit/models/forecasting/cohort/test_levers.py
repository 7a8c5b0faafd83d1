"""Levers are multipliers by month: dated, ramped, and nothing where nothing is pulled."""

from __future__ import annotations

import numpy as np

from models.forecasting.cohort import (
    DurationsLever,
    EntriesLever,
    ExitsLever,
    MovesLever,
    When,
    Where,
    pulled,
)


def _pulled(*levers, horizon=12):
    return pulled(levers, horizon=horizon, n_areas=2, n_kinds=3)


def test_no_lever_multiplies_by_one():
    levers = _pulled()

    assert (levers.entries == 1).all()
    assert (levers.exits == 1).all()
    assert (levers.moves == 1).all()


def test_a_ramp_of_four_months_grows_by_quarters():
    levers = _pulled(EntriesLever(0.2, when=When(start=2, ramp=4)))

    found = levers.entries[:, 0, 0, 0, 0]

    np.testing.assert_allclose(found[:7], [1, 1, 1.05, 1.1, 1.15, 1.2, 1.2])


def test_a_lever_that_ends_acts_no_longer():
    levers = _pulled(ExitsLever(0.5, when=When(start=3, end=6)))

    np.testing.assert_allclose(levers.exits[2:7, 0, 0, 0, 0], [1, 1.5, 1.5, 1.5, 1])


def test_a_lever_acts_only_where_it_is_pulled():
    levers = _pulled(EntriesLever(1.0, where=Where(areas=(1,), bands=(4,), streams=(1,))))

    assert levers.entries[0, 1, 4, 1].tolist() == [2, 2, 2]
    assert levers.entries.sum() == levers.entries.size + 12 * 3


def test_longer_stays_in_a_type_slow_exits_and_moves_from_it():
    levers = _pulled(DurationsLever(0.25, where=Where(kinds=(1,))))

    np.testing.assert_allclose(levers.exits[0, 0, 0, 0], [1, 0.8, 1])
    np.testing.assert_allclose(levers.moves[0, 0, 0, 0, 1], 0.8)
    np.testing.assert_allclose(levers.moves[0, 0, 0, 0, 0], 1.0)


def test_longer_stays_in_care_slow_exits_alone():
    levers = _pulled(DurationsLever(0.25))

    np.testing.assert_allclose(levers.exits, 0.8)
    assert (levers.moves == 1).all()


def test_a_step_down_touches_one_way_only():
    levers = _pulled(MovesLever(0.5, to=(0,), where=Where(kinds=(2,))))

    np.testing.assert_allclose(levers.moves[0, 0, 0, 0], [[1, 1, 1], [1, 1, 1], [1.5, 1, 1]])


def test_levers_multiply_in_any_order():
    one, other = EntriesLever(0.2), EntriesLever(-0.5, where=Where(bands=(0,)))

    np.testing.assert_array_equal(_pulled(one, other).entries, _pulled(other, one).entries)


def test_no_multiplier_is_ever_negative():
    assert _pulled(EntriesLever(-1.5)).entries.min() == 0
