"""What the homes of an authority's children cost a week, from the prices of a register.

A register knows the prices of its own day and of no other. Over the years such
a figure shows how children moved between homes of different price, not how
prices rose.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rcc_forecast.codes import PlacementType
from rcc_forecast.evaluation.from_returns.looked_after import KNOWN_SHARE
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.homes import open_on

UNIT_COST, UNIT_COST_CHILDRENS_HOME = "unit_cost", "unit_cost_childrens_home"
"""Names of the outcomes in the panel, GBP a week a child."""

_WITHOUT_PRICE = (PlacementType.WITH_PARENTS, PlacementType.ADOPTION)
"""Placements that are not paid for by the week."""

_KEY = ["urn", "placement_type"]
_COLUMNS = ["local_authority", "outcome", "value", "children", "known"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of a register by Ofsted number and kind of placement.

    Attributes
    ----------
    homes : DataFrame
        Homes with number and price: ``urn, placement_type, price, places,
        opened, closed``. An agency's number stands for many households.
    """

    homes: pd.DataFrame

    def on(self, day: pd.Timestamp) -> pd.Series[float]:
        """Give the mean price a place by number and kind, of homes open on the day first."""
        whole = _mean_price(self.homes)
        then = _mean_price(self.homes[open_on(self.homes, day)])
        return then.reindex(whole.index).fillna(whole)


def prices_of(homes: pd.DataFrame) -> Prices:
    """Take the prices from a provision register.

    Parameters
    ----------
    homes : DataFrame
        A `HOMES` table.
    """
    urn = homes["urn"].astype("str").str.replace(r"\s+", "", regex=True).str.upper()
    has_price = homes["weekly_cost_gbp"].notna() & urn.notna() & (urn != "")
    chosen = homes[has_price]
    return Prices(
        pd.DataFrame(
            {
                "urn": urn[has_price],
                "placement_type": chosen["placement_type"].astype("str"),
                "price": chosen["weekly_cost_gbp"].astype(float),
                "places": chosen["places_approved"].astype(float).fillna(1.0).clip(lower=1.0),
                "opened": chosen["opened"],
                "closed": chosen["closed"],
            }
        ).reset_index(drop=True)
    )


def unit_costs_on(there: pd.DataFrame, prices: Prices, day: pd.Timestamp) -> pd.DataFrame:
    """Give the mean weekly cost of a child's home by authority on a day.

    Parameters
    ----------
    there : DataFrame
        Children of the day, as `children_on` gives them.
    prices : Prices
        Of the register.
    day : Timestamp
        The day.

    Returns
    -------
    DataFrame
        ``local_authority, outcome, value`` (GBP a week; NaN where under
        two thirds of the prices are known), ``children`` and ``known`` (those
        whose home has a price). Children with their parents or placed for
        adoption have no price and count in neither.

    Notes
    -----
    A child whose home has no price counts at the mean price of the
    authority's own children in that kind of placement, else of all
    authorities' here: prices are missing most in the dearest kinds, and a mean
    of the known ones alone would be too low.
    """
    paid = there[~there["placement_type"].isin(_WITHOUT_PRICE)]
    key = pd.MultiIndex.from_frame(paid[_KEY])
    price = prices.on(day).reindex(key)
    paid = paid[["local_authority", "placement_type"]].assign(
        price=price.to_numpy(), known=price.notna().to_numpy(), counted_at=_filled(paid, price)
    )
    homes = paid[paid["placement_type"] == PlacementType.CHILDRENS_HOME]
    return pd.concat(
        [_means(paid, UNIT_COST), _means(homes, UNIT_COST_CHILDRENS_HOME)], ignore_index=True
    )


def values_of(costs: pd.DataFrame) -> pd.DataFrame:
    """Give costs as the panel takes them; an outcome without any value is left out whole.

    Parameters
    ----------
    costs : DataFrame
        Of all days, as `unit_costs_on` gives them.
    """
    any_value = costs.groupby("outcome")["value"].transform("count") > 0
    return costs.loc[any_value].drop(columns=["children", "known"])


def unit_costs_told(costs: pd.DataFrame) -> Findings:
    """Tell how many prices are known, and what they are prices of.

    Parameters
    ----------
    costs : DataFrame
        Of all days, as `unit_costs_on` gives them.
    """
    of_all = costs[costs["outcome"] == UNIT_COST]
    children, known = int(of_all["children"].sum()), int(of_all["known"].sum())
    share = f"{known / children:.0%} of {children:,}" if children else "none of the"
    found = [
        _noted(
            "panel-prices-of-one-day",
            f"the register knows the price of the home for {share} children and days",
            "its prices are of one day: a change over time is one of homes and of mix, not of "
            "prices; children with parents or placed for adoption have none and are left out",
        )
    ]
    lacking = int(costs["value"].isna().sum())
    if lacking:
        found.append(
            _noted(
                "panel-prices-too-few",
                f"under two thirds of prices are known in {lacking:,} of {len(costs):,} cells",
                "they have no value",
            )
        )
    return Findings.joined(found)


def _noted(rule: str, found: str, done: str) -> Findings:
    return Findings.one(
        rule,
        Severity.NOTED,
        found=found,
        done=done,
        table="homes",
        column="weekly_cost_gbp",
        rows=0,
    )


def _mean_price(homes: pd.DataFrame) -> pd.Series[float]:
    weighed = homes.assign(money=homes["price"] * homes["places"])
    sums = weighed.groupby(_KEY)[["money", "places"]].sum()
    return pd.Series(sums["money"] / sums["places"])


def _filled(paid: pd.DataFrame, price: pd.Series[float]) -> pd.Series[float]:
    """Count a child without a price at the mean of its kind, the authority's own first."""
    known = pd.Series(price.to_numpy(), paid.index)
    own = known.groupby([paid["local_authority"], paid["placement_type"]]).transform("mean")
    anywhere = known.groupby(paid["placement_type"]).transform("mean")
    return known.fillna(own).fillna(anywhere)


def _means(paid: pd.DataFrame, outcome: str) -> pd.DataFrame:
    by_authority = paid.groupby("local_authority", sort=True)
    found = by_authority.agg(
        value=("counted_at", "mean"), children=("known", "size"), known=("known", "sum")
    )
    enough = found["known"] >= KNOWN_SHARE * found["children"]
    found = found.assign(value=found["value"].where(enough), outcome=outcome)
    return found.reset_index()[_COLUMNS]
