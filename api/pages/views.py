"""The list of operations and of problems, as pages."""

from __future__ import annotations

import base64
from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment

from api.errors import NotFoundError
from api.problems import KINDS

router = APIRouter(include_in_schema=False)


def _read(name: str) -> str:
    return files("api.pages").joinpath("templates", name).read_text(encoding="utf-8")


_STYLE = _read("style.css").strip()
_TEMPLATES = Environment(
    loader=DictLoader({name: _read(name) for name in ("base.html.j2", "docs.html.j2")}),
    autoescape=True,
)
# The one style is inline and named by its hash, so that nothing else can be slipped in.
_STYLE_HASH = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("/docs")
def read_docs(request: Request) -> HTMLResponse:
    """List every operation of the OpenAPI document."""
    document = request.app.openapi()
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    subjects = list(dict.fromkeys(operation["tags"][0] for operation in operations))
    return _page(
        "docs.html.j2",
        title=f"{document['info']['title']} {document['info']['version']}",
        description=document["info"]["description"],
        subjects={
            subject: [each for each in operations if each["tags"][0] == subject]
            for subject in subjects
        },
        kinds=list(KINDS.values()),
    )


@router.get("/problems/{slug}")
def read_problem(slug: str) -> HTMLResponse:
    """Say what a kind of problem means, and what to do."""
    kind = KINDS.get(slug)
    if kind is None:
        raise NotFoundError("kind of problem")
    return _page("docs.html.j2", title=kind.title, description="", subjects={}, kinds=[kind])


def _page(template: str, **content: object) -> HTMLResponse:
    html = _TEMPLATES.get_template(template).render(style=_STYLE, **content)
    return HTMLResponse(html, headers={"Content-Security-Policy": _POLICY})
