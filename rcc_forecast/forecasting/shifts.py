"""Breaks that nobody has listed: months in which a region's entries or exits changed level."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.forecasting.level_shifts import level_shifts
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.engine import Engine
from rcc_forecast.results.demand import MONTHS_A_YEAR

_NEAR_MONTHS = 3
"""A shift this near a listed break is that break."""


def possible_breaks(engine: Engine) -> list[dict[str, Any]]:
    """Give suspected breaks for a person to look at; the forecast does not act on them.

    Parameters
    ----------
    engine : Engine
        Its history.

    Returns
    -------
    list of dict
        ``region, measure, month, change_pct, z``, in words that JSON knows.
    """
    listed = [pd.Timestamp(known.month) for known in engine.history.breaks]
    found = []
    for measure in (Measure.ENTRIES.value, Measure.EXITS.value):
        part = engine.measures[measure]
        rows = np.flatnonzero(part.nodes.frame["level"] == "region/total")
        # The first month's flows no return shows whole.
        for shift in level_shifts(part.y[rows, 1:], season=MONTHS_A_YEAR):
            month = pd.Timestamp(engine.history.months[shift.period + 1])
            if any(_months_between(month, known) <= _NEAR_MONTHS for known in listed):
                continue
            found.append(
                {
                    "region": str(part.nodes.frame["region"].iloc[rows[shift.series]]),
                    "measure": measure,
                    "month": month.date().isoformat(),
                    "change_pct": round(100 * float(np.expm1(shift.size)), 1),
                    "z": round(shift.z, 1),
                }
            )
    return found


def _months_between(one: pd.Timestamp, other: pd.Timestamp) -> int:
    return abs((one.year - other.year) * MONTHS_A_YEAR + one.month - other.month)
