"""Text columns in, typed columns out: trimmed text, codes as today's, dates as dates.

Every change to a value is a finding, told once a file and column where whole
columns share it. A value appears in a finding only where it has the shape of
the codes of its column.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rcc_forecast import codes
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.dates import (
    DatesOfFile,
    DateTexts,
    Days,
    Form,
    Order,
    dates_of_files,
    days_of,
    read_date_texts,
)
from rcc_forecast.returns.labels import Labels
from rcc_forecast.returns.raw import RawTable
from rcc_forecast.returns.telling import told, told_by_file
from rcc_forecast.tables.contract import Column, Kind, Table

Mask = npt.NDArray[np.bool_]

# The equals sign is of ="0123", by which exports keep a spreadsheet from cutting zeros.
_MARKS = " \t\r\n\u00a0\u200b\"'="
_BLANK_WORDS = frozenset({"NULL", "NAN", "NONE", "N/A", "#N/A", "NAT", "<NA>", "(BLANK)"})

# Years before and after the return year in which a date is possible. A child leaves care
# at 18 and care leavers are followed to 21; a planned end may lie ahead.
_POSSIBLE_YEARS = {"DECOM": (26, 2), "DEC": (26, 2), "DOB": (30, 1)}
_OTHERWISE_POSSIBLE = (30, 20)

_FULL_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$"
_CUT_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9]?$"


@dataclass(slots=True)
class TypedTable:
    """One table while it is checked.

    Attributes
    ----------
    table : Table
        Its declaration.
    frame : DataFrame
        Declared columns in lower case, then ``local_authority``, ``year``,
        ``file`` and ``row``.
    findings : list of Findings
        What was found so far.
    """

    table: Table
    frame: pd.DataFrame
    findings: list[Findings] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the rows of a table come from."""

    table: Table
    files: list[str]
    file: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    year: npt.NDArray[np.int64]

    def of(self, rows: Mask | npt.NDArray[np.int64]) -> pd.DataFrame:
        """Give file and row of some rows."""
        names = np.array(self.files, dtype=object)
        return pd.DataFrame({"file": names[self.file[rows]], "row": self.row[rows]}).astype(
            {"file": "str"}
        )

    def told_by_file(
        self, rule: str, rows: Mask, *, column: str, found: str, done: str
    ) -> Findings:
        """Tell once a file that values were repaired."""
        if not rows.any():
            return Findings.none()
        where = self.of(rows).assign(found=found, done=done)
        return told_by_file(rule, Severity.REPAIRED, where, table=self.table.name, column=column)


def typed(table: Table, raws: list[RawTable], labels: list[Labels]) -> TypedTable:
    """Put the files of one table behind one another and type their columns.

    Parameters
    ----------
    table : Table
        The declaration.
    raws : list of RawTable
        Files recognised as this table.
    labels : list of Labels
        Year and authority of their rows.

    Returns
    -------
    TypedTable
        Every declared column is there; where no file has it, it is blank.
    """
    place = _Place(
        table,
        [raw.file for raw in raws],
        np.repeat(np.arange(len(raws), dtype=np.int64), [len(raw) for raw in raws]),
        _joined([raw.row for raw in raws]),
        _joined([label.year for label in labels]),
    )
    findings: list[Findings] = []
    texts = {column.name: _trimmed(column, raws, place, findings) for column in table.columns}
    dates = {
        column.name: read_date_texts(texts[column.name])
        for column in table.columns
        if column.kind is Kind.DATE
    }
    forms = dates_of_files(dates, place.file, n_files=len(raws))
    findings.append(_forms_told(forms, place))
    columns: dict[str, pd.Series[str] | pd.Series[pd.Timestamp]] = {}
    for column in table.columns:
        if column.kind is Kind.DATE:
            read, faults = _dates(column, dates[column.name], forms, place)
            columns[column.name.lower()] = read
        else:
            coded, faults = _READERS.get(column.name, _READERS.get(column.kind, _as_it_is))(
                column, texts[column.name], place
            )
            columns[column.name.lower()] = coded
        findings += faults
    frame = pd.DataFrame(columns)
    frame["local_authority"] = pd.array(
        np.concatenate([np.zeros(0, dtype=object), *(label.authority for label in labels)]),
        dtype="str",
    )
    frame["year"] = place.year
    frame["file"] = pd.Categorical.from_codes(place.file, pd.Index(place.files, dtype="str"))
    frame["row"] = place.row
    return TypedTable(table, frame, findings)


def _joined(parts: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _trimmed(
    column: Column, raws: list[RawTable], place: _Place, findings: list[Findings]
) -> pd.Series[str]:
    parts = [raw.text(column.name) for raw in raws]
    text = pa.chunked_array(parts, type=pa.large_string()).combine_chunks()
    trimmed = pc.utf8_trim(text, characters=_MARKS)
    blank = pc.equal(trimmed, "")
    if pc.any(blank).as_py():
        trimmed = pc.if_else(blank, pa.scalar(None, pa.large_string()), trimmed)
    changed = _mask(pc.not_equal(pc.utf8_length(trimmed), pc.utf8_length(text)))
    findings.append(
        place.told_by_file(
            "text-trimmed",
            changed,
            column=column.name,
            found="Values stand between spaces or stray quotation marks.",
            done="They are read without them.",
        )
    )
    if column.kind is not Kind.TEXT:
        trimmed = _without_blank_words(column, trimmed, place, findings)
    return pd.Series(pd.array(trimmed, dtype="str"))


def _without_blank_words(
    column: Column, text: pa.Array, place: _Place, findings: list[Findings]
) -> pa.Array:
    likely = pc.and_(pc.greater(pc.utf8_length(text), 2), pc.less(pc.utf8_length(text), 8))
    if not pc.any(likely).as_py():
        return text
    words = pc.is_in(pc.utf8_upper(text), pa.array(sorted(_BLANK_WORDS), pa.large_string()))
    found = _mask(words)
    if not found.any():
        return text
    findings.append(
        place.told_by_file(
            "word-for-blank",
            found,
            column=column.name,
            found="A word such as NULL or N/A stands where nothing is meant.",
            done="It is read as a blank.",
        )
    )
    return pc.if_else(words, pa.scalar(None, pa.large_string()), text)


def _arrow(series: pd.Series[str]) -> pa.Array:
    array = pa.array(series, type=pa.large_string(), from_pandas=True)
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _mask(flags: pa.Array) -> Mask:
    return np.asarray(pc.fill_null(flags, False).to_numpy(zero_copy_only=False), dtype=bool)


def _matches(text: pd.Series[str], pattern: str) -> Mask:
    return _mask(pc.match_substring_regex(_arrow(text), pattern))


# Dates -------------------------------------------------------------------------------------


def _forms_told(forms: list[DatesOfFile], place: _Place) -> Findings:
    """Say which files are not in the statutory form; `read` says that the others are."""
    return Findings.joined(
        Findings.one(
            "date-form",
            Severity.NOTED if one.main is Form.ISO else Severity.REPAIRED,
            table=place.table.name,
            file=file,
            found=f"Its dates are {one.name}.",
            done=f"All its dates are read as {one.name}.",
        )
        for file, one in zip(place.files, forms, strict=True)
        if one.n_dates and one.name != Order.DAY_FIRST.value
    )


def _dates(
    column: Column, texts: DateTexts, forms: list[DatesOfFile], place: _Place
) -> tuple[pd.Series[pd.Timestamp], list[Findings]]:
    before, after = _POSSIBLE_YEARS.get(column.name, _OTHERWISE_POSSIBLE)
    days = days_of(texts, forms, place.file, place.year, earliest=before, latest=after)
    form = texts.form[texts.code]
    unreadable = np.isnat(days) & (form != Form.BLANK)
    year = days.astype("datetime64[Y]").astype(np.int64) + 1970
    impossible = ~np.isnat(days) & ((year < place.year - before) | (year > place.year + after))
    findings = [
        *_other_forms_told(column, form, days, forms, place),
        told(
            "date-unreadable",
            Severity.NOTED,
            place.of(unreadable),
            found=pd.Series(_why_unreadable(texts, form)[unreadable], dtype="str"),
            done="It is taken as blank. Give it as dd/mm/yyyy.",
            table=place.table.name,
            column=column.name,
        ),
        told(
            "date-impossible",
            Severity.NOTED,
            place.of(impossible),
            found=f"{column.name} lies decades from the return it stands in.",
            done="It is taken as blank.",
            table=place.table.name,
            column=column.name,
        ),
    ]
    if impossible.any():
        days = np.where(impossible, np.datetime64("NaT", "D"), days)
    return pd.Series(days.astype("datetime64[us]")), findings


def _other_forms_told(
    column: Column,
    form: npt.NDArray[np.int8],
    days: Days,
    forms: list[DatesOfFile],
    place: _Place,
) -> list[Findings]:
    main = np.array([int(one.main) for one in forms], dtype=np.int8)[place.file]
    other = (form != main) & (form != Form.BLANK) & ~np.isnat(days)
    if not other.any():
        return []
    words = {
        Form.ISO: "yyyy-mm-dd, unlike most dates of its file",
        Form.SLASHED: "dd/mm/yyyy, unlike most dates of its file",
        Form.SHORT_YEAR: "with two digits for the year",
        Form.SERIAL: "a spreadsheet's day number",
        Form.NAMED_MONTH: "with the month's name",
        Form.MONTH_ONLY: "a month without a day",
    }
    done = {
        Form.SHORT_YEAR: "Read in the only century in which it is possible.",
        Form.MONTH_ONLY: "Read as the first of the month.",
    }
    return [
        told(
            "date-other-form",
            Severity.REPAIRED,
            place.of(other & (form == kind)),
            found=f"{column.name} is {words[kind]}.",
            done=done.get(kind, "Read as the one day it can mean."),
            table=place.table.name,
            column=column.name,
        )
        for kind in words
        if (other & (form == kind)).any()
    ]


def _why_unreadable(texts: DateTexts, form: npt.NDArray[np.int8]) -> npt.NDArray[np.object_]:
    second = texts.second[texts.code]
    first = texts.first[texts.code]
    why = np.full(len(form), "It is no date.", dtype=object)
    why[form == Form.SLASHED] = "It could be read day first or month first, or is no day at all."
    why[(form == Form.SLASHED) & (second > 12)] = "There is no such month."
    why[(form == Form.SLASHED) & (second > 12) & (first <= 12)] = (
        "There is no such month; it may stand month first, unlike the rest of its file."
    )
    why[form == Form.SHORT_YEAR] = "Its year has two digits, and what they mean is open."
    return why


# Codes -------------------------------------------------------------------------------------


def _shape(text: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", text))


def _may_be_shown(column: Column, value: str) -> bool:
    """Say whether a value has the shape of its column's codes, and could be nothing else.

    Letters alone could be a name, so only single letters are shown among them.
    """
    shape = _shape(value.upper())
    shapes = {_shape(code) for code in column.codes.labels} if column.codes else set()
    return shape in shapes and (len(shape) == 1 or "9" in shape)


def _codes(
    column: Column, text: pd.Series[str], place: _Place
) -> tuple[pd.Series[str], list[Findings]]:
    known = column.codes.labels if column.codes else {}
    at, uniques = pd.factorize(text, use_na_sentinel=True)
    filed = [str(value) for value in uniques]
    clean = [_as_a_code(value, known) for value in filed]
    findings = _respelled_told(column, filed, clean, at, place)
    unknown = np.array([bool(known) and value not in known for value in clean] + [False])
    if unknown.any():
        findings += _unknown_told(column, clean, unknown, at, place)
    in_words = pd.Series(pd.array([*clean, None], dtype="str"))
    coded = in_words.take(at % (len(clean) + 1)).reset_index(drop=True)
    findings += _out_of_year_told(column, coded, place)
    return coded, findings


def _as_a_code(value: str, known: dict[str, str]) -> str:
    upper = value.upper()
    if upper in known:
        return upper
    # A column with blanks that went through a spreadsheet or frame: 1 became 1.0.
    whole = upper.removesuffix(".0")
    if whole in known:
        return whole
    bare = upper.replace(" ", "").replace("-", "")
    return bare if bare in known else upper


def _respelled_told(
    column: Column, filed: list[str], clean: list[str], at: npt.NDArray[np.int64], place: _Place
) -> list[Findings]:
    changed = np.array([a != b for a, b in zip(filed, clean, strict=True)] + [False])
    if not changed.any():
        return []
    return [
        place.told_by_file(
            "code-respelled",
            changed[at],
            column=column.name,
            found="Codes are in lower case, spaced or with a decimal point.",
            done="They are read as the codes of the guidance.",
        )
    ]


def _unknown_told(
    column: Column, clean: list[str], unknown: Mask, at: npt.NDArray[np.int64], place: _Place
) -> list[Findings]:
    rows = np.flatnonzero(unknown[at])
    words = [
        _unknown_in_words(column, value) if is_unknown else ""
        for value, is_unknown in zip(clean, unknown, strict=False)
    ]
    found = pd.Series(np.array([*words, ""], dtype=object)[at[rows]], dtype="str")
    done = {
        "PLACE": "The placement counts as `other`.",
        "SEX": "Read as U (not known).",
    }.get(column.name, "Kept as filed; it counts under no code.")
    return [
        told(
            "code-unknown",
            Severity.NOTED,
            place.of(rows),
            found=found,
            done=done,
            table=place.table.name,
            column=column.name,
        )
    ]


def _unknown_in_words(column: Column, value: str) -> str:
    if not _may_be_shown(column, value):
        return f"{column.name} is not one of its {len(_known(column))} codes."
    near = get_close_matches(value, _known(column), n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return f"{column.name} is {value!r}, which is not one of its {len(_known(column))} codes.{hint}"


def _known(column: Column) -> list[str]:
    return list(column.codes.labels) if column.codes else []


def _out_of_year_told(column: Column, coded: pd.Series[str], place: _Place) -> list[Findings]:
    if column.codes is None:
        return []
    findings = []
    for code in sorted({*column.codes.since, *column.codes.until}):
        first = column.codes.since.get(code, 0)
        last = column.codes.until.get(code, 9999)
        outside = (place.year < first) | (place.year > last)
        if not outside.any():
            continue
        rows = outside & (coded == code).to_numpy()
        findings.append(
            told(
                "code-of-other-year",
                Severity.NOTED,
                place.of(rows),
                found=f"{column.name} {code!r} is no code of this return year.",
                done="It is read with its meaning in the years that have it.",
                table=place.table.name,
                column=column.name,
            )
        )
    return findings


def _sex(
    column: Column, text: pd.Series[str], place: _Place
) -> tuple[pd.Series[str], list[Findings]]:
    coded, findings = _codes(column, text, place)
    today = coded.replace(codes.SEX_FROM_NUMBER)
    known = today.isin(["M", "F", "U"]) | today.isna()
    return today.where(known, "U"), findings


def _any_code(
    column: Column, text: pd.Series[str], place: _Place
) -> tuple[pd.Series[str], list[Findings]]:
    return (_sex if column.name == "SEX" else _codes)(column, text, place)


# Numbers, postcodes, identifiers -------------------------------------------------------------


def _numbers(
    column: Column, text: pd.Series[str], place: _Place
) -> tuple[pd.Series[str], list[Findings]]:
    whole = text.str.replace(r"\.0+$", "", regex=True)
    value = pd.to_numeric(whole, errors="coerce")
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    wrong = (text.notna() & ~value.between(low, high)).to_numpy()
    finding = told(
        "number-outside-range",
        Severity.NOTED,
        place.of(wrong),
        found=f"{column.name} is no number from {low:g} to {high:g}.",
        done="It is taken as blank.",
        table=place.table.name,
        column=column.name,
    )
    return whole.mask(wrong), [finding]


def _postcodes(
    column: Column, text: pd.Series[str], place: _Place
) -> tuple[pd.Series[str], list[Findings]]:
    upper = text.str.upper()
    filed = upper.notna().to_numpy()
    full = _matches(upper, _FULL_POSTCODE)
    cut = _matches(upper, _CUT_POSTCODE) & ~full
    n_files = len(place.files)
    n_cut = np.bincount(place.file[cut], minlength=n_files)
    n_filed = np.bincount(place.file[filed], minlength=n_files)
    is_cut = (n_cut > 0) & (n_cut >= 0.9 * n_filed)
    findings = [
        Findings.one(
            "postcodes-cut",
            Severity.NOTED,
            table=place.table.name,
            file=place.files[at],
            column=column.name,
            found="Postcodes are cut to the sector.",
            done="Distances are good to the middle of a sector.",
        )
        for at in np.flatnonzero(is_cut)
    ]
    wrong = filed & ~full & ~(cut & is_cut[place.file])
    findings.append(
        told(
            "postcode-form",
            Severity.NOTED,
            place.of(wrong),
            found=f"{column.name} does not have the form of a postcode.",
            done="Kept; a distance from it cannot be given.",
            table=place.table.name,
            column=column.name,
        )
    )
    return upper, findings


def _identifiers(
    column: Column, text: pd.Series[str], place: _Place
) -> tuple[pd.Series[str], list[Findings]]:
    with_point = _matches(text, r"^[0-9]+\.0$")
    if not with_point.any():
        return text, []
    finding = place.told_by_file(
        "identifier-decimal",
        with_point,
        column=column.name,
        found="Identifiers end in .0, as a spreadsheet writes a number.",
        done="They are read without it.",
    )
    return text.str.replace(r"^([0-9]+)\.0$", r"\1", regex=True), [finding]


def _as_it_is(
    column: Column,  # noqa: ARG001
    text: pd.Series[str],
    place: _Place,  # noqa: ARG001
) -> tuple[pd.Series[str], list[Findings]]:
    return text, []


_Reader = Callable[[Column, "pd.Series[str]", _Place], tuple["pd.Series[str]", list[Findings]]]
_READERS: dict[str, _Reader] = {
    # Ofsted's number is joined to the register of homes, which writes it without a point.
    "URN": _identifiers,
    Kind.CODE: _any_code,
    Kind.FLAG: _codes,
    Kind.INTEGER: _numbers,
    Kind.NUMBER: _numbers,
    Kind.POSTCODE: _postcodes,
    Kind.IDENTIFIER: _identifiers,
}


# What degraded data look like -----------------------------------------------------------------

_ENOUGH_BIRTH_DATES = 10  # by chance ten children share the first of a month once in 10^14


def birth_dates_cut(table: Table, frame: pd.DataFrame) -> Findings:
    """Say in which files birth dates are cut to the month: day 1 for every child.

    Parameters
    ----------
    table : Table
        The declaration.
    frame : DataFrame
        Typed rows with ``dob`` and ``file``.
    """
    known = frame[frame["dob"].notna()]
    if not len(known):
        return Findings.none()
    first = (known["dob"].dt.day == 1).groupby(known["file"], observed=True).agg(["all", "size"])
    return Findings.joined(
        Findings.one(
            "birth-dates-cut",
            Severity.NOTED,
            table=table.name,
            file=str(file),
            column="DOB",
            found="Birth dates are cut to the month: every child is born on a first.",
            done="Ages are good to a month.",
        )
        for file in first.index[first["all"] & (first["size"] >= _ENOUGH_BIRTH_DATES)]
    )
