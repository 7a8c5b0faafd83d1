"""The OpenAPI document: what FastAPI knows, and the problems that every route can answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.problems import KINDS, MEDIA_TYPE
from api.schemas.problems import Problem

_EVERY_ROUTE = (401, 403, 500)
_OF_PATH = {
    "/v1/demand": {503},
    "/v1/scenarios/compare": {409, 503},
    "/v1/scenarios/{id}/waterfall": {409, 503},
    "/v1/scenarios/{id}/draws": {409, 503},
}
"""Of what is made when it is first asked for: the queue may be full, the source deleted."""
_REF = "#/components/schemas/{model}"
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")

DESCRIPTION = """\
Will there be enough homes for children looked after, of which kind, where, and how sure are we?

Send SSDA903 returns; read what was found in them; forecast demand; set it against a register of
homes; ask what if; propose homes for the children who wait. Figures are working figures for
staff, and a plan is advice to people, never a decision.
"""


def describe(app: FastAPI) -> None:
    """Let the app describe itself with problem details for every error."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    # FastAPI's documented way to extend its schema is to put a function in the method's place.
    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    content = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    components = content.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template=_REF)
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "The service's key; without one, only its own machine is answered",
        }
    }
    for path, operations in content["paths"].items():
        for operation in operations.values():
            _describe_problems(path, operation)
    return content


def _describe_problems(path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    # FastAPI's own description of a 422 is not what this service answers.
    statuses = {422} if responses.pop("422", None) else set()
    if path.startswith("/v1"):
        operation["security"] = [{"key": []}]
        statuses |= {*_EVERY_ROUTE}
    if "{" in path:
        statuses.add(404)
    if "304" in responses:
        statuses |= {404, 406}
    statuses |= _OF_PATH.get(path, set())
    if "requestBody" in operation:
        statuses |= {400, 404, 409, 413, 415, 422, 503}
    if path.endswith("/ready"):
        statuses.add(503)
    for status in sorted(statuses):
        responses[str(status)] = _problem_response(status)


def _problem_response(status: int) -> dict[str, Any]:
    kinds = [kind for kind in KINDS.values() if kind.status == status]
    examples = {
        kind.slug: {
            "summary": kind.title,
            "value": {
                "type": kind.type,
                "title": kind.title,
                "status": kind.status,
                "detail": kind.meaning,
            },
        }
        for kind in kinds
    }
    schema = {"$ref": _REF.format(model="Problem")}
    return {
        "description": "; or: ".join(kind.title for kind in kinds),
        "content": {MEDIA_TYPE: {"schema": schema, "examples": examples}},
    }
