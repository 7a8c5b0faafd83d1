"""Panels and specifications for evaluations: shares of children by authority, region and year."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast.evaluation import Cells, Spec, checked, parse_spec, read_panel_frame

NORTH, SOUTH = "North", "South"
"""The treated regions of `a_panel`."""


def a_panel(
    *,
    regions: int = 12,
    units: int = 4,
    years: Sequence[int] = range(2014, 2027),
    outcomes: Sequence[str] = ("far",),
    effect: float = 0.0,
    since: int = 2025,
    seed: int = 903,
) -> pd.DataFrame:
    """Give shares that wander a little, with an effect in two regions from a year on."""
    rng = np.random.default_rng(seed)
    names = [NORTH, SOUTH, *(f"Region {number:02d}" for number in range(regions - 2))]
    rows = []
    for outcome in outcomes:
        for place, region in enumerate(names):
            shared = 0.004 * rng.standard_normal(len(years)).cumsum()
            for unit in range(units):
                change = [effect if place < 2 and year >= since else 0.0 for year in years]
                share = 0.2 + shared + 0.004 * rng.standard_normal(len(years)) + change
                rows += [
                    (f"U{place:02d}{unit}", region, str(year), outcome, round(2000 * each), 2000)
                    for year, each in zip(years, np.clip(share, 0.01, 0.99), strict=True)
                ]
    names_of_columns = ["la_code", "region", "period", "outcome", "numerator", "denominator"]
    table = pd.DataFrame(rows, columns=names_of_columns)
    return table.assign(release_date=[f"{year}-11-20" for year in table["period"]])


def a_spec(**changed: object) -> Spec:
    """Give a specification of `a_panel`, with some keys changed."""
    return parse_spec({**_plain_spec(), **changed})


def a_spec_file(path: Path, *, extra: str = "", delivery: str = "2024-04-01") -> Path:
    """Write a specification of `a_panel` as people write it."""
    treated = "".join(
        f'[[treated]]\nunit = "{unit}"\ndelivery = {delivery}\n' for unit in (NORTH, SOUTH)
    )
    text = f'primary = "far"\noutcomes = ["far"]\n{extra}\n{treated}'
    path.write_text(text, encoding="utf-8")
    return path


def the_cells(panel: pd.DataFrame, spec: Spec) -> Cells:
    """Read and check a panel under a specification."""
    cells, faults = read_panel_frame(panel, name="panel.csv", cut_off=spec.cut_off)
    return checked(cells, faults, spec, name="panel.csv")


def _plain_spec() -> dict[str, object]:
    return {
        "primary": "far",
        "outcomes": ["far"],
        "treated": [{"unit": unit, "delivery": 2025} for unit in (NORTH, SOUTH)],
    }
