"""Authorities, co-operatives and miles."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.geography import (
    AUTHORITIES,
    ENGLISH_REGIONS,
    authorities_of_area,
    lies_within,
    locate_postcodes,
    miles_between,
    read_membership,
    region_of,
    resolve_authority,
    successor_of,
)

HOME_AND_FUTURE = "Home and Future"


def on(day: str) -> dict[str, str]:
    return read_membership().on(pd.Timestamp(day))


def test_england_has_153_authorities_in_nine_regions():
    assert len(AUTHORITIES) == 153
    assert AUTHORITIES["region"].nunique() == 9


@pytest.mark.parametrize(
    "text", ["E08000003", "352", "Manchester", "manchester city council", " MANCHESTER "]
)
def test_an_authority_is_known_by_code_number_or_name(text):
    assert resolve_authority(text) == "E08000003"


def test_a_recoded_authority_keeps_its_series():
    assert successor_of("E08000016") == "E08000038"


def test_a_split_authority_does_not_become_one_of_its_parts():
    assert successor_of("E10000006") == "E10000006"
    assert region_of("E10000006") == "North West"


def test_greater_manchester_has_ten_members_from_april_2025():
    members = on("2025-04-01")

    assert sum(rcc == "Greater Manchester" for rcc in members.values()) == 10
    assert on("2025-03-31") == {}


def test_home_and_future_is_not_the_whole_south_east():
    members = {code for code, rcc in on("2026-03-31").items() if rcc == HOME_AND_FUTURE}

    hampshire, kent, slough = "E10000014", "E10000016", "E06000039"
    assert len(members) == 15
    assert members.isdisjoint({hampshire, kent, slough})


def test_the_isle_of_wight_joins_home_and_future_in_april_2026():
    assert "E06000046" not in on("2026-03-31")
    assert on("2026-04-01")["E06000046"] == HOME_AND_FUTURE


def test_history_is_shown_for_the_first_members_of_a_co_operative_that_is_yet_to_start():
    members = read_membership().for_history(pd.Timestamp("2024-03-31"))

    assert sum(rcc == "Greater Manchester" for rcc in members.values()) == 10


def test_an_analyst_can_give_a_membership_table_of_their_own(tmp_path):
    file = tmp_path / "members.csv"
    file.write_text("rcc,local_authority,from,to\nPeaks,Derbyshire,2027-04-01,2029-03-31\n")

    members = read_membership(file)

    assert members.on(pd.Timestamp("2028-01-31")) == {"E10000007": "Peaks"}
    assert members.on(pd.Timestamp("2029-04-30")) == {}


def test_a_membership_table_with_an_unknown_authority_is_refused(tmp_path):
    file = tmp_path / "members.csv"
    file.write_text("rcc,local_authority,from,to\nPeaks,Narnia,2027-04-01,\n")

    with pytest.raises(UnreadableInputError):
        read_membership(file)


def test_an_area_that_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'Salford'"):
        authorities_of_area("Bolton, Salfrod")


def test_miles_follow_the_departments_formula():
    # 3-4-5: 3 km east and 4 km north are 5 km; 5 / 1.6093 = 3.1069...
    assert miles_between(0, 0, 3000, 4000) == pytest.approx(3.10694, abs=1e-5)


def test_a_postcode_is_found_with_or_without_its_space_and_a_sector_is_its_middle():
    places = locate_postcodes(pd.Series(["M1 1AE", "m11ae", "M1 1", "nowhere", None]))

    assert places["easting"].iloc[0] == places["easting"].iloc[1]
    assert abs(places["easting"].iloc[2] - places["easting"].iloc[0]) < 1000
    assert places["local_authority"].tolist()[:3] == ["E08000003"] * 3
    assert places["easting"].iloc[3:].isna().all()


@pytest.mark.parametrize("region", ENGLISH_REGIONS)
def test_a_region_is_no_authority_london_least_of_all(region):
    assert resolve_authority(region) is None


@pytest.mark.parametrize("name", ["City of London", "london, city of", "E09000001", "201"])
def test_the_city_of_london_is_still_known_by_its_title(name):
    assert resolve_authority(name) == "E09000001"


def test_a_place_in_what_became_of_an_authority_lies_within_it():
    # Bournemouth (E06000028) became part of E06000058.
    authority = pd.Series(["E08000003", "E06000028", "E06000058", "E08000003", "E08000003"])
    place = pd.Series(["E08000003", "E06000058", "E06000028", "E08000004", None])

    assert lies_within(place, authority).tolist() == [True, True, False, False, False]
