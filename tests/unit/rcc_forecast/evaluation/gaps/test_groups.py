"""Gaps between groups of children are measured like with like, and told with their doubt."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.control_charts import newcombe
from rcc_forecast.evaluation.gaps.group_gaps import group_gaps
from rcc_forecast.evaluation.gaps.groups import cells_of_group, read_groups
from rcc_forecast.evaluation.panel import PanelAtFaultError
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from rcc_forecast.tables.disparity import DISPARITY, OTHER_THAN_UASC, UNKNOWN
from tests.builders.evaluations import a_panel, a_spec, the_cells
from tests.builders.groups import a_group, a_panel_of, some_groups

YEARS = Calendar(1)
REGIONS = {"A": "North", "B": "South", "C": "East", "D": "West"}


def _read(frame: pd.DataFrame, **changed):
    asked = {"name": "panel.groups.csv", "cut_off": None, "calendar": YEARS, **changed}
    return read_groups(frame, **asked)


def _gaps(frame: pd.DataFrame) -> pd.DataFrame:
    panel = a_panel_of(frame)
    earlier = panel.assign(period="2020")
    spec = a_spec(treated=[{"unit": "North", "delivery": 2025}])
    cells = the_cells(pd.concat([earlier, panel], ignore_index=True), spec)
    return group_gaps(_read(frame), cells, spec)


def _one(table: pd.DataFrame, *, group: str, measure: str, among: str = "All") -> pd.Series:
    rows = table[
        (table["group"] == group) & (table["measure"] == measure) & (table["among"] == among)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def _four(having: dict[str, tuple[int | str, int]], others: dict[str, tuple[int, int]]):
    numbers = {code: {"Black": having[code], "White": others[code]} for code in having}
    return a_group(numbers, regions=REGIONS)


def test_a_gap_is_the_share_of_the_group_less_that_of_all_other_children():
    frame = _four(
        {"A": (30, 100), "B": (20, 100), "C": (10, 50), "D": (15, 50)},
        {"A": (40, 200), "B": (40, 200), "C": (20, 100), "D": (20, 100)},
    )

    table = _gaps(frame)

    assert _one(table, group="Black", measure="share")["value"] == pytest.approx(75 / 300)
    assert _one(table, group="Black", measure="gap")["value"] == pytest.approx(75 / 300 - 0.2)
    assert _one(table, group="Black", measure="ratio")["value"] == pytest.approx(0.25 / 0.2)
    assert _one(table, group="White", measure="gap")["value"] == pytest.approx(-0.05)


def test_a_group_that_lives_where_everybody_is_placed_far_has_no_gap_within_authorities():
    # Every authority treats both alike; the group lives in the one that places half far away.
    frame = _four(
        {"A": (100, 200), "B": (2, 20), "C": (2, 20), "D": (2, 20)},
        {"A": (50, 100), "B": (100, 1000), "C": (100, 1000), "D": (100, 1000)},
    )

    table = _gaps(frame)

    assert _one(table, group="Black", measure="gap")["value"] > 0.25
    within = _one(table, group="Black", measure="gap_within_authorities")
    assert within["value"] == pytest.approx(0.0, abs=1e-12)
    assert within["low"] < 0 < within["high"]
    assert within["note"] == "4 authorities have both"


def test_a_gap_is_never_surer_than_if_children_were_independent():
    frame = _four(
        {"A": (60, 100), "B": (5, 100), "C": (8, 100), "D": (40, 100)},
        {"A": (40, 200), "B": (40, 200), "C": (20, 100), "D": (20, 100)},
    )

    row = _one(_gaps(frame), group="Black", measure="gap")

    alone = newcombe(np.array([113.0]), np.array([400.0]), np.array([120.0]), np.array([600.0]))
    assert row["low"] < alone[0][0] - 0.05
    assert row["high"] > alone[1][0] + 0.05


def test_a_group_of_fewer_than_ten_children_has_no_share_and_a_reason():
    frame = _four(
        {"A": (1, 3), "B": (1, 3), "C": (0, 2), "D": (1, 1)},
        {"A": (40, 200), "B": (40, 200), "C": (20, 100), "D": (20, 100)},
    )

    row = _one(_gaps(frame), group="Black", measure="share")

    assert np.isnan(row["value"])
    assert np.isnan(row["low"])
    assert row["note"] == "fewer than 10 children"


def test_children_of_unknown_group_are_compared_with_nobody():
    numbers = {code: {"Black": (10, 40), "White": (20, 100), UNKNOWN: (50, 60)} for code in REGIONS}

    table = _gaps(a_group(numbers, regions=REGIONS))

    assert _one(table, group="Black", measure="gap")["value"] == pytest.approx(0.25 - 0.2)
    assert set(table.loc[table["group"] == UNKNOWN, "measure"]) == {"share", "children"}


def test_a_withheld_count_widens_the_interval_as_far_as_it_may_lie():
    others = dict.fromkeys(REGIONS, (40, 200))
    known = _four({"A": (3, 60), "B": (12, 60), "C": (12, 60), "D": (12, 60)}, others)
    hidden = _four({"A": ("c", 60), "B": (12, 60), "C": (12, 60), "D": (12, 60)}, others)

    sure, unsure = (_one(_gaps(f), group="Black", measure="gap") for f in (known, hidden))

    assert unsure["value"] == pytest.approx(sure["value"])
    assert unsure["low"] < sure["low"]
    assert unsure["high"] > sure["high"]
    assert unsure["note"] == "withheld counts taken as 3: 1"


def test_pathfinders_and_the_rest_add_up_to_all_children():
    frame = some_groups()
    spec = a_spec()
    cells = the_cells(a_panel(years=range(2018, 2027)), spec)

    table = group_gaps(_read(frame), cells, spec)

    counted = table[table["measure"] == "children"].pivot_table(
        "value", index=["period", "group"], columns="among"
    )
    assert (counted["pathfinders"] + counted["the rest"] == counted["All"]).all()
    assert counted["pathfinders"].eq(counted["All"] / 6).all()


def test_the_table_is_of_the_declared_form():
    spec = a_spec()
    cells = the_cells(a_panel(years=range(2018, 2027)), spec)

    table = group_gaps(_read(some_groups()), cells, spec)

    whole = stamped(table, DISPARITY, Stamp("0" * 64, 1, 1, EXPLORATORY))
    assert whole.columns.tolist() == DISPARITY.names
    inside = table.dropna(subset=["low"])
    assert ((inside["low"] <= inside["value"]) & (inside["value"] <= inside["high"])).all()


def test_a_true_gap_lies_in_its_interval_nineteen_times_in_twenty():
    spec = a_spec()
    cells = the_cells(a_panel(regions=14, units=6, years=range(2024, 2027)), spec)
    inside: dict[str, list[bool]] = {"gap": [], "gap_within_authorities": []}
    for seed in range(30):
        frame = some_groups(regions=14, units=6, years=[2026], gap=0.06, seed=seed)
        table = group_gaps(_read(frame), cells, spec)
        for measure, held in inside.items():
            row = _one(table, group="Black", measure=measure)
            held.append(row["low"] <= 0.06 <= row["high"])

    # Of 30 intervals that each hold the truth 95 times in 100, 25 or fewer do once in 60.
    assert sum(inside["gap"]) >= 26
    assert sum(inside["gap_within_authorities"]) >= 26


def test_authorities_that_the_panel_does_not_have_are_left_out_and_counted():
    spec = a_spec()
    cells = the_cells(a_panel(regions=11, years=range(2018, 2027)), spec)

    table = group_gaps(_read(some_groups(regions=12)), cells, spec)

    assert table["note"].str.contains("authorities not in the panel, left out: 4").all()


def test_groups_released_after_the_cut_off_reach_nothing():
    frame = some_groups(years=range(2018, 2026))
    later = some_groups(years=[2026]).assign(numerator="not yet to be seen")

    one = _read(frame, cut_off=pd.Timestamp("2025-12-31"))
    both = _read(pd.concat([frame, later], ignore_index=True), cut_off=pd.Timestamp("2025-12-31"))

    pd.testing.assert_frame_equal(one.frame, both.frame)
    assert both.late == len(later)


def test_every_fault_of_groups_is_told_at_once():
    good = some_groups(years=[2025])
    twice = pd.concat([good, good.iloc[[0]]], ignore_index=True)
    wrong = twice.assign(
        numerator=twice["numerator"].where(twice.index != 3, 1000),
        characteristic=twice["characteristic"].where(twice.index != 5, "hair"),
    )

    with pytest.raises(PanelAtFaultError) as refused:
        _read(wrong)

    told = "\n".join(refused.value.faults)
    assert len(refused.value.faults) == 3
    assert "la_code, period, outcome, characteristic, group stands there more than once" in told
    assert "line 5: numerator is above denominator" in told
    assert "characteristic is not one of ethnicity, sex, uasc" in told


def test_groups_by_quarter_do_not_stand_beside_a_panel_by_year():
    frame = some_groups(years=[2025]).assign(period="2025Q1")

    with pytest.raises(PanelAtFaultError, match="not of the form of the panel's"):
        _read(frame)


def test_a_file_without_characteristic_is_refused_with_the_columns_it_needs():
    with pytest.raises(PanelAtFaultError, match="There is no column characteristic"):
        _read(some_groups(years=[2025]).drop(columns="characteristic"))


def test_one_group_can_be_compared_as_the_whole_is():
    frame = some_groups(groups={"other": 300, "unaccompanied": 40}, characteristic="uasc")
    cells = the_cells(a_panel_of(frame), a_spec())

    own = cells_of_group(
        _read(frame), cells, outcome="far", characteristic="uasc", group=OTHER_THAN_UASC
    )

    counted = frame[frame["group"] == "other"].set_index(["la_code", "period"])["numerator"]
    named = own.frame.assign(period=own.frame["period"].astype("str"))
    found = named.set_index(["la_code", "period"])["numerator"]
    assert (found.sort_index() == counted.sort_index()).all()
    assert (
        cells_of_group(_read(frame), cells, outcome="far", characteristic="uasc", group="nobody")
        is None
    )
