"""Whatever happens to the files, reading them ends well and every row is accounted for."""

from __future__ import annotations

import secrets

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.returns import findings_text, read_returns_from, unaccounted
from rcc_forecast.tables.ssda903 import TABLES
from tests.builders.returns import a_random_return, damaged, damaged_bytes, in_one_file


def _damaged_returns(seed: int) -> dict[str, bytes]:
    """Nine in ten are damaged CSV files; the rest a damaged zip, workbook or XML file."""
    rng = np.random.default_rng(seed)
    files = a_random_return(rng)
    if seed % 10:
        return damaged(files, rng)
    return damaged_bytes(in_one_file(files, rng), rng)


def _hold_the_promise(seed: int) -> None:
    files = _damaged_returns(seed)

    try:
        returns = read_returns_from(files)
        page = findings_text(returns)
    except Exception as error:
        raise AssertionError(f"seed {seed}: reading raised {error!r}") from error

    astray = unaccounted(returns)
    assert not len(astray), f"seed {seed}: rows astray\n{astray}"
    assert (returns.filed["rows_used"] <= returns.filed["rows_filed"]).all(), f"seed {seed}"
    assert set(returns.tables) == {table.name for table in TABLES}, f"seed {seed}"
    episodes, header = returns.tables["episodes"], returns.tables["header"]
    assert episodes[["child", "decom"]].notna().all(axis=None), f"seed {seed}"
    assert header[["child", "dob"]].notna().all(axis=None), f"seed {seed}"
    assert page, f"seed {seed}"


def test_forty_damaged_copies_drawn_today_are_read_to_the_last_row():
    first = secrets.randbelow(2**40)

    for seed in range(first, first + 40):
        _hold_the_promise(seed)


@pytest.mark.parametrize("seed", range(6))
def test_a_zip_a_workbook_and_an_xml_file_say_what_the_csv_files_say(seed):
    rng = np.random.default_rng(seed)
    files = a_random_return(rng)

    returns = read_returns_from(in_one_file(files, rng))

    expected = read_returns_from(files)
    for name in ("header", "episodes", "uasc"):
        columns = [column for column in expected.tables[name] if column not in ("file", "row")]
        one = expected.tables[name][columns].sort_values(columns, ignore_index=True)
        other = returns.tables[name][columns].sort_values(columns, ignore_index=True)
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.full
@pytest.mark.parametrize("batch", range(20))
def test_two_thousand_damaged_copies_are_read_to_the_last_row(batch):
    for seed in range(100 * batch, 100 * (batch + 1)):
        _hold_the_promise(seed)
