"""A table that cannot be read is refused in words, whatever is wrong with its file."""

from __future__ import annotations

import gzip
from zipfile import ZipFile

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.tables.evaluation import ESTIMATES
from rcc_forecast.tables.from_file import table_from_file, table_handed_out

NEEDED = ("outcome", "estimator", "inference", "estimate")
HEADING = ",".join(NEEDED)


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def handed_out(path):
    return table_handed_out(path, ESTIMATES, needed=NEEDED, expected="an earlier look")


def test_a_compressed_file_that_was_cut_short_is_refused(tmp_path):
    whole = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(5_000)))

    with pytest.raises(UnreadableInputError, match=r"cut\.csv\.gz: cannot be read"):
        table_from_file(written(tmp_path / "cut.csv.gz", whole[: len(whole) // 2]))


def test_a_workbook_that_was_cut_short_or_is_another_zip_is_refused(tmp_path):
    pd.DataFrame({"a": range(2_000)}).to_excel(tmp_path / "whole.xlsx", index=False)
    cut = written(tmp_path / "cut.xlsx", (tmp_path / "whole.xlsx").read_bytes()[:3_000])
    with ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("a.txt", "a")

    for path in (cut, tmp_path / "other.xlsx"):
        with pytest.raises(UnreadableInputError, match="a table in CSV"):
            table_from_file(path)


def test_rows_longer_than_the_heading_are_not_moved_to_the_left(tmp_path):
    path = written(tmp_path / "long.csv", "a,b\n1,2,3\n4,5,6\n")

    with pytest.raises(UnreadableInputError, match="more cells than its heading"):
        table_from_file(path)


def test_a_table_that_was_handed_out_has_numbers_and_empty_cells_as_declared(tmp_path):
    path = written(tmp_path / "estimates.csv", f"{HEADING},note\nfar,did,ri,-0.02,\nfar,sc,,,1\n")

    table = handed_out(path)

    assert table["estimate"].tolist()[0] == -0.02
    assert table["estimate"].isna().tolist() == [False, True]
    assert table["note"].tolist()[1] == "1"


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", bytes(range(256)), f"{HEADING}\nfar,did,ri,about two\n".encode()],
    ids=["empty", "other columns", "binary", "words for numbers"],
)
def test_what_is_no_such_table_is_refused_with_what_was_expected(tmp_path, content):
    with pytest.raises(UnreadableInputError, match="Expected an earlier look"):
        handed_out(written(tmp_path / "estimates.csv", content))


def test_a_folder_in_place_of_a_table_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="Expected an earlier look"):
        handed_out(tmp_path)
