"""Young people after care: who stays with foster carers, and how many care leavers there are.

Care ends at 18, the duty does not: young people may stay put with their carers
until 21 and have a personal adviser until 25. Their numbers are a stock by
exact month of age, fed by those who turn 18 in care. Arrays only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from models.forecast import FloatArray, IntArray

MONTHS_TO_21 = 36
"""Month ends from the 18th birthday to the 21st, when staying put ends."""

YEARS_TO_25 = 7
"""Years of age from 18 to the 25th birthday, when the duty to care leavers ends."""

_MONTHS_A_YEAR = 12


def drawn_shares(
    yes: FloatArray, asked: FloatArray, *, usual: FloatArray, weight: float, chance: FloatArray
) -> FloatArray:
    """Draw shares, each group's own answers weighed with what is usual.

    Parameters
    ----------
    yes, asked : ndarray, shape (n_groups, n_shares)
        Young people of whom it is true, and of whom it is known.
    usual : ndarray, shape (n_shares,)
        Share to expect of a group of which nothing is known.
    weight : float
        Young people that `usual` counts for.
    chance : ndarray in (0, 1), shape (n_paths, n_groups) or (n_paths, n_groups, n_shares)
        Rank of the share drawn; one for all shares of a path makes them high or low together.

    Returns
    -------
    ndarray, shape (n_paths, n_groups, n_shares)
        Of the beta distribution of each share.
    """
    rank = chance if chance.ndim == yes.ndim + 1 else chance[:, :, None]
    high = weight * usual + yes
    return np.asarray(special.betaincinv(high, weight * (1.0 - usual) + asked - yes, rank))


def stay_curve(knots: FloatArray, shares: FloatArray) -> FloatArray:
    """Give the share still with their carers at the birthday and at each month end after it.

    Parameters
    ----------
    knots : ndarray, shape (n_knots,)
        Months since the 18th birthday, from 0, rising.
    shares : ndarray, shape (..., n_knots)
        Share still there at each; where a later share is above an earlier
        one, it is held down to it.

    Returns
    -------
    ndarray, shape (..., 1 + MONTHS_TO_21)
        At the birthday, then half a month, a month and a half, ... after it,
        which is where birthdays of a month lie on average at its end and at
        the ends after. Between knots the hazard is constant.
    """
    falling = np.minimum.accumulate(np.maximum(shares, 1e-9), axis=-1)
    log_share = np.log(falling)
    at = np.concatenate([[0.0], np.arange(MONTHS_TO_21) + 0.5])
    right = np.clip(np.searchsorted(knots, at, side="left"), 1, len(knots) - 1)
    along = (at - knots[right - 1]) / (knots[right] - knots[right - 1])
    inside = log_share[..., right - 1] * (1 - along) + log_share[..., right] * along
    return np.asarray(np.exp(inside))


def month_ends_stayed(curve: FloatArray, *, which: IntArray, chance: FloatArray) -> IntArray:
    """Give at how many month ends each young person is still with their carers.

    Parameters
    ----------
    curve : ndarray, shape (n_curves, 1 + MONTHS_TO_21)
        From `stay_curve`.
    which : ndarray of int, shape (n,)
        Curve of each young person.
    chance : ndarray in (0, 1], shape (n,)
        Share of young people who stay longer than this one.

    Returns
    -------
    ndarray of int, shape (n,)
        0 to `MONTHS_TO_21`.
    """
    # Curves fall: laid one after another as 2 * curve + (1 - share), all rise, and one search does.
    steps = curve[:, 1:]
    laid = (2.0 * np.arange(len(curve))[:, None] + (1.0 - steps)).ravel()
    found = np.searchsorted(laid, 2.0 * which + (1.0 - chance), side="left")
    return np.asarray(found - which * MONTHS_TO_21)


def staying_paths(
    entrants: IntArray,
    *,
    curve: FloatArray,
    group: IntArray,
    months_since: IntArray,
    seen_staying: IntArray,
    rng: np.random.Generator,
) -> IntArray:
    """Follow young people with their former foster carers, month end by month end.

    Parameters
    ----------
    entrants : ndarray of int, shape (n_paths, n_groups, horizon)
        Who turn 18 in foster care in each month to come.
    curve : ndarray, shape (n_paths, n_groups, 1 + MONTHS_TO_21)
        From `stay_curve`, with its doubt.
    group, months_since : ndarray of int, shape (n_now,)
        Those who have turned 18 in foster care and may be there today: group,
        and whole months since the birthday (0: in the month that ends today).
    seen_staying : ndarray of int, shape (n_now,)
        Column of `curve` at which each was last seen there; -1 where never asked.
    rng : numpy.random.Generator
        The only source of chance. What is drawn for the k-th young person of a
        month does not depend on how many others there are, so that two runs with
        one seed share their chance.

    Returns
    -------
    ndarray of int, shape (n_paths, n_groups, 1 + horizon)
        Today and at each month end to come.
    """
    n_paths, n_groups, horizon = entrants.shape
    curves = curve.reshape(n_paths * n_groups, -1)
    change = np.zeros(n_paths * n_groups * (horizon + 2), dtype=np.int64)

    path = np.repeat(np.arange(n_paths), len(group))
    since = np.tile(months_since, n_paths)
    which = path * n_groups + np.tile(group, n_paths)
    seen = np.tile(seen_staying, n_paths)
    known = np.where(seen >= 0, curves[which, np.maximum(seen, 0)], 1.0)
    chance = _open_unit(rng.random(len(which))) * known
    left = month_ends_stayed(curves, which=which, chance=chance) - since
    _count(change, which, np.zeros(len(which), dtype=np.int64), left, horizon=horizon)

    for nth in range(int(entrants.max(initial=0))):
        drawn = _open_unit(rng.random(entrants.shape))
        at = np.nonzero(entrants > nth)
        which = at[0] * n_groups + at[1]
        stayed = month_ends_stayed(curves, which=which, chance=drawn[at])
        _count(change, which, at[2] + 1, stayed, horizon=horizon)
    changes = change.reshape(n_paths, n_groups, horizon + 2)[:, :, :-1]
    return np.asarray(np.cumsum(changes, axis=2))


def leavers_by_age(inflow: FloatArray, *, horizon: int, kept: FloatArray) -> FloatArray:
    """Count care leavers by year of age, today and at each month end to come.

    Parameters
    ----------
    inflow : ndarray, shape (n_paths, n_groups, n_past + horizon)
        Young people with the rights of a care leaver by month of their 18th
        birthday; the past is at least `YEARS_TO_25` years long.
    horizon : int
        Months to come.
    kept : ndarray in 0 to 1, shape (n_paths, n_groups, YEARS_TO_25)
        Share of those of each age who are still the authority's care leavers.

    Returns
    -------
    ndarray, shape (n_paths, n_groups, YEARS_TO_25, 1 + horizon)
        Aged 18, 19, ..., 24.

    Raises
    ------
    ValueError
        The past is too short to hold everybody under 25.
    """
    n_past = inflow.shape[2] - horizon
    if n_past < YEARS_TO_25 * _MONTHS_A_YEAR:
        raise ValueError(f"{n_past} months of 18th birthdays before today; 84 are needed.")
    before = np.zeros((*inflow.shape[:2], 1))
    until = np.concatenate([before, np.cumsum(inflow, axis=2)], axis=2)
    ends = np.arange(n_past, n_past + horizon + 1)
    years = [
        until[:, :, ends - _MONTHS_A_YEAR * age] - until[:, :, ends - _MONTHS_A_YEAR * (age + 1)]
        for age in range(YEARS_TO_25)
    ]
    return np.asarray(np.stack(years, axis=2) * kept[..., None])


def whole(expected: FloatArray, *, chance: FloatArray) -> IntArray:
    """Round to whole people, up as often as the fraction says, so that means are kept.

    Parameters
    ----------
    expected : ndarray, any shape
        Not negative.
    chance : ndarray in [0, 1), same shape
        Rounded up where below the fraction.
    """
    floor = np.floor(expected)
    return np.asarray(floor + (chance < expected - floor), dtype=np.int64)


def _count(
    change: IntArray, which: IntArray, first: IntArray, stayed: IntArray, *, horizon: int
) -> None:
    """Add those who stay at least one month end, and take them away when they have gone."""
    here = stayed > 0
    width = horizon + 2
    start = which[here] * width + first[here]
    gone = which[here] * width + np.minimum(first[here] + stayed[here], horizon + 1)
    change += np.bincount(start, minlength=len(change)) - np.bincount(gone, minlength=len(change))


def _open_unit(chance: NDArray[np.float64]) -> FloatArray:
    """Keep away from 0, which would let somebody stay where nobody does."""
    return np.maximum(chance, 1e-9)
