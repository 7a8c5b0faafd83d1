"""A unit's own year-to-year variance leans on that of all."""

from __future__ import annotations

import numpy as np
import pytest

from models.variation import moderated_variances


def test_units_alike_have_the_common_variance():
    squares = np.array([3.0, 2.9, 3.1, 3.0])

    found = moderated_variances(squares, degrees=np.full(4, 3.0))

    np.testing.assert_allclose(found, 12.0 / 12.0)


def test_a_wavering_unit_keeps_more_than_the_rest_and_less_than_its_own():
    rng = np.random.default_rng(1)
    true = np.where(np.arange(200) < 100, 0.2, 5.0)
    squares = true * rng.chisquare(4, 200)

    found = moderated_variances(squares, degrees=np.full(200, 4.0))

    own = squares / 4
    least, most = own.argmin(), own.argmax()
    assert found[most] < own[most]
    assert found[least] > own[least]
    assert np.mean((found - true) ** 2) < np.mean((own - true) ** 2)


def test_a_unit_seen_once_has_the_common_variance():
    rng = np.random.default_rng(2)
    squares = np.append(rng.gamma(1.0, 1.0, 50) * rng.chisquare(4, 50), 0.0)
    degrees = np.append(np.full(50, 4.0), 0.0)

    found = moderated_variances(squares, degrees=degrees)

    assert found[:-1].min() < found[-1] < found[:-1].max()


def test_the_spread_of_variances_is_recovered():
    """Smyth's prior of 8 degrees and scale 1: 8 / chi-squared of 8 each; its mean is 8 / 6."""
    rng = np.random.default_rng(3)
    true = 8 / rng.chisquare(8, 5_000)
    squares = true * rng.chisquare(4, 5_000)

    found = moderated_variances(squares, degrees=np.full(5_000, 4.0))

    # (8 x 1 + squares) / (8 + 4), were the prior known.
    np.testing.assert_allclose(found, (8 + squares) / 12, rtol=0.15)


@pytest.mark.parametrize("degrees", [0.0, 4.0])
def test_nothing_that_varies_gives_no_variance(degrees: float):
    found = moderated_variances(np.zeros(3), degrees=np.full(3, degrees))

    assert found.tolist() == [0.0, 0.0, 0.0]
