"""Yearly panels, invented, each saying only what its test is about."""

from __future__ import annotations

import numpy as np

from models.forecasting.annual import AnnualPanel


def a_random_walk_panel(
    *, n_groups: int = 9, a_group: int = 12, n_years: int = 13, seed: int = 1
) -> AnnualPanel:
    """Give areas that wander by themselves, with their group and all together."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(n_groups), a_group)
    step = rng.normal(0, 0.08, (len(group), n_years))
    step += rng.normal(0, 0.02, (n_groups, n_years))[group] + rng.normal(0, 0.02, n_years)
    size = np.exp(rng.normal(6, 0.6, len(group)))[:, None]
    return AnnualPanel(np.round(size * np.exp(step.cumsum(axis=1))), group)


def a_growing_panel(
    *, n_series: int = 60, n_years: int = 12, growth: float = 0.08, seed: int = 2
) -> AnnualPanel:
    """Give areas whose growth goes on: some of it shared, some of it their own."""
    rng = np.random.default_rng(seed)
    own = rng.normal(growth, 0.04, (n_series, 1))
    noise = rng.normal(0, 0.02, (n_series, n_years))
    size = np.exp(rng.normal(6, 0.6, n_series))[:, None]
    years = np.arange(n_years)
    return AnnualPanel(
        np.round(size * np.exp(own * years + noise.cumsum(axis=1))), np.arange(n_series) % 6
    )


def a_panel_of_rates(*, n_years: int = 12, pull: float = 0.15, seed: int = 3) -> AnnualPanel:
    """Give areas whose rates per child drift back to their region's, with the children."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(8), 15)
    children = np.round(np.exp(rng.normal(10.5, 0.6, len(group))))
    region = rng.normal(-5, 0.3, 8)[group]
    rate = region + rng.normal(0, 0.4, len(group))
    y = np.zeros((len(group), n_years))
    for t in range(n_years):
        y[:, t] = np.round(children * np.exp(rate))
        rate = rate - pull * (rate - region) + rng.normal(0, 0.05, len(group))
    return AnnualPanel(y, group, np.repeat(children[:, None], n_years, axis=1))
