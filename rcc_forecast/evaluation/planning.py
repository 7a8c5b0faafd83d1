"""What could be seen, and when: said before what was seen.

Shock sizes come from the panel's own periods before the announcement; the
dates are those of the calendar, and the numbers of regions those that will be
left as further co-operatives begin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.causal.base import FloatArray, IntArray
from models.causal.power import (
    Design as Watched,
)
from models.causal.power import (
    NullDraws,
    detectable_by_look,
    draw_region_differences,
    null_draws,
    unit_level_false_positives,
)
from models.causal.randomisation import MOST_ASSIGNMENTS, Assignments, assignments
from models.causal.shocks import Shocks, Units, estimate_shocks, shocks_within
from models.errors import ModelError
from rcc_forecast.evaluation.estimating import PERMUTATION, reason_of
from rcc_forecast.evaluation.fitting import generator
from rcc_forecast.evaluation.members import regions_of
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Course, course_of, grid_of

YEARS_AHEAD = (1, 2, 3, 5)
"""Years after delivery that the table looks at; the first periods come before them."""

_FIRST_PERIODS = {1: (), 4: (1, 2), 12: (1, 3, 6)}
_REGIONS_LEFT = (14, 10, 8, 6)
_LEARNED_FROM = 40
"""Periods are enough to learn shocks from: the work grows with their cube, and old ones mislead."""

_PLACEBO_CELLS = 12_000_000
_PANELS = 1_000
_MOSTLY_THERE = 0.5
"""Share of the periods that an authority has to have, to be thought of as part of its region."""

_ASSIGNMENTS_OVER_LOOKS, _CELLS_OVER_LOOKS, _FEWEST_PANELS = 999, 1_500_000, 200
"""Ranking again at every look takes long where many could have been treated: fewer are drawn."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a design can see of one outcome.

    Attributes
    ----------
    table : DataFrame
        A `POWER` table without its stamp.
    authority_false_positives : float
        How often the usual authority-clustered test would find an effect where
        there is none, in this design; NaN where not made.
    """

    table: pd.DataFrame
    authority_false_positives: float = math.nan


@dataclass(frozen=True, slots=True)
class Before:
    """An outcome before treatment, by authority, with the regions of inference.

    Attributes
    ----------
    y : ndarray, shape (n_complete, n_periods)
        Before anyone's announcement; authorities without gaps alone.
    learned_from : Units
        Those authorities: regions (numbered among themselves), chance in small
        numbers and children.
    units : Units
        All the authorities that regions are the values of, those with gaps too.
    names : tuple of str
        Of the regions, or other units of inference.
    treated : ndarray of int
        Numbers of the regions that begin together first.
    courses : tuple of Course
        Theirs.
    n_between : int
        Periods between the last of these and the first whole one of delivery.
    """

    y: FloatArray
    learned_from: Units
    units: Units
    names: tuple[str, ...]
    treated: IntArray
    courses: tuple[Course, ...]
    n_between: int

    @property
    def recent(self) -> FloatArray:
        """The outcome over the periods that shocks are learned from, the latest ones."""
        return self.y[:, -_LEARNED_FROM:]


def plan_of(cells: Cells, spec: Spec, outcome: str, *, n_panels: int = _PANELS) -> Plan:
    """Give the smallest detectable effect by date and by number of regions left.

    Parameters
    ----------
    cells : Cells
        Of the panel, in the regions to use.
    spec : Spec
        With the treated, alpha and seed.
    outcome : str
        Outcome of the panel.
    n_panels : int
        Panels to draw.
    """
    try:
        before = before_of(cells, spec, outcome)
        shocks = estimate_shocks(before.recent, before.learned_from)
        within = shocks_within(before.recent, before.learned_from)
    except ModelError as error:
        return Plan(_unmade(outcome, reason_of(error)))
    if not before.treated.size:
        return Plan(_unmade(outcome, "no treated unit has this outcome"))
    looked = _periods_at_looks(spec, cells.calendar)
    designs = _designs(before, cells.calendar, looked)
    if not designs:
        return Plan(_unmade(outcome, "there are too few regions to compare with"))

    def drawn(of: Shocks) -> list[NullDraws]:
        # The same chance for every size of shocks, so that their range is no accident.
        rng = generator(spec, outcome, "power")
        return _judged_draws(of, before, designs, n_panels=n_panels, alpha=spec.alpha, rng=rng)

    mild, strong = (drawn(each) for each in within)
    spending = _by_look(shocks, before, designs, looked, n_panels, spec, outcome)
    rows = []
    for draws, ends, design in zip(
        drawn(shocks), zip(mild, strong, strict=True), designs, strict=True
    ):
        for inference in draws.low:
            row = _row(
                draws,
                inference,
                design,
                before=before,
                calendar=cells.calendar,
                alpha=spec.alpha,
            )
            sizes = [each.detectable(inference) for each in (draws, *ends)]
            row |= {"mde_low": _seen(min(sizes)), "mde_high": _seen(max(sizes))}
            if inference == PERMUTATION:
                row["mde_spending"] = spending.get((row["regions_left"], design.n_after), math.nan)
            rows.append({"outcome": outcome, **row})
    warned = _false_positives(shocks, before, designs[0], n_panels, spec, outcome)
    return Plan(pd.DataFrame(rows), warned)


def _periods_at_looks(spec: Spec, calendar: Calendar) -> IntArray:
    """Give how many periods since delivery each look sees; none for a single look.

    Looks are a year apart; a period apart where there are more than the years looked ahead.
    """
    if spec.looks == 1:
        return np.zeros(0, dtype=np.int64)
    step = calendar.season if spec.looks <= max(YEARS_AHEAD) else 1
    return step * np.arange(1, spec.looks + 1, dtype=np.int64)


def _seen(effect: float) -> float:
    """Give a detectable effect, or NaN where none ever is."""
    return effect if math.isfinite(effect) else math.nan


def _judged_draws(
    shocks: Shocks,
    before: Before,
    designs: list[Watched],
    *,
    n_panels: int,
    alpha: float,
    rng: np.random.Generator,
) -> list[NullDraws]:
    drawn = draw_region_differences(shocks, before.units, designs, n_panels=n_panels, rng=rng)
    judged = []
    for design, differences in zip(designs, drawn, strict=True):
        chosen = _chosen(design, n_panels, rng)
        judged.append(null_draws(differences, design, alpha=alpha, chosen=chosen, rng=rng))
    return judged


def _by_look(
    shocks: Shocks,
    before: Before,
    designs: list[Watched],
    after: IntArray,
    n_panels: int,
    spec: Spec,
    outcome: str,
) -> dict[tuple[object, int], float]:
    """Give what is detectable by each look, by regions left and periods since delivery."""
    if not after.size:
        return {}
    rng = generator(spec, outcome, "power", "looks")
    found: dict[tuple[object, int], float] = {}
    for left in {design.treated.size + design.donors.size: design for design in designs}.values():
        looks = [replace(left, n_after=int(number)) for number in after]
        chosen = _chosen(left, n_panels, rng, most=_ASSIGNMENTS_OVER_LOOKS)
        panels = min(n_panels, max(_CELLS_OVER_LOOKS // (chosen.n * spec.looks), _FEWEST_PANELS))
        drawn = draw_region_differences(shocks, before.units, looks, n_panels=panels, rng=rng)
        effects = detectable_by_look(
            drawn, left, chosen=chosen, fractions=after / after[-1], alpha=spec.alpha
        )
        regions = left.treated.size + left.donors.size
        found |= {
            (regions, int(number)): _seen(float(effect))
            for number, effect in zip(after, effects, strict=True)
        }
    return found


def _row(
    draws: NullDraws,
    inference: str,
    design: Watched,
    *,
    before: Before,
    calendar: Calendar,
    alpha: float,
) -> dict[str, object]:
    mde = draws.detectable(inference)
    first = max(course.first for course in before.courses)
    period = first + design.n_after - 1
    smallest = draws.smallest_p[inference]
    seen = math.isfinite(mde)
    half = mde / 2
    exaggeration, wrong = draws.when_significant(half, inference) if seen else (math.nan,) * 2
    n_regions = design.treated.size + design.donors.size
    return {
        "inference": inference,
        "regions_left": n_regions,
        "post_periods": design.n_after,
        "period": calendar.name(period),
        "date": calendar.end(period).strftime("%Y-%m-%d"),
        "mde": mde if seen else math.nan,
        "attainable_p": smallest if smallest > 0 else math.nan,
        "power_at_half": draws.power(half, inference) if seen else math.nan,
        "exaggeration": exaggeration,
        "wrong_sign": wrong,
        "note": ""
        if seen
        else f"never: p is no smaller than {smallest:.3f}, and alpha is {alpha:g}",
    }


def _unmade(outcome: str, reason: str) -> pd.DataFrame:
    return pd.DataFrame([{"outcome": outcome, "inference": "donald_lang", "note": reason}])


def before_of(cells: Cells, spec: Spec, outcome: str) -> Before:
    """Lay an outcome out by authority over the periods that nobody's news had reached.

    Parameters
    ----------
    cells : Cells
        Of the panel, in the regions to use.
    spec : Spec
        With the treated.
    outcome : str
        Outcome of the panel.
    """
    calendar = cells.calendar
    grid = grid_of(cells, outcome, unit="authority")
    if not grid.periods.size:
        raise ModelError("no cell of the outcome has a value")
    courses = [course_of(each, calendar) for each in spec.treated]
    inferred = regions_of(cells, outcome, grid.names, spec)
    present = [course for course in courses if course.unit in set(inferred)]
    aware = min((course.aware for course in present), default=int(grid.periods[-1]) + 1)
    early = grid.periods < aware
    y = grid.y[:, early]
    seen = ~np.isnan(y)
    complete = np.asarray(seen.all(axis=1))
    # A region's value is that of whoever has one; an authority with gaps is not compared itself.
    often = np.asarray(seen.sum(axis=1) >= _MOSTLY_THERE * seen.shape[1])
    there = complete if spec.unit == "authority" else often
    names = np.unique(inferred[there])
    first = min((course.first for course in present), default=0)
    pathfinders = [course for course in present if course.first <= first + calendar.season]
    treated = np.flatnonzero(np.isin(names, [course.unit for course in pathfinders]))
    noise = _binomial_sd(cells, outcome, grid.names, grid.periods[early])
    between = max(first - int(grid.periods[early][-1]) - 1, 0) if early.any() else 0

    def units_of(kept: NDArray[np.bool_]) -> Units:
        region = np.unique(inferred[kept], return_inverse=True)[1]
        return Units(region.astype(np.int64), noise[kept], grid.children[kept])

    return Before(
        y[complete],
        units_of(complete),
        units_of(there),
        tuple(str(name) for name in names),
        treated,
        tuple(pathfinders),
        between,
    )


def _binomial_sd(
    cells: Cells, outcome: str, names: tuple[str, ...], periods: IntArray
) -> FloatArray:
    """Give what chance in small numbers does to a share, sqrt(p (1 - p) / n), by authority."""
    rows = cells.frame[
        (cells.frame["outcome"] == outcome) & cells.frame["period"].isin(list(periods))
    ]
    sums = rows.groupby("la_code")[["numerator", "denominator"]].agg(["sum", "count"])
    share = sums["numerator"]["sum"] / sums["denominator"]["sum"].where(
        sums["denominator"]["sum"] > 0
    )
    mean_number = sums["denominator"]["sum"] / sums["denominator"]["count"].where(
        sums["denominator"]["count"] > 0
    )
    variance = share * (1 - share) / mean_number
    kept = variance.reindex(list(names)).fillna(0.0).clip(lower=0.0).to_numpy(dtype=float)
    return np.asarray(np.sqrt(kept))


def _designs(before: Before, calendar: Calendar, looked: IntArray) -> list[Watched]:
    """Give every date with every number of regions that is left, most regions first."""
    every = np.arange(before.units.n_regions)
    donors = np.setdiff1d(every, before.treated)
    total = every.size
    lefts = [total, *(left for left in _REGIONS_LEFT if before.treated.size + 2 <= left < total)]
    years = (year * calendar.season for year in YEARS_AHEAD)
    aheads = sorted({*_FIRST_PERIODS[calendar.season], *years, *looked.tolist()})
    n_before = before.y.shape[1]
    return [
        Watched(
            before.treated,
            donors[: left - before.treated.size],
            n_before,
            n_after,
            before.n_between,
        )
        for left in lefts
        for n_after in aheads
        if left - before.treated.size >= 1
    ]


def _chosen(
    design: Watched, n_panels: int, rng: np.random.Generator, *, most: int = MOST_ASSIGNMENTS
) -> Assignments:
    """List assignments; so many treated units that memory would not do are drawn fewer."""
    number = design.treated.size
    most = min(most, max(_PLACEBO_CELLS // (n_panels * number), 99))
    candidates = np.arange(number + design.donors.size)
    return assignments(candidates[:number], candidates=candidates, most=most, rng=rng)


def _false_positives(
    shocks: Shocks, before: Before, design: Watched, n_panels: int, spec: Spec, outcome: str
) -> float:
    if spec.unit != "region":
        return math.nan
    rng = generator(spec, outcome, "power", "authorities")
    return unit_level_false_positives(
        shocks, before.units, design, n_panels=min(n_panels, 500), rng=rng, alpha=spec.alpha
    )
