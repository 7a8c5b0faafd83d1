"""Panels and specifications as programs send them to the service."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tests.builders.evaluations import NORTH, SOUTH, a_panel


def a_small_panel(**changed: Any) -> pd.DataFrame:
    """Four regions of two authorities over nine years: quick to evaluate."""
    return a_panel(**{"regions": 4, "units": 2, "years": range(2018, 2027), **changed})


def as_csv(table: pd.DataFrame) -> bytes:
    """Give a table as a file that can be sent."""
    return table.to_csv(index=False).encode()


def a_spec_sent(**changed: Any) -> dict[str, Any]:
    """Give a specification of `a_small_panel` as JSON, with some keys changed."""
    treated = [{"unit": unit, "delivery": "2024-04-01"} for unit in (NORTH, SOUTH)]
    return {"primary": "far", "outcomes": ["far"], "treated": treated, **changed}


def some_groups(panel: pd.DataFrame) -> pd.DataFrame:
    """Split each row of a panel into girls and boys, half and half."""
    halves = [
        panel.assign(
            characteristic="sex",
            group=group,
            numerator=panel["numerator"] // 2,
            denominator=panel["denominator"] // 2,
        )
        for group in ("female", "male")
    ]
    return pd.concat(halves, ignore_index=True)
