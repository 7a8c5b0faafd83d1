"""Any table of series can be forecast and scored, each from its own last period."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.errors import NothingUsableError, UnreadableInputError
from rcc_forecast.forecasting import backtest_series, forecast_series, read_series
from rcc_forecast.tables.forecast import QUANTILES
from tests.builders.reference import reference_data


def _file(tmp_path, rows, heading="series_id,period,value"):
    path = tmp_path / "series.csv"
    path.write_text("\n".join([heading, *rows]), encoding="utf-8")
    return path


def _months(name, n, *, first=2015, seed=1):
    rng = np.random.default_rng(seed)
    values = 50 + rng.normal(0, 1, n).cumsum()
    return [
        f"{name},{first + i // 12}-{i % 12 + 1:02d},{value:.2f}"
        for i, value in enumerate(np.maximum(values, 0))
    ]


def test_each_series_starts_after_its_own_last_period(tmp_path):
    path = _file(tmp_path, _months("long", 60) + _months("short", 36))

    table = forecast_series(read_series(path, season=12), horizon=3, n_paths=40)

    first = table.groupby("series_id")["period"].min()
    assert first.to_dict() == {"long": "2020-01", "short": "2018-01"}
    assert table["horizon"].tolist() == [1, 2, 3] * 2


def test_rows_may_come_in_any_order(tmp_path):
    rows = _months("a", 48)

    straight = read_series(_file(tmp_path, rows), season=12)
    backwards = read_series(_file(tmp_path, rows[::-1]), season=12)

    np.testing.assert_array_equal(straight.history[0], backwards.history[0])


@pytest.mark.parametrize(
    ("season", "periods", "following"),
    [
        (1, ["2019", "2020", "2021", "2022"], "2023"),
        (4, ["2021Q4", "2022Q1", "2022Q2", "2022Q3"], "2022Q4"),
        (12, ["2021-10", "2021-11", "2021-12", "2022-01"], "2022-02"),
    ],
)
def test_periods_go_on_in_the_form_of_the_input(tmp_path, season, periods, following):
    path = _file(tmp_path, [f"a,{period},{5 + i}" for i, period in enumerate(periods)])

    table = forecast_series(read_series(path, season=season), horizon=1, n_paths=40)

    assert table["period"].tolist() == [following]


def test_figures_are_ordered_and_never_negative(tmp_path):
    table = forecast_series(
        read_series(_file(tmp_path, _months("a", 60)), season=12), horizon=6, n_paths=100
    )

    quantiles = table[list(QUANTILES)].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert quantiles.min() >= 0


def test_a_gap_is_not_filled_from_the_future_when_the_past_is_forecast(tmp_path):
    rows = [f"a,{year},{100 + year % 3}" for year in range(2000, 2020)]
    gap = [row for row in rows if ",2018," not in row and ",2019," not in row]
    low, high = [*gap, "a,2020,1", "a,2021,1"], [*gap, "a,2020,900", "a,2021,900"]

    errors = [
        backtest_series(
            read_series(_file(tmp_path, given), season=1), horizon=2, n_paths=40, origins=1
        )
        for given in (low, high)
    ]

    # Held flat from 2019, which was not known then: 2017's 101. Off by 100, or by 799.
    flat = [table.loc[table["model"] == "hold_flat", "wape"].iloc[0] for table in errors]
    assert flat[0] == pytest.approx(100 / 1, rel=0.01)
    assert flat[1] == pytest.approx(799 / 900, rel=0.01)


@pytest.mark.parametrize("row", ["a,2021-00,5", "a,2021-13,5", "a,2021-02,inf"])
def test_a_month_or_number_that_cannot_be_is_refused_by_its_line(tmp_path, row):
    path = _file(tmp_path, ["a,2020-12,4", row])

    with pytest.raises(UnreadableInputError, match="line 3"):
        read_series(path, season=12)


def test_a_gap_is_filled_between_its_neighbours_and_told(tmp_path):
    table = read_series(_file(tmp_path, ["a,2020,4", "a,2022,8"]), season=1)

    assert table.history[0].tolist() == [4, 6, 8]
    assert "1 periods without a value" in table.notes[0]


def test_columns_that_no_model_uses_are_told(tmp_path):
    rows = ["a,2020,4,9", "a,2021,4,9"]

    table = read_series(_file(tmp_path, rows, "series_id,period,value,exposure"), season=1)

    assert "1 further columns" in table.notes[0]


def test_a_series_of_one_period_is_left_out_and_told(tmp_path):
    table = read_series(_file(tmp_path, ["a,2020,4", "b,2020,4", "b,2021,5"]), season=1)

    assert table.ids == ("b",)
    assert "1 series have fewer than 2 periods" in table.notes[0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("a,2020-13,4", "months such as 2022-03"),
        ("a,2020,4", "months such as 2022-03"),
        ("a,2020-03,many", "a number"),
        ("a,2020-03,-4", "zero or more"),
        ("a,2020-01,4", "each period once"),
    ],
)
def test_a_faulty_row_is_named_by_its_line_and_never_by_its_value(tmp_path, row, expected):
    path = _file(tmp_path, ["a,2020-01,1", "a,2020-02,2", row])

    with pytest.raises(UnreadableInputError, match=expected) as told:
        read_series(path, season=12)

    assert "line" in str(told.value)
    assert "many" not in str(told.value)


def test_the_backtest_scores_every_candidate_on_the_same_past(tmp_path):
    path = _file(tmp_path, _months("a", 84) + _months("b", 84, seed=2))

    table = backtest_series(read_series(path, season=12), horizon=6, n_paths=60, origins=3)

    scored = table.query("horizon == 'All' and origins == 3")
    assert {"hold_flat", "seasonal_naive", "ets", "structural"} <= set(scored["model"])
    assert (table["chosen"] == "yes").any()
    assert table.query("model == 'stock_flow_12'")["note"].str.contains("moves").all()


def test_series_too_short_to_hold_anything_back_say_so(tmp_path):
    path = _file(tmp_path, ["a,2020,4", "a,2021,5"])

    with pytest.raises(NothingUsableError, match="periods before the last"):
        backtest_series(read_series(path, season=1), horizon=3)


def test_hold_flat_is_hard_to_beat_on_englands_authorities(tmp_path):
    import pandas as pd

    panel = pd.read_csv(reference_data("england/la_cla_stock_starts_ceases_2011_2022.csv"))
    panel = panel[(panel["level"] == "Local authority") & (panel["measure"] == "on_31_march")]
    panel = panel.rename(columns={"new_la_code": "series_id", "year": "period"})
    whole = panel.dropna(subset=["value"]).groupby("series_id").filter(lambda x: len(x) == 12)
    path = tmp_path / "authorities.csv"
    whole[["series_id", "period", "value"]].to_csv(path, index=False)

    table = backtest_series(read_series(path, season=1), horizon=1, n_paths=100)

    # Published elsewhere for origins 2017 to 2021, one year ahead: WAPE 5.50% held flat. The
    # origins here are the same five.
    flat = table.query("model == 'hold_flat' and horizon == 'All'")
    assert flat["wape"].item() == pytest.approx(0.055, abs=0.002)
