"""An outcome of authorities set beside their characteristics, with what regions share."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.forecast import FloatArray, IntArray
from models.variation import (
    NotExplainableError,
    RegionFit,
    drawn_shares,
    fit_with_regions,
    shapley_forms,
    variance_shares,
)
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.variation.levels import Levels, levels_of
from rcc_forecast.evaluation.variation.rows import (
    ENDS,
    NotComparedError,
    Variation,
    assembled,
    coefficient_rows,
    share_rows,
    standardised,
)
from rcc_forecast.evaluation.variation.spec import VariationSpec

MIXED = "mixed_linear"
REGIONS, LASTING, PASSING = "regions", "lasting", "passing"

_NOTES = {
    REGIONS: "shared within regions beyond what is named; few regions say little of it",
    LASTING: "of single authorities, lasting over the periods, with nothing named beside it",
    PASSING: "from period to period, or by the chance of small counts",
}
_NOT_TOLD_APART = (
    "without several periods or counts what lasts and what passes cannot be told apart, "
    "so that no single authority is read"
)


def levels_compared(cells: Cells, spec: VariationSpec) -> Variation:
    """Compare levels by a linear model with what regions share.

    Parameters
    ----------
    cells : Cells
        Of the panel.
    spec : VariationSpec
        With ``outcome``.

    Returns
    -------
    Variation
        ``observed`` and ``expected`` of an authority are in the outcome's own unit.

    Raises
    ------
    UnknownNameError, NothingUsableError
        As for `comparing.variation_of`.
    """
    levels = levels_of(cells, spec)
    beside = standardised(levels, spec)
    with_one = np.column_stack([np.ones(len(levels.frame)), beside.x])
    regions = np.unique(levels.frame["region"].to_numpy(dtype=str), return_inverse=True)[1]
    y, noise = (levels.frame[name].to_numpy(dtype=float) for name in ("observed", "noise"))
    try:
        fit = fit_with_regions(y, with_one, regions=regions, noise=noise)
        forms = shapley_forms(beside.x, groups=beside.groups)
    except NotExplainableError as error:
        raise NotComparedError(needed=error.needed) from error
    shares = _shares(fit, with_one, regions, noise, forms, levels, spec)
    authorities = _authorities(fit, levels, logarithm=spec.logarithm)
    coefficients = coefficient_rows(
        fit.coefficients[1:],
        np.sqrt(np.diag(fit.covariance)[1:]),
        fit.degrees[1:],
        beside=beside,
        outcome_sd=float(y.std()),
        spec=spec,
    )
    return assembled(spec, levels, MIXED, coefficients, shares, authorities)


def _shares(
    fit: RegionFit,
    with_one: FloatArray,
    regions: IntArray,
    noise: FloatArray,
    forms: FloatArray,
    levels: Levels,
    spec: VariationSpec,
) -> pd.DataFrame:
    found = variance_shares(
        fit.coefficients[1:],
        fit.covariance[1:, 1:],
        forms=forms,
        between_regions=fit.between_regions,
        between_units=fit.between_units,
        noise=float(noise.mean()),
    )
    drawn = drawn_shares(
        fit.coefficients,
        fit.covariance,
        x=with_one,
        regions=regions,
        noise=noise,
        between_regions=fit.between_regions,
        between_units=fit.between_units,
        forms=forms,
        draws=spec.draws,
        rng=np.random.default_rng(spec.seed),
    )
    parts = [*spec.explained_by, REGIONS, LASTING, PASSING]
    rows = share_rows(parts, found.all, drawn, lambda part: _NOTES.get(part, ""))
    if levels.noise_known:
        return rows
    rows.loc[rows["part"] == LASTING, "note"] = _NOT_TOLD_APART
    return rows[rows["part"] != PASSING]


def _authorities(fit: RegionFit, levels: Levels, *, logarithm: bool) -> pd.DataFrame:
    """Give each authority beside what is expected; read only where the noise is known."""
    observed = levels.frame["observed"].to_numpy(dtype=float)

    def in_own_unit(deviation: FloatArray) -> FloatArray:
        """Give what lies beyond the expected; from logarithms it is a multiple of that."""
        return np.exp(fit.expected) * np.expm1(deviation) if logarithm else deviation

    expected = np.exp(fit.expected) if logarithm else fit.expected
    rows = pd.DataFrame(
        {
            "la_code": levels.frame.index.astype("str"),
            "region": levels.frame["region"].to_numpy(),
            "observed": np.exp(observed) if logarithm else observed,
            "expected": expected,
            "difference": in_own_unit(observed - fit.expected),
        }
    )
    if not levels.noise_known:
        return rows.assign(note=_NOT_TOLD_APART)
    alone, for_all = norm.ppf(ENDS[1]), norm.ppf(1 - (1 - ENDS[1]) / len(rows))
    low, high = (fit.deviation + side * for_all * fit.deviation_sd for side in (-1, 1))
    return rows.assign(
        unexplained=in_own_unit(fit.deviation),
        low=in_own_unit(fit.deviation - alone * fit.deviation_sd),
        high=in_own_unit(fit.deviation + alone * fit.deviation_sd),
        low_for_all=in_own_unit(low),
        high_for_all=in_own_unit(high),
        of_region=in_own_unit(fit.of_region),
        reading=np.where(low > 0, "above", np.where(high < 0, "below", "as expected")),
        note="",
    )
