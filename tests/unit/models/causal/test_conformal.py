"""An interval for each period, from how unusual its gap is among earlier ones."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.conformal import conformal_intervals, mean_difference_residuals


def some_series(n_before=24, n_after=3, effect=0.0, seed=1):
    rng = np.random.default_rng(seed)
    n = n_before + n_after
    shared = rng.normal(size=n).cumsum()
    donors = shared + rng.normal(size=(9, n))
    target = shared + 2.0 + rng.normal(size=n)
    target[n_before:] += effect
    return target, donors, np.arange(n_before), np.arange(n_before, n)


def test_under_fifteen_earlier_periods_there_is_a_note_and_no_interval():
    target, donors, base, post = some_series(n_before=14)

    found = conformal_intervals(target, donors, base=base, post=post)

    assert np.isnan(found.low).all()
    assert "15" in found.note


def test_fifteen_periods_give_no_interval_at_95_per_cent_but_one_at_90():
    target, donors, base, post = some_series(n_before=15)

    at_95 = conformal_intervals(target, donors, base=base, post=post)
    at_90 = conformal_intervals(target, donors, base=base, post=post, alpha=0.1)

    # 1 / 16 = .0625.
    assert np.isinf(at_95.low).all()
    assert "not attainable" in at_95.note
    assert np.isfinite(at_90.low).all()


def test_the_interval_ends_where_effects_begin_to_be_rejected():
    target, donors, base, post = some_series(effect=2.0)

    found = conformal_intervals(target, donors, base=base, post=post)

    # By hand: with m the mean earlier gap and g the last, the residuals are (gap - mean of all).
    gap = target - donors.mean(axis=0)
    for place, column in enumerate(post):
        times = np.append(base, column)

        def p_of(effect, times=times):
            supposed = gap[times].copy()
            supposed[-1] -= effect
            size = np.abs(supposed - supposed.mean())
            return np.mean(size >= size[-1] - 1e-12)

        assert p_of(found.low[place] + 1e-3) > 0.05 >= p_of(found.low[place] - 1e-3)
        assert p_of(found.high[place] - 1e-3) > 0.05 >= p_of(found.high[place] + 1e-3)
        assert found.gap[place] == pytest.approx(gap[column] - gap[base].mean())
        assert found.p_value[place] == pytest.approx(p_of(0.0))


def test_a_lasting_effect_shows_in_the_joint_test():
    quiet = some_series(n_before=40, effect=0.0)
    moved = some_series(n_before=40, effect=6.0)

    p_quiet, p_moved = (
        conformal_intervals(*case[:2], base=case[2], post=case[3]).joint_p
        for case in (quiet, moved)
    )

    assert p_moved == pytest.approx(1 / 43)
    assert p_quiet > p_moved


def test_intervals_cover_as_often_as_they_say():
    covered = []
    for seed in range(150):
        target, donors, base, post = some_series(n_after=1, effect=1.0, seed=seed)
        found = conformal_intervals(target, donors, base=base, post=post, alpha=0.2)
        covered.append(found.low[0] <= 1.0 <= found.high[0])

    # 25 shifts at 20%: 1 - 5/25 = .80, with a binomial error of .033.
    assert 0.80 - 3 * 0.033 <= np.mean(covered) <= 0.80 + 3 * 0.033


def test_missing_periods_of_the_target_are_passed_over():
    target, donors, base, post = some_series()
    target[[3, post[0]]] = np.nan

    found = conformal_intervals(target, donors, base=base, post=post)

    assert found.columns.tolist() == post[1:].tolist()


def test_residuals_of_the_mean_difference_sum_to_nought():
    target, donors, _, _ = some_series()

    assert mean_difference_residuals(target[None], donors).sum() == pytest.approx(0.0)
