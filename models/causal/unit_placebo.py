"""Placebos in other units: whether an untreated unit would show as large a gap.

Abadie, Diamond & Hainmueller (2010), *JASA* 105, section 2.4: every unit in turn
is treated as the treated one was. The share of units, the treated one among
them, whose gap grew by as much as its own is a p-value; it is exact where any of
the units might as well have been the treated one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from models.causal.base import (
    NEVER,
    Columns,
    Estimator,
    FloatArray,
    IntArray,
    Panel,
    UnsuitablePanelError,
    column_numbers,
)

_ROUNDING = 1e-12
"""Ties in ranks are taken to be ties although sums were added in another order."""


@dataclass(frozen=True, slots=True)
class UnitPlacebos:
    """What an estimator finds in a treated unit and, in turn, in every untreated one.

    Attributes
    ----------
    rows : ndarray of int, shape (n_placebos,)
        Rows of the panel; the treated unit is the first. A unit that could not
        be fitted is left out.
    gaps : ndarray, shape (n_placebos, n_periods)
        Seen less expected, in every column.
    estimate : ndarray, shape (n_placebos,)
        Mean gap after the start.
    before, after : ndarray, shape (n_placebos,)
        Root mean squared gap in the base and after the start.
    """

    rows: IntArray
    gaps: FloatArray
    estimate: FloatArray
    before: FloatArray
    after: FloatArray

    @property
    def ratio(self) -> FloatArray:
        """How often larger the gap is after than before, shape (n_placebos,).

        Infinite for a unit that was matched exactly before.
        """
        endless = np.where(self.after > 0.0, np.inf, np.nan)
        return np.asarray(np.divide(self.after, self.before, out=endless, where=self.before > 0.0))

    @property
    def p_by_ratio(self) -> float:
        """Share of units whose ratio is at least the treated unit's."""
        return _rank(self.ratio)

    @property
    def p_by_estimate(self) -> float:
        """Share of units whose estimate is at least as far from zero."""
        return _rank(np.abs(self.estimate))

    @property
    def smallest_p(self) -> float:
        """What the p-values cannot fall below: one over the number of units."""
        return 1.0 / self.rows.size


def _rank(size: FloatArray) -> float:
    if np.isnan(size[0]):
        return float("nan")
    least = size[0] * (1.0 - _ROUNDING) if np.isfinite(size[0]) else size[0]
    return float((size[~np.isnan(size)] >= least).mean())


def unit_placebos(
    estimator: Estimator, panel: Panel, row: int, *, base: Columns, post: Columns
) -> UnitPlacebos:
    """Fit one treated unit, then every untreated unit as if it had been the treated one.

    Parameters
    ----------
    estimator : Estimator
        Any of the register.
    panel : Panel
        Units treated by the last post column, other than `row`, are left out
        throughout; in a placebo the treated unit is a donor, as it would be had
        treatment done nothing.
    row : int
        The treated unit.
    base, post : slice or ndarray of int
        Columns before and after.

    Returns
    -------
    UnitPlacebos
        The treated unit first, then untreated units in the order of the panel.

    Raises
    ------
    UnsuitablePanelError
        The treated unit itself cannot be fitted.
    """
    base, post = (column_numbers(columns, panel.n_periods) for columns in (base, post))
    start = int(panel.treated_from[row])
    last = int(post[-1]) if post.size else NEVER
    waiting = (panel.treated_from == NEVER) | (panel.treated_from > last)
    others = np.flatnonzero(waiting)
    kept = np.concatenate([[row], others[others != row]])
    alone = panel.among(kept)

    places, fitted = [], []
    for place in range(kept.size):
        treated_from = np.full(kept.size, NEVER)
        treated_from[place] = start
        try:
            fit = estimator(Panel(alone.y, treated_from, alone.weight), base=base, post=post)
        except UnsuitablePanelError:
            if place == 0:
                raise
            continue
        places.append(place)
        fitted.append(fit)
    gaps = np.concatenate([fit.gaps for fit in fitted])
    own_base, own_post = base[base < start], post[post >= start]
    return UnitPlacebos(
        rows=kept[places],
        gaps=gaps,
        estimate=np.array([fit.att for fit in fitted]),
        before=_root_mean_square(gaps[:, own_base]),
        after=_root_mean_square(gaps[:, own_post]),
    )


def _root_mean_square(gaps: FloatArray) -> FloatArray:
    seen = ~np.isnan(gaps)
    total = np.square(np.where(seen, gaps, 0.0)).sum(axis=1)
    number = seen.sum(axis=1)
    blank = np.full(total.shape, np.nan)
    return np.asarray(np.sqrt(np.divide(total, number, out=blank, where=number > 0)))


def placebo_standard_error(
    estimator: Estimator,
    panel: Panel,
    *,
    base: Columns,
    post: Columns,
    rng: np.random.Generator,
    draws: int = 200,
) -> float:
    """Give the spread of the estimate over sets of untreated units treated in its place.

    Arkhangelsky et al. (2021), *AER* 111, algorithm 4: it supposes that treated
    and untreated units vary alike.

    Parameters
    ----------
    estimator : Estimator
        Any of the register.
    panel : Panel
        The treated units are left out of every placebo.
    base, post : slice or ndarray of int
        Columns before and after.
    rng : numpy.random.Generator
        The only source of chance; not used where every set can be tried.
    draws : int
        Sets to draw, where there are more.

    Returns
    -------
    float
        In the unit of the outcome; NaN with too few untreated units.
    """
    post = column_numbers(post, panel.n_periods)
    last = int(post[-1]) if post.size else NEVER
    begun = (panel.treated_from != NEVER) & (panel.treated_from <= last)
    starts = panel.treated_from[begun]
    controls = panel.among(~begun)
    if starts.size == 0 or controls.n_units < starts.size + 2:
        return float("nan")
    sets = _sets(controls.n_units, starts.size, rng=rng, draws=draws)
    placebo = Panel(controls.y, _first_rows_treated(controls.n_units, starts), controls.weight)
    found = estimator.estimates(placebo, sets, base=base, post=post)
    return float(np.std(found))


def _first_rows_treated(n_units: int, starts: IntArray) -> IntArray:
    treated_from = np.full(n_units, NEVER)
    treated_from[: starts.size] = starts
    return treated_from


def _sets(n_units: int, n_treated: int, *, rng: np.random.Generator, draws: int) -> IntArray:
    if comb(n_units, n_treated) <= draws:
        return np.array(list(combinations(range(n_units), n_treated)))
    return np.stack([rng.permutation(n_units)[:n_treated] for _ in range(draws)])
