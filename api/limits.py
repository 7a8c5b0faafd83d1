"""How large a body may be, counted as it comes in: its stated length is not believed."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem

MOST_OF_A_QUESTION = 1_000_000
"""Bytes of a JSON body; a scenario with a thousand homes stays below."""


class BodyLimit:
    """Stops reading a body that is too large.

    Parameters
    ----------
    app : ASGI application
        What reads the body.
    most_of_an_upload : int
        Bytes of a form with files.
    """

    def __init__(self, app: ASGIApp, most_of_an_upload: int) -> None:
        self.app = app
        self._most_of_an_upload = most_of_an_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with a body that is counted while it is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        is_upload = headers.get("content-type", "").lower().startswith("multipart/")
        most = self._most_of_an_upload if is_upload else MOST_OF_A_QUESTION
        stated = headers.get("content-length", "")
        if stated.isdigit() and int(stated) > most:
            await problem("too-large")(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(status_code=413)
            return message

        await self.app(scope, counted, send)
