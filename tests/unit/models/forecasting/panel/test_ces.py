"""Complex smoothing follows its two equations."""

from __future__ import annotations

import numpy as np

from models.forecasting.panel.ces import ComplexSmoother
from models.forecasting.panel.mixture import mixed
from models.forecasting.panel.smoothing import State

REAL, IMAGINARY = 1.3, 1.01


def test_states_and_forecasts_follow_the_equations():
    y = np.array([10.0, 12.0, 11.0, 13.0, 12.5])
    found = ComplexSmoother(
        y=y[:, None].astype(np.float32),
        slots=np.zeros(5, dtype=np.int64),
        began=np.zeros(1, dtype=np.int64),
        knee=np.full(1, np.inf),
        opening=State(np.full((1, 1), 10.0), np.zeros((1, 1)), np.zeros((1, 1, 1))),
        grid=np.array([[REAL], [IMAGINARY], [0.0]], dtype=np.float32),
        seasonal=False,
    )

    points = mixed(found, prior=np.zeros(1), origins=np.array([5]), horizon=4).points[0, 0]

    level, hidden = 10.0, 10.0 / REAL
    for value in y:
        error = value - level
        level, hidden = (
            level - (1 - IMAGINARY) * hidden + (REAL - IMAGINARY) * error,
            level + (1 - REAL) * hidden + (REAL + IMAGINARY) * error,
        )
    for lead in range(4):
        np.testing.assert_allclose(points[lead], level, rtol=1e-5)
        level, hidden = level - (1 - IMAGINARY) * hidden, level + (1 - REAL) * hidden
