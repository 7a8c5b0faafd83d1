"""How unequal areas are: indices of rates and of amounts, with chance taken out.

Theil, *Economics and Information Theory* (1967); Gini (1912); the slope and
relative index of inequality as English public health computes them (Office for
Health Improvement and Disparities, *PHEindicatormethods*); excess variance by
DerSimonian & Laird, *Controlled Clinical Trials* 7, 1986, with the interval of
Viechtbauer, *Statistics in Medicine* 26, 2007; gaps between groups within strata
by Mantel & Haenszel, with the variance of Sato, *Biometrics* 45, 1989.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2
from scipy.stats import t as student

from models.errors import ModelError
from models.forecast import FloatArray, IntArray

_FEWEST_FOR_A_LINE = 4
"""Areas from which a line's interval has two degrees of freedom."""


class NotComparableError(ModelError):
    """Areas cannot be compared with what was given."""

    def __init__(self, *, needed: str) -> None:
        self.needed = needed
        super().__init__(f"An index of inequality needs {needed}.")


@dataclass(frozen=True, slots=True)
class Theil:
    """Theil's T, split.

    Attributes
    ----------
    total, between, within : float
        ``total`` is ``between + within``; 0 where all areas are alike.
    """

    total: float
    between: float
    within: float


@dataclass(frozen=True, slots=True)
class Slope:
    """Indices of inequality along an order.

    Attributes
    ----------
    sii : float
        Difference between the far ends of the order, in the unit of the value.
    rii : float
        Value at the far end over value at the near end.
    sii_low, sii_high, rii_low, rii_high : float
        95% intervals; missing with fewer than four areas.
    """

    sii: float
    rii: float
    sii_low: float = float("nan")
    sii_high: float = float("nan")
    rii_low: float = float("nan")
    rii_high: float = float("nan")


@dataclass(frozen=True, slots=True)
class Excess:
    """How far shares differ beyond chance.

    Attributes
    ----------
    mean : float
        Mean share, each area weighted by how surely its share is known.
    variance : float
        Between areas, beyond the binomial; never negative.
    shrunken : ndarray of float, shape (n_areas,)
        Shares pulled to the mean, the more the fewer children they rest on.
    low, high : float
        95% interval of the variance.
    """

    mean: float
    variance: float
    shrunken: FloatArray
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Differences between shares, group by group.

    Attributes
    ----------
    value, low, high : ndarray of float, shape (n_groups,)
        Difference and 95% interval; missing where it cannot be made.
    strata : ndarray of int, shape (n_groups,)
        Areas that it rests on: those with children on both sides.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    strata: IntArray


def theil(values: FloatArray, *, weights: FloatArray, groups: IntArray) -> Theil:
    """Give Theil's T between areas, and split it between and within groups.

    Parameters
    ----------
    values : ndarray, shape (n_areas,)
        Rates or amounts, not negative.
    weights : ndarray, shape (n_areas,)
        Children of each area.
    groups : ndarray of int, shape (n_areas,)
        Group of each area, numbered from 0, such as its region.

    Raises
    ------
    NotComparableError
        Weights are not positive, a value is negative, or all are 0.

    Notes
    -----
    ``sum(s * (x / mean) * ln(x / mean))`` with ``s`` the share of children.
    """
    _require(values, weights)
    share = weights / weights.sum()
    of_group = np.bincount(groups, weights=share)
    amount = np.bincount(groups, weights=share * values)
    mean_of = np.divide(amount, of_group, out=np.zeros_like(amount), where=of_group > 0)
    mean = float(share @ values)
    own = mean_of[groups]
    part = np.divide(values, own, out=np.zeros_like(share), where=own > 0)
    within = float((share * own / mean) @ _x_ln_x(part))
    between = float(of_group @ _x_ln_x(mean_of / mean))
    return Theil(total=float(share @ _x_ln_x(values / mean)), between=between, within=within)


def slope_index(values: FloatArray, *, weights: FloatArray) -> Slope:
    """Give the slope and relative index of inequality.

    Parameters
    ----------
    values : ndarray, shape (n_areas,)
        Rates, in order: the most deprived first, or as the reader ranks them.
    weights : ndarray, shape (n_areas,)
        Children of each area.

    Raises
    ------
    NotComparableError
        Fewer than two areas, or weights that are not positive.

    Notes
    -----
    With ``a`` the share of children and ``b`` the middle of each area on the
    scale 0 to 1, ``sqrt(a) * value`` is regressed on ``sqrt(a)`` and
    ``sqrt(a) * b`` without further weights. Intervals are the regression's: each
    area's own residual counts (HC3), with t on n - 2 degrees of freedom, so that
    they hold the scatter of areas about the line, which the simulation of
    *PHEindicatormethods* leaves out. That of the RII is made on the log scale.
    """
    if len(values) < 2 or not (weights > 0).all():
        raise NotComparableError(needed="two areas or more, each with children")
    share = weights / weights.sum()
    ridit = share.cumsum() - share / 2
    root = np.sqrt(share)
    design = np.column_stack([root, root * ridit])
    line = np.linalg.lstsq(design, root * values, rcond=None)[0]
    near, far = float(line[0]), float(line.sum())
    rii = far / near if near else float("nan")
    if len(values) < _FEWEST_FOR_A_LINE:
        return Slope(sii=float(line[1]), rii=rii)
    covariance = _hc3(design, root * values - design @ line)
    quantile = float(student.ppf(0.975, len(values) - 2))
    reach = quantile * float(np.sqrt(covariance[1, 1]))
    rii_low, rii_high = float("nan"), float("nan")
    if near > 0 and far > 0:
        steep = np.array([1 / far - 1 / near, 1 / far])
        factor = float(np.exp(quantile * np.sqrt(steep @ covariance @ steep)))
        rii_low, rii_high = rii / factor, rii * factor
    return Slope(
        float(line[1]), rii, float(line[1]) - reach, float(line[1]) + reach, rii_low, rii_high
    )


def _hc3(design: FloatArray, residual: FloatArray) -> FloatArray:
    """Give the covariance of a line's coefficients that trusts no common variance."""
    bread = np.linalg.inv(design.T @ design)
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    own = residual / np.maximum(1 - leverage, 1e-9)
    return np.asarray(bread @ (design.T * own**2) @ design @ bread)


def gini(values: FloatArray, *, weights: FloatArray) -> float:
    """Give the Gini coefficient: half the mean difference of two children over the mean.

    Parameters
    ----------
    values, weights : ndarray, shape (n_areas,)
        As in `theil`.

    Raises
    ------
    NotComparableError
        As in `theil`.
    """
    _require(values, weights)
    order = np.argsort(values, kind="stable")
    share = (weights / weights.sum())[order]
    amount = share * values[order]
    below = np.concatenate([[0.0], amount.cumsum()])
    return float(1.0 - share @ (below[:-1] + below[1:]) / amount.sum())


def percentile_ratio(values: FloatArray, *, low: float = 10.0, high: float = 90.0) -> float:
    """Give the ratio of two percentiles of areas, each area counting once.

    Parameters
    ----------
    values : ndarray, shape (n_areas,)
        Rates or amounts.
    low, high : float
        Percentiles, 0 to 100, by linear interpolation.

    Returns
    -------
    float
        Missing where the lower percentile is 0.
    """
    bottom, top = np.percentile(values, [low, high])
    return float(top / bottom) if bottom > 0 else float("nan")


def excess_variance(numerator: FloatArray, denominator: FloatArray) -> Excess:
    """Say how far shares differ beyond what so few children would do by chance.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n_areas,)
        Children with the outcome, and children; denominators above 0.

    Raises
    ------
    NotComparableError
        Fewer than two areas, or one without children.

    Notes
    -----
    Method of moments of DerSimonian & Laird. The binomial variance of each
    area is taken at the pooled share, so that an area of 0 or of all has one too.
    The interval holds every variance under which the spread seen is not odd: the
    Q profile of Viechtbauer (2007).
    """
    if len(denominator) < 2 or not (denominator > 0).all():
        raise NotComparableError(needed="two areas or more, each with children")
    share = numerator / denominator
    pooled = numerator.sum() / denominator.sum()
    chance = pooled * (1 - pooled) / denominator
    if pooled in (0.0, 1.0):
        return Excess(float(pooled), 0.0, share)
    weight = 1 / chance
    centre = weight @ share / weight.sum()
    spread = weight @ (share - centre) ** 2
    scale = weight.sum() - weight @ weight / weight.sum()
    variance = max(0.0, float((spread - (len(share) - 1)) / scale))
    surely = 1 / (variance + chance)
    mean = float(surely @ share / surely.sum())
    low, high = _variances_not_odd(share, chance)
    return Excess(mean, variance, mean + variance * surely * (share - mean), low, high)


def _variances_not_odd(share: FloatArray, chance: FloatArray) -> tuple[float, float]:
    freedom = len(share) - 1

    def spread(variance: float) -> float:
        weight = 1 / (variance + chance)
        centre = weight @ share / weight.sum()
        return float(weight @ (share - centre) ** 2)

    def variance_with(target: float) -> float:
        if spread(0.0) <= target:
            return 0.0
        most = float(chance.max())
        while spread(most) > target:
            most *= 4
        return float(brentq(lambda variance: spread(variance) - target, 0.0, most, xtol=1e-14))

    low, high = (variance_with(float(chi2.ppf(level, freedom))) for level in (0.975, 0.025))
    return low, high


def gap_within(
    numerator: FloatArray,
    denominator: FloatArray,
    other_numerator: FloatArray,
    other_denominator: FloatArray,
) -> Gap:
    """Compare each group with other children of the same area, like with like.

    Groups live in different areas: a gap over all children is partly a gap
    between areas. Here each area makes its own gap, weighed by what it can tell.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (n_areas, n_groups)
        Children of the group with the outcome, and children of the group.
    other_numerator, other_denominator : ndarray, shape (n_areas, n_groups)
        The same of all others in the area.

    Returns
    -------
    Gap
        Of shares: the group less the others.

    Notes
    -----
    Mantel-Haenszel risk difference, areas as strata. The interval takes the
    larger of Sato's variance, which supposes one gap in all areas, and the
    variance from how areas' gaps scatter, with t on one degree of freedom less
    than areas. One area alone has Sato's and the normal quantile.
    """
    whole = denominator + other_denominator
    both = (denominator > 0) & (other_denominator > 0)
    safe = np.where(both, whole, 1.0)
    weight = np.where(both, denominator * other_denominator / safe, 0.0)
    cross = np.where(
        both, (numerator * other_denominator - other_numerator * denominator) / safe, 0.0
    )
    total = weight.sum(axis=0)
    strata = both.sum(axis=0)
    value = np.divide(cross.sum(axis=0), total, out=np.full(total.shape, np.nan), where=total > 0)
    scatter = (np.where(both, cross - weight * value, 0.0) ** 2).sum(axis=0)
    scatter = scatter * strata / np.maximum(strata - 1, 1)
    p, q = _sato_terms(numerator, denominator, other_numerator, other_denominator)
    variance = np.maximum(value * p + q, np.where(strata > 1, scatter, 0.0))
    freedom = np.where(strata > 1, strata - 1, np.inf)
    reach = student.ppf(0.975, freedom) * np.sqrt(np.maximum(variance, 0.0))
    reach = np.divide(reach, total, out=np.full(total.shape, np.nan), where=total > 0)
    return Gap(value, value - reach, value + reach, np.asarray(strata, dtype=np.int64))


def _sato_terms(
    numerator: FloatArray,
    denominator: FloatArray,
    other_numerator: FloatArray,
    other_denominator: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Give p and q, shape (n_groups,): Sato's variance is value times p, plus q."""
    both = (denominator > 0) & (other_denominator > 0)
    safe = np.where(both, denominator + other_denominator, 1.0)
    p = (
        denominator**2 * other_numerator
        - other_denominator**2 * numerator
        + denominator * other_denominator * (other_denominator - denominator) / 2
    ) / safe**2
    q = (
        numerator * (other_denominator - other_numerator)
        + other_numerator * (denominator - numerator)
    ) / (2 * safe)
    return np.where(both, p, 0.0).sum(axis=0), np.where(both, q, 0.0).sum(axis=0)


def _require(values: FloatArray, weights: FloatArray) -> None:
    usable = len(values) > 0 and bool((weights > 0).all() and (values >= 0).all())
    if not usable or not (values > 0).any():
        raise NotComparableError(needed="areas with children, and values of 0 or more, not all 0")


def _x_ln_x(ratio: FloatArray) -> FloatArray:
    """Give x ln x, which is 0 at 0."""
    return np.asarray(ratio * np.log(np.where(ratio > 0, ratio, 1.0)))
