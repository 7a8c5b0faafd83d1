"""What a forecast says of itself: scores, coverage, weights, breaks, notes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast.codes import ALL
from rcc_forecast.forecasting.blend import COMBINATION
from rcc_forecast.forecasting.engine import Engine, MeasureEngine
from rcc_forecast.forecasting.nodes import bucket_name
from rcc_forecast.forecasting.shifts import possible_breaks
from rcc_forecast.results.forecast import DemandBacktest

_SCORES = ["mase", "rmsse", "wape", "bias", "scrps", "coverage_80", "coverage_95"]
_MEDIAN: FloatArray = np.array([0.5])
_BREAK_HANDLING = {
    "covid": "Rates and levels of entry are learned with little weight on these months.",
    "supported-accommodation": "Moves between supported and other, and the kinds that entrants "
    "come to, are learned from the months since.",
}


def meta_of(
    engine: Engine,
    backtest: DemandBacktest,
    *,
    provenance: dict[str, object],
    findings_count: int | None,
) -> dict[str, Any]:
    """Give provenance and proof in words that JSON knows: what `<name>.meta.json` holds."""
    history = engine.history
    found = len(history.findings) if findings_count is None else findings_count
    return {
        **provenance,
        "data_hash": history.data_hash,
        "as_of": history.as_of.date().isoformat(),
        "findings": found,
        "models": dict.fromkeys(engine.measures, COMBINATION),
        "clock": None if engine.cohort is None else engine.cohort.today.rates.clock.value,
        "weights": {
            measure: _weights(part, engine.horizon) for measure, part in engine.measures.items()
        },
        "backtest": {
            measure: _model_scores(backtest.frame, measure) for measure in engine.measures
        },
        "backtest_origins": [day.date().isoformat() for day in engine.origin_days],
        "coverage": {measure: _coverage(backtest.frame, measure) for measure in engine.measures},
        "extrapolated_95": {
            measure: _extrapolated(part) for measure, part in engine.measures.items()
        },
        "breaks": [
            {
                "name": known.name,
                "month": pd.Timestamp(known.month).date().isoformat(),
                "description": known.description,
                "handling": f"{known.handling} {_BREAK_HANDLING.get(known.name, '')}".strip(),
            }
            for known in history.breaks
        ],
        "possible_breaks": possible_breaks(engine),
        "left_out": dict(engine.left_out),
        "notes": list(backtest.notes),
        "cut_short": [],
    }


def _weights(part: MeasureEngine, horizon: int) -> dict[str, Any]:
    """Weight of each member by level and range of leads."""
    values = part.blend.weights.values  # noqa: PD011 - an array, no frame
    return {
        level: {
            bucket_name(bucket, horizon): {
                member: round(float(values[m, k, bucket]), 3)
                for m, member in enumerate(part.blend.members)
            }
            for bucket in range(values.shape[2])
        }
        for k, level in enumerate(part.nodes.kinds.names)
    }


def _extrapolated(part: MeasureEngine) -> str:
    """Say from which lead on the 95% interval rests on fewer than 20 separate past origins."""
    if part.errors is None:
        return "every lead"
    leads = part.errors.intervals(_MEDIAN).extrapolated
    if not leads.any():
        return "none"
    first = int(leads.argmax()) + 1
    return "every lead" if first == 1 else f"{first} months and more"


def _model_scores(table: pd.DataFrame, measure: str) -> dict[str, Any]:
    pooled = _pooled(table, measure)
    if pooled.empty:
        return {}
    return {
        str(level): {
            str(row["horizon"]): {name: _number(row[name]) for name in _SCORES}
            for _, row in rows.iterrows()
        }
        for level, rows in pooled.groupby("level", sort=True)
    }


def _coverage(table: pd.DataFrame, measure: str) -> dict[str, Any]:
    """Coverage of the 80% and 95% intervals in backtest, by level and over all of them."""
    pooled = _pooled(table, measure)
    rows = pooled if pooled.empty else pooled[pooled["horizon"] == ALL]
    if rows.empty:
        return {}
    return {
        "80": _number(rows["coverage_80"].mean()),
        "95": _number(rows["coverage_95"].mean()),
        "by_level": {
            str(row["level"]): {
                "80": _number(row["coverage_80"]),
                "95": _number(row["coverage_95"]),
            }
            for _, row in rows.iterrows()
        },
    }


def _pooled(table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Scores of the combination pooled over each level; an absent backtest has none."""
    if table.empty:
        return table
    return table[
        (table["measure"] == measure)
        & (table["model"] == COMBINATION)
        & (table["placement_type"] == ALL)
        & (table["age_band"] == ALL)
        & (table["level"] != ALL)
    ]


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)
