"""Charts of a strategy: steps from one figure to another, and intervals beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rcc_forecast.reporting.figure import (
    BAND_80,
    INK,
    LINE,
    PLACES,
    QUIET,
    RULE,
    Axis,
    Figure,
    joined,
    line,
    text,
)
from rcc_forecast.reporting.words import number

_WIDTH, _ROW, _TOP, _LEFT, _RIGHT, _FOOT = 640, 34, 16, 210, 560, 34


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a chart of steps.

    Attributes
    ----------
    words : str
        What it is.
    amount : float
        A level where `is_level`, else what is added or taken away.
    is_level : bool
        Whether the bar begins at zero.
    doubt : str
        The interval, in words, for the table.
    """

    words: str
    amount: float
    is_level: bool = False
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """One line of a chart of intervals: 80% of futures, and the mean."""

    words: str
    mean: float
    low: float
    high: float


def steps_chart(
    steps: Sequence[Step],
    *,
    slug: str,
    title: str,
    description: str,
    unit: str,
    told: Callable[..., str] = number,
    caption: str = "",
) -> Figure:
    """Draw how one figure becomes another, bar under bar.

    Parameters
    ----------
    steps : sequence of Step
        Levels and what lies between them, in order.
    slug, title, description, caption : str
        As in `Figure`.
    unit : str
        Of the amounts.
    told : callable
        Writes an amount.

    Returns
    -------
    Figure
        Levels are filled, losses are hatched and gains are outlined; each bar bears its figure.
    """
    spans = _spans(steps)
    low, high = min(0.0, *(s for span in spans for s in span)), max(s for n in spans for s in n)
    x = Axis(low, high or 1.0, _LEFT, _RIGHT)
    height = _TOP + _ROW * len(steps) + 8
    parts = [_hatching(slug), line(((x.at(0.0), 8), (x.at(0.0), height - 4)), stroke=INK, width=1)]
    for place, (step, span) in enumerate(zip(steps, spans, strict=True)):
        y = _TOP + _ROW * place
        parts += [
            text(8, y + 18, step.words),
            _bar(x, span, y=y + 4, height=20, look=_look(step, slug)),
            text(x.at(max(span)) + 6, y + 18, _signed(step, told)),
        ]
    has_doubt = any(step.doubt for step in steps)
    return Figure(
        slug=slug,
        title=title,
        description=description,
        drawing=joined(parts),
        width=_WIDTH,
        height=height,
        head=("Step", unit, *(("80% of futures between",) if has_doubt else ())),
        rows=tuple(
            (step.words, _signed(step, told), *((step.doubt or "–",) if has_doubt else ()))
            for step in steps
        ),
        caption=caption,
    )


def interval_chart(
    intervals: Sequence[Interval],
    *,
    slug: str,
    title: str,
    description: str,
    head: str,
    told: Callable[..., str] = number,
    caption: str = "",
) -> Figure:
    """Draw means with the range that holds 80% of futures, from zero.

    Parameters
    ----------
    intervals : sequence of Interval
        From top to bottom.
    slug, title, description, caption : str
        As in `Figure`.
    head : str
        Heading of the table's first column.
    told : callable
        Writes an amount.
    """
    low = min(0.0, *(found.low for found in intervals))
    x = Axis(low, max(*(found.high for found in intervals), 1.0), _LEFT, _RIGHT)
    height = _TOP + _ROW * len(intervals) + _FOOT
    bottom = height - _FOOT + 4
    parts = [line(((x.at(0.0), 8), (x.at(0.0), bottom)), stroke=INK, width=1)]
    for tick in x.ticks(4):
        parts += [
            line(((x.at(tick), bottom), (x.at(tick), bottom + 5)), stroke=RULE, width=1),
            text(x.at(tick), bottom + 20, told(tick), anchor="middle", size=12, fill=QUIET),
        ]
    for place, found in enumerate(intervals):
        y = _TOP + _ROW * place + 14
        ends = ((x.at(found.low), y), (x.at(found.high), y))
        parts += [
            text(8, y + 4, found.words),
            line(ends, stroke=BAND_80, width=12),
            Markup('<circle cx="{x}" cy="{y}" r="5" fill="{f}"/>').format(
                x=x.at(found.mean), y=y, f=LINE
            ),
        ]
    return Figure(
        slug=slug,
        title=title,
        description=description,
        drawing=joined(parts),
        width=_WIDTH,
        height=height,
        head=(head, "Expected", "80% of futures between"),
        rows=tuple(
            (found.words, told(found.mean), f"{told(found.low)} to {told(found.high)}")
            for found in intervals
        ),
        caption=caption,
    )


def _spans(steps: Sequence[Step]) -> list[tuple[float, float]]:
    spans, reached = [], 0.0
    for step in steps:
        start = 0.0 if step.is_level else reached
        reached = start + step.amount
        spans.append((start, reached))
    return spans


def _look(step: Step, slug: str) -> tuple[str, str]:
    """Give fill and stroke: pattern tells a loss from a gain, so that colour need not."""
    if step.is_level:
        return LINE, LINE
    return ("#ffffff", LINE) if step.amount >= 0 else (f"url(#{slug}-loss)", PLACES)


def _bar(
    x: Axis, span: tuple[float, float], *, y: float, height: float, look: tuple[str, str]
) -> Markup:
    left, right = sorted(x.at(end) for end in span)
    return Markup(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{f}" stroke="{s}" '
        'stroke-width="1.5"/>'
    ).format(x=left, y=y, w=round(max(right - left, 1.0), 1), h=height, f=look[0], s=look[1])


def _hatching(slug: str) -> Markup:
    return Markup(
        '<defs><pattern id="{s}-loss" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" fill="#ffffff"/>'
        '<path d="M0 6L6 0" stroke="{c}" stroke-width="1.5"/></pattern></defs>'
    ).format(s=slug, c=PLACES)


def _signed(step: Step, told: Callable[..., str]) -> str:
    words = told(step.amount)
    return words if step.is_level or step.amount < 0 or words == told(0.0) else f"+{words}"
