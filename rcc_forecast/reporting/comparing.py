"""Scenarios side by side as a page: what each changes, how surely, as a table and a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.figure import INK, LINE, QUIET, RULE, Axis, Figure, joined, line, text
from rcc_forecast.reporting.words import kind_title, month_name, number, percent

_MEASURES = {
    "shortfall": ("Places missing", "planned"),
    "gap": ("Children less usable places", "planned"),
    "children": ("Children looked after", ALL),
    "spend": ("Spend, GBP a week", ALL),
}
"""What is drawn: its heading, and the kind that sums it up."""

_WIDTH, _ROW, _TOP, _LEFT, _RIGHT = 720, 34, 34, 220, 690


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a page of scenarios shows.

    Attributes
    ----------
    base : str
        Name of the run that others are compared with.
    table : DataFrame
        A `COMPARISON` table.
    notes : sequence of str
        What a reader should know beside the figures.
    """

    base: str
    table: pd.DataFrame
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _TableView:
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def render_comparison(content: Comparison) -> str:
    """Write the page.

    Returns
    -------
    str
        A whole HTML document that asks for nothing from outside and runs no
        script. All text from data is escaped.
    """
    rows, area = _headline(content.table)
    present = [measure for measure in _MEASURES if (rows["measure"] == measure).any()]
    page = _environment().get_template("compare.html.j2")
    return page.render(
        area=area,
        base=content.base,
        month=month_name(rows["month"].iloc[-1]) if len(rows) else "",
        sentences=_sentences(rows),
        notes=list(content.notes),
        figures=[_figure(rows, measure) for measure in present],
        by_kind=_by_kind(content.table, area, rows),
    )


def _headline(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Rows of the whole in the last month, by measure and scenario, and what the whole is."""
    last = table[table["horizon"] == table["horizon"].max()]
    whole = (last["region"] == ALL) & (last["local_authority"] == ALL) & (last["rcc"] == "")
    kind = last["measure"].map({name: summed for name, (_, summed) in _MEASURES.items()})
    return last[whole & (last["placement_type"] == kind)].reset_index(drop=True), (
        "all the authorities together"
    )


def _sentences(rows: pd.DataFrame) -> list[str]:
    said = []
    for row in rows[rows["measure"] == "shortfall"].to_dict("records"):
        fewer = row["difference_mean"] <= 0
        said.append(
            f"{row['scenario']}: {number(abs(row['difference_mean']), decimals=1)} "
            f"{'fewer' if fewer else 'more'} places missing in {month_name(row['month'])}, "
            f"in 8 futures of 10 between {_signed(row['difference_q10'])} and "
            f"{_signed(row['difference_q90'])}; fewer in {percent(row['p_below_0'])} of futures."
        )
    return said


def _figure(rows: pd.DataFrame, measure: str) -> Figure:
    heading, _ = _MEASURES[measure]
    drawn = rows[rows["measure"] == measure]
    low, high = drawn["difference_q10"].min(), drawn["difference_q90"].max()
    spare = 0.08 * (max(high, 0.0) - min(low, 0.0)) or 1.0
    x = Axis(min(low, 0.0) - spare, max(high, 0.0) + spare, _LEFT, _RIGHT)
    height = _TOP + _ROW * len(drawn) + 34
    bottom = height - 30
    parts = [line(((x.at(0.0), _TOP - 10), (x.at(0.0), bottom)), stroke=INK, width=1.0)]
    for tick in x.ticks(5):
        parts += [
            line(((x.at(tick), bottom), (x.at(tick), bottom + 5)), stroke=RULE, width=1.0),
            text(x.at(tick), bottom + 20, number(tick), anchor="middle", size=12, fill=QUIET),
        ]
    for place, row in enumerate(drawn.to_dict("records")):
        y = _TOP + _ROW * place + _ROW / 2
        ends = ((x.at(row["difference_q10"]), y), (x.at(row["difference_q90"]), y))
        parts += [
            text(8, y + 4, str(row["scenario"])[:30]),
            line(ends, stroke=LINE, width=3.0),
            Markup('<circle cx="{x}" cy="{y}" r="5" fill="{f}"/>').format(
                x=x.at(row["difference_mean"]), y=y, f=LINE
            ),
        ]
    return Figure(
        slug=f"compare-{measure}",
        title=f"{heading}: difference from the first folder",
        description=(
            "A dot is the mean difference over all futures; the line holds 8 futures of 10. "
            "Left of the upright line is less."
        ),
        drawing=joined(parts),
        width=_WIDTH,
        height=height,
        head=("Scenario", "First folder", "Scenario's", "Difference", "8 of 10 futures", "Less in"),
        rows=tuple(
            (
                str(row["scenario"]),
                number(row["base_mean"]),
                number(row["mean"]),
                _signed(row["difference_mean"]),
                f"{_signed(row['difference_q10'])} to {_signed(row['difference_q90'])}",
                percent(row["p_below_0"]),
            )
            for row in drawn.to_dict("records")
        ),
    )


def _by_kind(table: pd.DataFrame, area: str, rows: pd.DataFrame) -> _TableView:
    last = table[(table["horizon"] == table["horizon"].max()) & (table["measure"] == "gap")]
    whole = (last["region"] == ALL) & (last["local_authority"] == ALL) & (last["rcc"] == "")
    kinds = last[whole]
    changed = np.abs(kinds["difference_mean"]) >= 0.05
    month = month_name(rows["month"].iloc[-1]) if len(rows) else ""
    return _TableView(
        caption=f"Children less usable places by kind, {area}, {month}; kinds that change",
        head=("Scenario", "Kind", "First folder", "Scenario's", "Difference", "8 of 10 futures"),
        rows=tuple(
            (
                str(row["scenario"]),
                kind_title(row["placement_type"]),
                number(row["base_mean"], decimals=1),
                number(row["mean"], decimals=1),
                _signed(row["difference_mean"]),
                f"{_signed(row['difference_q10'])} to {_signed(row['difference_q90'])}",
            )
            for row in kinds[changed].to_dict("records")
        ),
    )


def _signed(value: float) -> str:
    told = number(value, decimals=1)
    return f"+{told}" if value > 0 and told.strip("0.") else told


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("rcc_forecast.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
