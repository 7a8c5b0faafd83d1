"""Speed of placement as an outcome: only quarters that were followed to their end."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.evaluation import read_panel_frame
from rcc_forecast.evaluation.following.referral_panel import panel_from_referrals
from rcc_forecast.evaluation.following.referrals import typed_referrals
from tests.builders.following import MANCHESTER, SURREY, referrals, some_referrals


def _panel(*rows, on):
    day = pd.Timestamp(on)
    return panel_from_referrals(
        typed_referrals(referrals(*rows), file="referrals.csv", on=day), on=day
    )


def test_referrals_placed_in_time_are_counted_by_authority_and_quarter():
    rows = [
        *some_referrals([1, 5, 9], referred="2026-02-01"),
        *some_referrals([1], referred="2026-02-01", local_authority=SURREY),
    ]

    panel = _panel(*rows, on="2026-06-30").set_index(["outcome", "la_code", "period"])

    row = panel.loc["placed_within_7_days", MANCHESTER, "2026Q1"]
    assert (row["numerator"], row["denominator"], row["region"]) == (2, 3, "North West")
    assert panel.loc[("placed_within_7_days", SURREY, "2026Q1"), "value"] == 1


def test_a_quarter_is_there_once_its_last_referral_was_followed_long_enough():
    rows = some_referrals([1, 40], referred="2026-02-01")

    early, later = _panel(*rows, on="2026-04-07"), _panel(*rows, on="2026-04-28")

    assert set(early["outcome"]) == {"placed_within_2_days", "placed_within_7_days"}
    assert "placed_within_28_days" in set(later["outcome"])


def test_who_gave_up_the_search_counts_among_all():
    given_up = {"referred": "2026-02-01", "withdrawn": "2026-02-02", "referral": "w"}

    panel = _panel(*some_referrals([1], referred="2026-02-01"), given_up, on="2026-06-30")

    assert panel["denominator"].eq(2).all()
    assert panel["numerator"].eq(1).all()


def test_the_panel_can_be_evaluated():
    rows = some_referrals([1, 2, 3], referred="2026-02-01")

    cells, faults = read_panel_frame(_panel(*rows, on="2026-06-30"), name="panel.csv")

    assert not faults
    assert cells.calendar.season == 4


def test_before_any_quarter_is_whole_there_is_a_heading():
    rows = some_referrals([1], referred="2026-02-01")

    assert _panel(*rows, on="2026-02-10").empty
