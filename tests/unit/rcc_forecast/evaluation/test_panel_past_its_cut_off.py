"""A panel of which nothing was released by the cut-off is refused for that alone."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.evaluation.panel import PanelAtFaultError, read_panel_frame


def test_a_panel_released_after_the_cut_off_is_refused_with_that_reason():
    given = pd.DataFrame(
        {
            "la_code": ["A", "B"],
            "region": ["A", "B"],
            "period": [2020, 2020],
            "outcome": ["share", "share"],
            "value": [0.2, 0.3],
            "release_date": ["2030-01-01", "2030-01-01"],
        }
    )

    with pytest.raises(PanelAtFaultError) as refused:
        read_panel_frame(given, name="panel.csv", cut_off=pd.Timestamp("2024-01-01"))

    assert refused.value.faults == ["No row is left that was released by the cut-off."]
