"""Unit costs that a council gives itself, in place of the register's and the published ones."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.geography import resolve_authority, successor_of
from rcc_forecast.registers.rows import rows_from_file
from rcc_forecast.registers.typed import Typed, as_numbers, as_text
from rcc_forecast.results.findings import Findings
from rcc_forecast.tables.homes import PLACEMENT_TYPES, SECTORS
from rcc_forecast.tables.spending import COSTS

_NEEDED = ("placement_type", "weekly_cost_gbp")


def read_costs(path: Path) -> tuple[pd.DataFrame, Findings]:
    """Read unit costs.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `COSTS`; ``local_authority``
        and ``sector`` may be absent or blank, for all.

    Returns
    -------
    tuple of DataFrame and Findings
        A `COSTS` table of the rows that can be used, and everything found.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks the kind or the cost.
    """
    rows, findings = rows_from_file(path)
    missing = [name for name in _NEEDED if name not in rows.columns]
    if missing:
        raise UnreadableInputError(
            path=path.name, expected=f"a table of costs with the columns {', '.join(missing)}"
        )
    typed = Typed.start(rows, table=COSTS, file=path.name)
    _authorities(typed)
    _words(typed, "placement_type", set(PLACEMENT_TYPES.labels), blank_is_all=False)
    _words(typed, "sector", set(SECTORS.labels), blank_is_all=True)
    as_numbers(typed, "weekly_cost_gbp", default=None, whole=False)
    typed.refuse(
        "cost-blank",
        typed.column("weekly_cost_gbp").isna(),
        column="weekly_cost_gbp",
        found="no price, or none that is a number from 0",
    )
    costs, more = typed.result()
    return COSTS.check(costs[COSTS.names].reset_index(drop=True)), findings + more


def read_siblings(path: Path) -> pd.DataFrame:
    """Read who belongs to which group of brothers and sisters, as `link` and `synthesise` write it.

    Returns
    -------
    DataFrame
        Text columns sibling_group, local_authority, child_id.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks one of them.
    """
    rows, _ = rows_from_file(path)
    needed = ["sibling_group", "local_authority", "child_id"]
    missing = [name for name in needed if name not in rows.columns]
    if missing:
        raise UnreadableInputError(
            path=path.name, expected=f"sibling groups with the columns {', '.join(missing)}"
        )
    found: pd.DataFrame = rows[needed]
    return found


def _authorities(typed: Typed) -> None:
    given = as_text(typed.raw("local_authority"))
    named = (given != "") & (given.str.casefold() != ALL.casefold())
    codes = given[named].map(resolve_authority)
    unknown = pd.Series(False, given.index)
    unknown[named] = codes.isna()
    typed.refuse(
        "authority-unknown",
        unknown,
        column="local_authority",
        found="no authority that is known",
    )
    found = given.mask(~named | unknown)
    known = named & ~unknown
    found[known] = codes.dropna().map(successor_of)
    typed.put("local_authority", found)


def _words(typed: Typed, name: str, known: set[str], *, blank_is_all: bool) -> None:
    given = as_text(typed.raw(name)).str.casefold()
    blank = given == ""
    wrong = ~given.isin(known) & ~(blank & blank_is_all)
    typed.refuse(
        f"{name.replace('_', '-')}-unknown",
        wrong,
        column=name,
        found="none of the words of the data dictionary",
    )
    typed.put(name, given.mask(blank | wrong))
