"""The recursion agrees with statsmodels at the same parameters and starting states."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from models.forecasting.panel.mixture import mixed
from models.forecasting.panel.smoothing import Gains, Smoother, State, slots_of_year
from tests.builders.time_series import seasonal_counts

HORIZON = 18
ALPHA, BETA, PHI, GAMMA = 0.3, 0.06, 0.93, 0.15
LEVEL, TREND = 28.0, 0.4
SEASON = 4 * np.cos(2 * np.pi * np.arange(12) / 12)


def one_set(y, *, trended, seasonal):
    alpha, beta, phi, gamma = np.array([ALPHA, BETA, PHI, GAMMA])[:, None, None]
    season = SEASON if seasonal else np.zeros(12)
    return Smoother(
        y=y.T,
        slots=slots_of_year(y.shape[1], 12),
        began=np.zeros(len(y), dtype=np.int64),
        knee=np.full(len(y), np.inf),
        opening=State(
            np.full((1, len(y)), LEVEL),
            np.full((1, len(y)), TREND if trended else 0.0),
            np.repeat(season[:, None, None], len(y), axis=2),
        ),
        gains=Gains(alpha, beta, phi, gamma, trended=trended, seasonal=seasonal),
    )


def by_statsmodels(y, *, trended, seasonal):
    model = ETSModel(
        y,
        error="add",
        trend="add" if trended else None,
        damped_trend=trended,
        seasonal="add" if seasonal else None,
        seasonal_periods=12 if seasonal else None,
        initialization_method="known",
        initial_level=LEVEL,
        initial_trend=TREND if trended else None,
        initial_seasonal=SEASON if seasonal else None,
    )
    given = [ALPHA, *([BETA] if trended else []), *([GAMMA] if seasonal else [])]
    return model.smooth([*given, *([PHI] if trended else [])])


@pytest.mark.parametrize("trended", [False, True])
@pytest.mark.parametrize("seasonal", [False, True])
def test_errors_and_forecasts_are_those_of_statsmodels(trended, seasonal):
    y = seasonal_counts(n_series=3, n_periods=61)
    ours = one_set(y, trended=trended, seasonal=seasonal)

    errors = np.stack([error[0].copy() for _, error, _ in ours.steps(61)], axis=1)
    points = mixed(ours, prior=np.zeros(1), origins=np.array([61]), horizon=HORIZON).points[0]

    for row in range(3):
        theirs = by_statsmodels(y[row], trended=trended, seasonal=seasonal)
        np.testing.assert_allclose(errors[row], theirs.resid, atol=1e-8)
        np.testing.assert_allclose(points[row], theirs.forecast(HORIZON), atol=1e-8)


def test_every_origin_of_one_pass_is_the_forecast_of_the_shorter_history():
    y = seasonal_counts(n_series=4, n_periods=60)
    origins = np.arange(30, 61)

    rolled = mixed(
        one_set(y, trended=True, seasonal=True), prior=np.zeros(1), origins=origins, horizon=6
    ).points

    for place, origin in enumerate(origins):
        alone = mixed(
            one_set(y[:, :origin], trended=True, seasonal=True),
            prior=np.zeros(1),
            origins=np.array([origin]),
            horizon=6,
        ).points
        np.testing.assert_array_equal(rolled[place], alone[0])
