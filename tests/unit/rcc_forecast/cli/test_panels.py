"""`panel` as a person types it: a panel, its groups beside it, or a plain refusal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.evaluation import read_panel_frame
from tests.builders.commands import a_folder, run
from tests.builders.damage import damaged_copy
from tests.builders.register import a_register
from tests.builders.returned_panels import priced
from tests.builders.returns import a_random_return

SALFORD = "E08000006"


def _returns(tmp_path: Path, *, years: tuple[int, ...] = (2020, 2021)) -> Path:
    files = a_random_return(np.random.default_rng(903), years=years)
    return a_folder(tmp_path / "returns", files)


def _panel(tmp_path: Path, *how: object) -> tuple[int, pd.DataFrame]:
    out = tmp_path / "panel.csv"
    code = run("panel", tmp_path / "returns", "--authority", SALFORD, *how, "--out", out)
    text = {"period": str, "release_date": str}
    return code, pd.read_csv(out, dtype=text) if out.exists() else pd.DataFrame()


def test_groups_are_written_beside_the_panel_and_add_up_to_it(tmp_path):
    _returns(tmp_path)

    code, panel = _panel(tmp_path)

    groups = pd.read_csv(tmp_path / "panel.groups.csv", dtype={"period": str})
    assert code == 0
    place = ["la_code", "period", "outcome"]
    for _, group in groups.groupby("characteristic"):
        added = group.groupby(place)[["numerator", "denominator"]].sum()
        whole = panel.set_index(place)[["numerator", "denominator"]].sort_index()
        pd.testing.assert_frame_equal(added, whole, check_dtype=False)
    assert set(groups["characteristic"]) == {"ethnicity", "sex", "uasc"}


def test_counts_are_whole_numbers_in_the_file_and_there_is_no_release_of_ones_own_returns(
    tmp_path,
):
    _returns(tmp_path)

    _panel(tmp_path)

    heading, first = (tmp_path / "panel.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert heading == "la_code,region,period,outcome,numerator,denominator,value,release_date"
    numerator, denominator = first.split(",")[4:6]
    assert numerator.isdigit()
    assert denominator.isdigit()
    assert first.endswith(",")


def test_quarters_and_months_are_written_in_the_form_that_evaluate_reads(tmp_path):
    _returns(tmp_path)

    _, quarters = _panel(tmp_path, "--every", "quarter")
    _, months = _panel(tmp_path, "--every", "month")

    assert quarters["period"].str.fullmatch(r"\d{4}Q[1-4]").all()
    assert months["period"].str.fullmatch(r"\d{4}-\d{2}").all()


def test_each_period_can_be_released_a_number_of_days_after_it_ends(tmp_path):
    _returns(tmp_path)

    _, panel = _panel(tmp_path, "--released-lag", 231)

    # 31 March 2020 and 231 days.
    assert set(panel.loc[panel["period"] == "2020", "release_date"]) == {"2020-11-17"}
    groups = pd.read_csv(tmp_path / "panel.groups.csv", dtype={"period": str})
    assert set(groups.loc[groups["period"] == "2020", "release_date"]) == {"2020-11-17"}


def test_costs_and_forecast_errors_stand_in_the_panel_without_counts(tmp_path):
    _returns(tmp_path)
    register = a_register(priced("1234567", 5_000), priced("1234567", 600, placement_type="foster"))
    homes = tmp_path / "homes.csv"
    register.assign(home_id=["H1", "H2"]).to_csv(homes, index=False)
    forecast = tmp_path / "forecast.csv"
    row = {"local_authority": SALFORD, "placement_type": "All", "age_band": "All"}
    row |= {"population": "All", "measure": "children", "month": "2020-03-31", "horizon": 12}
    pd.DataFrame([row | {"mean": 30.0}]).to_csv(forecast, index=False)
    meta = tmp_path / "forecast.meta.json"
    meta.write_text(json.dumps({"as_of": "2019-03-31"}), encoding="utf-8")

    code, panel = _panel(tmp_path, "--homes", homes, "--forecast", forecast)

    plain = panel[panel["outcome"].isin(["unit_cost", "forecast_error"])]
    assert code == 0
    assert set(plain["outcome"]) == {"unit_cost", "forecast_error"}
    assert plain["value"].notna().all()
    assert plain[["numerator", "denominator"]].isna().all(axis=None)
    # Every child of the random return lives in its children's home on 31 March.
    assert set(panel.loc[panel["outcome"] == "unit_cost", "value"]) == {5_000.0}


def test_a_register_in_the_folder_of_the_returns_is_used_and_said_to_be(tmp_path, capsys):
    returns = _returns(tmp_path)
    a_register(priced("1234567", 5_000)).to_csv(returns / "homes.csv", index=False)

    _, panel = _panel(tmp_path)

    assert "unit_cost" in set(panel["outcome"])
    assert "homes.csv lies in the folder of the returns: used" in capsys.readouterr().out


def test_an_unfit_file_in_the_folder_of_the_returns_is_told_and_refuses_nothing(tmp_path, capsys):
    returns = _returns(tmp_path)
    (returns / "homes.csv").write_text("name,beds\nThe Elms,3\n", encoding="utf-8")

    code, panel = _panel(tmp_path)

    assert code == 0
    assert "unit_cost" not in set(panel["outcome"])
    assert "homes.csv: cannot be read" in capsys.readouterr().out


def test_the_same_returns_give_the_same_bytes(tmp_path):
    _returns(tmp_path)
    _panel(tmp_path, "--every", "month")
    names = ("panel.csv", "panel.groups.csv")
    before = [(tmp_path / name).read_bytes() for name in names]

    _panel(tmp_path, "--every", "month")

    assert [(tmp_path / name).read_bytes() for name in names] == before


@pytest.mark.parametrize(
    "how",
    [
        ("--homes", "homes.csv"),
        ("--siblings", "siblings.csv"),
        ("--every", "quarter"),
        ("--as-of", "2020-03-31"),
        ("--forecast", "forecast.csv"),
    ],
)
def test_what_only_returns_can_tell_is_refused_of_published_files(tmp_path, capsys, how):
    code = run("panel", "--dfe", tmp_path / "a.csv", *how, "--out", tmp_path / "panel.csv")

    assert code == 2
    assert f"{how[0]}: only returns can tell" in capsys.readouterr().err


@pytest.mark.parametrize("lag", ["-1", "1e9", "99999999999", "soon"])
def test_a_lag_that_is_no_number_of_days_is_refused(tmp_path, lag):
    assert _panel(tmp_path, "--released-lag", lag)[0] == 2


def test_two_rules_for_one_release_are_refused(tmp_path):
    assert _panel(tmp_path, "--released", "2021-11-18", "--released-lag", 231)[0] == 2


def test_a_file_beside_the_returns_that_is_not_there_writes_nothing(tmp_path):
    _returns(tmp_path)

    for how in ("--homes", "--siblings", "--forecast", "--backtest"):
        code, panel = _panel(tmp_path, how, tmp_path / "nothing.csv")
        assert code == 2
        assert panel.empty


def test_a_monthly_panel_counts_the_children_of_the_demand_history(tmp_path):
    returns = _returns(tmp_path, years=(2019, 2020, 2021))
    run("demand", returns, "--authority", SALFORD, "--out", tmp_path / "demand.csv")
    history = pd.read_csv(tmp_path / "demand.csv")
    whole = {"placement_type": "All", "age_band": "All", "population": "All"}
    for name, value in {**whole, "measure": "children", "local_authority": SALFORD}.items():
        history = history[history[name] == value]

    _, panel = _panel(tmp_path, "--every", "month")

    fostered = panel[panel["outcome"] == "fostered"].set_index("period")["denominator"]
    demand = history.set_index(history["month"].str[:7])["value"]
    both = pd.concat({"panel": fostered, "demand": demand}, axis=1).dropna()
    assert len(both) > 12
    assert (both["panel"] == both["demand"]).all()


def _hold_the_promise(folder: Path, seed: int) -> None:
    """Make a panel of damaged returns, with a list, a register and forecasts beside them."""
    returns = a_folder(folder / "damaged", damaged_copy(seed))
    siblings, homes = folder / "siblings.csv", folder / "homes.csv"
    siblings.write_text("sibling_group,local_authority,child_id\n1,Salford,x\n", encoding="utf-8")
    a_register(priced("1234567", 5_000)).to_csv(homes, index=False)
    every = ("year", "quarter", "month")[seed % 3]
    out = folder / "panel.csv"

    code = run(
        *("panel", returns, "--siblings", siblings, "--homes", homes, "--every", every),
        *("--out", out),
    )

    assert code in (0, 1, 2), seed
    assert out.exists() == (code == 0), seed
    if code == 0:
        _, faults = read_panel_frame(pd.read_csv(out, dtype=str), name="panel")
        assert faults == [], seed


@pytest.mark.parametrize("seed", range(8))
def test_damaged_returns_make_a_panel_or_are_refused_in_words(tmp_path, capsys, seed):
    _hold_the_promise(tmp_path, seed)

    said = capsys.readouterr()
    assert said.out if (tmp_path / "panel.csv").exists() else said.err


@pytest.mark.full
def test_returns_damaged_in_many_ways_make_a_panel_or_are_refused(tmp_path):
    for seed in range(8, 120):
        _hold_the_promise(tmp_path / str(seed), seed)
