"""A bad register is read as far as it goes: every fault told by line, the rest used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.registers import read_homes, tidy_homes
from tests.builders.bad_registers import FAULTS, a_register, damaged_register
from tests.builders.damage import harmed
from tests.builders.placement import a_foster_home

SEEDS = range(30)
SAMPLE = Path(__file__).resolve().parents[4] / "sample_data"


def homes_with(**given: object):
    return tidy_homes(pd.DataFrame([a_foster_home("H1", **given), a_foster_home("H2")]))


def a_childrens_home(home_id: str, **given: object) -> dict[str, object]:
    given = {"placement_type": "childrens_home", "urn": "SC1", "postcode": "BL1 1RU", **given}
    return a_foster_home(home_id, **given)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_planted_fault_is_found_at_its_line_and_every_row_accounted_for(tmp_path, seed):
    register, planted = damaged_register(seed)
    register.to_csv(tmp_path / "homes.csv", index=False)

    homes, found = read_homes(tmp_path / "homes.csv")

    told = set(zip(found.frame["rule"], found.frame["row"], strict=True))
    assert {(fault.rule, fault.row) for fault in planted} <= told
    assert set(homes["row"]) == {at + 2 for at in range(len(register))} - {
        fault.row for fault in planted if not fault.used
    }
    assert len(homes) + found.rows_refused == len(register)
    assert (homes["file"] == "homes.csv").all()


def test_a_register_without_a_fault_has_nothing_repaired_or_refused():
    register = a_register(np.random.default_rng(1), rows=200)

    homes, found = tidy_homes(register)

    assert len(homes) == 200
    assert set(found.frame["severity"]) <= {"noted"}


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_file_is_read_or_refused_as_a_whole_and_never_crashes(tmp_path, seed):
    rng = np.random.default_rng(seed)
    data = damaged_register(seed)[0].to_csv(index=False, lineterminator="\r\n").encode()
    for _ in range(int(rng.integers(1, 3))):
        data = harmed(data, rng)
    (tmp_path / "homes.csv").write_bytes(data)

    try:
        homes, found = read_homes(tmp_path / "homes.csv")
    except UnreadableInputError:
        return

    assert homes["home_id"].is_unique
    assert (homes[["easting", "northing"]] >= 0).all(axis=None)
    assert not (homes["places_available"] < 0).any()
    assert found.rows_refused >= 0


def test_what_is_told_never_shows_a_name_or_a_postcode():
    register, _ = damaged_register(7, rows=400)
    register.loc[3, ["placement_type", "ofsted_rating"]] = "Mrs A Smith of 4 Mill Lane"

    _, found = tidy_homes(register)

    words = " ".join(found.frame["found"].astype(str))
    assert "Smith" not in words
    assert "ZZ99" not in words
    assert "Atlantis" not in words


def test_a_fault_has_a_row_of_its_own_in_the_list_of_damage():
    assert len({rule for rule, _, _ in FAULTS}) >= 20


# One by one, as a registrar would ask -----------------------------------------------------------


def test_places_available_are_held_to_those_approved():
    homes, found = homes_with(places_approved=2, places_available=5)

    assert homes["places_available"].tolist() == [2, 1]
    assert found.of("places-available-above-approved")["row"].tolist() == [2]


def test_fewer_places_than_none_free_are_none_free():
    homes, found = homes_with(places_approved=3, places_available=-1)

    assert homes["places_available"].tolist() == [0, 1]
    assert found.of("places-negative")["row"].tolist() == [2]


def test_a_childrens_home_entered_under_two_references_counts_once():
    homes, found = tidy_homes(pd.DataFrame([a_childrens_home("H1"), a_childrens_home("H2")]))

    assert homes["home_id"].tolist() == ["H1"]
    assert found.of("home-repeated")["row"].tolist() == [3]


def test_a_home_that_closed_and_opened_again_is_two_rows_of_history():
    before = a_childrens_home("H1", opened="2019-01-01", closed="2023-03-31")
    after = a_childrens_home("H2", opened="2024-01-01")

    homes, _ = tidy_homes(pd.DataFrame([before, after]))

    assert homes["home_id"].tolist() == ["H1", "H2"]


def test_two_households_of_an_agency_may_share_a_postcode():
    rows = [a_foster_home(f"H{at}", urn="SC9", postcode="BL1 1RU") for at in (1, 2)]

    homes, found = tidy_homes(pd.DataFrame(rows))

    assert len(homes) == 2
    assert found.of("household-repeated")["row"].tolist() == [3]


def test_crossed_ages_are_taken_the_other_way_round():
    homes, found = homes_with(age_min=14, age_max=6)

    assert homes.loc[0, ["age_min", "age_max"]].tolist() == [6, 14]
    assert found.of("ages-crossed")["row"].tolist() == [2]


def test_a_yearly_price_is_no_weekly_price():
    homes, found = homes_with(placement_type="childrens_home", weekly_cost_gbp=318_400)

    assert homes["weekly_cost_gbp"].isna().tolist() == [True, False]
    assert found.of("cost-absurd")["row"].tolist() == [2]


def test_a_home_whose_postcode_nobody_knows_lies_in_the_middle_of_its_authority():
    homes, found = homes_with(easting=None, northing=None, postcode="ZZ99 9ZZ")

    assert 365_000 < homes.loc[0, "easting"] < 378_000
    assert found.of("postcode-unknown")["row"].tolist() == [2]


def test_swapped_coordinates_near_manchester_are_decided_by_the_postcode():
    swapped = {"local_authority": "E08000001", "easting": 408_212, "northing": 371_950}

    with_postcode, told = homes_with(**swapped, postcode="BL3 6BG")
    without, doubted = homes_with(**swapped)

    assert with_postcode.loc[0, "easting"] == 371_950
    assert told.of("coordinates-swapped")["row"].tolist() == [2]
    assert without.loc[0, "easting"] == 408_212
    assert doubted.of("coordinates-doubtful")["row"].tolist() == [2]


@pytest.mark.parametrize("authority", ["Cardiff", "W06000015", "Scotland"])
def test_a_home_outside_england_counts_in_no_english_authority(authority):
    homes, found = homes_with(local_authority=authority)

    assert homes["local_authority"].tolist() == ["Unknown", "E08000001"]
    assert found.of("home-outside-england")["row"].tolist() == [2]


def test_a_blank_line_is_counted_so_that_a_finding_names_the_line_a_person_sees(tmp_path):
    lines = ["home_id,placement_type,local_authority,places_available"]
    lines += ["H1,foster,Bolton,2", "", "H2,hotel,Bolton,2", "H3,foster,Bolton,1"]
    (tmp_path / "homes.csv").write_text("\n".join(lines))

    homes, found = read_homes(tmp_path / "homes.csv")

    assert homes["row"].tolist() == [2, 5]
    assert found.of("code-unknown")["row"].tolist() == [4]


def test_a_row_with_more_cells_than_headings_is_refused_alone(tmp_path):
    lines = ["home_id,placement_type,local_authority,places_available"]
    lines += ["H1,foster,Bolton,2", "H2,foster,Bolton,2,extra", "H3,foster,Bolton,1"]
    (tmp_path / "homes.csv").write_text("\n".join(lines))

    homes, found = read_homes(tmp_path / "homes.csv")

    assert homes["home_id"].tolist() == ["H1", "H3"]
    assert found.of("row-ragged")["row"].tolist() == [3]


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_every_format_gives_the_same_homes_and_says_where_they_come_from(tmp_path, suffix):
    register = a_register(np.random.default_rng(3))
    path = tmp_path / f"beds{suffix}"
    {
        ".csv": lambda: register.to_csv(path, index=False),
        ".xlsx": lambda: register.to_excel(path, index=False),
        ".parquet": lambda: register.to_parquet(path),
    }[suffix]()

    homes, _ = read_homes(path)

    pd.testing.assert_frame_equal(
        homes.drop(columns="file"), tidy_homes(register)[0].drop(columns="file")
    )
    assert (homes["file"] == f"beds{suffix}").all()
    assert homes["row"].tolist() == list(range(2, len(register) + 2))


def test_a_register_whose_coordinates_are_all_swapped_is_put_right_by_its_postcodes():
    right = a_register(np.random.default_rng(2), rows=40)
    swapped = right.rename(columns={"easting": "northing", "northing": "easting"})

    homes, found = tidy_homes(swapped)

    assert homes["easting"].astype(int).astype(str).tolist() == right["easting"].tolist()
    assert len(found.of("coordinates-swapped")) == 40


def test_coordinates_of_greater_manchester_that_are_right_are_never_turned():
    # Near the diagonal of the grid both ways round lie in England.
    register = pd.read_csv(SAMPLE / "homes.csv", dtype="str", keep_default_na=False)

    for postcode in (register["postcode"], ""):
        homes, found = tidy_homes(register.assign(postcode=postcode))

        assert found.of("coordinates-swapped").empty
        np.testing.assert_array_equal(homes["easting"], register["easting"].astype(float))


def test_a_home_far_from_its_authority_is_not_moved_farther_by_guessing_at_a_swap():
    # Sixty miles east of Bolton; the other way round it lies nearer to Bury, yet 64 km off.
    homes, found = homes_with(easting=467_000, northing=409_000, local_authority="E08000002")

    assert homes.loc[0, ["easting", "northing"]].tolist() == [467_000, 409_000]
    assert not len(found.of("coordinates-swapped"))
