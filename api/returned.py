"""Returns that were sent, read and kept without what points to a person, and read again."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd

from api.answers import records
from api.errors import NothingInUploadError
from api.pseudonyms import Pseudonyms, pseudonymised
from api.store import ROW, Record, Store
from api.uploads import Upload
from rcc_forecast import __version__, pipeline
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.returns import read_returns_from

_TABLE_OF_RETURNS = "returns-"
_MOST_FAULTS_TOLD = 20


@dataclass(frozen=True, slots=True)
class SentReturns:
    """Returns as they may be kept.

    Attributes
    ----------
    id : str
        Hash of what was in the files, of their names, of the authority that
        the caller stated, and of the program that read them.
    tables : dict of str to DataFrame
        `returns_of` makes the returns of them again.
    facts : dict
        What is said of the returns as a whole.
    """

    id: str
    tables: dict[str, pd.DataFrame]
    facts: dict[str, Any]


def read_returns_sent(upload: Upload, pseudonyms: Pseudonyms) -> SentReturns:
    """Read returns from an upload.

    Parameters
    ----------
    upload : Upload
        Zip, or CSV, XML and XLSX files.
    pseudonyms : Pseudonyms
        Of the store.

    Raises
    ------
    NothingInUploadError
        No table of the return was found.
    UnknownNameError
        The authority that the caller states is not known.
    """
    filed = read_returns_from(upload.files, authority=upload.authority, name=upload.title)
    returns = pseudonymised(filed, pseudonyms)
    findings = pipeline.check(returns)
    if returns.filed.empty:
        raise NothingInUploadError(_faults(findings))
    tables = {
        **{f"{_TABLE_OF_RETURNS}{name}": table for name, table in returns.tables.items()},
        "filed": returns.filed,
        "files": returns.files,
        "findings-of-reading": returns.findings.frame,
        "findings": findings.frame,
    }
    facts = {
        "years": returns.years,
        "authorities": sorted(str(code) for code in returns.filed["local_authority"].unique()),
        "rows_filed": int(returns.filed["rows_filed"].sum()),
        "rows_used": int(returns.filed["rows_used"].sum()),
        "rows_refused": findings.rows_refused,
        "findings": len(findings),
        "summary": records(findings.summary()),
        "data_hash": returns.data_hash,
    }
    return SentReturns(_id_of(filed, upload), tables, facts)


def returns_of(dataset: Record, store: Store) -> FiledReturns:
    """Give the returns of a dataset, as they were kept."""
    frames = {
        name: store.table(dataset.name, name).drop(columns=ROW)
        for name in store.tables(dataset.name)
    }
    return FiledReturns(
        tables={
            name.removeprefix(_TABLE_OF_RETURNS): frame
            for name, frame in frames.items()
            if name.startswith(_TABLE_OF_RETURNS)
        },
        filed=frames["filed"],
        findings=Findings(frames["findings-of-reading"]),
        data_hash=dataset.facts["data_hash"],
        files=frames["files"],
    )


def _id_of(filed: FiledReturns, upload: Upload) -> str:
    # A zip made anew has other bytes for the same files, so what was in it counts. Names count
    # too: a return's year and authority may stand in them alone.
    said = [__version__, upload.authority or "", upload.title]
    parts = [*said, filed.data_hash, *sorted(filed.files["file"])]
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def _faults(findings: Findings) -> list[str]:
    """Tell one finding of each rule, the most serious first."""
    rank = {severity.value: place for place, severity in enumerate(Severity)}
    order = findings.frame["severity"].map(rank).argsort(kind="stable")
    each_rule = findings.frame.iloc[order].drop_duplicates("rule").head(_MOST_FAULTS_TOLD)
    return [
        f"{told['file'] or 'The upload'}: {told['found']} {told['done']}"
        for told in records(each_rule)
    ]
