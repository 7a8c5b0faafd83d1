"""A reliability diagram: what was said of shortages, against how often they came."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.figure import (
    BAND_80,
    INK,
    LINE,
    QUIET,
    RULE,
    Axis,
    Figure,
    joined,
    line,
    text,
)
from rcc_forecast.reporting.words import number, percent

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 30, 44
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_HALF_MARK = 4.0


def reliability_chart(
    rows: pd.DataFrame,
    *,
    slug: str,
    title: str,
    placement_type: str = "planned",
    caption: str = "",
    size: tuple[int, int] = (340, 330),
) -> Figure:
    """Draw each tenth of the probabilities said against the share that came.

    Parameters
    ----------
    rows : DataFrame
        A `RELIABILITY` table.
    slug, title, caption : str
        As in `Figure`; the verdict stands before the caption.
    placement_type : str
        Kind, or "planned" for all together.
    size : tuple of int
        Width and height of the drawing.

    Returns
    -------
    Figure
        A bar of 80% and a mark for each tenth that has cases; on the dashed
        line what was said came just as often.
    """
    chosen = rows[(rows["placement_type"] == placement_type) & (rows["lead"] == ALL)]
    tenths = chosen[(chosen["decile"] != ALL) & (chosen["n"] > 0)]
    width, height = size
    x = Axis(0.0, 1.0, _LEFT, width - _RIGHT)
    y = Axis(0.0, 1.0, height - _BOTTOM, _TOP)
    drawn = [text(4, 16, "Came", size=12, fill=QUIET)]
    for tick in _TICKS:
        level = ((x.start, y.at(tick)), (x.end, y.at(tick)))
        drawn += [
            line(level, stroke=RULE, width=0.7),
            text(_LEFT - 6, y.at(tick) + 4, percent(tick), anchor="end"),
            text(x.at(tick), height - 24, percent(tick), anchor="middle"),
        ]
    middle = (x.start + x.end) / 2
    drawn.append(text(middle, height - 6, "Said", anchor="middle", size=12, fill=QUIET))
    even = ((x.at(0.0), y.at(0.0)), (x.at(1.0), y.at(1.0)))
    drawn.append(line(even, stroke=INK, width=1.2, dash="6 4"))
    for _, row in tenths.iterrows():
        at, came = x.at(row["said"]), y.at(row["happened"])
        bar = ((at, y.at(row["happened_q10"])), (at, y.at(row["happened_q90"])))
        mark = ((at - _HALF_MARK, came), (at + _HALF_MARK, came))
        drawn += [
            line(bar, stroke=BAND_80, width=6),
            line(mark, stroke=LINE, width=5),
        ]
    whole = chosen[chosen["decile"] == ALL]
    verdict = "" if whole.empty else str(whole.iloc[0]["note"])
    return Figure(
        slug=slug,
        title=title,
        description=_told(whole, verdict),
        drawing=joined(drawn),
        width=width,
        height=height,
        head=("Said", "Cases", "Said on average", "Came", "80% between"),
        rows=tuple(_row(row) for _, row in tenths.iterrows()),
        caption=" ".join(words for words in (verdict, caption) if words),
    )


def _told(whole: pd.DataFrame, verdict: str) -> str:
    if whole.empty or not whole.iloc[0]["n"]:
        return "No past forecast can be judged yet."
    row = whole.iloc[0]
    return (
        f"{number(row['n'])} past probabilities of a shortage, {percent(row['said'])} on average; "
        f"{percent(row['happened'])} of the shortages came. {verdict}"
    )


def _row(row: pd.Series[float]) -> tuple[str, ...]:
    tenth = int(row["decile"])
    return (
        f"{tenth * 10 - 10}% to {tenth * 10}%",
        number(row["n"]),
        percent(row["said"]),
        percent(row["happened"]),
        f"{percent(row['happened_q10'])} and {percent(row['happened_q90'])}",
    )
