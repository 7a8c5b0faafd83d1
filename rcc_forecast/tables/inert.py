"""Text that a spreadsheet would run as a formula, made plain text before it is written."""

from __future__ import annotations

import pandas as pd

_LIVE = ("=", "+", "-", "@", "\t", "\r")


def inert(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before text that a spreadsheet would run; numbers stay as they are.

    Parameters
    ----------
    table : DataFrame
        Any table that people will open.

    Notes
    -----
    OWASP, *CSV injection*: cells that begin with ``= + - @``, a tab or a
    carriage return are run by spreadsheets.
    """
    changed = {}
    for name in table.columns:
        live = _live(table[name])
        if live.any():
            changed[name] = table[name].where(~live, "'" + table[name].astype("str"))
    return table.assign(**changed) if changed else table


def _live(column: pd.Series) -> pd.Series[bool]:
    if isinstance(column.dtype, pd.StringDtype):
        return column.str.startswith(_LIVE, na=False)
    if column.dtype == object:
        return column.map(lambda cell: isinstance(cell, str) and cell.startswith(_LIVE))
    return pd.Series(data=False, index=column.index)
