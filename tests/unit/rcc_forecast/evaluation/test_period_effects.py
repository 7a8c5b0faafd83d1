"""Effects by period have intervals, whether the treated start together or one after another."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.evaluation.fitting import Fits, completed
from rcc_forecast.evaluation.period_effects import event_rows
from rcc_forecast.evaluation.stages import design_of, grid_of
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells


def the_events(starts, *, effect=-0.06, estimator="did"):
    treated = [
        {"unit": unit, "delivery": start}
        for unit, start in zip((NORTH, SOUTH), starts, strict=True)
    ]
    spec = a_spec(treated=treated)
    panel = a_panel(regions=10)
    for unit, start in zip((NORTH, SOUTH), starts, strict=True):
        moved = (panel["region"] == unit) & (panel["period"].astype(int) >= start)
        panel["numerator"] += (2000 * effect * moved).astype(int)
    cells = the_cells(panel, spec)
    design = completed(design_of(grid_of(cells, "far", unit="region"), spec, cells.calendar))
    rows = event_rows(Fits(design, spec), cells.calendar)
    return rows[(rows["estimator"] == estimator) & (rows["estimand"] == "event_time")]


@pytest.mark.parametrize("starts", [(2024, 2024), (2024, 2025)])
def test_every_period_has_an_interval_and_a_p_value(starts):
    rows = the_events(starts).set_index("event_time")

    shared = rows.loc[-8:1]  # periods that both regions have
    assert shared[["low", "high", "p_value"]].notna().all().all()
    assert (shared["low"] <= shared["estimate"]).all()
    assert (shared["estimate"] <= shared["high"]).all()
    assert (rows["p_value"] >= 1 / 90).all()


@pytest.mark.parametrize("starts", [(2024, 2024), (2024, 2025)])
def test_group_time_effects_by_distance_have_theirs_too(starts):
    rows = the_events(starts, estimator="group_time")
    by_time = rows[rows["event_time"].notna()].set_index("event_time")

    assert by_time.loc[0:1, ["low", "high", "p_value"]].notna().all().all()
    assert (by_time.loc[0:1, "high"] < 0).all()
    assert (by_time["p_value"].dropna() >= 1 / 90).all()
    assert by_time["p_value"].notna().mean() > 0.8


@pytest.mark.parametrize("starts", [(2024, 2024), (2024, 2025)])
def test_a_large_effect_is_seen_from_the_start_on_and_not_before(starts):
    rows = the_events(starts).set_index("event_time")

    assert (rows.loc[0:1, "high"] < 0).all()
    assert (rows.loc[0:1, "low"] < -0.06).all()
    assert ((rows.loc[-8:-1, "low"] < 0) & (rows.loc[-8:-1, "high"] > 0)).mean() >= 0.75


def test_with_two_starts_the_note_says_what_the_interval_supposes():
    rows = the_events((2024, 2025))

    assert rows["note"].str.contains("the same from each start on").all()


def test_a_staggered_estimate_is_the_mean_of_each_region_at_that_distance():
    both = the_events((2024, 2025)).set_index("event_time")["estimate"]

    # Hand-worked: each region's gap on its own donors, the other treated region left out.
    spec = a_spec(treated=[{"unit": NORTH, "delivery": 2024}, {"unit": SOUTH, "delivery": 2025}])
    panel = a_panel(regions=10)
    for unit, start in ((NORTH, 2024), (SOUTH, 2025)):
        moved = (panel["region"] == unit) & (panel["period"].astype(int) >= start)
        panel["numerator"] += (2000 * -0.06 * moved).astype(int)
    share = panel.pivot_table("numerator", "region", "period") / 2000
    gap = share - share.drop([NORTH, SOUTH]).mean()
    expected = np.mean(
        [
            gap.loc[unit, str(start)] - gap.loc[unit, [str(y) for y in range(2014, start)]].mean()
            for unit, start in ((NORTH, 2024), (SOUTH, 2025))
        ]
    )
    assert spec.treated[0].unit == NORTH
    assert both.loc[0] == pytest.approx(expected, abs=1e-12)
