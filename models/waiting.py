"""How long a wait is while some are still waiting: quantiles and shares with their intervals.

Leaving out those who still wait makes every wait look short, and most of all in
the newest quarter. Kaplan & Meier, *Journal of the American Statistical
Association* 53, 1958; bands of a quantile by Brookmeyer & Crowley, *Biometrics*
38, 1982; shares beside a second way out by Aalen & Johansen, *Scandinavian
Journal of Statistics* 5, 1978, with the variance of Marubini & Valsecchi,
*Analysing Survival Data from Clinical Trials* (1995), chapter 10.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from models.errors import ModelError
from models.forecast import FloatArray

_TIE = 1e-12


class NoWaitError(ModelError):
    """There is nothing to follow."""

    def __init__(self) -> None:
        super().__init__("Waiting times need one wait or more, none of them below zero days.")


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its interval.

    Attributes
    ----------
    value, low, high : float
        NaN where it cannot be made: a quantile that the curve has not come down
        to, an end that is open.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Waits:
    """Curves of waits, one point a day on which anyone's wait ended in either way.

    Attributes
    ----------
    days : ndarray, shape (n_days,)
        Ascending, in the unit of the waits.
    waiting : ndarray, shape (n_days,)
        Share not yet served after each day, had nobody withdrawn (Kaplan-Meier).
    waiting_error : ndarray, shape (n_days,)
        Its standard error over itself (root of Greenwood's sum).
    served : ndarray, shape (n_days,)
        Share served by each day, those who withdrew never being (Aalen-Johansen).
    served_error : ndarray, shape (n_days,)
        Its standard error.
    n : int
        Waits that were followed.
    followed : ndarray, shape (n,)
        How long each was, ascending.
    all_ended : bool
        Whether nobody is left waiting after the last day of the curves.
    """

    days: FloatArray
    waiting: FloatArray
    waiting_error: FloatArray
    served: FloatArray
    served_error: FloatArray
    n: int
    followed: FloatArray
    all_ended: bool


def waits_of(
    followed: FloatArray,
    *,
    served: NDArray[np.bool_],
    withdrawn: NDArray[np.bool_] | None = None,
) -> Waits:
    """Follow waits of which some have not ended.

    Parameters
    ----------
    followed : ndarray, shape (n,)
        How long each wait was, or has been so far: days, 0 for the same day.
    served : ndarray of bool, shape (n,)
        Whether it ended in what was waited for. All others were still waiting
        when last seen, save those withdrawn.
    withdrawn : ndarray of bool, shape (n,), optional
        Whether it ended in another way. Served goes before withdrawn.

    Returns
    -------
    Waits

    Raises
    ------
    NoWaitError
        There is no wait, or one is below zero or not a number.

    Notes
    -----
    Who is served on the day that another was last seen counts as served first.
    """
    followed = np.asarray(followed, dtype=np.float64)
    if followed.size == 0 or not (followed >= 0).all():
        raise NoWaitError
    served = np.asarray(served, dtype=bool)
    other = np.zeros_like(served) if withdrawn is None else np.asarray(withdrawn, bool) & ~served
    order = np.sort(followed)
    days = np.unique(followed[served | other])
    at_risk = (order.size - np.searchsorted(order, days, side="left")).astype(np.float64)
    wanted, left = _counts(followed[served], days), _counts(followed[other], days)
    waiting = np.asarray(np.cumprod(1 - wanted / at_risk), dtype=np.float64)
    greenwood = np.cumsum(_over(wanted, at_risk * (at_risk - wanted)))
    ended = wanted + left
    still = np.asarray(np.cumprod(1 - ended / at_risk), dtype=np.float64)
    before = np.concatenate([[1.0], still[:-1]])
    reached = np.cumsum(before * wanted / at_risk)
    return Waits(
        days=days,
        waiting=waiting,
        waiting_error=np.sqrt(greenwood),
        served=reached,
        served_error=np.sqrt(_incidence_variance(reached, before, wanted, ended, at_risk)),
        n=int(order.size),
        followed=order,
        all_ended=bool(still.size and still[-1] <= _TIE),
    )


def quantile_of(waits: Waits, share: float, *, confidence: float = 0.95) -> Interval:
    """Give the day by which a share has been served, had nobody withdrawn.

    Parameters
    ----------
    waits : Waits
        As `waits_of` gives them.
    share : float
        0.5 for the median.
    confidence : float
        Of the interval.

    Returns
    -------
    Interval
        Where the curve never comes down so far there is no value; where its upper
        band does not, the interval has no upper end.

    Notes
    -----
    The interval holds the days at which log(-log) of the curve does not differ
    from that of 1 - `share` (Brookmeyer & Crowley, 1982).
    """
    low, high = _bands(waits.waiting, waits.waiting_error * waits.waiting, confidence)
    # The lower band comes down first, so that it gives the lower end.
    curves = (waits.waiting, low, high)
    return Interval(*(_first_at(curve, 1 - share, waits.days) for curve in curves))


def share_within(waits: Waits, day: float, *, confidence: float = 0.95) -> Interval:
    """Give the share served within some days; who withdrew was not served.

    Parameters
    ----------
    waits : Waits
        As `waits_of` gives them.
    day : float
        This day included.
    confidence : float
        Of the interval.

    Returns
    -------
    Interval
        No value where nobody was followed so long. At 0 or 1 the interval is
        Wilson's for those still followed then.
    """
    place = int(np.searchsorted(waits.days, day, side="right")) - 1
    value = float(waits.served[place]) if place >= 0 else 0.0
    beyond = int(waits.n - np.searchsorted(waits.followed, day, side="left"))
    over = waits.all_ended and place == waits.days.size - 1
    if not beyond and not over:
        return Interval(math.nan, math.nan, math.nan)
    if value <= _TIE or value >= 1 - _TIE:
        return _wilson_at_end(round(value), waits.n if over else beyond, confidence)
    error = waits.served_error[place : place + 1]
    low, high = _bands(1 - np.array([value]), error, confidence)
    return Interval(value, float(1 - high[0]), float(1 - low[0]))


def _counts(ended: FloatArray, days: FloatArray) -> FloatArray:
    return np.bincount(np.searchsorted(days, ended), minlength=days.size).astype(np.float64)


def _over(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide, 0 where nobody is left: the curve is at its end there."""
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)


def _incidence_variance(
    reached: FloatArray,
    before: FloatArray,
    wanted: FloatArray,
    ended: FloatArray,
    at_risk: FloatArray,
) -> FloatArray:
    """Give the variance of the share served by each day, from running sums.

    It is the sum over earlier days j of (I - I_j)^2 a_j + b_j - 2 (I - I_j) c_j.
    """
    a = _over(ended, at_risk * (at_risk - ended))
    b = before**2 * (at_risk - wanted) * wanted / at_risk**3
    c = before * wanted / at_risk**2
    squares = reached**2 * np.cumsum(a) - 2 * reached * np.cumsum(a * reached)
    squares += np.cumsum(a * reached**2)
    crossed = reached * np.cumsum(c) - np.cumsum(c * reached)
    return np.asarray(np.maximum(squares + np.cumsum(b) - 2 * crossed, 0.0))


def _bands(
    waiting: FloatArray, error: FloatArray, confidence: float
) -> tuple[FloatArray, FloatArray]:
    """Give the band of a share still waiting on the log(-log) scale; itself at 0 and 1."""
    z = _normal(confidence)
    inside = (waiting > _TIE) & (waiting < 1 - _TIE)
    share = np.where(inside, waiting, 0.5)
    reach = np.exp(z * error / (share * -np.log(share)))
    low, high = share**reach, share ** (1 / reach)
    return np.where(inside, low, waiting), np.where(inside, high, waiting)


@cache
def _normal(confidence: float) -> float:
    return float(norm.ppf((1 + confidence) / 2))


def _first_at(curve: FloatArray, level: float, days: FloatArray) -> float:
    """Give the first day on which a curve is down to a level; NaN where it never is."""
    there = np.flatnonzero(curve <= level + _TIE)
    return float(days[there[0]]) if there.size else math.nan


def _wilson_at_end(value: int, n: int, confidence: float) -> Interval:
    """Give Wilson's interval of none or all out of n."""
    z = _normal(confidence) ** 2
    open_end = z / (n + z)
    return Interval(0.0, 0.0, open_end) if not value else Interval(1.0, 1 - open_end, 1.0)
