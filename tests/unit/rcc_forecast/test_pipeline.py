"""The hall: what is asked for is refused early where it cannot be, and one outlook serves many."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.errors import NothingUsableError, UnknownNameError
from rcc_forecast.runs import KeptArrays
from rcc_forecast.scenarios import UnsupportedScenarioError, parse_scenario
from tests.builders.histories import LEEDS, filed_by, some_children, some_returns

QUICK = RunConfig(horizon=6, origins=2, n_paths=40, seed=903)
MORE_ENTRIES = {"entries": {"change_pct": 10}}


def _must_not_start(*_, **__):
    raise AssertionError("the long work began before the question was checked")


@pytest.fixture(scope="module")
def prepared():
    return pipeline.prepare(some_returns(), QUICK)


@pytest.fixture(scope="module")
def outlook(prepared):
    return pipeline.outlook(prepared, QUICK)


def test_one_outlook_serves_the_forecast_and_its_what_ifs(prepared, outlook):
    shared = pipeline.forecast(prepared, QUICK, judged=outlook)
    alone = pipeline.forecast(prepared, QUICK)

    pd.testing.assert_frame_equal(shared.table(), alone.table(), check_exact=True)


def test_a_forecast_that_was_stopped_goes_on_to_the_same_bytes(
    prepared, outlook, monkeypatch, tmp_path
):
    whole = pipeline.forecast(prepared, QUICK, judged=outlook)
    kept: list[str] = []
    put = KeptArrays.put

    def put_until_stopped(self, name, arrays):
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(name)
        put(self, name, arrays)

    monkeypatch.setattr(KeptArrays, "put", put_until_stopped)
    with pytest.raises(KeyboardInterrupt):
        pipeline.forecast(prepared, QUICK, resume=tmp_path)
    finished = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    monkeypatch.setattr(KeptArrays, "put", put)

    again = pipeline.forecast(prepared, QUICK, resume=tmp_path)

    assert len(finished) == 3
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert again.table().to_csv() == whole.table().to_csv()
    assert again.explanation.to_csv() == whole.explanation.to_csv()
    assert again.children_paths().tobytes() == whole.children_paths().tobytes()
    assert again.meta == whole.meta


def test_parts_kept_for_one_question_do_not_answer_another(prepared, tmp_path):
    longer = replace(QUICK, horizon=9)

    pipeline.outlook(prepared, QUICK, resume=tmp_path)
    kept = pipeline.forecast(prepared, longer, resume=tmp_path)

    plain = pipeline.forecast(prepared, longer)
    pd.testing.assert_frame_equal(kept.table(), plain.table(), check_exact=True)


def test_a_what_if_has_another_run_id_and_says_what_was_asked(prepared, outlook):
    plain = pipeline.forecast(prepared, QUICK, judged=outlook)
    what_if = pipeline.forecast(
        prepared, QUICK, judged=outlook, scenario=parse_scenario(MORE_ENTRIES)
    )

    assert what_if.meta["run_id"] != plain.meta["run_id"]
    asked = what_if.meta["configuration"]["scenario"]
    assert asked["blocks"] == [{"where": "[entries]", "change_pct": 10.0}]


def test_futures_set_against_homes_are_those_of_the_what_if(prepared, outlook):
    plain, what_if = (
        pipeline.forecast(prepared, QUICK, judged=outlook, scenario=scenario)
        for scenario in (None, parse_scenario(MORE_ENTRIES))
    )

    more = what_if.children_paths().sum(axis=1) - plain.children_paths().sum(axis=1)

    assert more.mean(axis=0).min() > 0


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"entries": {"change_pct": 5, "local_authority": LEEDS}}, UnknownNameError),
        (
            {
                "exits": {"change_pct": 5},
                "homes": {"close": [{"home_id": "A", "ramp_months": 3}]},
            },
            UnsupportedScenarioError,
        ),
    ],
)
def test_a_what_if_that_cannot_be_is_refused_before_the_long_work(
    prepared, given, refusal, monkeypatch
):
    monkeypatch.setattr(pipeline, "run_engine", _must_not_start)

    with pytest.raises(refusal):
        pipeline.forecast(prepared, QUICK, scenario=parse_scenario(given))


def test_a_candidate_that_there_is_not_is_refused_before_the_long_work(prepared, monkeypatch):
    monkeypatch.setattr(pipeline, "run_engine", _must_not_start)
    config = RunConfig(forecasters=("holt_flat",))

    for ask in (pipeline.forecast, pipeline.backtest):
        with pytest.raises(UnknownNameError, match="hold_flat"):
            ask(prepared, config)


def test_a_what_if_on_returns_too_short_for_rates_is_refused_and_not_ignored():
    config = RunConfig(horizon=6, origins=2, n_paths=40, as_of=pd.Timestamp("2018-05-31"))
    short = pipeline.prepare(some_returns(), config)

    with pytest.raises(UnsupportedScenarioError, match="too short"):
        pipeline.forecast(short, config, scenario=parse_scenario(MORE_ENTRIES))


def test_a_backtest_of_returns_too_short_for_a_past_says_so():
    config = RunConfig(horizon=6, origins=2, n_paths=40, as_of=pd.Timestamp("2019-03-31"))
    short = pipeline.prepare(some_returns(), config)

    with pytest.raises(NothingUsableError, match="two years of months"):
        pipeline.backtest(short, config)


def test_the_scores_of_a_short_history_are_an_empty_table_with_its_heading():
    config = RunConfig(horizon=6, origins=2, n_paths=40, as_of=pd.Timestamp("2019-03-31"))
    forecast = pipeline.forecast(pipeline.prepare(some_returns(), config), config)

    table = forecast.backtest.table()
    assert table.empty
    assert {"measure", "model", "scrps"} <= set(table.columns)


def test_the_day_before_the_first_return_cannot_be_forecast_from():
    with pytest.raises(NothingUsableError, match="no episode can be used"):
        pipeline.prepare(some_returns(), RunConfig(as_of=pd.Timestamp("2018-03-15")))


def test_past_forecasts_from_a_31_march_start_from_what_its_return_had():
    # Every end is recorded 60 days late: on 31 March a return misses those of two months.
    children = some_children().assign(late=60)
    late = pipeline.prepare(filed_by(children), QUICK)

    engine = pipeline.outlook(late, RunConfig(horizon=6, origins=6, n_paths=40)).engine

    # Origins of a history to March 2024, a quarter apart: one of them is 31 March 2023.
    assert engine.notes[1].startswith("1 of them start from the level")
