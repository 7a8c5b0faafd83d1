"""Tables behind the charts of an evaluation, filled from a seeded simulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import Stamp
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.disparity import DISPARITY, DISPARITY_EFFECTS
from rcc_forecast.tables.evaluation_charts import FUNNEL, PATHS, PLACEBO_GAPS, XMR
from rcc_forecast.tables.following import CALENDAR

GROUPS = {
    "ethnicity": ("White", "Mixed", "Asian", "Black", "Other"),
    "sex": ("female", "male"),
    "uasc": ("unaccompanied", "other"),
}
"""Characteristics and their groups."""

_ESTIMATORS = ("synthetic_control", "synthetic_did", "ridge_augmented")


def chart_tables(
    *,
    outcomes: Sequence[str],
    regions: Sequence[str],
    treated: Sequence[str],
    periods: Sequence[str],
    begun: str,
    stamp: Stamp,
    authorities: int = 153,
    seed: int = 903,
) -> dict[str, pd.DataFrame]:
    """Give ``paths``, ``placebo_gaps``, ``funnel``, ``xmr``, ``disparity`` and its effects.

    Shares of 0.2 that wander; the first region of `treated` falls from `begun` on.
    """
    rng = np.random.default_rng(seed)
    made = {
        "paths": (_paths(outcomes, treated, periods, begun, rng), PATHS),
        "placebo_gaps": (_gaps(outcomes, regions, treated, periods, rng), PLACEBO_GAPS),
        "funnel": (_funnel(outcomes, regions, periods[-1], authorities, rng), FUNNEL),
        "xmr": (_xmr(outcomes, regions, periods, rng), XMR),
        "disparity": (_disparity(outcomes, periods, rng), DISPARITY),
        "disparity_effects": (_effects(outcomes, rng), DISPARITY_EFFECTS),
    }
    return {name: _handed_out(rows, table, stamp) for name, (rows, table) in made.items()}


def a_power_table(outcome: str) -> pd.DataFrame:
    """Give what could be seen with 14, 10 and 6 regions; with 6, permutation finds nothing."""
    sizes = {14: (0.028, 0.026, 0.025, 0.024), 10: (0.030, 0.027, 0.027, 0.025), 6: (0.039,) * 4}
    rows = []
    for left, mdes in sizes.items():
        for ahead, mde in zip((1, 2, 3, 5), mdes, strict=True):
            for inference in ("donald_lang", "region_permutation"):
                never = left == 6 and inference == "region_permutation"
                size = np.nan if never else mde
                rows.append(
                    {
                        "outcome": outcome,
                        "inference": inference,
                        "regions_left": left,
                        "post_periods": ahead,
                        "period": str(2025 + ahead),
                        "date": f"{2025 + ahead}-03-31",
                        "mde": size,
                        "attainable_p": 2 / (left * (left - 1)),
                        "power_at_half": np.nan if never else 0.25,
                        "exaggeration": np.nan if never else 1.9,
                        "wrong_sign": np.nan if never else 0.002,
                        "mde_low": 0.8 * size,
                        "mde_high": 1.3 * size,
                        "note": "never: p is no smaller than 0.067" if never else "",
                    }
                )
    return pd.DataFrame(rows)


def a_calendar(stamp: Stamp) -> pd.DataFrame:
    """Give two planned looks."""
    rows = [
        {
            "planned_look": look,
            "state": "too early",
            "waits_for": str(2025 + look),
            "data_end": f"{2025 + look}-03-31",
            "published": f"{2025 + look}-11-20",
            "published_basis": "expected: mid-November",
            "cut_off": f"{2025 + look}-11-20",
            "report_due": f"{2026 + look}-01-15",
            "treated": 2,
            "regions_left": 14,
            "assignments": 91,
            "alpha_spent": 0.025 * look,
            "attainable_p": 1 / 91,
            "finding_possible": 1,
            "mde": 0.028,
            "note": "",
        }
        for look in (1, 2)
    ]
    return stamped(pd.DataFrame(rows), CALENDAR, stamp)


def a_milestone_table() -> pd.DataFrame:
    """Give one milestone that is done and one that is overdue."""
    plain = {
        "as_at": pd.Timestamp("2026-06-01"),
        "rcc": "Greater Manchester",
        "function": "sufficiency_strategy",
        "due": pd.Timestamp("2026-03-31"),
        "due_now": pd.Timestamp("2026-05-01"),
        "times_moved": 1,
        "evidence": "Strategy 2026",
        "checked_on": pd.Timestamp("2026-05-20"),
        "note": "",
    }
    done = {"milestone": "Strategy published", "rag": "green", "state": "Done"}
    late = {"milestone": "Strategy costed", "rag": "red", "state": "Overdue", "done": pd.NaT}
    return pd.DataFrame([{**plain, **done, "done": pd.Timestamp("2026-04-30")}, {**plain, **late}])


def a_process_table() -> pd.DataFrame:
    """Give a share and a time of the co-operative, and one of a single authority."""
    plain = {
        "period": "2026Q1",
        "by": "all",
        "group": "All",
        "numerator": 31,
        "denominator": 50,
        "note": "",
    }
    whose = {"level": "rcc", "area": "Greater Manchester"}
    share = {"measure": "forecast_named", "unit": "share", "value": 0.62, "low": 0.5, "high": 0.74}
    days = {"measure": "median_days", "unit": "days", "value": 9.0, "low": 7.0, "high": np.nan}
    one = {"level": "local_authority", "area": "U001"}
    return pd.DataFrame(
        [{**plain, **whose, **share}, {**plain, **whose, **days}, {**plain, **one, **share}]
    )


def _handed_out(rows: list[dict[str, object]], table: Table, stamp: Stamp) -> pd.DataFrame:
    return stamped(pd.DataFrame(rows), table, stamp)


def _walk(number: int, rng: np.random.Generator, size: float = 0.006) -> np.ndarray:
    return size * rng.standard_normal(number).cumsum()


def _paths(outcomes, treated, periods, begun, rng):
    rows = []
    for outcome in outcomes:
        for place, region in enumerate(treated):
            seen = 0.2 + _walk(len(periods), rng)
            for estimator in _ESTIMATORS:
                for when, period in enumerate(periods):
                    after = period >= begun
                    value = seen[when] - (0.03 if after and place == 0 else 0.0)
                    made = seen[when] + 0.002 * rng.standard_normal()
                    phase = "after" if after else "base"
                    rows.append(
                        {
                            "outcome": outcome,
                            "estimator": estimator,
                            "region": region,
                            "period": period,
                            "phase": phase,
                            "treated": value,
                            "synthetic": made,
                            "gap": value - made,
                        }
                    )
    return rows


def _gaps(outcomes, regions, treated, periods, rng):
    return [
        {
            "outcome": outcome,
            "estimator": "synthetic_control",
            "region": region,
            "is_treated": int(region in treated),
            "period": period,
            "gap": 0.01 * rng.standard_normal(),
        }
        for outcome in outcomes
        for region in regions
        for period in periods
    ]


def _funnel(outcomes, regions, period, authorities, rng):
    rows = []
    for outcome in outcomes:
        children = np.exp(rng.normal(np.log(480), 0.55, authorities)).clip(60, 2500).round()
        value = rng.binomial(children.astype(int), 0.2) / children
        value[::40] += 0.16
        for place in range(authorities):
            error = np.sqrt(0.16 / children[place])
            z = abs(value[place] - 0.2) / error
            reading = "outside 99.8%" if z > 3.09 else "outside 95%" if z > 1.96 else "similar"
            rows.append(
                {
                    "outcome": outcome,
                    "period": period,
                    "la_code": f"U{place:03d}",
                    "region": regions[place % len(regions)],
                    "children": children[place],
                    "value": value[place],
                    "expected": 0.2,
                    "low_95": 0.2 - 1.96 * error,
                    "high_95": 0.2 + 1.96 * error,
                    "low_998": 0.2 - 3.09 * error,
                    "high_998": 0.2 + 3.09 * error,
                    "reading": reading,
                }
            )
        withheld = {"la_code": "U999", "region": regions[0], "reading": "withheld"}
        rows.append({"outcome": outcome, "period": period, **withheld, "children": 70.0})
    return rows


def _xmr(outcomes, regions, periods, rng):
    rows = []
    for outcome in outcomes:
        for region in ("All", *regions):
            values = 0.2 + 0.01 * rng.standard_normal(len(periods))
            values[-1] += 0.05 if region == regions[0] else 0.0
            for period, value in zip(periods, values, strict=True):
                outside = abs(value - 0.2) > 0.027
                rows.append(
                    {
                        "outcome": outcome,
                        "region": region,
                        "period": period,
                        "value": value,
                        "mean": 0.2,
                        "low": 0.173,
                        "high": 0.227,
                        "rules": "outside_limits" if outside else "",
                        "note": f"baseline {periods[0]} to {periods[-4]}",
                    }
                )
    return rows


def _disparity(outcomes, periods, rng):
    rows = []
    for outcome in outcomes:
        for when, period in enumerate(periods):
            areas = {
                "mean": 0.2,
                "theil": 0.03,
                "theil_within": 0.02 + 0.001 * when,
                "theil_between": 0.01,
                "sd_observed": 0.06 + 0.001 * when,
                "sd_beyond_chance": 0.045 + 0.001 * when,
            }
            rows += [
                _measure(outcome, period, measure, value, "authorities", "All", "All")
                for measure, value in areas.items()
            ]
            for between, groups in GROUPS.items():
                for place, group in enumerate(groups):
                    for among in ("All", "pathfinders", "the rest"):
                        gap = 0.02 * (place - 1) + 0.006 * rng.standard_normal()
                        for measure in ("gap", "gap_within_authorities"):
                            rows.append(
                                {
                                    **_measure(
                                        outcome, period, measure, gap, between, group, among
                                    ),
                                    "low": gap - 0.02,
                                    "high": gap + 0.02,
                                }
                            )
    return rows


def _measure(outcome, period, measure, value, between, group, among):
    return {
        "outcome": outcome,
        "period": period,
        "measure": measure,
        "value": value,
        "n_units": 153,
        "children": 80_000.0,
        "between": between,
        "group": group,
        "among": among,
    }


def _effects(outcomes, rng):
    measured = [
        *(("authorities", "All", measure) for measure in ("theil", "sd_beyond_chance")),
        *(
            (between, group, measure)
            for between, groups in GROUPS.items()
            for group in groups
            for measure in ("gap", "gap_within_authorities")
        ),
    ]
    rows = []
    for outcome in outcomes:
        for between, group, measure in measured:
            for inference in ("region_permutation", "donald_lang"):
                effect = 0.01 * rng.standard_normal()
                rows.append(
                    {
                        "outcome": outcome,
                        "between": between,
                        "group": group,
                        "measure": measure,
                        "estimate": effect,
                        "low": effect - 0.02,
                        "high": effect + 0.02,
                        "p_value": 0.4,
                        "p_adjusted": 1.0,
                        "inference": inference,
                        "attainable_p": 1 / 91,
                        "n_regions": 14,
                        "periods": "2016 to 2024 | 2025 to 2026",
                    }
                )
    return rows
