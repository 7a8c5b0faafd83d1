"""The faults that real returns show, planted and written down one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class RowFault:
    """A fault of single rows.

    Attributes
    ----------
    name : str
        As `truth.json` lists it.
    table, column : str
        Where it stands.
    share : float
        How often, against the other faults.
    eligible : callable
        Rows that can have it.
    edit : callable
        The row (or two) that stands instead of each row given.
    """

    name: str
    table: str
    column: str
    share: float
    eligible: Callable[[pd.DataFrame], pd.Series[bool]]
    edit: Callable[[pd.DataFrame], pd.DataFrame]


def plant(
    tables: dict[str, pd.DataFrame], *, fault_rate: float, rng: np.random.Generator
) -> tuple[dict[str, pd.DataFrame], list[dict[str, object]], list[dict[str, object]]]:
    """Plant faults in headers and episodes.

    Parameters
    ----------
    tables : dict of str to DataFrame
        As filed: local_authority, year, then text columns.
    fault_rate : float
        Share of header and episode rows that get one.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    tables : dict of str to DataFrame
        With the faults in them.
    rows : list of dict
        fault, table, column, local_authority, year and row (line of the file,
        heading 1) of every faulty row.
    files : list of dict
        fault, table, column, local_authority, year of every faulty file.
    """
    if fault_rate <= 0:
        return tables, [], []
    planted: list[dict[str, object]] = []
    tables = dict(tables)
    for name in ("header", "episodes"):
        tables[name], rows = _plant_in(tables[name], name, fault_rate, rng)
        planted += rows
    files = _faulty_files(tables, fault_rate, rng)
    return tables, planted, files


def _plant_in(
    table: pd.DataFrame, name: str, fault_rate: float, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    faults = [fault for fault in ROW_FAULTS if fault.table == name]
    shares = np.array([fault.share for fault in faults])
    total = rng.binomial(len(table), min(fault_rate, 0.5))
    wanted = rng.multinomial(total, shares / shares.sum())
    free = np.ones(len(table), dtype=bool)
    edited: list[pd.DataFrame] = []
    replaced: list[np.ndarray] = []
    table = table.assign(_fault="", _place=np.arange(len(table)))
    for fault, many in zip(faults, wanted, strict=True):
        can = np.flatnonzero(fault.eligible(table).to_numpy() & free)
        chosen = np.sort(rng.choice(can, min(int(many), len(can)), replace=False))
        if not len(chosen):
            continue
        free[chosen] = False
        parts = fault.edit(table.iloc[chosen].copy())
        parts.loc[parts["_fault"] != "-", "_fault"] = fault.name
        edited.append(parts)
        replaced.append(chosen)
    if not edited:
        return table.drop(columns=["_fault", "_place"]), []
    keep = np.ones(len(table), dtype=bool)
    keep[np.concatenate(replaced)] = False
    whole = pd.concat([table[keep], *edited]).sort_values("_place", kind="stable")
    whole = whole.reset_index(drop=True)
    whole["_row"] = whole.groupby(["local_authority", "year"]).cumcount() + 2
    column_of = {fault.name: fault.column for fault in faults}
    found = whole[~whole["_fault"].isin(["", "-"])]
    rows: list[dict[str, object]] = [
        {
            "fault": str(r["_fault"]),
            "table": name,
            "column": column_of[str(r["_fault"])],
            "local_authority": str(r["local_authority"]),
            "year": int(r["year"]),
            "row": int(r["_row"]),
        }
        for _, r in found.iterrows()
    ]
    return whole.drop(columns=["_fault", "_place", "_row"]), rows


def _faulty_files(
    tables: dict[str, pd.DataFrame], fault_rate: float, rng: np.random.Generator
) -> list[dict[str, object]]:
    """Whole-file faults: a lost column, a lost table, dates of another form."""
    filed = tables["header"][["local_authority", "year"]].drop_duplicates()
    each = max(1, round(fault_rate * len(filed) / 4))
    kinds = [
        ("column-missing", "header", "UPN"),
        ("table-missing", "missing", ""),
        ("iso-dates-throughout", "episodes", "DECOM DEC"),
    ]
    chosen = rng.permutation(len(filed))[: each * len(kinds)]
    files: list[dict[str, object]] = []
    for n, at in enumerate(chosen):
        fault, table, column = kinds[n % len(kinds)]
        files.append(
            {
                "fault": fault,
                "table": table,
                "column": column,
                "local_authority": str(filed["local_authority"].iloc[at]),
                "year": int(filed["year"].iloc[at]),
            }
        )
    for item in files:
        if item["fault"] == "iso-dates-throughout":
            _turn_to_iso(tables, item)
    return sorted(files, key=lambda f: (str(f["local_authority"]), str(f["year"]), str(f["fault"])))


def _turn_to_iso(tables: dict[str, pd.DataFrame], item: dict[str, object]) -> None:
    table = tables[str(item["table"])].copy()
    of_file = (table["local_authority"] == item["local_authority"]) & (
        table["year"] == item["year"]
    )
    for column in str(item["column"]).split():
        table.loc[of_file, column] = _iso(table.loc[of_file, column])
    tables[str(item["table"])] = table


def _iso(dates: pd.Series[str]) -> pd.Series[str]:
    """Turn ``dd/mm/yyyy`` round; anything else stays as it is."""
    return dates.str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", regex=True)


def _any_row(table: pd.DataFrame) -> pd.Series[bool]:
    return table["CHILD"] != ""


def _ended(table: pd.DataFrame) -> pd.Series[bool]:
    return (table["DEC"] != "") & (table["DEC"] != table["DECOM"])


def _followed(table: pd.DataFrame) -> pd.Series[bool]:
    return (table["REC"] == "X1") & (table["DEC"] != "")


def _open(table: pd.DataFrame) -> pd.Series[bool]:
    return table["DEC"] == ""


def _set(column: str, value: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{column: value})


def _turned(column: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{column: _iso(rows[column])})


def _two_digits(column: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{column: rows[column].str[:6] + rows[column].str[8:]})


def _shifted(dates: pd.Series[str], days: int) -> pd.Series[str]:
    moved = pd.to_datetime(dates, format="%d/%m/%Y") + pd.Timedelta(days=days)
    return moved.dt.strftime("%d/%m/%Y").astype(str)


def _twice(rows: pd.DataFrame) -> pd.DataFrame:
    first = rows.assign(_fault="-")
    return pd.concat([first, rows]).sort_values("_place", kind="stable")


def _with_same_day_spell(rows: pd.DataFrame) -> pd.DataFrame:
    spell = rows.assign(DEC=rows["DECOM"], REC="X1", REASON_PLACE_CHANGE="OTHER")
    rest = rows.assign(RNE="P", _fault="-")
    return pd.concat([spell, rest]).sort_values("_place", kind="stable")


def _after_the_return(rows: pd.DataFrame) -> pd.DataFrame:
    day_after = rows["year"].map(lambda year: f"10/04/{year}")
    return rows.assign(DEC=day_after, REC="E4A")


ROW_FAULTS: tuple[RowFault, ...] = (
    RowFault("birth-date-blank", "header", "DOB", 3, _any_row, _set("DOB", "")),
    RowFault("birth-date-impossible", "header", "DOB", 1, _any_row, _set("DOB", "31/02/2012")),
    RowFault("birth-year-two-digits", "header", "DOB", 1, _any_row, _two_digits("DOB")),
    RowFault("birth-date-iso", "header", "DOB", 2, _any_row, _turned("DOB")),
    RowFault("ethnic-code-unknown", "header", "ETHNIC", 2, _any_row, _set("ETHNIC", "WBRT")),
    RowFault("row-twice", "header", "CHILD", 2, _any_row, _twice),
    RowFault("place-code-unknown", "episodes", "PLACE", 2, _any_row, _set("PLACE", "U9")),
    RowFault("legal-status-unknown", "episodes", "LS", 1, _any_row, _set("LS", "C9")),
    RowFault("start-iso", "episodes", "DECOM", 2, _any_row, _turned("DECOM")),
    RowFault("start-two-digit-year", "episodes", "DECOM", 1, _any_row, _two_digits("DECOM")),
    RowFault(
        "end-before-start",
        "episodes",
        "DEC",
        1,
        _ended,
        lambda rows: rows.assign(DEC=_shifted(rows["DECOM"], -4)),
    ),
    RowFault("end-without-reason", "episodes", "REC", 2, _ended, _set("REC", "")),
    RowFault("row-twice", "episodes", "CHILD", 2, _any_row, _twice),
    RowFault("same-day-spell", "episodes", "DEC", 2, _any_row, _with_same_day_spell),
    RowFault(
        "overlap",
        "episodes",
        "DEC",
        2,
        _followed,
        lambda rows: rows.assign(DEC=_shifted(rows["DEC"], 6)),
    ),
    RowFault("end-after-return", "episodes", "DEC", 1, _open, _after_the_return),
    RowFault("child-blank", "episodes", "CHILD", 1, _any_row, _set("CHILD", "")),
    RowFault(
        "code-in-lower-case",
        "episodes",
        "PLACE",
        2,
        _any_row,
        lambda rows: rows.assign(PLACE=rows["PLACE"].str.lower()),
    ),
    RowFault("home-postcode-blank", "episodes", "HOME_POST", 1, _any_row, _set("HOME_POST", "")),
)
"""Every fault of single rows, by table."""
