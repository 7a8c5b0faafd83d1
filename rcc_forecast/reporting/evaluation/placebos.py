"""The placebo histogram: what would have been found had others been the pathfinders."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.evaluation.plot import (
    LETTER,
    bar,
    labels_below,
    plot_of,
    told_ticks,
)
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, Unit, figure_of
from rcc_forecast.reporting.figure import INK, PLACES, Axis, Figure, joined, line, text

_MOST_BARS, _FEWEST_BARS = 20, 5


def placebo_histogram(placebos: pd.DataFrame, *, primary: str, unit: Unit) -> Figure | None:
    """Draw how often each size of effect would be found were others the pathfinders.

    Parameters
    ----------
    placebos : DataFrame
        A `PLACEBOS` table; difference in differences of the primary outcome is drawn.
    primary : str
        The outcome.
    unit : Unit
        Of the outcome.
    """
    rows = placebos[
        (placebos["outcome"] == primary)
        & (placebos["estimator"] == "did")
        & (placebos["inference"] == "region_permutation")
        & placebos["estimate"].notna()
    ]
    true = rows.loc[rows["is_treated"] == 1, "estimate"].astype(float)
    if rows.empty or true.empty:
        return None
    values = pd.Series([unit.scaled(float(v)) for v in rows["estimate"]])
    seen = unit.scaled(float(true.iloc[0]))
    edges = _bins(values)
    counts = [int(c) for c in pd.cut(values, edges, include_lowest=True).value_counts(sort=False)]
    drawing, width, height = _histogram(edges, counts, seen)
    held = min(
        next((place for place in range(len(counts)) if seen <= edges[place + 1]), len(counts) - 1),
        len(counts) - 1,
    )
    return Figure(
        slug="placebos",
        title="What would have been found had others been the pathfinders",
        description=f"Bars count the {len(rows):,} choices of pathfinders by the effect each would "
        f"have shown. The marked line is the true one, {unit.change(true.iloc[0])} "
        f"{unit.of_changes}.",
        drawing=drawing,
        width=width,
        height=height,
        head=("Effect", "Choices", "The true one"),
        rows=tuple(
            (
                f"{figure_of(edges[place])} to {figure_of(edges[place + 1])}",
                f"{count:,}",
                "is here" if place == held else NOT_MADE,
            )
            for place, count in enumerate(counts)
        ),
        caption=f"Effects in {unit.of_changes}, by difference in differences.",
    )


def _bins(values: pd.Series[float]) -> list[float]:
    """Give edges at round values; about twenty bars at most, fewer of few placebos."""
    low, high = float(values.min()), float(values.max())
    if high - low <= 1e-12 * max(abs(high), 1.0):
        return [low - 0.5, high + 0.5]
    wanted = max(_FEWEST_BARS, min(_MOST_BARS, int(2 * len(values) ** 0.5)))
    axis = Axis(low, high, 0.0, 1.0)
    ticks = axis.ticks(wanted, whole=False)
    step = ticks[1] - ticks[0]
    first = ticks[0] - step if ticks[0] > low else ticks[0]
    number = int(-(-(high - first) // step))
    edges = [first + step * place for place in range(number + 1)]
    return edges if edges[-1] >= high else [*edges, edges[-1] + step]


def _histogram(edges: list[float], counts: list[int], seen: float) -> tuple[Markup, int, int]:
    plot = plot_of([""], [0.0, 1.08 * max(counts)], right=16, zero=True)
    x = Axis(edges[0], edges[-1], plot.x.start, plot.x.end)
    floor = plot.y.at(0.0)
    parts = [plot.frame("Choices of pathfinders")]
    for place, count in enumerate(counts):
        if count:
            left, right = x.at(edges[place]), x.at(edges[place + 1])
            top = plot.y.at(count)
            parts.append(bar((left + 1, top), (right - left - 2, floor - top)))
    at, (top, _) = x.at(seen), plot.ends
    is_right = at > (x.start + x.end) / 2
    parts += [
        line(((x.start, floor), (x.end, floor)), stroke=INK, width=1.2),
        line(((at, floor), (at, top - 6)), stroke=PLACES, width=4),
        text(
            at - 7 if is_right else at + 7,
            top - 4,
            "the true one",
            anchor="end" if is_right else "start",
            size=LETTER,
            fill=PLACES,
        ),
        labels_below(
            [(x.at(value), told) for value, told in told_ticks(x, 8)],
            y=plot.height - 10,
            within=plot.width,
        ),
    ]
    return joined(parts), plot.width, plot.height
