"""Panels of units and periods for estimators of effects, and the published examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.causal.base import NEVER, Estimator, FloatArray, IntArray, Panel
from models.causal.randomisation import assignments
from models.causal.unit_placebo import Placebos, fit_placebos
from tests.builders.reference import reference_data


def a_panel(
    y: FloatArray,
    treated: dict[int, int] | None = None,
    weight: Sequence[float] | None = None,
) -> Panel:
    """A panel whose units are untreated but for `treated`: row -> first treated column."""
    y = np.asarray(y, dtype=float)
    treated_from = np.full(y.shape[0], NEVER)
    for row, start in (treated or {}).items():
        treated_from[row] = start
    return Panel(y, treated_from, np.ones(len(y)) if weight is None else np.asarray(weight, float))


def placebos_of(
    estimator: Estimator,
    panel: Panel,
    *,
    base: IntArray,
    post: IntArray,
    most: int = 10_000,
    seed: int = 0,
) -> Placebos:
    """Every choice of units in the place of the treated ones, or `most` draws of them."""
    chosen = assignments(
        panel.treated,
        candidates=np.arange(panel.n_units),
        starts=panel.treated_from[panel.treated],
        most=most,
        rng=np.random.default_rng(seed),
    )
    true = estimator(panel, base=base, post=post)
    return fit_placebos(estimator, panel, chosen, base=base, post=post, true=true)


def regions_with_shocks(
    rng: np.random.Generator, *, n_units: int = 14, n_periods: int = 10, n_factors: int = 3
) -> FloatArray:
    """Shares near 20% that move with common factors and shocks of their own."""
    loadings = rng.normal(size=(n_units, n_factors))
    factors = rng.normal(size=(n_factors, n_periods)).cumsum(axis=1)
    own = rng.normal(size=(n_units, n_periods))
    return 20.0 + loadings @ factors + own


def california() -> tuple[Panel, IntArray]:
    """Cigarette packs a head in 39 states; California taxed them from 1989."""
    table = pd.read_csv(reference_data("evaluation/california_prop99.csv"), sep=";")
    wide = table.pivot_table(index="State", columns="Year", values="PacksPerCapita")
    years = wide.columns.to_numpy(dtype=np.int64)
    start = int(np.flatnonzero(years == 1989)[0])
    return a_panel(wide.to_numpy(), {wide.index.get_loc("California"): start}), years


def basque() -> tuple[Panel, FloatArray, IntArray, list[str]]:
    """GDP a head of 17 Spanish regions, and what the published match was made on."""
    table = pd.read_csv(reference_data("evaluation/basque.csv"))
    table = table[~table["regionname"].str.startswith("Spain")]
    wide = table.pivot_table(index="regionname", columns="year", values="gdpcap")
    names, years = list(wide.index), wide.columns.to_numpy(dtype=np.int64)

    def averaged(columns: list[str], periods: range) -> pd.DataFrame:
        seen = table[table["year"].isin(periods)]
        return seen.groupby("regionname")[columns].mean().reindex(names)

    schooling = [f"school.{level}" for level in ("illit", "prim", "med", "high", "post.high")]
    sectors = [column for column in table.columns if column.startswith("sec.")]
    predictors = pd.concat(
        [
            averaged([*schooling, "invest"], range(1964, 1970)),
            averaged(["gdpcap"], range(1960, 1970)),
            averaged(sectors, range(1961, 1970, 2)),
            averaged(["popdens"], range(1969, 1970)),
        ],
        axis=1,
    ).to_numpy()
    own = next(row for row, name in enumerate(names) if name.startswith("Basque"))
    start = int(np.flatnonzero(years == 1970)[0])
    return a_panel(wide.to_numpy(), {own: start}), predictors, years, names


def counties() -> tuple[Panel, FloatArray]:
    """Log teenage employment of 500 counties, 2003 to 2007, and log population."""
    table = pd.read_csv(reference_data("evaluation/mpdta.csv"))
    wide = table.pivot_table(index="countyreal", columns="year", values="lemp")
    by_county = table.groupby("countyreal")
    first = by_county["first.treat"].first().to_numpy(dtype=np.int64)
    treated_from = np.where(first > 0, first - int(wide.columns[0]), NEVER)
    population = by_county["lpop"].first().to_numpy()[:, None]
    return Panel(wide.to_numpy(), treated_from, np.ones(len(wide))), population
