"""The page that `check` prints: what was read, and everything that was found, in words."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.geography import name_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.returns import FiledReturns

_EXAMPLES = 3
_TITLES = {
    Severity.REFUSED: "Refused: not used in any figure",
    Severity.REPAIRED: "Repaired: changed as said, and used",
    Severity.NOTED: "Noted: used as filed",
}


def findings_text(returns: FiledReturns, *, every: bool = True) -> str:
    """Write the page of findings.

    Parameters
    ----------
    returns : FiledReturns
        After reading.
    every : bool
        Whether each finding has a line; else the first three of each rule.

    Returns
    -------
    str
        Plain text: a table of what was read, how much each rule found, most
        serious first, then the findings by rule, each with its file and row.
    """
    parts = [
        _what_was_read(returns),
        _what_was_found(returns.findings),
        *(_section(returns, one, every=every) for one in Severity),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _what_was_read(returns: FiledReturns) -> str:
    filed = returns.filed
    if not len(filed):
        return "No row of any table of the return could be read."
    n_filed, n_used = int(filed["rows_filed"].sum()), int(filed["rows_used"].sum())
    lines = [
        f"Read {_count(len(returns.files), 'table')} with {n_filed:,} rows; "
        f"{n_used:,} are used, {n_filed - n_used:,} are not.",
        "",
    ]
    rows = filed.assign(
        cell=[_cell(a, b) for a, b in zip(filed["rows_filed"], filed["rows_used"], strict=True)]
    )
    grid = rows.pivot_table(
        index=["local_authority", "year"],
        columns="table",
        values="cell",
        aggfunc="first",
        fill_value="-",
    )
    order = [name for name in ("header", "episodes", "uasc") if name in grid]
    grid = grid[order + [name for name in grid.columns if name not in order]].reset_index()
    grid["local_authority"] = grid["local_authority"].map(name_of)
    grid = grid.rename(columns={"local_authority": "authority", "year": "return"})
    return "\n".join(lines) + _aligned(grid)


def _cell(filed: int, used: int) -> str:
    return f"{used:,}" if filed == used else f"{used:,} of {filed:,}"


def _aligned(grid: pd.DataFrame, *, to_the_left: int = 1) -> str:
    columns = [[str(name), *(str(value) for value in grid[name])] for name in grid.columns]
    padded = []
    for at, column in enumerate(columns):
        width = max(len(text) for text in column)
        padded.append(
            [text.ljust(width) if at < to_the_left else text.rjust(width) for text in column]
        )
    return "\n".join("  ".join(cells).rstrip() for cells in zip(*padded, strict=True))


def _what_was_found(findings: Findings) -> str:
    if not len(findings):
        return "Nothing was found to tell."
    summary = findings.summary()
    grid = pd.DataFrame(
        {
            "severity": summary["severity"],
            "rule": summary["rule"],
            "table": summary["table"].replace("", "-"),
            "findings": summary["findings"].map("{:,}".format),
            "rows": summary["rows"].map("{:,}".format),
        }
    )
    return f"{_count(len(findings), 'finding')}:\n\n" + _aligned(grid, to_the_left=3)


def _section(returns: FiledReturns, severity: Severity, *, every: bool) -> str:
    frame = returns.findings.frame
    mine = frame[frame["severity"] == severity.value]
    if not len(mine):
        return ""
    lines = [_TITLES[severity], "-" * len(_TITLES[severity])]
    for (rule, table), group in mine.groupby(["rule", "table"], sort=True):
        lines += _paragraph(str(rule), str(table), group, every=every)
    return "\n".join(lines)


def _paragraph(rule: str, table: str, group: pd.DataFrame, *, every: bool) -> list[str]:
    n_rows = int(group["rows"].sum())
    where = f" in {table}" if table else ""
    count = _count(n_rows, "row") if n_rows else _count(len(group), "finding")
    shown = group if every else group.head(_EXAMPLES)
    lines = [f"{rule}{where}: {count}", *_lines(shown)]
    if len(group) > len(shown):
        lines.append(f"  and {len(group) - len(shown):,} more.")
    return lines


def _lines(findings: pd.DataFrame) -> list[str]:
    """Give a line for each finding; as lists, which a hundred thousand lines need."""
    columns = ("file", "row", "rows", "found", "done")
    return [
        f"  {_place(file, row, rows)}{found} {done}"
        for file, row, rows, found, done in zip(
            *(findings[name].tolist() for name in columns), strict=True
        )
    ]


def _place(file: str, row: object, rows: int) -> str:
    """Say where: the file, and the row or, of several, the first and their number."""
    if not file:
        return ""
    line = "" if row is pd.NA else f", row {row}"
    more = f"{rows:,} rows from {row}" if line else f"{rows:,} rows"
    return f"{file}, {more}: " if rows > 1 else f"{file}{line}: "


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
