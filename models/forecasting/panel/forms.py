"""Several forms of one model, each over its grid, averaged by how well they explain.

Within a form the sets are weighed by their likelihood (`mixture`), between
forms AICc charges for states and gains. Burnham & Anderson (2004),
"Multimodel inference", *Sociological Methods & Research* 33.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray, IntArray, PathArray
from models.forecasting.panel.base import BoolArray
from models.forecasting.panel.mixture import Filter, mixed, prior_sample, shared_prior
from models.forecasting.panel.smoothing import robust_knee, slots_of_year

_VALUES_A_BLOCK = 16_384
"""Series times sets filtered at once: their states stay in the processor's cache."""

_IMPOSSIBLE = -1e29


@dataclass(frozen=True, slots=True)
class Block:
    """Series to be filtered together, on one scale.

    Attributes
    ----------
    y : ndarray, shape (n_periods, n_series)
        Zero before a series began.
    began, until : ndarray of int, shape (n_series,)
        First period, and the periods that starting states may see.
    knee : ndarray, shape (n_series,)
        Error from which a loss grows in proportion.
    season : int
        Periods of a year.
    """

    y: FloatArray
    began: IntArray
    until: IntArray
    knee: FloatArray
    season: int

    def of(self, series: IntArray) -> Block:
        """Give some of the series."""
        return Block(
            np.ascontiguousarray(self.y[:, series]),
            self.began[series],
            self.until[series],
            self.knee[series],
            self.season,
        )

    @property
    def slots(self) -> IntArray:
        """Slot of the year of each period."""
        return slots_of_year(len(self.y), self.season)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a model.

    Attributes
    ----------
    filter_of : callable
        Readies a block for the form's sets.
    cost : int
        Parameters and starting states that AICc counts.
    least : int
        Periods of history without which the form is not tried.
    n_sets : int
        Number of parameter sets.
    """

    filter_of: Callable[[Block], Filter]
    cost: int
    least: int
    n_sets: int


def averaged_forms(
    values: FloatArray,
    forms: Sequence[Form],
    *,
    began: IntArray,
    until: IntArray,
    season: int,
    origins: IntArray,
    horizon: int,
    centred: bool,
) -> FloatArray:
    """Forecast by every form and average.

    Parameters
    ----------
    values : ndarray, shape (n_series, n_periods)
        Zero before a series began.
    forms : sequence of Form
        The first is possible for any series.
    began, until : ndarray of int, shape (n_series,)
        First period, and the periods that starting states and scales may see.
    season : int
        Periods of a year.
    origins : ndarray of int, shape (n_origins,)
        Periods seen.
    horizon : int
        Periods ahead.
    centred : bool
        Whether the model is the same for a series less its mean.

    Returns
    -------
    ndarray, shape (n_origins, n_series, horizon)
        NaN from origins at which a series had not begun.
    """
    n_series, n_periods = values.shape
    seen = between(began, until, n_periods)
    middle, size = middle_and_size(values, seen)
    middle = middle if centred else np.zeros_like(middle)
    begun = between(began, np.full(n_series, n_periods), n_periods)
    scaled = np.where(begun, (values - middle[:, None]) / size[:, None], 0.0)
    whole = Block(np.ascontiguousarray(scaled.T), began, until, robust_knee(scaled, seen), season)
    points = np.empty((len(forms), len(origins), n_series, horizon), dtype=np.float32)
    evidence = np.empty((len(forms), len(origins), n_series))
    age = origins[:, None] - began
    for place, form in enumerate(forms):
        points[place], explained = _form_points(form, whole, origins, horizon)
        explained = explained - _penalty(age, form.cost)
        evidence[place] = np.where(age >= form.least, explained, _IMPOSSIBLE)
    weights = _weights(evidence).astype(np.float32)
    found = np.einsum("foi,foih->oih", weights, points)
    return np.asarray(found * size[:, None] + middle[:, None])


def _form_points(
    form: Form, whole: Block, origins: IntArray, horizon: int
) -> tuple[PathArray, FloatArray]:
    """Give points and evidence of one form, a block of series at a time."""
    began = whole.began
    sample = form.filter_of(whole.of(prior_sample(len(began))))
    prior = shared_prior(sample, until=int(origins[0]))
    points = np.empty((len(origins), len(began), horizon), dtype=np.float32)
    evidence = np.empty((len(origins), len(began)))
    # Series that begin together stay together: a period that opens none is the cheapest.
    order = np.argsort(began, kind="stable")
    width = max(1, _VALUES_A_BLOCK // form.n_sets)
    for first in range(0, len(order), width):
        block = order[first : first + width]
        mixture = mixed(
            form.filter_of(whole.of(block)), prior=prior, origins=origins, horizon=horizon
        )
        points[:, block], evidence[:, block] = mixture.points, mixture.evidence
    return points, evidence


def _penalty(age: IntArray, cost: int) -> FloatArray:
    """Give half the penalty of AICc for `cost` parameters after `age` periods."""
    left = age - cost - 1
    return cost + np.where(left > 0, cost * (cost + 1) / np.maximum(left, 1), 1e6)


def _weights(evidence: FloatArray) -> FloatArray:
    """Give each form's weight, forms first; where none is possible, the first has it all."""
    ahead = np.maximum(evidence - evidence.max(axis=0), -60.0)
    weights = np.where(evidence > _IMPOSSIBLE, np.exp(ahead), 0.0)
    weights[0] = np.where(weights.sum(axis=0) > 0, weights[0], 1.0)
    return np.asarray(weights / weights.sum(axis=0))


def middle_and_size(values: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Give each series' mean and mean absolute change, so that all are smoothed on one scale."""
    middle = np.where(seen, values, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    both = seen[:, 1:] & seen[:, :-1]
    change = np.where(both, np.abs(np.diff(values, axis=1)), 0.0).sum(axis=1)
    size = change / np.maximum(both.sum(axis=1), 1)
    return middle, np.where(size > 0, size, 1.0)


def between(began: IntArray, until: IntArray, n_periods: int) -> BoolArray:
    """Say which periods lie in [began, until), shape (n_series, n_periods)."""
    column = np.arange(n_periods)
    return np.asarray((column >= began[:, None]) & (column < until[:, None]))
