"""Every figure of every table of an edition, once: who counts what, where and when.

A number that stands in two tables is one figure, so that what one table
withholds no other shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.forecast import IntArray
from rcc_forecast.codes import ALL
from rcc_forecast.disclosure.spec import TableSpec

AREA = ["region", "local_authority", "pool"]
"""What names an area: `pool` is the co-operative whose own total it is."""

SPLIT = "="
"""Stands between the split a value belongs to and the value."""

AHEAD = "ahead"
"""The pattern that all months to come share, with the last one known."""

_MONEY = "money"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of all tables.

    Attributes
    ----------
    figures : DataFrame
        One row a figure: edition, quantity, family, `AREA`, the dimensions, month, pattern,
        value, rcc (of an authority), group.
    dimensions : list of str
        Names of the dimensions' columns.
    places : DataFrame
        One row a number of a table: edition, table, row, column, family, figure, group.
    prices : DataFrame
        Columns count, money (figures of one row of a table), price.
    parts : dict of (dimension, total) to set of str
        Values that are sums of others, beside "All".
    n_groups : int
        Decisions: groups are 0 to n_groups - 1.
    """

    figures: pd.DataFrame
    dimensions: list[str]
    places: pd.DataFrame
    prices: pd.DataFrame
    parts: dict[tuple[str, str], frozenset[str]]
    n_groups: int


def gather_figures(
    editions: Mapping[str, Mapping[str, pd.DataFrame]], specs: Mapping[str, TableSpec]
) -> Figures:
    """Read the tables of all editions into one list of figures.

    Parameters
    ----------
    editions : mapping of edition to mapping of name to DataFrame
        Rows that are to be published, numbered from 0.
    specs : mapping of name to TableSpec
        How each is published; a table without one is not read.

    Returns
    -------
    Figures
        Missing numbers are no figures. Figures that ought to be one and differ (two
        tables that define a count differently) are kept apart.
    """
    used = {
        name: spec
        for name, spec in specs.items()
        if any(name in tables and len(tables[name]) for tables in editions.values())
    }
    dimensions = sorted({d for spec in used.values() for d in spec.dimensions.values()})
    rows = pd.concat(
        [
            _numbers_of(table, name, used[name], edition=edition, dimensions=dimensions)
            for edition, tables in editions.items()
            for name, table in tables.items()
            if name in used and len(table)
        ],
        ignore_index=True,
    )
    cell = [*AREA, *dimensions]
    rows["figure"] = _numbered(rows, ["edition", "quantity", *cell, "month"])
    rows["figure"] = _apart_where_they_differ(rows)
    rows["group"] = _numbered(rows, ["family", "unit", *cell, "pattern"])
    figures = rows.drop_duplicates("figure").set_index("figure").sort_index()
    # A figure of two groups would be shown by one of them: both become one.
    rows["group"] = _joined(rows)
    figures["group"] = rows.drop_duplicates("figure").set_index("figure")["group"]
    return Figures(
        figures=figures[
            ["edition", "quantity", "family", *cell, "month", "pattern", "value", "rcc", "group"]
        ],
        dimensions=dimensions,
        places=rows[["edition", "table", "row", "column", "family", "figure", "group"]],
        prices=_prices(rows),
        parts=_parts(editions, used),
        n_groups=int(rows["group"].max()) + 1 if len(rows) else 0,
    )


def totals_of(gathered: Figures) -> Figures:
    """Give the figures of regions, co-operatives and England alone; groups keep their numbers."""
    totals = gathered.figures["local_authority"] == ALL
    return replace(gathered, figures=gathered.figures[totals], prices=gathered.prices.iloc[:0])


def _numbers_of(
    table: pd.DataFrame, name: str, spec: TableSpec, *, edition: str, dimensions: list[str]
) -> pd.DataFrame:
    """Lay one table out, a row a number."""
    labels = _labels(table, spec, dimensions)
    labels["edition"], labels["table"], labels["row"] = edition, name, np.arange(len(table))
    unit = _joined_text(table, spec.apart)
    wanted = [
        (column, quantity, "count") for column, quantity in spec.counts.items() if column in table
    ]
    wanted += [
        (column, quantity, _MONEY) for column, quantity in spec.money.items() if column in table
    ]
    found = []
    for column, quantity, family in wanted:
        main = quantity.split(":")[0]
        found.append(
            labels.assign(
                column=column,
                family=family,
                unit=main + unit,
                quantity=quantity + unit,
                value=pd.to_numeric(table[column]).to_numpy(float),
                price=_price(table, spec) if family == _MONEY else np.nan,
            )
        )
    whole = pd.concat(found, ignore_index=True)
    return whole[whole["value"].notna()]


def _labels(table: pd.DataFrame, spec: TableSpec, dimensions: list[str]) -> pd.DataFrame:
    region = _text(table, "region")
    authority = _text(table, "local_authority")
    rcc = _text(table, "rcc", default="")
    is_pool = (region == ALL) & (authority == ALL)
    month = _text(table, spec.month, default="")
    labels = pd.DataFrame(
        {
            "region": region,
            "local_authority": authority,
            "pool": rcc.where(is_pool, ""),
            "rcc": rcc.where(authority != ALL, ""),
            "month": month,
            "pattern": _pattern(month, ahead=spec.ahead),
        }
    )
    columns = {dimension: column for column, dimension in spec.dimensions.items()}
    for dimension in dimensions:
        column = columns.get(dimension, "")
        values = _text(table, column)  # a column that is not there reads "All"
        if column in spec.within:
            split = _text(table, spec.within[column]) + SPLIT + values
            values = values.where(values == ALL, split)
        labels[dimension] = values
        # A table without the dimension counts every value of it, as "All" does elsewhere.
        for old, new in spec.renamed.get(dimension, {}).items():
            labels[dimension] = labels[dimension].replace(old, new)
    return labels


def _pattern(month: pd.Series[str], *, ahead: bool) -> pd.Series[str]:
    """Say which months are withheld alike: all to come, or of history the last one."""
    if ahead:
        return pd.Series(AHEAD, index=month.index)
    return month.where(month != month.max(), AHEAD)


def _price(table: pd.DataFrame, spec: TableSpec) -> np.ndarray:
    if not spec.price:
        return np.full(len(table), np.nan)
    price = pd.to_numeric(table[spec.price]).to_numpy(float).copy()
    # What a sum over kinds costs a head is nobody's published price.
    totals = {ALL, *(total for of in spec.subtotals.values() for total in of)}
    kinds = [column for column, dimension in spec.dimensions.items() if dimension == "kind"]
    for column in kinds:
        price[table[column].isin(totals).to_numpy()] = np.nan
    return price


def _text(table: pd.DataFrame, column: str, default: str = ALL) -> pd.Series[str]:
    if column not in table.columns:
        return pd.Series(default, index=range(len(table)), dtype="str")
    values = table[column].astype("str").reset_index(drop=True)
    return values.fillna(default)


def _joined_text(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series[str]:
    joined = pd.Series("", index=range(len(table)), dtype="str")
    for column in columns:
        joined = joined + "/" + _text(table, column)
    return joined


def _numbered(rows: pd.DataFrame, keys: list[str]) -> IntArray:
    number = rows.groupby(keys, sort=False, dropna=False).ngroup()
    return np.asarray(number, dtype=np.int64)


def _apart_where_they_differ(rows: pd.DataFrame) -> IntArray:
    """Keep numbers apart that bear one name and are not the same."""
    first = rows.groupby("figure", sort=False)["value"].transform("first")
    differs = (rows["value"] - first).abs() > 1e-3 * (1.0 + first.abs())
    tag = rows["table"].where(differs, "")
    return _numbered(rows.assign(tag=tag), ["figure", "tag"])


def _joined(rows: pd.DataFrame) -> IntArray:
    """Merge groups that share a figure."""
    merged = rows["group"].to_numpy()
    while True:
        least = rows.assign(g=merged).groupby("figure", sort=False)["g"].transform("min")
        new = least.groupby(merged).transform("min").to_numpy()
        if (new == merged).all():
            return np.asarray(pd.factorize(merged)[0])
        merged = new


def _prices(rows: pd.DataFrame) -> pd.DataFrame:
    """Pair the money of a row with its count, where a price is known."""
    row = ["edition", "table", "row"]
    counts = rows[rows["family"] == "count"].drop_duplicates(row)
    money = rows[(rows["family"] == _MONEY)].drop_duplicates(row)
    both = counts.merge(money, on=row, suffixes=("", "_money"))
    return pd.DataFrame(
        {
            "count": both["figure"],
            "money": both["figure_money"],
            "count_group": both["group"],
            "money_group": both["group_money"],
            "price": both["price_money"],
        }
    )


def _parts(
    editions: Mapping[str, Mapping[str, pd.DataFrame]], specs: Mapping[str, TableSpec]
) -> dict[tuple[str, str], frozenset[str]]:
    """Give what each named sum is the sum of."""
    parts: dict[tuple[str, str], frozenset[str]] = {}
    for name, spec in specs.items():
        own = {total for totals in spec.subtotals.values() for total in totals}
        for dimension, totals in spec.subtotals.items():
            for total, of in totals.items():
                parts[dimension, total] = frozenset(of)
        for dimension, renamed in spec.renamed.items():
            column = next((c for c, d in spec.dimensions.items() if d == dimension), "")
            if not column:
                continue
            standing = {
                value
                for tables in editions.values()
                if name in tables
                for value in tables[name][column].astype("str").unique()
            }
            for old, new in renamed.items():
                known = parts.get((dimension, new), frozenset())
                parts[dimension, new] = known | (standing - {old, *own})
    return parts
