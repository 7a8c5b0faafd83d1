"""The robustness table always has every row, in one order."""

from __future__ import annotations

import math

import pytest

from rcc_forecast.evaluation.robustness import p_values_by_t, robustness_rows
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells


def the_rows(spec=None, panel=None):
    spec = spec or a_spec()
    cells = the_cells(a_panel(regions=6) if panel is None else panel, spec)
    return {row.name: answer for row, answer in robustness_rows(cells, spec)}


def test_every_row_is_there_in_the_fixed_order():
    dropped = [f"drop Region {number:02d}" for number in range(4)]

    assert list(the_rows()) == [
        "primary",
        "child-weighted",
        f"{NORTH} alone",
        f"{SOUTH} alone",
        "drop London",
        *dropped,
        "base 3 years",
        "base 5 years",
        "base 8 years",
        "without Covid years",
        "neighbours dropped",
        "in-time placebo 2 years early",
        "placebo outcome",
        "synthetic_did",
        "synthetic_control",
        "anticipation 0",
        "anticipation 1",
        "anticipation 2",
        "never-treated controls",
        "not-yet-treated controls",
        "imputed cells dropped",
        "children other than UASC",
    ]


def test_a_row_that_cannot_run_says_why():
    rows = the_rows()

    for name in (
        *("drop London", "neighbours dropped", "placebo outcome", "imputed cells dropped"),
        "children other than UASC",
    ):
        assert math.isnan(rows[name].effect.estimate)
        assert rows[name].effect.note


def test_every_other_row_has_an_estimate():
    panel = a_panel(regions=6, outcomes=("far", "sham"))
    panel["region"] = panel["region"].replace("Region 01", "London")
    first = panel.index[(panel["outcome"] == "far") & (panel["la_code"] == "U050")][0]
    panel = panel.astype({"numerator": object})
    panel.loc[first, "numerator"] = "c"
    spec = a_spec(neighbours=["Region 02"], placebo_outcome="sham")

    cells = the_cells(panel, spec)
    rows = {row.name: each for row, each in robustness_rows(cells, spec, without_uasc=cells)}

    assert not [name for name, answer in rows.items() if math.isnan(answer.effect.estimate)]


def test_a_placebo_in_time_finds_nothing_of_a_later_effect():
    rows = the_rows(panel=a_panel(regions=6, effect=-0.1))

    assert rows["primary"].effect.estimate == pytest.approx(-0.1, abs=0.02)
    assert abs(rows["in-time placebo 2 years early"].effect.estimate) < 0.02


def test_each_row_by_difference_in_differences_has_its_p_by_t_beside_it():
    spec, panel = a_spec(), a_panel(regions=8, effect=-0.1)
    cells = the_cells(panel, spec)
    rows = [row for row, _ in robustness_rows(cells, spec)]

    found = dict(zip([row.name for row in rows], p_values_by_t(rows, cells, spec), strict=True))

    assert found["primary"] == pytest.approx(1 / 28)  # 8 * 7 / 2 pairs
    assert found["child-weighted"] >= 1 / 28
    assert found[f"{NORTH} alone"] >= 1 / 7
    assert math.isnan(found["synthetic_did"])
    assert math.isnan(found["drop London"])


def test_children_other_than_uasc_are_compared_by_their_own_counts():
    panel, spec = a_panel(regions=6, units=2), a_spec()
    cells = the_cells(panel, spec)
    own = the_cells(panel.assign(numerator=panel["numerator"] // 2), spec)

    rows = {row.name: answer for row, answer in robustness_rows(cells, spec, without_uasc=own)}

    whole, others = (rows[name].effect for name in ("primary", "children other than UASC"))
    assert others.estimate == pytest.approx(whole.estimate / 2, rel=0.05)
