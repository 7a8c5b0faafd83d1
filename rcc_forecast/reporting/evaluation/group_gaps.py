"""Gaps between groups of children over time: ethnicity, sex, unaccompanied children.

A gap is the share of the group less that of all other children. Each small
drawing is one group; pathfinders and the rest stand beside all authorities.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.evaluation.outcomes import UnitOf
from rcc_forecast.reporting.evaluation.parts import Folded, Multiples, Panel, without_blanks
from rcc_forecast.reporting.evaluation.plot import ROOM_OF_SMALL, SMALL, Plot, plot_of, whole_run
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, Unit, is_missing, p_of
from rcc_forecast.reporting.figure import BAND_95, INK, LINE, PLACES, QUIET, band, joined, line
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import number
from rcc_forecast.tables.disparity import PATHFINDERS, THE_REST

_TITLES = {
    "ethnicity": "Between ethnic groups",
    "sex": "Between girls and boys",
    "uasc": "Between unaccompanied and other children",
}
_AMONG = ((ALL, QUIET, "2 3", 1.6), (THE_REST, PLACES, "7 4", 2.0), (PATHFINDERS, LINE, "", 3.0))
_MOST_UPRIGHT, _REACH = 16, 0.75
_GAP, _WITHIN = "gap", "gap_within_authorities"
_INFERENCES = ("region_permutation", "donald_lang")


def group_multiples(disparity: pd.DataFrame, *, outcome: str, unit_of: UnitOf) -> list[Multiples]:
    """Draw the gap of every group over time, one figure a characteristic.

    Parameters
    ----------
    disparity : DataFrame
        A `DISPARITY` table.
    outcome : str
        The outcome to draw.
    unit_of : callable
        Of each outcome.
    """
    rows = disparity[(disparity["outcome"] == outcome) & (disparity["measure"] == _GAP)]
    rows = rows[rows["value"].notna()]
    found = []
    for characteristic, title in _TITLES.items():
        own = rows[rows["between"] == characteristic]
        if len(own):
            found.append(_of_characteristic(own, outcome, characteristic, title, unit_of(outcome)))
    return found


def latest_gaps(disparity: pd.DataFrame, *, unit_of: UnitOf) -> Folded | None:
    """Give the newest gap of every group in every outcome, all authorities together.

    Parameters
    ----------
    disparity : DataFrame
        A `DISPARITY` table.
    unit_of : callable
        Of each outcome.
    """
    rows = disparity[
        disparity["between"].isin(list(_TITLES))
        & (disparity["among"] == ALL)
        & disparity["measure"].isin([_GAP, _WITHIN])
    ]
    if rows.empty:
        return None
    newest = rows[rows["period"] == rows.groupby("outcome")["period"].transform("max")]
    keys = ["outcome", "between", "group", "period"]
    cells = []
    for (outcome, _, group, period), own in newest.groupby(keys, sort=False):
        unit = unit_of(str(outcome))
        by_measure = {str(row["measure"]): row for _, row in own.iterrows()}
        gap, within = by_measure.get(_GAP), by_measure.get(_WITHIN)
        notes = [str(row["note"]) for row in (gap, within) if row is not None and row["note"]]
        cells.append(
            (
                str(outcome),
                f"{group}, {period}",
                *_gap_cells(gap, unit),
                *_gap_cells(within, unit),
                "–" if gap is None or is_missing(gap["children"]) else number(gap["children"]),
                "; ".join(dict.fromkeys(notes)),
            )
        )
    view = TableView(
        caption="Newest gaps of every outcome, in percentage points, all authorities together",
        head=(
            *("Outcome", "Group, period", "Gap to other children", "Interval"),
            *("Gap within authorities", "Its interval", "Children", "What to know"),
        ),
        rows=tuple(cells),
    )
    return Folded("Newest gaps of every outcome", without_blanks(view))


def effects_view(
    effects: pd.DataFrame, outcomes: list[str], *, unit_of: UnitOf, with_p: bool
) -> TableView | None:
    """Give whether each gap moved otherwise in pathfinders, a row a gap.

    Parameters
    ----------
    effects : DataFrame
        A `DISPARITY_EFFECTS` table.
    outcomes : list of str
        Those to show; a single one stands in the caption.
    unit_of : callable
        Of each outcome.
    with_p : bool
        Whether p-values are given.
    """
    rows = effects[effects["outcome"].isin(outcomes)]
    if rows.empty:
        return None
    is_one = len(outcomes) == 1
    cells = [
        (*(() if is_one else (outcome,)), *told)
        for outcome in outcomes
        for told in _effect_rows(rows[rows["outcome"] == outcome], unit_of(outcome), with_p=with_p)
    ]
    p_heads = ("p-value", "Adjusted (Holm)", "Smallest p-value attainable") if with_p else ()
    whose = f": {outcomes[0]}" if is_one else ", further outcomes"
    view = TableView(
        caption=f"Did gaps move otherwise in pathfinders{whose}? Gaps and spreads of shares in "
        "percentage points, indices as they are",
        head=(
            *(() if is_one else ("Outcome",)),
            *("Between", "Measure", "Change against the rest"),
            *("Interval by permutation", "Interval by means", *p_heads, "What to know"),
        ),
        rows=tuple(cells),
    )
    return without_blanks(view)


def _effect_rows(rows: pd.DataFrame, unit: Unit, *, with_p: bool) -> Iterator[tuple[str, ...]]:
    keys = ["between", "group", "measure"]
    for (between, group, measure), own in rows.groupby(keys, sort=False):
        by_inference = {str(row["inference"]): row for _, row in own.iterrows()}
        first = next((by_inference[n] for n in _INFERENCES if n in by_inference), own.iloc[0])
        told = _in_measure(str(measure), unit)
        p_cells = (p_of(first["p_value"]), p_of(first["p_adjusted"]), p_of(first["attainable_p"]))
        yield (
            _whose(str(between), str(group)),
            str(measure).replace("_", " "),
            told.change(first["estimate"]),
            *(
                NOT_MADE if row is None else told.between(row["low"], row["high"])
                for row in (by_inference.get(name) for name in _INFERENCES)
            ),
            *(p_cells if with_p else ()),
            str(first["note"]),
        )


def _of_characteristic(
    rows: pd.DataFrame, outcome: str, characteristic: str, title: str, unit: Unit
) -> Multiples:
    periods = whole_run(rows["period"])
    known = _scale(rows, unit)
    panels = [
        _panel(str(group), own, periods, known, unit)
        for group, own in rows.groupby("group", sort=False)
    ]
    return Multiples(
        slug=f"gaps-{characteristic}",
        title=f"{title}: {outcome}",
        description="Share of the group less the share of all other children, in "
        f"{unit.of_changes}, with its 95% interval where one was made. Above 0 the outcome is "
        "more common in the group. All drawings have one scale.",
        panels=tuple(panels),
        head=(
            "Group, period",
            *(name for among in ("All", "The rest", "Pathfinders") for name in (among, "Interval")),
        ),
        rows=tuple(_table_rows(rows, periods, unit)),
        key=(
            "Dotted grey line: all authorities; the table has its interval.",
            "Thick solid line, upright lines: pathfinders and their intervals"
            f"{'' if _step(periods) == 1 else ', some of them'}; cut off where they are long.",
            "Dashed line, shaded band: the rest and its interval.",
        ),
    )


def _table_rows(rows: pd.DataFrame, periods: list[str], unit: Unit) -> Iterator[tuple[str, ...]]:
    """Give every group and period: gap and interval of all, the rest and pathfinders."""
    spans = {
        (row["group"], str(row["period"]), row["among"]): _gap_cells(row, unit)
        for row in rows.to_dict("records")
    }
    blank = (NOT_MADE, NOT_MADE)
    for group in rows["group"].unique():
        for period in periods:
            told = (spans.get((group, period, among), blank) for among, *_ in _AMONG)
            yield (f"{group}, {period}", *(cell for cells in told for cell in cells))


def _scale(rows: pd.DataFrame, unit: Unit) -> list[float]:
    """Give what the scale has to hold: a few pathfinders' long intervals may leave the drawing."""
    many = rows[rows["among"] != PATHFINDERS]
    ends = [*rows["value"], *many["low"], *many["high"]]
    known = [unit.scaled(float(value)) for value in ends if not is_missing(value)]
    low, high = min(0.0, *known), max(0.0, *known)
    reach = _REACH * (high - low)
    few = rows[rows["among"] == PATHFINDERS]
    own = [unit.scaled(float(end)) for end in [*few["low"], *few["high"]] if not is_missing(end)]
    return [*known, *(min(max(end, low - reach), high + reach) for end in own)]


def _panel(
    group: str, rows: pd.DataFrame, periods: list[str], every: list[float], unit: Unit
) -> Panel:
    plot = plot_of(periods, every, right=ROOM_OF_SMALL, zero=True, size=SMALL)
    zero = plot.y.at(0.0)
    parts = [
        plot.frame(unit.of_changes),
        line(((plot.x.start, zero), (plot.x.end, zero)), stroke=INK, width=1.2),
    ]
    by_among = {among: part.set_index("period").reindex(periods) for among, part in _parts(rows)}
    if THE_REST in by_among:
        parts.insert(0, _shaded(plot, by_among[THE_REST], unit))
    for among, stroke, dash, width in _AMONG:
        if among in by_among:
            values = [unit.scaled(float(value)) for value in by_among[among]["value"]]
            parts.append(plot.through(values, stroke=stroke, width=width, dash=dash))
    if PATHFINDERS in by_among:
        parts.append(_upright(plot, by_among[PATHFINDERS], unit))
    return Panel(group, _told(rows, unit), joined(parts), plot.width, plot.height)


def _parts(rows: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for among, part in rows.groupby("among", sort=False):
        yield str(among), part


def _shaded(plot: Plot, rows: pd.DataFrame, unit: Unit) -> Markup:
    """Fill an interval over the periods that have one."""
    places = [place for place, low in enumerate(rows["low"]) if not is_missing(low)]
    if len(places) < 2:
        return Markup("")
    upper, lower = (
        [
            (plot.x.at(place), plot.y.at(unit.scaled(float(rows[name].iloc[place]))))
            for place in places
        ]
        for name in ("high", "low")
    )
    return band(upper, lower, fill=BAND_95)


def _upright(plot: Plot, rows: pd.DataFrame, unit: Unit) -> Markup:
    """Draw intervals as thin upright lines, not more than the eye can tell apart."""
    parts, step = [], _step(plot.periods)
    for place, (low, high) in enumerate(zip(rows["low"], rows["high"], strict=True)):
        if place % step == 0 and math.isfinite(low) and math.isfinite(high):
            at = plot.x.at(place)
            inside = [min(max(unit.scaled(end), plot.y.low), plot.y.high) for end in (low, high)]
            parts.append(line([(at, plot.y.at(end)) for end in inside], stroke=LINE, width=1.2))
    return joined(parts)


def _step(periods: Sequence[str]) -> int:
    return -(-len(periods) // _MOST_UPRIGHT)


def _told(rows: pd.DataFrame, unit: Unit) -> str:
    own = rows[rows["among"] == ALL].sort_values("period")
    own = own if len(own) else rows.sort_values("period")
    last = own.iloc[-1]
    interval = unit.between(last["low"], last["high"])
    aside = "" if interval == NOT_MADE else f" (interval {interval})"
    whose = "all authorities" if last["among"] == ALL else str(last["among"])
    return f"{unit.change(last['value'])} {unit.of_changes}{aside} in {last['period']}, {whose}."


def _gap_cells(row: Mapping[Hashable, Any] | pd.Series[Any] | None, unit: Unit) -> tuple[str, str]:
    if row is None:
        return NOT_MADE, NOT_MADE
    return unit.change(row["value"]), unit.between(row["low"], row["high"])


def _in_measure(measure: str, unit: Unit) -> Unit:
    """Give the unit of a measure: an index has none, gaps and spreads that of the shares."""
    return Unit(is_share=False) if measure.startswith(("theil", "gini", "ratio")) else unit


def _whose(between: str, group: str) -> str:
    return between if group == ALL else f"{between}: {group}"
