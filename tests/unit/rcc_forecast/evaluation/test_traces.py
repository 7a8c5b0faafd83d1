"""What a synthetic comparison looked like, for the treated and for every other region."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.evaluation.fitting import SYNTHETIC, Fits, completed
from rcc_forecast.evaluation.stages import design_of, grid_of
from rcc_forecast.evaluation.traces import path_rows, placebo_gap_rows
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells

SPEC = a_spec(
    treated=[
        {"unit": NORTH, "announced": "2024-02-01", "delivery": 2025},
        {"unit": SOUTH, "delivery": 2026},
    ]
)


@pytest.fixture(scope="module")
def fits_and_calendar():
    cells = the_cells(a_panel(regions=8, effect=-0.05), SPEC)
    design = completed(design_of(grid_of(cells, "far", unit="region"), SPEC, cells.calendar))
    return Fits(design, SPEC), cells.calendar


def test_a_path_is_the_region_its_comparison_and_the_gap_between(fits_and_calendar):
    fits, calendar = fits_and_calendar

    rows = path_rows(fits, calendar)

    assert list(rows["estimator"].unique()) == list(SYNTHETIC)
    np.testing.assert_allclose(rows["treated"] - rows["synthetic"], rows["gap"], atol=1e-12)
    # 3 estimators, 2 regions, 13 years.
    assert len(rows) == 3 * 2 * 13


def test_phases_are_those_of_the_region_itself(fits_and_calendar):
    rows = path_rows(*fits_and_calendar)
    phase = rows[rows["estimator"] == "synthetic_control"].set_index(["region", "period"])["phase"]

    # The announcement of February 2024 falls into the year to March 2024.
    assert phase[NORTH].loc[["2023", "2024", "2025"]].tolist() == ["base", "between", "after"]
    assert phase[SOUTH].loc[["2023", "2026"]].tolist() == ["base", "after"]


def test_the_mean_gap_after_the_start_is_the_estimate(fits_and_calendar):
    fits, calendar = fits_and_calendar
    rows = path_rows(fits, calendar)
    after = rows[rows["phase"] == "after"]

    for name in SYNTHETIC:
        gaps = after[after["estimator"] == name].groupby("region")["gap"].mean()
        assert gaps.mean() == pytest.approx(fits.of(name).att, abs=1e-12)


def test_every_region_has_a_gap_in_every_period_the_treated_first(fits_and_calendar):
    rows = placebo_gap_rows(*fits_and_calendar)

    assert list(rows["region"].unique()[:2]) == [NORTH, SOUTH]
    assert rows.groupby("region")["period"].nunique().tolist() == [13] * 8
    assert set(rows.loc[rows["is_treated"] == 1, "region"]) == {NORTH, SOUTH}
    assert rows["gap"].notna().all()


def test_an_effect_stays_out_of_the_placebos(fits_and_calendar):
    fits, calendar = fits_and_calendar
    plain = the_cells(a_panel(regions=8), SPEC)
    design = completed(design_of(grid_of(plain, "far", unit="region"), SPEC, calendar))

    with_effect, without = (
        rows[rows["is_treated"] == 0].reset_index(drop=True)
        for rows in (
            placebo_gap_rows(fits, calendar),
            placebo_gap_rows(Fits(design, SPEC), calendar),
        )
    )

    np.testing.assert_allclose(with_effect["gap"], without["gap"], atol=1e-9)
