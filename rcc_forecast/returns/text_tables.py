"""CSV files as filed: encodings, separators, rows cut short and rows too long.

A regular file goes through a fast reader. One irregular row sends the whole
file through a careful one, which knows on which line each row starts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.own_files import is_own_file, own_file
from rcc_forecast.returns.raw import FileRead, RawTable, texts_of
from rcc_forecast.returns.recognise import (
    TABLE_OF_NAME,
    Headings,
    heading_findings,
    not_recognised,
    recognise,
)
from rcc_forecast.tables.contract import Kind

_SEPARATORS = (",", ";", "\t", "|")
_LINES_SEARCHED_FOR_HEADING = 10
_DATE_LIKE = re.compile(r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{2,4}([ T][\d:.]+)?|\d{5}(\.0)?")
_IRREGULAR = {
    "row-short": (
        Severity.REPAIRED,
        "The row has fewer fields than the heading; those it has fit their columns.",
        "The fields after them are taken as blank.",
    ),
    "row-too-short": (
        Severity.REFUSED,
        "The row has fewer fields than the heading, and they do not fit its columns.",
        "The row is not used.",
    ),
    "row-too-long": (
        Severity.REFUSED,
        "The row has more fields than the heading: which field is which cannot be told.",
        "The row is not used. A separator inside a field must stand in quotes.",
    ),
    "row-cut-off": (
        Severity.REFUSED,
        "The file ends inside this row.",
        "The row is not used. Export the file again.",
    ),
}


@dataclass(frozen=True, slots=True)
class _Layout:
    headings: Headings
    separator: str
    line: int  # of the heading, counted from 1


def read_text_file(file: str, data: bytes) -> FileRead:
    """Read one CSV file.

    Parameters
    ----------
    file : str
        Name for findings.
    data : bytes
        Its content.

    Returns
    -------
    FileRead
        One table, or none and the finding that says why.
    """
    text, encoding, findings = _decoded(file, data)
    layout = _find_layout(text)
    if layout is None:
        about = own_file(file) if is_own_file(file, text) else not_recognised(file)
        return FileRead([], findings + about, encoding)
    findings += heading_findings(file, layout.headings)
    raw = _read_fast(file, text, layout)
    if raw is None:
        raw, faults = _read_carefully(file, text, layout)
        findings += faults
    raw = without_blank_rows(raw)
    return FileRead([raw], findings, encoding)


def without_blank_rows(raw: RawTable) -> RawTable:
    """Leave out lines that hold separators alone: they are no rows of data."""
    blank = np.ones(len(raw), dtype=bool)
    for text in raw.texts.values():
        if not text.null_count:
            return raw
        blank &= np.asarray(text.is_null())
        if not blank.any():
            return raw
    kept = pa.array(~blank)
    texts = {name: text.filter(kept) for name, text in raw.texts.items()}
    return replace(raw, texts=texts, row=raw.row[~blank])


def _decoded(file: str, data: bytes) -> tuple[str, str, Findings]:
    text, encoding = _as_text(data)
    parts = []
    if encoding != "utf-8":
        parts.append(
            Findings.one(
                "encoding",
                Severity.NOTED,
                file=file,
                found=f"The file is not UTF-8; it reads as {encoding}.",
                done=f"Read as {encoding}.",
            )
        )
    if "\x00" in text or "\ufffd" in text:
        parts.append(
            Findings.one(
                "bytes-unreadable",
                Severity.NOTED,
                file=file,
                found=f"{text.count(chr(0)) + text.count(chr(0xFFFD))} bytes are no text.",
                done="They are left out; the rows around them are read and checked.",
            )
        )
        text = text.replace("\x00", "").replace("\ufffd", "")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text, encoding, Findings.joined(parts)


def _as_text(data: bytes) -> tuple[str, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return data.removeprefix(b"\xef\xbb\xbf").decode("cp1252", errors="replace"), "windows-1252"


def _find_layout(text: str) -> _Layout | None:
    head = text[:200_000].split("\n", _LINES_SEARCHED_FOR_HEADING)
    for line, content in enumerate(head[:_LINES_SEARCHED_FOR_HEADING], start=1):
        for separator in sorted(_SEPARATORS, key=content.count, reverse=True):
            headings = recognise(_split(content, separator))
            if headings is not None:
                return _Layout(headings, separator, line)
    return None


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return line.split(separator)


def _read_fast(file: str, text: str, layout: _Layout) -> RawTable | None:
    names = [name or f"surplus {at}" for at, name in enumerate(layout.headings.names)]
    start = _start_of_line(text, layout.line + 1)
    body = text[start:].rstrip("\n")
    used = [name for name in layout.headings.names if name]
    if not body:
        nothing = texts_of({name: [] for name in used})
        return RawTable(layout.headings.table, file, nothing, np.zeros(0, dtype=np.int64))
    content = body.encode()
    try:
        table = pa_csv.read_csv(
            pa.py_buffer(content),
            read_options=pa_csv.ReadOptions(
                column_names=names, block_size=min(max(len(content), 1 << 16), 1 << 24)
            ),
            parse_options=pa_csv.ParseOptions(delimiter=layout.separator),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()),
                include_columns=used,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        return None
    # A blank line or a line break inside quotes would move the line numbers.
    if table.num_rows != body.count("\n") + 1:
        return None
    row = np.arange(table.num_rows, dtype=np.int64) + layout.line + 1
    texts = {
        name: column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        for name, column in zip(used, table.itercolumns(), strict=True)
    }
    return RawTable(layout.headings.table, file, texts, row)


def _start_of_line(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
        if at == 0:
            return len(text)
    return at


def _read_carefully(file: str, text: str, layout: _Layout) -> tuple[RawTable, Findings]:
    names = layout.headings.names
    lines = text.rstrip("\n").split("\n")
    last = len(lines) if not text.endswith("\n") else 0
    kept: list[list[str]] = []
    kept_at: list[int] = []
    irregular: dict[str, list[int]] = {rule: [] for rule in _IRREGULAR}
    for start, record in _records(lines, layout):
        if not any(field.strip() for field in record):
            continue
        while len(record) > len(names) and not record[-1].strip():
            record.pop()
        rule = _irregularity(record, layout.headings, is_last=start == last)
        if rule:
            irregular[rule].append(start)
        if rule in ("", "row-short"):
            kept.append(record + [""] * (len(names) - len(record)))
            kept_at.append(start)
    columns = list(zip(*kept, strict=True)) if kept else [() for _ in names]
    texts = texts_of({name: column for name, column in zip(names, columns, strict=True) if name})
    refused = sum(len(at) for rule, at in irregular.items() if rule != "row-short")
    raw = RawTable(layout.headings.table, file, texts, np.asarray(kept_at, dtype=np.int64), refused)
    return raw, Findings.joined(_irregular_told(raw, rule, at) for rule, at in irregular.items())


def _irregularity(record: list[str], headings: Headings, *, is_last: bool) -> str:
    """Name the rule that a row of the wrong length falls under; "" where its length is right."""
    if len(record) == len(headings.names):
        return ""
    if len(record) > len(headings.names):
        return "row-too-long"
    if is_last:
        return "row-cut-off"
    return "row-short" if _fits(record, headings) else "row-too-short"


def _records(lines: list[str], layout: _Layout) -> Iterator[tuple[int, list[str]]]:
    body = lines[layout.line :]
    reader = csv.reader((line + "\n" for line in body), delimiter=layout.separator)
    done = 0
    while done < len(body):
        try:
            record = next(reader)
        except (csv.Error, StopIteration):
            break
        end = reader.line_num
        # A stray quote swallows lines up to the next one: then each line is its own row.
        if end - done > 1 and len(record) != len(layout.headings.names):
            for at in range(done, end):
                yield layout.line + at + 1, _unquoted(body[at], layout.separator)
        else:
            yield layout.line + done + 1, record
        done = end
    for at in range(done, len(body)):
        yield layout.line + at + 1, _unquoted(body[at], layout.separator)


def _unquoted(line: str, separator: str) -> list[str]:
    return [field.strip('"') for field in line.split(separator)]


def _fits(record: list[str], headings: Headings) -> bool:
    table = TABLE_OF_NAME[headings.table]
    declared = {column.name: column for column in table.columns}
    for name, value in zip(headings.names, record, strict=False):
        text = value.strip()
        if not name or not text or name not in declared:
            continue
        column = declared[name]
        if column.kind is Kind.DATE and not _DATE_LIKE.fullmatch(text):
            return False
        if column.codes and text.upper().removesuffix(".0") not in column.codes.labels:
            return False
    return True


def _irregular_told(raw: RawTable, rule: str, lines: list[int]) -> Findings:
    if not lines:
        return Findings.none()
    severity, found, done = _IRREGULAR[rule]
    where = pd.DataFrame({"file": raw.file, "row": lines})
    return Findings.of_rows(rule, severity, where, found=found, done=done, table=raw.table)
