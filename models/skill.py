"""Whether one forecaster is better than another, from few origins whose errors overlap.

Errors at a lead of h share periods with the next h - 1 origins, and areas share their
region's shocks: taking area times origin as independent finds a better forecaster in
two thirds of cases where there is none. Here areas are averaged first, and the
long-run variance comes from a few cosines with t and as few degrees of freedom.
Lazarus, Lewis, Stock and Watson, "HAR inference: recommendations for practice",
*Journal of Business & Economic Statistics* 36 (2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from models.forecast import FloatArray

_SHORT = 8
"""Overlap up to which four times as many origins are enough."""


@dataclass(frozen=True, slots=True)
class SkillTest:
    """How much better one forecaster was, and how sure that is.

    Attributes
    ----------
    mean : float
        Mean loss difference: below 0, the first forecaster lost less.
    standard_error, low, high : float
        Of the mean; NaN where not made.
    p_value : float
        Of equal skill; NaN where there are too few origins for one.
    degrees_of_freedom : int
        Cosines used; 0 where not made.
    n_origins, needed : int
        Origins given, and those needed for a p-value.
    note : str
        Why there is no p-value, where there is none.
    """

    mean: float
    standard_error: float
    low: float
    high: float
    p_value: float
    degrees_of_freedom: int
    n_origins: int
    needed: int
    note: str


def origins_needed(overlap: int) -> int:
    """Give the origins under which equal skill is found different too often to test.

    Parameters
    ----------
    overlap : int
        Lead over spacing of origins, rounded up: how many origins share a period.

    Returns
    -------
    int
        False positives stay at or under 8% of tests at 5% (tests/benchmarks/bench_null_panels.py);
        four times an overlap of 12 gave 8.0 to 8.3%, and five times 7.2%.
    """
    return max(8, (4 if overlap <= _SHORT else 5) * overlap)


def cosines(n: int, *, overlap: int) -> int:
    """Give the number of cosines for n origins.

    .41 n^(2/3), and two for a dozen or fewer: the least error of size and power
    together in the source. Where errors overlap by more than four origins, no more
    than 3/4 n / overlap: shorter waves no longer see the errors' long-run variance.
    """
    usual = max(2, round(0.41 * n ** (2 / 3))) if n > 12 else 2
    return min(usual, max(2, 3 * n // (4 * overlap)))


def fixed_b_test(loss_differences: FloatArray, *, overlap: int, alpha: float = 0.05) -> SkillTest:
    """Test equal skill on loss differences of past origins.

    Parameters
    ----------
    loss_differences : ndarray, shape (n_origins,) or (n_areas, n_origins)
        Loss of the first forecaster less that of the second, origins evenly spaced
        and in order; areas are averaged, each the same. NaN where an area has none.
    overlap : int
        Lead over spacing of origins, rounded up; 1 where errors share no period.
    alpha : float
        The interval covers with probability 1 - alpha.

    Returns
    -------
    SkillTest
        Without p-value and interval under `origins_needed(overlap)` origins.
    """
    by_origin = _averaged(np.asarray(loss_differences, dtype=np.float64))
    n, needed = by_origin.size, origins_needed(overlap)
    mean = float(np.nanmean(by_origin)) if n else float("nan")
    missing = float("nan")
    if n < needed or np.isnan(by_origin).any():
        note = (
            f"no p-value: {n} origins, and {needed} are needed at this lead"
            if n < needed
            else "no p-value: an origin in between has no loss"
        )
        return SkillTest(mean, missing, missing, missing, missing, 0, n, needed, note)
    freedom = cosines(n, overlap=overlap)
    waves = np.arange(1, freedom + 1)[:, None] * np.pi * (np.arange(n) + 0.5) / n
    along = np.sqrt(2 / n) * np.cos(waves) @ by_origin
    error = float(np.sqrt((along**2).mean() / n))
    reach = float(student.ppf(1 - alpha / 2, freedom)) * error
    if error <= 0:
        note = "no p-value: the losses never vary"
        return SkillTest(mean, 0.0, mean, mean, missing, freedom, n, needed, note)
    p_value = float(2 * student.sf(abs(mean) / error, freedom))
    return SkillTest(mean, error, mean - reach, mean + reach, p_value, freedom, n, needed, "")


def _averaged(differences: FloatArray) -> FloatArray:
    """Average areas at each origin, and cut origins at either end where none has a loss."""
    table = np.atleast_2d(differences)
    seen = ~np.isnan(table)
    number = seen.sum(axis=0)
    total = np.where(seen, table, 0.0).sum(axis=0)
    by_origin = np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0)
    with_loss = np.flatnonzero(number)
    last = int(with_loss[-1]) + 1 if with_loss.size else 0
    return np.asarray(by_origin[int(with_loss[0]) if with_loss.size else 0 : last])
