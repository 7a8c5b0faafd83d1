"""How unequal authorities are in each outcome and period, with chance taken out.

A gap between shares of small authorities is partly chance: beside every raw
index stands what is left of it beyond chance. Nothing here ranks an authority.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.causal.base import FloatArray, IntArray
from models.control_charts import funnel
from models.errors import ModelError
from models.inequality import excess_variance, gini, percentile_ratio, slope_index, theil
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.tables.disparity import AUTHORITIES, PATHFINDERS, THE_REST

DEPRIVATION = "deprivation"
"""Outcome of a panel that orders authorities for the slope indices; higher is more deprived."""

_FEWEST = 3
"""Authorities that an index needs to say anything."""


@dataclass(frozen=True, slots=True)
class _Figure:
    """One measure, with its 95% interval where it has one."""

    measure: str
    value: float
    low: float = np.nan
    high: float = np.nan
    note: str = ""


_Figures = Iterator[_Figure]


@dataclass(frozen=True, slots=True)
class _Areas:
    """Authorities of one outcome and period."""

    share: FloatArray
    numerator: FloatArray
    children: FloatArray
    region: IntArray
    deprivation: FloatArray


def disparity_of(cells: Cells, spec: Spec) -> pd.DataFrame:
    """Measure inequality between authorities, by outcome and period.

    Parameters
    ----------
    cells : Cells
        A checked panel.
    spec : Spec
        Whose outcomes are measured.

    Returns
    -------
    DataFrame
        One row an outcome, period and measure, as `DISPARITY` without its stamp,
        among all, among pathfinders and among the rest: whether they drift apart.
        Measures of shares: ``mean``, ``theil`` with ``theil_between`` and ``theil_within`` regions,
        ``gini``, ``p90_p10``, ``sd_observed``, ``sd_beyond_chance``,
        ``p90_p10_beyond_chance``, ``outside_funnel`` (authorities beyond its
        99.8% limits) and, where the panel orders them by `DEPRIVATION`,
        ``sii`` and ``rii``, the most deprived first. ``sd_beyond_chance``, ``sii``
        and ``rii`` have 95% intervals. An outcome without counts has no measure and a
        note says so.
    """
    deprivation = _deprivation(cells)
    treated = [each.unit for each in spec.treated]
    by = "region" if spec.unit == "region" else "la_code"
    rows = []
    for outcome in spec.outcomes:
        frame = cells.frame[cells.frame["outcome"] == outcome]
        for period, of_period in frame.groupby("period", sort=True):
            inside = of_period[by].isin(treated)
            name = cells.calendar.name(int(str(period)))
            for among, some in (
                (ALL, of_period),
                (PATHFINDERS, of_period[inside]),
                (THE_REST, of_period[~inside]),
            ):
                told = {"outcome": outcome, "period": name, "among": among}
                rows += [{**told, **row} for row in _measured(some, deprivation)]
    table = pd.DataFrame(rows, columns=[*_COLUMNS, "among"])
    return table.assign(between=AUTHORITIES, group=ALL)


_COLUMNS = (
    "outcome",
    "period",
    "measure",
    "value",
    "n_units",
    "children",
    "note",
    "low",
    "high",
)


def _measured(some: pd.DataFrame, deprivation: pd.Series[float]) -> Iterator[dict[str, object]]:
    """Give every measure of some authorities in one period, or the reason for none."""
    counted = some.dropna(subset=["numerator", "denominator"])
    counted = counted[counted["denominator"] > 0]
    told = {
        "n_units": len(counted),
        "children": counted["denominator"].sum(),
        "note": _note(counted, some),
    }
    if len(counted) < _FEWEST:
        why = f"fewer than {_FEWEST} authorities have counts"
        yield {**told, "measure": "theil", "value": np.nan, "note": why}
        return
    yield from (_with_figure(told, figure) for figure in _figures(_areas(counted, deprivation)))


def _with_figure(told: dict[str, object], figure: _Figure) -> dict[str, object]:
    notes = [str(told["note"]), figure.note]
    return {
        **told,
        "measure": figure.measure,
        "value": figure.value,
        "low": figure.low,
        "high": figure.high,
        "note": "; ".join(note for note in notes if note),
    }


def _deprivation(cells: Cells) -> pd.Series[float]:
    """Give each authority's mean deprivation; empty where the panel has none."""
    rows = cells.frame[cells.frame["outcome"] == DEPRIVATION]
    return rows.groupby("la_code")["value"].mean()


def _note(counted: pd.DataFrame, of_period: pd.DataFrame) -> str:
    notes = []
    if imputed := int(counted["imputed"].sum()):
        notes.append(f"withheld counts taken as 3: {imputed}")
    if left_out := len(of_period) - len(counted):
        notes.append(f"authorities without counts, left out: {left_out}")
    return "; ".join(notes)


def _areas(counted: pd.DataFrame, deprivation: pd.Series[float]) -> _Areas:
    numerator = counted["numerator"].to_numpy(dtype=float)
    children = counted["denominator"].to_numpy(dtype=float)
    return _Areas(
        share=numerator / children,
        numerator=numerator,
        children=children,
        region=np.asarray(pd.factorize(counted["region"], sort=True)[0]),
        deprivation=np.asarray(counted["la_code"].map(deprivation), dtype=np.float64),
    )


def _figures(areas: _Areas) -> _Figures:
    yield _Figure("mean", float(areas.numerator.sum() / areas.children.sum()))
    yield from _between_areas(areas)
    yield from _beyond_chance(areas)
    yield from _along_deprivation(areas)


def _along_deprivation(areas: _Areas) -> _Figures:
    known = ~np.isnan(areas.deprivation)
    if known.sum() < _FEWEST:
        return
    order = np.flatnonzero(known)[np.argsort(-areas.deprivation[known], kind="stable")]
    slope = slope_index(areas.share[order], weights=areas.children[order])
    lost = int((~known).sum())
    note = f"authorities without deprivation, left out: {lost}" if lost else ""
    yield _Figure("sii", slope.sii, slope.sii_low, slope.sii_high, note)
    yield _Figure("rii", slope.rii, slope.rii_low, slope.rii_high, note)


def _between_areas(areas: _Areas) -> _Figures:
    try:
        split = theil(areas.share, weights=areas.children, groups=areas.region)
        concentration = gini(areas.share, weights=areas.children)
    except ModelError:  # no child anywhere has the outcome
        return
    yield _Figure("theil", split.total)
    yield _Figure("theil_between", split.between)
    yield _Figure("theil_within", split.within)
    yield _Figure("gini", concentration)
    yield _Figure("p90_p10", percentile_ratio(areas.share))


def _beyond_chance(areas: _Areas) -> _Figures:
    excess = excess_variance(areas.numerator, areas.children)
    yield _Figure("sd_observed", float(areas.share.std(ddof=1)))
    deviation, low, high = np.sqrt([excess.variance, excess.low, excess.high]).tolist()
    yield _Figure("sd_beyond_chance", deviation, low, high)
    yield _Figure("p90_p10_beyond_chance", percentile_ratio(excess.shrunken))
    outside = funnel(areas.numerator, areas.children).outside_998.sum()
    yield _Figure("outside_funnel", float(outside))
