"""Gaps between authorities over time: how far apart they are beyond chance, and where that lies."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.evaluation.outcomes import UnitOf
from rcc_forecast.reporting.evaluation.parts import Multiples, Panel
from rcc_forecast.reporting.evaluation.plot import ROOM_OF_SMALL, SMALL, plot_of, whole_run
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, figure_of, is_missing
from rcc_forecast.reporting.figure import LINE, PLACES, joined
from rcc_forecast.tables.disparity import AUTHORITIES

_SPREAD = (("sd_beyond_chance", LINE, "", 2.8), ("sd_observed", PLACES, "7 4", 1.8))
_PARTS = (("theil_within", LINE, "", 2.8), ("theil_between", PLACES, "7 4", 1.8))
_Styles = tuple[tuple[str, str, str, float], ...]


def spread_multiples(disparity: pd.DataFrame, *, unit_of: UnitOf) -> Multiples | None:
    """Draw the spread of authorities' shares, with and without chance, an outcome a drawing.

    Parameters
    ----------
    disparity : DataFrame
        A `DISPARITY` table.
    unit_of : callable
        Of each outcome.
    """

    def level(outcome: str, value: float) -> str:
        return unit_of(outcome).change(value)

    return _multiples(
        disparity,
        _SPREAD,
        slug="spread",
        title="How far apart authorities are",
        description="The solid line is the spread between authorities that chance does not "
        "explain (standard deviation, in percentage points); the dashed one has the chance of "
        "small numbers still in it.",
        axis="percentage points",
        told=level,
        scale=100.0,
        head=("Outcome, period", "Beyond chance", "As observed"),
    )


def theil_multiples(disparity: pd.DataFrame) -> Multiples | None:
    """Draw Theil's index within and between regions, an outcome a drawing.

    Parameters
    ----------
    disparity : DataFrame
        A `DISPARITY` table.
    """

    def told(_: str, value: float) -> str:
        return NOT_MADE if is_missing(value) else figure_of(value)

    return _multiples(
        disparity,
        _PARTS,
        slug="theil",
        title="Within regions, or between them?",
        description="Theil’s index of inequality, in two parts that add up to the whole: the "
        "solid line is inequality within regions, the dashed one between regions. 0 is none.",
        axis="Theil’s index",
        told=told,
        scale=1.0,
        head=("Outcome, period", "Within regions", "Between regions"),
    )


def _multiples(
    disparity: pd.DataFrame,
    styles: _Styles,
    *,
    slug: str,
    title: str,
    description: str,
    axis: str,
    told: Callable[[str, float], str],
    scale: float,
    head: tuple[str, ...],
) -> Multiples | None:
    names = [style[0] for style in styles]
    rows = disparity[
        (disparity["between"] == AUTHORITIES)
        & (disparity["group"] == ALL)
        & (disparity["among"] == ALL)
        & disparity["measure"].isin(names)
        & disparity["value"].notna()
    ]
    panels, cells = [], []
    for outcome, own in rows.groupby("outcome", sort=False):
        wide = own.pivot_table(index="period", columns="measure", values="value").sort_index()
        wide = wide.reindex(index=whole_run(wide.index), columns=names)
        panels.append(
            _panel(str(outcome), wide, styles, axis=axis, scale=scale, told=told, head=head)
        )
        cells += [
            (f"{outcome}, {period}", *(told(str(outcome), value) for value in values))
            for period, values in zip(wide.index, wide.to_numpy(), strict=True)
        ]
    if not panels:
        return None
    return Multiples(slug, title, description, tuple(panels), head, tuple(cells))


def _panel(
    outcome: str,
    wide: pd.DataFrame,
    styles: _Styles,
    *,
    axis: str,
    scale: float,
    told: Callable[[str, float], str],
    head: tuple[str, ...],
) -> Panel:
    values = [float(value) * scale for value in wide.to_numpy().ravel()]
    plot = plot_of([str(p) for p in wide.index], values, right=ROOM_OF_SMALL, zero=True, size=SMALL)
    parts = [plot.frame(axis)]
    parts += [
        plot.through(
            [float(value) * scale for value in wide[name]], stroke=stroke, width=width, dash=dash
        )
        for name, stroke, dash, width in reversed(styles)
    ]
    first = wide[styles[0][0]].dropna()
    said = (
        f"{told(outcome, first.iloc[0])} in {first.index[0]}, "
        f"{told(outcome, first.iloc[-1])} in {first.index[-1]} ({head[1].lower()})."
        if len(first)
        else "No figure could be made."
    )
    return Panel(outcome, said, joined(parts), plot.width, plot.height)
