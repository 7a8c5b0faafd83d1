"""Engines run over histories of invented children, made once a process."""

from __future__ import annotations

from functools import lru_cache

from rcc_forecast.forecasting import (
    Engine,
    backtest_demand,
    draw_futures,
    forecast_demand,
    run_engine,
    structural_spread,
)
from rcc_forecast.forecasting.parallel import Workers
from rcc_forecast.geography import Membership
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.forecast import DemandBacktest, DemandForecast
from tests.builders.histories import a_history, a_membership

ALONE = Workers(backend="sequential", jobs=1)
HORIZON, ORIGINS, SEED = 12, 6, 903


def an_engine(
    history: DemandHistory,
    known: tuple[DemandHistory, ...] = (),
    *,
    horizon: int = HORIZON,
    origins: int = ORIGINS,
    workers: Workers = ALONE,
) -> Engine:
    """Run every candidate from a few origins."""
    return run_engine(history, known, horizon=horizon, most_origins=origins, workers=workers)


def judged(engine: Engine, *, candidates: tuple[str, ...] | None = None) -> DemandBacktest:
    """Score candidates, all of them unless told otherwise."""
    futures = _futures(engine)
    return backtest_demand(engine, spread=structural_spread(engine, futures), candidates=candidates)


def handed_out(
    engine: Engine, *, membership: Membership | None = None, seed: int = SEED, **how: object
) -> DemandForecast:
    """Forecast with the scores that belong to it, where there are any."""
    scores = judged(engine, candidates=()) if len(engine.origins) else None
    return forecast_demand(
        engine,
        scores,
        membership=membership or a_membership(),
        futures=_futures(engine, seed=seed),
        **how,
    )


@lru_cache(maxsize=4)
def the_engine(n_months: int = 73) -> Engine:
    """Three authorities of one region."""
    return an_engine(a_history(n_months=n_months))


def _futures(engine: Engine, *, seed: int = SEED):
    if engine.cohort is None:
        return None
    return draw_futures(engine.history, engine.cohort.today, n_paths=60, seed=seed)
