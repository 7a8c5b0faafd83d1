"""Every series with a value is forecast, from its own last period."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.forecasting import forecast_series, read_series
from rcc_forecast.tables.forecast import QUANTILES
from tests.builders.series_tables import a_series_file, englands_authorities, months_of, years_of


def test_each_series_starts_after_its_own_last_period(tmp_path):
    path = a_series_file(tmp_path, months_of("long", 60) + months_of("short", 36))

    table = forecast_series(read_series(path, season=12), horizon=3)

    first = table.groupby("series_id")["period"].min()
    assert first.to_dict() == {"long": "2020-01", "short": "2018-01"}
    assert table["horizon"].tolist() == [1, 2, 3] * 2


def test_a_year_that_only_the_exposure_knows_is_still_to_be_forecast(tmp_path):
    rows = ["a,2020,4,900", "a,2021,5,910", "a,2022,,920"]
    path = a_series_file(tmp_path, rows, "series_id,period,value,exposure")

    table = forecast_series(read_series(path, season=1), horizon=2)

    assert table["period"].tolist() == ["2022", "2023"]


@pytest.mark.parametrize(
    ("season", "periods", "following"),
    [
        (1, ["2019", "2020", "2021", "2022"], "2023"),
        (4, ["2021Q4", "2022Q1", "2022Q2", "2022Q3"], "2022Q4"),
        (12, ["2021-10", "2021-11", "2021-12", "2022-01"], "2022-02"),
    ],
)
def test_periods_go_on_in_the_form_of_the_input(tmp_path, season, periods, following):
    path = a_series_file(tmp_path, [f"a,{period},{5 + i}" for i, period in enumerate(periods)])

    table = forecast_series(read_series(path, season=season), horizon=1)

    assert table["period"].tolist() == [following]


@pytest.mark.parametrize("season", [12, 1])
def test_figures_are_ordered_and_never_negative(tmp_path, season):
    rows = months_of("a", 60) if season == 12 else years_of("a", [3, 0, 2, 1, 0, 4])

    table = forecast_series(read_series(a_series_file(tmp_path, rows), season=season), horizon=6)

    quantiles = table[list(QUANTILES)].to_numpy()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert quantiles.min() >= 0


@pytest.mark.parametrize(("season", "period"), [(12, "2020-01"), (4, "2020Q1"), (1, "2020")])
def test_a_series_of_one_period_is_held_flat_with_doubt(tmp_path, season, period):
    path = a_series_file(tmp_path, [f"a,{period},40"])

    table = forecast_series(read_series(path, season=season), horizon=2)

    assert table["mean"].tolist() == pytest.approx([40, 40])
    assert (table["q90"] > table["q10"] + 1).all()


def test_the_order_of_rows_changes_nothing(tmp_path):
    rows = years_of("b", [4, 5, 7, 6, 8]) + years_of("a", [40, 41, 45, 44, 47])

    straight = forecast_series(read_series(a_series_file(tmp_path, rows), season=1), horizon=3)
    backwards = forecast_series(
        read_series(a_series_file(tmp_path, rows[::-1]), season=1), horizon=3
    )

    by = ["series_id", "horizon"]
    a = straight.sort_values(by, ignore_index=True)
    b = backwards.sort_values(by, ignore_index=True)
    np.testing.assert_allclose(a["mean"], b["mean"], rtol=1e-12)
    assert straight["series_id"].unique().tolist() == ["b", "a"]


def test_child_population_moves_rates_towards_their_region(tmp_path):
    table = englands_authorities()
    path = tmp_path / "authorities.csv"
    table[["series_id", "period", "value", "group", "exposure"]].to_csv(path, index=False)

    forecast = forecast_series(read_series(path, season=1), horizon=3)

    last = table[table["period"] == table["period"].max()].set_index("series_id")
    rate = last["value"] / last["exposure"]
    gap = np.log(rate) - np.log(rate).groupby(last["group"]).transform("mean")
    third = forecast[forecast["horizon"] == 3].set_index("series_id")["mean"]
    change = np.log(third / last["value"])
    assert np.corrcoef(gap.dropna(), change[gap.notna()])[0, 1] < -0.5
