"""Forecasts from past origins are held against what came, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from models.backtest import backtest_of, errors_of, joined_origins
from models.forecast import RolledForecast
from models.scores import QUANTILE_LEVELS


def _rolled(mean, origins, *, half_width=2.0):
    """Give forecasts whose quantiles go up evenly from the mean less to the mean plus."""
    mean = np.asarray(mean, dtype=float)
    offset = (QUANTILE_LEVELS - 0.5) * 2 * half_width
    quantiles = mean[None] + offset[:, None, None, None]
    return RolledForecast(np.asarray(origins), mean, quantiles)


def _judged(y, mean, origins, *, season=1, **how):
    return backtest_of({"guess": _rolled(mean, origins, **how)}, y=np.asarray(y), season=season)


def test_an_error_is_forecast_less_what_came():
    found = _judged([[4.0, 5, 7, 8]], [[[6.0, 6]]], [2])

    np.testing.assert_allclose(found.models["guess"].error, [[[-1, -2]]])
    np.testing.assert_allclose(found.actual, [[[7, 8]]])


def test_months_that_have_not_come_are_not_scored():
    found = _judged([[4.0, 5, 7, 8]], [[[6.0, 6, 6]]], [3])

    guess = found.models["guess"]
    for values in (guess.error, guess.crps, guess.width, guess.in_80, guess.in_95):
        assert np.isfinite(values[0, 0]).tolist() == [True, False, False]


def test_the_unit_of_errors_is_what_was_seen_at_the_origin():
    found = _judged([[4.0, 5, 7, 80]], [[[6.0]]], [3])

    # The series had moved by 1 and by 2: 1.5 on average. The leap was still to come.
    np.testing.assert_allclose(found.scale, [[1.5]])


def test_a_series_that_was_not_there_yet_is_not_scored():
    y = [[np.nan, np.nan, 7.0, 8.0], [1.0, 2, 3, 4]]

    found = _judged(y, [[[np.nan], [3.0]]], [2])

    assert np.isnan(found.models["guess"].error[0, 0]).all()
    assert found.models["guess"].error[0, 1, 0] == 0


def test_every_origin_is_scaled_by_what_it_had_seen():
    # By month 3 the series had moved by 1 and 1; by month 5 by 1, 1, 4 and 4.
    found = _judged([[0.0, 1, 2, 6, 10, 10]], [[[0.0]], [[0.0]]], [3, 5])

    np.testing.assert_allclose(found.scale[:, 0], [1.0, 2.5])


def test_a_series_that_never_moved_has_no_scale():
    found = _judged([[5.0, 5, 5, 5]], [[[5.0]]], [3])

    assert np.isnan(found.scale).all()


def test_an_interval_holds_what_lies_on_its_edge_and_not_what_lies_beyond():
    levels = dict(zip(QUANTILE_LEVELS.round(3).tolist(), range(13), strict=True))
    quantiles = np.linspace(0, 12, 13)[:, None, None]

    def inside(came):
        found = errors_of(np.array([[6.0]]), quantiles, np.array([[came]]))
        return found.in_80[0, 0], found.in_95[0, 0], found.width[0, 0]

    assert inside(float(levels[0.1])) == (1, 1, levels[0.9] - levels[0.1])
    assert inside(levels[0.9] + 0.01)[:2] == (0, 1)
    assert inside(levels[0.975] + 0.01)[:2] == (0, 0)


def test_perfect_foresight_scores_nothing():
    found = _judged([[1.0, 2, 3, 4]], [[[3.0, 4.0]]], [2], half_width=0.0)

    assert found.models["guess"].crps.max() == pytest.approx(0, abs=1e-6)
    assert found.models["guess"].in_80.min() == 1


def test_a_wider_forecast_with_the_same_middle_scores_worse_where_the_middle_was_right():
    sharp = _judged([[1.0, 2, 3]], [[[3.0]]], [2], half_width=1.0)
    wide = _judged([[1.0, 2, 3]], [[[3.0]]], [2], half_width=9.0)

    assert wide.models["guess"].crps[0, 0, 0] > sharp.models["guess"].crps[0, 0, 0]


def test_origins_stand_one_after_another():
    parts = [
        errors_of(np.full((2, 3), level), np.full((13, 2, 3), level), np.zeros((2, 3)))
        for level in (1.0, 2.0)
    ]

    joined = joined_origins(parts)

    assert joined.error.shape == (2, 2, 3)
    assert joined.error[1].tolist() == [[2.0] * 3] * 2
