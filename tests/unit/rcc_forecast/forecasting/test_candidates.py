"""The register of candidates says what each is, and which one is handed out."""

from __future__ import annotations

import pytest

from rcc_forecast.errors import UnknownNameError
from rcc_forecast.forecasting.candidates import candidates, require_known
from tests.builders.engines import the_engine


def test_everyone_who_is_scored_is_in_the_register():
    scored = set(the_engine().measures["children"].rolled.past)

    assert scored | {"pooled_annual"} == {candidate.name for candidate in candidates()}


def test_each_is_told_in_one_sentence():
    for candidate in candidates():
        assert candidate.what_it_is.endswith(".")
        assert ". " not in candidate.what_it_is
        assert 20 < len(candidate.what_it_is) < 200


def test_returns_series_of_months_and_series_of_years_each_have_one_that_is_handed_out():
    handed_out = [candidate.name for candidate in candidates() if candidate.handed_out]

    assert handed_out == ["panel", "combination", "pooled_annual"]


def test_a_name_that_nobody_has_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'stock_flow_24'"):
        require_known(("hold_flat", "stock_flow_25"))


def test_the_engine_of_years_cannot_be_asked_to_forecast_months():
    with pytest.raises(UnknownNameError):
        require_known(("pooled_annual",))


def test_asking_for_nobody_is_asking_for_everybody():
    require_known(None)
