"""Which figures add up to which."""

from __future__ import annotations

import numpy as np

from models.suppression import sums_of


def test_a_total_less_its_parts_is_nothing():
    coordinates = np.array([[0], [1], [2]])
    value = np.array([4.0, 6.0, 10.0])

    found = sums_of(coordinates, [[(2, (0, 1))]], value=value)

    assert found.equations.toarray().tolist() == [[-1.0, -1.0, 1.0]]
    assert len(found.remainder) == 0


def test_what_no_figure_shows_is_left_over():
    coordinates = np.array([[0], [2]])
    value = np.array([4.0, 10.0])

    found = sums_of(coordinates, [[(2, (0, 1))]], value=value)

    assert found.equations.toarray().tolist() == [[-1.0, 1.0, -1.0]]
    assert found.remainder.tolist() == [6.0]


def test_parts_that_are_not_there_and_not_missed_are_nought():
    coordinates = np.array([[0], [2]])
    value = np.array([10.0, 10.0])

    found = sums_of(coordinates, [[(2, (0, 1))]], value=value)

    assert found.equations.toarray().tolist() == [[-1.0, 1.0]]


def test_an_authority_may_count_towards_its_region_and_its_co_operative():
    places = np.arange(5)[:, None]
    value = np.array([1.0, 2.0, 4.0, 7.0, 3.0])
    region, co_operative = (3, (0, 1, 2)), (4, (0, 1))

    found = sums_of(places, [[region, co_operative]], value=value)

    np.testing.assert_array_equal(found.equations @ value, [0.0, 0.0])


def test_every_dimension_has_its_sums():
    shape = (3, 4)
    coordinates = np.stack(np.unravel_index(np.arange(12), shape), axis=1)
    inner = np.arange(6.0).reshape(2, 3)
    value = np.block([[inner, inner.sum(1, keepdims=True)], [inner.sum(0), inner.sum()]]).ravel()

    found = sums_of(coordinates, [[(2, (0, 1))], [(3, (0, 1, 2))]], value=value)

    assert found.equations.shape == (4 + 3, 12)
    np.testing.assert_array_equal(found.equations @ value, np.zeros(7))
