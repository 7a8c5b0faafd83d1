"""Every estimator of effects has a card that says where it goes wrong."""

from __future__ import annotations

from pathlib import Path

from models.causal import ESTIMATORS
from rcc_forecast.evaluation.cards import CARDS, estimator_cards


def test_every_estimator_has_a_card():
    assert set(CARDS) == set(ESTIMATORS)
    assert all(card.goes_wrong in estimator_cards() for card in CARDS.values())


def test_the_cards_in_the_documents_are_these():
    kept = (Path(__file__).parents[4] / "docs" / "model-cards.md").read_text(encoding="utf-8")

    assert kept.endswith(estimator_cards())
