"""Reliability: what was said against what came, with doubt as large as the evidence is small."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from models.sufficiency.calibrate import at_quantiles
from models.sufficiency.reliability import binned, probability_above, shown_wrong

LEVELS = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])
TENTHS = np.linspace(0.0, 1.0, 11)
WIDE = np.array([0.0, 0.2, 0.5, 1.0])


def said_and_came(*, n_origins=20, n_cells=40, shared=0.0, overconfident=1.0, seed=0):
    """Cases whose origins share a shock; `overconfident` stretches the score that was said."""
    rng = np.random.default_rng(seed)
    score = rng.normal(0, 1.2, (n_origins, n_cells))
    shock = rng.standard_normal((n_origins, 1))
    own = rng.standard_normal((n_origins, n_cells))
    came = np.sqrt(shared) * shock + np.sqrt(1 - shared) * own < score
    origin = np.repeat(np.arange(n_origins), n_cells)
    return norm.cdf(overconfident * score).ravel(), came.ravel(), origin


def bins_of(said, came, origin, *, edges=TENTHS, lead=3):
    """Bins of cases that all look as far ahead."""
    leads = np.full(len(said), lead)
    return binned(said, came, origin=origin, lead=leads, spacing=3, edges=edges)


def test_the_probability_of_more_than_a_threshold_is_read_off_the_quantiles():
    quantiles = (100 + 10 * norm.ppf(LEVELS))[:, None]

    for threshold in (70.0, 90.0, 100.0, 113.0, 135.0):
        found = probability_above(np.array([threshold]), levels=LEVELS, quantiles=quantiles)

        assert found[0] == pytest.approx(norm.sf((threshold - 100) / 10), abs=1e-9)


def test_it_is_the_share_of_calibrated_futures_above_the_threshold():
    rng = np.random.default_rng(1)
    paths = rng.normal(50, 5, (4000, 1, 1))
    quantiles = np.array([30, 33, 38, 44, 50, 58, 70, 80, 95], dtype=float)[:, None, None]
    moved = at_quantiles(
        paths, levels=LEVELS, quantiles=quantiles, mean=np.array([[52.7]]), rng=rng
    )
    # Means are put back by a factor, which the quantiles have to follow.
    factor = np.quantile(moved, 0.5) / 50.0

    for threshold in (36.0, 50.0, 64.0, 85.0):
        share = (moved[:, 0, 0] > threshold * factor).mean()
        found = probability_above(np.array([threshold]), levels=LEVELS, quantiles=quantiles[:, 0])

        assert found[0] == pytest.approx(share, abs=0.005)


def test_without_any_doubt_a_shortage_is_certain_or_impossible():
    quantiles = np.full((9, 2), 5.0)

    found = probability_above(np.array([4.5, 5.5]), levels=LEVELS, quantiles=quantiles)

    np.testing.assert_array_equal(found, [1.0, 0.0])


def test_the_cases_of_all_tenths_are_all_cases():
    said, came, origin = said_and_came()

    bins = bins_of(said, came, origin)

    assert bins.n.sum() == len(said)
    assert (bins.n * np.nan_to_num(bins.happened)).sum() == pytest.approx(came.sum())


def test_an_empty_tenth_says_nothing():
    bins = bins_of(np.array([0.95, 0.97]), np.array([True, True]), np.array([0, 1]))

    assert bins.n[:9].sum() == 0
    assert np.isnan(bins.said[0])
    assert np.isnan(bins.interval(0.8)[0][0])


def test_cases_that_share_an_origins_shock_are_worth_fewer_independent_ones():
    worth = {
        shared: np.mean(
            [
                bins_of(*said_and_came(shared=shared, seed=seed), edges=WIDE).independent
                for seed in range(20)
            ],
            axis=0,
        )
        for shared in (0.0, 0.6)
    }

    assert worth[0.6].sum() < 0.5 * worth[0.0].sum()


@pytest.mark.parametrize("shared", [0.0, 0.4])
def test_the_interval_of_how_often_it_came_holds_what_was_said_as_often_as_it_says(shared):
    held = []
    for seed in range(60):
        bins = bins_of(*said_and_came(shared=shared, seed=seed), edges=WIDE)
        low, high = bins.interval(0.8)
        held.append((bins.said >= low) & (bins.said <= high))

    # 180 intervals, three of a world akin: about 4 points of doubt; twenty clusters are few.
    assert 0.68 <= np.mean(held) <= 0.9


def test_right_probabilities_are_seldom_shown_wrong():
    wrong = [
        np.nan_to_num(
            shown_wrong(
                bins_of(*said_and_came(shared=0.3, seed=seed), edges=WIDE),
                margin=0.1,
                level=0.95,
                least_origins=6,
            )
        ).any()
        for seed in range(100)
    ]

    assert np.mean(wrong) <= 0.1


def test_probabilities_that_are_too_sure_are_shown_wrong():
    said, came, origin = said_and_came(overconfident=4.0, n_cells=100)

    found = shown_wrong(
        bins_of(said, came, origin, edges=WIDE), margin=0.05, level=0.95, least_origins=6
    )

    # Called unlikely, they came more often; called likely, less often.
    assert found[0] > 0.05
    assert found[2] < -0.05


def test_three_origins_show_nothing():
    said, came, origin = said_and_came(n_origins=3, overconfident=4.0)

    found = shown_wrong(
        bins_of(said, came, origin, edges=WIDE), margin=0.05, level=0.95, least_origins=6
    )

    assert np.isnan(found).all()
