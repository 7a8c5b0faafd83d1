"""Rolling origins: every candidate forecasts the past as it was then known.

The caller gives each origin's panel as it was known on that day and what came
after; nothing else reaches a forecaster. Tashman (2000), "Out-of-sample tests
of forecasting accuracy", *International Journal of Forecasting* 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.calibration import in_half_widths
from models.errors import ModelError
from models.forecast import FloatArray, PathArray, RolledForecast, SeriesPanel
from models.forecasting.base import Forecaster
from models.scores import QUANTILE_LEVELS, quantile_crps, seasonal_naive_scale

SIMPLEST_FIRST = (
    "hold_flat",
    "seasonal_naive",
    "stock_flow_36",
    "stock_flow_24",
    "stock_flow_12",
    "ets",
    "structural",
)
"""Where two candidates do equally well, the earlier is chosen."""

TIE = 0.005
"""Mean sCRPS within half a per cent of the best counts as equally good."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One past "today".

    Attributes
    ----------
    panel : SeriesPanel
        As it was known then.
    truth : ndarray, shape (n_series, horizon)
        What came; NaN where it is not known.
    """

    panel: SeriesPanel
    truth: FloatArray


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
    inner, outer : ndarray, same shape
        `models.calibration.in_half_widths` of the 80% and 95% intervals: at
        most 1 where the interval held.
    """

    error: NDArray[np.float32]
    crps: NDArray[np.float32]
    width: NDArray[np.float32]
    inner: NDArray[np.float32]
    outer: NDArray[np.float32]


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

    @property
    def n_origins(self) -> int:
        """Number of past forecasts."""
        return int(self.actual.shape[0])

    def scaled_crps(self, model: str) -> FloatArray:
        """Give sCRPS by origin and node, shape (n_origins, n_nodes); NaN where not known."""
        crps = self.models[model].crps
        known = np.isfinite(crps)
        count = known.sum(axis=2)
        total = np.where(known, crps, 0.0).sum(axis=2, dtype=np.float64)
        mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
        return np.asarray(mean / self.scale)


def rolling_origin(
    origins: Iterable[Origin],
    forecasters: Mapping[str, Forecaster],
    *,
    totals: Any,
    horizon: int,
    n_paths: int,
    rng: np.random.Generator,
    progress: Callable[[str], None] | None = None,
) -> Backtest:
    """Let every candidate forecast from every origin, and keep its errors.

    Parameters
    ----------
    origins : iterable of Origin
        Past panels of the same series, each as it was known then.
    forecasters : mapping of str to Forecaster
        Candidates.
    totals : sparse array, shape (n_nodes, n_series)
        Row of ones over the series that a node sums.
    horizon : int
        Periods ahead.
    n_paths : int
        Futures to draw.
    rng : numpy.random.Generator
        The only source of chance; each candidate and origin has its own stream.
    progress : callable, optional
        Told in words what has been done.

    Returns
    -------
    Backtest
        A candidate that fails at one origin is left out of all, with its reason:
        scores on different pasts do not compare.
    """
    found: dict[str, list[NodeErrors]] = {name: [] for name in forecasters}
    left_out: dict[str, str] = {}
    actual, scales = [], []
    for number, origin in enumerate(origins, start=1):
        came = np.asarray(totals @ origin.truth)
        history = np.asarray(totals @ origin.panel.y)
        actual.append(came)
        scales.append(seasonal_naive_scale(history, season=origin.panel.season))
        streams = rng.spawn(len(forecasters))
        for (name, forecaster), stream in zip(forecasters.items(), streams, strict=True):
            if name in left_out:
                continue
            try:
                forecast = forecaster(origin.panel, horizon=horizon, n_paths=n_paths, rng=stream)
            except ModelError as error:
                left_out[name] = str(error)
                continue
            quantiles = forecast.node_quantiles(totals, QUANTILE_LEVELS)
            mean = np.asarray(totals @ forecast.mean())
            found[name].append(_errors(mean, quantiles, came))
            if progress is not None:
                progress(f"origin {number}: {name}")
    return Backtest(
        models={name: _joined(parts) for name, parts in found.items() if name not in left_out},
        left_out=left_out,
        actual=np.stack(actual),
        scale=np.stack([scale for scale, _ in scales]),
        square_scale=np.stack([square for _, square in scales]),
    )


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
    actual = np.stack([known[:, seen : seen + horizon] for seen in origins])
    scales = [seasonal_naive_scale(y[:, :seen], season=season) for seen in origins]
    models = {
        name: _joined(
            [
                _errors(mean.astype(float), quantiles.astype(float), came)
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


def joined_nodes(parts: Sequence[Backtest]) -> Backtest:
    """Put backtests of different nodes side by side, matched by their newest origins.

    Where one has fewer origins, its older ones are not known. A candidate that
    was left out of any part is left out of all.
    """
    most = max(part.n_origins for part in parts)
    left_out = {name: why for part in parts for name, why in part.left_out.items()}
    names = [name for name in parts[0].models if name not in left_out]

    def beside(arrays: Iterable[PathArray]) -> Any:
        padded = [
            np.concatenate(
                [np.full((most - len(found), *found.shape[1:]), np.nan, found.dtype), found]
            )
            for found in arrays
        ]
        return np.concatenate(padded, axis=1)

    return Backtest(
        models={
            name: NodeErrors(
                **{
                    field.name: beside(getattr(part.models[name], field.name) for part in parts)
                    for field in fields(NodeErrors)
                }
            )
            for name in names
        },
        left_out=left_out,
        actual=beside(part.actual for part in parts),
        scale=beside(part.scale for part in parts),
        square_scale=beside(part.square_scale for part in parts),
    )


def choose_model(backtest: Backtest, levels: Sequence[NDArray[np.bool_]]) -> str:
    """Choose one model for the whole panel.

    Parameters
    ----------
    backtest : Backtest
        With at least one model that ran.
    levels : sequence of ndarray of bool, each of shape (n_nodes,)
        Nodes of each level; every level weighs the same, however many nodes it has.

    Returns
    -------
    str
        Lowest `mean_score`, over nodes and origins within a level and then
        over levels; a simpler one where it is within `TIE`. One model for all:
        a winner per series would mostly be luck.
    """
    scores = {name: mean_score(backtest, name, levels) for name in backtest.models}
    known = {name: score for name, score in scores.items() if np.isfinite(score)}
    if not known:
        return simplest_first(backtest.models)[0]
    best = min(known.values())
    return next(name for name in simplest_first(known) if known[name] <= best * (1 + TIE))


def mean_score(backtest: Backtest, model: str, levels: Sequence[NDArray[np.bool_]]) -> float:
    """Give the sCRPS by which models are chosen: mean within levels, then geometric over them.

    In the finest cells a child is many times the naive error; a plain mean over
    levels would let those cells choose alone.
    """
    scaled = backtest.scaled_crps(model)
    by_level = [scaled[:, nodes] for nodes in levels]
    means = [float(np.nanmean(part)) for part in by_level if np.isfinite(part).any()]
    return float(np.exp(np.mean(np.log(np.maximum(means, 1e-12))))) if means else float("nan")


def simplest_first(names: Iterable[str]) -> list[str]:
    """Put candidates in the order in which ties are settled; unknown ones come last."""
    rank = {name: place for place, name in enumerate(SIMPLEST_FIRST)}
    return sorted(names, key=lambda name: (rank.get(name, len(rank)), name))


def _errors(mean: FloatArray, quantiles: FloatArray, came: FloatArray) -> NodeErrors:
    at = dict(zip(QUANTILE_LEVELS.round(3).tolist(), quantiles, strict=True))
    inner = in_half_widths(came, at[0.1], at[0.5], at[0.9])
    outer = in_half_widths(came, at[0.025], at[0.5], at[0.975])
    width = np.where(np.isfinite(came), at[0.9] - at[0.1], np.nan)
    parts = (mean - came, quantile_crps(quantiles, came), width, inner, outer)
    return NodeErrors(*(part.astype(np.float32) for part in parts))


def _joined(parts: list[NodeErrors]) -> NodeErrors:
    return NodeErrors(
        **{
            field.name: np.stack([getattr(part, field.name) for part in parts])
            for field in fields(NodeErrors)
        }
    )
