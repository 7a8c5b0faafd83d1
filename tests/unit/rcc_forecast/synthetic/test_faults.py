"""Every planted fault is written down, and stands where the truth says."""

from __future__ import annotations

import csv

import pytest

from rcc_forecast.synthetic import synthesise, write_region
from rcc_forecast.synthetic.faults import ROW_FAULTS
from tests.builders.synthetic import a_small_region


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("faulty")
    write_region(a_small_region(), out)
    return out


def _planted(written):
    import json

    return json.loads((written / "truth.json").read_text())


def _line(written, fault):
    with (written / fault["file"]).open(newline="") as file:
        rows = list(csv.reader(file))
    return dict(zip(rows[0], rows[fault["row"] - 1], strict=True))


@pytest.mark.parametrize(
    ("name", "column", "holds"),
    [
        ("birth-date-blank", "DOB", lambda value: value == ""),
        ("birth-date-impossible", "DOB", lambda value: value == "31/02/2012"),
        ("ethnic-code-unknown", "ETHNIC", lambda value: value == "WBRT"),
        ("place-code-unknown", "PLACE", lambda value: value == "U9"),
        ("start-iso", "DECOM", lambda value: value[4] == "-"),
        ("start-two-digit-year", "DECOM", lambda value: len(value) == 8),
        ("child-blank", "CHILD", lambda value: value == ""),
        ("code-in-lower-case", "PLACE", lambda value: value == value.lower() != ""),
    ],
)
def test_a_fault_stands_in_the_row_that_the_truth_names(written, name, column, holds):
    found = [fault for fault in _planted(written)["faulty_rows"] if fault["fault"] == name]

    assert found
    assert all(holds(_line(written, fault)[column]) for fault in found)


def test_a_same_day_spell_ends_on_the_day_it_began(written):
    found = [f for f in _planted(written)["faulty_rows"] if f["fault"] == "same-day-spell"]

    assert found
    for fault in found:
        row = _line(written, fault)
        assert row["DECOM"] == row["DEC"]


def test_about_as_many_rows_are_faulty_as_were_asked_for():
    region = a_small_region()
    rows = len(region.returns["episodes"]) + len(region.returns["header"])

    # Binomial with p = 0.03: four standard errors (0.17 each) around the mean.
    assert len(region.truth["faulty_rows"]) == pytest.approx(0.03 * rows, abs=0.7 * rows**0.5)


def test_a_header_loses_its_pupil_numbers_and_a_table_is_missing(written):
    files = _planted(written)["faulty_files"]
    lost = next(f for f in files if f["fault"] == "column-missing")
    missing = next(f for f in files if f["fault"] == "table-missing")

    assert "UPN" not in (written / lost["file"]).read_text().splitlines()[0]
    assert not (written / missing["file"]).exists()


def test_no_fault_is_planted_unless_asked_for():
    region = synthesise(["E08000002"], years=2, seed=8, children=100)

    assert region.truth["faulty_rows"] == []
    assert region.truth["faulty_files"] == []


def test_each_fault_has_a_name_of_its_own_in_its_table():
    names = [(fault.table, fault.name) for fault in ROW_FAULTS]

    assert len(names) == len(set(names))
