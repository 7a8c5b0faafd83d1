"""Who does the work changes nothing but the time it takes."""

from __future__ import annotations

import pytest

from rcc_forecast.errors import UnknownNameError
from rcc_forecast.forecasting import cohort_runs, points
from rcc_forecast.forecasting.parallel import BACKEND_VARIABLE, Workers
from tests.builders.engines import an_engine
from tests.builders.histories import a_history


def _square(number):
    return number * number


@pytest.mark.parametrize(
    "workers", [Workers("sequential", 1), Workers("threading", 2), Workers("threading", 5)]
)
def test_results_come_back_in_the_order_of_the_tasks(workers):
    found = workers.each(_square, [(number,) for number in range(20)], doing="squaring")

    assert found == [number * number for number in range(20)]


def test_progress_is_told_in_words():
    said = []

    Workers("threading", 2).each(
        _square, [(number,) for number in range(3)], doing="squaring", progress=said.append
    )

    assert all(line.startswith("squaring") for line in said)
    assert said[-1].endswith("3 of 3")


def test_light_work_starts_nobody():
    # A local function cannot be sent to another process: it would fail if it were.
    found = Workers("loky", 2).each(
        lambda number: number + 1, [(1,), (2,)], doing="adding", heavy=False
    )

    assert found == [2, 3]


def test_the_environment_chooses_who_works(monkeypatch):
    monkeypatch.setenv(BACKEND_VARIABLE, "sequential")
    assert Workers.from_environment() == Workers("sequential", 1)
    monkeypatch.setenv(BACKEND_VARIABLE, "threading")
    assert Workers.from_environment() == Workers("threading", -1)
    monkeypatch.delenv(BACKEND_VARIABLE)
    assert Workers.from_environment() == Workers("loky", -1)


def test_a_worker_that_nobody_knows_is_refused_with_the_nearest(monkeypatch):
    monkeypatch.setenv(BACKEND_VARIABLE, "lokky")

    with pytest.raises(UnknownNameError, match="Did you mean 'loky'"):
        Workers.from_environment()


@pytest.mark.parametrize("workers", [Workers("threading", 3), Workers("loky", 2)])
def test_any_number_of_workers_gives_the_same_bytes(workers, monkeypatch):
    # A small region pays for no processes: here every task is handed to one all the same.
    monkeypatch.setattr(cohort_runs, "_HEAVY", 0)
    monkeypatch.setattr(points, "_HEAVY", 0)
    monkeypatch.setattr(points, "_SERIES_A_TASK", 100)
    history = a_history(n_months=49)

    alone, many = (
        an_engine(history, origins=3, workers=each) for each in (Workers("sequential", 1), workers)
    )

    for measure, found in alone.measures.items():
        other = many.measures[measure]
        assert found.mean.tobytes() == other.mean.tobytes()
        for name, past in found.rolled.past.items():
            assert past.tobytes() == other.rolled.past[name].tobytes()
