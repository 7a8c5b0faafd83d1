"""Invented regions are what they say: the same in tables and arrays, with a plan that holds."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from models.placement.eligibility import may_live
from models.placement.problem import Rules
from rcc_forecast.placement import tidy_children, tidy_homes
from rcc_forecast.placement.build import build_problem
from tests.builders.regions import (
    SHAPES,
    TODAY,
    a_region,
    planted_plan,
    region_problem,
    region_tables,
)


@pytest.fixture(params=SHAPES, scope="module")
def region(request):
    return a_region(request.param, children=300, seed=2)


def test_tables_and_arrays_tell_the_same_region(region):
    children, homes = region_tables(region)

    built = build_problem(
        tidy_children(children)[0], tidy_homes(homes)[0], on=TODAY, replan=region.replan,
        rules=Rules(),
    ).problem  # fmt: skip

    ours = region_problem(region)
    for side in ("children", "homes"):
        mine, theirs = getattr(ours, side), getattr(built, side)
        for field in fields(mine):
            np.testing.assert_array_equal(
                getattr(mine, field.name), getattr(theirs, field.name), err_msg=field.name
            )
    for name in ("twins", "apart", "avoid"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(built, name), err_msg=name)


def test_the_planted_plan_keeps_every_hard_rule(region):
    problem, home = region_problem(region), planted_plan(region)
    placed = np.flatnonzero(home >= 0)
    load = np.bincount(home[placed], minlength=problem.n_homes)

    assert may_live(problem, placed, home[placed]).all()
    assert (load[home[problem.children.solo & (home >= 0)]] == 1).all()
    one, other = home[problem.apart].T
    assert ((one != other) | (one < 0)).all()
    for full in np.flatnonzero(load > problem.homes.places):
        assert problem.homes.exempt[full]
        assert np.unique(problem.children.group[home == full]).size == 1


def test_the_same_seed_draws_the_same_region():
    one, other = (region_tables(a_region("replan", children=120, seed=5)) for _ in range(2))

    assert one[0].equals(other[0])
    assert one[1].equals(other[1])


def test_a_region_for_replanning_holds_every_kind_of_child():
    region = a_region("replan", children=3_000, seed=1)
    kids = region.children

    assert min(kids["solo"].sum(), kids["apart"].sum(), (kids["twin"] >= 0).sum()) > 10
    assert min((kids["avoid"] >= 0).sum(), region.homes["closed"].sum()) > 10
    assert region.homes["exempt"].sum() > 10
    assert 0.6 < kids["settled"].mean() < 0.8
    assert (kids["present"] != -1).all()
