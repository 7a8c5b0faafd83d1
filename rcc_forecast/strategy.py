"""The evidence of a sufficiency strategy: every table a region must publish, from one run.

Here all rooms meet that answer a part of the question: what there is, what will
be needed, where the gaps are, what to do and what it costs. Nothing is read or
written; a command loads before and stores after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast import pipeline
from rcc_forecast.codes import ALL, Measure
from rcc_forecast.config import RunConfig
from rcc_forecast.forecasting import structural_spread
from rcc_forecast.needs import profile_needs
from rcc_forecast.pipeline import Outlook, Prepared, Progress, quiet
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.needs import NeedsProfile
from rcc_forecast.results.scenario import Answers
from rcc_forecast.results.spending import Spending
from rcc_forecast.results.sufficiency import SufficiencyBalance
from rcc_forecast.scenarios import Scenario, apply_scenario
from rcc_forecast.spending import weekly_costs
from rcc_forecast.sufficiency import (
    Behind,
    CarersForecast,
    Closing,
    Reliability,
    balance,
    carers_forecast,
    closing,
    reliability,
    substitution_of,
    usable_today,
)
from rcc_forecast.what_ifs import (
    Fitted,
    Waterfall,
    answers,
    fitted,
    futures_under,
    spending_under,
    waterfall,
)

_NEEDED = 2
"""Names the chance of who needs another kind of home, beside other chance of a run."""

_LIVED_IN_AND_NEEDED = {"lived_in": "placement_type", "needed": "needed_type"}


@dataclass(frozen=True, slots=True)
class Strategy:
    """What a sufficiency strategy rests on.

    Attributes
    ----------
    fit : Fitted
        The region as things are.
    forecast : DemandForecast
        Of children, under the scenario where there is one.
    balance : SufficiencyBalance
        Demand against usable homes.
    carers : CarersForecast
        Foster households and places.
    trust : Reliability, optional
        Whether probabilities of a shortage held in the past; None without a past forecast.
    closing : Closing
        What would have to be true for each gap to close.
    spending : Spending
        Spend, its causes, and the market.
    needs : NeedsProfile
        Needs, health, and young people after care.
    answers : Answers
        The same future by future at a few months, for comparisons.
    moved : Waterfall, optional
        What each assumption of the scenario moved; None without a scenario.
    scenario : Scenario, optional
        The what-if that was asked.
    """

    fit: Fitted
    forecast: DemandForecast
    balance: SufficiencyBalance
    carers: CarersForecast
    trust: Reliability | None
    closing: Closing
    spending: Spending
    needs: NeedsProfile
    answers: Answers
    moved: Waterfall | None
    scenario: Scenario | None = None

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by the name of its file, without suffix."""
        found: dict[str, pd.DataFrame] = {"forecast": self.forecast.table()}
        if self.forecast.explanation is not None:
            found["explanation"] = self.forecast.explanation
        parts = (
            self.balance,
            self.carers,
            self.trust,
            self.closing,
            self.spending,
            self.needs,
            self.moved,
        )
        for part in parts:
            if part is not None:
                found |= part.tables()
        return found

    def meta(self) -> dict[str, Any]:
        """Give what belongs beside the tables: provenance, thresholds and sources."""
        return {
            **self.forecast.meta,
            **self.balance.meta(),
            "sources_of_spend": self.spending.sources,
        }


def strategy(
    prepared: Prepared,
    config: RunConfig,
    homes: pd.DataFrame,
    *,
    scenario: Scenario | None = None,
    children: pd.DataFrame | None = None,
    siblings: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
    judged: Outlook | None = None,
    resume: Path | None = None,
    progress: Progress = quiet,
) -> Strategy:
    """Work out every table of a sufficiency strategy.

    Parameters
    ----------
    prepared : Prepared
        Returns made ready, with every child followed.
    config : RunConfig
        Horizon, origins, futures and seed.
    homes : DataFrame
        A `HOMES` table.
    scenario : Scenario, optional
        A what-if; its futures are those as things are, moved by what it says.
    children : DataFrame, optional
        A `CHILDREN_TO_PLACE` table of all who are looked after: who needs another kind of home.
    siblings : DataFrame, optional
        Columns sibling_group, local_authority, child_id.
    costs : DataFrame, optional
        A `COSTS` table: unit costs that hold in place of the register's and the outturn's.
    judged : Outlook, optional
        From `pipeline.outlook`; made when absent.
    resume : Path, optional
        As for `pipeline.outlook`.
    progress : callable
        Told in words what is being done.
    """
    found = judged or pipeline.outlook(prepared, config, resume=resume, progress=progress)
    fit = fitted(prepared, config, judged=found, progress=progress)
    forecast = fit.forecast
    if scenario is not None and scenario.on_demand:
        forecast = pipeline.forecast(prepared, config, scenario=scenario, judged=fit.outlook)
    progress("setting demand against homes")
    behind = _behind(fit, homes, scenario, children)
    carers = _carers(fit, behind, homes=homes, scenario=scenario)
    set_against = _set_against(behind, carers, trust=None)
    trust = _trust(fit, set_against)
    if trust is not None:
        set_against = _set_against(behind, carers, trust=trust)
    progress("asking what would close each gap")
    closed = closing(
        set_against,
        replace(behind, foster_paths=carers.relative),
        cohort=None if fit.outlook.engine.cohort is None else fit.outlook.engine.cohort.today,
        carers=carers,
    )
    progress("forecasting spend")
    spending = spending_under(
        fit, homes, scenario, costs=costs, misplaced=_misplaced(set_against.substitution)
    )
    progress("counting needs, and young people after care")
    needs = profile_needs(
        prepared.returns,
        prepared.journeys,
        futures=behind.futures,
        forecast=forecast,
        siblings=siblings,
        cohort=children,
    )
    progress("keeping futures for comparisons")
    moved = None
    if scenario is not None:
        moved = waterfall(fit, homes, scenario, cohort=children, costs=costs)
        kept = moved.after
    else:
        kept = answers(fit, homes, cohort=children, costs=costs)
    return Strategy(
        fit=fit,
        forecast=forecast,
        balance=set_against,
        carers=carers,
        trust=trust,
        closing=closed,
        spending=spending,
        needs=needs,
        answers=kept,
        moved=moved,
        scenario=scenario,
    )


def _behind(
    fit: Fitted, homes: pd.DataFrame, scenario: Scenario | None, children: pd.DataFrame | None
) -> Behind:
    futures = futures_under(fit, scenario)
    as_of = fit.prepared.history.as_of
    substitution = None
    if children is not None and len(children):
        substitution = substitution_of(
            children,
            homes,
            kinds=futures.kinds,
            n_paths=len(futures.paths),
            rng=np.random.default_rng([futures.seed, _NEEDED]),
        )
    return Behind(
        futures=futures,
        # Prices of `[prices]` rise year by year in the spend; a balance is at today's.
        homes=apply_scenario(scenario or Scenario(), homes, as_of=as_of, prices=False),
        as_of=as_of,
        children_now=fit.children_now,
        residents=fit.residents,
        children=children,
        substitution=substitution,
        before=None if scenario is None else homes,
    )


def _carers(
    fit: Fitted, behind: Behind, *, homes: pd.DataFrame, scenario: Scenario | None
) -> CarersForecast:
    return carers_forecast(
        behind.futures,
        homes=behind.homes,
        before=None if scenario is None else homes,
        as_of=behind.as_of,
        residents=behind.residents,
        seed=fit.config.seed,
    )


def _set_against(
    behind: Behind, carers: CarersForecast, *, trust: Reliability | None
) -> SufficiencyBalance:
    return balance(
        behind.futures,
        homes=behind.homes,
        before=behind.before,
        as_of=behind.as_of,
        children_now=behind.children_now,
        weekly_cost=weekly_costs(
            behind.homes,
            authorities=behind.futures.authorities,
            kinds=behind.futures.kinds,
            as_of=behind.as_of,
        ),
        residents=behind.residents,
        cohort=behind.children,
        substitution=behind.substitution,
        foster_paths=carers.relative,
        reliable=None if trust is None else trust.reliable,
    )


def _trust(fit: Fitted, found: SufficiencyBalance) -> Reliability | None:
    engine = fit.outlook.engine
    if not len(engine.origins):
        return None
    children = Measure.CHILDREN.value
    return reliability(
        engine.measures[children],
        usable=usable_today(found.table),
        spread=structural_spread(engine, fit.outlook.futures).get(children),
    )


def _misplaced(substitution: pd.DataFrame | None) -> pd.DataFrame | None:
    """Children in another kind of home than they need, in the first month that is told."""
    if substitution is None:
        return None
    soonest = substitution["horizon"] == substitution["horizon"].min()
    first: pd.DataFrame = substitution[soonest & (substitution["age_band"] == ALL)]
    return first.rename(columns=_LIVED_IN_AND_NEEDED)
