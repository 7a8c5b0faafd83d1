"""An interval says that any value between is as likely as another."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.scenarios import (
    Use,
    assumptions_of,
    at_midpoints,
    drawn_values,
    midpoints_said,
    not_touched,
    parse_scenario,
    runs_of,
)

N, SEED = 200, 7


def scenario(**given):
    return parse_scenario(given)


def drawn(one):
    return drawn_values(assumptions_of(one), n_paths=N, seed=SEED)


def test_values_are_spread_evenly_over_the_interval():
    values = drawn(scenario(entries={"change_pct": [-10, 10]}))[:, 0]

    # 200 futures: one in each two hundredth of the interval.
    assert np.sort(values) == pytest.approx(np.linspace(-9.95, 9.95, N))


def test_counted_keys_are_drawn_as_whole_numbers_each_as_often_as_another():
    values = drawn(scenario(foster={"recruit": [20, 23]}))[:, 0]

    assert np.unique(values, return_counts=True)[1].tolist() == [50, 50, 50, 50]
    assert set(values) == {20, 21, 22, 23}


def test_the_same_key_has_the_same_draws_in_every_scenario():
    alone = scenario(entries={"change_pct": [-10, -5]})
    beside = scenario(entries={"change_pct": [-10, -5]}, foster={"recruit": [1, 9]})

    by_name = {found.name: at for at, found in enumerate(assumptions_of(beside))}
    np.testing.assert_array_equal(
        drawn(alone)[:, 0], drawn(beside)[:, by_name["[entries] change_pct"]]
    )


def test_two_keys_are_drawn_independently():
    values = drawn(scenario(entries={"change_pct": [0, 10]}, exits={"change_pct": [0, 10]}))

    # 200 shuffled values: a correlation of 0.2 would be three standard errors.
    assert abs(np.corrcoef(values.T)[0, 1]) < 0.2


def test_a_scenario_of_plain_numbers_is_run_once_as_it_is():
    plain = scenario(entries={"change_pct": 5}, exits={"change_pct": [3, 3]})

    runs = runs_of(plain, blocks=plain.on_demand, n_paths=N, seed=SEED)

    assert runs.scenarios == (scenario(entries={"change_pct": 5}, exits={"change_pct": 3}),)
    assert (runs.weights == 1.0).all()


def test_two_intervals_take_six_runs_of_plain_numbers():
    wide = scenario(entries={"change_pct": [0, 10]}, exits={"change_pct": [-4, 4]})

    runs = runs_of(wide, blocks=wide.on_demand, n_paths=N, seed=SEED)

    values = {tuple(block.get("change_pct") for block in one.on_demand) for one in runs.scenarios}
    assert values == {(5, 0), (0, 0), (10, 0), (5, -4), (5, 4), (10, 4)}


def test_intervals_of_other_blocks_stand_at_their_middle():
    wide = scenario(entries={"change_pct": [0, 10]}, foster={"recruit": [20, 40]})

    runs = runs_of(wide, blocks=wide.on_demand, n_paths=N, seed=SEED)

    assert {one.foster.get("recruit") for one in runs.scenarios} == {30}


def test_a_whole_number_stands_at_a_whole_middle():
    wide = scenario(foster={"recruit": [20, 41], "lose_pct": [0, 5]}, rules={"max_miles": [20, 40]})

    middle = at_midpoints(wide)

    assert middle.foster.given == {"recruit": 30, "lose_pct": 2.5}
    assert middle.rules == {"max_miles": 30.0}


def test_a_plan_says_at_which_number_each_interval_stands():
    said = midpoints_said(scenario(foster={"recruit": [20, 40]}))

    assert said == ["[foster] recruit: 30, the middle of 20 to 40."]


@pytest.mark.parametrize(
    ("use", "named"),
    [
        (Use.FORECAST, ["[foster]", "[prices]", "[[contracts]] 1", "[budget]", "[weights]"]),
        (Use.SUFFICIENCY, ["[weights]"]),
        (Use.PLAN, ["[entries]", "[[contracts]] 1"]),
    ],
)
def test_what_a_command_leaves_as_it_is_is_told_in_words(use, named):
    asked = scenario(
        entries={"change_pct": 5},
        foster={"recruit": 4},
        prices={"inflation_pct": 3},
        contracts=[{"placement_type": "foster", "places": 9}],
        budget={"weekly_gbp": 1000},
        weights={"mile": 3},
    )

    said = not_touched(asked, use)

    assert [line.split(":")[0] for line in said] == named
