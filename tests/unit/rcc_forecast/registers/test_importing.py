"""Another register becomes ours through a mapping, and what it could not place is told."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import PlacementType
from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.registers import (
    import_register,
    import_text,
    read_children,
    read_homes,
    read_mapping,
    shipped_mappings,
)
from rcc_forecast.registers.mapping import parse_mapping
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.placement import CHILDREN_TO_PLACE
from tests.builders.bad_registers import damaged_register
from tests.builders.other_registers import a_census, filed, some_referrals
from tests.builders.reference import reference_data

OFSTED_LIST = "england/ofsted_providers_urn_mar2025.csv.gz"

DECEMBER_2025 = (
    *("Fostering - Mainstream", "Fostering - Enhanced", "Fostering - Parent and child"),
    *("Residential - Mainstream", "Residential - With Education", "Residential - Parent and Child"),
    "Residential - 38 week Residential School/College",
    "Residential - 52 week Residential School/College",
    "Supported Accommodation - Category 1: Self contained solo accommodation ",
    "Supported Accommodation - Category 2: Shared or group living for LAC and care leavers",
    "Supported Accommodation - Category 3: Shared or group living not limited to LAC or care "
    "leavers",
    "Supported Accommodation - Category 4: Supported Lodgings",
    *("Secure Welfare", "Student accommodation"),
    *("Unregistered (where it should be registered)", "Youth Offending Institution"),
    *("Remand", "CQC", "Fostering - Short breaks"),
)
"""The 19 types of provision of the census of December 2025."""


def imported(table: pd.DataFrame, mapping: str, folder, **asked: object):
    return import_register(filed(table, folder / "theirs.csv"), read_mapping(mapping), **asked)


# The Ofsted list ------------------------------------------------------------------------------


def test_every_kind_sector_grade_and_authority_of_the_ofsted_list_is_placed():
    register = import_register(reference_data(OFSTED_LIST), read_mapping("ofsted"))

    homes = register.table
    assert register.unplaced == {}
    assert register.rows_read == 5600
    assert len(homes) + register.findings.rows_refused == 5600
    # 3,938 and 8 homes by either spelling and 49 schools, less 125 for short breaks alone.
    assert (homes["placement_type"] == "childrens_home").sum() == 3_938 + 8 + 49 - 125
    assert (homes["placement_type"] == "secure_home").sum() == 14
    # Four providers are registered from Wales and have no address: 893 - 4.
    assert (homes["placement_type"] == "supported").sum() == 893 - 4
    assert len(register.findings.of("home-outside-england")) == 4
    assert homes["local_authority"].str.fullmatch(r"E\d{8}").all()


def test_a_suspended_home_takes_nobody():
    register = import_register(reference_data(OFSTED_LIST), read_mapping("ofsted"))

    suspended = register.findings.of("mapping-sets")["row"]
    homes = register.table[register.table["source_row"].isin(suspended)]
    assert len(homes) > 0
    assert (homes["places_available"] == 0).all()


def test_the_ofsted_list_is_used_as_a_register_of_homes(tmp_path):
    register = import_register(reference_data(OFSTED_LIST), read_mapping("ofsted"))
    register.table.to_csv(tmp_path / "homes.csv", index=False)

    homes, found = read_homes(tmp_path / "homes.csv")

    assert len(homes) == len(register.table)
    assert found.rows_refused == 0


def test_a_list_of_forty_thousand_rows_is_read_within_three_seconds(tmp_path):
    rng = np.random.default_rng(1)
    rows = pd.DataFrame(
        {
            "URN": np.arange(40_000).astype(str),
            "Provision type": rng.choice(["Children's home", "Supported Accommodation"], 40_000),
            "Registration status": "Active",
            "Local authority": rng.choice(["Bolton", "Kent", "Leeds", "Hull"], 40_000),
            "Sector": "Private",
            "Places": rng.integers(1, 9, 40_000).astype(str),
            "Postcode": "REDACTED",
        }
    )
    path = filed(rows, tmp_path / "list.csv")

    started = time.process_time()
    register = import_register(path, read_mapping("ofsted"))
    seconds = time.process_time() - started

    assert len(register.table) == 40_000
    assert seconds < 3.0


# The Placements North West census -------------------------------------------------------------


@pytest.mark.parametrize("kind", DECEMBER_2025)
def test_each_of_the_nineteen_types_of_provision_is_placed(tmp_path, kind):
    register = imported(a_census({"Type of provision": kind}), "placements_north_west", tmp_path)

    assert register.unplaced == {}
    left_out = kind == "Fostering - Short breaks"
    assert len(register.table) == (0 if left_out else 1)


def test_placements_make_homes_with_the_children_seen_in_them(tmp_path):
    census = a_census(
        {"Total weekly cost": "5000"},
        {"Total weekly cost": "7000"},
        {"Establishment URN": "1000002"},
    )

    homes = imported(census, "placements_north_west", tmp_path).table

    assert homes["places_observed"].tolist() == [2, 1]
    assert homes["places_approved"].tolist() == [2, 1]
    assert homes["places_available"].tolist() == [0, 0]
    assert homes["weekly_cost_gbp"].tolist() == [6000, 5000]
    assert homes["source_row"].tolist() == [2, 4]


def test_a_total_left_blank_is_the_sum_of_social_care_education_and_health(tmp_path):
    census = a_census({"Total weekly cost": ""})

    homes = imported(census, "placements_north_west", tmp_path).table

    assert homes["weekly_cost_gbp"].tolist() == [4000 + 600 + 400]


def test_a_total_other_than_its_parts_is_told_and_used(tmp_path):
    census = a_census({"Total weekly cost": "9000"})

    register = imported(census, "placements_north_west", tmp_path)

    assert register.table["weekly_cost_gbp"].tolist() == [9000]
    assert register.findings.of("parts-do-not-add-up")["row"].tolist() == [2]


def test_the_census_gives_children_who_live_in_the_homes_of_the_same_census(tmp_path):
    census = a_census({}, {"Establishment URN": "1000002"}, {"Gender": "Female"})

    homes = imported(census, "placements_north_west", tmp_path).table
    children = imported(census, "placements_north_west", tmp_path, writes="children").table

    assert children["current_home_id"].isin(homes["home_id"]).all()
    assert children["sex"].tolist() == ["M", "M", "F"]
    assert children["ethnicity"].tolist() == ["WIRI"] * 3
    assert children["easting"].notna().all()


def test_young_people_of_the_census_after_care_are_left_out_with_the_reason(tmp_path):
    census = a_census({}, {"Looked after child?": "Post 18 (CSC placement)", "Age": "19"})

    register = imported(census, "placements_north_west", tmp_path, writes="children")

    assert register.table["child_id"].tolist() == ["C0"]
    told = register.findings.of("mapping-leaves-out")
    assert told["row"].tolist() == [3]
    assert told["done"].str.contains("18 and over").all()


def test_a_known_register_tells_by_urn_what_the_census_does_not(tmp_path):
    known = pd.DataFrame(
        [
            {
                "home_id": "1000001",
                "urn": "1000001",
                "placement_type": "childrens_home",
                "sector": "voluntary",
                "local_authority": "Salford",
                "places_approved": "4",
                "ofsted_rating": "good",
            }
        ]
    )
    homes = read_homes(filed(known, tmp_path / "known.csv"))[0]
    census = a_census({}, {"Establishment URN": "1000002", "Host Authority": "Bury"}).drop(
        columns=[]
    )
    census.loc[0, [name for name in census if name.startswith("Host")]] = ""

    register = imported(census, "placements_north_west", tmp_path, known=homes)

    first = register.table.iloc[0]
    assert (first["local_authority"], first["sector"]) == ("E08000006", "voluntary")
    assert (first["places_approved"], first["places_observed"]) == (4, 1)
    assert register.findings.of("urn-not-known")["row"].tolist() == [3]


def test_every_placement_of_the_census_is_accounted_for(tmp_path):
    census = a_census(
        {},
        {},
        {"Type of provision": "Something else"},
        {"Type of provision": "Something else"},
        {"Establishment URN": ""},
        {"Type of provision": "Outreach"},
    )

    register = imported(census, "placements_north_west", tmp_path)

    assert register.rows_read == 6
    assert register.rows_used == 2
    assert register.findings.rows_refused == 4


def test_a_word_that_the_mapping_does_not_know_is_counted_and_shown_if_it_is_no_name(tmp_path):
    census = a_census(
        {"Type of provision": "Residential - Holiday home"},
        {"Type of provision": "Residential - Holiday home"},
        {"Type of provision": "Jane Smith"},
    )

    register = imported(census, "placements_north_west", tmp_path)

    assert register.unplaced["placement_type"] == {
        "'Residential - Holiday home'": 2,
        "a value": 1,
    }
    assert "Smith" not in import_text(register)
    assert not register.findings.frame["found"].str.contains("Smith").any()


def test_a_strange_word_of_a_working_column_never_reaches_a_reference(tmp_path):
    census = a_census({"Type of provision": "Jane Smith"})

    children = imported(census, "placements_north_west", tmp_path, writes="children").table

    assert children["current_home_id"].tolist() == ["1000001-Wigan"]


# The Placements Data Standard -----------------------------------------------------------------


def test_suitability_is_read_in_the_words_of_the_standard(tmp_path):
    referrals = some_referrals({}, {"fosterCareSuitability": "Not specified"})

    children = imported(referrals, "placements_data_standard", tmp_path).table

    assert children["suit_foster"].tolist() == ["preferred", "unspecified"]
    assert children["suit_childrens_home"].tolist() == ["suitable", "suitable"]
    assert children["suit_supported"].tolist() == ["unsuitable", "unsuitable"]


def test_headings_of_the_specification_are_known_as_well_as_technical_names(tmp_path):
    referrals = some_referrals({}).rename(
        columns={
            "childId": "Child ID",
            "supportedAccommodationSuitability": "Supported Accomodation suitability",
            "livingCompanions": "Who can the child be cared for alongside?",
        }
    )
    referrals["Who can the child be cared for alongside?"] = "Solo placement recommended"

    children = imported(referrals, "placements_data_standard", tmp_path).table

    assert children["suit_supported"].tolist() == ["unsuitable"]
    assert children["solo"].tolist() == [1]


def test_what_was_agreed_gives_homes_by_urn_with_their_price(tmp_path):
    referrals = some_referrals({}, {"totalWeeklyCost": "4000"})
    referrals["host_authority"] = "Bolton"

    homes = imported(referrals, "placements_data_standard", tmp_path, writes="homes").table

    assert homes["urn"].tolist() == ["1000001"]
    assert homes["weekly_cost_gbp"].tolist() == [5000]
    assert homes["places_observed"].tolist() == [2]


def test_imported_children_are_read_as_children_to_place(tmp_path):
    register = imported(some_referrals({}, {}), "placements_data_standard", tmp_path)
    register.table.to_csv(tmp_path / "children.csv", index=False)

    children, found = read_children(tmp_path / "children.csv")

    assert len(children) == 2
    assert found.rows_refused == 0


# A council's own register ---------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_an_imported_register_keeps_every_fault_and_every_row_in_account(tmp_path, seed):
    register, planted = damaged_register(seed)

    result = imported(register, "own", tmp_path)

    told = set(zip(result.findings.frame["rule"], result.findings.frame["row"], strict=True))
    refused = {fault for fault in planted if not fault.used}
    assert {(fault.rule, fault.row) for fault in refused} <= told
    assert result.rows_used + result.findings.rows_refused == result.rows_read == len(register)
    assert result.table["source_row"].is_unique


def test_our_own_columns_come_through_unchanged(tmp_path):
    columns = {
        "home_id": "H1",
        "placement_type": "foster",
        "local_authority": "E08000001",
        "places_available": "2",
        "age_min": "5",
        "opened": "2024-02-03",
    }

    homes = imported(pd.DataFrame([columns]), "own", tmp_path).table

    assert homes.columns.tolist() == [*HOMES.names, "source_file", "source_row"]
    assert homes.loc[0, ["places_available", "age_min"]].tolist() == [2, 5]
    assert homes["age_max"].isna().all()


def test_children_are_written_in_the_columns_of_children(tmp_path):
    children = imported(some_referrals({}), "placements_data_standard", tmp_path).table

    assert children.columns.tolist() == [*CHILDREN_TO_PLACE.names, "source_file", "source_row"]


def test_money_by_the_year_and_dates_in_words_are_brought_to_ours(tmp_path):
    mapping = parse_mapping(
        """
        [register]
        heading_row = 3
        [homes.columns]
        home_id = "Ref"
        placement_type = "Kind"
        local_authority = "LA"
        places_approved = "Beds"
        weekly_cost_gbp = "Yearly fee"
        opened = "Opened"
        _state = "State"
        [homes.constants]
        placement_type = "foster"
        [homes.units]
        weekly_cost_gbp = "a year"
        [homes.dates]
        opened = "%d %b %Y"
        [homes.keep]
        _state = ["Active"]
        """,
        name="x.toml",
    )
    lines = ["Beds of Bolton,,,,,,", "", "Ref,Kind,LA,Beds,Yearly fee,Opened,State"]
    lines += ['A,,Bolton,2,"£26,089.29",03 Feb 2024,Active', "B,,Bolton,2,1,03 Feb 2024,Shut"]
    (tmp_path / "beds.csv").write_text("\n".join(lines), encoding="utf-8")

    register = import_register(tmp_path / "beds.csv", mapping)

    row = register.table.iloc[0]
    # 26,089.29 / (365.25 / 7) weeks
    assert row["weekly_cost_gbp"] == pytest.approx(500.0, abs=0.01)
    assert row["opened"] == pd.Timestamp("2024-02-03")
    assert row["source_row"] == 4
    assert register.findings.of("mapping-leaves-out")["row"].tolist() == [5]


# The mapping itself ---------------------------------------------------------------------------


def test_every_shipped_mapping_can_be_read_and_says_where_its_headings_come_from():
    assert set(shipped_mappings()) == {
        "ofsted",
        "own",
        "placements_data_standard",
        "placements_north_west",
    }
    assert all(read_mapping(name).source for name in shipped_mappings())


@pytest.mark.parametrize("name", ["ofsted", "own", "placements_data_standard"])
def test_shipped_words_are_words_of_ours(name):
    for mapping in read_mapping(name).tables.values():
        kinds = set(mapping.words.get("placement_type", {}).values())
        assert kinds <= {kind.value for kind in PlacementType}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[homes.columns]\nhome = 'a'", "home_id"),
        ("[homes.columns]\nhome_id = 'a'\n[homes.colums]\nx = 'y'", "columns"),
        ("[homes.columns]\nhome_id = 'a'\n[homes.units]\nweekly_cost_gbp = 'a yaer'", "a year"),
        ("[home.columns]\nhome_id = 'a'", "homes"),
    ],
)
def test_a_slip_in_a_mapping_is_refused_with_the_nearest_known(text, named):
    with pytest.raises(UnknownNameError, match=named):
        parse_mapping(text, name="x.toml")


def test_a_file_without_any_heading_of_the_mapping_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="headings of the mapping ofsted"):
        imported(pd.DataFrame([{"a": "1"}]), "ofsted", tmp_path)


def test_a_table_that_the_mapping_does_not_write_is_refused(tmp_path):
    with pytest.raises(UnknownNameError):
        imported(pd.DataFrame([{"URN": "1"}]), "ofsted", tmp_path, writes="children")
