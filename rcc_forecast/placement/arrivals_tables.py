"""The tables of a simulation of arrivals: policies compared, the reserve, who gave and took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from models.placement.arrivals import (
    DEFAULT_POLICY,
    Answers,
    Families,
    Figures,
    Stream,
    held_for,
    share_closed,
    standard_error,
)
from models.placement.problem import HUNDREDTHS, FloatArray, IntArray
from rcc_forecast.geography import name_of
from rcc_forecast.placement.build import Built
from rcc_forecast.placement.kinds_of_place import by_kind_of_place
from rcc_forecast.tables.arrivals import ALLOCATION, ARRIVALS, RESERVE

HINDSIGHT, YARDSTICK = "hindsight", "nearest"
"""The bar, and what a busy desk does: the ends of the scale."""

HOLD_BACK_POINTS = 150.0
"""A place is worth holding back above the points of leaving the own authority, or 15 miles."""

_PARTS_OF_THE_WEEKS = 4
_IN_WORDS = {
    "nearest": "the nearest home that fits them all, else each child's nearest",
    "best_points": "the home with the fewest points for this family",
    "reserve_once": "points, and the reserve of each place as forecast on the first day",
    "reserve_weekly": "points, and the reserve of each place as forecast anew each week",
    HINDSIGHT: "everybody placed at once, knowing who will come: no desk can",
}


@dataclass(frozen=True, slots=True)
class Replication:
    """The weeks simulated once, under every policy.

    Attributes
    ----------
    families : Families
        Who came.
    stream : Stream
        When, in which order, and for how long.
    answers : dict of str to Answers
        By policy.
    figures : dict of str to Figures
        By policy, hindsight last where it is known.
    hindsight_gap : float
        Points that hindsight may still be from the best; not-a-number without it.
    """

    families: Families
    stream: Stream
    answers: dict[str, Answers]
    figures: dict[str, Figures]
    hindsight_gap: float


def arrivals_table(done: Sequence[Replication]) -> pd.DataFrame:
    """Give the means of each policy, then its replications, an `ARRIVALS` table.

    Parameters
    ----------
    done : sequence of Replication
    """
    names = list(done[0].figures)
    net = {name: np.array([one.figures[name].net_points for one in done]) for name in names}
    bar = net.get(HINDSIGHT, np.full(len(done), np.nan))
    means, rows = [], []
    for name in names:
        each = pd.DataFrame([_row(one.figures[name]) for one in done])
        share, error = share_closed(net[YARDSTICK], net[name], bar)
        means.append(
            {
                "policy": name,
                "replication": "mean",
                **each.mean().to_dict(),
                "standard_error": standard_error(net[name]),
                "share_of_gap_closed": share,
                "share_standard_error": error,
                "does": _IN_WORDS.get(name, ""),
            }
        )
        rows.append(
            each.assign(
                policy=name,
                replication=[str(number) for number in range(1, len(done) + 1)],
                does="",
            )
        )
    table = pd.concat([pd.DataFrame(means), *rows], ignore_index=True)
    table = table.reindex(columns=ARRIVALS.names)
    numbers = table.select_dtypes("number").columns
    return ARRIVALS.check(table.assign(**{name: table[name].round(4) for name in numbers}))


def _row(figures: Figures) -> dict[str, float]:
    return {
        "net_points": figures.net_points,
        "unplaced": float(figures.unplaced),
        "together_pct": figures.together_pct,
        "over_20_miles_pct": figures.over_20_miles_pct,
        "mean_miles": figures.mean_miles,
    }


def reserve_table(built: Built, prices: FloatArray) -> pd.DataFrame:
    """Give the reserve by kind, authority, age band and need, dearest first.

    Parameters
    ----------
    built : Built
        Homes with the places that are free.
    prices : ndarray of float, shape (n_futures, n_homes, 3)
        Prices of a place, of two and of three in each future, hundredths.

    Returns
    -------
    DataFrame
        A `RESERVE` table.
    """
    free = built.problem.homes.places
    one = held_for(prices, free=free, places=np.minimum(free, 1)) / HUNDREDTHS
    dear = one.mean(axis=0) > HOLD_BACK_POINTS
    homes = built.homes.assign(
        one_place=one.mean(axis=0),
        whole_home=held_for(prices, free=free, places=free).mean(axis=0) / HUNDREDTHS,
        sure=100.0 * (one > HOLD_BACK_POINTS).mean(axis=0),
        dear_places=np.where(dear, free, 0),
    )
    table = by_kind_of_place(
        homes,
        dearest="reserve",
        reserve=("one_place", "mean"),
        highest_reserve=("one_place", "max"),
        whole_home_reserve=("whole_home", "mean"),
        sure_pct=("sure", "mean"),
        homes=("places", "size"),
        places=("places", "sum"),
        worth_holding_back=("dear_places", "sum"),
    )
    return RESERVE.check(table)


def allocation_table(built: Built, done: Sequence[Replication], weeks: int) -> pd.DataFrame:
    """Give who took and who gave dear places under the default policy, part by part.

    Parameters
    ----------
    built : Built
        For the authorities' codes.
    done : sequence of Replication
    weeks : int

    Returns
    -------
    DataFrame
        An `ALLOCATION` table.
    """
    codes = [*built.authorities, "Unknown"]
    each = pd.concat([_taken_and_given(one, len(codes)) for one in done], ignore_index=True)
    edges = np.unique(np.linspace(0, weeks, _PARTS_OF_THE_WEEKS + 1).astype(int))
    spans = [("All", 0, weeks)]
    spans += [
        (f"{start + 1}-{end}", int(start), int(end))
        for start, end in pairwise(edges)
        if edges.size > 2
    ]
    table = pd.concat(
        [
            _balance(each[each["week"].between(start, end - 1)], codes, len(done)).assign(
                weeks=name
            )
            for name, start, end in spans
        ],
        ignore_index=True,
    )
    table = table.assign(local_authority_name=table["local_authority"].map(name_of))
    return ALLOCATION.check(table[list(ALLOCATION.names)])


def _taken_and_given(one: Replication, n_codes: int) -> pd.DataFrame:
    """Give one row a child who came: whose child, whose home, and the reserve of its bundle."""
    families, stream, answers = one.families, one.stream, one.answers[DEFAULT_POLICY]
    size = families.listed.group_size[stream.groups]
    row, member = np.nonzero(np.arange(answers.home.shape[1]) < size[:, None])
    child = families.listed.first_child[stream.groups[row]] + member
    home = answers.home[row, member]
    # An authority that is not known is -1 of children and -2 of homes: the last code.
    whose = families.problem.children.authority[child]
    where = np.where(home >= 0, families.problem.homes.authority[home], -1)
    return pd.DataFrame(
        {
            "week": stream.week[row],
            "whose": np.where(whose < 0, n_codes - 1, whose),
            "where": np.where(where < 0, n_codes - 1, where),
            "reserve": answers.reserve[row, member],
        }
    )


def _balance(each: pd.DataFrame, codes: list[str], replications: int) -> pd.DataFrame:
    count = np.bincount(each["whose"], minlength=len(codes))
    taken = np.bincount(each["whose"], weights=each["reserve"], minlength=len(codes))
    given = np.bincount(each["where"], weights=each["reserve"], minlength=len(codes))
    table = pd.DataFrame(
        {
            "local_authority": codes,
            "children": (count / replications).round(2),
            "children_pct": _percent(count),
            "taken_pct": _percent(taken),
            "given_pct": _percent(given),
            "balance_pct": (_percent(given) - _percent(taken)).round(2),
        }
    )
    return table[(count > 0) | (given > 0)]


def _percent(values: FloatArray | IntArray) -> FloatArray:
    total = float(values.sum())
    return np.asarray((100.0 * values / total).round(2) if total else np.zeros(values.size))
