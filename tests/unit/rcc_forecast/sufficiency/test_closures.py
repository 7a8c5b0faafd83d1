"""Homes close without a date: as many as closed before, and some are replaced."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.sufficiency.closures import A_YEAR, closures_of
from tests.builders.register import a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")
KINDS = ["childrens_home", "foster", "secure_home"]


def expected(*homes, months=36):
    """What stays of each kind, in 2,000 futures."""
    return closures_of(
        a_register(*homes),
        kinds=KINDS,
        months=pd.date_range("2025-04-30", periods=months, freq="ME"),
        as_of=AS_OF,
        n_paths=2000,
        rng=np.random.default_rng(5),
    )


def homes_open(number, **given):
    return [a_home(f"H{i}", **given) for i in range(number)]


def a_closed_home(home_id, closed):
    return a_home(home_id, closed=pd.Timestamp(closed))


def an_opened_home(home_id, opened):
    return a_home(home_id, opened=pd.Timestamp(opened))


def test_a_register_that_keeps_no_closed_home_is_read_by_the_judgement():
    found = expected(*homes_open(40))

    # What closes is replaced: the pace of both is the judgement's.
    assert found.staying[:, 0].mean(axis=0) == pytest.approx(np.ones(36), abs=0.02)
    assert f"{A_YEAR:.1%} of homes close a year" in found.sources[0]
    assert "keeps no home that has closed" in found.sources[0]


def test_homes_that_closed_in_the_past_close_ahead():
    gone = [a_closed_home(f"C{i}", f"202{2 + i % 3}-0{5 + i % 4}-15") for i in range(30)]

    few, many = expected(*homes_open(40)), expected(*homes_open(40), *gone)

    # Thirty in three years, beside forty that are open; the first to go only begins the count.
    left_after_a_year = many.staying[:, 0, 11].mean()
    assert left_after_a_year < few.staying[:, 0, 11].mean() - 0.05
    assert "from 27 in" in many.sources[0]


def test_homes_that_opened_in_the_past_make_up_for_it_and_never_for_more():
    new = [an_opened_home(f"N{i}", f"202{2 + i % 3}-0{5 + i % 4}-15") for i in range(30)]

    found = expected(*homes_open(40), *new)

    assert found.staying[:, 0].mean(axis=0).max() <= 1.0 + 1e-12
    assert found.staying[:, 0, 35].mean() == pytest.approx(1.0)


def test_a_closure_with_a_date_is_not_expected_again():
    dated = [a_closed_home(f"D{i}", "2025-09-30") for i in range(4)]

    plain, told = expected(*homes_open(40)), expected(*homes_open(36), *dated)

    # A tenth of places is known to go: more than a judgement expects within a year.
    assert told.staying[:, 0, 11].mean() > plain.staying[:, 0, 11].mean() - 1e-9
    assert told.staying[:, 0, 11].mean() == pytest.approx(1.0)


def test_an_opening_with_a_date_is_not_expected_again():
    later = [an_opened_home(f"L{i}", "2025-06-30") for i in range(10)]

    found = expected(*homes_open(40), *later)

    # The register brings ten homes of forty itself: nothing makes up for closures meanwhile.
    assert found.staying[:, 0, 23].mean() == pytest.approx(np.exp(-2 * A_YEAR), abs=0.02)


def test_foster_households_and_secure_homes_are_left_alone():
    gone = [a_home(f"F{i}", placement_type="foster", closed=AS_OF) for i in range(9)]

    found, without = expected(*homes_open(5), *gone), expected(*homes_open(5))

    np.testing.assert_array_equal(found.staying, without.staying)
    assert (found.staying[:, 1:] == 1.0).all()
    assert found.sources[1:] == ["", ""]


def test_some_months_alone_have_the_same_chance():
    found = expected(*homes_open(5))

    np.testing.assert_array_equal(
        found.at(np.array([11, 23])).staying, found.staying[..., [11, 23]]
    )
