"""Rates are learned from what each origin could see, and give back what made them."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from models.errors import ShortHistoryError
from models.forecasting.cohort import (
    LEFT,
    UNKNOWN,
    Break,
    Clock,
    Population,
    Rates,
    expected,
    fit_rates,
    forecast_entries,
    stock_at,
)
from tests.builders.cohort import N_KINDS, a_world, with_later_months_changed


@pytest.fixture(scope="module")
def world():
    return a_world(seed=4)


def _rates_at(population: Population, origin: int) -> Rates:
    return fit_rates(population, until=np.array([origin]))[0]


def _alike(one: object, other: object) -> bool:
    return all(
        np.array_equal(getattr(one, part.name), getattr(other, part.name)) for part in fields(one)
    )


def test_many_origins_of_one_pass_are_each_origin_by_itself(world):
    together = fit_rates(world.population, until=np.array([36, 48, 60]))

    alone = [_rates_at(world.population, origin) for origin in (36, 48, 60)]

    assert all(_alike(one, other) for one, other in zip(together, alone, strict=True))


def test_rates_do_not_look_ahead(world):
    changed = with_later_months_changed(world.population, origin=48)

    assert _alike(_rates_at(changed, 48), _rates_at(world.population, 48))


def test_entries_do_not_look_ahead(world):
    changed = with_later_months_changed(world.population, origin=48)

    seen = forecast_entries(world.population, until=48, horizon=36)

    assert _alike(forecast_entries(changed, until=48, horizon=36), seen)


def test_a_break_still_to_come_is_not_known(world):
    warned = replace(world.population, breaks=(Break(start=50), Break(start=55, end=58)))

    assert _alike(_rates_at(warned, 48), _rates_at(world.population, 48))


def test_exits_under_the_rates_are_those_that_were_seen(world):
    # Steady chances: expected exits of the months seen lie near those counted; Poisson, so
    # three standard deviations are 3 / sqrt(exits), beside 2% for shrinkage and drift.
    rates = _rates_at(world.population, 72)
    rows = world.population.rows
    known = (rows.follows != UNKNOWN) & (rows.age < 215)
    left = int(((rows.follows == LEFT) & known).sum())

    from models.forecasting.cohort.ages import GROUP_OF_AGE, class_of

    chance = rates.exit[rows.area, rows.stream, GROUP_OF_AGE[rows.age], rows.kind,
                        class_of(rows.in_care)]  # fmt: skip

    assert abs(chance[known].sum() / left - 1) < 0.02 + 3 / np.sqrt(left)


def test_the_data_choose_the_clock_that_made_them():
    by_placement = a_world(seed=6, size=25.0, restarts_on_a_move=True)
    by_care = a_world(seed=6, size=25.0)

    assert _rates_at(by_placement.population, 72).clock is Clock.IN_PLACEMENT
    assert _rates_at(by_care.population, 72).clock is Clock.IN_CARE


def test_half_recorded_exits_count_twice(world):
    # Half of all exits of the last six months are not recorded yet: those children seem to stay.
    population = world.population
    rows = population.rows
    late = (rows.month >= 65) & (rows.follows == LEFT)
    hidden = late & (np.arange(len(late)) % 2 == 0)
    completeness = population.completeness.copy()
    completeness[66:] = 0.5
    short = replace(
        population, rows=replace(rows, follows=np.where(hidden, rows.kind, rows.follows))
    )
    told = replace(short, completeness=completeness)

    whole, biased, corrected = (
        _rates_at(given, 72).exit.mean() for given in (population, short, told)
    )

    assert biased < 0.97 * whole
    assert abs(corrected / whole - 1) < 0.03


def test_months_of_a_break_hardly_count(world):
    population = world.population
    rows = population.rows
    # In six months nobody leaves.
    dip = (rows.month >= 59) & (rows.month < 65) & (rows.follows == LEFT)
    still = replace(population, rows=replace(rows, follows=np.where(dip, rows.kind, rows.follows)))
    told = replace(still, breaks=(Break(start=60, end=66),))

    usual, taken_in, knowing = (
        _rates_at(given, 72).exit.mean() for given in (population, still, told)
    )

    assert abs(knowing / usual - 1) < 0.5 * abs(taken_in / usual - 1)


def test_a_step_in_moves_makes_older_moves_weigh_little(world):
    population = world.population
    rows = population.rows
    # From column 60 on nobody moves any more.
    after = (rows.month >= 59) & (rows.follows >= 0)
    stopped = replace(
        population, rows=replace(rows, follows=np.where(after, rows.kind, rows.follows))
    )
    told = replace(stopped, breaks=(Break(start=60, entries=False, exits=False),))

    assert _rates_at(told, 72).move.mean() < 0.5 * _rates_at(stopped, 72).move.mean()


def test_shares_sum_to_one(world):
    rates = _rates_at(world.population, 72)

    np.testing.assert_allclose(rates.arrival_mix.sum(axis=-1), 1.0)
    np.testing.assert_allclose(
        np.add.reduceat(rates.arrival_age, [0, 12, 60, 120, 192], axis=1), 1.0
    )


def test_an_area_without_children_has_its_regions_rates(world):
    population = world.population
    empty = replace(
        population,
        n_areas=5,
        region=np.zeros(5, np.int64),
        completeness=np.ones((72, 5)),
        entries=np.concatenate([population.entries, np.zeros((72, 1, 5, 2))], axis=1),
    )

    rates = _rates_at(empty, 72)

    assert np.isfinite(rates.exit).all()
    others = rates.exit[:4].mean(axis=0)
    np.testing.assert_allclose(rates.exit[4], others, rtol=0.25, atol=1e-4)


def test_a_history_of_five_months_is_refused(world):
    with pytest.raises(ShortHistoryError, match="6 periods"):
        fit_rates(world.population, until=np.array([5]))
    with pytest.raises(ShortHistoryError, match="6 periods"):
        forecast_entries(world.population, until=5, horizon=3)


def test_given_true_entries_a_steady_world_is_forecast_without_bias():
    # 16 small worlds: the bias at 36 months is within three of its own standard errors of nil.
    bias = []
    for seed in range(700, 716):
        world = a_world(seed=seed, n_months=60, size=20.0, n_areas=3)
        rates = _rates_at(world.population, 60)
        stock = stock_at(world.population, 60, clock=rates.clock)
        found = expected(rates, stock, world.entries[60:], horizon=36, apart=False).today.stock
        bias.append(found[-1].sum() / world.stock[-1].sum() - 1)

    assert abs(np.mean(bias)) < 3 * np.std(bias) / np.sqrt(len(bias))
    assert abs(np.mean(bias)) < 0.02


def test_all_types_are_counted_in_the_stock_of_today(world):
    stock = stock_at(world.population, 72, clock=Clock.IN_CARE)

    by_kind = np.bincount(stock.kind, stock.children, minlength=N_KINDS)

    np.testing.assert_array_equal(by_kind, world.stock[71].sum(axis=(0, 2, 3)))
