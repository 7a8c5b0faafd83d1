"""A forecast is held against the children there were, where it had seen nothing of the period."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.from_returns.forecast_error import (
    Guesses,
    forecast_errors,
    read_backtest,
    read_forecast,
)
from tests.builders.delay import pooling_losses
from tests.builders.episodes import MANCHESTER, rules_of
from tests.builders.returned_panels import lives, panel_of, value_of

TOTAL = {"placement_type": "All", "age_band": "All", "population": "All", "measure": "children"}


def _row(month: str, horizon: int, mean: float, **others: str) -> dict[str, object]:
    place = {"region": "North West", "local_authority": MANCHESTER, **TOTAL}
    return {**place, "month": month, "horizon": horizon, "mean": mean, **others}


def _forecast(tmp_path: Path, as_of: str, *rows: dict[str, object], name: str = "f.csv") -> Path:
    path = tmp_path / name
    pd.DataFrame(rows).to_csv(path, index=False)
    meta = path.with_name(f"{path.stem}.meta.json")
    meta.write_text(json.dumps({"as_of": as_of}), encoding="utf-8")
    return path


def _children(number: int) -> list[dict[str, object]]:
    return [lives(f"C{i}") for i in range(number)]


def test_the_error_is_that_of_the_total_twelve_months_ahead(tmp_path):
    path = _forecast(
        tmp_path,
        "2024-03-31",
        _row("2025-03-31", 12, 12.0),
        _row("2025-03-31", 12, 99.0, placement_type="foster"),
        _row("2025-03-31", 12, 99.0, measure="entries"),
        _row("2025-03-31", 12, 99.0, local_authority="All"),
    )

    made = panel_of(*_children(10), years=(2024, 2025), forecasts=[read_forecast(path)])

    # Twelve expected and ten there: off by 2 / 10.
    assert value_of(made.frame, "forecast_error") == pytest.approx(0.2)
    assert list(made.frame.query("outcome == 'forecast_error'")["period"]) == ["2025"]


def test_a_forecast_that_had_seen_part_of_the_period_is_not_held_against_it(tmp_path):
    path = _forecast(tmp_path, "2024-06-30", _row("2025-03-31", 9, 12.0))

    made = panel_of(*_children(10), years=(2024, 2025), forecasts=[read_forecast(path)])

    assert "forecast_error" not in set(made.frame["outcome"])
    assert {"panel-forecast-had-seen-the-period", "panel-forecast-without-outcome"} <= rules_of(
        made.findings
    )


def test_of_several_forecasts_the_one_nearest_twelve_months_counts(tmp_path):
    paths = [
        _forecast(tmp_path, "2023-12-31", _row("2025-03-31", 15, 20.0), name="early.csv"),
        _forecast(tmp_path, "2024-03-31", _row("2025-03-31", 12, 11.0), name="late.csv"),
        _forecast(tmp_path, "2023-03-31", _row("2025-03-31", 24, 10.0), name="first.csv"),
    ]

    made = panel_of(*_children(10), years=(2025,), forecasts=[read_forecast(p) for p in paths])

    assert value_of(made.frame, "forecast_error") == pytest.approx(0.1)


def test_a_quarter_is_forecast_a_year_ahead_too(tmp_path):
    path = _forecast(
        tmp_path, "2023-09-30", *(_row(f"{day}", n, 12.0) for day, n in (("2024-09-30", 12),))
    )

    made = panel_of(
        *_children(10), years=(2024, 2025), every="quarter", forecasts=[read_forecast(path)]
    )

    assert value_of(made.frame, "forecast_error", period="2024Q3") == pytest.approx(0.2)


def test_past_forecasts_of_a_backtest_give_errors_with_and_without_the_region(tmp_path):
    losses = pd.DataFrame(
        {
            "region": "North West",
            "local_authority": MANCHESTER,
            "origin": ["2024-03-31", "2024-06-30"],
            "lead": [12, 9],
            "alone": [3.0, 9.0],
            "shared_rates": [1.0, 9.0],
            "share_of_region": [2.0, 9.0],
        }
    )
    losses.to_csv(tmp_path / "backtest.pooling_losses.csv", index=False)

    made = panel_of(
        *_children(10), years=(2025,), forecasts=[read_backtest(tmp_path / "backtest.csv")]
    )

    assert value_of(made.frame, "forecast_error") == pytest.approx(0.1)
    assert value_of(made.frame, "forecast_error_alone") == pytest.approx(0.3)
    assert "panel-forecast-made-again" in rules_of(made.findings)


def test_a_forecast_that_was_made_counts_before_one_made_again(tmp_path):
    path = _forecast(tmp_path, "2024-03-31", _row("2025-03-31", 12, 12.0))
    made = read_forecast(path)
    again = Guesses(made.frame.assign(expected=10.0), again=True)
    totals = pd.DataFrame(
        {
            "local_authority": [MANCHESTER],
            "day": pd.to_datetime(["2025-03-31"]),
            "period": ["2025"],
            "children": [10],
        }
    )

    errors, _ = forecast_errors([again, made], totals, season=1)

    assert list(errors["value"]) == pytest.approx([0.2])


def test_month_ends_of_a_backtest_are_counted_on_from_its_origin(tmp_path):
    path = tmp_path / "b.pooling_losses.csv"
    pooling_losses(n_origins=3, leads=(1, 11)).to_csv(path, index=False)

    days = read_backtest(path).frame.groupby("lead")["day"].min()

    assert [day.date().isoformat() for day in days] == ["2016-04-30", "2017-02-28"]


def test_a_forecast_without_the_day_that_it_had_seen_is_refused(tmp_path):
    path = _forecast(tmp_path, "2024-03-31", _row("2025-03-31", 12, 12.0))
    path.with_name("f.meta.json").unlink()

    with pytest.raises(UnreadableInputError, match=r"f\.meta\.json"):
        read_forecast(path)


@pytest.mark.parametrize("meta", ["", "[]", "{}", '{"as_of": "soon"}', '{"as_of": null}', "null"])
def test_a_meta_file_without_a_day_is_refused(tmp_path, meta):
    path = _forecast(tmp_path, "2024-03-31", _row("2025-03-31", 12, 12.0))
    path.with_name("f.meta.json").write_text(meta, encoding="utf-8")

    with pytest.raises(UnreadableInputError):
        read_forecast(path)


def test_a_table_that_is_no_forecast_is_refused(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("la_code,value\nE1,2\n", encoding="utf-8")

    with pytest.raises(UnreadableInputError, match="from `rcc-forecast forecast`"):
        read_forecast(path)
