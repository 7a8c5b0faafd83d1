"""Where to open: from futures and sites to advice that a person can check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.investing import invest_in_sites
from rcc_forecast.investing.judge import draw_children
from rcc_forecast.investing.need import need_of
from rcc_forecast.investing.zones import recent_families, zones_of
from rcc_forecast.placement import tidy_homes
from tests.builders.investing import (
    DAY,
    LATER,
    children_in,
    engine,
    entries,
    held,
    leaves_of,
    sites,
)
from tests.builders.register import BOLTON, BURY, a_home

LEAVES = leaves_of()
NOW = children_in(LEAVES, {(BOLTON, "foster", "5-9"): 10})
FUTURES = np.stack([children_in(LEAVES, {(BOLTON, "foster", "5-9"): 12 + n}) for n in range(4)])


def invest(possible: pd.DataFrame, *, budget: float, seed: int = 0):
    homes = tidy_homes(a_home(placement_type="foster", places_available=1, age_min=0))[0]
    return invest_in_sites(
        FUTURES,
        leaves=LEAVES,
        held=held(NOW, own=10),
        episodes=entries(),
        homes=homes,
        sites=possible,
        budget=budget,
        as_of=DAY,
        on=LATER,
        place=engine,
        seed=seed,
    )


@pytest.fixture(scope="module")
def found():
    far = {"easting": 420_000, "northing": 450_000}
    possible = sites({}, far, {"cost_gbp": 50_000})
    return invest(possible, budget=20_000)


def test_the_site_near_the_families_is_chosen_before_the_one_far_away(found):
    assert found.table.loc[found.table["chosen"] == 1, "site_id"].iloc[0] == "S1"


def test_a_site_beyond_the_budget_is_not_opened(found):
    assert found.summary["spent_gbp"] <= 20_000
    assert found.table.set_index("site_id").loc["S3", "chosen"] == 0


def test_every_site_has_its_reason(found):
    reasons = found.table.set_index("site_id")["reason"]

    assert reasons.str.len().gt(20).all()
    assert "Bolton" in reasons["S1"]
    assert "budget" in reasons["S3"]


def test_the_second_opinion_places_the_same_children_twice(found):
    for future in found.judged["by_future"]:
        assert future["with"]["children"] == future["without"]["children"]
        assert future["with"]["placed"] >= future["without"]["placed"]


def test_opening_places_leaves_fewer_children_without_one(found):
    without, added = found.summary["without_sites"], found.summary["with_sites"]

    assert added["unplaced"]["mean"] < without["unplaced"]["mean"]
    # Needed: 2, 3, 4 or 5 places; one is free.
    assert without["unplaced"]["mean"] == pytest.approx((1 + 2 + 3 + 4) / 4)


def test_the_same_seed_gives_the_same_advice():
    possible = sites({}, {"easting": 375_000})

    first, second = invest(possible, budget=20_000), invest(possible, budget=20_000)

    pd.testing.assert_frame_equal(first.table, second.table)
    assert first.judged == second.judged


def test_no_usable_site_is_an_error_that_says_so():
    with pytest.raises(NothingUsableError, match="sites"):
        invest(sites({})[:0], budget=1)


def test_children_who_entered_on_one_day_from_one_postcode_are_drawn_as_siblings():
    need = need_of(
        children_in(LEAVES, {(BOLTON, "foster", "5-9"): 30})[None],
        leaves=LEAVES,
        held=held(NOW, own=10),
        kinds=["foster"],
    )
    families = recent_families(entries(), as_of=DAY)
    rng = np.random.default_rng(1)
    zones = zones_of(families, [BOLTON, BURY], rng=rng)

    children = draw_children(need, 0, families=families, zones=zones, as_of=DAY, rng=rng)

    assert len(children) == 20
    assert children["age"].between(5, 9).all()
    assert (children["sibling_group"] != "").any()


def test_an_authority_without_entries_is_one_zone_at_its_middle():
    families = recent_families(entries(), as_of=DAY)

    zones = zones_of(families, [BOLTON, BURY], rng=np.random.default_rng(0))

    assert (zones.authority == 1).sum() == 1
    assert zones.share[zones.authority == 0].sum() == pytest.approx(1)
