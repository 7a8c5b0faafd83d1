"""One look: every table under its hash, nothing from after the cut-off, no p that cannot be."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.evaluation import PanelAtFaultError, evaluate, read_panel_frame
from rcc_forecast.evaluation.protocol import Log, next_entry, stamp_of
from rcc_forecast.evaluation.run import shares_of
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells

OUTCOMES = ("far", "near")
LOGGED = Stamp("0" * 64, 1, 1, "pre-specified on 2026-01-01")
TABLES = (
    *("estimates", "event_study", "weights", "paths", "placebo_gaps", "placebos"),
    *("power", "robustness", "sensitivity", "lines"),
)
STARTS = [{"unit": NORTH, "delivery": 2024}, {"unit": SOUTH, "delivery": 2025}]


def the_evaluation(panel, spec, stamp=LOGGED):
    return evaluate(the_cells(panel, spec), spec, stamp)


def as_written(evaluation):
    """Every byte of every table, the findings and the verdict."""
    texts = {
        name: table.to_csv(index=False, lineterminator="\n")
        for name, table in evaluation.tables.items()
    }
    findings = evaluation.findings.frame.to_csv(index=False)
    return {**texts, "findings": findings, "verdict": json.dumps(evaluation.verdict)}


@pytest.fixture(scope="module")
def staggered():
    spec = a_spec(outcomes=list(OUTCOMES), treated=STARTS, looks=2)
    panel = a_panel(regions=7, units=3, outcomes=OUTCOMES, effect=-0.05, since=2024)
    return the_evaluation(panel, spec, Stamp("0" * 64, 1, 2, "pre-specified on 2026-01-01"))


def test_every_table_is_there_and_carries_hash_look_and_stamp_last(staggered):
    assert set(TABLES) <= set(staggered.tables)
    for name in TABLES:
        table = staggered.tables[name]
        assert list(table.columns[-3:]) == ["spec_sha256", "look", "stamp"]
        assert len(table)
        assert set(table["look"]) == {"1 of 2"}


def test_one_row_an_outcome_estimator_and_inference_the_effect_on_all_first(staggered):
    table = staggered.tables["estimates"]

    assert set(table["estimand"]) == {"att"}
    assert set(table["region"]) == {"All"}
    assert not table.duplicated(["outcome", "estimator", "inference"]).any()
    assert table["inference"].iloc[0] == "region_permutation"


def test_no_p_value_is_below_one_in_the_number_of_assignments(staggered):
    table = staggered.tables["estimates"]
    # 7 regions, one for each start: 7 x 6 assignments.
    assert table["attainable_p"].min() == pytest.approx(1 / 42)
    for name in ("p_value", "p_adjusted", "p_romano_wolf"):
        made = table[table["attainable_p"].notna() & table[name].notna()]
        assert len(made)
        assert (made[name] >= made["attainable_p"] - 1e-12).all()
    events = staggered.tables["event_study"]
    permuted = events[events["inference"] == "region_permutation"]
    assert (permuted["p_value"].dropna() >= 1 / 42 - 1e-12).all()
    checks = staggered.tables["robustness"]
    assert (checks["p_value_t"].dropna() >= 1 / 42 - 1e-12).all()


def test_the_verdict_says_which_look_can_first_find_something(staggered):
    # 42 assignments x .025 is over one: the first of two looks can.
    assert staggered.verdict["first_possible_look"] == 1
    assert 1 / 42 <= staggered.verdict["spending_p"] <= 1


def test_rows_released_after_the_cut_off_change_no_byte_of_any_table():
    spec = a_spec(
        outcomes=list(OUTCOMES), treated=STARTS, cut_off="2026-12-01", looks=2, permutations=15
    )
    panel = a_panel(regions=5, units=2, outcomes=OUTCOMES, years=range(2018, 2027))
    late = panel.assign(numerator=1, release_date="2027-11-20")
    renamed = panel.assign(outcome="later", la_code="new", region="New", release_date="2027-01-01")
    mixed = pd.concat([late, panel, renamed]).sort_values(["la_code", "period"], kind="stable")

    alone, among = (as_written(the_evaluation(table, spec)) for table in (panel, mixed))

    assert alone == among


def test_one_character_of_the_specification_changes_hash_and_stamp():
    spec, changed = a_spec(), a_spec(neighbours=["Region 01"])
    entry = next_entry(Log(), spec, today=pd.Timestamp("2026-01-05"), software={}, git_commit=None)
    log = Log((entry,))

    logged, unlogged = stamp_of(spec, log), stamp_of(changed, log)

    assert logged.stamp == "pre-specified on 2026-01-05"
    assert unlogged.stamp == EXPLORATORY
    assert logged.spec_sha256 != unlogged.spec_sha256


def test_before_delivery_every_table_stands_and_says_so():
    spec = a_spec(treated=[{"unit": NORTH, "delivery": "2030-04-01"}], looks=4)
    cells, _ = read_panel_frame(a_panel(regions=14), name="panel.csv")

    found = evaluate(cells, spec, Stamp("0" * 64, 1, 4, "pre-specified on 2026-01-01"))

    assert found.verdict["too_early"]
    # One pathfinder of 14 regions: p is never below 1/14, so no look can find anything.
    assert found.verdict["first_possible_look"] is None
    assert found.verdict["spending_p"] is None
    assert "nothing can ever be found" in found.verdict["sentence"]
    assert not len(found.tables["paths"])
    assert np.isnan(found.tables["estimates"]["estimate"]).all()


def test_a_primary_outcome_without_any_value_is_refused():
    panel = a_panel(regions=6).assign(numerator=0, denominator=0)

    with pytest.raises(PanelAtFaultError, match="no cell of the primary outcome 'far' has a value"):
        the_cells(panel, a_spec())


def test_a_further_outcome_without_any_value_stops_nothing():
    spec = a_spec(outcomes=["far", "near"])
    panel = a_panel(regions=6, units=2, outcomes=("far", "near"))
    panel.loc[panel["outcome"] == "near", ["numerator", "denominator"]] = 0

    found = the_evaluation(panel, spec)

    rows = found.tables["estimates"].set_index("outcome")
    assert rows.loc["far", "estimate"].notna().any()
    assert rows.loc["near", "estimate"].isna().all()


def test_a_predictor_that_the_panel_lacks_is_named():
    predictors = [{"outcome": "wealth", "from": 2014, "to": 2018}]
    spec = a_spec(predictors=predictors)

    found = the_evaluation(a_panel(regions=6, units=2), spec)

    assert "the predictor wealth is not in the panel" in set(found.findings.frame["found"])
    of_control = found.tables["estimates"].query("estimator == 'synthetic_control'")
    assert of_control["estimate"].isna().all()
    assert (of_control["note"] != "").all()


def test_two_regions_give_reasons_and_no_interval():
    spec = a_spec(treated=[{"unit": NORTH, "delivery": 2025}])

    found = the_evaluation(a_panel(regions=2, units=1), spec)

    by_t = found.tables["estimates"].query("inference == 'region_permutation_t'")
    assert by_t["low"].isna().all()
    assert by_t["note"].str.contains("needs three regions").all()


def test_an_outcome_that_is_measured_only_since_delivery_has_rows_that_say_so():
    spec = a_spec(outcomes=["far", "new"])
    panel = a_panel(regions=6, outcomes=("far", "new"))
    only_since = panel[(panel["outcome"] == "far") | (panel["period"].astype(int) >= 2025)]

    found = evaluate(the_cells(only_since, spec), spec, Stamp("0" * 64, 1, 1, EXPLORATORY))

    rows = found.tables["estimates"].query("outcome == 'new'")
    assert rows["estimate"].isna().all()
    assert rows["note"].str.fullmatch(r".*[^.]").all()  # a note, which sentences go on from
    assert "new" not in set(found.tables["event_study"]["outcome"])


def test_a_pathfinder_that_left_within_its_first_year_is_never_too_early():
    spec = a_spec(treated=[{"unit": NORTH, "delivery": "2024-04-01", "exit": "2024-10-01"}])

    found = the_evaluation(a_panel(regions=5), spec)

    assert found.verdict["sentence"] == (
        "far: cannot tell; a pathfinder left before delivery had lasted for a whole period: "
        "there is nothing to compare."
    )
    assert found.verdict["earliest_date"] is None
    assert found.verdict["too_early"] is False


@pytest.mark.filterwarnings("error")
def test_where_every_region_is_treated_every_row_says_that_nobody_is_left_to_compare():
    spec = a_spec(treated=[{"unit": unit, "delivery": 2025} for unit in (NORTH, SOUTH)])

    found = the_evaluation(a_panel(regions=2, units=2), spec)

    assert found.tables["estimates"]["estimate"].isna().all()
    assert (found.tables["estimates"]["note"] != "").all()


def test_an_outcome_that_some_files_give_as_a_share_alone_is_a_share_too():
    panel = a_panel(regions=4)
    mixed = panel.astype("str").assign(value="")
    mixed.loc[:3, ["numerator", "denominator", "value"]] = ["", "", "0.21"]

    assert shares_of(the_cells(mixed, a_spec()), a_spec()) == ["far"]


def test_a_predictor_that_reaches_past_delivery_is_told():
    predictors = [{"outcome": "far", "from": 2018, "to": 2025}]

    found = the_evaluation(a_panel(regions=6, units=2), a_spec(predictors=predictors))

    told = set(found.findings.frame["found"])
    assert "the predictor far reaches past the first announcement or delivery" in told
