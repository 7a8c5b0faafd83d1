"""A model card says what a forecaster knows, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rcc_forecast.forecasting.candidates import candidates
from rcc_forecast.forecasting.cards import model_cards


def test_every_forecaster_has_a_card():
    cards = model_cards()

    for candidate in candidates():
        assert f"## {candidate.name}\n" in cards
        assert candidate.does_not_know in cards


def test_the_cards_in_the_documents_are_those_of_the_register():
    kept = (Path(__file__).parents[4] / "docs" / "model-cards.md").read_text(encoding="utf-8")

    assert kept.startswith(model_cards())


def test_scores_stand_beside_the_cards():
    scores = pd.DataFrame(
        {
            "measure": "children",
            "level": "region/total",
            "placement_type": "All",
            "age_band": "All",
            "horizon": "All",
            "model": ["hold_flat", "combination"],
            "wape": [0.05, 0.04],
            "scrps": [0.9, 0.7],
            "coverage_80": [0.79, 0.81],
            "coverage_95": [0.94, 0.95],
        }
    )

    shown = model_cards(scores).split("## Last judged")[1]

    assert shown.index("combination | 4.0%") < shown.index("hold_flat | 5.0%")
