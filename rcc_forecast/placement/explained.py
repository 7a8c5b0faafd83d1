"""The tables beside a plan: sibling groups, prices of places, and shortages."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.placement import Priced, groups_together, value_of_one_more_place
from models.placement.explain import Shortage, price_of_together, shortages
from models.placement.problem import HUNDREDTHS, UNPLACED, IntArray, Weights
from models.placement.terms import home_points
from rcc_forecast.codes import AGE_BAND_STARTS, AgeBand
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built
from rcc_forecast.tables.placement import GROUPS, PRICES, SHORTAGES

_BAND_ENDS = (*(start - 1 for start in AGE_BAND_STARTS[1:]), 17)


def groups_table(built: Built, home: IntArray, priced: Priced, weights: Weights) -> pd.DataFrame:
    """Give one row a sibling group: together or not, its price, and why."""
    problem = built.problem
    price = price_of_together(
        priced.groups, priced.prices, home_of_group=home_points(weights, "home_of_group")
    )
    together = groups_together(problem, home)
    rows = []
    for group in np.flatnonzero(problem.group_size > 1):
        kids = problem.first_child[group] + np.arange(problem.group_size[group])
        used = np.unique(home[kids][home[kids] != UNPLACED]).size
        without = int((home[kids] == UNPLACED).sum())
        rows.append(
            {
                "sibling_group": built.children["sibling_group"].iloc[kids].max(),
                "children": kids.size,
                "homes_used": used,
                "without_home": without,
                "together": int(together[group]),
                "price_of_together": round(price[group], 2) if np.isfinite(price[group]) else None,
                "why": _why_together(built, kids, bool(together[group]), float(price[group])),
                "first_child_id": built.children["child_id"].iloc[kids[0]],
            }
        )
    return GROUPS.check(pd.DataFrame(rows, columns=GROUPS.names))


def _why_together(built: Built, kids: IntArray, together: bool, price: float) -> str:
    if together:
        if price == -np.inf:
            return "Together: no split would give each of them a home."
        if price <= 0:
            return "Together, which costs no more than apart."
        return f"Together, at {price:,.0f} points more than the cheapest split."
    if built.problem.children.solo[kids].any():
        return "Not together: one of them must live alone."
    if price == np.inf or np.isnan(price):
        return "Not together: no open home fits all of them; one would have to be found."
    return (
        f"Not together: one home for all costs {price:,.0f} points more than apart, since its "
        f"places are worth more to other children."
    )


def prices_table(built: Built, home: IntArray, priced: Priced) -> pd.DataFrame:
    """Give what one more place is worth by kind, authority, age band and need, dearest first."""
    homes = built.homes.assign(
        price=value_of_one_more_place(built.problem, priced.prices) / HUNDREDTHS,
        filled=np.bincount(home[home != UNPLACED], minlength=built.problem.n_homes),
    )
    homes = homes[homes["places"] > 0]
    parts = [
        homes[_takes(homes, start, end) & (homes["needs_met"] >= needs)].assign(
            age_band=band.value, needs=needs
        )
        for band, start, end in zip(AgeBand, AGE_BAND_STARTS, _BAND_ENDS, strict=True)
        for needs in range(4)
    ]
    keys = ["placement_type", "local_authority", "age_band", "needs"]
    table = (
        pd.concat(parts)
        .groupby(keys, as_index=False, sort=True)
        .agg(
            price=("price", "mean"),
            highest_price=("price", "max"),
            homes=("price", "size"),
            places=("places", "sum"),
            filled=("filled", "sum"),
        )
    )
    table = table.assign(
        price=table["price"].round(2),
        highest_price=table["highest_price"].round(2),
        local_authority_name=table["local_authority"].map(name_of),
    )
    dearest = table.sort_values("price", ascending=False, kind="stable", ignore_index=True)
    return PRICES.check(dearest)


def _takes(homes: pd.DataFrame, start: int, end: int) -> pd.Series:
    return (homes["age_min"] <= end) & (homes["age_max"] >= start)


def shortages_table(built: Built, home: IntArray) -> pd.DataFrame:
    """Give one row a set of children who compete for too few places."""
    rows = [
        _shortage_row(built, home, number, shortage)
        for number, shortage in enumerate(shortages(built.problem, home), start=1)
    ]
    return SHORTAGES.check(pd.DataFrame(rows, columns=SHORTAGES.names))


def _shortage_row(
    built: Built, home: IntArray, number: int, shortage: Shortage
) -> dict[str, object]:
    children = built.children.iloc[shortage.children]
    without = int((home[shortage.children] == UNPLACED).sum())
    ages = f"{int(children['age'].min())}-{int(children['age'].max())}"
    needs = " ".join(str(int(level)) for level in np.unique(children["needs"]))
    authorities = sorted(children["local_authority"].unique())
    count = shortage.children.size
    return {
        "shortage": number,
        "children": count,
        "places": shortage.places,
        "without_home": without,
        "homes": shortage.homes.size,
        "ages": ages,
        "needs": needs,
        "sexes": " ".join(sorted(children["sex"].unique())),
        "local_authorities": " ".join(authorities),
        "why": _why_short(count, shortage.places, without),
    }


def _why_short(count: int, places: int, without: int) -> str:
    if not places:
        return f"No open home with a place fits {'this child' if count == 1 else 'these children'}."
    if count > places:
        return f"{count} children share {places} places; {without} of them stay without a home."
    return (
        f"{count} children compete for {places} places; some of these stay empty, since a child "
        f"lives alone, siblings stay together, or a limit of the region binds."
    )
