"""The forecast that is handed out: coherent means, calibrated quantiles, joint futures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm

from models.conformal import PROPORTION, Intervals, Likeness, PastErrors, spread
from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL, Measure
from rcc_forecast.forecasting.blend import COMBINATION
from rcc_forecast.forecasting.engine import Engine, MeasureEngine
from rcc_forecast.forecasting.explanation import explain_demand
from rcc_forecast.forecasting.means import Means, combined_means
from rcc_forecast.forecasting.meta import meta_of
from rcc_forecast.forecasting.nodes import kinds_of
from rcc_forecast.forecasting.structural import Futures, StructuralSpread
from rcc_forecast.forecasting.under import FuturesUnder, Under
from rcc_forecast.geography import Membership, name_of
from rcc_forecast.results.forecast import DemandBacktest, DemandForecast, DrawnFutures, Kinds
from rcc_forecast.results.hierarchy import Nodes, nodes_on
from rcc_forecast.tables.forecast import BACKTEST, FORECAST, QUANTILES

_LEVELS: FloatArray = np.array(list(QUANTILES.values()))
_FEW_NODES = 5
"""An authority that stands alone, or nearly, has no more independent errors than a region."""

_MONTHLY_DOUBT = 0.4
"""Where nothing is known of past errors: growth of the spread, in its unit, with √months."""


def forecast_demand(
    engine: Engine,
    backtest: DemandBacktest | None,
    *,
    membership: Membership,
    futures: Futures | None,
    under: Under | None = None,
    provenance: Mapping[str, object] | None = None,
    findings_count: int | None = None,
) -> DemandForecast:
    """Hand out the combined forecast of every node.

    Parameters
    ----------
    engine : Engine
        Everything forecast and judged.
    backtest : DemandBacktest, optional
        Its scores; None where history was too short for any.
    membership : Membership
        Co-operatives; each month's totals have the members of its last day.
    futures : Futures, optional
        Joint futures of the cohort as things are; None where the cohort could
        not run.
    under : Under, optional
        The cohort under a what-if, which moves the combined forecast by as
        much as it moves the cohort's; futures and intervals move in
        proportion, and grow wider where its assumptions are intervals.
    provenance : mapping, optional
        Of the run, for the metadata.
    findings_count : int, optional
        Findings of the whole run; those of the history when absent.

    Returns
    -------
    DemandForecast
        Means of cells sum to every total. Quantiles are calibrated level by
        level: they need not add up.
    """
    history, horizon = engine.history, engine.horizon
    months = pd.date_range(history.months[-1], periods=horizon + 1, freq="ME")[1:]
    drawn: DrawnFutures | None = futures
    frames, leaves = [], {}
    for measure, found in engine.measures.items():
        means = combined_means(engine, measure, under=under)
        leaves[measure] = means.leaves
        if measure == Measure.CHILDREN.value and futures and under and means.runs:
            drawn = FuturesUnder(futures, means.runs, under)
        frames.append(_figures(found, measure, means, futures, under))
        for span, nodes in _co_operatives(history.leaves, membership, months):
            frames.append(_figures_of_rcc(found, measure, nodes, span, means, futures, under))
    frame = _labelled(pd.concat(frames, ignore_index=True), months, membership)
    scored = backtest or DemandBacktest(
        frame=pd.DataFrame(columns=BACKTEST.names), origins=(), horizon=horizon, notes=engine.notes
    )
    return DemandForecast(
        frame=FORECAST.check(frame),
        futures=drawn,
        leaf_means=leaves,
        leaves=history.leaves,
        months=months,
        backtest=scored,
        explanation=explain_demand(engine, under=under),
        meta=meta_of(
            engine, scored, provenance=dict(provenance or {}), findings_count=findings_count
        ),
    )


def structural_spread(engine: Engine, futures: Futures | None) -> dict[str, StructuralSpread]:
    """Give, by measure, what intervals of regions and above are never narrower than."""
    if futures is None:
        return {}
    found = {}
    for measure, part in engine.measures.items():
        kinds = part.nodes.kinds
        found[measure] = futures.spread(part.nodes.summing, measure, only=_floored(kinds))
    return found


def _floored(kinds: Kinds) -> NDArray[np.bool_]:
    """Say which nodes' past errors are too few to trust alone, shape (n_nodes,)."""
    few = np.bincount(kinds.of_node, minlength=len(kinds.names)) < _FEW_NODES
    return np.asarray((kinds.totals.astype(np.bool_) | few)[kinds.of_node])


def _figures(
    found: MeasureEngine,
    measure: str,
    means: Means,
    futures: Futures | None,
    under: Under | None,
) -> pd.DataFrame:
    kinds, mean = found.nodes.kinds, means.nodes
    spread_of = _spread(futures, found.nodes.summing, measure, kinds, found.errors)
    quantiles = _quantiles(mean, found.errors, kinds, kinds, spread_of)
    quantiles = _widened(quantiles, mean, _doubt(means, found.nodes.summing, under))
    return _rows(found.nodes.frame, np.arange(mean.shape[1]), mean, quantiles, measure)


def _figures_of_rcc(
    found: MeasureEngine,
    measure: str,
    nodes: Nodes,
    span: IntArray,
    means: Means,
    futures: Futures | None,
    under: Under | None,
) -> pd.DataFrame:
    of_measure = nodes.for_measure(measure)
    rows = np.flatnonzero(of_measure.frame["area_level"] == "rcc")
    frame, summing = of_measure.frame.take(rows).reset_index(drop=True), of_measure.summing[rows]
    mean = np.asarray(summing @ means.leaves)
    # A co-operative is as large as a region, and its errors are taken to be like a region's.
    as_region = frame.assign(level=frame["level"].str.replace("rcc/", "region/"))
    kinds = kinds_of(as_region)
    spread_of = _spread(futures, summing, measure, kinds, found.errors)
    quantiles = _quantiles(mean, found.errors, found.nodes.kinds, kinds, spread_of)
    quantiles = _widened(quantiles, mean, _doubt(means, summing, under))
    return _rows(frame, span, mean[:, span], quantiles[:, :, span], measure)


def _spread(
    futures: Futures | None,
    summing: sparse.csr_array,
    measure: str,
    kinds: Kinds,
    errors: PastErrors | None,
) -> StructuralSpread | None:
    if futures is None:
        return None
    # Without past errors the futures are all there is, at every node.
    only = None if errors is None else _floored(kinds)
    return futures.spread(summing, measure, only=only)


def _quantiles(
    mean: FloatArray,
    errors: PastErrors | None,
    learned: Kinds,
    kinds: Kinds,
    spread_of: StructuralSpread | None,
) -> NDArray[np.float32]:
    structural = None if spread_of is None else spread_of.around(mean, _LEVELS)
    if errors is not None:
        intervals = errors.intervals(_LEVELS)
        return _for_kinds(intervals, learned, kinds).around(mean, structural=structural)
    if structural is None:
        structural = _default_doubt(mean)
    found = np.maximum(mean.astype(np.float32) + structural, 0.0)
    return np.asarray(np.maximum.accumulate(found, axis=0))


def _doubt(means: Means, summing: sparse.csr_array, under: Under | None) -> FloatArray | None:
    """Spread of nodes' means over what is drawn of interval assumptions, shape (n_nodes, horizon).

    None where no assumption is an interval.
    """
    if under is None or not means.runs:
        return None
    off = (under.weights - under.on_average) / np.sqrt(len(under.weights))
    _, size, axes = np.linalg.svd(off, full_matrices=False)
    nodes = [np.asarray(summing @ leaves) for leaves in means.runs]
    moved = np.einsum("cr,rnh->cnh", size[:, None] * axes, nodes)
    return np.asarray(np.sqrt(np.square(moved).sum(axis=0)))


def _widened(
    quantiles: NDArray[np.float32], mean: FloatArray, doubt: FloatArray | None
) -> NDArray[np.float32]:
    """Add the doubt of assumptions to that of the forecast, as independent doubts add."""
    if doubt is None:
        return quantiles
    score = norm.ppf(_LEVELS)
    own = (quantiles[-1] - quantiles[0]).astype(np.float64) / (score[-1] - score[0])
    certain = own <= 0
    wider = np.sqrt(
        1.0 + np.square(np.divide(doubt, own, out=np.zeros_like(doubt), where=~certain))
    )
    off = (quantiles - mean) * wider + np.where(certain, score[:, None, None] * doubt, 0.0)
    return np.asarray(np.maximum(mean + off, 0.0), dtype=np.float32)


def _for_kinds(intervals: Intervals, learned: Kinds, kinds: Kinds) -> Intervals:
    """Let nodes of the same levels as those learned from take their intervals."""
    place = {name: number for number, name in enumerate(learned.names)}
    of_node = np.array([place[name] for name in kinds.names], dtype=np.int64)[kinds.of_node]
    likeness = Likeness(of_node, intervals.likeness.totals, intervals.likeness.borrows)
    return replace(intervals, likeness=likeness)


def _default_doubt(mean: FloatArray) -> NDArray[np.float32]:
    lead = np.sqrt(np.arange(1, mean.shape[1] + 1))
    unit = spread(mean, np.full((len(mean), 1), PROPORTION)) * lead * _MONTHLY_DOUBT
    return np.asarray(norm.ppf(_LEVELS)[:, None, None] * unit, dtype=np.float32)


def _rows(
    frame: pd.DataFrame,
    span: IntArray,
    mean: FloatArray,
    quantiles: NDArray[np.float32],
    measure: str,
) -> pd.DataFrame:
    table = frame.loc[frame.index.repeat(len(span))].reset_index(drop=True)
    table["horizon"] = np.tile(span + 1, len(frame))
    table["mean"] = np.maximum(mean, 0.0).ravel()
    for name, values in zip(QUANTILES, quantiles, strict=True):
        table[name] = values.astype(np.float64).ravel()
    return table.assign(measure=measure, model=COMBINATION)


def _co_operatives(
    leaves: pd.DataFrame, membership: Membership, months: pd.DatetimeIndex
) -> Iterator[tuple[IntArray, Nodes]]:
    """Give the columns of each run of months with the same members, and its nodes."""
    members = [membership.on(month) for month in months]
    starts = [0] + [i for i in range(1, len(months)) if members[i] != members[i - 1]]
    for first, end in zip(starts, [*starts[1:], len(months)], strict=True):
        yield np.arange(first, end), nodes_on(leaves, membership=members[first])


def _members_on_the_date(
    frame: pd.DataFrame, months: pd.DatetimeIndex, membership: Membership
) -> NDArray[np.object_]:
    """Name the co-operative of each authority's row; totals keep what they have."""
    codes, code_of_row = np.unique(frame["local_authority"].to_numpy(object), return_inverse=True)
    by_month = [membership.on(day) for day in months]
    found = np.array([[members.get(str(code), "") for members in by_month] for code in codes])
    named = found[code_of_row, frame["horizon"].to_numpy() - 1].astype(object)
    return np.where(frame["local_authority"] == ALL, frame["rcc"].to_numpy(object), named)


def _labelled(
    frame: pd.DataFrame, months: pd.DatetimeIndex, membership: Membership
) -> pd.DataFrame:
    codes = frame["local_authority"].unique()
    names = {code: "" if code == ALL else name_of(str(code)) for code in codes}
    frame = frame.assign(
        month=months[frame["horizon"].to_numpy() - 1],
        local_authority_name=frame["local_authority"].map(names),
        rcc=_members_on_the_date(frame, months, membership),
    )
    return frame[FORECAST.names].sort_values(
        ["measure", "horizon"], kind="stable", ignore_index=True
    )
