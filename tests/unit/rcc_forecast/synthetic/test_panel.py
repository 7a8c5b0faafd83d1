"""The panel of an invented country: marked, plausible, and with what its truth says."""

from __future__ import annotations

import tomllib

import numpy as np
import pandas as pd
import pytest

from models.causal.base import ESTIMATORS
from rcc_forecast.evaluation import checked, parse_spec, read_panel_frame
from rcc_forecast.evaluation.stages import design_of, grid_of
from rcc_forecast.synthetic.panel import PLANTED_CHANGE, PLANTED_OUTCOME, synthetic_panel


@pytest.fixture(scope="module")
def made():
    return synthetic_panel(np.random.default_rng(7), last_year=2026)


def test_every_row_says_that_it_is_invented(made):
    assert made.panel["la_code"].str.startswith("SYN").all()
    assert made.panel["region"].str.startswith("Synthetic").all()
    assert made.spec.startswith("# SYNTHETIC")


def test_the_panel_and_its_specification_can_be_evaluated(made):
    spec = parse_spec(tomllib.loads(made.spec))

    cells, faults = read_panel_frame(made.panel, name="panel.csv", cut_off=spec.cut_off)

    assert faults == []
    assert len(checked(cells, faults, spec, name="panel.csv").frame) == len(made.panel)


def test_counts_of_one_to_five_are_withheld(made):
    shown = pd.to_numeric(made.panel["numerator"], errors="coerce").dropna()

    assert not shown.between(1, 5).any()
    assert (made.panel["numerator"] == "c").any()


def test_the_planted_change_is_there_on_average():
    """Over many draws the difference in differences comes to what was planted."""
    rng = np.random.default_rng(11)
    found = [_difference(synthetic_panel(rng, last_year=2026)) for _ in range(12)]

    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert np.mean(found) == pytest.approx(PLANTED_CHANGE, abs=4 * error)
    assert np.mean(found) < -2 * error


def _difference(made):
    spec = parse_spec(tomllib.loads(made.spec))
    cells, _ = read_panel_frame(made.panel, name="panel.csv")
    design = design_of(grid_of(cells, PLANTED_OUTCOME, unit="region"), spec, cells.calendar)
    return ESTIMATORS["did"](design.panel, base=design.base, post=design.post).att


def test_the_same_seed_gives_the_same_panel(made):
    again = synthetic_panel(np.random.default_rng(7), last_year=2026)

    pd.testing.assert_frame_equal(made.panel, again.panel)
