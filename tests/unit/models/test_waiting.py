"""Waits that have not ended are followed, not left out, and agree with a published program."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from models.waiting import NoWaitError, quantile_of, share_within, waits_of


def _waits(*, seed: int, n: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Waits in whole days from 1 on, some open, some withdrawn."""
    rng = np.random.default_rng(seed)
    served, left, seen = (np.ceil(rng.exponential(mean, n)) for mean in (12.0, 40.0, 45.0))
    followed = np.minimum(np.minimum(served, left), seen)
    is_served = served <= np.minimum(left, seen)
    return followed, is_served, ~is_served & (left <= seen)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_quantile_and_its_band_are_those_of_statsmodels(seed, share):
    followed, served, _ = _waits(seed=seed)
    waits = waits_of(followed, served=served)
    oracle = SurvfuncRight(followed, served.astype(int))

    found = quantile_of(waits, share)

    assert found.value == oracle.quantile(share)
    with np.errstate(divide="ignore", invalid="ignore"):  # where the curve is at 0
        low, high = oracle.quantile_ci(share)
    assert found.low == low
    assert math.isnan(found.high) if math.isinf(high) else found.high == high


@pytest.mark.parametrize("seed", range(8))
def test_shares_served_beside_withdrawals_are_those_of_statsmodels(seed):
    followed, served, withdrawn = _waits(seed=seed)
    status = served.astype(int) + 2 * withdrawn
    with np.errstate(divide="ignore", invalid="ignore"):  # where nobody is left, it divides by 0
        oracle = CumIncidenceRight(followed, status)
    ended = np.isin(oracle.times, followed[status > 0])

    waits = waits_of(followed, served=served, withdrawn=withdrawn)

    np.testing.assert_allclose(waits.served, oracle.cinc[0][ended], atol=1e-12)
    error = oracle.cinc_se[0][ended]
    known = np.isfinite(error)
    assert known.sum() >= len(error) - 1
    np.testing.assert_allclose(waits.served_error[known], error[known], atol=1e-7)


def test_greenwoods_error_is_that_of_statsmodels():
    followed, served, _ = _waits(seed=1)
    oracle = SurvfuncRight(followed, served.astype(int))

    waits = waits_of(followed, served=served)

    ours = dict(zip(waits.days, waits.waiting_error * waits.waiting, strict=True))
    theirs = dict(zip(oracle.surv_times, oracle.surv_prob_se, strict=True))
    known = [day for day, error in theirs.items() if np.isfinite(error)]
    assert len(known) > 15
    np.testing.assert_allclose(
        [ours[day] for day in known], [theirs[day] for day in known], atol=1e-12
    )


def test_a_median_worked_by_hand():
    # Ten waits; the one open since day 3 leaves 6 at risk on day 4:
    # after day 2: 8/10; after day 3: 7/10; day 4: 7/10 x 5/6 = .583; day 5: .583 x 4/5 = .467.
    followed = np.array([1, 2, 3, 3, 4, 5, 6, 7, 8, 9], dtype=float)
    served = np.array([1, 1, 1, 0, 1, 1, 1, 1, 1, 1], dtype=bool)

    waits = waits_of(followed, served=served)

    assert quantile_of(waits, 0.5).value == 5
    assert share_within(waits, 4).value == pytest.approx(1 - 0.7 * 5 / 6)


def test_without_open_waits_the_share_served_is_the_plain_share():
    rng = np.random.default_rng(3)
    followed = np.floor(rng.exponential(9, 200))

    waits = waits_of(followed, served=np.ones(200, bool))

    for day in (0, 2, 7, 28):
        assert share_within(waits, day).value == pytest.approx((followed <= day).mean())


def test_the_order_of_waits_changes_nothing():
    followed, served, withdrawn = _waits(seed=5)
    shuffled = np.random.default_rng(6).permutation(followed.size)

    one = waits_of(followed, served=served, withdrawn=withdrawn)
    other = waits_of(followed[shuffled], served=served[shuffled], withdrawn=withdrawn[shuffled])

    assert share_within(one, 7) == share_within(other, 7)
    assert quantile_of(one, 0.5) == quantile_of(other, 0.5)


def test_leaving_open_waits_out_would_make_waits_look_short():
    rng = np.random.default_rng(7)
    true = rng.exponential(30, 400)
    seen = rng.uniform(0, 40, 400)
    served = true <= seen

    waits = waits_of(np.minimum(true, seen), served=served)

    assert np.median(true[served]) < 15
    assert quantile_of(waits, 0.5).value == pytest.approx(np.median(true), rel=0.25)


def test_a_wait_that_is_withdrawn_was_never_served():
    followed = np.array([1.0, 2, 3, 4])
    withdrawn = np.array([False, True, True, False])

    waits = waits_of(followed, served=~withdrawn, withdrawn=withdrawn)

    assert share_within(waits, 10).value == pytest.approx(0.5)


def test_nothing_is_said_of_days_that_nobody_was_followed_to():
    waits = waits_of(np.array([1.0, 2, 3]), served=np.array([True, False, False]))

    assert math.isnan(share_within(waits, 28).value)
    assert math.isnan(quantile_of(waits, 0.8).value)


def test_none_and_all_have_the_intervals_of_wilson():
    none = waits_of(np.full(20, 30.0), served=np.zeros(20, bool))
    everyone = waits_of(np.ones(20), served=np.ones(20, bool))

    # Wilson at 0 of 20: z^2 / (n + z^2) = 3.8415 / 23.8415 = .1611.
    assert share_within(none, 7).high == pytest.approx(0.1611, abs=5e-5)
    assert share_within(everyone, 7).low == pytest.approx(1 - 0.1611, abs=5e-5)


def test_bands_cover_the_true_median_as_often_as_they_say():
    rng = np.random.default_rng(11)
    hits = 0
    for _ in range(400):
        true, seen = rng.exponential(10, 60), rng.exponential(25, 60)
        found = quantile_of(waits_of(np.minimum(true, seen), served=true <= seen), 0.5)
        hits += found.low <= 10 * math.log(2) <= (found.high if found.high == found.high else 1e9)

    # 400 draws: three standard errors about .95 are .033.
    assert 0.917 <= hits / 400 <= 0.99


@pytest.mark.parametrize("followed", [[], [-1.0, 2.0], [math.nan, 1.0]])
def test_waits_that_cannot_be_are_refused(followed):
    with pytest.raises(NoWaitError):
        waits_of(np.array(followed), served=np.zeros(len(followed), bool))
