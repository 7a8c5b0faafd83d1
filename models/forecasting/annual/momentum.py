"""Momentum of the whole panel, trusted as far as the panel's own years bear it out.

Years are few and share their shocks, so the trust starts at none (hold flat)
and grows with the evidence: a normal prior around zero on the regression of
each year's growth on the growth before it.
"""

from __future__ import annotations

import numpy as np

from models.forecast import FloatArray

YEAR_BEFORE = 0.4
"""Weight of each further year back in the growth that is carried on."""

DAMPING = 0.85
"""Share of growth that goes on from one year to the next."""

MOST = 0.75
"""No panel's momentum is carried on in full."""

PRIOR_VARIANCE = 0.25
"""Of the share of growth that goes on, around zero."""

PRIOR_YEARS = 2.0
"""Years of plain growth counted as noise, before the panel's own years speak."""


_FAR = 6.0
"""Changes further than this many robust standard deviations from the middle are pulled in."""


def ahead(horizon: int) -> FloatArray:
    """Give how many years' worth of today's pull acts by each lead, shape (horizon,)."""
    lead = np.arange(1, horizon + 1)
    return np.asarray((1 - DAMPING**lead) / (1 - DAMPING))


def panel_growth(observed: FloatArray, log_y: FloatArray) -> FloatArray:
    """Give the growth of the panel's total from each year to the next, without its outliers.

    Parameters
    ----------
    observed : ndarray, shape (n_series, n_periods)
        Logs; NaN where not known.
    log_y : ndarray, same shape
        The same with gaps carried forward; NaN before a series began.

    Returns
    -------
    ndarray, shape (n_periods - 1,)
        Log of the ratio over series known in the later year and begun in the
        earlier; 0 where there are none.
    """
    change = observed[:, 1:] - log_y[:, :-1]
    growth = np.zeros(change.shape[1])
    for year, found in enumerate(change.T):
        known = np.isfinite(found)
        if known.any():
            before = np.exp(log_y[known, year])
            after = before * np.exp(_far_ones_pulled_in(found[known]))
            growth[year] = np.log(after.sum() / before.sum())
    return growth


def _far_ones_pulled_in(change: FloatArray) -> FloatArray:
    """Keep one authority's slip of the pen from being everybody's momentum."""
    middle = float(np.median(change))
    usual = 1.4826 * float(np.median(np.abs(change - middle)))
    most = _FAR * usual if usual > 0 else np.inf
    return np.asarray(np.clip(change, middle - most, middle + most))


def carried_growth(growth: FloatArray) -> float:
    """Give the yearly growth of the panel that is expected to go on, before damping.

    Parameters
    ----------
    growth : ndarray, shape (n_years,)
        From `panel_growth`.
    """
    if len(growth) < 2:
        return 0.0
    recent = recent_growth(growth)
    before, after = recent[:-1], growth[1:]
    evidence = float(before @ before)
    if evidence <= 0:
        return 0.0
    share = float(before @ after) / evidence
    unexplained = float(((after - share * before) ** 2).sum())
    noise = (unexplained + PRIOR_YEARS * float(np.mean(growth**2))) / (len(after) + PRIOR_YEARS)
    trust = PRIOR_VARIANCE / (PRIOR_VARIANCE + noise / evidence)
    return float(np.clip(trust * share, 0.0, MOST)) * float(recent[-1])


def recent_growth(growth: FloatArray) -> FloatArray:
    """Give the mean growth up to each year, older years weighing less, shape (n_years,)."""
    age = np.arange(len(growth))[:, None] - np.arange(len(growth))
    weight = np.where(age >= 0, YEAR_BEFORE ** np.maximum(age, 0), 0.0)
    return np.asarray(weight @ growth / weight.sum(axis=1))
