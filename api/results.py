"""Asks the domain for a result once, and keeps it under the hash of what it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import pandas as pd

from api.answers import plain
from api.errors import SourceDeletedError
from api.evaluations import PAGE, Look, evaluated, planned
from api.panels import GROUPS, ROWS, counted_panel, read_panel_sent
from api.registers import read_children_sent, read_homes_sent
from api.returned import read_returns_sent, returns_of
from api.scenarios import (
    Region,
    Regions,
    answered,
    moved,
    parse_scenario_sent,
    read_scenario_asked,
    side_by_side,
)
from api.schemas.evaluations import EvaluationRequest, PanelRequest, PowerRequest
from api.schemas.forecasts import ForecastRequest, SufficiencyRequest
from api.schemas.placements import PlacementRequest
from api.schemas.scenarios import AS_IS, ScenarioRequest
from api.specification_log import SpecificationLog
from api.specifications import parse_spec_sent
from api.store import ROW, Record, RecordKind, RecordName, Store
from api.turns import Turns
from api.uploads import Upload
from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.evaluation import LOG_NAME
from rcc_forecast.forecasting import FINALISTS
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.runs import Provenance, provenance_of
from rcc_forecast.scenarios import Scenario, Use, not_touched
from rcc_forecast.tables.explanation import EXPLANATION
from rcc_forecast.what_ifs import Fitted, fitted

ROW_COLUMN = "row"
"""Column of a plan with each row's opaque token."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a run gave, ready to be kept."""

    tables: dict[str, pd.DataFrame]
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A record, and whether it was made just now or had been there."""

    record: Record
    is_new: bool


class Results:
    """Results of the domain, each made once.

    Parameters
    ----------
    store : Store
        Where they are kept.
    max_waiting : int
        Runs that may wait for their turn.
    """

    def __init__(self, store: Store, *, max_waiting: int) -> None:
        self._store = store
        self._turns = Turns(max_waiting)
        # The latest of each stays in memory: a sufficiency run follows its forecast.
        self._prepared: tuple[object, pipeline.Prepared] | None = None
        self._outlook: tuple[RecordName, pipeline.Outlook] | None = None
        self._regions = Regions()
        self.log = SpecificationLog(store.beside_the_records(LOG_NAME))

    def add_dataset(self, upload: Upload) -> Outcome:
        """Read, check and pseudonymise returns, and keep them."""
        with self._turns.next():
            sent = read_returns_sent(upload, self._store.pseudonyms)
            name = RecordName(RecordKind.DATASET, sent.id)
            is_new = self._store.find(name) is None
            record = self._store.add(name, tables=sent.tables, facts=sent.facts)
        return Outcome(record, is_new)

    def add_homes(self, upload: Upload) -> Outcome:
        """Read, check and keep a register of homes."""
        name = RecordName(RecordKind.HOMES, upload.id)
        return self._once(name, lambda: Made(*read_homes_sent(upload, self._store)), ())

    def add_children(self, upload: Upload) -> Outcome:
        """Read, check and keep a list of children to be placed."""
        name = RecordName(RecordKind.CHILDREN, upload.id)
        return self._once(name, lambda: Made(*read_children_sent(upload, self._store)), ())

    def history(self, dataset_id: str) -> Outcome:
        """Count the children of a dataset month by month."""
        dataset = self._get(RecordKind.DATASET, dataset_id)
        run = _run({"result": "demand", "dataset": dataset.id}, dataset, seed=0)

        def count() -> Made:
            table = pipeline.demand(self._prepare(dataset, RunConfig()))
            return Made({"demand": _with_months_as_text(table)}, {"provenance": run.as_dict()})

        return self._once(RecordName(RecordKind.DEMAND, run.run_id), count, (dataset.name,))

    def forecast(self, asked: ForecastRequest) -> Outcome:
        """Forecast the demand of a dataset."""
        dataset = self._get(RecordKind.DATASET, asked.dataset_id)
        config = _config(asked)
        run = _forecast_run(dataset, config)
        name = RecordName(RecordKind.FORECAST, run.run_id)

        def draw() -> Made:
            forecast = self._draw(name, dataset, config)
            facts = {
                "id": run.run_id,
                "dataset_id": dataset.id,
                "horizon": config.horizon,
                "as_of": forecast.meta["as_of"],
                "seed": config.seed,
                "meta": plain({**forecast.meta, "run_id": run.run_id}),
            }
            tables = {
                "forecast": _with_months_as_text(forecast.table()),
                "backtest": forecast.backtest.table(),
                "explanation": _explanation(forecast),
            }
            return Made(tables, {"answer": facts, "asked": asked.model_dump(mode="json")})

        return self._once(name, draw, (dataset.name,))

    def sufficiency(self, asked: SufficiencyRequest) -> Outcome:
        """Set a forecast against a register of homes."""
        forecast = self._get(RecordKind.FORECAST, asked.forecast_id)
        homes = self._get(RecordKind.HOMES, asked.homes_id)
        scenario = parse_scenario_sent(asked.scenario)
        settings = {
            "result": "sufficiency",
            "forecast": forecast.id,
            "homes": homes.id,
            "scenario": None if scenario is None else scenario.as_dict(),
        }
        run = _run(settings, forecast, homes, seed=forecast.facts["answer"]["seed"])

        def weigh() -> Made:
            drawn_from = ForecastRequest.model_validate(forecast.facts["asked"])
            dataset = self._get(RecordKind.DATASET, drawn_from.dataset_id)
            config = _config(drawn_from)
            futures = self._draw(forecast.name, dataset, config, scenario=scenario)
            prepared = self._prepare(dataset, config)
            balance = pipeline.sufficiency(
                prepared, futures, self._table(homes, "homes"), scenario=scenario
            )
            facts = {
                "id": run.run_id,
                "forecast_id": forecast.id,
                "homes_id": homes.id,
                "as_of": balance.as_of.date().isoformat(),
                "scenario": settings["scenario"],
                "assumptions": dict(balance.assumptions),
                "homes_elsewhere": balance.homes_elsewhere,
            }
            table = _with_months_as_text(balance.table)
            return Made({"balance": table}, {"answer": plain(facts)})

        name = RecordName(RecordKind.SUFFICIENCY, run.run_id)
        return self._once(name, weigh, (forecast.name, homes.name))

    def scenario(self, asked: ScenarioRequest) -> Outcome:
        """Put a what-if to a region, and things as they are beside it."""
        read_scenario_asked(asked)
        as_is = self._answer(asked.model_copy(update={"scenario": {}, "name": AS_IS}))
        if asked.name == AS_IS and asked.scenario == {}:
            return as_is
        return self._answer(asked, as_is_id=as_is.record.id)

    def _answer(self, asked: ScenarioRequest, *, as_is_id: str | None = None) -> Outcome:
        dataset = self._get(RecordKind.DATASET, asked.dataset_id)
        homes = self._get(RecordKind.HOMES, asked.homes_id)
        scenario = read_scenario_asked(asked)
        config = _config(asked)
        forecast_id = _forecast_run(dataset, config).run_id
        settings = {
            "result": "scenario",
            "forecast": forecast_id,
            "homes": homes.id,
            "scenario": scenario.as_dict(),
            "name": asked.name,
        }
        run = _run(settings, dataset, homes, seed=asked.seed)

        def answer() -> Made:
            tables, about = answered(self._region(asked, dataset, homes), scenario)
            facts = {
                "id": run.run_id,
                "name": asked.name,
                "as_is_id": as_is_id or run.run_id,
                "dataset_id": dataset.id,
                "homes_id": homes.id,
                "horizon": config.horizon,
                "as_of": about["as_of"],
                "seed": config.seed,
                "paths": config.n_paths,
                "scenario": settings["scenario"],
                "not_used": not_touched(scenario, Use.SUFFICIENCY),
            }
            return Made(
                tables,
                {
                    "answer": plain(facts),
                    "about": plain({**about, "forecast_id": forecast_id}),
                    "asked": asked.model_dump(mode="json"),
                },
            )

        name = RecordName(RecordKind.SCENARIO, run.run_id)
        return self._once(name, answer, (dataset.name, homes.name))

    def waterfall(self, scenario_id: str) -> Outcome:
        """Say which assumption of a scenario moved its answers by how much."""
        record = self._get(RecordKind.SCENARIO, scenario_id)
        asked = ScenarioRequest.model_validate(record.facts["asked"])
        run = _run({"result": "waterfall", "scenario": record.id}, record, seed=asked.seed)

        def share_out() -> Made:
            dataset = self._get(RecordKind.DATASET, asked.dataset_id)
            homes = self._get(RecordKind.HOMES, asked.homes_id)
            region = self._region(asked, dataset, homes)
            tables = moved(region, read_scenario_asked(asked))
            return Made(tables, {"answer": {"id": run.run_id, "scenario_id": record.id}})

        return self._once(RecordName(RecordKind.WATERFALL, run.run_id), share_out, (record.name,))

    def comparison(self, ids: list[str]) -> Outcome:
        """Set scenarios beside the first, which may be `AS_IS`: the region of the next as it is."""
        from_as_is = ids[0] == AS_IS
        records = [
            self._get(RecordKind.SCENARIO, each) for each in (ids[1:] if from_as_is else ids)
        ]
        if from_as_is:
            as_is_id = records[0].facts["answer"]["as_is_id"]
            records.insert(0, self._get(RecordKind.SCENARIO, as_is_id))
        names = [record.name for record in records]
        settings = {"result": "comparison", "of": [str(name) for name in names], "as": ids[0]}
        run = _run(settings, *records, seed=records[0].facts["answer"]["seed"])

        def compare() -> Made:
            table, notes = side_by_side(records, self._store, from_as_is=from_as_is)
            base, *others = (
                {"id": record.id, "name": record.facts["answer"]["name"]} for record in records
            )
            facts = {"id": run.run_id, "base": base, "scenarios": others, "notes": notes}
            return Made({"compare": table}, {"answer": plain(facts)})

        name = RecordName(RecordKind.COMPARISON, run.run_id)
        return self._once(name, compare, tuple(dict.fromkeys(names)))

    def placement(self, asked: PlacementRequest) -> Outcome:
        """Propose a home for every child of a list."""
        children = self._get(RecordKind.CHILDREN, asked.children_id)
        homes = self._get(RecordKind.HOMES, asked.homes_id)
        scenario = parse_scenario_sent(asked.scenario)
        settings = {
            "result": "placement",
            **asked.model_dump(mode="json", exclude={"scenario"}),
            "scenario": None if scenario is None else scenario.as_dict(),
        }
        run = _run(settings, children, homes, seed=asked.seed)

        def plan() -> Made:
            made = pipeline.place(
                self._table(children, "children"),
                self._table(homes, "homes"),
                on=pd.Timestamp(asked.on),
                scenario=scenario,
                replan=asked.replan,
                seed=asked.seed,
                time_limit=asked.time_limit,
            )
            facts = {
                "id": run.run_id,
                "children_id": children.id,
                "homes_id": homes.id,
                "on": asked.on.isoformat(),
                "replan": asked.replan,
                "seed": asked.seed,
                "summary": made.summary,
            }
            # A token says nothing of the child, in this plan or in another.
            tokens = self._store.pseudonyms.of_column(
                made.plan["child_id"], purpose=f"row of plan {run.run_id}"
            )
            tables = {
                "rows": pd.concat([tokens.rename(ROW_COLUMN), made.plan], axis="columns"),
                "alternatives": _by_token(made.alternatives, made.plan["child_id"], tokens),
                "groups": made.groups,
                "prices": made.prices,
                "shortages": made.shortages,
                "equity": made.equity,
            }
            return Made(tables, {"answer": plain(facts), "certificate": plain(made.certificate)})

        name = RecordName(RecordKind.PLACEMENT, run.run_id)
        return self._once(name, plan, (children.name, homes.name))

    def add_panel(self, upload: Upload) -> Outcome:
        """Read, check and keep a panel."""
        name = RecordName(RecordKind.PANEL, upload.id)
        return self._once(name, lambda: Made(*read_panel_sent(upload, self._store)), ())

    def panel_of_returns(self, asked: PanelRequest) -> Outcome:
        """Count a panel from returns that were sent."""
        dataset = self._get(RecordKind.DATASET, asked.dataset_id)
        homes = asked.homes_id and self._get(RecordKind.HOMES, asked.homes_id)
        sources = (dataset, homes) if homes else (dataset,)
        settings = {"result": "panel", **asked.model_dump(mode="json")}
        run = _run(settings, *sources, seed=0)

        def count() -> Made:
            priced = self._table(homes, "homes") if homes else None
            tables, facts = counted_panel(returns_of(dataset, self._store), asked, homes=priced)
            given = {"dataset_id": dataset.id, "homes_id": asked.homes_id}
            return Made(tables, {**given, **facts})

        name = RecordName(RecordKind.PANEL, run.run_id)
        return self._once(name, count, tuple(source.name for source in sources))

    def evaluation(self, asked: EvaluationRequest) -> Outcome:
        """Evaluate a panel under a specification, with the log as it is now."""
        panel = self._get(RecordKind.PANEL, asked.panel_id)
        since = asked.since_id and self._get(RecordKind.EVALUATION, asked.since_id)
        sources = (panel, since) if since else (panel,)
        look = Look(parse_spec_sent(asked.spec), self.log.read())
        settings = {"result": "evaluation", "since": asked.since_id, **look.settings()}
        run = _run(settings, *sources, seed=look.spec.seed)

        def compare() -> Made:
            before = self._table(since, "estimates") if since else None
            kept = self._store.tables(panel.name)
            groups = self._table(panel, GROUPS) if GROUPS in kept else None
            tables, verdict = evaluated(
                self._table(panel, ROWS), look, self._store, groups=groups, before=before
            )
            facts = {
                "id": run.run_id,
                "panel_id": panel.id,
                "since_id": asked.since_id,
                "spec_sha256": verdict["spec_sha256"],
                "look": f"{verdict['look']} of {verdict['looks']}",
                "stamp": verdict["stamp"],
                "verdict": verdict,
                "tables": {name: len(table) for name, table in tables.items() if name != PAGE},
            }
            return Made(tables, {"answer": plain(facts)})

        name = RecordName(RecordKind.EVALUATION, run.run_id)
        return self._once(name, compare, tuple(source.name for source in sources))

    def power_plan(self, asked: PowerRequest) -> Outcome:
        """Say what could be seen of a panel, and when, before anyone looks."""
        panel = self._get(RecordKind.PANEL, asked.panel_id)
        look = Look(parse_spec_sent(asked.spec), self.log.read())
        settings = {"result": "power", **look.settings()}
        run = _run(settings, panel, seed=look.spec.seed)

        def foresee() -> Made:
            table = planned(self._table(panel, ROWS), look)
            stamp = settings["stamp"]
            facts = {
                "id": run.run_id,
                "panel_id": panel.id,
                "spec_sha256": look.spec.sha256,
                "look": f"{settings['look']} of {look.spec.looks}",
                "stamp": stamp,
            }
            return Made({"power": table}, {"answer": plain(facts)})

        name = RecordName(RecordKind.POWER_PLAN, run.run_id)
        return self._once(name, foresee, (panel.name,))

    def forget(self, kind: RecordKind, id: str) -> list[RecordName]:
        """Delete a record with all that came from it, in memory too."""
        deleted = self._store.delete(RecordName.checked(kind, id))
        self._forget_what_is_in_memory()
        return deleted

    def _forget_what_is_in_memory(self) -> None:
        self._prepared = self._outlook = None
        self._regions.forget()

    def _once(
        self, name: RecordName, make: Callable[[], Made], made_from: tuple[RecordName, ...]
    ) -> Outcome:
        held = self._store.find(name)
        if held is not None:
            return Outcome(held, is_new=False)
        with self._turns.next():
            # Another caller may have asked for the same while this one waited.
            held = self._store.find(name)
            if held is not None:
                return Outcome(held, is_new=False)
            made = make()
            try:
                record = self._store.add(
                    name, tables=made.tables, facts=made.facts, made_from=made_from
                )
            except SourceDeletedError:
                self._forget_what_is_in_memory()
                raise
        return Outcome(record, is_new=True)

    def _prepare(self, dataset: Record, config: RunConfig) -> pipeline.Prepared:
        wanted = (dataset.name, config.as_of)
        if self._prepared is None or self._prepared[0] != wanted:
            returns = returns_of(dataset, self._store)
            self._prepared = (wanted, pipeline.prepare(returns, config))
        return self._prepared[1]

    def _draw(
        self,
        name: RecordName,
        dataset: Record,
        config: RunConfig,
        *,
        scenario: Scenario | None = None,
    ) -> DemandForecast:
        """Draw the futures, again if need be: the same inputs and seed give the same."""
        prepared = self._prepare(dataset, config)
        judged = self._judge(name, prepared, config)
        return pipeline.forecast(prepared, config, scenario=scenario, judged=judged)

    def _judge(
        self, name: RecordName, prepared: pipeline.Prepared, config: RunConfig
    ) -> pipeline.Outlook:
        if self._outlook is None or self._outlook[0] != name:
            scored = config.forecasters or FINALISTS
            self._outlook = (name, pipeline.outlook(prepared, config, candidates=scored))
        return self._outlook[1]

    def _region(self, asked: ScenarioRequest, dataset: Record, homes: Record) -> Region:
        """Give the region of a scenario, as it was made for another one if it can be."""
        config = _config(asked)
        forecast = RecordName(RecordKind.FORECAST, _forecast_run(dataset, config).run_id)

        def fit() -> Fitted:
            prepared = self._prepare(dataset, config)
            return fitted(prepared, config, judged=self._judge(forecast, prepared, config))

        return self._regions.get(
            forecast, homes.name, fit=fit, read=lambda: self._table(homes, "homes")
        )

    def _get(self, kind: RecordKind, id: str) -> Record:
        return self._store.get(RecordName.checked(kind, id))

    def _table(self, record: Record, table: str) -> pd.DataFrame:
        return self._store.table(record.name, table).drop(columns=ROW)


def _config(asked: ForecastRequest) -> RunConfig:
    return RunConfig(
        horizon=asked.horizon,
        as_of=_day(asked.as_of),
        origins=asked.origins,
        n_paths=asked.paths,
        seed=asked.seed,
        forecasters=None if asked.forecasters is None else tuple(asked.forecasters),
    )


def _day(given: date | None) -> pd.Timestamp | None:
    return None if given is None else pd.Timestamp(given)


def _forecast_run(dataset: Record, config: RunConfig) -> Provenance:
    settings = {"result": "forecast", "dataset": dataset.id, **config.as_dict()}
    return _run(settings, dataset, seed=config.seed)


def _run(settings: dict[str, Any], *sources: Record, seed: int) -> Provenance:
    # An id is itself a hash of the data and of the program that read them.
    data_hash = sha256(" ".join(str(source.name) for source in sources).encode()).hexdigest()
    return provenance_of(data_hash=data_hash, configuration=settings, seed=seed)


def _explanation(forecast: DemandForecast) -> pd.DataFrame:
    if forecast.explanation is None:
        return pd.DataFrame(columns=EXPLANATION.names)
    return _with_months_as_text(forecast.explanation)


def _by_token(
    table: pd.DataFrame, child_id: pd.Series[str], tokens: pd.Series[str]
) -> pd.DataFrame:
    """Give rows about children by the token of each child's row."""
    token = pd.Series(tokens.to_numpy(), child_id)
    named = table["child_id"].map(token).astype("str").rename(ROW_COLUMN)
    return pd.concat([named, table.drop(columns="child_id")], axis="columns")


def _with_months_as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Give months as ISO days, so that a filter and a reader see the same text."""
    if pd.api.types.is_datetime64_any_dtype(table["month"]):
        return table.assign(month=table["month"].dt.strftime("%Y-%m-%d"))
    return table
