"""How far could trends have bent before the finding goes? Rambachan and Roth's smoothness bound.

Parallel trends need not hold: let the difference in trends change its slope by at most
M from one period to the next. The fixed-length interval is the shortest around any
linear function of the event-study coefficients that covers under every such
difference. Rambachan and Roth, "A more credible approach to parallel trends",
*Review of Economic Studies* 90 (2023), section 3.2; Armstrong and Kolesár, "Optimal
inference in a class of regression models", *Econometrica* 86 (2018).

Written in the right unknowns the problem is a lasso. Let z_t be what the estimator
gives a kink of size one at the earlier period t: its worst bias is M times the sum of
|z_t| and what the later kinks add, which no choice alters, and the coefficients are
linear in z once straight lines are given no weight. So the frontier of bias against
variance is a lasso path, piecewise linear, and is followed exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

from models.causal.base import FloatArray, UnsuitablePanelError

_NOUGHT = 1e-12
_GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Coefficients before and after, with the covariance of their errors.

    Attributes
    ----------
    before : ndarray, shape (n_before,)
        Of the periods before the reference period, oldest first and without gaps.
    after : ndarray, shape (n_after,)
        Of the periods after it; the reference period itself is left out.
    covariance : ndarray, shape (n_before + n_after, n_before + n_after)
    """

    before: FloatArray
    after: FloatArray
    covariance: FloatArray


@dataclass(frozen=True, slots=True)
class FixedLength:
    """The shortest interval of fixed length, for one M.

    Attributes
    ----------
    smoothness : float
        M: the most a difference in trends may change its slope by in a period.
    estimate, low, high : float
        Its centre and ends, in the unit of the outcome.
    worst_bias, standard_error : float
        Of its centre.
    weights : ndarray, shape (n_before + n_after,)
        What each coefficient counts for in the centre.
    """

    smoothness: float
    estimate: float
    low: float
    high: float
    worst_bias: float
    standard_error: float
    weights: FloatArray


def smoothness_interval(
    study: EventStudy,
    *,
    smoothness: float,
    target: FloatArray | None = None,
    alpha: float = 0.05,
) -> FixedLength:
    """Give the shortest interval that covers whatever the trends did within M.

    Parameters
    ----------
    study : EventStudy
        With at least one coefficient before: without, a straight line cannot be told
        from an effect.
    smoothness : float
        M, not negative; 0 lets trends differ by a straight line.
    target : ndarray, shape (n_after,), optional
        What is asked for, as weights on the later coefficients; their mean if not
        given.
    alpha : float
        The interval covers with probability 1 - alpha.

    Returns
    -------
    FixedLength

    Raises
    ------
    UnsuitablePanelError
        There is no coefficient before, or the covariance does not fit.
    """
    return _frontier(study, target).shortest(smoothness, alpha)


def breakdown_smoothness(
    study: EventStudy, *, target: FloatArray | None = None, alpha: float = 0.05
) -> float:
    """Give the smallest M at which the interval first holds 0.

    Parameters
    ----------
    study, target, alpha
        As in `smoothness_interval`.

    Returns
    -------
    float
        0 where even straight-line differences leave nothing found.
    """
    frontier = _frontier(study, target)

    def holds_nought(smoothness: float) -> bool:
        found = frontier.shortest(smoothness, alpha)
        return found.low <= 0.0 <= found.high

    if holds_nought(0.0):
        return 0.0
    outside = max(abs(frontier.shortest(0.0, alpha).estimate), _NOUGHT)
    outside *= 1e-3
    inside = 0.0
    while not holds_nought(outside):
        inside, outside = outside, 1.25 * outside
    while outside - inside > 1e-9 * outside:
        middle = 0.5 * (inside + outside)
        inside, outside = (inside, middle) if holds_nought(middle) else (middle, outside)
    return outside


def folded_normal_quantile(level: float, bias: float) -> float:
    """Give the quantile of |N(bias, 1)|, bias not negative, to 1e-12."""
    low, high = 0.0, bias + float(norm.ppf(0.5 + level / 2)) + 1.0
    reach = max(bias + float(norm.ppf(level)), 0.0) if bias > 0 else high - 1.0
    for _ in range(200):
        off = float(ndtr(reach - bias) - ndtr(-reach - bias)) - level
        low, high = (reach, high) if off < 0 else (low, reach)
        slope = float(norm.pdf(reach - bias) + norm.pdf(reach + bias))
        following = reach - off / slope if slope > 0 else low
        if not low <= following <= high:
            following = 0.5 * (low + high)
        if abs(following - reach) <= _NOUGHT * max(1.0, reach):
            return following
        reach = following
    return reach


@dataclass(frozen=True, slots=True)
class _Frontier:
    """Estimators that no other beats in both bias and variance: corners of a lasso path.

    Between corners the estimators are the straight mixtures.
    """

    estimates: FloatArray
    weights: FloatArray
    biases: FloatArray
    covariance: FloatArray

    def shortest(self, smoothness: float, alpha: float) -> FixedLength:
        """Minimise the length: along the frontier it falls to one lowest point and rises."""
        lengths = [
            self._half_length(weights, smoothness * bias, alpha)
            for weights, bias in zip(self.weights, self.biases, strict=True)
        ]
        corner = int(np.argmin(lengths))
        half, weights, bias = min(
            (
                self._shortest_on(first, smoothness, alpha)
                for first in (corner - 1, corner)
                if 0 <= first < len(lengths) - 1
            ),
            key=lambda found: found[0],
            default=(lengths[corner], self.weights[corner], float(self.biases[corner])),
        )
        estimate = float(weights @ self.estimates)
        return FixedLength(
            smoothness=smoothness,
            estimate=estimate,
            low=estimate - half,
            high=estimate + half,
            worst_bias=smoothness * bias,
            standard_error=self._error(weights),
            weights=weights,
        )

    def _shortest_on(
        self, first: int, smoothness: float, alpha: float
    ) -> tuple[float, FloatArray, float]:
        """Search the straight piece from a corner to the next by golden sections."""

        def at(share: float) -> tuple[float, FloatArray, float]:
            weights = (1 - share) * self.weights[first] + share * self.weights[first + 1]
            bias = float((1 - share) * self.biases[first] + share * self.biases[first + 1])
            return self._half_length(weights, smoothness * bias, alpha), weights, bias

        low, high = 0.0, 1.0
        left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        at_left, at_right = at(left), at(right)
        while high - low > 1e-8:
            if at_left[0] <= at_right[0]:
                high, right, at_right = right, left, at_left
                left = high - _GOLDEN * (high - low)
                at_left = at(left)
            else:
                low, left, at_left = left, right, at_right
                right = low + _GOLDEN * (high - low)
                at_right = at(right)
        return min((at(0.0), at_left, at_right, at(1.0)), key=lambda found: found[0])

    def _half_length(self, weights: FloatArray, bias: float, alpha: float) -> float:
        error = self._error(weights)
        if error <= _NOUGHT * (1 + bias):
            return bias
        return folded_normal_quantile(1 - alpha, bias / error) * error

    def _error(self, weights: FloatArray) -> float:
        variance = float(weights @ self.covariance @ weights)
        return math.sqrt(max(variance, 0.0))


def _frontier(study: EventStudy, target: FloatArray | None) -> _Frontier:
    n_before, n_after = study.before.size, study.after.size
    covariance = np.asarray(study.covariance, dtype=np.float64)
    if n_before < 1 or n_after < 1 or covariance.shape != (n_before + n_after,) * 2:
        raise UnsuitablePanelError(
            estimator="The smoothness interval",
            reason="it needs a coefficient before and one after, and their covariance.",
        )
    asked = np.full(n_after, 1 / n_after) if target is None else np.asarray(target, np.float64)
    centre, kinks, fixed_bias = _in_kinks(n_before, asked)
    # The centre gives no earlier kink any weight: least bias. From there along the lasso path.
    corners = _lasso_path(kinks.T @ covariance @ kinks, kinks.T @ covariance @ centre)
    return _Frontier(
        estimates=np.concatenate([study.before, study.after]),
        weights=centre + corners @ kinks.T,
        biases=fixed_bias + np.abs(corners).sum(axis=1),
        covariance=covariance,
    )


def _in_kinks(n_before: int, asked: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Write all weights that ignore straight lines as `centre + kinks @ z`.

    A kink of one at an earlier time t is the function max(t - x, 0), at a later one
    or at 0 it is max(x - t, 0); all are 0 in the reference period x = 0.
    """
    n_after = asked.size
    earlier, later = np.arange(-n_before, 0), np.arange(1, n_after + 1)
    bends = np.arange(-n_before + 1, 0)
    # Rows: the line, then what each earlier kink gives; columns: weights of the coefficients.
    rows = np.vstack([earlier, np.maximum(bends[:, None] - earlier[None, :], 0)])
    inverse = np.linalg.inv(rows.astype(np.float64))
    centre = np.concatenate([-(asked @ later) * inverse[:, 0], asked])
    kinks = np.vstack([inverse[:, 1:], np.zeros((n_after, bends.size))])
    later_kinks = np.maximum(later[None, :] - np.arange(n_after)[:, None], 0) @ asked
    return centre, kinks, float(np.abs(later_kinks).sum())


def _lasso_path(gram: FloatArray, tilt: FloatArray) -> FloatArray:
    """Follow argmin z'Gz / 2 + c'z + k |z|_1 from the k that leaves z = 0 down to k = 0.

    Returns
    -------
    ndarray, shape (n_corners, n)
        z at every corner of the path, which is straight between them.
    """
    n = tilt.size
    z = np.zeros(n)
    corners = [z.copy()]
    if n == 0:
        return np.array(corners)
    # A trace of ridge keeps a singular covariance (fewer regions than times) soluble.
    gram = gram + 1e-10 * max(float(np.trace(gram)) / n, _NOUGHT) * np.eye(n)
    # So does a trace of unevenness for ties, where two would have to turn in one step.
    uneven = np.modf(np.arange(1, n + 1) * _GOLDEN)[0]
    tilt = tilt + 1e-8 * float(np.abs(tilt).max()) * uneven
    penalty = float(np.abs(tilt).max())
    active = [int(np.abs(tilt).argmax())]
    signs = {active[0]: -float(np.sign(tilt[active[0]]))}
    for _ in range(50 * n):
        if penalty <= _NOUGHT * (1 + float(np.abs(tilt).max())):
            break
        direction = np.zeros(n)
        inside = gram[np.ix_(active, active)]
        # As the penalty falls by one, the active ones move by this, and gradients by `pull`.
        direction[active] = np.linalg.solve(inside, np.array([signs[i] for i in active]))
        gradient, pull = gram @ z + tilt, gram @ direction
        step, event = _next_corner(z, direction, gradient, pull, penalty, active)
        z = z + step * direction
        penalty -= step
        if event in signs:
            z[event] = 0.0
            active.remove(event)
            del signs[event]
        elif event >= 0:
            after = gradient[event] + step * pull[event]
            active.append(event)
            signs[event] = -float(np.sign(after))
        corners.append(z.copy())
        if event < 0:
            break
    return np.array(corners)


def _next_corner(
    z: FloatArray,
    direction: FloatArray,
    gradient: FloatArray,
    pull: FloatArray,
    penalty: float,
    active: list[int],
) -> tuple[float, int]:
    """Give how far the penalty falls until one leaves or enters, and which; -1 for none."""
    step, event = penalty, -1
    for i in range(z.size):
        if i in active:
            if z[i] != 0 and direction[i] * z[i] < 0 and -z[i] / direction[i] < step:
                step, event = float(-z[i] / direction[i]), i
            continue
        for side in (1.0, -1.0):
            # side * (gradient + s pull) = penalty - s
            rate = 1 + side * pull[i]
            room = penalty - side * gradient[i]
            if rate > _NOUGHT and _NOUGHT * penalty < room / rate < step:
                step, event = float(room / rate), i
    return step, event
