"""The service refuses to start in the open without a key."""

from __future__ import annotations

import pytest

from api import app
from rcc_forecast.errors import RccError


@pytest.fixture
def started(monkeypatch, tmp_path):
    runs = []
    monkeypatch.setenv("RCC_DATA", str(tmp_path / "store"))
    monkeypatch.delenv("RCC_API_KEY", raising=False)
    monkeypatch.setattr(app.uvicorn, "run", lambda service, **options: runs.append(options))
    return runs


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.1", "::", "rcc.example"])  # noqa: S104
def test_without_a_key_the_service_does_not_listen_to_others(started, host):
    with pytest.raises(RccError, match="RCC_API_KEY"):
        app.serve(host=host, port=8000)

    assert started == []


def test_without_a_key_the_service_listens_to_this_machine(started):
    app.serve(host="127.0.0.1", port=8123)

    assert [(run["host"], run["port"]) for run in started] == [("127.0.0.1", 8123)]


def test_with_a_key_the_service_listens_where_it_is_told(started, monkeypatch):
    monkeypatch.setenv("RCC_API_KEY", "a-long-random-key")

    app.serve(host="0.0.0.0", port=8000)  # noqa: S104

    assert started[0]["host"] == "0.0.0.0"  # noqa: S104


def test_an_empty_key_is_no_key(started, monkeypatch):
    monkeypatch.setenv("RCC_API_KEY", "")

    with pytest.raises(RccError, match="RCC_API_KEY"):
        app.serve(host="0.0.0.0", port=8000)  # noqa: S104
