"""What placements will cost, what changes it, and the market they are bought in."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rcc_forecast.codes import ALL


@dataclass(frozen=True, slots=True)
class Spending:
    """Spend ahead with its doubt, and the market today.

    Attributes
    ----------
    spend : DataFrame
        A `SPEND` table: weekly, by area, kind, sector and month.
    years : DataFrame
        A `SPEND_YEARS` table: by financial year.
    change : DataFrame
        A `SPEND_CHANGE` table: what changed since today.
    wrong_kind : DataFrame
        A `WRONG_KIND` table; without rows where need is not known.
    market : DataFrame
        A `MARKET` table.
    prices_paid : DataFrame
        A `PRICES_PAID` table.
    budget : DataFrame
        A `BUDGET` table; without rows where no budget was given.
    contracts : DataFrame
        A `CONTRACTS` table; without rows where no contract was given.
    as_of : Timestamp
        The day of today's prices.
    sources : dict of str to str
        Where each assumption comes from, in words.
    """

    spend: pd.DataFrame
    years: pd.DataFrame
    change: pd.DataFrame
    wrong_kind: pd.DataFrame
    market: pd.DataFrame
    prices_paid: pd.DataFrame
    budget: pd.DataFrame
    contracts: pd.DataFrame
    as_of: pd.Timestamp
    sources: dict[str, str]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give every table by the name of its file, without suffix."""
        return {
            "spend": self.spend,
            "spend_years": self.years,
            "spend_change": self.change,
            "wrong_kind": self.wrong_kind,
            "market": self.market,
            "prices_paid": self.prices_paid,
            "budget": self.budget,
            "contracts": self.contracts,
        }

    def sentences(self) -> list[str]:
        """Say in words what all the authorities together will spend, and why that changes."""
        whole = (self.years["region"] == ALL) & (self.years["rcc"] == "")
        years = self.years[whole & (self.years["placement_type"] == ALL)]
        said = [
            f"In {row['financial_year']} placements are expected to cost "
            f"GBP {row['spend_mean_gbp'] / 1e6:,.1f}m; in 8 futures of 10 it is between "
            f"{row['spend_q10_gbp'] / 1e6:,.1f}m and {row['spend_q90_gbp'] / 1e6:,.1f}m"
            + ("." if row["months"] == 12 else f" (in the {row['months']} months forecast).")
            for row in years.to_dict("records")
        ]
        return said + self._why()

    def _why(self) -> list[str]:
        whole = (self.change["region"] == ALL) & (self.change["rcc"] == "")
        rows = self.change[whole & (self.change["horizon"] == self.change["horizon"].max())]
        parts = rows.set_index("part")["change_mean"]
        if parts.empty:
            return []
        named = {
            "children": "the number of children",
            "kind": "the kinds of placement",
            "sector": "who provides them",
            "price": "prices",
        }
        told = ", ".join(f"{words} {parts[part]:+,.0f}" for part, words in named.items())
        return [f"Change of the weekly cost by {rows['month'].iloc[0]}, GBP: {told}."]
