"""Who is treated from when: stages dated on the calendar, and cells laid out for estimation.

A unit is treated from the first whole period after delivery. The periods it
may have been touched in before, by the announcement or by a part of a period,
belong neither to the base nor to what came after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models.causal.base import NEVER, FloatArray, IntArray, Panel
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import Member, Spec, Treated
from rcc_forecast.geography import Membership
from rcc_forecast.results.findings import Findings, Severity


@dataclass(frozen=True, slots=True)
class Course:
    """The stages of a treated unit in periods of the calendar.

    Attributes
    ----------
    unit : str
        As the panel writes it.
    first : int
        First whole period of delivery.
    touched : int
        First period that delivery may have changed, whole or in part.
    aware : int
        First period that the announcement may have changed; `touched` without one.
    until : int or None
        First period that the unit's exit may have changed.
    """

    unit: str
    first: int
    touched: int
    aware: int
    until: int | None


def course_of(treated: Treated, calendar: Calendar) -> Course:
    """Put the stages of a treated unit on the calendar."""
    touched = calendar.first_touched_by(treated.delivery)
    aware = touched
    if treated.announced is not None:
        aware = min(aware, calendar.first_touched_by(treated.announced))
    until = None if treated.exit is None else calendar.first_touched_by(treated.exit)
    return Course(treated.unit, calendar.first_whole_from(treated.delivery), touched, aware, until)


def mapped(cells: Cells, spec: Spec, membership: Membership | None) -> tuple[Cells, Findings]:
    """Count units in the regions of the specification's map, where it has one.

    A region keeps the members of one day through the whole history, so that no
    change is a change of members: the day a treated region begins to deliver,
    and the end of the panel for any other. Who joins later belongs to neither
    side and is left out.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    spec : Spec
        With `regions`, or without.
    membership : Membership, optional
        Of the co-operatives: a treated unit that no row of the panel names but
        that is a co-operative has its members of that table.

    Returns
    -------
    cells : Cells
        With the regions to use.
    findings : Findings
        What was mapped, and who was left out.
    """
    if spec.unit != "region":
        return cells, Findings.none()
    maps = dict(spec.regions or {})
    found = []
    for treated in spec.treated:
        absent = treated.unit not in maps and not (cells.frame["region"] == treated.unit).any()
        members = _members_of(treated.unit, membership) if absent else ()
        if any(cells.frame["la_code"].isin([member.la_code for member in members])):
            maps[treated.unit] = members
            told = f"{treated.unit} is a co-operative; the panel counts its members elsewhere"
            found.append(_noted("panel-members-mapped", told, "counted as its own region"))
    if not maps:
        return cells, Findings.none()
    frame, last = cells.frame, int(cells.frame["period"].max())
    begins = {each.unit: course_of(each, cells.calendar).touched for each in spec.treated}
    region = frame["region"].copy()
    late: set[str] = set()
    for name, members in maps.items():
        day = begins.get(name, last)
        inside = {member.la_code for member in members if _is_member(member, day, cells.calendar)}
        ever = {member.la_code for member in members if _joins_by(member, last, cells.calendar)}
        late |= ever - inside
        region = region.where(~frame["la_code"].isin(inside), name)
    unseen = {member.la_code for members in maps.values() for member in members}
    unseen -= set(frame["la_code"])
    if unseen:
        told = f"{len(unseen):,} members of the map of regions are not in the panel"
        found.append(_noted("panel-members-absent", told, "counted nowhere"))
    present = late & set(frame["la_code"])
    if present:
        told = f"{len(present):,} units join or leave a region of the map within the panel"
        found.append(_noted("panel-members-changed", told, "left out of both sides"))
    kept = frame.assign(region=region)[~frame["la_code"].isin(late)].reset_index(drop=True)
    return replace(cells, frame=kept), Findings.joined(found)


def _members_of(name: str, membership: Membership | None) -> tuple[Member, ...]:
    if membership is None:
        return ()
    rows = membership.table[membership.table["rcc"] == name]
    return tuple(
        Member(str(code), since, None if pd.isna(until) else until)
        for code, since, until in zip(
            rows["local_authority"], rows["from"], rows["to"], strict=True
        )
    )


def _is_member(member: Member, period: int, calendar: Calendar) -> bool:
    ends = member.until is not None and calendar.first_touched_by(member.until) < period
    return _joins_by(member, period, calendar) and not ends


def _joins_by(member: Member, period: int, calendar: Calendar) -> bool:
    return member.since is None or calendar.first_touched_by(member.since) <= period


def _noted(rule: str, found: str, done: str) -> Findings:
    return Findings.one(rule, Severity.NOTED, found=found, done=done, table="panel", rows=0)


@dataclass(frozen=True, slots=True)
class Grid:
    """One outcome of the units of inference over the periods that it has.

    Attributes
    ----------
    names : tuple of str
        Units of inference, sorted: regions, or authorities.
    periods : ndarray of int, shape (n_periods,)
        Numbers of the calendar, ascending.
    y, low, high : ndarray, shape (n_names, n_periods)
        Outcome, and with withheld counts at their ends; NaN where missing.
    children : ndarray, shape (n_names,)
        Mean denominator a period; 1 where none is given.
    members : ndarray of int, shape (n_names,)
        Authorities or other units behind each.
    """

    names: tuple[str, ...]
    periods: IntArray
    y: FloatArray
    low: FloatArray
    high: FloatArray
    children: FloatArray
    members: IntArray

    def without(self, dropped: Iterable[str]) -> Grid:
        """Give the grid without some units."""
        gone = set(dropped)
        return self.of_rows(np.array([name not in gone for name in self.names], dtype=bool))

    def of_rows(self, kept: IntArray | np.ndarray) -> Grid:
        """Give the grid of some rows alone."""
        rows = np.arange(len(self.names))[kept]
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            y=self.y[rows],
            low=self.low[rows],
            high=self.high[rows],
            children=self.children[rows],
            members=self.members[rows],
        )

    def of_periods(self, kept: np.ndarray) -> Grid:
        """Give the grid of some columns alone."""
        return replace(
            self,
            periods=self.periods[kept],
            y=self.y[:, kept],
            low=self.low[:, kept],
            high=self.high[:, kept],
        )


def grid_of(cells: Cells, outcome: str, *, unit: str) -> Grid:
    """Lay one outcome out by unit of inference and period.

    A region's value is the pooled numerator over the pooled denominator where
    its units have both, else the plain mean of its units.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    outcome : str
        One of its outcomes.
    unit : str
        ``region`` or ``authority``.
    """
    rows = cells.frame[(cells.frame["outcome"] == outcome) & cells.frame["value"].notna()]
    by = "region" if unit == "region" else "la_code"
    rows = rows[rows[by].str.strip() != ""]
    keys = [rows[by], rows["period"]]
    counted = (rows["numerator"].notna() & (rows["denominator"] > 0)).groupby(keys).transform("all")
    laid_out = {}
    for name, count in (
        ("value", "numerator"),
        ("low", "numerator_low"),
        ("high", "numerator_high"),
    ):
        sums = rows.groupby([by, "period"], sort=True)[[count, "denominator"]].sum()
        plain = rows.groupby([by, "period"], sort=True)[name].mean()
        pooled = sums[count] / sums["denominator"].where(sums["denominator"] > 0)
        all_counted = counted.groupby(keys).first()
        one = plain if unit != "region" else pooled.where(all_counted, plain)
        laid_out[name] = _wide(one)
    value = laid_out["value"]
    children = (
        rows.groupby([by, "period"])["denominator"]
        .sum()
        .groupby(level=0)
        .mean()
        .reindex(value.index)
    )
    return Grid(
        names=tuple(str(name) for name in value.index),
        periods=value.columns.to_numpy(dtype=np.int64),
        y=value.to_numpy(dtype=float),
        low=laid_out["low"].to_numpy(dtype=float),
        high=laid_out["high"].to_numpy(dtype=float),
        children=children.where(children > 0, 1.0).fillna(1.0).to_numpy(dtype=float),
        members=np.asarray(
            rows.groupby(by)["la_code"].nunique().reindex(value.index), dtype=np.int64
        ),
    )


def _wide(figures: pd.Series[float]) -> pd.DataFrame:
    """Lay figures by (unit, period) out with a row a unit and a column a period."""
    units, periods = (figures.index.unique(level).sort_values() for level in (0, 1))
    every = pd.MultiIndex.from_product([units, periods])
    values = figures.reindex(every).to_numpy(dtype=float).reshape(len(units), len(periods))
    return pd.DataFrame(values, index=units, columns=periods)


@dataclass(frozen=True, slots=True)
class Design:
    """One outcome made ready for an estimator.

    Attributes
    ----------
    grid : Grid
        Units that can be compared, the treated ones among them.
    panel : Panel
        The same as arrays, with each treated unit's first column.
    base, post : ndarray of int
        Columns to compare.
    courses : tuple of Course
        Of the treated units that have begun, in the order of the rows.
    waiting : tuple of str
        Treated units that have not a whole period yet.
    notes : tuple of str
        What was left out, in words.
    """

    grid: Grid
    panel: Panel
    base: IntArray
    post: IntArray
    courses: tuple[Course, ...]
    waiting: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def treated(self) -> IntArray:
        """Rows of the treated units that have begun."""
        return self.panel.treated

    @property
    def has_begun(self) -> bool:
        """Whether any treated unit has a whole period after delivery."""
        return bool(self.treated.size and self.post.size)

    def periods_text(self, calendar: Calendar) -> str:
        """Say which periods are compared: ``2018-2024 | 2026``."""
        spans = (_span(self.grid.periods[part], calendar) for part in (self.base, self.post))
        return " | ".join(spans)


def _span(periods: IntArray, calendar: Calendar) -> str:
    if not periods.size:
        return "none"
    first, last = calendar.name(periods[0]), calendar.name(periods[-1])
    return first if first == last else f"{first} to {last}"


def design_of(
    grid: Grid,
    spec: Spec,
    calendar: Calendar,
    *,
    base: int | None = None,
    weight: Callable[[Grid], FloatArray] | None = None,
    anticipation: int = 0,
    never_treated_only: bool = False,
    shifted: int = 0,
) -> Design:
    """Make an outcome ready: who is treated from which column, who may be compared.

    Parameters
    ----------
    grid : Grid
        Of one outcome.
    spec : Spec
        With the treated units and their stages.
    calendar : Calendar
        Of the panel.
    base : int, optional
        Instead of the specification's number of periods before.
    weight : callable, optional
        Children of each row; each row the same without it.
    anticipation : int
        Further periods before the first one to leave out of the base.
    never_treated_only : bool
        Compare with units that no block names, instead of those not yet treated.
    shifted : int
        Periods by which every stage is moved back, for a placebo in time.
    """
    courses = [_moved(course_of(each, calendar), -shifted) for each in spec.treated]
    present = [course for course in courses if course.unit in grid.names]
    last = int(grid.periods[-1]) if grid.periods.size else 0
    begun = [course for course in present if course.first <= last]
    if shifted:
        # A placebo in time sees nothing of the true treatment.
        true_start = min((course.aware + shifted for course in present), default=last + 1)
        grid = grid.of_periods(grid.periods < true_start)
        last = int(grid.periods[-1]) if grid.periods.size else 0
        begun = [course for course in present if course.first <= last]
    waiting = [course for course in present if course.first > last]
    touched = [course.unit for course in waiting if course.touched <= last]
    later = [course.unit for course in waiting if course.touched > last]
    dropped = [*touched, *(later if never_treated_only else [])]
    kept = grid.without(dropped)
    notes = []
    if touched:
        notes.append(f"left out, without a whole period since delivery: {', '.join(touched)}")
    treated_from = np.full(len(kept.names), NEVER, dtype=np.int64)
    for course in begun:
        row = kept.names.index(course.unit)
        treated_from[row] = int(np.searchsorted(kept.periods, course.first))
    weights = np.ones(len(kept.names)) if weight is None else weight(kept)
    panel = Panel(kept.y, treated_from, weights)
    order = {name: place for place, name in enumerate(kept.names)}
    ordered = tuple(sorted(begun, key=lambda course: order[course.unit]))
    before, after = _columns(kept, ordered, anticipation)
    asked = base if base is not None else spec.base
    if asked is not None:
        before = _last_before(before, treated_from, asked)
    return Design(kept, panel, before, after, ordered, tuple(c.unit for c in waiting), tuple(notes))


def _moved(course: Course, by: int) -> Course:
    return Course(
        course.unit,
        course.first + by,
        course.touched + by,
        course.aware + by,
        None if course.until is None else course.until + by,
    )


def _columns(grid: Grid, begun: tuple[Course, ...], anticipation: int) -> tuple[IntArray, IntArray]:
    """Give base and later columns; between announcement and start lie neither."""
    periods = grid.periods
    if not begun:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty
    first = min(course.first for course in begun)
    last_start = max(course.first for course in begun)
    between = np.zeros(periods.shape, dtype=bool)
    for course in begun:
        opens = course.aware - anticipation
        between |= (periods >= opens) & (periods < course.first)
    after = periods >= first
    for course in begun:
        if course.until is not None:
            after &= periods < course.until
    base = (periods < last_start) & ~between
    return np.flatnonzero(base), np.flatnonzero(after)


def _last_before(before: IntArray, treated_from: IntArray, number: int) -> IntArray:
    """Keep the last `number` base columns before each start."""
    starts = np.unique(treated_from[treated_from != NEVER])
    kept = [before[before < start][-number:] for start in starts]
    return np.unique(np.concatenate(kept)) if kept else before
