"""The data dictionary says what the declarations say."""

from __future__ import annotations

from pathlib import Path

from rcc_forecast.tables.dictionary import data_dictionary
from rcc_forecast.tables.ssda903 import tables_of

WRITTEN = Path(__file__).resolve().parents[4] / "docs" / "data-dictionary.md"


def test_the_written_dictionary_is_that_of_the_declarations():
    assert WRITTEN.read_text(encoding="utf-8") == data_dictionary()


def test_social_worker_episodes_join_in_the_return_of_2024():
    assert "sw_episodes" not in tables_of(2023)
    assert "sw_episodes" in tables_of(2024)


def test_deprivation_of_liberty_orders_join_in_the_return_of_2027():
    assert "dolo" not in tables_of(2026)
    assert "DOLO_START" in tables_of(2027)["dolo"].names


def test_sex_is_numbers_until_2024_and_letters_after():
    sex = tables_of(2024)["header"]["SEX"].codes

    assert sex.codes(2024) == {"1", "2"}
    assert sex.codes(2025) == {"M", "F", "U"}
