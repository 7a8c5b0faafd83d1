"""From figures to a problem of suppression: what is small, and what adds up to what."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from models.forecast import FloatArray, IntArray
from models.suppression import BoolArray, Sum, SuppressionProblem, sums_of, suppression_problem
from rcc_forecast.codes import ALL
from rcc_forecast.disclosure.figures import AREA, SPLIT, Figures
from rcc_forecast.disclosure.rule import DisclosureRule

_NOTHING = 1e-6
_THOUSAND = 1000.0


def problem_of(
    gathered: Figures, rule: DisclosureRule, *, totals: BoolArray | None = None
) -> SuppressionProblem:
    """State what is small, what adds up, and what goes together.

    Parameters
    ----------
    gathered : Figures
        Of all tables and editions that are published at once.
    rule : DisclosureRule
        Threshold, protection and rounding.
    totals : ndarray of bool, shape (n_groups,), optional
        Which totals of regions, co-operatives and England are withheld at least.
    """
    figures = gathered.figures
    value = _scaled(figures)
    group = figures["group"].to_numpy()
    is_count = (figures["family"] == "count").to_numpy()
    small = is_count & (value > _NOTHING) & (value < rule.threshold + 0.5)
    sums, rest = _sums(gathered)
    links, error = _price_links(gathered, rule)
    n, n_groups = len(value), gathered.n_groups
    equations = sparse.block_array(
        [
            [sums[:, :n], sums[:, n:], None],
            [links[:, :n], None, links[:, n:]],
        ],
        format="csr",
    )
    n_hidden = len(rest) + len(error)
    hidden = np.r_[np.zeros(n_groups, dtype=bool), np.ones(n_hidden, dtype=bool)]
    primary = np.zeros(n_groups + n_hidden, dtype=bool)
    primary[group[small]] = True
    keep = np.ones(n_groups + n_hidden, dtype=bool)
    keep[group[np.abs(value) > _NOTHING]] = False
    keep[n_groups:] = False
    is_total = (figures["local_authority"] == ALL).to_numpy()
    bridge = np.zeros(n_groups + n_hidden, dtype=bool)
    if totals is not None:
        primary[:n_groups] |= totals
        bridge[group[is_total]] = True
    base = rule.round_totals_to
    return suppression_problem(
        np.concatenate([value, rest, np.zeros(len(error))]),
        equations,
        group=np.concatenate([group, n_groups + np.arange(n_hidden)]),
        primary=primary,
        protection=np.concatenate([np.where(is_count, rule.protection, 0.0), np.zeros(n_hidden)]),
        low=np.concatenate([_known_low(value, group, is_count), np.zeros(len(rest)), -error]),
        high=np.concatenate([np.full(n + len(rest), np.inf), error]),
        slack=np.concatenate(
            [np.where(is_total & is_count & (base > 1), base / 2, 0.0), np.zeros(n_hidden)]
        ),
        weight=_weights(value, group, is_count, n_groups, n_hidden),
        keep=keep,
        hidden=hidden,
        implied=_implied(gathered),
        bridge=bridge,
    )


def _known_low(value: FloatArray, group: IntArray, is_count: np.ndarray) -> FloatArray:
    """Zeros are shown, so a whole number withheld by itself is 1 or more."""
    alone = np.bincount(group)[group] == 1
    whole = np.abs(value - np.rint(value)) < _NOTHING
    return np.where(is_count & alone & whole & (value >= 1), 1.0, 0.0)


def _weights(
    value: FloatArray, group: IntArray, is_count: np.ndarray, n_groups: int, n_hidden: int
) -> IntArray:
    """Few and small figures are to be lost; money weighs like ten children, whatever its sum."""
    greatest = np.zeros(n_groups)
    np.maximum.at(greatest, group, np.where(is_count, np.rint(value), 9.0))
    weight = np.concatenate([greatest, np.zeros(n_hidden)])
    return np.asarray(weight, dtype=np.int64) + 1


def _implied(gathered: Figures) -> IntArray:
    pairs = gathered.prices[["count_group", "money_group"]].drop_duplicates().to_numpy(np.int64)
    return np.asarray(pairs, dtype=np.int64)


def _sums(gathered: Figures) -> tuple[sparse.csr_array, FloatArray]:
    """Give every sum between figures of one edition, quantity and month, with the remainders."""
    figures, n = gathered.figures, len(gathered.figures)
    rows: list[IntArray] = []
    columns: list[IntArray] = []
    signs: list[FloatArray] = []
    rest: list[FloatArray] = []
    equations = remainders = 0
    for where in figures.groupby(["edition", "quantity", "month"], sort=False).indices.values():
        part = figures.iloc[where]
        coordinates, sums = _coordinates(part, gathered)
        found = sums_of(coordinates, sums, value=_scaled(part))
        entries = sparse.coo_array(found.equations)
        row, column = entries.coords
        after = np.concatenate([where, n + remainders + np.arange(len(found.remainder))])
        rows.append(row + equations)
        columns.append(after[column])
        signs.append(entries.data)
        rest.append(found.remainder)
        equations += found.equations.shape[0]
        remainders += len(found.remainder)
    shape = (equations, n + remainders)
    if not rows:
        return sparse.csr_array(shape, dtype=np.float64), np.zeros(0)
    entry = (np.concatenate(signs), (np.concatenate(rows), np.concatenate(columns)))
    return sparse.csr_array(sparse.coo_array(entry, shape=shape)), np.concatenate(rest)


def _coordinates(part: pd.DataFrame, gathered: Figures) -> tuple[IntArray, list[list[Sum]]]:
    """Give where each figure stands, and the sums of each dimension."""
    area, names = pd.factorize(pd.MultiIndex.from_frame(part[AREA]))
    codes, sums = [area], [_area_sums(part, area, list(names))]
    for dimension in gathered.dimensions:
        code, values = pd.factorize(part[dimension])
        codes.append(code)
        sums.append(_value_sums(dimension, list(values), gathered))
    return np.stack(codes, axis=1).astype(np.int64), sums


def _area_sums(part: pd.DataFrame, area: IntArray, names: list[tuple[str, str, str]]) -> list[Sum]:
    """Regions and co-operatives are sums of authorities, England of regions."""
    place = {name: code for code, name in enumerate(names)}
    pool_of = dict(zip(area, part["rcc"], strict=True))
    inside: dict[tuple[str, str, str], list[int]] = {}
    for (region, authority, pool), code in place.items():
        if authority != ALL:
            inside.setdefault((region, ALL, ""), []).append(code)
            if pool_of[code]:
                inside.setdefault((ALL, ALL, pool_of[code]), []).append(code)
        elif region != ALL and not pool:
            inside.setdefault((ALL, ALL, ""), []).append(code)
    return [(place[total], tuple(parts)) for total, parts in inside.items() if total in place]


def _value_sums(dimension: str, values: list[str], gathered: Figures) -> list[Sum]:
    """Give the sums among the values of one dimension: All, and the named ones."""
    totals = {total for of, total in gathered.parts if of == dimension}
    place = {value: code for code, value in enumerate(values)}
    found: list[Sum] = []
    for total, code in place.items():
        if total == ALL:
            of_split: dict[str, list[int]] = {}
            for value in values:
                if value != ALL and value not in totals:
                    split = value.split(SPLIT)[0] if SPLIT in value else ""
                    of_split.setdefault(split, []).append(place[value])
            found += [(code, tuple(parts)) for parts in of_split.values()]
        elif total in totals:
            parts = sorted(place[v] for v in gathered.parts[dimension, total] if v in place)
            found += [(code, tuple(parts))] if parts else []
    return found


def _price_links(gathered: Figures, rule: DisclosureRule) -> tuple[sparse.csr_array, FloatArray]:
    """Tie money to the children it is paid for, as well as outsiders know the price.

    Returns
    -------
    sparse array, shape (n_links, n_figures + n_links)
        Money over price, less children, less an error that nobody knows, is 0.
    ndarray, shape (n_links,)
        How far the error may go, either way, in children.
    """
    n = len(gathered.figures)
    value = _scaled(gathered.figures)
    known = gathered.prices[gathered.prices["price"] > 0].drop_duplicates(["count", "money"])
    price = known["price"].to_numpy(float) / _THOUSAND
    count, money = known["count"].to_numpy(), known["money"].to_numpy()
    close = np.abs(price * value[count] - value[money]) <= 0.01 * value[money] + _NOTHING
    price, count, money = price[close], count[close], money[close]
    links, ones = np.arange(len(count)), np.ones(len(count))
    entry = (
        np.concatenate([ones / price, -ones, -ones]),
        (np.tile(links, 3), np.concatenate([money, count, n + links])),
    )
    table = sparse.csr_array(sparse.coo_array(entry, shape=(len(links), n + len(links))))
    return table, rule.price_known_within * value[count]


def _scaled(figures: pd.DataFrame) -> FloatArray:
    """Give children as they are and money in thousands of pounds: numbers of one size."""
    value = figures["value"].to_numpy(float)
    return np.asarray(np.where(figures["family"] == "count", value, value / _THOUSAND))
