"""Gaps between groups of children: who fares otherwise, in the same places and over time.

Ethnic groups, sexes and unaccompanied children live in different areas, so
that a gap over all children is partly a gap between areas: beside it stands the
gap within authorities. A gap is described here and nothing more; whether it
moved otherwise in pathfinders is the subject of `gaps.effects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy.stats import t as student

from models.control_charts import newcombe, wilson
from models.forecast import FloatArray
from models.inequality import gap_within
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.gaps.groups import Groups, in_regions_of
from rcc_forecast.evaluation.gaps.sides import FEWEST_CHILDREN, BoolArray, Sides, sides_of
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.tables.disparity import PATHFINDERS, THE_REST, UNKNOWN

_NORMAL = 1.959963984540054
"""Normal quantile of a 95% interval."""


def group_gaps(groups: Groups, cells: Cells, spec: Spec) -> pd.DataFrame:
    """Measure gaps between groups of children, among all, pathfinders and the rest.

    Parameters
    ----------
    groups : Groups
        Outcomes of groups.
    cells : Cells
        The panel beside them, for regions and the calendar.
    spec : Spec
        Whose outcomes are measured, and who is treated.

    Returns
    -------
    DataFrame
        `DISPARITY` rows without their stamp, by outcome, period, characteristic,
        group and `among`: ``share`` (Wilson), ``gap`` (the group less all other
        known children; Newcombe), ``ratio``, ``gap_within_authorities``
        (Mantel-Haenszel) and ``children``.

    Notes
    -----
    Children of one authority are placed by the same people into the same homes, so
    the first three intervals are widened for clustering by authority: each number
    of children is divided by how many times larger the variance from authorities'
    scatter is than that of independent children (never less than 1), with t on one
    degree of freedom less than authorities. Regions would be too few to measure a
    variance by, and nothing is tested here. Where authorities differ (sd 8 points,
    1,500 draws each of 10, 60 and 150 authorities), a 95% interval of the gap holds
    the truth 94-96 times in 100; not widened it would 82-90 times. A withheld count
    moves each end as far as its own ends allow.
    """
    frame, left_out = in_regions_of(groups, cells)
    frame = frame[frame["outcome"].isin(spec.outcomes)]
    treated = {each.unit for each in spec.treated}
    by = "region" if spec.unit == "region" else "la_code"
    is_pathfinder = frame[by].isin(treated)
    order = {outcome: place for place, outcome in enumerate(spec.outcomes)}
    parts = []
    for key, rows in frame.groupby(["outcome", "period", "characteristic"], sort=True):
        outcome, period, characteristic = (str(label) for label in cast("tuple[Any, ...]", key))
        whole = sides_of(rows)
        inside = set(rows.loc[is_pathfinder[rows.index], "la_code"])
        of_pathfinder = np.array([area in inside for area in whole.areas])
        for among, kept in (
            (ALL, np.ones(len(whole.areas), dtype=bool)),
            (PATHFINDERS, of_pathfinder),
            (THE_REST, ~of_pathfinder),
        ):
            found = pd.DataFrame(_rows(whole.of_areas(kept), left_out))
            parts.append(
                found.assign(
                    outcome=outcome,
                    period=cells.calendar.name(int(period)),
                    between=characteristic,
                    among=among,
                    place=order[outcome],
                )
            )
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values("place", kind="stable")[_COLUMNS].reset_index(drop=True)


_COLUMNS = [
    "outcome",
    "period",
    "measure",
    "value",
    "n_units",
    "children",
    "note",
    "between",
    "group",
    "among",
    "low",
    "high",
]


def _rows(sides: Sides, left_out: int) -> Iterator[dict[str, object]]:
    """Give every measure of every group of one set of areas."""
    measured = _measures(sides)
    children = sides.denominator.sum(axis=0)
    others = sides.other_denominator.sum(axis=0)
    n_units = (sides.denominator > 0).sum(axis=0)
    imputed = sides.imputed.sum(axis=0)
    absent = f"authorities not in the panel, left out: {left_out}" if left_out else ""
    for place, group in enumerate(sides.groups):
        told = {"group": group, "n_units": int(n_units[place]), "children": children[place]}
        yield {
            **told,
            "measure": "children",
            "value": children[place],
            "note": absent,
            "low": np.nan,
            "high": np.nan,
        }
        for measure, (value, low, high, note) in measured.items():
            if group == UNKNOWN and measure != "share":
                continue
            why = _why_not(children[place], others[place], alone=measure == "share")
            shown = not why and not np.isnan(value[place])
            withheld = f"withheld counts taken as 3: {imputed[place]}" if imputed[place] else ""
            notes = [why or note[place], withheld, absent]
            yield {
                **told,
                "measure": measure,
                "value": value[place] if shown else np.nan,
                "low": low[place] if shown else np.nan,
                "high": high[place] if shown else np.nan,
                "note": "; ".join(each for each in notes if each),
            }


def _why_not(children: float, others: float, *, alone: bool) -> str:
    if children < FEWEST_CHILDREN:
        return f"fewer than {FEWEST_CHILDREN} children"
    if not alone and others < FEWEST_CHILDREN:
        return f"fewer than {FEWEST_CHILDREN} other children"
    return ""


_Measured = tuple[FloatArray, FloatArray, FloatArray, list[str]]


def _measures(sides: Sides) -> dict[str, _Measured]:
    """Give value, ends and note of each measure, one entry a group."""
    ends = [
        (sides.numerator, sides.other_numerator),
        (sides.low, sides.other_high),
        (sides.high, sides.other_low),
    ]
    one_area = (sides.denominator > 0).sum(axis=0) < 2
    plain = ["one authority: not widened for clustering" if alone else "" for alone in one_area]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [_share(inside, sides.denominator) for inside, _ in ends]
        gaps = [_gap(inside, other, sides) for inside, other in ends]
        ratios = [_ratio(inside, other, sides) for inside, other in ends]
    within = [
        gap_within(inside, sides.denominator, other, sides.other_denominator)
        for inside, other in ends
    ]
    strata = [f"{count} authorities have both" for count in within[0].strata]
    no_ratio = [
        "nobody on one side has the outcome" if np.isnan(each) else note
        for each, note in zip(ratios[0][0], plain, strict=True)
    ]
    inside = [(each.value, each.low, each.high) for each in within]
    return {
        "share": (*_reaching(shares), plain),
        "gap": (*_reaching(gaps), plain),
        "ratio": (*_reaching(ratios), no_ratio),
        "gap_within_authorities": (*_reaching(inside), strata),
    }


_Interval = tuple[FloatArray, FloatArray, FloatArray]


def _reaching(ends: list[_Interval]) -> _Interval:
    """Stretch an interval as far as withheld counts at either end move the figure."""
    value, low, high = ends[0]
    down, up = ends[1][0] - value, ends[2][0] - value
    return value, np.fmin(low, low + down), np.fmax(high, high + up)


def _share(numerator: FloatArray, denominator: FloatArray) -> _Interval:
    total, children = numerator.sum(axis=0), denominator.sum(axis=0)
    share = total / children
    scatter = _scatter((numerator - share * denominator) / children, denominator > 0)
    effective = children / _times_wider(scatter, share * (1 - share) / children)
    return share, *wilson(share * effective, effective)


def _gap(numerator: FloatArray, other: FloatArray, sides: Sides) -> _Interval:
    children, others = sides.denominator.sum(axis=0), sides.other_denominator.sum(axis=0)
    share, theirs = numerator.sum(axis=0) / children, other.sum(axis=0) / others
    residual = (numerator - share * sides.denominator) / children
    residual = residual - (other - theirs * sides.other_denominator) / others
    chance = share * (1 - share) / children + theirs * (1 - theirs) / others
    present = (sides.denominator > 0) | (sides.other_denominator > 0)
    wider = _times_wider(_scatter(residual, present), chance)
    inside, outside = children / wider, others / wider
    return share - theirs, *newcombe(share * inside, inside, theirs * outside, outside)


def _ratio(numerator: FloatArray, other: FloatArray, sides: Sides) -> _Interval:
    """Give the ratio of shares, with an interval on the log scale."""
    children, others = sides.denominator.sum(axis=0), sides.other_denominator.sum(axis=0)
    having, they_have = numerator.sum(axis=0), other.sum(axis=0)
    share, theirs = having / children, they_have / others
    residual = (numerator - share * sides.denominator) / having
    residual = residual - (other - theirs * sides.other_denominator) / they_have
    present = (sides.denominator > 0) | (sides.other_denominator > 0)
    chance = (1 - share) / having + (1 - theirs) / they_have
    variance = np.maximum(_scatter(residual, present), chance)
    ratio = np.where((having > 0) & (they_have > 0), share / theirs, np.nan)
    factor = np.exp(_NORMAL * np.sqrt(variance))
    return ratio, ratio / factor, ratio * factor


def _scatter(residual: FloatArray, present: BoolArray) -> FloatArray:
    """Give the variance from authorities' scatter, on the normal scale; 0 with one alone."""
    number = present.sum(axis=0)
    many = np.maximum(number, 2)
    inflated = (student.ppf(0.975, many - 1) / _NORMAL) ** 2
    total = (np.where(present, residual, 0.0) ** 2).sum(axis=0)
    return np.where(number > 1, inflated * total * many / (many - 1), 0.0)


def _times_wider(scatter: FloatArray, chance: FloatArray) -> FloatArray:
    return np.where(chance > 0, np.maximum(scatter / chance, 1.0), 1.0)
