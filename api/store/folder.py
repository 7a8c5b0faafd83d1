"""A folder of uploads and results: written whole or not at all, never changed, deleted whole.

    <store>/key                           secret of the pseudonyms
    <store>/evaluations.log               specifications that were locked
    <store>/<kind>/<id>/record.json       what it is and what it was made from
    <store>/<kind>/<id>/<name>.parquet    its tables

A record is put together in a folder of its own and takes its name in one step.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from api.errors import NotFoundError, SourceDeletedError
from api.pseudonyms import Pseudonyms, read_or_make_key
from api.store.records import Record, RecordKind, RecordName

ROW = "_row"
"""Number of a row in a stored table, from 1; pages go on after one."""

Filters = Sequence[tuple[str, str, Any]]
Clock = Callable[[], datetime]

_UNFINISHED = ".unfinished-"
_LONGEST_WORK = timedelta(hours=1)
_OWNER_ONLY_FOLDER, _OWNER_ONLY_FILE = 0o700, 0o600


def _now() -> datetime:
    return datetime.now(UTC)


class Store:
    """Records in a folder.

    Parameters
    ----------
    root : Path
        Made where it is not there, for its owner alone.
    now : callable, optional
        The clock.
    """

    def __init__(self, root: Path, *, now: Clock = _now) -> None:
        self._root = root
        self._now = now
        self._writing = threading.RLock()
        for folder in (root, *(root / kind.value for kind in RecordKind)):
            folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY_FOLDER)
            folder.chmod(_OWNER_ONLY_FOLDER)
        self._sweep()
        self.pseudonyms = Pseudonyms(read_or_make_key(root / "key"))

    def add(
        self,
        name: RecordName,
        *,
        tables: Mapping[str, pd.DataFrame],
        facts: dict[str, Any],
        made_from: tuple[RecordName, ...] = (),
    ) -> Record:
        """Keep a record.

        Parameters
        ----------
        name : RecordName
            Where a record of this name is there already, it stays as it is.
        tables : mapping of str to DataFrame
            Each gains a column `ROW`.
        facts : dict
            As JSON knows it.
        made_from : tuple of RecordName
            What it is deleted with.

        Raises
        ------
        SourceDeletedError
            One of `made_from` is there no more.
        """
        record = Record(name, self._now().isoformat(timespec="seconds"), made_from, facts)
        with self.scratch() as folder:
            for table, frame in tables.items():
                numbered = frame.assign(**{ROW: range(1, len(frame) + 1)})
                numbered.to_parquet(folder / f"{table}.parquet", index=False)
            text = json.dumps(_as_json(record), ensure_ascii=False, allow_nan=False)
            (folder / "record.json").write_text(text, encoding="utf-8")
            for file in folder.iterdir():
                file.chmod(_OWNER_ONLY_FILE)
            with self._writing:
                if not all(self._path(source).exists() for source in made_from):
                    raise SourceDeletedError
                if self._path(name).exists():
                    return self.get(name)
                folder.rename(self._path(name))
        return record

    def find(self, name: RecordName) -> Record | None:
        """Give a record, None where there is none."""
        try:
            text = (self._path(name) / "record.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return _from_json(name, json.loads(text))

    def get(self, name: RecordName) -> Record:
        """Give a record.

        Raises
        ------
        NotFoundError
            There is none of this name.
        """
        record = self.find(name)
        if record is None:
            raise NotFoundError(name.kind.noun)
        return record

    def all(self, kind: RecordKind) -> list[Record]:
        """Give every record of a kind, newest first."""
        found = [
            self.find(RecordName(kind, path.name)) for path in (self._root / kind.value).iterdir()
        ]
        present = [record for record in found if record is not None]
        return sorted(present, key=lambda record: (record.stored, record.id), reverse=True)

    def tables(self, name: RecordName) -> list[str]:
        """Give the names of a record's tables."""
        self.get(name)
        return sorted(path.stem for path in self._path(name).glob("*.parquet"))

    def table(
        self, name: RecordName, table: str, *, filters: Filters = (), most: int | None = None
    ) -> pd.DataFrame:
        """Read a table of a record.

        Parameters
        ----------
        name : RecordName
            Which record.
        table : str
            Which of its tables.
        filters : sequence of (column, operator, value)
            All must hold.
        most : int, optional
            Rows to give at most, the first ones.

        Returns
        -------
        DataFrame
            In its order, with the column `ROW`.

        Raises
        ------
        NotFoundError
            There is no such record or table.
        """
        path = self._path(name) / f"{table}.parquet"
        try:
            frame = pd.read_parquet(path, filters=list(filters) or None)
        except FileNotFoundError as error:
            raise NotFoundError(name.kind.noun) from error
        return frame if most is None else frame.head(most)

    def delete(self, name: RecordName) -> list[RecordName]:
        """Delete a record with all that was made from it.

        Returns
        -------
        list of RecordName
            What was deleted, the record itself first.

        Raises
        ------
        NotFoundError
            There is none of this name.
        """
        with self._writing:
            self.get(name)
            doomed = [name]
            everything = [record for kind in RecordKind for record in self.all(kind)]
            for source in doomed:
                doomed += [
                    record.name
                    for record in everything
                    if source in record.made_from and record.name not in doomed
                ]
            # What was made goes first: should this stop half way, nothing is left without source.
            for each in reversed(doomed):
                self._remove(each)
        return doomed

    def beside_the_records(self, name: str) -> Path:
        """Give the path of a file that is no record: what is in it outlives them all."""
        return self._root / name

    def is_writable(self) -> bool:
        """Say whether a record could be kept now."""
        try:
            with self.scratch():
                return True
        except OSError:
            return False

    def _sweep(self) -> None:
        """Remove what a process left that was stopped half way."""
        long_ago = (self._now() - _LONGEST_WORK).timestamp()
        for folder in self._root.glob(f"{_UNFINISHED}*"):
            if folder.stat().st_mtime < long_ago:
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a folder for work in between, removed afterwards whatever happens."""
        folder = Path(tempfile.mkdtemp(dir=self._root, prefix=_UNFINISHED))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _path(self, name: RecordName) -> Path:
        return self._root / name.kind.value / name.id

    def _remove(self, name: RecordName) -> None:
        # Renamed first, so that no reader finds half a record.
        with self.scratch() as folder:
            self._path(name).rename(folder / "deleted")


def _as_json(record: Record) -> dict[str, Any]:
    return {
        "stored": record.stored,
        "made_from": [str(source) for source in record.made_from],
        "facts": record.facts,
    }


def _from_json(name: RecordName, content: dict[str, Any]) -> Record:
    return Record(
        name,
        content["stored"],
        tuple(RecordName.parse(text) for text in content["made_from"]),
        content["facts"],
    )
