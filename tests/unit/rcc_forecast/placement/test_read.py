"""Homes and children come in as people keep them; what is mended is told, by row."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.placement import read_children, read_homes, tidy_children, tidy_homes
from rcc_forecast.tables.homes import with_all_places_free
from tests.builders.placement import a_child, a_foster_home

FEW = ["child_id", "local_authority", "easting", "northing", "age", "sex"]


def children_with(**given: object):
    return tidy_children(pd.DataFrame([a_child("C1", **given), a_child("C2")]))


def homes_with(**given: object):
    return tidy_homes(pd.DataFrame([a_foster_home("H1", **given), a_foster_home("H2")]))


def test_six_columns_of_children_are_enough():
    frame, found = tidy_children(pd.DataFrame([a_child()])[FEW])

    assert frame.loc[0, ["needs", "solo", "settled", "sibling_plan"]].tolist() == [0, 0, 0, "none"]
    assert set(found.of("column-absent")["column"]) >= {"needs", "solo"}


@pytest.mark.parametrize(("age", "rule"), [(None, "age-blank"), (-1, "age-negative")])
def test_a_blank_age_and_an_unborn_child_are_age_0_with_a_finding(age, rule):
    frame, found = children_with(age=age)

    assert frame["age"].tolist() == [0, 9]
    assert found.of(rule)["row"].tolist() == [2]


def test_sex_is_read_as_it_was_coded_in_any_year():
    frame, _ = tidy_children(
        pd.DataFrame([a_child(f"C{sex}", sex=sex) for sex in ("1", "2", "M", "F", "U")])
    )

    assert frame["sex"].tolist() == ["M", "F", "M", "F", "U"]


@pytest.mark.parametrize("name", ["E08000001", "350", "Bolton", "bolton council"])
def test_an_authority_is_known_by_code_number_or_name(name):
    frame, _ = children_with(local_authority=name)

    assert frame["local_authority"].tolist() == ["E08000001", "E08000001"]


def test_an_authority_nobody_knows_is_told_and_is_no_homes_own():
    frame, found = children_with(local_authority="Atlantis")

    assert frame["local_authority"].tolist() == ["Unknown", "E08000001"]
    assert found.of("authority-unknown")["row"].tolist() == [2]
    assert not found.frame.astype("str").apply(lambda c: c.str.contains("Atlantis")).any(axis=None)


def test_a_postcode_stands_for_coordinates():
    frame, _ = tidy_homes(
        pd.DataFrame([a_foster_home()])
        .drop(columns=["easting", "northing"])
        .assign(postcode="BL1 1RU")
    )

    assert 365_000 < frame.loc[0, "easting"] < 378_000


def test_a_row_without_a_place_on_the_map_is_refused():
    frame, found = children_with(easting=None)

    assert frame["child_id"].tolist() == ["C2"]
    assert found.rows_refused == 1


def test_an_unaccompanied_child_without_a_family_home_is_planned_from_the_authority():
    frame, found = children_with(easting=None, uasc=1)

    assert len(frame) == 2
    assert found.of("uasc-without-family-home")["row"].tolist() == [2]


def test_the_second_row_of_a_reference_is_refused():
    frame, found = tidy_children(pd.DataFrame([a_child("C1"), a_child("C1", age=4)]))

    assert frame["age"].tolist() == [9]
    assert found.of("reference-repeated")["row"].tolist() == [3]


def test_a_home_of_unknown_kind_is_refused_and_the_code_shown():
    frame, found = homes_with(placement_type="fosters")

    assert frame["home_id"].tolist() == ["H2"]
    assert found.of("code-unknown")["found"].str.startswith("'fosters'").all()


@pytest.mark.parametrize("value", ["the Smiths, 4 Mill Lane", "Jayden", "M11AA"])
def test_a_value_that_may_be_a_name_or_a_postcode_is_not_shown(value):
    _, found = homes_with(placement_type=value)

    assert found.of("code-unknown")["found"].str.startswith("a value").all()


@pytest.mark.parametrize(
    ("column", "rule"),
    [("age", "age-blank"), ("needs", "number-unreadable"), ("easting", "place-missing")],
)
def test_an_infinite_number_is_no_number(column, rule):
    _, found = children_with(**{column: "inf"})

    assert found.of(rule)["row"].tolist() == [2]


def test_a_need_out_of_range_is_told():
    frame, found = children_with(needs=7)

    assert frame["needs"].tolist() == [0, 0]
    assert found.of("number-out-of-range")["row"].tolist() == [2]


def test_a_home_that_says_nothing_of_free_places_stays_silent_and_a_plan_takes_all_approved():
    frame, found = homes_with(places_available=None, places_approved=2)

    assert frame["places_available"].isna().tolist() == [True, False]
    assert with_all_places_free(frame)["places_available"].tolist() == [2, 1]
    assert len(found.of("places-available-blank")) == 1


def test_dates_are_read_in_either_layout():
    iso, _ = homes_with(opened="2026-02-01")
    uk, _ = homes_with(opened="01/02/2026")

    assert iso.loc[0, "opened"] == uk.loc[0, "opened"] == pd.Timestamp("2026-02-01")


def test_a_table_that_lacks_a_needed_column_says_which():
    with pytest.raises(UnreadableInputError, match="sex"):
        tidy_children(pd.DataFrame([a_child()]).drop(columns="sex"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".json"])
def test_every_format_gives_the_same_table(tmp_path, suffix):
    frame = pd.DataFrame([a_child("C1", sibling_group="G"), a_child("007", needs=2)])
    path = tmp_path / f"children{suffix}"
    writers = {
        ".csv": lambda: frame.to_csv(path, index=False),
        ".xlsx": lambda: frame.to_excel(path, index=False),
        ".parquet": lambda: frame.to_parquet(path),
        ".json": lambda: frame.to_json(path, orient="records"),
    }
    writers[suffix]()

    read, _ = read_children(path)

    pd.testing.assert_frame_equal(
        read.drop(columns="file"), tidy_children(frame)[0].drop(columns="file")
    )


def test_a_file_that_is_no_table_is_refused(tmp_path):
    (tmp_path / "homes.xlsx").write_bytes(b"no workbook")

    with pytest.raises(UnreadableInputError):
        read_homes(tmp_path / "homes.xlsx")


def test_typing_a_table_twice_changes_nothing():
    once, _ = tidy_homes(pd.DataFrame([a_foster_home(opened="2026-02-01")]))

    pd.testing.assert_frame_equal(tidy_homes(once)[0], once)
