"""Pages by key: a page goes on after the last row of the one before, at any depth as fast."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated

from fastapi import Query

from api.errors import CursorError

MOST_ROWS = 1_000
"""Rows of one page at most; a whole table comes as CSV."""

Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows of the page, at most")]
Cursor = Annotated[
    str | None,
    Query(max_length=200, description="`next_cursor` of the page before; the first page without"),
]


def cursor_after(key: str | int) -> str:
    """Give the cursor of the page that begins after a key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def row_of_cursor(cursor: str | None) -> int:
    """Read the number of the last row seen; 0 before the first.

    Raises
    ------
    CursorError
        It was not made by `cursor_after` from a number.
    """
    key = 0 if cursor is None else _key(cursor)
    if not isinstance(key, int) or isinstance(key, bool) or key < 0:
        raise CursorError
    return key


def text_of_cursor(cursor: str | None) -> str | None:
    """Read the name of the last entry seen; None before the first.

    Raises
    ------
    CursorError
        It was not made by `cursor_after` from a text.
    """
    key = None if cursor is None else _key(cursor)
    if key is not None and not isinstance(key, str):
        raise CursorError
    return key


def _key(cursor: str) -> object:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise CursorError from error
