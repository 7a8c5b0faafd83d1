"""Filed SSDA903 returns in, typed rows and findings out.

Files are read as they come; tables are recognised by their columns; each row
gets its authority and return year; columns are typed; rules say what is wrong.
Nothing in the data raises: what cannot be used is refused, told and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.returns.birth_dates import settle_birth_dates
from rcc_forecast.returns.columns import birth_dates_cut, typed
from rcc_forecast.returns.completeness import absent_columns, absent_tables_and_years
from rcc_forecast.returns.containers import read_files, unpacked, workbook_is_too_large
from rcc_forecast.returns.labels import Labels, asked_authority, label_rows
from rcc_forecast.returns.ledger import rows_by_file, rows_by_return, rows_filed
from rcc_forecast.returns.own_files import own_files_told_together
from rcc_forecast.returns.raw import FileRead, RawTable
from rcc_forecast.returns.recognise import TABLE_OF_NAME
from rcc_forecast.returns.rules import When, apply_rules
from rcc_forecast.returns.slipped_years import refuse_slipped_years
from rcc_forecast.returns.text_tables import read_text_file
from rcc_forecast.returns.under_check import (
    ReturnsUnderCheck,
    authorities_from_other_tables,
    number_children,
)
from rcc_forecast.returns.workbooks import read_workbook
from rcc_forecast.returns.xml_returns import read_xml_file
from rcc_forecast.tables.ssda903 import TABLES

_WORKING_COLUMNS = ["who", "filing", "made"]


def read_returns(
    path: Path, *, authority: str | None = None, first_years: bool = False
) -> FiledReturns:
    """Read returns from a folder, a zip or a single file.

    Parameters
    ----------
    path : Path
        Folder, zip, CSV, XML or XLSX. Layouts: one folder a return year,
        folders of authorities with years inside, the year in the file name,
        a regional file with LA and YEAR, or one return without a year.
    authority : str, optional
        ONS code, DfE number or name, for files that do not say whose they are.
    first_years : bool
        Whether a single year in a name is the one in which the return begins:
        ``2020`` for 2020-21. By default it is the one in which it ends.

    Returns
    -------
    FiledReturns
        Every usable row and everything that was found.

    Raises
    ------
    UnreadableInputError
        There is nothing at `path` that returns could be read from.
    UnknownNameError
        `authority` is neither known nor of the form of a code.
    """
    path = Path(path)
    asked = asked_authority(authority)
    # Nothing here holds on to the bytes of the files once their rows are read.
    filed = _read_every_file(read_files(path))
    return _understood(filed, authority=asked, first_years=first_years, name=path.stem)


def read_returns_from(
    files: Mapping[str, bytes],
    *,
    authority: str | None = None,
    first_years: bool = False,
    name: str = "",
) -> FiledReturns:
    """Read returns from files that are in memory, as an upload is.

    Parameters
    ----------
    files : mapping of str to bytes
        Content by path within the upload, parts separated by ``/``.
    authority, first_years
        As in `read_returns`.
    name : str
        Name of the folder or zip itself, which may name the authority.

    Returns
    -------
    FiledReturns
        Every usable row and everything that was found.

    Raises
    ------
    UnknownNameError
        `authority` is neither known nor of the form of a code.
    """
    asked = asked_authority(authority)
    return _understood(_read_every_file(files), authority=asked, first_years=first_years, name=name)


@dataclass(frozen=True, slots=True)
class _AsFiled:
    """Every table as it stands in the files, what was wrong with the files, and their hash."""

    tables: list[RawTable]
    findings: Findings
    data_hash: str


def _read_every_file(files: Mapping[str, bytes]) -> _AsFiled:
    contents, findings = unpacked(files)
    reads = {file: _read_file(file, data) for file, data in contents.items()}
    tables = [raw for read in reads.values() for raw in read.tables]
    findings = own_files_told_together(
        Findings.joined([findings, *(read.findings for read in reads.values())])
    )
    return _AsFiled(tables, findings + _encodings_told(reads), _hash_of(contents, tables))


def _understood(
    as_filed: _AsFiled, *, authority: str | None, first_years: bool, name: str
) -> FiledReturns:
    tables = as_filed.tables
    labels, faults = label_rows(tables, authority=authority, root=name, first_years=first_years)
    findings = as_filed.findings + faults + absent_columns(tables, labels)
    returns = _typed_tables(tables, labels)
    _fill_authorities(returns)
    refuse_slipped_years(returns)
    counted = rows_filed(returns.frames, tables, labels)
    _check(returns)
    filed = rows_by_return(counted, returns.frames)
    findings += Findings.joined(returns.findings) + absent_tables_and_years(filed)
    return FiledReturns(
        tables={name: _handed_on(frame) for name, frame in returns.frames.items()},
        filed=filed,
        findings=findings,
        data_hash=as_filed.data_hash,
        files=rows_by_file(tables, returns.frames),
    )


def _read_file(file: str, data: bytes) -> FileRead:
    if data.startswith(b"PK\x03\x04"):
        too_large = workbook_is_too_large(data)
        if too_large:
            return FileRead(
                [],
                Findings.one(
                    "workbook-refused",
                    Severity.REFUSED,
                    file=file,
                    found=too_large,
                    done="It is not read.",
                ),
            )
        return read_workbook(file, data)
    if PurePosixPath(file).suffix.lower() == ".xml" or _begins_as_xml(data):
        return read_xml_file(file, data)
    if PurePosixPath(file).suffix.lower() in (".xlsx", ".xlsm"):
        return read_workbook(file, data)
    return read_text_file(file, data)


def _begins_as_xml(data: bytes) -> bool:
    start = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<?xml", b"<!DOCTYPE", b"<Message", b"<CHILD"))


def _encodings_told(reads: Mapping[str, FileRead]) -> Findings:
    """Say how many files are UTF-8; each that is not has its own finding."""
    n_files = sum(read.encoding == "utf-8" and bool(read.tables) for read in reads.values())
    if not n_files:
        return Findings.none()
    return Findings.one(
        "encoding",
        Severity.NOTED,
        found=f"{n_files} text files are UTF-8.",
        done="Read as UTF-8.",
    )


def _typed_tables(tables: list[RawTable], labels: Sequence[Labels]) -> ReturnsUnderCheck:
    """Type every table; each lets go of its texts then, or they would stand in memory twice."""
    returns = ReturnsUnderCheck({})
    for table in TABLES:
        mine = [at for at, raw in enumerate(tables) if raw.table == table.name]
        if not mine:
            returns.frames[table.name] = _without_rows(table.name).copy(deep=False)
            continue
        read = typed(table, [tables[at] for at in mine], [labels[at] for at in mine])
        for at in mine:
            tables[at] = tables[at].without_texts()
        returns.frames[table.name] = read.frame
        returns.findings += read.findings
    returns.findings.append(_statutory_dates_told(returns, tables))
    return returns


@cache
def _without_rows(name: str) -> pd.DataFrame:
    return typed(TABLE_OF_NAME[name], [], []).frame


def _statutory_dates_told(returns: ReturnsUnderCheck, tables: Sequence[RawTable]) -> Findings:
    """Say how many files have dates as the guidance wants; each other one has its finding."""
    others = Findings.joined(returns.findings).of("date-form")
    n_files = len({raw.file for raw in tables} - set(others["file"]))
    if not n_files:
        return Findings.none()
    return Findings.one(
        "date-form",
        Severity.NOTED,
        found=f"{n_files} files have dates as dd/mm/yyyy, or none.",
        done="Read as dd/mm/yyyy.",
    )


def _check(returns: ReturnsUnderCheck) -> None:
    apply_rules(returns, When.BEFORE_NUMBERING)
    number_children(returns)
    apply_rules(returns, When.BEFORE_BIRTH_DATES)
    returns.findings.append(_cut_birth_dates(returns))
    settle_birth_dates(returns)
    apply_rules(returns, When.AFTER_BIRTH_DATES)


def _fill_authorities(returns: ReturnsUnderCheck) -> None:
    for table, rows in authorities_from_other_tables(returns.frames).items():
        frame = returns.frames[table]
        names, counts = np.unique(
            frame.loc[rows, "file"].astype("str").to_numpy(), return_counts=True
        )
        returns.findings += [
            Findings.one(
                "authority-from-header",
                Severity.REPAIRED,
                table=table,
                file=str(name),
                column="LA",
                found="The file does not say whose children these are.",
                done="The authority is that of the child's header or episodes of the same year.",
                rows=int(count),
            )
            for name, count in zip(names, counts, strict=True)
        ]


def _cut_birth_dates(returns: ReturnsUnderCheck) -> Findings:
    header = next(table for table in TABLES if table.name == "header")
    return birth_dates_cut(header, returns.frames["header"])


def _handed_on(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns=[name for name in _WORKING_COLUMNS if name in frame]).astype(
        {"file": "str"}
    )


def _hash_of(contents: Mapping[str, bytes], tables: Sequence[RawTable]) -> str:
    digest = hashlib.sha256()
    for path in sorted({raw.path for raw in tables}):
        data = contents[path]
        # The length keeps two files apart from one that holds both.
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
