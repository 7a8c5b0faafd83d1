"""Assumptions of a cost of delay, and errors of forecasts made alone and by the region."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.delay_assumptions import DelaySpec, parse_delay_spec


def an_interval(low: float, best: float, high: float) -> dict[str, Any]:
    """Give one assumption as a file has it."""
    return {"low": low, "best": best, "high": high, "source": "a test"}


def assumptions(**changed: Any) -> dict[str, Any]:
    """Give a whole file: twelve placements avoided for certain at GBP 1,000 a week."""
    return {
        "price_year": 2025,
        "horizon_years": 10,
        "draws": 2_000,
        "placements_avoided": an_interval(8, 12, 16),
        "weekly_cost_gap": an_interval(1_000, 1_000, 1_000),
        "ramp_months": an_interval(0, 0, 0),
        "set_up_cost": an_interval(0, 0, 0),
        "running_cost": an_interval(0, 0, 0),
        "delay_months": {"value": 24, "source": "the question"},
        **changed,
    }


def a_delay(**changed: Any) -> DelaySpec:
    """Give the assumptions, read."""
    return parse_delay_spec(assumptions(**changed))


def pooling_losses(
    *,
    n_origins: int,
    better_by: float = 0.0,
    regions: tuple[str, ...] = ("North West",),
    authorities: int = 4,
    leads: tuple[int, ...] = (3, 12),
    seed: int = 0,
) -> pd.DataFrame:
    """Give errors in children at origins three months apart, leaning ones better by as much."""
    rng = np.random.default_rng(seed)
    origins = pd.date_range("2016-03-31", periods=n_origins, freq="3ME")
    codes = [(region, f"E0{i}{j}") for i, region in enumerate(regions) for j in range(authorities)]
    table = pd.DataFrame(
        [
            (region, code, origin, lead)
            for region, code in codes
            for origin in origins
            for lead in leads
        ],
        columns=["region", "local_authority", "origin", "lead"],
    )
    alone = 20 + rng.normal(size=len(table))
    leaning = alone - better_by + rng.normal(scale=0.5, size=len(table))
    return table.assign(alone=alone, shared_rates=leaning, share_of_region=leaning + 1)
