"""Weights that are never negative and sum to one, as near to a target as they can be.

With D the donors' distance from the target, the weights w of least |D w| are
those of the non-negative least squares problem [D; 1'] v = [0; 1], scaled to sum
to 1: for v = s w its objective is s^2 |D w|^2 + (s - 1)^2, whose least value
over s grows with |D w|. The sum is therefore exact, without a large factor
(Lawson & Hanson, *Solving Least Squares Problems*, 1974, chapter 23).
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from models.causal.base import FloatArray

_EXACT = 1e-14
"""Share of the donors' spread below which a misfit is rounding, not distance."""

_PROVED = 1e-8
"""How far the squared distance may be above its bound, of itself."""

_ROUNDING = 1e-14
"""The same in the donors' squared spread."""

_LEAST_SHARE = 1e-14

_MOST_CORNERS = 20

_MATCHED = 1e-10
"""Misfit, in the donors' spread, at which the search for the most even match ends."""

_DAMPING = 1e-12

_NEWTON_STEPS = 60


def simplex_weights(donors: FloatArray, target: FloatArray) -> FloatArray:
    """Give the non-negative weights, summing to 1, that bring donors nearest to a target.

    Parameters
    ----------
    donors : ndarray, shape (n_donors, n_features)
        What is matched, for each donor.
    target : ndarray, shape (n_features,)
        What it is matched to.

    Returns
    -------
    ndarray, shape (n_donors,)
        Where many weights match the target exactly, the most even of them, so
        that the order of donors does not matter.
    """
    distance = (donors - target).T
    scale = float(np.square(distance).mean()) * distance.shape[0]
    if scale == 0.0:
        return np.full(donors.shape[0], 1.0 / donors.shape[0])
    distance = distance / np.sqrt(scale)
    weights = _nearest(distance)
    if np.square(distance @ weights).sum() <= _EXACT:
        return _most_even(distance, otherwise=weights)
    return weights


def _nearest(distance: FloatArray) -> FloatArray:
    n_features, n_donors = distance.shape
    rows = np.vstack([distance, np.ones(n_donors)])
    aim = np.zeros(n_features + 1)
    aim[-1] = 1.0
    try:
        found, _ = nnls(rows, aim, maxiter=50 * n_donors)
    except RuntimeError:  # it did not settle
        return _nearest_corner_by_corner(distance)
    weights = np.asarray(found / found.sum())
    # Among donors that are alike the package's search can stop early; the bound tells.
    left = distance @ weights
    if _is_nearest(left, left @ distance):
        return weights
    return _nearest_corner_by_corner(distance)


def _is_nearest(left: FloatArray, towards: FloatArray) -> bool:
    """Tell whether |left|^2 is at its least, from its product with every donor."""
    square = float(left @ left)
    return bool(square - towards.min() <= _PROVED * square + _ROUNDING)


def _nearest_corner_by_corner(distance: FloatArray) -> FloatArray:
    """Find the point of least norm in the hull of the columns.

    Wolfe (1976), "Finding the nearest point in a polytope", *Math. Programming* 11.
    """
    used = [int(np.square(distance).sum(axis=0).argmin())]
    share: FloatArray = np.ones(1)
    for _ in range(_MOST_CORNERS * distance.shape[1]):
        left = distance[:, used] @ share
        towards = left @ distance
        corner = int(towards.argmin())
        if _is_nearest(left, towards) or corner in used:
            break
        used, share = [*used, corner], np.append(share, 0.0)
        used, share = _within_the_hull(distance, used, share)
    weights = np.zeros(distance.shape[1])
    weights[used] = share
    return np.asarray(weights / weights.sum())


def _within_the_hull(
    distance: FloatArray, used: list[int], share: FloatArray
) -> tuple[list[int], FloatArray]:
    """Step to the nearest point of the plane through corners, dropping those it leaves behind."""
    while True:
        corners = distance[:, used]
        equations = np.ones((len(used) + 1, len(used) + 1))
        equations[0, 0] = 0.0
        equations[1:, 1:] = corners.T @ corners
        aim = np.zeros(len(used) + 1)
        aim[0] = 1.0
        wanted = np.linalg.lstsq(equations, aim, rcond=None)[0][1:]
        leaving = wanted <= _LEAST_SHARE
        if not leaving.any():
            return used, np.asarray(wanted)
        fall = share[leaving] - wanted[leaving]
        length = float(
            np.divide(share[leaving], fall, out=np.ones(fall.size), where=fall > 0).min()
        )
        share = share + length * (wanted - share)
        kept = share > _LEAST_SHARE
        if kept.all():
            kept[np.flatnonzero(leaving)[share[leaving].argmin()]] = False
        used, share = [k for k, keep in zip(used, kept, strict=True) if keep], share[kept]


def _most_even(distance: FloatArray, *, otherwise: FloatArray) -> FloatArray:
    """Give the weights of least sum of squares among those that match exactly.

    They are max(0, A' m) for the m at which A max(0, A' m) = [0; 1], with
    A = [D; 1']: Newton's method on that, which has a row a feature, not a donor.
    """
    rows = np.vstack([distance, np.ones(distance.shape[1])])
    aim = np.zeros(rows.shape[0])
    aim[-1] = 1.0
    prices = np.linalg.lstsq(rows @ rows.T, aim, rcond=None)[0]
    weights = np.maximum(prices @ rows, 0.0)
    for _ in range(_NEWTON_STEPS):
        left = rows @ weights - aim
        if np.abs(left).max() <= _MATCHED:
            return np.asarray(weights / weights.sum())
        used = rows[:, weights > 0.0]
        # Damped, so that the step also goes where no donor in use pulls.
        curvature = used @ used.T + _DAMPING * np.eye(aim.size)
        step = np.linalg.solve(curvature, -left)
        value, slope, length = _dual(rows, aim, prices), float(left @ step), 1.0
        while _dual(rows, aim, prices + length * step) > value + 1e-4 * length * slope:
            length /= 2.0
            if length < np.finfo(float).eps:
                return otherwise
        prices = prices + length * step
        weights = np.maximum(prices @ rows, 0.0)
    return otherwise


def _dual(rows: FloatArray, aim: FloatArray, prices: FloatArray) -> float:
    return float(0.5 * np.square(np.maximum(prices @ rows, 0.0)).sum() - aim @ prices)
