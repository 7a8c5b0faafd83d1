"""The forecast is used where a decision names a run of it, and a title is not a run."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.following.decisions import (
    forecast_named,
    read_decisions,
    typed_decisions,
)
from tests.builders.following import decisions, written

ON = pd.Timestamp("2026-11-22")
RUN = "0123456789abcdef"


def _typed(*rows):
    return typed_decisions(
        decisions(*rows), file="decisions.csv", on=ON, known=["Greater Manchester"]
    )


def _of_all(table):
    return table[
        (table["level"] == "all") & (table["period"] == "All") & (table["by"] == "all")
    ].iloc[0]


def test_the_share_of_decisions_that_name_a_run_has_wilsons_interval():
    rows = [{"date": "2026-05-01", "forecast_run": RUN if n < 8 else ""} for n in range(10)]

    row = _of_all(forecast_named(_typed(*rows)[0]))

    # Wilson for 8 of 10: (16 + 3.8415 -+ 1.96 sqrt(3.8415 + 4 x 8 x 2 / 10)) / (2 x 13.8415).
    assert (row["numerator"], row["denominator"], row["value"]) == (8, 10, 0.8)
    assert (row["low"], row["high"]) == pytest.approx((0.4902, 0.9433), abs=5e-5)


def test_quarters_and_co_operatives_are_told_apart_and_kinds_over_all_quarters():
    rows = [
        {"date": "2026-03-31", "forecast_run": RUN},
        {"date": "2026-04-01", "rcc": "Home and Future", "kind": "new_home"},
    ]

    found = forecast_named(_typed(*rows)[0])

    quarters = found[(found["by"] == "all") & (found["level"] == "rcc")]
    assert set(zip(quarters["area"], quarters["period"], strict=True)) == {
        *(("Greater Manchester", "2026Q1"), ("Greater Manchester", "All")),
        *(("Home and Future", "2026Q2"), ("Home and Future", "All")),
    }
    assert set(found.loc[found["by"] == "kind", "period"]) == {"All"}


def test_no_rate_is_made_of_fewer_than_ten():
    row = _of_all(forecast_named(_typed({"date": "2026-05-01", "forecast_run": RUN})[0]))

    assert pd.isna(row["value"])
    assert row["note"] == "fewer than 10: no rate is made"


@pytest.mark.parametrize("named", ["Forecast of June", "0123456789abcde", "0123456789abcdeg"])
def test_what_has_not_the_form_of_a_run_counts_as_none(named):
    frame, findings = _typed({"date": "2026-05-01", "forecast_run": named})

    assert frame["forecast_run"].tolist() == [""]
    assert findings.frame["rule"].tolist() == ["run-not-of-its-form"]
    assert not findings.frame["found"].str.contains(named).any()


def test_decisions_without_a_day_or_after_the_day_asked_for_are_left_out():
    frame, findings = _typed({"date": ""}, {"date": "2026-12-01"}, {"date": "2026-05-01"})

    assert len(frame) == 1
    assert set(findings.frame["rule"]) == {"decision-undated", "decision-after-the-day"}


def test_a_co_operative_that_is_not_among_the_members_is_used_and_told():
    frame, findings = _typed({"date": "2026-05-01", "rcc": "Another"})

    assert len(frame) == 1
    assert findings.frame["rule"].tolist() == ["cooperative-not-in-the-members"]


def test_a_file_without_the_columns_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="forecast_run"):
        read_decisions(written(pd.DataFrame({"rcc": ["A"]}), tmp_path / "d.csv"), on=ON)
