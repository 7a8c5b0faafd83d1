"""How unequal areas are: indices of rates and of amounts, with chance taken out.

Theil, *Economics and Information Theory* (1967); Gini (1912); the slope and
relative index of inequality as English public health computes them (Office for
Health Improvement and Disparities, *PHEindicatormethods*); excess variance by
DerSimonian & Laird, *Controlled Clinical Trials* 7, 1986.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.errors import ModelError
from models.forecast import FloatArray, IntArray


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
    """

    sii: float
    rii: float


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
    """

    mean: float
    variance: float
    shrunken: FloatArray


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
    ``sqrt(a) * b`` without further weights.
    """
    if len(values) < 2 or not (weights > 0).all():
        raise NotComparableError(needed="two areas or more, each with children")
    share = weights / weights.sum()
    ridit = share.cumsum() - share / 2
    root = np.sqrt(share)
    design = np.column_stack([root, root * ridit])
    intercept, slope = np.linalg.lstsq(design, root * values, rcond=None)[0]
    rii = (intercept + slope) / intercept if intercept else np.nan
    return Slope(sii=float(slope), rii=float(rii))


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
    return Excess(mean, variance, mean + variance * surely * (share - mean))


def _require(values: FloatArray, weights: FloatArray) -> None:
    usable = len(values) > 0 and bool((weights > 0).all() and (values >= 0).all())
    if not usable or not (values > 0).any():
        raise NotComparableError(needed="areas with children, and values of 0 or more, not all 0")


def _x_ln_x(ratio: FloatArray) -> FloatArray:
    """Give x ln x, which is 0 at 0."""
    return np.asarray(ratio * np.log(np.where(ratio > 0, ratio, 1.0)))
