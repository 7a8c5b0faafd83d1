"""Advice on sites reads as people speak."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.investing.words import reasons


def of_a_chosen_site(**changes: object) -> str:
    row = {
        "chosen": 1,
        "placement_type": "childrens_home",
        "local_authority_name": "Bolton",
        "places": 2,
        "expected_places_used": 1.8,
        "more_children_placed": 0.0,
        "miles_saved": 0.0,
    }
    return reasons(pd.DataFrame([row | changes]), left=0.0)[0]


def test_one_place_is_one_place_and_two_are_two():
    assert of_a_chosen_site(places=1, expected_places_used=0.9) == (
        "Opens 1 place (children's home) in Bolton: 0.9 of it used on average over the futures."
    )
    assert of_a_chosen_site() == (
        "Opens 2 places (children's home) in Bolton: 1.8 of them used on average over the futures."
    )
