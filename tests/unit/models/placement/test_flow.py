"""Single children are placed by flow, all at once, at the least points."""

from __future__ import annotations

import numpy as np

from models.placement.flow import flow_of_pairs


def test_the_nearer_child_gives_way_when_that_is_cheaper_for_both():
    child, home = np.array([0, 0, 1]), np.array([0, 1, 0])
    points, free = np.array([1.0, 2.0, 5.0]), np.array([1, 1])

    used = flow_of_pairs(child, home, points, np.array([100.0, 100.0]), free)

    assert list(zip(child[used], home[used], strict=True)) == [(0, 1), (1, 0)]


def test_a_child_for_whom_there_is_no_place_has_no_home():
    child, home = np.array([0, 1]), np.array([0, 0])

    used = flow_of_pairs(child, home, np.array([3.0, 1.0]), np.array([50.0, 50.0]), np.array([1]))

    assert list(zip(child[used], home[used], strict=True)) == [(1, 0)]


def test_a_child_who_must_have_a_home_comes_first_whatever_it_costs():
    child, home = np.array([0, 1]), np.array([0, 0])

    without = np.array([np.inf, 50.0])
    used = flow_of_pairs(child, home, np.array([900.0, 1.0]), without, np.array([1]))

    assert list(zip(child[used], home[used], strict=True)) == [(0, 0)]
