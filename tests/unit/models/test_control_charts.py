"""Intervals, funnels and process charts against published and hand-made values."""

from __future__ import annotations

import numpy as np
import pytest

from models.control_charts import (
    Funnel,
    funnel,
    funnel_limits,
    lag_one,
    newcombe,
    process_chart,
    wilson,
)
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


@pytest.mark.parametrize(
    ("children", "low_95", "high_95", "low_998", "high_998"),
    [
        (10, 56.154344, 100.0, 42.03259, 100.0),
        (102, 72.974925, 88.309971, 68.553233, 92.731663),
        (1008, 78.203374, 83.081521, 76.796814, 84.488082),
        (110000, 80.408963, 80.875933, 80.274317, 81.010578),
    ],
)
def test_funnel_limits_are_those_that_phe_publishes(children, low_95, high_95, low_998, high_998):
    # PHEindicatormethods, test data of calculate_funnel_limits for proportions: baseline
    # 80.642448% (to six decimals, so limits agree to 1e-6 of a share).
    none = np.zeros(1, dtype=bool)
    found = Funnel(0.80642448, 1.0, np.zeros(1), none, none)

    narrow = funnel_limits(found, np.array([float(children)]), confidence=0.95)
    wide = funnel_limits(found, np.array([float(children)]), confidence=0.998)

    got = [100 * float(end[0]) for end in (*narrow, *wide)]
    assert got == pytest.approx([low_95, high_95, low_998, high_998], abs=2e-6)


@pytest.mark.parametrize(
    ("having", "children", "low", "high"),
    [
        (7287, 34353, 20.7830499225555, 21.6476300812899),
        (2960, 24488, 11.6852009907382, 12.5017980504761),
        (1635, 23464, 6.64933849950753, 7.30099206057122),
    ],
)
def test_wilson_gives_the_published_intervals_of_child_measurement(having, children, low, high):
    # National Child Measurement Programme 2006/07, as in PHEindicatormethods' test data.
    found = wilson(np.array([having]), np.array([children]))

    assert 100 * found[0][0] == pytest.approx(low, abs=1e-9)
    assert 100 * found[1][0] == pytest.approx(high, abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 20), 0.6791, 1.0000),
    ],
)
def test_newcombe_gives_the_intervals_of_his_table_ii(counts, low, high):
    # Statistics in Medicine 17, 1998, table II, method 10.
    found = newcombe(*(np.array([float(count)]) for count in counts))

    assert (found[0][0], found[1][0]) == (
        pytest.approx(low, abs=5e-5),
        pytest.approx(high, abs=5e-5),
    )


def test_two_of_three_near_a_limit_count_only_on_one_side_of_the_mean():
    steady = np.tile([10.0, 12.0], 8)

    one_side = process_chart(np.append(steady, [15.0, 11.5, 15.0]), baseline=16).near_limit
    crossing = process_chart(np.append(steady, [15.0, 10.5, 15.0]), baseline=16).near_limit

    assert one_side.nonzero()[0].tolist() == [16, 18]
    assert not crossing.any()


def test_six_points_on_one_side_or_in_one_direction_are_not_enough():
    steady = np.tile([12.0, 10.0], 8)
    shifted = process_chart(np.append(steady, [12.0] * 6 + [10.0]), baseline=16)
    rising = process_chart(np.append(steady, [10.2, 10.4, 10.6, 10.8, 11.0, 9.0]), baseline=16)

    assert not shifted.shift.any()
    assert not rising.trend.any()


def test_false_alarms_are_as_many_as_the_documentation_says():
    rng = np.random.default_rng(903)

    def flagged(memory: float) -> float:
        shocks = rng.standard_normal((600, 86)) * np.sqrt(1 - memory**2)
        series = np.zeros_like(shocks)
        for t in range(1, 86):
            series[:, t] = memory * series[:, t - 1] + shocks[:, t]
        charts = [process_chart(one[50:], baseline=24) for one in series]
        rules = [c.beyond | c.shift | c.trend | c.near_limit for c in charts]
        return float(np.mean(rules))

    # 21,600 points each, alike within a series: two standard errors are about .005 and .02.
    assert flagged(0.0) == pytest.approx(0.055, abs=0.01)
    assert flagged(0.3) == pytest.approx(0.152, abs=0.025)
    assert flagged(0.7) == pytest.approx(0.477, abs=0.04)


def test_lag_one_of_points_that_alternate_is_near_minus_one():
    assert lag_one(np.tile([1.0, -1.0], 50)) == pytest.approx(-0.99)
    assert np.isnan(lag_one(np.ones(20)))
