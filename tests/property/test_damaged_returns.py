"""Whatever happens to the files, each command ends well and every row is accounted for."""

from __future__ import annotations

import secrets
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from rcc_forecast import children, pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.returns import findings_text, read_returns_from, unaccounted
from rcc_forecast.tables.ssda903 import TABLES
from tests.builders.damage import damaged_copy
from tests.builders.returns import a_random_return, in_one_file

WRITTEN, NOTHING_USABLE = 0, 1
"""How `demand` ends."""


def _hold_the_promise(seed: int) -> int:
    """Take a damaged copy through `check` and `demand`, as the commands do."""
    files = damaged_copy(seed)

    try:
        returns = read_returns_from(files)
        found = pipeline.check(returns)
        page = findings_text(returns)
        prepared = _prepared(returns)
        table = pipeline.demand(prepared) if prepared else None
    except Exception as error:
        raise AssertionError(f"seed {seed}: {error!r}") from error

    try:
        assert page
        _every_row_read_is_accounted_for(returns)
        _every_episode_followed_is_accounted_for(returns, prepared, found)
        if prepared and table is not None:
            _the_counts_add_up(prepared, table)
    except AssertionError as error:
        raise AssertionError(f"seed {seed}: {error}") from error
    return WRITTEN if prepared else NOTHING_USABLE


def _prepared(returns: FiledReturns) -> pipeline.Prepared | None:
    try:
        return pipeline.prepare(returns, RunConfig())
    except NothingUsableError:
        return None


def _every_row_read_is_accounted_for(returns: FiledReturns) -> None:
    astray = unaccounted(returns)
    assert not len(astray), f"rows astray in reading\n{astray}"
    assert (returns.filed["rows_used"] <= returns.filed["rows_filed"]).all()
    assert set(returns.tables) == {table.name for table in TABLES}
    assert returns.tables["episodes"][["child", "decom"]].notna().all(axis=None)
    assert returns.tables["header"][["child", "dob"]].notna().all(axis=None)
    if not len(returns.files):
        assert len(returns.findings), "files without a table, and nothing said"


def _every_episode_followed_is_accounted_for(
    returns: FiledReturns, prepared: pipeline.Prepared | None, found: Findings
) -> None:
    """Where nothing could be counted, every episode must be named in what `check` finds."""
    if prepared:
        kept, findings = prepared.journeys.episodes, prepared.journeys.findings
        assert len(found) == len(returns.findings) + len(findings), "check and demand disagree"
    else:
        kept = returns.tables["episodes"][:0]
        findings = Findings(found.frame[len(returns.findings) :])
    astray = children.unaccounted(returns, kept, findings)
    # A history can be empty though episodes remain: no month ends in it.
    if prepared or not _episodes_remain(returns):
        assert not len(astray), f"episodes astray in following children\n{astray}"


def _episodes_remain(returns: FiledReturns) -> bool:
    try:
        pipeline.link(returns)
    except NothingUsableError:
        return False
    return True


def _the_counts_add_up(prepared: pipeline.Prepared, table: pd.DataFrame) -> None:
    counts, moves = prepared.history.counts["children"], prepared.history.moves
    n_leaves, n_months = counts.shape
    change = np.zeros((n_leaves + 1, n_months))
    np.add.at(change, (moves["destination"], moves["month"]), moves["count"])
    np.subtract.at(change, (moves["origin"], moves["month"]), moves["count"])
    assert np.array_equal(counts[:, 1:] - counts[:, :-1], change[:-1, 1:])
    assert (table["value"] >= 0).all()
    assert (table["value_corrected"] > -1e-6).all()


def test_forty_damaged_copies_drawn_today_go_through_the_commands():
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
def test_two_thousand_damaged_copies_go_through_the_commands(batch, record_testsuite_property):
    ends = Counter(_hold_the_promise(seed) for seed in range(100 * batch, 100 * (batch + 1)))

    record_testsuite_property(f"ends {batch}", dict(ends))
    assert set(ends) <= {WRITTEN, NOTHING_USABLE}
