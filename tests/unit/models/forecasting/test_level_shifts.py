"""A level that jumps is told; one that wanders or turns with the seasons is not."""

from __future__ import annotations

import numpy as np

from models.forecasting.level_shifts import level_shifts


def _counts(rate, seed=4):
    return np.random.default_rng(seed).poisson(rate).astype(float)


def test_a_jump_by_half_is_found_in_its_month():
    rate = np.full((1, 96), 200.0)
    rate[:, 60:] = 300.0

    found = level_shifts(_counts(rate), season=12)

    assert [shift.period for shift in found] == [60]
    # Half as many again is 0.41 on the log scale; a year of 200 a month is known to 2%.
    assert abs(found[0].size - 0.41) < 0.1


def test_seasons_and_noise_are_no_shift():
    months = np.arange(96)
    rate = np.tile(200 * (1 + 0.2 * np.sin(2 * np.pi * months / 12)), (5, 1))

    assert level_shifts(_counts(rate), season=12) == []


def test_a_short_or_constant_history_says_nothing():
    assert level_shifts(np.full((1, 30), 5.0), season=12) == []
    assert level_shifts(np.full((1, 96), 5.0), season=12) == []
