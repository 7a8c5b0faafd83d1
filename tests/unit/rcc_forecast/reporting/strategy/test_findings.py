"""Findings say where homes run short, when, how sure, at what cost, and what we cannot tell."""

from __future__ import annotations

import re

from rcc_forecast.reporting.strategy.evidence import Evidence
from rcc_forecast.reporting.strategy.findings import findings_in_words, millions
from tests.builders.strategy import META, strategy_tables


def told(**changed):
    return findings_in_words(Evidence.of(strategy_tables(**changed), META))


def test_findings_are_five_to_twelve_sentences_in_plain_words():
    found = told()

    assert 5 <= len(found) <= 13
    assert not any(re.search(r"burden|\bcases\b|nan|_", sentence) for sentence in found)


def test_they_begin_with_children_and_end_with_what_we_cannot_tell():
    found = told()

    assert found[0].startswith("Greater Manchester looked after")
    assert found[-1].startswith("What we cannot tell: No return holds a DoLo table.")


def test_the_false_surplus_is_told():
    sentence = next(line for line in told() if line.startswith("Of 200 approved places"))

    assert "96 can be used" in sentence
    assert "80 are used by other areas and 20 are closed" in sentence


def test_what_would_close_the_gap_is_told_without_repeating_the_area():
    sentence = next(line for line in told() if line.startswith("What would close"))

    assert "in children’s homes: With 12 more usable places (9 to 15)" in sentence


def test_cost_comes_with_its_range_and_what_moves_it():
    sentence = next(line for line in told() if line.startswith("Placements are expected"))

    assert "£5.2 million in 2026-27" in sentence
    assert "between £4.5 million and £6.0 million" in sentence
    # 1,000 - 200 + 4,200 = 5,000 more a week, of which prices 4,200.
    assert "£5,000 more than today; most of what moves it is prices, adding £4,200" in sentence


def test_a_budget_is_told_with_its_chance():
    assert any("The budget for 2026-27 is overspent in 60% of futures" in line for line in told())


def test_a_subject_without_its_table_has_no_sentence():
    found = told(spend_years=None, spend_change=None, budget=None, closing=None, after_care=None)

    assert not any("cost" in line and "million" in line for line in found)
    assert not any(line.startswith("What would close") for line in found)


def test_money_is_written_as_people_say_it():
    assert millions(12_345_678) == "£12.3 million"
    assert millions(-2_500_000) == "−£2.5 million"
    assert millions(576_434) == "£576,000"
    assert millions(4_200) == "£4,200"
    assert millions(-4_200) == "−£4,200"
