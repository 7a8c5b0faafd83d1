"""What the annual engine takes: yearly stocks side by side, and what is known about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.errors import ModelError
from models.forecast import FloatArray, IntArray


class EmptyPanelError(ModelError):
    """Nothing can be said of a series without any value."""

    def __init__(self, *, empty: int) -> None:
        self.empty = empty
        super().__init__(
            f"{empty:,} series of the panel have no value at all. Leave them out: a forecast "
            f"starts from a last value."
        )


@dataclass(frozen=True, slots=True)
class AnnualPanel:
    """Yearly series on one calendar.

    Attributes
    ----------
    y : ndarray, shape (n_series, n_periods)
        Values of zero or more, oldest first; NaN where not known, before a
        series began, after it ended or between.
    group : ndarray of int, shape (n_series,)
        Parent of each, such as its region.
    exposure : ndarray, shape (n_series, n_periods), optional
        Population to take rates by, above zero; NaN where not known.
    columns : ndarray, shape (n_columns, n_series, n_periods), optional
        Flows or indicators of the same years; NaN where not known.
    """

    y: FloatArray
    group: IntArray
    exposure: FloatArray | None = None
    columns: FloatArray | None = None

    @property
    def n_series(self) -> int:
        """Number of series."""
        return int(self.y.shape[0])

    @property
    def n_periods(self) -> int:
        """Number of years of the calendar."""
        return int(self.y.shape[1])

    @property
    def last(self) -> IntArray:
        """Column of each one's last value, shape (n_series,)."""
        known = np.isfinite(self.y)
        if not known.any(axis=1).all():
            raise EmptyPanelError(empty=int((~known.any(axis=1)).sum()))
        return np.asarray(self.n_periods - 1 - known[:, ::-1].argmax(axis=1), dtype=np.int64)

    def until(self, n_periods: int) -> AnnualPanel:
        """Give the panel as it was after `n_periods` years."""
        return replace(
            self,
            y=self.y[:, :n_periods],
            exposure=None if self.exposure is None else self.exposure[:, :n_periods],
            columns=None if self.columns is None else self.columns[:, :, :n_periods],
        )

    def taking(self, rows: IntArray) -> AnnualPanel:
        """Give the panel of some of its series."""
        return AnnualPanel(
            y=self.y[rows],
            group=self.group[rows],
            exposure=None if self.exposure is None else self.exposure[rows],
            columns=None if self.columns is None else self.columns[:, rows],
        )


def carried(values: FloatArray) -> FloatArray:
    """Fill every gap with the last value before it, along the last axis; NaN before the first."""
    known = np.isfinite(values)
    place = np.where(known, np.arange(values.shape[-1]), -1)
    newest = np.maximum.accumulate(place, axis=-1)
    found = np.take_along_axis(values, np.maximum(newest, 0), axis=-1)
    return np.where(newest >= 0, found, np.nan)


def log_offset(y: FloatArray) -> float:
    """Give what is added before logs are taken: half the smallest value where some are zero."""
    known = y[np.isfinite(y)]
    above = known[known > 0]
    if len(above) == len(known) or not len(above):
        return 0.0 if len(above) else 1.0
    return float(above.min() / 2)
