"""What a chart is for every reader: a drawing, words for it, and its figures as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

INK, QUIET, RULE = "#0b0c0c", "#505a5f", "#b1b4b6"
"""Text, secondary text (7:1 and 6.6:1 on white), and lines that carry no meaning."""

LINE, BAND_80, BAND_95 = "#1d4f91", "#a9c3e2", "#dce7f3"
PLACES = "#7a1f4b"
"""Usable places: told from demand by its dashes and label as well."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart or map with its text alternative.

    Attributes
    ----------
    slug : str
        Unique in a page; ids begin with it.
    title, description : str
        What is drawn, and what it shows in a sentence.
    drawing : Markup
        Inside of the SVG element.
    width, height : int
        Of the drawing, in its own units.
    head : tuple of str
        Headings of the table.
    rows : tuple of tuple of str
        The figures drawn, first column being the row's name.
    caption : str
        What stands below, such as the accuracy of a forecast.
    """

    slug: str
    title: str
    description: str
    drawing: Markup
    width: int
    height: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    @property
    def svg(self) -> Markup:
        """The whole SVG element, named and described for those who do not see it."""
        return Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {w} {h}" '
            'aria-labelledby="{s}-title {s}-desc"><title id="{s}-title">{t}</title>'
            '<desc id="{s}-desc">{d}</desc>{inside}</svg>'
        ).format(
            w=self.width,
            h=self.height,
            s=self.slug,
            t=self.title,
            d=self.description,
            inside=self.drawing,
        )


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight scale from values to places in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Place of a value, to a tenth of a unit."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, wanted: int, *, whole: bool = True) -> list[float]:
        """Give round values from low to high, `wanted` steps at most; whole ones if asked."""
        span = (self.high - self.low) or 1.0
        power = 10.0 ** np.floor(np.log10(span / wanted))
        step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power * wanted >= span)
        step = max(float(np.ceil(step)), 1.0) if whole else step
        first = np.ceil(self.low / step) * step
        return [float(v) for v in np.arange(first, self.high + step / 1e6, step)]


def joined(parts: Iterable[Markup]) -> Markup:
    """Put pieces of a drawing behind one another."""
    return Markup("").join(parts)


def text(
    x: float, y: float, words: str, *, anchor: str = "start", size: int = 13, fill: str = INK
) -> Markup:
    """Words in a drawing."""
    return Markup(
        '<text x="{x}" y="{y}" text-anchor="{a}" font-size="{s}" fill="{f}">{w}</text>'
    ).format(x=x, y=y, a=anchor, s=size, f=fill, w=words)


def line(
    points: Iterable[tuple[float, float]], *, stroke: str, width: float, dash: str = ""
) -> Markup:
    """Draw a line through points; `dash` is as SVG writes it."""
    path = " ".join(f"{x},{y}" for x, y in points)
    dashed = Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
    return Markup(
        '<polyline points="{p}" fill="none" stroke="{s}" stroke-width="{w}" '
        'stroke-linejoin="round"{d}/>'
    ).format(p=path, s=stroke, w=width, d=dashed)


def band(
    upper: Iterable[tuple[float, float]], lower: Iterable[tuple[float, float]], *, fill: str
) -> Markup:
    """Fill the area between two lines over the same places."""
    path = " ".join(f"{x},{y}" for x, y in [*upper, *reversed(list(lower))])
    return Markup('<polygon points="{p}" fill="{f}"/>').format(p=path, f=fill)
