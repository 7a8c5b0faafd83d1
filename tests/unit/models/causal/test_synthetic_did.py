"""Synthetic difference in differences: parallel, not equal, is enough."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal import synthetic_control, synthetic_did
from models.causal.synthetic_did import _frank_wolfe
from tests.builders.causal import a_panel, regions_with_shocks

COLUMNS = {"base": slice(0, 12), "post": slice(12, None)}


def steps_in_words(columns, aim, weights, evenness, decrease, steps):
    """The same steps, a vector at a time."""
    n = aim.size
    values = []
    for _ in range(steps):
        half_slope = columns @ (weights @ columns - aim) + n * evenness * weights
        corner = np.zeros(weights.size)
        corner[half_slope.argmin()] = 1.0
        along = corner - weights
        if not along.any():
            break
        bend = np.square(along @ columns).sum() + n * evenness * np.square(along).sum()
        weights = weights + np.clip(-half_slope @ along / bend, 0, 1) * along
        misfit = np.square(weights @ columns - aim).sum() / n
        values.append(misfit + evenness * np.square(weights).sum())
        if len(values) > 1 and values[-2] - values[-1] <= decrease:
            break
    return weights


@pytest.mark.parametrize("seed", range(5))
def test_the_compiled_steps_are_the_steps_in_words(seed):
    rng = np.random.default_rng(seed)
    columns, aim = rng.normal(size=(13, 9)), rng.normal(size=9)
    start = np.full(13, 1 / 13)

    compiled = _frank_wolfe(columns, aim, start, 0.01, 1e-8, 2000)

    np.testing.assert_allclose(
        compiled, steps_in_words(columns, aim, start, 0.01, 1e-8, 2000), atol=1e-9
    )


def test_a_unit_that_runs_parallel_to_the_donors_shows_no_effect():
    y = regions_with_shocks(np.random.default_rng(9), n_units=10, n_periods=16)
    y[0] = y[1:].mean(axis=0) + 40.0  # far above them all: no mixture is near

    parallel = synthetic_did(a_panel(y, {0: 12}), **COLUMNS)
    near = synthetic_control(a_panel(y, {0: 12}), **COLUMNS)

    assert abs(parallel.att) < 0.5
    assert near.att > 20.0


def test_donor_and_period_weights_are_shares():
    y = regions_with_shocks(np.random.default_rng(9), n_units=10, n_periods=16)

    fit = synthetic_did(a_panel(y, {0: 12}), **COLUMNS)

    for weights in (fit.donor_weights[0], fit.period_weights[0]):
        assert weights.min() >= 0.0
        assert weights.sum() == pytest.approx(1.0)
    assert not fit.period_weights[0, 12:].any()


def test_units_treated_together_are_matched_as_their_mean():
    y = regions_with_shocks(np.random.default_rng(9), n_units=10, n_periods=16)

    fit = synthetic_did(a_panel(y, {0: 12, 1: 12}), **COLUMNS)

    np.testing.assert_array_equal(fit.donor_weights[0], fit.donor_weights[1])
    assert fit.att == pytest.approx(fit.by_unit.mean())


def test_donors_that_never_move_are_no_trouble():
    y = np.ones((5, 16))
    y[0, 12:] = 3.0

    fit = synthetic_did(a_panel(y, {0: 12}), **COLUMNS)

    assert fit.att == pytest.approx(2.0)


def test_one_base_period_is_difference_in_differences_on_it():
    y = regions_with_shocks(np.random.default_rng(9), n_units=10, n_periods=3)

    fit = synthetic_did(a_panel(y, {0: 1}), base=[0], post=[1, 2])

    assert fit.period_weights[0, 0] == pytest.approx(1.0)
