"""Prices ahead: yearly rises that a group shares, and how its members stray from it.

What a short series of yearly rises can tell is little, and the little is all
drawn: the variance, the persistence and the drift of the rises are each drawn
anew for every future, so that eight rises do not pass for eighty (the
predictive is a Student's t where rises do not persist; Gelman et al., *Bayesian
Data Analysis*, 3rd ed., section 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from models.forecast import FloatArray, PathArray


@dataclass(frozen=True, slots=True)
class GrowthProcess:
    """What a series of yearly rises of several groups has shown.

    Attributes
    ----------
    drift : ndarray of float, shape (n_groups,)
        Mean yearly change of the logarithm.
    spread : ndarray of float, shape (n_groups,)
        Standard deviation of the yearly changes about it.
    correlation : ndarray of float, shape (n_groups, n_groups)
        Of the groups' changes in a year.
    years_seen : int
        Number of yearly changes behind the figures.
    """

    drift: FloatArray
    spread: FloatArray
    correlation: FloatArray
    years_seen: int


MOST_PERSISTENT = 0.8
"""Upper end of the first-order autocorrelation that is drawn: the estimates from eight changes
are 0.3 (residential) and 0.7 (fostering), and eight cannot tell either from 0 or from 0.8."""


def common_growth(
    process: GrowthProcess, *, n_years: int, n_paths: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw the yearly rises that all members of a group share.

    Parameters
    ----------
    process : GrowthProcess
        What past rises have shown.
    n_years : int
        Years ahead.
    n_paths : int
        Futures.
    rng : Generator
        The only source of chance.

    Returns
    -------
    drift : ndarray, shape (n_paths, n_groups)
        Mean yearly change of the logarithm in each future.
    shocks : ndarray, shape (n_paths, n_groups, n_years)
        What each year's change strays from it; autocorrelated.
    """
    n_groups, seen = len(process.drift), process.years_seen
    # Scaled inverse chi-square: the variance as far as `years_seen` changes can know it.
    chi = rng.chisquare(seen - 1, size=n_paths)
    spread = process.spread * np.sqrt((seen - 1) / chi)[:, None]
    persistence = rng.permutation((np.arange(n_paths) + 0.5) / n_paths) * MOST_PERSISTENT
    root = np.linalg.cholesky(process.correlation)
    noise = stratified_normals(n_paths, (n_years + 2) * n_groups, rng).reshape(
        n_paths, n_years + 2, n_groups
    )
    noise = noise @ root.T
    # The mean of n autocorrelated changes is as sure as that of n (1 - r) / (1 + r) others.
    sure = np.sqrt((1.0 + persistence) / (1.0 - persistence) / seen)[:, None]
    drift = process.drift + spread * sure * noise[:, 0]
    shocks = np.empty((n_paths, n_groups, n_years))
    before, fresh = noise[:, 1], np.sqrt(1.0 - persistence**2)[:, None]
    for year in range(n_years):
        before = persistence[:, None] * before + fresh * noise[:, 2 + year]
        shocks[:, :, year] = spread * before
    return drift, shocks


def growth_to_months(
    yearly: FloatArray, *, year_of_month: FloatArray, in_april: FloatArray
) -> FloatArray:
    """Turn yearly changes of the logarithm into the change since today, month by month.

    Parameters
    ----------
    yearly : ndarray, shape (n_paths, n_groups, n_years)
        Change from one financial year to the next; the first is that which is under way.
    year_of_month : ndarray, shape (horizon + 1,)
        Financial years since the start of the first, by month end, today first: 0.5 is
        the end of September of the first year.
    in_april : ndarray, shape (n_paths,)
        Share of a year's change that comes on its first day, 0 to 1; the rest is even.

    Returns
    -------
    ndarray, shape (n_paths, n_groups, horizon)
        Change of the logarithm since today.
    """
    # A month end on 31 March still belongs to the year that ends with it.
    begun_years = np.ceil(year_of_month - 1e-9).astype(int)
    year = np.maximum(begun_years - 1, 0)
    begun = np.concatenate([np.zeros_like(yearly[:, :, :1]), np.cumsum(yearly, axis=2)], axis=2)
    even = begun[:, :, year] + yearly[:, :, year] * (year_of_month - year)
    stepped = begun[:, :, begun_years]
    level = in_april[:, None, None] * stepped + (1.0 - in_april)[:, None, None] * even
    return np.asarray(level[:, :, 1:] - level[:, :, :1])


def gaps_of_members(
    *,
    walk: FloatArray,
    settles: FloatArray,
    months: FloatArray,
    n_paths: int,
    rng: np.random.Generator,
) -> PathArray:
    """Draw how members stray from their group: a walk of their own, and who happens to be in it.

    Parameters
    ----------
    walk : ndarray, shape (n_members, n_series)
        Yearly variance of a random walk of the logarithm.
    settles : ndarray, shape (n_members, n_series, horizon)
        Variance that is there by each month, and does not pile up: whose price a mean of
        few happens to hold.
    months : ndarray, shape (horizon,)
        Months ahead.
    n_paths : int
        Futures.
    rng : Generator
        The only source of chance.

    Returns
    -------
    ndarray, shape (n_paths, n_members, n_series, horizon)
        Factors, with mean 1 over the futures, in single precision.
    """
    shape = (n_paths, *settles.shape)
    steps = rng.standard_normal(shape, dtype=np.float32)
    steps *= np.sqrt(np.diff(months, prepend=0.0) / 12.0).astype(np.float32)
    found = np.cumsum(steps, axis=-1, out=steps)
    found *= np.sqrt(walk).astype(np.float32)[:, :, None]
    once = rng.standard_normal(shape[:-1], dtype=np.float32)
    found += once[..., None] * np.sqrt(settles).astype(np.float32)
    np.exp(found, out=found)
    found /= found.mean(axis=0)
    return np.asarray(found)


def stratified_normals(n_paths: int, n_columns: int, rng: np.random.Generator) -> FloatArray:
    """Draw standard normal columns, each spread evenly over its distribution.

    Parameters
    ----------
    n_paths, n_columns : int
        Shape of the result.
    rng : Generator
        Orders each column.

    Returns
    -------
    ndarray, shape (n_paths, n_columns)
        Every column is the same normal scores in an order of its own (Latin hypercube), so
        that means over a few hundred futures are nearly those of all.
    """
    scores = norm.ppf((np.arange(n_paths) + 0.5) / n_paths)
    return np.asarray(rng.permuted(np.tile(scores[:, None], n_columns), axis=0))
