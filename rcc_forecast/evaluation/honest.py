"""How far could trends have bent before the finding goes? The honest interval, by M.

Parallel trends are an assumption. Here the difference in trends may change its
slope by up to M from one period to the next, and the interval covers whatever
it did within that. M is given in the sizes of bend that were seen before.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from models.causal.sensitivity import EventStudy, breakdown_smoothness, smoothness_interval
from models.causal.shocks import estimate_shocks, event_study_covariance
from models.errors import ModelError
from rcc_forecast.evaluation.estimating import reason_of
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.planning import before_of
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design

_BENDS = (0.0, 0.25, 0.5, 1.0)
"""M as a share of the largest bend seen before; 0 allows a straight difference in trends."""

_SMOOTHNESS = "smoothness"


def sensitivity_rows(design: Design, cells: Cells, spec: Spec) -> pd.DataFrame:
    """Give honest intervals for the mean effect since delivery, and the M at which it goes.

    Parameters
    ----------
    design : Design
        Of the primary outcome.
    cells : Cells
        Of the panel, in the regions to use.
    spec : Spec
        With alpha.

    Returns
    -------
    DataFrame
        A `SENSITIVITY` table without its stamp.
    """
    reason = _reason_against(design)
    if reason:
        return _unmade(spec, reason)
    try:
        study, target = _event_study(design, cells, spec)
        largest = _largest_bend(study)
        rows = []
        for share in _BENDS:
            found = smoothness_interval(
                study, smoothness=share * largest, target=target, alpha=spec.alpha
            )
            note = f"{share:g} of the largest bend before" if share else "straight lines may differ"
            rows.append({"m": share * largest, "low": found.low, "high": found.high, "note": note})
        broken = breakdown_smoothness(study, target=target, alpha=spec.alpha)
    except ModelError as error:
        return _unmade(spec, reason_of(error))
    rows.append({"m": broken, "breakdown": 1, "note": "from here on zero lies in the interval"})
    table = pd.DataFrame(rows).assign(outcome=spec.primary, restriction=_SMOOTHNESS)
    return table.assign(breakdown=table["breakdown"].fillna(0).astype(int))


def _reason_against(design: Design) -> str:
    if not design.has_begun:
        return "no treated unit has a whole period since delivery"
    if design.treated.size == design.panel.n_units:
        return "no unit is left to compare with"
    if np.unique(design.panel.treated_from[design.treated]).size > 1:
        return "treated units start at different times"
    if (np.diff(design.grid.periods[design.base[0] :]) != 1).any():
        return "periods are missing in between"
    if design.base.size < 3 or (np.diff(design.base) != 1).any():
        return "fewer than three periods in a row before"
    return ""


def _event_study(design: Design, cells: Cells, spec: Spec) -> tuple[EventStudy, np.ndarray]:
    """Compare with the last base period; periods of anticipation are there but not asked for."""
    treated = np.zeros(design.panel.n_units, dtype=bool)
    treated[design.treated] = True
    y = design.panel.y
    gap = y[treated].mean(axis=0) - y[~treated].mean(axis=0)
    reference = int(design.base[-1])
    change = gap - gap[reference]
    last = int(design.post[-1])
    before, after = change[design.base[:-1]], change[reference + 1 : last + 1]
    if np.isnan(before).any() or np.isnan(after).any():
        raise _gap_error()
    asked = np.isin(np.arange(reference + 1, last + 1), design.post).astype(float)
    known = before_of(cells, spec, spec.primary)
    inference = {name: place for place, name in enumerate(known.names)}
    names = np.array(design.grid.names)
    covariance = event_study_covariance(
        estimate_shocks(known.recent, known.learned_from),
        known.units,
        treated=np.array([inference[name] for name in names[treated] if name in inference]),
        donors=np.array([inference[name] for name in names[~treated] if name in inference]),
        n_before=before.size,
        n_after=after.size,
    )
    return EventStudy(before, after, covariance), asked / asked.sum()


def _gap_error() -> ModelError:
    return ModelError("a period compared has no value")


def _largest_bend(study: EventStudy) -> float:
    whole = np.append(study.before, 0.0)
    return float(np.abs(np.diff(whole, n=2)).max()) if whole.size > 2 else 0.0


def _unmade(spec: Spec, reason: str) -> pd.DataFrame:
    return pd.DataFrame(
        [{"outcome": spec.primary, "restriction": _SMOOTHNESS, "m": math.nan, "note": reason}]
    )
