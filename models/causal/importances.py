"""What each predictor counts for, so that the mixture it picks also follows the target.

Synthetic control on predictors is a search in a search: every trial of importances
asks for the nearest mixture of donors, hundreds of times a fit, and there is a fit for
every placebo. So both searches are compiled, and every mixture begins from the one
before. Abadie & Gardeazabal (2003), *AER* 93, appendix B.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from models.causal.base import FloatArray

_FIRST_STEP = 0.5
"""Corner of the first simplex of importances: equal ones are one part in ten or so. The misfit
is flat in long stretches, and a narrow first simplex stops in one of them."""

_TOLERANCE = 1e-12
"""Of the target's mean square: what the search may leave on the table."""

_NARROW = 1e-8
"""Width of the simplex of importances at which the search ends."""

_STEPS_EACH = 400

_LEAST_SHARE = 1e-6
"""What every predictor counts for at least: at nought the nearest mixture is not one but many."""

_RIDGE = 1e-13
"""Of the donors' spread: where many mixtures match exactly, the most even of them is meant."""


def best_importances(
    donors: FloatArray, target: FloatArray, donors_before: FloatArray, target_before: FloatArray
) -> FloatArray:
    """Give the importances whose mixture follows the target best in the base.

    Parameters
    ----------
    donors, target : ndarray, shape (n_donors, n_predictors), (n_predictors,)
        Predictors, in units in which equal importance means something.
    donors_before, target_before : ndarray, shape (n_donors, n_base), (n_base,)
        Outcomes to follow.

    Returns
    -------
    ndarray, shape (n_predictors,)
        Above 0, sum 1.

    Notes
    -----
    One descent from equal importance (Nelder & Mead 1965), as published weights were
    found. The misfit has many lows: searching on, or from elsewhere, finds lower ones
    that drop most predictors for a little less misfit (West Germany in 1990: half the
    predictors, and other donors than those published). A second start, at importances
    from a regression as in the authors' package, ends at the same mixtures for the
    Basque Country and for California in 1989, and farther from West Germany's.
    """
    n_predictors = target.size
    distance = np.ascontiguousarray((donors - target).T)
    left_before = np.ascontiguousarray((donors_before - target_before).T)
    start = np.full(n_predictors, 1.0 / n_predictors)
    points = np.vstack([start, start + _FIRST_STEP * np.eye(n_predictors)])
    tolerance = _TOLERANCE * float(np.square(target_before).mean())
    _descend(distance, left_before, points, tolerance, _NARROW, _STEPS_EACH * n_predictors)
    size = np.abs(points[0]) + _LEAST_SHARE * np.abs(points[0]).sum()
    return np.asarray(size / size.sum())


@njit(nogil=True, cache=True)
def _mixture(distance: FloatArray, root: FloatArray, x: FloatArray) -> None:
    """Move `x`, up to scale the mixture nearest to 0 in `distance` weighed by `root`.

    With M = D'D + ridge, the mixture of least w'Mw is, scaled to sum 1, the x >= 0 of least
    x'Mx / 2 - 1'x: active sets (Lawson & Hanson 1974) from any x >= 0.
    """
    n_features, n = distance.shape
    d = np.empty((n_features, n))
    spread = 0.0
    for m in range(n_features):
        for k in range(n):
            d[m, k] = root[m] * distance[m, k]
            spread += d[m, k] * d[m, k]
    ridge = _RIDGE * max(spread / n, 1e-300)
    used = np.empty(n, dtype=np.int64)
    is_used = np.zeros(n, dtype=np.bool_)
    n_used = 0
    for k in range(n):
        if x[k] > 0.0:
            used[n_used] = k
            is_used[k] = True
            n_used += 1
    factor = np.empty((n, n))
    z = np.empty(n)
    left = np.empty(n_features)
    entered = -1
    for _ in range(3 * n + 10):
        while n_used > 0:
            for a in range(n_used):
                for b in range(a + 1):
                    total = ridge if a == b else 0.0
                    for m in range(n_features):
                        total += d[m, used[a]] * d[m, used[b]]
                    for c in range(b):
                        total -= factor[a, c] * factor[b, c]
                    if a == b:
                        factor[a, a] = np.sqrt(max(total, 1e-3 * ridge))
                    else:
                        factor[a, b] = total / factor[b, b]
            for a in range(n_used):
                total = 1.0
                for c in range(a):
                    total -= factor[a, c] * z[c]
                z[a] = total / factor[a, a]
            for a in range(n_used - 1, -1, -1):
                total = z[a]
                for c in range(a + 1, n_used):
                    total -= factor[c, a] * z[c]
                z[a] = total / factor[a, a]
            length, leaving = 1.0, -1
            for a in range(n_used):
                if z[a] <= 0.0:
                    here = x[used[a]]
                    share = here / (here - z[a]) if here > z[a] else 0.0
                    if leaving < 0 or share < length:
                        length, leaving = share, a
            for a in range(n_used):
                x[used[a]] += length * (z[a] - x[used[a]])
            if leaving < 0:
                break
            x[used[leaving]] = 0.0
            kept = 0
            for a in range(n_used):
                k = used[a]
                if a != leaving and (x[k] > 0.0 or k == entered):
                    used[kept] = k
                    kept += 1
                else:
                    x[k] = 0.0
                    is_used[k] = False
            n_used = kept
        for m in range(n_features):
            left[m] = 0.0
            for a in range(n_used):
                left[m] += d[m, used[a]] * x[used[a]]
        steepest, entering = 1e-9, -1
        for k in range(n):
            if not is_used[k]:
                slope = 1.0
                for m in range(n_features):
                    slope -= d[m, k] * left[m]
                if slope > steepest:
                    steepest, entering = slope, k
        if entering < 0 or (entering == entered and x[entering] == 0.0):
            break
        used[n_used] = entering
        is_used[entering] = True
        n_used += 1
        entered = entering


@njit(nogil=True, cache=True)
def _misfit(
    distance: FloatArray, left_before: FloatArray, point: FloatArray, x: FloatArray
) -> float:
    """Give the mean squared gap in the base of the mixture that importances |point| pick."""
    n_base, n_donors = left_before.shape
    total = 0.0
    for m in range(point.size):
        total += abs(point[m])
    least = _LEAST_SHARE * total if total > 0.0 else 1.0
    root = np.empty(point.size)
    for m in range(point.size):
        root[m] = np.sqrt((abs(point[m]) + least) / (total + point.size * least))
    _mixture(distance, root, x)
    size = 0.0
    for k in range(n_donors):
        size += x[k]
    square = 0.0
    for t in range(n_base):
        gap = 0.0
        for k in range(n_donors):
            gap += left_before[t, k] * x[k]
        square += gap * gap
    return float(square / (size * size * n_base))


@njit(nogil=True, cache=True)
def _descend(
    distance: FloatArray,
    left_before: FloatArray,
    points: FloatArray,
    tolerance: float,
    narrow: float,
    steps: int,
) -> float:
    """Move the corners in `points` downhill (Nelder & Mead 1965); the lowest ends first."""
    n = points.shape[1]
    x = np.zeros(distance.shape[1])
    values = np.empty(n + 1)
    for corner in range(n + 1):
        values[corner] = _misfit(distance, left_before, points[corner], x)
    middle, tried, further = np.empty(n), np.empty(n), np.empty(n)
    for _ in range(steps):
        best, worst = 0, 0
        for corner in range(1, n + 1):
            if values[corner] < values[best]:
                best = corner
            if values[corner] >= values[worst]:
                worst = corner
        second, wide = values[best], 0.0
        for m in range(n):
            middle[m] = 0.0
        for corner in range(n + 1):
            if corner != worst:
                second = max(second, values[corner])
            for m in range(n):
                wide = max(wide, abs(points[corner, m] - points[best, m]))
                if corner != worst:
                    middle[m] += points[corner, m] / n
        if wide <= narrow and values[worst] - values[best] <= tolerance:
            break
        for m in range(n):
            tried[m] = 2.0 * middle[m] - points[worst, m]
        value = _misfit(distance, left_before, tried, x)
        reach = 0.0
        if value < values[best]:
            reach = 3.0
        elif value >= second:
            reach = 1.5 if value < values[worst] else 0.5
        taken = True
        if reach > 0.0:
            for m in range(n):
                further[m] = reach * middle[m] + (1.0 - reach) * points[worst, m]
            beyond = _misfit(distance, left_before, further, x)
            if beyond < min(value, values[worst]) or (reach == 1.5 and beyond <= value):
                value = beyond
                for m in range(n):
                    tried[m] = further[m]
            else:
                taken = reach == 3.0
        if taken:
            values[worst] = value
            for m in range(n):
                points[worst, m] = tried[m]
            continue
        for corner in range(n + 1):
            if corner != best:
                for m in range(n):
                    points[corner, m] = 0.5 * (points[corner, m] + points[best, m])
                values[corner] = _misfit(distance, left_before, points[corner], x)
    best = 0
    for corner in range(1, n + 1):
        if values[corner] < values[best]:
            best = corner
    for m in range(n):
        points[0, m] = points[best, m]
    return float(values[best])
