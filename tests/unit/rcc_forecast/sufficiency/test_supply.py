"""From places approved to places usable: every step is a number, and says where it is from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.sufficiency import children_by_kind
from tests.builders.futures import a_balance, futures_as_drawn
from tests.builders.register import BOLTON, BURY, a_home, a_register

AS_OF = pd.Timestamp("2025-03-31")


def weighed(children, homes, *, kind="childrens_home", age_band="10-15", residents=None, **more):
    """Balance of Bolton, with the children of one kind the same in every future."""
    leaves = pd.DataFrame(
        {"local_authority": [BOLTON], "region": ["North West"], "placement_type": [kind]}
    )
    futures = futures_as_drawn(
        np.full((100, 1, 1), float(children)),
        leaves,
        months=pd.DatetimeIndex(["2025-04-30"]),
        age_band=age_band,
    )
    now = children_by_kind(np.array([float(children)]), leaves=leaves, futures=futures)
    return a_balance(
        futures, homes=homes, as_of=AS_OF, children_now=now, residents=residents, **more
    )


def supply_of(found, kind="childrens_home"):
    rows = found.supply
    chosen = (rows["local_authority"] == BOLTON) & (rows["placement_type"] == kind)
    return rows[chosen].iloc[0]


def living(children, *, urn="SC1", kind="childrens_home", peak=None, girls=0):
    return pd.DataFrame(
        {
            "local_authority": [BOLTON],
            "placement_type": kind,
            "urn": [urn],
            "children": [children],
            "girls": [girls],
            "peak": [children if peak is None else peak],
        }
    )


def test_every_step_leads_to_the_next():
    homes = a_home(urn="SC1", placement_type="foster", places_approved=100, places_available=20)

    row = supply_of(
        weighed(40, homes, kind="foster", residents=living(40, kind="foster")), "foster"
    )

    # 100 less 40 own and 20 free leaves 40: 17.9 closed as published, the rest used by others.
    assert row["places_closed"] == pytest.approx(100 * 15_845 / 88_370)
    assert row["places_used_by_others"] == pytest.approx(40 - 100 * 15_845 / 88_370)
    assert row["capacity_available"] == pytest.approx(100 - row["places_closed"])
    assert (row["own_residents"], row["free"], row["capacity_usable"]) == (40, 20, 60)
    assert "Ofsted" in row["closed_source"]


def test_registered_places_of_homes_filled_by_other_regions_are_no_surplus():
    homes = a_home(urn="SC1", places_approved=200, places_available=0)

    found = weighed(50, homes, residents=living(20))

    # 200 places registered for 50 children: yet 20 live there, none is free, and 30 are short.
    row = supply_of(found)
    assert row["capacity_usable"] == 20
    assert row["places_used_by_others"] == 180
    assert found.table.loc[found.table["local_authority"] == BOLTON, "gap_mean"].max() == 30


def test_a_home_that_does_not_say_what_is_free_counts_at_its_peak_use():
    homes = a_home(urn="SC1", places_approved=10, places_available=None)

    row = supply_of(weighed(4, homes, residents=living(4, peak=6)))

    assert row["capacity_usable"] == 6
    assert "past year" in row["others_source"]


def test_a_silent_foster_household_without_a_number_counts_a_published_share_of_vacancies():
    homes = a_home(urn=None, placement_type="foster", places_approved=100, places_available=None)

    row = supply_of(weighed(10, homes, kind="foster"), "foster")

    # 16 vacant of 100 (Ofsted 2024), and 10 that own children may hold.
    assert row["capacity_usable"] == pytest.approx(26)
    assert row["others_source"].startswith("bounded")


def test_free_places_for_girls_do_not_suit_boys():
    homes = a_home(urn="SC1", places_approved=12, places_available=10, sex="F")
    boys = living(2)
    boys["children"], boys["girls"] = 30, 3

    row = supply_of(weighed(2, homes, residents=boys))

    # One in ten is a girl; were twenty to come, two of ten places for girls would fill.
    assert row["places_unsuited"] == pytest.approx(8)


def test_places_for_ages_that_nobody_expected_has_are_no_capacity():
    homes = a_register(
        a_home("A", places_approved=5, places_available=5, age_min=0, age_max=4),
        a_home("B", places_approved=5, places_available=5, age_min=10, age_max=17),
    )

    row = supply_of(weighed(3, homes))

    assert row["places_unsuited"] == pytest.approx(5)
    assert row["capacity_usable"] == pytest.approx(5)


def test_ages_without_any_registered_home_live_in_the_homes_for_the_nearest_ages():
    homes = a_home(
        placement_type="supported", age_min=16, age_max=17, places_approved=9, places_available=4
    )

    found = weighed(2, homes, kind="supported", age_band="10-15")

    assert supply_of(found, "supported")["places_unsuited"] == 0
    rows = found.table[found.table["placement_type"] == "supported"]
    assert rows["expected_shortfall"].max() == 0


def test_carers_to_come_widen_the_gap_and_move_its_mean():
    homes = a_home(placement_type="foster", places_approved=20, places_available=10)
    growth = np.linspace(0.8, 1.4, 100)[:, None, None]

    found = weighed(10, homes, kind="foster", foster_paths=growth)

    # Ten own and ten free, times 1.1 on average: from 16 to 28 places for 10 children.
    row = supply_of(found, "foster")
    assert row["places_to_come"] == pytest.approx(2.0)
    assert row["capacity_usable"] == pytest.approx(22.0)
    foster = found.table[
        (found.table["placement_type"] == "foster")
        & (found.table["local_authority"] == BOLTON)
        & (found.table["age_band"] == "All")
    ].iloc[0]
    assert foster["gap_mean"] == pytest.approx(-12.0)
    assert foster["gap_q90"] - foster["gap_q10"] == pytest.approx(20 * 0.6 * 0.8, rel=0.02)


def test_steps_add_up_over_authorities_where_residents_are_seen():
    leaves = pd.DataFrame(
        {
            "local_authority": [BOLTON, BURY],
            "region": "North West",
            "placement_type": "childrens_home",
        }
    )
    futures = futures_as_drawn(
        np.full((20, 2, 2), 5.0), leaves, months=pd.date_range("2025-04-30", periods=2, freq="ME")
    )
    homes = a_register(
        a_home("A", urn="SC1", places_approved=9),
        a_home("B", urn="SC2", places_approved=7, local_authority=BURY),
    )
    residents = living(5)

    rows = a_balance(
        futures,
        homes=homes,
        as_of=AS_OF,
        children_now=children_by_kind(np.array([5.0, 5.0]), leaves=leaves, futures=futures),
        residents=residents,
    ).supply

    one_month = rows[(rows["horizon"] == 1) & (rows["placement_type"] == "childrens_home")]
    single = one_month[one_month["local_authority"] != "All"]
    region = one_month[one_month["region"] == "North West"]
    region = region[region["local_authority"] == "All"]
    for step in ("capacity_approved", "own_residents", "free"):
        assert single[step].sum() == pytest.approx(region[step].sum())
