"""Panels in which nothing was done: a share of 20% in 153 authorities of England's regions.

Region shocks that persist, each authority's own, and chance in small numbers. Made
apart from the simulation of `models.causal.power`, so that one can judge the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from models.causal.base import NEVER, FloatArray, IntArray, Panel
from models.causal.shocks import Shocks, Units

# Authorities of each region, the two treated first; London in five parts, or as one.
SIZES = {
    14: (10, 19, 12, 14, 15, 10, 14, 11, 15, 7, 7, 7, 6, 6),
    10: (10, 19, 12, 14, 15, 10, 14, 11, 15, 33),
}
SHARE, POINT = 0.2, 0.01
NOISE_SCALE = 0.8
TREATED = np.array([0, 1])


@dataclass(frozen=True, slots=True)
class Nature:
    """How outcomes move when nothing is done; standard deviations in shares."""

    region_sd: float = 1.0 * POINT
    region_persistence: float = 0.7
    unit_sd: float = 1.5 * POINT
    unit_persistence: float = 0.5
    n_regions: int = 14
    n_before: int = 8
    n_after: int = 2
    tails: float = np.inf  # degrees of freedom of the region shocks
    trend_sd: float = 0.0  # of the regions' own straight lines, a period

    @property
    def region(self) -> IntArray:
        sizes = SIZES[self.n_regions]
        return np.repeat(np.arange(len(sizes)), sizes)

    @property
    def shocks(self) -> Shocks:
        return Shocks(
            self.region_sd,
            self.region_persistence,
            self.unit_sd,
            self.unit_persistence,
            NOISE_SCALE,
        )


def null_panels(
    nature: Nature,
    *,
    n_panels: int,
    rng: np.random.Generator,
    children: FloatArray | None = None,
) -> FloatArray:
    """Outcomes of authorities, shape (n_panels, n_units, n_periods); children drawn if absent."""
    length = nature.n_before + nature.n_after
    region = nature.region
    shape = (n_panels, nature.n_regions, length)
    shared = _persistent(
        nature.region_sd, nature.region_persistence, shape, rng, tails=nature.tails
    )
    own = (n_panels, region.size, length)
    shared = shared + (nature.trend_sd * rng.standard_normal((*shape[:2], 1)) * np.arange(length))
    y = SHARE + shared[:, region]
    y += _persistent(nature.unit_sd, nature.unit_persistence, own, rng)
    if children is None:
        children = some_children((n_panels, region.size), rng)
    chance = NOISE_SCALE * np.sqrt(SHARE * (1 - SHARE) / children)
    return y + chance[..., None] * rng.standard_normal(own)


def some_children(shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
    return np.clip(rng.lognormal(np.log(480), 0.55, size=shape), 60, 2_500)


def units_of(nature: Nature, children: FloatArray | None = None) -> Units:
    """The authorities, with children as they come on average if not given."""
    if children is None:
        children = some_children(nature.region.shape, np.random.default_rng(153))
    chance = np.sqrt(SHARE * (1 - SHARE) / children)
    return Units(nature.region, chance, np.ones(children.size))


def region_means(y: FloatArray, region: IntArray) -> FloatArray:
    """Plain means of a region's authorities, shape (..., n_regions, n_periods)."""
    shares = np.zeros((region.max() + 1, region.size))
    shares[region, np.arange(region.size)] = 1 / np.bincount(region)[region]
    return shares @ y


def region_panel(means: FloatArray, *, start: int, treated: IntArray = TREATED) -> Panel:
    """One region's row each; the treated begin in column `start`."""
    treated_from = np.full(means.shape[0], NEVER)
    treated_from[treated] = start
    return Panel(means, treated_from, np.ones(means.shape[0]))


def _persistent(
    sd: float,
    persistence: float,
    shape: tuple[int, ...],
    rng: np.random.Generator,
    *,
    tails: float = np.inf,
) -> FloatArray:
    fresh = rng.standard_normal(shape)
    if np.isfinite(tails):
        fresh = rng.standard_t(tails, size=shape) * np.sqrt((tails - 2) / tails)
    fresh[..., 1:] *= np.sqrt(1 - persistence**2)
    return sd * lfilter([1.0], [1.0, -persistence], fresh, axis=-1)
