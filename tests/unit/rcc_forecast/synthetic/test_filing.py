"""Returns are filed as the guidance of each year asks, and ends are recorded late."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.geography import AUTHORITIES, resolve_authority
from rcc_forecast.returns import read_returns
from rcc_forecast.synthetic import SynthesisError, folder_of, synthesise, write_region
from rcc_forecast.tables.ssda903 import tables_of
from tests.builders.synthetic import a_large_region, a_small_region, episodes_of


@pytest.fixture(scope="module")
def across_the_years():
    return synthesise(["E08000002"], years=11, seed=3, children=250, last_return=2027)


def _codes(region, table, column, year):
    rows = region.returns[table]
    return set(rows.loc[rows["year"] == year, column])


@pytest.mark.parametrize("year", range(2017, 2028))
def test_every_code_of_a_return_is_a_code_of_its_year(across_the_years, year):
    for table in tables_of(year).values():
        for column in table.columns:
            if column.codes and table.name in across_the_years.returns:
                filed = _codes(across_the_years, table.name, column.name, year) - {""}
                assert filed <= column.codes.codes(year), (table.name, column.name)


def test_sex_turns_from_numbers_to_letters_in_2025(across_the_years):
    assert _codes(across_the_years, "header", "SEX", 2024) == {"1", "2"}
    assert _codes(across_the_years, "header", "SEX", 2025) == {"M", "F"}


def test_supported_accommodation_is_k3_from_2025_and_other_placements_are_told_apart_from_2026(
    across_the_years,
):
    assert {"H5", "P2"} & _codes(across_the_years, "episodes", "PLACE", 2022)
    assert "K3" in _codes(across_the_years, "episodes", "PLACE", 2025)
    assert "Z1" not in _codes(across_the_years, "episodes", "PLACE", 2026)


def test_social_workers_are_filed_from_2024_and_deprivations_of_liberty_from_2027(
    across_the_years,
):
    assert across_the_years.returns["sw_episodes"]["year"].min() == 2024
    assert set(across_the_years.returns["dolo"]["year"]) == {2027}


def test_files_have_the_columns_of_their_year_in_order(tmp_path, across_the_years):
    write_region(across_the_years, tmp_path)

    for year in (2017, 2024, 2025, 2027):
        for name, table in tables_of(year).items():
            file = tmp_path / "Bury" / str(year) / f"{name}.csv"
            if file.exists():
                assert file.read_text().splitlines()[0].split(",") == table.names


def test_the_newest_return_shows_more_open_than_the_next_one_tells():
    region = a_large_region()
    first = episodes_of(region, 2025)
    later = episodes_of(region, 2026)
    key = ["local_authority", "CHILD", "DECOM"]
    told = first[first["DEC"].isna()].merge(later, on=key, suffixes=("", "_later"))
    late = told["DEC_later"] <= pd.Timestamp(2025, 3, 31)

    ended = first["DEC"].between(pd.Timestamp(2024, 4, 1), pd.Timestamp(2025, 3, 31))

    # DfE: placements that ceased in the newest year are revised up by about a tenth.
    assert late.sum() / ended.sum() == pytest.approx(0.10, abs=0.04)


def test_supported_placements_turn_into_other_in_october_2023():
    counts = pd.DataFrame(
        synthesise(["E08000035"], years=4, seed=5, children=900).truth["children_by_type"]
    )

    # Months are from April 2022: September 2023 is 17, March 2024 is 23.
    assert counts["other"].iloc[23] > counts["other"].iloc[17] + 5
    assert counts["supported"].iloc[23] < counts["supported"].iloc[17]


def test_children_on_short_breaks_are_filed_but_have_no_home_postcode():
    episodes = a_large_region().returns["episodes"]
    breaks = episodes[episodes["LS"] == "V4"]

    assert len(breaks) > 0
    assert (breaks["HOME_POST"] == "").all()


def test_a_clean_region_is_read_without_a_row_refused(tmp_path):
    region = synthesise(["E08000002"], years=3, seed=4, children=150)
    write_region(region, tmp_path)

    returns = read_returns(tmp_path)

    assert returns.filed["rows_filed"].sum() == sum(len(t) for t in region.returns.values())
    assert returns.filed["rows_used"].sum() == returns.filed["rows_filed"].sum()


def test_every_authority_has_a_folder_that_can_be_told_back():
    for code in AUTHORITIES.index:
        assert resolve_authority(folder_of(code)) == code


def test_every_file_shows_that_it_is_synthetic(tmp_path):
    written = write_region(a_small_region(), tmp_path)

    for file in written:
        text = file.read_text()
        assert len(text.splitlines()) == 1 or "SYN" in text, file.name


@pytest.mark.parametrize(
    "asked",
    [
        {"authorities": []},
        {"authorities": ["E99999999"]},
        {"years": 0},
        {"years": 12},
        {"last_return": 2030},
        {"fault_rate": 0.9},
        {"children": 0},
    ],
)
def test_a_region_that_cannot_be_made_is_refused_with_what_was_expected(asked):
    wanted = {"authorities": ["E08000002"], "years": 2, "seed": 1} | asked

    with pytest.raises(SynthesisError, match="Expected"):
        synthesise(wanted.pop("authorities"), **wanted)
