"""The description says what every operation takes and gives, with an example of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def document(filled) -> dict[str, Any]:
    return filled.service.get("/openapi.json").json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def has_example(content: dict[str, Any], document: dict[str, Any]) -> bool:
    if "example" in content or "examples" in content:
        return True
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return bool(schema.get("examples"))


def test_the_routes_are_those_of_the_contract(document):
    named = {name for name, _ in operations(document)}

    assert named >= {
        "POST /v1/datasets",
        "GET /v1/datasets",
        "GET /v1/datasets/{id}",
        "GET /v1/datasets/{id}/findings",
        "DELETE /v1/datasets/{id}",
        "POST /v1/homes",
        "POST /v1/children",
        "POST /v1/forecasts",
        "GET /v1/forecasts/{id}",
        "GET /v1/forecasts/{id}/backtest",
        "POST /v1/sufficiency",
        "GET /v1/sufficiency/{id}",
        "POST /v1/scenarios",
        "GET /v1/scenarios/{id}",
        "GET /v1/scenarios/{id}/waterfall",
        "GET /v1/scenarios/{id}/draws",
        "GET /v1/scenarios/compare",
        "POST /v1/placements",
        "GET /v1/placements/{id}",
        "GET /v1/placements/{id}/rows",
        "GET /v1/placements/{id}/rows/{row}",
        "GET /v1/placements/{id}/prices",
        "GET /v1/placements/{id}/equity",
        "GET /v1/placements/{id}/groups",
        "POST /v1/panels",
        "GET /v1/panels/{id}",
        "GET /v1/panels/{id}/groups",
        "GET /v1/panels/{id}/findings",
        "DELETE /v1/panels/{id}",
        "POST /v1/evaluations",
        "POST /v1/evaluations/power",
        "GET /v1/evaluations/power/{id}",
        "POST /v1/evaluations/lock",
        "GET /v1/evaluations/log",
        "GET /v1/evaluations/{id}",
        "GET /v1/evaluations/{id}/tables/{table}",
        "GET /v1/evaluations/{id}/report",
        "GET /v1/demand",
        "GET /v1/models",
        "GET /v1/regions",
        "GET /health/live",
        "GET /health/ready",
    }


def test_every_operation_has_a_name_of_its_own_and_a_summary(document):
    names = [operation["operationId"] for _, operation in operations(document)]

    assert len(names) == len(set(names))
    assert all(name.isalpha() for name in names)
    assert all(operation["summary"] for _, operation in operations(document))


def test_every_body_and_answer_has_an_example(document):
    without = [
        f"{name} {place}"
        for name, operation in operations(document)
        for place, described in [
            ("body", operation.get("requestBody")),
            *operation["responses"].items(),
        ]
        if described is not None
        for content in described.get("content", {}).values()
        if not has_example(content, document)
    ]

    assert without == []


def test_every_error_is_described_as_a_problem(document):
    others = [
        f"{name} {status}"
        for name, operation in operations(document)
        for status, answer in operation["responses"].items()
        if status >= "400" and list(answer["content"]) != ["application/problem+json"]
    ]

    assert others == []
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_reference_leads_somewhere(document):
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert set(references(document)) <= known


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_working_route_says_that_it_needs_a_key(document):
    without = [
        name
        for name, operation in operations(document)
        if "/v1/" in name and operation.get("security") != [{"key": []}]
    ]

    assert without == []
