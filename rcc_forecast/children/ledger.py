"""Every used row accounted for after following children: kept, or left out by a finding."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.children.repair import BEGINS_LATER
from rcc_forecast.children.rows import TABLE
from rcc_forecast.children.stitch import FILED_AGAIN, SUPERSEDED
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.returns import FiledReturns

_NOT_REFUSED = (FILED_AGAIN, SUPERSEDED, BEGINS_LATER)
"""Rules whose rows are sound, and stand in another row of the child or beyond the last day."""


def unaccounted(returns: FiledReturns, kept: pd.DataFrame, findings: Findings) -> pd.DataFrame:
    """Give the files whose used episodes do not add up; there should be none.

    Parameters
    ----------
    returns : FiledReturns
        What was followed, whole: with an ``as_of``, what `known_on` gives.
    kept : DataFrame
        ``file`` of the episodes that remain (`Journeys.episodes`).
    findings : Findings
        Of following the children (`Journeys.findings`).

    Returns
    -------
    DataFrame
        ``used, kept, left_out`` by file, for files where the first is not the
        sum of the others.
    """
    frame = findings.frame
    leaves_out = (frame["severity"] == Severity.REFUSED.value) | frame["rule"].isin(_NOT_REFUSED)
    told = frame[leaves_out & (frame["table"] == TABLE)]
    balance = pd.DataFrame(
        {
            "used": returns.tables[TABLE].groupby("file").size(),
            "kept": kept.groupby("file").size(),
            "left_out": told.groupby("file")["rows"].sum(),
        }
    )
    balance = balance.fillna(0).astype("int64")
    return balance[balance["used"] != balance["kept"] + balance["left_out"]]
