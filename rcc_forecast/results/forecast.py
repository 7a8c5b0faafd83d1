"""Forecasts of demand with their labels, and how the same models did in the past."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.backtest import Backtest
from models.calibration import Stretch
from models.forecast import IntArray, PathArray


@dataclass(frozen=True, slots=True)
class Kinds:
    """Nodes and leads that are alike, and so scored and calibrated together.

    Attributes
    ----------
    names : tuple of str
        Level of each kind, such as ``authority/type``.
    of_node : ndarray of int, shape (n_nodes,)
        Kind of each node.
    totals : ndarray of bool, shape (n_kinds,)
        Whether it is one of regions and above, of which there are few: their
        intervals are calibrated with more caution (`models.calibration`).
    """

    names: tuple[str, ...]
    of_node: IntArray
    totals: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MeasureBacktest:
    """One measure's past forecasts.

    Attributes
    ----------
    errors : Backtest
        Every candidate's errors by origin, node and lead.
    kinds : Kinds
        Of the nodes scored.
    chosen : str
        The one model for the measure.
    stretch : dict of str to Stretch
        Calibration of each candidate from all origins.
    """

    errors: Backtest
    kinds: Kinds
    chosen: str
    stretch: dict[str, Stretch]


@dataclass(frozen=True, slots=True)
class DemandBacktest:
    """How every candidate did on the past.

    Attributes
    ----------
    frame : DataFrame
        A `BACKTEST` table.
    measures : dict of str to MeasureBacktest
        By measure.
    origins : tuple of Timestamp
        Past as-of days, oldest first.
    horizon : int
        Months ahead that were asked for.
    notes : tuple of str
        What a reader of the scores should know.
    """

    frame: pd.DataFrame
    measures: dict[str, MeasureBacktest]
    origins: tuple[pd.Timestamp, ...]
    horizon: int
    notes: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Give the scores, a row a candidate, level and range of leads."""
        return self.frame

    def chosen(self) -> dict[str, str]:
        """Give the model chosen for each measure."""
        return {measure: result.chosen for measure, result in self.measures.items()}


@dataclass(frozen=True, slots=True)
class DemandForecast:
    """Futures of demand at every level.

    Attributes
    ----------
    frame : DataFrame
        A `FORECAST` table.
    leaf_paths : dict of str to ndarray, shape (n_paths, n_rows, horizon)
        Futures by measure, in children; rows as in `leaves`.
    leaves : dict of str to DataFrame
        Labels of those rows. Children have every leaf of the history; entries
        and exits are not forecast by placement type, which reads "All".
    months : DatetimeIndex
        Month ends of the horizon.
    models : dict of str to str
        Model of each measure.
    backtest : DemandBacktest
        The scores by which it was chosen.
    coverage : dict of str to dict
        Of the calibrated 80% and 95% intervals in backtest, by measure.
    meta : dict
        Provenance in words that JSON knows: what `<name>.meta.json` holds.
    """

    frame: pd.DataFrame
    leaf_paths: dict[str, PathArray]
    leaves: dict[str, pd.DataFrame]
    months: pd.DatetimeIndex
    models: dict[str, str]
    backtest: DemandBacktest
    coverage: dict[str, dict[str, Any]]
    meta: dict[str, Any]

    def table(self) -> pd.DataFrame:
        """Give the forecast table, a row a node, measure and month."""
        return self.frame
