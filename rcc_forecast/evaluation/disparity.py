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

DEPRIVATION = "deprivation"
"""Outcome of a panel that orders authorities for the slope indices; higher is more deprived."""

_FEWEST = 3
"""Authorities that an index needs to say anything."""

_Figures = Iterator[tuple[str, float]]


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
        One row an outcome, period and measure: ``outcome, period, measure,
        value, n_units, children, note``. Measures of shares: ``mean``,
        ``theil`` with ``theil_between`` and ``theil_within`` regions,
        ``gini``, ``p90_p10``, ``sd_observed``, ``sd_beyond_chance``,
        ``p90_p10_beyond_chance``, ``outside_funnel`` (authorities beyond its
        99.8% limits) and, where the panel orders them by `DEPRIVATION`,
        ``sii`` and ``rii``. An outcome without counts has no measure and a
        note says so.
    """
    deprivation = _deprivation(cells)
    rows = []
    for outcome in spec.outcomes:
        frame = cells.frame[cells.frame["outcome"] == outcome]
        for period, of_period in frame.groupby("period", sort=True):
            counted = of_period.dropna(subset=["numerator", "denominator"])
            counted = counted[counted["denominator"] > 0]
            told = {
                "outcome": outcome,
                "period": cells.calendar.name(int(str(period))),
                "n_units": len(counted),
                "children": counted["denominator"].sum(),
                "note": _note(counted, of_period),
            }
            if len(counted) < _FEWEST:
                why = f"fewer than {_FEWEST} authorities have counts"
                rows.append({**told, "measure": "theil", "value": np.nan, "note": why})
                continue
            areas = _areas(counted, deprivation)
            rows += [{**told, "measure": name, "value": value} for name, value in _figures(areas)]
    columns = ["outcome", "period", "measure", "value", "n_units", "children", "note"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(between="authorities", group=ALL, among=ALL)


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
    yield "mean", float(areas.numerator.sum() / areas.children.sum())
    yield from _between_areas(areas)
    yield from _beyond_chance(areas)
    if not np.isnan(areas.deprivation).any():
        order = np.argsort(-areas.deprivation, kind="stable")
        slope = slope_index(areas.share[order], weights=areas.children[order])
        yield "sii", slope.sii
        yield "rii", slope.rii


def _between_areas(areas: _Areas) -> _Figures:
    try:
        split = theil(areas.share, weights=areas.children, groups=areas.region)
        concentration = gini(areas.share, weights=areas.children)
    except ModelError:  # no child anywhere has the outcome
        return
    yield "theil", split.total
    yield "theil_between", split.between
    yield "theil_within", split.within
    yield "gini", concentration
    yield "p90_p10", percentile_ratio(areas.share)


def _beyond_chance(areas: _Areas) -> _Figures:
    excess = excess_variance(areas.numerator, areas.children)
    yield "sd_observed", float(areas.share.std(ddof=1))
    yield "sd_beyond_chance", float(np.sqrt(excess.variance))
    yield "p90_p10_beyond_chance", percentile_ratio(excess.shrunken)
    yield "outside_funnel", float(funnel(areas.numerator, areas.children).outside_998.sum())
