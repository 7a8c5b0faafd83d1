"""When it is time to act: what a missing place costs against what an unused one does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.sufficiency.assumptions import Assumptions
from rcc_forecast.sufficiency.rag import rate, thresholds

KINDS = ["foster", "childrens_home", "supported"]


def rated(probability, *, red_from=0.5, n_paths=1_000, spare=10.0, **given):
    """Colours of one series of months, with places to spare."""
    n = len(probability)
    rows = pd.DataFrame(
        {
            "demand_mean": 50.0,
            "capacity_usable": 60.0,
            "gap_mean": -spare,
            "p_shortfall": probability,
            "expected_shortfall": 1.0,
            "p_shortfall_needed": np.nan,
            "expected_shortfall_needed": np.nan,
            "elsewhere": 0.0,
            "grey_reason": "",
            **given,
        }
    )
    return rate(
        rows,
        red_from=np.full(n, red_from),
        n_paths=n_paths,
        horizon=n,
        assumptions=Assumptions(),
    )


def test_acting_pays_sooner_where_the_next_best_home_costs_more():
    found = thresholds(np.array([800.0, 7_000.0, 1_400.0]), kinds=KINDS, assumptions=Assumptions())

    # An unused foster place costs 800; without it a child lives in a children's home:
    # 7,000 - 800 + 150 for distance. 800 / (800 + 6,350).
    assert found["foster"] == pytest.approx(800 / 7_150)
    assert found["supported"] == pytest.approx(1_400 / (1_400 + 5_750))


def test_more_likely_than_not_is_red_whatever_it_costs():
    found = thresholds(np.array([8_000.0, 7_000.0, np.nan]), kinds=KINDS, assumptions=Assumptions())

    assert found["foster"] == 0.5
    assert found["supported"] == 0.5


def test_half_way_to_red_is_amber():
    assert rated([0.1, 0.1, 0.1], red_from=0.3)["rag"].tolist() == ["green"] * 3
    assert rated([0.2, 0.2, 0.2], red_from=0.3)["rag"].tolist() == ["amber"] * 3
    assert rated([0.4, 0.4, 0.4], red_from=0.3)["rag"].tolist() == ["red"] * 3


def test_a_month_that_only_just_passes_the_threshold_does_not_flicker():
    found = rated([0.45, 0.45, 0.51, 0.45, 0.45, 0.45])

    assert found["rag"].tolist() == ["amber"] * 6
    assert "kept until a change lasts" in found["rag_reason"].iloc[2]


def test_a_change_that_lasts_is_shown_when_it_begins():
    found = rated([0.45, 0.45, 0.51, 0.52, 0.53, 0.54])

    assert found["rag"].tolist() == ["amber"] * 2 + ["red"] * 4


def test_a_plain_change_is_shown_at_once():
    found = rated([0.1, 0.1, 0.9, 0.1, 0.1, 0.1])

    assert found["rag"].tolist() == ["green", "green", "red", "green", "green", "green"]


def test_too_few_futures_to_tell_are_grey_with_the_reason():
    found = rated([0.4] * 3, n_paths=5)

    assert found["rag"].tolist() == ["grey"] * 3
    assert "too few futures" in found["rag_reason"].iloc[0]


def test_a_kind_whose_past_probabilities_did_not_hold_is_grey():
    found = rated([0.9] * 3, grey_reason="Past probabilities of this kind did not hold.")

    assert found["rag"].tolist() == ["grey"] * 3


def test_children_who_wait_for_a_kind_are_rated_by_the_home_they_need():
    found = rated([0.0] * 3, p_shortfall_needed=0.9, expected_shortfall_needed=7.0)

    assert found["rag"].tolist() == ["red"] * 3
    assert "by the home they need" in found["rag_reason"].iloc[0]
    assert "7 places missing" in found["rag_reason"].iloc[0]
