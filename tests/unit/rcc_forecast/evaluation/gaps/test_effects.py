"""Whether disparity rose is judged as any other outcome is: by region, and with few claims."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.evaluation.gaps.effects import disparity_effects_of
from rcc_forecast.evaluation.gaps.groups import read_groups
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from rcc_forecast.tables.disparity import DISPARITY_EFFECTS
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells
from tests.builders.groups import a_panel_of, some_groups

YEARS = range(2018, 2027)


def _groups(frame: pd.DataFrame):
    return read_groups(frame, name="groups.csv", cut_off=None, calendar=Calendar(1))


def _effects(frame: pd.DataFrame, **changed) -> pd.DataFrame:
    spec = a_spec(**changed)
    return disparity_effects_of(the_cells(a_panel_of(frame), spec), _groups(frame), spec)


def _of(table: pd.DataFrame, *, measure: str, group: str = "All") -> pd.DataFrame:
    return table[(table["measure"] == measure) & (table["group"] == group)]


def test_a_gap_that_widens_in_pathfinders_alone_is_found():
    table = _effects(some_groups(regions=14, units=6, gap=0.05, effect=0.12))

    rows = _of(table, measure="gap_within_authorities", group="Black")

    assert rows["estimate"].to_numpy() == pytest.approx(0.12, abs=0.05)
    assert (rows["p_value"] < 0.05).all()
    assert (rows["low"] > 0).all()


def test_authorities_that_drift_apart_in_pathfinders_are_found():
    panel = a_panel(regions=14, units=6, years=YEARS)
    touched = panel["region"].isin([NORTH, SOUTH]) & (panel["period"].astype(int) >= 2025)
    apart = np.where(panel["la_code"].str[-1].astype(int) % 2, 150, -150)
    panel = panel.assign(numerator=panel["numerator"] + np.where(touched, apart, 0))
    spec = a_spec()

    table = disparity_effects_of(the_cells(panel, spec), None, spec)

    by_sd = _of(table, measure="sd_beyond_chance")
    assert by_sd["estimate"].to_numpy() == pytest.approx(0.08, abs=0.02)  # 150 of 2,000, n - 1
    assert (table["estimate"] > 0).all()
    assert (table["p_value"] < 0.05).all()


def test_every_row_is_in_one_family_for_its_kind_of_inference():
    table = _effects(some_groups(regions=14, units=6))

    assert len(table) == 2 * (2 + 3 * 2)  # theil and sd; three groups by two gaps
    for _, rows in table.groupby("inference"):
        made = rows["p_value"].notna()
        least = rows.loc[made, "p_value"].min()
        assert rows["p_adjusted"].min() == pytest.approx(min(made.sum() * least, 1.0))
        assert (rows.loc[made, "p_adjusted"] >= rows.loc[made, "p_value"]).all()


def test_the_gap_of_two_groups_is_told_once():
    frame = some_groups(groups={"female": 180, "male": 220}, characteristic="sex")

    table = _effects(frame)

    assert set(table.loc[table["between"] == "sex", "group"]) == {"female"}


def test_where_nothing_has_begun_each_row_says_too_early():
    table = _effects(
        some_groups(), treated=[{"unit": unit, "delivery": 2030} for unit in (NORTH, SOUTH)]
    )

    assert table["estimate"].isna().all()
    assert table["note"].str.startswith("too early").all()


def test_a_year_in_which_a_pathfinder_has_too_few_children_is_left_out():
    frame = some_groups(regions=14, units=6)
    few = (frame["region"] == NORTH) & (frame["group"] == "Black") & (frame["period"] == "2020")
    frame = frame.assign(
        denominator=frame["denominator"].where(~few, 1), numerator=frame["numerator"].where(~few, 0)
    )

    rows = _of(_effects(frame), measure="gap", group="Black")

    assert rows["estimate"].notna().all()
    assert rows["note"].str.contains("1 periods in which a pathfinder has too few").all()


def test_regions_of_one_authority_have_no_disparity_within():
    panel = a_panel(units=1, years=YEARS)
    spec = a_spec()

    table = disparity_effects_of(the_cells(panel, spec), None, spec)

    assert table["estimate"].isna().all()
    assert set(table["note"]) == {"no region has authorities or children enough for it"}


def test_outcomes_without_counts_or_not_in_the_panel_have_rows_that_say_so():
    panel = a_panel(years=YEARS)
    cost = panel.drop(columns=["numerator", "denominator"]).assign(outcome="cost", value=900.0)
    both = pd.concat([panel, cost], ignore_index=True)
    spec = a_spec(outcomes=["far", "cost", "absent"])

    table = disparity_effects_of(the_cells(both, spec), None, spec)

    rows = table[table["outcome"] != "far"]
    assert len(rows) == 8
    assert rows["estimate"].isna().all()
    assert set(rows["note"]) == {"no region has authorities or children enough for it"}


def test_authorities_as_units_have_rows_that_say_why_there_is_no_figure():
    panel = a_panel(years=YEARS)
    spec = a_spec(unit="authority", treated=[{"unit": "U000", "delivery": 2025}])

    table = disparity_effects_of(the_cells(panel, spec), None, spec)

    assert table["estimate"].isna().all()
    assert table["note"].str.startswith("units are authorities").all()


def test_the_table_is_of_the_declared_form_and_the_same_every_time():
    frame = some_groups()

    one, again = _effects(frame), _effects(frame)

    pd.testing.assert_frame_equal(one, again)
    whole = stamped(one, DISPARITY_EFFECTS, Stamp("0" * 64, 1, 1, EXPLORATORY))
    assert whole.columns.tolist() == DISPARITY_EFFECTS.names
