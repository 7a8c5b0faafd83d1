"""The log only grows, and says which look at the data this is."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation import append_entry, next_entry, read_log, stamp_of
from rcc_forecast.evaluation.protocol import AlteredLogError, LooksUsedUpError
from tests.builders.evaluations import a_spec

TODAY = pd.Timestamp("2026-11-20")


def logged(path, *specs):
    for spec in specs:
        entry = next_entry(
            read_log(path), spec, today=TODAY, software={"numpy": "2"}, git_commit=None
        )
        append_entry(path, entry)
    return read_log(path)


def test_a_specification_that_is_not_logged_is_exploratory(tmp_path):
    assert stamp_of(a_spec(), read_log(tmp_path / "none.log")).stamp == "EXPLORATORY"


def test_a_logged_specification_says_when_it_was_logged(tmp_path):
    spec = a_spec()

    stamp = stamp_of(spec, logged(tmp_path / "e.log", spec))

    assert stamp.stamp == "pre-specified on 2026-11-20"
    assert (stamp.look, stamp.looks) == (1, 1)


def test_another_seed_is_another_specification(tmp_path):
    log = logged(tmp_path / "e.log", a_spec())

    assert stamp_of(a_spec(seed=1), log).stamp == "EXPLORATORY"


def test_looks_are_counted_by_the_days_of_their_cut_offs(tmp_path):
    first, second = (a_spec(looks=3, cut_off=f"{year}-12-01") for year in (2025, 2026))

    log = logged(tmp_path / "e.log", second, first)

    assert stamp_of(first, log).look_of_looks == "1 of 3"
    assert stamp_of(second, log).look_of_looks == "2 of 3"


def test_a_plan_cannot_be_looked_at_more_often_than_it_says(tmp_path):
    specs = [a_spec(looks=2, cut_off=f"{year}-12-01") for year in (2025, 2026, 2027)]

    with pytest.raises(LooksUsedUpError, match="2 looks"):
        logged(tmp_path / "e.log", *specs)


@pytest.mark.parametrize("damage", ["changed", "taken out", "put in twice"])
def test_a_log_that_was_altered_is_refused(tmp_path, damage):
    path = tmp_path / "e.log"
    logged(path, a_spec(), a_spec(seed=1), a_spec(seed=2))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    altered = {
        "changed": [lines[0].replace("2026-11-20", "2024-11-20"), *lines[1:]],
        "taken out": [lines[0], lines[2]],
        "put in twice": [*lines, lines[2]],
    }[damage]
    path.write_text("".join(altered), encoding="utf-8")

    with pytest.raises(AlteredLogError):
        read_log(path)


def test_a_folder_in_place_of_the_log_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="Expected a log"):
        read_log(tmp_path)


def test_a_line_nested_beyond_all_reading_is_an_altered_log(tmp_path):
    path = tmp_path / "evaluations.log"
    path.write_text("[" * 100_000, encoding="utf-8")

    with pytest.raises(AlteredLogError):
        read_log(path)
