"""Rows of authorities counted in every area, quarter and group that they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from models.control_charts import wilson
from rcc_forecast.codes import ALL
from rcc_forecast.geography import region_of

LEVELS = ("all", "region", "rcc", "local_authority")
"""Kinds of area, in the order of every table."""

KEYS = ("level", "area", "period", "by", "group")
"""What one figure of the process is about."""

NOT_SAID = "not_said"
"""Group of rows that do not say."""

FEWEST = 10
"""Decisions, referrals or placements that a rate needs: fewer say too little, and of too few."""

TOO_FEW = f"fewer than {FEWEST}: no rate is made"


def in_areas(rows: pd.DataFrame, members: Mapping[str, str]) -> pd.DataFrame:
    """Repeat each row for all areas together, its region, its co-operative and its authority.

    Parameters
    ----------
    rows : DataFrame
        With ``local_authority``, an ONS code.
    members : mapping of str to str
        Co-operative of each member authority; one membership for all quarters, so
        that a series keeps its members.
    """
    codes = rows["local_authority"]
    regions = {str(code): region_of(str(code)) for code in codes.unique()}
    rcc = codes.map(dict(members))
    parts = [
        rows.assign(level="all", area=ALL),
        rows.assign(level="region", area=codes.map(regions)),
        rows.assign(level="rcc", area=rcc)[rcc.notna()],
        rows.assign(level="local_authority", area=codes),
    ]
    return pd.concat(parts, ignore_index=True)


def in_quarters_and_groups(rows: pd.DataFrame, *, day: str, by: Sequence[str] = ()) -> pd.DataFrame:
    """Repeat each row for its quarter, for all quarters, and for each of its groups.

    Groups are told for all quarters together: by quarter they would be too small.

    Parameters
    ----------
    rows : DataFrame
        With a column of days.
    day : str
        Its name.
    by : sequence of str
        Columns of groups.
    """
    quarter = rows[day].dt.year.astype("str") + "Q" + rows[day].dt.quarter.astype("str")
    whole = rows.assign(by="all", group=ALL)
    parts = [
        whole.assign(period=quarter),
        whole.assign(period=ALL),
        *(rows.assign(period=ALL, by=name, group=rows[name].astype("str")) for name in by),
    ]
    return pd.concat(parts, ignore_index=True)


def share_rows(counts: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Turn counts into shares with Wilson's interval.

    Parameters
    ----------
    counts : DataFrame
        `KEYS`, then ``numerator`` and ``denominator``.
    measure : str
        What the share is of.

    Returns
    -------
    DataFrame
        Columns of `PROCESS`; no share of fewer than `FEWEST`.
    """
    top, bottom = (counts[name].to_numpy(dtype=float) for name in ("numerator", "denominator"))
    enough = bottom >= FEWEST
    kept = np.where(enough, bottom, np.nan)
    low, high = wilson(np.where(enough, top, np.nan), kept)
    return counts.assign(
        measure=measure,
        unit="share",
        value=top / kept,
        low=low,
        high=high,
        note=np.where(enough, "", TOO_FEW),
    )


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Order rows by level, area by its code or name, and quarter; never by the figure."""
    order = {name: place for place, name in enumerate(LEVELS)}
    return rows.sort_values(
        list(KEYS),
        key=lambda column: column.map(order) if column.name == "level" else column,
        kind="stable",
        ignore_index=True,
    )
