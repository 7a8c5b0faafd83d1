"""Who is answered: holders of the key, or, without a key, this machine alone.

Without a key, a loopback address is not enough. A page on the internet can
have its name resolve to 127.0.0.1 and let the visitor's own browser ask; and
a proxy on this machine passes strangers on. Both still name the host they were
asked for, so that name must be this machine's too.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem

OPEN_PATHS = frozenset({"/health/live", "/health/ready", "/openapi.json", "/docs"})
"""What anybody may see: no data of anyone's."""

_OPEN_FOLDER = "/problems/"
_SIGNS_OF_A_PROXY = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Access:
    """Refuses callers before a byte of their body is read.

    Parameters
    ----------
    app : ASGI application
        What answers those who may ask.
    api_key : str or None
        The key; None answers this machine alone.
    """

    def __init__(self, app: ASGIApp, api_key: str | None) -> None:
        self.app = app
        self._api_key = api_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse with a problem."""
        if scope["type"] == "lifespan" or _is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        caller = HTTPConnection(scope)
        if self._api_key is not None:
            if not _shows_key(caller, self._api_key):
                refusal = problem("not-signed-in", headers={"WWW-Authenticate": "Bearer"})
                await refusal(scope, receive, send)
                return
        elif not _is_this_machine(caller):
            await problem("other-machine")(scope, receive, send)
            return
        await self.app(scope, receive, send)


def is_loopback(host: str | None) -> bool:
    """Say whether an address or name is of this machine itself."""
    if not host:
        return False
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _is_open(path: str) -> bool:
    return path in OPEN_PATHS or path.startswith(_OPEN_FOLDER)


def _shows_key(caller: HTTPConnection, api_key: str) -> bool:
    scheme, _, shown = caller.headers.get("authorization", "").partition(" ")
    # Compared in constant time: how long a refusal takes says nothing about the key.
    matches = hmac.compare_digest(shown.strip().encode(), api_key.encode())
    return scheme.lower() == "bearer" and matches


def _is_this_machine(caller: HTTPConnection) -> bool:
    if caller.client is None or not is_loopback(caller.client.host):
        return False
    if any(name in caller.headers for name in _SIGNS_OF_A_PROXY):
        return False
    host = caller.headers.get("host", "")
    if not is_loopback(_hostname(f"//{host}")):
        return False
    origin = caller.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
