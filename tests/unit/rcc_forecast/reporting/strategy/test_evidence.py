"""A figure is a number or a symbol, and a row belongs to the area or does not."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from rcc_forecast.reporting.strategy.evidence import (
    WHOLE,
    Evidence,
    area_names,
    between,
    milestones,
    shown,
    value,
)
from tests.builders.strategy import META, strategy_tables


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (1234.4, "1,234"),
        ("1234", "1,234"),
        ("c", "withheld"),
        ("k", "rounds to 0"),
        ("z", "does not apply"),
        ("x", "not available"),
        ("-", "none"),
        (float("nan"), "not known"),
        (None, "not known"),
        (pd.NA, "not known"),
    ],
)
def test_a_figure_is_shown_or_a_word_says_why_not(cell, words):
    assert shown(cell) == words


def test_a_symbol_is_no_number():
    assert math.isnan(value("c"))
    assert value("12") == 12.0


def test_a_withheld_interval_is_told_once():
    assert between("c", "c") == "withheld"
    assert between(8.0, 12.0) == "8 to 12"


def test_milestones_are_whole_years_and_the_last_month():
    table = pd.DataFrame({"horizon": [1, 6, 12, 18, 24, 30]})

    assert milestones(table)["horizon"].tolist() == [12, 24, 30]


def test_rows_are_named_by_authority_co_operative_region_or_whole():
    table = pd.DataFrame(
        {
            "region": ["North West", "All", "North West", "All"],
            "local_authority": ["E08000001", "All", "All", "All"],
            "rcc": ["Greater Manchester", "Greater Manchester", "", ""],
            "local_authority_name": ["Bolton", "", "", ""],
        }
    )

    assert area_names(table).tolist() == ["Bolton", "Greater Manchester", "North West", WHOLE]


def test_the_strategy_of_a_co_operative_holds_its_own_rows_and_its_authorities():
    evidence = Evidence.of(strategy_tables(), META)
    balance = evidence.table("balance")

    names = set(area_names(evidence.told_of(balance)))

    assert evidence.area.name == "Greater Manchester"
    assert len(names) == 4
    assert "North West" not in names
