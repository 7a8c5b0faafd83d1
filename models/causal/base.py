"""What an estimator of effects takes and gives: a panel in, gaps to "if nothing had changed" out.

Every estimator here says what a treated unit would have looked like from other
units and earlier periods. The gap in a period is what was seen less that; the
effect is the mean gap over the periods after the start. Uncertainty is a matter
of its own: inference takes `Estimator.estimates`, which gives the same number
for any other units in the place of the treated ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Columns = slice | IntArray | BoolArray
"""Columns of a panel: a slice, their numbers, or one truth value a column."""

NEVER = -1
"""`Panel.treated_from` of a unit that is not treated in the panel."""


class UnsuitablePanelError(ModelError):
    """An estimate cannot be made from this panel."""

    def __init__(self, *, estimator: str, reason: str) -> None:
        self.estimator, self.reason = estimator, reason
        super().__init__(f"{estimator} cannot be estimated: {reason}")


@dataclass(frozen=True, slots=True)
class Panel:
    """One outcome of units over periods, and when each unit began treatment.

    Attributes
    ----------
    y : ndarray of float, shape (n_units, n_periods)
        Outcome in its own unit, oldest first; NaN where it is missing.
    treated_from : ndarray of int, shape (n_units,)
        First treated column; `NEVER` (-1) for a unit that is not treated.
    weight : ndarray of float, shape (n_units,)
        Children, or 1 where each unit counts the same.
    """

    y: FloatArray
    treated_from: IntArray
    weight: FloatArray

    @property
    def n_units(self) -> int:
        """Number of units."""
        return int(self.y.shape[0])

    @property
    def n_periods(self) -> int:
        """Number of periods."""
        return int(self.y.shape[1])

    @property
    def treated(self) -> IntArray:
        """Rows of the units that are ever treated, in order."""
        return np.flatnonzero(self.treated_from != NEVER)

    def among(self, rows: IntArray | BoolArray) -> Panel:
        """Give the panel of these rows alone."""
        return Panel(self.y[rows], self.treated_from[rows], self.weight[rows])

    def reassigned(self, rows: IntArray) -> Panel:
        """Give the panel as it would be had `rows` been treated instead.

        Parameters
        ----------
        rows : ndarray of int, shape (n_treated,)
            The k-th takes the start of the k-th treated unit.
        """
        treated_from = np.full(self.n_units, NEVER)
        treated_from[rows] = self.treated_from[self.treated]
        return replace(self, treated_from=treated_from)


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect and how sure one can be of it; NaN for a figure that was not made.

    Attributes
    ----------
    estimate, standard_error, low, high : float
        In the unit of the outcome.
    p_value : float
        Of no effect.
    note : str
        Why a figure is missing, or how it is to be read.
    """

    estimate: float
    standard_error: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    p_value: float = float("nan")
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """What an estimator found, one row a treated unit.

    Attributes
    ----------
    treated : ndarray of int, shape (n_treated,)
        Rows of the panel.
    gaps : ndarray, shape (n_treated, n_periods)
        Seen less expected without treatment, in every column; NaN where it
        cannot be said.
    counted : ndarray of bool, shape (n_treated, n_periods)
        Columns whose gaps make the effect: after the unit's own start.
    share : ndarray, shape (n_treated,)
        What each treated unit counts for; sums to 1.
    donor_weights : ndarray, shape (n_treated, n_units)
        What each unit of the panel lends to the comparison; rows sum to 1.
    period_weights : ndarray, shape (n_treated, n_periods)
        Earlier periods that the level is compared in; all 0 where levels
        themselves are compared.
    gaps_alike : bool
        Whether every counted gap counts the same in the effect, so that a unit
        which began earlier counts for more; otherwise every unit does.
    """

    treated: IntArray
    gaps: FloatArray
    counted: BoolArray
    share: FloatArray
    donor_weights: FloatArray
    period_weights: FloatArray
    gaps_alike: bool = False

    @property
    def by_unit(self) -> FloatArray:
        """Effect on each treated unit, shape (n_treated,): its mean gap after its start."""
        return _row_means(self.gaps, self.counted)

    @property
    def att(self) -> float:
        """The effect: the mean over treated units, each with its share."""
        if not self.gaps_alike:
            return _shared_mean(self.by_unit, self.share)
        gaps = np.where(self.counted, self.gaps, np.nan)
        share = np.broadcast_to(self.share[:, None], gaps.shape)
        return _shared_mean(gaps.ravel(), share.ravel())

    @property
    def by_period(self) -> FloatArray:
        """Mean gap of the treated units in each column, shape (n_periods,)."""
        return np.array([_shared_mean(column, self.share) for column in self.gaps.T])

    def by_event_time(self, treated_from: IntArray) -> tuple[IntArray, FloatArray]:
        """Line the gaps up by periods since the start.

        Parameters
        ----------
        treated_from : ndarray of int, shape (n_units,)
            As in the panel.

        Returns
        -------
        times : ndarray of int, shape (n_times,)
            Periods since the first treated one, ascending; 0 is that period.
        gaps : ndarray, shape (n_times,)
            Mean gap of the treated units seen then.
        """
        since = np.arange(self.gaps.shape[1])[None, :] - treated_from[self.treated][:, None]
        times = np.unique(since[~np.isnan(self.gaps)])
        share = np.broadcast_to(self.share[:, None], since.shape)
        found = [_shared_mean(self.gaps[since == time], share[since == time]) for time in times]
        return times.astype(np.int64), np.array(found)


class Estimator(Protocol):
    """Two calls: one panel with all its detail, or one number for each of many assignments."""

    def __call__(self, panel: Panel, *, base: Columns, post: Columns) -> Fit:
        """Estimate from `base` columns what `post` columns would have been.

        A treated unit uses base columns before its start and post columns from
        it on; donors are the units untreated up to the last post column.
        """
        ...

    def estimates(
        self, panel: Panel, assignments: IntArray, *, base: Columns, post: Columns
    ) -> FloatArray:
        """Give the effect for every row of `assignments`, shape (n_assignments, n_treated).

        The k-th entry of a row takes the start of the k-th treated unit;
        whoever is not in the row is as if never treated.
        """
        ...


Entry = TypeVar("Entry", bound=Estimator)

ESTIMATORS: dict[str, Estimator] = {}
"""Every estimator by its name in results."""


def enter(name: str, estimator: Entry) -> Entry:
    """Enter an estimator in the register.

    Raises
    ------
    ValueError
        Two estimators may not share a name.
    """
    if name in ESTIMATORS:
        raise ValueError(f"There is already an estimator named {name!r}. Choose another.")
    ESTIMATORS[name] = estimator
    return estimator


@dataclass(frozen=True, slots=True)
class Case:
    """One target to be matched: a treated unit, or the mean of those treated together.

    Attributes
    ----------
    target : ndarray, shape (n_base + n_post,)
        Base columns first, then post; a weighing may not look at the post ones.
    donors : ndarray, shape (n_donors, n_base + n_post)
        Untreated units, complete in these columns.
    n_base : int
        Columns before the start.
    target_rows, donor_rows : ndarray of int
        Rows of the panel.
    target_share, donor_share : ndarray of float
        What each row counts for; sum to 1.
    """

    target: FloatArray
    donors: FloatArray
    n_base: int
    target_rows: IntArray
    donor_rows: IntArray
    target_share: FloatArray
    donor_share: FloatArray

    @property
    def target_before(self) -> FloatArray:
        """The target in the base, shape (n_base,)."""
        return self.target[: self.n_base]

    @property
    def donors_before(self) -> FloatArray:
        """The donors in the base, shape (n_donors, n_base)."""
        return self.donors[:, : self.n_base]

    @property
    def donors_after(self) -> FloatArray:
        """The donors after the start, shape (n_donors, n_post)."""
        return self.donors[:, self.n_base :]


@dataclass(frozen=True, slots=True)
class Weights:
    """How donors and earlier periods stand in for a target.

    Attributes
    ----------
    donors : ndarray, shape (n_donors,)
        Sum to 1.
    periods : ndarray, shape (n_base,)
        Sum to 1, or all 0 where levels themselves are compared.
    """

    donors: FloatArray
    periods: FloatArray


Weighing = Callable[[Case], Weights]


def column_numbers(columns: Columns, n_periods: int) -> IntArray:
    """Give columns as numbers, ascending.

    Parameters
    ----------
    columns : slice, or ndarray of int or bool
        A slice, numbers, or one truth value a column.
    n_periods : int
        Columns of the panel.
    """
    chosen = np.zeros(n_periods, dtype=bool)
    chosen[columns] = True
    return np.flatnonzero(chosen)


@dataclass(frozen=True, slots=True)
class WeighingEstimator:
    """An estimator that is a way of weighing donors and earlier periods.

    The gap is (unit - weighted donors), less the same in the weighted earlier periods.

    Attributes
    ----------
    name : str
        For errors.
    weigh : callable
        Weights for one target.
    pooled : bool
        Whether treated units of one start are averaged before they are matched.
    """

    name: str
    weigh: Weighing
    pooled: bool

    def __call__(self, panel: Panel, *, base: Columns, post: Columns) -> Fit:
        """Estimate from `base` columns what `post` columns would have been."""
        base, post = (column_numbers(columns, panel.n_periods) for columns in (base, post))
        treated = _begun_by(panel, post)
        if treated.size == 0:
            raise UnsuitablePanelError(
                estimator=self.name, reason="no unit has begun treatment by the last period."
            )
        blank = np.full((treated.size, panel.n_periods), np.nan)
        gaps, periods = blank.copy(), np.zeros_like(blank)
        counted = np.zeros(blank.shape, dtype=bool)
        donors = np.zeros((treated.size, panel.n_units))
        for places in self._matched_together(panel.treated_from[treated]):
            rows = treated[places]
            match = self._match(panel, rows, base=base, post=post)
            gaps[places] = match.gaps(panel.y, rows)
            counted[np.ix_(places, match.post)] = True
            donors[np.ix_(places, match.donors)] = match.weights.donors
            periods[np.ix_(places, match.base)] = match.weights.periods
        return Fit(treated, gaps, counted, shares(panel.weight[treated]), donors, periods)

    def estimates(
        self, panel: Panel, assignments: IntArray, *, base: Columns, post: Columns
    ) -> FloatArray:
        """Give the effect for every row of `assignments`."""
        return np.array(
            [self(panel.reassigned(rows), base=base, post=post).att for rows in assignments]
        )

    def _matched_together(self, starts: IntArray) -> list[IntArray]:
        if not self.pooled:
            return [np.array([place]) for place in range(starts.size)]
        return [np.flatnonzero(starts == start) for start in np.unique(starts)]

    def _match(self, panel: Panel, rows: IntArray, *, base: IntArray, post: IntArray) -> _Match:
        start = panel.treated_from[rows[0]]
        share = shares(panel.weight[rows])
        target = share @ panel.y[rows]
        seen = ~np.isnan(target)
        own_base = base[(base < start) & seen[base]]
        own_post = post[(post >= start) & seen[post]]
        if own_base.size == 0 or own_post.size == 0:
            side = "before" if own_base.size == 0 else "after"
            raise UnsuitablePanelError(
                estimator=self.name, reason=f"a treated unit has no period {side} its start."
            )
        columns = np.concatenate([own_base, own_post])
        donors = untreated(panel, through=int(post[-1]))
        values = panel.y[np.ix_(donors, columns)]
        complete = ~np.isnan(values).any(axis=1)
        donors = donors[complete]
        if donors.size == 0:
            raise UnsuitablePanelError(
                estimator=self.name, reason="no untreated unit is complete in these periods."
            )
        case = Case(
            target=target[columns],
            donors=values[complete],
            n_base=own_base.size,
            target_rows=rows,
            donor_rows=donors,
            target_share=share,
            donor_share=shares(panel.weight[donors]),
        )
        return _Match(donors, own_base, own_post, self.weigh(case))


@dataclass(frozen=True, slots=True)
class _Match:
    donors: IntArray
    base: IntArray
    post: IntArray
    weights: Weights

    def gaps(self, y: FloatArray, rows: IntArray) -> FloatArray:
        difference = y[rows] - self.weights.donors @ y[self.donors]
        return difference - (difference[:, self.base] @ self.weights.periods)[:, None]


def untreated(panel: Panel, *, through: int) -> IntArray:
    """Give the rows of units that are untreated up to and including column `through`."""
    return np.flatnonzero((panel.treated_from == NEVER) | (panel.treated_from > through))


def shares(weight: FloatArray) -> FloatArray:
    """Scale weights to sum to 1."""
    return np.asarray(weight / weight.sum())


def _begun_by(panel: Panel, post: IntArray) -> IntArray:
    last = int(post[-1]) if post.size else NEVER
    return np.flatnonzero((panel.treated_from != NEVER) & (panel.treated_from <= last))


def _row_means(values: FloatArray, counted: BoolArray) -> FloatArray:
    used = counted & ~np.isnan(values)
    total = np.where(used, values, 0.0).sum(axis=1)
    number = used.sum(axis=1)
    blank = np.full(total.shape, np.nan)
    return np.asarray(np.divide(total, number, out=blank, where=number > 0))


def _shared_mean(values: FloatArray, share: FloatArray) -> float:
    used = ~np.isnan(values)
    if not used.any():
        return float("nan")
    return float(np.average(values[used], weights=share[used]))
