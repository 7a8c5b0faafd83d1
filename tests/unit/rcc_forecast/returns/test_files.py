"""Files are read whatever their encoding, separator or container, within bounds."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pandas as pd
import pytest

from rcc_forecast.returns import read_returns_from, unaccounted
from rcc_forecast.returns.recognise import table_of_columns
from rcc_forecast.tables.ssda903 import TABLES
from tests.builders.returns import (
    EPISODES,
    HEADER,
    UASC,
    a_header,
    an_episode,
    as_csv,
    as_workbook,
    found_by,
)

EPISODE_ROWS = [an_episode("1001"), an_episode("1002", DECOM="13/07/2020", PLACE="K2")]
HEADER_ROWS = [a_header("1001"), a_header("1002", DOB="29/02/2008", SEX="1")]
CSV_FILES = {
    "2021/episodes.csv": as_csv(EPISODE_ROWS, EPISODES),
    "2021/header.csv": as_csv(HEADER_ROWS, HEADER),
}


def _content(returns, table="episodes") -> pd.DataFrame:
    return returns.tables[table].drop(columns=["file", "row"])


def _read_with(episodes: bytes, name: str = "2021/episodes.csv"):
    return read_returns_from({name: episodes, "2021/header.csv": CSV_FILES["2021/header.csv"]})


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_is_recognised_by_its_columns(table):
    assert table_of_columns(table.names) == table.name


@pytest.mark.parametrize(
    ("columns", "table"),
    [
        (("CHILD", "SEX", "DOB", "ETHNIC", "MOTHER", "MC_DOB"), "header"),
        (("CHILD", "SEX", "DOB", "ETHNIC", "LA", "YEAR"), "header"),
        (("CHILD", "SEX", "DOB"), "header"),
        (("CHILD", "ETHNIC", "UPN"), "header"),
        (("CHILD", "SEX", "DOB", "DUC"), "uasc"),
        (("CHILD", "DUC", "YEAR"), "uasc"),
        (("CHILD", "DECOM", "RNE", "PLACE", "DEC", "REC", "LA", "YEAR"), "episodes"),
        (("CHILD", "DOB", "SW_DECOM", "SW_DEC"), "sw_episodes"),
    ],
)
def test_a_table_with_columns_missing_is_still_told_apart(columns, table):
    assert table_of_columns(columns) == table


@pytest.mark.parametrize(
    "columns",
    [
        ("home_id", "URN", "provider", "placement_type"),
        ("LA", "CHILD", "UPN", "NHS_NUMBER"),
        ("CHILD", "NAME"),
        ("SEX", "age"),
    ],
)
def test_other_lists_are_no_table_of_the_return(columns):
    assert table_of_columns(columns) is None


def test_columns_are_found_in_any_order_and_case_with_others_between():
    shuffled = as_csv(
        [row | {"NOTE": "x"} for row in EPISODE_ROWS], ["NOTE", *reversed(EPISODES)]
    ).replace(b"CHILD", b" Child ", 1)

    returns = _read_with(shuffled)

    pd.testing.assert_frame_equal(_content(returns), _content(read_returns_from(CSV_FILES)))
    assert len(returns.findings.of("column-surplus")) == 1


def test_a_header_without_upn_is_read_and_the_column_told():
    columns = [name for name in HEADER if name != "UPN"]
    files = CSV_FILES | {"2021/header.csv": as_csv(HEADER_ROWS, columns)}

    returns = read_returns_from(files)

    assert len(returns.tables["header"]) == 2
    assert list(returns.findings.of("column-missing")["column"]) == ["UPN"]


def test_episodes_without_postcodes_are_read():
    columns = [name for name in EPISODES if not name.endswith("POST")]

    returns = _read_with(as_csv(EPISODE_ROWS, columns))

    assert len(returns.tables["episodes"]) == 2
    assert returns.tables["episodes"]["pl_post"].isna().all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_every_encoding_reads_the_same_and_is_told(encoding):
    rows = [*EPISODE_ROWS, an_episode("É1", PLACE="K2")]
    header = as_csv([*HEADER_ROWS, a_header("É1")], HEADER, encoding=encoding)
    files = {"2021/e.csv": as_csv(rows, EPISODES, encoding=encoding), "2021/h.csv": header}

    returns = read_returns_from(files)

    assert list(returns.tables["episodes"]["child"]) == ["1001", "1002", "É1"]
    name = {"cp1252": "windows-1252", "utf-16": "utf-16"}.get(encoding, "UTF-8")
    assert returns.findings.of("encoding")["found"].str.contains(name).all()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_reads_the_same(separator):
    returns = _read_with(as_csv(EPISODE_ROWS, EPISODES, separator=separator))

    pd.testing.assert_frame_equal(_content(returns), _content(read_returns_from(CSV_FILES)))


def test_bytes_that_are_no_text_are_left_out_and_told():
    returns = _read_with(CSV_FILES["2021/episodes.csv"].replace(b"U4", b"U\x004"))

    assert list(returns.tables["episodes"]["place"]) == ["U4", "K2"]
    assert len(returns.findings.of("bytes-unreadable")) == 1


def test_title_lines_above_the_heading_are_passed_over_and_rows_keep_their_lines():
    rows = [an_episode("1001"), an_episode("")]

    returns = _read_with(b"Extract of the return\r\n\r\n" + as_csv(rows, EPISODES))

    assert list(returns.tables["episodes"]["row"]) == [4]
    assert found_by(returns, "child-missing") == [5]


def test_a_quoted_field_may_hold_a_line_break_and_the_next_row_keeps_its_line():
    rows = [an_episode("1001", URN="12345\n67"), an_episode("1002")]

    returns = _read_with(as_csv(rows, EPISODES))

    assert list(returns.tables["episodes"]["row"]) == [2, 4]


def test_a_stray_quotation_mark_costs_no_other_row():
    content = as_csv(EPISODE_ROWS, EPISODES).replace(b",C2,", b',"C2,', 1)

    returns = _read_with(content)

    assert list(returns.tables["episodes"]["child"]) == ["1001", "1002"]
    assert not len(unaccounted(returns))


def test_a_row_with_too_many_fields_is_refused_by_its_line():
    lines = as_csv(EPISODE_ROWS, EPISODES).split(b"\r\n")
    lines[1] += b",surplus"

    returns = _read_with(b"\r\n".join(lines))

    assert found_by(returns, "row-too-long") == [2]
    assert list(returns.tables["episodes"]["row"]) == [3]
    assert not len(unaccounted(returns))


def test_a_row_whose_blank_end_was_left_off_is_filled_up():
    lines = as_csv(EPISODE_ROWS, EPISODES).split(b"\r\n")
    lines[1] = b"1001,01/05/2020,S,C2,N1,U4,PR1"

    returns = _read_with(b"\r\n".join(lines))

    assert found_by(returns, "row-short") == [2]
    assert len(returns.tables["episodes"]) == 2


def test_a_row_short_of_a_field_in_the_middle_is_refused():
    lines = as_csv(EPISODE_ROWS, EPISODES).split(b"\r\n")
    lines[1] = lines[1].replace(b"01/05/2020,", b"")

    returns = _read_with(b"\r\n".join(lines))

    assert found_by(returns, "row-too-short") == [2]


def test_a_file_that_ends_inside_a_row_loses_that_row_alone():
    content = as_csv(EPISODE_ROWS, EPISODES)

    returns = _read_with(content[: content.index(b"1002") + 12])

    assert found_by(returns, "row-cut-off") == [3]
    assert len(returns.tables["episodes"]) == 1


def test_lines_of_separators_alone_are_no_rows():
    returns = _read_with(as_csv(EPISODE_ROWS, EPISODES) + b",,,,,,,,,,,,\r\n\r\n")

    assert returns.filed.set_index("table").loc["episodes", "rows_filed"] == 2


def test_a_workbook_with_real_dates_reads_as_the_csv_does():
    sheets = {
        "Any name": [EPISODES, *([_real(row[name]) for name in EPISODES] for row in EPISODE_ROWS)],
        "Children": [HEADER, *([_real(row[name]) for name in HEADER] for row in HEADER_ROWS)],
        "Notes": [["Nothing here"]],
    }

    returns = read_returns_from({"2021.xlsx": as_workbook(sheets)})

    expected = read_returns_from(CSV_FILES)
    pd.testing.assert_frame_equal(_content(returns), _content(expected))
    pd.testing.assert_frame_equal(_content(returns, "header"), _content(expected, "header"))
    assert not len(unaccounted(returns))


def _real(text: str) -> object:
    if text.count("/") == 2:
        return dt.datetime.strptime(text, "%d/%m/%Y")
    return int(text) if text.isdigit() else text or None


XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<Message>
  <CHILD><CHILDID>1001</CHILDID><HEADER>
    <SEX>2</SEX><DOB>2010-06-15</DOB><ETHNIC>WBRI</ETHNIC><UPN>A123456789012</UPN>
    <EPISODE><DECOM>2020-05-01</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>U4</PL>
      <PLACE_PROVIDER>PR1</PLACE_PROVIDER><HOME_POST>SE1 7AA</HOME_POST>
      <PL_POST>SE15 5AA</PL_POST><URN>1234567</URN></EPISODE>
    <AREVIEW><REVIEW>2020-06-01</REVIEW><REVIEW_CODE>PN1</REVIEW_CODE></AREVIEW>
    <AMISSING><MISSING>M</MISSING><MIS_START>2020-08-01</MIS_START></AMISSING>
  </HEADER></CHILD>
  <CHILD><CHILDID>1002</CHILDID><HEADER>
    <SEX>1</SEX><DOB>2008-02-29</DOB><ETHNIC>WBRI</ETHNIC><UPN>A123456789012</UPN>
    <EPISODE><DECOM>2020-07-13</DECOM><RNE>S</RNE><LS>C2</LS><CIN>N1</CIN><PL>K2</PL>
      <PLACE_PROVIDER>PR1</PLACE_PROVIDER><HOME_POST>SE1 7AA</HOME_POST>
      <PL_POST>SE15 5AA</PL_POST><URN>1234567</URN></EPISODE>
  </HEADER></CHILD>
</Message>
"""


def test_an_xml_return_reads_as_the_csv_does():
    returns = read_returns_from({"2021.xml": XML})

    expected = read_returns_from(CSV_FILES)
    pd.testing.assert_frame_equal(_content(returns), _content(expected))
    pd.testing.assert_frame_equal(_content(returns, "header"), _content(expected, "header"))
    assert list(returns.tables["episodes"]["row"]) == [5, 13]
    assert len(returns.tables["reviews"]) == len(returns.tables["missing"]) == 1


def test_an_xml_file_that_is_cut_gives_the_children_before_the_cut():
    returns = read_returns_from({"2021.xml": XML[: XML.index(b"<PL>K2")]})

    assert list(returns.tables["episodes"]["child"]) == ["1001"]
    assert len(returns.findings.of("xml-damaged")) == 1


def test_xml_with_a_document_type_is_refused():
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><Message><CHILD>&a;</CHILD></Message>'

    returns = read_returns_from({"2021.xml": bomb})

    assert len(returns.findings.of("xml-refused")) == 1


def test_a_zip_that_would_unpack_without_bound_is_refused():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2021/episodes.csv", bytes(20_000_000))

    returns = read_returns_from({"upload.zip": content.getvalue()})

    assert "250 times" in returns.findings.of("zip-refused")["found"].item()


def test_a_damaged_zip_is_a_finding():
    returns = read_returns_from({"upload.zip": b"PK\x03\x04 not a zip"})

    assert len(returns.findings.of("zip-refused")) == 1


def test_a_damaged_workbook_is_a_finding():
    returns = read_returns_from({"2021.xlsx": b"PK\x03\x04 not a workbook"})

    assert len(returns.findings.of("workbook-damaged")) == 1


def test_a_path_that_points_out_of_the_zip_stays_inside():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../../2021/uasc.csv", as_csv([{"CHILD": "1", "DUC": ""}], UASC))

    returns = read_returns_from({"upload.zip": content.getvalue()})

    assert list(returns.tables["uasc"]["file"]) == ["2021/uasc.csv"]


def test_two_files_of_one_name_in_a_zip_are_both_read():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("2021/header.csv", as_csv([a_header("1")], HEADER))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("2021/header.csv", as_csv([a_header("2")], HEADER))

    returns = read_returns_from({"upload.zip": content.getvalue()})

    assert list(returns.files["file"]) == ["2021/header (2).csv", "2021/header.csv"]
    assert set(returns.tables["header"]["child"]) == {"1", "2"}
