"""Foster carers ahead: from the register where it speaks, from published rates where not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.sufficiency.carers import LEFT_A_YEAR, RECRUITED_A_YEAR, carers_forecast
from tests.builders.fostering import a_foster_home, foster_homes, two_authorities
from tests.builders.register import BOLTON, BURY, a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")


def forecast(homes, *, months=12, n_paths=300, **how):
    """Carers of Bolton and Bury."""
    futures = two_authorities(months=months, n_paths=n_paths)
    return carers_forecast(futures, homes=homes, as_of=AS_OF, seed=0, **how)


def mean(found, measure, *, horizon, authority=BOLTON, region="North West", rcc=None):
    """Expected figure of one area and month."""
    table = found.frame
    rows = table[
        (table["measure"] == measure)
        & (table["horizon"] == horizon)
        & (table["local_authority"] == authority)
        & (table["region"] == region)
    ]
    if rcc is not None:
        rows = rows[rows["rcc"] == rcc]
    assert len(rows) == 1
    return rows["mean"].iloc[0]


def with_a_past(number=200, *, opened_a_year=20, closed_a_year=40):
    """A register that dates every household, and keeps those that left in the last three years."""
    days = pd.date_range("2022-04-02", "2025-03-30", periods=3 * opened_a_year)
    gone = pd.date_range("2022-04-02", "2025-03-30", periods=3 * closed_a_year)
    return a_register(
        foster_homes(number - len(days), prefix="L", opened="2012-05-01"),
        foster_homes(len(days), prefix="N", opened=list(days)),
        foster_homes(len(gone), prefix="G", opened="2011-05-01", closed=list(gone)),
    )


def test_the_day_itself_is_as_the_register_says():
    found = forecast(foster_homes(10))

    assert mean(found, "households", horizon=0) == 10
    assert mean(found, "approved", horizon=0) == 20
    assert mean(found, "vacant", horizon=0) == pytest.approx(10)


def test_relatives_and_childrens_homes_are_no_foster_households():
    homes = a_register(foster_homes(3), a_home("K1", placement_type="foster_kinship"), a_home("C1"))

    assert mean(forecast(homes), "households", horizon=0) == 3


def test_a_register_without_dates_is_carried_on_at_published_rates():
    found = forecast(foster_homes(100), n_paths=2000)

    # 100 less 14.3% of those there, plus 12.0% of a hundred: 98.5, near enough, after a year.
    expected = 100 * (np.exp(-LEFT_A_YEAR) + RECRUITED_A_YEAR * (1 - LEFT_A_YEAR / 2))
    assert mean(found, "households", horizon=12) == pytest.approx(expected, abs=1.0)
    sources = found.frame.loc[found.frame["local_authority"] == BOLTON, "source"]
    assert sources.str.contains("Ofsted").all()


def test_a_register_with_a_past_has_its_own_rates():
    found = forecast(with_a_past(), n_paths=2000)
    published = forecast(foster_homes(200), n_paths=2000)

    # 20 of 200 came a year and 40 left: the register pulls below the nation's 98.5%.
    change = mean(found, "households", horizon=12) / 200
    assert change < mean(published, "households", horizon=12) / 200 - 0.015
    row = found.frame[
        (found.frame["measure"] == "left") & (found.frame["local_authority"] == BOLTON)
    ]
    assert row["source"].str.contains("119 left").all()


def test_a_register_that_dates_a_few_of_its_households_says_nothing_of_recruitment():
    few = a_register(foster_homes(60), a_foster_home("N1", opened="2024-06-01"))

    found = forecast(few, n_paths=2000)

    recruited = found.frame[
        (found.frame["measure"] == "recruited") & (found.frame["local_authority"] == BOLTON)
    ]
    assert recruited["source"].str.contains("too few").all()
    assert recruited["mean"].sum() == pytest.approx(61 * RECRUITED_A_YEAR, rel=0.15)


def test_every_total_is_the_sum_of_its_authorities():
    homes = a_register(
        foster_homes(30), foster_homes(20, prefix="B", local_authority=BURY, places_available=0)
    )

    table = forecast(homes).frame

    single = table[table["local_authority"] != ALL].groupby(["measure", "horizon"])["mean"].sum()
    for region, rcc in ((ALL, ""), ("North West", ""), (ALL, "Greater Manchester")):
        area = table[(table["local_authority"] == ALL) & (table["region"] == region)]
        area = area[area["rcc"] == rcc]
        total = area.set_index(["measure", "horizon"])["mean"]
        np.testing.assert_allclose(total, single.reindex(total.index), atol=1e-6)


def test_places_filled_vacant_and_not_available_are_all_that_are_approved():
    table = forecast(foster_homes(40)).frame

    wide = table.pivot_table(
        index=["region", "local_authority", "rcc", "horizon"], columns="measure", values="mean"
    )
    parts = wide[["filled", "vacant", "not_available"]].sum(axis=1)
    np.testing.assert_allclose(parts, wide["approved"], atol=1e-6)


def test_children_counted_in_foster_homes_fill_them():
    homes = foster_homes(10, urn="SC900001", places_available=0)
    residents = pd.DataFrame(
        {
            "local_authority": [BOLTON],
            "placement_type": ["foster"],
            "urn": ["SC900001"],
            "children": [14],
        }
    )

    found = forecast(homes, residents=residents)

    assert mean(found, "filled", horizon=0) == pytest.approx(14)
    assert mean(found, "not_available", horizon=0) == pytest.approx(6)


def test_a_household_is_there_on_its_last_day_and_not_after():
    last_day = a_register(foster_homes(1), a_foster_home("C1", closed="2025-05-31"))

    found = forecast(last_day, months=3, n_paths=50)

    left = [mean(found, "left", horizon=month) for month in (1, 2, 3)]
    assert left[2] >= 1.0
    assert max(left[:2]) < 0.2


def test_households_that_a_scenario_recruits_come_on_top():
    before = foster_homes(50)
    after = a_register(before, foster_homes(10, prefix="SCENARIO-", opened="2025-06-15"))

    as_is, changed = forecast(before), forecast(after, before=before)

    for horizon, more in ((2, 0.0), (3, 10.0)):
        gained = mean(changed, "households", horizon=horizon) - mean(
            as_is, "households", horizon=horizon
        )
        assert gained == pytest.approx(more, abs=1e-9)
    later = mean(changed, "households", horizon=12) - mean(as_is, "households", horizon=12)
    assert 8.0 < later < 9.5


def test_households_that_the_register_itself_dates_are_part_of_those_to_come():
    dated = a_register(foster_homes(50), foster_homes(4, prefix="P", opened="2025-05-15"))

    as_is, ahead = (forecast(homes, n_paths=2000) for homes in (foster_homes(50), dated))

    come = [
        sum(mean(found, "recruited", horizon=month) for month in range(1, 13))
        for found in (as_is, ahead)
    ]
    # 50 x 12% = 6 a year, the four among them, save where fewer than four would have come.
    assert come[0] == pytest.approx(6.0, abs=0.3)
    assert come[1] == pytest.approx(6.6, abs=0.5)


def test_the_same_seed_gives_the_same_table():
    one, two = forecast(foster_homes(20)), forecast(foster_homes(20))

    pd.testing.assert_frame_equal(one.frame, two.frame)
    np.testing.assert_array_equal(one.relative, two.relative)


def test_an_authority_without_foster_homes_has_rows_of_nought_and_multiplies_by_one():
    found = forecast(foster_homes(20))

    bury = found.frame[found.frame["local_authority"] == BURY]
    assert (bury["mean"].fillna(0.0) == 0).all()
    np.testing.assert_array_equal(found.relative[:, 1], 1.0)


def test_a_register_without_any_foster_home_is_no_fault():
    found = forecast(a_home("C1"))

    assert (found.frame["mean"].fillna(0.0) == 0).all()
