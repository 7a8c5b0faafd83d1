"""What-ifs of a fitted region: forecast once, asked many times.

Reading, learning and judging take seconds and do not depend on the question.
Once done, a scenario costs one step of the cohort for each of its runs, and
every scenario has the same futures, each with its own chance.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from rcc_forecast import pipeline
from rcc_forecast.codes import Measure
from rcc_forecast.config import RunConfig
from rcc_forecast.forecasting import children_together, moved_leaves
from rcc_forecast.pipeline import Outlook, Prepared, Progress, quiet
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.futures import AreaFutures, area_futures
from rcc_forecast.results.scenario import HeldFutures, ScenarioFutures
from rcc_forecast.scenarios import Scenario
from rcc_forecast.sufficiency import residents_of


@dataclass(frozen=True, slots=True)
class Fitted:
    """A region as things are, ready for what-ifs.

    Attributes
    ----------
    prepared : Prepared
        Returns made ready.
    config : RunConfig
        Horizon, futures and seed.
    outlook : Outlook
        Everything forecast and judged.
    forecast : DemandForecast
        As things are.
    futures : AreaFutures
        Of the same.
    residents : DataFrame
        Who lives in whose homes on the as-of day.
    children_now : ndarray, shape (n_authorities, n_kinds)
        Children in care on that day.
    cohort_leaves : ndarray, shape (n_leaves, horizon), optional
        What the cohort core expects as things are; None where it could not run.
    carers_kept : dict
        Growth of foster places as things are, by the identity of a register, with
        the register: the same for every scenario that leaves carers alone.
    """

    prepared: Prepared
    config: RunConfig
    outlook: Outlook
    forecast: DemandForecast
    futures: HeldFutures
    residents: pd.DataFrame
    children_now: FloatArray
    cohort_leaves: FloatArray | None
    carers_kept: dict[int, tuple[pd.DataFrame, FloatArray]] = field(default_factory=dict)

    @property
    def leaf_means(self) -> FloatArray:
        """Children expected by leaf, shape (n_leaves, horizon)."""
        return self.forecast.leaf_means[Measure.CHILDREN.value]


def fitted(
    prepared: Prepared,
    config: RunConfig,
    *,
    judged: Outlook | None = None,
    progress: Progress = quiet,
) -> Fitted:
    """Forecast a region as things are, so that what-ifs need not.

    Parameters
    ----------
    prepared : Prepared
        From `pipeline.prepare`.
    config : RunConfig
        Horizon, futures and seed.
    judged : Outlook, optional
        From `pipeline.outlook`; made when absent.
    """
    found = judged or pipeline.outlook(prepared, config, progress=progress)
    forecast = pipeline.forecast(prepared, config, judged=found, progress=progress)
    futures = area_futures(forecast, membership=prepared.membership, seed=config.seed)
    history, cohort = prepared.history, found.engine.cohort
    now = _by_cell(history.corrected[Measure.CHILDREN.value][:, -1:], forecast.leaves, futures)
    return Fitted(
        prepared=prepared,
        config=config,
        outlook=found,
        forecast=forecast,
        futures=HeldFutures.of(futures),
        residents=residents_of(prepared.journeys.episodes, as_of=history.as_of),
        children_now=now.sum(axis=(2, 3)),
        cohort_leaves=None if cohort is None else children_together(cohort.today),
    )


def futures_under(fit: Fitted, scenario: Scenario | None) -> AreaFutures | ScenarioFutures:
    """Give the futures of a what-if; those as things are where it moves no demand.

    Raises
    ------
    UnknownNameError, UnsupportedScenarioError
        As for `pipeline.lever_runs`.
    """
    levers = pipeline.lever_runs(fit.prepared, fit.config, scenario)
    if scenario is None or levers is None:
        return fit.futures
    today = pipeline.cohort_of(fit.outlook, scenario)
    like = fit.leaf_means if fit.cohort_leaves is None else fit.cohort_leaves
    runs = [
        moved_leaves(fit.leaf_means, children_together(today, one), like=like)
        for one in levers.of_each
    ]
    return ScenarioFutures.of(
        fit.futures,
        before=_by_cell(fit.leaf_means, fit.forecast.leaves, fit.futures),
        runs=np.stack([_by_cell(leaves, fit.forecast.leaves, fit.futures) for leaves in runs]),
        weights=levers.weights,
    )


def _by_cell(by_leaf: FloatArray, leaves: pd.DataFrame, futures: AreaFutures) -> FloatArray:
    """Sum leaves to authority, kind and band, shape (n_authorities, n_kinds, n_bands, n_months)."""
    axes = (
        (futures.authorities["local_authority"], "local_authority"),
        (futures.kinds, "placement_type"),
        (futures.bands, "age_band"),
    )
    at = tuple(pd.Index(names).get_indexer(pd.Index(leaves[column])) for names, column in axes)
    found = np.zeros((*(len(names) for names, _ in axes), by_leaf.shape[1]))
    np.add.at(found, at, by_leaf)
    return found
