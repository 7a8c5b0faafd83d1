"""Treated against synthetic: what each pathfinder was set against, and how well it fitted."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.evaluation.lines import (
    LOOKS,
    ROOM_FOR_NAMES,
    delivery_mark,
    few_lines,
)
from rcc_forecast.reporting.evaluation.parts import Multiples, Panel
from rcc_forecast.reporting.evaluation.plot import (
    ROOM_OF_SMALL,
    SMALL,
    Plot,
    names_at_ends,
    plot_of,
    whole_run,
)
from rcc_forecast.reporting.evaluation.unit import Unit
from rcc_forecast.reporting.evaluation.views import method_name
from rcc_forecast.reporting.figure import INK, LINE, PLACES, QUIET, Figure, joined, line

MOST_PANELS = 12
"""Small drawings of one kind; more are in the CSV alone."""

_MOST_TREATED = 6


def paths_multiples(
    paths: pd.DataFrame, *, primary: str, unit: Unit, compared: str = "regions"
) -> Multiples | None:
    """Draw each pathfinder beside what was made to match it, one small drawing a comparison.

    Parameters
    ----------
    paths : DataFrame
        A `PATHS` table; the primary outcome is drawn.
    primary : str
        The outcome.
    unit : Unit
        Of the outcome.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    rows = paths[paths["outcome"] == primary]
    panels, cells = [], []
    every = list(rows.groupby(["estimator", "region"], sort=False))
    for (estimator, region), own in every[:MOST_PANELS]:
        own = own.sort_values("period")
        name = f"{region}: {method_name(estimator)}"
        panels.append(_path_panel(name, own, unit))
        cells += [
            (name, str(p), unit.level(t), unit.level(s), unit.change(g))
            for p, t, s, g in zip(
                own["period"], own["treated"], own["synthetic"], own["gap"], strict=True
            )
        ]
    if not panels:
        return None
    return Multiples(
        slug="paths",
        title=f"{primary}: pathfinders and what was made to match them",
        description="The solid line is the pathfinder, the dashed one the weighted mean of other "
        f"{compared} that comes closest to it before delivery. Where the two are apart before "
        f"delivery, the gap after it says little.{of_more(len(every))}",
        panels=tuple(panels),
        head=("Pathfinder and comparison", "Period", "Pathfinder", "Comparison", "Gap"),
        rows=tuple(cells),
    )


def placebo_gaps_chart(
    gaps: pd.DataFrame,
    *,
    primary: str,
    unit: Unit,
    first_after: str | None,
    compared: str = "regions",
) -> Figure | None:
    """Draw the gap of every region to its own comparison, the true pathfinders thick.

    Parameters
    ----------
    gaps : DataFrame
        A `PLACEBO_GAPS` table; the primary outcome is drawn.
    primary : str
        The outcome.
    unit : Unit
        Of the outcome.
    first_after : str or None
        First period of delivery.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    rows = gaps[gaps["outcome"] == primary]
    if not rows["gap"].notna().any():
        return None
    rows = rows[rows["estimator"] == rows["estimator"].iloc[0]]
    periods = whole_run(rows["period"])
    wide = rows.pivot_table(index="period", columns="region", values="gap", sort=False)
    wide = wide.reindex(periods)
    is_treated = rows.groupby("region")["is_treated"].first() == 1
    treated = wide[[name for name in wide.columns if is_treated[name]]].iloc[:, :_MOST_TREATED]
    others = few_lines(wide[[name for name in wide.columns if not is_treated[name]]])
    scaled = [
        unit.scaled(float(v)) for v in [*treated.to_numpy().ravel(), *others.to_numpy().ravel()]
    ]
    plot = plot_of(periods, scaled, right=ROOM_FOR_NAMES, zero=True)
    begins = periods.index(first_after) if first_after in periods else None
    shown = pd.concat([treated, others], axis=1)
    return Figure(
        slug="placebo-gaps",
        title=f"Gaps of all {compared} to comparisons of their own",
        description="Each of them in turn plays the pathfinder. A pathfinder’s gap means "
        "something only where it leaves those of the others behind, and where those of the "
        "others were small before delivery.",
        drawing=_drawn_gaps(plot, treated, others, unit, begins=begins),
        width=plot.width,
        height=plot.height,
        head=("Period", *(f"{name} (pathfinder)" for name in treated), *map(str, others)),
        rows=tuple(
            (str(period), *(unit.change(value) for value in row))
            for period, row in zip(periods, shown.to_numpy(), strict=True)
        ),
        caption=f"By {method_name(rows['estimator'].iloc[0])}; gaps in {unit.of_changes}.",
    )


def _drawn_gaps(
    plot: Plot, treated: pd.DataFrame, others: pd.DataFrame, unit: Unit, *, begins: int | None
) -> Markup:
    """Draw the others' gaps thin, the true pathfinders' thick and named, about zero."""
    zero = plot.y.at(0.0)
    parts = [
        plot.frame(f"Gap to its own comparison, {unit.of_changes}"),
        line(((plot.x.start, zero), (plot.x.end, zero)), stroke=INK, width=1.2),
    ]
    parts += [_through(plot, others[name], unit, stroke=QUIET, width=1.0) for name in others]
    ends = []
    for name, (stroke, dash) in zip(treated, LOOKS, strict=False):
        parts.append(_through(plot, treated[name], unit, stroke=stroke, width=3.0, dash=dash))
        known = treated[name].dropna()
        if len(known):
            ends.append((unit.scaled(float(known.iloc[-1])), str(name), stroke))
    if begins is not None:
        parts.append(delivery_mark(plot, begins))
    return joined([*parts, names_at_ends(plot, ends)])


def of_more(number: int) -> str:
    """Say how many are not drawn, where some are not."""
    if number <= MOST_PANELS:
        return ""
    return f" The first {MOST_PANELS} of {number:,} are drawn."


def _path_panel(name: str, own: pd.DataFrame, unit: Unit) -> Panel:
    periods = whole_run(own["period"])
    run = own.set_index(own["period"].astype("str")).reindex(periods)
    treated, synthetic = (
        [unit.scaled(float(value)) for value in run[column]] for column in ("treated", "synthetic")
    )
    plot = plot_of(periods, [*treated, *synthetic], right=ROOM_OF_SMALL, size=SMALL)
    parts = [
        plot.frame(unit.of_levels),
        plot.through(synthetic, stroke=PLACES, width=2.2, dash="7 4"),
        plot.through(treated, stroke=LINE, width=2.6),
    ]
    is_after = list((run["phase"] == "after").fillna(value=False))
    if any(is_after):
        parts.append(delivery_mark(plot, is_after.index(True), is_named=False))
    before = own.loc[own["phase"] == "base", "gap"].astype(float)
    after = own.loc[own["phase"] == "after", "gap"].astype(float)
    told = [
        f"{words} the gap is {unit.change(found.abs().mean())} {unit.of_changes} in size on average"
        for words, found in (("before any announcement", before), ("after delivery", after))
        if found.notna().any()
    ]
    said = "; ".join(told) or "No gap could be made"
    return Panel(name, f"{said[0].upper()}{said[1:]}.", joined(parts), plot.width, plot.height)


def _through(
    plot: Plot, values: pd.Series[float], unit: Unit, *, stroke: str, width: float, dash: str = ""
) -> Markup:
    return plot.through(
        [unit.scaled(float(value)) for value in values], stroke=stroke, width=width, dash=dash
    )
