"""A whole report's worth of made-up tables for three authorities of one co-operative."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.geography import name_of
from rcc_forecast.reporting.content import ReportContent
from rcc_forecast.results.demand import Break
from rcc_forecast.sufficiency import children_by_kind
from tests.builders.futures import a_balance, futures_as_drawn
from tests.builders.register import a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")
AUTHORITIES = ("E08000001", "E08000002", "E08000003")
RCC, REGION = "Greater Manchester", "North West"
HORIZON, MONTHS_PAST = 24, 60

_LEVELS = {
    PlacementType.FOSTER: 300.0,
    PlacementType.FOSTER_KINSHIP: 90.0,
    PlacementType.CHILDRENS_HOME: 60.0,
    PlacementType.SUPPORTED: 45.0,
    PlacementType.WITH_PARENTS: 35.0,
}


def report_content(**changed: Any) -> ReportContent:
    """Every part of the report, save those that are `changed`."""
    rng = np.random.default_rng(903)
    leaves, now, paths = _futures(rng)
    futures = futures_as_drawn(paths, leaves, months=_months_ahead())
    found = a_balance(
        futures,
        children_now=children_by_kind(now, leaves=leaves, futures=futures),
        homes=_register(),
        as_of=AS_OF,
    )
    parts: dict[str, Any] = {
        "as_of": AS_OF,
        "provenance": {
            "run_id": "0123456789abcdef",
            "data_hash": "ab" * 32,
            "version": "0.1.0",
            "packages_hash": "cd" * 8,
            "seed": 903,
            "configuration": {"horizon": HORIZON},
        },
        "demand": _demand(leaves, now, rng),
        "forecast": _forecast(leaves, paths),
        "backtest": _backtest(),
        "balance": found.table,
        "assumptions": found.assumptions,
        "plan": _plan(),
        "findings": pd.DataFrame(
            {
                "severity": ["refused", "repaired"],
                "rule": ["decom-missing", "overlap-clipped"],
                "table": ["episodes", "episodes"],
                "findings": [2, 31],
                "rows": [2, 31],
                "done": [
                    "The row counts nowhere.",
                    "The earlier episode ends where the next begins.",
                ],
            }
        ),
        "breaks": (
            Break(
                "supported-accommodation",
                pd.Timestamp("2023-10-31"),
                "Supported accommodation became regulated.",
                "Supported and other placements are forecast with a step in this month.",
            ),
        ),
        "completeness": pd.DataFrame(
            {
                "month": pd.date_range("2024-04-30", periods=12, freq="ME"),
                "measure": "exits",
                "share_recorded": np.linspace(1.0, 0.9, 12),
                "learned_from": 400,
            }
        ),
        "synthetic": True,
    }
    return ReportContent(**{**parts, **changed})


def _futures(rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    leaves = pd.MultiIndex.from_product(
        [AUTHORITIES, [kind.value for kind in _LEVELS]], names=["local_authority", "placement_type"]
    ).to_frame(index=False)
    leaves["region"] = REGION
    now = np.tile(list(_LEVELS.values()), len(AUTHORITIES)) * np.repeat(
        [0.8, 0.6, 1.6], len(_LEVELS)
    )
    steps = rng.normal(0.004, 0.015, (100, len(leaves), HORIZON))
    return leaves, now, now[:, None] * np.exp(np.cumsum(steps, axis=2))


def _register() -> pd.DataFrame:
    return a_register(
        *(
            a_home(
                f"{code}-{kind}",
                local_authority=code,
                placement_type=kind,
                places_approved=int(level * share),
                places_available=int(level * 0.1),
                weekly_cost_gbp=cost,
            )
            for code, share in zip(AUTHORITIES, (1.2, 0.5, 1.5), strict=True)
            for kind, level, cost in (
                ("foster", 300, 700.0),
                ("childrens_home", 60, 6_100.0),
                ("supported", 45, 1_500.0),
            )
        )
    )


def _months_ahead() -> pd.DatetimeIndex:
    return pd.date_range(AS_OF, periods=HORIZON + 1, freq="ME")[1:]


def _nodes(leaves: pd.DataFrame, values: np.ndarray) -> list[tuple[dict[str, str], np.ndarray]]:
    """Children by area and kind; the last axis of `values` is months, the one before leaves."""
    nodes = []
    for code in (ALL, *AUTHORITIES):
        inside = (code == ALL) | (leaves["local_authority"] == code).to_numpy()
        for kind in (ALL, *(kind.value for kind in _LEVELS)):
            chosen = inside & ((kind == ALL) | (leaves["placement_type"] == kind).to_numpy())
            label = {
                "region": ALL if code == ALL else REGION,
                "local_authority": code,
                "placement_type": kind,
                "age_band": ALL,
                "population": ALL,
                "measure": "children",
                "rcc": RCC,
                "local_authority_name": "" if code == ALL else name_of(code),
            }
            nodes.append((label, values[..., chosen, :].sum(axis=-2)))
    return nodes


def _demand(leaves: pd.DataFrame, now: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    back = rng.normal(0.003, 0.01, (len(leaves), MONTHS_PAST))
    back[:, 0] = 0.0
    past = (now[:, None] * np.exp(-np.cumsum(back, axis=1)))[:, ::-1]
    months = pd.date_range(end=AS_OF, periods=MONTHS_PAST, freq="ME").strftime("%Y-%m-%d")
    return pd.concat(
        [
            pd.DataFrame(
                {**label, "month": months, "value": values.round(), "value_corrected": values}
            )
            for label, values in _nodes(leaves, past)
        ],
        ignore_index=True,
    )


def _forecast(leaves: pd.DataFrame, paths: np.ndarray) -> pd.DataFrame:
    parts = []
    for label, values in _nodes(leaves, paths):
        levels = np.quantile(values, [0.025, 0.1, 0.9, 0.975], axis=0)
        parts.append(
            pd.DataFrame(
                {
                    **label,
                    "month": _months_ahead().strftime("%Y-%m-%d"),
                    "horizon": np.arange(1, HORIZON + 1),
                    "mean": values.mean(axis=0),
                    **dict(zip(("q025", "q10", "q90", "q975"), levels, strict=True)),
                    "model": "combination",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _backtest() -> pd.DataFrame:
    scores = {
        "measure": "children",
        "age_band": ALL,
        "horizon": ALL,
        "origins": 4,
        "scrps": [0.21, 0.3] * 2,
        "wape": [0.031, 0.044] * 2,
        "coverage_80": [0.79, 0.78] * 2,
        "skill_vs_hold_flat": [0.3, 0.0] * 2,
        "model": ["combination", "hold_flat"] * 2,
        "chosen": ["yes", "no"] * 2,
        "level": ["rcc/total"] * 2 + ["rcc/type"] * 2,
        "placement_type": [ALL] * 2 + ["foster"] * 2,
        "note": "",
    }
    return pd.DataFrame(scores)


def _plan() -> dict[str, Any]:
    figures = {
        "children": 300,
        "placed": 291,
        "unplaced": 9,
        "groups": 62,
        "groups_together": 55,
        "mean_miles": 8.31,
        "over_20_miles_pct": 6.2,
        "out_of_area_pct": 31.0,
        "moved": 0,
        "weekly_cost_gbp": 512_300.0,
    }
    worse = {"placed": 280, "unplaced": 20, "groups_together": 38, "over_20_miles_pct": 14.1}
    return {**figures, "as_is": {**figures, "groups_together": 41}, "greedy": {**figures, **worse}}
