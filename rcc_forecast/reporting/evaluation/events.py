"""The event study: the gap between pathfinders and the rest, before and after delivery."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.evaluation.lines import delivery_mark
from rcc_forecast.reporting.evaluation.plot import Plot, dot, plot_of
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, Unit, is_missing, p_of
from rcc_forecast.reporting.figure import INK, LINE, Figure, joined, line


def events_chart(
    events: pd.DataFrame, *, primary: str, unit: Unit, with_p: bool = True
) -> Figure | None:
    """Draw the effect in every period, with its interval where one was made.

    Parameters
    ----------
    events : DataFrame
        An `EVENT_STUDY` table; the primary outcome's difference in differences is drawn.
    primary : str
        The outcome.
    unit : Unit
        Of the outcome.
    with_p : bool
        Whether the table gives p-values.

    Returns
    -------
    Figure or None
        None where nothing has begun.
    """
    rows = events[(events["outcome"] == primary) & (events["estimator"] == "did")]
    rows = rows[rows["event_time"].notna()].sort_values("event_time")
    if rows.empty:
        return None
    plot, drawing = _drawn(rows, unit)
    p_head = ("p-value",) if with_p else ()
    return Figure(
        slug="events",
        title="The gap by periods since delivery",
        description=_told(rows, unit),
        drawing=drawing,
        width=plot.width,
        height=plot.height,
        head=("Periods since delivery", "Period", "Effect", "Interval", *p_head, "What to know"),
        rows=tuple(
            (
                _signed(int(row["event_time"])),
                str(row["period"]) or NOT_MADE,
                unit.change(row["estimate"]),
                unit.between(row["low"], row["high"]),
                *((p_of(row["p_value"]),) if with_p else ()),
                str(row["note"]),
            )
            for _, row in rows.iterrows()
        ),
        caption=f"Effects in {unit.of_changes}; 0 is the first period of delivery. "
        "Each interval is of its own period alone.",
    )


def _drawn(rows: pd.DataFrame, unit: Unit) -> tuple[Plot, Markup]:
    """Draw a dot a period with its interval upright, and where delivery begins."""
    times = [int(time) for time in rows["event_time"]]
    values, lows, highs = (
        [unit.scaled(float(value)) for value in rows[name]] for name in ("estimate", "low", "high")
    )
    run = range(times[0], times[-1] + 1)
    plot = plot_of([_signed(time) for time in run], [*values, *lows, *highs], right=20, zero=True)
    zero = plot.y.at(0.0)
    parts = [
        plot.frame(f"Difference in {unit.of_changes}"),
        line(((plot.x.start, zero), (plot.x.end, zero)), stroke=INK, width=1.2),
    ]
    if times[-1] >= 0:
        parts.append(delivery_mark(plot, max(-times[0], 0)))
    for time, value, low, high in zip(times, values, lows, highs, strict=True):
        x = plot.x.at(time - times[0])
        if not (is_missing(low) or is_missing(high)):
            parts.append(line(((x, plot.y.at(low)), (x, plot.y.at(high))), stroke=LINE, width=2.0))
        if not is_missing(value):
            parts.append(dot((x, plot.y.at(value)), fill=LINE, size=4.5))
    return plot, joined(parts)


def _signed(time: int) -> str:
    return f"−{-time}" if time < 0 else str(time)


def _told(rows: pd.DataFrame, unit: Unit) -> str:
    before = rows.loc[rows["event_time"] < 0, "estimate"].astype(float).dropna()
    after = rows.loc[rows["event_time"] >= 0, "estimate"].astype(float).dropna()
    told = []
    if len(before):
        told.append(
            f"Before delivery the gap moved between {unit.change(before.min())} and "
            f"{unit.change(before.max())} {unit.of_changes}"
        )
    if len(after):
        low, high = unit.change(after.min()), unit.change(after.max())
        span = low if low == high else f"between {low} and {high}"
        told.append(
            f"after it, {span}" if told else f"After delivery the gap is {span} {unit.of_changes}"
        )
    return "; ".join(told) + "."
