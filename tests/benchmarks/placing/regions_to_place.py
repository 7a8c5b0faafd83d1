"""An invented region as a council files it, as the engine takes it and as the verifier sees it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from models.placement import Certificate, PlacementProblem, groups_together, plan_points
from rcc_forecast.placement import tidy_children, tidy_homes
from rcc_forecast.placement.build import Built, build_problem
from rcc_forecast.placement.settings import Settings, settings_of
from rcc_forecast.placement.verification.bound import bound_of
from rcc_forecast.placement.verification.faults import Faults
from rcc_forecast.placement.verification.kernels import NOBODY
from rcc_forecast.placement.verification.limits import by_code, limits_of
from rcc_forecast.placement.verification.points import plan_points as points_again
from rcc_forecast.placement.verification.rows import check_rules
from rcc_forecast.placement.verification.world import World, world_of
from tests.builders.regions import TODAY, a_region, region_tables

HUNDREDTHS = 100
NOTHING_ASKED = settings_of()


@dataclass(frozen=True)
class Case:
    """Tables, what is asked of the plan, and the problem built from both."""

    children: pd.DataFrame
    homes: pd.DataFrame
    replan: bool
    settings: Settings = NOTHING_ASKED

    @classmethod
    def drawn(cls, shape: str, *, children: int | None = None, seed: int) -> Case:
        region = a_region(shape, children=children, seed=seed)
        kids, homes = region_tables(region)
        return cls(tidy_children(kids)[0], tidy_homes(homes)[0], region.replan)

    def asking(self, settings: Settings) -> Case:
        return replace(self, settings=settings)

    def with_homes(self, homes: pd.DataFrame) -> Case:
        return replace(self, homes=homes.reset_index(drop=True))

    @cached_property
    def built(self) -> Built:
        return build_problem(
            self.children, self.homes, on=TODAY, replan=self.replan, rules=self.settings.rules
        )

    @property
    def problem(self) -> PlacementProblem:
        return self.built.problem

    @cached_property
    def world(self) -> World:
        asked = self.settings
        scenario = {
            "on": TODAY.date().isoformat(),
            "replan": self.replan,
            "weights": asked.weights,
            "rules": asked.given_rules,
            "tiers": list(asked.tiers),
            "overrides": [],
            "seed": 0,
        }
        return world_of(self.children, self.homes, scenario)

    @property
    def floor(self) -> int:
        """Hundredths that every plan pays: the first home of each group."""
        return round(HUNDREDTHS * self.settings.weights["home_of_group"]) * self.problem.n_groups

    @property
    def size(self) -> dict[str, int]:
        places = int(self.problem.homes.places.sum())
        return {
            "children": self.problem.n_children,
            "homes": self.problem.n_homes,
            "places": places,
        }

    def objective(self, home: np.ndarray) -> int:
        """Hundredths of a point of a plan, the engine's counting."""
        return int(plan_points(self.problem, home, weights=self.settings.weights).sum())

    def figures(self, home: np.ndarray) -> dict[str, float]:
        siblings = self.problem.group_size > 1
        together = groups_together(self.problem, home)[siblings]
        return {
            "net_points": (self.objective(home) - self.floor) / HUNDREDTHS,
            "unplaced_children": int((home < 0).sum()),
            "groups_together_pct": round(100 * float(together.mean()), 2),
        }

    def gap_pct(self, objective: float, bound: float) -> float | None:
        """Points from the bound as per cent of the points above the floor; hundredths go in."""
        if not (math.isfinite(objective) and math.isfinite(bound)):
            return None
        return round(100 * (objective - bound) / max(objective - self.floor, 1), 4)

    def verified_plan(self, home: np.ndarray) -> dict[str, float]:
        """Points and broken rules of a plan by the separate verifier."""
        world, mine = self.world, self.built
        child = pd.Index(mine.children["child_id"]).get_indexer(
            pd.Index(world.children["child_id"])
        )
        there = pd.Index(world.homes["home_id"]).get_indexer(pd.Index(mine.homes["home_id"]))
        claimed = np.where(home < 0, NOBODY, there[home])[child].astype(np.int64)
        faults = Faults()
        check_rules(world, claimed, faults)
        points = points_again(world, claimed, self.settings.weights).total
        return {
            "verified_net_points": round((points - self.floor) / HUNDREDTHS, 2),
            "verified_rules_broken": len(faults.told()),
        }

    def verified_bound(
        self, certificate: Certificate, *, name: str = "points", earlier: tuple[str, ...] = ()
    ) -> int:
        """What the prices prove over every open home by the separate verifier, in hundredths."""
        world = self.world
        at = pd.Index(self.built.homes["home_id"]).get_indexer(pd.Index(world.homes["home_id"]))
        held = {
            by_code(world, self.built.rule_label(limit.name)): limit for limit in certificate.limits
        }
        found = bound_of(
            world,
            name=name,
            tolls=np.ascontiguousarray(certificate.home[at], dtype=float),
            limits=limits_of(world),
            tiers=list(earlier),
            prices={rule: limit.price for rule, limit in held.items()},
            most={rule: float(limit.limit) for rule, limit in held.items()},
        )
        return math.floor(found.value + 1e-3)
