"""How another register's columns and words become ours: a file that an analyst can edit.

A mapping is TOML. It ships with the program under a name (`shipped_mappings`) or
is a council's own file; what each part of it means is told in
``mappings/own.toml``, which is the template to start from.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rcc_forecast.errors import RccError, UnknownNameError, UnreadableInputError
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.placement import CHILDREN_TO_PLACE

TABLES: dict[str, Table] = {"homes": HOMES, "children": CHILDREN_TO_PLACE}
"""Tables that a mapping can write."""

WEEKS_OF_UNIT = {
    "a week": 1.0,
    "a day": 1 / 7,
    "a month": 365.25 / 12 / 7,
    "a year": 365.25 / 7,
}
"""Weeks that a sum of money stands for, by its unit."""

_PARTS = (
    *("columns", "constants", "values", "leave_out", "keep", "set", "sums", "units"),
    *("dates", "joined", "group"),
)


class MappingError(RccError):
    """A mapping file says something that cannot be followed."""

    def __init__(self, *, file: str, where: str, expected: str) -> None:
        self.file, self.where, self.expected = file, where, expected
        super().__init__(f"{file}, [{where}]: expected {expected}.")


@dataclass(frozen=True, slots=True)
class Change:
    """What is set where a column holds one of some words.

    Attributes
    ----------
    column : str
        Of ours, or a working column.
    words : tuple of str
        Patterns; ``*`` stands for anything.
    to : dict of str to str
        What each column becomes.
    why : str
        Told with every such row.
    """

    column: str
    words: tuple[str, ...]
    to: dict[str, str]
    why: str


@dataclass(frozen=True, slots=True)
class Grouping:
    """Rows that make one row together, as placements make a home.

    Attributes
    ----------
    by : tuple of str
        Columns that are alike in them; the first may not be blank.
    count : str
        Column that is given their number where it is blank; may be empty.
    mean : tuple of str
        Columns whose mean is given; of all others, the first that is filled.
    """

    by: tuple[str, ...]
    count: str = ""
    mean: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableMapping:
    """How one table of ours is made.

    Attributes
    ----------
    table : str
        ``homes`` or ``children``.
    columns : dict of str to tuple of str
        Headings that each column may have, the best first; ``*`` stands for
        anything. A name that begins with ``_`` is a working column, which is
        used on the way and not written.
    constants : dict of str to str
        What stands where a column is absent or blank.
    words : dict of str to dict of str to str
        Words of theirs and of ours, by column.
    leave_out : dict of str to dict of str to str
        Words whose rows are left out, and why, by column.
    keep : dict of str to tuple of str
        Rows with other words are left out, by column.
    changes : tuple of Change
        Columns set because of another column.
    sums : dict of str to tuple of str
        Columns added up where the first is blank.
    units : dict of str to str
        Money that is not by the week.
    dates : dict of str to str
        Formats, as of strptime, where neither ISO nor dd/mm/yyyy.
    joined : dict of str to tuple of str
        Columns put together with hyphens.
    group : Grouping or None
        Rows that make one row together.
    """

    table: str
    columns: dict[str, tuple[str, ...]]
    constants: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    leave_out: dict[str, dict[str, str]] = field(default_factory=dict)
    keep: dict[str, tuple[str, ...]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    sums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)
    joined: dict[str, tuple[str, ...]] = field(default_factory=dict)
    group: Grouping | None = None


@dataclass(frozen=True, slots=True)
class RegisterMapping:
    """A mapping file.

    Attributes
    ----------
    name : str
        Shipped name, or name of the file.
    title, source : str
        What register it reads, and where its headings and words were found.
    heading_row : int
        Line of the headings.
    sheet : str or None
        Sheet of a workbook; None for the first.
    tables : dict of str to TableMapping
        What it can write; the first when nothing else is asked.
    """

    name: str
    title: str
    source: str
    heading_row: int
    sheet: str | None
    tables: dict[str, TableMapping]


def shipped_mappings() -> dict[str, str]:
    """Give the mappings that ship with the program, each with its title."""
    return {name: parse_mapping(mapping_text(name), name=name).title for name in _shipped_names()}


def mapping_text(name: str) -> str:
    """Give the text of a shipped mapping, to be copied and edited.

    Raises
    ------
    UnknownNameError
        None is called that.
    """
    if name not in _shipped_names():
        raise UnknownNameError(what="mapping", given=name, known=_shipped_names())
    return str(_folder().joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def read_mapping(given: str) -> RegisterMapping:
    """Read a mapping by its shipped name, or from a TOML file.

    Raises
    ------
    UnreadableInputError
        The file is not there or is no TOML.
    UnknownNameError
        No mapping is called that, or it names a column or part that we do not have.
    MappingError
        It says something that cannot be followed.
    """
    path = Path(given)
    if path.suffix.casefold() != ".toml":
        return parse_mapping(mapping_text(given), name=given)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableInputError(path=path.name, expected="a mapping in TOML") from error
    return parse_mapping(text, name=path.name)


def parse_mapping(text: str, *, name: str) -> RegisterMapping:
    """Read a mapping from its text; raises as `read_mapping`."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableInputError(path=name, expected=f"a mapping in TOML ({error})") from error
    _only_known(content, ("register", *TABLES), what="part of a mapping")
    about = content.get("register", {})
    _only_known(about, ("title", "source", "heading_row", "sheet"), what="key of [register]")
    heading_row = about.get("heading_row", 1)
    if not isinstance(heading_row, int) or heading_row < 1:
        raise MappingError(file=name, where="register", expected="heading_row of 1 or more")
    tables = {
        table: _Reading(name, table, part).mapping()
        for table, part in content.items()
        if table in TABLES
    }
    if not tables:
        raise MappingError(file=name, where="homes", expected="columns of homes or of children")
    return RegisterMapping(
        name=name,
        title=str(about.get("title", name)),
        source=str(about.get("source", "")),
        heading_row=heading_row,
        sheet=about.get("sheet"),
        tables=tables,
    )


def matches(pattern: str, text: str) -> bool:
    """Say whether a heading or word is meant: case, spaces and kind of apostrophe aside."""
    return _compiled(pattern).fullmatch(plain(text)) is not None


def plain(text: str) -> str:
    """Fold a heading or word, so that ways of typing it are alike."""
    return " ".join(text.replace("’", "'").replace("–", "-").casefold().split())


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in plain(pattern).split("*")), re.DOTALL)


def _folder() -> Any:
    return files("rcc_forecast.registers").joinpath("mappings")


def _shipped_names() -> list[str]:
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in _folder().iterdir()
        if entry.name.endswith(".toml")
    )


def _only_known(given: Mapping[str, Any], known: tuple[str, ...], *, what: str) -> None:
    for name in given:
        if name not in known:
            raise UnknownNameError(what=what, given=name, known=known)


class _Reading:
    """One table of a mapping file, read part by part."""

    def __init__(self, file: str, table: str, part: Any) -> None:
        self.file, self.table, self.part = file, table, part
        self.names = (*TABLES[table].names,)

    def mapping(self) -> TableMapping:
        if not isinstance(self.part, dict):
            raise self._error("columns", "a table of columns")
        _only_known(self.part, _PARTS, what=f"part of [{self.table}]")
        columns = self._lists("columns")
        if not columns:
            raise self._error("columns", "at least one column")
        return TableMapping(
            table=self.table,
            columns=columns,
            constants=self._words("constants"),
            words=self._words_by_column("values"),
            leave_out=self._words_by_column("leave_out"),
            keep=self._lists("keep"),
            changes=self._changes(),
            sums=self._lists("sums"),
            units=self._units(),
            dates=self._words("dates"),
            joined=self._lists("joined"),
            group=self._group(),
        )

    def _error(self, part: str, expected: str) -> MappingError:
        return MappingError(file=self.file, where=f"{self.table}.{part}", expected=expected)

    def _part(self, name: str) -> dict[str, Any]:
        part = self.part.get(name, {})
        if not isinstance(part, dict):
            raise self._error(name, "a table of columns")
        for column in part:
            self._known_column(column)
        return part

    def _known_column(self, column: str) -> None:
        if not column.startswith("_") and column not in self.names:
            raise UnknownNameError(what=f"column of {self.table}", given=column, known=self.names)

    def _lists(self, name: str) -> dict[str, tuple[str, ...]]:
        return {
            column: self._texts(given, f"{name}.{column}")
            for column, given in self._part(name).items()
        }

    def _texts(self, given: Any, where: str) -> tuple[str, ...]:
        listed = given if isinstance(given, list) else [given]
        if not listed or not all(isinstance(text, str) for text in listed):
            raise self._error(where, "a text in quotation marks, or a list of them")
        return tuple(listed)

    def _words(self, name: str) -> dict[str, str]:
        return {column: _as_word(given) for column, given in self._part(name).items()}

    def _words_by_column(self, name: str) -> dict[str, dict[str, str]]:
        part = self._part(name)
        for column, words in part.items():
            if not isinstance(words, dict):
                raise self._error(f"{name}.{column}", 'lines such as "their word" = "ours"')
        return {
            column: {word: _as_word(ours) for word, ours in words.items()}
            for column, words in part.items()
        }

    def _changes(self) -> tuple[Change, ...]:
        listed = self.part.get("set", [])
        if not isinstance(listed, list):
            raise self._error("set", f"blocks headed [[{self.table}.set]]")
        return tuple(self._change(block) for block in listed)

    def _change(self, block: dict[str, Any]) -> Change:
        _only_known(block, ("column", "is", "to", "why"), what=f"key of [[{self.table}.set]]")
        to = block.get("to", {})
        if not {"column", "is"} <= set(block) or not isinstance(to, dict) or not to:
            raise self._error("set", "column, is and to")
        for column in (block["column"], *to):
            self._known_column(column)
        return Change(
            column=block["column"],
            words=self._texts(block["is"], "set.is"),
            to={column: _as_word(given) for column, given in to.items()},
            why=str(block.get("why", "as the mapping says")),
        )

    def _units(self) -> dict[str, str]:
        units = self._words("units")
        for unit in units.values():
            if unit not in WEEKS_OF_UNIT:
                raise UnknownNameError(what="unit of money", given=unit, known=WEEKS_OF_UNIT)
        return units

    def _group(self) -> Grouping | None:
        block = self.part.get("group")
        if block is None:
            return None
        _only_known(block, ("by", "count", "mean"), what=f"key of [{self.table}.group]")
        by = self._texts(block.get("by", []), "group.by")
        mean = self._texts(block["mean"], "group.mean") if "mean" in block else ()
        count = str(block.get("count", ""))
        for column in (*by, *mean, *([count] if count else [])):
            self._known_column(column)
        return Grouping(by=by, count=count, mean=mean)


def _as_word(given: Any) -> str:
    return str(int(given)) if isinstance(given, bool) else str(given)
