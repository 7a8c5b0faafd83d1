"""Every candidate's expected values of one measure, from past origins and from today."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray, SeriesPanel
from models.forecasting.panel import rolled_points
from models.forecasting.panel.combination import combined
from models.forecasting.stock_flow import stock_flow_points
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.cohort_runs import CohortRuns, leaves_of_balance
from rcc_forecast.forecasting.nodes import MeasureNodes
from rcc_forecast.forecasting.parallel import Workers
from rcc_forecast.forecasting.rolled import Rolled, what_came
from rcc_forecast.results.demand import MONTHS_A_YEAR

COHORT, PANEL, HOLD_FLAT, SEASONAL_NAIVE = "cohort", "panel", "hold_flat", "seasonal_naive"
STOCK_FLOW_WINDOWS = (12, 24, 36)
"""Reference windows, in months, of the sector's own method."""

_SERIES_A_TASK = 1500
_HEAVY = 3000
"""Series from which several processes pay for their start."""


def rolled_of(
    y: FloatArray,
    nodes: MeasureNodes,
    measure: str,
    *,
    panel: SeriesPanel,
    cohort: CohortRuns | None,
    origins: IntArray,
    horizon: int,
    corrections: dict[int, FloatArray],
    workers: Workers,
    progress: Callable[[str], None] | None = None,
) -> Rolled:
    """Let every candidate forecast every node from every origin.

    Parameters
    ----------
    y : ndarray, shape (n_nodes, n_months)
        What is known of each node.
    nodes : MeasureNodes
        Of the measure.
    measure : str
        ``children``, ``entries`` or ``exits``.
    panel : SeriesPanel
        The leaves, with the moves behind them where the measure is children.
    cohort : CohortRuns, optional
        None where history is too short for it.
    origins : ndarray of int
        Months seen by past forecasts.
    horizon : int
        Months ahead.
    corrections : dict of int to ndarray, shape (n_leaves,)
        By months seen: how far the level known then lay from today's.
    workers : Workers
        Who forecasts blocks of series side by side.
    progress : callable, optional
        Told in words what is being done.
    """
    every = np.append(origins, y.shape[1])
    found = _panel_points(y, every, horizon, workers, measure, progress)
    found[PANEL] = combined(found, y=y, origins=every, season=MONTHS_A_YEAR).points
    if measure == Measure.CHILDREN.value and y.shape[1] > 1:
        for window in STOCK_FLOW_WINDOWS:
            leaves = stock_flow_points(panel, origins=every, horizon=horizon, window=window)
            found[f"stock_flow_{window}"] = np.stack(
                [nodes.added(part).astype(np.float32) for part in leaves]
            )
    past = {name: points[:-1].astype(np.float32, copy=False) for name, points in found.items()}
    now = {name: points[-1].astype(np.float64) for name, points in found.items()}
    if cohort is not None:
        past[COHORT] = _stacked(
            [nodes.added(run[measure]).astype(np.float32) for run in cohort.past], y, horizon
        )
        today = leaves_of_balance(cohort.today.expected.together())[measure]
        now[COHORT] = nodes.added(today)
    _start_where_known_then(past, origins, nodes, corrections)
    return Rolled(origins, past, now, what_came(y, origins, horizon))


def _panel_points(
    y: FloatArray,
    origins: IntArray,
    horizon: int,
    workers: Workers,
    measure: str,
    progress: Callable[[str], None] | None,
) -> dict[str, NDArray[np.float32]]:
    blocks = [
        (y[first : first + _SERIES_A_TASK], origins, horizon)
        for first in range(0, len(y), _SERIES_A_TASK)
    ]
    parts = workers.each(
        _block_points,
        blocks,
        doing=f"fitting {len(y):,} series of {measure}",
        heavy=len(y) >= _HEAVY,
        progress=progress,
    )
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}


def _block_points(y: FloatArray, origins: IntArray, horizon: int) -> dict[str, NDArray[np.float32]]:
    found = rolled_points(y, season=MONTHS_A_YEAR, horizon=horizon, origins=origins)
    return {name: points.astype(np.float32) for name, points in found.items()}


def _stacked(parts: list[NDArray[np.float32]], y: FloatArray, horizon: int) -> NDArray[np.float32]:
    if not parts:
        return np.empty((0, len(y), horizon), dtype=np.float32)
    return np.stack(parts).astype(np.float32)


def _start_where_known_then(
    past: dict[str, NDArray[np.float32]],
    origins: IntArray,
    nodes: MeasureNodes,
    corrections: dict[int, FloatArray],
) -> None:
    """Move past forecasts by what the return of that day had wrong about the level."""
    for place, origin in enumerate(origins):
        if int(origin) not in corrections:
            continue
        off = nodes.added(corrections[int(origin)])[:, None].astype(np.float32)
        for name, points in past.items():
            if name != SEASONAL_NAIVE:  # repeats last year, which was known in full
                points[place] = np.maximum(points[place] + off, 0.0)
