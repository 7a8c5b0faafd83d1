"""Is one forecaster better? Only where there are origins enough to tell."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from models.skill import cosines, fixed_b_test, origins_needed
from tests.benchmarks.bench_null_panels import equal_skill_found


def test_under_sixteen_origins_at_a_lead_of_four_there_is_no_p_value():
    losses = np.random.default_rng(1).normal(size=(10, 15)) - 5

    found = fixed_b_test(losses, overlap=4)

    assert np.isnan([found.p_value, found.low, found.high]).all()
    assert found.mean == pytest.approx(losses.mean())
    assert found.needed == 16
    assert "16 are needed" in found.note


def test_sixteen_origins_have_one():
    losses = np.random.default_rng(1).normal(size=(10, 16)) - 5

    found = fixed_b_test(losses, overlap=4)

    assert found.p_value < 0.05
    assert found.low <= found.mean <= found.high < 0
    assert found.note == ""


def test_the_statistic_is_the_published_one():
    losses = np.random.default_rng(2).normal(size=20)
    n, freedom = 20, 3  # .41 x 20^(2/3) = 3.02

    found = fixed_b_test(losses, overlap=4)

    spread = np.mean(
        [
            (np.sqrt(2 / n) * np.cos(np.pi * j * (np.arange(1, n + 1) - 0.5) / n) @ losses) ** 2
            for j in (1, 2, 3)
        ]
    )
    t = losses.mean() * np.sqrt(n) / np.sqrt(spread)
    assert found.degrees_of_freedom == freedom
    assert found.p_value == pytest.approx(2 * stats.t.sf(abs(t), freedom))


def test_cosines_follow_the_source_and_long_overlaps_take_fewer():
    assert [cosines(n, overlap=1) for n in (8, 12, 13, 20, 40, 60)] == [2, 2, 2, 3, 5, 6]
    assert [cosines(n, overlap=4) for n in (16, 24, 40)] == [3, 3, 5]
    # 3/4 x 60 / 12 = 3.75.
    assert cosines(60, overlap=12) == 3


def test_areas_count_the_same_and_one_that_lacks_an_origin_is_passed_over():
    table = np.random.default_rng(3).normal(size=(4, 24))
    table[2, 5] = np.nan

    found = fixed_b_test(table, overlap=4)

    assert found.mean == pytest.approx(np.nanmean(table, axis=0).mean())


def test_origins_at_the_ends_without_a_loss_are_cut_and_one_between_stops_the_test():
    table = np.random.default_rng(4).normal(size=(3, 30))
    ends, between = table.copy(), table.copy()
    ends[:, [0, 29]] = np.nan
    between[:, 11] = np.nan

    assert fixed_b_test(ends, overlap=4).n_origins == 28
    assert np.isfinite(fixed_b_test(ends, overlap=4).p_value)
    stopped = fixed_b_test(between, overlap=4)
    assert np.isnan(stopped.p_value)
    assert "in between" in stopped.note
    assert np.isfinite(stopped.mean)


def test_nothing_at_all_is_no_test():
    found = fixed_b_test(np.full((2, 5), np.nan), overlap=1)

    assert found.n_origins == 0
    assert np.isnan(found.mean)


@pytest.mark.parametrize("overlap", [1, 4, 12])
def test_equal_skill_is_found_different_in_at_most_eight_tests_of_a_hundred(overlap):
    runs = 1_500

    share = equal_skill_found(origins_needed(overlap), overlap, runs, np.random.default_rng(5))

    assert share <= 0.08 + 2 * np.sqrt(0.08 * 0.92 / runs)
