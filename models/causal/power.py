"""What could be seen, and when: the smallest effect that a design would find.

Shock sizes are learned from the user's own panel before treatment. Authorities of a
region share its shocks, which no number of authorities averages out, so with two
treated regions the smallest detectable effect hardly falls as years go by. The same
draws serve every date and every number of regions, so that differences between them
are not chance. Size and sign of significant findings after Gelman and Carlin, "Beyond
power calculations", *Perspectives on Psychological Science* 9 (2014).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.stats import t as student

from models.causal.base import FloatArray, IntArray, UnsuitablePanelError
from models.causal.randomisation import (
    Assignments,
    assignments,
    inverted_interval,
    region_mean_estimates,
    region_mean_slopes,
)

_PANELS_AT_ONCE = 250
_BISECTIONS = 50
_MOST_PERSISTENT = 0.95
_USUAL_PERSISTENCE, _PERSISTENCE_SPREAD = 0.5, 0.7
"""Centre and spread (in arctanh) of what is believed of persistence before the data speak: eight
years cannot tell .5 from .8, and a few years none at all."""

_FEWEST_TOGETHER = 5
"""Significant draws under which the size of significant findings is not told."""


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


@dataclass(frozen=True, slots=True)
class Design:
    """Who is treated and for how long one has watched.

    Attributes
    ----------
    treated : ndarray of int, shape (n_treated,)
        Regions.
    donors : ndarray of int, shape (n_donors,)
        Regions that will still be untreated.
    n_before, n_after : int
        Periods of the base and since the start.
    n_between : int
        Periods between them that are left out, such as those of anticipation.
    """

    treated: IntArray
    donors: IntArray
    n_before: int
    n_after: int
    n_between: int = 0


@dataclass(frozen=True, slots=True)
class NullDraws:
    """Estimates where nothing happened, and the effects each test would not reject.

    Attributes
    ----------
    estimates : ndarray, shape (n_panels,)
    low, high : dict of str to ndarray, shape (n_panels,)
        Ends of the interval by kind of inference: "donald_lang" and
        "region_permutation".
    smallest_p : dict of str to float
        The smallest p-value each can give; 0 where any is possible.
    alpha : float
        Level of the tests.
    """

    estimates: FloatArray
    low: dict[str, FloatArray]
    high: dict[str, FloatArray]
    smallest_p: dict[str, float]
    alpha: float

    def power(self, effect: float, inference: str) -> float:
        """Give the chance of finding an effect, a rise or a fall of that size alike."""
        return float(
            0.5 * self._found(effect, inference).mean()
            + 0.5 * self._found(-effect, inference).mean()
        )

    def detectable(self, inference: str, *, power: float = 0.8) -> float:
        """Give the smallest effect found with a probability; infinite where none ever is."""
        if self.smallest_p[inference] > self.alpha:
            return math.inf
        inside, outside = 0.0, float(np.abs(self.estimates).max()) or 1.0
        while self.power(outside, inference) < power:
            inside, outside = outside, 2 * outside
            if not math.isfinite(outside):
                return math.inf
        for _ in range(_BISECTIONS):
            middle = 0.5 * (inside + outside)
            if self.power(middle, inference) < power:
                inside = middle
            else:
                outside = middle
        return outside

    def when_significant(self, effect: float, inference: str) -> tuple[float, float]:
        """Give what significant findings are like if an effect is true.

        Returns
        -------
        exaggeration : float
            Mean size of significant estimates over the true size (type M).
        wrong_sign : float
            Share of them with the wrong sign (type S). Both NaN where there are
            hardly any, or where no effect is true.
        """
        found = np.concatenate([self._found(effect, inference), self._found(-effect, inference)])
        # Both in the direction of the true effect.
        told = np.concatenate([self.estimates + effect, effect - self.estimates])[found]
        if told.size < _FEWEST_TOGETHER or effect == 0:
            return float("nan"), float("nan")
        return float(np.abs(told).mean() / abs(effect)), float((told * effect < 0).mean())

    def _found(
        self, effect: float, inference: str
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        # The interval moves with the effect: 0 lies outside where -effect did before.
        return np.asarray((-effect < self.low[inference]) | (-effect > self.high[inference]))


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest detectable effect of one design.

    Attributes
    ----------
    n_regions, n_after : int
        Regions in all, and periods since the start.
    inference : str
        "donald_lang" or "region_permutation".
    effect : float
        In the outcome's unit; infinite where no effect could ever be found.
    smallest_p : float
        The smallest p-value possible; 0 where any is.
    """

    n_regions: int
    n_after: int
    inference: str
    effect: float
    smallest_p: float


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
    seen = ~np.isnan(y).any(axis=1)
    regions = np.unique(units.region[seen])
    if y.shape[1] < 3 or regions.size < 3:
        raise UnsuitablePanelError(
            estimator="The size of shocks",
            reason=f"it needs three periods and three regions before treatment, and has "
            f"{y.shape[1]} and {regions.size}.",
        )
    likelihood = _Likelihood(y[seen], units.region[seen], units.noise_sd[seen])
    start = likelihood.start()
    found = minimize(
        likelihood,
        start,
        method="L-BFGS-B",
        bounds=likelihood.bounds(start),
        options={"maxiter": 200},
    )
    return likelihood.shocks(found.x)


def draw_region_differences(
    shocks: Shocks,
    units: Units,
    designs: Sequence[Design],
    *,
    n_panels: int,
    rng: np.random.Generator,
) -> list[FloatArray]:
    """Draw each region's mean after less mean before, if nothing is done.

    Parameters
    ----------
    shocks, units
        What moves outcomes.
    designs : sequence of Design
        All from the same draws of the same periods, the starts lined up.
    n_panels : int
        Panels to draw.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    list of ndarray, each of shape (n_panels, n_regions)
    """
    before = max(design.n_before for design in designs)
    length = before + max(design.n_between + design.n_after for design in designs)
    shares = units.shares
    # A region's mean of independent shocks of its units is a shock like theirs, only smaller.
    unit_sd = shocks.unit_sd * np.sqrt((shares**2).sum(axis=1))
    noise_sd = shocks.noise_scale * np.sqrt(shares**2 @ units.noise_sd**2)
    region_sd = np.full(units.n_regions, shocks.region_sd)
    drawn: list[list[FloatArray]] = [[] for _ in designs]
    for first in range(0, n_panels, _PANELS_AT_ONCE):
        shape = (min(_PANELS_AT_ONCE, n_panels - first), units.n_regions, length)
        paths = persistent_paths(region_sd, shocks.region_persistence, shape, rng)
        paths += persistent_paths(unit_sd, shocks.unit_persistence, shape, rng)
        paths += noise_sd[:, None] * rng.standard_normal(shape)
        for design, parts in zip(designs, drawn, strict=True):
            start = before + design.n_between
            after = paths[..., start : start + design.n_after].mean(axis=-1)
            parts.append(after - paths[..., before - design.n_before : before].mean(axis=-1))
    return [np.concatenate(parts) for parts in drawn]


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


def null_draws(
    differences: FloatArray,
    design: Design,
    *,
    alpha: float = 0.05,
    chosen: Assignments | None = None,
    rng: np.random.Generator | None = None,
) -> NullDraws:
    """Judge drawn panels by both region-level tests.

    Parameters
    ----------
    differences : ndarray, shape (n_panels, n_regions)
        As `draw_region_differences` gives for the design.
    design : Design
    alpha : float
        Level of the tests.
    chosen : Assignments, optional
        Of positions in (treated, then donors); all, or draws, if not given.
    rng : numpy.random.Generator, optional
        Only where there are too many assignments to list.

    Returns
    -------
    NullDraws
    """
    n_treated = design.treated.size
    inside = differences[:, design.treated]
    outside = differences[:, design.donors]
    both = np.concatenate([inside, outside], axis=1)
    n_regions = both.shape[1]
    estimates = inside.mean(axis=1) - outside.mean(axis=1)
    freedom = n_regions - 2
    squares = ((inside - inside.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    squares += ((outside - outside.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    error = np.sqrt(squares / max(freedom, 1) * (1 / n_treated + 1 / design.donors.size))
    reach = error * (student.ppf(1 - alpha / 2, freedom) if freedom > 0 else np.inf)
    if chosen is None:
        every = np.arange(n_regions)
        chosen = assignments(every[:n_treated], candidates=every, rng=rng)
    slopes = region_mean_slopes(chosen.rows, observed=chosen.observed, n_regions=n_regions)
    low, high = inverted_interval(
        region_mean_estimates(both, chosen.rows), slopes, observed=chosen.observed, alpha=alpha
    )
    return NullDraws(
        estimates,
        {"donald_lang": estimates - reach, "region_permutation": low},
        {"donald_lang": estimates + reach, "region_permutation": high},
        {
            "donald_lang": 0.0 if freedom > 0 else 1.0,
            "region_permutation": chosen.smallest_p,
        },
        alpha,
    )


def detectable_by_design(
    shocks: Shocks,
    units: Units,
    designs: Sequence[Design],
    *,
    n_panels: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
    power: float = 0.8,
) -> list[Detectable]:
    """Give the smallest detectable effect of every design, by both tests, from the same draws.

    Parameters
    ----------
    shocks, units
        What moves outcomes.
    designs : sequence of Design
        Such as every date with every number of regions that will be left.
    n_panels : int
        Panels to draw; a thousand give the effect to about 2%.
    rng : numpy.random.Generator
        The only source of chance.
    alpha : float
        Level of the tests.
    power : float
        Chance of finding it.

    Returns
    -------
    list of Detectable
        Two a design, in order.
    """
    drawn = draw_region_differences(shocks, units, designs, n_panels=n_panels, rng=rng)
    found = []
    for design, differences in zip(designs, drawn, strict=True):
        draws = null_draws(differences, design, alpha=alpha, rng=rng)
        found += [
            Detectable(
                n_regions=design.treated.size + design.donors.size,
                n_after=design.n_after,
                inference=inference,
                effect=draws.detectable(inference, power=power),
                smallest_p=draws.smallest_p[inference],
            )
            for inference in draws.low
        ]
    return found


def unit_level_false_positives(
    shocks: Shocks,
    units: Units,
    design: Design,
    *,
    n_panels: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
) -> float:
    """Give how often an authority-clustered t would find an effect where there is none.

    The figure for the warning beside that test: see
    `models.causal.donald_lang.as_if_units_were_independent`.
    """
    treated = np.isin(units.region, design.treated)
    donors = np.isin(units.region, design.donors)
    n, n_inside = int(treated.sum() + donors.sum()), int(treated.sum())
    if min(n_inside, n - n_inside) < 2:
        return float("nan")
    before, start = design.n_before, design.n_before + design.n_between
    length = start + design.n_after
    region_sd = np.full(units.n_regions, shocks.region_sd)
    unit_sd = np.full(units.region.size, shocks.unit_sd)
    found = 0
    for first in range(0, n_panels, _PANELS_AT_ONCE):
        panels = min(_PANELS_AT_ONCE, n_panels - first)
        of_region = (panels, units.n_regions, length)
        of_unit = (panels, units.region.size, length)
        paths = persistent_paths(unit_sd, shocks.unit_persistence, of_unit, rng)
        paths += persistent_paths(region_sd, shocks.region_persistence, of_region, rng)[
            :, units.region
        ]
        paths += shocks.noise_scale * units.noise_sd[:, None] * rng.standard_normal(of_unit)
        change = paths[..., start:].mean(axis=-1) - paths[..., :before].mean(axis=-1)
        inside, outside = change[:, treated], change[:, donors]
        variance = inside.var(axis=1) / n_inside + outside.var(axis=1) / (n - n_inside)
        statistic = (inside.mean(axis=1) - outside.mean(axis=1)) / np.sqrt(variance * n / (n - 2))
        found += int((np.abs(statistic) > student.ppf(1 - alpha / 2, n - 1)).sum())
    return found / n_panels


@dataclass(frozen=True, slots=True)
class _Likelihood:
    """Minus the restricted log likelihood, of log sds and arctanh persistences.

    Contrasts over time take out each unit's level. A region's block is then
    block-diagonal (A_i of each unit) plus the shared B in every pair, so with
    S = sum of A_i^-1 all it takes are matrices of the number of contrasts.
    """

    y: FloatArray
    region: IntArray
    noise_sd: FloatArray

    @property
    def has_noise(self) -> bool:
        return bool((self.noise_sd > 0).any())

    @property
    def contrasts(self) -> FloatArray:
        n = self.y.shape[1]
        centring = np.eye(n) - 1 / n
        return np.asarray(np.linalg.svd(centring)[0][:, : n - 1].T)

    def start(self) -> FloatArray:
        spread = self.y - self.y.mean(axis=1, keepdims=True)
        sd = math.log(max(float(spread.std()), 1e-12) / 2)
        usual = math.atanh(_USUAL_PERSISTENCE)
        return np.array([sd, usual, sd, usual, math.log(0.8)][: 5 if self.has_noise else 4])

    def bounds(self, start: FloatArray) -> list[tuple[float, float]]:
        widest = math.atanh(_MOST_PERSISTENT)
        sd, persistence = (start[0] - 6.0, start[0] + 4.0), (-0.5, widest)
        scale = (math.log(0.05), math.log(2.0))
        return [sd, persistence, sd, persistence, scale][: start.size]

    def shocks(self, x: FloatArray) -> Shocks:
        return Shocks(
            region_sd=math.exp(x[0]),
            region_persistence=math.tanh(x[1]),
            unit_sd=math.exp(x[2]),
            unit_persistence=math.tanh(x[3]),
            noise_scale=math.exp(x[4]) if self.has_noise else 0.0,
        )

    def __call__(self, x: FloatArray) -> float:
        shocks, contrasts = self.shocks(x), self.contrasts
        n_contrasts = contrasts.shape[0]
        values = self.y @ contrasts.T
        apart = np.abs(np.subtract.outer(*(np.arange(self.y.shape[1]),) * 2))
        of_region = (
            contrasts @ (shocks.region_sd**2 * shocks.region_persistence**apart) @ contrasts.T
        )
        of_unit = contrasts @ (shocks.unit_sd**2 * shocks.unit_persistence**apart) @ contrasts.T
        noise = (shocks.noise_scale * self.noise_sd) ** 2
        # Contrasts are orthonormal, so noise stays the same in each.
        own = of_unit + noise[:, None, None] * np.eye(n_contrasts)
        inverse = np.linalg.inv(own)
        weighted = np.einsum("ijk,ik->ij", inverse, values)
        codes, place = np.unique(self.region, return_inverse=True)
        total = np.zeros((codes.size, n_contrasts, n_contrasts))
        np.add.at(total, place, inverse)
        moved = np.zeros((codes.size, n_contrasts))
        np.add.at(moved, place, weighted)
        # Sum over a region's units of V^-1: (S^-1 + B)^-1; and the same applied to the values.
        shrink = np.linalg.inv(np.eye(n_contrasts) + total @ of_region)
        precision = shrink @ total
        lent = np.einsum("gjk,gk->gj", shrink, moved)
        log_det = np.linalg.slogdet(own)[1].sum() - np.linalg.slogdet(shrink)[1].sum()
        square = (values * weighted).sum()
        square -= np.einsum("gj,jk,gk->", moved, of_region, lent)
        information = precision.sum(axis=0)
        common = np.linalg.solve(information, lent.sum(axis=0))
        square -= lent.sum(axis=0) @ common
        log_det += np.linalg.slogdet(information)[1]
        belief = (x[[1, 3]] - math.atanh(_USUAL_PERSISTENCE)) / _PERSISTENCE_SPREAD
        return float(0.5 * (log_det + square + belief @ belief))
