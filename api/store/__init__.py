"""Uploads and results, kept in a folder under the hash of what they came from."""

from __future__ import annotations

from api.store.folder import ROW, Filters, Store
from api.store.records import Record, RecordKind, RecordName

__all__ = ["ROW", "Filters", "Record", "RecordKind", "RecordName", "Store"]
