"""The hall where the stages meet: the only place that knows their order.

Returns are checked; episodes become journeys; journeys are counted; futures
are drawn and set against homes; children who wait are offered a plan. Nothing
here reads a file or the time of day: commands and routes load before and
store after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from rcc_forecast.children import known_on, link_episodes, link_findings
from rcc_forecast.config import RunConfig
from rcc_forecast.demand import demand_table, monthly_demand
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting import backtest_demand, forecast_demand
from rcc_forecast.geography import Membership, read_membership
from rcc_forecast.placement import plan_placements, verify_plan
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.forecast import DemandBacktest, DemandForecast
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.placement import PlacementPlan
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.results.sufficiency import SufficiencyBalance
from rcc_forecast.runs import Provenance, provenance_of
from rcc_forecast.scenarios import Scenario, apply_scenario, require_supported
from rcc_forecast.sufficiency import balance, residents_of

Progress = Callable[[str], None]


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

    Raises
    ------
    NothingUsableError
        The returns hold no episode that can be counted.
    """
    progress("following children through the years")
    journeys = link(returns, as_of=config.as_of)
    progress("counting month by month")
    history = monthly_demand(journeys, as_of=config.as_of)
    findings = Findings.joined([returns.findings, journeys.findings, history.findings])
    return Prepared(returns, journeys, history, findings, membership or read_membership())


def demand(prepared: Prepared) -> pd.DataFrame:
    """Give monthly history at every level, as a `DEMAND` table."""
    return demand_table(prepared.history, prepared.membership)


def backtest(
    prepared: Prepared, config: RunConfig, *, progress: Progress = quiet
) -> DemandBacktest:
    """Score every candidate on past 31 Marches, each seeing the returns held on that day.

    A backtest on today's data would flatter: ends that were recorded late were
    not known then.

    Raises
    ------
    NothingUsableError
        The returns are too few for a past forecast to be judged.
    """
    return backtest_demand(
        prepared.history,
        _histories_as_known(prepared, origins=config.origins, progress=progress),
        membership=prepared.membership,
        horizon=config.horizon,
        n_paths=config.n_paths // 2,
        seed=config.seed,
        forecasters=config.forecasters,
        progress=progress,
    )


def forecast(
    prepared: Prepared, config: RunConfig, *, progress: Progress = quiet
) -> DemandForecast:
    """Give coherent futures of the whole hierarchy, by the method the backtest chose.

    Returns too short for a backtest are held flat, and the result says so.
    """
    try:
        judged = backtest(prepared, config, progress=progress)
    except NothingUsableError:
        judged = None
    provenance = provenance_of_run(prepared.history.data_hash, config)
    made = forecast_demand(
        prepared.history,
        judged,
        membership=prepared.membership,
        horizon=config.horizon,
        n_paths=config.n_paths,
        seed=config.seed,
        configuration=config.as_dict(),
        code_version=provenance.version,
        findings_count=len(prepared.findings),
        progress=progress,
    )
    return replace(made, meta={**provenance.as_dict(), **made.meta})


def sufficiency(
    prepared: Prepared,
    demand_forecast: DemandForecast,
    homes: pd.DataFrame,
    *,
    scenario: Scenario | None = None,
) -> SufficiencyBalance:
    """Set every future of demand against the homes that can be used.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table, from `rcc_forecast.placement.read_homes`.
    scenario : Scenario, optional
        Changes the register first.

    Raises
    ------
    UnsupportedScenarioError
        The scenario has levers that this version cannot apply.
    """
    as_of = prepared.history.as_of
    return balance(
        demand_forecast.leaf_paths["children"],
        leaves=demand_forecast.leaves["children"],
        months=demand_forecast.months,
        children_now=prepared.history.corrected["children"][:, -1],
        homes=_changed(homes, scenario, as_of=as_of),
        as_of=as_of,
        membership=prepared.membership,
        residents=residents_of(prepared.journeys.episodes, as_of=as_of),
    )


def place(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    scenario: Scenario | None = None,
    overrides: pd.DataFrame | None = None,
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
        Changes the register, the weights, the rules or the order of aims.
    overrides : DataFrame, optional
        A person's decisions, kept as they are.
    replan : bool
        Whether present homes are to be won again.
    seed : int
        Of all chance.
    time_limit : float, optional
        Seconds after which the solver stops, and the plan says so.
    findings : Findings, optional
        From reading the two tables; the plan carries them.
    """
    asked = scenario or Scenario()
    return plan_placements(
        children,
        _changed(homes, scenario, as_of=on),
        on=on,
        replan=replan,
        weights=asked.weights,
        rules=asked.rules,
        tiers=list(asked.tiers),
        overrides=overrides,
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


def provenance_of_run(data_hash: str, config: RunConfig) -> Provenance:
    """Name a run by its data, version, packages, settings and seed."""
    return provenance_of(data_hash=data_hash, configuration=config.as_dict(), seed=config.seed)


def _changed(
    homes: pd.DataFrame, scenario: Scenario | None, *, as_of: pd.Timestamp
) -> pd.DataFrame:
    if scenario is None:
        return homes
    require_supported(scenario)
    return apply_scenario(scenario, homes, as_of=as_of)


def _histories_as_known(
    prepared: Prepared, *, origins: int, progress: Progress
) -> list[DemandHistory]:
    """Give the histories held on the last 31 Marches that leave a year to judge by."""
    last = prepared.history.as_of
    past = [
        day
        for year in prepared.returns.years
        if (day := pd.Timestamp(year, 3, 31)) <= last - pd.DateOffset(years=1)
    ]
    known = []
    for day in past[-origins:]:
        progress(f"seeing the returns as they were in March {day.year}")
        then = known_on(prepared.returns, day)
        try:
            known.append(monthly_demand(link(then, as_of=day), as_of=day))
        except NothingUsableError:
            # A first return can be without one usable row; it then judges nothing.
            continue
    return known
