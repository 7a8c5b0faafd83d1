"""Demand against usable homes: every future counts, and so does who holds the places."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.errors import UnknownNameError
from rcc_forecast.geography import Membership
from rcc_forecast.spending.section251 import published_costs
from rcc_forecast.sufficiency import children_by_kind
from rcc_forecast.tables.sufficiency import BALANCE
from tests.builders.futures import a_balance, futures_as_drawn
from tests.builders.register import BOLTON, BURY, LEEDS, a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")


def weighed(paths, leaves, *, now, homes, months=1, membership=None, **more):
    """Balance of some leaves: paths of shape (n_paths, n_leaves), the same in every month."""
    drawn = np.asarray(paths, dtype=float)[:, :, None] * np.ones(months)
    futures = futures_as_drawn(
        drawn,
        pd.DataFrame(leaves),
        months=pd.date_range("2025-04-30", periods=months, freq="ME"),
        membership=membership,
    )
    today = children_by_kind(
        np.asarray(now, dtype=float), leaves=pd.DataFrame(leaves), futures=futures
    )
    return a_balance(futures, children_now=today, homes=homes, as_of=AS_OF, **more)


def futures(*paths, kind="childrens_home", authority=BOLTON, now=None, homes, **more):
    """Balance of one authority and kind, each path being the children in every month."""
    leaves = {
        "local_authority": [authority],
        "region": ["North West"],
        "placement_type": [kind],
    }
    today = [paths[0] if now is None else now]
    return weighed(np.array(paths)[:, None], leaves, now=today, homes=homes, **more)


def the_row(found, *, kind="childrens_home", authority=BOLTON, month="2025-04-30", age_band="All"):
    """The one row of an authority, kind, age band and month."""
    table = found.table
    rows = table[
        (table["local_authority"] == authority)
        & (table["placement_type"] == kind)
        & (table["age_band"] == age_band)
        & (table["month"] == month)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_places_are_approved_then_usable_then_used_by_others():
    homes = a_home(places_approved=10, places_available=2)

    row = the_row(futures(5, homes=homes))

    # 10 approved, 2 free, 8 taken: 5 by own children, so 3 by others; usable 5 + 2.
    assert row["capacity_approved"] == 10
    assert row["capacity_usable"] == 7
    assert row["occupied_by_others"] == 3
    assert row["gap_mean"] == -2


def test_a_shortage_is_as_likely_as_the_share_of_futures_that_are_short():
    homes = a_home(places_approved=10, places_available=2)

    row = the_row(futures(5, 8, 9, 6, 7, now=5, homes=homes))

    # 7 usable places: 8 and 9 of the five futures are short, by 1 and by 2.
    assert row["p_shortfall"] == pytest.approx(2 / 5)
    assert row["expected_shortfall"] == pytest.approx(3 / 5)
    assert row["gap_mean"] == pytest.approx(0.0)


def test_children_who_live_outside_the_areas_homes_are_part_of_the_gap():
    homes = a_home(places_approved=4, places_available=1)

    row = the_row(futures(9, homes=homes))

    # 3 of the 9 children can live in the taken places, 1 more place is free.
    assert row["capacity_usable"] == 4
    assert row["gap_mean"] == 5
    assert "Now 6 of its children live outside its homes." in row["rag_reason"]


def test_a_home_counts_from_its_first_day_to_its_last():
    homes = a_register(
        a_home("A", places_approved=4, places_available=4, closed="2025-05-31"),
        a_home("B", places_approved=2, places_available=0, opened="2025-06-15"),
    )

    found = futures(1, now=0, homes=homes, months=3)

    by_month = [
        the_row(found, month=month)["capacity_usable"]
        for month in ("2025-04-30", "2025-05-31", "2025-06-30")
    ]
    # The planned home has none free today, and both its places once open.
    assert by_month == [4, 4, 2]


def test_a_home_that_closes_takes_the_places_of_its_own_residents_with_it():
    homes = a_register(
        a_home("A", places_approved=6, places_available=1),
        a_home("B", places_approved=4, places_available=0, closed="2025-05-30"),
    )

    found = futures(9, homes=homes, months=2)

    # 9 taken places, all by own children; without B 5 of them and 1 free remain.
    assert the_row(found)["capacity_usable"] == 10
    assert the_row(found, month="2025-05-31")["capacity_usable"] == 6


def test_a_home_long_shut_counts_nowhere():
    homes = a_register(a_home("A"), a_home("B", closed="2020-01-01"))

    row = the_row(futures(2, homes=homes))

    assert row["capacity_approved"] == 3


def test_a_region_pools_the_homes_of_its_authorities():
    leaves = {
        "local_authority": [BOLTON, BURY],
        "region": "North West",
        "placement_type": "childrens_home",
    }
    homes = a_register(
        a_home("A", places_approved=10, places_available=5),
        a_home("B", local_authority=BURY, places_approved=4, places_available=0),
    )

    found = weighed([[6.0, 6.0]], leaves, now=[5.0, 6.0], homes=homes)

    region = found.for_region("north-west").table
    region = region[(region["local_authority"] == "All") & (region["region"] == "North West")]
    region = region[region["age_band"] == "All"]
    pooled = region[region["placement_type"] == "childrens_home"].iloc[0]
    # Bury alone is 2 short; together 9 taken + 5 free places serve 12 children.
    assert the_row(found, authority=BURY)["gap_mean"] == 2
    assert pooled["capacity_usable"] == 14
    assert pooled["gap_mean"] == -2


def test_a_cooperative_counts_from_the_month_it_is_founded():
    membership = Membership(
        pd.DataFrame(
            {
                "rcc": ["Pool"],
                "local_authority": [BOLTON],
                "from": pd.to_datetime(["2025-05-01"]),
                "to": pd.to_datetime([None]),
            }
        )
    )
    leaves = {"local_authority": [BOLTON], "region": ["North West"], "placement_type": ["foster"]}

    table = weighed(
        np.ones((2, 1)),
        leaves,
        now=[1.0],
        homes=a_home(placement_type="foster"),
        months=2,
        membership=membership,
    ).table

    own = table[(table["region"] == "All") & (table["rcc"] == "Pool")]
    assert set(own["month"]) == {"2025-05-31"}
    is_foster = (table["placement_type"] == "foster") & (table["age_band"] == "All")
    authority = table[(table["local_authority"] == BOLTON) & is_foster]
    assert authority["rcc"].tolist() == ["", "Pool"]


def test_homes_in_authorities_that_filed_nothing_are_counted_apart():
    homes = a_register(a_home("A"), a_home("B", local_authority=LEEDS))

    found = futures(2, homes=homes)

    assert the_row(found)["capacity_approved"] == 3
    assert found.homes_elsewhere == 1


def test_a_spare_foster_place_does_not_stand_in_for_a_childrens_home():
    leaves = {
        "local_authority": BOLTON,
        "region": "North West",
        "placement_type": ["childrens_home", "foster"],
    }
    homes = a_register(
        a_home("A", places_approved=2, places_available=0),
        a_home("B", placement_type="foster", places_approved=9, places_available=6),
    )

    found = weighed([[3.0, 3.0], [2.0, 3.0]], leaves, now=[2.0, 3.0], homes=homes)

    planned = the_row(found, kind="planned")
    # Futures: home gap 1 and 0, foster gap -6 twice: no surplus hides the first.
    assert planned["gap_mean"] == pytest.approx(-5.5)
    assert planned["p_shortfall"] == pytest.approx(0.5)
    assert planned["expected_shortfall"] == pytest.approx(0.5)


def test_children_with_parents_need_no_home_and_are_grey_with_the_reason():
    row = the_row(futures(4, kind="with_parents", homes=a_home()), kind="with_parents")

    assert row["rag"] == "grey"
    assert "parents" in row["rag_reason"]
    assert row["demand_mean"] == 4
    assert np.isnan(row["gap_mean"])


def test_a_kind_that_the_register_does_not_list_is_grey_not_red():
    row = the_row(futures(4, kind="supported", homes=a_home()), kind="supported")

    assert row["rag"] == "grey"
    assert row["rag_reason"] == "The register lists no homes of this kind."


def test_residents_seen_by_ofsted_number_replace_the_bound():
    homes = a_home(urn="SC123456", places_approved=10, places_available=2)
    residents = pd.DataFrame(
        {
            "local_authority": [BOLTON, BOLTON],
            "placement_type": "childrens_home",
            "urn": ["SC123456", "SC999999"],
            "children": [3, 2],
        }
    )

    row = the_row(futures(5, homes=homes, residents=residents))

    # 3 live in the home, 2 in a home outside the register: usable 3 + 2 free.
    assert row["capacity_usable"] == 5
    assert row["occupied_by_others"] == 5


def test_a_week_costs_children_times_the_price_of_a_place():
    homes = a_register(
        a_home("A", places_approved=1, weekly_cost_gbp=4_000.0),
        a_home("B", places_approved=3, weekly_cost_gbp=6_000.0),
    )

    row = the_row(futures(2, 4, homes=homes))

    # (1 x 4,000 + 3 x 6,000) / 4 = 5,500 a place; 3 children on average.
    assert row["weekly_cost_mean"] == pytest.approx(16_500.0)


def test_without_a_price_in_the_register_the_councils_own_outturn_is_used():
    homes = a_home(weekly_cost_gbp=None)

    row = the_row(futures(2, homes=homes))

    # Section 251, Bolton 2024-25: 7,655 a week over the year; by its last day prices had risen.
    (residential,), _ = published_costs([BOLTON], ["childrens_home"], on=AS_OF)
    assert row["weekly_cost_mean"] == pytest.approx(2 * residential[0])
    assert 7_655.0 < residential[0] < 1.1 * 7_655.0


def test_the_balance_has_the_columns_of_the_contract_in_order():
    table = futures(2, homes=a_home()).table

    assert table.columns.tolist() == BALANCE.names
    assert table.columns[:8].tolist() == [
        "region",
        "local_authority",
        "placement_type",
        "age_band",
        "population",
        "measure",
        "month",
        "horizon",
    ]


def test_the_sentences_begin_with_what_is_most_serious():
    found = futures(30, homes=a_home())

    sentences = found.sentences()

    assert sentences[0].startswith("Greater Manchester, children's home, April 2025: red.")


def test_a_what_if_is_judged_against_as_is():
    paths = [5, 8, 9, 6, 7] * 20
    as_is = futures(*paths, now=5, homes=a_home(places_approved=10, places_available=2))
    more = a_register(
        a_home("A", places_approved=10, places_available=2),
        a_home("B", places_approved=2, places_available=2),
    )

    gain = futures(*paths, now=5, homes=more).gain_over(as_is)

    of_homes = (gain["placement_type"] == "childrens_home") & (gain["age_band"] == "All")
    row = gain[(gain["local_authority"] == BOLTON) & of_homes]
    # Two more places: 9 usable, so none of the futures 8 and 9 is short any more.
    assert row["capacity_usable_change"].tolist() == [2]
    assert row["p_shortfall_change"].tolist() == pytest.approx([-2 / 5])
    assert row["rag_before"].tolist() == ["amber"]


def test_thin_choice_is_amber_though_no_future_is_short():
    row = the_row(
        futures(*[19] * 100, now=15, homes=a_home(places_approved=20, places_available=5))
    )

    # One of 20 usable places is spare: 5%, less than the tenth that leaves a choice.
    assert row["p_shortfall"] == 0
    assert row["rag"] == "amber"
    assert "choice is thin" in row["rag_reason"]


def test_enough_homes_with_choice_are_green():
    row = the_row(futures(*[15] * 100, homes=a_home(places_approved=20, places_available=5)))

    assert row["rag"] == "green"
    assert "5 places to spare" in row["rag_reason"]


def test_more_children_than_places_in_half_the_futures_is_red():
    row = the_row(futures(*[2, 5] * 50, now=2, homes=a_home(places_approved=3, places_available=1)))

    assert row["rag"] == "red"
    assert row["rag_reason"].startswith("Short in 50% of futures; on average 1 place missing.")


def test_nobody_expected_and_no_home_is_green_not_thin():
    homes = a_register(a_home(local_authority=BURY), a_home("F", placement_type="foster"))

    row = the_row(futures(0, homes=homes))

    assert row["rag"] == "green"
    assert row["rag_reason"] == "No child is expected and no home is needed."


def test_an_unknown_region_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'North West'"):
        futures(2, homes=a_home()).for_region("North Wst")
