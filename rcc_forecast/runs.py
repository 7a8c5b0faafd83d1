"""Where a result came from, and how it is put on disk whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EISDIR
from hashlib import sha256
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast import __version__
from rcc_forecast.errors import UnknownNameError
from rcc_forecast.tables.inert import inert

_SUFFIXES = (".csv", ".parquet", ".xlsx", ".json")


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was made from, so that it can be made again.

    Attributes
    ----------
    data_hash : str
        SHA-256 over the input files.
    version : str
        Of this program.
    packages_hash : str
        SHA-256 over the names and versions of the packages it ran with.
    configuration : dict
        What was asked.
    seed : int
        Of all chance in the run.
    """

    data_hash: str
    version: str
    packages_hash: str
    configuration: dict[str, Any]
    seed: int

    @property
    def run_id(self) -> str:
        """Name of the run: the same inputs, code and settings have the same."""
        return sha256(_canonical(self._parts()).encode()).hexdigest()[:16]

    def as_dict(self) -> dict[str, Any]:
        """Give the provenance as it is written beside a result."""
        return {"run_id": self.run_id, **self._parts()}

    def _parts(self) -> dict[str, Any]:
        return {
            "data_hash": self.data_hash,
            "version": self.version,
            "packages_hash": self.packages_hash,
            "configuration": self.configuration,
            "seed": self.seed,
        }


def provenance_of(*, data_hash: str, configuration: dict[str, Any], seed: int) -> Provenance:
    """Give the provenance of a run of this program, as installed."""
    return Provenance(data_hash, __version__, _packages_hash(), configuration, seed)


def hash_files(paths: list[Path]) -> str:
    """Give one SHA-256 over the names and content of some files."""
    digest = sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def write_table(table: pd.DataFrame, path: Path, *, sheet: str = "table") -> None:
    """Write a table in the format of its suffix; it appears whole or not at all.

    Parameters
    ----------
    table : DataFrame
        Text that a spreadsheet would take for a formula is made inert.
    path : Path
        Ends in .csv, .parquet, .xlsx or .json.
    sheet : str
        Name of a workbook's sheet, which can say what the table is.

    Raises
    ------
    UnknownNameError
        The suffix is none of these.
    """
    check_suffix(path)
    with whole_file(path) as unfinished:
        match path.suffix:
            case ".csv":
                inert(table).to_csv(unfinished, index=False, lineterminator="\n")
            case ".parquet":
                table.to_parquet(unfinished, index=False)
            case ".xlsx":
                _write_xlsx(table, unfinished, sheet)
            case _:
                text = _days_as_text(table).to_json(orient="records", indent=1)
                unfinished.write_text(text + "\n", encoding="utf-8")


def check_suffix(path: Path) -> None:
    """Refuse a format that cannot be written, before any work is done."""
    if path.suffix not in _SUFFIXES:
        raise UnknownNameError(what="output format", given=path.suffix, known=_SUFFIXES)


def write_json(content: dict[str, Any], path: Path) -> None:
    """Write a JSON document whole or not at all, in a stable order of keys as given."""
    with whole_file(path) as unfinished:
        text = json.dumps(content, indent=2, ensure_ascii=False, default=str)
        unfinished.write_text(text + "\n", encoding="utf-8")


def write_text(text: str, path: Path) -> None:
    """Write a text whole or not at all."""
    with whole_file(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8", newline="\n")


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a name to write under; the file takes its own name when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    os.close(handle)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.chmod(0o644)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder to write into; its files appear in `path` when all went well."""
    path.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        yield unfinished
        made = {
            source: path / source.relative_to(unfinished)
            for source in sorted(unfinished.rglob("*"))
            if source.is_file()
        }
        # Asked of all before the first is moved: a folder in the way of one leaves all unwritten.
        for target in made.values():
            if target.is_dir():
                raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(target))
        for source, target in made.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class KeptArrays:
    """Results of finished tasks in a folder of one run, so that it can be stopped and go on.

    Attributes
    ----------
    folder : Path
        One file a task, whole or not there.
    """

    folder: Path

    def get(self, name: str) -> dict[str, Any] | None:
        """Give the arrays kept under a name, or None."""
        path = self._path(name)
        if not path.exists():
            return None
        with np.load(path) as kept:
            return dict(kept)

    def put(self, name: str, arrays: dict[str, Any]) -> None:
        """Keep arrays under a name."""
        with whole_file(self._path(name)) as unfinished:
            np.savez(unfinished, **arrays)

    def _path(self, name: str) -> Path:
        return self.folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.npz"


def _days_as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Write days as YYYY-MM-DD, as CSV does; JSON has no dates of its own."""
    days = table.select_dtypes("datetime").columns
    return table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in days})


def _write_xlsx(table: pd.DataFrame, path: Path, sheet: str) -> None:
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs=options) as book:
        # A fixed date of making, so that the same table gives the same bytes.
        book.book.set_properties({"created": pd.Timestamp("2026-01-01").to_pydatetime()})
        inert(table).to_excel(book, sheet_name=sheet, index=False)


def _packages_hash() -> str:
    """Hash the packages that the program declares; a developer's tools change no result."""
    declared = [line for line in requires("rcc-forecast") or [] if "extra ==" not in line]
    names = sorted(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0] for line in declared)
    return sha256("\n".join(f"{name}=={version(name)}" for name in names).encode()).hexdigest()[:16]


def _canonical(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
