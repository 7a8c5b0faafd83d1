"""What moves an outcome when nothing is done: shocks of regions, of authorities, and chance.

Authorities of a region share its shocks, which no number of authorities averages
out. Their size and persistence are learned by restricted likelihood (Patterson and
Thompson, "Recovery of inter-block information when block sizes are unequal",
*Biometrika* 58, 1971), so that taking out each authority's own level and the changes
common to all does not make a few years look calm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.stats import chi2

from models.causal.base import FloatArray, IntArray, UnsuitablePanelError

_PROFILE_STEP, _PROFILE_CLOSE = 0.4, 0.03
_CLOSE = {"maxiter": 200, "ftol": 1e-8, "gtol": 1e-3}
_MOST_PERSISTENT = 0.95
_USUAL_PERSISTENCE, _PERSISTENCE_SPREAD = 0.5, 0.7
"""Centre and spread (in arctanh) of what is believed of persistence before the data speak: eight
years cannot tell .5 from .8, and a few years none at all."""


@dataclass(frozen=True, slots=True)
class Shocks:
    """What makes an authority's outcome move when nothing has been done.

    Attributes
    ----------
    region_sd, region_persistence : float
        Shock that a region's authorities share: its standard deviation in any one
        period, in the outcome's unit, and its correlation from period to period.
    unit_sd, unit_persistence : float
        The same for each authority's own.
    noise_scale : float
        Standard deviation of chance in small numbers, relative to the given one.
    """

    region_sd: float
    region_persistence: float
    unit_sd: float
    unit_persistence: float
    noise_scale: float


@dataclass(frozen=True, slots=True)
class Units:
    """The authorities of a panel, as far as power depends on them.

    Attributes
    ----------
    region : ndarray of int, shape (n_units,)
        Number of its region, from 0.
    noise_sd : ndarray, shape (n_units,)
        Standard deviation of chance in one period, such as sqrt(p (1 - p) / n) of a
        share; 0 where the outcome has none.
    weight : ndarray, shape (n_units,)
        What it counts for in its region's value: children, or 1.
    """

    region: IntArray
    noise_sd: FloatArray
    weight: FloatArray

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.region.max()) + 1

    @property
    def shares(self) -> FloatArray:
        """What each counts for in its region, shape (n_regions, n_units); rows sum to 1."""
        table = np.zeros((self.n_regions, self.region.size))
        table[self.region, np.arange(self.region.size)] = self.weight
        return np.asarray(table / table.sum(axis=1, keepdims=True))


def estimate_shocks(y: FloatArray, units: Units) -> Shocks:
    """Learn shock sizes from a panel before treatment, by restricted likelihood.

    The model: a level for each authority, a change common to all in each period, and
    the shocks. Levels are taken out by contrasts over time and common changes by
    generalised least squares, so that few years do not make shocks look small.

    Parameters
    ----------
    y : ndarray, shape (n_units, n_periods)
        Outcome before treatment; units with missing values are left out.
    units : Units
        Whose noise is the binomial one; its scale is estimated unless all are 0.

    Returns
    -------
    Shocks

    Raises
    ------
    UnsuitablePanelError
        Under three periods, or under three regions with complete units.

    Notes
    -----
    Persistence is drawn gently towards .5 (see `_USUAL_PERSISTENCE`).
    """
    likelihood = _likelihood(y, units)
    start = likelihood.start()
    return likelihood.shocks(likelihood.fitted(start, likelihood.bounds(start)))


def shocks_within(y: FloatArray, units: Units, *, level: float = 0.8) -> tuple[Shocks, Shocks]:
    """Give the mildest and the strongest shocks that a panel does not speak against.

    Fourteen regions over eight years give the size of region shocks to about a
    quarter, and the detectable effect with it: show both ends.

    Parameters
    ----------
    y, units
        As in `estimate_shocks`.
    level : float
        Of the profile-likelihood interval of the region shocks' standard deviation.

    Returns
    -------
    mild, strong : Shocks
        The other figures as they fit best there.
    """
    likelihood = _likelihood(y, units)
    start = likelihood.start()
    bounds = likelihood.bounds(start)
    best = likelihood.fitted(start, bounds)
    allowed = likelihood(best) + 0.5 * float(chi2.ppf(level, 1))

    fits = {float(best[0]): best}

    def beyond(log_sd: float) -> float:
        if log_sd not in fits:
            held = np.concatenate([[log_sd], best[1:]])
            fits[log_sd] = likelihood.fitted(held, [(log_sd, log_sd), *bounds[1:]])
        return likelihood(fits[log_sd]) - allowed

    ends = []
    for limit in bounds[0]:
        step, end = math.copysign(_PROFILE_STEP, limit - best[0]), float(best[0])
        while end != limit and beyond(end) <= 0:
            end = float(np.clip(end + step, *bounds[0]))
            step *= 2
        # Where even the mildest are not spoken against, the limit is the end.
        if end != limit:
            end = float(brentq(beyond, best[0], end, xtol=_PROFILE_CLOSE))
        beyond(end)
        ends.append(likelihood.shocks(fits[end]))
    return ends[0], ends[1]


def _likelihood(y: FloatArray, units: Units) -> _Likelihood:
    seen = ~np.isnan(y).any(axis=1)
    n_regions = np.unique(units.region[seen]).size
    if y.shape[1] < 3 or n_regions < 3:
        raise UnsuitablePanelError(
            estimator="The size of shocks",
            reason=f"it needs three periods and three regions before treatment, and has "
            f"{y.shape[1]} and {n_regions}.",
        )
    return _Likelihood.of(y[seen], units.region[seen], units.noise_sd[seen])


def event_study_covariance(
    shocks: Shocks,
    units: Units,
    *,
    treated: IntArray,
    donors: IntArray,
    n_before: int,
    n_after: int,
) -> FloatArray:
    """Give the covariance of an event study of region means that such shocks imply.

    With two treated regions no clustered covariance can be trusted, and that of a
    dozen untreated regions' own event studies is worse than it looks: weights chosen
    to make it small find where it errs. A few shock sizes leave little to find.

    Parameters
    ----------
    shocks, units
        What moves outcomes.
    treated, donors : ndarray of int
        Regions; each side is a plain mean of them.
    n_before, n_after : int
        Periods before and after the reference period, without gaps.

    Returns
    -------
    ndarray, shape (n_before + n_after, n_before + n_after)
        The reference period left out.
    """
    periods = np.arange(-n_before, n_after + 1)
    apart = np.abs(periods[:, None] - periods[None, :])
    squares = (units.shares**2).sum(axis=1)
    chance = units.shares**2 @ (shocks.noise_scale * units.noise_sd) ** 2
    level = np.zeros((periods.size, periods.size))
    for side in (treated, donors):
        share = 1 / side.size**2
        level += share * side.size * shocks.region_sd**2 * shocks.region_persistence**apart
        level += share * squares[side].sum() * shocks.unit_sd**2 * shocks.unit_persistence**apart
        level += share * chance[side].sum() * np.eye(periods.size)
    to_reference = np.delete(np.eye(periods.size), n_before, axis=0)
    to_reference[:, n_before] = -1.0
    return np.asarray(to_reference @ level @ to_reference.T)


def persistent_paths(
    sd: FloatArray, persistence: float, shape: tuple[int, int, int], rng: np.random.Generator
) -> FloatArray:
    """Draw first-order autoregressions that are as varied at the first period as at any other.

    Parameters
    ----------
    sd : ndarray, shape (n_series,)
        Standard deviation in any one period.
    persistence : float
        Correlation from period to period.
    shape : (n_panels, n_series, n_periods)
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, of that shape
    """
    paths = rng.standard_normal(shape)
    fresh = math.sqrt(1 - persistence**2)
    for period in range(1, shape[2]):
        paths[..., period] = persistence * paths[..., period - 1] + fresh * paths[..., period]
    return np.asarray(paths * sd[:, None])


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Minus the restricted log likelihood, of log sds and arctanh persistences.

    Contrasts over time take out each unit's level. A region's block is then
    block-diagonal (A_i of each unit) plus the shared B in every pair, so with
    S = sum of A_i^-1 all it takes are matrices of the number of contrasts.
    """

    values: FloatArray
    contrasts: FloatArray
    members: FloatArray
    noise_sd: FloatArray

    @classmethod
    def of(cls, y: FloatArray, region: IntArray, noise_sd: FloatArray) -> _Likelihood:
        n = y.shape[1]
        contrasts = np.linalg.svd(np.eye(n) - 1 / n)[0][:, : n - 1].T
        members = (np.unique(region)[:, None] == region[None, :]).astype(np.float64)
        return cls(y @ contrasts.T, contrasts, members, noise_sd)

    @property
    def has_noise(self) -> bool:
        return bool((self.noise_sd > 0).any())

    def start(self) -> FloatArray:
        sd = math.log(max(float(self.values.std()), 1e-12) / 2)
        usual = math.atanh(_USUAL_PERSISTENCE)
        return np.array([sd, usual, sd, usual, math.log(0.8)][: 5 if self.has_noise else 4])

    def bounds(self, start: FloatArray) -> list[tuple[float, float]]:
        widest = math.atanh(_MOST_PERSISTENT)
        sd, persistence = (start[0] - 6.0, start[0] + 4.0), (-0.5, widest)
        scale = (math.log(0.05), math.log(2.0))
        return [sd, persistence, sd, persistence, scale][: start.size]

    def fitted(self, start: FloatArray, bounds: list[tuple[float, float]]) -> FloatArray:
        found = minimize(self, start, method="L-BFGS-B", bounds=bounds, options=_CLOSE)
        return np.asarray(found.x)

    def shocks(self, x: FloatArray) -> Shocks:
        return Shocks(
            region_sd=math.exp(x[0]),
            region_persistence=math.tanh(x[1]),
            unit_sd=math.exp(x[2]),
            unit_persistence=math.tanh(x[3]),
            noise_scale=math.exp(x[4]) if self.has_noise else 0.0,
        )

    def __call__(self, x: FloatArray) -> float:
        shocks, n_contrasts = self.shocks(x), self.contrasts.shape[0]
        of_region = self._contrasted(shocks.region_sd, shocks.region_persistence)
        of_unit = self._contrasted(shocks.unit_sd, shocks.unit_persistence)
        # Contrasts are orthonormal, so noise is the same in each, and every unit's A has the
        # same directions: A_i = Q (d + noise_i) Q'.
        spread, directions = np.linalg.eigh(of_unit)
        own = np.maximum(spread, 1e-300) + (shocks.noise_scale * self.noise_sd[:, None]) ** 2
        turned = self.values @ directions
        weighted = turned / own
        total = self.members @ (1 / own)
        moved = self.members @ weighted
        shared = directions.T @ of_region @ directions
        # Sum over a region's units of V^-1: (S^-1 + B)^-1; and the same applied to the values.
        shrink = np.linalg.inv(np.eye(n_contrasts) + total[:, :, None] * shared)
        precision = shrink * total[:, None, :]
        lent = np.einsum("gjk,gk->gj", shrink, moved)
        log_det = np.log(own).sum() - np.linalg.slogdet(shrink)[1].sum()
        square = (turned * weighted).sum() - np.einsum("gj,jk,gk->", moved, shared, lent)
        information = precision.sum(axis=0)
        square -= lent.sum(axis=0) @ np.linalg.solve(information, lent.sum(axis=0))
        log_det += np.linalg.slogdet(information)[1]
        belief = (x[[1, 3]] - math.atanh(_USUAL_PERSISTENCE)) / _PERSISTENCE_SPREAD
        return float(0.5 * (log_det + square + belief @ belief))

    def _contrasted(self, sd: float, persistence: float) -> FloatArray:
        periods = np.arange(self.contrasts.shape[1])
        apart = np.abs(periods[:, None] - periods[None, :])
        covariance = sd**2 * persistence**apart
        return np.asarray(self.contrasts @ covariance @ self.contrasts.T)
