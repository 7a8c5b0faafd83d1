"""Results say what they were made from, and appear whole or not at all."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from rcc_forecast.errors import UnknownNameError
from rcc_forecast.runs import check_suffix, provenance_of, whole_folder, write_table

TABLE = pd.DataFrame({"name": ["=1+1", "plain"], "value": [-1.5, 2.0]})


def a_run(**changed):
    return provenance_of(
        **({"data_hash": "a", "configuration": {"horizon": 24}, "seed": 0} | changed)
    )


def test_the_same_data_settings_and_seed_have_the_same_run_id():
    assert a_run().run_id == a_run().run_id


@pytest.mark.parametrize(
    "changed", [{"data_hash": "b"}, {"configuration": {"horizon": 25}}, {"seed": 1}]
)
def test_other_data_settings_or_seed_have_another_run_id(changed):
    assert a_run(**changed).run_id != a_run().run_id


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx", ".json"])
def test_a_table_is_written_in_the_format_of_its_suffix_and_the_same_way_twice(suffix, tmp_path):
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"

    write_table(TABLE, first)
    write_table(TABLE, second)

    assert first.read_bytes() == second.read_bytes()


def test_text_that_a_spreadsheet_would_run_is_made_inert_and_numbers_are_left_alone(tmp_path):
    write_table(TABLE, tmp_path / "t.csv")
    write_table(TABLE, tmp_path / "t.xlsx")

    cells = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert (tmp_path / "t.csv").read_text() == "name,value\n'=1+1,-1.5\nplain,2.0\n"
    assert cells["A2"].data_type == "s"
    assert cells["B2"].value == -1.5


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_a_day_is_written_as_year_month_and_day(suffix, tmp_path):
    write_table(
        pd.DataFrame({"month": pd.to_datetime(["2026-03-31", None])}), tmp_path / f"t{suffix}"
    )

    assert "2026-03-31" in (tmp_path / f"t{suffix}").read_text()
    assert "00:00" not in (tmp_path / f"t{suffix}").read_text()


def test_an_unknown_format_is_refused_before_any_work(tmp_path):
    with pytest.raises(UnknownNameError, match=r"\.docx"):
        check_suffix(tmp_path / "t.docx")


def test_a_folder_that_could_not_be_finished_leaves_nothing_behind(tmp_path):
    out = tmp_path / "out"

    def stop_half_way() -> None:
        with whole_folder(out) as folder:
            (folder / "half.csv").write_text("half")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        stop_half_way()

    assert list(out.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_in_the_way_of_one_file_leaves_every_file_unwritten(tmp_path):
    (tmp_path / "out" / "b.csv").mkdir(parents=True)

    def write_both() -> None:
        with whole_folder(tmp_path / "out") as folder:
            for name in ("a.csv", "b.csv"):
                (folder / name).write_text("whole")

    with pytest.raises(IsADirectoryError):
        write_both()

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["b.csv"]
