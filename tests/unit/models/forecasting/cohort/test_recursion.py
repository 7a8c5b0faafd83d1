"""The expected recursion is an identity of flows, exact in ageing and linear in its inputs."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from models.forecasting.cohort import (
    Balance,
    Clock,
    DurationsLever,
    EntriesLever,
    ExitsLever,
    MovesLever,
    When,
    Where,
    expected,
    pulled,
)
from tests.builders.cohort import N_KINDS, some_children, some_entries, some_rates

H = 36


@pytest.fixture(params=list(Clock))
def rates(request):
    return some_rates(clock=request.param)


def _levers(*levers):
    return pulled(levers, horizon=H, n_areas=3, n_kinds=N_KINDS)


def _same(one: Balance, other: Balance) -> bool:
    return all(
        np.array_equal(getattr(one, part.name), getattr(other, part.name))
        for part in fields(Balance)
    )


def test_every_cell_and_month_is_the_one_before_and_what_came_and_went(rates):
    balance = expected(rates, some_children(), some_entries(), horizon=H).together()

    np.testing.assert_allclose(balance.stock, balance.before() + balance.change(), atol=1e-9)


def test_moves_cancel_over_types_and_birthdays_over_bands(rates):
    balance = expected(rates, some_children(), some_entries(), horizon=H).together()

    np.testing.assert_allclose((balance.moved_in - balance.moved_out).sum(axis=2), 0, atol=1e-9)
    np.testing.assert_allclose((balance.band_in - balance.band_out).sum(axis=3), 0, atol=1e-9)


def test_nothing_is_ever_negative(rates):
    balance = expected(rates, some_children(), some_entries(), horizon=H).together()

    assert all(getattr(balance, part.name).min() >= 0 for part in fields(Balance))


def test_the_start_is_the_children_of_today():
    children = some_children()

    start = expected(some_rates(), children, some_entries(), horizon=3).together().start

    assert start.sum() == children.children.sum()
    assert start[1, 2].sum() == children.children[(children.area == 1) & (children.kind == 2)].sum()


def test_turning_18_is_a_head_count_where_nobody_leaves_or_comes():
    children = some_children()
    still = some_rates(leave=0.0)

    balance = expected(still, children, np.zeros((H, 3, 5, 2)), horizon=H).together()

    by_then = [children.children[children.age >= 216 - k].sum() for k in range(1, H + 1)]
    np.testing.assert_allclose(balance.aged_out.sum(axis=(1, 2, 3, 4)).cumsum(), by_then, atol=1e-9)


def test_today_and_entrants_apart_add_up_to_all_together(rates):
    apart = expected(rates, some_children(), some_entries(), horizon=H, apart=True)
    together = expected(rates, some_children(), some_entries(), horizon=H, apart=False)

    np.testing.assert_allclose(apart.together().stock, together.today.stock, atol=1e-9)
    np.testing.assert_allclose(apart.together().exits, together.today.exits, atol=1e-9)


def test_twice_the_entries_are_twice_the_entrants(rates):
    once = expected(rates, some_children(), some_entries(), horizon=H).entrants
    twice = expected(rates, some_children(), 2 * some_entries(), horizon=H).entrants

    np.testing.assert_allclose(twice.stock, 2 * once.stock, atol=1e-9)


def test_published_entries_hold_those_who_left_within_the_month(rates):
    entries = some_entries()

    balance = expected(rates, some_children(), entries, horizon=H).together()

    np.testing.assert_allclose(balance.entries.sum(axis=2), entries, atol=1e-9)
    np.testing.assert_allclose(balance.within_month.sum(), 0.03 * entries.sum())


def test_without_moves_the_two_clocks_are_one():
    still = some_rates(move=0.0)

    in_care = expected(still, some_children(), some_entries(), horizon=H).together()
    in_placement = expected(
        replace(still, clock=Clock.IN_PLACEMENT), some_children(), some_entries(), horizon=H
    ).together()

    np.testing.assert_allclose(in_care.stock, in_placement.stock, atol=1e-9)


def test_one_child_leaves_at_the_chances_of_its_ageing_cell():
    # One child of area 0, 180 months, type 1, 40 months in care (the class of 36 to 59 months):
    # ten months on it has left with 1 - (1 - h)^10, h the same as long as nothing changes.
    rates = some_rates(move=0.0)
    rates = replace(rates, up=np.zeros_like(rates.up))
    child = replace(
        some_children(n_children=1),
        area=np.array([0]),
        stream=np.array([0]),
        age=np.array([180]),
        kind=np.array([1]),
        time=np.array([6]),
    )

    stock = expected(rates, child, np.zeros((10, 3, 5, 2)), horizon=10).together().stock

    h = rates.exit[0, 0, 4, 1, 6]
    np.testing.assert_allclose(stock[9].sum(), (1 - h) ** 10)


@pytest.mark.parametrize("kind", [EntriesLever, ExitsLever, DurationsLever, MovesLever])
def test_a_lever_of_size_nought_changes_nothing_to_the_last_bit(rates, kind):
    levers = _levers(kind(0.0, where=Where(areas=(1,), kinds=(2,)), when=When(ramp=6)))

    without = expected(rates, some_children(), some_entries(), horizon=H).together()
    with_lever = expected(rates, some_children(), some_entries(), horizon=H, levers=levers)

    assert _same(with_lever.together(), without)


def test_a_lever_on_one_area_leaves_the_others_alone(rates):
    levers = _levers(ExitsLever(0.5, where=Where(areas=(1,))))

    without = expected(rates, some_children(), some_entries(), horizon=H).together().stock
    changed = (
        expected(rates, some_children(), some_entries(), horizon=H, levers=levers).together().stock
    )

    np.testing.assert_allclose(changed[:, [0, 2]], without[:, [0, 2]], atol=1e-9)
    assert changed[-1, 1].sum() < without[-1, 1].sum()


def test_a_lever_that_begins_later_changes_nothing_before(rates):
    levers = _levers(MovesLever(1.0, when=When(start=12)))

    without = expected(rates, some_children(), some_entries(), horizon=H).together()
    changed = expected(rates, some_children(), some_entries(), horizon=H, levers=levers)

    np.testing.assert_array_equal(changed.together().stock[:12], without.stock[:12])
    np.testing.assert_allclose(
        changed.together().moved_out[12].sum(), 2 * without.moved_out[12].sum(), rtol=1e-9
    )


def test_identity_holds_under_every_lever_at_once(rates):
    levers = _levers(
        EntriesLever(0.2, where=Where(bands=(3,)), when=When(ramp=12)),
        ExitsLever(-0.3, when=When(start=3, end=20)),
        DurationsLever(0.25, where=Where(kinds=(1,))),
        MovesLever(2.0, to=(0,), where=Where(kinds=(3,))),
    )

    balance = expected(rates, some_children(), some_entries(), horizon=H, levers=levers).together()

    np.testing.assert_allclose(balance.stock, balance.before() + balance.change(), atol=1e-9)


def test_a_stay_a_quarter_longer_is_a_mean_stay_a_quarter_longer():
    # No ageing out within reach and one constant chance: mean stay = 1 / chance.
    rates = some_rates(move=0.0)
    rates = replace(rates, exit=np.full_like(rates.exit, 0.2), within_month=np.zeros((2, 5)))
    babies = replace(some_children(), age=np.zeros_like(some_children().age))
    none = np.zeros((100, 3, 5, 2))
    levers = pulled([DurationsLever(0.25)], horizon=100, n_areas=3, n_kinds=N_KINDS)

    stay = expected(rates, babies, none, horizon=100).today.stock.sum()
    longer = expected(rates, babies, none, horizon=100, levers=levers).today.stock.sum()

    # Months stayed, that of the start counted: 1 / 0.2 = 5 and 1 / 0.16 = 6.25.
    there = babies.children.sum()
    np.testing.assert_allclose(stay / there + 1, 5.0, rtol=1e-6)
    np.testing.assert_allclose(longer / there + 1, 6.25, rtol=1e-6)
