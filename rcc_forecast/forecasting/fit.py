"""Coherent futures of every series, by the models that the backtest chose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.calibration import Stretch, stretched
from models.errors import ModelError
from models.forecast import FloatArray, Forecast, IntArray
from models.forecasting import FORECASTERS
from rcc_forecast.codes import ALL, Measure
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting.candidates import YARDSTICK
from rcc_forecast.forecasting.rows import Rows, kinds_of, lead_buckets, rows_of
from rcc_forecast.geography import Membership, name_of
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.forecast import DemandBacktest, DemandForecast, MeasureBacktest
from rcc_forecast.results.hierarchy import Nodes, nodes_on
from rcc_forecast.tables.forecast import FORECAST, QUANTILES

_LEVELS: FloatArray = np.array(list(QUANTILES.values()))
_STREAM = 0
"""Forecasts draw from a stream of their own, beside the backtest's."""

_SCORES = ["mase", "rmsse", "wape", "bias", "scrps", "coverage_80", "coverage_95"]
_BREAK_HANDLING = (
    "In forecasts of children, the change across this month is no part of the spread that "
    "level, seasonal and structural models learn; stock-and-flow models count its moves."
)


def forecast_demand(
    history: DemandHistory,
    backtest: DemandBacktest | None,
    *,
    membership: Membership,
    horizon: int = 24,
    n_paths: int = 400,
    seed: int = 0,
    configuration: Mapping[str, object] | None = None,
    code_version: str = "",
    findings_count: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> DemandForecast:
    """Draw the futures of demand and add them up at every level.

    Parameters
    ----------
    history : DemandHistory
        Monthly counts up to the as-of day.
    backtest : DemandBacktest, optional
        Chooses the model of each measure and calibrates its intervals. None
        where the returns are too short for one: today is then held flat.
    membership : Membership
        Co-operatives; each month's totals have the members of its last day.
    horizon : int
        Months ahead.
    n_paths : int
        Futures.
    seed : int
        Of all chance.
    configuration : mapping, optional
        Settings of the run, for provenance.
    code_version : str
        For provenance.
    findings_count : int, optional
        Findings of the whole run; those of the history when absent.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    DemandForecast
        Means of leaves sum to every total. Quantiles are of the sums, path by
        path, then calibrated level by level: they need not add up.

    Raises
    ------
    NothingUsableError
        A model cannot run on this history.
    """
    months = pd.date_range(history.months[-1], periods=horizon + 1, freq="ME")[1:]
    frames, paths, leaves, models = [], {}, {}, {}
    for number, measure in enumerate(kind.value for kind in Measure):
        judged = None if backtest is None else backtest.measures[measure]
        models[measure] = YARDSTICK if judged is None else judged.chosen
        if progress is not None:
            progress(f"forecasting {measure} by {models[measure]}")
        rows = rows_of(history.leaves, measure)
        rng = np.random.default_rng([seed, _STREAM, number])
        drawn = _drawn(history, rows, measure, models[measure], horizon, n_paths, rng)
        paths[measure], leaves[measure] = drawn.paths, rows.labels
        for span, nodes in _nodes_by_membership(history, membership, months):
            of_measure = nodes.for_measure(measure)
            frames.append(
                _figures(drawn, rows, of_measure, span, judged, horizon).assign(
                    measure=measure, model=models[measure]
                )
            )
    frame = _labelled(pd.concat(frames, ignore_index=True), months)
    scored = backtest or _no_backtest(horizon)
    coverage = {
        measure: _coverage(scored.frame, measure, model) for measure, model in models.items()
    }
    return DemandForecast(
        frame=FORECAST.check(frame),
        leaf_paths=paths,
        leaves=leaves,
        months=months,
        models=models,
        backtest=scored,
        coverage=coverage,
        meta=_meta(
            history, scored, models, coverage, configuration, code_version, seed, findings_count
        ),
    )


def _drawn(
    history: DemandHistory,
    rows: Rows,
    measure: str,
    model: str,
    horizon: int,
    n_paths: int,
    rng: np.random.Generator,
) -> Forecast:
    panel = rows.panel(history, measure)
    try:
        return FORECASTERS[model](panel, horizon=horizon, n_paths=n_paths, rng=rng)
    except ModelError as error:
        raise NothingUsableError(wanted=f"A forecast of {measure}", reason=str(error)) from error


def _nodes_by_membership(
    history: DemandHistory, membership: Membership, months: pd.DatetimeIndex
) -> Iterator[tuple[IntArray, Nodes]]:
    """Give the columns of each run of months with the same members, and its nodes."""
    members = [membership.on(month) for month in months]
    starts = [0] + [i for i in range(1, len(months)) if members[i] != members[i - 1]]
    for first, end in zip(starts, [*starts[1:], len(months)], strict=True):
        yield np.arange(first, end), nodes_on(history.leaves, membership=members[first])


def _figures(
    drawn: Forecast,
    rows: Rows,
    nodes: Nodes,
    span: IntArray,
    judged: MeasureBacktest | None,
    horizon: int,
) -> pd.DataFrame:
    """Mean and calibrated quantiles of every node, a row a node and month of the span."""
    totals = rows.totals(nodes)
    part = Forecast(drawn.paths[:, :, span])
    mean = np.asarray(totals @ part.mean())
    quantiles = part.node_quantiles(totals, _LEVELS)
    if judged is not None:
        bucket = lead_buckets(horizon)[span]
        stretch, kind = _stretch_of(judged, nodes)
        quantiles = stretched(quantiles, levels=_LEVELS, stretch=stretch, kind=kind, bucket=bucket)
    frame = nodes.frame.loc[nodes.frame.index.repeat(len(span))].reset_index(drop=True)
    frame["horizon"] = np.tile(span + 1, len(nodes.frame))
    frame["mean"] = np.maximum(mean, 0.0).ravel()
    for name, values in zip(QUANTILES, quantiles, strict=True):
        frame[name] = values.ravel()
    return frame


def _stretch_of(judged: MeasureBacktest, nodes: Nodes) -> tuple[Stretch, IntArray]:
    """Look up each node's level among those calibrated; a level that is new is left alone."""
    learned = judged.stretch[judged.chosen]
    one = Stretch.none(1, learned.inner.shape[1])
    stretch = Stretch(np.vstack([learned.inner, one.inner]), np.vstack([learned.outer, one.outer]))
    kinds = kinds_of(nodes)
    known = {name: place for place, name in enumerate(judged.kinds.names)}
    place = np.array([known.get(name, len(known)) for name in kinds.names], dtype=np.int64)
    return stretch, place[kinds.of_node]


def _labelled(frame: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    codes = frame["local_authority"].unique()
    names = {code: "" if code == ALL else name_of(str(code)) for code in codes}
    frame = frame.assign(
        month=months[frame["horizon"].to_numpy() - 1],
        local_authority_name=frame["local_authority"].map(names),
    )
    return frame[FORECAST.names].sort_values(
        ["measure", "horizon"], kind="stable", ignore_index=True
    )


def _no_backtest(horizon: int) -> DemandBacktest:
    note = "The returns are too short for a backtest: today is held flat, uncalibrated."
    return DemandBacktest(
        frame=pd.DataFrame(), measures={}, origins=(), horizon=horizon, notes=(note,)
    )


def _coverage(table: pd.DataFrame, measure: str, model: str) -> dict[str, Any]:
    """Coverage of the calibrated intervals in backtest, by level and over all of them."""
    pooled = _pooled_scores(table, measure, model)
    rows = pooled if pooled.empty else pooled[pooled["horizon"] == ALL]
    if rows.empty:
        return {}
    by_level = {
        str(row["level"]): {
            "80": _number(row["calibrated_80"]),
            "95": _number(row["calibrated_95"]),
            "80_uncalibrated": _number(row["coverage_80"]),
            "95_uncalibrated": _number(row["coverage_95"]),
        }
        for _, row in rows.iterrows()
    }
    return {
        "80": _number(rows["calibrated_80"].mean()),
        "95": _number(rows["calibrated_95"].mean()),
        "by_level": by_level,
    }


def _pooled_scores(table: pd.DataFrame, measure: str, model: str) -> pd.DataFrame:
    """One model's scores pooled over each level; an absent backtest has none."""
    if table.empty:
        return table
    return table[
        (table["measure"] == measure)
        & (table["model"] == model)
        & (table["placement_type"] == ALL)
        & (table["age_band"] == ALL)
        & (table["level"] != ALL)
    ]


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)


def _meta(
    history: DemandHistory,
    backtest: DemandBacktest,
    models: dict[str, str],
    coverage: dict[str, dict[str, Any]],
    configuration: Mapping[str, object] | None,
    code_version: str,
    seed: int,
    findings_count: int | None,
) -> dict[str, Any]:
    return {
        "data_hash": history.data_hash,
        "code_version": code_version,
        "configuration": dict(configuration or {}),
        "seed": seed,
        "as_of": history.as_of.date().isoformat(),
        "findings": len(history.findings) if findings_count is None else findings_count,
        "models": models,
        "backtest": {
            measure: _model_scores(backtest.frame, measure, model)
            for measure, model in models.items()
        },
        "backtest_origins": [origin.date().isoformat() for origin in backtest.origins],
        "coverage": coverage,
        "breaks": [
            {
                "name": found.name,
                "month": pd.Timestamp(found.month).date().isoformat(),
                "description": found.description,
                "handling": f"{found.handling} {_BREAK_HANDLING}".strip(),
            }
            for found in history.breaks
        ],
        "notes": list(backtest.notes),
        "cut_short": [],
    }


def _model_scores(table: pd.DataFrame, measure: str, model: str) -> dict[str, Any]:
    pooled = _pooled_scores(table, measure, model)
    if pooled.empty:
        return {}
    return {
        str(level): {
            str(row["horizon"]): {name: _number(row[name]) for name in _SCORES}
            for _, row in rows.iterrows()
        }
        for level, rows in pooled.groupby("level", sort=True)
    }
