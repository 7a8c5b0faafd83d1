"""The environment says where data lie, who may ask, and how much they may send."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import SettingError, read_settings


def test_without_an_environment_data_lie_beside_and_nobody_else_may_ask():
    settings = read_settings({})

    assert settings.data == Path("rcc-data")
    assert settings.api_key is None


def test_every_setting_can_be_given():
    settings = read_settings(
        {
            "RCC_DATA": "elsewhere",
            "RCC_API_KEY": "key",
            "RCC_MAX_UPLOAD_MB": "5",
            "RCC_MAX_WAITING": "2",
        }
    )

    assert (settings.data, settings.api_key) == (Path("elsewhere"), "key")
    assert (settings.max_upload_mb, settings.max_waiting) == (5, 2)


@pytest.mark.parametrize("text", ["many", "0", "-1", "1.5", "٣"])
def test_a_limit_that_is_no_whole_number_is_refused_by_its_name(text):
    with pytest.raises(SettingError, match="RCC_MAX_UPLOAD_MB"):
        read_settings({"RCC_MAX_UPLOAD_MB": text})


def test_the_key_is_not_in_what_settings_print():
    assert "secret" not in repr(read_settings({"RCC_API_KEY": "secret"}))
