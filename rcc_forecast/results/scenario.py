"""Futures of a what-if, each the same future as before but for what the what-if changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.reconciliation.paths import MOST_STRETCH
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.tables.scenario import COMPARISON
from rcc_forecast.tables.scenario import KEYS as KEY_COLUMNS

_MOST_HELD = 64
"""Areas whose futures are kept: 1.4 MB each for 200 futures of 36 months."""


@dataclass(frozen=True, slots=True)
class HeldFutures(AreaFutures):
    """Futures as things are, kept once worked out, for whoever asks again and again."""

    _known: dict[int, NDArray[np.float32]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, futures: AreaFutures) -> HeldFutures:
        """Keep the futures of every area from now on, where the areas are not too many."""
        return cls(**_fields_of(futures))

    def children(self, area: Area) -> NDArray[np.float32]:
        """Give the futures of one area, not to be written into; see `AreaFutures`."""
        if id(area) in self._known:
            return self._known[id(area)]
        found = AreaFutures.children(self, area)
        found.flags.writeable = False
        if len(self.areas) <= _MOST_HELD and any(area is own for own in self.areas):
            self._known[id(area)] = found
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFutures(AreaFutures):
    """Children in every future of an area under a what-if.

    A future keeps its chance: it lies as far above or below what is expected, in
    proportion, as it did before. So the difference between two scenarios, future
    by future, is what they say and never luck.

    Attributes
    ----------
    base : AreaFutures
        As things are; `paths` and `published` are its own, before the what-if.
    before : ndarray, shape (n_authorities, n_kinds, n_bands, horizon)
        Expected children as things are.
    runs : ndarray, shape (n_runs, n_authorities, n_kinds, n_bands, horizon)
        Expected children under each run of the what-if's levers on demand.
    weights : ndarray, shape (n_paths, n_runs)
        What each run counts in each future; rows sum to 1.
    """

    base: AreaFutures
    before: FloatArray
    runs: FloatArray
    weights: FloatArray

    @classmethod
    def of(
        cls, base: AreaFutures, *, before: FloatArray, runs: FloatArray, weights: FloatArray
    ) -> ScenarioFutures:
        """Move futures as things are by what a what-if expects; see the attributes."""
        return cls(**_fields_of(base), base=base, before=before, runs=runs, weights=weights)

    def children(self, area: Area) -> NDArray[np.float32]:
        """Give the futures of one area, shape (n_paths, n_kinds, n_bands, horizon).

        The mean over futures is what the what-if's runs expect, so weighed.
        Where its levers change nothing, the numbers are those of `base`, to
        the last bit.
        """
        return self.children_at(area, np.arange(len(self.months)))

    def children_at(self, area: Area, months: IntArray) -> NDArray[np.float32]:
        """Give the futures of some months alone, counted from 0: the same numbers."""
        futures = self.base.children(area)[..., months]
        member = area.members[:, months].astype(np.float64)
        before = np.einsum("akbh,ah->kbh", self.before[..., months], member)
        runs = np.einsum("rakbh,ah->rkbh", self.runs[..., months], member)
        if (runs == before).all():
            return futures
        # As a change from before: where a lever does nothing, this is `before` to the last bit.
        mean = np.maximum(before + np.tensordot(self.weights, runs - before, axes=1), 0.0)
        ratio = np.divide(mean, before, out=np.zeros_like(mean), where=before > 0)
        # Else moves to a kind that is nearly empty would all fall into the futures that fill it.
        np.minimum(ratio, MOST_STRETCH, out=ratio)
        moved = futures * ratio
        missing = mean - ratio * before
        missing[missing < 1e-12 * np.maximum(mean, 1.0)] = 0.0
        moved += missing
        unsure = (runs != runs[0]).any(axis=0)
        if unsure.any():
            moved *= np.where(unsure, _to_mean(moved, mean), 1.0)
        return np.asarray(moved, dtype=np.float32)


def children_at(futures: AreaFutures, area: Area, months: IntArray) -> NDArray[np.float32]:
    """Give an area's futures of some months alone, by the shortest way."""
    if isinstance(futures, ScenarioFutures):
        return futures.children_at(area, months)
    return futures.children(area)[..., months]


def _fields_of(futures: AreaFutures) -> dict[str, Any]:
    return {part.name: getattr(futures, part.name) for part in fields(AreaFutures)}


def _to_mean(moved: FloatArray, mean: FloatArray) -> FloatArray:
    """Put back what the luck of which future drew which assumption has moved the mean by."""
    now, wanted = moved.mean(axis=0), mean.mean(axis=0)
    return np.asarray(np.divide(wanted, now, out=np.ones_like(now), where=now > 0))


TOLERANCE = 1e-4
"""Children or pounds; a difference below it is rounding of 32 bits."""

KEYS = [column.name for column in KEY_COLUMNS]
"""Columns that tell answers apart."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a scenario says at a few months, in every future.

    Attributes
    ----------
    rows : DataFrame
        One row an answer: `KEYS` and local_authority_name.
    futures : ndarray, shape (n_paths, n_rows)
        Children, places or GBP a week, by the row's measure.
    """

    rows: pd.DataFrame
    futures: FloatArray

    def joined(self, other: Answers) -> Answers:
        """Put other answers of the same futures below."""
        return Answers(
            pd.concat([self.rows, other.rows], ignore_index=True),
            np.concatenate([self.futures, other.futures], axis=1),
        )

    def table(self) -> pd.DataFrame:
        """Give a row an answer and a column a future, ``f0`` and so on, of 32 bits."""
        names = [f"f{path}" for path in range(len(self.futures))]
        drawn = pd.DataFrame(self.futures.T.astype(np.float32), columns=names)
        return pd.concat([self.rows.reset_index(drop=True), drawn], axis=1)

    @classmethod
    def from_table(cls, table: pd.DataFrame) -> Answers:
        """Read back what `table` gave."""
        futures = [name for name in table.columns if name.startswith("f") and name[1:].isdigit()]
        rows = table.drop(columns=futures)
        return cls(rows, table[futures].to_numpy(dtype=np.float64).T)


def compared(answers: Mapping[str, Answers]) -> pd.DataFrame:
    """Set scenarios beside the first of them, future by future.

    Parameters
    ----------
    answers : mapping of str to Answers
        By name, the base first; of the same futures.

    Returns
    -------
    DataFrame
        A `COMPARISON` table: rows that all of them have, the base's own left out.
    """
    (_, base), *others = answers.items()
    return COMPARISON.check(
        pd.concat([_beside(base, other, name) for name, other in others], ignore_index=True)
    )


def _beside(base: Answers, other: Answers, name: str) -> pd.DataFrame:
    place = pd.Series(range(len(other.rows)), pd.MultiIndex.from_frame(other.rows[KEYS]))
    at = place.reindex(pd.MultiIndex.from_frame(base.rows[KEYS])).to_numpy(dtype=np.float64)
    both = np.flatnonzero(~np.isnan(at))
    before, after = base.futures[:, both], other.futures[:, at[both].astype(np.int64)]
    difference = after - before
    low, high = np.quantile(difference, [0.1, 0.9], axis=0)
    rows = base.rows.iloc[both].reset_index(drop=True)
    return rows.assign(
        scenario=name,
        base_mean=before.mean(axis=0),
        mean=after.mean(axis=0),
        difference_mean=difference.mean(axis=0),
        difference_q10=low,
        difference_q90=high,
        p_below_0=(difference < -TOLERANCE).mean(axis=0),
        p_above_0=(difference > TOLERANCE).mean(axis=0),
    )
