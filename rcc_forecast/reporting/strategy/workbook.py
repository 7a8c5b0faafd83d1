"""The accessible workbook: cover, contents, notes, a sheet a table, and no formula anywhere."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable
from typing import Any

import gptables as gpt
import pandas as pd

from rcc_forecast.reporting.strategy.definitions import (
    DEFINITIONS,
    LIMITS,
    NOTES,
    SHORTHAND,
    SHORTHAND_MEANS,
    SOURCES,
)
from rcc_forecast.reporting.strategy.evidence import Evidence
from rcc_forecast.reporting.strategy.sheets import SHEETS, Column, Form, Sheet
from rcc_forecast.reporting.words import day_name
from rcc_forecast.tables.inert import inert
from rcc_forecast.tables.published import SYMBOLS

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Text stays text: xlsxwriter would otherwise make formulas and links of it."""

_WIDTHS = {"wide": 60, "text": 26, "figure": 16}
_LINK = re.compile(r"\]\(")
_LONGEST_CELL = 32_000
"""Excel holds 32,767 characters in a cell."""


def render_workbook(evidence: Evidence, *, findings: Iterable[str]) -> bytes:
    """Make the workbook.

    Parameters
    ----------
    evidence : Evidence
        Tables that are absent give no sheet; the cover says which.
    findings : iterable of str
        Sentences for the cover.

    Returns
    -------
    bytes
        Of an .xlsx file; the same for the same evidence.

    Notes
    -----
    gptables (Government Analysis Function) lays sheets out for readers who do
    not see them: one table a sheet, from the first column, without gaps. It
    takes text of the form [words](address) for a link and $$key$$ for a note, and
    refuses cells without a letter or digit, so text is made plain first.
    """
    made = {sheet.label: (sheet, sheet.rows(evidence)) for sheet in SHEETS}
    present = {label: (sheet, rows) for label, (sheet, rows) in made.items() if rows is not None}
    absent = [sheet.title for sheet, rows in made.values() if rows is None]
    tables = {
        label: _table_of(sheet, rows, evidence)
        for label, (sheet, rows) in present.items()
        if rows is not None
    }
    tables |= _texts(evidence)
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # Of pandas options that gptables still sets, and of notes that no sheet refers to.
        warnings.simplefilter("ignore")
        book = gpt.produce_workbook(
            filename=buffer,
            sheets=tables,
            cover=_cover(evidence, findings, absent),
            notes_table=_notes(sheet for sheet, _ in present.values()),
            contentsheet_options={"instructions": "One table. Each name is a link to its sheet."},
            auto_width=False,
            workbook_options=dict(_OPTIONS),
        )
    _set_widths(book, {label: sheet for label, (sheet, _) in present.items()})
    book.set_properties(
        {
            "title": plain(f"Sufficiency strategy: {evidence.area.name}"),
            "subject": "Homes for children looked after: what there is, what will be needed",
            # The day of the data, not of the making, so that the same run gives the same bytes.
            "created": evidence.as_of.to_pydatetime(),
        }
    )
    book.close()
    return buffer.getvalue()


def plain(words: Any) -> str:
    """Make text that neither a spreadsheet runs nor gptables reads as a link or a note."""
    return _made_plain(pd.Series([words], dtype="object"))[words]


def _made_plain(column: pd.Series[Any]) -> dict[Any, str]:
    """Give every value of a column as plain text; columns repeat few values many times."""
    values = list(dict.fromkeys(column))
    told = [_LINK.sub("] (", str(words)).replace("$$", "$ $")[:_LONGEST_CELL] for words in values]
    safe = inert(pd.DataFrame({"text": pd.Series(told, dtype="str")}))["text"]
    return dict(zip(values, safe, strict=True))


def _table_of(sheet: Sheet, rows: pd.DataFrame, evidence: Evidence) -> gpt.GPTable:
    columns = [column for column in sheet.columns if column.name in rows]
    cells = pd.DataFrame(
        {column.heading: _cells(rows[column.name], column) for column in columns}, dtype="object"
    )
    notes = {
        place: f"$${column.note}$$" for place, column in enumerate(columns) if column.note in NOTES
    }
    shorthand = _shorthand_in(cells)
    return gpt.GPTable(
        table=cells,
        table_name=sheet.label.lower().replace(" ", "_"),
        title=f"{sheet.title}: {plain(evidence.area.name)}",
        subtitles=[sheet.about] if sheet.about else [],
        instructions=(
            "This sheet holds one table. Notes stand on the sheet Notes, words on the sheet "
            "Definitions."
        ),
        legend=[shorthand] if shorthand else [],
        source=f"Made from the table {sheet.table}; data to {day_name(evidence.as_of)}.",
        table_notes=notes,
        index_columns={2: 0},
        additional_formatting=[
            {
                "column": {
                    "columns": [place],
                    "format": {"num_format": column.form.value, "align": "right"},
                    "include_names": False,
                }
            }
            for place, column in enumerate(columns)
            if column.form is not Form.TEXT
        ],
    )


def _cells(column: pd.Series[Any], told: Column) -> pd.Series[Any]:
    """Give numbers as numbers, symbols as shorthand, text made plain; nothing is left blank."""
    raw = column.astype("object")
    gap = SHORTHAND[told.gap]
    symbols = raw.map(lambda cell: SHORTHAND.get(cell) if isinstance(cell, str) else None)
    if told.form is Form.TEXT:
        empty = raw.isna() | raw.astype("str").str.strip().isin(["", "nan"])
        words = raw.map(_made_plain(raw[~empty])).where(~empty, gap)
        return words.where(symbols.isna(), symbols)
    figures = pd.to_numeric(column.where(~column.isin(list(SYMBOLS.labels)), None), errors="coerce")
    figures = figures.astype("object").where(figures.notna(), gap)
    return figures.where(symbols.isna(), symbols)


def _shorthand_in(cells: pd.DataFrame) -> str:
    """Explain the symbols that this sheet has, and no others."""
    there = {cell for name in cells for cell in cells[name].unique() if isinstance(cell, str)}
    told = [f"{sign}: {words}" for sign, words in SHORTHAND_MEANS.items() if sign in there]
    return f"Shorthand: {'; '.join(told)}." if told else ""


def _texts(evidence: Evidence) -> dict[str, gpt.GPTable]:
    """Give the sheets of words: definitions, limits, sources."""
    given = [(f"Assumption: {name}", words) for name, words in evidence.sources.items()]
    sources = [(f"Source {place}", words) for place, words in enumerate(SOURCES, start=1)]
    run = [
        (name, str(evidence.meta[key]))
        for key, name in (
            ("run_id", "Run"),
            ("data_hash", "Data (SHA-256)"),
            ("version", "Program version"),
            ("seed", "Seed"),
        )
        if evidence.meta.get(key) is not None
    ]
    limits = [(f"Limit {place}", words) for place, words in enumerate(LIMITS, start=1)]
    notes = [
        (f"Note {place}", str(n)) for place, n in enumerate(evidence.meta.get("notes") or (), 1)
    ]
    return {
        "Definitions": _words("Definitions", "Word", "Meaning", DEFINITIONS),
        "Limits": _words("Limits of the evidence", "Limit", "In words", [*limits, *notes]),
        "Sources": _words(
            "Sources, licences and provenance", "What", "In words", [*sources, *given, *run]
        ),
    }


def _words(title: str, first: str, second: str, rows: Iterable[tuple[str, str]]) -> gpt.GPTable:
    table = pd.DataFrame(
        [(plain(name), plain(words)) for name, words in rows], columns=[first, second]
    )
    return gpt.GPTable(
        table=table.astype("object"),
        table_name=title.split()[0].strip(",").lower(),
        title=title,
        instructions="This sheet holds one table.",
        index_columns={2: 0},
    )


def _cover(evidence: Evidence, findings: Iterable[str], absent: list[str]) -> gpt.Cover:
    about = [
        f"Data used to {day_name(evidence.as_of)}. The same data, program and seed give the same "
        f"workbook.",
        "Every forecast figure stands beside its range. "
        + (
            "Figures are rounded, so that totals may differ from the sum of their parts."
            if evidence.is_public
            else "Totals add up in means; ends of ranges do not add up."
        ),
        "Rows about age bands, kinds and areas that are sums say All or name the whole.",
        *(f"Left out, because its table was not made: {title}." for title in absent),
    ]
    status = (
        "Public edition: small numbers, and figures from which they could be worked out, are "
        "withheld."
        if evidence.is_public
        else "Working material for signed-in staff: counts are not rounded and small numbers are "
        "not withheld. Do not publish it."
    )
    return gpt.Cover(
        title=plain(f"Evidence for a sufficiency strategy: {evidence.area.name}"),
        intro=[
            status,
            "It is advice to people, never a decision.",
            *(plain(sentence) for sentence in findings),
        ],
        about=[plain(line) for line in about],
        contact=["Ask the analyst of the Regional Care Cooperative who made it."],
        width=110,
    )


def _notes(sheets: Iterable[Sheet]) -> pd.DataFrame:
    used = {column.note for sheet in sheets for column in sheet.columns}
    return pd.DataFrame(
        [(key, words) for key, words in NOTES.items() if key in used] or [("", "No notes.")],
        columns=["Note reference", "Note text"],
    )


def _set_widths(book: Any, sheets: dict[str, Sheet]) -> None:
    for worksheet in book.worksheets():
        sheet = sheets.get(worksheet.get_name())
        if sheet is None:
            if worksheet.get_name() != "Cover":
                worksheet.set_column(0, 0, 30)
                worksheet.set_column(1, 1, 110)
            continue
        for place, column in enumerate(sheet.columns):
            kind = "wide" if column.wide else "text" if column.form is Form.TEXT else "figure"
            worksheet.set_column(place, place, _WIDTHS[kind])
