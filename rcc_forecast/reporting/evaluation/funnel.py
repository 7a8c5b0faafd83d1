"""The funnel: authorities in the newest period, and how far apart chance alone would put them.

Small authorities lie far out by chance. Those inside the funnel are similar;
those outside are named in a table, in the order of their codes and not of
their figures.
"""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.reporting.evaluation.outcomes import UnitOf
from rcc_forecast.reporting.evaluation.parts import Multiples, Panel, without_blanks
from rcc_forecast.reporting.evaluation.plot import (
    LETTER,
    SMALL,
    cross,
    diamond,
    labels_below,
    ring,
    roomy_axis,
    told_ticks,
    triangle,
)
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, Unit, is_missing
from rcc_forecast.reporting.figure import (
    INK,
    LINE,
    PLACES,
    QUIET,
    RULE,
    Axis,
    joined,
    line,
    text,
)
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import number
from rcc_forecast.tables.evaluation_charts import OUTSIDE_95, OUTSIDE_998, SIMILAR

_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 12, 30, 52
_HEIGHT = 270


def funnel_multiples(funnel: pd.DataFrame, *, unit_of: UnitOf) -> Multiples | None:
    """Draw the funnel of every outcome; no authority is named in a drawing.

    Parameters
    ----------
    funnel : DataFrame
        A `FUNNEL` table.
    unit_of : callable
        Of each outcome.
    """
    panels, cells = [], []
    for outcome, own in funnel.groupby("outcome", sort=False):
        drawn = own[own["children"].notna() & (own["value"].notna() | own["expected"].notna())]
        if drawn.empty:
            continue
        name = f"{outcome}, {own['period'].iloc[0]}"
        counts = own["reading"].value_counts()
        read = [SIMILAR, OUTSIDE_95, OUTSIDE_998]
        counted = [int(counts.get(reading, 0)) for reading in read]
        others = len(own) - sum(counted)
        panels.append(_panel(name, drawn.sort_values("children"), counted, unit_of(str(outcome))))
        expected = unit_of(str(outcome)).level(own["expected"].dropna().iloc[:1].mean())
        cells.append((name, expected, *map(str, counted), str(others) if others else NOT_MADE))
    if not panels:
        return None
    return Multiples(
        slug="funnel",
        title="Authorities in the newest period",
        description="Each mark is an authority: across, how many children it has; upwards, its "
        "share. Were all authorities alike, about 95 in 100 would lie between the inner dashed "
        "lines and all but 2 in 1,000 between the outer dotted ones. Where authorities differ "
        "more than chance alone allows, the limits are as much wider.",
        panels=tuple(panels),
        head=("Outcome, period", "All together", "Similar", OUTSIDE_95, OUTSIDE_998, "No reading"),
        rows=tuple(cells),
        key=(
            "○ similar: inside the funnel",
            "◆ outside the 95% limits",
            "▲ outside the 99.8% limits",
            "× no reading: withheld, or too few children",
        ),
    )


def outside_view(funnel: pd.DataFrame, *, unit_of: UnitOf) -> TableView | None:
    """Name the authorities outside the 99.8% limits, in the order of their codes.

    Parameters
    ----------
    funnel : DataFrame
        A `FUNNEL` table.
    unit_of : callable
        Of each outcome.
    """
    rows = funnel[funnel["reading"] == OUTSIDE_998]
    if rows.empty:
        return None
    rows = rows.sort_values("la_code", kind="stable")
    cells = []
    for outcome in funnel["outcome"].unique():
        unit = unit_of(str(outcome))
        for _, row in rows[rows["outcome"] == outcome].iterrows():
            cells.append(
                (
                    f"{outcome}, {row['period']}",
                    _name_of(str(row["la_code"])),
                    str(row["region"]),
                    number(row["children"]),
                    unit.level(row["value"]),
                    unit.between(row["low_998"], row["high_998"]),
                    str(row["note"]),
                )
            )
    view = TableView(
        caption="Outside the 99.8% limits: worth asking why. In the order of their codes, which "
        "is no ranking",
        head=(
            *("Outcome, period", "Authority", "Region", "Children", "Share"),
            *("Limits (shares in %)", "What to know"),
        ),
        rows=tuple(cells),
    )
    return without_blanks(view)


def _name_of(code: str) -> str:
    return str(AUTHORITIES["name"].get(code, code))


def _panel(name: str, rows: pd.DataFrame, counted: list[int], unit: Unit) -> Panel:
    width, height = SMALL[0], _HEIGHT
    limits = ("low_998", "low_95", "expected", "high_95", "high_998")
    values = [unit.scaled(float(v)) for part in ("value", *limits) for v in rows[part].dropna()]
    x = roomy_axis([0.0, float(rows["children"].max())], _LEFT, width - _RIGHT)
    x = Axis(0.0, x.high, _LEFT, width - _RIGHT)
    y = roomy_axis(values, height - _BOTTOM, _TOP)
    parts = [text(4, LETTER, unit.of_levels, size=LETTER, fill=QUIET)]
    for value, told in told_ticks(y, 4):
        at = y.at(value)
        parts += [
            line(((x.start, at), (x.end, at)), stroke=RULE, width=0.7),
            text(x.start - 6, at + 5, told, anchor="end", size=LETTER),
        ]
    below = [(x.at(value), told) for value, told in told_ticks(x, 3)]
    parts += [
        labels_below(below, y=height - 30, within=width),
        text((x.start + x.end) / 2, height - 8, "children", anchor="middle", size=LETTER),
    ]
    parts += [_limit(rows, limit, x, y, unit) for limit in limits]
    parts += [
        _mark(str(reading), (x.at(float(children)), y.at(unit.scaled(float(value)))))
        for reading, children, value in zip(
            rows["reading"], rows["children"], rows["value"], strict=True
        )
        if not is_missing(value)
    ]
    told = (
        f"{counted[0]} similar, {counted[1]} outside 95%, {counted[2]} outside 99.8% of "
        f"{len(rows):,} authorities."
    )
    return Panel(name, told, joined(parts), width, height)


def _limit(rows: pd.DataFrame, name: str, x: Axis, y: Axis, unit: Unit) -> Markup:
    """Draw a limit over the number of children, thinned to what the eye can tell apart."""
    known = rows[rows[name].notna()]
    points: list[tuple[float, float]] = []
    for children, value in zip(known["children"], known[name], strict=True):
        point = (x.at(float(children)), y.at(unit.scaled(float(value))))
        if not points or point[0] - points[-1][0] >= 1.0:
            points.append(point)
    if len(points) < 2:
        return Markup("")
    dash = {"expected": "", "low_95": "7 4", "high_95": "7 4"}.get(name, "2 3")
    return line(points, stroke=INK if name == "expected" else LINE, width=1.2, dash=dash)


def _mark(reading: str, at: tuple[float, float]) -> Markup:
    if reading == SIMILAR:
        return ring(at, stroke=QUIET, size=3.2)
    if reading == OUTSIDE_95:
        return diamond(at, fill=LINE, size=5.0)
    if reading == OUTSIDE_998:
        return triangle(at, fill=PLACES, size=6.5)
    return cross(at, stroke=QUIET, size=3.2)
