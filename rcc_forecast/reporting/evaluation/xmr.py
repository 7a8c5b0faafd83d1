"""Process charts: each region against the limits of its own past.

A point outside its limits, or a run that chance seldom makes, is a reason to ask
whether a process has changed; over many points chance makes some, and none says
why. Annual outcomes have too few points for limits: they are drawn as a plain run
of points.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.evaluation.parts import Multiples, Panel
from rcc_forecast.reporting.evaluation.plot import (
    ROOM_OF_SMALL,
    SMALL,
    diamond,
    dot,
    plot_of,
    whole_run,
)
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, Unit, is_missing
from rcc_forecast.reporting.figure import INK, LINE, PLACES, joined
from rcc_forecast.reporting.sections import TableView

_MOST_PANELS = 40
_LIMITS = (("mean", "Mean of the baseline"), ("low", "Lower limit"), ("high", "Upper limit"))
_POINTS_WITH_DOTS = 40


def xmr_multiples(
    xmr: pd.DataFrame, *, outcome: str, unit: Unit, slug: str, is_folded: bool = False
) -> Multiples | None:
    """Draw every region of one outcome with its process limits; None without rows.

    Parameters
    ----------
    xmr : DataFrame
        An `XMR` table.
    outcome : str
        Which outcome.
    unit : Unit
        Of the outcome.
    slug : str
        Unique in a page.
    is_folded : bool
        Whether the reader opens it first.
    """
    rows = xmr[(xmr["outcome"] == outcome) & xmr["value"].notna()]
    if rows.empty:
        return None
    named = list(rows["region"].unique())
    drawn = [*(name for name in named if name == ALL), *sorted(n for n in named if n != ALL)]
    shown = drawn[:_MOST_PANELS]
    periods = whole_run(rows["period"])
    panels = [_panel(str(name), rows[rows["region"] == name], periods, unit) for name in shown]
    more = (
        "" if len(shown) == len(drawn) else f" The first {len(shown)} of {len(drawn):,} are drawn."
    )
    notes = rows["note"].fillna("").unique()
    note = str(notes[0]) if len(notes) == 1 else ""
    said = f" {note[0].upper()}{note[1:]}." if note else ""
    return Multiples(
        slug=slug,
        title=f"{outcome}: each region against its own past",
        description="Dots are periods, the level line their mean before any announcement, "
        "dashed lines the limits of the process. Every drawing has a scale of its own."
        f"{said}{more}",
        panels=tuple(panels),
        head=("Period", *(_title(str(name)) for name in shown)),
        rows=_cells(rows, shown, periods, unit),
        key=("● within the rules", "◆ a point that breaks a rule"),
        is_folded=is_folded,
    )


def broken_view(xmr: pd.DataFrame, *, outcome: str, unit: Unit) -> TableView | None:
    """List the points of one outcome that break a rule; None where none does.

    Parameters
    ----------
    xmr : DataFrame
        An `XMR` table.
    outcome : str
        Which outcome.
    unit : Unit
        Of the outcome.
    """
    rows = xmr[(xmr["outcome"] == outcome) & (xmr["rules"].astype("str") != "")]
    rows = rows[rows["rules"].notna()].sort_values(["region", "period"], kind="stable")
    if rows.empty:
        return None
    return TableView(
        caption=f"{outcome}: points that break a rule",
        head=("Region, period", "Value", "Limits", "Rules"),
        rows=tuple(
            (
                f"{_title(str(row['region']))}, {row['period']}",
                unit.level(row["value"]),
                unit.between(row["low"], row["high"]),
                ", ".join(rule.replace("_", " ") for rule in str(row["rules"]).split()),
            )
            for _, row in rows.iterrows()
        ),
    )


def _title(region: str) -> str:
    return "All regions together" if region == ALL else region


def _panel(region: str, rows: pd.DataFrame, periods: list[str], unit: Unit) -> Panel:
    own = rows.set_index(rows["period"].astype(str)).reindex(periods)
    values = [unit.scaled(float(value)) for value in own["value"]]
    ends = [unit.scaled(float(v)) for name, _ in _LIMITS for v in own[name].dropna()]
    plot = plot_of(periods, [*values, *ends], right=ROOM_OF_SMALL, size=SMALL)
    parts = [plot.frame(unit.of_levels)]
    for name, dash in (("mean", ""), ("low", "7 4"), ("high", "7 4")):
        told = [unit.scaled(float(value)) for value in own[name]]
        parts.append(plot.through(told, stroke=INK, width=1.0, dash=dash))
    parts.append(plot.through(values, stroke=LINE, width=1.4))
    breaks = [bool(str(rule)) if not is_missing(rule) else False for rule in own["rules"]]
    for place, (value, is_broken) in enumerate(zip(values, breaks, strict=True)):
        if value != value:
            continue
        at = (plot.x.at(place), plot.y.at(value))
        if is_broken:
            parts.append(diamond(at, fill=PLACES, size=6.0))
        elif len(periods) <= _POINTS_WITH_DOTS:
            parts.append(dot(at, fill=LINE, size=2.6))
    return Panel(_title(region), _told(own, sum(breaks), unit), joined(parts), *SMALL)


def _told(own: pd.DataFrame, broken: int, unit: Unit) -> str:
    last = own["value"].dropna().index[-1]
    told = f"{unit.level(own.loc[last, 'value'])} in {last}"
    if not own["low"].notna().any():
        return f"{told}; too few points for limits."
    return f"{told}; {broken} of {own['value'].notna().sum()} points break a rule."


def _cells(
    rows: pd.DataFrame, shown: list[Any], periods: list[str], unit: Unit
) -> tuple[tuple[str, ...], ...]:
    """Give periods by regions, a broken rule marked, then the newest mean and limits."""
    keys = [rows["period"].astype(str), rows["region"]]
    values = rows.set_index(keys)
    told = {
        key: unit.level(value) + (" ◆" if rule else "")
        for key, value, rule in zip(values.index, values["value"], values["rules"], strict=True)
    }
    cells = [(p, *(told.get((p, name), NOT_MADE) for name in shown)) for p in periods]
    for column, words in _LIMITS:
        newest = rows.dropna(subset=[column]).groupby("region")[column].last()
        cells.append((words, *(unit.level(newest.get(name)) for name in shown)))
    notes = rows.groupby("region")["note"].last().fillna("")
    if notes.any():
        cells.append(("What to know", *(str(notes.get(name, "")) for name in shown)))
    return tuple(cells)
