"""Every answer, whatever it is, tells browsers to guess nothing, tell nothing and keep nothing."""

from __future__ import annotations

import pytest

from tests.builders.service import a_service


@pytest.mark.parametrize(
    "path",
    ["/v1/datasets", "/v1/regions", "/v1/nonesuch", "/health/live", "/openapi.json", "/docs"],
)
def test_every_answer_carries_the_security_headers(service, path):
    headers = service.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_refusals_carry_them_too(tmp_path):
    refused = a_service(tmp_path, caller="10.0.0.7").get("/v1/datasets")

    assert refused.headers["X-Content-Type-Options"] == "nosniff"


def test_failures_carry_them_too(service):
    service.app.state.store = None

    failed = service.get("/v1/datasets")

    assert failed.status_code == 500
    assert failed.headers["X-Content-Type-Options"] == "nosniff"


def test_the_server_is_not_named(service):
    assert "server" not in service.get("/health/live").headers


def test_a_result_may_be_kept_by_its_caller_alone(filled):
    headers = filled.get(f"/v1/forecasts/{filled.forecast}").headers

    assert "private" in headers["Cache-Control"]
    assert "immutable" in headers["Cache-Control"]
