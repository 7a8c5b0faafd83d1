"""A command that cannot go on says what to do, and its exit code says what happened."""

from __future__ import annotations

import pytest

from rcc_forecast.cli.arguments import left_alone_said
from rcc_forecast.cli.forecasts import scenario_said
from rcc_forecast.cli.program import main
from rcc_forecast.forecasting import cards
from rcc_forecast.scenarios import Use, parse_scenario

FEWER_ENTRANTS = parse_scenario({"entries": {"change_pct": -5}})
CHEAPER = parse_scenario({"weights": {"mile": 2}})


def test_a_command_stopped_from_the_keyboard_says_so_and_nothing_of_its_inside(monkeypatch, capsys):
    def stopped(_scores):
        raise KeyboardInterrupt

    monkeypatch.setattr(cards, "model_cards", stopped)

    assert main(["cards"]) == 130
    assert capsys.readouterr().err.endswith("stopped; no output was written.\n")


@pytest.mark.parametrize("content", [b"", b"town,children\nBury,3\n", b"\xff\xfe\x00"])
def test_a_file_that_holds_no_scores_is_refused_with_what_is_expected(content, tmp_path, capsys):
    path = tmp_path / "scores.csv"
    path.write_bytes(content)

    assert main(["cards", "--backtest", str(path)]) == 2
    assert "Expected scores from `rcc-forecast backtest`" in capsys.readouterr().err


def test_a_file_cannot_be_the_folder_that_a_run_goes_on_from(tmp_path, capsys):
    path = tmp_path / "kept"
    path.write_text("not a folder", encoding="utf-8")

    with pytest.raises(SystemExit) as left:
        main(["forecast", "returns", "--out", "forecast.csv", "--resume", str(path)])

    assert left.value.code == 2
    assert "a folder is needed" in capsys.readouterr().err


def test_a_what_if_without_levers_on_demand_says_that_it_moves_no_forecast():
    assert "as without it" in scenario_said(CHEAPER)
    assert scenario_said(FEWER_ENTRANTS) == scenario_said(None) == ""


def test_levers_on_demand_are_named_where_a_plan_does_not_use_them():
    assert left_alone_said(FEWER_ENTRANTS, Use.PLAN).startswith("[entries]: not used here")
    assert left_alone_said(CHEAPER, Use.PLAN) == left_alone_said(None, Use.PLAN) == ""


def test_what_a_what_if_asks_of_a_plan_alone_is_named_where_nothing_uses_it():
    asked = parse_scenario({"budget": {"weekly_gbp": 50_000}, "rules": {"max_miles": 20}})

    assert left_alone_said(asked, Use.SUFFICIENCY) == (
        "[rules]: not used here; they say how `place` plans, and nothing else.\n"
    )
    assert left_alone_said(FEWER_ENTRANTS, Use.SUFFICIENCY) == ""
