"""The chart of page 1: every region's line, and where pathfinders would be had nothing changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.evaluation.plot import LETTER, Plot, names_at_ends, plot_of, whole_run
from rcc_forecast.reporting.evaluation.unit import Unit
from rcc_forecast.reporting.figure import (
    BAND_80,
    INK,
    LINE,
    PLACES,
    QUIET,
    Figure,
    joined,
    line,
    text,
)
from rcc_forecast.reporting.words import number

_PRIMARY = ("did", "region_permutation")
_MOST_PATHFINDERS, _MOST_OTHERS = 6, 24
LOOKS = ((LINE, ""), (PLACES, "9 4"), (LINE, "3 3"), (PLACES, "2 4"), (LINE, "12 3"), (PLACES, ""))
"""Colour and dashes of a pathfinder's line, by its place."""

ROOM_FOR_NAMES = 200


@dataclass(frozen=True, slots=True)
class Band:
    """Where the pathfinders' mean after delivery would lie, had nothing changed.

    Attributes
    ----------
    seen : float
        Their mean after delivery.
    low, high : float
        The band around what the comparison expects.
    share : float
        Share of placebos whose gap is no larger.
    """

    seen: float
    low: float
    high: float
    share: float


def placebo_band(tables: dict[str, pd.DataFrame], *, primary: str, alpha: float) -> Band | None:
    """Give the band that the placebos' gaps fill.

    The seen mean less the estimate is what the comparison expects without a
    change. Its band is as wide as the placebos' gaps by size, the largest alpha
    of them left out, so that a mean outside has a p-value of alpha or less.

    Parameters
    ----------
    tables : dict of str to DataFrame
        With `LINES`, `ESTIMATES` and `PLACEBOS`.
    primary : str
        The outcome.
    alpha : float
        Share of placebos to leave out.

    Returns
    -------
    Band or None
        None where nothing has begun or no placebo was made.
    """
    if not {"estimates", "placebos", "lines"} <= set(tables):
        return None
    estimates = _of_primary(tables["estimates"], primary)
    placebos = _of_primary(tables["placebos"], primary)["estimate"].astype(float).dropna()
    lines = tables["lines"]
    after = lines[(lines["outcome"] == primary) & (lines["phase"] == "after")]
    seen = float(after.groupby("region")["value"].mean().mean()) if len(after) else math.nan
    effect = float(estimates["estimate"].iloc[0]) if len(estimates) else math.nan
    if math.isnan(seen) or math.isnan(effect) or placebos.empty:
        return None
    reach = float(np.quantile(placebos.abs(), 1.0 - alpha, method="inverted_cdf"))
    expected = seen - effect
    return Band(seen, expected - reach, expected + reach, 1.0 - alpha)


def lines_chart(
    tables: dict[str, pd.DataFrame],
    verdict: dict[str, Any],
    unit: Unit,
    *,
    compared: str = "regions",
) -> Figure | None:
    """Draw the primary outcome of every region, with the placebo band.

    Parameters
    ----------
    tables : dict of str to DataFrame
        Of the evaluation.
    verdict : dict
        With ``primary``, ``alpha`` and ``looks``.
    unit : Unit
        Of the outcome.
    compared : str
        What is compared, regions or authorities, in the plural.

    Returns
    -------
    Figure or None
        None without lines of the outcome. Pathfinders thick and named, the rest
        thin; with many regions the rest are their lowest, mean and highest. The
        table has what is drawn.
    """
    primary = str(verdict["primary"])
    band = placebo_band(tables, primary=primary, alpha=verdict["alpha"])
    lines = tables.get("lines")
    if lines is None or not (lines["outcome"] == primary).any():
        return None
    rows = lines[lines["outcome"] == primary]
    periods = whole_run(rows["period"])
    pathfinders, others = pathfinders_and_rest(rows, periods)
    after = [p in set(rows.loc[rows["phase"] == "after", "period"]) for p in periods]
    drawn = [*pathfinders.to_numpy().ravel(), *others.to_numpy().ravel()]
    drawn += [band.low, band.high] if band else []
    plot = plot_of(periods, [unit.scaled(float(v)) for v in drawn], right=ROOM_FOR_NAMES)
    parts = [
        plot.frame(f"{primary}, {unit.of_levels}"),
        *_drawn_lines(plot, pathfinders, others, unit, band=band, after=after),
    ]
    shown = pd.concat([pathfinders, others], axis=1)
    return Figure(
        slug="lines",
        title=f"{primary}: pathfinders and the other {compared}",
        description=_told(band, verdict, unit, compared=compared, has_begun=any(after)),
        drawing=joined(parts),
        width=plot.width,
        height=plot.height,
        head=("Period", *(f"{name} (pathfinder)" for name in pathfinders), *map(str, others)),
        rows=tuple(
            (period, *(unit.level(value) for value in row))
            for period, row in zip(periods, shown.to_numpy(), strict=True)
        ),
        caption="Thick lines are pathfinders, thin lines the other "
        f"{compared}. "
        f"The scale does not begin at zero.{_of_breaks(shown)}",
    )


def _drawn_lines(
    plot: Plot,
    pathfinders: pd.DataFrame,
    others: pd.DataFrame,
    unit: Unit,
    *,
    band: Band | None,
    after: list[bool],
) -> Iterator[Markup]:
    """Draw from the back to the front: band, the rest, pathfinders, their mean, delivery, names."""
    if band is not None:
        yield _drawn_band(plot, band, after, unit)
    for name in others:
        yield plot.through(_scaled(others[name], unit), stroke=QUIET, width=1.0)
    for name, (stroke, dash) in zip(pathfinders, LOOKS, strict=False):
        yield plot.through(_scaled(pathfinders[name], unit), stroke=stroke, width=3.0, dash=dash)
    if band is not None:
        yield _drawn_seen(plot, band, after, unit)
    if any(after):
        yield delivery_mark(plot, after.index(True))
    yield _names(plot, pathfinders, unit)


def _of_primary(table: pd.DataFrame, primary: str) -> pd.DataFrame:
    estimator, inference = _PRIMARY
    return table[
        (table["outcome"] == primary)
        & (table["estimator"] == estimator)
        & (table["inference"] == inference)
    ]


def pathfinders_and_rest(
    rows: pd.DataFrame, periods: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give periods by region, pathfinders and the rest apart; many become a few lines.

    Parameters
    ----------
    rows : DataFrame
        Of `LINES`, one outcome.
    periods : list of str
        In order.

    Returns
    -------
    pathfinders, others : DataFrame
        One column a line to draw.
    """
    wide = pd.DataFrame(
        {
            name: part.set_index("period")["value"].reindex(periods).astype(float)
            for name, part in rows.groupby("region")
        }
    )
    is_donor = rows.groupby("region")["phase"].first() == "donor"
    others = wide[[name for name in wide.columns if is_donor[name]]]
    pathfinders = wide[[name for name in wide.columns if not is_donor[name]]]
    if pathfinders.shape[1] > _MOST_PATHFINDERS:
        pathfinders = pathfinders.mean(axis=1).to_frame("Mean of pathfinders")
    return pathfinders, few_lines(others)


def few_lines(others: pd.DataFrame) -> pd.DataFrame:
    """Give the lines of the rest, or their lowest, mean and highest where they are many."""
    if others.shape[1] <= _MOST_OTHERS:
        return others
    return pd.DataFrame(
        {
            "Lowest of the rest": others.min(axis=1),
            "Mean of the rest": others.mean(axis=1),
            "Highest of the rest": others.max(axis=1),
        }
    )


def _of_breaks(shown: pd.DataFrame) -> str:
    empty = [str(period) for period in shown.index[shown.isna().all(axis=1)]]
    return f" Lines break where there are no figures: {', '.join(empty)}." if empty else ""


def _scaled(values: pd.Series[Any], unit: Unit) -> list[float]:
    return [unit.scaled(float(value)) for value in values]


def _span(plot: Plot, after: list[bool]) -> tuple[float, float]:
    places = [place for place, is_after in enumerate(after) if is_after]
    return plot.x.at(places[0] - 0.4), plot.x.at(places[-1] + 0.4)


def _drawn_band(plot: Plot, band: Band, after: list[bool], unit: Unit) -> Markup:
    left, right = _span(plot, after)
    top, bottom = (plot.y.at(unit.scaled(end)) for end in (band.high, band.low))
    return Markup(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{f}" stroke="{s}" stroke-width="1"/>'
    ).format(
        x=left,
        y=top,
        w=round(right - left, 1),
        h=round(max(bottom - top, 1.0), 1),
        f=BAND_80,
        s=LINE,
    )


def _drawn_seen(plot: Plot, band: Band, after: list[bool], unit: Unit) -> Markup:
    left, right = _span(plot, after)
    at = plot.y.at(unit.scaled(band.seen))
    return line(((left, at), (right, at)), stroke=INK, width=4.0)


def delivery_mark(plot: Plot, first: int, *, is_named: bool = True) -> Markup:
    """Draw where delivery begins, before the place of its first whole period."""
    at, (top, bottom) = plot.x.at(first - 0.5), plot.ends
    fence = line(((at, top), (at, bottom)), stroke=INK, width=1.0, dash="4 4")
    if not is_named:
        return fence
    words = text(at - 5, top - 6, "delivery begins", anchor="end", size=LETTER)
    return joined([fence, words])


def _names(plot: Plot, pathfinders: pd.DataFrame, unit: Unit) -> Markup:
    ends = []
    for name, (stroke, _) in zip(pathfinders, LOOKS, strict=False):
        known = pathfinders[name].dropna()
        if len(known):
            ends.append((unit.scaled(float(known.iloc[-1])), str(name), stroke))
    return names_at_ends(plot, ends)


def _told(
    band: Band | None, verdict: dict[str, Any], unit: Unit, *, compared: str, has_begun: bool
) -> str:
    if not has_begun:
        return (
            "No pathfinder has a whole period since delivery, so that there is nothing to set "
            "against a band yet."
        )
    if band is None:
        return "No placebo band could be made: the note of the primary estimate says why."
    times = number(100 * band.share, decimals=0)
    looks = (
        " With several looks the finding goes by what each look may spend, not by the band alone."
        if verdict["looks"] > 1
        else ""
    )
    return (
        f"After delivery the pathfinders’ mean is {unit.level(band.seen)} (short heavy line). Had "
        f"nothing changed, at least {times} in 100 choices of {compared} would put it in the "
        f"shaded band, {unit.level(band.low)} to {unit.level(band.high)}.{looks}"
    )
