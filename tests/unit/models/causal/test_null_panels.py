"""Where nothing was done, little is found; what could be found, is.

A sample of what tests/benchmarks/bench_null_panels.py runs whole.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.benchmarks.bench_null_panels import (
    ALPHA,
    FOUND,
    OVER_LOOKS,
    SIZE,
    WARNING,
    found_at_detectable,
    judged,
    over_looks,
    smoothness_coverage,
)
from tests.builders.null_panels import Nature

SAMPLE, WHOLE = 200, 2_000
SEED = 2026


def binomial_error(share, n):
    return np.sqrt(share * (1 - share) / n)


def within(share, low, high, n):
    """Inside the bar, or out of it by no more than chance in so few panels explains."""
    doubt = 3 * binomial_error(0.05 if high < 0.5 else 0.8, n)
    return low - doubt <= share <= high + doubt


@pytest.fixture(scope="module")
def sample():
    return judged(Nature(), SAMPLE, np.random.default_rng(SEED))


@pytest.mark.parametrize("test", ["Donald-Lang", "permutation of regions", "permutation, t"])
def test_region_level_tests_rarely_find_what_is_not_there(sample, test):
    p_values, _ = sample

    assert within((p_values[test] <= ALPHA).mean(), *SIZE, SAMPLE)


@pytest.mark.parametrize("test", ["Donald-Lang", "permutation of regions"])
def test_their_intervals_hold_the_truth(sample, test):
    _, held = sample

    assert held[test].mean() >= 0.935 - 3 * binomial_error(0.05, SAMPLE)


def test_the_authority_clustered_test_finds_it_in_a_third_of_panels(sample):
    p_values, _ = sample

    found = (p_values["authority-clustered t"] <= ALPHA).mean()

    assert found > WARNING - 2 * binomial_error(0.33, SAMPLE)


def test_no_p_value_is_below_one_in_the_number_of_pairs(sample):
    p_values, _ = sample

    assert p_values["permutation of regions"].min() >= 1 / 91


@pytest.mark.parametrize("n_looks", [4, 12])
def test_looking_often_finds_no_more(n_looks):
    nature = replace(Nature(), n_after=n_looks)

    found = over_looks(nature, SAMPLE, np.random.default_rng(SEED))

    assert found["linear"] <= OVER_LOOKS + 3 * binomial_error(0.05, SAMPLE)
    assert found["naive"] > found["linear"]


def test_an_effect_of_the_detectable_size_is_found_in_four_fifths_of_panels():
    for _, effect, share in found_at_detectable(Nature(), SAMPLE, np.random.default_rng(SEED)):
        assert np.isfinite(effect)
        assert within(share, *FOUND, SAMPLE)


def test_smoothness_intervals_hold_the_truth_though_their_covariance_is_learned():
    found = smoothness_coverage((0.0,), 40, np.random.default_rng(SEED))

    assert found[0.0] >= 0.95 - 3 * binomial_error(0.05, 40)


@pytest.mark.full
def test_two_thousand_panels_keep_the_bars():
    p_values, held = judged(Nature(), WHOLE, np.random.default_rng(SEED))

    for test, inside in held.items():
        assert SIZE[0] <= (p_values[test] <= ALPHA).mean() <= SIZE[1]
        assert 0.935 <= inside.mean() <= 0.975
    assert (p_values["authority-clustered t"] <= ALPHA).mean() > WARNING


@pytest.mark.full
@pytest.mark.parametrize("n_looks", [4, 12])
def test_two_thousand_panels_keep_the_bar_over_looks(n_looks):
    nature = replace(Nature(), n_after=n_looks)

    found = over_looks(nature, WHOLE, np.random.default_rng(SEED))

    assert max(found["linear"], found["obrien_fleming"]) <= OVER_LOOKS


@pytest.mark.full
def test_effects_of_the_detectable_size_are_found_in_three_to_four_of_five_fresh_panels():
    for nature in (Nature(n_after=1), Nature(), Nature(n_regions=10)):
        for _, _, share in found_at_detectable(nature, WHOLE, np.random.default_rng(SEED)):
            assert FOUND[0] <= share <= FOUND[1]
