"""Each group's share of the variance is its mean gain over every order, chance taken off."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from models.variation import (
    NotExplainableError,
    drawn_shares,
    fit_with_regions,
    shapley_forms,
    variance_shares,
)

GROUPS = (np.array([0]), np.array([1, 2]), np.array([3]))


def _correlated(n: int = 120) -> np.ndarray:
    rng = np.random.default_rng(11)
    x = rng.standard_normal((n, 4))
    x[:, 1] += 0.8 * x[:, 0]
    x[:, 3] -= 0.5 * x[:, 2]
    return x - x.mean(axis=0)


def _explained(x: np.ndarray, y: np.ndarray) -> float:
    """Variance that least squares explains."""
    if x.shape[1] == 0:
        return 0.0
    return float(np.var(x @ np.linalg.lstsq(x, y - y.mean(), rcond=None)[0]))


def test_a_share_is_the_mean_gain_over_every_order():
    x = _correlated()
    y = x @ np.array([1.0, -0.5, 0.3, 0.8]) + np.random.default_rng(12).standard_normal(len(x))
    slopes = np.linalg.lstsq(x, y - y.mean(), rcond=None)[0]

    by_form = np.einsum("gij,i,j->g", shapley_forms(x, groups=GROUPS), slopes, slopes)

    gains = np.zeros(3)
    for order in permutations(range(3)):
        before = 0.0
        for place in range(3):
            columns = np.concatenate([GROUPS[g] for g in order[: place + 1]])
            after = _explained(x[:, columns], y)
            gains[order[place]] += (after - before) / 6
            before = after
    np.testing.assert_allclose(by_form, gains, atol=1e-10)


def test_the_forms_add_up_to_the_whole():
    x = _correlated()

    forms = shapley_forms(x, groups=GROUPS)

    np.testing.assert_allclose(forms.sum(axis=0), np.cov(x, rowvar=False, ddof=0), atol=1e-12)


def test_two_characteristics_alike_share_alike():
    """y = a + b with correlation .6: each explains half of 1 + 1 + 2 x .6 = 3.2."""
    rng = np.random.default_rng(13)
    x = np.linalg.qr(rng.standard_normal((50, 3)))[0][:, :2]
    x = (x - x.mean(axis=0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False, ddof=0))).T
    x = x @ np.linalg.cholesky(np.array([[1.0, 0.6], [0.6, 1.0]])).T

    forms = shapley_forms(x, groups=(np.array([0]), np.array([1])))

    ones = np.ones(2)
    np.testing.assert_allclose(np.einsum("gij,i,j->g", forms, ones, ones), [1.6, 1.6], atol=1e-9)


def test_shares_add_up_to_1_also_where_nothing_is_explained():
    forms = shapley_forms(_correlated(), groups=GROUPS)

    shares = variance_shares(
        np.full(4, 0.01),
        0.05 * np.eye(4),
        forms=forms,
        between_regions=0.2,
        between_units=0.7,
        noise=0.1,
    )

    assert shares.all.sum() == pytest.approx(1.0)
    assert shares.groups.sum() == pytest.approx(0.0)


def test_chance_is_not_credited_to_characteristics():
    """No characteristic matters: over 200 draws each group's mean share is 0 within 1 point."""
    rng = np.random.default_rng(14)
    x = _correlated()
    with_one = np.column_stack([np.ones(len(x)), x])
    regions = np.arange(len(x)) % 8
    forms = shapley_forms(x, groups=GROUPS)

    shares = []
    for _ in range(200):
        y = rng.standard_normal(len(x))
        fit = fit_with_regions(y, with_one, regions=regions, noise=np.zeros(len(x)))
        found = variance_shares(
            fit.coefficients[1:],
            fit.covariance[1:, 1:],
            forms=forms,
            between_regions=fit.between_regions,
            between_units=fit.between_units,
            noise=0.0,
        )
        shares.append(found.groups)

    np.testing.assert_allclose(np.mean(shares, axis=0), 0.0, atol=0.01)


def test_more_than_ten_groups_are_refused():
    x = np.random.default_rng(15).standard_normal((40, 11))

    with pytest.raises(NotExplainableError, match="at most 10 groups"):
        shapley_forms(x, groups=[np.array([k]) for k in range(11)])


@pytest.mark.full
def test_known_shares_are_recovered_and_lie_in_their_intervals():
    """120 draws of 100 redraws: the error of a share of .95 is .02; regions are nine alone."""
    rng = np.random.default_rng(16)
    n = 144
    regions = np.arange(n) % 9
    x = _correlated(n)
    with_one = np.column_stack([np.ones(n), x])
    noise = 0.3 * rng.gamma(4, 0.25, n)
    slopes = np.array([0.5, 0.5, 0.3, 0.4])
    forms = shapley_forms(x, groups=GROUPS)
    settings = {"forms": forms, "between_regions": 0.3, "between_units": 1.0}
    truth = variance_shares(slopes, np.zeros((4, 4)), noise=float(noise.mean()), **settings).all
    found, held = [], []

    for _ in range(120):
        unit = rng.standard_normal(n) * np.sqrt(1.0 + noise)
        y = x @ slopes + rng.standard_normal(9)[regions] * 0.3**0.5 + unit
        fit = fit_with_regions(y, with_one, regions=regions, noise=noise)
        variances = {
            "between_regions": fit.between_regions,
            "between_units": fit.between_units,
            "forms": forms,
        }
        shares = variance_shares(
            fit.coefficients[1:], fit.covariance[1:, 1:], noise=float(noise.mean()), **variances
        )
        drawn = drawn_shares(
            fit.coefficients,
            fit.covariance,
            x=with_one,
            regions=regions,
            noise=noise,
            draws=100,
            rng=rng,
            **variances,
        )
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        found.append(shares.all)
        held.append((low <= truth) & (truth <= high))

    np.testing.assert_allclose(np.mean(found, axis=0), truth, atol=0.015)
    assert np.mean(held, axis=0)[:3].min() >= 0.88
    assert np.mean(held) >= 0.90
