"""Donald and Lang: treat region means as the data, and take t with few degrees of freedom.

Children and authorities of a region share its shocks, so tens of treated authorities
are two observations. Donald and Lang, "Inference with difference-in-differences and
other panel data", *Review of Economics and Statistics* 89 (2007).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from models.causal.base import (
    Columns,
    Effect,
    FloatArray,
    IntArray,
    Panel,
    UnsuitablePanelError,
    column_numbers,
    untreated,
)


def region_differences(
    panel: Panel, *, base: Columns, post: Columns
) -> tuple[FloatArray, IntArray, IntArray]:
    """Boil each region down to one number: its mean after the start less its mean before.

    Where the treated start at different times, a donor's number is the mean over
    their windows, and a treated region's is put beside them, so that the treated
    mean less the donors' mean is still the estimate.

    Parameters
    ----------
    panel : Panel
        One row a region.
    base, post : slice or ndarray of int
        Columns before and after; a treated region uses those on its side of its start.

    Returns
    -------
    differences : ndarray, shape (n_regions,)
        NaN for a region that is neither treated nor a complete donor.
    treated : ndarray of int, shape (n_treated,)
        Rows of the treated that have begun.
    donors : ndarray of int, shape (n_donors,)
        Rows of the donors.

    Raises
    ------
    UnsuitablePanelError
        No region has begun, one has no period on either side, or no donor is complete.
    """
    before, after = (column_numbers(columns, panel.n_periods) for columns in (base, post))
    begun = panel.treated[panel.treated_from[panel.treated] <= (after[-1] if after.size else -1)]
    if begun.size == 0:
        raise UnsuitablePanelError(
            estimator="Donald-Lang", reason="no region has begun treatment by the last period."
        )
    donors = untreated(panel, through=int(after[-1]))
    windows = [_window(panel, row, before, after) for row in begun]
    needed = np.unique(np.concatenate([np.concatenate(window) for window in windows]))
    donors = donors[~np.isnan(panel.y[np.ix_(donors, needed)]).any(axis=1)]
    if donors.size == 0:
        raise UnsuitablePanelError(
            estimator="Donald-Lang", reason="no untreated region is complete in these periods."
        )
    lent = np.array([_changes(panel.y[donors], *window) for window in windows])
    own = np.array(
        [_changes(panel.y[[row]], *window)[0] for row, window in zip(begun, windows, strict=True)]
    )
    differences = np.full(panel.n_units, np.nan)
    differences[donors] = lent.mean(axis=0)
    differences[begun] = own - lent.mean(axis=1) + lent.mean()
    return differences, begun, donors


def donald_lang(
    differences: FloatArray, *, treated: IntArray, donors: IntArray, alpha: float = 0.05
) -> Effect:
    """Compare the treated regions' mean change with the donors'.

    Parameters
    ----------
    differences : ndarray, shape (n_regions,)
        One number a region, as `region_differences` gives.
    treated, donors : ndarray of int
        Rows.
    alpha : float
        The interval covers with probability 1 - alpha.

    Returns
    -------
    Effect
        t with n_treated + n_donors - 2 degrees of freedom; without any, the
        estimate alone, and a note.
    """
    inside, outside = differences[treated], differences[donors]
    estimate = float(inside.mean() - outside.mean())
    freedom = inside.size + outside.size - 2
    if freedom < 1:
        return Effect(estimate, note="two regions leave nothing to learn the spread from")
    squares = ((inside - inside.mean()) ** 2).sum() + ((outside - outside.mean()) ** 2).sum()
    error = float(np.sqrt(squares / freedom * (1 / inside.size + 1 / outside.size)))
    reach = float(student.ppf(1 - alpha / 2, freedom)) * error
    p_value = float(2 * student.sf(abs(estimate) / error, freedom)) if error > 0 else float("nan")
    note = "" if error > 0 else "the regions do not vary at all"
    return Effect(estimate, error, estimate - reach, estimate + reach, p_value, note)


def as_if_units_were_independent(
    differences: FloatArray, *, treated: IntArray, donors: IntArray, alpha: float = 0.05
) -> Effect:
    """Give the usual authority-clustered t, which is wrong here: for a warning only.

    It takes the authorities of a region for independent. With region shocks of one
    point it finds effects that are not there in a third of panels;
    `models.causal.power.unit_level_false_positives` says how often in a given design.

    Parameters
    ----------
    differences : ndarray, shape (n_units,)
        One number an authority.
    treated, donors : ndarray of int
        Rows of authorities in treated and in untreated regions.
    alpha : float
        Of the interval.

    Returns
    -------
    Effect
    """
    inside, outside = differences[treated], differences[donors]
    if min(inside.size, outside.size) < 2:
        return Effect(float(inside.mean() - outside.mean()), note="too few authorities")
    n = inside.size + outside.size
    # Clusters of one unit: HC0 times N / (N - 1) * (N - 1) / (N - 2).
    variance = inside.var() / inside.size + outside.var() / outside.size
    error = float(np.sqrt(variance * n / (n - 2)))
    estimate = float(inside.mean() - outside.mean())
    reach = float(student.ppf(1 - alpha / 2, n - 1)) * error
    p_value = float(2 * student.sf(abs(estimate) / error, n - 1)) if error > 0 else float("nan")
    note = "wrong where authorities share their region's shocks: a warning, not a result"
    return Effect(estimate, error, estimate - reach, estimate + reach, p_value, note)


def _window(panel: Panel, row: int, before: IntArray, after: IntArray) -> tuple[IntArray, IntArray]:
    start, seen = panel.treated_from[row], ~np.isnan(panel.y[row])
    base = before[(before < start) & seen[before]]
    post = after[(after >= start) & seen[after]]
    if base.size == 0 or post.size == 0:
        raise UnsuitablePanelError(
            estimator="Donald-Lang",
            reason=f"a treated region has no period {'before' if base.size == 0 else 'after'} "
            f"its start.",
        )
    return base, post


def _changes(y: FloatArray, base: IntArray, post: IntArray) -> FloatArray:
    return np.asarray(y[:, post].mean(axis=1) - y[:, base].mean(axis=1))
