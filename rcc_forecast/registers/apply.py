"""A mapping applied: rows of another register become rows in our columns and words.

Whatever it could not place is told: headings that are not there, words that it
does not know, counted and listed, and rows that it leaves out with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from rcc_forecast.registers.mapping import (
    TABLES,
    WEEKS_OF_UNIT,
    Change,
    Grouping,
    TableMapping,
    matches,
    plain,
)
from rcc_forecast.registers.typed import as_text
from rcc_forecast.results.findings import Findings, Severity

PLACES_OBSERVED = "places_observed"
"""Children seen in a home at once, where homes are made of placements."""

_WORDS_OF_PROVISION = frozenset(
    (
        *("a", "accommodation", "adoption", "agency", "and", "arrangement", "at", "boarding"),
        *("break", "breaks", "care", "carer", "carers", "centre", "child", "childrens", "college"),
        *("commissioned", "contract", "disabled", "education", "emergency", "external", "family"),
        *("for", "foster", "fostering", "friend", "friends", "group", "health", "holiday", "home"),
        *("homes", "hospital", "house", "in", "independent", "kinship", "living", "lodgings"),
        *("mainstream", "mother", "mixed", "not", "of", "open", "or", "other", "own", "parent"),
        *("parents", "placement", "placements", "private", "provision", "registered", "relative"),
        *("remand", "resident", "residential", "respite", "scheme", "school", "schools", "secure"),
        *("semi", "service", "shared", "short", "special", "specialist", "staying", "support"),
        *("supported", "suspended", "temporary", "term", "the", "therapeutic", "training", "unit"),
        *("unregistered", "voluntary", "welfare", "with", "young", "youth", "active", "closed"),
        *("proposed", "resigned", "good", "outstanding", "requires", "improvement", "inadequate"),
        *("local", "authority", "academy"),
    )
)
"""A word that a mapping does not know is shown when it is made of these alone: it is then a kind
or state of provision. Anything else could be a name or an address."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a mapping makes of a register.

    Attributes
    ----------
    frame : DataFrame
        Our columns as text, as far as the register has them, working columns,
        then ``file`` and ``row``; homes made of placements have `PLACES_OBSERVED`.
    findings : Findings
        What could not be placed; rows left out are refused.
    unplaced : dict of str to dict of str to int
        Rows by column and word that the mapping does not know, as far as it may be shown.
    """

    frame: pd.DataFrame
    findings: Findings
    unplaced: dict[str, dict[str, int]]


Known = Callable[[pd.DataFrame], tuple[pd.DataFrame, Findings]]
"""Fills what a register leaves blank from another, before constants stand in."""


def apply_mapping(
    rows: pd.DataFrame, mapping: TableMapping, *, known: Known | None = None
) -> Applied:
    """Give the rows of a register in our columns and words.

    Parameters
    ----------
    rows : DataFrame
        Cells as filed, then ``file`` and ``row`` (`rows_from_file`).
    mapping : TableMapping
        What to make of them.
    known : callable, optional
        Fills blanks from another register.

    Returns
    -------
    Applied
    """
    applying = _Applying(rows, mapping)
    applying.leave_out()
    applying.translate()
    applying.change()
    applying.reckon()
    applying.join()
    if known is not None:
        applying.ask(known)
    applying.fill()
    if mapping.group is not None:
        applying.group(mapping.group)
    return applying.done()


class _Applying:
    """One register on its way, with what was found."""

    def __init__(self, rows: pd.DataFrame, mapping: TableMapping) -> None:
        self.mapping = mapping
        self.table = TABLES[mapping.table]
        self.file = str(rows["file"].iloc[0]) if len(rows) else ""
        self.findings: list[Findings] = []
        self.unplaced: dict[str, dict[str, int]] = {}
        self.frame = self._columns(rows)

    def _columns(self, rows: pd.DataFrame) -> pd.DataFrame:
        headings = [name for name in rows.columns if name not in {"file", "row"}]
        found = {
            ours: self._heading(patterns, headings)
            for ours, patterns in self.mapping.columns.items()
        }
        for ours, heading in found.items():
            if heading is None:
                self._note_column(ours)
        self._note_unused([name for name in headings if name not in found.values()])
        taken = {ours: as_text(rows[at]) for ours, at in found.items() if at is not None}
        return pd.DataFrame({**taken, "file": rows["file"], "row": rows["row"]})

    def _heading(self, patterns: tuple[str, ...], headings: list[str]) -> str | None:
        for pattern in patterns:
            for heading in headings:
                if matches(pattern, heading):
                    return heading
        return None

    def _note_column(self, ours: str) -> None:
        self._note(
            "mapping-column-absent",
            column=ours.removeprefix("_"),
            found=f"no heading like {self.mapping.columns[ours][0]!r}",
            done="left empty",
        )

    def _note_unused(self, headings: list[str]) -> None:
        if headings:
            listed = ", ".join(" ".join(name.split())[:40] for name in headings[:40])
            self._note(
                "mapping-column-unused",
                column="",
                found=f"{len(headings)} columns that the mapping does not use: {listed}",
                done="left aside",
            )

    def _note(self, rule: str, *, column: str, found: str, done: str, rows: int = 0) -> None:
        self.findings.append(
            Findings.one(
                rule,
                Severity.NOTED,
                table=self.table.name,
                file=self.file,
                column=column,
                found=found,
                done=done,
                rows=rows,
            )
        )

    def _text(self, column: str) -> pd.Series:
        if column in self.frame:
            return self.frame[column]
        return pd.Series("", self.frame.index, dtype="str")

    def _is(self, column: str, words: tuple[str, ...]) -> pd.Series:
        """Say in which rows a column holds one of some words."""
        text = self._text(column)
        hit = {word: any(matches(one, word) for one in words) for word in text.unique()}
        return text.map(hit).astype(bool)

    def leave_out(self) -> None:
        for column, reasons in self.mapping.leave_out.items():
            for word, why in reasons.items():
                self._drop(self._is(column, (word,)), column, found=repr(word), why=why)
        for column, words in self.mapping.keep.items():
            if column in self.frame:
                others = ~self._is(column, words)
                self._drop(others, column, found="none of the words kept", why="")

    def _drop(self, which: pd.Series, column: str, *, found: str, why: str) -> None:
        if not which.any():
            return
        where = self.frame.loc[which, ["file", "row"]].iloc[:1]
        self.findings.append(
            Findings.of_rows(
                "mapping-leaves-out",
                Severity.REFUSED,
                where,
                table=self.table.name,
                column=column.removeprefix("_"),
                found=found,
                done=f"left out, as the mapping says{': ' + why if why else ''}",
                rows=int(which.sum()),
            )
        )
        self.frame = self.frame[~which]

    def translate(self) -> None:
        for column, words in self.mapping.words.items():
            if column not in self.frame:
                continue
            text = self.frame[column]
            meant = {theirs: _translated(theirs, words) for theirs in text.unique()}
            unknown = [word for word, ours in meant.items() if ours is None and word]
            self._tell_unplaced(column, [word for word in unknown if not self._ours(column, word)])
            # A working column serves a reference at most, where a strange word could be a name.
            left = (lambda _: "") if column.startswith("_") else str
            known = {word: left(word) if ours is None else ours for word, ours in meant.items()}
            self.frame = self.frame.assign(**{column: text.map(known).astype("str")})

    def _ours(self, column: str, word: str) -> bool:
        codes = None if column.startswith("_") else self.table[column].codes
        return codes is not None and re.sub(r"[\s-]+", "_", plain(word)) in codes.labels

    def _tell_unplaced(self, column: str, words: list[str]) -> None:
        known = " ".join(self.mapping.words[column])
        for word in words:
            which = self.frame[column] == word
            shown = _shown(word, known)
            told = self.unplaced.setdefault(column.removeprefix("_"), {})
            told[shown] = told.get(shown, 0) + int(which.sum())
            self.findings.append(
                Findings.of_rows(
                    "value-unplaced",
                    Severity.NOTED,
                    self.frame.loc[which, ["file", "row"]].iloc[:1],
                    table=self.table.name,
                    column=column.removeprefix("_"),
                    found=f"{shown}, which the mapping does not know",
                    done="not translated; add the word to the mapping",
                    rows=int(which.sum()),
                )
            )

    def change(self) -> None:
        for change in self.mapping.changes:
            which = self._is(change.column, change.words)
            if which.any():
                self._change(change, which)

    def _change(self, change: Change, which: pd.Series) -> None:
        for column, word in change.to.items():
            self.frame = self.frame.assign(**{column: self._text(column).mask(which, word)})
        self.findings.append(
            Findings.of_rows(
                "mapping-sets",
                Severity.REPAIRED,
                self.frame.loc[which, ["file", "row"]],
                table=self.table.name,
                column=", ".join(change.to),
                found=f"{change.column.removeprefix('_')} is {' or '.join(change.words)}",
                done=f"{', '.join(f'{name} {word}' for name, word in change.to.items())}: "
                f"{change.why}",
            )
        )

    def reckon(self) -> None:
        """Add up money, bring it to a week, and bring dates to ISO."""
        for column, parts in self.mapping.sums.items():
            self._add_up(column, parts)
        for column, unit in self.mapping.units.items():
            weekly = _numbers(self._text(column)) / WEEKS_OF_UNIT[unit]
            self.frame = self.frame.assign(**{column: _as_typed(weekly, self._text(column))})
        for column, layout in self.mapping.dates.items():
            if column in self.frame:
                days = pd.to_datetime(
                    self.frame[column].replace("", None), format=layout, errors="coerce"
                ).dt.strftime("%Y-%m-%d")
                self.frame = self.frame.assign(
                    **{column: days.where(days.notna(), self.frame[column]).astype("str")}
                )

    def _add_up(self, column: str, parts: tuple[str, ...]) -> None:
        text = self._text(column)
        numbers = pd.DataFrame({name: _numbers(self._text(name)) for name in parts})
        total = numbers.sum(axis=1, min_count=1)
        blank = text == ""
        stated = _numbers(text)
        apart = ~blank & ((stated - total).abs() > 1.0)
        if apart.any():
            self.findings.append(
                Findings.of_rows(
                    "parts-do-not-add-up",
                    Severity.NOTED,
                    self.frame.loc[apart, ["file", "row"]],
                    table=self.table.name,
                    column=column,
                    found=f"a total other than the sum of {', '.join(_named(parts))}",
                    done="the total is used",
                )
            )
        self.frame = self.frame.assign(**{column: text.where(~blank, _as_typed(total, text))})

    def ask(self, known: Known) -> None:
        self.frame, told = known(self.frame)
        self.findings.append(told)

    def fill(self) -> None:
        for column, word in self.mapping.constants.items():
            text = self._text(column)
            blank = text == ""
            if blank.any():
                self._note(
                    "mapping-constant",
                    column=column.removeprefix("_"),
                    found="blank",
                    done=f"taken as {word}, as the mapping says",
                    rows=int(blank.sum()),
                )
            self.frame = self.frame.assign(**{column: text.mask(blank, word)})

    def join(self) -> None:
        for column, parts in self.mapping.joined.items():
            listed = [self._text(name) for name in parts]
            together = listed[0]
            for text in listed[1:]:
                together = together.where(text == "", together + "-" + text)
            together = together.where(listed[0] != "", "")
            self.frame = self.frame.assign(**{column: together.str.strip("-")})

    def group(self, group: Grouping) -> None:
        """Make one row of rows that are alike; the first of them gives its line."""
        nameless = self._text(group.by[0]) == ""
        if nameless.any():
            self.findings.append(
                Findings.of_rows(
                    "group-without-name",
                    Severity.REFUSED,
                    self.frame.loc[nameless, ["file", "row"]],
                    table=self.table.name,
                    column=group.by[0].removeprefix("_"),
                    found="blank",
                    done="the row is left out: it belongs to no home that can be told",
                )
            )
        frame = self.frame[~nameless]
        keys = pd.DataFrame({name: self._text(name) for name in group.by}).loc[frame.index]
        group_of = keys.groupby(list(group.by), sort=False).ngroup()
        grouped = frame.mask(frame == "").groupby(group_of)
        first = grouped.first()
        means = {
            name: _as_typed(_numbers(frame[name]).groupby(group_of).mean())
            for name in group.mean
            if name in frame
        }
        first = first.assign(**means)
        self._tell_disagreement(grouped, group)
        sizes = grouped.size()
        first[PLACES_OBSERVED] = sizes
        if group.count:
            count = first[group.count].fillna("") if group.count in first else _blank(first)
            first[group.count] = count.mask(count == "", sizes.astype("str"))
        text = [name for name in first.columns if name not in {"row", PLACES_OBSERVED}]
        self.frame = first.assign(**{name: first[name].fillna("").astype("str") for name in text})
        self.frame["row"] = self.frame["row"].astype("int64")
        self._note(
            "rows-grouped",
            column=group.by[0].removeprefix("_"),
            found=f"{int(sizes.sum()):,} rows of {len(first):,} {self.table.name}",
            done="one row each; its line is that of its first",
            rows=int(sizes.sum()),
        )

    def _tell_disagreement(self, grouped: object, group: Grouping) -> None:
        spread = grouped.nunique()  # type: ignore[attr-defined]
        own = [name for name in self.table.names if name in spread.columns]
        for name in own:
            if name in group.by or name in group.mean:
                continue
            several = int((spread[name] > 1).sum())
            if several:
                self._note(
                    "rows-disagree",
                    column=name,
                    found=f"{several:,} {self.table.name} whose rows do not say the same",
                    done="the first that is filled is used",
                )

    def done(self) -> Applied:
        return Applied(
            self.frame.reset_index(drop=True), Findings.joined(self.findings), self.unplaced
        )


def _named(columns: tuple[str, ...]) -> list[str]:
    return [name.removeprefix("_") for name in columns]


def _blank(frame: pd.DataFrame) -> pd.Series:
    return pd.Series("", frame.index, dtype="str")


def _translated(word: str, words: dict[str, str]) -> str | None:
    exact = {plain(theirs): ours for theirs, ours in words.items()}
    if plain(word) in exact:
        return exact[plain(word)]
    return next((ours for theirs, ours in words.items() if matches(theirs, word)), None)


def _shown(word: str, known: str) -> str:
    """Show a word that is made of words of provision; any other could be a name."""
    familiar = _WORDS_OF_PROVISION | set(re.findall(r"[a-z]+", plain(known).replace("'", "")))
    letters = re.findall(r"[a-z]+", plain(word).replace("'", ""))
    fine = bool(letters) and len(word) <= 80 and set(letters) <= familiar
    return repr(" ".join(word.split())) if fine else "a value"


def _numbers(text: pd.Series) -> pd.Series:
    bare = text.str.replace(r"[£,\s]", "", regex=True).replace("", None)
    return pd.to_numeric(bare, errors="coerce").astype(float)


def _as_typed(numbers: pd.Series, otherwise: pd.Series | None = None) -> pd.Series:
    """Write numbers to the penny; where there is none, leave what stood there."""
    written = numbers.round(2).map(lambda number: f"{number:.10g}", na_action="ignore")
    instead = pd.Series("", numbers.index, dtype="str") if otherwise is None else otherwise
    return written.where(numbers.notna(), instead).astype("str")
