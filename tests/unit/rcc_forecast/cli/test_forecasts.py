"""A workbook of a forecast holds what a person can read, and says so."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.cli.forecasts import summary_levels


def test_a_workbook_holds_one_dimension_at_a_time():
    table = pd.DataFrame(
        {"placement_type": ["All", "foster", "All", "foster"], "age_band": ["All", "All", "0", "0"]}
    )

    summary = summary_levels(table)

    assert len(summary) == 3
