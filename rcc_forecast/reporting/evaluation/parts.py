"""What a section of the page is made of: sentences, tables, drawings, many small drawings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markupsafe import Markup

from rcc_forecast.reporting.figure import Figure
from rcc_forecast.reporting.sections import TableView


@dataclass(frozen=True, slots=True)
class Panel:
    """One of many small drawings.

    Attributes
    ----------
    title, description : str
        Whose it is, and what it shows in a sentence.
    drawing : Markup
        Inside of the SVG element.
    width, height : int
        Of the drawing, in its own units.
    """

    title: str
    description: str
    drawing: Markup
    width: int
    height: int

    def svg(self, slug: str) -> Markup:
        """Give the whole SVG element under an address of its own."""
        return Figure(
            slug, self.title, self.description, self.drawing, self.width, self.height, (), ()
        ).svg


@dataclass(frozen=True, slots=True)
class Multiples:
    """Small drawings of one kind beside each other, with one table of what they draw.

    Attributes
    ----------
    slug : str
        Unique in a page; ids begin with it.
    title, description : str
        What is drawn, and what it shows.
    panels : tuple of Panel
        In order.
    head, rows : tuple
        Of the table; the first column names the row.
    key : tuple of str
        What lines and marks mean.
    is_folded : bool
        Whether the reader opens it first.
    """

    slug: str
    title: str
    description: str
    panels: tuple[Panel, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: tuple[str, ...] = ()
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class RatedTable:
    """A table in which one column is a rating: its word, symbol and colour.

    Attributes
    ----------
    caption : str
        What the rows are.
    head, rows : tuple
        As in `TableView`.
    rated : int
        Which column, from 0.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    rated: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A table that the reader opens first."""

    summary: str
    table: TableView


Part: TypeAlias = str | TableView | RatedTable | Folded | Figure | Multiples

_FORMS: dict[type, str] = {
    str: "words",
    TableView: "table",
    RatedTable: "rated",
    Folded: "folded",
    Figure: "figure",
    Multiples: "multiples",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page.

    Attributes
    ----------
    slug : str
        Its address in the page.
    title : str
        Its heading.
    parts : tuple of Part
        In order; a lone sentence where there is nothing to show says why.
    files : tuple of str
        Names of the CSV files beside the page that have every figure.
    """

    slug: str
    title: str
    parts: tuple[Part, ...]
    files: tuple[str, ...] = ()


def section(
    slug: str, title: str, parts: Iterable[Part | None], *, otherwise: str, files: Sequence[str]
) -> Section:
    """Make a section of what there is, or of one sentence that says why there is nothing.

    Parameters
    ----------
    slug, title : str
        As in `Section`.
    parts : iterable of Part or None
        None is passed over; words alone do not make a section.
    otherwise : str
        Why there is nothing.
    files : sequence of str
        As in `Section`; not named where there is nothing.
    """
    there = tuple(part for part in parts if part is not None)
    if all(isinstance(part, str) for part in there):
        return Section(slug, title, (otherwise,))
    return Section(slug, title, there, tuple(files))


def without_blanks(view: TableView) -> TableView:
    """Leave out the columns in which no row has anything."""
    kept = [
        place
        for place in range(len(view.head))
        if not view.rows or any(row[place] for row in view.rows)
    ]
    rows = tuple(tuple(row[place] for place in kept) for row in view.rows)
    return TableView(view.caption, tuple(view.head[place] for place in kept), rows)


def form_of(part: Part) -> str:
    """Tell the template how to lay a part out."""
    return _FORMS[type(part)]
