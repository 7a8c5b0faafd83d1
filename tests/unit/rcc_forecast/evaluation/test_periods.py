"""Years run to 31 March; delivery counts from the first whole period after it."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.evaluation.periods import Calendar, moment_of, number_periods

YEARS, QUARTERS, MONTHS = Calendar(1), Calendar(4), Calendar(12)


def test_a_year_is_the_year_to_31_march():
    assert YEARS.start(2026) == pd.Timestamp("2025-04-01")
    assert YEARS.end(2026) == pd.Timestamp("2026-03-31")


@pytest.mark.parametrize(
    ("calendar", "delivery", "first"),
    [
        (YEARS, "2025-04-01", "2026"),  # begins with the year: the whole year counts
        (YEARS, "2025-06-01", "2027"),  # ten months of 2026 are partial
        (YEARS, 1989, "1989"),
        (QUARTERS, "2025-04-15", "2025Q3"),
        (QUARTERS, "2025Q2", "2025Q2"),
        (QUARTERS, 2025, "2025Q1"),
        (MONTHS, "2025-04-15", "2025-05"),
        (MONTHS, "2025-04", "2025-04"),
    ],
)
def test_a_unit_is_treated_from_the_first_whole_period_after_delivery(calendar, delivery, first):
    moment = moment_of(delivery)

    assert calendar.name(calendar.first_whole_from(moment)) == first


def test_a_date_touches_the_period_that_it_lies_in():
    assert YEARS.name(YEARS.first_touched_by(moment_of("2025-06-01"))) == "2026"


@pytest.mark.parametrize("calendar", [YEARS, QUARTERS, MONTHS])
def test_a_period_is_written_as_it_was_read(calendar):
    names = {1: "2025", 4: "2025Q3", 12: "2025-03"}[calendar.season]

    assert calendar.name(calendar.number(names)) == names


def test_the_form_of_a_panel_is_the_one_that_most_rows_have():
    calendar, numbers = number_periods(pd.Series(["2025Q1", "2025Q2", "2025"]))

    assert calendar == QUARTERS
    assert numbers.isna().tolist() == [False, False, True]


@pytest.mark.parametrize("value", [True, "soon", 20250401, "2025-13-01", 1.5])
def test_what_is_no_moment_is_none(value):
    assert moment_of(value) is None
