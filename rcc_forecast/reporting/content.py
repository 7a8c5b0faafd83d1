"""What the report is filled from: tables and facts, each of which may be absent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.results.demand import Break


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything the report tells; a section whose part is None says that it was not made.

    Attributes
    ----------
    as_of : Timestamp
        Last day that the returns were used to.
    provenance : dict
        run_id, data_hash, version, packages_hash, seed, configuration.
    demand : DataFrame, optional
        A `DEMAND` table.
    forecast : DataFrame, optional
        A `FORECAST` table.
    backtest : DataFrame, optional
        A `BACKTEST` table.
    balance : DataFrame, optional
        A `BALANCE` table.
    assumptions : dict
        Thresholds behind the ratings (`SufficiencyBalance.assumptions`).
    plan : dict, optional
        ``summary.json`` of a placement plan, with ``as_is`` and ``greedy`` inside.
    findings : DataFrame, optional
        `Findings.summary()`.
    breaks : tuple of Break
        Structural breaks handled.
    completeness : DataFrame, optional
        ``month, measure, share_recorded, learned_from`` of recent months.
    scenario : str
        Name of the what-if, "" where none.
    sources : tuple of str
        Further lines of attribution.
    plan_if : dict, optional
        ``summary.json`` of a what-if of that plan, with ``from`` inside.
    plan_if_asks : str
        What the what-if changes, in words.
    synthetic : bool
        Whether the data are made up, as the report then says at the top.
    """

    as_of: pd.Timestamp
    provenance: dict[str, Any]
    demand: pd.DataFrame | None = None
    forecast: pd.DataFrame | None = None
    backtest: pd.DataFrame | None = None
    balance: pd.DataFrame | None = None
    assumptions: dict[str, float] = field(default_factory=dict)
    plan: dict[str, Any] | None = None
    findings: pd.DataFrame | None = None
    breaks: tuple[Break, ...] = ()
    completeness: pd.DataFrame | None = None
    scenario: str = ""
    sources: tuple[str, ...] = ()
    plan_if: dict[str, Any] | None = None
    plan_if_asks: str = ""
    synthetic: bool = False


@dataclass(frozen=True, slots=True)
class HeadlineArea:
    """The area that the report is about.

    Attributes
    ----------
    level : str
        ``rcc``, ``region`` or ``england``: what the levels of a backtest begin with.
    name : str
        In words.
    """

    level: str
    name: str

    def rows_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give the area's own rows of a demand, forecast or balance table."""
        rcc = self.name if self.level == "rcc" else ""
        region = self.name if self.level == "region" else ALL
        own = (table["local_authority"] == ALL) & (table["region"] == region)
        return table.loc[own & (table["rcc"].fillna("") == rcc)]


def headline_area(content: ReportContent) -> HeadlineArea:
    """Give the one co-operative, else the one region, that all authorities share, else England."""
    for table in (content.balance, content.forecast, content.demand):
        if table is None or table.empty:
            continue
        single = table.loc[table["local_authority"] != ALL, ["region", "rcc"]].drop_duplicates()
        pools, regions = single["rcc"].fillna("").unique(), single["region"].unique()
        if len(pools) == 1 and pools[0]:
            return HeadlineArea("rcc", str(pools[0]))
        if len(regions) == 1:
            return HeadlineArea("region", str(regions[0]))
    return HeadlineArea("england", "England")
