"""Children, gap, shortfall and spend in every future, for a scenario or for some of its blocks.

Blocks on demand move children, blocks on homes move places and prices: each
part is worked out once for each set of the blocks that can move it, and any set
of all blocks joins such parts. That is what makes 64 sets affordable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from models.sufficiency import shortfall
from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.geography import name_of
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.results.scenario import Answers, children_at
from rcc_forecast.scenarios import Block, Scenario, apply_scenario, runs_of
from rcc_forecast.spending.futures import World
from rcc_forecast.sufficiency import carers_forecast
from rcc_forecast.sufficiency.assumptions import NATIONALLY_COMMISSIONED, NOT_PLANNED, PLANNED
from rcc_forecast.sufficiency.supplies import Supplies, SupplySetting, supply_setting
from rcc_forecast.sufficiency.supply import AreaSupply
from rcc_forecast.what_ifs.fit import Fitted, futures_under
from rcc_forecast.what_ifs.money import contracts_of, weekly_spend, world_under

Part = TypeVar("Part")

YEARLY = 12
"""Months between the months that are answered for, unless others are asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """A scenario put to a fitted region, whose parts are worked out once.

    Attributes
    ----------
    fit : Fitted
        The region as things are.
    homes : DataFrame
        A `HOMES` table.
    scenario : Scenario
        What is asked.
    months : ndarray of int
        Months answered for, counted from 0.
    cohort : DataFrame, optional
        A `CHILDREN_TO_PLACE` table: whom free places suit.
    costs : DataFrame, optional
        A `COSTS` table: prices that hold instead.
    """

    fit: Fitted
    homes: pd.DataFrame
    scenario: Scenario
    months: IntArray
    cohort: pd.DataFrame | None = None
    costs: pd.DataFrame | None = None
    _futures: dict[frozenset[str], AreaFutures] = field(default_factory=dict)
    _set_against: dict[frozenset[str], list[tuple[FloatArray, ...]]] = field(default_factory=dict)
    _settings: list[SupplySetting] = field(default_factory=list)
    _registers: dict[frozenset[str], _Registers] = field(default_factory=dict)
    _worlds: dict[frozenset[str], World] = field(default_factory=dict)

    @property
    def blocks(self) -> list[str]:
        """Blocks that can move an answer, as messages name them: all but budgets."""
        budgets = self.scenario.budgets
        return [block.where for block in self.scenario.blocks if block not in budgets]

    @property
    def _on_places(self) -> list[Block]:
        """Blocks that open and close homes: prices move no place."""
        return [block for block in self.scenario.on_homes if block is not self.scenario.prices]

    def answers(self, made: frozenset[str]) -> Answers:
        """Answer with some blocks made, and the others left out.

        Parameters
        ----------
        made : frozenset of str
            Of `blocks`; none of them is the answer as things are.
        """
        return Answers(_rows(self), self.futures(made))

    def futures(self, made: frozenset[str]) -> FloatArray:
        """Answer in bare numbers, shape (n_paths, n_rows)."""
        own = frozenset(block.where for block in (*self._on_places, *self.scenario.on_demand))
        if own & made not in self._set_against:
            self._set_against[own & made] = self._children_and_places(made)
        found = []
        with_places, spend = self._set_against[own & made], self._spend(made)
        for a, (area, parts) in enumerate(zip(self.fit.futures.areas, with_places, strict=True)):
            of_area = spend[:, a]
            figures = (
                *parts,
                np.concatenate([of_area, of_area.sum(axis=1, keepdims=True)], axis=1),
            )
            founded = _founded(area, self)
            found += [by_kind[:, :, founded].reshape(len(spend), -1) for by_kind in figures]
        return np.concatenate(found, axis=1)

    def _children_and_places(self, made: frozenset[str]) -> list[tuple[FloatArray, ...]]:
        """Work out children, gap and places missing of each area."""
        registers = self._part(self._registers, made, self._on_places, self._registers_of)
        futures = self._futures_of(self.scenario.only(made))
        found: list[tuple[FloatArray, ...]] = []
        for area, rated in zip(futures.areas, self.rated, strict=True):
            children = children_at(futures, area, self.months)
            gap, missing = registers.against(children, self._at(area))
            counted = children.sum(axis=2, dtype=np.float64)
            found.append(
                (_with_totals(counted, rated), _of_rated(gap, rated), _of_rated(missing, rated))
            )
        return found

    def _spend(self, made: frozenset[str]) -> FloatArray:
        meant = self.scenario.only(made)
        return weekly_spend(
            self.fit,
            self._futures_of(meant),
            self._part(self._worlds, made, self.scenario.on_homes, self._world_of),
            self.homes,
            contracts=contracts_of(self.fit, meant),
            months=self.months,
        )

    @property
    def rated(self) -> list[NDArray[np.bool_]]:
        """Kinds that have homes to be set against, area by area, each of shape (n_kinds,)."""
        kinds = self.fit.futures.kinds
        listed = np.isin(kinds, self.homes["placement_type"].unique())
        return [_rated(area, listed, kinds) for area in self.fit.futures.areas]

    def _world_of(self, scenario: Scenario) -> World:
        as_of = self.fit.prepared.history.as_of
        homes = apply_scenario(scenario, self.homes, as_of=as_of, prices=False)
        return world_under(self.fit, homes, scenario, costs=self.costs)

    def _part(
        self,
        known: dict[frozenset[str], Part],
        made: frozenset[str],
        blocks: Sequence[Block],
        work_out: Callable[[Scenario], Part],
    ) -> Part:
        own = frozenset(block.where for block in blocks) & made
        if own not in known:
            known[own] = work_out(self.scenario.only(own))
        return known[own]

    def _futures_of(self, scenario: Scenario) -> AreaFutures:
        own = frozenset(block.where for block in scenario.on_demand)
        if own not in self._futures:
            self._futures[own] = futures_under(self.fit, scenario)
        return self._futures[own]

    def _registers_of(self, scenario: Scenario) -> _Registers:
        fit, as_of = self.fit, self.fit.prepared.history.as_of
        config = fit.config
        runs = runs_of(scenario, blocks=scenario.on_homes, n_paths=config.n_paths, seed=config.seed)
        shared = self._shared()
        registers = [apply_scenario(one, self.homes, as_of=as_of) for one in runs.scenarios]
        return _Registers(
            of_each=tuple(
                shared.of(
                    homes,
                    foster_paths=self._carers(homes, changed=_touches_carers(one))[
                        ..., self.months
                    ],
                )
                for homes, one in zip(registers, runs.scenarios, strict=True)
            ),
            weights=runs.weights,
        )

    def _shared(self) -> SupplySetting:
        """Give what every register is counted by: as things are, whatever the scenario says."""
        if not self._settings:
            fit = self.fit
            shared = supply_setting(
                fit.futures,
                homes=self.homes,
                as_of=fit.prepared.history.as_of,
                children_now=fit.children_now,
                residents=fit.residents,
                cohort=self.cohort,
            )
            self._settings.append(shared.at(self.months))
        return self._settings[0]

    def _carers(self, homes: pd.DataFrame, *, changed: bool) -> FloatArray:
        """Growth of usable foster places in each future, (n_paths, n_authorities, horizon)."""
        kept = self.fit.carers_kept
        if not changed and id(self.homes) in kept:
            return kept[id(self.homes)][1]
        found = carers_forecast(
            # Its rows are not wanted: one area is the fewest that it can be asked for.
            replace(self.fit.futures, areas=self.fit.futures.areas[:1]),
            homes=homes if changed else self.homes,
            before=self.homes,
            as_of=self.fit.prepared.history.as_of,
            residents=self.fit.residents,
            seed=self.fit.config.seed,
        ).relative
        if not changed:
            kept[id(self.homes)] = (self.homes, found)
        return found

    def _at(self, area: Area) -> Area:
        """Give an area in the months answered for."""
        months = self.months
        return replace(
            area, rcc=tuple(area.rcc[m] for m in months), members=area.members[:, months]
        )


@dataclass(frozen=True, slots=True)
class _Registers:
    """The register under each run of the blocks on homes, and what a run counts in a future."""

    of_each: tuple[Supplies, ...]
    weights: FloatArray

    def against(self, children: NDArray[np.float32], area: Area) -> tuple[FloatArray, FloatArray]:
        """Set children against places: gap and places missing, each by path, kind and month."""
        runs = [supplies.of_area(area, children) for supplies in self.of_each]
        share = self.weights.mean(axis=0)
        touching, scale = runs[0].touching, runs[0].scale
        places = runs[0].usable[None] if scale is None else _in_each_future(runs[0])
        if len(runs) > 1:
            shape = (len(self.weights), *runs[0].usable.shape)
            each = np.stack([np.broadcast_to(_in_each_future(run), shape) for run in runs])
            places = np.maximum(np.einsum("pr,rpkh->pkh", self.weights, each), 0.0)
            touching = np.einsum("r,rskh->skh", share, np.stack([run.touching for run in runs]))
            usual = np.einsum("r,rkh->kh", share, np.stack([_before_growth(run) for run in runs]))
            scale = np.divide(places, usual, out=np.ones_like(places), where=usual > 0)
        gap = children.sum(axis=2, dtype=np.float64) - places
        missing = shortfall(children, touching=np.maximum(touching, 0.0), scale=scale).missing
        return gap, missing


def _touches_carers(scenario: Scenario) -> bool:
    """Say whether foster households come or go; closures may be of any kind."""
    added = [block.get("placement_type") for block in scenario.added]
    foster = PlacementType.FOSTER.value
    return bool(scenario.closed) or scenario.foster is not None or foster in added


def _in_each_future(run: AreaSupply) -> FloatArray:
    """Usable places by path, kind and month; one path where they are alike in all."""
    if run.scale is None:
        return run.usable[None]
    return np.asarray(_before_growth(run) * run.scale)


def _before_growth(run: AreaSupply) -> FloatArray:
    """Usable places before carers come and go."""
    if run.scale is None:
        return run.usable
    grown = run.scale.mean(axis=0)
    found = np.divide(run.usable, grown, out=np.zeros_like(run.usable), where=grown > 0)
    return np.asarray(found)


def answers(
    fit: Fitted,
    homes: pd.DataFrame,
    scenario: Scenario | None = None,
    *,
    months: Sequence[int] | None = None,
    cohort: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
) -> Answers:
    """Answer a scenario in every future.

    Parameters
    ----------
    fit : Fitted
        The region as things are.
    homes : DataFrame
        A `HOMES` table.
    scenario : Scenario, optional
        As things are when absent.
    months : sequence of int, optional
        Months ahead; each twelfth and the last when absent.
    cohort, costs : DataFrame, optional
        As for `Question`: what the balance and the spend beside it were given.
    """
    asked = question(fit, homes, scenario or Scenario(), months=months, cohort=cohort, costs=costs)
    return asked.answers(frozenset(asked.blocks))


def question(
    fit: Fitted,
    homes: pd.DataFrame,
    scenario: Scenario,
    *,
    months: Sequence[int] | None = None,
    cohort: pd.DataFrame | None = None,
    costs: pd.DataFrame | None = None,
) -> Question:
    """Put a scenario to a region, at some months ahead."""
    horizon = len(fit.futures.months)
    wanted = [*range(YEARLY, horizon + 1, YEARLY), horizon] if months is None else months
    at = np.unique(np.asarray(wanted, dtype=np.int64)) - 1
    seen = at[(at >= 0) & (at < horizon)]
    return Question(fit, homes, scenario, seen, cohort, costs)


def _rows(asked: Question) -> pd.DataFrame:
    """Say what each column of `Question.futures` is about."""
    kinds = np.array(asked.fit.futures.kinds, dtype=object)
    rows = []
    for area, rated in zip(asked.fit.futures.areas, asked.rated, strict=True):
        short = np.append(kinds[rated], PLANNED)
        named = {
            "children": np.append(kinds, [PLANNED, ALL]),
            "gap": short,
            "shortfall": short,
            "spend": np.append(kinds, ALL),
        }
        founded = _founded(area, asked)
        rows += [_labels(area, measure, of, founded, asked) for measure, of in named.items()]
    return pd.concat(rows, ignore_index=True)


def _founded(area: Area, asked: Question) -> IntArray:
    """Places of the months in which an area has a member."""
    return np.flatnonzero(area.members[:, asked.months].any(axis=0))


def _rated(area: Area, listed: NDArray[np.bool_], kinds: list[str]) -> NDArray[np.bool_]:
    """Say which kinds have homes to be set against, in an area."""
    planned = np.array([PlacementType(kind) not in NOT_PLANNED for kind in kinds])
    national = np.array([PlacementType(kind) in NATIONALLY_COMMISSIONED for kind in kinds])
    return planned & listed & ~(national & (area.local_authority != ALL))


def _with_totals(by_kind: FloatArray, rated: NDArray[np.bool_]) -> FloatArray:
    totals = [by_kind[:, rated].sum(axis=1), by_kind.sum(axis=1)]
    return np.concatenate([by_kind, np.stack(totals, axis=1)], axis=1)


def _of_rated(by_kind: FloatArray, rated: NDArray[np.bool_]) -> FloatArray:
    whole = by_kind[:, rated]
    return np.concatenate([whole, whole.sum(axis=1, keepdims=True)], axis=1)


def _labels(
    area: Area, measure: str, kinds: NDArray[np.object_], founded: IntArray, asked: Question
) -> pd.DataFrame:
    at = asked.months[founded]
    months = asked.fit.futures.months[at].strftime("%Y-%m-%d").to_numpy()
    return pd.DataFrame(
        {
            "region": area.region,
            "local_authority": area.local_authority,
            "placement_type": np.repeat(kinds, len(at)),
            "month": np.tile(months, len(kinds)),
            "horizon": np.tile(at + 1, len(kinds)),
            "measure": measure,
            "rcc": np.tile(np.array(area.rcc, dtype=object)[at], len(kinds)),
            "local_authority_name": (
                "" if area.local_authority == ALL else name_of(area.local_authority)
            ),
        }
    )
