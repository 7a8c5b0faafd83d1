"""Sets that explained a series better weigh more."""

from __future__ import annotations

import numpy as np

from models.forecasting.panel.mixture import mixed, shared_prior
from models.forecasting.panel.smoothing import Gains, Smoother, State

NOTHING = np.zeros((1, 1))


def levels(y, alphas):
    first = y[:, :1].T
    return Smoother(
        y=y.T,
        slots=np.zeros(y.shape[1], dtype=np.int64),
        began=np.zeros(len(y), dtype=np.int64),
        knee=np.full(len(y), np.inf),
        opening=State(first, np.zeros_like(first), np.zeros((1, *first.shape))),
        gains=Gains(
            np.array(alphas)[:, None], NOTHING, NOTHING, NOTHING, trended=False, seasonal=False
        ),
    )


def test_a_random_walk_follows_its_last_value_and_noise_its_mean():
    rng = np.random.default_rng(3)
    walk, noise = np.cumsum(rng.normal(0, 1, 200)), rng.normal(0, 1, 200)
    y = np.stack([walk, noise])

    found = mixed(
        levels(y, [0.02, 0.98]), prior=np.zeros(2), origins=np.array([200]), horizon=1
    ).points[0, :, 0]

    assert abs(found[0] - walk[-1]) < 0.2
    assert abs(found[1] - noise.mean()) < 0.3


def test_the_panel_learns_which_sets_serve_it():
    rng = np.random.default_rng(4)
    walks = np.cumsum(rng.normal(0, 1, (50, 80)), axis=1)

    prior = np.exp(shared_prior(levels(walks, [0.02, 0.5, 0.98]), until=80))

    assert np.isclose(prior.sum(), 1.0)
    assert prior[2] > 0.7
