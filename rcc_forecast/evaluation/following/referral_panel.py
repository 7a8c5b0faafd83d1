"""Referrals become a panel, so that speed can be compared like any other outcome.

Only quarters of which every referral was followed long enough are in it: the
newest would else look slow, or, with those still waiting left out, fast.
"""

from __future__ import annotations

import pandas as pd

from rcc_forecast.evaluation.following.referrals import DAYS_TOLD, Referrals
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.geography import region_of
from rcc_forecast.tables.evaluation import PANEL

_QUARTERS = Calendar(4)


def panel_from_referrals(referrals: Referrals, *, on: pd.Timestamp) -> pd.DataFrame:
    """Count the referrals placed in time, by authority and quarter of the referral.

    Parameters
    ----------
    referrals : Referrals
        As `referrals.read_referrals` gives them.
    on : Timestamp
        Last day that is known.

    Returns
    -------
    DataFrame
        A `PANEL` table of ``placed_within_2_days``, ``_7_days`` and ``_28_days``:
        of all referrals, those given up among them. None withheld: for use inside.
    """
    rows = referrals.frame
    # Numbered as `Calendar` numbers quarters.
    quarter = rows["referred"].dt.year * 4 + rows["referred"].dt.quarter - 1
    counted = rows.assign(quarter=quarter.astype("int64"))
    parts = [_placed_within(counted, days, on) for days in DAYS_TOLD]
    panel = pd.concat(parts, ignore_index=True)
    order = ["outcome", "la_code", "period"]
    return PANEL.check(panel.sort_values(order, kind="stable", ignore_index=True)[PANEL.names])


def _placed_within(rows: pd.DataFrame, days: int, on: pd.Timestamp) -> pd.DataFrame:
    known = {q: _QUARTERS.end(q) + pd.Timedelta(days=days) <= on for q in rows["quarter"].unique()}
    whole = rows[rows["quarter"].map(known).astype(bool)]
    in_time = (whole["placed"] & (whole["days"] <= days)).astype("int64")
    counts = (
        whole.assign(in_time=in_time)
        .groupby(["local_authority", "quarter"])["in_time"]
        .agg(numerator="sum", denominator="size")
        .reset_index()
    )
    codes = counts["local_authority"].astype("str")
    regions = {code: region_of(code) for code in codes.unique()}
    return counts.assign(
        la_code=codes,
        region=codes.map(regions).astype("str"),
        period=counts["quarter"].map(_QUARTERS.name).astype("str"),
        outcome=f"placed_within_{days}_days",
        value=counts["numerator"] / counts["denominator"],
        release_date="",
    )
