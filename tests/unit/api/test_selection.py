"""Rows are asked for by the dimensions of demand, in the words people use."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.selection import BalanceQuery, NodeQuery


@pytest.mark.parametrize("written", ["E08000003", "Manchester", "manchester city council", "352"])
def test_an_authority_is_known_by_code_number_or_name(written):
    query = NodeQuery.model_validate({"local_authority": written})

    assert query.filters() == [("local_authority", "==", "E08000003")]


@pytest.mark.parametrize("written", ["North West", "north-west"])
def test_a_region_is_known_in_any_spelling(written):
    query = NodeQuery.model_validate({"region": written})

    assert query.filters() == [("region", "==", "North West")]


@pytest.mark.parametrize("written", ["2027-02", "2027-02-28"])
def test_a_month_is_known_by_itself_or_its_last_day(written):
    query = NodeQuery.model_validate({"month": written})

    assert query.filters() == [("month", ">=", "2027-02-01"), ("month", "<=", "2027-02-31")]


def test_without_filters_every_row_is_meant():
    assert NodeQuery().filters() == []


@pytest.mark.parametrize(
    "query",
    [
        {"place": "foster"},
        {"placement_type": "fostering"},
        {"age_band": "10"},
        {"measure": "stock"},
        {"month": "2027-13"},
        {"month": "March"},
        {"limit": 0},
    ],
)
def test_a_filter_that_is_not_known_is_refused(query):
    with pytest.raises(ValidationError):
        NodeQuery.model_validate(query)


def test_the_planned_kinds_together_are_a_kind_of_the_balance_alone():
    assert BalanceQuery.model_validate({"placement_type": "planned"}).filters()
    with pytest.raises(ValidationError):
        NodeQuery.model_validate({"placement_type": "planned"})
