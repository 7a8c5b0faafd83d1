"""Outcomes of groups of children beside a panel, with a gap of a chosen size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from tests.builders.evaluations import NORTH, SOUTH


def some_groups(
    *,
    regions: int = 12,
    units: int = 4,
    years: Sequence[int] = range(2018, 2027),
    groups: Mapping[str, int] | None = None,
    characteristic: str = "ethnicity",
    outcome: str = "far",
    gap: float = 0.0,
    gap_of: str = "Black",
    effect: float = 0.0,
    since: int = 2025,
    seed: int = 903,
) -> pd.DataFrame:
    """Give counts of each group of each authority, named as `a_panel` names them.

    `gap` is added to the share of one group everywhere, and `effect` in the two
    treated regions from a year on.
    """
    sizes = groups or {"White": 300, "Black": 90, "Asian": 60}
    rng = np.random.default_rng(seed)
    names = [NORTH, SOUTH, *(f"Region {number:02d}" for number in range(regions - 2))]
    rows = []
    for place, region in enumerate(names):
        for unit in range(units):
            level = 0.2 + 0.03 * rng.standard_normal()
            for year in years:
                touched = effect if place < 2 and year >= since else 0.0
                for group, size in sizes.items():
                    share = level + (gap + touched if group == gap_of else 0.0)
                    having = rng.binomial(size, np.clip(share, 0.01, 0.99))
                    rows.append((f"U{place:02d}{unit}", region, str(year), group, having, size))
    names_of_columns = ["la_code", "region", "period", "group", "numerator", "denominator"]
    table = pd.DataFrame(rows, columns=names_of_columns)
    return table.assign(
        outcome=outcome,
        characteristic=characteristic,
        release_date=[f"{year}-11-20" for year in table["period"]],
    )


def a_group(
    numbers: Mapping[str, Mapping[str, tuple[int | str, int]]],
    *,
    regions: Mapping[str, str] | None = None,
    characteristic: str = "ethnicity",
    period: str = "2025",
) -> pd.DataFrame:
    """Give counts of groups as written: by authority and group, children with and of."""
    rows = [
        {
            "la_code": code,
            "region": (regions or {}).get(code, "North"),
            "period": period,
            "outcome": "far",
            "characteristic": characteristic,
            "group": group,
            "numerator": having,
            "denominator": children,
        }
        for code, of in numbers.items()
        for group, (having, children) in of.items()
    ]
    return pd.DataFrame(rows)


def a_panel_of(groups: pd.DataFrame) -> pd.DataFrame:
    """Give the panel that groups of one characteristic add up to; withheld counts as 3."""
    counted = groups.assign(numerator=groups["numerator"].replace("c", 3).astype(int))
    keys = ["la_code", "region", "period", "outcome"]
    return counted.groupby(keys, as_index=False)[["numerator", "denominator"]].sum()
