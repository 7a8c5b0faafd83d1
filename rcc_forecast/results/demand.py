"""Demand as it was: children, entries and exits of every leaf, month by month."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import Flows, SeriesPanel
from models.forecasting.cohort.population import Population
from rcc_forecast.codes import Measure
from rcc_forecast.results.findings import Findings

FloatArray = NDArray[np.float64]

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Break:
    """A month from which the series mean or count something else.

    Attributes
    ----------
    name : str
        Short and stable: ``supported-accommodation``.
    month : Timestamp
        Last day of the first month concerned.
    description, handling : str
        What changed, and what is done about it, in words for a reader.
    """

    name: str
    month: pd.Timestamp
    description: str
    handling: str


def _no_moves() -> pd.DataFrame:
    return pd.DataFrame({"month": [], "origin": [], "destination": [], "count": []})


def _all_recorded() -> pd.DataFrame:
    return pd.DataFrame({"month": [], "measure": [], "share_recorded": [], "learned_from": []})


@dataclass(frozen=True, slots=True)
class DemandHistory:
    """Monthly demand of every leaf, from the first 31 March the returns can show.

    Attributes
    ----------
    leaves : DataFrame, shape (n_leaves, 5)
        local_authority, region, placement_type, age_band, population: the full
        product for every authority filed.
    months : DatetimeIndex
        Month ends, oldest first.
    counts : dict of str to ndarray, shape (n_leaves, n_months)
        By measure, as recorded: children in care at the end of the month's
        last day, entries and exits within it. The first month's entries are
        those still in care at its end and its exits are not known: it lies
        before the first return.
    corrected : dict of str to ndarray
        The same with what is still to be recorded, in expectation.
    moves : DataFrame
        ``month`` (column of the arrays), ``origin``, ``destination`` (leaf, or
        -1 outside care), ``count``, from one month's end to the next: stock is
        last month's stock, less moves out, plus moves in, exactly. Birthdays
        are moves. A child who came and went within a month makes none.
    as_of : Timestamp
        Last day that was seen.
    findings : Findings
        What counting found; those of earlier steps are with them.
    data_hash : str
        Of the files behind the returns.
    breaks : tuple of Break
        Those inside the months.
    completeness : DataFrame
        ``month, measure, share_recorded, learned_from``: the share of a recent
        month's entries and exits that is recorded by now, and the number of
        past ones it was learned from. Months that are not listed are complete.
    corrected_moves : DataFrame, optional
        As `moves`, consistent with `corrected`; `moves` itself when absent.
    population : Population, optional
        Every child from month end to month end, where they were followed.
    """

    leaves: pd.DataFrame
    months: pd.DatetimeIndex
    counts: dict[str, FloatArray]
    corrected: dict[str, FloatArray]
    moves: pd.DataFrame
    as_of: pd.Timestamp
    findings: Findings
    data_hash: str
    breaks: tuple[Break, ...] = ()
    completeness: pd.DataFrame = field(default_factory=_all_recorded)
    corrected_moves: pd.DataFrame | None = None
    population: Population | None = None

    @property
    def authorities(self) -> list[str]:
        """ONS codes, in the order of the panel's groups."""
        return list(dict.fromkeys(self.leaves["local_authority"]))

    def panel(self, measure: str) -> SeriesPanel:
        """Give a measure to the forecasters, with late recording corrected.

        Parameters
        ----------
        measure : str
            ``children``, ``entries`` or ``exits``.

        Returns
        -------
        SeriesPanel
            ``y`` of shape (n_leaves, n_months), children; a group is an
            authority; the moves come with ``children``. The first month's
            entries and exits, which no return shows whole, stand in as the
            mean of the year after.
        """
        group = pd.factorize(self.leaves["local_authority"])[0].astype(np.int64)
        y = self.corrected[measure]
        if measure == Measure.CHILDREN:
            return SeriesPanel(y, MONTHS_A_YEAR, group, flows=self._flows())
        y = y.copy()
        if y.shape[1] > 1:
            y[:, 0] = y[:, 1 : 1 + MONTHS_A_YEAR].mean(axis=1)
        return SeriesPanel(y, MONTHS_A_YEAR, group)

    def _flows(self) -> Flows:
        moves = self.moves if self.corrected_moves is None else self.corrected_moves
        return Flows(
            period=moves["month"].to_numpy(np.int64),
            origin=moves["origin"].to_numpy(np.int64),
            destination=moves["destination"].to_numpy(np.int64),
            count=moves["count"].to_numpy(np.float64),
        )
