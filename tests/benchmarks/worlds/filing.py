"""A world's returns: SSDA903 files by authority and year, as they would be held on a day."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.worlds.lives import Lives
from tests.benchmarks.worlds.nature import (
    ADOPTION,
    AGENCY,
    AUTHORITIES,
    HOME,
    KINSHIP,
    OTHER,
    OWN,
    PARENTS,
    SCHOOL,
    SECURE,
    SUPPORTED,
    UASC,
    Family,
    IntArray,
)

RETURNS = range(2017, 2028)
"""Returns that the program reads; return Y covers 1 April Y-1 to 31 March Y."""

_CODES = {
    KINSHIP: ("U1", "U3"),
    OWN: ("U4", "U6"),
    AGENCY: ("U4", "U6"),
    HOME: ("K2", "K2"),
    SECURE: ("K1", "K1"),
    SCHOOL: ("R1", "S1"),
    PARENTS: ("P1", "P1"),
    ADOPTION: ("A3", "A5"),
}
_PROVIDER = {OWN: "PR1", PARENTS: "PR0", KINSHIP: "PR1", ADOPTION: "PR1", OTHER: ""}

_README = """\
SYNTHETIC DATA. Nobody in these files exists.

Children of a simulated world, made to judge forecasts: {family}, seed {seed}.
Every CHILD begins SYN. The authorities lend their codes and nothing else.
Made by tests/benchmarks/worlds.
"""

Files = dict[str, bytes]


def returns_of(lives: Lives, years: Iterable[int] = RETURNS) -> Files:
    """Write the returns of some years.

    Parameters
    ----------
    lives : Lives
        From `lives_of`.
    years : iterable of int
        Return years.

    Returns
    -------
    dict of str to bytes
        CSV by ``<authority>/<year>/<table>.csv``. An end that was not recorded
        by 31 March is blank in the return of its year and stands in the next.
    """
    words = _Words(lives)
    files: Files = {}
    for year in sorted(years):
        shown = _shown_in(lives, year)
        place = lives.authority[lives.child[shown]]
        tables = {
            "episodes": words.episodes(shown, year),
            "header": words.header(shown, year),
            "uasc": words.uasc(shown, year),
        }
        for number, code in enumerate(AUTHORITIES):
            for name, table in tables.items():
                rows = table["of"].to_numpy() == number if name != "episodes" else place == number
                mine = table[rows].drop(columns="of")
                # Files of one form are faster joined by hand than by a CSV writer.
                lines = [",".join(mine.columns)]
                lines += [",".join(row) for row in mine.itertuples(index=False, name=None)]
                files[f"{code}/{year}/{name}.csv"] = ("\n".join(lines) + "\n").encode()
    return files


def held_on(files: Files, day: pd.Timestamp) -> Files:
    """Give the returns that were there on a 31 March."""
    return {name: data for name, data in files.items() if int(name.split("/")[1]) <= day.year}


def of_authority(files: Files, code: str) -> Files:
    """Give the returns of one authority."""
    return {name: data for name, data in files.items() if name.startswith(f"{code}/")}


def written(files: Files, folder: Path, *, family: Family, seed: int) -> Path:
    """Write returns below a folder, with a note that they are synthetic, and give the folder."""
    note = _README.format(family=family.value, seed=seed)
    for name, data in {**files, "README.txt": note.encode()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _year_end(year: int) -> int:
    return int(np.datetime64(f"{year}-03-31", "D").astype(int))


def _shown_in(lives: Lives, year: int) -> IntArray:
    """Rows of the year's return: what lasted into the year, or ended before and was late."""
    last, before = _year_end(year), _year_end(year - 1)
    return np.flatnonzero((lives.start <= last) & (lives.recorded > before))


class _Words:
    """Texts of children and dates, made once for all years."""

    def __init__(self, lives: Lives) -> None:
        self.lives = lives
        n = len(lives.authority)
        number = np.arange(n)
        self.child = np.array([f"SYN{at:06d}" for at in range(n)], dtype=object)
        self.born = _dates(lives.born)
        self.uasc_child = lives.stream == UASC
        self.male = np.where(self.uasc_child, number % 12 != 0, number % 2 == 0)
        self.ethnic = np.where(self.uasc_child, "OOTH", "WBRI").astype(object)
        child = lives.child
        self.start, self.end = _dates(lives.start), _dates(lives.end)
        first = np.append(True, child[1:] != child[:-1])
        continues = ~first & (lives.start == np.append(0, lives.end[:-1]))
        self.reason = np.where(continues, "P", "S").astype(object)
        # Short breaks and remand are left out: one order or agreement serves all.
        self.status = np.where(child % 5 < 3, "C2", "V2").astype(object)
        self.status[self.uasc_child[child]] = "V2"
        self.need = np.where(self.uasc_child[child], "N8", "N1").astype(object)

    def episodes(self, shown: IntArray, year: int) -> pd.DataFrame:
        lives = self.lives
        child, kind = lives.child[shown], lives.kind[shown]
        known = (lives.end[shown] <= _year_end(year)) & (lives.recorded[shown] <= _year_end(year))
        over = lives.last[shown]
        why = np.where(~over, "X1", np.where(lives.of_age[shown], "E5", "E4A"))
        why = np.where(over & (kind == ADOPTION), "E11", why)
        return pd.DataFrame(
            {
                "CHILD": self.child[child],
                "DECOM": self.start[shown],
                "RNE": self.reason[shown],
                "LS": self.status[shown],
                "CIN": self.need[shown],
                "PLACE": _place_codes(kind, child, year),
                "PLACE_PROVIDER": _providers(kind),
                "DEC": np.where(known, self.end[shown], ""),
                "REC": np.where(known, why, ""),
                "REASON_PLACE_CHANGE": np.where(known & ~over, "CARPL", ""),
                "HOME_POST": "",
                "PL_POST": "",
                "URN": "",
                "of": 0,
            }
        )

    def header(self, shown: IntArray, year: int) -> pd.DataFrame:
        child = np.unique(self.lives.child[shown])
        table = self._people(child, year).assign(
            ETHNIC=self.ethnic[child], UPN="UN1", MOTHER="", MC_DOB=""
        )
        if year >= 2025:
            table["UASC_STATUS"] = np.where(self.uasc_child[child], "1", "0")
        return table

    def uasc(self, shown: IntArray, year: int) -> pd.DataFrame:
        child = np.unique(self.lives.child[shown])
        return self._people(child[self.uasc_child[child]], year).assign(DUC="")

    def _people(self, child: IntArray, year: int) -> pd.DataFrame:
        codes = ("1", "2") if year < 2025 else ("M", "F")
        return pd.DataFrame(
            {
                "CHILD": self.child[child],
                "SEX": np.where(self.male[child], *codes),
                "DOB": self.born[child],
                "of": self.lives.authority[child],
            }
        )


def _dates(days: IntArray) -> NDArray[np.object_]:
    """Give days as dd/mm/yyyy; what lies beyond the world has no use for a date."""
    known = np.clip(days, 0, _year_end(2040))
    first = int(known.min())
    calendar = pd.date_range(
        pd.Timestamp(np.datetime64(first, "D")), periods=int(known.max()) - first + 1
    )
    return np.asarray(calendar.strftime("%d/%m/%Y").to_numpy(dtype=object)[known - first])


def _place_codes(kind: IntArray, child: IntArray, year: int) -> NDArray[np.object_]:
    codes = dict(_CODES)
    codes[SUPPORTED] = ("H5", "H5") if year < 2025 else ("K3", "K3")
    codes[OTHER] = ("Z1", "Z1") if year < 2026 else ("Z12", "Z13")
    table = np.array([codes[number] for number in range(len(codes))], dtype=object)
    return np.asarray(table[kind, child % 2])


def _providers(kind: IntArray) -> NDArray[np.object_]:
    table = np.array([_PROVIDER.get(number, "PR4") for number in range(10)], dtype=object)
    return np.asarray(table[kind])
