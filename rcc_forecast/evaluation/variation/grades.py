"""Grades of homes set beside characteristics of the authorities in which they stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.variation import (
    GradeFit,
    NotExplainableError,
    fit_grades,
    shapley_forms,
    variance_shares,
)
from models.variation.ordinal import LOGISTIC_VARIANCE
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.variation.levels import (
    Levels,
    period_numbers,
    require_names,
    with_characteristics,
)
from rcc_forecast.evaluation.variation.rows import (
    NotComparedError,
    Standardised,
    Variation,
    assembled,
    coefficient_rows,
    share_rows,
    standardised,
)
from rcc_forecast.evaluation.variation.spec import VariationSpec

ORDINAL = "ordinal"
REGIONS, LEFT = "regions", "left"
_NOTES = {
    LEFT: "between homes, of the same authority too, with nothing named beside it",
    REGIONS: "regions of England, by averaging over orders with the groups",
}
_NOT_READ = "few homes each: no single authority is read"
_IN_REGIONS = "homes compared within regions; errors clustered by authority"


def grades_compared(cells: Cells, spec: VariationSpec) -> Variation:
    """Compare grades by a cumulative logit.

    Parameters
    ----------
    cells : Cells
        Of a panel in which each grade is a share with its counts.
    spec : VariationSpec
        With ``grades``.

    Returns
    -------
    Variation
        ``observed`` and ``expected`` of an authority are its mean grade, the lowest
        being 1.

    Raises
    ------
    UnknownNameError, NothingUsableError
        As for `comparing.variation_of`.
    """
    require_names(cells, spec)
    counts = _counts(cells, spec)
    ranks = np.arange(1, len(spec.grades) + 1)
    observed = pd.DataFrame({"observed": counts @ ranks / counts.sum(axis=1), "noise": 0.0})
    levels = with_characteristics(cells, spec, observed, noise_known=False)
    beside = standardised(levels, spec)
    own = counts.loc[levels.frame.index].to_numpy(dtype=np.int64)
    in_region = _columns_of_regions(levels)
    x = np.column_stack([beside.x, in_region])
    groups = [*beside.groups]
    if in_region.shape[1]:
        groups.append(np.arange(beside.x.shape[1], x.shape[1]))
    try:
        fit = fit_grades(own, x)
        forms = shapley_forms(x, groups=groups)
    except NotExplainableError as error:
        raise NotComparedError(needed=error.needed) from error
    coefficients = _coefficients(fit, beside, spec)
    shares = _shares(
        fit.coefficients, fit.covariance, forms, spec, regions=len(groups) > len(spec.explained_by)
    )
    authorities = _authorities(levels, expected=1 + fit.mean_grade(x))
    return assembled(spec, levels, ORDINAL, coefficients, shares, authorities)


def _coefficients(fit: GradeFit, beside: Standardised, spec: VariationSpec) -> pd.DataFrame:
    """Give the rows of characteristics; those of regions stand for what regions share."""
    k = beside.x.shape[1]
    notes = ("; ".join(each for each in (note, _IN_REGIONS) if each) for note in beside.notes)
    return coefficient_rows(
        fit.coefficients[:k],
        np.sqrt(np.diag(fit.covariance)[:k]),
        np.full(k, fit.degrees),
        beside=replace(beside, notes=tuple(notes)),
        outcome_sd=1.0,
        spec=spec,
    )


def _authorities(levels: Levels, *, expected: FloatArray) -> pd.DataFrame:
    seen = levels.frame["observed"].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "la_code": levels.frame.index.astype("str"),
            "region": levels.frame["region"].to_numpy(),
            "observed": seen,
            "expected": expected,
            "difference": seen - expected,
            "note": _NOT_READ,
        }
    )


def _counts(cells: Cells, spec: VariationSpec) -> pd.DataFrame:
    """Give homes by authority and grade, the lowest first."""
    number = period_numbers(cells, spec)[0]
    own = cells.frame[
        cells.frame["outcome"].isin(spec.grades)
        & (cells.frame["period"] == number)
        & cells.frame["numerator"].notna()
    ]
    table = own.pivot_table("numerator", index="la_code", columns="outcome", aggfunc="sum")
    table = table.reindex(columns=list(spec.grades)).fillna(0.0)
    if table.empty or not (table.sum(axis=1) > 0).any():
        raise NotComparedError(needed="grades with their counts (numerator), not shares alone")
    return table[table.sum(axis=1) > 0].round()


def _columns_of_regions(levels: Levels) -> FloatArray:
    """Give a column a region but the first, centred."""
    region = levels.frame["region"]
    names = sorted(region.unique())[1:]
    columns = np.array([(region == name).to_numpy(dtype=float) for name in names])
    return (
        np.asarray((columns - columns.mean(axis=1, keepdims=True)).T)
        if names
        else np.empty((len(region), 0))
    )


def _shares(
    coefficients: FloatArray,
    covariance: FloatArray,
    forms: FloatArray,
    spec: VariationSpec,
    *,
    regions: bool,
) -> pd.DataFrame:
    """Split the variance behind the grades; intervals by draws of the coefficients."""
    drawn = np.random.default_rng(spec.seed).multivariate_normal(
        coefficients, covariance, size=spec.draws, method="cholesky"
    )
    found, *redrawn = (
        variance_shares(
            slopes,
            covariance,
            forms=forms,
            between_regions=0.0,
            between_units=float(LOGISTIC_VARIANCE),
            noise=0.0,
        )
        for slopes in [coefficients, *drawn]
    )
    parts = [*spec.explained_by, *([REGIONS] if regions else []), LEFT]
    kept = [*range(len(parts) - 1), len(parts)]
    return share_rows(
        parts,
        found.all[kept],
        np.array([each.all[kept] for each in redrawn]),
        lambda part: _NOTES.get(part, ""),
    )
