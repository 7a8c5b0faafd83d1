"""Scores of every candidate on past forecasts, as a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.backtest import NodeErrors, errors_of, joined_origins
from models.conformal import PastErrors
from models.forecast import IntArray
from models.scores import QUANTILE_LEVELS, seasonal_naive_scale
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting.blend import COMBINATION
from rcc_forecast.forecasting.candidates import require_known
from rcc_forecast.forecasting.engine import Engine, MeasureEngine, errors_of_past
from rcc_forecast.forecasting.nodes import bucket_name, lead_buckets
from rcc_forecast.forecasting.scoring import YARDSTICK, scores_of, table_of
from rcc_forecast.forecasting.structural import StructuralSpread
from rcc_forecast.results.demand import MONTHS_A_YEAR
from rcc_forecast.results.forecast import DemandBacktest
from rcc_forecast.tables.forecast import BACKTEST

FINALISTS = (YARDSTICK, "stock_flow_12", COMBINATION)
"""Scored beside every forecast; the command `backtest` scores every candidate."""

_MANY_NODES = 3000

Progress = Callable[[str], None]


def backtest_demand(
    engine: Engine,
    *,
    spread: dict[str, StructuralSpread],
    candidates: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> DemandBacktest:
    """Score candidates on the past.

    Parameters
    ----------
    engine : Engine
        Forecasts from past origins.
    spread : dict of str to StructuralSpread
        By measure: what intervals of regions and above are never narrower than.
    candidates : sequence of str, optional
        By name; all when absent. Hold flat and the combination are always
        among them.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    DemandBacktest
        Intervals of every candidate are those that its errors from the other
        origins ask for.

    Raises
    ------
    NothingUsableError
        History is too short for a past forecast.
    UnknownNameError
        There is no candidate of that name.
    """
    require_known(candidates)
    if not len(engine.origins):
        raise NothingUsableError(
            wanted="A backtest",
            reason="no past month end has two years of months before it and a quarter after it.",
        )
    tables = [
        _measure_scores(measure, found, engine, spread.get(measure), candidates, progress)
        for measure, found in engine.measures.items()
    ]
    table = pd.concat(tables, ignore_index=True).assign(note=lambda frame: frame["note"].fillna(""))
    return DemandBacktest(
        frame=BACKTEST.check(table),
        origins=engine.origin_days,
        horizon=engine.horizon,
        notes=engine.notes,
    )


def _measure_scores(
    measure: str,
    found: MeasureEngine,
    engine: Engine,
    spread: StructuralSpread | None,
    candidates: Sequence[str] | None,
    progress: Progress | None,
) -> pd.DataFrame:
    horizon = engine.horizon
    leads = _scored_leads(horizon, len(found.nodes.frame))
    bucket = lead_buckets(horizon)
    scales = [
        seasonal_naive_scale(found.y[:, :seen], season=MONTHS_A_YEAR) for seen in engine.origins
    ]
    scale, square = (np.stack([pair[place] for pair in scales]) for place in (0, 1))
    parts = []
    for name in _chosen(found, candidates):
        if progress is not None:
            progress(f"scoring {name} on past {measure}")
        parts.append(
            scores_of(
                _errors(name, found, spread, leads),
                actual=found.rolled.actual[:, :, leads],
                scale=scale,
                square_scale=square,
                labels=found.nodes.frame,
                kinds=found.nodes.kinds,
                bucket=bucket[leads],
                bucket_names=[bucket_name(b, horizon) for b in range(int(bucket.max()) + 1)],
            ).assign(model=name)
        )
    return table_of(parts, chosen=COMBINATION, measure=measure, left_out=engine.left_out)


def _chosen(found: MeasureEngine, candidates: Sequence[str] | None) -> list[str]:
    every = list(found.rolled.past)
    if candidates is None:
        return every
    wanted = {*candidates, YARDSTICK, COMBINATION}
    return [name for name in every if name in wanted]


def _scored_leads(horizon: int, n_nodes: int) -> IntArray:
    """Give the leads that are scored, from 0: all, or where nodes are many the first and thirds.

    Neighbouring months have nearly the same errors; England has eleven thousand nodes.
    """
    every = np.arange(horizon, dtype=np.int64)
    if n_nodes <= _MANY_NODES:
        return every
    thin = (every == 0) | (every % 3 == 2) | (every == horizon - 1)
    found: IntArray = every[thin]
    return found


def _errors(
    name: str, found: MeasureEngine, spread: StructuralSpread | None, leads: IntArray
) -> NodeErrors:
    points = found.rolled.past[name]
    past = found.errors if name == COMBINATION and found.errors is not None else None
    past = past or errors_of_past(points, found.rolled, found.nodes.kinds)
    thin = points[:, :, leads]
    parts = []
    for place, quantiles in enumerate(_honest(past, thin, spread and spread.at(leads), leads)):
        came = found.rolled.actual[place][:, leads]
        parts.append(errors_of(thin[place].astype(float), quantiles.astype(float), came))
    return joined_origins(parts)


def _honest(
    past: PastErrors,
    points: NDArray[np.float32],
    spread: StructuralSpread | None,
    leads: IntArray,
) -> Iterator[NDArray[np.float32]]:
    """Give each past forecast the quantiles that the other origins ask for."""
    for origin, point in enumerate(points):
        learned = past.intervals(QUANTILE_LEVELS, known=past.but(origin)).at(leads)
        floor = None if spread is None else spread.around(point, QUANTILE_LEVELS)
        yield learned.around(point, structural=floor)
