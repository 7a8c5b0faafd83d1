"""The room's one door: returns and futures in, needs, health and after care out."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.needs.after_care import after_care
from rcc_forecast.needs.futures import authority_futures
from rcc_forecast.needs.health import health_table
from rcc_forecast.needs.leavers import leavers_of, month_number
from rcc_forecast.needs.people import in_care_on
from rcc_forecast.needs.profile import needs_of, needs_table
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.needs import NeedsProfile
from rcc_forecast.results.returns import FiledReturns

_STREAM = 5
"""Apart from other chance drawn with the seed of a run."""


def profile_needs(
    returns: FiledReturns,
    journeys: Journeys,
    *,
    futures: AreaFutures,
    forecast: DemandForecast,
    siblings: pd.DataFrame | None = None,
    cohort: pd.DataFrame | None = None,
) -> NeedsProfile:
    """Say what demand needs, how well children are, and who is owed support after 18.

    Parameters
    ----------
    returns : FiledReturns
        Filed tables; those that are not there are told of in words.
    journeys : Journeys
        Linked from the same returns.
    futures : AreaFutures
        Joint futures of demand; their seed is the seed here.
    forecast : DemandForecast
        Whose futures they are: its explanation says who turns 18.
    siblings : DataFrame, optional
        Columns sibling_group, local_authority, child_id.
    cohort : DataFrame, optional
        A `CHILDREN_TO_PLACE` table of all who are looked after.

    Returns
    -------
    NeedsProfile
        With the tables needs, health and after_care.

    Notes
    -----
    Figures of regions, co-operatives and England are sums over authorities,
    path by path; unaccompanied children are the forecast's own.
    """
    by_authority = authority_futures(futures)
    day = min(by_authority.today, journeys.as_of)
    for_needs, for_health, for_leavers = np.random.default_rng([futures.seed, _STREAM]).spawn(3)
    children = in_care_on(journeys, day, authorities=by_authority.authorities)
    needs = needs_of(
        children, returns=returns, journeys=journeys, day=day, siblings=siblings, cohort=cohort
    )
    leavers = leavers_of(returns, journeys, day=day, authorities=by_authority.authorities)
    first_return = int(journeys.filed["year"].min())
    left = after_care(
        leavers,
        explanation=forecast.explanation,
        futures=by_authority,
        first_month=month_number(pd.Timestamp(first_return - 1, 4, 1)),
        rng=for_leavers,
    )
    return NeedsProfile(
        needs=needs_table(children, needs, futures=by_authority, forecast=forecast, rng=for_needs),
        health=health_table(
            returns, children, journeys=journeys, futures=by_authority, rng=for_health
        ),
        after_care=left.table,
        places_held=left.places_held,
        authorities=tuple(by_authority.authorities),
    )
