"""Whose return it is, and of which year, is found in every layout met in practice."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.returns import read_returns, read_returns_from, unaccounted
from tests.builders.reference import reference_data
from tests.builders.returns import EPISODES, HEADER, a_header, an_episode, as_csv, found_by

ONE_RETURN = {
    "header.csv": as_csv([a_header()], HEADER),
    "episodes.csv": as_csv([an_episode()], EPISODES),
}
BOLTON, BURY = "E08000001", "E08000002"


def _in_folder(folder: str) -> dict[str, bytes]:
    return {f"{folder}/{name}": content for name, content in ONE_RETURN.items()}


def _write(files: dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _zipped(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def test_folders_of_years_give_the_return_year():
    returns = read_returns_from(_in_folder("2020") | _in_folder("2021"))

    assert returns.years == [2020, 2021]


def test_folders_of_authorities_with_years_inside_give_both():
    returns = read_returns_from(_in_folder("Bolton/2021") | _in_folder("bury council/2020-21"))

    assert set(returns.tables["episodes"]["local_authority"]) == {BOLTON, BURY}
    assert returns.years == [2021]


@pytest.mark.parametrize(
    ("file", "year"),
    [
        ("episodes_2021.csv", 2021),
        ("2020-21 episodes.csv", 2021),
        ("2020_21.csv", 2021),
        ("SSDA903_2020_Episodes.csv", 2020),
        ("episodes 2020-2021 final.csv", 2021),
        ("episodes 30-06-2020.csv", 2021),
    ],
)
def test_the_year_in_a_file_name_is_the_return_year(file, year):
    returns = read_returns_from(
        {file: ONE_RETURN["episodes.csv"], "h_2021.csv": ONE_RETURN["header.csv"]}
    )

    assert set(returns.tables["episodes"]["year"]) == {year}


def test_an_authority_in_the_file_name_is_found():
    returns = read_returns_from(
        {f"Bolton_2021_{name}": content for name, content in ONE_RETURN.items()}
    )

    assert set(returns.tables["episodes"]["local_authority"]) == {BOLTON}


@pytest.mark.parametrize("text", ["Bolton", "BOLTON", "350", "E08000001", "bolton council"])
def test_a_regional_file_gives_authority_and_year_by_row(text):
    header = a_header("7", LA=text, YEAR="2021")
    rows = [an_episode("7", LA=text, YEAR="2020"), an_episode("7", LA=text, YEAR="2020/21")]

    returns = read_returns_from({"episodes.csv": as_csv(rows), "header.csv": as_csv([header])})

    assert set(returns.tables["episodes"]["local_authority"]) == {BOLTON}
    assert sorted(returns.tables["episodes"]["year"]) == [2020, 2021]


def test_a_regional_uasc_file_without_authority_takes_it_from_the_header():
    files = {
        "episodes.csv": as_csv([an_episode("7", LA="Bolton", YEAR="2021")]),
        "header.csv": as_csv([a_header("7", LA="Bolton", YEAR="2021")]),
        "uasc.csv": as_csv([{"CHILD": "7", "DUC": "", "YEAR": "2021"}]),
    }

    returns = read_returns_from(files)

    assert list(returns.tables["uasc"]["local_authority"]) == [BOLTON]
    assert len(returns.findings.of("authority-from-header")) == 1
    assert set(returns.filed["local_authority"]) == {BOLTON}


def test_a_single_return_without_a_year_is_that_of_its_latest_dates():
    returns = read_returns_from(ONE_RETURN)

    assert returns.years == [2021]
    assert len(returns.findings.of("year-inferred")) == 2


def _folder_that_seems_named_by_its_first_year() -> dict[str, bytes]:
    rows = [an_episode(str(n), DEC="15/06/2020", REC="E4A") for n in range(40)]
    header = [a_header(str(n)) for n in range(40)]
    return {"2020/episodes.csv": as_csv(rows), "2020/header.csv": as_csv(header)}


def test_a_folder_is_taken_as_named_and_dates_that_speak_against_it_are_told():
    returns = read_returns_from(_folder_that_seems_named_by_its_first_year())

    assert returns.years == [2020]
    assert len(returns.findings.of("year-looks-like-first-year")) == 1


def test_folders_named_by_the_year_in_which_a_return_begins_are_read_so_when_asked():
    returns = read_returns_from(_folder_that_seems_named_by_its_first_year(), first_years=True)

    assert returns.years == [2021]
    assert not len(returns.findings.of("year-looks-like-first-year"))


def test_a_zip_and_its_folder_and_its_single_files_say_the_same(tmp_path):
    files = _in_folder("2021")
    folder = read_returns(_write(files, tmp_path / "in"))
    packed = tmp_path / "in.zip"
    packed.write_bytes(_zipped(files))

    zipped = read_returns(packed)

    assert zipped.data_hash == folder.data_hash
    assert zipped.tables["episodes"].equals(folder.tables["episodes"])


def test_brackets_in_a_file_name_are_no_sheet():
    returns = read_returns_from({"2021/episodes [1].csv": ONE_RETURN["episodes.csv"]})

    assert list(returns.files["file"]) == ["2021/episodes [1].csv"]


def test_a_childs_reference_in_the_authority_column_is_not_taken_for_a_code():
    row = an_episode("7", LA="100123", YEAR="2021")

    returns = read_returns_from({"e.csv": as_csv([row])})

    assert set(returns.filed["local_authority"]) == {"Unknown"}
    assert "100123" not in returns.findings.frame.to_csv()


def test_two_zips_of_one_folder_may_hold_the_same_names():
    files = {"bolton_2021.zip": _zipped(ONE_RETURN), "bury_2021.zip": _zipped(ONE_RETURN)}

    returns = read_returns_from(files)

    assert set(returns.tables["episodes"]["local_authority"]) == {BOLTON, BURY}


def test_the_authority_asked_for_fills_where_the_files_do_not_say():
    returns = read_returns_from(_in_folder("2021"), authority="Bolton")

    assert set(returns.tables["episodes"]["local_authority"]) == {BOLTON}


def test_returns_that_do_not_say_whose_they_are_are_unknown():
    returns = read_returns_from(_in_folder("2021"))

    assert set(returns.tables["episodes"]["local_authority"]) == {"Unknown"}
    assert len(returns.findings.of("authority-missing")) == 1


def test_an_authority_that_is_not_registered_keeps_its_code_but_never_its_text():
    rows = [an_episode("7", LA="x99", YEAR="2021"), an_episode("8", LA="Some Place", YEAR="2021")]
    header = [a_header("7", LA="x99", YEAR="2021"), a_header("8", LA="Some Place", YEAR="2021")]

    returns = read_returns_from({"e.csv": as_csv(rows), "h.csv": as_csv(header)})

    assert list(returns.tables["episodes"]["local_authority"]) == ["X99", "Unknown"]
    assert "Some Place" not in returns.findings.frame.to_csv()


def test_a_recoded_authority_keeps_its_children_under_one_code():
    files = _in_folder("E08000016/2021") | _in_folder("Barnsley/2020")

    returns = read_returns_from(files)

    assert returns.tables["episodes"]["local_authority"].nunique() == 1


def test_an_authority_asked_for_that_cannot_be_one_is_refused():
    with pytest.raises(UnknownNameError, match="Bolton"):
        read_returns_from(_in_folder("2021"), authority="Boltn")


def test_a_path_with_nothing_to_read_is_an_error(tmp_path):
    with pytest.raises(UnreadableInputError):
        read_returns(tmp_path / "absent")
    with pytest.raises(UnreadableInputError):
        read_returns(tmp_path)


def test_files_without_a_known_column_are_told_and_stop_nothing():
    returns = read_returns_from(
        _in_folder("2021") | {"notes.csv": b"a,b\r\n1,2\r\n", "minutes.docx": b"PK"}
    )

    assert list(returns.findings.of("file-not-recognised")["file"]) == ["notes.csv"]
    assert list(returns.findings.of("file-ignored")["file"]) == ["minutes.docx"]
    assert len(returns.tables["episodes"]) == 1


def test_nothing_usable_gives_empty_tables_and_says_why():
    returns = read_returns_from({"notes.csv": b"a,b\r\n1,2\r\n"})

    assert not len(returns.tables["episodes"])
    assert {"child", "decom", "place", "local_authority"} <= set(returns.tables["episodes"])
    assert len(returns.findings.of("file-not-recognised")) == 1


def test_a_year_that_was_not_filed_is_told():
    returns = read_returns_from(_in_folder("2018") | _in_folder("2020"))

    assert "2019" in returns.findings.of("return-missing")["found"].item()


def test_a_return_without_a_header_table_is_told():
    returns = read_returns_from({"2021/episodes.csv": ONE_RETURN["episodes.csv"]})

    assert list(returns.findings.of("table-missing")["table"]) == ["header"]


def test_a_row_of_a_regional_file_without_a_year_is_refused():
    rows = [an_episode("7", LA="Bolton", YEAR=year) for year in ("2020", "2021", "", "19")]

    returns = read_returns_from({"e.csv": as_csv(rows), "h_2021.csv": as_csv([a_header("7")])})

    assert found_by(returns, "return-year-missing") == [4, 5]
    assert not len(unaccounted(returns))


def test_the_peers_sample_is_read_to_the_last_row():
    returns = read_returns(reference_data("returns/synthetic903_v1.zip"))

    episodes = returns.filed[returns.filed["table"] == "episodes"]
    assert len(returns.years) == 5
    assert episodes["rows_filed"].sum() == 3_737
    assert episodes["rows_used"].sum() == 3_737
    assert not len(unaccounted(returns))


def test_the_programs_own_files_are_told_in_one_quiet_line():
    own = {
        "homes.csv": b"home_id,urn,provider,sector,placement_type\r\nH1,,,,foster\r\n",
        "children.csv": b"child_id,local_authority,age,sex\r\nA,E08000006,9,F\r\n",
        "sibling_groups.csv": b"sibling_group,local_authority,child_id,twin\r\n",
        "truth.json": b"{}",
        "README.txt": b"About these files.",
    }

    returns = read_returns_from(_in_folder("2021") | own)

    told = returns.findings.of("own-file")
    assert len(told) == 1
    assert told["severity"].item() == "noted"
    assert all(name in told["found"].item() for name in own)
    assert not len(returns.findings.of("file-not-recognised"))
    assert not len(returns.findings.of("file-ignored"))


def test_a_damaged_header_named_children_is_not_taken_for_the_programs_own():
    returns = read_returns_from(_in_folder("2021") | {"children.csv": b"CH\r\n1\r\n"})

    assert list(returns.findings.of("file-not-recognised")["file"]) == ["children.csv"]
