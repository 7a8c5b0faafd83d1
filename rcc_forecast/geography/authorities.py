"""The local authorities with children's services, and what became of earlier ones.

Source: ONS, *Lower Tier Local Authority to Upper Tier Local Authority (April
2023) Lookup* with the 2025 recodes of Barnsley and Sheffield; regions and DfE
numbers as in the DfE's published tables; centroids are means over the ONS
Postcode Directory (November 2025).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd

from rcc_forecast.errors import UnknownNameError

UNKNOWN_REGION = "Unknown"
"""Region of an authority that is not in the register."""


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """What became of an authority.

    Attributes
    ----------
    predecessor, predecessor_name : str
        ONS code and name before.
    successors : tuple of str
        ONS codes after.
    since : Timestamp
        First day of the new authority.
    kind : str
        ``recode``: the same area under a new code, its series are joined;
        ``merge`` and ``split``: the series end and others begin.
    """

    predecessor: str
    predecessor_name: str
    successors: tuple[str, ...]
    since: pd.Timestamp
    kind: str


def _read_csv(name: str) -> pd.DataFrame:
    with files("rcc_forecast.geography").joinpath(name).open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def _read_authorities() -> pd.DataFrame:
    table = _read_csv("authorities.csv").set_index("local_authority")
    return table.assign(
        easting=table["easting"].astype(float), northing=table["northing"].astype(float)
    )


AUTHORITIES: pd.DataFrame = _read_authorities()
"""Authorities of today by ONS code: dfe_code, name, region, easting, northing, districts."""

REORGANISATIONS: tuple[Reorganisation, ...] = tuple(
    Reorganisation(
        row["predecessor"],
        row["predecessor_name"],
        tuple(row["successors"].split()),
        pd.Timestamp(row["from"]),
        row["kind"],
    )
    for _, row in _read_csv("reorganisations.csv").iterrows()
)
"""Every change of authority since 2013."""

ENGLISH_REGIONS: tuple[str, ...] = tuple(sorted(AUTHORITIES["region"].unique()))
"""The nine regions of England."""

_REGION_NAMES = {region.casefold() for region in ENGLISH_REGIONS}
"""London alone is the region: without its title the City of London could not be told from it."""

_EARLIER = {change.predecessor: change for change in REORGANISATIONS}


def _plain(name: str) -> str:
    """Fold a name: case, ampersands, councils' titles and punctuation do not tell apart."""
    text = name.casefold().replace("&", " and ").replace("_", " ").replace("-", " ")
    text = re.sub(r"[^a-z0-9 ]", "", text)
    titles = (
        r"\b(council|city of|county of|royal borough of|london borough of|metropolitan|borough|"
        r"city council|county council|mbc|unitary|authority)\b"
    )
    return " ".join(re.sub(titles, " ", text).split())


_BY_NAME = {
    **{_plain(change.predecessor_name): change.predecessor for change in REORGANISATIONS},
    **{_plain(name): str(code) for code, name in AUTHORITIES["name"].items()},
    "bristol": "E06000023",
    "hull": "E06000010",
    "durham": "E06000047",
    "herefordshire": "E06000019",
}
_BY_DFE_CODE = {
    str(number): str(code) for code, number in AUTHORITIES["dfe_code"].items() if number
}
_BY_CODE = {str(code): str(code) for code in [*AUTHORITIES.index, *_EARLIER]}


def resolve_authority(text: str) -> str | None:
    """Give the ONS code that an ONS code, DfE number or name stands for.

    Parameters
    ----------
    text : str
        ``E08000003``, ``352``, ``Manchester`` or ``manchester city council``.

    Returns
    -------
    str or None
        ONS code, of today or earlier (`successor_of` brings it up to date);
        None where nothing fits, as for a region.
    """
    text = text.strip()
    if text.casefold() in _REGION_NAMES:
        return None
    return (
        _BY_CODE.get(text.upper())
        or _BY_DFE_CODE.get(text.removesuffix(".0"))
        or _BY_NAME.get(_plain(text))
    )


def successor_of(code: str) -> str:
    """Bring a code up to date where the area is the same (a recode); else give it back."""
    change = _EARLIER.get(code)
    return change.successors[0] if change and change.kind == "recode" else code


def name_of(code: str) -> str:
    """Give an authority's name; a code that is not in the register is its own name."""
    if code in AUTHORITIES.index:
        return str(AUTHORITIES.loc[code, "name"])
    return _EARLIER[code].predecessor_name if code in _EARLIER else code


def region_of(code: str) -> str:
    """Give an authority's region, "Unknown" where the register does not have it."""
    if code in AUTHORITIES.index:
        return str(AUTHORITIES.loc[code, "region"])
    return region_of(_EARLIER[code].successors[0]) if code in _EARLIER else UNKNOWN_REGION


def authorities_of_area(area: str, members: dict[str, list[str]] | None = None) -> list[str]:
    """Give the authorities of a region, a co-operative, ``england`` or a comma list.

    Parameters
    ----------
    area : str
        As a person would type it.
    members : dict of str to list of str, optional
        Authorities of each co-operative, by its name.

    Returns
    -------
    list of str
        ONS codes, sorted.

    Raises
    ------
    UnknownNameError
        Nothing is called that.
    """
    wanted = _plain(area)
    if wanted == "england":
        return sorted(AUTHORITIES.index)
    for name, codes in (members or {}).items():
        if _plain(name) == wanted:
            return sorted(codes)
    for region in ENGLISH_REGIONS:
        if _plain(region) == wanted:
            return sorted(AUTHORITIES.index[AUTHORITIES["region"] == region])
    codes = []
    for part in area.split(","):
        code = resolve_authority(part)
        if code is None:
            known = [*(members or {}), *ENGLISH_REGIONS, "england", *AUTHORITIES["name"]]
            raise UnknownNameError(what="area", given=part.strip(), known=known)
        codes.append(successor_of(code))
    return sorted(set(codes))


def lies_within(place: pd.Series[str], authority: pd.Series[str]) -> pd.Series[bool]:
    """Say of each row whether a place lies in an authority, or in what became of it.

    Parameters
    ----------
    place : Series of str
        Authority of today that a place lies in; missing where it is not known, which
        lies in none.
    authority : Series of str
        Aligned with `place`, of today or earlier.
    """
    same = authority == place
    for change in REORGANISATIONS:
        same |= (authority == change.predecessor) & place.isin(change.successors)
    return same.fillna(value=False).astype(bool)
