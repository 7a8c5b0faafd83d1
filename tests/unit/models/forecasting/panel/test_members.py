"""What every member of the panel promises."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.panel import MEMBERS, YARDSTICKS, rolled_points
from tests.builders.time_series import awkward_series, seasonal_counts

HORIZON = 14
ORIGINS = np.array([54, 60, 66, 84])


@pytest.fixture(params=sorted(MEMBERS))
def points(request):
    name = request.param
    return lambda y, origins=ORIGINS, season=12: rolled_points(
        y, season=season, horizon=HORIZON, origins=np.asarray(origins), members=[name]
    )[name]


def test_a_forecast_is_given_for_every_series_origin_and_lead(points):
    found = points(seasonal_counts())

    assert found.shape == (len(ORIGINS), 12, HORIZON)
    assert np.isfinite(found).all()


def test_what_happens_after_an_origin_cannot_change_its_forecast(points):
    y = seasonal_counts()
    changed = y.copy()
    changed[:, 60:] = 3 * changed[:, 60:] + 100

    before, after = points(y)[:2], points(changed)[:2]

    assert before.tobytes() == after.tobytes()


def test_past_origins_are_the_same_with_and_without_todays(points):
    y = seasonal_counts()

    together, alone = points(y)[:3], points(y, origins=ORIGINS[:3])

    assert together.tobytes() == alone.tobytes()


def test_the_first_origin_is_the_forecast_of_the_shorter_history(points):
    y = seasonal_counts()

    rolled = points(y)[0]
    shorter = points(y[:, : ORIGINS[0]], origins=[ORIGINS[0]])[0]

    # Both have seen the same; the season's slots and all sums are the same too.
    np.testing.assert_allclose(rolled, shorter, rtol=1e-5)


@pytest.mark.parametrize("kind", awkward_series())
def test_awkward_series_have_finite_forecasts(points, kind):
    y = np.stack([awkward_series()["steady"], awkward_series()[kind]])

    found = points(y, origins=[40, 60])

    assert np.isfinite(found[1]).all()
    assert (found[1][np.nanmin(y, axis=1) >= 0] >= 0).all()


def test_a_series_has_no_forecast_before_it_began(points):
    y = np.stack([awkward_series()["steady"], awkward_series()["under two years"]])

    found = points(y, origins=[40, 60])

    assert np.isnan(found[0, 1]).all()
    assert np.isfinite(found[0, 0]).all()


@pytest.mark.parametrize("n_periods", [1, 2, 5, 13, 30])
def test_short_histories_are_forecast(points, n_periods):
    found = points(seasonal_counts(n_periods=n_periods), origins=[n_periods])

    assert np.isfinite(found).all()


@pytest.mark.parametrize("season", [1, 4])
def test_quarters_and_years_are_forecast_too(points, season):
    found = points(seasonal_counts(), season=season)

    assert np.isfinite(found).all()


def test_a_constant_series_stays_as_it_is(points):
    y = np.stack([awkward_series()["steady"], awkward_series()["constant"]])

    found = points(y, origins=[60])

    np.testing.assert_allclose(found[0, 1], 7.0, rtol=1e-3)


@pytest.mark.parametrize("name", ["ets", "ets_log", "ces", "seasonal_naive"])
def test_a_season_without_noise_is_repeated(name):
    month = np.arange(84) % 12
    y = np.stack([100 + 10.0 * (month == 3), 50 + 5.0 * (month == 7)])

    found = rolled_points(y, season=12, horizon=12, origins=np.array([84]), members=[name])

    # 84 periods end with a year's last month: the year to come is the first one again.
    np.testing.assert_allclose(found[name][0], y[:, :12], rtol=0.01)


def test_yardsticks_are_members():
    assert set(YARDSTICKS) < set(MEMBERS)
