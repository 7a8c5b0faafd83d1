"""Days from referral to placement count searches that still go on, and name no child."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.following.referrals import (
    read_referrals,
    typed_referrals,
    waiting_rows,
)
from tests.builders.following import MANCHESTER, SALFORD, SURREY, referrals, some_referrals, written

ON = pd.Timestamp("2026-06-30")
GREATER_MANCHESTER = {MANCHESTER: "Greater Manchester", SALFORD: "Greater Manchester"}


def _typed(*rows, on=ON):
    return typed_referrals(referrals(*rows), file="referrals.csv", on=on)


def _rows(*rows, on=ON):
    return waiting_rows(_typed(*rows, on=on), GREATER_MANCHESTER)


def _one(table, measure, **about):
    wanted = {"level": "all", "period": "All", "by": "all", "measure": measure, **about}
    kept = table[(table[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    assert len(kept) == 1
    return kept.iloc[0]


def test_the_median_is_the_day_by_which_half_were_placed():
    found = _rows(*some_referrals([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]))

    assert _one(found, "median_days_to_placement")["value"] == 4
    assert _one(found, "p80_days_to_placement")["value"] == 7


def test_searches_that_go_on_make_the_median_longer_and_are_counted():
    quick = some_referrals([1, 2, 3, 4, 5, 6])

    row = _one(_rows(*quick, *some_referrals([None] * 6)), "median_days_to_placement")

    assert row["value"] == 6
    assert (row["still_open"], row["numerator"], row["denominator"]) == (6, 6, 12)


def test_where_under_half_were_placed_there_is_no_median_and_the_note_says_why():
    row = _one(_rows(*some_referrals([1, 2, *[None] * 10])), "median_days_to_placement")

    assert pd.isna(row["value"])
    assert row["note"] == "so many were not placed in the time that they were followed"


def test_a_search_that_was_given_up_was_not_placed():
    given_up = [{"referred": "2026-05-04", "withdrawn": "2026-05-05"}] * 5
    given_up = [{**row, "referral": f"w{n}"} for n, row in enumerate(given_up)]

    row = _one(_rows(*some_referrals([3] * 5), *given_up), "placed_within_7_days")

    assert row["value"] == pytest.approx(0.5)
    assert row["withdrawn"] == 5


def test_shares_placed_in_time_count_the_last_day():
    found = _rows(*some_referrals([1, 2, 2, 3, 7, 8, 20, 28, 29, 40]))

    shares = [_one(found, f"placed_within_{days}_days")["value"] for days in (2, 7, 28)]

    assert shares == pytest.approx([0.3, 0.5, 0.8])


def test_emergencies_are_those_needed_the_same_day():
    rows = [
        *some_referrals([0] * 8 + [1] * 4, needed_by="today"),
        *some_referrals([9] * 12, needed_by="later"),
    ]

    row = _one(_rows(*rows), "emergency_placed_same_day")

    assert row["value"] == pytest.approx(8 / 12)
    assert row["denominator"] == 12


def test_nothing_after_the_day_is_known():
    rows = some_referrals([1] * 9 + [50])

    early = _typed(*rows, on=pd.Timestamp("2026-05-31")).frame
    none = _typed(*rows, on=pd.Timestamp("2026-05-01"))

    assert early["placed"].tolist() == [True] * 9 + [False]
    assert early["days"].tolist() == [1.0] * 9 + [27.0]
    assert none.frame.empty
    assert set(none.findings.frame["rule"]) == {"referred-after-the-day"}


def test_authorities_count_in_their_region_and_co_operative_and_are_never_ordered_by_result():
    rows = [
        *some_referrals([9] * 10, local_authority="Surrey"),
        *some_referrals([1] * 10, local_authority="Salford"),
    ]

    found = _rows(*rows)

    areas = found[found["measure"] == "median_days_to_placement"].drop_duplicates(["level", "area"])
    assert areas["area"].tolist() == [
        "All",
        *("North West", "South East"),
        "Greater Manchester",
        *(SALFORD, SURREY),
    ]


def test_quarters_are_those_of_the_referral():
    rows = [
        *some_referrals([20] * 3, referred="2026-03-31"),
        *some_referrals([1] * 3, referred="2026-04-01"),
    ]

    found = _rows(*rows)

    assert set(found.loc[found["by"] == "all", "period"]) == {"2026Q1", "2026Q2", "All"}


def test_referrals_without_usable_dates_are_counted_by_area():
    good = some_referrals([1] * 8)
    bad = [{"referred": ""}, {"referred": "2026-05-04", "placed": "2026-05-01"}]

    row = _one(_rows(*good, *bad), "referrals_without_usable_dates")

    assert (row["numerator"], row["denominator"], row["value"]) == (2, 10, 0.2)


def test_rows_at_fault_are_told_by_line_and_never_by_what_they_say():
    rows = [
        {"referred": "2026-05-04", "local_authority": "Jane Example"},
        {"referred": "2026-05-04", "placed": "2026-05-01"},
        {"referred": "2026-05-04", "referral": "A7", "needs": "9", "needed_by": "M1 1AA"},
        {"referred": "2026-05-05", "referral": "A7"},
        {"referred": "2026-05-04", "placed": "2026-05-06", "withdrawn": "2026-05-05"},
    ]

    found = _typed(*rows)

    told = found.findings.frame.dropna(subset=["row"]).groupby("row")["rule"].agg(set).to_dict()
    assert told == {
        2: {"authority-unknown"},
        3: {"placed-before-referred"},
        4: {"code-unknown", "number-out-of-range"},
        5: {"reference-repeated"},
        6: {"placed-and-withdrawn"},
    }
    words = " ".join(found.findings.frame["found"])
    assert not [each for each in ("Jane", "M1 1AA", "A7") if each in words]


def test_no_reference_reaches_the_table():
    rows = some_referrals([1] * 10, referral="REF-1")

    table = _rows(*[{**row, "referral": f"CHILD-{n}"} for n, row in enumerate(rows)])

    assert (
        not table.astype("str").apply(lambda column: column.str.contains("CHILD-")).any(axis=None)
    )


def test_a_file_without_the_columns_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="referred"):
        read_referrals(written(pd.DataFrame({"placed": [""]}), tmp_path / "r.csv"), on=ON)
