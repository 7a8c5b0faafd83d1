"""Whether a region helps its authorities is told with an interval, or without where it cannot."""

from __future__ import annotations

import numpy as np
import pytest

from models.forecasting.pooling import pooling_gain, shared_out


def _losses(n_origins=24, n_areas=5, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(1, 2, (n_origins, n_areas)) * rng.uniform(0.8, 1.2, (n_origins, 1))


def _gain(local, rivals, *, block=3, seed=903):
    return pooling_gain(local, rivals, block=block, rng=np.random.default_rng(seed))


def test_a_rival_that_loses_a_tenth_less_gains_a_tenth_everywhere():
    local = _losses()

    found = _gain(local, 0.9 * local[None])

    np.testing.assert_allclose(found.gain, 0.1)
    np.testing.assert_allclose(found.low, 0.1)
    np.testing.assert_allclose(found.high, 0.1)


def test_the_last_column_is_all_areas_together():
    local, rival = _losses(), _losses(seed=2)

    found = _gain(local, rival[None])

    assert found.gain.shape == (1, 6)
    assert found.gain[0, -1] == pytest.approx(1 - rival.sum() / local.sum())


def test_rivals_of_the_same_skill_have_intervals_that_hold_zero_about_19_times_in_20():
    held = []
    for world in range(200):
        local, rival = _losses(seed=2 * world), _losses(seed=2 * world + 1)
        found = _gain(local, rival[None], block=1)
        held.append(found.low[0, -1] <= 0 <= found.high[0, -1])

    # 24 origins make the percentile bootstrap a little short: 90 to 98 in 100.
    assert 0.88 <= np.mean(held) <= 0.985


def test_under_eight_origins_there_is_a_gain_and_no_interval():
    local = _losses(n_origins=7)

    found = _gain(local, 0.9 * local[None])

    np.testing.assert_allclose(found.gain, 0.1)
    assert np.isnan(found.low).all()
    assert np.isnan(found.high).all()


def test_shocks_that_last_make_wider_intervals_when_blocks_are_as_long():
    shock = np.repeat(np.random.default_rng(3).normal(0, 0.3, 6), 4)[:, None]
    local = _losses()

    single, blocks = (_gain(local, (local + shock)[None], block=b) for b in (1, 4))

    width = [(found.high - found.low)[0, -1] for found in (single, blocks)]
    assert width[1] > 1.2 * width[0]


def test_an_area_that_lost_nothing_has_no_gain():
    local = _losses()
    local[:, 2] = 0

    assert np.isnan(_gain(local, _losses(seed=2)[None]).gain[0, 2])


def test_an_authority_has_its_recent_share_of_the_region():
    history = np.array([[30.0, 10, 10], [10, 30, 30], [0, 0, 0]])
    total = np.full((1, 2, 4), 80.0)

    found = shared_out(total, history, region=np.array([0, 0, 1]), origins=np.array([3]), periods=2)

    assert found[0, :, 0].tolist() == [20.0, 60.0, 80.0]
