"""What moves outcomes when nothing is done, learned from the years before."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.base import UnsuitablePanelError
from models.causal.shocks import (
    Units,
    estimate_shocks,
    event_study_covariance,
    persistent_paths,
    shocks_within,
)
from tests.builders.null_panels import Nature, null_panels, region_means, some_children, units_of


def test_shocks_are_learned_from_the_years_before():
    nature = Nature(n_before=25)
    rng = np.random.default_rng(6)
    children = some_children(nature.region.shape, rng)
    history = null_panels(nature, n_panels=1, rng=rng, children=children)[0][:, :25]

    shocks = estimate_shocks(history, units_of(nature, children))

    # Fourteen regions for 25 years: a standard deviation to about an eighth.
    assert shocks.region_sd == pytest.approx(nature.region_sd, rel=0.3)
    assert shocks.region_persistence == pytest.approx(0.7, abs=0.15)
    assert shocks.unit_sd == pytest.approx(nature.unit_sd, rel=0.1)
    assert shocks.unit_persistence == pytest.approx(0.5, abs=0.1)
    assert shocks.noise_scale == pytest.approx(0.8, abs=0.1)


def test_few_years_do_not_make_shocks_look_small():
    nature = Nature()
    rng = np.random.default_rng(7)
    children = some_children(nature.region.shape, rng)
    worlds = null_panels(nature, n_panels=10, rng=rng, children=children)[..., :8]

    learned = [estimate_shocks(world, units_of(nature, children)).region_sd for world in worlds]

    assert np.mean(learned) == pytest.approx(nature.region_sd, rel=0.2)


def test_eight_years_leave_region_shocks_in_doubt_and_the_doubt_is_told():
    nature = Nature()
    rng = np.random.default_rng(11)
    children = some_children(nature.region.shape, rng)
    units = units_of(nature, children)
    worlds = null_panels(nature, n_panels=8, rng=rng, children=children)[..., :8]

    inside = []
    for world in worlds:
        mild, strong = shocks_within(world, units, level=0.8)
        assert mild.region_sd < strong.region_sd
        inside.append(mild.region_sd <= nature.region_sd <= strong.region_sd)

    # .8 with a binomial error of .14.
    assert np.mean(inside) >= 0.8 - 3 * 0.14


def test_an_outcome_without_binomial_noise_has_none():
    rng = np.random.default_rng(8)
    region = np.repeat(np.arange(6), 8)
    y = 900 + 30 * rng.normal(size=(48, 10))

    shocks = estimate_shocks(y, Units(region, np.zeros(48), np.ones(48)))

    assert shocks.noise_scale == 0.0
    assert shocks.unit_sd == pytest.approx(30, rel=0.15)
    assert shocks.region_sd < 10


def test_the_scale_of_the_outcome_is_only_a_scale():
    rng = np.random.default_rng(9)
    region = np.repeat(np.arange(8), 6)
    y = 0.01 * (rng.normal(size=(8, 9))[region] + rng.normal(size=(48, 9)))
    quiet = Units(region, np.zeros(48), np.ones(48))

    small, large = estimate_shocks(y, quiet), estimate_shocks(1e6 * y, quiet)

    assert large.region_sd == pytest.approx(1e6 * small.region_sd, rel=1e-3)
    assert large.unit_persistence == pytest.approx(small.unit_persistence, abs=1e-3)


def test_too_short_a_history_is_refused():
    with pytest.raises(UnsuitablePanelError, match="three periods"):
        estimate_shocks(
            np.zeros((20, 2)), Units(np.repeat(np.arange(5), 4), np.ones(20), np.ones(20))
        )


def test_the_covariance_of_an_event_study_is_that_of_drawn_panels():
    nature = Nature(n_before=5, n_after=3)
    rng = np.random.default_rng(12)
    children = some_children(nature.region.shape, rng)
    means = np.concatenate(
        [
            region_means(
                null_panels(nature, n_panels=500, rng=rng, children=children), nature.region
            )
            for _ in range(8)
        ]
    )
    gap = means[:, :2].mean(axis=1) - means[:, 2:].mean(axis=1)
    drawn = np.cov(np.delete(gap - gap[:, [4]], 4, axis=1), rowvar=False)

    found = event_study_covariance(
        nature.shocks,
        units_of(nature, children),
        treated=np.arange(2),
        donors=np.arange(2, 14),
        n_before=4,
        n_after=3,
    )

    # 4,000 panels: a variance to 2%, three errors of it for the largest of 28.
    np.testing.assert_allclose(found, drawn, atol=0.08 * found.max())


def test_paths_are_as_varied_at_first_as_later_and_as_persistent_as_asked():
    paths = persistent_paths(np.array([1.0, 3.0]), 0.7, (4_000, 2, 6), np.random.default_rng(13))

    np.testing.assert_allclose(paths.std(axis=0), [[1.0] * 6, [3.0] * 6], rtol=0.05)
    assert np.corrcoef(paths[:, 0, 2], paths[:, 0, 3])[0, 1] == pytest.approx(0.7, abs=0.03)
