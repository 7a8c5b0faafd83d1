"""Whether an area or a month stands out: Wilson's interval, funnels and process charts.

Wilson, *Journal of the American Statistical Association* 22, 1927; Newcombe,
*Interval estimation for the difference between independent proportions*,
Statistics in Medicine 17, 1998; Spiegelhalter, *Funnel plots for comparing
institutional performance*, Statistics in Medicine 24, 2005; NHS England, *Making
Data Count*, with the lengths of runs of its R package *NHSRplotthedots*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from models.errors import ShortHistoryError
from models.forecast import FloatArray

BoolArray = NDArray[np.bool_]

FEWEST_POINTS = 12
"""Points that a process chart needs; with fewer, draw a run of points without limits."""

_LIMIT = 2.66
"""Three over 1.128, the mean range of two normal values."""

_SHIFT, _TREND = 7, 7
"""Points on one side of the mean, and points that go one way, that stand out."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Where the share of each area ought to lie, were all alike.

    Attributes
    ----------
    centre : float
        Pooled share.
    dispersion : float
        Variance over the binomial one, 1 at least.
    z : ndarray of float, shape (n_areas,)
        Standard errors from the centre, over-dispersion allowed for.
    outside_95, outside_998 : ndarray of bool, shape (n_areas,)
        Beyond the limits; areas within them are similar, and are not ranked.
    """

    centre: float
    dispersion: float
    z: FloatArray
    outside_95: BoolArray
    outside_998: BoolArray


@dataclass(frozen=True, slots=True)
class ProcessChart:
    """Limits of a process, and points that stand out.

    Attributes
    ----------
    mean, low, high : float
        Of the baseline.
    beyond : ndarray of bool, shape (n_points,)
        Outside the limits.
    shift : ndarray of bool
        In a run of seven or more on one side of the mean.
    trend : ndarray of bool
        In a run of seven or more that rise, or fall, without a break.
    near_limit : ndarray of bool
        One of two in three neighbours in the outer third, all three on one side.
    """

    mean: float
    low: float
    high: float
    beyond: BoolArray
    shift: BoolArray
    trend: BoolArray
    near_limit: BoolArray


def wilson(
    numerator: FloatArray, denominator: FloatArray, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Give Wilson's interval of a share.

    Parameters
    ----------
    numerator, denominator : ndarray
        Children with the outcome, and children; shapes broadcast.
    confidence : float
        Such as 0.95 or 0.998.

    Returns
    -------
    low, high : ndarray of float
        Within 0 to 1; missing where the denominator is 0.
    """
    x, n = np.broadcast_arrays(
        np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    )
    z = float(norm.ppf((1 + confidence) / 2))
    n = np.where(n > 0, n, np.nan)
    middle = 2 * x + z**2
    half = z * np.sqrt(z**2 + 4 * x * (n - x) / n)
    below = 2 * (n + z**2)
    low, high = (middle - half) / below, (middle + half) / below
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def newcombe(
    numerator: FloatArray,
    denominator: FloatArray,
    other_numerator: FloatArray,
    other_denominator: FloatArray,
    *,
    confidence: float = 0.95,
) -> tuple[FloatArray, FloatArray]:
    """Give Newcombe's interval of the difference of two shares, the first less the second.

    Parameters
    ----------
    numerator, denominator, other_numerator, other_denominator : ndarray
        Children with the outcome, and children, on either side; shapes broadcast.
        Effective numbers, which need not be whole, where children are alike within
        clusters.
    confidence : float
        Such as 0.95.

    Returns
    -------
    low, high : ndarray of float
        Within -1 to 1; missing where a denominator is 0.

    Notes
    -----
    Method 10 of Newcombe (1998): Wilson's limits of each share, squared and added.
    """
    low, high = wilson(numerator, denominator, confidence=confidence)
    other_low, other_high = wilson(other_numerator, other_denominator, confidence=confidence)
    share = numerator / np.where(denominator > 0, denominator, np.nan)
    other = other_numerator / np.where(other_denominator > 0, other_denominator, np.nan)
    gap = share - other
    below = np.sqrt((share - low) ** 2 + (other_high - other) ** 2)
    above = np.sqrt((high - share) ** 2 + (other - other_low) ** 2)
    return gap - below, gap + above


def funnel_limits(
    found: Funnel, denominator: FloatArray, *, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Give the limits that shares of areas ought to lie within, were all alike.

    Parameters
    ----------
    found : Funnel
        With its centre and dispersion.
    denominator : ndarray
        Children; above 0.
    confidence : float
        0.95 or 0.998.

    Returns
    -------
    low, high : ndarray of float
        Within 0 to 1. A share is outside them where `funnel` says it is.
    """
    z = float(norm.ppf((1 + confidence) / 2))
    spread = found.dispersion * found.centre * (1 - found.centre)
    reach = z * np.sqrt(spread / denominator)
    return np.maximum(found.centre - reach, 0.0), np.minimum(found.centre + reach, 1.0)


def funnel(numerator: FloatArray, denominator: FloatArray, *, winsorised: float = 0.1) -> Funnel:
    """Say which areas differ from the rest by more than chance and common unrest.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n_areas,)
        Children with the outcome, and children; denominators above 0.
    winsorised : float
        Share of the z-scores at each end that is pulled in before the
        dispersion is measured, so that what stands out does not hide itself.

    Notes
    -----
    Multiplicative over-dispersion, after Spiegelhalter (2005), section A.3:
    used only where it is above 1.
    """
    centre = float(numerator.sum() / denominator.sum())
    error = np.sqrt(centre * (1 - centre) / denominator)
    gap = numerator / denominator - centre
    z = np.divide(gap, error, out=np.zeros_like(gap), where=error > 0)
    pulled = np.clip(z, *np.quantile(z, [winsorised, 1 - winsorised]))
    dispersion = max(1.0, float((pulled**2).mean()))
    z = z / np.sqrt(dispersion)
    return Funnel(
        centre=centre,
        dispersion=dispersion,
        z=z,
        outside_95=np.abs(z) > norm.ppf(0.975),
        outside_998=np.abs(z) > norm.ppf(0.999),
    )


def process_chart(values: FloatArray, *, baseline: int | None = None) -> ProcessChart:
    """Give the limits of an XmR chart and the points that break one of its four rules.

    Parameters
    ----------
    values : ndarray, shape (n_points,)
        One a period, oldest first, without gaps.
    baseline : int, optional
        Number of first points that set mean and limits; all where absent. Fix
        and date it before looking.

    Raises
    ------
    ShortHistoryError
        The baseline has fewer than twelve points.

    Notes
    -----
    Mean and 2.66 mean moving ranges either side. Rules and lengths are those of
    *Making Data Count* as *NHSRplotthedots* codes them: a point outside the
    limits; seven points or more in a row on one side of the mean; seven points or
    more in a row that all rise or all fall (six steps); two of three neighbours in
    the outer third of the limits, all three on one side of the mean. A point
    outside the limits counts for the last rule as well, there it does not.

    The rules assume that points do not depend on one another. With nothing changed,
    5% of 36 points on a baseline of 24 break a rule, and a third of such charts have
    one that does; with an autocorrelation of 0.3 it is 15% of points, of 0.7 48%
    (3,000 normal series each). See `lag_one`.
    """
    base = values[: len(values) if baseline is None else baseline]
    if len(base) < FEWEST_POINTS:
        raise ShortHistoryError(model="process_chart", needed=FEWEST_POINTS, given=len(base))
    mean = float(base.mean())
    reach = _LIMIT * float(np.abs(np.diff(base)).mean())
    side = np.sign(values - mean)
    step = np.sign(np.diff(values))
    outer = np.abs(values - mean) > 2 / 3 * reach
    return ProcessChart(
        mean=mean,
        low=mean - reach,
        high=mean + reach,
        beyond=np.abs(values - mean) > reach,
        shift=_in_run(side, least=_SHIFT),
        # Seven points make six steps; the point before the first step belongs to them.
        trend=_points_of_steps(_in_run(step, least=_TREND - 1)),
        near_limit=_two_of_three(np.where(outer, side, 0.0), side),
    )


def lag_one(values: FloatArray) -> float:
    """Say how far each point is like the one before: the first autocorrelation.

    Parameters
    ----------
    values : ndarray, shape (n_points,)
        Oldest first; missing where they do not vary.
    """
    gap = values - values.mean()
    spread = float(gap @ gap)
    return float(gap[1:] @ gap[:-1]) / spread if spread > 0 else float("nan")


def _in_run(signs: FloatArray, *, least: int) -> BoolArray:
    """Mark members of runs of one sign that are long enough; 0 breaks a run."""
    if not len(signs):
        return np.zeros(0, dtype=bool)
    number = np.concatenate([[0], np.cumsum(np.diff(signs) != 0)])
    return np.asarray((np.bincount(number)[number] >= least) & (signs != 0))


def _points_of_steps(steps: BoolArray) -> BoolArray:
    return np.asarray(np.append(False, steps) | np.append(steps, False), dtype=bool)


def _two_of_three(outer: FloatArray, side: FloatArray) -> BoolArray:
    """Mark points of the outer third that are two of three neighbours on one side."""
    marked = np.zeros(len(outer), dtype=bool)
    if len(outer) < 3:
        return marked
    far = np.lib.stride_tricks.sliding_window_view(outer != 0, 3)
    one_side = np.abs(np.lib.stride_tricks.sliding_window_view(side, 3).sum(axis=1)) == 3
    found = (far.sum(axis=1) >= 2) & one_side
    for place in range(3):
        marked[place : len(outer) - 2 + place] |= found
    return np.asarray(marked & (outer != 0))
