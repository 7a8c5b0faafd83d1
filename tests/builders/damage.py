"""What happens to returns between a council's system and us: files damaged at random.

`damaged_copy` draws one of everything by a seed: bytes, lines, columns, cells,
encodings and files of CSV returns, and the insides of zips, workbooks and XML.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import numpy as np

from tests.builders.returns import a_random_return, as_cells, as_zip, in_one_file

Files = dict[str, bytes]


def damaged_copy(seed: int) -> Files:
    """A random return of two years, damaged: four in five as CSV files, the rest in one file."""
    rng = np.random.default_rng(seed)
    files = a_random_return(rng)
    if seed % 5:
        return _damaged(files, rng)
    if rng.random() < 0.2:
        return {"returns.zip": as_zip(_damaged(files, rng))}
    whole = in_one_file(files, rng)
    return {name: _damaged_inside(name, data, rng) for name, data in whole.items()}


def harmed(data: bytes, rng: np.random.Generator) -> bytes:
    """Any one CSV file with one kind of damage."""
    return _HARMS[rng.integers(len(_HARMS))](data, rng)


def _damaged(files: Mapping[str, bytes], rng: np.random.Generator) -> Files:
    """A copy with one to four kinds of damage, each to a file at random."""
    harmed_files = dict(files)
    for _ in range(int(rng.integers(1, 5))):
        name = sorted(harmed_files)[rng.integers(len(harmed_files))]
        harmed_files[name] = harmed(harmed_files[name], rng)
    if rng.random() < 0.25:
        harmed_files = _FILE_HARMS[rng.integers(len(_FILE_HARMS))](harmed_files, rng)
    return harmed_files


def _any_name(files: Mapping[str, bytes], rng: np.random.Generator) -> str:
    return sorted(files)[rng.integers(len(files))]


# Whole files ---------------------------------------------------------------------------------


def _file_lost(files: Files, rng: np.random.Generator) -> Files:
    name = _any_name(files, rng)
    return {other: data for other, data in files.items() if other != name}


def _file_twice(files: Files, rng: np.random.Generator) -> Files:
    """The same file again: beside itself, in a folder below, or in another year's folder."""
    name = _any_name(files, rng)
    again = (f"copy of {name.replace('/', ' ')}", f"{name[:4]}/old/{name[5:]}", f"2022/{name[5:]}")
    return files | {again[rng.integers(3)]: files[name]}


def _file_under_another_year(files: Files, rng: np.random.Generator) -> Files:
    name = _any_name(files, rng)
    other = ("1900", "1993", "2059", "9999", "2021", "Salford", "2020-22")[rng.integers(7)]
    kept = {path: data for path, data in files.items() if path != name}
    return kept | {f"{other}/{name[5:]}": files[name]}


def _another_kind_of_name(files: Files, rng: np.random.Generator) -> Files:
    name = _any_name(files, rng)
    ending = (".xlsx", ".xml", ".zip", ".txt", ".pdf")[rng.integers(5)]
    kept = {other: data for other, data in files.items() if other != name}
    return kept | {name.removesuffix(".csv") + ending: files[name]}


_FILE_HARMS = (_file_lost, _file_twice, _file_under_another_year, _another_kind_of_name)


# Bytes and lines -----------------------------------------------------------------------------


def _bytes_flipped(data: bytes, rng: np.random.Generator) -> bytes:
    content = np.frombuffer(data, dtype=np.uint8).copy()
    if len(content):
        at = rng.integers(len(content), size=int(rng.integers(1, 30)))
        content[at] = rng.integers(256, size=len(at))
    return content.tobytes()


def _truncated(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: rng.integers(len(data) + 1)]


def _nul_bytes_put_in(data: bytes, rng: np.random.Generator) -> bytes:
    for at in rng.integers(len(data) + 1, size=int(rng.integers(1, 6))):
        data = data[:at] + b"\x00" * int(rng.integers(1, 4)) + data[at:]
    return data


def _lines_repeated(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\r\n")
    again = [lines[at] for at in rng.integers(len(lines), size=int(rng.integers(1, 8)))]
    return b"\r\n".join([*lines[:-1], *again, b""])


def _lines_cut(data: bytes, rng: np.random.Generator) -> bytes:
    lines = data.split(b"\r\n")
    for at in rng.integers(len(lines), size=4):
        lines[at] = lines[at][: rng.integers(len(lines[at]) + 1)]
    return b"\r\n".join(lines)


def _heading_lost(data: bytes, rng: np.random.Generator) -> bytes:
    """The heading is gone, comes second, comes twice, or comes after a title."""
    heading, _, rest = data.partition(b"\r\n")
    first, _, others = rest.partition(b"\r\n")
    return (
        rest,
        b"\r\n".join([first, heading, others]),
        b"\r\n".join([heading, heading, rest]),
        b"Children looked after,,\r\n\r\n" + data,
    )[rng.integers(4)]


def _lines_end_otherwise(data: bytes, rng: np.random.Generator) -> bytes:
    return data.replace(
        b"\r\n", (b"\n", b"\r", b"\n\r", b"\r\n\r\n", b"\x0b", b" ")[rng.integers(6)]
    )


def _quotes_astray(data: bytes, rng: np.random.Generator) -> bytes:
    for at in rng.integers(len(data) + 1, size=int(rng.integers(1, 5))):
        data = data[:at] + (b'"', b'""', b"'", b'"\r\n')[rng.integers(4)] + data[at:]
    return data


def _emptied(data: bytes, rng: np.random.Generator) -> bytes:
    return (b"", data.split(b"\r\n")[0], b"\r\n" * 5, bytes(100))[rng.integers(4)]


# Encodings and separators --------------------------------------------------------------------


def _in_another_encoding(data: bytes, rng: np.random.Generator) -> bytes:
    encoding = ("utf-16", "cp1252", "utf-8-sig", "utf-16-le", "utf-32", "cp037")[rng.integers(6)]
    return data.decode("utf-8", errors="replace").encode(encoding, errors="replace")


def _in_two_encodings(data: bytes, rng: np.random.Generator) -> bytes:
    """One half in one encoding and the rest in another, or a mark of an encoding it is not in."""
    half = len(data) // 2
    named = data.replace(b"SE1", "Sé1".encode())
    return (
        b"\xef\xbb\xbf" + data[:half] + data[half:].decode("utf-8", "replace").encode("utf-16"),
        b"\xff\xfe" + data,
        b"\xfe\xff" + data + b"\x00",
        b"\xef\xbb\xbf\xef\xbb\xbf" + data,
        named[:half] + named[half:].replace("é".encode(), b"\xe9"),
    )[rng.integers(5)]


def _with_another_separator(data: bytes, rng: np.random.Generator) -> bytes:
    other = (b";", b"\t", b"|", b" ")[rng.integers(4)]
    if rng.random() < 0.5:
        return data.replace(b",", other)
    heading, _, rest = data.partition(b"\r\n")
    return heading + b"\r\n" + rest.replace(b",", other, int(rng.integers(1, 400)))


# Columns and cells ---------------------------------------------------------------------------


def _as_bytes(cells: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\r\n" for row in cells).encode("utf-8", errors="replace")


def _column_dropped(data: bytes, rng: np.random.Generator) -> bytes:
    cells = as_cells(data)
    if not cells:
        return data
    at = int(rng.integers(len(cells[0])))
    return _as_bytes([row[:at] + row[at + 1 :] for row in cells])


def _columns_shuffled(data: bytes, rng: np.random.Generator) -> bytes:
    cells = as_cells(data)
    if not cells:
        return data
    order = rng.permutation(len(cells[0]))
    return _as_bytes([[row[at] for at in order if at < len(row)] for row in cells])


def _column_twice(data: bytes, rng: np.random.Generator) -> bytes:
    cells = as_cells(data)
    if not cells:
        return data
    at = int(rng.integers(len(cells[0])))
    return _as_bytes([[*row, *row[at : at + 1]] for row in cells])


def _column_added(data: bytes, rng: np.random.Generator) -> bytes:
    """LA or YEAR, some of it nonsense, as a merged file has them."""
    cells = as_cells(data)
    name, values = (
        ("YEAR", ("2020", "2021", "2059", "1900", "9999", "x", "")),
        ("LA", ("Salford", "E08000006", "352", "E06000060", "Nowhere", "")),
    )[rng.integers(2)]
    drawn = [values[at] for at in rng.integers(len(values), size=len(cells))]
    return _as_bytes([[*row, name if not at else drawn[at]] for at, row in enumerate(cells)])


_ODD = (
    *("31/02/2020", "2020-05-01", "01/05/20", "43952", "1 May 2020", "05/13/2020", "9999-12-31"),
    *("", "NULL", "n/a", "\u00a0", '"', "u4", "ZZ9", "1.0", "-1", "=1+1", "O'Brien", "\u2603" * 5),
)
_DATES = (
    *("01/01/0001", "31/12/9999", "0000-00-00", "00/00/0000", "01/01/1753", "99999", "-43952"),
    *("29/02/2021", "29/02/2020", "29/02/1900", "30/02/2020", "2020-02-30", "31/04/2020"),
    *("01/04/2020", "31/03/2020", "31/03/2021", "01/01/2035", "15/06/2035", "2020-05-01T00:00:00"),
    *("1/1/99", "32/13/2020", "12/2020", "2020-12", "10000-01-01", "292277026597-01-01", "1e9"),
)


def _cells_changed(data: bytes, rng: np.random.Generator) -> bytes:
    return _with_cells(data, _ODD, rng)


def _dates_mangled(data: bytes, rng: np.random.Generator) -> bytes:
    """Dates far off, of no day, of leap days, and before birth: DOB is a column like others."""
    cells = as_cells(data)
    heading = cells[0] if cells else []
    dates = [at for at, name in enumerate(heading) if name in ("DECOM", "DEC", "DOB", "DUC")]
    if not dates:
        return data
    for _ in range(int(rng.integers(1, 30))):
        row = cells[rng.integers(len(cells))]
        at = dates[rng.integers(len(dates))]
        if at < len(row):
            row[at] = _DATES[rng.integers(len(_DATES))]
    return _as_bytes(cells)


def _dates_all_moved(data: bytes, rng: np.random.Generator) -> bytes:
    """Every date a century early or late, or in the year 20 or 9920."""
    return data.replace(b"/20", (b"/19", b"/21", b"/00", b"/99")[rng.integers(4)])


def _fields_made_huge(data: bytes, rng: np.random.Generator) -> bytes:
    longest = (10_000, 140_000, 1_200_000)[rng.integers(3)]
    return _with_cells(data, ("9" * longest, "x" * longest, '"' + "\n" * 3_000 + '"'), rng, most=2)


def _with_cells(
    data: bytes, values: tuple[str, ...], rng: np.random.Generator, *, most: int = 20
) -> bytes:
    cells = as_cells(data)
    for _ in range(int(rng.integers(1, most))):
        if cells:
            row = cells[rng.integers(len(cells))]
            row[rng.integers(len(row))] = values[rng.integers(len(values))]
    return _as_bytes(cells)


_HARMS = (
    *(_bytes_flipped, _truncated, _nul_bytes_put_in, _lines_repeated, _lines_cut, _heading_lost),
    *(_lines_end_otherwise, _quotes_astray, _emptied, _in_another_encoding, _in_two_encodings),
    *(_with_another_separator, _column_dropped, _columns_shuffled, _column_twice, _column_added),
    *(_cells_changed, _dates_mangled, _dates_mangled, _dates_all_moved, _fields_made_huge),
)


# Zips, workbooks and XML ---------------------------------------------------------------------


def _damaged_inside(name: str, data: bytes, rng: np.random.Generator) -> bytes:
    """Damage to the file as a whole, or to what is packed or marked up in it."""
    if rng.random() < 0.4:
        return (_bytes_flipped, _truncated, _nul_bytes_put_in)[rng.integers(3)](data, rng)
    if name.endswith(".xml"):
        return _XML_HARMS[rng.integers(len(_XML_HARMS))](data, rng)
    return _repacked(data, rng)


def _repacked(data: bytes, rng: np.random.Generator) -> bytes:
    """A zip, which a workbook is too, whose members are changed, lost, repeated or renamed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    chosen = _any_name(members, rng)
    kind = int(rng.integers(5))
    if kind == 0:
        members.pop(chosen)
    elif kind == 1:
        members["../../" + chosen] = members[chosen]
    elif kind == 2:
        members["inner.zip"] = data
    else:
        harm = (_bytes_flipped, _truncated, _emptied, _quotes_astray, _dates_all_moved)
        members[chosen] = harm[rng.integers(len(harm))](members[chosen], rng)
    return as_zip(members)


def _tag_dropped(data: bytes, rng: np.random.Generator) -> bytes:
    parts = data.split(b"<")
    parts.pop(int(rng.integers(1, len(parts))))
    return b"<".join(parts)


def _tags_renamed(data: bytes, rng: np.random.Generator) -> bytes:
    tag = (b"CHILDID", b"CHILD", b"HEADER", b"EPISODE", b"DECOM", b"DOB", b"PLACE")[rng.integers(7)]
    return data.replace(tag, (b"X", b"ns:X", b"", tag.lower())[rng.integers(4)])


def _entities_declared(data: bytes, rng: np.random.Generator) -> bytes:
    entity = b'<!DOCTYPE r [<!ENTITY x "y">]>' if rng.random() < 0.5 else b""
    return data.replace(b"?>", b"?>" + entity, 1).replace(b"<DOB>", b"<DOB>&x;", 2)


def _another_encoding_declared(data: bytes, rng: np.random.Generator) -> bytes:
    return data.replace(b"UTF-8", (b"UTF-16", b"latin-1", b"x-unknown", b"cp037")[rng.integers(4)])


def _nested_deeply(data: bytes, rng: np.random.Generator) -> bytes:
    depth = int(rng.integers(2, 40))
    return data.replace(b"<Message>", b"<a>" * depth + b"<Message>") + b"</a>" * depth


_XML_HARMS = (
    *(_tag_dropped, _tags_renamed, _entities_declared, _another_encoding_declared),
    *(_nested_deeply, _dates_all_moved),
)
