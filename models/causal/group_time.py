"""Group-time effects: each group that starts together, in each period, against the untreated.

Callaway & Sant'Anna (2021), "Difference-in-differences with multiple time
periods", *J. Econometrics* 225. Units that start at different dates are never
compared with units already treated. With covariates the comparison of a cell is
doubly robust (`doubly_robust`). Standard errors come from influence functions
(`influence`) and suppose many units; where few are treated, use the inference by
randomisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from models.causal.base import (
    NEVER,
    BoolArray,
    Columns,
    Effect,
    Fit,
    FloatArray,
    IntArray,
    Panel,
    UnsuitablePanelError,
    column_numbers,
    enter,
    shares,
)
from models.causal.doubly_robust import contrast
from models.causal.influence import normal_effect, standard_errors

_NAME = "group_time"

Controls = Literal["never", "not_yet", "either"]
"""Who stands for the untreated; `either` is never-treated units where there are any."""

_ROUNDING = 1e-12
"""Weight left of a sum, as a share of it, that is rounding."""


@dataclass(frozen=True, slots=True)
class GroupTimeEffects:
    """ATT(g, t): one cell a group and period.

    Attributes
    ----------
    group, period : ndarray of int, shape (n_cells,)
        First treated column of the group; the column that the effect is of.
        Before its start a cell is the change on the column before (a check of
        parallel trends), from it on the change on the last untreated column.
    estimate : ndarray, shape (n_cells,)
        In the unit of the outcome; NaN where no comparison can be made.
    influence : ndarray, shape (n_units, n_cells)
        What each unit adds: the variance of `estimate` is the sum of squares
        over units, divided by n_units squared.
    started : ndarray of int, shape (n_units,)
        The panel's `treated_from`.
    unit_share : ndarray, shape (n_units,)
        What each unit counts for; mean 1.
    """

    group: IntArray
    period: IntArray
    estimate: FloatArray
    influence: FloatArray
    started: IntArray
    unit_share: FloatArray

    @property
    def after(self) -> BoolArray:
        """Cells at or after their group's start, shape (n_cells,)."""
        return np.asarray(self.period >= self.group)

    def group_size(self) -> FloatArray:
        """Give the share of all units in each cell's group, shape (n_cells,)."""
        return np.asarray((self._members() * self.unit_share[:, None]).mean(axis=0))

    def _members(self) -> BoolArray:
        return np.asarray(self.started[:, None] == self.group[None, :])

    def mean_over(self, cells: BoolArray) -> tuple[float, FloatArray]:
        """Average cells by the size of their groups.

        Parameters
        ----------
        cells : ndarray of bool, shape (n_cells,)
            Cells to average; those that could not be estimated are left out.

        Returns
        -------
        estimate : float
            NaN where no cell is left.
        influence : ndarray, shape (n_units,)
            Of the mean, with what is added because group sizes are estimates too.
        """
        cells = cells & ~np.isnan(self.estimate)
        if not cells.any():
            return float("nan"), np.full(self.started.size, np.nan)
        size, estimate = self.group_size()[cells], self.estimate[cells]
        weight = shares(size)
        # A sample with more units of a group gives that group a larger share.
        drawn = self._members()[:, cells] * self.unit_share[:, None] - size
        by_size = (drawn - drawn.sum(axis=1, keepdims=True) * weight) / size.sum()
        influence = self.influence[:, cells] @ weight + by_size @ estimate
        return float(weight @ estimate), np.asarray(influence)


@dataclass(frozen=True, slots=True)
class Summary:
    """Group-time effects averaged to one number a label, and to one number in all.

    Attributes
    ----------
    label : ndarray of int, shape (n_labels,)
        Periods since the start, first treated columns, or columns.
    estimate : ndarray, shape (n_labels,)
        In the unit of the outcome.
    influence : ndarray, shape (n_units, n_labels)
        As in `GroupTimeEffects`.
    overall : float
        The one number.
    overall_influence : ndarray, shape (n_units,)
        Of the one number.
    """

    label: IntArray
    estimate: FloatArray
    influence: FloatArray
    overall: float
    overall_influence: FloatArray

    def effects(
        self, *, level: float = 0.95, cluster: IntArray | None = None
    ) -> tuple[list[Effect], Effect]:
        """Give the effect of every label and the overall one, with normal intervals.

        Parameters
        ----------
        level : float
            Of the intervals, each by itself.
        cluster : ndarray of int, shape (n_units,), optional
            Units that share shocks, such as the authorities of a region.
        """
        spread = standard_errors(self.influence, cluster=cluster)
        each = [
            normal_effect(estimate, error, level=level)
            for estimate, error in zip(self.estimate, spread, strict=True)
        ]
        error = standard_errors(self.overall_influence[:, None], cluster=cluster)[0]
        return each, normal_effect(self.overall, error, level=level)


def group_time_effects(
    panel: Panel,
    *,
    controls: Controls = "either",
    covariates: FloatArray | None = None,
    anticipation: int = 0,
) -> GroupTimeEffects:
    """Estimate ATT(g, t) for every group and period.

    Parameters
    ----------
    panel : Panel
        A unit without a value in either period of a cell is left out of that
        cell; units treated in the first period are left out of all.
    controls : {"never", "not_yet", "either"}
        Units never treated; units not yet treated in either period of the cell;
        or the first where there are any, else the second.
    covariates : ndarray, shape (n_units, n_covariates), optional
        Fixed over time; a constant is added. None compares plain means.
    anticipation : int
        Periods before the start that may already be affected.

    Returns
    -------
    GroupTimeEffects
        Groups in order, periods in order within them.

    Raises
    ------
    UnsuitablePanelError
        No unit is treated after the first period, or never-treated controls are
        asked for and there are none.
    """
    groups = np.unique(panel.treated_from[panel.treated_from > anticipation])
    groups = groups[groups < panel.n_periods]
    if groups.size == 0:
        raise UnsuitablePanelError(
            estimator=_NAME, reason="no unit starts after the first period and within the panel."
        )
    never = _never_treated(panel, controls)
    share = panel.weight / panel.weight.mean()
    design = _design(panel.n_units, covariates)
    cells = [(int(g), t) for g in groups for t in range(1, panel.n_periods)]
    estimate = np.full(len(cells), np.nan)
    influence = np.full((panel.n_units, len(cells)), np.nan)
    for cell, (group, period) in enumerate(cells):
        earlier = _compared_with(group, period, anticipation)
        change = panel.y[:, period] - panel.y[:, earlier]
        treated = panel.treated_from == group
        others = _untreated(panel, max(period, earlier) + anticipation, never=never) & ~treated
        seen = (treated | others) & ~np.isnan(change) & ~np.isnan(design).any(axis=1)
        if not (seen & treated).any() or not (seen & others).any():
            continue
        estimate[cell], within = contrast(change[seen], treated[seen], design[seen], share[seen])
        influence[:, cell] = 0.0
        influence[seen, cell] = within * (panel.n_units / seen.sum())
    numbers = np.array(cells, dtype=np.int64)
    return GroupTimeEffects(
        numbers[:, 0], numbers[:, 1], estimate, influence, panel.treated_from, share
    )


def _compared_with(group: int, period: int, anticipation: int) -> int:
    last_untouched = group - 1 - anticipation
    return last_untouched if period > last_untouched else period - 1


def _never_treated(panel: Panel, controls: Controls) -> bool:
    """Tell whether never-treated units are the controls."""
    exist = bool((_never(panel)).any())
    if controls == "never" and not exist:
        raise UnsuitablePanelError(estimator=_NAME, reason="no unit is never treated.")
    return controls == "never" or (controls == "either" and exist)


def _never(panel: Panel) -> BoolArray:
    begun_later = panel.treated_from >= panel.n_periods
    return np.asarray((panel.treated_from == NEVER) | begun_later)


def _untreated(panel: Panel, through: int, *, never: bool) -> BoolArray:
    waiting = np.asarray(panel.treated_from > through)
    return _never(panel) if never else _never(panel) | waiting


def _design(n_units: int, covariates: FloatArray | None) -> FloatArray:
    constant = np.ones((n_units, 1))
    if covariates is None:
        return constant
    # In standard deviations, so that populations and shares are solved alike.
    spread = np.nanstd(covariates, axis=0)
    varied = spread > 0.0
    middle = np.nanmean(covariates[:, varied], axis=0)
    return np.column_stack([constant, (covariates[:, varied] - middle) / spread[varied]])


def simple_effect(cells: GroupTimeEffects) -> tuple[float, FloatArray]:
    """Give the mean of all cells after the start, by group size, and its influence.

    Parameters
    ----------
    cells : GroupTimeEffects
        Of every group and period.
    """
    return cells.mean_over(cells.after)


def event_study(cells: GroupTimeEffects) -> Summary:
    """Average by periods since the start; overall, the plain mean from the start on.

    Parameters
    ----------
    cells : GroupTimeEffects
        Of every group and period.
    """
    since = cells.period - cells.group
    summary = _summary(cells, since, among=np.ones(since.size, dtype=bool))
    return _with_plain_mean(summary, summary.label >= 0)


def by_group(cells: GroupTimeEffects) -> Summary:
    """Average each group's periods after its start; overall, the mean by group size.

    Parameters
    ----------
    cells : GroupTimeEffects
        Of every group and period.
    """
    found = _summary(cells, cells.group, among=cells.after)
    each = GroupTimeEffects(
        found.label, found.label, found.estimate, found.influence, cells.started, cells.unit_share
    )
    overall, influence = each.mean_over(np.ones(found.label.size, dtype=bool))
    return Summary(found.label, found.estimate, found.influence, overall, influence)


def by_period(cells: GroupTimeEffects) -> Summary:
    """Average each period's treated groups; overall, the plain mean of the periods.

    Parameters
    ----------
    cells : GroupTimeEffects
        Of every group and period.
    """
    summary = _summary(cells, cells.period, among=cells.after)
    return _with_plain_mean(summary, np.ones(summary.label.size, dtype=bool))


def _summary(cells: GroupTimeEffects, label: IntArray, *, among: BoolArray) -> Summary:
    labels = np.unique(label[among])
    means = [cells.mean_over(among & (label == one)) for one in labels]
    estimate = np.array([mean for mean, _ in means])
    influence = np.stack([influence for _, influence in means], axis=1)
    return Summary(labels, estimate, influence, float("nan"), np.full(len(influence), np.nan))


def _with_plain_mean(summary: Summary, counted: BoolArray) -> Summary:
    counted = counted & ~np.isnan(summary.estimate)
    if not counted.any():
        return summary
    return Summary(
        summary.label,
        summary.estimate,
        summary.influence,
        float(summary.estimate[counted].mean()),
        np.asarray(summary.influence[:, counted].mean(axis=1)),
    )


@dataclass(frozen=True, slots=True)
class GroupTimeEstimator:
    """The mean of ATT(g, t) after each start, by group size, unit by unit.

    Changes are taken on the last base column before a unit's start, in every
    column, earlier ones too.

    Attributes
    ----------
    controls : {"never", "not_yet", "either"}
        As in `group_time_effects`.
    """

    controls: Controls = "either"

    def __call__(self, panel: Panel, *, base: Columns, post: Columns) -> Fit:
        """Estimate from `base` columns what `post` columns would have been."""
        base, post = (column_numbers(columns, panel.n_periods) for columns in (base, post))
        never = _never_treated(panel, self.controls)
        treated = panel.treated[_can_be_compared(panel.treated_from[panel.treated], base, post)]
        if treated.size == 0:
            raise UnsuitablePanelError(
                estimator=_NAME, reason="no unit has a period before and a period after its start."
            )
        gaps = np.full((treated.size, panel.n_periods), np.nan)
        counted = np.zeros(gaps.shape, dtype=bool)
        donors = np.zeros((treated.size, panel.n_units))
        periods = np.zeros(gaps.shape)
        for start in np.unique(panel.treated_from[treated]):
            own = np.flatnonzero(panel.treated_from[treated] == start)
            earlier = int(base[base < start][-1])
            after = post[post >= start]
            change = panel.y - panel.y[:, [earlier]]
            expected, weights = _expected(panel, change, earlier, never=never)
            gaps[own] = change[treated[own]] - expected
            counted[np.ix_(own, after)] = True
            donors[own] = weights[:, after[-1]]
            periods[own, earlier] = 1.0
        if np.isnan(gaps[counted]).all():
            raise UnsuitablePanelError(
                estimator=_NAME, reason="no untreated unit is seen in the periods compared."
            )
        share = shares(panel.weight[treated])
        return Fit(treated, gaps, counted, share, donors, periods, gaps_alike=True)

    def estimates(
        self, panel: Panel, assignments: IntArray, *, base: Columns, post: Columns
    ) -> FloatArray:
        """Give the effect for every row of `assignments`: sums over groups, all rows at once."""
        base, post = (column_numbers(columns, panel.n_periods) for columns in (base, post))
        never = _never_treated(panel, self.controls)
        starts = panel.treated_from[panel.treated]
        members = {int(start): assignments[:, starts == start] for start in np.unique(starts)}
        total, weight = np.zeros(len(assignments)), np.zeros(len(assignments))
        compared = starts[_can_be_compared(starts, base, post)]
        for start in np.unique(compared):
            earlier = int(base[base < start][-1])
            after = post[post >= start]
            changes = _Changes.of(panel, panel.y[:, after] - panel.y[:, [earlier]])
            expected = changes.untreated(
                members, np.maximum(after, earlier), never=never, n_periods=panel.n_periods
            )
            added, counted = changes.sums(members[int(start)])
            known = ~np.isnan(expected)
            total += np.where(known, added - counted * expected, 0.0).sum(axis=1)
            weight += np.where(known, counted, 0.0).sum(axis=1)
        if compared.size == 0 or not weight.all():
            raise UnsuitablePanelError(
                estimator=_NAME, reason="no untreated unit is seen in the periods compared."
            )
        return np.asarray(total / weight)


@dataclass(frozen=True, slots=True)
class _Changes:
    """Changes on one earlier period, weighed, 0 where unseen; shape (n_units, n_columns)."""

    change: FloatArray
    weight: FloatArray
    is_never: BoolArray

    @classmethod
    def of(cls, panel: Panel, change: FloatArray) -> _Changes:
        weight = ~np.isnan(change) * panel.weight[:, None]
        # Whoever is not in an assignment is as if never treated.
        is_never = _never(panel) | np.isin(np.arange(panel.n_units), panel.treated)
        return cls(weight * np.where(weight > 0.0, change, 0.0), weight, is_never)

    def sums(self, rows: IntArray) -> tuple[FloatArray, FloatArray]:
        """Add up changes and weights of every row of units, shapes (n_rows, n_columns)."""
        return self.change[rows].sum(axis=1), self.weight[rows].sum(axis=1)

    def untreated(
        self, members: dict[int, IntArray], through: IntArray, *, never: bool, n_periods: int
    ) -> FloatArray:
        """Give the mean change of the untreated of every assignment: all less the treated.

        Whoever starts after the panel's end counts as never treated.
        """
        n_rows = len(next(iter(members.values())))
        added = np.tile(self.change[self.is_never].sum(axis=0), (n_rows, 1))
        counted = np.tile(self.weight[self.is_never].sum(axis=0), (n_rows, 1))
        for start, rows in members.items():
            begun = np.full(through.size, start < n_periods) if never else start <= through
            theirs, how_many = self.sums(rows)
            added -= np.where(begun, theirs, 0.0)
            counted -= np.where(begun, how_many, 0.0)
        seen = counted > _ROUNDING * self.weight.sum(axis=0)
        return np.where(seen, added / np.where(seen, counted, 1.0), np.nan)


def _can_be_compared(starts: IntArray, base: IntArray, post: IntArray) -> BoolArray:
    if base.size == 0 or post.size == 0:
        return np.zeros(starts.size, dtype=bool)
    return np.asarray((starts > base[0]) & (starts <= post[-1]))


def _expected(
    panel: Panel, change: FloatArray, earlier: int, *, never: bool
) -> tuple[FloatArray, FloatArray]:
    """Give the untreated's mean change, shape (n_periods,), and what each unit lent to it."""
    through = np.maximum(np.arange(panel.n_periods), earlier)
    waiting = panel.treated_from[:, None] > through
    untreated = _never(panel)[:, None] | (waiting & (not never))
    used = untreated & ~np.isnan(change)
    weight = used * panel.weight[:, None]
    total = weight.sum(axis=0)
    weight = np.divide(weight, total, out=np.zeros(weight.shape), where=total > 0.0)
    expected = (weight * np.where(used, change, 0.0)).sum(axis=0)
    return np.where(total > 0.0, expected, np.nan), weight


group_time = enter(_NAME, GroupTimeEstimator())
