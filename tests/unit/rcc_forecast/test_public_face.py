"""What a notebook imports is there, under the names that the README gives."""

from __future__ import annotations

import pytest

import rcc_forecast


@pytest.mark.parametrize("name", rcc_forecast.__all__)
def test_a_public_name_leads_somewhere(name):
    assert getattr(rcc_forecast, name) is not None


def test_a_name_that_is_not_public_is_refused_by_name():
    with pytest.raises(AttributeError, match="nonsense"):
        rcc_forecast.nonsense  # noqa: B018 - the look-up is the test
