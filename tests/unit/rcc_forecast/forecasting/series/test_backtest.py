"""Every candidate is scored on the same past, with what was known then."""

from __future__ import annotations

import pytest

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting import backtest_series, read_series
from tests.builders.series_tables import a_series_file, englands_authorities, months_of


def test_a_gap_is_not_filled_from_the_future_when_the_past_is_forecast(tmp_path):
    rows = [f"a,{year},{100 + year % 3}" for year in range(2000, 2020)]
    gap = [row for row in rows if ",2018," not in row and ",2019," not in row]
    low, high = [*gap, "a,2020,1", "a,2021,1"], [*gap, "a,2020,900", "a,2021,900"]

    errors = [
        backtest_series(read_series(a_series_file(tmp_path, given), season=1), horizon=2, origins=1)
        for given in (low, high)
    ]

    # Held flat from 2019, which was not known then: 2017's 101. Off by 100, or by 799.
    flat = [table.loc[table["model"] == "hold_flat", "wape"].iloc[0] for table in errors]
    assert flat[0] == pytest.approx(100 / 1, rel=0.01)
    assert flat[1] == pytest.approx(799 / 900, rel=0.01)


def test_the_backtest_scores_every_candidate_on_the_same_past(tmp_path):
    path = a_series_file(tmp_path, months_of("a", 84) + months_of("b", 84, seed=2))

    table = backtest_series(read_series(path, season=12), horizon=6, origins=3)

    scored = table.query("horizon == 'All' and origins == 3")
    assert {"hold_flat", "seasonal_naive", "ets", "theta"} <= set(scored["model"])
    assert (table["chosen"] == "yes").any()


def test_years_are_scored_beside_hold_flat_and_drift(tmp_path):
    rows = [
        f"{name},{2000 + i},{50 + i % 4 + k}" for k, name in enumerate("abc") for i in range(15)
    ]

    table = backtest_series(
        read_series(a_series_file(tmp_path, rows), season=1), horizon=3, origins=4
    )

    scored = table.query("horizon == 'All' and origins == 4")
    assert set(scored["model"]) == {"hold_flat", "drift", "pooled_annual"}
    assert set(table.loc[table["chosen"] == "yes", "model"]) == {"pooled_annual"}


@pytest.mark.parametrize(
    ("season", "periods"), [(1, ("2020", "2021")), (12, ("2020-01", "2020-02"))]
)
def test_series_too_short_to_hold_anything_back_say_so(tmp_path, season, periods):
    path = a_series_file(tmp_path, [f"a,{periods[0]},4", f"a,{periods[1]},5"])

    with pytest.raises(NothingUsableError, match="periods before the last"):
        backtest_series(read_series(path, season=season), horizon=3)


def test_hold_flat_is_scored_as_published_elsewhere(tmp_path):
    panel = englands_authorities()
    path = tmp_path / "authorities.csv"
    panel[["series_id", "period", "value"]].to_csv(path, index=False)

    table = backtest_series(read_series(path, season=1), horizon=1)

    # Published elsewhere for origins 2017 to 2021, one year ahead: WAPE 5.50% held flat. The
    # origins here are the same five.
    flat = table.query("model == 'hold_flat' and horizon == 'All'")
    assert flat["wape"].item() == pytest.approx(0.055, abs=0.002)
