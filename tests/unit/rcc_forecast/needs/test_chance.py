"""Counts drawn about what is expected."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from rcc_forecast.needs.chance import counts_about


@pytest.mark.parametrize("expected", [0.03, 0.8, 4.0, 15.0, 40.0])
def test_counts_average_to_what_is_expected_and_spread_as_poisson(expected):
    rank = (np.arange(40_000) + 0.5) / 40_000

    found = counts_about(np.full(40_000, expected), rank=rank)

    assert found.min() >= 0
    assert found.mean() == pytest.approx(expected, rel=0.01)
    assert found.var() == pytest.approx(expected, rel=0.02)


def test_small_counts_are_those_of_the_poisson_tables():
    rank = np.array([0.05, 0.5, 0.9, 0.999])

    found = counts_about(np.full(4, 3.0), rank=rank)

    assert found.tolist() == stats.poisson.ppf(rank, 3.0).tolist()


def test_where_nearly_everybody_has_a_need_there_is_little_left_to_chance():
    rank = (np.arange(20_000) + 0.5) / 20_000
    share = np.full(20_000, 0.9)

    found = counts_about(np.full(20_000, 9.0), rank=rank, share=share)

    assert found.min() >= 0
    assert found.var() == pytest.approx(9.0 * 0.1, rel=0.03)


def test_nothing_comes_where_nothing_is_expected():
    assert counts_about(np.zeros(3), rank=np.array([0.1, 0.5, 0.999])).tolist() == [0, 0, 0]
