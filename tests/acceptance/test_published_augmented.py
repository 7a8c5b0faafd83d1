"""Mixtures, plain and ridge-augmented, match the authors' package on the Basque Country.

Figures: the tests of augsynth (Ben-Michael, Feller & Rothstein), where the Basque Country
is treated from 1975, all years before are matched and no predictor is. The mean is over
all years from 1955, as that package's summary gives it. The data stay outside the project.
"""

from __future__ import annotations

import numpy as np
import pytest

from models.causal import synthetic_control
from models.causal.ridge_augmented import _corrections
from tests.builders.causal import a_panel, basque

BEFORE, AFTER = slice(0, 20), slice(20, None)  # 1955-1974, 1975-1997


def the_basque_country_from_1975():
    panel, _, _, _ = basque()
    return a_panel(panel.y, {int(panel.treated[0]): 20})


def imbalance(gaps):
    return float(np.sqrt(np.square(gaps[BEFORE]).sum()))


def test_the_mixture_has_the_published_gap_and_imbalance():
    fit = synthetic_control(the_basque_country_from_1975(), base=BEFORE, post=AFTER)

    assert fit.gaps[0].mean() == pytest.approx(-0.3686, abs=1e-4)
    assert imbalance(fit.gaps[0]) == pytest.approx(0.377, abs=1e-3)


def test_the_augmented_mixture_has_theirs_at_the_published_penalty():
    panel = the_basque_country_from_1975()
    own = int(panel.treated[0])
    donors, target = np.delete(panel.y, own, axis=0), panel.y[own]
    fit = synthetic_control(panel, base=BEFORE, post=AFTER)
    mixture = np.delete(fit.donor_weights[0], own)

    centred = (donors - donors.mean(axis=0))[:, BEFORE]
    added = _corrections(centred, fit.gaps[0][BEFORE], np.array([8.0]))[0]

    gaps = target - (mixture + added) @ donors
    assert gaps.mean() == pytest.approx(-0.3696, abs=1e-3)
    assert imbalance(gaps) == pytest.approx(0.373, abs=1e-3)
