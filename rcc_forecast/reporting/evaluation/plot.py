"""The frame of charts over periods: rules at round values, periods below, gaps left open.

Drawings are made as wide as they are shown, so that their letters are as large
as those of the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.reporting.evaluation.unit import figure_of
from rcc_forecast.reporting.figure import BAND_80, LINE, QUIET, RULE, Axis, joined, line, text

LETTER = 16
"""Size of letters in a drawing, in its own units: those of the page where it is shown whole."""

WIDE, SMALL = (704, 350), (340, 230)
"""Sizes of a chart of its own, and of one among many."""

ROOM_OF_SMALL = 20
"""Room on the right of a small chart: its last period is written in full."""

_LEFT, _TOP, _TOP_OF_SMALL, _BOTTOM = 66, 44, 30, 34
_OF_A_LETTER = 0.62
_LONGEST_RUN = 1_000

_ALIKE = 1e-9
"""Of the largest figure: figures nearer than this differ by rounding alone."""

_BETWEEN_LABELS, _BETWEEN_NAMES, _LETTERS_OF_A_NAME = 14, 19, 22


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing of values over periods that stand side by side.

    Attributes
    ----------
    x, y : Axis
        Of places of periods, 0 being the first, and of values.
    periods : tuple of str
        Oldest first; an empty one is not written.
    width, height : int
        Of the drawing.
    """

    x: Axis
    y: Axis
    periods: tuple[str, ...]
    width: int
    height: int

    @property
    def ends(self) -> tuple[float, float]:
        """Top and bottom of where values are drawn."""
        return self.y.end, self.y.start

    def frame(self, unit: str) -> Markup:
        """Draw rules, values and periods."""
        parts = [text(4, LETTER, unit, size=LETTER, fill=QUIET)]
        for value, told in told_ticks(self.y, 5 if self.width == WIDE[0] else 4):
            at = self.y.at(value)
            parts += [
                line(((self.x.start, at), (self.x.end, at)), stroke=RULE, width=0.7),
                text(self.x.start - 6, at + 5, told, anchor="end", size=LETTER),
            ]
        places = [(self.x.at(place), name) for place, name in enumerate(self.periods) if name]
        return joined([*parts, labels_below(places, y=self.height - 10, within=self.width)])

    def through(
        self, values: Sequence[float], *, stroke: str, width: float, dash: str = ""
    ) -> Markup:
        """Draw a line through values; it breaks where one is missing, a lone one is a dot."""
        parts = []
        for run in _runs(values):
            points = [(self.x.at(place), self.y.at(values[place])) for place in run]
            if len(points) > 1:
                parts.append(line(points, stroke=stroke, width=width, dash=dash))
            else:
                parts.append(dot(points[0], fill=stroke, size=width + 0.5))
        return joined(parts)

    def joining(
        self,
        places: Sequence[int],
        values: Sequence[float],
        *,
        stroke: str,
        width: float,
        dash: str = "",
    ) -> Markup:
        """Draw a line through values at some of the places, with a dot at each."""
        points = [
            (self.x.at(place), self.y.at(value))
            for place, value in zip(places, values, strict=True)
            if math.isfinite(value)
        ]
        dots = [dot(point, fill=stroke, size=width + 1.0) for point in points]
        return joined([line(points, stroke=stroke, width=width, dash=dash), *dots])


def whole_run(periods: Iterable[object]) -> list[str]:
    """Give periods in order, with those between them that nobody has figures of.

    A year that was left out stays a gap, so that its neighbours do not look like
    neighbours. Periods of no known form are given as they are.
    """
    given = sorted({str(period) for period in periods})
    for season in (1, 4, 12):
        calendar = Calendar(season)
        numbers = [calendar.number(period) for period in given]
        known = [number for number in numbers if number is not None]
        if known and len(known) == len(given) and known[-1] - known[0] < _LONGEST_RUN:
            return [calendar.name(number) for number in range(known[0], known[-1] + 1)]
    return given


def plot_of(
    periods: Sequence[str],
    values: Sequence[float],
    *,
    right: int,
    zero: bool = False,
    size: tuple[int, int] = WIDE,
) -> Plot:
    """Make a plot that all values fit in.

    Parameters
    ----------
    periods : sequence of str
        Oldest first.
    values : sequence of float
        Everything that is to be drawn; missing ones are passed over.
    right : int
        Room on the right, for names of lines.
    zero : bool
        Whether the scale has to have zero.
    size : tuple of int
        Width and height.
    """
    width, height = size
    return Plot(
        Axis(-0.5, max(len(periods) - 0.5, 0.5), _LEFT, width - right),
        roomy_axis(values, height - _BOTTOM, _TOP if size == WIDE else _TOP_OF_SMALL, zero=zero),
        tuple(periods),
        width,
        height,
    )


def roomy_axis(
    values: Sequence[float], start: float, end: float, *, zero: bool = False, spare: float = 0.06
) -> Axis:
    """Make a scale that all values fit on, with a little room at both ends."""
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    known += [0.0] if zero else []
    low, high = min(known), max(known)
    width = high - low
    if width <= _ALIKE * max(abs(low), abs(high)):
        width = abs(high)  # figures that differ by rounding alone leave no room for ticks
    room = spare * (width or 1.0)
    return Axis(low - room, high + room, start, end)


def told_ticks(axis: Axis, wanted: int) -> list[tuple[float, str]]:
    """Give round values of a scale, each written with the decimals that tell them apart."""
    ticks = axis.ticks(wanted, whole=False)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    decimals += round(step * 10**decimals, 6) % 1 > 0
    return [(value, figure_of(value, decimals=decimals)) for value in ticks]


def labels_below(places: Sequence[tuple[float, str]], *, y: float, within: float) -> Markup:
    """Write labels below an axis, each clear of the one before; what has no room is left out."""
    parts, free = [], 0.0
    for at, words in places:
        half = len(words) * LETTER * _OF_A_LETTER / 2
        if at - half < free:
            continue
        if at + half > within:
            break
        parts.append(text(at, y, words, anchor="middle", size=LETTER))
        free = at + half + _BETWEEN_LABELS
    return joined(parts)


def names_at_ends(plot: Plot, ends: Sequence[tuple[float, str, str]]) -> Markup:
    """Name lines at their right ends, each clear of the one above.

    Parameters
    ----------
    plot : Plot
        With room on the right.
    ends : sequence of (float, str, str)
        Where a line ends, in values; its name; its colour.
    """
    ordered = sorted((plot.y.at(end), name, stroke) for end, name, stroke in ends)
    places = _apart([at + 5 for at, _, _ in ordered], most=plot.ends[1] + 5)
    return joined(
        text(plot.x.end + 6, round(at, 1), shortened(name), size=LETTER, fill=stroke)
        for at, (_, name, stroke) in zip(places, ordered, strict=True)
    )


def _apart(places: Sequence[float], *, most: float) -> list[float]:
    """Move heights apart, downwards first, then up from the lowest that there is room for."""
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + _BETWEEN_NAMES) if apart else place)
    for place in reversed(range(len(apart))):
        below = apart[place + 1] - _BETWEEN_NAMES if place + 1 < len(apart) else most
        apart[place] = min(apart[place], below)
    return apart


def shortened(name: str, most: int = _LETTERS_OF_A_NAME) -> str:
    """Give a name that fits beside a drawing, its end kept: ends tell names of a kind apart."""
    if len(name) <= most:
        return name
    tail = most // 3
    return f"{name[: most - 1 - tail].rstrip()}…{name[-tail:].lstrip()}"


def dot(at: tuple[float, float], *, fill: str, size: float) -> Markup:
    """Draw a point."""
    return Markup('<circle cx="{x}" cy="{y}" r="{r}" fill="{f}"/>').format(
        x=at[0], y=at[1], r=size, f=fill
    )


def ring(at: tuple[float, float], *, stroke: str, size: float) -> Markup:
    """Draw an empty circle."""
    return Markup(
        '<circle cx="{x}" cy="{y}" r="{r}" fill="#ffffff" stroke="{s}" stroke-width="1.4"/>'
    ).format(x=at[0], y=at[1], r=size, s=stroke)


def diamond(at: tuple[float, float], *, fill: str, size: float) -> Markup:
    """Draw a square on its corner."""
    return _filled(at, ((0, -1), (1, 0), (0, 1), (-1, 0)), fill=fill, size=size)


def triangle(at: tuple[float, float], *, fill: str, size: float) -> Markup:
    """Draw a triangle."""
    return _filled(at, ((0, -1), (0.95, 0.8), (-0.95, 0.8)), fill=fill, size=size)


def cross(at: tuple[float, float], *, stroke: str, size: float) -> Markup:
    """Draw two strokes that cross."""
    (x, y), reach = at, size
    return joined(
        [
            line(((x - reach, y - reach), (x + reach, y + reach)), stroke=stroke, width=1.4),
            line(((x - reach, y + reach), (x + reach, y - reach)), stroke=stroke, width=1.4),
        ]
    )


def bar(corner: tuple[float, float], size: tuple[float, float]) -> Markup:
    """Draw a bar from its upper left corner."""
    return Markup(
        '<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="{f}" stroke="{s}" stroke-width="1"/>'
    ).format(
        x=round(corner[0], 1),
        y=round(corner[1], 1),
        w=round(max(size[0], 0.5), 1),
        h=round(max(size[1], 0.5), 1),
        f=BAND_80,
        s=LINE,
    )


def _filled(
    at: tuple[float, float],
    corners: Sequence[tuple[float, float]],
    *,
    fill: str,
    size: float,
) -> Markup:
    points = " ".join(
        f"{round(at[0] + size * x, 1)},{round(at[1] + size * y, 1)}" for x, y in corners
    )
    return Markup('<polygon points="{p}" fill="{f}"/>').format(p=points, f=fill)


def _runs(values: Sequence[float]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for place, value in enumerate(values):
        if math.isfinite(value):
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
