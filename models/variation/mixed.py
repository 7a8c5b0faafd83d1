"""A linear model of units with region effects, by restricted maximum likelihood.

``y = X b + region + unit + noise``: region and unit effects normal with variances
to be found, noise with a variance known for each unit. Small-sample covariance
and degrees of freedom: Kenward & Roger, *Biometrics* 53, 1997; Satterthwaite,
*Biometrics Bulletin* 2, 1946. Best linear unbiased predictions: Henderson,
*Biometrics* 31, 1975.

Written here, although statsmodels has mixed models: with few regions the region
variance is often 0, and there statsmodels 0.15 gives 0 for every coefficient
that is constant within regions, the intercept among them (its issue 10239).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from models.forecast import FloatArray, IntArray
from models.variation.errors import NotExplainableError

_NEGLIGIBLE = 1e-6
"""Share of all variance below which a variance is none: it lies on its boundary."""

_SAME = 1e-9
"""Relative to its size, a spread that is rounding alone."""

_LEAST_REGIONS, _LEAST_IN_EACH = 3, 2


@dataclass(frozen=True, slots=True)
class RegionFit:
    """A fitted model.

    Attributes
    ----------
    coefficients : ndarray, shape (n_columns,)
        Of the columns of X.
    covariance : ndarray, shape (n_columns, n_columns)
        Of the coefficients, with the correction for estimated variances.
    degrees : ndarray, shape (n_columns,)
        Degrees of freedom of each coefficient's t.
    between_regions, between_units : float
        Variances of region and unit effects; never negative.
    expected : ndarray, shape (n_units,)
        ``X b``: what goes with the characteristics alone.
    deviation, deviation_sd : ndarray, shape (n_units,)
        Region and unit effect together, pulled towards 0 the more, the noisier the
        unit, and the standard error of that prediction.
    of_region : ndarray, shape (n_units,)
        The part of ``deviation`` that its region shares.
    """

    coefficients: FloatArray
    covariance: FloatArray
    degrees: FloatArray
    between_regions: float
    between_units: float
    expected: FloatArray
    deviation: FloatArray
    deviation_sd: FloatArray
    of_region: FloatArray


def tells_regions_apart(*, n_units: int, n_regions: int) -> bool:
    """Say whether there are regions enough, of units enough, for an effect of their own."""
    return n_regions >= _LEAST_REGIONS and n_units >= _LEAST_IN_EACH * n_regions


def fit_with_regions(
    y: FloatArray, x: FloatArray, *, regions: IntArray, noise: FloatArray
) -> RegionFit:
    """Fit the model.

    Parameters
    ----------
    y : ndarray, shape (n_units,)
        Outcome.
    x : ndarray, shape (n_units, n_columns)
        Characteristics, the first column all 1; of full rank.
    regions : ndarray of int, shape (n_units,)
        Region of each unit, numbered from 0; without enough of them
        (`tells_regions_apart`) there is no region effect.
    noise : ndarray, shape (n_units,)
        Known variance of each unit's outcome about its lasting level; 0 where it
        is not known, and then nothing is pulled towards 0.

    Raises
    ------
    NotExplainableError
        Columns of X repeat one another, there are too few units, or the outcome
        does not vary.
    """
    n, q = x.shape
    if n <= q + 1 or np.linalg.matrix_rank(x) < q:
        raise NotExplainableError(needed="more units than characteristics, none repeating others")
    scale = float(y.std())
    if not scale > _SAME * float(np.abs(y).max()):
        raise NotExplainableError(needed="an outcome that varies")
    ones = _membership(regions)
    likelihood = _Likelihood(np.column_stack([x, y / scale]), ones, noise / scale**2)
    between, within = likelihood.maximum()
    return _fit(y, x, ones, noise, between * scale**2, within * scale**2)


def variances(
    y: FloatArray, x: FloatArray, *, regions: IntArray, noise: FloatArray
) -> tuple[FloatArray, FloatArray, float, float]:
    """Give coefficients, their covariance and both variances: all that a redraw needs.

    Parameters
    ----------
    y, x, regions, noise
        As in `fit_with_regions`, known to be usable.

    Returns
    -------
    tuple
        Coefficients, covariance without correction, region and unit variance.
    """
    scale = float(y.std())
    ones = _membership(regions)
    likelihood = _Likelihood(np.column_stack([x, y / scale]), ones, noise / scale**2)
    between, within = likelihood.maximum()
    coefficients, covariance = likelihood.coefficients(between, within)
    return coefficients * scale, covariance * scale**2, between * scale**2, within * scale**2


def _membership(regions: IntArray) -> FloatArray:
    """Give a row a region, 1 for its units."""
    return np.asarray(np.unique(regions)[:, None] == regions[None, :], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """The restricted likelihood of outcomes of variance 1; ``columns`` are ``[X y]``."""

    columns: FloatArray
    ones: FloatArray
    noise: FloatArray

    def maximum(self) -> tuple[float, float]:
        """Give region and unit variance; searched on standard deviations, so that 0 is inside."""
        n_regions, n_units = self.ones.shape
        if tells_regions_apart(n_units=n_units, n_regions=n_regions):
            found = minimize(
                lambda sd: self._minus_log(sd[0] ** 2, sd[1] ** 2),
                x0=np.array([0.4, 0.8]),
                method="Nelder-Mead",
                options={"xatol": 1e-4, "fatol": 1e-8, "maxiter": 400},
            )
            between, within = (float(sd**2) for sd in found.x)
        else:
            found = minimize(
                lambda sd: self._minus_log(0.0, sd[0] ** 2),
                x0=np.array([0.8]),
                method="Nelder-Mead",
                options={"xatol": 1e-4, "fatol": 1e-8, "maxiter": 200},
            )
            between, within = 0.0, float(found.x[0] ** 2)
        return (
            between if between > _NEGLIGIBLE else 0.0,
            within if within > _NEGLIGIBLE else 0.0,
        )

    def coefficients(self, between: float, within: float) -> tuple[FloatArray, FloatArray]:
        """Give generalised least squares for known variances."""
        cross, _ = self._cross(between, within)
        covariance = np.linalg.inv(cross[:-1, :-1])
        return np.asarray(covariance @ cross[:-1, -1]), np.asarray(covariance)

    def _cross(self, between: float, within: float) -> tuple[FloatArray, float]:
        """Give ``[X y]' inv(V) [X y]`` and ``log det V``; V is diagonal plus one block a region."""
        diagonal = np.maximum(within + self.noise, _NEGLIGIBLE**2)
        columns = self.columns
        weighted = columns / diagonal[:, None]
        in_region = self.ones @ (1 / diagonal)
        pulled = between / (1 + between * in_region)
        sums = self.ones @ weighted
        cross = columns.T @ weighted - sums.T @ (pulled[:, None] * sums)
        log_det = float(np.log(diagonal).sum() + np.log1p(between * in_region).sum())
        return cross, log_det

    def _minus_log(self, between: float, within: float) -> float:
        cross, log_det = self._cross(between, within)
        of_x, with_y = cross[:-1, :-1], cross[:-1, -1]
        _, log_det_x = np.linalg.slogdet(of_x)
        left = cross[-1, -1] - with_y @ np.linalg.solve(of_x, with_y)
        return 0.5 * float(log_det + log_det_x + left)


def _fit(
    y: FloatArray,
    x: FloatArray,
    ones: FloatArray,
    noise: FloatArray,
    between: float,
    within: float,
) -> RegionFit:
    n = len(y)
    block = ones.T @ ones
    floor = _NEGLIGIBLE**2 * float(y.var())
    inverse = np.linalg.inv(between * block + np.diag(np.maximum(within + noise, floor)))
    plain: FloatArray = np.asarray(np.linalg.inv(x.T @ inverse @ x), dtype=np.float64)
    project = inverse - inverse @ x @ plain @ x.T @ inverse
    coefficients = plain @ x.T @ inverse @ y
    free = [np.eye(n)] if within > 0 else []
    free += [block] if between > 0 else []
    covariance, degrees = _kenward_roger(x, inverse, plain, project, free)
    lasting = between * block + within * np.eye(n)
    left = project @ y
    spread = np.diag(lasting) - ((lasting @ project) * lasting).sum(axis=1)
    return RegionFit(
        coefficients=coefficients,
        covariance=covariance,
        degrees=degrees,
        between_regions=between,
        between_units=within,
        expected=x @ coefficients,
        deviation=lasting @ left,
        deviation_sd=np.sqrt(np.maximum(spread, 0.0)),
        of_region=between * block @ left,
    )


def _kenward_roger(
    x: FloatArray,
    inverse: FloatArray,
    plain: FloatArray,
    project: FloatArray,
    free: list[FloatArray],
) -> tuple[FloatArray, FloatArray]:
    """Correct the covariance for variances being estimated, and give degrees of freedom."""
    n, q = x.shape
    if not free:
        return plain, np.full(q, float(n - q))
    through = [project @ each for each in free]
    information = 0.5 * np.array([[np.sum(a * b.T) for b in through] for a in through])
    of_variances = np.linalg.inv(information)
    slopes = [inverse @ each @ inverse for each in free]
    first = [-x.T @ slope @ x for slope in slopes]
    correction = np.zeros((q, q))
    for i, of_i in enumerate(free):
        for j, of_j in enumerate(free):
            second = x.T @ inverse @ of_i @ inverse @ of_j @ inverse @ x
            correction += of_variances[i, j] * (second - first[i] @ plain @ first[j])
    covariance = plain + 2 * plain @ correction @ plain
    gradient = np.array([np.diag(-plain @ each @ plain) for each in first])
    spread = np.einsum("iq,ij,jq->q", gradient, of_variances, gradient)
    degrees = 2 * np.diag(plain) ** 2 / np.maximum(spread, np.finfo(float).tiny)
    return covariance, np.clip(degrees, 1.0, float(n - q))
