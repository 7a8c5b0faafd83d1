"""Budget lines against futures of spend, and block contracts against buying one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL
from rcc_forecast.geography import name_of
from rcc_forecast.spending.contracts import BlockContract, BlockEffect
from rcc_forecast.spending.labels import spread_of, weeks_of, years_of
from rcc_forecast.tables.spending import BUDGET, CONTRACTS


def budget_rows(
    budgets: Sequence[Mapping[str, Any]],
    *,
    totals: dict[str, FloatArray],
    months: pd.DatetimeIndex,
    without_price: list[str],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Set each budget against the futures of spend, by financial year.

    Parameters
    ----------
    budgets : sequence of mapping
        ``weekly_gbp`` (a number or a pair, drawn evenly between) and optional
        ``local_authority``; without it, for all authorities that filed.
    totals : dict of str to ndarray, shape (n_paths, n_years)
        Spend by authority or "All", GBP in the year.
    months : DatetimeIndex
        Month ends of the horizon.
    without_price : list of str
        Kinds that the spend leaves out.
    rng : Generator
        Draws within intervals.
    """
    names, which = years_of(months)
    weeks = weeks_of(months, which).sum(axis=0)
    counted = np.bincount(which)
    left_out = ", ".join(without_price)
    note = f"Without {left_out}: no price is known." if left_out else ""
    rows = []
    for number, given in enumerate(budgets, start=1):
        code = given.get("local_authority") or ALL
        spend = totals.get(code)
        if spend is None:
            rows += _not_filed(number, code, names, counted)
            continue
        budget = _drawn(given["weekly_gbp"], len(spend), rng)[:, None] * weeks
        over = np.maximum(spend - budget, 0.0)
        low, high = spread_of(spend, (0.1, 0.9))
        (worst,) = spread_of(over, (0.9,))
        rows += [
            [
                *(number, code, names[y], int(counted[y])),
                *(budget[:, y].mean(), spend[:, y].mean()),
                *(low[y], high[y], (spend[:, y] > budget[:, y]).mean(), over[:, y].mean()),
                *(worst[y], "" if code == ALL else name_of(code), note),
            ]
            for y in range(len(names))
        ]
    return pd.DataFrame(rows, columns=BUDGET.names)


def contract_rows(effect: BlockEffect | None, *, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Say what each contract leaves unused and saves, by financial year."""
    names, which = years_of(months)
    weeks = weeks_of(months, which)
    contracts = effect.contracts if effect else ()
    rows = [
        row
        for number, contract in enumerate(contracts, start=1)
        for row in _rows_of_contract(number, contract, names, weeks)
    ]
    return pd.DataFrame(rows, columns=CONTRACTS.names)


def _rows_of_contract(
    number: int, contract: BlockContract, names: list[str], weeks: FloatArray
) -> list[list[object]]:
    running = weeks * contract.active[:, None]
    rows: list[list[object]] = []
    for y in np.flatnonzero(running.any(axis=0)):
        in_year = running[:, y] / running[:, y].sum()
        places, used = contract.places @ in_year, contract.used @ in_year
        block, spot = contract.block @ running[:, y], contract.spot @ running[:, y]
        unused, saving = places - used, spot - block
        figures = [spread_of(values, (0.1, 0.9)) for values in (unused, saving)]
        # What a used place would cost one by one, over what a block place costs.
        worth = np.divide(
            (block / np.maximum(places, 1e-9)).mean(),
            (spot.sum() / used.sum()) if used.sum() > 0 else np.nan,
        )
        rows.append(
            [
                *(number, contract.provider, contract.placement_type, names[y]),
                *(int((running[:, y] > 0).sum()), places.mean(), used.mean(), unused.mean()),
                *(*figures[0], block.mean(), spot.mean(), worth, (saving > 0).mean()),
                *(saving.mean(), *figures[1], _note(contract, spot)),
            ]
        )
    return rows


def _note(contract: BlockContract, spot: FloatArray) -> str:
    if np.isnan(spot).any():
        return "No price of this kind is known to compare with; the spend leaves the block out."
    if contract.filled_is_seen:
        return (
            f"Places are taken to be filled no fuller than bought homes of the kind now: "
            f"{contract.filled:.0%}. The block's price stays; the price of the day rises."
        )
    return (
        "The register cannot say how full such homes are: places are taken to fill whenever a "
        "child is there for them, which flatters the block."
    )


def _not_filed(number: int, code: str, names: list[str], counted: IntArray) -> list[list[object]]:
    note = "This authority filed no returns: nothing to set the budget against."
    empty = [np.nan] * 7
    return [
        [number, code, name, int(months), *empty, name_of(code), note]
        for name, months in zip(names, counted, strict=True)
    ]


def _drawn(given: float | tuple[float, float], n: int, rng: np.random.Generator) -> FloatArray:
    at = rng.permutation((np.arange(n) + 0.5) / n)
    low, high = given if isinstance(given, tuple | list) else (given, given)
    return np.asarray(float(low) + (float(high) - float(low)) * at)
