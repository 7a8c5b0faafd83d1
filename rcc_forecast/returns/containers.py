"""Folders, zips and single files, as names and bytes; nothing is ever written out.

A few kilobytes of zip can unfold to gigabytes. What the directory of a zip
declares is held against limits, and then the bytes are counted as they come.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns.own_files import is_own_file, own_file

MOST_MEMBERS = 5_000
MOST_BYTES = 1_500_000_000
"""Of one zip, unpacked: England's returns of ten years are below 1 GB."""

HIGHEST_RATIO = 250
"""Unpacked to packed; a file of the return reaches about 20, a bomb 1,000."""

_SMALL = 5_000_000  # below this no ratio does harm
READABLE = frozenset({".csv", ".txt", ".tsv", ".xml", ".xlsx", ".xlsm", ".zip"})
"""Kinds of file that are looked into."""

# What zipfile raises where its directory or the packed bytes are damaged.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
_EXPECTED = "a folder, zip, CSV, XML or XLSX file of SSDA903 returns"


def read_files(path: Path) -> dict[str, bytes]:
    """Read a folder or a single file.

    Parameters
    ----------
    path : Path
        Where the returns lie.

    Returns
    -------
    dict of str to bytes
        Content by path within the folder, with ``/`` between its parts.

    Raises
    ------
    UnreadableInputError
        There is nothing at `path`, or no file of a kind that can be read.
    """
    if path.is_dir():
        found = {
            member.relative_to(path).as_posix(): member
            for member in sorted(path.rglob("*"))
            if member.is_file() and not _is_hidden(member.relative_to(path).as_posix())
        }
    else:
        found = {path.name: path} if path.is_file() else {}
    if not any(PurePosixPath(name).suffix.lower() in READABLE for name in found):
        raise UnreadableInputError(path=str(path), expected=_EXPECTED)
    try:
        return {
            name: file.read_bytes() if file.suffix.lower() in READABLE else b""
            for name, file in found.items()
        }
    except OSError as error:
        raise UnreadableInputError(path=str(path), expected=_EXPECTED) from error


def unpacked(files: Mapping[str, bytes]) -> tuple[dict[str, bytes], Findings]:
    """Give the files to read, with zips opened and other kinds left out.

    Parameters
    ----------
    files : mapping of str to bytes
        As uploaded or read.

    Returns
    -------
    dict of str to bytes
        In order of their names.
    Findings
        What was left out and why.
    """
    found: dict[str, bytes] = {}
    findings: list[Findings] = []
    for name in sorted(files):
        suffix = PurePosixPath(name).suffix.lower()
        if suffix == ".zip":
            members, faults = _members(name, files[name])
            # Two zips of one folder may hold the same names; alone, a zip is a folder.
            within = "" if len(files) == 1 else f"{name[: -len(suffix)]}/"
            found.update({within + member: content for member, content in members.items()})
            findings.append(faults)
        elif suffix in READABLE:
            found[name] = files[name]
        elif not _is_hidden(name):
            findings.append(_ignored(name))
    return dict(sorted(found.items())), Findings.joined(findings)


def workbook_is_too_large(data: bytes) -> str | None:
    """Say what is too large about a workbook, which is a zip too; None where it is well."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _over_the_limits(archive)
    except _DAMAGED:
        return None


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts)


def _ignored(name: str) -> Findings:
    if is_own_file(name):
        return own_file(name)
    return Findings.one(
        "file-ignored",
        Severity.NOTED,
        file=name,
        found="Not a kind of file that returns come in (CSV, XML, XLSX or zip).",
        done="The file is not read.",
    )


def _refused(name: str, found: str) -> Findings:
    return Findings.one(
        "zip-refused", Severity.REFUSED, file=name, found=found, done="It is not read."
    )


def _members(name: str, data: bytes) -> tuple[dict[str, bytes], Findings]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED:
        return {}, _refused(name, "The zip is damaged or cut short.")
    with archive:
        too_large = _over_the_limits(archive)
        if too_large:
            return {}, _refused(name, too_large)
        return _inflated(name, archive)


def _over_the_limits(archive: zipfile.ZipFile) -> str | None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        return f"It holds {len(members):,} files; {MOST_MEMBERS:,} are the most that are read."
    total = sum(member.file_size for member in members)
    if total > MOST_BYTES:
        return f"Unpacked it takes {total:,} bytes; {MOST_BYTES:,} are the most that are read."
    if any(
        member.file_size > _SMALL and member.file_size > HIGHEST_RATIO * member.compress_size
        for member in members
    ):
        return f"A file in it unpacks to over {HIGHEST_RATIO} times its size, as no return does."
    return None


def _inflated(name: str, archive: zipfile.ZipFile) -> tuple[dict[str, bytes], Findings]:
    found: dict[str, bytes] = {}
    findings: list[Findings] = []
    left = MOST_BYTES
    for member in archive.infolist():
        label = _within(member.filename)
        suffix = PurePosixPath(label).suffix.lower()
        if member.is_dir() or not label or _is_hidden(label):
            continue
        if suffix == ".zip":
            findings.append(_refused(label, "A zip inside a zip."))
        elif suffix not in READABLE:
            findings.append(_ignored(label))
        elif member.flag_bits & 0x1:
            findings.append(_refused(label, "The file is locked with a password."))
        else:
            try:
                with archive.open(member) as stream:
                    content = stream.read(left + 1)
            except _DAMAGED:
                findings.append(_refused(label, "The packed file is damaged."))
                continue
            if len(content) > left:
                findings.append(_refused(name, "It unpacks to more than it declares."))
                break
            left -= len(content)
            found[_new_name(label, found)] = content
    return found, Findings.joined(findings)


def _new_name(label: str, taken: Mapping[str, bytes]) -> str:
    """Give a member its name, or a numbered one where a zip holds the same name twice."""
    path, name, number = PurePosixPath(label), label, 1
    while name in taken:
        number += 1
        name = str(path.with_stem(f"{path.stem} ({number})"))
    return name


def _within(name: str) -> str:
    parts = [
        part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..")
    ]
    return "/".join(parts)
