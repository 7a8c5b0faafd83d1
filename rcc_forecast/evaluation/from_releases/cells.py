"""Who, when and how many, as published files write it: the words that every reader shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.evaluation.panel import NONE_SYMBOLS
from rcc_forecast.geography import (
    AUTHORITIES,
    REORGANISATIONS,
    region_of,
    resolve_authority,
)

_NAME = ("la_name", "area_name", "local_authority")
_CODE_FORM = r"E\d{8}"
_BEFORE_REORGANISATION = "(pre lg)"
"""How the Local Authority Interactive Tool marks an authority that was reorganised away."""

_REORGANISED = {
    change.predecessor_name.casefold().removesuffix(" (county)"): change.predecessor
    for change in REORGANISATIONS
}


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A published file on its way into a panel.

    Attributes
    ----------
    name : str
        Of the file; one list of Ofsted says its year nowhere else.
    text : DataFrame
        Its rows, every cell as text without blanks around it, names of columns
        in lower case.
    """

    name: str
    text: pd.DataFrame


Reader = Callable[[PublishedFile], list[pd.DataFrame]]
"""Takes the outcomes of one kind of file; an empty list where it is another kind.

Each part has the columns of `PANEL` but for ``release_date``, and two flags:
``uncertain`` (a withheld count that can be above 5) and ``rounded``.
"""


def first_of(text: pd.DataFrame, names: Sequence[str]) -> str:
    """Give the first of `names` that is a column, else an empty string."""
    return next((name for name in names if name in text), "")


def placed(text: pd.DataFrame, period: pd.Series[str]) -> pd.DataFrame:
    """Say whose rows they are, and of which period.

    Parameters
    ----------
    text : DataFrame
        Rows with an ONS code, a DfE number or a name.
    period : Series of str
        As written: ``2022``, ``202122``, ``2021-22`` or ``2021-22 (OT)``.

    Returns
    -------
    DataFrame
        ``la_code``, ``region`` and ``period`` (a year to 31 March), by row.
    """
    codes = _codes(text)
    years = {each: year_ending(each) for each in period.unique()}
    return pd.DataFrame(
        {
            "la_code": codes,
            "region": _regions(text, codes),
            "period": period.map(years).astype("str"),
        }
    )


def in_the_register(placed_rows: pd.DataFrame) -> pd.Series[bool]:
    """Say which rows are of an authority of England, of today or earlier."""
    known = {*AUTHORITIES.index, *_REORGANISED.values()}
    return placed_rows["la_code"].isin(known)


def _codes(text: pd.DataFrame) -> pd.Series[str]:
    """Give each row's ONS code: its own, else by DfE number or name, else as written."""
    blank = pd.Series("", index=text.index)
    name = text.get(first_of(text, _NAME), blank)
    written = text.get("new_la_code", blank)
    code = written.where(written.str.fullmatch(_CODE_FORM), "")
    for other in (text.get("old_la_code", blank), name):
        found = {each: _resolved(each) for each in other[code == ""].unique()}
        named = other.map(lambda each, found=found: found.get(each, "")).astype("str")
        code = code.where(code != "", named)
    for other in (written, name):
        code = code.where(code != "", other)
    return code


def _resolved(text: str) -> str:
    folded = text.casefold()
    if folded.endswith(_BEFORE_REORGANISATION):
        return _REORGANISED.get(folded.removesuffix(_BEFORE_REORGANISATION).strip(), "")
    return resolve_authority(text) or ""


def _regions(text: pd.DataFrame, codes: pd.Series[str]) -> pd.Series[str]:
    """Give regions by the register, since files write London as one or as two."""
    known = {code: region_of(code) for code in codes.unique()}
    written = text.get("region_name", pd.Series("", index=text.index))
    region = codes.map(known).astype("str")
    unknown = ~region.isin(AUTHORITIES["region"].unique())
    return region.where(~unknown | (written == ""), written)


def year_ending(period: str) -> str:
    """Give the year to 31 March of a period: 2022, 202122, 2021-22 or 2021-22 (OT)."""
    bare = period.split("(")[0].strip()
    if len(bare) == 6 and bare.isdigit():
        return str(int(bare[:4]) + 1)
    begins, dash, ends = bare.partition("-")
    if dash and len(begins) == 4 and begins.isdigit() and len(ends) in (2, 4) and ends.isdigit():
        return str(int(begins) + 1)
    return bare


def number(cells: pd.Series[str]) -> pd.Series[float]:
    """Read counts: none and rounded to none are 0, every other symbol is missing."""
    plain = cells.str.casefold().str.replace(",", "", regex=False)
    return pd.to_numeric(plain.where(~plain.isin(NONE_SYMBOLS), "0"), errors="coerce").astype(float)


def as_text(counts: pd.Series[Any]) -> pd.Series[str]:
    """Write counts as a panel has them; a missing one is empty."""
    return counts.map(lambda each: "" if pd.isna(each) else f"{each:.0f}").astype("str")


def count_cells(
    where: pd.DataFrame, outcome: str, value: pd.Series[float], *, rounded: bool = False
) -> pd.DataFrame:
    """Give the cells of an outcome that is no share: a count, an amount or a score.

    Parameters
    ----------
    where : DataFrame
        As `placed` gives it.
    outcome : str
        Its name in the panel.
    value : Series of float
        Aligned with `where`; rows without a value are left out.
    rounded : bool
        Whether another file that has the cell exactly counts before this one.
    """
    cells = where.assign(outcome=outcome, numerator="", denominator="", value=value)
    return cells.assign(uncertain=False, rounded=rounded)[value.notna()]


def share_cells(
    where: pd.DataFrame,
    outcome: str,
    numerator: pd.Series[float],
    denominator: pd.Series[float],
) -> pd.DataFrame:
    """Give the cells of a share of two known counts; rows without both are left out."""
    has = numerator.notna() & (denominator > 0)
    cells = where.assign(
        outcome=outcome,
        numerator=as_text(numerator),
        denominator=as_text(denominator),
        value=numerator / denominator.where(denominator > 0),
    )
    return cells.assign(uncertain=False, rounded=False)[has]
