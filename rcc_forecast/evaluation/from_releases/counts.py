"""Counts in published files, and the rates that two of them make together."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.evaluation.from_releases.cells import (
    PublishedFile,
    count_cells,
    first_of,
    number,
    placed,
)
from rcc_forecast.evaluation.from_releases.shares import authority_rows

MEASURES: dict[str, str] = {
    "on_31_march": "children_looked_after",
    "started": "children_starting",
    "ceased": "children_ceasing",
}
"""Outcomes by their ``measure`` in files with a row a measure."""

COLUMNS: dict[str, str] = {
    "at31_episodes": "children_in_need",
    "started_episodes": "children_in_need_starting",
    "ended_episodes": "children_in_need_ending",
}
"""Outcomes by their column in the table of children in need."""

POPULATION = "population_0_17"
_POPULATION_COLUMN = "population_estimate"
_AGES = "children aged 0 to 17 years"

PER = 10_000
RATES: dict[str, str] = {
    f"{name}_per_10000": name
    for name in (
        "children_looked_after",
        "children_starting",
        "children_ceasing",
        "children_in_need",
    )
}
"""Rates a 10,000 children of 0 to 17, and the count that each is made from."""

PLACES_PER_CHILD = "childrens_home_places_per_child"
_PLACES, _CHILDREN = "childrens_home_places", "children_looked_after"


def counts_by_measure(file: PublishedFile) -> list[pd.DataFrame]:
    """Take the counts of a file with a row a measure (``measure``, ``value``)."""
    text = authority_rows(file.text)
    if text is None or not {"measure", "value"} <= set(text):
        return []
    where = placed(text, text[first_of(text, ("time_period", "year"))])
    measure, value = text["measure"].str.casefold(), number(text["value"])
    return [
        count_cells(where[own], outcome, value[own])
        for name, outcome in MEASURES.items()
        if (own := measure == name).any()
    ]


def children_in_need(file: PublishedFile) -> list[pd.DataFrame]:
    """Take the counts of the table of children in need, a column a count."""
    text = authority_rows(file.text)
    if text is None or not set(COLUMNS) <= set(text):
        return []
    where = placed(text, text["time_period"])
    return [count_cells(where, outcome, number(text[name])) for name, outcome in COLUMNS.items()]


def child_population(file: PublishedFile) -> list[pd.DataFrame]:
    """Take children of 0 to 17 by the ONS's estimates.

    Notes
    -----
    Estimates are of 30 June, which lies in the year to the 31 March after: that
    of mid-2021 stands under 2022, as in the DfE's rates.
    """
    text = authority_rows(file.text)
    if text is None or not {_POPULATION_COLUMN, "age_group"} <= set(text):
        return []
    text = text[text["age_group"].str.casefold() == _AGES]
    middle = pd.to_numeric(text["time_period"], errors="coerce")
    text, middle = text[middle.notna()], middle[middle.notna()]
    where = placed(text, (middle.astype(int) + 1).astype("str"))
    return [count_cells(where, POPULATION, number(text[_POPULATION_COLUMN]))]


def rates_of(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Make what two counts of the same authority and period make together.

    Parameters
    ----------
    frame : DataFrame
        Cells of a panel, each once.

    Returns
    -------
    list of DataFrame
        Rates a 10,000 children, and places in children's homes for each child
        looked after; empty where the files have only one of the two.
    """
    made = [_ratio(frame, count, POPULATION, rate, PER) for rate, count in RATES.items()]
    return [*made, _ratio(frame, _PLACES, _CHILDREN, PLACES_PER_CHILD, 1)]


def _ratio(frame: pd.DataFrame, upper: str, lower: str, outcome: str, per: int) -> pd.DataFrame:
    key = ["la_code", "region", "period"]
    above = frame[frame["outcome"] == upper]
    below = frame.loc[frame["outcome"] == lower, ["la_code", "period", "value"]]
    both = above.merge(below, on=["la_code", "period"], suffixes=("", "_below"))
    value = both["value"] / both["value_below"].where(both["value_below"] > 0)
    return count_cells(both[key], outcome, value * per)
