"""Every error becomes problem details (RFC 9457), without echoing what was sent.

A caller's mistake may hold a child's name or postcode. So an answer, and the
log, say what was expected and where, and never what was found there.
"""

from __future__ import annotations

import logging
import os
import re
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import ServiceError
from api.schemas.problems import Fault, Problem
from rcc_forecast.errors import (
    NothingUsableError,
    RccError,
    TableError,
    UnknownNameError,
    UnreadableInputError,
)
from rcc_forecast.evaluation.protocol import AlteredLogError, LooksUsedUpError

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger("rcc_forecast.api")


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One kind of problem, under a name that stays.

    Attributes
    ----------
    slug : str
        Last part of the problem's ``type``.
    status : int
        HTTP status.
    title : str
        Short, the same for every occurrence.
    meaning : str
        What it means and what to do; the page of the ``type`` shows it.
    """

    slug: str
    status: int
    title: str
    meaning: str

    @property
    def type(self) -> str:
        """Address of the page that explains it."""
        return f"/problems/{self.slug}"


KINDS: dict[str, ProblemKind] = {
    kind.slug: kind
    for kind in (
        ProblemKind(
            "nothing-usable",
            422,
            "The data cannot be used",
            "The data are so at fault that no result can be made. The findings say why; "
            "mend the rows they name and upload again.",
        ),
        ProblemKind(
            "unknown-name",
            422,
            "A name is not known",
            "A model, setting or key is not one of those known. The detail offers the nearest.",
        ),
        ProblemKind(
            "unreadable-input",
            422,
            "A file cannot be read",
            "A file is not of a kind that can be read. The detail says what is expected.",
        ),
        ProblemKind(
            "cannot-be-done",
            422,
            "This cannot be done as asked",
            "The request is well formed, but the data or this version do not allow it.",
        ),
        ProblemKind(
            "invalid-request",
            422,
            "The request is not as described",
            "A field is missing, unknown or out of range; `errors` points to each. "
            "The description of every request is in /openapi.json.",
        ),
        ProblemKind(
            "malformed-request",
            400,
            "The request cannot be read",
            "The body is not what its Content-Type says.",
        ),
        ProblemKind(
            "not-signed-in",
            401,
            "A key is needed",
            "Send the service's key as `Authorization: Bearer KEY`.",
        ),
        ProblemKind(
            "other-machine",
            403,
            "Only this machine is answered",
            "The service runs without a key, so it answers programs on its own machine only, "
            "under the name localhost or 127.0.0.1. Set RCC_API_KEY to answer others.",
        ),
        ProblemKind(
            "not-found", 404, "Not found", "Nothing has this address or id, or it was deleted."
        ),
        ProblemKind(
            "method-not-allowed",
            405,
            "This cannot be done here",
            "The address exists and takes other methods; the header `Allow` lists them.",
        ),
        ProblemKind(
            "not-acceptable",
            406,
            "No such form of answer",
            "The detail lists the media types in which the answer can be given.",
        ),
        ProblemKind(
            "source-deleted",
            409,
            "The source was deleted",
            "What a result was made from was deleted while it was being made.",
        ),
        ProblemKind(
            "not-comparable",
            409,
            "These scenarios do not have the same futures",
            "Scenarios are compared future by future, which takes the same dataset, horizon, seed "
            "and settings. The detail says in what they differ.",
        ),
        ProblemKind(
            "looks-used-up",
            409,
            "Every planned look is locked",
            "A plan allows so many looks, and as many cut-offs are locked for it. A further one "
            "would raise the chance of a false alarm: plan for more looks in a new specification.",
        ),
        ProblemKind(
            "too-large",
            413,
            "Too large",
            "The body is larger than this service takes; RCC_MAX_UPLOAD_MB sets the limit.",
        ),
        ProblemKind(
            "not-multipart",
            415,
            "Not an upload",
            "Files come as multipart/form-data; all other bodies as application/json.",
        ),
        ProblemKind(
            "upload-incomplete",
            422,
            "The upload lacks something",
            "The form is readable, but a part that is needed is missing or not known.",
        ),
        ProblemKind(
            "specification-at-fault",
            422,
            "The specification cannot be used",
            "Keys of the specification are missing, or their values cannot be used; `errors` "
            "lists every fault. Nothing was estimated.",
        ),
        ProblemKind(
            "panel-at-fault",
            422,
            "The panel cannot be evaluated",
            "Rows of the panel contradict themselves, or it does not have what the specification "
            "names; `errors` lists every fault. Nothing was estimated.",
        ),
        ProblemKind(
            "unknown-cursor",
            422,
            "The cursor is not known",
            "A cursor is taken as it was handed out, for the same list.",
        ),
        ProblemKind(
            "busy",
            503,
            "Come back in a minute",
            "Many runs are waiting for their turn. Nothing of this request was begun.",
        ),
        ProblemKind(
            "not-ready",
            503,
            "Not ready",
            "The service lives but cannot keep results now.",
        ),
        ProblemKind(
            "log-altered",
            500,
            "The log of specifications was altered",
            "The service's evaluations.log is not as it was written, so that no look can be "
            "stamped. Whoever runs the service restores it from a copy, or begins a new one and "
            "says why.",
        ),
        ProblemKind(
            "internal-error",
            500,
            "Something went wrong here",
            "The fault is on this side. The log names the place in the program; "
            "the request can be tried again.",
        ),
    )
}
"""Every problem that can be answered, by its slug."""

_OF_STATUS = {
    400: "malformed-request",
    401: "not-signed-in",
    403: "other-machine",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "not-multipart",
    422: "invalid-request",
    503: "busy",
}

_OF_ERROR: tuple[tuple[type[RccError], str], ...] = (
    (NothingUsableError, "nothing-usable"),
    (UnknownNameError, "unknown-name"),
    (UnreadableInputError, "unreadable-input"),
    (LooksUsedUpError, "looks-used-up"),
    (AlteredLogError, "log-altered"),
    # A table that breaks its own declaration is our fault, not the caller's.
    (TableError, "internal-error"),
)

_PLAIN_NAME = re.compile(r"[a-z][a-z_.]*(_\d+)?|[A-Z][A-Za-z ]*")
"""A name from a vocabulary of ours; an id or a postcode has digits among its letters."""

_OURS = tuple(f"{os.sep}{name}{os.sep}" for name in ("api", "rcc_forecast", "models"))


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error leave the service as problem details."""
    app.add_exception_handler(RccError, _domain_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def problem(
    slug: str,
    *,
    detail: str | None = None,
    faults: Sequence[Fault] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Give an answer that says what is wrong.

    Parameters
    ----------
    slug : str
        One of `KINDS`.
    detail : str, optional
        This occurrence in words; the kind's meaning when absent.
    faults : sequence of Fault
        Where in the request, one by one.
    headers : dict of str to str, optional
        Further headers of the answer.
    """
    kind = KINDS[slug]
    content = Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=detail or kind.meaning,
        errors=list(faults) or None,
    )
    return JSONResponse(
        content.model_dump(exclude_none=True),
        status_code=kind.status,
        media_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


class SafeFailures:
    """Answers what nobody foresaw, and logs the place without the values.

    A traceback's last line may hold a child's reference, so the log names the
    kind of error and the lines of the program alone.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer in its stead where it fails."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def note_begin(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, note_begin)
        # The last door: whatever went wrong, no caller may see a traceback or a value.
        except Exception as error:
            _LOG.error("%s failed: %s", scope["method"], _place_of(error))
            if not begun:
                await problem("internal-error")(scope, receive, send)


def _place_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if any(part in each.filename for part in _OURS)]
    told = [*frames[-1:], *reversed(ours[-5:])]
    lines = " < ".join(f"{Path(each.filename).name}:{each.lineno}" for each in told)
    return f"{type(error).__name__} at {lines}"


def _domain_error(_: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ServiceError):
        headers = {"Retry-After": "60"} if error.slug == "busy" else None
        faults = [Fault(detail=each) for each in getattr(error, "faults", ())]
        return problem(error.slug, detail=str(error), faults=faults, headers=headers)
    slug = next((slug for kind, slug in _OF_ERROR if isinstance(error, kind)), "cannot-be-done")
    if slug == "internal-error":
        _LOG.error("%s", _place_of(error))
    return problem(slug, detail=_without_what_was_sent(error))


def _without_what_was_sent(error: Exception) -> str | None:
    """Say an error of the domain anew where its own sentence quotes the caller."""
    match error:
        case NothingUsableError():
            return f"{error.wanted} cannot be made: {error.reason} The findings list every fault."
        case UnknownNameError():
            return _unknown_name(error)
        case UnreadableInputError():
            return f"What was sent cannot be read. Expected {error.expected}."
        case TableError():
            return None
        case _:
            return str(error)


def _unknown_name(error: UnknownNameError) -> str:
    known = [name for name in error.known if _PLAIN_NAME.fullmatch(name)]
    near = get_close_matches(error.given, known, n=1)
    if near:
        return f"What was given is not a known {error.what}. The nearest is {near[0]}."
    listed = f" Known: {', '.join(known)}." if 0 < len(known) <= 40 else ""
    return f"What was given is not a known {error.what}.{listed}"


def _http_error(_: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    return problem(_OF_STATUS.get(status, "internal-error"), headers=headers)


def _invalid_request(_: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    return problem("invalid-request", faults=[_fault(each) for each in found])


def _fault(error: Any) -> Fault:
    """Point to a fault; `input` and `ctx` are left out, since they quote the caller."""
    place, *path = error["loc"]
    if error["type"] == "json_invalid":
        return Fault(detail="The body is not JSON.", pointer="#")
    if error["type"] == "extra_forbidden":
        # The field's name is the caller's own text.
        return _located(place, path[:-1], "There is a field here that is not known.")
    return _located(place, path, f"{error['msg']}.")


def _located(place: str, path: Sequence[str | int], detail: str) -> Fault:
    if place == "body":
        return Fault(detail=detail, pointer="#" + "".join(f"/{step}" for step in path))
    return Fault(detail=detail, parameter=".".join(str(step) for step in path) or place)
