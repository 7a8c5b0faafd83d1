"""What stands behind each synthetic comparison: its weights, its path, and those of placebos."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.causal.base import NEVER, FloatArray, IntArray, Panel
from models.errors import ModelError
from rcc_forecast.evaluation.fitting import SYNTHETIC, Fits, generator
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.stages import Design

_IN_SPACE = "synthetic_control"
"""Estimator whose placebos are drawn: levels are compared, so that a gap can be seen."""

_MOST_LINES = 60
"""Untreated units with a line of their own; of more, so many are drawn."""


def weight_rows(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    """Give the weights of donors and periods behind each synthetic comparison.

    Parameters
    ----------
    fits : Fits
        Of the outcome.
    calendar : Calendar
        Of the periods.

    Returns
    -------
    DataFrame
        A `WEIGHTS` table without its stamp, `outcome` left to the caller.
    """
    design = fits.design
    if not design.has_begun:
        return pd.DataFrame()
    parts = []
    names = np.array(design.grid.names)
    periods = np.array([calendar.name(number) for number in design.grid.periods])
    for estimator, fit in fits.made(SYNTHETIC):
        for place, row in enumerate(fit.treated):
            for kind, labels, weights in (
                ("donor", names, fit.donor_weights[place]),
                ("period", periods, fit.period_weights[place]),
            ):
                used = np.flatnonzero(np.abs(weights) > 1e-9)
                parts.append(
                    pd.DataFrame(
                        {
                            "estimator": estimator,
                            "region": names[row],
                            "kind": kind,
                            "name": labels[used],
                            "weight": weights[used],
                        }
                    )
                )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def path_rows(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    """Give every treated unit beside its synthetic comparisons, period by period.

    Parameters
    ----------
    fits : Fits
        Of the outcome.
    calendar : Calendar
        Of the periods.

    Returns
    -------
    DataFrame
        A `PATHS` table without its stamp, `outcome` left to the caller; the
        comparison is moved by the level that it is compared in, where it is.
    """
    design = fits.design
    if not design.has_begun:
        return pd.DataFrame()
    periods = [calendar.name(number) for number in design.grid.periods]
    parts = []
    for estimator, fit in fits.made(SYNTHETIC):
        for place, row in enumerate(fit.treated):
            seen = design.panel.y[row]
            parts.append(
                pd.DataFrame(
                    {
                        "estimator": estimator,
                        "region": design.grid.names[row],
                        "period": periods,
                        "phase": _phases(design, int(row)),
                        "treated": seen,
                        "synthetic": seen - fit.gaps[place],
                        "gap": fit.gaps[place],
                    }
                )
            )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _phases(design: Design, row: int) -> list[str]:
    """Say of each column whether it is compared: base, after its own start, or neither."""
    start = int(design.panel.treated_from[row])
    columns = np.arange(design.panel.n_periods)
    phases = np.full(columns.size, "between", dtype="<U7")
    phases[np.isin(columns, design.base) & (columns < start)] = "base"
    phases[np.isin(columns, design.post) & (columns >= start)] = "after"
    return [str(phase) for phase in phases]


def placebo_gap_rows(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    """Give the gap of every region to its own synthetic control, treated or not.

    Untreated regions are matched as if they had begun when the first of the treated
    did, from the other untreated regions alone.

    Parameters
    ----------
    fits : Fits
        Of the outcome.
    calendar : Calendar
        Of the periods.

    Returns
    -------
    DataFrame
        A `PLACEBO_GAPS` table without its stamp, `outcome` left to the caller; the
        treated come first.
    """
    design = fits.design
    if not design.has_begun:
        return pd.DataFrame()
    try:
        true = fits.of(_IN_SPACE)
    except ModelError:
        return pd.DataFrame()
    others = _some_untreated(fits)
    gaps = [*true.gaps, *(_gap_of(fits, int(row)) for row in others)]
    periods = [calendar.name(number) for number in design.grid.periods]
    parts = [
        pd.DataFrame(
            {
                "region": design.grid.names[row],
                "is_treated": int(row in design.treated),
                "period": periods,
                "gap": gap,
            }
        )
        for row, gap in zip([*true.treated, *others], gaps, strict=True)
        if gap is not None
    ]
    return pd.concat(parts, ignore_index=True).assign(estimator=_IN_SPACE)


def _some_untreated(fits: Fits) -> IntArray:
    untreated = np.flatnonzero(fits.design.panel.treated_from == NEVER)
    if untreated.size <= _MOST_LINES:
        return untreated
    rng = generator(fits.spec, "lines")
    return np.sort(rng.choice(untreated, size=_MOST_LINES, replace=False))


def _gap_of(fits: Fits, row: int) -> FloatArray | None:
    """Fit one untreated unit as the treated one; None where it cannot be."""
    panel, treated = fits.design.panel, fits.design.treated
    y = panel.y.copy()
    y[treated] = np.nan  # units without values lend nothing
    treated_from = np.full(panel.n_units, NEVER)
    treated_from[row] = panel.treated_from[treated].min()
    estimator = fits.estimator(_IN_SPACE)
    try:
        alone = Panel(y, treated_from, panel.weight)
        fit = estimator(alone, base=fits.design.base, post=fits.design.post)
    except ModelError:
        return None
    return np.asarray(fit.gaps[0])
