"""The frontier of distance, togetherness and cost as a page: a chart and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.figure import INK, LINE, QUIET, RULE, Axis, Figure, joined

_WIDTH, _HEIGHT = 720, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 690, 30, 360
_TICKS = 5


def frontier_figure(table: pd.DataFrame) -> Figure:
    """Draw sibling groups together against mean miles, one dot a plan.

    Parameters
    ----------
    table : DataFrame
        A `FRONTIER` table.
    """
    drawn = table.dropna(subset=["mean_miles", "groups_together_pct"])
    x = _axis(drawn["mean_miles"], _LEFT, _RIGHT)
    y = _axis(drawn["groups_together_pct"], _BOTTOM, _TOP)
    dots = [
        Markup(
            '<circle cx="{x}" cy="{y}" r="6" fill="{fill}" stroke="{line}"/>'
            '<text x="{tx}" y="{ty}" font-size="12" fill="{ink}">{name} {value:g}</text>'
        ).format(
            x=x.at(row["mean_miles"]),
            y=y.at(row["groups_together_pct"]),
            fill=LINE if row["efficient"] else "#ffffff",
            line=LINE,
            tx=x.at(row["mean_miles"]) + 9,
            ty=y.at(row["groups_together_pct"]) + 4,
            ink=INK,
            name=row["weight"],
            value=row["value"],
        )
        for row in drawn.to_dict("records")
    ]
    head = (
        "Weight", "Points", "Groups together, %", "Mean miles", "Over 20 miles, %",
        "GBP a week", "Without a home", "Net gap", "Efficient",
    )  # fmt: skip
    return Figure(
        slug="frontier",
        title="Distance, brothers and sisters together, and cost",
        description="Each dot is a plan at one weight; a full dot is beaten by no other plan.",
        drawing=joined([_frame(x, y), *dots]),
        width=_WIDTH,
        height=_HEIGHT,
        head=head,
        rows=tuple(_row(row) for row in table.to_dict("records")),
    )


def _axis(values: pd.Series, start: float, end: float) -> Axis:
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    spare = 0.1 * (high - low) or 1.0
    return Axis(low - spare, high + spare, start, end)


def _frame(x: Axis, y: Axis) -> Markup:
    lines = [
        Markup('<path d="M{l} {t}V{b}H{r}" fill="none" stroke="{c}"/>').format(
            l=_LEFT, t=_TOP, b=_BOTTOM, r=_RIGHT, c=RULE
        )
    ]
    label = Markup('<text x="{x}" y="{y}" font-size="12" text-anchor="{a}" fill="{c}">{t}</text>')
    for tick in range(_TICKS + 1):
        across = x.low + tick * (x.high - x.low) / _TICKS
        along = y.low + tick * (y.high - y.low) / _TICKS
        lines += [
            label.format(x=x.at(across), y=_BOTTOM + 18, a="middle", c=QUIET, t=f"{across:.1f}"),
            label.format(x=_LEFT - 8, y=y.at(along) + 4, a="end", c=QUIET, t=f"{along:.0f}%"),
        ]
    lines += [
        label.format(x=_RIGHT, y=_BOTTOM + 40, a="end", c=INK, t="Mean miles from family"),
        label.format(x=_LEFT, y=_TOP - 10, a="start", c=INK, t="Sibling groups together"),
    ]
    return joined(lines)


def _row(row: Mapping[Any, Any]) -> tuple[str, ...]:
    def said(name: str, form: str) -> str:
        value = row[name]
        return "" if value is None or pd.isna(value) else format(value, form)

    return (
        str(row["weight"]),
        said("value", "g"),
        said("groups_together_pct", ".1f"),
        said("mean_miles", ".2f"),
        said("over_20_miles_pct", ".1f"),
        said("weekly_cost_gbp", ",.0f"),
        said("unplaced", "d"),
        said("net_gap", ".4f"),
        "yes" if row["efficient"] else "no",
    )


def render_frontier(table: pd.DataFrame) -> str:
    """Give the page: one file that needs nothing beside it.

    Parameters
    ----------
    table : DataFrame
        A `FRONTIER` table.
    """
    figure = frontier_figure(table)
    cells = Markup("</th><th>").join(figure.head)
    rows = joined(
        Markup("<tr><td>{}</td></tr>").format(Markup("</td><td>").join(row)) for row in figure.rows
    )
    return str(
        Markup(
            '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
            "<style>body{{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
            "color:{ink}}}table{{border-collapse:collapse}}td,th{{padding:.3rem .6rem;"
            "border-bottom:1px solid {rule};text-align:left}}</style></head><body>"
            "<main><h1>{title}</h1><p>{description} Each plan has a proof of its own: the net gap "
            "says how far from the best it can be. Advice to people, never a decision.</p>"
            "{svg}<table><thead><tr><th>{cells}</th></tr></thead><tbody>{rows}</tbody></table>"
            "</main></body></html>\n"
        ).format(
            title=figure.title,
            ink=INK,
            rule=RULE,
            description=figure.description,
            svg=figure.svg,
            cells=cells,
            rows=rows,
        )
    )
