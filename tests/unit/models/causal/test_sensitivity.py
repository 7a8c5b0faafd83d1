"""How far trends could have bent before the finding goes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.optimize import linprog, minimize, minimize_scalar
from scipy.stats import foldnorm, norm

from models.causal.base import UnsuitablePanelError
from models.causal.sensitivity import (
    EventStudy,
    breakdown_smoothness,
    covariance_from_regions,
    folded_normal_quantile,
    smoothness_interval,
)


def a_study(n_before=4, n_after=3, seed=1, effect=1.0):
    rng = np.random.default_rng(seed)
    n = n_before + n_after
    root = rng.normal(size=(n, n + 3))
    covariance = 0.02 * (root @ root.T / n + 0.3 * np.ones((n, n)))
    coefficients = rng.multivariate_normal(np.zeros(n), covariance)
    coefficients[n_before:] += effect
    return EventStudy(coefficients[:n_before], coefficients[n_before:], covariance)


def directly(study, smoothness, target, alpha=0.05):
    """Half length by the published optimisation, stated as it stands in the paper.

    Weights on the earlier coefficients are chosen among those that ignore straight lines; the
    worst bias is the largest over every corner of |change in slope| <= M. The frontier of
    bias and variance is solved bound by bound, and the shortest interval on it searched for.
    """
    n_before, n_after = study.before.size, study.after.size
    times = np.concatenate([np.arange(-n_before, 0), np.arange(1, n_after + 1)])
    bends = np.arange(-n_before + 1, n_after)
    # Differences in trend with delta_0 = 0: a kink of one at `bend`, straight elsewhere.
    kink = np.where(
        bends[:, None] >= 0,
        np.maximum(times[None] - bends[:, None], 0),
        np.maximum(bends[:, None] - times[None], 0),
    ).astype(float)
    corners = np.array(list(itertools.product([-1.0, 1.0], repeat=bends.size))) @ kink
    earlier = times[:n_before].astype(float)
    some = -earlier * (target @ times[n_before:]) / (earlier @ earlier)
    free = null_space(earlier[None])

    def weights(u):
        return np.concatenate([some + free @ u, target])

    def variance(u):
        return weights(u) @ study.covariance @ weights(u)

    def half_length(bias, u):
        deviation = np.sqrt(variance(u))
        return deviation * foldnorm.ppf(1 - alpha, smoothness * bias / deviation)

    if free.shape[1] == 0:
        return half_length(np.max(corners @ weights(np.zeros(0))), np.zeros(0))
    of_earlier = corners[:, :n_before] @ free
    least = linprog(
        np.append(np.zeros(free.shape[1]), 1.0),
        A_ub=np.column_stack([of_earlier, -np.ones(len(corners))]),
        b_ub=-(corners @ weights(np.zeros(free.shape[1]))),
        bounds=[(None, None)] * (free.shape[1] + 1),
    )

    def half_length_at(bias):
        found = minimize(
            variance,
            least.x[:-1],
            jac=lambda u: 2 * free.T @ (study.covariance @ weights(u))[:n_before],
            constraints=[
                {
                    "type": "ineq",
                    "fun": lambda u: bias - corners @ weights(u),
                    "jac": lambda u: -of_earlier,
                }
            ],
            method="SLSQP",
            options={"maxiter": 300, "ftol": 1e-13},
        )
        return half_length(bias, found.x)

    unbound = minimize(variance, least.x[:-1], method="BFGS").x
    biases = np.linspace(least.fun + 1e-9, np.max(corners @ weights(unbound)), 25)
    lengths = [half_length_at(bias) for bias in biases]
    place = int(np.argmin(lengths))
    found = minimize_scalar(
        half_length_at,
        bounds=(biases[max(place - 1, 0)], biases[min(place + 1, 24)]),
        method="bounded",
        options={"xatol": 1e-7},
    )
    return min(found.fun, lengths[place])


@pytest.mark.parametrize("smoothness", [0.0, 0.02, 0.1])
@pytest.mark.parametrize(("n_before", "n_after"), [(1, 1), (2, 2), (4, 3), (5, 1)])
def test_the_interval_is_the_shortest_there_is(n_before, n_after, smoothness):
    study = a_study(n_before, n_after)
    last = np.eye(n_after)[-1]

    found = smoothness_interval(study, smoothness=smoothness, target=last)

    half = 0.5 * (found.high - found.low)
    assert half == pytest.approx(directly(study, smoothness, last), abs=2e-5)


def test_no_weights_do_better():
    study = a_study(6, 3)
    found = smoothness_interval(study, smoothness=0.05)
    rng = np.random.default_rng(3)
    times = np.array([-6, -5, -4, -3, -2, -1, 1, 2, 3.0])
    bends = np.arange(-5, 3)
    kink = np.where(
        bends[:, None] >= 0,
        np.maximum(times - bends[:, None], 0),
        np.maximum(bends[:, None] - times, 0),
    )

    for _ in range(300):
        weights = found.weights.copy()
        weights[:6] += rng.normal(scale=rng.choice([1e-3, 1e-2, 0.1]), size=6)
        weights[:6] -= (weights @ times) * times[:6] / (times[:6] @ times[:6])
        bias = 0.05 * np.abs(kink @ weights).sum()
        deviation = np.sqrt(weights @ study.covariance @ weights)
        half = deviation * foldnorm.ppf(0.95, bias / deviation)
        assert half >= 0.5 * (found.high - found.low) - 1e-9


def test_the_worst_bias_is_reached_by_a_trend_that_bends_as_far_as_allowed():
    study = a_study(4, 2)

    found = smoothness_interval(study, smoothness=0.1)

    times = np.array([-4, -3, -2, -1, 1, 2.0])
    kinks = [np.maximum(b - times, 0) if b < 0 else np.maximum(times - b, 0) for b in range(-3, 2)]
    assert 0.1 * sum(abs(k @ found.weights) for k in kinks) == pytest.approx(found.worst_bias)
    assert found.weights @ times == pytest.approx(0.0, abs=1e-12)


def test_with_one_earlier_period_the_interval_can_be_done_by_hand():
    # The line through the earlier coefficient b and 0 is taken off: after + b, bias M.
    study = EventStudy(np.array([0.4]), np.array([1.0]), np.diag([0.01, 0.04]))

    found = smoothness_interval(study, smoothness=0.1)

    error = np.sqrt(0.05)
    half = error * foldnorm.ppf(0.95, 0.1 / error)
    assert found.estimate == pytest.approx(1.4)
    assert found.high - found.estimate == pytest.approx(half)


def test_intervals_widen_as_trends_may_bend_more():
    study = a_study()
    widths = [
        found.high - found.low
        for found in (smoothness_interval(study, smoothness=m) for m in np.linspace(0, 2, 21))
    ]

    assert (np.diff(widths) > 0).all()


def test_the_finding_goes_at_the_breakdown():
    study = a_study(effect=2.0)

    m = breakdown_smoothness(study)

    just_before = smoothness_interval(study, smoothness=m * (1 - 1e-6))
    just_after = smoothness_interval(study, smoothness=m * (1 + 1e-6))
    assert m > 0
    assert just_before.low > 0
    assert just_after.low <= 0


def test_nothing_found_breaks_down_at_once():
    study = EventStudy(np.zeros(3), np.array([0.01]), 0.04 * np.eye(4))

    assert breakdown_smoothness(study) == 0.0


def test_the_folded_normal_quantile_is_that_of_tables():
    for bias in (0.0, 0.01, 0.5, 1.0, 3.0, 10.0, 60.0):
        for level in (0.5, 0.9, 0.95, 0.999):
            assert folded_normal_quantile(level, bias) == pytest.approx(
                foldnorm.ppf(level, bias), rel=1e-8
            )
    assert folded_normal_quantile(0.95, 0.0) == pytest.approx(norm.ppf(0.975))


def test_the_regions_covariance_is_the_spread_of_the_placebo_pairs():
    rng = np.random.default_rng(6)
    own = rng.normal(size=(12, 5)).cumsum(axis=1)
    pairs = list(itertools.combinations(range(12), 2))
    placebos = np.array(
        [own[list(p)].mean(axis=0) - np.delete(own, list(p), axis=0).mean(axis=0) for p in pairs]
    )

    found = covariance_from_regions(own, n_treated=2)

    # Pairs among twelve are compared with ten, the treated pair with twelve.
    spread = placebos.T @ placebos / len(pairs)
    np.testing.assert_allclose(found / (1 / 2 + 1 / 12), spread / (1 / 2 + 1 / 10))


def test_fewer_regions_than_times_still_give_an_interval():
    rng = np.random.default_rng(7)
    covariance = covariance_from_regions(rng.normal(size=(6, 10)), n_treated=2)
    study = EventStudy(rng.normal(size=8), rng.normal(size=2), covariance)

    found = smoothness_interval(study, smoothness=0.1)

    assert np.isfinite([found.low, found.high]).all()


def test_without_an_earlier_coefficient_a_line_cannot_be_told_from_an_effect():
    with pytest.raises(UnsuitablePanelError, match="before"):
        smoothness_interval(EventStudy(np.zeros(0), np.ones(1), np.eye(1)), smoothness=0.1)
