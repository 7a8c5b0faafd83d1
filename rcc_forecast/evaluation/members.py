"""The authorities inside the regions of an outcome, for inference that asks how many there are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.causal.base import NEVER, Effect, FloatArray, IntArray, Panel
from models.causal.randomisation import Assignments
from models.causal.region_t import by_clustered_t, region_changes
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design, grid_of


@dataclass(frozen=True, slots=True)
class Members:
    """One outcome of every authority, and the region it counts in.

    Attributes
    ----------
    region : ndarray of str, shape (n_units,)
        Its newest region; the authority itself where authorities are compared.
    periods : ndarray of int, shape (n_periods,)
        Numbers of the calendar, ascending.
    y : ndarray, shape (n_units, n_periods)
        NaN where missing.
    children : ndarray, shape (n_units,)
        Mean denominator a period; 1 where none is given.
    """

    region: NDArray[np.str_]
    periods: IntArray
    y: FloatArray
    children: FloatArray


def members_of(cells: Cells, outcome: str, spec: Spec) -> Members:
    """Lay an outcome out by authority.

    Parameters
    ----------
    cells : Cells
        Of the panel, in the regions to use.
    outcome : str
        Outcome of the panel.
    spec : Spec
        Which says whether regions or authorities are compared.
    """
    grid = grid_of(cells, outcome, unit="authority")
    region = regions_of(cells, outcome, grid.names, spec)
    return Members(region, grid.periods, grid.y, grid.children)


def regions_of(cells: Cells, outcome: str, names: tuple[str, ...], spec: Spec) -> NDArray[np.str_]:
    """Give the unit of inference of each authority: its newest region, or itself."""
    if spec.unit == "authority":
        return np.array(names, dtype=str)
    rows = cells.frame[cells.frame["outcome"] == outcome]
    newest = rows.drop_duplicates("la_code", keep="last").set_index("la_code")["region"]
    return newest.reindex(list(names)).to_numpy(dtype=object).astype(str)


def judged_by_t(
    design: Design,
    members: Members | None,
    chosen: Assignments,
    *,
    alpha: float,
    interval: bool = True,
) -> tuple[Effect, FloatArray]:
    """Judge a design by the region-clustered t of its authorities' mean change.

    Parameters
    ----------
    design : Design
        Its regions are those of `chosen`; children weigh where they weigh there.
    members : Members, optional
        Of the same outcome; without them each region counts as one authority.
    chosen : Assignments
        Of the design's rows.
    alpha : float
        Of the interval.
    interval : bool
        Whether to make the interval.

    Returns
    -------
    effect : Effect
        Of the authorities' mean.
    statistics : ndarray, shape (n_assignments,)
        t under every assignment.

    Raises
    ------
    UnsuitablePanelError
        A region has no authority with all values.
    """
    panel, region = _inside(design, members)
    changes = region_changes(
        panel,
        region,
        n_regions=design.panel.n_units,
        treated=design.treated,
        base=design.base,
        post=design.post,
    )
    return by_clustered_t(changes, chosen, alpha=alpha, interval=interval)


def _inside(design: Design, members: Members | None) -> tuple[Panel, IntArray]:
    """Give the authorities of the design's regions in its periods, with each one's region."""
    if members is None:
        return design.panel, np.arange(design.panel.n_units)
    place = {name: row for row, name in enumerate(design.grid.names)}
    region = np.array([place.get(str(name), NEVER) for name in members.region], dtype=np.int64)
    kept = region != NEVER
    columns = np.searchsorted(members.periods, design.grid.periods)
    weighs = bool((design.panel.weight != 1.0).any())
    children = members.children[kept] if weighs else np.ones(int(kept.sum()))
    y = members.y[np.ix_(np.flatnonzero(kept), columns)]
    return Panel(y, design.panel.treated_from[region[kept]], children), region[kept]
