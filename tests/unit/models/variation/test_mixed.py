"""Region effects by restricted likelihood, with intervals that hold what they promise."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import norm
from scipy.stats import t as student

from models.variation import NotExplainableError, fit_with_regions

REGIONS = np.arange(144) % 9


def _x(rng: np.random.Generator) -> np.ndarray:
    own = rng.standard_normal((len(REGIONS), 2))
    of_region = rng.standard_normal(9)[REGIONS] + 0.3 * rng.standard_normal(len(REGIONS))
    return np.column_stack([np.ones(len(REGIONS)), own, of_region])


def _y(rng: np.random.Generator, x: np.ndarray, *, between: float, within: float) -> np.ndarray:
    region = rng.standard_normal(9)[REGIONS] * between**0.5
    return x @ np.array([3.0, 1.0, 0.0, 0.5]) + region + rng.standard_normal(len(x)) * within**0.5


def test_it_agrees_with_statsmodels_where_regions_differ():
    rng = np.random.default_rng(1)
    x = _x(rng)
    y = _y(rng, x, between=1.0, within=1.0)

    ours = fit_with_regions(y, x, regions=REGIONS, noise=np.zeros(len(y)))

    theirs = sm.MixedLM(y, x, groups=REGIONS).fit(reml=True)
    np.testing.assert_allclose(ours.coefficients, theirs.fe_params, atol=1e-4)
    assert ours.between_units == pytest.approx(theirs.scale, rel=1e-3)
    assert ours.between_regions == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-2)


def test_where_regions_do_not_differ_it_is_least_squares():
    rng = np.random.default_rng(2)
    x = _x(rng)
    # Deviations of regions are taken out, so that their variance is 0.
    drawn = rng.standard_normal(len(x))
    means = np.bincount(REGIONS, drawn) / np.bincount(REGIONS)
    y = x @ np.array([3.0, 1.0, 0.0, 0.5]) + drawn - means[REGIONS]

    fit = fit_with_regions(y, x, regions=REGIONS, noise=np.zeros(len(y)))

    least = sm.OLS(y, x).fit()
    assert fit.between_regions == 0.0
    np.testing.assert_allclose(fit.coefficients, least.params, atol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), least.bse, rtol=1e-4)
    np.testing.assert_allclose(fit.degrees, least.df_resid, rtol=1e-6)


def test_a_characteristic_of_regions_is_less_sure_than_its_many_units_suggest():
    rng = np.random.default_rng(3)
    x = _x(rng)
    y = _y(rng, x, between=1.0, within=1.0)

    fit = fit_with_regions(y, x, regions=REGIONS, noise=np.zeros(len(y)))

    assert fit.degrees[3] < fit.degrees[1]
    assert fit.degrees[0] < 12  # the intercept rests on nine regions


def test_a_noisier_unit_is_pulled_further_to_what_is_expected():
    rng = np.random.default_rng(4)
    x = np.ones((144, 1))
    noise = np.where(np.arange(144) < 72, 0.1, 4.0)
    y = rng.standard_normal(144) + rng.standard_normal(144) * np.sqrt(noise)

    fit = fit_with_regions(y, x, regions=REGIONS, noise=noise)

    # One variance for all: lasting / (lasting + noise) of each difference is kept.
    kept = fit.between_units / (fit.between_units + noise)
    own = fit.deviation - fit.of_region
    np.testing.assert_allclose(own, kept * (y - fit.expected - fit.of_region), atol=1e-8)
    assert kept[0] > 3 * kept[-1]


@pytest.mark.parametrize("bad", ["repeated", "constant"])
def test_what_cannot_be_told_apart_is_refused(bad: str):
    rng = np.random.default_rng(5)
    x = _x(rng)
    y = np.ones(len(x)) if bad == "constant" else rng.standard_normal(len(x))
    if bad == "repeated":
        x = np.column_stack([x, x[:, 1]])

    with pytest.raises(NotExplainableError):
        fit_with_regions(y, x, regions=REGIONS, noise=np.zeros(len(y)))


@pytest.mark.parametrize("regions", [REGIONS % 2, np.arange(len(REGIONS))])
def test_two_regions_or_one_for_each_unit_have_no_effect_of_their_own(regions: np.ndarray):
    rng = np.random.default_rng(6)
    x = _x(rng)
    y = _y(rng, x, between=0.0, within=1.0)

    fit = fit_with_regions(y, x, regions=regions, noise=np.zeros(len(x)))

    assert fit.between_regions == 0.0


@pytest.mark.full
@pytest.mark.parametrize("between", [0.0, 0.3, 1.0])
def test_intervals_hold_the_truth_about_95_times_in_100(between: float):
    """600 draws: the error of a share of .95 is .009, of three together .005."""
    rng = np.random.default_rng(7)
    x = _x(rng)
    noise = 0.3 * rng.gamma(4, 0.25, len(x))
    truth = np.array([3.0, 1.0, 0.0, 0.5])
    held, of_units = [], []

    for _ in range(600):
        region = rng.standard_normal(9)[REGIONS] * between**0.5
        unit = rng.standard_normal(len(x))
        y = x @ truth + region + unit + rng.standard_normal(len(x)) * np.sqrt(noise)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fit = fit_with_regions(y, x, regions=REGIONS, noise=noise)
        half = student.ppf(0.975, fit.degrees) * np.sqrt(np.diag(fit.covariance))
        held.append(np.abs(fit.coefficients - truth) <= half)
        off = np.abs(fit.deviation - region - unit)
        of_units.append(off <= norm.ppf(0.975) * fit.deviation_sd)

    assert 0.93 <= np.mean(held) <= 0.97
    assert 0.93 <= np.mean(of_units) <= 0.97
