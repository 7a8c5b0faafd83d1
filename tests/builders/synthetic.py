"""Synthetic regions for tests, made once a session, and their returns as numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from rcc_forecast.codes import AGE_BAND_STARTS, placement_type_of
from rcc_forecast.geography import AUTHORITIES, miles_between, postcodes_of_authorities
from rcc_forecast.synthetic import SyntheticRegion, synthesise

GREATER_MANCHESTER = [f"E0800000{n}" for n in range(1, 10)] + ["E08000010"]
# Every fifth authority of England, so that no one kind sets the mix.
ALL_KINDS = list(AUTHORITIES.index[2::5])


@lru_cache(maxsize=1)
def a_small_region(seed: int = 903) -> SyntheticRegion:
    """Three authorities of Greater Manchester, four returns, some faults."""
    return synthesise(GREATER_MANCHESTER[:3], years=4, seed=seed, children=400, fault_rate=0.03)


@lru_cache(maxsize=1)
def a_large_region() -> SyntheticRegion:
    """Enough children for shares to settle: about 6,000, three returns."""
    return synthesise(ALL_KINDS, years=3, seed=11, children=6000)


def episodes_of(region: SyntheticRegion, year: int) -> pd.DataFrame:
    """Episodes of one return, with dates as dates, DOB, type and a child number."""
    episodes = _of_year(region, "episodes", year)
    header = _of_year(region, "header", year).drop_duplicates(["local_authority", "CHILD"])
    born = header[["local_authority", "CHILD", "DOB", "UASC_STATUS"]]
    joined = episodes.merge(born, on=["local_authority", "CHILD"], how="left")
    for column in ("DECOM", "DEC", "DOB"):
        joined[column] = pd.to_datetime(joined[column], format="%d/%m/%Y", errors="coerce")
    joined["type"] = placement_type_of(joined["PLACE"])
    joined["respite"] = joined["LS"].isin(["V3", "V4"])
    return joined[~joined["respite"]].reset_index(drop=True)


def looked_after(region: SyntheticRegion, year: int) -> pd.DataFrame:
    """Children looked after on 31 March, as the return shows them."""
    episodes = episodes_of(region, year)
    day = pd.Timestamp(year, 3, 31)
    return episodes[(episodes["DECOM"] <= day) & ~(episodes["DEC"] <= day)]


def age_band_shares(children: pd.DataFrame, on: pd.Series | pd.Timestamp) -> np.ndarray:
    """Percentages by age band on a day."""
    days = (on - children["DOB"]).dt.days if isinstance(on, pd.Series) else None
    age = (days if days is not None else (on - children["DOB"]).dt.days) / 365.25
    band = np.searchsorted(AGE_BAND_STARTS[1:], age, side="right")
    return np.bincount(band, minlength=5) / len(children) * 100


def miles_from_home(children: pd.DataFrame) -> pd.DataFrame:
    """Distance and locality, missing where a postcode is."""
    own = AUTHORITIES.loc[children["local_authority"].unique()]
    away = miles_between(
        AUTHORITIES["easting"],
        AUTHORITIES["northing"],
        own["easting"].mean(),
        own["northing"].mean(),
    )
    known = postcodes_of_authorities(list(AUTHORITIES.index[away < 80]))
    known = known.set_index(known["postcode"].str.replace(" ", ""))
    home, place = (
        known.reindex(children[column].str.replace(" ", "")).set_axis(children.index)
        for column in ("HOME_POST", "PL_POST")
    )
    miles = miles_between(home["easting"], home["northing"], place["easting"], place["northing"])
    outside = place["local_authority"] != children["local_authority"]
    return pd.DataFrame({"miles": miles, "outside": outside, "known": ~np.isnan(miles)})


def _of_year(region: SyntheticRegion, table: str, year: int) -> pd.DataFrame:
    whole = region.returns[table]
    return whole[whole["year"] == year].reset_index(drop=True)
