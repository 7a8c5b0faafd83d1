"""Effects period by period: how large, how sure, and whether there was one before the start."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.causal.base import NEVER, Fit, FloatArray, IntArray
from models.causal.group_time import (
    GroupTimeEffects,
    event_study,
    group_time_effects,
    simple_effect,
)
from models.causal.influence import standard_errors
from models.causal.randomisation import inverted_interval, permutation_p
from models.errors import ModelError
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.estimating import CONFORMAL, INFERENCE, PERMUTATION, conformal_of
from rcc_forecast.evaluation.fitting import CELLS_AT_ONCE, SYNTHETIC, Fits
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design

_FEWEST_DRAWN = 19
"""However many units there are: under so few no p-value could reach 5%."""


def event_rows(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    """Give effects by period: each estimator's gaps, and ATT(g, t).

    Parameters
    ----------
    fits : Fits
        Of the outcome.
    calendar : Calendar
        Of the periods.

    Returns
    -------
    DataFrame
        An `EVENT_STUDY` table without its stamp, `outcome` left to the caller.
    """
    design, spec = fits.design, fits.spec
    if not design.has_begun:
        return pd.DataFrame()
    parts = [_did_events(fits, calendar)]
    parts += [
        _gaps_by_unit(design, spec, calendar, name, fit) for name, fit in fits.made(SYNTHETIC)
    ]
    parts.append(_group_time_events(fits, calendar))
    with_rows = [part for part in parts if len(part)]
    return pd.concat(with_rows, ignore_index=True) if with_rows else pd.DataFrame()


def _did_events(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    design = fits.design
    fit = next((fit for _, fit in fits.made(["did"])), None)
    if fit is None:
        return pd.DataFrame()
    times, gaps = fit.by_event_time(design.panel.treated_from)
    rows = pd.DataFrame({"event_time": times, "estimate": gaps})
    judged = _judged(fits, times, _since_base(design))
    rows = rows.assign(**judged.columns)
    starts = np.unique(design.panel.treated_from[design.treated])
    if starts.size == 1:
        rows["period"] = [calendar.name(design.grid.periods[time + starts[0]]) for time in times]
        rows["group"] = calendar.name(design.grid.periods[starts[0]])
    return rows.assign(estimator="did", estimand="event_time", region=ALL)


Numbers = Callable[[FloatArray, int, IntArray], FloatArray]
"""(values (n_units, n_periods), start, columns) -> (n_columns, n_units): what each unit shows in a
column compared with its earlier ones, as one that starts then."""


def _since_base(design: Design) -> Numbers:
    """Compare with the mean over the base before the start."""

    def numbers(values: FloatArray, start: int, columns: IntArray) -> FloatArray:
        level = values[:, design.base[design.base < start]].mean(axis=1)
        return np.asarray((values[:, columns] - level[:, None]).T)

    return numbers


def _since_reference(anticipation: int) -> Numbers:
    """Compare with the last untouched period; earlier ones with the period before each."""

    def numbers(values: FloatArray, start: int, columns: IntArray) -> FloatArray:
        untouched = start - 1 - anticipation
        earlier = np.where(columns > untouched, untouched, columns - 1)
        shown = values[:, columns] - values[:, np.maximum(earlier, 0)]
        return np.asarray(np.where(earlier >= 0, shown, np.nan).T)

    return numbers


@dataclass(frozen=True, slots=True)
class _JudgedByTime:
    """Estimates at every distance from the start, and the columns of a table that judge them."""

    estimates: FloatArray
    columns: dict[str, Any]


def _judged(fits: Fits, times: IntArray, numbers: Numbers) -> _JudgedByTime:
    """Invert the permutation of regions at every distance from the start.

    From the start on the interval is of an effect that is the same in every period
    since; before it, of one at that distance alone.
    """
    design, alpha = fits.design, fits.spec.alpha
    panel = design.panel
    most = max(CELLS_AT_ONCE // (times.size * design.treated.size), _FEWEST_DRAWN)
    chosen = fits.assignments(most=most)
    begun = panel.treated_from[:, None]
    since = (begun != NEVER) & (np.arange(panel.n_periods) >= begun)

    def effect(_: FloatArray, start: int, columns: IntArray) -> FloatArray:
        lasting = numbers(since.astype(float), start, columns)
        passing = np.broadcast_to(panel.treated_from == start, lasting.shape)
        return np.where((columns >= start)[:, None], lasting, passing)

    estimates = _by_event_time(design, times, numbers, chosen.rows)
    slopes = _by_event_time(design, times, effect, chosen.rows)
    ends = [
        inverted_interval(*both, observed=chosen.observed, alpha=alpha)
        for both in zip(estimates, slopes, strict=True)
    ]
    low, high = np.array(ends, dtype=float).reshape(-1, 2).T
    notes = [] if chosen.attainable(alpha) else [chosen.unattainable]
    if np.unique(panel.treated_from[design.treated]).size > 1:
        notes.append("interval of an effect that is the same from each start on")
    return _JudgedByTime(
        estimates[:, chosen.observed],
        {
            "low": np.where(np.isfinite(low), low, np.nan),
            "high": np.where(np.isfinite(high), high, np.nan),
            "p_value": [permutation_p(each, chosen.observed) for each in estimates],
            "inference": PERMUTATION,
            "note": "; ".join(notes),
        },
    )


def _by_event_time(design: Design, times: IntArray, numbers: Numbers, rows: IntArray) -> FloatArray:
    """Give the mean over the treated at each time less the others', (n_times, n_assignments)."""
    panel = design.panel
    own_start = panel.treated_from[design.treated]
    found = np.zeros((times.size, rows.shape[0]))
    seen = np.zeros((times.size, 1))
    for start in np.unique(own_start):
        own = np.flatnonzero(own_start == start)
        columns = times + start
        inside = (columns >= 0) & (columns < panel.n_periods)
        shown = numbers(panel.y, int(start), columns[inside])
        taken = shown[:, rows]
        donors = panel.n_units - rows.shape[1]
        if not donors:
            continue
        others = (shown.sum(axis=1, keepdims=True) - taken.sum(axis=2)) / donors
        gap = taken[:, :, own].sum(axis=2) - own.size * others
        there = ~np.isnan(gap).all(axis=1)
        places = np.flatnonzero(inside)[there]
        found[places] += gap[there]
        seen[places] += own.size
    blank = np.full(found.shape, np.nan)
    return np.asarray(np.divide(found, seen, out=blank, where=seen > 0))


def _gaps_by_unit(
    design: Design, spec: Spec, calendar: Calendar, name: str, fit: Fit
) -> pd.DataFrame:
    panel, grid = design.panel, design.grid
    parts = []
    for place, row in enumerate(fit.treated):
        seen = np.flatnonzero(~np.isnan(fit.gaps[place]))
        start = int(panel.treated_from[row])
        part = pd.DataFrame(
            {
                "region": grid.names[row],
                "group": calendar.name(grid.periods[start]),
                "period": [calendar.name(grid.periods[column]) for column in seen],
                "event_time": seen - start,
                "estimate": fit.gaps[place, seen],
            }
        )
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    if fit.treated.size == 1 and CONFORMAL in INFERENCE[name]:
        found = conformal_of(design, spec, name)
        if not found.note:
            start = int(panel.treated_from[fit.treated[0]])
            places = {int(column) - start: k for k, column in enumerate(found.columns)}
            for figure, values in (
                ("low", found.low),
                ("high", found.high),
                ("p_value", found.p_value),
            ):
                rows[figure] = [
                    float(values[places[time]])
                    if time in places and np.isfinite(values[places[time]])
                    else math.nan
                    for time in rows["event_time"]
                ]
            rows["inference"] = CONFORMAL
    return rows.assign(estimator=name, estimand="event_time")


def _group_time_events(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    periods = fits.design.grid.periods
    try:
        cells = group_time_effects(fits.design.panel, anticipation=_anticipation(fits.design))
    except ModelError:
        return pd.DataFrame()
    by_cell = pd.DataFrame(
        {
            "estimand": "att_gt",
            "group": [calendar.name(periods[group]) for group in cells.group],
            "period": [calendar.name(periods[period]) for period in cells.period],
            "event_time": cells.period - cells.group,
            "estimate": cells.estimate,
        }
    )
    rows = pd.concat([by_cell, *_by_time_and_whole(fits, cells)], ignore_index=True)
    return rows.assign(estimator="group_time", region=ALL)


def _by_time_and_whole(fits: Fits, cells: GroupTimeEffects) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Average cells by periods since the start, and to one figure, with what judges them."""
    design, spec = fits.design, fits.spec
    summary = event_study(cells)
    effects, overall = summary.effects(level=1 - spec.alpha)
    by_time = pd.DataFrame(
        {
            "estimand": "event_time",
            "event_time": summary.label,
            "estimate": summary.estimate,
        }
    )
    whole = pd.DataFrame(
        {
            "estimand": ["event_time"],
            "estimate": [overall.estimate],
            "note": ["mean of all event times from 0 on"],
        }
    )
    if spec.unit == "authority":
        # Only with many independent units does a standard error from influence mean anything.
        for name in ("standard_error", "low", "high", "p_value"):
            by_time[name] = [getattr(each, name) for each in effects]
            whole[name] = getattr(overall, name)
        note = "interval supposes independent units"
        by_time["note"], whole["note"] = note, whole["note"] + f"; {note}"
    else:
        judged = _judged(fits, summary.label, _since_reference(_anticipation(design)))
        # Where values are missing, cells have other donors than the permutation.
        if np.allclose(judged.estimates, summary.estimate, rtol=0, atol=1e-9):
            by_time = by_time.assign(**judged.columns)
    return by_time, whole


def _anticipation(design: Design) -> int:
    """Give the periods before each start that belong to no base; the same for all starts."""
    panel, base = design.panel, design.base
    starts = np.unique(panel.treated_from[design.treated])
    between = [start - 1 - int(base[base < start][-1]) for start in starts if (base < start).any()]
    return max(between, default=0)


def influence_error(design: Design) -> float:
    """Give the standard error of the group-time effect if units were independent."""
    try:
        cells = group_time_effects(design.panel, anticipation=_anticipation(design))
        _, influence = simple_effect(cells)
    except ModelError:
        return math.nan
    return float(standard_errors(influence[:, None])[0])
