"""Charts of demand and of homes, drawn as SVG; pages and the report share them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.figure import (
    BAND_80,
    BAND_95,
    INK,
    LINE,
    PLACES,
    QUIET,
    RULE,
    Axis,
    Figure,
    band,
    joined,
    line,
    text,
)
from rcc_forecast.reporting.words import counted, month_name, number, percent

_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 30, 30


def fan_chart(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    slug: str,
    title: str,
    caption: str = "",
    size: tuple[int, int] = (520, 290),
) -> Figure:
    """Draw what was and what may come.

    Parameters
    ----------
    history : DataFrame
        Columns month, value (as recorded) and value_corrected; oldest first.
    forecast : DataFrame
        Columns month, mean, q025, q10, q90, q975; nearest month first; may be empty.
    slug, title, caption : str
        As in `Figure`.
    size : tuple of int
        Width and height of the drawing.

    Returns
    -------
    Figure
        A line of the past, a dashed line of the mean, and bands in which 80%
        and 95% of futures lie; the table has the year's ends and every future month.
    """
    past = history.assign(month=pd.to_datetime(history["month"]))
    ahead = forecast.assign(month=pd.to_datetime(forecast["month"]))
    values = past["value_corrected"].fillna(past["value"]).astype("float64")
    top = max([*values, *ahead["q975"].astype("float64"), 1.0])
    # From zero, so that a change looks as large as it is.
    x, y = _axes(pd.concat([past["month"], ahead["month"]]), low=0.0, high=top, size=size)
    was = list(zip(map(x.at, _days(past["month"])), map(y.at, values), strict=True))
    drawn = [_frame(x, y, size=size, unit="Children")]
    if len(ahead):
        joint = was[-1:]
        lines = {
            name: joint + list(zip(map(x.at, _days(ahead["month"])), map(y.at, q), strict=True))
            for name, q in ahead[["mean", "q025", "q10", "q90", "q975"]].items()
        }
        drawn += [
            band(lines["q975"], lines["q025"], fill=BAND_95),
            band(lines["q90"], lines["q10"], fill=BAND_80),
            line(lines["mean"], stroke=LINE, width=2.5, dash="6 4"),
        ]
    drawn.append(line(was, stroke=INK, width=2.0))
    return Figure(
        slug=slug,
        title=title,
        description=_told_fan(values, past["month"], ahead),
        drawing=joined(drawn),
        width=size[0],
        height=size[1],
        head=("Month", "Recorded or expected", "80% of futures between", "95% between"),
        rows=(*_past_rows(past, values), *_future_rows(ahead)),
        caption=caption,
    )


def balance_chart(
    rows: pd.DataFrame,
    *,
    slug: str,
    title: str,
    caption: str = "",
    size: tuple[int, int] = (340, 230),
) -> Figure:
    """Draw children expected against usable places.

    Parameters
    ----------
    rows : DataFrame
        Rows of a `BALANCE` table of one area and kind, nearest month first.
    slug, title, caption : str
        As in `Figure`.
    size : tuple of int
        Width and height of the drawing.

    Returns
    -------
    Figure
        The mean of demand with its 80% band, and usable places as a dashed line; the
        scale begins below both, not at zero.
    """
    month = pd.to_datetime(rows["month"])
    usable = rows["capacity_usable"].astype("float64")
    low, high = usable + rows["gap_q10"], usable + rows["gap_q90"]
    # Not from zero: the distance between the lines is what is read here.
    top, bottom = max([*high, *usable, 1.0]), min([*low, *usable])
    x, y = _axes(month, low=max(0.0, bottom - (top - bottom)), high=top, size=size)
    at = list(map(x.at, _days(month)))

    def through(values: pd.Series[float]) -> list[tuple[float, float]]:
        return list(zip(at, map(y.at, values), strict=True))

    drawn = [
        _frame(x, y, size=size, unit="Children, places"),
        band(through(high), through(low), fill=BAND_80),
        line(through(rows["demand_mean"]), stroke=LINE, width=2.5),
        line(through(usable), stroke=PLACES, width=2.5, dash="9 4"),
    ]
    last = rows.iloc[-1]
    return Figure(
        slug=slug,
        title=title,
        description=(
            f"By {month_name(last['month'])}, "
            f"{counted(last['demand_mean'], 'child is', 'children are')} expected and "
            f"{counted(last['capacity_usable'], 'place is', 'places are')} usable; "
            f"{percent(last['p_shortfall'])} of futures are short."
        ),
        drawing=joined(drawn),
        width=size[0],
        height=size[1],
        head=("Month", "Children expected", "Usable places", "Gap, 80% between", "Short in"),
        rows=tuple(
            (
                month_name(row["month"]),
                number(row["demand_mean"]),
                number(row["capacity_usable"]),
                f"{number(row['gap_q10'])} and {number(row['gap_q90'])}",
                percent(row["p_shortfall"]),
            )
            for _, row in rows.iterrows()
        ),
        caption=caption,
    )


def _axes(
    months: pd.Series[pd.Timestamp], *, low: float, high: float, size: tuple[int, int]
) -> tuple[Axis, Axis]:
    days = _days(months)
    width, height = size
    return (
        Axis(min(days), max(days), _LEFT, width - _RIGHT),
        Axis(low, high + 0.05 * (high - low), height - _BOTTOM, _TOP),
    )


def _days(months: pd.Series[pd.Timestamp]) -> list[float]:
    return [float(day) for day in months.to_numpy("datetime64[D]").astype(np.int64)]


def _frame(x: Axis, y: Axis, *, size: tuple[int, int], unit: str) -> Markup:
    """Rules at round values, years below."""
    width, height = size
    parts = [text(4, 16, unit, size=12, fill=QUIET)]
    for value in y.ticks(4):
        parts += [
            line(((_LEFT, y.at(value)), (width - _RIGHT, y.at(value))), stroke=RULE, width=0.7),
            text(_LEFT - 6, y.at(value) + 4, f"{value:,.0f}", anchor="end"),
        ]
    first, last = (np.datetime64(int(day), "D") for day in (x.low, x.high))
    years = np.arange(first.astype("datetime64[Y]"), last.astype("datetime64[Y]") + 1)
    inside = [year for year in years if year.astype("datetime64[D]") >= first]
    room = max(1, int(np.ceil(len(inside) * 44 / (x.end - x.start))))
    for year in inside:
        at = x.at(float(year.astype("datetime64[D]").astype(np.int64)))
        parts.append(
            line(((at, height - _BOTTOM), (at, height - _BOTTOM + 5)), stroke=QUIET, width=1)
        )
        if (int(str(year)) - int(str(inside[0]))) % room == 0 and at < width - 24:
            parts.append(text(at, height - 8, str(year), anchor="middle"))
    return joined(parts)


def _told_fan(
    values: pd.Series[float], months: pd.Series[pd.Timestamp], ahead: pd.DataFrame
) -> str:
    then, now = f"{month_name(months.iloc[0])}", f"{month_name(months.iloc[-1])}"
    told = f"{number(values.iloc[0])} children in {then}, {number(values.iloc[-1])} in {now}"
    if ahead.empty:
        return f"{told}."
    last = ahead.iloc[-1]
    return (
        f"{told}; {number(last['mean'])} expected in {month_name(last['month'])}, "
        f"80% of futures between {number(last['q10'])} and {number(last['q90'])}."
    )


def _past_rows(past: pd.DataFrame, values: pd.Series[float]) -> list[tuple[str, ...]]:
    """Every 31 March, and the newest month."""
    chosen = (past["month"].dt.month == 3) | (past.index == past.index[-1])
    return [
        (month_name(month), number(value), "recorded", "recorded")
        for month, value in zip(past.loc[chosen, "month"], values[chosen], strict=True)
    ]


def _future_rows(ahead: pd.DataFrame) -> list[tuple[str, ...]]:
    return [
        (
            month_name(row["month"]),
            number(row["mean"]),
            f"{number(row['q10'])} and {number(row['q90'])}",
            f"{number(row['q025'])} and {number(row['q975'])}",
        )
        for _, row in ahead.iterrows()
    ]
