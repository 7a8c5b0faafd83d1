"""Funnels of authorities and process charts of regions: what stands out, and what is unrest.

Authorities inside the funnel are similar, whatever order their figures would
put them in: they stand by code, and nothing here ranks them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.control_charts import (
    FEWEST_POINTS,
    BoolArray,
    ProcessChart,
    funnel,
    funnel_limits,
    lag_one,
    process_chart,
)
from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import course_of, grid_of
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.evaluation import before_stamp
from rcc_forecast.tables.evaluation_charts import (
    FUNNEL,
    NOT_COMPARED,
    OUTSIDE_95,
    OUTSIDE_998,
    SIMILAR,
    WITHHELD,
    XMR,
)

_FEWEST_AUTHORITIES = 3
"""Authorities that a funnel needs to know what is common to them."""

RULES = ("beyond", "shift", "trend", "near_limit")
"""Rules of a process chart, by the names of `models.control_charts.ProcessChart`."""


def funnel_of(cells: Cells, spec: Spec) -> pd.DataFrame:
    """Set each authority's latest share against what it would be were all alike.

    Parameters
    ----------
    cells : Cells
        A checked panel.
    spec : Spec
        Whose outcomes are charted; those without counts have no rows.

    Returns
    -------
    DataFrame
        A `FUNNEL` table without its stamp, by outcome of the specification and then
        by ``la_code``. A withheld count has no value: its note gives the interval.
    """
    parts = [_funnel_of_outcome(cells, outcome) for outcome in spec.outcomes]
    with_rows = [part for part in parts if len(part)]
    return pd.concat(with_rows, ignore_index=True) if with_rows else _no_rows(FUNNEL)


def _funnel_of_outcome(cells: Cells, outcome: str) -> pd.DataFrame:
    frame = cells.frame[cells.frame["outcome"] == outcome]
    rows = frame[frame["numerator"].notna() & (frame["denominator"] > 0)]
    if not len(rows):
        return rows
    latest = int(rows["period"].max())
    rows = rows[rows["period"] == latest].sort_values("la_code", kind="stable")
    numerator = rows["numerator"].to_numpy(dtype=float)
    children = rows["denominator"].to_numpy(dtype=float)
    hidden = rows["imputed"].to_numpy(dtype=bool)
    found = funnel(numerator, children)
    compared = len(rows) >= _FEWEST_AUTHORITIES
    blank = np.full(len(rows), np.nan)
    low_95, high_95 = funnel_limits(found, children, confidence=0.95)
    low_998, high_998 = funnel_limits(found, children, confidence=0.998)
    reading = _readings(found.outside_95, found.outside_998, hidden, compared=compared)
    return pd.DataFrame(
        {
            "outcome": outcome,
            "period": cells.calendar.name(latest),
            "la_code": rows["la_code"].to_numpy(),
            "region": rows["region"].to_numpy(),
            "children": children,
            "value": np.where(hidden, np.nan, numerator / children),
            "expected": found.centre,
            "low_95": low_95 if compared else blank,
            "high_95": high_95 if compared else blank,
            "low_998": low_998 if compared else blank,
            "high_998": high_998 if compared else blank,
            "reading": reading,
            "note": _funnel_notes(rows, hidden, dispersion=found.dispersion, compared=compared),
        }
    )


def _readings(
    outside_95: BoolArray, outside_998: BoolArray, hidden: BoolArray, *, compared: bool
) -> list[str]:
    if not compared:
        return [WITHHELD if each else NOT_COMPARED for each in hidden]
    words = np.select(
        [hidden, outside_998, outside_95], [WITHHELD, OUTSIDE_998, OUTSIDE_95], default=SIMILAR
    )
    return [str(word) for word in words]


def _funnel_notes(
    rows: pd.DataFrame, hidden: BoolArray, *, dispersion: float, compared: bool
) -> list[str]:
    common = f"fewer than {_FEWEST_AUTHORITIES} authorities: no limits"
    if compared:
        widened = f"limits {np.sqrt(dispersion):.2f} times as wide as chance alone"
        common = widened if dispersion > 1 else "limits of chance alone"
    low, high = rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float)
    return [
        f"count withheld: share from {low[row]:.3f} to {high[row]:.3f}; {common}"
        if hidden[row]
        else common
        for row in range(len(rows))
    ]


def xmr_of(cells: Cells, spec: Spec) -> pd.DataFrame:
    """Chart each region and all of them together over time, with the limits of the process.

    The baseline is fixed: the periods before the first announcement, or before the
    first delivery where none was announced, so that no later point moves a limit.

    Parameters
    ----------
    cells : Cells
        A checked panel.
    spec : Spec
        Whose outcomes are charted, and when the first pathfinder was announced.

    Returns
    -------
    DataFrame
        An `XMR` table without its stamp: ``All`` first, then regions by name. With
        fewer than twelve points of baseline it is a run of points without limits.
        ``rules`` names what a point breaks (`models.control_charts.process_chart`
        says each): ``beyond``, ``shift``, ``trend``, ``near_limit``.
    """
    aware = min(course_of(each, cells.calendar).aware for each in spec.treated)
    parts = []
    for outcome in spec.outcomes:
        own = replace(cells, frame=cells.frame[cells.frame["outcome"] == outcome])
        whole = replace(own, frame=own.frame.assign(region=ALL))
        for panel in (whole, own):
            grid = grid_of(panel, outcome, unit="region")
            for row, name in enumerate(grid.names):
                chart = _chart(grid.y[row], grid.periods < aware, grid.periods, cells.calendar)
                parts.append(chart.assign(outcome=outcome, region=name))
    names = before_stamp(XMR)
    return pd.concat(parts, ignore_index=True)[names] if parts else _no_rows(XMR)


def _chart(
    values: FloatArray, before: BoolArray, periods: IntArray, calendar: Calendar
) -> pd.DataFrame:
    """Chart one series; periods without a value have no point."""
    seen = ~np.isnan(values)
    points, base = values[seen], int((seen & before).sum())
    names = [calendar.name(int(number)) for number in periods]
    table = pd.DataFrame({"period": names, "value": values, "rules": ""})
    table["mean"] = points[:base].mean() if base else np.nan
    table["low"], table["high"] = np.nan, np.nan
    if base < FEWEST_POINTS:
        table["note"] = f"fewer than {FEWEST_POINTS} points: no limits"
        return table
    chart = process_chart(points, baseline=base)
    table["low"], table["high"] = chart.low, chart.high
    table.loc[seen, "rules"] = _rules_broken(chart)
    first, last = (np.flatnonzero(seen & before)[end] for end in (0, -1))
    table["note"] = _baseline_note(points[:base], names[first], names[last], int((~seen).sum()))
    return table


def _rules_broken(chart: ProcessChart) -> list[str]:
    broken = np.array([getattr(chart, rule) for rule in RULES])
    return [
        " ".join(rule for rule, breaks in zip(RULES, each, strict=True) if breaks)
        for each in broken.T
    ]


def _baseline_note(baseline: FloatArray, first: str, last: str, gaps: int) -> str:
    notes = [f"baseline {first} to {last}: {len(baseline)} points"]
    if gaps:
        notes.append(f"periods without a value: {gaps}")
    memory = lag_one(baseline)
    # Beyond two standard errors of an autocorrelation that is none.
    if memory > 2 / np.sqrt(len(baseline)):
        notes.append(f"points follow one another (r = {memory:.1f}): more false alarms")
    return "; ".join(notes)


def _no_rows(declared: Table) -> pd.DataFrame:
    return pd.DataFrame(columns=before_stamp(declared))
