"""Intervals, funnels and process charts against published and hand-made values."""

from __future__ import annotations

import numpy as np
import pytest

from models.control_charts import funnel, process_chart, wilson
from models.errors import ShortHistoryError


@pytest.mark.parametrize(
    ("children", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_intervals_of_newcombe_1998(children, of, low, high):
    found = wilson(np.array([children]), np.array([of]))

    assert found[0][0] == pytest.approx(low, abs=5e-5)
    assert found[1][0] == pytest.approx(high, abs=5e-5)


def test_wilson_of_none_ends_at_z_squared_over_n_and_z_squared():
    z_squared = 1.959963984540054**2

    low, high = wilson(np.array([0.0, 20.0, 0.0]), np.array([20.0, 20.0, 0.0]))

    assert high[0] == pytest.approx(z_squared / (20 + z_squared), abs=1e-6)
    assert (low[0], high[1]) == (pytest.approx(0.0, abs=1e-12), pytest.approx(1.0, abs=1e-12))
    assert np.isnan(low[2])


def test_an_area_far_from_the_rest_lies_outside_the_funnel():
    children = np.full(40, 200.0)
    placed_far = np.where(np.arange(40) % 2, 38.0, 42.0)
    placed_far[7] = 90.0

    found = funnel(placed_far, children)

    assert found.outside_998.nonzero()[0].tolist() == [7]
    assert found.dispersion == 1.0


def test_common_unrest_widens_the_funnel():
    rng = np.random.default_rng(903)
    children = np.full(150, 500.0)
    placed_far = np.round(children * np.clip(rng.normal(0.2, 0.06, 150), 0.02, 0.9))

    found = funnel(placed_far, children)

    assert found.dispersion > 5
    assert found.outside_998.mean() < 0.05


def test_limits_are_the_mean_and_2_66_moving_ranges():
    values = np.tile([10.0, 12.0], 6)

    found = process_chart(values)

    assert (found.mean, found.low, found.high) == (
        11.0,
        pytest.approx(11 - 2.66 * 2),
        pytest.approx(11 + 2.66 * 2),
    )
    rules = (found.beyond, found.shift, found.trend, found.near_limit)
    assert not any(rule.any() for rule in rules)


def test_each_rule_marks_its_own_points():
    steady = np.tile([10.0, 12.0], 8)
    beyond = process_chart(np.append(steady, 30.0), baseline=16).beyond
    shift = process_chart(np.append(steady, [12.0] * 6), baseline=16).shift
    trend = process_chart(np.append(steady, 10.5 + 0.2 * np.arange(7)), baseline=16).trend
    near = process_chart(np.append(steady, [15.0, 11.5, 15.0]), baseline=16).near_limit

    assert beyond.nonzero()[0].tolist() == [16]
    assert shift.nonzero()[0].tolist() == [*range(15, 22)]  # the last 12 of before belongs to it
    assert trend.nonzero()[0].tolist() == [*range(15, 23)][1:]
    assert near.nonzero()[0].tolist() == [16, 18]


def test_a_process_chart_of_annual_figures_is_refused():
    with pytest.raises(ShortHistoryError):
        process_chart(np.arange(11.0))
