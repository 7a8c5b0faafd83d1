"""One outcome's effects: every estimator, each with the inference that suits few treated units.

An estimator that cannot run is a row with its reason; the rest runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

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
from models.causal.conformal import (
    PeriodIntervals,
    conformal_intervals,
    mean_difference_residuals,
)
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

_SYNTHETIC = ("synthetic_control", "synthetic_did", "ridge_augmented")

_MOST_FITS, _FEW_UNITS = 2_500, 60
"""Fits of a weighing estimator for one set of placebos, of panels up to so many units: two or
three seconds. A fit takes longer the more units there are, so larger panels have fewer."""

_FEWEST_PLACEBOS = 19
"""Under so few no p-value could reach 5%, so nothing is drawn in place of all."""

_FITS_OF_A_SEARCH = 120
"""Placebos above which an interval by search would take minutes."""

_CELLS_AT_ONCE = 20_000_000
_PLACEBOS_LISTED = 2_000
_NAMES_LISTED = 12


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


@dataclass(frozen=True, slots=True)
class Fits:
    """Every estimator's fit of one outcome as it is, each made once and then kept.

    Attributes
    ----------
    design : Design
        Of the outcome.
    spec : Spec
        With its predictors.
    predictors : ndarray, shape (n_rows, n_predictors), optional
        Of the design's rows, for synthetic control.
    """

    design: Design
    spec: Spec
    predictors: FloatArray | None = None
    _kept: dict[str, Fit] = field(default_factory=dict)

    def of(self, name: str) -> Fit:
        """Give an estimator's fit.

        Raises
        ------
        ModelError
            It cannot be made from this outcome.
        """
        if name not in self._kept:
            estimator = estimator_of(name, self.spec, self.predictors)
            design = self.design
            self._kept[name] = estimator(design.panel, base=design.base, post=design.post)
        return self._kept[name]

    def made(self, names: Iterable[str]) -> Iterator[tuple[str, Fit]]:
        """Give the fits of those estimators that can be fitted."""
        for name in names:
            try:
                yield name, self.of(name)
            except ModelError:
                continue


def answers_of(
    fits: Fits,
    *,
    outcome: str,
    names: Iterable[str] = tuple(INFERENCE),
    only: str | None = None,
) -> Iterator[Answer]:
    """Give every estimator's effect with every inference, the primary one first.

    Parameters
    ----------
    fits : Fits
        Of the outcome.
    outcome : str
        Its name, for the seed.
    names : iterable of str
        Estimators.
    only : str, optional
        The one kind of inference that is wanted.
    """
    design, spec = fits.design, fits.spec
    for name in names:
        asked = [each for each in INFERENCE[name] if only in (None, each)]
        if not design.has_begun:
            yield from (Answer(name, each, Effect(math.nan, note=TOO_EARLY)) for each in asked)
            continue
        estimator = estimator_of(name, spec, fits.predictors)
        try:
            maker = _Answers(design, spec, name, estimator, outcome, fits.of(name))
        except ModelError as error:
            effect = Effect(math.nan, note=reason_of(error))
            yield from (Answer(name, each, effect) for each in asked)
            continue
        for inference in asked:
            try:
                yield maker.by(inference)
            except ModelError as error:
                yield Answer(name, inference, Effect(maker.att, note=reason_of(error)))


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


@dataclass(slots=True)
class _Answers:
    """One estimator's answers; placebos are fitted once for all that ask for them."""

    design: Design
    spec: Spec
    name: str
    estimator: Estimator
    outcome: str
    true: Fit
    placebos: _Placebos | None = None

    @property
    def att(self) -> float:
        return self.true.att

    def by(self, inference: str) -> Answer:
        match inference:
            case "donald_lang":
                return self._by_donald_lang()
            case "conformal":
                return self._by_conformal()
            case "unit_placebo":
                return self._by_unit_placebo()
            case _:
                return self._by_permutation()

    def _by_donald_lang(self) -> Answer:
        differences, treated, donors = region_differences(
            self.design.panel, base=self.design.base, post=self.design.post
        )
        effect = donald_lang(differences, treated=treated, donors=donors, alpha=self.spec.alpha)
        return Answer(self.name, DONALD_LANG, effect)

    def _by_permutation(self) -> Answer:
        if self.name in _LINEAR:
            return self._by_exact_permutation()
        placebos = self._fitted()
        if placebos is None:
            return Answer(self.name, PERMUTATION, Effect(self.att, note=self._too_many))
        chosen, size = placebos.chosen, np.abs(placebos.estimates)
        effect = Effect(self.att, p_value=permutation_p(placebos.estimates, chosen.observed))
        if not chosen.attainable(self.spec.alpha):
            effect = replace(effect, note=_unattainable(chosen))
        elif not np.isnan(placebos.slopes).any():
            low, high = inverted_interval(
                placebos.estimates,
                placebos.slopes,
                observed=chosen.observed,
                alpha=self.spec.alpha,
            )
            effect = finite(replace(effect, low=float(low), high=float(high)))
        elif self._can_search:
            effect = finite(self._searched(chosen))
        else:
            effect = replace(effect, note="no interval: its search would take too many fits")
        rows = _placebo_rows(self.design, chosen, placebos.estimates, size)
        return Answer(self.name, PERMUTATION, effect, chosen.smallest_p, rows)

    def _by_exact_permutation(self) -> Answer:
        chosen = all_assignments(self.design, self.spec, self._generator())
        found = by_randomisation(
            InParts(self.estimator),
            self.design.panel,
            chosen,
            base=self.design.base,
            post=self.design.post,
            alpha=self.spec.alpha,
            linear=True,
        )
        rows = _placebo_rows(self.design, chosen, found.placebos, np.abs(found.placebos))
        return Answer(self.name, PERMUTATION, finite(found.effect), found.smallest_p, rows)

    def _searched(self, chosen: Assignments) -> Effect:
        return by_randomisation(
            self.estimator,
            self.design.panel,
            chosen,
            base=self.design.base,
            post=self.design.post,
            alpha=self.spec.alpha,
        ).effect

    def _by_unit_placebo(self) -> Answer:
        """Rank by the ratio of misfit after and before, as Abadie, Diamond and Hainmueller do.

        The interval is the estimate with the spread of placebos in untreated
        units alone: Arkhangelsky et al. (2021), algorithm 4.
        """
        placebos = self._fitted()
        if placebos is None:
            return Answer(self.name, UNIT_PLACEBO, Effect(self.att, note=self._too_many))
        chosen = placebos.chosen
        by_size = self.name == "synthetic_did"
        statistics = np.abs(placebos.estimates) if by_size else placebos.ratios
        untreated = ~np.isin(chosen.rows, self.design.treated).any(axis=1)
        spread = placebos.estimates[untreated]
        spread = spread[~np.isnan(spread)]
        error = float(spread.std(ddof=1)) if spread.size > 2 else math.nan
        reach = float(norm.ppf(1 - self.spec.alpha / 2)) * error
        notes = ["" if by_size else "p by the ratio of misfit after and before"]
        if not chosen.attainable(self.spec.alpha):
            notes.insert(0, _unattainable(chosen))
        effect = Effect(
            self.att,
            error,
            self.att - reach,
            self.att + reach,
            permutation_p(statistics, chosen.observed),
            "; ".join(note for note in notes if note),
        )
        rows = _placebo_rows(self.design, chosen, placebos.estimates, statistics)
        return Answer(self.name, UNIT_PLACEBO, effect, chosen.smallest_p, rows)

    def _by_conformal(self) -> Answer:
        design, starts = self.design, self.design.panel.treated_from[self.design.treated]
        if np.unique(starts).size > 1:
            note = "treated units start at different times: see each of them alone"
            return Answer(self.name, CONFORMAL, Effect(self.att, note=note))
        found = conformal_of(design, self.spec, self.name)
        smallest = 1 / (design.base.size + 1)
        if math.isnan(found.joint_p):
            return Answer(self.name, CONFORMAL, Effect(self.att, note=found.note), smallest)
        one = design.post.size == 1
        told = "p of all periods together; intervals by period in event_study.csv"
        effect = Effect(
            self.att,
            low=float(found.low[0]) if one else math.nan,
            high=float(found.high[0]) if one else math.nan,
            p_value=found.joint_p,
            note="; ".join(note for note in (found.note, "" if one else told) if note),
        )
        return Answer(self.name, CONFORMAL, finite(effect), smallest)

    def _fitted(self) -> _Placebos | None:
        """Fit every assignment once; None where there are too many treated units for that."""
        if self.placebos is None and self._most >= _FEWEST_PLACEBOS:
            chosen = all_assignments(self.design, self.spec, self._generator(), most=self._most)
            self.placebos = _Placebos.of(self.estimator, self.design, chosen, self.true)
        return self.placebos

    @property
    def _fits_each(self) -> int:
        starts = self.design.panel.treated_from[self.design.treated]
        pooled = self.name == "synthetic_did"
        return int(np.unique(starts).size) if pooled else int(starts.size)

    @property
    def _most(self) -> int:
        work = self._fits_each * max(self.design.panel.n_units, _FEW_UNITS)
        return _MOST_FITS * _FEW_UNITS // work

    @property
    def _too_many(self) -> str:
        number = self.design.treated.size
        return f"{number:,} treated units are too many for placebos of this estimator"

    @property
    def _can_search(self) -> bool:
        """Searching takes some fifty times the fits: the primary outcome alone is worth it."""
        if self.placebos is None or self.outcome != self.spec.primary:
            return False
        return self.placebos.chosen.n * self._fits_each <= _FITS_OF_A_SEARCH

    def _generator(self) -> np.random.Generator:
        return generator(self.spec, self.outcome, self.name)


def _unattainable(chosen: Assignments) -> str:
    return f"not attainable: {chosen.n} assignments give p no smaller than {chosen.smallest_p:.3f}"


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
    few = chosen.rows.shape[1] <= _NAMES_LISTED
    regions = [" + ".join(names[chosen.rows[row]]) if few else f"draw {row}" for row in kept]
    return pd.DataFrame(
        {
            "regions": regions,
            "is_treated": (kept == chosen.observed).astype(int),
            "estimate": estimates[kept],
            "statistic": statistics[kept],
        }
    )


def _fit(estimator: Estimator, panel: Panel, design: Design) -> Fit | None:
    try:
        return estimator(panel, base=design.base, post=design.post)
    except ModelError:
        return None


@dataclass(frozen=True, slots=True)
class _Placebos:
    """What a weighing estimator finds under every assignment.

    Attributes
    ----------
    chosen : Assignments
        The true one among them.
    estimates, ratios : ndarray, shape (n_assignments,)
        Effect, and root mean square gap after over that before; NaN where an
        assignment could not be fitted.
    slopes : ndarray, shape (n_assignments,)
        By how much each estimate moves with a true effect of 1; NaN where it
        does not move in a straight line.
    """

    chosen: Assignments
    estimates: FloatArray
    ratios: FloatArray
    slopes: FloatArray

    @classmethod
    def of(cls, estimator: Estimator, design: Design, chosen: Assignments, true: Fit) -> _Placebos:
        fits = [
            true
            if place == chosen.observed
            else _fit(estimator, design.panel.reassigned(rows), design)
            for place, rows in enumerate(chosen.rows)
        ]
        starts = design.panel.treated_from[design.treated]
        return cls(
            chosen,
            np.array([math.nan if fit is None else fit.att for fit in fits]),
            np.array(
                [
                    math.nan if fit is None else _misfit_ratio(fit, design, rows, starts)
                    for fit, rows in zip(fits, chosen.rows, strict=True)
                ]
            ),
            np.array([_slope(fit, design) for fit in fits]),
        )


def _slope(fit: Fit | None, design: Design) -> float:
    """Give by how much an estimate moves with a true effect of 1.

    Weights that look at the base alone do not move with an effect after it: the
    estimate then moves by what the truly treated are to it, as targets and as donors.
    """
    starts = np.unique(design.panel.treated_from[design.treated])
    if fit is None or starts.size > 1 or fit.period_weights.any():
        return math.nan
    true = np.zeros(design.panel.n_units)
    true[design.treated] = 1.0
    return float(fit.share @ (true[fit.treated] - fit.donor_weights @ true))


def _misfit_ratio(fit: Fit, design: Design, rows: IntArray, starts: IntArray) -> float:
    """Give the root mean square gap after over that before."""
    base = np.zeros(design.panel.n_periods, dtype=bool)
    base[design.base] = True
    start_of = dict(zip(rows.tolist(), starts.tolist(), strict=True))
    own = np.array([start_of[int(row)] for row in fit.treated])
    earlier = base & (np.arange(design.panel.n_periods) < own[:, None])
    after, before = (_mean_where(fit.gaps**2, where) for where in (fit.counted, earlier))
    return math.sqrt(after / before) if before > 0 else math.inf


def _mean_where(values: FloatArray, where: NDArray[np.bool_]) -> float:
    used = values[where & ~np.isnan(values)]
    return float(used.mean()) if used.size else math.nan


def conformal_of(design: Design, spec: Spec, name: str) -> PeriodIntervals:
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


def event_rows(fits: Fits, calendar: Calendar, *, outcome: str) -> pd.DataFrame:
    """Give effects by period: each estimator's gaps, and ATT(g, t).

    Parameters
    ----------
    fits, outcome
        As in `answers_of`.
    calendar : Calendar
        Of the periods.

    Returns
    -------
    DataFrame
        An `EVENT_STUDY` table without its stamp, `outcome` left to the caller.
    """
    design, spec = fits.design, fits.spec
    if not design.has_begun:
        return pd.DataFrame()
    parts = [_did_events(fits, calendar, outcome)]
    parts += [
        _gaps_by_unit(design, spec, calendar, name, fit) for name, fit in fits.made(_SYNTHETIC)
    ]
    parts.append(_group_time_events(design, spec, calendar))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _did_events(fits: Fits, calendar: Calendar, outcome: str) -> pd.DataFrame:
    design, spec = fits.design, fits.spec
    panel, treated = design.panel, design.treated
    starts = np.unique(panel.treated_from[treated])
    fit = next((fit for _, fit in fits.made(["did"])), None)
    if fit is None:
        return pd.DataFrame()
    times, gaps = fit.by_event_time(panel.treated_from)
    rows = pd.DataFrame({"event_time": times, "estimate": gaps})
    if starts.size == 1:
        most = max(_CELLS_AT_ONCE // (times.size * treated.size), _FEWEST_PLACEBOS)
        rng = generator(spec, outcome, "did", "events")
        chosen = all_assignments(design, spec, rng, most=most)
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
        cells = group_time_effects(panel, anticipation=_anticipation(design))
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


def _anticipation(design: Design) -> int:
    """Give the periods before each start that belong to no base; the same for all starts."""
    panel, base = design.panel, design.base
    starts = np.unique(panel.treated_from[design.treated])
    between = [start - 1 - int(base[base < start][-1]) for start in starts if (base < start).any()]
    return max(between, default=0)


def influence_error(design: Design) -> float:
    """Give the standard error of the group-time effect if units were independent."""
    from models.causal.group_time import standard_errors

    try:
        cells = group_time_effects(design.panel, anticipation=_anticipation(design))
        _, influence = simple_effect(cells)
    except ModelError:
        return math.nan
    return float(standard_errors(influence[:, None])[0])


def weight_rows(fits: Fits, calendar: Calendar) -> pd.DataFrame:
    """Give the weights of donors and periods behind each synthetic comparison.

    Parameters
    ----------
    fits : Fits
        Of the outcome.
    calendar : Calendar
        Of the periods.

    Returns
    -------
    DataFrame
        A `WEIGHTS` table without its stamp, `outcome` left to the caller.
    """
    design = fits.design
    if not design.has_begun:
        return pd.DataFrame()
    parts = []
    names = np.array(design.grid.names)
    periods = np.array([calendar.name(number) for number in design.grid.periods])
    for estimator, fit in fits.made(_SYNTHETIC):
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
