"""Does pooling the region help this authority? Three forecasts of each, on the same pasts.

Alone: a cohort that knows this authority's children and no others. Shared
rates: the cohort of all, whose rates lean on the region's. Share of region:
the region's forecast by the authority's recent share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.errors import ModelError
from models.forecast import FloatArray, IntArray
from models.forecasting.cohort import ChildMonths, Population
from models.forecasting.pooling import pooling_gain, shared_out
from rcc_forecast.codes import ALL, Measure
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting.cohort_runs import run_cohort
from rcc_forecast.forecasting.engine import Engine
from rcc_forecast.forecasting.parallel import Workers
from rcc_forecast.geography import name_of
from rcc_forecast.tables.forecast import POOLING
from rcc_forecast.tables.skill_and_delay import POOLING_LOSSES

_RIVALS = ("shared_rates", "share_of_region")
_RECENT_MONTHS = 12
_MOST_LEADS = 24
"""Two years ahead: what a home takes to open."""

Progress = Callable[[str], None]


def pooling_tables(
    engine: Engine, *, seed: int = 0, progress: Progress | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say of each authority how much a forecast gains from the region's children.

    Parameters
    ----------
    engine : Engine
        With a cohort and past origins.
    seed : int
        Of the bootstrap by origin.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    DataFrame
        A `POOLING` table: share of the error of the forecast made alone that
        each way of pooling saves, with a 95% interval where there are eight
        past origins; one row for all authorities together.
    DataFrame
        A `POOLING_LOSSES` table: the errors behind it by origin and lead, those
        that are known.

    Raises
    ------
    NothingUsableError
        Returns are too short for a past forecast by the cohort.
    """
    population = engine.history.population
    if population is None or engine.cohort is None or not len(engine.origins):
        raise NothingUsableError(
            wanted="A comparison of pooled and local forecasts",
            reason="the returns are too short for past forecasts by the cohort.",
        )
    found = engine.measures[Measure.CHILDREN.value]
    of_authority = _in_order(engine)
    actual = found.rolled.actual[:, of_authority]
    pooled = np.stack(
        [_by_area(run[Measure.CHILDREN.value], population.n_areas) for run in engine.cohort.past]
    )
    history = found.y[of_authority]
    alone = np.stack(
        [
            _alone(population, area, engine.origins, engine.horizon, progress)
            for area in range(population.n_areas)
        ],
        axis=1,
    )
    region = population.region
    by_region = np.stack(
        [pooled[:, region == one].sum(axis=1) for one in range(population.n_regions)], axis=1
    )
    shared = shared_out(
        by_region, history, region=region, origins=engine.origins, periods=_RECENT_MONTHS
    )
    errors = [np.abs(points - actual)[:, :, :_MOST_LEADS] for points in (alone, pooled, shared)]
    losses = [_loss(error) for error in errors]
    gain = pooling_gain(
        losses[0],
        np.stack(losses[1:]),
        block=-(-min(engine.horizon, _MOST_LEADS) // found.rolled.spacing),
        rng=np.random.default_rng([seed, 1]),
    )
    codes = [*engine.history.authorities, ALL]
    rows = [
        pd.DataFrame(
            {
                "local_authority": codes,
                "pooled_by": rival,
                "origins": len(engine.origins),
                "gain": gain.gain[number],
                "low": gain.low[number],
                "high": gain.high[number],
                "local_authority_name": [ALL if c == ALL else name_of(c) for c in codes],
            }
        )
        for number, rival in enumerate(_RIVALS)
    ]
    gains = POOLING.check(pd.concat(rows, ignore_index=True))
    return gains, _losses_by_origin(errors, engine, of_authority)


def _losses_by_origin(
    errors: list[FloatArray], engine: Engine, of_authority: IntArray
) -> pd.DataFrame:
    """Lay errors out by authority, origin and lead; each of shape (n_origins, n_areas, n_leads)."""
    origin, area, lead = (axis.ravel() for axis in np.indices(errors[0].shape))
    frame = engine.measures[Measure.CHILDREN.value].nodes.frame
    regions = frame.loc[of_authority, "region"].to_numpy()
    table = pd.DataFrame(
        {
            "region": regions[area],
            "local_authority": np.asarray(engine.history.authorities)[area],
            "origin": pd.DatetimeIndex(engine.origin_days)[origin],
            "lead": lead + 1,
            **{
                name: error.ravel() for name, error in zip(("alone", *_RIVALS), errors, strict=True)
            },
        }
    )
    known = table.dropna(subset=list(_RIVALS))
    return POOLING_LOSSES.check(known.reset_index(drop=True))


def _in_order(engine: Engine) -> IntArray:
    """Give the node of each authority's total, in the order of the history."""
    frame = engine.measures[Measure.CHILDREN.value].nodes.frame
    totals = frame[frame["level"] == "authority/total"]
    place = pd.Series(totals.index, totals["local_authority"])
    return place.reindex(engine.history.authorities).to_numpy(np.int64)


def _alone(
    population: Population,
    area: int,
    origins: IntArray,
    horizon: int,
    progress: Progress | None,
) -> FloatArray:
    """Forecast one authority from its own children, shape (n_origins, horizon)."""
    if progress is not None:
        progress(f"forecasting authorities alone: {area + 1} of {population.n_areas}")
    sequential = Workers(backend="sequential", jobs=1)
    try:
        runs = run_cohort(_only(population, area), origins, horizon=horizon, workers=sequential)
    except ModelError:
        # Too few children for rates of its own: nothing to compare with.
        return np.full((len(origins), horizon), np.nan)
    return np.stack([_by_area(run[Measure.CHILDREN.value], 1)[0] for run in runs.past])


def _by_area(leaves: NDArray[np.float32], n_areas: int) -> FloatArray:
    by_area: FloatArray = leaves.reshape(n_areas, -1, leaves.shape[1]).sum(axis=1, dtype=np.float64)
    return by_area


def _only(population: Population, area: int) -> Population:
    inside = population.rows.area == area
    rows = ChildMonths(
        *(getattr(population.rows, name)[inside] for name in ChildMonths.__dataclass_fields__)
    )
    return replace(
        population,
        rows=replace(rows, area=np.zeros_like(rows.area)),
        entries=population.entries[:, [area]],
        n_areas=1,
        region=np.zeros(1, dtype=np.int64),
        completeness=population.completeness[:, [area]],
    )


def _loss(error: FloatArray) -> FloatArray:
    """Mean absolute error over the leads that have come, shape (n_origins, n_areas)."""
    known = np.isfinite(error)
    count = known.sum(axis=2)
    total = np.where(known, error, 0.0).sum(axis=2)
    nothing = np.full(total.shape, np.nan)
    return np.asarray(np.divide(total, count, out=nothing, where=count > 0))
