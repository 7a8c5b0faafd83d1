"""How one table is published: which columns count children, and which tell about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

Frame = pd.DataFrame


LABELS = frozenset(
    {"region", "local_authority", "rcc", "local_authority_name", "horizon", "measure", "months"}
    | {"source", "cost_source", "return_year", "part", "contract", "provider"}
)
"""Columns that say what a row is about."""


def every_row(frame: Frame) -> Frame:
    """Publish the table as long as it is."""
    return frame


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table of a published edition.

    Attributes
    ----------
    counts : mapping of column to quantity
        Columns that count children. Figures of one quantity, area, cell and
        month are one figure, in whatever table they stand.
    dimensions : mapping of column to dimension
        Beside the area, which is always region, local_authority and rcc. A
        dimension that a table lacks is summed there.
    apart : tuple of str
        Columns, beside the month, whose values are different quantities
        ("measure", "need"): no sum runs over them.
    money : mapping of column to quantity
        Columns of money that add up like the counts; withheld with the row's
        counts, and by themselves where they would give a count away.
    price : str
        Column of the price of one place, where there is one.
    money_figures : tuple of str
        Columns withheld with the money.
    open : tuple of str
        Columns that tell nothing about children, and are shown in every row. Whatever is
        in no field of the spec is withheld with the row's counts: a column that is new to
        this file cannot slip out.
    shares : mapping of column to column
        Shares, 0 to 1, and the count below the line; withheld where the count
        above it, or what is left, is small.
    month : str
        Column of the month or year.
    ahead : bool
        Months share one pattern, with the scenario and the last month known:
        a figure withheld in one could else be read off its neighbour.
    within : mapping of column to column
        Columns whose values are split anew for every value of another ("group" by "by"):
        the values of each split add up to "All".
    select : callable
        The rows that are published at all; chosen before anything is withheld.
    decimals : mapping of column to int
        Digits shown; 0 unless told, -2 for hundreds.
    renamed : mapping of dimension to mapping
        Values that mean something else here than in other tables ("All" kinds
        that have a price).
    subtotals : mapping of dimension to mapping
        Values that are sums of others, with their parts; "All" is the sum of
        every value that is not itself a sum.
    """

    counts: Mapping[str, str]
    dimensions: Mapping[str, str] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    money: Mapping[str, str] = field(default_factory=dict)
    price: str = ""
    money_figures: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    shares: Mapping[str, str] = field(default_factory=dict)
    month: str = "month"
    ahead: bool = True
    within: Mapping[str, str] = field(default_factory=dict)
    select: Callable[[Frame], Frame] = every_row
    decimals: Mapping[str, int] = field(default_factory=dict)
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    subtotals: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)

    def labels(self) -> frozenset[str]:
        """Give the columns that are shown in every row."""
        return LABELS | {
            *self.dimensions,
            *self.within.values(),
            *self.apart,
            *self.open,
            self.month,
        }
