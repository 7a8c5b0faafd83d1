"""Disparity between authorities, raw and beyond chance."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.evaluation import checked, parse_spec, read_panel_frame
from rcc_forecast.evaluation.gaps.areas import disparity_of
from tests.builders.commands import run

SPEC = """primary = "far"
outcomes = ["far"]
[[treated]]
unit = "R0"
delivery = 2025
"""


def _panel(*, spread: float, children: int = 400, deprived: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(903)
    rows = []
    for unit in range(60):
        share = np.clip(0.3 + spread * rng.standard_normal(), 0.02, 0.9)
        for year in range(2020, 2027):
            count = rng.binomial(children, share)
            rows.append((f"U{unit}", f"R{unit % 6}", str(year), "far", count, children, ""))
            if deprived:
                rows.append((f"U{unit}", f"R{unit % 6}", str(year), "deprivation", "", "", -share))
    names = ["la_code", "region", "period", "outcome", "numerator", "denominator", "value"]
    return pd.DataFrame(rows, columns=names).astype(str)


def _table(panel: pd.DataFrame) -> pd.DataFrame:
    spec = parse_spec(tomllib.loads(SPEC))
    return disparity_of(checked(*read_panel_frame(panel, name="panel"), spec, name="panel"), spec)


def _measured(panel: pd.DataFrame, *, among: str = "All") -> pd.DataFrame:
    table = _table(panel)
    return table[table["among"] == among].pivot_table("value", index="period", columns="measure")


def test_theil_is_split_between_and_within_regions():
    found = _measured(_panel(spread=0.06))

    parts = found["theil_between"] + found["theil_within"]
    assert parts.to_numpy() == pytest.approx(found["theil"].to_numpy(), abs=1e-12)


def test_chance_between_small_authorities_is_not_told_as_disparity():
    found = _measured(_panel(spread=0.0, children=40))

    assert (found["sd_observed"] > 0.05).all()
    assert found["sd_beyond_chance"].mean() < 0.03
    assert found["outside_funnel"].mean() < 1


def test_true_disparity_is_found_beyond_chance():
    found = _measured(_panel(spread=0.08))

    assert found["sd_beyond_chance"].to_numpy() == pytest.approx(0.08, rel=0.3)


def test_slope_indices_need_an_order_by_deprivation():
    without, ordered = _measured(_panel(spread=0.08)), _measured(_panel(spread=0.08, deprived=True))

    assert "sii" not in without
    assert (ordered["sii"] > 0).all()  # least deprived last, with the larger shares here
    assert (ordered["rii"] > 1).all()


def test_slopes_and_spread_beyond_chance_have_intervals_that_hold_them():
    table = _table(_panel(spread=0.08, deprived=True))

    told = table[table["measure"].isin(["sii", "rii", "sd_beyond_chance"])]
    assert (told["low"] < told["value"]).all()
    assert (told["value"] < told["high"]).all()
    assert table.loc[table["measure"] == "gini", "low"].isna().all()


def test_authorities_without_deprivation_are_left_out_of_the_slope_and_counted():
    panel = _panel(spread=0.08, deprived=True)
    panel = panel[~((panel["la_code"] == "U7") & (panel["outcome"] == "deprivation"))]

    table = _table(panel)

    slopes = table[(table["measure"] == "sii") & (table["among"] == "All")]
    assert set(slopes["note"]) == {"authorities without deprivation, left out: 1"}


def test_pathfinders_and_the_rest_are_measured_apart():
    panel = _panel(spread=0.0)
    rest = (panel["region"] != "R0") & (panel["la_code"].str[-1].astype(int) % 2 == 1)
    apart = panel["numerator"].astype(int) + np.where(rest, 60, 0)

    table = panel.assign(numerator=apart.astype(str))

    inside, outside = (_measured(table, among=among) for among in ("pathfinders", "the rest"))
    assert (inside["sd_beyond_chance"] < 0.04).all()
    assert (outside["sd_beyond_chance"] > 0.06).all()


def test_an_outcome_nobody_has_is_no_disparity():
    panel = _panel(spread=0.0)

    found = _measured(panel.assign(numerator="0"))

    assert (found["sd_beyond_chance"] == 0).all()
    assert "theil" not in found


def test_evaluate_writes_disparity_with_the_stamp(tmp_path: Path):
    panel, spec, out = tmp_path / "panel.csv", tmp_path / "spec.toml", tmp_path / "out"
    _panel(spread=0.05).to_csv(panel, index=False)
    spec.write_text(SPEC)

    code = run("evaluate", panel, "--spec", spec, "--out", out)

    table = pd.read_csv(out / "disparity.csv")
    assert code == 0
    assert table.columns.tolist()[-3:] == ["spec_sha256", "look", "stamp"]
    assert set(table["stamp"]) == {"EXPLORATORY"}
