"""Whether disparity moved otherwise in pathfinders than in the rest.

The same difference in differences and the same inference as for any outcome,
with an index of each region as the outcome: how far its authorities differ, and
how far its groups of children do. The unit of inference stays the region, and
every index made is in one family, so that among many the luckiest is not told
as a finding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import pandas as pd

from models.causal.base import Effect, FloatArray, IntArray
from models.causal.family import holm
from models.errors import ModelError
from models.inequality import excess_variance, gap_within, theil
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.estimating import (
    DONALD_LANG,
    PERMUTATION,
    TOO_EARLY,
    Answer,
    answers_of,
)
from rcc_forecast.evaluation.fitting import Fits, completed
from rcc_forecast.evaluation.gaps.groups import Groups, in_regions_of
from rcc_forecast.evaluation.gaps.sides import FEWEST_CHILDREN, Sides, sides_of
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design, Grid, design_of, grid_of
from rcc_forecast.evaluation.writing import figures_row
from rcc_forecast.tables.disparity import AUTHORITIES, DISPARITY_EFFECTS, UNKNOWN
from rcc_forecast.tables.evaluation import before_stamp

_FEWEST_AUTHORITIES = 3
"""Authorities of a region that an index needs to say anything."""

_INFERENCE = (PERMUTATION, DONALD_LANG)
"""An index has no authorities of its own to cluster, so regions' means are all there is."""

_AT = "\x1f"
"""Stands between an authority's code and a period."""

_BETWEEN_AUTHORITIES = ("theil", "sd_beyond_chance")
_BETWEEN_GROUPS = ("gap", "gap_within_authorities")

_COLUMNS = before_stamp(DISPARITY_EFFECTS)


@dataclass(frozen=True, slots=True)
class _Index:
    """One index of every region and period.

    Attributes
    ----------
    between, group, measure : str
        What it compares.
    by_region : Series
        Indexed by region and number of the period.
    """

    between: str
    group: str
    measure: str
    by_region: pd.Series[float]


def disparity_effects_of(cells: Cells, groups: Groups | None, spec: Spec) -> pd.DataFrame:
    """Compare how each gap moved in pathfinder regions with how it moved in the rest.

    Parameters
    ----------
    cells : Cells
        A checked panel, in the regions to use.
    groups : Groups, optional
        Outcomes of groups of children beside it.
    spec : Spec
        Whose outcomes are compared, who is treated, and how inference is made.

    Returns
    -------
    DataFrame
        `DISPARITY_EFFECTS` rows without their stamp. Between authorities: ``theil``
        and ``sd_beyond_chance`` within each region; between groups: ``gap`` and
        ``gap_within_authorities`` within each region. Each has a row by permutation
        of regions and one by Donald and Lang; ``p_adjusted`` is Holm's over all rows
        of one kind of inference. A row without a figure says why in ``note``.

    Notes
    -----
    A region has an index with three authorities or more that have counts, and a gap
    with ten children or more on either side; regions that lack it in a period
    compared are left out, and the note counts them. Withheld counts are taken as 3.
    On 350 panels without any effect (2 pathfinders of 14 regions, region shocks of 1
    point and of 2 points in the gap) p was below 5% for each kind of row in about 3%
    of them, and for any row after Holm in 1.4%.
    """
    if spec.unit != "region":
        rows = list(_no_regions(spec))
    else:
        rows = [
            row for outcome in spec.outcomes for row in _of_outcome(cells, groups, spec, outcome)
        ]
    if not rows:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(rows, ignore_index=True)
    table["p_adjusted"] = np.nan
    for _, own in table.groupby("inference", sort=False):
        table.loc[own.index, "p_adjusted"] = holm(own["p_value"].to_numpy(dtype=float))
    return table[_COLUMNS]


def _no_regions(spec: Spec) -> Iterator[pd.DataFrame]:
    effect = Effect(math.nan, note="units are authorities: a gap is between several of them")
    for outcome in spec.outcomes:
        for measure in _BETWEEN_AUTHORITIES:
            yield from _without_figure(
                effect, outcome=outcome, between=AUTHORITIES, group=ALL, measure=measure
            )


def _without_figure(effect: Effect, **labels: str) -> Iterator[pd.DataFrame]:
    for inference in _INFERENCE:
        row = figures_row(Answer("did", inference, effect), None, Calendar(1))
        yield row.assign(**labels)


def _indices(cells: Cells, groups: Groups | None, outcome: str) -> Iterator[_Index]:
    frame = cells.frame[cells.frame["outcome"] == outcome]
    counted = frame[frame["numerator"].notna() & (frame["denominator"] > 0)]
    for measure, made in zip(_BETWEEN_AUTHORITIES, (_theil_of, _sd_of), strict=True):
        yield _Index(AUTHORITIES, ALL, measure, _by_region(counted, made))
    if groups is None:
        return
    own, _ = in_regions_of(groups, cells)
    own = own[own["outcome"] == outcome]
    for characteristic, rows in own.groupby("characteristic", sort=True):
        yield from _gaps_by_region(str(characteristic), rows)


def _by_region(
    counted: pd.DataFrame, made: Callable[[FloatArray, FloatArray], float]
) -> pd.Series[float]:
    figures = {
        cast("tuple[str, int]", key): made(
            rows["numerator"].to_numpy(dtype=float), rows["denominator"].to_numpy(dtype=float)
        )
        for key, rows in counted.groupby(["region", "period"], sort=True)
        if len(rows) >= _FEWEST_AUTHORITIES
    }
    return _series(figures)


def _theil_of(numerator: FloatArray, denominator: FloatArray) -> float:
    try:
        alike = np.zeros(len(numerator), dtype=np.int64)
        return theil(numerator / denominator, weights=denominator, groups=alike).total
    except ModelError:  # nobody in the region has the outcome: there is no gap
        return 0.0


def _sd_of(numerator: FloatArray, denominator: FloatArray) -> float:
    return math.sqrt(excess_variance(numerator, denominator).variance)


def _gaps_by_region(characteristic: str, rows: pd.DataFrame) -> Iterator[_Index]:
    """Give every group's gaps; of two groups the smaller's alone, the other's are its mirror."""
    at = rows["la_code"] + _AT + rows["period"].astype("str")
    sides = sides_of(rows.assign(la_code=at))
    of_area = rows.assign(at=at).drop_duplicates("at").set_index("at").reindex(list(sides.areas))
    found: dict[tuple[str, str], dict[tuple[str, int], float]] = {}
    compared = _compared(sides)
    for key, places in of_area.groupby(["region", "period"], sort=True).indices.items():
        at_key = cast("tuple[str, int]", key)
        for measure, figures in _gaps(sides, np.asarray(places)):
            for place in compared:
                own = found.setdefault((sides.groups[place], measure), {})
                own[at_key] = float(figures[place])
    for group, measure in sorted(found):
        yield _Index(characteristic, group, measure, _series(found[group, measure]))


def _compared(sides: Sides) -> list[int]:
    known = [place for place, group in enumerate(sides.groups) if group != UNKNOWN]
    if len(known) != 2:
        return known
    children = sides.denominator.sum(axis=0)
    return [min(known, key=lambda place: (children[place], sides.groups[place]))]


def _gaps(sides: Sides, places: IntArray) -> Iterator[tuple[str, FloatArray]]:
    """Give both gaps of every group over some areas; NaN with too few children."""
    having, children = sides.numerator[places], sides.denominator[places]
    they_have, others = sides.other_numerator[places], sides.other_denominator[places]
    number, their_number = children.sum(axis=0), others.sum(axis=0)
    enough = (number >= FEWEST_CHILDREN) & (their_number >= FEWEST_CHILDREN)
    share = having.sum(axis=0) / np.maximum(number, 1.0)
    theirs = they_have.sum(axis=0) / np.maximum(their_number, 1.0)
    within = gap_within(having, children, they_have, others).value
    for measure, figures in zip(_BETWEEN_GROUPS, (share - theirs, within), strict=True):
        yield measure, np.where(enough, figures, np.nan)


def _series(figures: dict[tuple[str, int], float]) -> pd.Series[float]:
    index = pd.MultiIndex.from_tuples(list(figures), names=["region", "period"])
    return pd.Series(list(figures.values()), index=index, dtype=float)


def _of_outcome(
    cells: Cells, groups: Groups | None, spec: Spec, outcome: str
) -> Iterator[pd.DataFrame]:
    own = grid_of(cells, outcome, unit="region")
    for index in _indices(cells, groups, outcome):
        yield from _effects(index, _laid_out(index, own), cells, spec, outcome)


def _effects(
    index: _Index, grid: Grid, cells: Cells, spec: Spec, outcome: str
) -> Iterator[pd.DataFrame]:
    labels = {
        "outcome": outcome,
        "between": index.between,
        "group": index.group,
        "measure": index.measure,
    }
    design, why = _design_of(grid, cells, spec)
    if why:
        yield from _without_figure(Effect(math.nan, note=why), **labels)
        return
    name = " ".join(labels.values())
    fits = Fits(design, spec)
    for inference in _INFERENCE:
        for answer in answers_of(fits, outcome=name, names=("did",), only=inference):
            yield figures_row(answer, design, cells.calendar).assign(**labels)


def _laid_out(index: _Index, grid: Grid) -> Grid:
    """Lay an index out over the regions and periods that the outcome itself has."""
    every = pd.MultiIndex.from_product([grid.names, grid.periods])
    shape = (len(grid.names), len(grid.periods))
    y = np.asarray(index.by_region.reindex(every), dtype=np.float64).reshape(shape)
    return Grid(grid.names, grid.periods, y, y, y, grid.children, grid.members)


def _design_of(grid: Grid, cells: Cells, spec: Spec) -> tuple[Design, str]:
    """Give the design over periods in which every pathfinder has the index, or why there is none.

    A pathfinder is worth more than a period: the period is left out.
    """
    design = design_of(grid, spec, cells.calendar)
    if np.isnan(grid.y).all():
        return design, "no region has authorities or children enough for it"
    if not design.has_begun:
        return design, TOO_EARLY
    whole = np.asarray(~np.isnan(design.panel.y[design.treated]).any(axis=0))
    if not whole.all():
        lost = int((~whole).sum())
        design = design_of(grid.of_periods(whole), spec, cells.calendar)
        if not (design.has_begun and design.base.size):
            return design, "a pathfinder has too few authorities or children before or after"
        told = f"{lost:,} periods in which a pathfinder has too few children are left out"
        design = replace(design, notes=(*design.notes, told))
    return completed(design), ""
