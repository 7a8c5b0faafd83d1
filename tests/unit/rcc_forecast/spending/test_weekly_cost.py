"""A week costs what the register says, and as published where it says nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.results.futures import KINDS
from rcc_forecast.spending.sectors import SECTORS, children_of_homes
from rcc_forecast.spending.weekly_cost import (
    FROM_FILE,
    FROM_OWN,
    FROM_REGISTER,
    PUBLISHED,
    unit_costs,
    weekly_costs,
)
from tests.builders.register import a_home, a_register
from tests.builders.spending import AS_OF, AUTHORITIES, BOLTON, some_stays

HOME, FOSTER = KINDS.index("childrens_home"), KINDS.index("foster")
CODES = AUTHORITIES["local_authority"].tolist()
PRIVATE, OWN = SECTORS.index("private"), SECTORS.index("local_authority")


def costs_with(homes: pd.DataFrame, *, stays: pd.DataFrame | None = None, costs=None):
    stays = some_stays() if stays is None else stays
    return unit_costs(
        homes,
        residents=children_of_homes(stays, as_of=AS_OF),
        authorities=CODES,
        kinds=KINDS,
        as_of=AS_OF,
        costs=costs,
    )


def test_an_authoritys_own_homes_come_first_then_its_regions_then_all():
    homes = a_register(
        a_home("1", weekly_cost_gbp=4_000.0),
        a_home("2", placement_type="foster", local_authority="E08000035", weekly_cost_gbp=900.0),
    )

    cost = weekly_costs(homes, authorities=AUTHORITIES, kinds=KINDS, as_of=AS_OF)

    np.testing.assert_array_equal(cost[:, HOME], [4_000.0, 4_000.0, 4_000.0])
    np.testing.assert_array_equal(cost[:, FOSTER], [900.0, 900.0, 900.0])


def test_each_authority_has_its_own_published_cost_where_the_register_is_silent():
    homes = a_register(a_home("1", weekly_cost_gbp=np.nan))

    cost = weekly_costs(homes, authorities=AUTHORITIES, kinds=KINDS, as_of=AS_OF)

    assert len(set(cost[:, HOME])) == 3
    assert np.isnan(cost[:, KINDS.index("adoption")]).all()


def test_what_own_children_live_in_outweighs_what_the_register_lists():
    # Ten of Bolton's children live in the dear home; the cheap one is full of others.
    homes = a_register(
        a_home("dear", urn="SC 1", weekly_cost_gbp=9_000.0),
        a_home("cheap", urn="SC2", weekly_cost_gbp=3_000.0, places_approved=30),
    )

    found = costs_with(homes, stays=some_stays(private=1.0, urn="sc1"))

    bolton = CODES.index(BOLTON)
    assert found.cost[bolton, HOME, PRIVATE] > 7_000.0
    assert found.source[bolton, HOME, PRIVATE] == FROM_OWN


def test_without_ofsted_numbers_the_register_is_taken_and_doubted_more():
    homes = a_register(*(a_home(str(i), urn="SC1", weekly_cost_gbp=5_000.0) for i in range(3)))

    seen = costs_with(homes, stays=some_stays(private=1.0, urn="SC1"))
    unseen = costs_with(homes, stays=some_stays(private=1.0))

    assert unseen.source[0, HOME, PRIVATE] == FROM_REGISTER
    assert unseen.level_sd[0, HOME] > 2.0 * seen.level_sd[0, HOME]


def test_a_published_cost_is_the_same_for_every_provider_and_says_so():
    found = costs_with(a_register(a_home("1", weekly_cost_gbp=np.nan)))

    assert (found.source[:, HOME] == PUBLISHED).all()
    assert found.cost[0, HOME, PRIVATE] == found.cost[0, HOME, OWN]


def test_a_given_price_holds_instead_and_the_more_precise_one_wins():
    given = pd.DataFrame(
        {
            "local_authority": [BOLTON, None],
            "placement_type": ["childrens_home", "childrens_home"],
            "sector": ["private", None],
            "weekly_cost_gbp": [6_500.0, 4_400.0],
        }
    )

    found = costs_with(a_register(a_home("1")), costs=given)

    assert found.cost[0, HOME, PRIVATE] == 6_500.0
    assert found.cost[0, HOME, OWN] == 4_400.0
    assert (found.source[:, HOME] == FROM_FILE).all()


def test_closed_homes_set_no_price():
    homes = a_register(
        a_home("1", weekly_cost_gbp=5_000.0),
        a_home("2", weekly_cost_gbp=50_000.0, closed=pd.Timestamp("2025-01-01")),
    )

    found = costs_with(homes)

    assert found.cost[0, HOME, PRIVATE] == pytest.approx(5_000.0)
