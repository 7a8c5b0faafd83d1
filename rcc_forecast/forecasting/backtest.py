"""Candidates forecast past years as they were then known; the best one is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.backtest import Backtest, Origin, choose_model, rolling_origin
from models.forecast import IntArray
from rcc_forecast.codes import Measure
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting.candidates import candidates
from rcc_forecast.forecasting.rows import (
    Rows,
    bucket_name,
    kinds_of,
    lead_buckets,
    rows_of,
)
from rcc_forecast.forecasting.scoring import learned_stretch, scores
from rcc_forecast.geography import Membership
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.forecast import DemandBacktest, MeasureBacktest
from rcc_forecast.results.hierarchy import Nodes, nodes_on
from rcc_forecast.tables.forecast import BACKTEST

_SHORTEST_PAST = 13
"""Month ends before an origin: a rate over a year needs thirteen."""

_STREAM = 1
"""Backtests draw from a stream of their own, beside the forecast's."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A history as it was held then, and the column of the present one where it ended."""

    history: DemandHistory
    column: int


def backtest_demand(
    history: DemandHistory,
    known: Sequence[DemandHistory],
    *,
    membership: Membership,
    horizon: int = 24,
    n_paths: int = 200,
    seed: int = 0,
    forecasters: Sequence[str] | None = None,
    progress: Callable[[str], None] | None = None,
) -> DemandBacktest:
    """Score every candidate on the past, and choose one for each measure.

    Parameters
    ----------
    history : DemandHistory
        What is known today: the truth of every past forecast.
    known : sequence of DemandHistory
        Histories as they were held at past as-of days. Backtests on today's
        data flatter, since ends recorded late were not known then.
    membership : Membership
        Co-operatives; past totals have the members of today.
    horizon : int
        Months ahead. Where the truth is not known yet it is not scored.
    n_paths : int
        Futures a forecast.
    seed : int
        Of all chance.
    forecasters : sequence of str, optional
        Candidates by name; all of them when absent. Hold flat is always one.
    progress : callable, optional
        Told in words what is being done.

    Returns
    -------
    DemandBacktest
        Scores by level and lead, and one model a measure.

    Raises
    ------
    NothingUsableError
        No past as-of day has a year behind it and a month after it.
    UnknownNameError
        There is no forecaster of that name.
    """
    pasts = _usable(history, known)
    if not pasts:
        raise NothingUsableError(
            wanted="A backtest",
            reason="no past return has a year of months before it and one after it.",
        )
    nodes = nodes_on(history.leaves, membership=membership.for_history(history.as_of))
    asked = candidates(forecasters)
    bucket = lead_buckets(horizon)
    names = [bucket_name(place, horizon) for place in range(int(bucket.max()) + 1)]
    measures, tables = {}, []
    for number, measure in enumerate(kind.value for kind in Measure):
        rows = rows_of(history.leaves, measure)
        of_measure = nodes.for_measure(measure)
        errors = rolling_origin(
            (_origin(history, past, rows, measure, horizon) for past in pasts),
            asked,
            totals=rows.totals(of_measure),
            horizon=horizon,
            n_paths=n_paths,
            rng=np.random.default_rng([seed, _STREAM, number]),
            progress=None if progress is None else _prefixed(progress, measure),
        )
        judged = _judged(errors, of_measure, rows.totals(of_measure), bucket)
        measures[measure] = judged
        tables.append(
            scores(
                errors,
                labels=of_measure.frame,
                kinds=judged.kinds,
                bucket=bucket,
                bucket_names=names,
                chosen=judged.chosen,
                measure=measure,
            )
        )
    table = pd.concat(tables, ignore_index=True).assign(note=lambda frame: frame["note"].fillna(""))
    return DemandBacktest(
        frame=BACKTEST.check(table),
        measures=measures,
        origins=tuple(past.history.as_of for past in pasts),
        horizon=horizon,
        notes=_notes(pasts, known, history, horizon),
    )


def _usable(history: DemandHistory, known: Sequence[DemandHistory]) -> list[_Known]:
    months = history.months.to_period("M")
    pasts = []
    for past in sorted(known, key=lambda held: held.as_of):
        last = past.months[-1].to_period("M")
        column = int(months.get_indexer(pd.PeriodIndex([last]))[0])
        if len(past.months) >= _SHORTEST_PAST and 0 <= column < len(months) - 1:
            pasts.append(_Known(past, column))
    return pasts


def _origin(history: DemandHistory, past: _Known, rows: Rows, measure: str, horizon: int) -> Origin:
    truth = np.full((len(rows.first_leaf), horizon), np.nan)
    came = rows.added(history.corrected[measure][:, past.column + 1 : past.column + 1 + horizon])
    truth[:, : came.shape[1]] = came
    then = rows_of(past.history.leaves, measure)
    return Origin(rows.taking(then.panel(past.history, measure), of=then), truth)


def _judged(errors: Backtest, nodes: Nodes, totals: Any, bucket: IntArray) -> MeasureBacktest:
    """Choose the model of one measure, and calibrate every candidate."""
    kinds, distinct = kinds_of(nodes), _distinct(totals)
    levels = [distinct & (kinds.of_node == kind) for kind in range(len(kinds.names))]
    chosen = choose_model(errors, levels)
    return MeasureBacktest(errors, kinds, chosen, learned_stretch(errors, kinds, bucket))


def _distinct(totals: Any) -> NDArray[np.bool_]:
    """Say which nodes are no other under a second name, as one region is of itself.

    Returns of a single region would else count its total three times over:
    as region, as co-operative and as England.
    """
    seen: set[bytes] = set()
    first = np.zeros(totals.shape[0], dtype=bool)
    rows = totals.sorted_indices()
    for node, (start, end) in enumerate(zip(rows.indptr[:-1], rows.indptr[1:], strict=True)):
        members = rows.indices[start:end].tobytes()
        first[node] = members not in seen
        seen.add(members)
    return first


def _prefixed(progress: Callable[[str], None], measure: str) -> Callable[[str], None]:
    return lambda done: progress(f"backtest of {measure}, {done}")


def _notes(
    pasts: list[_Known],
    known: Sequence[DemandHistory],
    history: DemandHistory,
    horizon: int,
) -> tuple[str, ...]:
    notes = [
        "The method was chosen on these same past forecasts: its own scores flatter it a little."
    ]
    if len(pasts) < len(known):
        notes.append(
            f"{len(known) - len(pasts)} of {len(known)} past returns had under a year of months "
            f"before them, or none after them, and were not used."
        )
    short = sum(past.column + horizon >= len(history.months) for past in pasts)
    if short:
        notes.append(
            f"{short} of {len(pasts)} past forecasts are scored on fewer than {horizon} months: "
            f"the rest has not come yet."
        )
    return tuple(notes)
