"""What was known then: the returns as they were held on an earlier day.

A backtest on today's returns would flatter: ends that were recorded late were
not known when a forecast of that day would have been made.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from rcc_forecast.results.journeys import return_year_of
from rcc_forecast.results.returns import FiledReturns

_ENDINGS = ("rec", "reason_place_change")


def known_on(returns: FiledReturns, date: pd.Timestamp) -> FiledReturns:
    """Give the returns as they were held on a day.

    Parameters
    ----------
    returns : FiledReturns
        Every return held today.
    date : Timestamp
        A 31 March: the returns up to that year. Any other day: also the
        return of the year it lies in, as far as that day.

    Returns
    -------
    FiledReturns
        The same tables with the rows of later returns, starts after the day
        and ends after it left out. Findings and hash are those of the whole.
    """
    newest = int(return_year_of(np.array([date], dtype="datetime64[D]"))[0])
    tables = {
        name: table[table["year"] <= newest].reset_index(drop=True)
        for name, table in returns.tables.items()
    }
    if "episodes" in tables:
        tables["episodes"] = _episodes_until(tables["episodes"], date)
    filed = returns.filed[returns.filed["year"] <= newest].reset_index(drop=True)
    return replace(returns, tables=tables, filed=filed)


def _episodes_until(episodes: pd.DataFrame, date: pd.Timestamp) -> pd.DataFrame:
    begun = episodes[episodes["decom"] <= date].reset_index(drop=True)
    if "dec" not in begun:
        return begun
    to_come = begun["dec"] > date
    endings = {name: begun[name].mask(to_come) for name in _ENDINGS if name in begun}
    return begun.assign(dec=begun["dec"].mask(to_come), **endings)
