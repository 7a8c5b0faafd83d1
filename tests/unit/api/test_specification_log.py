"""The service's log only grows, and a line that was changed is noticed."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from api.specification_log import SpecificationLog
from rcc_forecast.evaluation import read_log
from rcc_forecast.evaluation.protocol import AlteredLogError, LooksUsedUpError
from tests.builders.evaluations import a_spec


def a_log(tmp_path) -> SpecificationLog:
    return SpecificationLog(
        tmp_path / "evaluations.log", now=lambda: datetime(2026, 4, 20, 23, 59, tzinfo=UTC)
    )


def test_a_specification_is_logged_once_on_the_day(tmp_path):
    log = a_log(tmp_path)

    first, again = log.lock(a_spec()), log.lock(a_spec())

    assert (first[1], again[1]) == (True, False)
    assert again[0] == first[0]
    assert first[0]["date"] == "2026-04-20"
    assert len(log.read().entries) == 1


def test_the_command_reads_the_services_log(tmp_path):
    log = a_log(tmp_path)
    for seed in range(3):
        log.lock(a_spec(seed=seed))

    entries = read_log(tmp_path / "evaluations.log").entries

    assert entries == log.read().entries
    assert [entry["entry"] for entry in entries] == [1, 2, 3]


def test_many_callers_at_once_keep_the_chain_whole(tmp_path):
    log = a_log(tmp_path)

    with ThreadPoolExecutor(8) as callers:
        made = list(callers.map(lambda n: log.lock(a_spec(seed=n % 5))[1], range(20)))

    assert sum(made) == 5
    assert len(log.read().entries) == 5


def test_a_name_with_what_others_take_for_the_end_of_a_line_breaks_no_chain(tmp_path):
    log = a_log(tmp_path)

    log.lock(a_spec(outcomes=["far", "one\u2028two\x85three"]))
    log.lock(a_spec(seed=2))

    assert len(log.read().entries) == 2


def test_the_log_is_for_its_owner_alone(tmp_path):
    a_log(tmp_path).lock(a_spec())

    mode = stat.S_IMODE((tmp_path / "evaluations.log").stat().st_mode)
    assert mode == 0o600


def test_a_further_look_than_planned_is_refused(tmp_path):
    log = a_log(tmp_path)
    log.lock(a_spec(cut_off=2025))

    with pytest.raises(LooksUsedUpError):
        log.lock(a_spec(cut_off=2026))

    assert len(log.read().entries) == 1


@pytest.mark.parametrize("damage", [b'{"entry": 1}\n', b"\xff\xfe\n", b"\n", b"[1]\n"])
def test_a_line_that_does_not_follow_is_noticed_and_nothing_more_is_written(tmp_path, damage):
    log, path = a_log(tmp_path), tmp_path / "evaluations.log"
    log.lock(a_spec())
    path.write_bytes(path.read_bytes() + damage)
    before = path.read_bytes()

    with pytest.raises(AlteredLogError):
        log.lock(a_spec(seed=3))

    assert path.read_bytes() == before
