"""Possible sites read from a file: the same columns, defaults and findings as homes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.from_file import table_from_file
from rcc_forecast.tables.investing import SITES

TidyHomes = Callable[..., tuple[pd.DataFrame, Findings]]

_AS_HOMES = {"site_id": "home_id", "places": "places_available"}
_AS_SITES = {home: site for site, home in _AS_HOMES.items()}
_OF_HOMES_ALONE = ("urn", "provider", "sector", "ofsted_rating", "places_approved")


def read_sites(path: Path, *, tidy_homes: TidyHomes) -> tuple[pd.DataFrame, Findings]:
    """Read the sites that could be opened.

    Parameters
    ----------
    path : Path
        CSV, XLSX, parquet or JSON with the columns of `SITES`.
    tidy_homes : callable
        `rcc_forecast.registers.tidy_homes`: a site is a home that is not open yet.

    Returns
    -------
    tuple of DataFrame and Findings
        As `tidy_sites`.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column that nothing can stand for.
    """
    return tidy_sites(table_from_file(path), tidy_homes=tidy_homes, file=path.name)


def tidy_sites(
    frame: pd.DataFrame, *, tidy_homes: TidyHomes, file: str = "sites"
) -> tuple[pd.DataFrame, Findings]:
    """Type and complete possible sites.

    Returns
    -------
    tuple of DataFrame and Findings
        One row a site that can be weighed up, with the columns of `SITES`, then ``file`` and
        ``row``; and everything found. A site without a cost to open is refused: it would be
        opened for nothing.

    Raises
    ------
    UnreadableInputError
        A column is missing that nothing can stand for.
    """
    needed = {"site_id", "placement_type", "places", "cost_gbp"}
    missing = sorted(needed - set(frame.columns))
    if missing:
        raise UnreadableInputError(
            path=file, expected=f"a sites table with the columns {', '.join(missing)}"
        )
    fresh = frame.reset_index(drop=True).rename(columns=_AS_HOMES)
    fresh = fresh.assign(row=fresh.index + 2, file=file)
    cost = pd.to_numeric(
        fresh["cost_gbp"].astype("str").str.replace(r"[£,\s]", "", regex=True), errors="coerce"
    ).astype(float)
    usable = np.isfinite(cost) & (cost >= 0)
    refused = Findings.of_rows(
        "site-cost-missing",
        Severity.REFUSED,
        fresh.loc[~usable, ["file", "row"]],
        table=SITES.name,
        column="cost_gbp",
        found="no cost to open, or one that is not a number of pounds",
        done="the row is left out",
    )
    homes, found = tidy_homes(fresh[usable], file=file)
    by_row = cost.set_axis(fresh["row"])
    sites = homes.rename(columns=_AS_SITES).assign(cost_gbp=homes["row"].map(by_row))
    return SITES.check(sites[[*SITES.names, "file", "row"]]), refused + _of_sites(found)


def as_homes(sites: pd.DataFrame) -> pd.DataFrame:
    """Give sites as homes that are open, for the engine that places children."""
    homes = sites.rename(columns=_AS_HOMES).drop(columns=["cost_gbp", "file", "row"])
    return homes.assign(places_approved=homes["places_available"])


def _of_sites(found: Findings) -> Findings:
    """Tell findings in the words of the sites file, without columns that only homes have."""
    frame = found.frame[~found.frame["column"].isin([*_OF_HOMES_ALONE, "opened", "closed"])]
    return Findings(
        frame.assign(table=SITES.name, column=frame["column"].replace(_AS_SITES)).reset_index(
            drop=True
        )
    )
