"""Headlines of England, as a practitioner knows them, within the spread of one region.

Figures: DfE, Children looked after in England, 2021-22 to 2024-25; tolerances
in percentage points leave room for one draw of about 6,000 children (a share
of 40% has a standard error of 0.6 points, families and waves widen it).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.synthetic.entries import Calendar, draw_families, monthly_rates
from tests.builders.synthetic import (
    GREATER_MANCHESTER,
    a_large_region,
    a_small_region,
    age_band_shares,
    episodes_of,
    looked_after,
    miles_from_home,
)

YEAR_END = pd.Timestamp(2025, 3, 31)


@pytest.fixture(scope="module")
def stock():
    return looked_after(a_large_region(), 2025)


@pytest.fixture(scope="module")
def year():
    return episodes_of(a_large_region(), 2025)


@pytest.fixture(scope="module")
def year_mended():
    """Return 2026 tells ends of 2024-25 that were late in 2025."""
    return episodes_of(a_large_region(), 2026)


def _ended_in(episodes, first, last):
    return episodes[episodes["DEC"].between(pd.Timestamp(first), pd.Timestamp(last))]


def test_about_as_many_children_are_looked_after_as_were_asked_for():
    children = len(looked_after(a_large_region(), 2026))

    assert children == pytest.approx(6000, rel=0.12)


def test_the_ages_of_children_in_care_are_those_of_england(stock):
    shares = age_band_shares(stock, YEAR_END)

    np.testing.assert_allclose(shares, [4, 12, 18, 38, 27], atol=4)


def test_the_ages_of_children_entering_care_are_those_of_england(year):
    entrants = year[(year["RNE"] == "S") & (year["DECOM"] >= "2024-04-01")]

    shares = age_band_shares(entrants, entrants["DECOM"])

    np.testing.assert_allclose(shares, [16, 14, 15, 27, 28], atol=4)


def test_two_thirds_are_fostered_and_one_in_nine_lives_in_a_home(stock):
    share = stock["type"].value_counts(normalize=True) * 100

    assert share["foster"] + share["foster_kinship"] == pytest.approx(67, abs=5)
    assert share["childrens_home"] + share["secure_home"] == pytest.approx(11.6, abs=2.5)
    assert share["supported"] + share["other"] == pytest.approx(9.2 + 2.5, abs=3)
    assert share["with_parents"] == pytest.approx(6.1, abs=2)
    assert share["adoption"] == pytest.approx(2.0, abs=1.2)


def test_foster_care_loses_share_and_homes_gain_it_over_the_years():
    region = a_large_region()
    types = pd.DataFrame(region.truth["children_by_type"])
    share = types.div(types.sum(axis=1), axis=0)

    assert share["foster"].iloc[-12:].mean() < share["foster"].iloc[:12].mean()
    assert share["childrens_home"].iloc[-12:].mean() > share["childrens_home"].iloc[:12].mean()


def test_most_placements_are_short_and_a_few_last_for_years(year):
    ended = _ended_in(year, "2024-04-01", "2025-03-31")
    homes = ended[ended["REC"].ne("X1") | ended["REASON_PLACE_CHANGE"].ne("")]
    days = (homes["DEC"] - homes["DECOM"]).dt.days

    # England 2024: mean 307, median 139, 10% within a week; episodes cut by a
    # new legal status are shorter than placements.
    assert days.mean() > 1.6 * days.median()
    assert (days <= 7).mean() == pytest.approx(0.10, abs=0.05)


def test_children_have_about_one_new_placement_a_year(stock, year):
    begun = year[year["RNE"].isin(["S", "P", "T", "B", "U"]) & (year["DECOM"] >= "2024-04-01")]

    assert len(begun) / len(stock) == pytest.approx(1.1, abs=0.15)


def test_one_child_in_ten_has_three_placements_in_a_year(stock, year):
    moved = year[~year["type"].eq("temporary") & ~year["RNE"].isin(["L", "T", "U"])]
    in_year = moved[~(moved["DEC"] < "2024-04-01")]
    homes = in_year.groupby(["local_authority", "CHILD"])["DECOM"].nunique()
    here = stock.set_index(["local_authority", "CHILD"]).index

    assert (homes.reindex(here).fillna(1) >= 3).mean() == pytest.approx(0.10, abs=0.03)


def test_two_in_five_leave_at_eighteen_and_none_later(year_mended):
    left = _ended_in(year_mended, "2025-04-01", "2026-03-31")
    left = left[left["REC"] != "X1"]
    # Born on 29 February, a child is 18 on 1 March.
    leap_day = (left["DOB"].dt.month == 2) & (left["DOB"].dt.day == 29)
    of_age = left["DOB"] + pd.DateOffset(years=18)
    of_age = of_age.where(~leap_day, of_age + pd.Timedelta(days=1))

    assert (left["DEC"] <= of_age).all()
    assert (left["DEC"] == of_age).mean() == pytest.approx(0.40, abs=0.07)


def test_leavers_go_home_to_relatives_adopters_and_on(year_mended):
    left = _ended_in(year_mended, "2025-04-01", "2026-03-31")
    reason = left.loc[left["REC"] != "X1", "REC"].value_counts(normalize=True) * 100

    assert reason[["E11", "E12"]].sum() == pytest.approx(9, abs=4)
    assert reason[["E45", "E46", "E47", "E48"]].sum() == pytest.approx(12, abs=4)
    assert reason["E4A"] == pytest.approx(16, abs=5)
    assert reason["E17"] == pytest.approx(17, abs=6)


def test_half_of_the_children_have_a_brother_or_sister_in_care(stock):
    groups = a_large_region().sibling_groups.rename(columns={"child_id": "CHILD"})
    here = stock.merge(groups, on=["local_authority", "CHILD"], how="left")
    size = here.groupby("sibling_group")["CHILD"].transform("nunique")

    assert (size > 1).mean() == pytest.approx(0.48, abs=0.06)
    assert size[size > 1].groupby(here["sibling_group"]).first().mean() == pytest.approx(
        2.6, abs=0.2
    )


def test_a_third_of_sibling_groups_are_split_at_their_first_placement(year):
    groups = a_large_region().sibling_groups.rename(columns={"child_id": "CHILD"})
    first = year[(year["RNE"] == "S") & (year["DECOM"] >= "2024-04-01")]
    first = first.merge(groups, on=["local_authority", "CHILD"])
    together = first.groupby(["sibling_group", "DECOM"]).agg(
        children=("CHILD", "nunique"), homes=("PL_POST", "nunique")
    )
    together = together[together["children"] > 1]

    assert (together["homes"] > 1).mean() == pytest.approx(0.34, abs=0.08)


def test_unaccompanied_children_are_nearly_all_sixteen_or_seventeen(year):
    alone = year[(year["UASC_STATUS"] == "1") & (year["RNE"] == "S")]
    age = (alone["DECOM"] - alone["DOB"]).dt.days / 365.25

    assert (age >= 16).mean() > 0.75
    assert (alone["HOME_POST"] == "").all()


def test_placements_outside_the_authority_and_far_away_are_as_common_as_in_manchester():
    where = miles_from_home(looked_after(a_small_region(), 2025))
    known = where[where["known"]]

    # Greater Manchester 2022-2025: about half outside, 9% outside and over 20 miles.
    assert known["outside"].mean() == pytest.approx(0.5, abs=0.1)
    assert (known["outside"] & (known["miles"] > 20)).mean() == pytest.approx(0.1, abs=0.05)
    assert (~where["known"]).mean() == pytest.approx(0.10, abs=0.05)


def test_yearly_entries_vary_four_times_as_much_as_chance_alone():
    calendar = Calendar.between(1986, 2026)
    still = np.zeros(len(calendar.month))
    indices = []
    for seed in range(30):
        rng = np.random.default_rng([7, seed])
        rates = monthly_rates(calendar, yearly=170, trend=0.0, shared=still, rng=rng)
        entry = draw_families(calendar, rates, rng)["entry"].to_numpy()
        yearly = np.histogram(entry, bins=calendar.starts[::12])[0]
        calm = yearly[:33]  # without the spring of 2020
        line = np.polyval(np.polyfit(np.arange(len(calm)), calm, 1), np.arange(len(calm)))
        indices.append(((calm - line) ** 2).sum() / (len(calm) - 2) / calm.mean())

    # England 2011-2022: median 4.1, a tenth below 1.8 and a tenth above 10.3.
    assert np.median(indices) == pytest.approx(4.1, abs=1.2)


def test_fewer_children_enter_in_the_spring_of_2020():
    calendar = Calendar.between(2018, 2022)
    still = np.zeros(len(calendar.month))

    rates = [
        monthly_rates(
            calendar, yearly=500, trend=0.0, shared=still, rng=np.random.default_rng(seed)
        )
        for seed in range(40)
    ]
    mean = np.mean(rates, axis=0)

    # Months 24 to 26 are April to June 2020, 12 to 14 those of the year before.
    assert mean[24:27].sum() / mean[12:15].sum() == pytest.approx(0.78, abs=0.06)


def test_every_authority_of_the_area_has_children():
    present = set(looked_after(a_large_region(), 2026)["local_authority"])

    assert present == set(a_large_region().authorities)
    assert len(GREATER_MANCHESTER) == 10
