"""Figures as they are printed: rounded, with a symbol where there is none to show."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from models.suppression.problem import BoolArray
from rcc_forecast.codes import ALL
from rcc_forecast.disclosure.rule import DisclosureRule
from rcc_forecast.disclosure.spec import TableSpec

_WITHHELD, _ROUNDS_TO_NOTHING, _NOT_AVAILABLE = "c", "k", "x"


def masked(
    table: pd.DataFrame,
    spec: TableSpec,
    *,
    places: pd.DataFrame,
    withheld: BoolArray,
    rule: DisclosureRule,
) -> pd.DataFrame:
    """Give one table as it is published.

    Parameters
    ----------
    table : DataFrame
        The rows to publish.
    spec : TableSpec
        Which columns are figures.
    places : DataFrame
        The table's rows of `Figures.places`.
    withheld : ndarray of bool, shape (n_groups,)
        The decision.
    rule : DisclosureRule
        Threshold for shares; rounding of totals.

    Returns
    -------
    DataFrame
        The same columns; those with figures are text.
    """
    counts = _rows_withheld(places, withheld, family="count", n=len(table))
    money = _rows_withheld(places, withheld, family="money", n=len(table)) | counts
    is_total = (table["local_authority"] == ALL).to_numpy()
    printed = table.copy()
    labels = spec.labels()
    for column in table.columns:
        digits = spec.decimals.get(column)
        if column in labels:
            continue
        if column in spec.shares:
            hidden = counts | _small_part(table[column], table[spec.shares[column]], rule)
            printed[column] = _printed(table[column], hidden, 2 if digits is None else digits, 1)
        elif column in spec.money or column in spec.money_figures:
            printed[column] = _printed(table[column], money, -2 if digits is None else digits, 1)
        elif column == spec.price:
            printed[column] = _printed(table[column], money, digits or 0, 1)
        elif is_numeric_dtype(table[column]):
            base = np.where(is_total & (column in spec.counts), rule.round_totals_to, 1)
            printed[column] = _printed(table[column], counts, digits or 0, base)
        else:
            words = table[column].astype("str")
            printed[column] = words.mask(pd.Series(counts, index=table.index), _WITHHELD)
    return printed


def _rows_withheld(places: pd.DataFrame, withheld: BoolArray, *, family: str, n: int) -> BoolArray:
    rows = np.zeros(n, dtype=bool)
    of = places[places["family"] == family]
    rows[of["row"].to_numpy()[withheld[of["group"].to_numpy()]]] = True
    return rows


def _small_part(share: pd.Series, below: pd.Series, rule: DisclosureRule) -> BoolArray:
    """Find shares of few children, or of all but a few."""
    whole = pd.to_numeric(below).to_numpy(float)
    part = pd.to_numeric(share).to_numpy(float) * whole
    few = rule.threshold + 0.5

    def is_small(count: np.ndarray) -> BoolArray:
        return np.asarray((count > 1e-6) & (count < few))

    return is_small(part) | is_small(whole - part) | is_small(whole)


def _printed(
    column: pd.Series, withheld: BoolArray, decimals: int, base: np.ndarray | int
) -> pd.Series[str]:
    """Round and write a column of figures."""
    value = pd.to_numeric(column).to_numpy(float)
    rounded = np.round(value, decimals) if decimals else np.floor(value / base + 0.5) * base
    rounded = rounded + 0.0  # no minus before a zero
    text = pd.Series(np.char.mod(f"%.{max(decimals, 0)}f", rounded), index=column.index)
    text = text.mask((rounded == 0) & (np.abs(value) > 1e-9), _ROUNDS_TO_NOTHING)
    text = text.mask(np.isnan(value), _NOT_AVAILABLE)
    return text.mask(withheld, _WITHHELD).astype("str")
