"""Forecasts from past origins, judged against what came.

Tashman (2000), "Out-of-sample tests of forecasting accuracy", *International
Journal of Forecasting* 16.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, RolledForecast
from models.scores import QUANTILE_LEVELS, quantile_crps, seasonal_naive_scale


@dataclass(frozen=True, slots=True)
class NodeErrors:
    """What one model got wrong, by origin, node and lead.

    Attributes
    ----------
    error : ndarray, shape (n_origins, n_nodes, horizon)
        Mean forecast minus actual.
    crps : ndarray, same shape
        From 13 quantiles, in the unit of the series.
    width : ndarray, same shape
        Of the 80% interval.
    in_80, in_95 : ndarray, same shape
        1 where the interval held, 0 where it did not.

    Notes
    -----
    NaN everywhere where the actual is not known.
    """

    error: NDArray[np.float32]
    crps: NDArray[np.float32]
    width: NDArray[np.float32]
    in_80: NDArray[np.float32]
    in_95: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Backtest:
    """Every candidate's errors on the same pasts.

    Attributes
    ----------
    models : dict of str to NodeErrors
        Candidates that ran at every origin.
    left_out : dict of str to str
        Candidates that could not, and why.
    actual : ndarray, shape (n_origins, n_nodes, horizon)
        What came, summed to nodes.
    scale, square_scale : ndarray, shape (n_origins, n_nodes)
        In-sample errors of the seasonal naive; NaN where a node never moved.
    """

    models: dict[str, NodeErrors]
    left_out: dict[str, str]
    actual: FloatArray
    scale: FloatArray
    square_scale: FloatArray


def backtest_of(rolled: Mapping[str, RolledForecast], *, y: FloatArray, season: int) -> Backtest:
    """Judge forecasts from many origins against what came.

    Parameters
    ----------
    rolled : mapping of str to RolledForecast
        Every candidate, all from the same origins.
    y : ndarray, shape (n_series, n_periods)
        What came; NaN where it is not known, such as before a series began.
    season : int
        Periods of a year.

    Returns
    -------
    Backtest
        Leads beyond the last period are not known and score nothing.
    """
    origins = next(iter(rolled.values())).origins
    horizon = next(iter(rolled.values())).mean.shape[2]
    beyond = np.full((len(y), horizon), np.nan)
    known = np.concatenate([y, beyond], axis=1)
    came = np.stack([known[:, seen : seen + horizon] for seen in origins])
    # A series that was not there yet, or no longer, has no forecast to be judged.
    actual = np.where(np.isfinite(next(iter(rolled.values())).mean), came, np.nan)
    scales = [seasonal_naive_scale(y[:, :seen], season=season) for seen in origins]
    models = {
        name: joined_origins(
            [
                errors_of(mean.astype(float), quantiles.astype(float), came)
                for mean, quantiles, came in zip(
                    found.mean, np.moveaxis(found.quantiles, 1, 0), actual, strict=True
                )
            ]
        )
        for name, found in rolled.items()
    }
    return Backtest(
        models=models,
        left_out={},
        actual=actual,
        scale=np.stack([scale for scale, _ in scales]),
        square_scale=np.stack([square for _, square in scales]),
    )


def errors_of(mean: FloatArray, quantiles: FloatArray, came: FloatArray) -> NodeErrors:
    """Judge one origin's forecasts.

    Parameters
    ----------
    mean : ndarray, shape (n_nodes, horizon)
        Expected values.
    quantiles : ndarray, shape (n_levels, n_nodes, horizon)
        At `models.scores.QUANTILE_LEVELS`.
    came : ndarray, shape (n_nodes, horizon)
        Actuals; NaN where not known.
    """
    at = dict(zip(QUANTILE_LEVELS.round(3).tolist(), quantiles, strict=True))

    def inside(low: float, high: float) -> FloatArray:
        held = (came >= at[low]) & (came <= at[high])
        return np.where(np.isfinite(came), held, np.nan)

    parts = (
        mean - came,
        quantile_crps(quantiles, came),
        np.where(np.isfinite(came), at[0.9] - at[0.1], np.nan),
        inside(0.1, 0.9),
        inside(0.025, 0.975),
    )
    return NodeErrors(*(part.astype(np.float32) for part in parts))


def joined_origins(parts: Sequence[NodeErrors]) -> NodeErrors:
    """Put the errors of several origins one after another."""
    return NodeErrors(
        **{
            part.name: np.stack([getattr(errors, part.name) for errors in parts])
            for part in fields(NodeErrors)
        }
    )
