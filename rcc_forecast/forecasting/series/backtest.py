"""Score every candidate on the past of every series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from models.backtest import Backtest
from rcc_forecast.codes import ALL
from rcc_forecast.forecasting.nodes import bucket_name, lead_buckets
from rcc_forecast.forecasting.scoring import scores
from rcc_forecast.forecasting.series import annual, monthly
from rcc_forecast.forecasting.series.table import SeriesTable
from rcc_forecast.results.forecast import Kinds
from rcc_forecast.tables.forecast import BACKTEST


def backtest_series(
    table: SeriesTable,
    *,
    horizon: int,
    origins: int = 5,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Score every candidate on the past of every series.

    Parameters
    ----------
    table : SeriesTable
        From `read_series`.
    horizon : int
        Periods ahead, held back whole from every past forecast.
    origins : int
        Past forecasts: a year apart, or half a year for months and quarters.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    DataFrame
        A `BACKTEST` table of one level, ``series``.

    Raises
    ------
    NothingUsableError
        No series is long enough to hold anything back.
    """
    if progress is not None:
        progress(f"forecasting the past of {len(table.ids):,} series")
    by_years = table.season == 1
    make = annual.backtest_years if by_years else monthly.backtest_periods
    errors = make(table, horizon=horizon, origins=origins)
    return _scored(errors, annual.MODEL if by_years else monthly.MODEL, horizon)


def _scored(errors: Backtest, chosen: str, horizon: int) -> pd.DataFrame:
    bucket = lead_buckets(horizon)
    n_nodes = errors.actual.shape[1]
    frame = scores(
        errors,
        labels=pd.DataFrame({"placement_type": [ALL] * n_nodes, "age_band": ALL}),
        kinds=Kinds(("series",), np.zeros(n_nodes, dtype=np.int64), np.array([False])),
        bucket=bucket,
        bucket_names=[bucket_name(place, horizon) for place in range(int(bucket.max()) + 1)],
        chosen=chosen,
        measure="value",
    )
    return BACKTEST.check(frame.assign(note=frame["note"].fillna("")))
