"""Homes and children that were sent: read by the domain, kept with postcodes cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from api.answers import records
from api.errors import UploadError
from api.pseudonyms import to_sector
from api.sent_tables import ONE_FILE, read_table_sent
from api.store import Store
from api.uploads import Upload
from rcc_forecast.registers import read_children, read_homes
from rcc_forecast.results.findings import Findings
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.placement import CHILDREN_TO_PLACE

Reader = Callable[[Path], tuple[pd.DataFrame, Findings]]


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
    if len(upload.files) != 1:
        raise UploadError(expected=ONE_FILE)
    [(name, content)] = upload.files.items()
    frame, findings = read_table_sent(name, content, store, reader, expected=ONE_FILE)
    # Distances are measured from coordinates, which are set by now.
    kept = frame[table.names].assign(postcode=to_sector(frame["postcode"].astype("str")))
    facts = {
        "rows_used": len(kept),
        "rows_refused": findings.rows_refused,
        "findings": len(findings),
        "summary": records(findings.summary()),
    }
    return {table.name: kept, "findings": findings.frame}, facts
