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


def test_errors_that_are_all_alike_make_no_difference_to_that():
    study = EventStudy(np.zeros(4), np.ones(2), 0.02 * np.eye(6))
    last = np.array([0.0, 1.0])

    found = smoothness_interval(study, smoothness=0.05, target=last)

    half = 0.5 * (found.high - found.low)
    assert half == pytest.approx(directly(study, 0.05, last), abs=2e-5)


def benzarti_and_carloni():
    """The example data of the R package HonestDiD (four coefficients before, four after)."""
    coefficients = [
        [0.006696351804, 0.02934503369, -0.006472972222, 0.0730149895],
        [0.1959611177, 0.3120639026, 0.2395415455, 0.1260425001],
    ]
    upper = (
        "8.428358124 4.768686777 2.618051076 2.354220342 "
        "1.676371467 1.128707663 0.1992816215 -1.368265366 "
        "6.425420288 3.987425007 2.435515198 2.201960306 1.804591157 0.384376508 -0.2960421989 "
        "5.229949602 2.11768609 1.840722252 1.45852784 0.7005197403 0.5952994979 "
        "3.089595411 1.197866077 1.334081317 1.016335009 1.079051726 "
        "3.59970436 2.478818642 1.749579242 1.654256921 "
        "4.263949813 2.171437809 2.892747871 4.886697861 3.805322049 7.61739444"
    )
    covariance = np.zeros((8, 8))
    covariance[np.triu_indices(8)] = [float(value) for value in upper.split()]
    covariance += np.triu(covariance, 1).T
    before, after = np.array(coefficients)
    return EventStudy(before, after, 1e-4 * covariance)


@pytest.mark.parametrize(
    ("smoothness", "low", "high"),
    [
        (0.0, 0.131411316, 0.2161696482),
        (0.1, 0.1194440001, 0.4185082143),
        (0.2, 0.01944400015, 0.5185082143),
    ],
)
def test_it_agrees_with_the_r_package_on_its_own_example(smoothness, low, high):
    # R 4, HonestDiD: createSensitivityResults(method = "FLCI"), first period after. R draws its
    # folded normal quantile from a million numbers, hence its fifth decimal.
    found = smoothness_interval(benzarti_and_carloni(), smoothness=smoothness, target=np.eye(4)[0])

    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-4)


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


def test_without_an_earlier_coefficient_a_line_cannot_be_told_from_an_effect():
    with pytest.raises(UnsuitablePanelError, match="before"):
        smoothness_interval(EventStudy(np.zeros(0), np.ones(1), np.eye(1)), smoothness=0.1)


def medicaid_expansion():
    """Insurance in 22 states that expanded Medicaid in 2014 against 21 that did not, 2008-2015.

    Coefficients against 2013 and their covariance by state, worked out from the public
    panel of the package's README.
    """
    before = [-0.0052853545, -0.011297325, -0.0026759918, -0.0014193123, 0.00033966352]
    lower = (
        "7.48848 6.03987 7.2665 4.44462 3.78933 5.05205 3.38576 2.86658 2.67368 4.00322 "
        "4.32801 4.54332 2.77819 2.41286 5.46266 4.76588 4.42885 3.06064 2.38087 3.68253 8.37567 "
        "2.42513 2.82466 0.963753 0.292388 0.972295 6.3214 10.7124"
    )
    covariance = np.zeros((7, 7))
    covariance[np.tril_indices(7)] = [float(value) for value in lower.split()]
    covariance += np.tril(covariance, -1).T
    return EventStudy(np.array(before), np.array([0.046446854, 0.069206175]), 1e-5 * covariance)


@pytest.mark.parametrize(
    ("smoothness", "low", "high"),
    [
        # As printed by the README of HonestDiD, to three figures.
        (0.00, 0.0259, 0.0607),
        (0.01, 0.0132, 0.0787),
        (0.02, 0.00286, 0.0907),
        (0.03, -0.00714, 0.101),
        (0.04, -0.0171, 0.111),
        (0.05, -0.0271, 0.121),
    ],
)
def test_it_agrees_with_the_r_packages_medicaid_expansion(smoothness, low, high):
    study = medicaid_expansion()

    found = smoothness_interval(study, smoothness=smoothness, target=np.array([1.0, 0.0]))

    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)
