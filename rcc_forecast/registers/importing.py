"""Another register in, `homes.csv` or `children.csv` out, and what could not be placed told."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.geography import AUTHORITIES, resolve_authority, successor_of
from rcc_forecast.registers.apply import PLACES_OBSERVED, apply_mapping
from rcc_forecast.registers.children import tidy_children
from rcc_forecast.registers.homes import tidy_homes
from rcc_forecast.registers.mapping import TABLES, RegisterMapping, TableMapping
from rcc_forecast.registers.places import COORDINATES
from rcc_forecast.registers.rows import rows_from_file
from rcc_forecast.registers.typed import as_text
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.contract import Kind

KNOWN_BY_URN = (
    *("provider", "sector", "placement_type", "local_authority", "postcode", "easting"),
    *("northing", "places_approved", "ofsted_rating", "opened", "closed"),
)
"""What another register of homes may tell of a home by its URN."""

_WHOLE = (Kind.INTEGER, Kind.FLAG)

SOURCE_FILE, SOURCE_ROW = "source_file", "source_row"


@dataclass(frozen=True, slots=True)
class ImportedRegister:
    """A register as it was imported.

    Attributes
    ----------
    table : DataFrame
        Columns of homes or children in their order; blank where the register
        does not say; homes made of placements then have ``places_observed``;
        then ``source_file`` and ``source_row``: where each row came from.
    findings : Findings
        What was found, by file and row.
    unplaced : dict of str to dict of str to int
        Rows by column and word that the mapping does not know.
    writes : str
        ``homes`` or ``children``.
    rows_read : int
        Rows of the file. Those neither used nor refused were put together
        with others, as placements are to homes.
    rows_used : int
        Rows of the file that the table stands for.
    """

    table: pd.DataFrame
    findings: Findings
    unplaced: dict[str, dict[str, int]]
    writes: str
    rows_read: int
    rows_used: int

    @property
    def rows_refused(self) -> int:
        """Rows of the file that count nowhere."""
        return self.rows_read - self.rows_used


def import_register(
    path: Path,
    mapping: RegisterMapping,
    *,
    writes: str | None = None,
    known: pd.DataFrame | None = None,
) -> ImportedRegister:
    """Read another register through a mapping.

    Parameters
    ----------
    path : Path
        CSV (also gzipped), XLSX, parquet or JSON.
    mapping : RegisterMapping
        From `read_mapping`.
    writes : str, optional
        ``homes`` or ``children``; the mapping's first when absent.
    known : DataFrame, optional
        A `HOMES` table that tells by URN what this register leaves blank.

    Returns
    -------
    ImportedRegister

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or has none of the mapping's headings.
    UnknownNameError
        The mapping does not write that table.
    """
    table = _table_asked(mapping, writes)
    rows, unreadable = rows_from_file(
        path, heading_row=mapping.heading_row, sheet=mapping.sheet, own_names=False
    )
    ask = None
    if known is not None and table.table == "homes":
        ask = partial(_told_by_urn, known=known, file=path.name)
    applied = apply_mapping(rows, table, known=ask)
    _require_a_heading(applied.frame, mapping, path)
    frame, told = applied.frame, Findings.none()
    if table.table == "children":
        frame, told = _in_the_middle(frame, path.name)
    tidied, found = _tidy(frame, table, path.name)
    found = _by_rows_behind(found, frame)
    return ImportedRegister(
        table=_as_written(frame, tidied, table.table),
        findings=Findings.joined([unreadable, applied.findings, told, found]),
        unplaced=applied.unplaced,
        writes=table.table,
        rows_read=len(rows) + unreadable.rows_refused,
        rows_used=_rows_behind(frame, tidied),
    )


def _table_asked(mapping: RegisterMapping, writes: str | None) -> TableMapping:
    asked = writes or next(iter(mapping.tables))
    if asked not in mapping.tables:
        raise UnknownNameError(
            what=f"table of the mapping {mapping.name}", given=asked, known=mapping.tables
        )
    return mapping.tables[asked]


def _require_a_heading(frame: pd.DataFrame, mapping: RegisterMapping, path: Path) -> None:
    if set(frame.columns) <= {"file", "row"}:
        raise UnreadableInputError(
            path=path.name,
            expected=f"headings of the mapping {mapping.name} in line {mapping.heading_row}",
        )


def _tidy(frame: pd.DataFrame, table: TableMapping, file: str) -> tuple[pd.DataFrame, Findings]:
    """Hold the rows against the rules of the table, with every column that it must have."""
    needed = {
        "homes": ("home_id", "placement_type", "local_authority", "places_approved"),
        "children": ("child_id", "local_authority", "age", "sex", "postcode"),
    }[table.table]
    absent = [name for name in needed if name not in frame]
    whole = frame.assign(**dict.fromkeys(absent, ""))
    tidy = tidy_homes if table.table == "homes" else tidy_children
    own = [name for name in whole.columns if not name.startswith("_")]
    return tidy(whole[own], file=file)


def _in_the_middle(frame: pd.DataFrame, file: str) -> tuple[pd.DataFrame, Findings]:
    """Put children in the middle of their authority where the register has no places at all."""
    if {"postcode", "easting"} & set(frame.columns) or "local_authority" not in frame:
        return frame, Findings.none()
    names = {name: resolve_authority(name) for name in frame["local_authority"].unique()}
    code = frame["local_authority"].map(names).map(successor_of, na_action="ignore")
    middle = AUTHORITIES[list(COORDINATES)].reindex(code).set_axis(frame.index)
    told = Findings.one(
        "place-of-authority",
        Severity.REPAIRED,
        table="children",
        file=file,
        column="postcode",
        found="neither coordinates nor postcodes",
        done="distances run from the middle of the child's authority, and are rough",
        rows=int(middle["easting"].notna().sum()),
    )
    return frame.assign(**{name: as_text(middle[name].round()) for name in COORDINATES}), told


def _told_by_urn(
    frame: pd.DataFrame, *, known: pd.DataFrame, file: str
) -> tuple[pd.DataFrame, Findings]:
    """Fill what is blank from the home of the same URN in another register."""
    if "urn" not in frame:
        return frame, Findings.none()
    there = _without_middles(known[as_text(known["urn"]) != ""].drop_duplicates("urn"))
    there = there.set_index("urn")
    at = frame["urn"]
    found = at.isin(there.index)
    told: list[Findings] = []
    for name in KNOWN_BY_URN:
        text = frame[name] if name in frame else pd.Series("", frame.index, dtype="str")
        theirs = as_text(there[name].reindex(at).set_axis(frame.index))
        filled = (text == "") & found & (theirs != "")
        if filled.any():
            frame = frame.assign(**{name: text.where(~filled, theirs)})
            told.append(
                Findings.one(
                    "known-by-urn",
                    Severity.REPAIRED,
                    table="homes",
                    file=file,
                    column=name,
                    found="blank",
                    done="taken from the home of the same URN in the known register",
                    rows=int(filled.sum()),
                )
            )
    lost = ~found & (at != "")
    if lost.any():
        told.append(
            Findings.of_rows(
                "urn-not-known",
                Severity.NOTED,
                frame.loc[lost, ["file", "row"]],
                table="homes",
                column="urn",
                found="a URN that the known register does not have",
                done="used as it stands",
            )
        )
    return frame, Findings.joined(told)


def _without_middles(homes: pd.DataFrame) -> pd.DataFrame:
    """Blank coordinates that only stand for the middle of an authority."""
    middle = AUTHORITIES[list(COORDINATES)].reindex(homes["local_authority"])
    rough = (homes[list(COORDINATES)].to_numpy(float) == middle.to_numpy(float)).all(axis=1)
    return homes.assign(**{name: homes[name].mask(rough) for name in COORDINATES})


def _as_written(frame: pd.DataFrame, tidied: pd.DataFrame, writes: str) -> pd.DataFrame:
    """Give the usable rows, typed, and blank where the register did not say."""
    names = TABLES[writes].names
    at = frame.drop_duplicates("row").set_index("row").reindex(tidied["row"])
    silent = {name: tidied[name].map(lambda _: None) for name in names}
    for name in names:
        if name in frame:
            said = (as_text(at[name]) != "").to_numpy()
            silent[name] = tidied[name].where(said)
    whole = [column.name for column in TABLES[writes].columns if column.kind in _WHOLE]
    table = pd.DataFrame(silent).astype(dict.fromkeys(whole, "Int64"))
    if PLACES_OBSERVED in frame:
        table[PLACES_OBSERVED] = at[PLACES_OBSERVED].astype("int64").to_numpy()
    return table.assign(
        **{SOURCE_FILE: tidied["file"].to_numpy(), SOURCE_ROW: tidied["row"].to_numpy()}
    )


def _by_rows_behind(findings: Findings, frame: pd.DataFrame) -> Findings:
    """Let a finding about a home that placements were put together to stand for all of them."""
    if PLACES_OBSERVED not in frame or not len(findings):
        return findings
    table = findings.frame
    behind = table["row"].map(frame.set_index("row")[PLACES_OBSERVED])
    refused = (table["severity"] == Severity.REFUSED.value) & behind.notna()
    return Findings(table.assign(rows=table["rows"].mask(refused, behind).astype("int64")))


def _rows_behind(frame: pd.DataFrame, tidied: pd.DataFrame) -> int:
    if PLACES_OBSERVED not in frame:
        return len(tidied)
    return int(frame.loc[frame["row"].isin(tidied["row"]), PLACES_OBSERVED].sum())
