"""A scenario file says what changes; what it cannot say or we cannot do is refused plainly."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.scenarios import (
    ScenarioValueError,
    UnsupportedScenarioError,
    parse_scenario,
    parse_scenario_text,
    read_scenario,
    require_supported,
)


def test_a_scenario_file_is_read_with_its_name_dates_and_authorities(tmp_path):
    path = tmp_path / "forty-more.toml"
    path.write_text(
        '[[homes.add]]\nplacement_type = "childrens_home"\nplaces = 4\nnumber = 2\n'
        'local_authority = "Bolton"\nopens = 2026-09-01\n'
        "[foster]\nrecruit = 40\nramp_months = 12\n"
    )

    scenario = read_scenario(path)

    assert scenario.name == "forty-more"
    assert scenario.added[0].get("opens") == pd.Timestamp("2026-09-01")
    assert scenario.added[0].get("local_authority") == "E08000001"
    assert scenario.foster.get("recruit") == 40


def test_weights_rules_and_tiers_are_handed_on_to_placement():
    scenario = parse_scenario(
        {
            "weights": {"home_of_group": 5000},
            "rules": {"max_miles": 20, "min_grade": "good", "need3_childrens_home_only": True},
            "tiers": {"order": ["placed", "together", "near"]},
        }
    )

    assert scenario.weights == {"home_of_group": 5000.0}
    assert scenario.rules == {
        "max_miles": 20.0,
        "min_grade": "good",
        "need3_childrens_home_only": True,
    }
    assert scenario.tiers == ("placed", "together", "near")
    require_supported(scenario)


@pytest.mark.parametrize(
    ("given", "nearest"),
    [
        ({"fostr": {"recruit": 1}}, "'foster'"),
        ({"foster": {"recruits": 1}}, "'recruit'"),
        ({"homes": {"ad": []}}, "'add'"),
        ({"homes": {"add": [{"placement_typ": "foster"}]}}, "'placement_type'"),
        ({"homes": {"add": [{"placement_type": "childrens_hom"}]}}, "'childrens_home'"),
        ({"tiers": {"order": ["nearr"]}}, "'near'"),
        ({"rules": {"max_mile": 20}}, "'max_miles'"),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_the_nearest(given, nearest):
    with pytest.raises(UnknownNameError, match=f"Did you mean {nearest}"):
        parse_scenario(given)


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"foster": {"recruit": "forty"}}, r"\[foster\] recruit"),
        ({"foster": {"recruit": -1}}, r"\[foster\] recruit"),
        ({"foster": {"recruit": [-5, 5]}}, r"\[foster\] recruit"),
        ({"foster": {"recruit": [1.5, 4]}}, r"\[foster\] recruit"),
        ({"foster": {"lose_pct": -5}}, r"\[foster\] lose_pct"),
        ({"foster": {"lose_pct": [90, 120]}}, r"\[foster\] lose_pct"),
        ({"entries": {"change_pct": [5, 1]}}, r"\[entries\] change_pct"),
        ({"homes": {"close": [{"home_id": "A", "on": "soon"}]}}, r"\[\[homes.close\]\] 1 on"),
        ({"homes": {"close": [{"on": "2026-01-01"}]}}, r"\[\[homes.close\]\] 1"),
        ({"homes": {"add": [{"places": 3}]}}, r"\[\[homes.add\]\] 1"),
        ({"homes": {"add": {"places": 3}}}, r"\[\[homes.add\]\]"),
        ({"homes": {"add": [{"placement_type": "foster", "easting": 1}]}}, "homes.add"),
        ({"foster": {"local_authority": "Nowhere"}}, r"\[foster\] local_authority"),
        ({"tiers": {"order": ["near", "near"]}}, r"\[tiers\] order"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_where_it_stands(given, where):
    with pytest.raises(ScenarioValueError, match=where):
        parse_scenario(given)


def test_intervals_are_taken_wherever_a_number_is_and_contracts_and_budgets_are_handed_on():
    scenario = parse_scenario(
        {
            "entries": {"change_pct": [-10, -5], "age_band": "10-15"},
            "foster": {"recruit": [20, 40]},
            "prices": {"inflation_pct": [2, 5], "from": "2026-04-01"},
            "contracts": [{"provider": "P", "placement_type": "foster", "places": 9}],
            "budget": {"weekly_gbp": [90000, 100000], "from": "2026-04-01"},
        }
    )

    require_supported(scenario)
    assert scenario.contracts[0].get("places") == 9
    assert scenario.budgets[0].get("weekly_gbp") == (90000.0, 100000.0)


def test_what_cannot_be_applied_is_named_one_by_one():
    scenario = parse_scenario(
        {
            "homes": {
                "add": [{"placement_type": "foster", "age_min": [5, 8], "needs_met": [1, 2]}],
                "close": [{"home_id": "A", "to": "2027-01-01"}],
            }
        }
    )

    with pytest.raises(UnsupportedScenarioError) as refused:
        require_supported(scenario)

    assert len(refused.value.levers) == 3
    assert "[[homes.add]] 1 age_min" in str(refused.value)


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("[foster\nrecruit = ")

    with pytest.raises(UnreadableInputError):
        read_scenario(path)


def test_an_unknown_weight_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'mile'"):
        parse_scenario({"weights": {"milez": 3}})


@pytest.mark.parametrize("amount", ["nan", "inf", "[0, inf]"])
def test_a_change_that_is_no_number_is_refused(amount: str) -> None:
    with pytest.raises(ScenarioValueError):
        parse_scenario_text(f"[entries]\nchange_pct = {amount}\n", file="x.toml")


def test_more_homes_than_any_co_operative_has_are_a_slip() -> None:
    with pytest.raises(ScenarioValueError, match="20,000"):
        parse_scenario_text("[foster]\nrecruit = 200000\n", file="x.toml")
