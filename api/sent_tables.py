"""One table in a file that was sent: checked, put where its reader can open it, and gone again."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

import pandas as pd

from api.errors import UploadError
from api.filenames import safe_names
from api.store import Store
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.returns.containers import workbook_is_too_large

ONE_FILE = "one CSV or XLSX file"

_ENDINGS = (".csv", ".xlsx")
_LONGEST_NAME = 100
# What a damaged workbook raises besides a ValueError.
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
    *(KeyError, IndexError, AttributeError, TypeError, SyntaxError),
)

Read = TypeVar("Read")


def read_table_sent(
    name: str, content: bytes, store: Store, reader: Callable[[Path], Read], *, expected: str
) -> Read:
    """Read a file that was sent.

    Parameters
    ----------
    name : str
        As the caller called it; its ending says what it is.
    content : bytes
        Of the file.
    store : Store
        In whose folder it lies while it is read.
    reader : callable
        Takes its path.
    expected : str
        What should have been sent, in words.

    Raises
    ------
    UploadError
        It is neither CSV nor a whole workbook of a size that can be taken.
    UnreadableInputError
        It is damaged.
    """
    plain_name = PurePosixPath(name.replace("\\", "/")).name
    ending = PurePosixPath(plain_name).suffix.lower()
    if ending not in _ENDINGS:
        raise UploadError(expected=expected)
    if ending == ".xlsx" and (
        not zipfile.is_zipfile(io.BytesIO(content)) or workbook_is_too_large(content)
    ):
        raise UploadError(expected=f"{expected} that is whole and not too large")
    safe_name = safe_names([plain_name])[plain_name]
    with store.scratch() as folder:
        path = folder / (safe_name if len(safe_name) <= _LONGEST_NAME else f"file{ending}")
        path.touch(mode=0o600)
        path.write_bytes(content)
        try:
            return reader(path)
        except _DAMAGED as error:
            raise UnreadableInputError(path=path.name, expected=expected) from error


def as_stored(table: pd.DataFrame) -> pd.DataFrame:
    """Let a column without any value be one of text, so that it can be filtered by."""
    vague = [name for name in table.columns if table[name].dtype == object]
    return table.astype(dict.fromkeys(vague, "str"))
