"""Authorities whose costs are known to go together with so much and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.panel import Cells, read_panel_frame
from rcc_forecast.evaluation.variation.spec import VariationSpec, parse_variation_spec

PERIODS = (2021, 2022, 2023, 2024)
GROUPS = {"need_mix": ["age", "plan"], "provider_mix": ["private"]}


def a_variation_spec(**changed: Any) -> VariationSpec:
    """`cost` over four years, set beside need and provider mix."""
    content = {"outcome": "cost", "periods": [*PERIODS], "explained_by": GROUPS, "draws": 100}
    return parse_variation_spec({"variation": {**content, **changed}})


def a_panel_of_costs(
    *,
    n: int = 120,
    slopes: tuple[float, float, float] = (0.6, 0.0, 0.6),
    between_regions: float = 0.0,
    lasting: float = 0.5,
    passing: float = 0.4,
    rise: float = 0.0,
    seed: int = 903,
) -> pd.DataFrame:
    """Costs of n authorities in eight regions; characteristics are independent of variance 1.

    `passing` is the standard deviation of a year; the others are variances but the slopes.
    """
    rng = np.random.default_rng(seed)
    region = np.arange(n) % 8
    names = ["age", "plan", "private"]
    characteristics = rng.standard_normal((n, 3))
    characteristics -= characteristics.mean(axis=0)
    characteristics /= characteristics.std(axis=0)
    level = 10 + characteristics @ np.array(slopes)
    level += rng.standard_normal(8)[region] * between_regions**0.5
    level += rng.standard_normal(n) * lasting**0.5
    parts = [
        pd.DataFrame({"period": str(year), "outcome": "cost", "value": values}, index=range(n))
        for step, year in enumerate(PERIODS)
        for values in [level + rise * step + passing * rng.standard_normal(n)]
    ]
    parts += [
        pd.DataFrame({"period": "2022", "outcome": name, "value": characteristics[:, k]})
        for k, name in enumerate(names)
    ]
    frame = pd.concat(parts)
    at = frame.index.to_numpy()
    return frame.assign(
        la_code=[f"X{i:03d}" for i in at], region=[f"R{region[i]}" for i in at]
    ).reset_index(drop=True)


def cells_of(frame: pd.DataFrame) -> Cells:
    """Give the panel as it is read from a file, without a fault."""
    cells, faults = read_panel_frame(frame, name="panel.csv")
    assert faults == []
    return cells
