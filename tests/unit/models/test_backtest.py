"""The backtest sees no further than its origin, and chooses one model for all."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from models.backtest import Origin, choose_model, joined_nodes, rolling_origin
from models.forecast import Forecast
from models.forecasting import FORECASTERS
from tests.builders.series import a_panel, a_population, a_steady_panel

ALIKE = {"hold_flat": FORECASTERS["hold_flat"], "ets": FORECASTERS["ets"]}


def _origins(panel, ends, horizon):
    return [Origin(panel.until(end), panel.y[:, end : end + horizon]) for end in ends]


def _run(panel, forecasters, *, ends=(40, 46), horizon=12, totals=None, n_paths=40):
    return rolling_origin(
        _origins(panel, ends, horizon),
        forecasters,
        totals=sparse.eye_array(panel.n_series, format="csr") if totals is None else totals,
        horizon=horizon,
        n_paths=n_paths,
        rng=np.random.default_rng(9),
    )


def _always(value):
    def forecaster(panel, *, horizon, n_paths, rng):
        return Forecast(np.full((n_paths, panel.n_series, horizon), float(value)))

    return forecaster


def test_a_forecaster_is_shown_nothing_after_the_origin():
    shown = []

    def spy(panel, *, horizon, n_paths, rng):
        shown.append(panel.n_periods)
        return FORECASTERS["hold_flat"](panel, horizon=horizon, n_paths=n_paths, rng=rng)

    _run(a_steady_panel(), {"spy": spy})

    assert shown == [40, 46]


def test_errors_are_those_of_the_totals_not_of_the_parts():
    panel = a_panel([[4.0] * 30, [6.0] * 30])
    both = sparse.csr_array(np.ones((1, 2)))

    found = _run(panel, {"guess": _always(6)}, ends=(18,), totals=both)

    # Twice 6 against 10.
    np.testing.assert_allclose(found.models["guess"].error, 2.0)


def test_a_model_without_its_flows_is_left_out_and_says_why():
    panel = a_steady_panel()

    found = _run(panel, {**ALIKE, "stock_flow_12": FORECASTERS["stock_flow_12"]})

    assert set(found.models) == set(ALIKE)
    assert "moves" in found.left_out["stock_flow_12"]


def test_months_that_have_not_come_are_not_scored():
    panel = a_steady_panel()
    origin = Origin(panel.until(55), np.full((panel.n_series, 12), np.nan))
    origin.truth[:, :5] = panel.y[:, 55:]

    found = rolling_origin(
        [origin],
        ALIKE,
        totals=sparse.eye_array(panel.n_series, format="csr"),
        horizon=12,
        n_paths=20,
        rng=np.random.default_rng(1),
    )

    assert np.isfinite(found.models["ets"].error[:, :, :5]).all()
    assert np.isnan(found.models["ets"].error[:, :, 5:]).all()
    assert np.isfinite(found.scaled_crps("ets")).all()


def test_the_model_nearest_to_what_came_is_chosen():
    panel = a_steady_panel(level=20)

    found = _run(panel, {"hold_flat": FORECASTERS["hold_flat"], "wild": _always(500)})

    assert choose_model(found, [np.ones(panel.n_series, dtype=bool)]) == "hold_flat"


def test_between_equals_the_simpler_is_chosen():
    panel = a_steady_panel()

    found = _run(panel, {"structural": _always(20), "hold_flat": _always(20)})

    assert choose_model(found, [np.ones(panel.n_series, dtype=bool)]) == "hold_flat"


def test_every_level_weighs_the_same_however_many_nodes_it_has():
    # Nine nodes that move by about two, and one that hardly moves. "small" misses the one by
    # 74, some 180 of its naive errors; "large" misses the nine by some 46 of theirs. Over ten
    # nodes "small" is better (18 against 41), over two levels "large" is (10 against 5).
    nine = np.tile([10.0, 12, 9, 11, 13], 12)
    one = np.tile([85.0, 85.5, 85, 84.5, 85], 12)
    panel = a_panel(np.vstack([nine] * 9 + [one]))

    found = _run(panel, {"small": _always(11), "large": _always(85)}, ends=(40,))

    assert choose_model(found, [np.ones(10, dtype=bool)]) == "small"
    assert choose_model(found, [np.arange(10) < 9, np.arange(10) == 9]) == "large"


def test_the_same_seed_gives_the_same_scores():
    panel = a_population()

    first, second = _run(panel, ALIKE), _run(panel, ALIKE)

    np.testing.assert_array_equal(first.models["ets"].crps, second.models["ets"].crps)


def test_backtests_of_different_lengths_are_joined_by_their_newest_origin():
    panel = a_steady_panel()

    joined = joined_nodes([_run(panel, ALIKE, ends=(40, 46)), _run(panel, ALIKE, ends=(46,))])

    assert joined.actual.shape == (2, 2 * panel.n_series, 12)
    assert np.isnan(joined.actual[0, panel.n_series :]).all()
    assert np.isfinite(joined.models["hold_flat"].crps[1]).all()


def test_perfect_foresight_scores_nothing():
    panel = a_panel(np.tile(np.arange(1.0, 13.0), 5))

    found = _run(panel, {"seasonal_naive": FORECASTERS["seasonal_naive"]}, ends=(36,))

    assert found.models["seasonal_naive"].crps.max() == pytest.approx(0, abs=1e-5)
