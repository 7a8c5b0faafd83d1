"""Small SSDA903 returns, as rows and as files."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import openpyxl

from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.returns import read_returns_from

HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
EPISODES = (
    *("CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC"),
    *("REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN"),
)
UASC = ("CHILD", "SEX", "DOB", "DUC")

Row = Mapping[str, str]


def a_header(child: str = "1001", **fields: str) -> dict[str, str]:
    """A header row of a girl born in 2010, with what the test is about changed."""
    row = {"CHILD": child, "SEX": "2", "DOB": "15/06/2010", "ETHNIC": "WBRI"}
    return row | {"UPN": "A123456789012", "MOTHER": "", "MC_DOB": ""} | fields


def an_episode(child: str = "1001", **fields: str) -> dict[str, str]:
    """An open foster episode from 1 May 2020, with what the test is about changed."""
    row = dict.fromkeys(EPISODES, "") | {"CHILD": child, "DECOM": "01/05/2020", "RNE": "S"}
    row |= {"LS": "C2", "CIN": "N1", "PLACE": "U4", "PLACE_PROVIDER": "PR1"}
    return row | {"HOME_POST": "SE1 7AA", "PL_POST": "SE15 5AA", "URN": "1234567"} | fields


def as_csv(
    rows: Iterable[Row],
    columns: Sequence[str] | None = None,
    *,
    separator: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    """Rows as a CSV file under the columns given, or those of the first row."""
    rows = list(rows)
    columns = list(columns or rows[0])
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[row.get(column, "") for column in columns] for row in rows])
    return text.getvalue().encode(encoding)


def as_workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    """Sheets of cells as an XLSX file."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(*episodes: Row, header: Sequence[Row] | None = None, year: int = 2021) -> FiledReturns:
    """Read a return of these episodes and a header of their children."""
    children = dict.fromkeys(row["CHILD"] for row in episodes)
    header = [a_header(child) for child in children] if header is None else header
    return read_returns_from(
        {
            f"{year}/episodes.csv": as_csv(episodes, EPISODES),
            f"{year}/header.csv": as_csv(header, HEADER),
        }
    )


def found_by(returns: FiledReturns, rule: str) -> list[int]:
    """Rows that a rule found, in order."""
    return sorted(returns.findings.of(rule)["row"].dropna().astype(int))


def a_random_return(
    rng: np.random.Generator, *, children: int = 25, years: Sequence[int] = (2020, 2021)
) -> dict[str, bytes]:
    """Returns of several years with header, episodes and UASC, nothing wrong in them."""
    files: dict[str, bytes] = {}
    for year in years:
        header, episodes, uasc = [], [], []
        for child in rng.choice(9_000, size=children, replace=False) + 1_000:
            born = f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/{year - 10}"
            header.append(a_header(str(child), DOB=born, SEX=str(rng.integers(1, 3))))
            if rng.random() < 0.1:
                uasc.append({"CHILD": str(child), "SEX": "1", "DOB": born, "DUC": ""})
            start, moved = f"{rng.integers(1, 29):02d}/05/{year - 1}", f"10/09/{year - 1}"
            episodes.append(
                an_episode(
                    str(child), DECOM=start, DEC=moved, REC="X1", REASON_PLACE_CHANGE="CARPL"
                )
            )
            episodes.append(an_episode(str(child), DECOM=moved, RNE="P", PLACE="K2"))
        files[f"{year}/header.csv"] = as_csv(header, HEADER)
        files[f"{year}/episodes.csv"] = as_csv(episodes, EPISODES)
        files[f"{year}/uasc.csv"] = as_csv(uasc, UASC)
    return files


def in_one_file(files: Mapping[str, bytes], rng: np.random.Generator) -> dict[str, bytes]:
    """The same returns as a zip, a workbook a year or an XML file a year, at random."""
    kind = int(rng.integers(3))
    if kind == 0:
        return {"returns.zip": as_zip(files)}
    by_year: dict[str, dict[str, list[list[str]]]] = {}
    for name, data in files.items():
        year, table = name.removesuffix(".csv").split("/")
        by_year.setdefault(year, {})[table] = as_cells(data)
    if kind == 1:
        return {f"{year}.xlsx": as_workbook(tables) for year, tables in by_year.items()}
    return {f"{year}.xml": _as_xml(tables) for year, tables in by_year.items()}


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """Files packed as they are."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def _as_xml(tables: Mapping[str, list[list[str]]]) -> bytes:
    parts: dict[str, list[str]] = {}
    for name, tag in (("header", ""), ("uasc", "UASC"), ("episodes", "EPISODE")):
        heading, *rows = tables[name]
        for row in rows:
            fields = dict(zip(heading, row, strict=True))
            child = fields.pop("CHILD")
            leaves = "".join(f"<{key}>{value}</{key}>\n" for key, value in fields.items())
            parts.setdefault(child, []).append(f"<{tag}>{leaves}</{tag}>" if tag else leaves)
    children = "".join(
        f"<CHILD><CHILDID>{child}</CHILDID>\n<HEADER>{''.join(inside)}</HEADER></CHILD>\n"
        for child, inside in parts.items()
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Message>{children}</Message>'.encode()


def as_cells(data: bytes) -> list[list[str]]:
    """The lines and fields of a CSV file."""
    lines = data.decode("utf-8", errors="replace").replace("\x00", "").split("\r\n")
    return [line.split(",") for line in lines if line]
