"""Intervals from past errors alone, pooled over nodes that are alike.

An error is put in units that a count's own size explains,

    z = (actual - f) / sqrt(f + 1 + (c f)^2),

a Poisson part and a part in proportion. Errors of one kind, lead and size are
then one distribution, kept as a histogram an origin: any choice of past origins
(all but one, those known by a day) gives its quantiles without sorting again.
Lei et al. (2018), "Distribution-free predictive inference for regression",
*JASA* 113; for what errors that share shocks can carry, `non_overlapping`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm

from models.forecast import FloatArray, IntArray, PathArray

PROPORTION = 0.06
"""c where it is not learned: errors of England's areas grow to about 6% of their size."""

ENOUGH_ORIGINS = 20
"""Non-overlapping origins that place a 95% interval; below, it is extrapolated."""

PRIOR_ORIGINS = 6.0
"""Non-overlapping origins that a structural model's own doubt counts for beside past errors: two or
three errors of a region say little of its tails, and alone asked for intervals twice too wide."""

_PROPORTIONS = np.array([0.0, 0.02, 0.04, 0.06, 0.09, 0.13, 0.2, 0.3])
_MOST_SIZES, _NODES_A_SIZE = 5, 25
_NOUGHT = 0.05
"""Forecasts below are a size of their own: cells that nobody is in say nothing of small ones."""

_NEIGHBOURS = 2
_LINEAR, _STEP, _HALF = 0.01, 0.04, 240
"""Histogram cells are even in asinh(z / .01): 4% wide from .03 to 70, and interpolated."""


def spread(point: FloatArray, proportion: FloatArray) -> FloatArray:
    """Give the size of error that a forecast's own size explains, in its unit."""
    size = np.maximum(point, 0.0)
    return np.asarray(np.sqrt(size + 1 + (proportion * size) ** 2))


def non_overlapping(known: NDArray[np.bool_], *, spacing: int) -> FloatArray:
    """Count the origins whose errors at a lead share no month.

    Parameters
    ----------
    known : ndarray of bool, shape (n_origins, horizon)
        Origins whose errors are known, by lead.
    spacing : int
        Periods between origins.

    Returns
    -------
    ndarray, shape (horizon,)
        1 + the periods that the origins span / the lead, rounded down, and no
        more than the origins themselves; 0 where none is known.
    """
    lead = np.arange(1, known.shape[1] + 1)
    if not len(known):
        return np.zeros(known.shape[1])
    first = known.argmax(axis=0)
    last = len(known) - 1 - known[::-1].argmax(axis=0)
    apart = 1.0 + (last - first) * spacing // lead
    return np.asarray(np.minimum(apart, known.sum(axis=0)))


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which nodes share a distribution of errors.

    Attributes
    ----------
    kind : ndarray of int, shape (n_nodes,)
        Nodes that are alike, such as a level.
    totals : ndarray of bool, shape (n_kinds,)
        Kinds with as few independent errors as there are origins, such as
        totals of regions.
    borrows : ndarray of int, shape (n_kinds,)
        Finer kind whose shape of errors a kind takes while its own origins are
        few; -1 for none.
    """

    kind: IntArray
    totals: NDArray[np.bool_]
    borrows: IntArray

    @property
    def n_kinds(self) -> int:
        """Number of kinds."""
        return len(self.totals)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Size classes of every kind: centres in log(1 + f), one row a kind's classes.

    The first class of a kind with `has_nought` holds its forecasts of nobody.
    """

    centres: tuple[FloatArray, ...]
    has_nought: tuple[bool, ...]

    @property
    def first(self) -> IntArray:
        return np.cumsum([0, *(len(found) for found in self.centres)])

    def passed_over(self, kind: int) -> int:
        """Classes of a kind that no other learns from: that of nobody, where there are others."""
        return int(self.has_nought[kind] and len(self.centres[kind]) > 1)

    def between(
        self, point: FloatArray, kind: IntArray
    ) -> tuple[IntArray, IntArray, NDArray[np.float32]]:
        """Give the classes below and above each forecast, and the weight of the one above."""
        size = np.log1p(np.maximum(point, 0.0))
        below = np.zeros(size.shape, dtype=np.int64)
        above = np.zeros(size.shape, dtype=np.int64)
        share = np.zeros(size.shape, dtype=np.float32)
        for k, centres in enumerate(self.centres):
            rows = np.flatnonzero(kind == k)
            others = np.arange(self.passed_over(k), len(centres))
            place = np.interp(size[rows], centres[others], others)
            if self.has_nought[k]:
                place[size[rows] < np.log1p(_NOUGHT)] = 0.0
            down = np.floor(place).astype(np.int64)
            below[rows] = self.first[k] + down
            above[rows] = self.first[k] + np.minimum(down + 1, len(centres) - 1)
            share[rows] = place - down
        return below, above, share


@dataclass(frozen=True, slots=True)
class PastErrors:
    """Histograms of standardised errors; make them with `learned_errors`.

    Attributes
    ----------
    likeness : Likeness
        Of the nodes.
    proportion : ndarray, shape (n_kinds,)
        c of every kind.
    known : ndarray of bool, shape (n_origins, horizon)
        Origins whose actuals are known, by lead.
    spacing : int
        Periods between origins.
    """

    likeness: Likeness
    proportion: FloatArray
    known: NDArray[np.bool_]
    spacing: int
    _sizes: _Sizes
    _counts: NDArray[np.int32]
    _moments: FloatArray

    def but(self, origin: int) -> NDArray[np.bool_]:
        """Give the errors of all other origins, for `intervals`: an honest past score."""
        others = np.arange(len(self.known)) != origin
        return np.asarray(self.known & others[:, None])

    def before(self, origin: int) -> NDArray[np.bool_]:
        """Give the errors that were known at an origin: stricter, with less to learn from."""
        lead = np.arange(1, self.known.shape[1] + 1)
        age = (origin - np.arange(len(self.known))) * self.spacing
        return np.asarray(self.known & (lead <= age[:, None]))

    def intervals(
        self,
        levels: FloatArray,
        *,
        known: NDArray[np.bool_] | None = None,
        centred: bool = False,
    ) -> Intervals:
        """Learn quantiles of errors from some or all past origins.

        Parameters
        ----------
        levels : ndarray, shape (n_levels,)
            Between 0 and 1, ascending.
        known : ndarray of bool, shape (n_origins, horizon), optional
            Errors to learn from; all when absent.
        centred : bool
            Take off the mean error, so that old drift is not carried on.

        Returns
        -------
        Intervals
            Intervals of level p are placed at p (1 + 1/n) of n errors, leads
            within 2 of each other pooled, and widened by 1 + 1/k for k
            independent errors: for totals, the non-overlapping origins; for
            others as many more as nodes of an origin have errors of their own.
        """
        used = self.known if known is None else known
        total = np.zeros(self._counts.shape[1:])
        for counts, leads in zip(self._counts, used, strict=True):
            total += counts * leads[:, None]
        origins = non_overlapping(used, spacing=self.spacing)
        pooled = _over_neighbours(total)
        wanted = np.concatenate([[0.5], levels])
        offsets = _quantiles(pooled, wanted)
        first = self._sizes.first
        for k in range(self.likeness.n_kinds):
            classes = slice(first[k], first[k + 1])
            own = pooled[classes]
            donor = int(self.likeness.borrows[k])
            if donor >= 0:
                lending = slice(first[donor] + self._sizes.passed_over(donor), first[donor + 1])
                lender = pooled[lending].sum(axis=0, keepdims=True)
                offsets[:, classes] = _with_borrowed_shape(
                    offsets[:, classes], own, lender, wanted, origins
                )
            if centred:
                offsets[:, classes] -= _means(own)
            offsets[:, classes] = _filled(offsets[:, classes], own, wanted)
            wider = 1 + 1 / np.maximum(self._independent(k, used, origins), 1.0)
            middle = offsets[0, classes]
            offsets[1:, classes] = middle + (offsets[1:, classes] - middle) * wider
        grown = np.sqrt(np.arange(1, offsets.shape[2] + 1))
        return Intervals(
            levels=np.asarray(levels, dtype=np.float64),
            origins=origins,
            likeness=self.likeness,
            proportion=self.proportion,
            _sizes=self._sizes,
            _offsets=(offsets[1:] * grown).astype(np.float32),
        )

    def _independent(self, k: int, used: NDArray[np.bool_], origins: FloatArray) -> FloatArray:
        """Count a kind's independent errors at each lead, shape (horizon,)."""
        if self.likeness.totals[k]:
            return origins
        nodes, total, squares = np.where(used, self._moments[:, k], 0.0)
        pairs = (nodes * (nodes - 1)).sum()
        if pairs == 0 or squares.sum() == 0:
            return origins
        # Correlation of two nodes' errors at one origin: 1 where an origin has one story.
        shared = ((total**2 - squares).sum() / pairs) / (squares.sum() / nodes.sum())
        shared = float(np.clip(shared, 0.0, 1.0))
        size = nodes.sum() / np.maximum((nodes > 0).sum(), 1)
        return np.asarray(origins * size / (1 + (size - 1) * shared))


@dataclass(frozen=True, slots=True)
class Intervals:
    """Quantiles of errors, ready to be put around forecasts.

    Attributes
    ----------
    levels : ndarray, shape (n_levels,)
        Ascending.
    origins : ndarray, shape (horizon,)
        Non-overlapping origins behind each lead.
    likeness : Likeness
        Of the nodes.
    proportion : ndarray, shape (n_kinds,)
        c of every kind.
    """

    levels: FloatArray
    origins: FloatArray
    likeness: Likeness
    proportion: FloatArray
    _sizes: _Sizes
    _offsets: NDArray[np.float32]

    @property
    def extrapolated(self) -> NDArray[np.bool_]:
        """Leads, shape (horizon,), whose 95% interval rests on fewer than 20 such origins."""
        return np.asarray(self.origins < ENOUGH_ORIGINS)

    def at(self, leads: IntArray) -> Intervals:
        """Give the intervals of some leads alone, counted from 0, in their order."""
        return replace(self, origins=self.origins[leads], _offsets=self._offsets[:, :, leads])

    def around(
        self,
        point: FloatArray,
        *,
        structural: PathArray | None = None,
        floor: float | None = 0.0,
    ) -> NDArray[np.float32]:
        """Put quantiles around forecasts.

        Parameters
        ----------
        point : ndarray, shape (n_nodes, horizon)
            Expected values, in the nodes' order when learning; no more leads
            than when learning.
        structural : ndarray, shape (n_levels, n_nodes, horizon), optional
            Quantiles of a structural model less its mean. Quantiles of errors
            are drawn to them while origins are few (k / (k + `PRIOR_ORIGINS`)
            for k non-overlapping ones), and are never nearer to the forecast.
            NaN where there is no such model.
        floor : float, optional
            No quantile is below; None where values may be negative.

        Returns
        -------
        ndarray of 32 bits, shape (n_levels, n_nodes, horizon)
            Ordered.
        """
        kind = self.likeness.kind
        below, above, share = self._sizes.between(point, kind)
        unit = spread(point, self.proportion[kind][:, None]).astype(np.float32)
        lead = np.arange(point.shape[1])[None, :]
        known = self.origins[: point.shape[1]]
        evidence = (known / (known + PRIOR_ORIGINS)).astype(np.float32)
        found = np.empty((len(self.levels), *point.shape), dtype=np.float32)
        for place, table in enumerate(self._offsets):
            low = table[below, lead]
            offset = (low + share * (table[above, lead] - low)) * unit
            if structural is not None:
                wider = np.fmin if self.levels[place] < 0.5 else np.fmax
                if self.levels[place] != 0.5:
                    drawn = evidence * offset + (1 - evidence) * structural[place]
                    drawn = np.where(np.isfinite(drawn), drawn, offset)
                    offset = wider(drawn, structural[place])
            found[place] = point + offset
        if floor is not None:
            np.maximum(found, np.float32(floor), out=found)
        return np.maximum.accumulate(found, axis=0, out=found)


def learned_errors(
    points: PathArray,
    actual: PathArray,
    *,
    likeness: Likeness,
    spacing: int,
    proportion: FloatArray | None = None,
) -> PastErrors:
    """Keep the errors of forecasts from past origins.

    Parameters
    ----------
    points : ndarray, shape (n_origins, n_nodes, horizon)
        Forecasts, oldest origin first; NaN where there was none.
    actual : ndarray, same shape
        What came; NaN where it is not known.
    likeness : Likeness
        Of the nodes.
    spacing : int
        Periods between origins.
    proportion : ndarray, shape (n_kinds,), optional
        c of every kind; `PROPORTION` when absent, or see `learned_proportion`.

    Returns
    -------
    PastErrors
        Of a size that does not depend on the number of nodes.
    """
    n_origins, _, horizon = points.shape
    found = np.full(likeness.n_kinds, PROPORTION) if proportion is None else proportion
    sizes = _size_classes(points, likeness)
    n_classes, cells = int(sizes.first[-1]), 2 * _HALF + 1
    counts = np.zeros((n_origins, n_classes, horizon, cells), dtype=np.int32)
    moments = np.zeros((3, likeness.n_kinds, n_origins, horizon))
    known = np.zeros((n_origins, horizon), dtype=bool)
    lead = np.arange(horizon)
    members = sparse.csr_array(
        (np.ones(len(likeness.kind)), (likeness.kind, np.arange(len(likeness.kind)))),
        shape=(likeness.n_kinds, len(likeness.kind)),
    )
    for origin, (point, came) in enumerate(zip(points, actual, strict=True)):
        seen = np.isfinite(came) & np.isfinite(point)
        known[origin] = seen.any(axis=0)
        safe = np.where(seen, point, 0.0)
        unit = spread(safe, found[likeness.kind][:, None]) * np.sqrt(lead + 1)
        below, above, share = sizes.between(safe, likeness.kind)
        group = np.where(share > 0.5, above, below)
        z = np.where(seen, (came - safe) / unit, 0.0)
        some = np.where(seen & (safe >= _NOUGHT), 1.0, 0.0)
        moments[:, :, origin] = [members @ part for part in (some, some * z, some * z**2)]
        cell = (group * horizon + lead) * cells + _cell(z)
        counts[origin] = np.bincount(cell[seen], minlength=counts[0].size).reshape(counts[0].shape)
    return PastErrors(likeness, found, known, spacing, sizes, counts, moments)


def learned_proportion(
    points: PathArray, actual: PathArray, *, kind: IntArray, n_kinds: int
) -> FloatArray:
    """Learn how fast errors of each kind grow with size.

    Parameters
    ----------
    points, actual : ndarray, shape (n_origins, n_nodes, horizon)
        Past forecasts and what came; NaN where not known.
    kind : ndarray of int, shape (n_nodes,)
        Of `n_kinds`.
    n_kinds : int
        Number of kinds.

    Returns
    -------
    ndarray, shape (n_kinds,)
        c of the greatest Laplace likelihood, the level of each lead free; a
        kind whose nodes are too alike in size to tell has `PROPORTION`.
    """
    horizon = points.shape[2]
    leads = np.unique(np.linspace(0, horizon - 1, 4).astype(int))
    found = np.full(n_kinds, PROPORTION)
    for k in range(n_kinds):
        nodes = np.flatnonzero(kind == k)
        nodes = nodes[:: max(1, len(nodes) // 300)]
        point = np.asarray(points[:, nodes][:, :, leads], dtype=np.float64)
        error = np.abs(actual[:, nodes][:, :, leads] - point)
        error[point < _NOUGHT] = np.nan
        size = np.nanquantile(point, [0.1, 0.9]) if np.isfinite(point).any() else np.zeros(2)
        if len(nodes) < _NODES_A_SIZE or size[1] < 2 * max(size[0], 5.0):
            continue
        likelihood = [_laplace_likelihood(point, error, c) for c in _PROPORTIONS]
        found[k] = _PROPORTIONS[int(np.argmax(likelihood))]
    return found


def honest_quantiles(
    past: PastErrors,
    points: PathArray,
    levels: FloatArray,
    *,
    centred: bool = False,
    structural: PathArray | None = None,
    floor: float | None = 0.0,
) -> Iterator[NDArray[np.float32]]:
    """Give each past forecast the quantiles that the other origins ask for.

    Parameters
    ----------
    past : PastErrors
        Of `points`.
    points : ndarray, shape (n_origins, n_nodes, horizon)
        The forecasts themselves.
    levels, centred, structural, floor
        As for `PastErrors.intervals` and `Intervals.around`.

    Yields
    ------
    ndarray, shape (n_levels, n_nodes, horizon)
        An origin after the other: England's would not fit in memory together.
    """
    for origin, point in enumerate(points):
        learned = past.intervals(levels, known=past.but(origin), centred=centred)
        yield learned.around(np.asarray(point), structural=structural, floor=floor)


def _size_classes(points: PathArray, likeness: Likeness) -> _Sizes:
    centres, has_nought = [], []
    for k in range(likeness.n_kinds):
        nodes = np.flatnonzero(likeness.kind == k)
        size = np.log1p(np.maximum(points[:, nodes[:: max(1, len(nodes) // 400)]], 0.0))
        size = size[np.isfinite(size)]
        some = size[size >= np.log1p(_NOUGHT)]
        n_nodes = len(nodes) * len(some) / max(len(size), 1)
        n_classes = int(np.clip(n_nodes // _NODES_A_SIZE, 1, _MOST_SIZES))
        at = (np.arange(n_classes) + 0.5) / n_classes
        found = np.unique(np.quantile(some, at).astype(np.float64)) if len(some) else np.zeros(0)
        nought = len(some) < len(size) or not len(some)
        centres.append(np.concatenate([np.zeros(int(nought)), found]))
        has_nought.append(nought)
    return _Sizes(tuple(centres), tuple(has_nought))


def _cell(z: FloatArray) -> IntArray:
    place = np.rint(np.arcsinh(z / _LINEAR) / _STEP)
    return np.asarray(np.clip(place, -_HALF, _HALF).astype(np.int64) + _HALF)


def _value(place: FloatArray) -> FloatArray:
    return np.asarray(_LINEAR * np.sinh((place - _HALF) * _STEP))


def _cell_values(counts: FloatArray) -> FloatArray:
    return _value(np.arange(counts.shape[-1], dtype=np.float64))


def _over_neighbours(total: FloatArray) -> FloatArray:
    """Pool each lead with up to 2 on either side, none in the first months.

    There errors grow too fast, and not alike, for one lead to speak for the next.
    """
    horizon = total.shape[1]
    running = np.concatenate([np.zeros_like(total[:, :1]), total.cumsum(axis=1)], axis=1)
    lead = np.arange(horizon)
    reach = np.minimum(np.minimum((lead + 1) // 6, _NEIGHBOURS), horizon - 1 - lead)
    pooled: FloatArray = running[:, lead + reach + 1] - running[:, lead - reach]
    return pooled


def _quantiles(counts: FloatArray, levels: FloatArray) -> FloatArray:
    """Give quantiles of histograms (..., cells) at p (1 + 1/n), shape (n_levels, ...)."""
    running = counts.cumsum(axis=-1)
    n = running[..., -1]
    found = np.empty((len(levels), *n.shape))
    for place, level in enumerate(levels):
        stretch = (2 * level - 1) * (1 + 1 / np.maximum(n, 1))
        # Never beyond the errors that were seen: a target of nothing would be in the first cell.
        target = np.clip((1 + stretch) / 2, 1e-9, 1) * n
        cell = np.minimum((running < target[..., None]).sum(axis=-1), counts.shape[-1] - 1)
        inside = np.take_along_axis(counts, cell[..., None], axis=-1)[..., 0]
        until = np.take_along_axis(running, cell[..., None], axis=-1)[..., 0]
        share = 1 - np.divide(until - target, inside, out=np.full(n.shape, 0.5), where=inside > 0)
        found[place] = np.where(n > 0, _value(cell - 0.5 + share), np.nan)
    return found


def _means(counts: FloatArray) -> FloatArray:
    n = counts.sum(axis=-1)
    total = (counts * _cell_values(counts)).sum(axis=-1)
    return np.asarray(np.divide(total, n, out=np.zeros(n.shape), where=n > 0))


def _mean_distances(counts: FloatArray, centre: FloatArray) -> FloatArray:
    """Give mean distances from a centre, NaN where there are no errors."""
    n = counts.sum(axis=-1)
    distance = np.abs(_cell_values(counts) - centre[..., None])
    total = (counts * distance).sum(axis=-1)
    return np.asarray(np.divide(total, n, out=np.full(n.shape, np.nan), where=n > 0))


def _with_borrowed_shape(
    own: FloatArray, counts: FloatArray, lender: FloatArray, levels: FloatArray, origins: FloatArray
) -> FloatArray:
    """Mix own quantiles with the lender's shape around no error, as origins are few.

    The own spread is taken about zero: the mean of two or three origins is
    chance, and about it their errors look small.
    """
    centre = _means(lender)
    lent = _mean_distances(lender, centre)
    own_spread = _mean_distances(counts, np.zeros(1))
    ratio = np.divide(own_spread, lent, out=np.full(own_spread.shape, np.nan), where=lent > 0)
    borrowed = (_quantiles(lender, levels) - centre) * ratio
    weight = np.minimum(origins / ENOUGH_ORIGINS, 1.0)
    mixed = weight * own + (1 - weight) * borrowed
    return np.where(np.isfinite(mixed), mixed, own)


def _filled(offsets: FloatArray, counts: FloatArray, levels: FloatArray) -> FloatArray:
    """Give leads without errors the quantiles of the nearest lead; without any, the normal's."""
    filled = offsets.copy()
    known = counts.sum(axis=-1) > 0
    for row, seen in enumerate(known):
        if seen.all():
            continue
        if not seen.any():
            filled[:, row] = norm.ppf(levels)[:, None]
            continue
        at = np.flatnonzero(seen)
        nearest = at[np.abs(np.arange(len(seen))[:, None] - at).argmin(axis=1)]
        filled[:, row] = offsets[:, row][:, nearest]
    return filled


def _laplace_likelihood(point: FloatArray, error: FloatArray, proportion: float) -> float:
    unit = spread(point, np.asarray(proportion))
    seen = np.isfinite(error)
    count = np.maximum(seen.sum(axis=(0, 1)), 1)
    level = np.where(seen, error / unit, 0.0).sum(axis=(0, 1)) / count
    known = seen & (level > 0)
    likelihood = np.where(known, -np.log(unit) - np.log(np.where(level > 0, level, 1.0)), 0.0)
    return float(likelihood.sum())
