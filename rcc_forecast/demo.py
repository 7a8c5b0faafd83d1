"""The whole story on one region: every table, one report, one page of findings.

It does what the commands do, in their order, on a folder that holds returns,
``homes.csv``, ``children.csv``, ``cohort.csv`` and an ``evaluation`` folder with
``panel.csv`` and ``spec.toml``; and asks one what-if.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast import pipeline, runs
from rcc_forecast.config import RunConfig
from rcc_forecast.evaluation import Log, read_spec
from rcc_forecast.evaluations import Sources, evaluation_of, write_evaluation
from rcc_forecast.pipeline import Prepared, Progress, quiet
from rcc_forecast.placement import plan_before_of, write_plan
from rcc_forecast.registers import read_children, read_homes
from rcc_forecast.reporting import ReportContent, render_report
from rcc_forecast.results.evaluation import Evaluation
from rcc_forecast.results.findings import Severity
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.placement import PlacementPlan
from rcc_forecast.results.sufficiency import SufficiencyBalance
from rcc_forecast.returns import read_returns
from rcc_forecast.scenarios import Scenario, parse_scenario
from rcc_forecast.strategy import Strategy, strategy
from rcc_forecast.strategy_pack import write_pack
from rcc_forecast.tables.from_file import table_from_file

WHAT_IF, ASKS = "[foster]\nrecruit = 40\n", "forty more foster households"
"""The demo's question, as a scenario file: what would forty more foster households change?"""


@dataclass(frozen=True, slots=True)
class _Story:
    prepared: Prepared
    strategy: Strategy
    plan: PlacementPlan
    balance_if: SufficiencyBalance
    plan_if: PlacementPlan
    evaluation: Evaluation

    @property
    def forecast(self) -> DemandForecast:
        """Of the region as it is."""
        return self.strategy.forecast

    @property
    def balance(self) -> SufficiencyBalance:
        """Of the region as it is."""
        return self.strategy.balance


def tell_the_story(data: Path, out: Path, *, progress: Progress = quiet) -> str:
    """Run every stage on a region and write all that it finds.

    Parameters
    ----------
    data : Path
        Folder as `rcc-forecast synthesise` makes it.
    out : Path
        Folder for the tables and ``report.html``.
    progress : callable
        Told in words what is being done.

    Returns
    -------
    str
        A page of findings, with the next command to try.
    """
    story = _run(data, progress)
    progress("writing tables and report")
    with runs.whole_folder(out) as folder:
        _write(story, folder)
    return _page(story, data, out)


def _run(data: Path, progress: Progress) -> _Story:
    config = RunConfig()
    what_if: Scenario = parse_scenario(tomllib.loads(WHAT_IF), name=ASKS)
    progress("reading returns, homes and children")
    returns = read_returns(data)
    homes, _ = read_homes(data / "homes.csv")
    children, _ = read_children(data / "children.csv")
    prepared = pipeline.prepare(returns, config, progress=progress)
    cohort, _ = read_children(data / "cohort.csv")
    found = strategy(prepared, config, homes, children=cohort, progress=progress)
    balance_if = pipeline.sufficiency(
        prepared, found.forecast, homes, scenario=what_if, children=cohort
    )
    on = prepared.history.as_of + pd.Timedelta(days=1)
    progress("proposing homes")
    plan = pipeline.place(children, homes, on=on, progress=progress)
    before = (plan_before_of(plan), None)
    progress("proposing homes, what if")
    plan_if = pipeline.place(
        children, homes, on=on, scenario=what_if, before=before, progress=progress
    )
    evaluation = _evaluation(data / "evaluation", progress)
    return _Story(prepared, found, plan, balance_if, plan_if, evaluation)


def _evaluation(folder: Path, progress: Progress) -> Evaluation:
    """Compare pathfinders with the rest; nobody logged the specification, and the page says so."""
    sources = Sources(table_from_file(folder / "panel.csv"), name="panel.csv")
    found, _ = evaluation_of(sources, read_spec(folder / "spec.toml"), Log(), progress=progress)
    return found


def _write(story: _Story, folder: Path) -> None:
    prepared, forecast = story.prepared, story.forecast
    demand = pipeline.demand(prepared)
    runs.write_table(prepared.findings.frame, folder / "findings.csv")
    runs.write_table(demand, folder / "demand.csv")
    runs.write_table(forecast.table(), folder / "forecast.csv")
    runs.write_json(forecast.meta, folder / "forecast.meta.json")
    runs.write_table(forecast.backtest.table(), folder / "backtest.csv")
    (folder / "sufficiency").mkdir()
    write_pack(
        story.strategy,
        folder / "sufficiency",
        findings=prepared.findings,
        public=False,
        synthetic=True,
    )
    runs.write_table(story.balance_if.table, folder / "what-if" / "balance.csv")
    (folder / "evaluation").mkdir()
    write_evaluation(story.evaluation, folder / "evaluation")
    write_plan(story.plan, folder / "plan")
    write_plan(story.plan_if, folder / "what-if" / "plan", scenario_text=WHAT_IF)
    content = ReportContent(
        as_of=prepared.history.as_of,
        provenance=forecast.meta,
        demand=demand,
        forecast=forecast.table(),
        backtest=forecast.backtest.table(),
        balance=story.balance.table,
        assumptions=story.balance.assumptions,
        plan=story.plan.summary,
        plan_if=story.plan_if.summary,
        plan_if_asks=ASKS,
        findings=prepared.findings.summary(),
        breaks=prepared.history.breaks,
        completeness=prepared.history.completeness,
        synthetic=True,
    )
    runs.write_text(render_report(content), folder / "report.html")


def _page(story: _Story, data: Path, out: Path) -> str:
    findings = story.prepared.findings
    counted = findings.frame["severity"].value_counts()
    told = ", ".join(f"{counted.get(kind.value, 0):,} {kind.value}" for kind in Severity)
    sentences = "\n".join(f"  {line}" for line in story.balance.sentences())
    plan, plan_if = story.plan.summary, story.plan_if.summary
    panel = f"{data / 'evaluation' / 'panel.csv'} --spec {data / 'evaluation' / 'spec.toml'}"
    greedy, tables = plan["greedy"], f"{data / 'children.csv'} {data / 'homes.csv'}"
    return f"""\
Synthetic data: no child in them is real.

What was filed    {", ".join(str(year) for year in story.prepared.returns.years)}; \
findings: {told}
How many children
{_outlook(story.forecast)}
Enough homes?
{sentences}

Which home for which child (advice, never a decision)
  {plan["placed"]} of {plan["children"]} children have a home proposed, \
{plan["groups_together"]} of {plan["groups"]} sibling groups together, \
{plan["mean_miles"]} miles on average.
  Nearest home first would give {greedy["placed"]} placed, \
{greedy["groups_together"]} groups together, {greedy["mean_miles"]} miles, \
at £{greedy["weekly_cost_gbp"]:,.0f} a week instead of £{plan["weekly_cost_gbp"]:,.0f}.
  {_widest_gap(plan)}
  With {ASKS}: {plan_if["placed"]} placed, {plan_if["groups_together"]} together, \
{plan_if["mean_miles"]} miles; {plan_if["from"]["children_changed"]} children have another home \
proposed.

Did the pathfinders change anything? (an invented country of 153 authorities)
  {story.evaluation.verdict["sentence"]}
  {_what_could_be_seen(story.evaluation)}

Open {out / "report.html"} in a browser; {out / "sufficiency" / "strategy.html"} is the evidence \
chapter of a sufficiency strategy, {out / "evaluation" / "report.html"} the evaluation. Next, try:
  python3 run.py place frontier {tables} --on {plan["on"]} --out {out / "frontier"}
  python3 run.py evaluate power {panel} --out {out / "power"}
  python3 run.py place --verify {out / "plan"} {tables}
"""


def _widest_gap(plan: dict[str, Any]) -> str:
    gaps = plan["equity"]["largest_gaps"]
    if not gaps:
        return "No group of ten children or more stands clearly apart from all (plan/equity.csv)."
    widest = gaps[0]
    return (
        f"The widest gap that is clear: {widest['name']}, {widest['outcome'].replace('_', ' ')} "
        f"{widest['value']:.0%}, of all children {widest['all_children']:.0%} (plan/equity.csv)."
    )


def _what_could_be_seen(evaluation: Evaluation) -> str:
    power = evaluation.tables["power"]
    made = power[power["mde"].notna() & (power["inference"] == "donald_lang")]
    if not len(made):
        return "What could be seen, and when, is in evaluation/power.csv."
    first = made.sort_values(["post_periods", "mde"], kind="stable").iloc[0]
    return (
        f"By {pd.Timestamp(first['date']):%B %Y} a change of {100 * first['mde']:.1f} percentage "
        "points would be found four times in five; a smaller one could go unseen."
    )


def _outlook(forecast: DemandForecast) -> str:
    table = forecast.table()
    summed = (table["placement_type"] == "All") & (table["age_band"] == "All")
    wanted = summed & (table["population"] == "All") & (table["measure"] == "children")
    whole = table[wanted & (table["local_authority"] == "All")]
    pooled = whole[whole["rcc"] != ""]
    told = pooled if len(pooled) else whole[whole["region"] == "All"]
    last = told[told["horizon"] == told["horizon"].max()]
    return "\n".join(
        f"  {row.rcc or 'All authorities'}, {pd.Timestamp(row.month):%B %Y}: "
        f"{row.mean:,.0f} looked after, 80% interval {row.q10:,.0f} to {row.q90:,.0f}"
        for row in last.itertuples()
    )
