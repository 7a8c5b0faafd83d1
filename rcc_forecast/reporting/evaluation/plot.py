"""The frame of charts over periods: rules at round values, periods below, gaps left open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from rcc_forecast.reporting.evaluation.unit import figure_of
from rcc_forecast.reporting.figure import QUIET, RULE, Axis, joined, line, text

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720, 340, 58, 30, 34
_ROOM_OF_A_LABEL = 62


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing of values over periods that stand side by side.

    Attributes
    ----------
    x, y : Axis
        Of places of periods, 0 being the first, and of values.
    periods : tuple of str
        Oldest first.
    width, height : int
        Of the drawing.
    """

    x: Axis
    y: Axis
    periods: tuple[str, ...]
    width: int = _WIDTH
    height: int = _HEIGHT

    @property
    def ends(self) -> tuple[float, float]:
        """Top and bottom of where values are drawn."""
        return self.y.end, self.y.start

    def frame(self, unit: str) -> Markup:
        """Draw rules, values and periods."""
        ticks = self.y.ticks(5, whole=False)
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        decimals += round(step * 10**decimals, 6) % 1 > 0
        parts = [text(4, 16, unit, size=12, fill=QUIET)]
        for value in ticks:
            at, told = self.y.at(value), figure_of(value, decimals=decimals)
            parts += [
                line(((self.x.start, at), (self.x.end, at)), stroke=RULE, width=0.7),
                text(self.x.start - 6, at + 4, told, anchor="end"),
            ]
        room = (self.x.end - self.x.start) / max(len(self.periods) - 1, 1)
        every = max(1, math.ceil(_ROOM_OF_A_LABEL / room))
        parts += [
            text(self.x.at(place), self.height - 10, name, anchor="middle", size=12)
            for place, name in enumerate(self.periods)
            if place % every == 0
        ]
        return joined(parts)

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


def plot_of(
    periods: Sequence[str], values: Sequence[float], *, right: int, zero: bool = False
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
    """
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    known += [0.0] if zero else []
    low, high = min(known), max(known)
    spare = 0.06 * ((high - low) or abs(high) or 1.0)
    return Plot(
        Axis(-0.5, max(len(periods) - 0.5, 0.5), _LEFT, _WIDTH - right),
        Axis(low - spare, high + spare, _HEIGHT - _BOTTOM, _TOP),
        tuple(periods),
    )


def dot(at: tuple[float, float], *, fill: str, size: float) -> Markup:
    """Draw a point."""
    return Markup('<circle cx="{x}" cy="{y}" r="{r}" fill="{f}"/>').format(
        x=at[0], y=at[1], r=size, f=fill
    )


def _runs(values: Sequence[float]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for place, value in enumerate(values):
        if math.isfinite(value):
            runs[-1].append(place)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
