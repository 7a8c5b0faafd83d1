"""XML returns: one CHILD element a child, with its header, episodes and the rest inside.

Tags are those of the CSV headings save CHILDID and PL. An element belongs to
the table whose own columns stand directly in it, so that the nesting of a
year's schema does not matter; what stands further out (CHILDID, SEX, DOB) is
inherited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.raw import FileRead, RawTable, texts_of
from rcc_forecast.returns.recognise import (
    AUTHORITY_COLUMN,
    MARKERS,
    TABLE_OF_NAME,
    YEAR_COLUMN,
    normalised,
    not_recognised,
)

_MOST_NESTED = 12


@dataclass(slots=True)
class _Element:
    tag: str
    line: int
    text: list[str] = field(default_factory=list)
    leaves: dict[str, str] = field(default_factory=dict)
    inside: list[_Element] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    line: int
    fields: dict[str, str]


class _ChildCollector:
    """Keeps every CHILD element as soon as it is closed, so that a cut file gives the rest."""

    def __init__(self) -> None:
        self.open: list[_Element] = []
        self.children: list[_Element] = []
        self.around: dict[str, str] = {}
        self.line_now: Callable[[], int] = lambda: 0

    def start(self, tag: str, attrs: dict[str, str]) -> None:  # noqa: ARG002
        if len(self.open) >= _MOST_NESTED:
            raise ParseError("nested too deeply")
        name = normalised(tag.rsplit("}", 1)[-1])
        self.open.append(_Element(name, self.line_now()))

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002
        element = self.open.pop()
        is_leaf = not element.inside and not element.leaves
        # CHILD is the element of a child and, in no schema, a field with children inside.
        if element.tag == "CHILD" and not is_leaf and not self._inside_child():
            self.children.append(element)
        elif self.open and is_leaf:
            self.open[-1].leaves.setdefault(element.tag, "".join(element.text).strip())
        elif self.open and self._inside_child():
            self.open[-1].inside.append(element)
        if not self._inside_child() and is_leaf and element.tag in (AUTHORITY_COLUMN, YEAR_COLUMN):
            self.around.setdefault(element.tag, "".join(element.text).strip())

    def _inside_child(self) -> bool:
        return any(element.tag == "CHILD" for element in self.open)

    def comment(self, data: str) -> None:
        """Pass over a comment."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Pass over an instruction."""

    def close(self) -> None:
        """End of the file; what was collected stays."""


def read_xml_file(file: str, data: bytes) -> FileRead:
    """Read one XML return.

    Parameters
    ----------
    file : str
        Name for findings.
    data : bytes
        Its content. A document type or an entity is refused.

    Returns
    -------
    FileRead
        One table for each that the file has rows of.
    """
    collector = _ChildCollector()
    findings = Findings.none()
    try:
        parser = DefusedXMLParser(target=collector, forbid_dtd=True, forbid_entities=True)
        collector.line_now = lambda: int(parser.parser.CurrentLineNumber)
        parser.feed(data)
        parser.close()
    except DefusedXmlException:
        return FileRead(
            [],
            Findings.one(
                "xml-refused",
                Severity.REFUSED,
                file=file,
                found="The file declares a document type or entities, which no return needs.",
                done="The file is not read. Export it again without them.",
            ),
        )
    # LookupError and ValueError: an encoding is named that does not exist or does not fit.
    except (ParseError, LookupError, ValueError):
        findings = Findings.one(
            "xml-damaged",
            Severity.REFUSED,
            file=file,
            found=f"The file is no whole XML; it breaks near line {collector.line_now()}.",
            done="Children before the break are used. Export the file again.",
        )
    tables = _tables(file, collector)
    if not tables:
        findings += not_recognised(file)
    return FileRead(tables, findings)


def _tables(file: str, collector: _ChildCollector) -> list[RawTable]:
    rows: dict[str, list[_Row]] = {}
    for child in collector.children:
        for table, row in _rows_of(child, collector.around):
            rows.setdefault(table, []).append(row)
    return [_raw_table(file, name, rows[name]) for name in TABLE_OF_NAME if name in rows]


def _rows_of(element: _Element, inherited: dict[str, str]) -> Iterator[tuple[str, _Row]]:
    fields = {**inherited, **element.leaves}
    for name in _tables_in(element):
        yield name, _Row(element.line, fields)
    for inner in element.inside:
        yield from _rows_of(inner, fields)


def _tables_in(element: _Element) -> list[str]:
    own = element.leaves.keys()
    return [
        name
        for name, markers in MARKERS.items()
        if markers & own or (name == "header" and element.tag == "HEADER")
    ]


def _raw_table(file: str, name: str, rows: list[_Row]) -> RawTable:
    wanted = [*TABLE_OF_NAME[name].names, AUTHORITY_COLUMN, YEAR_COLUMN]
    present = [column for column in wanted if any(column in row.fields for row in rows)]
    texts = texts_of({column: [row.fields.get(column) for row in rows] for column in present})
    return RawTable(name, file, texts, np.asarray([row.line for row in rows], dtype=np.int64))
