"""One outcome's fits: every estimator as it is, and with others in the place of the treated.

Each is made once and then kept, since intervals, tables and charts ask for the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from models.causal.base import (
    ESTIMATORS,
    NEVER,
    Columns,
    Estimator,
    Fit,
    FloatArray,
    IntArray,
    Panel,
)
from models.causal.randomisation import Assignments, assignments
from models.causal.synthetic_control import synthetic_control_on
from models.causal.unit_placebo import Placebos, fit_placebos
from models.errors import ModelError
from rcc_forecast.evaluation.members import Members
from rcc_forecast.evaluation.spec import MOST_PERMUTATIONS, Spec
from rcc_forecast.evaluation.stages import Design

SYNTHETIC = ("synthetic_control", "synthetic_did", "ridge_augmented")
"""Estimators that make a comparison of their own for each treated unit."""

_MOST_FITS, _FEW_UNITS = 2_500, 60
"""Fits of a weighing estimator for one set of placebos, of panels up to so many units: two or
three seconds. A fit takes longer the more units there are, so larger panels have fewer."""

_MOST_ON_PREDICTORS = 100
"""The same where what predictors count for is searched: a tenth of a second to a second each."""

_FEWEST_PLACEBOS = 19
"""Under so few no p-value could reach 5%, so nothing is drawn in place of all."""

CELLS_AT_ONCE = 20_000_000
"""Numbers held at once where many assignments are judged together."""


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
    members : Members, optional
        The authorities behind the design's regions.
    """

    design: Design
    spec: Spec
    predictors: FloatArray | None = None
    members: Members | None = None
    _kept: dict[str, Fit] = field(default_factory=dict)
    _placebos: dict[str, Placebos | None] = field(default_factory=dict)

    def of(self, name: str) -> Fit:
        """Give an estimator's fit.

        Raises
        ------
        ModelError
            It cannot be made from this outcome.
        """
        if name not in self._kept:
            design = self.design
            self._kept[name] = self.estimator(name)(
                design.panel, base=design.base, post=design.post
            )
        return self._kept[name]

    def estimator(self, name: str) -> Estimator:
        """Give an estimator of the register, or synthetic control on the spec's predictors."""
        if self._matches_predictors(name) and self.predictors is not None:
            return synthetic_control_on(self.predictors)
        return ESTIMATORS[name]

    def placebos(self, name: str) -> Placebos | None:
        """Fit every assignment once; None where there are too many treated units for that.

        Raises
        ------
        ModelError
            The true one cannot be fitted.
        """
        if name not in self._placebos:
            self._placebos[name] = self._placebos_of(name)
        return self._placebos[name]

    def fits_each(self, name: str) -> int:
        """Give the number of matches that one assignment takes."""
        starts = self.design.panel.treated_from[self.design.treated]
        return int(np.unique(starts).size) if name == "synthetic_did" else int(starts.size)

    def work_of(self, name: str) -> float:
        """Give what one assignment costs, in matches of a panel of few units."""
        return self.fits_each(name) * max(self.design.panel.n_units / _FEW_UNITS, 1.0)

    def assignments(self, *, most: int | None = None) -> Assignments:
        """List who could have been treated: the same draws for every estimator and outcome."""
        return all_assignments(
            self.design, self.spec, generator(self.spec, "assignments"), most=most
        )

    def _placebos_of(self, name: str) -> Placebos | None:
        allowed = _MOST_ON_PREDICTORS if self._matches_predictors(name) else _MOST_FITS
        most = int(allowed / self.work_of(name) + 1e-9)
        if most < _FEWEST_PLACEBOS:
            return None
        chosen = self.assignments(most=most)
        return fit_placebos(
            self.estimator(name),
            self.design.panel,
            chosen,
            base=self.design.base,
            post=self.design.post,
            true=self.of(name),
        )

    def _matches_predictors(self, name: str) -> bool:
        has_predictors = self.predictors is not None and bool(self.spec.predictors)
        return name == "synthetic_control" and has_predictors

    def made(self, names: Iterable[str]) -> Iterator[tuple[str, Fit]]:
        """Give the fits of those estimators that can be fitted."""
        for name in names:
            try:
                yield name, self.of(name)
            except ModelError:
                continue


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
        at_once = max(CELLS_AT_ONCE // max(assignments.shape[1] ** 2, 1), 1)
        parts = [
            self.estimator.estimates(
                panel, assignments[first : first + at_once], base=base, post=post
            )
            for first in range(0, len(assignments), at_once)
        ]
        return np.concatenate(parts)
