"""The tables beside a plan: sibling groups, prices of places, and shortages."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.placement import Priced, groups_together
from models.placement.explain import (
    Shortage,
    price_of_together,
    shortages,
    value_of_one_more_place,
)
from models.placement.problem import (
    UNPLACED,
    BoolArray,
    FloatArray,
    IntArray,
)
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.kinds_of_place import by_kind_of_place
from rcc_forecast.placement.words import Texts, choose, number
from rcc_forecast.tables.placement import GROUPS, PRICES, SHORTAGES


def groups_table(built: Built, home: IntArray, priced: Priced) -> pd.DataFrame:
    """Give one row a sibling group: together or not, its price, and why."""
    problem = built.problem
    price = price_of_together(priced)
    siblings = np.flatnonzero(problem.group_size > 1)
    together = groups_together(problem, home)[siblings]
    placed = np.flatnonzero(home != UNPLACED)
    group = problem.children.group
    homes_used = np.bincount(
        np.unique(group[placed] * problem.n_homes + home[placed]) // max(problem.n_homes, 1),
        minlength=problem.n_groups,
    )
    without = np.bincount(group[home == UNPLACED], minlength=problem.n_groups)
    price = price[siblings]
    first = problem.first_child[siblings]
    table = pd.DataFrame(
        {
            "sibling_group": _names_of_groups(built, siblings),
            "children": problem.group_size[siblings],
            "homes_used": homes_used[siblings],
            "without_home": without[siblings],
            "together": together.astype(int),
            "price_of_together": pd.Series(np.where(np.isfinite(price), price.round(2), np.nan)),
            "why": _why_together(built, siblings, together, price),
            "first_child_id": built.children["child_id"].to_numpy(object)[first],
        },
        columns=GROUPS.names,
    )
    return GROUPS.check(table)


def _names_of_groups(built: Built, groups: IntArray) -> pd.Series:
    """Give the children's own name of each group; twins may have brought in one without."""
    named = built.children["sibling_group"].groupby(built.problem.children.group).max()
    return named.iloc[groups].reset_index(drop=True)


def _why_together(built: Built, groups: IntArray, together: BoolArray, price: FloatArray) -> Texts:
    problem = built.problem
    solo = np.bincount(
        problem.children.group, weights=problem.children.solo, minlength=problem.n_groups
    )
    dear = number(price, ",.0f")
    return choose(
        together & (price == -np.inf),
        "Together: no split would give each of them a home.",
        together & (price <= 0),
        "Together, which costs no more than apart.",
        together,
        "Together, at " + dear + " points more than the cheapest split.",
        solo[groups] > 0,
        "Not together: one of them must live alone.",
        (price == np.inf) | np.isnan(price),
        "Not together: no open home fits all of them; one would have to be found.",
        "Not together: one home for all costs " + dear + " points more than apart, since its "
        "places are worth more to other children.",
    )


def prices_table(built: Built, home: IntArray, priced: Priced) -> pd.DataFrame:
    """Give what one more place is worth by kind, authority, age band and need, dearest first."""
    homes = built.homes.assign(
        price=value_of_one_more_place(priced),
        filled=np.bincount(home[home != UNPLACED], minlength=built.problem.n_homes),
    )
    table = by_kind_of_place(
        homes,
        dearest="price",
        price=("price", "mean"),
        highest_price=("price", "max"),
        homes=("price", "size"),
        places=("places", "sum"),
        filled=("filled", "sum"),
    )
    return PRICES.check(table)


def shortages_table(built: Built, home: IntArray, priced: Priced) -> pd.DataFrame:
    """Give one row a set of children who compete for too few places."""
    rows = [
        _shortage_row(built, home, number, shortage)
        for number, shortage in enumerate(shortages(priced, home), start=1)
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
    room = "1 place" if places == 1 else f"{places} places"
    if count > places:
        stay = "stays" if without == 1 else "stay"
        return f"{count} children share {room}; {without} of them {stay} without a home."
    compete = "1 child competes" if count == 1 else f"{count} children compete"
    return (
        f"{compete} for {room}; not every place can be filled, since a child lives alone, siblings "
        f"stay together, or a limit of the region binds."
    )
