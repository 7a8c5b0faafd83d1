"""The t of authorities' mean change allows for regions that differ in size."""

from __future__ import annotations

import numpy as np
import pytest

from models.causal.base import NEVER, Panel, UnsuitablePanelError
from models.causal.randomisation import assignments, permutation_p
from models.causal.region_t import by_clustered_t, region_changes, t_by_assignment

BASE, POST = np.arange(6), np.arange(6, 9)


def a_country(rng, *, sizes=(3, 8, 5, 4, 9, 2, 6, 5), starts=(6, 6), effect=0.0):
    region = np.repeat(np.arange(len(sizes)), sizes)
    y = rng.standard_normal((region.size, 9)) + rng.standard_normal((len(sizes), 9))[region]
    treated_from = np.full(region.size, NEVER)
    for one, start in enumerate(starts):
        treated_from[region == one] = start
        y[region == one, start:] += effect
    return Panel(y, treated_from, np.ones(region.size)), region


def changes_of(panel, region, *, n_treated=2):
    treated, n_regions = np.arange(n_treated), region.max() + 1
    return region_changes(panel, region, n_regions=n_regions, treated=treated, base=BASE, post=POST)


def test_the_clustered_t_is_the_published_sandwich():
    panel, region = a_country(np.random.default_rng(1))
    change = panel.y[:, POST].mean(axis=1) - panel.y[:, BASE].mean(axis=1)
    chosen = assignments(np.array([0, 1]), candidates=np.arange(8))

    gap, found = t_by_assignment(changes_of(panel, region), chosen.rows)

    # Ordinary least squares on a constant and the treated, CRV1 by its definition.
    for row, estimate, t in zip(chosen.rows, gap, found, strict=True):
        x = np.column_stack([np.ones(region.size), np.isin(region, row)])
        bread = np.linalg.inv(x.T @ x)
        slope = (bread @ x.T @ change)[1]
        residual = change - x @ bread @ x.T @ change
        scores = np.array([x[region == g].T @ residual[region == g] for g in range(8)])
        n = region.size
        variance = bread @ scores.T @ scores @ bread * 8 / 7 * (n - 1) / (n - 2)
        assert estimate == pytest.approx(slope)
        assert t == pytest.approx(slope / np.sqrt(variance[1, 1]))


def test_with_two_starts_each_region_is_compared_in_its_own_window():
    panel, region = a_country(np.random.default_rng(2), starts=(6, 7))
    y = panel.y
    first = y[:, 6:].mean(axis=1) - y[:, :6].mean(axis=1)
    second = y[:, 7:].mean(axis=1) - y[:, :6].mean(axis=1)
    others = region > 1

    gap, _ = t_by_assignment(changes_of(panel, region), np.array([[0, 1]]))

    # Three authorities of the first region, eight of the second, each less its window's donors.
    own = (first[region == 0] - first[others].mean()).sum()
    own += (second[region == 1] - second[others].mean()).sum()
    assert gap[0] == pytest.approx(own / 11)


def test_the_interval_holds_the_effects_whose_p_is_above_alpha():
    panel, region = a_country(np.random.default_rng(3), effect=-4.0)
    chosen = assignments(np.array([0, 1]), candidates=np.arange(8))
    changes = changes_of(panel, region)

    effect, statistics = by_clustered_t(changes, chosen, alpha=0.1)

    def p_of(removed):
        return permutation_p(
            t_by_assignment(changes.without(removed), chosen.rows)[1], chosen.observed
        )

    assert effect.p_value == permutation_p(statistics, chosen.observed)
    for end, outward in ((effect.low, -0.01), (effect.high, 0.01)):
        assert p_of(end) > 0.1
        assert p_of(end + outward) <= 0.1


@pytest.mark.parametrize("lacking", [0, 5, 7])
def test_a_region_without_a_complete_authority_is_refused(lacking):
    panel, region = a_country(np.random.default_rng(4))
    panel.y[region == lacking, 0] = np.nan

    with pytest.raises(UnsuitablePanelError, match="no authority with a value"):
        changes_of(panel, region)


def test_with_too_few_pairs_it_says_not_attainable():
    panel, region = a_country(np.random.default_rng(5), sizes=(3, 4, 5, 6))
    chosen = assignments(np.array([0, 1]), candidates=np.arange(4))

    effect, _ = by_clustered_t(changes_of(panel, region), chosen)

    assert effect.note == "not attainable: 6 assignments give p no smaller than 0.167"
    assert effect.p_value >= 1 / 6
