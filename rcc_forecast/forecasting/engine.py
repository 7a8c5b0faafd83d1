"""Every candidate from every origin, weighed, reconciled and given its doubt.

The order: the cohort core learns the rates of every origin in one pass and steps
each forward; the panel of time-series models forecasts every node from the same
origins; the two are weighed by level and lead, made to add up, and the errors
of that combination give the intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.conformal import Likeness, PastErrors, learned_errors, learned_proportion
from models.errors import ModelError
from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import Measure
from rcc_forecast.forecasting.blend import COMBINATION, Blend, learn_blend
from rcc_forecast.forecasting.cohort_runs import CohortRuns, run_cohort
from rcc_forecast.forecasting.nodes import MeasureNodes, measure_nodes
from rcc_forecast.forecasting.parallel import Workers
from rcc_forecast.forecasting.points import rolled_of
from rcc_forecast.forecasting.rolled import Rolled, level_known_then, origins_of
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.forecast import Kinds

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class MeasureEngine:
    """One measure, forecast and judged.

    Attributes
    ----------
    nodes : MeasureNodes
        What is forecast.
    y : ndarray, shape (n_nodes, n_months)
        What is known of each node, late recording corrected.
    rolled : Rolled
        Every candidate, `COMBINATION` among them, from past origins and today.
    blend : Blend
        How the combination was made.
    errors : PastErrors, optional
        Of the combination; None where there was no past origin.
    """

    nodes: MeasureNodes
    y: FloatArray
    rolled: Rolled
    blend: Blend
    errors: PastErrors | None

    @property
    def mean(self) -> FloatArray:
        """Combined forecast of every node, shape (n_nodes, horizon)."""
        return self.rolled.now[COMBINATION]


@dataclass(frozen=True, slots=True)
class Engine:
    """All measures of one history.

    Attributes
    ----------
    history : DemandHistory
        What is known today.
    measures : dict of str to MeasureEngine
        By measure.
    cohort : CohortRuns, optional
        None where history is too short for rates.
    left_out : dict of str to str
        Candidates that could not run, and why.
    origins : ndarray of int
        Months seen by past forecasts.
    horizon : int
        Months ahead.
    notes : tuple of str
        What a reader should know.
    """

    history: DemandHistory
    measures: dict[str, MeasureEngine]
    cohort: CohortRuns | None
    left_out: dict[str, str]
    origins: IntArray
    horizon: int
    notes: tuple[str, ...]

    @property
    def origin_days(self) -> tuple[pd.Timestamp, ...]:
        """Last day seen by each past forecast."""
        return tuple(pd.Timestamp(self.history.months[seen - 1]) for seen in self.origins)


def run_engine(
    history: DemandHistory,
    known: Sequence[DemandHistory] = (),
    *,
    horizon: int,
    most_origins: int,
    workers: Workers | None = None,
    progress: Progress | None = None,
) -> Engine:
    """Forecast every measure by every candidate, from the past and from today.

    Parameters
    ----------
    history : DemandHistory
        With its population, so that the cohort core can run.
    known : sequence of DemandHistory
        Histories as they were held on past days: where one ends at an origin,
        forecasts from that origin start from the level known then.
    horizon : int
        Months ahead.
    most_origins : int
        Past origins wanted, a quarter apart.
    workers : Workers, optional
        Who works side by side, and where results are kept; as the environment
        says, and nowhere, when absent.
    progress : callable, optional
        Told in words what is being done.
    """
    staff = workers or Workers.from_environment()
    origins = origins_of(len(history.months), most=most_origins)
    cohort, left_out = _cohort(history, origins, horizon, staff, progress)
    measures = {}
    for measure in (kind.value for kind in Measure):
        nodes = measure_nodes(history.leaves, measure)
        panel = history.panel(measure)
        y = nodes.added(panel.y)
        rolled = rolled_of(
            y,
            nodes,
            measure,
            panel=panel,
            cohort=cohort,
            origins=origins,
            horizon=horizon,
            corrections=_corrections(history, known, measure),
            workers=staff,
            progress=progress,
        )
        if progress is not None:
            progress(f"weighing and adding up {measure}")
        measures[measure] = _measure(nodes, y, rolled)
    return Engine(
        history=history,
        measures=measures,
        cohort=cohort,
        left_out=left_out,
        origins=origins,
        horizon=horizon,
        notes=_notes(history, known, origins, horizon),
    )


def likeness_of(kinds: Kinds) -> Likeness:
    """Say which nodes share a distribution of errors.

    Totals of regions and above are few, and borrow the shape of errors of the
    same detail in authorities.
    """
    place = {name: number for number, name in enumerate(kinds.names)}
    borrows = [
        place.get(f"authority/{name.split('/')[1]}", -1) if total else -1
        for name, total in zip(kinds.names, kinds.totals, strict=True)
    ]
    return Likeness(kinds.of_node, kinds.totals, np.array(borrows, dtype=np.int64))


def errors_of_past(points: NDArray[np.float32], rolled: Rolled, kinds: Kinds) -> PastErrors:
    """Keep the errors of one candidate's past forecasts."""
    proportion = learned_proportion(
        points, rolled.actual, kind=kinds.of_node, n_kinds=len(kinds.names)
    )
    return learned_errors(
        points,
        rolled.actual,
        likeness=likeness_of(kinds),
        spacing=rolled.spacing,
        proportion=proportion,
    )


def _cohort(
    history: DemandHistory,
    origins: IntArray,
    horizon: int,
    workers: Workers,
    progress: Progress | None,
) -> tuple[CohortRuns | None, dict[str, str]]:
    if history.population is None:
        return None, {"cohort": "The history holds counts alone; children were not followed."}
    try:
        runs = run_cohort(
            history.population, origins, horizon=horizon, workers=workers, progress=progress
        )
    except ModelError as error:
        # Counts of a few months can still be held flat; the table says why rates are not used.
        return None, {"cohort": str(error)}
    return runs, {}


def _corrections(
    history: DemandHistory, known: Sequence[DemandHistory], measure: str
) -> dict[int, FloatArray]:
    # A month's entries and exits are noise around a level; a stock carries its error on.
    if measure != Measure.CHILDREN.value:
        return {}
    return level_known_then(history, list(known), measure)


def _measure(nodes: MeasureNodes, y: FloatArray, rolled: Rolled) -> MeasureEngine:
    blended = learn_blend(rolled, y, nodes)
    rolled.now[COMBINATION] = blended.blend.means(rolled.now, nodes)
    rolled.past[COMBINATION] = blended.past
    errors = None
    if len(rolled.origins):
        errors = errors_of_past(rolled.past[COMBINATION], rolled, nodes.kinds)
    return MeasureEngine(nodes, y, rolled, blended.blend, errors)


def _notes(
    history: DemandHistory, known: Sequence[DemandHistory], origins: IntArray, horizon: int
) -> tuple[str, ...]:
    if not len(origins):
        return (
            "History is too short for past forecasts: weights and doubt are those assumed before "
            "any evidence, unproved here.",
        )
    made = "1 past forecast" if len(origins) == 1 else f"{len(origins)} past forecasts"
    notes = [
        f"{made}, three months apart; their months overlap, so they are fewer independent trials "
        f"than that."
    ]
    ends = {int(history.months.searchsorted(past.months[-1], side="right")) for past in known}
    as_known = len(ends & set(origins.tolist()))
    if as_known:
        notes.append(
            f"{as_known} of them start from the level that the return of that day had; the others "
            f"from today's knowledge of theirs."
        )
    short = int((origins + horizon > len(history.months)).sum())
    if short:
        notes.append(
            f"{short} of {len(origins)} past forecasts are scored on fewer than {horizon} months: "
            f"the rest has not come yet."
        )
    notes.append(
        "Coverage of past intervals is of those that the other past forecasts ask for, later ones "
        "among them, and for regions of today's joint futures too: read it as a little flattered."
    )
    return tuple(notes)
