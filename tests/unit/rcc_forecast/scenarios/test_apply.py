"""A scenario changes the register by dates, so that every stage sees the change on its day."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.scenarios import (
    Scenario,
    ScenarioValueError,
    apply_scenario,
    parse_scenario,
)
from rcc_forecast.tables.homes import HOMES
from tests.builders.register import BOLTON, BURY, a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")


def changed(register, **given):
    """The register under a scenario given as TOML would give it."""
    return apply_scenario(parse_scenario(given), register, as_of=AS_OF)


def foster_homes(number):
    return a_register(
        *(
            a_home(f"F{i:02}", placement_type="foster", places_approved=2, places_available=1)
            for i in range(number)
        )
    )


def test_no_scenario_changes_nothing():
    homes = a_home()

    pd.testing.assert_frame_equal(apply_scenario(Scenario(), homes, as_of=AS_OF), homes)


def test_added_homes_stand_at_the_centroid_of_their_authority():
    add = {"placement_type": "childrens_home", "places": 4, "number": 2, "local_authority": BURY}

    homes = changed(a_home(), homes={"add": [{**add, "opens": "2026-01-01"}]})

    new = homes.iloc[1:]
    assert new["home_id"].tolist() == ["SCENARIO-1", "SCENARIO-2"]
    assert new["places_approved"].tolist() == [4, 4]
    assert new["places_available"].tolist() == [4, 4]
    assert new["easting"].tolist() == [AUTHORITIES.loc[BURY, "easting"]] * 2
    assert (new["opened"] == pd.Timestamp("2026-01-01")).all()
    # What is not given is as in the register's homes of that kind.
    assert new["weekly_cost_gbp"].tolist() == [5_000.0, 5_000.0]
    HOMES.check(homes)


def test_an_added_home_without_a_day_is_open_at_once():
    homes = changed(a_home(), homes={"add": [{"placement_type": "foster", "places": 1}]})

    assert homes["opened"].iloc[-1] == AS_OF


def test_a_closed_home_keeps_its_row_and_has_a_last_day():
    homes = a_register(a_home("A"), a_home("B"))

    homes = changed(homes, homes={"close": [{"home_id": "A", "on": "2025-09-30"}]})

    assert homes["closed"].iloc[0] == pd.Timestamp("2025-09-30")
    assert pd.isna(homes["closed"].iloc[1])


def test_a_provider_that_leaves_closes_all_its_homes_but_none_later_than_planned():
    homes = a_register(
        a_home("A", provider="Gone"),
        a_home("B", provider="Gone", closed="2025-06-30"),
        a_home("C"),
    )

    homes = changed(homes, homes={"close": [{"provider": "Gone", "on": "2025-09-30"}]})

    assert homes["closed"].iloc[:2].dt.strftime("%Y-%m-%d").tolist() == ["2025-09-30", "2025-06-30"]
    assert pd.isna(homes["closed"].iloc[2])


def test_closing_a_home_that_is_not_in_the_register_is_refused_without_its_reference():
    with pytest.raises(ScenarioValueError) as refused:
        changed(a_home("A"), homes={"close": [{"home_id": "SECRET-7"}]})

    assert "SECRET-7" not in str(refused.value)


def test_recruits_come_evenly_over_the_ramp():
    homes = changed(foster_homes(2), foster={"recruit": 4, "from": "2025-04-01", "ramp_months": 2})

    opened = homes["opened"].iloc[2:].dt.strftime("%Y-%m-%d").tolist()
    assert opened == ["2025-05-01", "2025-05-01", "2025-06-01", "2025-06-01"]
    assert (homes["places_approved"].iloc[2:] == 2).all()


def test_recruits_live_where_foster_homes_are():
    homes = a_register(foster_homes(3), a_home("Z", placement_type="foster", local_authority=BURY))

    homes = changed(homes, foster={"recruit": 8})

    # Three of four households are in Bolton: 6 of 8 recruits.
    new = homes["local_authority"].iloc[4:]
    assert (new == BOLTON).sum() == 6
    assert (new == BURY).sum() == 2


def test_a_tenth_of_foster_households_lost_is_two_of_twenty():
    homes = changed(foster_homes(20), foster={"lose_pct": 10, "ramp_months": 12})

    lost = homes["closed"].dropna()
    assert len(lost) == 2
    assert sorted(lost.dt.strftime("%Y-%m-%d")) == ["2025-09-30", "2026-03-31"]


def test_prices_rise_for_the_kind_and_sector_meant():
    homes = a_register(a_home("A"), a_home("B", sector="voluntary"), foster_homes(1))

    homes = changed(
        homes,
        prices={"inflation_pct": 10, "placement_type": "childrens_home", "sector": "private"},
    )

    assert homes["weekly_cost_gbp"].tolist() == pytest.approx([5_500.0, 5_000.0, 5_000.0])


def test_a_second_scenario_goes_on_numbering():
    add = {"add": [{"placement_type": "foster"}]}

    homes = changed(changed(a_home(), homes=add), homes=add)

    assert homes["home_id"].tolist() == ["H1", "SCENARIO-1", "SCENARIO-2"]


def test_a_lever_on_demand_leaves_the_register_as_it_is():
    homes = a_home()

    pd.testing.assert_frame_equal(changed(homes, entries={"change_pct": 5}), homes)
