"""Why the forecast changes: entries, exits, 18th birthdays and moves behind each month.

The cohort core counts every child who comes, goes and moves; what the
combination and the adding-up change beside it is one line of its own, so that
each row's parts sum to its total, exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.forecasting.cohort.explain import SIGNED_FLOWS, explain
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.cohort_runs import cells_of_leaves
from rcc_forecast.forecasting.engine import Engine
from rcc_forecast.forecasting.means import combined_means
from rcc_forecast.forecasting.under import Under
from rcc_forecast.results.hierarchy import DIMENSIONS
from rcc_forecast.tables.explanation import EXPLANATION


def explain_demand(engine: Engine, *, under: Under | None = None) -> pd.DataFrame | None:
    """Account for each month's change of children at every node.

    Parameters
    ----------
    engine : Engine
        With a cohort.
    under : Under, optional
        The cohort under the levers of the forecast that is explained.

    Returns
    -------
    DataFrame, optional
        An `EXPLANATION` table; None where returns were too short for rates.

    Notes
    -----
    ``mean = before + entries - exits - aged_out + band_in - band_out +
    moved_in - moved_out + adjustment`` in every row.
    """
    if engine.cohort is None:
        return None
    found = engine.measures[Measure.CHILDREN.value]
    summing = found.nodes.summing
    ahead = engine.cohort.today.expected if under is None else under.expected()
    found_flows = explain(ahead, summing[:, cells_of_leaves(summing.shape[1])])
    mean = combined_means(engine, Measure.CHILDREN.value, under=under).nodes
    start = np.asarray(summing @ engine.history.corrected[Measure.CHILDREN.value][:, -1:])
    before = np.concatenate([start, mean[:, :-1]], axis=1)
    change = found_flows.flows.sum(axis=0)
    flows = {name: sign * part for (name, sign), part in zip(SIGNED_FLOWS, change, strict=True)}
    # What has become of today's children, and of those who entered since.
    today, entrants = found_flows.since_start().sum(axis=1)
    n_nodes, horizon = mean.shape
    months = pd.date_range(engine.history.months[-1], periods=horizon + 1, freq="ME")[1:]
    frame = found.nodes.frame
    columns = {
        name: np.repeat(frame[name].to_numpy(object), horizon)
        for name in DIMENSIONS
        if name != "rcc"
    }
    columns["month"] = np.tile(months, n_nodes)
    columns["horizon"] = np.tile(np.arange(1, horizon + 1), n_nodes)
    parts = {
        "before": before,
        **flows,
        "adjustment": mean - before - change.sum(axis=0),
        "mean": mean,
        "of_today": np.maximum(found_flows.start[:, None] + today, 0.0),
        "of_entrants": np.maximum(entrants, 0.0),
    }
    columns |= {name: values.ravel() for name, values in parts.items()}
    return EXPLANATION.check(pd.DataFrame(columns)[EXPLANATION.names])
