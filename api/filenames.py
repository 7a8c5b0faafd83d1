"""Names of uploaded files that are safe to keep and show.

Findings name a file and a row. A file can be called after a child, so a name
stays only where each of its words is one that returns use; else the file is
known by its number in the order of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rcc_forecast.geography import resolve_authority
from rcc_forecast.tables.ssda903 import TABLES

_WORDS_OF_NAMES = (
    "ssda903 ssda 903 la cla lac data return returns file files table tables export extract final "
    "draft copy merged regional region sample synthetic test submission submitted statutory "
    "collection year years headers episode review oc ad previous prev perm sw sbpfa for of and the "
    "children child homes home register provision cohort to place sheet csv xml xlsx xlsm zip txt "
    "tsv v"
)
_WORDS_OF_TABLES = " ".join(table.name.lower().replace("_", " ") for table in TABLES)
_WORDS = frozenset(f"{_WORDS_OF_NAMES} {_WORDS_OF_TABLES}".split())

_YEAR = re.compile(r"(19|20)?\d\d")
_ENDING = re.compile(r"\.[a-z0-9]{2,4}$", re.IGNORECASE)


def safe_names(names: Iterable[str]) -> dict[str, str]:
    """Give each name one that can be kept.

    Parameters
    ----------
    names : iterable of str
        Paths inside an upload, ``/`` between their parts, the sheet of a
        workbook in brackets at the end.

    Returns
    -------
    dict of str to str
        ``file 3.csv`` for a name that could be a person's, the number being
        the place among all names in order.
    """
    ordered = sorted(set(names))
    return {name: _safe(name, number) for number, name in enumerate(ordered, start=1)}


def _safe(name: str, number: int) -> str:
    path, bracket, sheet = name.partition(" [")
    *folders, file = path.split("/")
    ending = _ENDING.search(file)
    kept = [folder if _is_plain(folder) else "folder" for folder in folders]
    kept.append(
        file if _is_plain(file) else f"file {number}{ending.group().lower() if ending else ''}"
    )
    safe = "/".join(kept)
    if bracket:
        safe += f" [{sheet}" if _is_plain(sheet.removesuffix("]")) else " [sheet]"
    return re.sub(r"[^A-Za-z0-9._\-/\[\] ]", "_", safe)


def _is_plain(name: str) -> bool:
    text = re.sub(r"[_\-.()]+", " ", name)
    if resolve_authority(text):
        return True
    words = re.findall(r"[A-Za-z]+\d+|[^\W\d_]+|\d+", text)
    rest = [word for word in words if word.lower() not in _WORDS and not _YEAR.fullmatch(word)]
    return not rest or resolve_authority(" ".join(rest)) is not None
