"""Whom a synthetic comparison is made of: bars, the largest first."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from rcc_forecast.reporting.evaluation.parts import Multiples, Panel
from rcc_forecast.reporting.evaluation.plot import LETTER, SMALL, bar, shortened
from rcc_forecast.reporting.evaluation.synthetic import MOST_PANELS, of_more
from rcc_forecast.reporting.evaluation.unit import figure_of
from rcc_forecast.reporting.evaluation.views import method_name
from rcc_forecast.reporting.figure import INK, Axis, joined, line, text

_MOST_DONORS, _LEAST_WEIGHT = 8, 0.005
_ROW, _NAMES, _FIGURES = 26, 160, 52


def weights_multiples(
    weights: pd.DataFrame, *, primary: str, compared: str = "regions"
) -> Multiples | None:
    """Draw the weights of donors as bars, largest first, one small drawing a comparison.

    Parameters
    ----------
    weights : DataFrame
        A `WEIGHTS` table; the primary outcome's donors are drawn.
    primary : str
        The outcome.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    rows = weights[(weights["outcome"] == primary) & weights["weight"].notna()]
    rows = rows[rows["kind"] == "donor"].assign(size=rows["weight"].abs())
    panels, cells = [], []
    every = list(rows.groupby(["estimator", "region"], sort=False))
    for (estimator, region), own in every[:MOST_PANELS]:
        own = own.sort_values(["size", "name"], ascending=[False, True])
        large = own[own["size"] >= _LEAST_WEIGHT].head(_MOST_DONORS)
        bars = list(zip(large["name"].astype(str), large["weight"].astype(float), strict=True))
        left = own.drop(large.index)
        if len(left):
            bars.append(
                (
                    "1 other" if len(left) == 1 else f"{len(left):,} others",
                    float(left["weight"].sum()),
                )
            )
        whose = "Pathfinders" if region == "All" else str(region)
        name = f"{whose}: {method_name(estimator)}"
        panels.append(_weights_panel(name, bars))
        cells += [(name, donor, _weight(weight)) for donor, weight in bars]
    if not panels:
        return None
    return Multiples(
        slug="weights",
        title=f"{primary}: whom the comparison is made of",
        description=f"Weights of the other {compared}; those of a comparison sum to 1. One that is "
        f"made of one or two of them stands and falls with them.{of_more(len(every))}",
        panels=tuple(panels),
        head=("Pathfinder and comparison", "Made of", "Weight"),
        rows=tuple(cells),
    )


def _weights_panel(name: str, bars: list[tuple[str, float]]) -> Panel:
    width, height = SMALL[0], _ROW * len(bars) + 8
    least = min(0.0, *(weight for _, weight in bars))
    x = Axis(least, max(0.01, *(weight for _, weight in bars)), _NAMES, width - _FIGURES)
    parts: list[Markup] = [line(((x.at(0.0), 2), (x.at(0.0), height - 4)), stroke=INK, width=1)]
    for place, (donor, weight) in enumerate(bars):
        y = 4 + _ROW * place
        start, end = sorted((x.at(0.0), x.at(weight)))
        parts += [
            bar((start, y + 3), (max(end - start, 0.5), _ROW - 8)),
            text(4, y + 17, shortened(donor, 17), size=LETTER),
            text(end + 5, y + 17, _weight(weight), size=LETTER),
        ]
    largest = ", ".join(f"{donor} {_weight(weight)}" for donor, weight in bars[:3])
    return Panel(name, f"Largest weights: {largest}.", joined(parts), width, height)


def _weight(value: float) -> str:
    return figure_of(value, decimals=2)
