"""Filed returns without what points to a person, before anything touches the disk.

A child's local identifier becomes a keyed hash: the same child has the same
pseudonym in every return of this store, and in no other store. Other
identifiers are dropped, and postcodes keep their sector, which is what
planning by distance can use (UK GDPR, Article 5(1)(c): no more than needed).
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
import tempfile
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pandas as pd

from api.filenames import safe_names
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.contract import Kind
from rcc_forecast.tables.ssda903 import TABLES

_IDENTIFIERS = {c.name.lower() for t in TABLES for c in t.columns if c.kind is Kind.IDENTIFIER}
_POSTCODES = {c.name.lower() for t in TABLES for c in t.columns if c.kind is Kind.POSTCODE}
_CHILD = "child"
# Birth dates of the children of looked-after children: no figure of ours uses them.
_NOT_NEEDED = {"mc_dob"}


class Pseudonyms:
    """Keyed hashes of references, the same for the same key.

    Parameters
    ----------
    key : bytes
        Secret of the store; without it no pseudonym can be traced back by trying.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, *parts: str) -> str:
        """Give the pseudonym of a reference, 128 bits in hexadecimal."""
        # The length of each part is hashed too, so that parts cannot run into one another.
        message = b"".join(len(part).to_bytes(8, "big") + part.encode() for part in parts)
        return hmac.new(self._key, message, sha256).hexdigest()[:32]

    def of_column(self, column: pd.Series[str], *, purpose: str) -> pd.Series[str]:
        """Give the pseudonyms of a column; a gap stays a gap.

        Parameters
        ----------
        column : Series of str
            References.
        purpose : str
            What they are for: the same reference has another pseudonym for
            another purpose.
        """
        known = {text: self.of(purpose, str(text)) for text in column.dropna().unique()}
        return column.map(known).astype("str")


def read_or_make_key(path: Path) -> bytes:
    """Read the store's key, or make it, for the owner's eyes only."""
    if not path.exists():
        # A temporary file is for its owner alone. It is linked whole, so that another process
        # that starts at the same moment finds one key or the other, never half of one.
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(32))
        with suppress(FileExistsError):
            os.link(unfinished, path)
        Path(unfinished).unlink()
    return path.read_bytes()


def pseudonymised(returns: FiledReturns, pseudonyms: Pseudonyms) -> FiledReturns:
    """Give the returns as they may be kept.

    Parameters
    ----------
    returns : FiledReturns
        As read from an upload.
    pseudonyms : Pseudonyms
        Of the store.

    Returns
    -------
    FiledReturns
        CHILD as a pseudonym, no other identifier, postcodes cut to the sector,
        and names of files without words that could be a person's.
    """
    names = safe_names(_files_of(returns))
    tables = {
        name: _without_persons(table, pseudonyms, names) for name, table in returns.tables.items()
    }
    return replace(
        returns,
        tables=tables,
        findings=_renamed(returns.findings, names),
        files=_with_safe_files(returns.files, names),
    )


def to_sector(postcodes: pd.Series[str]) -> pd.Series[str]:
    """Cut postcodes to the sector: ``M14 5RQ`` to ``M14 5``; shorter ones stay."""
    plain = postcodes.str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
    whole = plain.str.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}").fillna(False)
    # A sector or district has at most five letters and digits; anything longer is no postcode.
    short = plain.where(plain.str.len() <= 5)
    return (plain.str[:-3] + " " + plain.str[-3:-2]).where(whole.astype(bool), short)


def _without_persons(
    table: pd.DataFrame, pseudonyms: Pseudonyms, names: dict[str, str]
) -> pd.DataFrame:
    dropped = [name for name in table.columns if name in (_IDENTIFIERS - {_CHILD}) | _NOT_NEEDED]
    kept = table.drop(columns=dropped)
    changed: dict[str, pd.Series[str]] = {
        name: to_sector(kept[name]) for name in kept.columns if name in _POSTCODES
    }
    if _CHILD in kept:
        changed[_CHILD] = pseudonyms.of_column(kept[_CHILD], purpose=_CHILD)
    return _with_safe_files(kept.assign(**changed), names)


def _with_safe_files(frame: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    if "file" not in frame:
        return frame
    return frame.assign(file=frame["file"].astype("str").map(names).astype("str"))


def _files_of(returns: FiledReturns) -> list[str]:
    frames = [*returns.tables.values(), returns.files, returns.findings.frame]
    named = [frame["file"] for frame in frames if "file" in frame]
    return sorted({str(name) for files in named for name in files.dropna().unique() if name})


def _renamed(findings: Findings, names: dict[str, str]) -> Findings:
    frame = findings.frame
    files = frame["file"].map(lambda name: names.get(name, name))
    texts = {column: _with_names(frame[column], names) for column in ("found", "done")}
    return Findings(frame.assign(file=files, **texts))


def _with_names(texts: pd.Series[str], names: dict[str, str]) -> pd.Series[str]:
    """Put the safe name wherever a sentence quotes a file's own."""
    unsafe = sorted((name for name, safe in names.items() if name != safe), key=len, reverse=True)
    if not unsafe:
        return texts
    quoted = re.compile("|".join(map(re.escape, unsafe)))
    said = {
        text: quoted.sub(lambda found: names[found.group()], text)
        for text in texts.dropna().unique()
    }
    return texts.map(said)
