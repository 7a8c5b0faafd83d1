"""One outcome's effects: every estimator, each with the inference that suits few treated units.

An estimator that cannot run is a row with its reason; the rest runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from models.causal.base import (
    ESTIMATORS,
    NEVER,
    Columns,
    Effect,
    Estimator,
    Fit,
    FloatArray,
    IntArray,
    Panel,
)
from models.causal.conformal import conformal_intervals, mean_difference_residuals
from models.causal.donald_lang import donald_lang, region_differences
from models.causal.group_time import event_study, group_time_effects, simple_effect
from models.causal.randomisation import (
    Assignments,
    assignments,
    by_randomisation,
    inverted_interval,
    permutation_p,
    region_mean_estimates,
    region_mean_slopes,
)
from models.causal.simplex import simplex_weights
from models.causal.synthetic_control import synthetic_control_on
from models.errors import ModelError
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.spec import MOST_PERMUTATIONS, Spec
from rcc_forecast.evaluation.stages import Design

TOO_EARLY = "too early: no treated unit has a whole period since delivery"

PERMUTATION, DONALD_LANG = "region_permutation", "donald_lang"
CONFORMAL, UNIT_PLACEBO = "conformal", "unit_placebo"

INFERENCE: dict[str, tuple[str, ...]] = {
    "did": (PERMUTATION, DONALD_LANG),
    "synthetic_control": (UNIT_PLACEBO, PERMUTATION, CONFORMAL),
    "synthetic_did": (UNIT_PLACEBO, PERMUTATION),
    "ridge_augmented": (UNIT_PLACEBO, PERMUTATION, CONFORMAL),
    "group_time": (PERMUTATION,),
}
"""Estimators in the order of the tables, the primary one first, and what each is judged by."""

_LINEAR = ("did", "group_time")
"""Estimators whose interval by randomisation is exact: they are linear in the outcome."""

_MOST_FITS = 2_500
"""Fits of a weighing estimator for one set of placebos: a second or two."""

_FEWEST_PLACEBOS = 19
"""Under so few no p-value could reach 5%, so nothing is drawn in place of all."""

_FITS_OF_A_SEARCH = 120
"""Placebos above which an interval by search would take minutes."""

_CELLS_AT_ONCE = 20_000_000
_PLACEBOS_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One effect by one estimator and one kind of inference.

    Attributes
    ----------
    estimator, inference : str
        By name.
    effect : Effect
        NaN where not made; the note says why.
    attainable_p : float
        Smallest p-value possible; NaN where any is.
    placebos : DataFrame
        Columns regions, is_treated, estimate, statistic.
    """

    estimator: str
    inference: str
    effect: Effect
    attainable_p: float = math.nan
    placebos: pd.DataFrame | None = None


def reason_of(error: ModelError) -> str:
    """Give why an estimate could not be made, without the name of the estimator."""
    return str(getattr(error, "reason", error))


def generator(spec: Spec, *parts: str) -> np.random.Generator:
    """Give the source of chance of one part of a run: parts do not disturb one another."""
    words = "/".join(parts).encode("utf-8")
    return np.random.default_rng([spec.seed, *words])


def completed(design: Design) -> Design:
    """Leave out donors that lack a period compared, and say how many.

    A unit with a gap could play neither the treated nor a donor.
    """
    if not design.has_begun:
        return design
    columns = np.concatenate([design.base, design.post])
    gaps = np.isnan(design.panel.y[:, columns]).any(axis=1)
    lost = gaps & (design.panel.treated_from == NEVER)
    if not lost.any():
        return design
    panel = Panel(
        design.panel.y[~lost], design.panel.treated_from[~lost], design.panel.weight[~lost]
    )
    note = f"{int(lost.sum()):,} units without a value in every period compared are left out"
    return replace(
        design, grid=design.grid.of_rows(~lost), panel=panel, notes=(*design.notes, note)
    )


def estimator_of(name: str, spec: Spec, predictors: FloatArray | None) -> Estimator:
    """Give an estimator of the register, or synthetic control on the spec's predictors."""
    if name == "synthetic_control" and predictors is not None and spec.predictors:
        return synthetic_control_on(predictors)
    return ESTIMATORS[name]


def answers_of(
    design: Design,
    spec: Spec,
    *,
    outcome: str,
    names: Iterable[str] = tuple(INFERENCE),
    predictors: FloatArray | None = None,
) -> Iterator[Answer]:
    """Give every estimator's effect with every inference, the primary one first.

    Parameters
    ----------
    design : Design
        Of the outcome.
    spec : Spec
        With alpha, permutations and seed.
    outcome : str
        For the seed.
    names : iterable of str
        Estimators.
    predictors : ndarray, shape (n_rows, n_predictors), optional
        Of the design's rows, for synthetic control.
    """
    for name in names:
        estimator = estimator_of(name, spec, predictors)
        for inference in INFERENCE[name]:
            rng = generator(spec, outcome, name, inference)
            try:
                yield _answer(design, spec, name, estimator, inference, rng)
            except ModelError as error:
                effect = Effect(_att(estimator, design), note=reason_of(error))
                yield Answer(name, inference, effect)


def _answer(
    design: Design,
    spec: Spec,
    name: str,
    estimator: Estimator,
    inference: str,
    rng: np.random.Generator,
) -> Answer:
    if not design.has_begun:
        return Answer(name, inference, Effect(math.nan, note=TOO_EARLY))
    match inference:
        case "donald_lang":
            return _by_donald_lang(design, spec, name)
        case "conformal":
            return _by_conformal(design, spec, name, estimator)
        case "unit_placebo":
            return _by_unit_placebo(design, spec, name, estimator, rng)
        case _:
            return _by_permutation(design, spec, name, estimator, rng)


def _att(estimator: Estimator, design: Design) -> float:
    if not design.has_begun:
        return math.nan
    try:
        return estimator(design.panel, base=design.base, post=design.post).att
    except ModelError:
        return math.nan


def _by_donald_lang(design: Design, spec: Spec, name: str) -> Answer:
    differences, treated, donors = region_differences(
        design.panel, base=design.base, post=design.post
    )
    effect = donald_lang(differences, treated=treated, donors=donors, alpha=spec.alpha)
    return Answer(name, DONALD_LANG, effect)


def all_assignments(
    design: Design, spec: Spec, rng: np.random.Generator, *, most: int | None = None
) -> Assignments:
    """List who could have been treated: all ways, or draws where there are too many."""
    asked = spec.permutations or MOST_PERMUTATIONS
    treated = design.treated
    return assignments(
        treated,
        candidates=np.arange(design.panel.n_units),
        starts=design.panel.treated_from[treated],
        most=min(asked, most or asked),
        rng=rng,
    )


def _by_permutation(
    design: Design, spec: Spec, name: str, estimator: Estimator, rng: np.random.Generator
) -> Answer:
    fits = max(np.unique(design.panel.treated_from[design.treated]).size, 1)
    fits = fits if name in ("synthetic_did", *_LINEAR) else design.treated.size
    most = None if name in _LINEAR else _MOST_FITS // int(fits)
    if most is not None and most < _FEWEST_PLACEBOS:
        note = f"{design.treated.size:,} treated units are too many for placebos of this estimator"
        return Answer(name, PERMUTATION, Effect(_att(estimator, design), note=note))
    chosen = all_assignments(design, spec, rng, most=most)
    searched = chosen.n * int(fits) <= _FITS_OF_A_SEARCH and not _is_slow(name, spec)
    found = by_randomisation(
        InParts(estimator),
        design.panel,
        chosen,
        base=design.base,
        post=design.post,
        alpha=spec.alpha,
        linear=name in _LINEAR,
        interval=name in _LINEAR or searched,
    )
    placebos = _placebo_rows(design, chosen, found.placebos, np.abs(found.placebos))
    effect = finite(found.effect)
    if math.isnan(effect.low) and not effect.note and name not in _LINEAR:
        effect = replace(effect, note="too many placebos to search an interval")
    return Answer(name, PERMUTATION, effect, found.smallest_p, placebos)


def _is_slow(name: str, spec: Spec) -> bool:
    return name == "synthetic_control" and bool(spec.predictors)


@dataclass(frozen=True, slots=True)
class InParts:
    """An estimator that takes many assignments a part at a time, so that memory stays small."""

    estimator: Estimator

    def __call__(self, panel: Panel, *, base: Columns, post: Columns) -> Fit:
        """Estimate as the estimator does."""
        return self.estimator(panel, base=base, post=post)

    def estimates(
        self, panel: Panel, assignments: IntArray, *, base: Columns, post: Columns
    ) -> FloatArray:
        """Give the effect for every row of `assignments`."""
        at_once = max(_CELLS_AT_ONCE // max(assignments.shape[1] ** 2, 1), 1)
        parts = [
            self.estimator.estimates(
                panel, assignments[first : first + at_once], base=base, post=post
            )
            for first in range(0, len(assignments), at_once)
        ]
        return np.concatenate(parts)


def finite(effect: Effect) -> Effect:
    """Give an effect whose unbounded ends are empty, with a note."""
    if not (math.isinf(effect.low) or math.isinf(effect.high)):
        return effect
    low, high = (math.nan if math.isinf(end) else end for end in (effect.low, effect.high))
    note = effect.note or "the interval has no end where none is given"
    return replace(effect, low=low, high=high, note=note)


def _placebo_rows(
    design: Design, chosen: Assignments, estimates: FloatArray, statistics: FloatArray
) -> pd.DataFrame:
    names = np.array(design.grid.names)
    kept = np.arange(chosen.n)[:_PLACEBOS_LISTED]
    if chosen.observed not in kept:
        kept = np.append(kept[:-1], chosen.observed)
    few = chosen.rows.shape[1] <= 12
    regions = [" + ".join(names[chosen.rows[row]]) if few else f"draw {row}" for row in kept]
    return pd.DataFrame(
        {
            "regions": regions,
            "is_treated": (kept == chosen.observed).astype(int),
            "estimate": estimates[kept],
            "statistic": statistics[kept],
        }
    )


def _by_unit_placebo(
    design: Design, spec: Spec, name: str, estimator: Estimator, rng: np.random.Generator
) -> Answer:
    """Let untreated units play the treated ones, the treated themselves left out."""
    panel, treated = design.panel, design.treated
    true = estimator(panel, base=design.base, post=design.post)
    donors = np.flatnonzero(panel.treated_from == NEVER)
    if donors.size <= treated.size:
        return Answer(name, UNIT_PLACEBO, Effect(true.att, note="too few untreated units"))
    most = min(_MOST_FITS // treated.size, spec.permutations or MOST_PERMUTATIONS)
    if most < _FEWEST_PLACEBOS:
        note = f"{treated.size:,} treated units are too many for placebos of this estimator"
        return Answer(name, UNIT_PLACEBO, Effect(true.att, note=note))
    rows = _donor_sets(donors, treated.size, most, rng)
    only = [_Placebo.of(true, panel, design)]
    starts = panel.treated_from[treated]
    for chosen in rows:
        started = np.full(donors.size, NEVER, dtype=np.int64)
        started[np.searchsorted(donors, chosen)] = starts
        played = Panel(panel.y[donors], started, panel.weight[donors])
        only.append(_Placebo.of(_fit(estimator, played, design), played, design))
    estimates = np.array([each.estimate for each in only])
    ratios = np.array([each.misfit_ratio for each in only])
    by_size = name == "synthetic_did"
    statistics = np.abs(estimates) if by_size else ratios
    everyone = Assignments(np.vstack([treated, rows]), 0, complete=True)
    names = _placebo_rows(design, everyone, estimates, statistics)
    error = float(np.nanstd(estimates[1:], ddof=1)) if len(rows) > 2 else math.nan
    # 1.96 standard errors at 95%: Arkhangelsky et al. (2021), algorithm 4.
    reach = _normal_quantile(spec.alpha) * error
    note = "" if by_size else "p by the ratio of misfit after and before"
    smallest = 1 / everyone.n
    if smallest > spec.alpha:
        told = f"not attainable: {everyone.n} placebos give p no smaller than {smallest:.3f}"
        note = f"{told}; {note}".rstrip("; ")
    effect = Effect(
        true.att, error, true.att - reach, true.att + reach, permutation_p(statistics, 0), note
    )
    return Answer(name, UNIT_PLACEBO, effect, smallest, names)


def _normal_quantile(alpha: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - alpha / 2))


def _donor_sets(donors: IntArray, number: int, most: int, rng: np.random.Generator) -> IntArray:
    """Give every set of so many donors, or draws where there are too many."""
    if math.comb(donors.size, number) <= most:
        return np.array(list(combinations(donors, number)), dtype=np.int64)
    drawn = rng.permuted(np.tile(donors, (most, 1)), axis=1)[:, :number]
    return np.sort(drawn, axis=1)


def _fit(estimator: Estimator, panel: Panel, design: Design) -> Fit | None:
    try:
        return estimator(panel, base=design.base, post=design.post)
    except ModelError:
        return None


@dataclass(frozen=True, slots=True)
class _Placebo:
    estimate: float
    misfit_ratio: float

    @classmethod
    def of(cls, fit: Fit | None, panel: Panel, design: Design) -> _Placebo:
        """Take the effect, and the ratio of root mean square gaps after and before."""
        if fit is None:
            return cls(math.nan, math.nan)
        base = np.zeros(panel.n_periods, dtype=bool)
        base[design.base] = True
        starts = panel.treated_from[fit.treated]
        earlier = base & (np.arange(panel.n_periods) < starts[:, None])
        after, before = (
            np.sqrt(_mean_where(fit.gaps**2, where)) for where in (fit.counted, earlier)
        )
        return cls(fit.att, float(after / before) if before > 0 else math.inf)


def _mean_where(values: FloatArray, where: np.ndarray) -> float:
    used = values[where & ~np.isnan(values)]
    return float(used.mean()) if used.size else math.nan


def _by_conformal(design: Design, spec: Spec, name: str, estimator: Estimator) -> Answer:
    estimate = _att(estimator, design)
    if np.unique(design.panel.treated_from[design.treated]).size > 1:
        note = "treated units start at different times: see each of them alone"
        return Answer(name, CONFORMAL, Effect(estimate, note=note))
    found = conformal_of(design, spec, name)
    smallest = 1 / (design.base.size + 1)
    if found.note:
        return Answer(name, CONFORMAL, Effect(estimate, note=found.note), smallest)
    one = design.post.size == 1
    effect = Effect(
        estimate,
        low=float(found.low[0]) if one else math.nan,
        high=float(found.high[0]) if one else math.nan,
        p_value=found.joint_p,
        note="" if one else "p of all periods together; intervals by period in event_study.csv",
    )
    return Answer(name, CONFORMAL, finite(effect), smallest)


def conformal_of(design: Design, spec: Spec, name: str):  # type: ignore[no-untyped-def]
    """Give conformal intervals of the treated units' mean, period by period."""
    panel = design.panel
    donors = panel.y[panel.treated_from == NEVER]
    target = panel.y[design.treated].mean(axis=0)
    return conformal_intervals(
        target,
        donors,
        base=design.base,
        post=design.post,
        residuals=_RESIDUALS.get(name, mean_difference_residuals),
        alpha=spec.alpha,
    )


def _mixture_residuals(target: FloatArray, donors: FloatArray) -> FloatArray:
    """Residuals from the mixture of donors that is nearest over all the times given."""
    return np.array([each - simplex_weights(donors, each) @ donors for each in target])


_RESIDUALS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "synthetic_control": _mixture_residuals,
    "ridge_augmented": _mixture_residuals,
}


def event_rows(
    design: Design,
    spec: Spec,
    calendar: Calendar,
    *,
    outcome: str,
    predictors: FloatArray | None = None,
) -> pd.DataFrame:
    """Give effects by period: each estimator's gaps, and ATT(g, t).

    Parameters
    ----------
    design, spec, calendar, outcome, predictors
        As in `answers_of`.

    Returns
    -------
    DataFrame
        An `EVENT_STUDY` table without its stamp, `outcome` left to the caller.
    """
    if not design.has_begun:
        return pd.DataFrame()
    parts = [_did_events(design, spec, calendar, outcome)]
    for name in ("synthetic_control", "synthetic_did", "ridge_augmented"):
        fit = _fit(estimator_of(name, spec, predictors), design.panel, design)
        if fit is not None:
            parts.append(_gaps_by_unit(design, spec, calendar, name, fit))
    parts.append(_group_time_events(design, spec, calendar))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _did_events(design: Design, spec: Spec, calendar: Calendar, outcome: str) -> pd.DataFrame:
    panel, treated = design.panel, design.treated
    starts = np.unique(panel.treated_from[treated])
    fit = _fit(ESTIMATORS["did"], panel, design)
    if fit is None:
        return pd.DataFrame()
    times, gaps = fit.by_event_time(panel.treated_from)
    rows = pd.DataFrame({"event_time": times, "estimate": gaps})
    if starts.size == 1:
        chosen = all_assignments(design, spec, generator(spec, outcome, "did", "events"))
        columns = times + starts[0]
        level = panel.y[:, design.base[design.base < starts[0]]].mean(axis=1)
        differences = (panel.y[:, columns] - level[:, None]).T
        estimates = region_mean_estimates(differences, chosen.rows)
        slopes = region_mean_slopes(chosen.rows, observed=chosen.observed, n_regions=panel.n_units)
        low, high = inverted_interval(estimates, slopes, observed=chosen.observed, alpha=spec.alpha)
        rows["low"] = np.where(np.isfinite(low), low, np.nan)
        rows["high"] = np.where(np.isfinite(high), high, np.nan)
        rows["p_value"] = [permutation_p(each, chosen.observed) for each in estimates]
        rows["inference"] = PERMUTATION
        rows["period"] = [calendar.name(design.grid.periods[column]) for column in columns]
        group = calendar.name(design.grid.periods[starts[0]])
        rows["group"] = group
        if not chosen.attainable(spec.alpha):
            rows["note"] = f"not attainable: p is no smaller than {chosen.smallest_p:.3f}"
    return rows.assign(estimator="did", estimand="event_time", region=ALL)


def _gaps_by_unit(
    design: Design, spec: Spec, calendar: Calendar, name: str, fit: Fit
) -> pd.DataFrame:
    panel, grid = design.panel, design.grid
    parts = []
    for place, row in enumerate(fit.treated):
        seen = np.flatnonzero(~np.isnan(fit.gaps[place]))
        start = int(panel.treated_from[row])
        part = pd.DataFrame(
            {
                "region": grid.names[row],
                "group": calendar.name(grid.periods[start]),
                "period": [calendar.name(grid.periods[column]) for column in seen],
                "event_time": seen - start,
                "estimate": fit.gaps[place, seen],
            }
        )
        parts.append(part)
    rows = pd.concat(parts, ignore_index=True)
    if fit.treated.size == 1 and name in _RESIDUALS:
        found = conformal_of(design, spec, name)
        if not found.note:
            start = int(panel.treated_from[fit.treated[0]])
            places = {int(column) - start: k for k, column in enumerate(found.columns)}
            for figure, values in (
                ("low", found.low),
                ("high", found.high),
                ("p_value", found.p_value),
            ):
                rows[figure] = [
                    float(values[places[time]])
                    if time in places and np.isfinite(values[places[time]])
                    else math.nan
                    for time in rows["event_time"]
                ]
            rows["inference"] = CONFORMAL
    return rows.assign(estimator=name, estimand="event_time")


def _group_time_events(design: Design, spec: Spec, calendar: Calendar) -> pd.DataFrame:
    panel, grid = design.panel, design.grid
    try:
        cells = group_time_effects(panel)
    except ModelError:
        return pd.DataFrame()
    by_cell = pd.DataFrame(
        {
            "estimand": "att_gt",
            "group": [calendar.name(grid.periods[group]) for group in cells.group],
            "period": [calendar.name(grid.periods[period]) for period in cells.period],
            "event_time": cells.period - cells.group,
            "estimate": cells.estimate,
        }
    )
    summary = event_study(cells)
    effects, overall = summary.effects(level=1 - spec.alpha)
    by_time = pd.DataFrame(
        {
            "estimand": "event_time",
            "event_time": summary.label,
            "estimate": summary.estimate,
        }
    )
    whole = pd.DataFrame(
        {
            "estimand": ["event_time"],
            "estimate": [overall.estimate],
            "note": ["mean of all event times from 0 on"],
        }
    )
    if spec.unit == "authority":
        # Only with many independent units does a standard error from influence mean anything.
        for name in ("standard_error", "low", "high", "p_value"):
            by_time[name] = [getattr(each, name) for each in effects]
            whole[name] = getattr(overall, name)
        note = "interval supposes independent units"
        by_time["note"], whole["note"] = note, whole["note"] + f"; {note}"
    return pd.concat([by_cell, by_time, whole], ignore_index=True).assign(
        estimator="group_time", region=ALL
    )


def influence_error(design: Design) -> float:
    """Give the standard error of the group-time effect if units were independent."""
    from models.causal.group_time import standard_errors

    try:
        _, influence = simple_effect(group_time_effects(design.panel))
    except ModelError:
        return math.nan
    return float(standard_errors(influence[:, None])[0])


def weight_rows(
    design: Design,
    spec: Spec,
    calendar: Calendar,
    *,
    predictors: FloatArray | None = None,
) -> pd.DataFrame:
    """Give the weights of donors and periods behind each synthetic comparison.

    Parameters
    ----------
    design, spec, calendar, predictors
        As in `answers_of`.

    Returns
    -------
    DataFrame
        A `WEIGHTS` table without its stamp, `outcome` left to the caller.
    """
    if not design.has_begun:
        return pd.DataFrame()
    parts = []
    names = np.array(design.grid.names)
    periods = np.array([calendar.name(number) for number in design.grid.periods])
    for estimator in ("synthetic_control", "synthetic_did", "ridge_augmented"):
        fit = _fit(estimator_of(estimator, spec, predictors), design.panel, design)
        if fit is None:
            continue
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
