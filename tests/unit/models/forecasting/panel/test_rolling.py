"""The panel's forecasts: ordered, honest about doubt, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.panel import MEMBERS, forecast_panel, rolled_panel
from models.forecasting.panel.combination import COMBINATION
from models.scores import QUANTILE_LEVELS
from tests.builders.time_series import awkward_series, seasonal_counts

HORIZON = 12
NINE = np.array([0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975])


def forecast(y, *, horizon=HORIZON, season=12):
    return forecast_panel(y, season=season, horizon=horizon, levels=NINE)


def test_quantiles_are_ordered_finite_and_not_below_zero_for_any_kind_of_series():
    kinds = awkward_series()
    y = np.stack(list(kinds.values()))

    found = forecast(y)

    assert np.isfinite(found.quantiles).all()
    assert np.isfinite(found.mean).all()
    assert (np.diff(found.quantiles, axis=0) >= 0).all()
    assert (found.quantiles[:, np.nanmin(y, axis=1) >= 0] >= 0).all()


def test_a_series_below_zero_may_stay_there():
    y = np.stack([awkward_series()["steady"] - 30, awkward_series()["steady"] - 40])

    found = forecast(y)

    assert (found.mean < 0).all()


def test_a_series_of_one_value_is_in_wider_doubt_than_a_long_one():
    kinds = awkward_series()
    y = np.stack([*seasonal_counts(n_periods=60, level=20), kinds["steady"], kinds["one value"]])

    width = forecast(y).quantiles[7] - forecast(y).quantiles[1]

    assert (width[-1] > 0).all()
    assert width[-1].mean() > 0.7 * width[-2].mean()


def test_a_constant_series_has_no_doubt():
    y = np.stack([awkward_series()["steady"], awkward_series()["constant"]])

    found = forecast(y)

    np.testing.assert_allclose(found.quantiles[:, 1], 7.0, rtol=1e-3)


def test_doubt_grows_with_the_lead():
    walks = 500 + np.cumsum(np.random.default_rng(7).normal(0, 3, (40, 90)), axis=1)

    found = forecast(walks, horizon=18)

    width = (found.quantiles[6] - found.quantiles[2]).mean(axis=0)
    assert width[17] > 2 * width[0]


@pytest.mark.parametrize("n_periods", [1, 2, 4, 9, 14, 26])
def test_short_panels_are_forecast(n_periods):
    found = forecast(seasonal_counts(n_periods=n_periods))

    assert np.isfinite(found.quantiles).all()


@pytest.mark.parametrize(("season", "n_periods"), [(4, 40), (1, 12)])
def test_quarters_and_years_are_forecast(season, n_periods):
    found = forecast(seasonal_counts(n_periods=n_periods), season=season, horizon=4)

    assert np.isfinite(found.quantiles).all()


def test_the_same_series_give_the_same_bytes():
    y = seasonal_counts()

    assert forecast(y).quantiles.tobytes() == forecast(y).quantiles.tobytes()


def test_most_outcomes_fall_into_the_intervals():
    # 150 series x 12 months to come; errors share nothing, so 80% covers .74-.86.
    y = seasonal_counts(n_series=150, n_periods=84)

    found = forecast(y[:, :72])

    came = y[:, 72:]
    inner = (came >= found.quantiles[2]) & (came <= found.quantiles[6])
    outer = (came >= found.quantiles[0]) & (came <= found.quantiles[8])
    assert 0.74 < inner.mean() < 0.88
    assert 0.91 < outer.mean() < 0.99


def test_a_backtest_has_every_member_and_the_combination_with_quantiles():
    rolled = rolled_panel(seasonal_counts(), season=12, horizon=HORIZON, n_origins=4)

    assert set(rolled) == {*MEMBERS, COMBINATION}
    for found in rolled.values():
        np.testing.assert_array_equal(found.origins, [54, 60, 66, 72])
        assert found.mean.shape == (4, 12, HORIZON)
        assert found.quantiles.shape == (len(QUANTILE_LEVELS), 4, 12, HORIZON)
        assert (np.diff(found.quantiles, axis=0) >= 0).all()


def test_a_backtest_does_not_look_ahead():
    y = seasonal_counts()
    changed = y.copy()
    changed[:, 60:] = 1000.0 - changed[:, 60:]

    before = rolled_panel(y, season=12, horizon=HORIZON, n_origins=4)
    after = rolled_panel(changed, season=12, horizon=HORIZON, n_origins=4)

    for name, found in before.items():
        # Origins 54 and 60 have seen nothing of the change.
        assert found.quantiles[:, :2].tobytes() == after[name].quantiles[:, :2].tobytes()


def test_no_past_origin_old_enough_gives_no_backtest():
    assert rolled_panel(seasonal_counts(n_periods=30), season=12, horizon=12, n_origins=3) == {}
