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
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from models.causal.base import FloatArray, IntArray
from models.causal.looks import found_at
from models.causal.randomisation import (
    Assignments,
    assignments,
    inverted_interval,
    region_mean_estimates,
    region_mean_slopes,
)
from models.causal.shocks import Shocks, Units, persistent_paths

_PANELS_AT_ONCE = 250
_EFFECTS_TRIED = 33
_BISECTIONS = 50
_FEWEST_TOGETHER = 5
"""Significant draws under which the size of significant findings is not told."""


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


def detectable_by_look(
    differences: Sequence[FloatArray],
    design: Design,
    *,
    chosen: Assignments,
    fractions: FloatArray,
    alpha: float = 0.05,
    spending: str = "linear",
    power: float = 0.8,
) -> FloatArray:
    """Give the smallest effect found by each look, the chance spent over all of them.

    Parameters
    ----------
    differences : sequence of ndarray, each of shape (n_panels, n_regions)
        Of every look in turn, from the same panels (`draw_region_differences`).
    design : Design
        Whose treated and donors are the same at every look.
    chosen : Assignments
        Of positions in (treated, then donors).
    fractions : ndarray, shape (n_looks,)
        Information at each look, as a fraction of that at the last planned one.
    alpha : float
        To be spent over all planned looks.
    spending : str
        How: `models.causal.looks.SPENDING`.
    power : float
        Chance of finding it at that look or one before.

    Returns
    -------
    ndarray, shape (n_looks,)
        In the outcome's unit; infinite where nothing can be found by then.
    """
    rows = np.concatenate([design.treated, design.donors])
    nulls = np.stack([region_mean_estimates(each[:, rows], chosen.rows) for each in differences])
    slopes = region_mean_slopes(chosen.rows, observed=chosen.observed, n_regions=rows.size)
    looks = np.arange(len(differences))

    def found_by(effect: float) -> FloatArray:
        at = np.concatenate(
            [
                found_at(
                    nulls + sign * effect * slopes,
                    observed=chosen.observed,
                    fractions=fractions,
                    alpha=alpha,
                    spending=spending,
                )
                for sign in (1.0, -1.0)
            ]
        )
        return np.asarray(((at >= 0) & (at <= looks[:, None])).mean(axis=1))

    widest = float(np.abs(nulls[..., chosen.observed]).max()) or 1.0
    return _smallest_found(found_by, widest, power)


def _smallest_found(
    found_by: Callable[[float], FloatArray], widest: float, power: float
) -> FloatArray:
    """Give by look the smallest effect found with a probability; infinite where none ever is."""
    # As large as makes no difference: those found by then at all are found there.
    possible = found_by(1e3 * widest) >= power
    reach = 0.0
    found_there = np.zeros(possible.size)
    while (found_there < power)[possible].any():
        reach = 2 * reach or widest
        found_there = found_by(reach)
    effects = np.linspace(0.0, reach, _EFFECTS_TRIED)
    curves = np.array([found_by(effect) for effect in effects])
    return np.array(
        [
            _crossing(effects, curve, power) if can else math.inf
            for curve, can in zip(curves.T, possible, strict=True)
        ]
    )


def _crossing(effects: FloatArray, curve: FloatArray, power: float) -> float:
    """Read off where a rising curve reaches a height, on the line between two points."""
    rising = np.maximum.accumulate(curve)
    after = int(np.argmax(rising >= power))
    if after == 0:
        return float(effects[0])
    low, high = rising[after - 1], rising[after]
    part = (power - low) / (high - low)
    return float(effects[after - 1] + part * (effects[after] - effects[after - 1]))


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
