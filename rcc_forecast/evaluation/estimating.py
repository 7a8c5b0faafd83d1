"""One outcome's effects: every estimator, each with the inference that suits few treated units.

An estimator that cannot run is a row with its reason; the rest runs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.causal.base import NEVER, Effect, FloatArray, IntArray
from models.causal.conformal import (
    FEWEST_BEFORE,
    PeriodIntervals,
    Residuals,
    conformal_intervals,
    mean_difference_residuals,
)
from models.causal.donald_lang import donald_lang, region_differences
from models.causal.randomisation import (
    Assignments,
    by_randomisation,
    inverted_interval,
    permutation_p,
)
from models.causal.ridge_augmented import augmented_residuals
from models.causal.simplex import simplex_weights
from models.errors import ModelError
from rcc_forecast.evaluation.fitting import Fits, InParts
from rcc_forecast.evaluation.members import judged_by_t
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.evaluation.stages import Design

TOO_EARLY = "too early: no treated unit has a whole period since delivery"

PERMUTATION, DONALD_LANG = "region_permutation", "donald_lang"
PERMUTATION_T = "region_permutation_t"
CONFORMAL, UNIT_PLACEBO = "conformal", "unit_placebo"

INFERENCE: dict[str, tuple[str, ...]] = {
    "did": (PERMUTATION, DONALD_LANG, PERMUTATION_T),
    "synthetic_control": (UNIT_PLACEBO, PERMUTATION, CONFORMAL),
    "synthetic_did": (UNIT_PLACEBO, PERMUTATION),
    "ridge_augmented": (UNIT_PLACEBO, PERMUTATION, CONFORMAL),
    "group_time": (PERMUTATION,),
}
"""Estimators in the order of the tables, the primary one first, and what each is judged by."""

_LINEAR = ("did", "group_time")
"""Estimators whose interval by randomisation is exact: they are linear in the outcome."""

_WORK_OF_A_SEARCH, _MORE_WORK = 100, 400
"""Work of one set of placebos above which an interval by search would take too long: it takes
a dozen sets or more. More is done for the primary outcome, and for synthetic difference in
differences, which has no interval without it."""

_SEARCHED_CLOSE = 1e-3
"""Of the placebos' spread: how near the ends of a searched interval are."""

_ENOUGH_FOR_A_SPREAD = 30
"""Units below which an interval from the spread of placebos is known to be too narrow: of 250 null
panels with 2 treated regions, one of 95% held 0 in 84 in 100 with 9 regions and in 90 with 14 for
synthetic control, and in 94 for synthetic difference in differences."""

_BY_A_SPREAD = "interval by a normal curve and the spread of placebos"
_COVERS_TOO_SELDOM = ", too narrow with so few units"

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
    judged : Judged or None
        What the p-value ranks, assignment by assignment.
    """

    estimator: str
    inference: str
    effect: Effect
    attainable_p: float = math.nan
    placebos: pd.DataFrame | None = None
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A statistic under every assignment.

    Attributes
    ----------
    chosen : Assignments
        Of the rows of a design.
    statistics : ndarray, shape (n_assignments,)
        NaN where one could not be made.
    """

    chosen: Assignments
    statistics: FloatArray


def reason_of(error: ModelError) -> str:
    """Give why an estimate could not be made, as a note: without the estimator's name or a stop."""
    return str(getattr(error, "reason", error)).removesuffix(".")


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
    design = fits.design
    for name in names:
        asked = [each for each in INFERENCE[name] if only in (None, each)]
        if not design.has_begun:
            yield from (Answer(name, each, Effect(math.nan, note=TOO_EARLY)) for each in asked)
            continue
        try:
            maker = _Answers(fits, name, outcome, fits.of(name).att)
        except ModelError as error:
            effect = Effect(math.nan, note=reason_of(error))
            yield from (Answer(name, each, effect) for each in asked)
            continue
        for inference in asked:
            try:
                yield maker.by(inference)
            except ModelError as error:
                yield Answer(name, inference, Effect(maker.att, note=reason_of(error)))


@dataclass(frozen=True, slots=True)
class _Answers:
    """One estimator's answers."""

    fits: Fits
    name: str
    outcome: str
    att: float

    @property
    def design(self) -> Design:
        return self.fits.design

    @property
    def spec(self) -> Spec:
        return self.fits.spec

    def by(self, inference: str) -> Answer:
        match inference:
            case "donald_lang":
                return self._by_donald_lang()
            case "conformal":
                return self._by_conformal()
            case "unit_placebo":
                return self._by_unit_placebo()
            case "region_permutation_t":
                return self._by_permutation_of_t()
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
        placebos = self.fits.placebos(self.name)
        if placebos is None:
            return Answer(self.name, PERMUTATION, Effect(self.att, note=self._too_many))
        chosen = placebos.chosen
        effect = Effect(self.att, p_value=permutation_p(placebos.estimates, chosen.observed))
        if not chosen.attainable(self.spec.alpha):
            effect = replace(effect, note=chosen.unattainable)
        elif not np.isnan(placebos.slopes).any():
            low, high = inverted_interval(
                placebos.estimates,
                placebos.slopes,
                observed=chosen.observed,
                alpha=self.spec.alpha,
            )
            effect = finite(replace(effect, low=float(low), high=float(high)))
        elif self._can_search(chosen):
            effect = finite(self._searched(chosen))
        else:
            effect = replace(effect, note="no interval: its search would take too many fits")
        return self._told(PERMUTATION, effect, chosen, placebos.estimates)

    def _by_exact_permutation(self) -> Answer:
        chosen = self.fits.assignments()
        found = by_randomisation(
            InParts(self.fits.estimator(self.name)),
            self.design.panel,
            chosen,
            base=self.design.base,
            post=self.design.post,
            alpha=self.spec.alpha,
            linear=True,
        )
        return self._told(PERMUTATION, finite(found.effect), chosen, found.placebos)

    def _searched(self, chosen: Assignments) -> Effect:
        return by_randomisation(
            self.fits.estimator(self.name),
            self.design.panel,
            chosen,
            base=self.design.base,
            post=self.design.post,
            alpha=self.spec.alpha,
            close=_SEARCHED_CLOSE,
        ).effect

    def _by_permutation_of_t(self) -> Answer:
        """Allow for the size of regions: the t of their authorities' mean change."""
        chosen = self.fits.assignments()
        effect, statistics = judged_by_t(
            self.design, self.fits.members, chosen, alpha=self.spec.alpha
        )
        whose = "regions'" if self.fits.members is None else "authorities'"
        notes = [effect.note, f"p and interval by the clustered t of the {whose} mean change"]
        shown = replace(effect, estimate=self.att, note="; ".join(note for note in notes if note))
        return self._told(PERMUTATION_T, finite(shown), chosen, statistics)

    def _told(
        self,
        inference: str,
        effect: Effect,
        chosen: Assignments,
        estimates: FloatArray,
        statistics: FloatArray | None = None,
    ) -> Answer:
        """Put an effect with its placebos; they rank by size where nothing else is given."""
        ranked = np.abs(estimates) if statistics is None else statistics
        rows = _placebo_rows(self.design, chosen, estimates, ranked)
        judged = Judged(chosen, estimates if statistics is None else statistics)
        return Answer(self.name, inference, effect, chosen.smallest_p, rows, judged)

    def _by_unit_placebo(self) -> Answer:
        """Rank by the ratio of misfit after and before, as Abadie, Diamond and Hainmueller do.

        Synthetic difference in differences, which has no misfit in levels, ranks by size.
        The interval is the estimate with the spread of placebos in untreated units
        alone, after Arkhangelsky et al. (2021), algorithm 4; unlike there, the treated
        stay among the donors, so that a true effect makes it a little wider.
        """
        placebos = self.fits.placebos(self.name)
        if placebos is None:
            return Answer(self.name, UNIT_PLACEBO, Effect(self.att, note=self._too_many))
        chosen = placebos.chosen
        by_size = self.name == "synthetic_did"
        statistics = placebos.estimates if by_size else placebos.ratios
        error = placebos.spread_of_untreated
        reach = float(norm.ppf(1 - self.spec.alpha / 2)) * error
        notes = ["" if by_size else "p by the ratio of misfit after and before"]
        if not math.isnan(error):
            few = not by_size and self.design.panel.n_units < _ENOUGH_FOR_A_SPREAD
            notes.append(f"{_BY_A_SPREAD}{_COVERS_TOO_SELDOM if few else ''}")
        if not chosen.attainable(self.spec.alpha):
            notes.insert(0, chosen.unattainable)
        effect = Effect(
            self.att,
            error,
            self.att - reach,
            self.att + reach,
            permutation_p(statistics, chosen.observed),
            "; ".join(note for note in notes if note),
        )
        return self._told(
            UNIT_PLACEBO, effect, chosen, placebos.estimates, None if by_size else statistics
        )

    def _by_conformal(self) -> Answer:
        design, starts = self.design, self.design.panel.treated_from[self.design.treated]
        if np.unique(starts).size > 1:
            note = "treated units start at different times: see each of them alone"
            return Answer(self.name, CONFORMAL, Effect(self.att, note=note))
        found = conformal_of(design, self.spec, self.name)
        # The p of this row is of all periods after as one block, among the blocks of all periods.
        smallest = 1 / (design.base.size + design.post.size)
        if math.isnan(found.joint_p):
            beyond = f"not attainable: p could be no smaller than {smallest:.3f}"
            notes = [found.note, beyond if smallest > self.spec.alpha else ""]
            effect = Effect(self.att, note="; ".join(note for note in notes if note))
            return Answer(self.name, CONFORMAL, effect, smallest)
        one = design.post.size == 1
        told = "p of all periods together; intervals by period in event_study.csv"
        if self.name == "synthetic_control" and self.spec.predictors:
            told += "; each refits on outcomes, not on predictors"
        effect = Effect(
            self.att,
            low=float(found.low[0]) if one else math.nan,
            high=float(found.high[0]) if one else math.nan,
            p_value=found.joint_p,
            note="; ".join(note for note in (found.note, "" if one else told) if note),
        )
        return Answer(self.name, CONFORMAL, finite(effect), smallest)

    @property
    def _too_many(self) -> str:
        number = self.design.treated.size
        return f"{number:,} treated units are too many for placebos of this estimator"

    def _can_search(self, chosen: Assignments) -> bool:
        worth_more = self.outcome == self.spec.primary or self.name == "synthetic_did"
        most = _MORE_WORK if worth_more else _WORK_OF_A_SEARCH
        return chosen.n * self.fits.work_of(self.name) <= most


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
        residuals=_residuals_of(name, target, donors, design.base),
        alpha=spec.alpha,
    )


def _residuals_of(name: str, target: FloatArray, donors: FloatArray, base: IntArray) -> Residuals:
    seen = base[~np.isnan(target[base])]
    if name == "ridge_augmented" and seen.size >= FEWEST_BEFORE:
        return augmented_residuals(donors[:, seen], target[seen])
    return _mixture_residuals if name == "synthetic_control" else mean_difference_residuals


def _mixture_residuals(target: FloatArray, donors: FloatArray) -> FloatArray:
    """Residuals from the mixture of donors that is nearest over all the times given."""
    return np.array([each - simplex_weights(donors, each) @ donors for each in target])
