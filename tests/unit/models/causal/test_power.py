"""What could be seen, and when, before anything is looked at."""

from __future__ import annotations

import time

import numpy as np
import pytest

from models.causal.looks import found_at
from models.causal.power import (
    Design,
    detectable_by_design,
    detectable_by_look,
    draw_region_differences,
    null_draws,
    unit_level_false_positives,
)
from models.causal.randomisation import assignments, region_mean_estimates, region_mean_slopes
from models.causal.shocks import Shocks
from tests.builders.null_panels import POINT, TREATED, Nature, units_of


def a_design(n_regions=14, n_after=3, treated=TREATED):
    donors = np.setdiff1d(np.arange(n_regions), treated)
    return Design(np.asarray(treated), donors, n_before=8, n_after=n_after)


def effects(designs, n_panels=1_000, seed=1, shocks=None):
    nature = Nature()
    found = detectable_by_design(
        shocks or nature.shocks,
        units_of(nature),
        designs,
        n_panels=n_panels,
        rng=np.random.default_rng(seed),
    )
    return [
        (one.effect / POINT, other.effect / POINT)
        for one, other in zip(found[::2], found[1::2], strict=True)
    ]


def test_detectable_effects_are_those_of_the_published_method():
    designs = [a_design(n, years) for n in (14, 8) for years in (1, 3)]

    found = effects(designs, n_panels=4_000)

    # The project's method paper, section 5 (2,000 panels; simulation error about .06 of a point).
    assert found[0] == pytest.approx((2.80, 2.92), abs=0.15)
    assert found[1] == pytest.approx((2.52, 2.61), abs=0.15)
    assert found[2] == pytest.approx((3.25, 3.64), abs=0.2)
    assert found[3] == pytest.approx((2.82, 3.07), abs=0.2)


def test_six_regions_or_one_pathfinder_can_never_find_anything_by_permutation():
    six, alone = effects([a_design(6), a_design(14, treated=[0])])

    assert np.isfinite(six[0])
    assert np.isinf(six[1])
    assert np.isinf(alone[1])


def test_more_years_and_more_regions_never_detect_less():
    table = np.array(effects([a_design(n, y) for n in (14, 10, 8) for y in (1, 2, 3, 5)]))
    by_regions = table.reshape(3, 4, 2)

    assert (np.diff(by_regions, axis=1) < 0).all()
    assert (np.diff(by_regions, axis=0) > 0).all()


def test_an_effect_is_found_with_the_power_that_was_asked_for():
    drawn = draw_region_differences(
        Nature().shocks,
        units_of(Nature()),
        [a_design()],
        n_panels=2_000,
        rng=np.random.default_rng(2),
    )
    draws = null_draws(drawn[0], a_design())

    for inference in ("donald_lang", "region_permutation"):
        for power in (0.5, 0.8, 0.95):
            effect = draws.detectable(inference, power=power)
            assert draws.power(effect, inference) == pytest.approx(power, abs=0.002)
        assert draws.power(0.0, inference) == pytest.approx(0.04, abs=0.02)


def test_small_effects_look_large_when_they_are_significant():
    drawn = draw_region_differences(
        Nature().shocks,
        units_of(Nature()),
        [a_design()],
        n_panels=4_000,
        rng=np.random.default_rng(3),
    )
    draws = null_draws(drawn[0], a_design())

    exaggeration, wrong_sign = draws.when_significant(1.0 * POINT, "donald_lang")
    at_three, _ = draws.when_significant(3.0 * POINT, "donald_lang")

    # The method paper: 1.98 times, wrong sign .7%; 3.11 / 3 for three points.
    assert exaggeration == pytest.approx(1.98, abs=0.15)
    assert 0.0 <= wrong_sign < 0.02
    assert at_three == pytest.approx(3.11 / 3, abs=0.03)


def test_the_same_seed_gives_the_same_table():
    assert effects([a_design()], seed=4) == effects([a_design()], seed=4)


def test_a_further_date_does_not_change_the_draws_of_the_others():
    nature = Nature()

    def draw(designs):
        rng = np.random.default_rng(5)
        return draw_region_differences(
            nature.shocks, units_of(nature), designs, n_panels=50, rng=rng
        )

    together = draw([a_design(14, 3), a_design(10, 3)])

    np.testing.assert_array_equal(together[0], together[1])


def test_the_warning_says_how_often_the_authority_clustered_test_is_wrong():
    nature = Nature()

    wrong, right = (
        unit_level_false_positives(
            shocks,
            units_of(nature),
            a_design(n_after=2),
            n_panels=500,
            rng=np.random.default_rng(10),
        )
        for shocks in (nature.shocks, Shocks(0.0, 0.7, 0.015, 0.5, 0.8))
    )

    # The method paper: .337 and .051; binomial errors .021 and .010.
    assert wrong == pytest.approx(0.337, abs=0.07)
    assert right == pytest.approx(0.051, abs=0.035)


def test_a_table_of_sixteen_designs_takes_seconds():
    designs = [a_design(n, y) for n in (14, 10, 8, 6) for y in (1, 2, 3, 5)]
    began = time.process_time()

    effects(designs)

    assert time.process_time() - began < 10


LOOKED = [a_design(n_after=years) for years in (1, 2, 3, 4)]
FRACTIONS = np.arange(1, 5) / 4


def looked_differences(n_panels, seed):
    nature, rng = Nature(), np.random.default_rng(seed)
    return draw_region_differences(
        nature.shocks, units_of(nature), LOOKED, n_panels=n_panels, rng=rng
    )


def test_an_effect_of_the_size_for_several_looks_is_found_by_then_in_fresh_panels():
    chosen = assignments(TREATED, candidates=np.arange(14))
    stated = detectable_by_look(
        looked_differences(1_000, 3), LOOKED[0], chosen=chosen, fractions=FRACTIONS
    )

    fresh = np.stack(
        [region_mean_estimates(each, chosen.rows) for each in looked_differences(1_500, 4)]
    )
    slopes = region_mean_slopes(chosen.rows, observed=chosen.observed, n_regions=14)
    for look in (0, 1, 3):
        at = found_at(fresh - stated[look] * slopes, observed=chosen.observed, fractions=FRACTIONS)

        # Simulation error of either side about .013.
        assert ((at >= 0) & (at <= look)).mean() == pytest.approx(0.8, abs=0.05)
    # Looking early costs power: one assignment of 91 is little to spend at the first look.
    assert stated[0] > stated[1] > stated[3]


def test_looks_that_can_find_nothing_have_no_detectable_effect():
    chosen = assignments(TREATED, candidates=np.arange(8))  # 28 pairs: .025 x 28 is under one

    design = a_design(n_regions=8)
    stated = detectable_by_look(
        looked_differences(200, 5), design, chosen=chosen, fractions=FRACTIONS
    )

    assert np.isinf(stated[:2]).all()
    assert np.isfinite(stated[2:]).all()
