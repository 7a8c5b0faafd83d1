"""Months in which the series began to mean or to count something else."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.geography import REORGANISATIONS, name_of
from rcc_forecast.results.demand import Break

KNOWN_BREAKS = (
    Break(
        "covid",
        pd.Timestamp("2020-04-30"),
        "Covid: from April 2020 to June 2021 fewer children entered and left care.",
        "Flagged; accuracy is to be read with and without these months.",
    ),
    Break(
        "supported-accommodation",
        pd.Timestamp("2023-10-31"),
        "Supported accommodation was regulated on 28 October 2023: K3 replaced H5 and P2, and "
        "settings not yet registered were recorded as other placements.",
        "H5, P2 and K3 are one type, supported; between supported and other, changes across this "
        "month are no trend.",
    ),
    Break(
        "codes-2024-25",
        pd.Timestamp("2024-04-30"),
        "The 2024-25 return dropped H5 and P2, added K3 and wrote SEX as M, F or U.",
        "Codes are joined; the series go on.",
    ),
    Break(
        "codes-2025-26",
        pd.Timestamp("2025-04-30"),
        "The 2025-26 return split Z1 into Z11 to Z14.",
        "Codes are joined; the series go on.",
    ),
)
"""Breaks of the collection and of the country, oldest first."""


def breaks_within(months: pd.DatetimeIndex, authorities: list[str]) -> tuple[Break, ...]:
    """Give the breaks that lie inside the months, reorganised authorities among them.

    Parameters
    ----------
    months : DatetimeIndex
        Month ends counted, oldest first.
    authorities : list of str
        ONS codes filed.
    """
    reorganised = [
        Break(
            "authority-reorganised",
            change.since + pd.offsets.MonthEnd(0),
            f"{change.predecessor_name} ended on {change.since.date().isoformat()} and became "
            f"{' and '.join(name_of(code) for code in change.successors)}.",
            "Kept as separate series: the old one falls to nought and the new ones begin.",
        )
        for change in REORGANISATIONS
        if change.kind != "recode" and change.predecessor in authorities
    ]
    inside = [known for known in (*KNOWN_BREAKS, *reorganised) if _is_inside(known.month, months)]
    return tuple(sorted(inside, key=lambda known: (known.month, known.name)))


def _is_inside(month: pd.Timestamp, months: pd.DatetimeIndex) -> bool:
    return bool(months[0] < month <= months[-1])
