"""Dates are told apart file by file; what is open to two readings is never guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.returns import read_returns_from
from rcc_forecast.returns.dates import birthdays, return_year_of_day, year_ends
from tests.builders.returns import a_header, an_episode, as_csv, as_workbook, found_by, read


def _decom(returns) -> list[str]:
    return [str(day.date()) for day in returns.tables["episodes"]["decom"]]


def _with_starts(*starts: str):
    return read(*(an_episode(str(at), DECOM=start) for at, start in enumerate(starts)))


def test_the_statutory_form_is_day_first():
    assert _decom(_with_starts("05/04/2020", "13/04/2020")) == ["2020-04-05", "2020-04-13"]


def test_a_file_of_iso_dates_is_read_and_told():
    returns = _with_starts("2020-05-04", "2020-06-30")

    assert _decom(returns) == ["2020-05-04", "2020-06-30"]
    forms = returns.findings.of("date-form")
    assert "yyyy-mm-dd" in forms.loc[forms["file"] == "2021/episodes.csv", "found"].item()


@pytest.mark.parametrize(
    "text",
    [
        "2020-05-04",
        "2020-05-04 00:00:00",
        "2020-05-04T00:00:00",
        "4 May 2020",
        "04-May-2020",
        "43955",
        "43955.0",
    ],
)
def test_a_form_with_one_reading_is_repaired_among_others(text):
    returns = _with_starts("13/05/2020", "14/05/2020", text)

    assert _decom(returns)[2] == "2020-05-04"
    assert found_by(returns, "date-other-form") == [4]


def test_a_thirteenth_month_is_never_guessed():
    returns = _with_starts("14/05/2020", "05/14/2020")

    assert found_by(returns, "date-unreadable") == [3]
    assert found_by(returns, "decom-missing") == [3]


def test_a_slashed_date_in_an_iso_file_is_not_guessed_where_nothing_settles_its_order():
    returns = _with_starts("2020-05-14", "2020-05-15", "2020-05-16", "04/05/2020")

    assert found_by(returns, "date-unreadable") == [5]


def test_a_slashed_date_in_an_iso_file_is_read_where_another_settles_its_order():
    returns = _with_starts("2020-05-14", "2020-05-15", "2020-05-16", "04/05/2020", "13/05/2020")

    assert _decom(returns)[3:] == ["2020-05-04", "2020-05-13"]


def test_a_file_that_is_month_first_throughout_is_read_so_and_told():
    starts = [f"{month:02d}/{day:02d}/2020" for month in (4, 5, 6) for day in range(8, 20)]

    returns = _with_starts(*starts)

    assert _decom(returns)[0] == "2020-04-08"
    forms = returns.findings.of("date-form")
    assert forms["found"].str.contains("mm/dd/yyyy").any()


def test_two_digit_years_are_read_in_the_only_century_they_can_be_of():
    returns = _with_starts("14/05/2020", "04/05/20")

    assert _decom(returns) == ["2020-05-14", "2020-05-04"]
    assert found_by(returns, "date-other-form") == [3]


def test_two_digit_years_stay_unread_where_nothing_settles_which_is_the_day():
    returns = _with_starts("04/05/20")

    assert found_by(returns, "date-unreadable") == [2]


def test_a_day_that_does_not_exist_is_told():
    assert found_by(_with_starts("31/06/2020", "30/06/2020"), "decom-missing") == [2]


def test_the_far_future_that_some_systems_write_for_open_is_taken_as_open():
    returns = read(an_episode(DEC="31/12/2999"))

    assert returns.tables["episodes"]["dec"].isna().all()
    assert found_by(returns, "date-impossible") == [2]


def test_serial_numbers_of_a_workbook_are_dates():
    cells = [[*a_header()], [*a_header(DOB=40_344).values()]]

    returns = read_returns_from({"2021.xlsx": as_workbook({"x": cells})})

    assert returns.tables["header"]["dob"].item() == pd.Timestamp("2010-06-15")


def test_birth_dates_cut_to_the_month_are_told_once():
    header = [a_header(str(n), DOB=f"01/{n % 12 + 1:02d}/2010") for n in range(30)]

    returns = read_returns_from({"2021/header.csv": as_csv(header)})

    assert len(returns.findings.of("birth-dates-cut")) == 1


@pytest.mark.parametrize(("day", "year"), [("2020-03-31", 2020), ("2020-04-01", 2021)])
def test_the_return_year_opens_on_1_april(day, year):
    assert return_year_of_day(np.array([day], dtype="datetime64[D]")) == [year]


def test_the_return_year_ends_on_31_march():
    assert year_ends(np.array([2024])) == np.datetime64("2024-03-31")


def test_born_on_29_february_a_birthday_is_1_march_in_other_years():
    born = np.array(["2012-02-29"], dtype="datetime64[D]")

    assert birthdays(born, 10) == np.datetime64("2022-03-01")
    assert birthdays(born, 16) == np.datetime64("2028-02-29")
