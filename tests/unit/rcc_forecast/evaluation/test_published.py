"""Published files load as they are, in both layouts."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from rcc_forecast.evaluation import read_panel_frame
from rcc_forecast.evaluation.published import NothingPublishedError, panel_from_published
from tests.builders.commands import run
from tests.builders.reference import reference_data

LONG = """\
time_period,geographic_level,region_name,new_la_code,la_name,cla_group,characteristic,\
number
202122,Local authority,Outer London,E09000002,Barking,Locality of placement,Placed outside the \
local authority boundary,120
202122,Local authority,Outer London,E09000002,Barking,Locality of placement,Placed inside the \
local authority boundary,280
202122,Local authority,Outer London,E09000002,Barking,Locality of placement,Total,400
202122,Local authority,North East,E06000001,Hartlepool,Locality of placement,Placed outside the \
local authority boundary,c
202122,Local authority,North East,E06000001,Hartlepool,Locality of placement,Placed inside the \
local authority boundary,{inside}
202122,Local authority,North East,E06000001,Hartlepool,Locality of placement,Total,300
202122,Regional,North East,,,Locality of placement,Total,3000
"""
OLD = """year,level,new_la_code,area_name,CLA_31Mar,CLA_Fost,CLA_Outbound,CLA_Secure,CLA_Ocom
2012,National,E92000001,ENGLAND,67050,50260,23560,6000,2000
2012,Local authority,E06000001,Hartlepool,180,140,60,5,x
2012,Local authority,,Manchester,1300,x,600,-,100
"""


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def _cell(frame: pd.DataFrame, code: str, outcome: str) -> pd.Series:
    return frame[(frame["la_code"] == code) & (frame["outcome"] == outcome)].iloc[0]


def test_the_long_layout_gives_shares_of_local_authorities(tmp_path: Path):
    path = _written(tmp_path, "cla.csv.gz", LONG.format(inside="c"))

    frame = panel_from_published([path]).frame

    cell = _cell(frame, "E09000002", "out_of_area")
    assert len(frame) == 2
    assert (cell["numerator"], cell["denominator"], cell["value"]) == ("120", "400", 0.3)
    assert (cell["region"], cell["period"]) == ("London", "2022")


def test_a_withheld_count_stays_withheld(tmp_path: Path):
    path = _written(tmp_path, "cla.csv", LONG.format(inside="297"))

    cell = _cell(panel_from_published([path]).frame, "E06000001", "out_of_area")

    assert cell["numerator"] == "c"
    assert pd.isna(cell["value"])


def test_a_large_count_withheld_to_protect_another_is_not_taken_for_1_to_5(tmp_path: Path):
    path = _written(tmp_path, "cla.csv", LONG.format(inside="c"))

    panel = panel_from_published([path])

    assert _cell(panel.frame, "E06000001", "out_of_area")["numerator"] == ""
    assert set(panel.findings.frame["rule"]) == {"published-withheld-large"}


def test_the_older_layout_gives_the_same_outcomes(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "old.csv", OLD)]).frame

    assert _cell(frame, "E06000001", "out_of_area")["value"] == pytest.approx(60 / 180)
    assert _cell(frame, "E08000003", "fostered")["numerator"] == "x"
    together = frame[frame["outcome"] == "residential_or_semi_independent"]
    assert together["numerator"].tolist() == ["", "100"]  # a sum with a hidden part is not made up


def test_an_authority_that_the_register_does_not_have_keeps_its_code(tmp_path: Path):
    text = OLD.replace("E06000001,Hartlepool", "X1,Elsewhere")

    frame = panel_from_published([_written(tmp_path, "old.csv", text)]).frame

    assert set(frame["la_code"]) == {"X1", "E08000003"}


def test_a_later_file_counts_where_two_differ(tmp_path: Path):
    first = _written(tmp_path, "first.csv", OLD)
    second = _written(tmp_path, "second.csv", OLD.replace("180,140,60", "180,140,63"))

    panel = panel_from_published([first, second])

    assert _cell(panel.frame, "E06000001", "out_of_area")["numerator"] == "63"
    assert panel.findings.frame["found"].tolist()[0].startswith("1 cells differ")


def test_a_file_of_something_else_is_refused_with_what_is_known(tmp_path: Path):
    path = _written(tmp_path, "else.csv", "year,level,new_la_code,weather\n2012,National,E1,fair\n")

    with pytest.raises(NothingPublishedError, match="over_20_miles_and_outside"):
        panel_from_published([path])


def test_the_published_files_load_without_editing(tmp_path: Path):
    names = (
        "dfe_cla_placement_stability_la_2021_2022.csv.gz",
        "dfe_cla_31march_breakdowns_la_2011_2019.csv.gz",
        "dfe_cla_31march_characteristics_la_2021_2022.csv.gz",
        "dfe_cla_new_placements_location_reason_la_2021_2022.csv.gz",
        "la_cla_stock_starts_ceases_2011_2022.csv",
    )
    out = tmp_path / "panel.csv"

    code = run(
        "panel", "--dfe", *(reference_data(f"england/{name}") for name in names), "--out", out
    )

    panel = pd.read_csv(out, dtype=str, keep_default_na=False)
    cells, faults = read_panel_frame(panel, name="panel.csv")
    assert (code, faults) == (0, [])
    three = panel[(panel["outcome"] == "three_or_more_placements") & (panel["period"] == "2022")]
    # England, as published: 82,090 children, rounded, of whom 10 in 100.
    children = pd.to_numeric(three["denominator"])
    assert children.sum() == pytest.approx(82_090, rel=0.001)
    assert pd.to_numeric(three["numerator"], errors="coerce").sum() / children.sum() == (
        pytest.approx(0.10, abs=0.005)
    )
    fostered = panel[panel["outcome"] == "fostered"]
    assert set(fostered["period"]) == {*map(str, range(2011, 2020)), "2021", "2022"}
    assert cells.frame["region"].nunique() == 9
