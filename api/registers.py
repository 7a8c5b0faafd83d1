"""Homes and children that were sent: read by the domain, kept with postcodes cut."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from api.answers import records
from api.errors import UploadError
from api.filenames import safe_names
from api.pseudonyms import to_sector
from api.store import Store
from api.uploads import Upload
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.registers import read_children, read_homes
from rcc_forecast.results.findings import Findings
from rcc_forecast.returns.containers import workbook_is_too_large
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.placement import CHILDREN_TO_PLACE

Reader = Callable[[Path], tuple[pd.DataFrame, Findings]]

_ENDINGS = (".csv", ".xlsx")
_EXPECTED = "one CSV or XLSX file"


def read_homes_sent(upload: Upload, store: Store) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read a register of homes from an upload, as it may be kept."""
    return _read(upload, store, read_homes, HOMES)


def read_children_sent(
    upload: Upload, store: Store
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read a list of children from an upload, as it may be kept.

    The references stay the caller's own: a plan has to be carried back.
    """
    return _read(upload, store, read_children, CHILDREN_TO_PLACE)


def _read(
    upload: Upload, store: Store, reader: Reader, table: Table
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    name, content = _single(upload)
    with store.scratch() as folder:
        path = folder / safe_names([name])[name]
        path.touch(mode=0o600)
        path.write_bytes(content)
        try:
            frame, findings = reader(path)
        # What a damaged workbook raises besides a ValueError.
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
            raise UnreadableInputError(path=path.name, expected=_EXPECTED) from error
    # Distances are measured from coordinates, which are set by now.
    kept = frame[table.names].assign(postcode=to_sector(frame["postcode"].astype("str")))
    facts = {
        "rows_used": len(kept),
        "rows_refused": findings.rows_refused,
        "findings": len(findings),
        "summary": records(findings.summary()),
    }
    return {table.name: kept, "findings": findings.frame}, facts


def _single(upload: Upload) -> tuple[str, bytes]:
    if len(upload.files) != 1:
        raise UploadError(expected=_EXPECTED)
    [(name, content)] = upload.files.items()
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if ending not in _ENDINGS:
        raise UploadError(expected=_EXPECTED)
    if ending == ".xlsx" and (
        not zipfile.is_zipfile(io.BytesIO(content)) or workbook_is_too_large(content)
    ):
        raise UploadError(expected=f"{_EXPECTED} that is whole and not too large")
    return PurePosixPath(name.replace("\\", "/")).name, content
