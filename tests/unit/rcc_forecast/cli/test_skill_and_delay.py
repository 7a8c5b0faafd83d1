"""`evaluate skill` and `evaluate delay` as a person types them."""

from __future__ import annotations

import pandas as pd

from tests.builders.commands import run
from tests.builders.delay import pooling_losses

ASSUMPTIONS = """
price_year = 2025
horizon_years = 10
placements_avoided = {low = -4, best = 12, high = 28, source = "estimates.csv"}
weekly_cost_gap = {low = 1500, best = 3000, high = 4500, source = "returns of spend"}
ramp_months = {low = 12, best = 24, high = 36, source = "plan"}
set_up_cost = {low = 1e6, best = 1.5e6, high = 2e6, source = "plan"}
running_cost = {low = 2e5, best = 3e5, high = 5e5, source = "plan"}
delay_months = {value = 24, source = "the question"}
"""


def test_a_cost_of_delay_is_written_with_what_it_rests_on(tmp_path, capsys):
    spec = tmp_path / "delay.toml"
    spec.write_text(ASSUMPTIONS, encoding="utf-8")

    code = run("evaluate", "delay", "--spec", spec, "--out", tmp_path / "delay")

    assert code == 0
    assert {path.stem for path in (tmp_path / "delay").iterdir()} == {
        *("delay", "tornado", "assumptions", "published")
    }
    assert "cannot be said that delay costs or saves" in capsys.readouterr().out


def test_assumptions_that_are_not_complete_write_nothing(tmp_path, capsys):
    spec = tmp_path / "delay.toml"
    spec.write_text("price_year = 2025\n", encoding="utf-8")

    code = run("evaluate", "delay", "--spec", spec, "--out", tmp_path / "delay")

    assert code == 2
    assert not (tmp_path / "delay").exists()
    assert "[placements_avoided] is needed" in capsys.readouterr().err


def test_skill_is_written_and_said_in_a_sentence(tmp_path, capsys):
    backtest = tmp_path / "backtest.csv"
    backtest.write_text("", encoding="utf-8")
    pooling_losses(n_origins=12).to_csv(tmp_path / "backtest.pooling_losses.csv", index=False)

    code = run("evaluate", "skill", backtest, "--out", tmp_path / "skill")

    assert code == 0
    assert pd.read_csv(tmp_path / "skill" / "skill.csv")["headline"].sum() == 1
    assert "16 are needed" in capsys.readouterr().out
