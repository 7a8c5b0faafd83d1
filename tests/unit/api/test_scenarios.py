"""Regions stay in memory for the next what-if: a few, and never longer than their data."""

from __future__ import annotations

import pandas as pd
import pytest

from api.scenarios import Regions
from api.store import RecordKind, RecordName
from tests.builders.what_ifs import the_region

FIRST, SECOND, THIRD = (RecordName(RecordKind.FORECAST, letter * 16) for letter in "abc")
HOMES, OTHER_HOMES = (RecordName(RecordKind.HOMES, letter * 16) for letter in "de")


class Made:
    """Gives regions, and counts what had to be made for them."""

    def __init__(self, *, most: int) -> None:
        self.regions = Regions(most)
        self.fitted: list[RecordName] = []
        self.read: list[RecordName] = []

    def ask(self, forecast: RecordName, homes: RecordName = HOMES):
        def fit():
            self.fitted.append(forecast)
            return the_region()

        def read() -> pd.DataFrame:
            self.read.append(homes)
            return pd.DataFrame()

        return self.regions.get(forecast, homes, fit=fit, read=read)


@pytest.fixture
def made() -> Made:
    return Made(most=2)


def test_a_region_is_fitted_and_its_register_read_once(made):
    first = made.ask(FIRST)

    assert made.ask(FIRST) is first
    assert (made.fitted, made.read) == ([FIRST], [HOMES])


def test_the_region_longest_unasked_makes_room(made):
    for forecast in (FIRST, SECOND, FIRST, THIRD, FIRST, SECOND):
        made.ask(forecast)

    assert made.fitted == [FIRST, SECOND, THIRD, SECOND]


def test_another_register_needs_no_other_fit_and_leaves_nothing_of_the_one_before(made):
    before = made.ask(FIRST)
    before.fit.carers_kept[0] = (before.homes, before.fit.leaf_means)

    after = made.ask(FIRST, OTHER_HOMES)

    assert (made.fitted, made.read) == ([FIRST], [HOMES, OTHER_HOMES])
    assert after.fit.futures is before.fit.futures
    assert after.fit.carers_kept == {}


def test_nothing_is_left_in_memory_of_what_was_deleted(made):
    made.ask(FIRST)

    made.regions.forget()

    made.ask(FIRST)
    assert made.fitted == [FIRST, FIRST]
