"""A table of series is read whole, and what cannot be so is refused by its line."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.errors import NothingUsableError, UnreadableInputError
from rcc_forecast.forecasting import read_series
from tests.builders.series_tables import a_series_file, months_of


def test_rows_may_come_in_any_order(tmp_path):
    rows = months_of("a", 48)

    straight = read_series(a_series_file(tmp_path, rows), season=12)
    backwards = read_series(a_series_file(tmp_path, rows[::-1]), season=12)

    np.testing.assert_array_equal(straight.y, backwards.y)


@pytest.mark.parametrize("row", ["a,2021-00,5", "a,2021-13,5", "a,2021-02,inf"])
def test_a_month_or_number_that_cannot_be_is_refused_by_its_line(tmp_path, row):
    path = a_series_file(tmp_path, ["a,2020-12,4", row])

    with pytest.raises(UnreadableInputError, match="line 3"):
        read_series(path, season=12)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a,2020-13,4", "months such as 2022-03"),
        ("a,2020,4", "months such as 2022-03"),
        ("a,2020-03,many", "a number"),
        ("a,2020-03,-4", "zero or more"),
        ("a,2020-01,4", "each period once"),
        (",2020-03,4", "a series_id"),
    ],
)
def test_a_faulty_row_is_named_by_its_line_and_never_by_its_value(tmp_path, row, expected):
    path = a_series_file(tmp_path, ["a,2020-01,1", "a,2020-02,2", row])

    with pytest.raises(UnreadableInputError, match=expected) as told:
        read_series(path, season=12)

    assert "line" in str(told.value)
    assert "many" not in str(told.value)


def test_an_exposure_that_is_no_number_is_refused_by_its_line(tmp_path):
    heading = "series_id,period,value,exposure"
    path = a_series_file(tmp_path, ["a,2020,4,900", "a,2021,4,few"], heading)

    with pytest.raises(UnreadableInputError, match=r"line 3: .* a number as exposure"):
        read_series(path, season=1)


def test_a_gap_is_filled_between_its_neighbours_and_told(tmp_path):
    table = read_series(a_series_file(tmp_path, ["a,2020,4", "a,2022,8"]), season=1)

    assert table.history[0].tolist() == [4, 6, 8]
    assert table.carried_history[0].tolist() == [4, 4, 8]
    assert "1 periods without a value" in table.notes[0]


def test_an_exposure_may_be_blank(tmp_path):
    heading = "series_id,period,value,exposure"

    table = read_series(a_series_file(tmp_path, ["a,2020,4,", "a,2021,4,900"], heading), season=1)

    np.testing.assert_array_equal(table.exposure, [[np.nan, 900]])


def test_an_exposure_of_nobody_counts_as_blank(tmp_path):
    heading = "series_id,period,value,exposure"

    table = read_series(a_series_file(tmp_path, ["a,2020,4,0"], heading), season=1)

    assert np.isnan(table.exposure).all()


def test_further_figures_stand_beside_the_values_of_their_period(tmp_path):
    heading = "started,series_id,period,value"

    table = read_series(a_series_file(tmp_path, ["7,a,2021,5", "9,a,2020,4"], heading), season=1)

    assert table.column_names == ("started",)
    assert table.columns.tolist() == [[[9, 7]]]


def test_a_withheld_cell_of_a_further_column_is_blank(tmp_path):
    heading = "series_id,period,value,uasc"

    table = read_series(a_series_file(tmp_path, ["a,2020,4,c", "a,2021,5,3"], heading), season=1)

    np.testing.assert_array_equal(table.columns, [[[np.nan, 3]]])


def test_columns_without_figures_are_told_and_not_used(tmp_path):
    heading = "series_id,period,value,area_name"

    table = read_series(a_series_file(tmp_path, ["a,2020,4,Ayton"], heading), season=1)

    assert table.column_names == ()
    assert "1 further columns hold no figures" in table.notes[0]


def test_a_series_of_one_period_is_kept(tmp_path):
    table = read_series(a_series_file(tmp_path, ["a,2020,4", "b,2020,4", "b,2021,5"]), season=1)

    assert table.ids == ("a", "b")
    assert table.last.tolist() == [0, 1]


def test_a_series_without_any_value_is_left_out_and_told(tmp_path):
    table = read_series(a_series_file(tmp_path, ["a,2020,", "b,2020,4"]), season=1)

    assert table.ids == ("b",)
    assert "1 series have no period with a value" in table.notes[0]


def test_a_table_without_any_value_is_refused(tmp_path):
    with pytest.raises(NothingUsableError, match="no series has a value"):
        read_series(a_series_file(tmp_path, ["a,2020,"]), season=1)


def test_a_series_without_a_group_is_its_own(tmp_path):
    rows = ["a,2020,4,North", "b,2020,4,", "c,2020,4,North", "d,2020,4,"]

    table = read_series(a_series_file(tmp_path, rows, "series_id,period,value,group"), season=1)

    assert table.group[0] == table.group[2]
    assert len(set(table.group.tolist())) == 3
