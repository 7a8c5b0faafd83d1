"""How many children each authority looks after, and what a place costs there.

Read once from ``levels.csv``, whose figures are the DfE's, *Children looked
after in England including adoptions 2021 to 2022* (children on 31 March 2022,
percentage who are unaccompanied asylum-seekers, ethnicity; suppressed shares
take their region's) and its Section 251 outturn for 2024-25 (weekly cost of
residential and foster care, extremes drawn in). Contains public sector
information licensed under the Open Government Licence v3.0.
"""

from __future__ import annotations

from importlib.resources import files

import pandas as pd

ETHNIC_GROUPS = ("white", "mixed", "asian", "black", "other")

FAR_SHARE = {
    "East Midlands": 0.22,
    "East of England": 0.22,
    "London": 0.17,
    "North East": 0.12,
    "North West": 0.11,
    "South East": 0.23,
    "South West": 0.26,
    "West Midlands": 0.16,
    "Yorkshire and The Humber": 0.17,
}
"""Children placed outside their authority and over 20 miles away, 31 March 2025 (DfE)."""


def read_levels() -> pd.DataFrame:
    """Give the published level of every authority, by ONS code.

    Returns
    -------
    DataFrame
        Columns children (31 March 2022), uasc_pct, residential_gbp and
        fostering_gbp (GBP a week), and a percentage for each ethnic group.
    """
    with files("rcc_forecast.synthetic").joinpath("levels.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"local_authority": str}).set_index("local_authority")


def level_of(levels: pd.DataFrame, authority: str) -> pd.Series[float]:
    """Give one authority's row of `read_levels`."""
    row: pd.Series[float] = levels.loc[[authority]].iloc[0].astype(float)
    return row
