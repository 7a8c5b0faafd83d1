"""One run at a time; a few may wait; the rest are asked to come back."""

from __future__ import annotations

import threading

import pytest

from api.errors import BusyError
from api.turns import Turns


def test_a_caller_beyond_the_queue_is_asked_to_come_back():
    turns = Turns(max_waiting=1)
    waiting = threading.Thread(target=lambda: turns.next().__enter__(), daemon=True)

    with turns.next():
        waiting.start()
        while turns._places._value:
            waiting.join(0.01)
        with pytest.raises(BusyError), turns.next():
            pass


def test_two_runs_never_overlap():
    turns, running, overlaps = Turns(max_waiting=8), [], []

    def run() -> None:
        with turns.next():
            overlaps.append(len(running))
            running.append(1)
            threading.Event().wait(0.005)
            running.pop()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert overlaps == [0] * 6


def test_a_run_that_fails_leaves_its_place():
    turns = Turns(max_waiting=1)

    for _ in range(5):
        with pytest.raises(ValueError), turns.next():
            raise ValueError

    with turns.next():
        pass
