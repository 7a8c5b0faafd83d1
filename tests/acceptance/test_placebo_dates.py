"""In England's published figures before any pathfinder, little is found: a sample of the benchmark.

Reference data: numbers of children looked after, starting and ceasing, 2011 to 2022.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.bench_placebo_dates import ALPHA, BAR, TESTS, placebos_of, published_cells


@pytest.fixture(scope="module")
def found():
    cells, outcomes = published_cells(7, "la_cla_stock*")
    placebos = [one for name in outcomes for one in placebos_of(cells, name, n_before=5, n_after=2)]
    return np.concatenate([one.p_values for one in placebos])


def test_every_pair_of_regions_at_every_start_has_a_p_value(found):
    # 3 outcomes, 6 starts from 2016 to 2021, 9 x 8 / 2 pairs.
    assert found.shape == (3 * 6 * 36, len(TESTS))
    assert np.isfinite(found).all()


@pytest.mark.parametrize("test", ["permutation of regions", "permutation, t", "Donald-Lang"])
def test_region_level_tests_find_little_where_nothing_was_done(found, test):
    p_values = found[:, TESTS.index(test)]

    assert (p_values <= ALPHA).mean() <= BAR


def test_permutation_finds_one_pair_in_thirty_six_and_no_p_below_that(found):
    p_values = found[:, 0]

    assert p_values.min() == pytest.approx(1 / 36)
    assert (p_values <= ALPHA).mean() == pytest.approx(1 / 36)


def test_authorities_taken_as_independent_would_find_far_too_much(found):
    assert (found[:, TESTS.index("authority-clustered t")] <= ALPHA).mean() > 0.15
