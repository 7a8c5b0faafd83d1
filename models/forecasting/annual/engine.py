"""Yearly stocks forecast together: shrunk to hold-flat, moved as far as the panel bears out.

The log of a value changes by the panel's own momentum and by what sets the
series apart (`features`), each trusted by its evidence. One series and two
years of history hold flat; a panel of authorities with child population lets
rates drift towards their region's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.forecast import FloatArray, IntArray, QuantileForecast, RolledForecast
from models.forecasting.annual.features import Features, features_of
from models.forecasting.annual.intervals import (
    PastErrors,
    deviation,
    learned_width,
    own_volatility,
    quantile_steps,
)
from models.forecasting.annual.momentum import ahead, carried_growth, panel_growth
from models.forecasting.annual.panel import AnnualPanel, carried, log_offset
from models.forecasting.annual.pooled import Moments, coefficients, moments_of, ridge_of
from models.scores import QUANTILE_LEVELS

ENGINE = "pooled_annual"
"""The name of the engine among its candidates."""

DRIFT_YEARS = 3
"""Years whose mean change the drift carries on."""

_MOST_ORIGINS = 20
"""Newest past origins that intervals are learned from."""

_MOST_GROWTH = 3.0
"""No forecast is further from the last value than this, in logs: a factor of twenty."""


_FASTEST, _PACE_YEARS = 2.0, 3.0
"""No forecast changes a series faster than twice its own pace so far; until three years of its own
are known the panel's pace counts for more. What never moved is not sent off to its group's rate."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A panel with all that forecasts of it, and of its past, are made from."""

    panel: AnnualPanel
    offset: float
    observed: FloatArray
    log_y: FloatArray
    weight: FloatArray
    features: Features
    moments: Moments
    growth: FloatArray
    own: FloatArray
    pace: FloatArray


Centre = Callable[[_Known, int, IntArray, int], FloatArray]
"""Known, years seen, each one's last column, horizon -> log changes (n_series, horizon)."""


def forecast_annual(
    panel: AnnualPanel, *, horizon: int, levels: FloatArray, candidate: str = ENGINE
) -> QuantileForecast:
    """Forecast every series from its own last year.

    Parameters
    ----------
    panel : AnnualPanel
        Each series with at least one value.
    horizon : int
        Years ahead.
    levels : ndarray, shape (n_levels,)
        Between 0 and 1, ascending.
    candidate : str
        One of `CANDIDATES`.

    Returns
    -------
    QuantileForecast
        The mean stands at the centre of the interval, the median. Never
        negative, never missing. A series that has always been zero stays zero.

    Raises
    ------
    EmptyPanelError
        A series has no value.
    """
    known = _known(panel.until(int(panel.last.max()) + 1))
    return _forecast(known, CANDIDATES[candidate], known.panel.last, horizon, levels)


def rolled_annual(panel: AnnualPanel, *, horizon: int, n_origins: int) -> dict[str, RolledForecast]:
    """Forecast the past as it was then known, by every candidate.

    Parameters
    ----------
    panel : AnnualPanel
        The whole history.
    horizon : int
        Years ahead.
    n_origins : int
        Past origins, one a year; the newest has one later year to be judged by.

    Returns
    -------
    dict of str to RolledForecast
        At `models.scores.QUANTILE_LEVELS`. NaN for a series that had not begun;
        one with a gap goes on from its last value then. Empty where the panel
        has a single year.
    """
    origins = np.arange(max(1, panel.n_periods - n_origins), panel.n_periods, dtype=np.int64)
    if not len(origins):
        return {}
    found: dict[str, list[QuantileForecast]] = {name: [] for name in CANDIDATES}
    for seen in origins:
        past = panel.until(int(seen))
        there = np.flatnonzero(np.isfinite(past.y).any(axis=1))
        known = _known(past.taking(there)) if len(there) else None
        for name, centre in CANDIDATES.items():
            if known is None:
                found[name].append(_nothing(panel.n_series, horizon))
            else:
                made = _forecast(known, centre, _newest(known), horizon, QUANTILE_LEVELS)
                found[name].append(_laid_out(made, there, panel.n_series))
    return {
        name: RolledForecast(
            origins=origins,
            mean=np.stack([made.mean for made in parts]),
            quantiles=np.stack([made.quantiles for made in parts], axis=1),
        )
        for name, parts in found.items()
    }


def _known(panel: AnnualPanel) -> _Known:
    offset = log_offset(panel.y)
    with np.errstate(invalid="ignore"):
        observed = np.log(panel.y + offset)
    log_y = carried(observed)
    weight = np.sqrt(np.exp(np.where(np.isfinite(log_y), log_y, 0.0)))
    features = features_of(panel, log_y, weight)
    return _Known(
        panel=panel,
        offset=offset,
        observed=observed,
        log_y=log_y,
        weight=weight,
        features=features,
        moments=moments_of(features.x, observed, weight),
        growth=panel_growth(observed, log_y),
        own=_own(observed, weight),
        pace=_pace(observed),
    )


def _pace(observed: FloatArray) -> FloatArray:
    """Give how much each series has changed in a year so far, shape (n_series, n_periods).

    Mean absolute log change, drawn to the panel's as far as its own years are few.
    """
    change = np.abs(np.diff(observed, axis=1, prepend=np.nan))
    known = np.isfinite(change)
    total = np.where(known, change, 0.0).cumsum(axis=1)
    count = known.cumsum(axis=1)
    of_panel = total.sum(axis=0) / np.maximum(count.sum(axis=0), 1)
    return np.asarray((total + _PACE_YEARS * of_panel) / (count + _PACE_YEARS))


def _own(observed: FloatArray, weight: FloatArray) -> FloatArray:
    change = np.diff(observed, axis=1)
    known = np.isfinite(change)
    w = np.where(known, weight[:, :-1], 0.0)
    total = (w * np.where(known, change, 0.0)).sum(axis=0)
    around = change - np.divide(total, w.sum(axis=0), out=np.zeros_like(total), where=total != 0)
    # A lone series has no others to be set against: its changes count whole.
    if len(observed) < 2:
        around = change
    return own_volatility(around, weight[:, :-1] ** 2)


def _hold_flat(known: _Known, seen: int, at: IntArray, horizon: int) -> FloatArray:
    del known, seen
    return np.zeros((len(at), horizon))


def _drift(known: _Known, seen: int, at: IntArray, horizon: int) -> FloatArray:
    """Carry on the mean change of the last three years in full."""
    del seen
    rows = np.arange(len(at))
    first = np.isfinite(known.log_y).argmax(axis=1)
    back = np.minimum(DRIFT_YEARS, at - first)
    change = known.log_y[rows, at] - known.log_y[rows, at - back]
    yearly = np.divide(change, back, out=np.zeros(len(at)), where=back > 0)
    return np.asarray(yearly[:, None] * np.arange(1, horizon + 1))


def _pooled(known: _Known, seen: int, at: IntArray, horizon: int) -> FloatArray:
    pull = coefficients(known.moments, seen=seen, ridge=ridge_of(known.features.from_column))
    apart = np.einsum("f,fn->n", pull, known.features.x[:, np.arange(len(at)), at])
    yearly = apart + carried_growth(known.growth[: seen - 1])
    most = _FASTEST * known.pace[np.arange(len(at)), at]
    return np.asarray(np.clip(yearly, -most, most)[:, None] * ahead(horizon))


CANDIDATES: dict[str, Centre] = {"hold_flat": _hold_flat, "drift": _drift, ENGINE: _pooled}
"""Every candidate by its name, simplest first."""


def _newest(known: _Known) -> IntArray:
    """Give every series the panel's last column: one without a value there carries its last."""
    return np.full(known.panel.n_series, known.panel.n_periods - 1, dtype=np.int64)


def _forecast(
    known: _Known, centre: Centre, at: IntArray, horizon: int, levels: FloatArray
) -> QuantileForecast:
    rows = np.arange(len(at))
    change = np.clip(centre(known, known.panel.n_periods, at, horizon), -_MOST_GROWTH, _MOST_GROWTH)
    now = known.log_y[rows, at]
    width = learned_width(_past_errors(known, centre, horizon))
    spread = deviation(width, np.exp(now), known.own[rows, at])
    steps = quantile_steps(width, levels)
    middle = now[:, None] + change
    mean = np.maximum(np.exp(middle) - known.offset, 0.0)
    quantiles = np.maximum(
        np.exp(middle + np.clip(steps[:, None, None] * spread, -_MOST_GROWTH, _MOST_GROWTH))
        - known.offset,
        0.0,
    )
    never = ~(np.nan_to_num(known.panel.y) > 0).any(axis=1)
    mean[never] = 0.0
    quantiles[(levels <= 0.5)[:, None] & never] = 0.0
    return QuantileForecast(mean, np.maximum.accumulate(quantiles, axis=0), levels)


def _past_errors(known: _Known, centre: Centre, horizon: int) -> PastErrors:
    """Forecast every past year as it was then known, and compare in logs."""
    n_periods = known.panel.n_periods
    n_series = known.panel.n_series
    origins = range(max(1, n_periods - _MOST_ORIGINS), n_periods)
    error = np.full((len(origins), n_series, horizon), np.nan)
    for place, seen in enumerate(origins):
        at = np.full(n_series, seen - 1)
        change = centre(known, seen, at, horizon)
        leads = min(horizon, n_periods - seen)
        now = known.observed[:, seen - 1]
        later = known.observed[:, seen : seen + leads]
        error[place, :, :leads] = later - now[:, None] - change[:, :leads]
    before = [seen - 1 for seen in origins]
    size = known.weight[:, before].T ** 2
    return PastErrors(error, np.where(size > 0, size, 1.0), known.own[:, before].T)


def _laid_out(made: QuantileForecast, there: IntArray, n_series: int) -> QuantileForecast:
    """Put forecasts of the series that had begun among all; NaN for the others."""
    full = _nothing(n_series, made.mean.shape[1])
    full.mean[there] = made.mean
    full.quantiles[:, there] = made.quantiles
    return full


def _nothing(n_series: int, horizon: int) -> QuantileForecast:
    return QuantileForecast(
        np.full((n_series, horizon), np.nan),
        np.full((len(QUANTILE_LEVELS), n_series, horizon), np.nan),
        QUANTILE_LEVELS,
    )
