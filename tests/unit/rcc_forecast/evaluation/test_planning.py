"""What could be seen, and when, with the doubt in the shocks and the price of several looks."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.evaluation.planning import before_of, plan_of
from tests.builders.evaluations import a_panel, a_spec, the_cells


def the_plan(**changed):
    spec = a_spec(**changed)
    return plan_of(the_cells(a_panel(regions=14), spec), spec, "far", n_panels=300).table


@pytest.fixture(scope="module")
def of_four_looks():
    return the_plan(looks=4)


def test_the_range_of_detectable_effects_holds_the_best_guess(of_four_looks):
    made = of_four_looks[of_four_looks["mde"].notna()]

    assert len(made) > 20
    assert (made["mde_low"] <= made["mde"]).all()
    assert (made["mde"] <= made["mde_high"]).all()
    assert (made["mde_high"] > 1.1 * made["mde_low"]).all()


def test_every_look_has_its_row_and_its_price(of_four_looks):
    rows = of_four_looks[
        (of_four_looks["regions_left"] == 14) & (of_four_looks["inference"] == "region_permutation")
    ].set_index("post_periods")

    assert list(rows.index) == [1, 2, 3, 4, 5]
    assert rows["mde_spending"].notna().tolist() == [True, True, True, True, False]
    # By the first look one pair of 91 may be spent, where a single look has four.
    assert rows.loc[1, "mde_spending"] > 1.1 * rows.loc[1, "mde"]


def test_with_eight_regions_the_first_two_of_four_looks_can_find_nothing(of_four_looks):
    rows = of_four_looks[
        (of_four_looks["regions_left"] == 8) & (of_four_looks["inference"] == "region_permutation")
    ].set_index("post_periods")

    # 28 pairs x .025 is under one, x .0375 is over.
    assert np.isnan(rows.loc[1:2, "mde_spending"]).all()
    assert rows.loc[3, "mde_spending"] > 0


def test_authorities_with_a_gap_still_count_in_their_region():
    spec, panel = a_spec(), a_panel(regions=14)
    # All but one authority of each region lack a year; a region's value is of all four.
    gap = ~panel["la_code"].str.endswith("0") & (panel["period"] == "2016")

    before = before_of(the_cells(panel[~gap], spec), spec, "far")

    assert before.y.shape[0] == before.learned_from.region.size == 14
    assert before.units.region.size == 14 * 4
    np.testing.assert_allclose(before.units.shares.max(axis=1), 1 / 4)


def test_a_single_look_has_no_price():
    assert the_plan()["mde_spending"].isna().all()
