"""What a section of the chapter is made of: words, tables, drawings, ratings, terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rcc_forecast.reporting.figure import Figure
from rcc_forecast.reporting.sections import RatingTable, TableView


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a section.

    Attributes
    ----------
    form : str
        heading, words, bullets, terms, table, figure or ratings: how the template lays it out.
    content : object
        A sentence, sentences, pairs, `TableView`, `Figure` or `RatingTable`.
    """

    form: str
    content: Any


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the chapter.

    Attributes
    ----------
    slug : str
        Its address in the page.
    title : str
        Its heading.
    parts : tuple of Part
        In order.
    """

    slug: str
    title: str
    parts: tuple[Part, ...]


def heading(words: str) -> Part:
    """Give a heading within a section."""
    return Part("heading", words)


def words(sentence: str) -> Part:
    """Give a paragraph."""
    return Part("words", sentence)


def bullets(sentences: Iterable[str]) -> Part:
    """Give a list of sentences."""
    return Part("bullets", tuple(sentences))


def terms(pairs: Iterable[tuple[str, str]]) -> Part:
    """Give words with their meaning."""
    return Part("terms", tuple(pairs))


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Part:
    """Give a table; the first column names the row."""
    return Part("table", TableView(caption, tuple(head), tuple(tuple(row) for row in rows)))


def figure(drawn: Figure) -> Part:
    """Give a drawing with its figures."""
    return Part("figure", drawn)


def ratings(rated: RatingTable) -> Part:
    """Give ratings by area and kind."""
    return Part("ratings", rated)


def not_made(what: str) -> Part:
    """Say that a part is left out, and why."""
    return words(f"Left out: {what}")
