"""A level that wanders is read from counts as statsmodels reads it, and as it was made."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.statespace.structural import UnobservedComponents

from models.forecasting.cohort.levels import WALK_SDS, dispersion_of, local_level


def _counts(*, sd, n_series=20, n_months=96, mean=150.0, seed=5):
    rng = np.random.default_rng(seed)
    level = np.log(mean) + np.cumsum(rng.normal(0, sd, (n_series, n_months)), axis=1)
    return rng.poisson(np.exp(level)).astype(float), level


def _filtered(counts, **more):
    return local_level(counts, np.ones_like(counts), prior_sd=0.02, **more)


def test_the_level_lies_near_the_true_one():
    counts, level = _counts(sd=0.025)

    found = _filtered(counts)

    # Standard errors are honest: standardised errors have a spread of about 1 (20 series: ± 0.5).
    z = (found.level - level[:, -1]) / found.error
    assert 0.5 < np.sqrt((z**2).mean()) < 1.5


def test_a_wandering_level_is_told_from_a_steady_one():
    steady, _ = _counts(sd=0.0)
    wandering, _ = _counts(sd=0.05)

    assert _filtered(steady).sd().mean() < 0.012
    np.testing.assert_allclose(_filtered(wandering).sd().mean(), 0.05, rtol=0.3)


def test_large_counts_give_the_level_of_statsmodels():
    # With large counts the log is nearly normal: the same two variances, the same level.
    sd = float(WALK_SDS[2])
    counts, _ = _counts(sd=sd, n_series=1, mean=20_000.0)
    variances = [1 / counts.mean(), sd**2]
    theirs = UnobservedComponents(np.log(counts[0]), level="local level").smooth(variances)

    # A prior that nothing can move is the one spread.
    ours = local_level(counts, np.ones_like(counts), prior_sd=sd, prior_weight=1e9)

    np.testing.assert_allclose(ours.sd(), sd)
    np.testing.assert_allclose(ours.level[0], theirs.filtered_state[0, -1], atol=1e-3)
    np.testing.assert_allclose(ours.error[0] ** 2, theirs.filtered_state_cov[0, 0, -1], rtol=0.05)


def test_months_without_exposure_are_passed_over():
    counts, _ = _counts(sd=0.02)
    exposure = np.ones_like(counts)
    exposure[:, 40:50] = 0.0

    found = local_level(counts, exposure, prior_sd=0.02)

    assert np.isfinite(found.level).all()
    np.testing.assert_allclose(found.level, _filtered(counts).level, atol=0.05)


def test_a_series_of_noughts_has_a_low_level_and_no_fault():
    found = _filtered(np.zeros((2, 40)))

    assert np.isfinite(found.level).all()
    assert (np.exp(found.level) < 0.5).all()


def test_one_wild_month_is_no_new_level():
    counts, _ = _counts(sd=0.01)
    wild = counts.copy()
    wild[:, 80] *= 20

    moved = np.exp(_filtered(wild).level - _filtered(counts).level)

    assert (moved < 1.35).all()


def test_counts_in_families_are_more_dispersed_than_single_ones():
    rng = np.random.default_rng(8)
    single = rng.poisson(60.0, (10, 96)).astype(float)
    families = 3.0 * rng.poisson(20.0, (10, 96))

    np.testing.assert_allclose(dispersion_of(single, np.ones_like(single)).mean(), 1.0, atol=0.15)
    # A sum of threes: variance 9 · 20 over a mean of 60 is 3; the cut of wild months takes some.
    np.testing.assert_allclose(
        dispersion_of(families, np.ones_like(families)).mean(), 3.0, rtol=0.25
    )


@pytest.mark.parametrize("n_months", [1, 3, 6, 13])
def test_short_histories_give_finite_answers(n_months):
    counts = np.full((3, n_months), 4.0)

    assert np.isfinite(_filtered(counts).level).all()
    assert (dispersion_of(counts, np.ones_like(counts)) >= 1.0).all()
