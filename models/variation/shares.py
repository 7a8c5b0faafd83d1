"""How much of the variance goes with each group of characteristics.

Characteristics that go together share what they explain, and which is named first
would decide who is credited. Each group therefore gets its mean gain over every
order: Lindeman, Merenda & Gold, *Introduction to Bivariate and Multivariate
Analysis* (1980), p. 119; Shapley (1953). For fixed characteristics that is a
quadratic form in the coefficients, so that one fit gives every share, and its
bias (chance alone explains something) is taken off exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

from models.forecast import FloatArray, IntArray
from models.variation.errors import NotExplainableError
from models.variation.mixed import variances

MOST_GROUPS = 10
"""Every subset of groups is looked at: 1,024 of ten."""


@dataclass(frozen=True, slots=True)
class VarianceShares:
    """Shares of the variance between units; all of them add up to 1.

    Attributes
    ----------
    groups : ndarray, shape (n_groups,)
        Of each group of characteristics; below 0 where it explains less than chance would.
    regions, units, noise : float
        What regions share beyond that, what lasts in units, and what passes.
    """

    groups: FloatArray
    regions: float
    units: float
    noise: float

    @property
    def all(self) -> FloatArray:
        """Every share in order: groups, regions, units, noise."""
        return np.array([*self.groups, self.regions, self.units, self.noise])


def shapley_forms(x: FloatArray, *, groups: Sequence[IntArray]) -> FloatArray:
    """Give the quadratic form of each group's share.

    Parameters
    ----------
    x : ndarray, shape (n_units, n_columns)
        Characteristics, without the column of 1.
    groups : sequence of ndarray of int
        Columns of each group.

    Returns
    -------
    ndarray, shape (n_groups, n_columns, n_columns)
        With coefficients b, ``b' F b`` is the variance that goes with the group;
        the forms add up to the covariance of X.

    Raises
    ------
    NotExplainableError
        More than `MOST_GROUPS` groups.
    """
    count = len(groups)
    if count > MOST_GROUPS:
        raise NotExplainableError(needed=f"at most {MOST_GROUPS} groups of characteristics")
    spread = np.cov(x, rowvar=False, ddof=0).reshape(x.shape[1], x.shape[1])
    explained = {
        chosen: _explained(spread, [groups[i] for i in chosen])
        for size in range(count + 1)
        for chosen in combinations(range(count), size)
    }
    forms = np.zeros((count, *spread.shape))
    for chosen, without in list(explained.items())[:-1]:
        weight = factorial(len(chosen)) * factorial(count - len(chosen) - 1) / factorial(count)
        for i in set(range(count)) - set(chosen):
            forms[i] += weight * (explained[tuple(sorted((*chosen, i)))] - without)
    return forms


def _explained(spread: FloatArray, chosen: Sequence[IntArray]) -> FloatArray:
    """Give the form of what the chosen columns explain of ``X b``."""
    if not chosen:
        return np.zeros_like(spread)
    columns = np.concatenate(list(chosen))
    across = spread[:, columns]
    return np.asarray(across @ np.linalg.solve(spread[np.ix_(columns, columns)], across.T))


def variance_shares(
    coefficients: FloatArray,
    covariance: FloatArray,
    *,
    forms: FloatArray,
    between_regions: float,
    between_units: float,
    noise: float,
) -> VarianceShares:
    """Split the variance between units.

    Parameters
    ----------
    coefficients, covariance : ndarray
        Without the intercept, shape (n_columns,) and (n_columns, n_columns).
    forms : ndarray, shape (n_groups, n_columns, n_columns)
        From `shapley_forms`.
    between_regions, between_units, noise : float
        Variances of region and unit effects, and the mean variance of noise.
    """
    raw = np.einsum("gij,i,j->g", forms, coefficients, coefficients)
    chance = np.einsum("gij,ji->g", forms, covariance)
    explained = raw - chance
    left = between_regions + between_units + noise
    whole = float(np.maximum(explained.sum(), 0.0) + left)
    if explained.sum() < 0:
        # No more than chance in all: nothing is explained, and shares still add up.
        explained = explained - explained.sum() / len(explained)
    return VarianceShares(
        explained / whole, between_regions / whole, between_units / whole, noise / whole
    )


def drawn_shares(
    coefficients: FloatArray,
    covariance: FloatArray,
    *,
    x: FloatArray,
    regions: IntArray,
    noise: FloatArray,
    between_regions: float,
    between_units: float,
    forms: FloatArray,
    draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw outcomes from the fitted model, fit each anew, and give its shares.

    A bootstrap by the model: characteristics stay as they are, since the units are
    all there are; regions, units and noise are drawn.

    Parameters
    ----------
    coefficients, covariance : ndarray
        With the intercept first.
    x : ndarray, shape (n_units, n_columns)
        With the column of 1 first.
    regions, noise
        As in `fit_with_regions`.
    between_regions, between_units : float
        Variances of region and unit effects.
    forms : ndarray
        From `shapley_forms`, of the columns after the first.
    draws : int
        Outcomes to draw.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    ndarray, shape (draws, n_groups + 3)
        Shares as `VarianceShares.all` gives them.
    """
    members = np.unique(regions, return_inverse=True)[1]
    slopes = _without_chance(coefficients[1:], covariance[1:, 1:], forms)
    centre = coefficients[0] + x[:, 1:] @ slopes
    found = []
    for _ in range(draws):
        of_region = rng.standard_normal(members.max() + 1) * np.sqrt(between_regions)
        of_unit = rng.standard_normal(len(x)) * np.sqrt(between_units + noise)
        drawn = centre + of_region[members] + of_unit
        b, c, between, within = variances(drawn, x, regions=regions, noise=noise)
        shares = variance_shares(
            b[1:],
            c[1:, 1:],
            forms=forms,
            between_regions=between,
            between_units=within,
            noise=float(noise.mean()),
        )
        found.append(shares.all)
    return np.array(found)


def _without_chance(slopes: FloatArray, covariance: FloatArray, forms: FloatArray) -> FloatArray:
    """Shorten coefficients until they explain what is left once chance is taken off."""
    whole = forms.sum(axis=0)
    raw = float(slopes @ whole @ slopes)
    beyond = max(0.0, raw - float(np.sum(whole * covariance.T)))
    return np.asarray(slopes * np.sqrt(beyond / raw)) if raw > 0 else slopes
