"""The hall where the stages meet: the only place that knows their order.

Returns are checked; episodes become journeys; journeys are counted; futures
are drawn and set against homes; children who wait are offered a plan. Nothing
here reads a file or the time of day: commands and routes load before and
store after. Only parts of a run that can be resumed are kept on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from models.forecast import FloatArray
from models.forecasting.cohort import Levers
from rcc_forecast.children import known_on, link_episodes, link_findings
from rcc_forecast.codes import PlacementType
from rcc_forecast.config import RunConfig
from rcc_forecast.demand import demand_table, monthly_demand
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting import (
    FINALISTS,
    CohortToday,
    Engine,
    Futures,
    Workers,
    backtest_demand,
    draw_futures,
    forecast_demand,
    origins_of,
    pooling_tables,
    require_known,
    run_engine,
    stepped_under,
    structural_spread,
)
from rcc_forecast.geography import Membership, read_membership
from rcc_forecast.investing import Held, invest_in_sites
from rcc_forecast.placement import PlanBefore, frontier_table, plan_placements, verify_plan
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.forecast import DemandBacktest, DemandForecast
from rcc_forecast.results.futures import area_futures
from rcc_forecast.results.investing import Investment
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.placement import PlacementPlan
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.results.sufficiency import SufficiencyBalance
from rcc_forecast.runs import KeptArrays, Provenance, provenance_of
from rcc_forecast.scenarios import (
    Scenario,
    UnsupportedScenarioError,
    apply_scenario,
    at_midpoints,
    demand_levers,
    holds_on,
    require_supported,
    runs_of,
)
from rcc_forecast.spending import weekly_costs
from rcc_forecast.sufficiency import (
    balance,
    carers_forecast,
    children_by_kind,
    residents_of,
)
from rcc_forecast.sufficiency.capacity import read_register
from rcc_forecast.tables.homes import open_on

Progress = Callable[[str], None]


_TO_POOL = 2
"""Authorities that pooling needs."""


def quiet(doing: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Returns made ready: what was filed, whose journeys, how many each month.

    Attributes
    ----------
    returns : FiledReturns
        Typed rows as filed.
    journeys : Journeys
        One journey a child across years.
    history : DemandHistory
        Monthly counts of every leaf.
    findings : Findings
        Everything found at any of the three steps.
    membership : Membership
        Who belongs to which co-operative, dated.
    """

    returns: FiledReturns
    journeys: Journeys
    history: DemandHistory
    findings: Findings
    membership: Membership


def link(returns: FiledReturns, *, as_of: pd.Timestamp | None = None) -> Journeys:
    """Follow children through years of returns.

    Parameters
    ----------
    returns : FiledReturns
        From `rcc_forecast.returns.read_returns`.
    as_of : Timestamp, optional
        Last day that may be seen; 31 March of the newest return when absent.

    Raises
    ------
    NothingUsableError
        No episode of any return can be used.
    """
    return link_episodes(returns, as_of=as_of)


def check(returns: FiledReturns) -> Findings:
    """Give everything found in filed returns and in following children through them."""
    return returns.findings + link_findings(returns)


def prepare(
    returns: FiledReturns,
    config: RunConfig,
    *,
    membership: Membership | None = None,
    follow: bool = True,
    progress: Progress = quiet,
) -> Prepared:
    """Take filed returns to monthly demand.

    Parameters
    ----------
    returns : FiledReturns
        From `rcc_forecast.returns.read_returns`.
    config : RunConfig
        ``as_of`` is the last day that may be seen.
    membership : Membership, optional
        Of co-operatives; the table that ships with the program when absent.
    follow : bool
        Follow each child from month end to month end, as a forecast needs.

    Raises
    ------
    NothingUsableError
        The returns hold no episode that can be counted.
    """
    progress("following children through the years")
    journeys = link(returns, as_of=config.as_of)
    progress("counting month by month")
    history = monthly_demand(journeys, as_of=config.as_of, follow=follow)
    findings = Findings.joined([returns.findings, journeys.findings, history.findings])
    return Prepared(returns, journeys, history, findings, membership or read_membership())


def demand(prepared: Prepared) -> pd.DataFrame:
    """Give monthly history at every level, as a `DEMAND` table."""
    return demand_table(prepared.history, prepared.membership)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Everything forecast and judged, before it is handed out.

    Attributes
    ----------
    engine : Engine
        Every candidate from past origins and from today.
    futures : Futures, optional
        Joint futures; None where returns are too short for rates.
    backtest : DemandBacktest, optional
        Scores; None where returns are too short for a past forecast.
    """

    engine: Engine
    futures: Futures | None
    backtest: DemandBacktest | None


def outlook(
    prepared: Prepared,
    config: RunConfig,
    *,
    candidates: Sequence[str] | None = FINALISTS,
    resume: Path | None = None,
    progress: Progress = quiet,
) -> Outlook:
    """Forecast and judge: the long part, which a forecast and its what-ifs share.

    Parameters
    ----------
    prepared : Prepared
        Returns made ready, with every child followed.
    config : RunConfig
        Horizon, origins, futures and seed.
    candidates : sequence of str, optional
        Whom to score beside hold flat and the combination; everyone when None.
    resume : Path, optional
        Folder in which finished parts are kept, under a name of data, version
        and settings that what-ifs share; a run that was stopped goes on from them.
    progress : callable
        Told in words what is being done.
    """
    require_known(candidates)
    engine = run_engine(
        prepared.history,
        _histories_as_known(prepared, origins=config.origins, progress=progress),
        horizon=config.horizon,
        most_origins=config.origins,
        workers=Workers.from_environment(_kept(resume, prepared, config)),
        progress=progress,
    )
    futures = None
    if engine.cohort is not None:
        progress(f"drawing {config.n_paths} futures")
        futures = draw_futures(
            prepared.history, engine.cohort.today, n_paths=config.n_paths, seed=config.seed
        )
    judged = None
    if len(engine.origins):
        judged = backtest_demand(
            engine,
            spread=structural_spread(engine, futures),
            candidates=candidates,
            progress=progress,
        )
    return Outlook(engine, futures, judged)


def _kept(resume: Path | None, prepared: Prepared, config: RunConfig) -> KeptArrays | None:
    if resume is None:
        return None
    return KeptArrays(resume / provenance_of_run(prepared.history.data_hash, config).run_id)


def backtest(
    prepared: Prepared,
    config: RunConfig,
    *,
    resume: Path | None = None,
    progress: Progress = quiet,
) -> DemandBacktest:
    """Score every candidate on past forecasts.

    Where a past forecast starts on a 31 March, it starts from the level that
    the return of that day had: today's knowledge of ends recorded late would
    flatter it.

    Raises
    ------
    NothingUsableError
        The returns are too few for a past forecast to be judged.
    """
    found = outlook(
        prepared, config, candidates=config.forecasters, resume=resume, progress=progress
    )
    if found.backtest is None:
        raise NothingUsableError(
            wanted="A backtest",
            reason="no past month end has two years of months before it and a quarter after it.",
        )
    if found.engine.cohort is None or len(prepared.history.authorities) < _TO_POOL:
        return found.backtest
    gains, losses = pooling_tables(found.engine, seed=config.seed, progress=progress)
    return replace(found.backtest, pooling=gains, pooling_losses=losses)


def forecast(
    prepared: Prepared,
    config: RunConfig,
    *,
    scenario: Scenario | None = None,
    judged: Outlook | None = None,
    resume: Path | None = None,
    progress: Progress = quiet,
) -> DemandForecast:
    """Give coherent futures of the whole hierarchy.

    Parameters
    ----------
    scenario : Scenario, optional
        Its levers on demand act through the cohort core: they move the
        forecast by as much as they move the core's. Futures move in
        proportion: each keeps its chance, so that the difference between two
        forecasts is the scenario's alone.
    judged : Outlook, optional
        From `outlook`, where several forecasts share one; made when absent.
    resume : Path, optional
        As for `outlook`.

    Raises
    ------
    UnknownNameError
        The scenario names an authority that filed no return, or the
        configuration a candidate that there is not.
    UnsupportedScenarioError
        The scenario has levers that cannot be applied.
    """
    levers = lever_runs(prepared, config, scenario)
    scored = config.forecasters or FINALISTS
    found = judged or outlook(prepared, config, candidates=scored, resume=resume, progress=progress)
    under = None
    if scenario is not None and levers is not None:
        cohort = cohort_of(found, scenario)
        under = stepped_under(cohort, levers.of_each, weights=levers.weights)
    asked = {
        **config.as_dict(),
        "scenario": None if scenario is None else scenario.as_dict(),
    }
    provenance = provenance_of(
        data_hash=prepared.history.data_hash, configuration=asked, seed=config.seed
    )
    return forecast_demand(
        found.engine,
        found.backtest,
        membership=prepared.membership,
        futures=found.futures,
        under=under,
        provenance={**provenance.as_dict(), "configuration": asked},
        findings_count=len(prepared.findings),
    )


def sufficiency(
    prepared: Prepared,
    demand_forecast: DemandForecast,
    homes: pd.DataFrame,
    *,
    scenario: Scenario | None = None,
    children: pd.DataFrame | None = None,
) -> SufficiencyBalance:
    """Set every future of demand against the homes that can be used.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table, from `rcc_forecast.registers.read_homes`.
    scenario : Scenario, optional
        Changes the register first.
    children : DataFrame, optional
        A `CHILDREN_TO_PLACE` table of the whole cohort, whose words of suitability
        say who lives in one kind of home and needs another.

    Raises
    ------
    UnsupportedScenarioError
        The scenario has levers that this version cannot apply.
    """
    as_of = prepared.history.as_of
    seed = int(demand_forecast.meta.get("seed", 0))
    futures = area_futures(demand_forecast, membership=prepared.membership, seed=seed)
    changed = _changed(homes, scenario, as_of=as_of)
    residents = residents_of(prepared.journeys.episodes, as_of=as_of)
    carers = carers_forecast(
        futures,
        homes=changed,
        before=None if scenario is None else homes,
        as_of=as_of,
        residents=residents,
        seed=seed,
    )
    return balance(
        futures,
        homes=changed,
        before=None if scenario is None else homes,
        as_of=as_of,
        children_now=children_by_kind(
            prepared.history.corrected["children"][:, -1],
            leaves=demand_forecast.leaves,
            futures=futures,
        ),
        weekly_cost=weekly_costs(
            changed, authorities=futures.authorities, kinds=futures.kinds, as_of=as_of
        ),
        residents=residents,
        cohort=children,
        foster_paths=carers.relative,
    )


def place(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    scenario: Scenario | None = None,
    overrides: pd.DataFrame | None = None,
    before: tuple[PlanBefore, Scenario | None] | None = None,
    replan: bool = False,
    seed: int = 0,
    time_limit: float | None = None,
    findings: Findings | None = None,
    progress: Progress = quiet,
) -> PlacementPlan:
    """Propose a home for each child, and prove how good the proposal is.

    Parameters
    ----------
    children, homes : DataFrame
        `CHILDREN_TO_PLACE` and `HOMES` tables.
    on : Timestamp
        Day on which a home must be open.
    scenario : Scenario, optional
        Changes the register, the weights, the rules or the order of aims; an
        interval stands at its middle.
    overrides : DataFrame, optional
        A person's decisions, kept as they are.
    before : tuple of PlanBefore and Scenario, optional
        A solved plan and the scenario it was made with: this plan is a what-if of it.
    replan : bool
        Whether present homes are to be won again.
    seed : int
        Of all chance.
    time_limit : float, optional
        Seconds after which the solver stops, and the plan says so.
    findings : Findings, optional
        From reading the two tables; the plan carries them.
    """
    asked = at_midpoints(scenario or Scenario())
    rules, budgets = _limits_of(asked, on=on)
    return plan_placements(
        children,
        _changed(homes, scenario, as_of=on),
        on=on,
        replan=replan,
        weights=asked.weights,
        rules=rules,
        tiers=list(asked.tiers),
        budgets=budgets,
        overrides=overrides,
        before=None if before is None else _with_its_homes(*before, homes),
        seed=seed,
        time_limit=time_limit,
        findings=findings,
        progress=progress,
    )


def frontier(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    ladders: Mapping[str, Sequence[float]],
    scenario: Scenario | None = None,
    progress: Progress = quiet,
    **asked: Any,
) -> pd.DataFrame:
    """Plan at each weight of some ladders: what distance, togetherness and cost give each other.

    Parameters
    ----------
    children, homes : DataFrame
        `CHILDREN_TO_PLACE` and `HOMES` tables.
    ladders : mapping of str to sequence of float
        Points to try, by the name of a weight; all others stay as they are.
    scenario : Scenario, optional
        As for `place`.
    **asked
        Further arguments of `place`.

    Returns
    -------
    DataFrame
        A `FRONTIER` table.
    """
    base = scenario or Scenario()
    plans = []
    for name, values in ladders.items():
        for value in values:
            progress(f"planning with {name} at {value:g} points")
            weighed = replace(base, weights={**base.weights, name: value})
            plan = place(children, homes, scenario=weighed, progress=progress, **asked)
            plans.append((name, value, plan.summary))
    return frontier_table(plans)


def _limits_of(scenario: Scenario, *, on: pd.Timestamp) -> tuple[dict[str, Any], dict[str, float]]:
    """Give the rules with a budget for all, and the budgets of single authorities by code."""
    rules, budgets = dict(scenario.rules), {}
    for block in scenario.budgets:
        if not holds_on(block, on):
            continue
        authority, pounds = block.get("local_authority"), block.get("weekly_gbp")
        if authority is None:
            rules["weekly_budget_gbp"] = pounds
        else:
            budgets[authority] = pounds
    return rules, budgets


def _with_its_homes(
    before: PlanBefore, scenario: Scenario | None, homes: pd.DataFrame
) -> PlanBefore:
    """Say which homes were open to a plan made before, so that a what-if can tell why."""
    day = pd.Timestamp(before.scenario["on"])
    then = _changed(homes, scenario, as_of=day)
    return replace(before, open_homes=frozenset(then.loc[open_on(then, day), "home_id"]))


def invest(
    prepared: Prepared,
    demand_forecast: DemandForecast,
    homes: pd.DataFrame,
    sites: pd.DataFrame,
    *,
    budget: float,
    scenario: Scenario | None = None,
    seed: int = 0,
    time_limit: float | None = None,
    findings: Findings | None = None,
    progress: Progress = quiet,
) -> Investment:
    """Choose where new capacity should go, for the last month of a forecast.

    Parameters
    ----------
    homes, sites : DataFrame
        `HOMES` and `SITES` tables.
    budget : float
        Pounds to open sites.
    scenario : Scenario, optional
        Changes the register first.
    seed : int
        Of which futures and children are drawn.
    time_limit : float, optional
        Seconds after which the choice of sites stops, and says so.
    findings : Findings, optional
        From reading the tables.

    Raises
    ------
    NothingUsableError
        No site can be weighed up.
    """
    as_of, on = prepared.history.as_of, demand_forecast.months[-1]
    episodes = prepared.journeys.episodes
    changed = _changed(homes, scenario, as_of=as_of)
    kinds = [kind.value for kind in PlacementType]
    register = read_register(
        changed,
        authorities=list(dict.fromkeys(demand_forecast.leaves["local_authority"])),
        kinds=kinds,
        months=demand_forecast.months,
        as_of=as_of,
        residents=residents_of(episodes, as_of=as_of),
    )
    return invest_in_sites(
        demand_forecast.children_paths()[:, :, -1],
        leaves=demand_forecast.leaves,
        held=Held(
            children_now=prepared.history.corrected["children"][:, -1],
            own=register.own_now.sum(axis=1),
            taken=register.taken_now,
            kinds=kinds,
        ),
        episodes=episodes,
        homes=changed,
        sites=sites,
        budget=budget,
        as_of=as_of,
        on=on,
        place=lambda children, open_homes: plan_placements(children, open_homes, on=on, seed=seed),
        seed=seed,
        time_limit=time_limit,
        findings=findings,
        progress=progress,
    )


def verify(
    folder: Path,
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    scenario: Scenario | None = None,
) -> list[str]:
    """Recompute a stored plan from scratch, in code that the engine does not share.

    Parameters
    ----------
    folder : Path
        Where the plan was written.
    children, homes : DataFrame
        The tables that it was made from.
    on : Timestamp
        The plan's day.
    scenario : Scenario, optional
        The one stored with the plan: the homes it adds and closes.

    Returns
    -------
    list of str
        Claims that do not hold; empty where all is as claimed.
    """
    return verify_plan(folder, children, _changed(homes, scenario, as_of=on))


@dataclass(frozen=True, slots=True)
class LeverRuns:
    """Levers on demand of each run of a scenario, and what a run counts in each future.

    Attributes
    ----------
    of_each : tuple of Levers
        One run where no assumption on demand is an interval.
    weights : ndarray, shape (n_paths, n_runs)
        Rows sum to 1.
    """

    of_each: tuple[Levers, ...]
    weights: FloatArray


def lever_runs(
    prepared: Prepared, config: RunConfig, scenario: Scenario | None
) -> LeverRuns | None:
    """Give the levers on demand, refused before the long work where they cannot be applied.

    Raises
    ------
    UnknownNameError
        The scenario names an authority that filed no return.
    UnsupportedScenarioError
        It has levers that cannot be applied.
    """
    if scenario is None or not scenario.on_demand:
        return None
    require_supported(scenario)
    runs = runs_of(scenario, blocks=scenario.on_demand, n_paths=config.n_paths, seed=config.seed)
    levers = tuple(
        demand_levers(
            one,
            authorities=prepared.history.authorities,
            last_month=pd.Timestamp(prepared.history.months[-1]),
            horizon=config.horizon,
        )
        for one in runs.scenarios
    )
    return LeverRuns(levers, runs.weights)


def cohort_of(found: Outlook, scenario: Scenario) -> CohortToday:
    """Give the core that levers on demand act through.

    Raises
    ------
    UnsupportedScenarioError
        The returns are too short for rates, so that no lever has anything to move.
    """
    if found.engine.cohort is None:
        raise UnsupportedScenarioError(
            name=scenario.name,
            levers=[
                f"{block.where}: the returns are too short for rates of entry and leaving"
                for block in scenario.on_demand
            ],
        )
    return found.engine.cohort.today


def provenance_of_run(data_hash: str, config: RunConfig) -> Provenance:
    """Name a run by its data, version, packages, settings and seed."""
    return provenance_of(data_hash=data_hash, configuration=config.as_dict(), seed=config.seed)


def _changed(
    homes: pd.DataFrame, scenario: Scenario | None, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    if scenario is None:
        return homes
    return apply_scenario(scenario, homes, as_of=as_of)


def _histories_as_known(
    prepared: Prepared, *, origins: int, progress: Progress
) -> list[DemandHistory]:
    """Give the histories held on the 31 Marches from which past forecasts start."""
    months = prepared.history.months
    seen = set(origins_of(len(months), most=origins).tolist())
    past = [
        day
        for year in prepared.returns.years
        if (day := pd.Timestamp(year, 3, 31)) < months[-1]
        and int(months.searchsorted(day, side="right")) in seen
    ]
    known = []
    for day in past:
        progress(f"seeing the returns as they were in March {day.year}")
        then = known_on(prepared.returns, day)
        try:
            known.append(monthly_demand(link(then, as_of=day), as_of=day, follow=False))
        except NothingUsableError:
            # A first return can be without one usable row; it then judges nothing.
            continue
    return known
