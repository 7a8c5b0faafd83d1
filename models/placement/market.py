"""The problem made ready for the engine: points compiled, homes indexed, limits listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.placement.bundles import Bundles, bundle_costs, unplaced_costs
from models.placement.home_grid import HomeIndex, index_homes
from models.placement.nearby import PricedOut, bound_only, merged, price_out
from models.placement.problem import UNPLACED, FloatArray, IntArray, PlacementProblem, Weights
from models.placement.restricted import Columns, Prices, Restricted
from models.placement.rules import SideRule, rules_of
from models.placement.sides import rows_over
from models.placement.tables import PairTables, compile_tables
from models.placement.terms import home_points


@dataclass(frozen=True, slots=True)
class Market:
    """Groups that want homes, at some weights and under some limits.

    Attributes
    ----------
    problem : PlacementProblem
    weights : mapping of str to float
        Points by term.
    rules : tuple of SideRule
        Limits on the whole plan.
    tables : PairTables
    index : HomeIndex
    unplaced_cost : ndarray of float64, shape (n_children,)
        Hundredths of a point.
    """

    problem: PlacementProblem
    weights: Weights
    rules: tuple[SideRule, ...]
    tables: PairTables
    index: HomeIndex
    unplaced_cost: FloatArray

    @classmethod
    def of(
        cls,
        problem: PlacementProblem,
        weights: Weights,
        *,
        rules: Sequence[SideRule] | None = None,
    ) -> Market:
        """Make a problem ready; its own limits hold where none are given."""
        tables = compile_tables(problem, weights)
        return cls(
            problem=problem,
            weights=weights,
            rules=tuple(rules_of(problem) if rules is None else rules),
            tables=tables,
            index=index_homes(problem, tables),
            unplaced_cost=unplaced_costs(problem, weights=weights).astype(np.float64),
        )

    @property
    def floor(self) -> int:
        """Hundredths that every plan pays: the first home of each group."""
        return home_points(self.weights, "home_of_group") * self.problem.n_groups

    def free_prices(self) -> Prices:
        """Give prices at which every place is free."""
        return Prices.zero(n_homes=self.problem.n_homes, n_rows=len(self.rules))

    def price_out(
        self,
        prices: Prices,
        *,
        slack: float,
        most_per_set: int | None = None,
        keep: Columns | None = None,
    ) -> PricedOut:
        """Price all eligible homes out (`models.placement.nearby.price_out`)."""
        return price_out(
            self.problem,
            self.tables,
            self.index,
            prices,
            slack=slack,
            most_per_set=most_per_set,
            rules=self.rules,
            keep=keep,
        )

    def bound(self, prices: Prices) -> float:
        """Give what the prices prove over every eligible home, hundredths of a point."""
        return bound_only(self.problem, self.tables, self.index, prices, rules=self.rules)

    def restricted(self, columns: Columns) -> Restricted:
        """Give the problem over some bundles."""
        problem = self.problem
        return Restricted(
            columns=columns,
            first_child=problem.first_child,
            group_size=problem.group_size,
            unplaced_cost=self.unplaced_cost,
            capacity=problem.homes.places.astype(np.int64),
            apart=problem.apart,
            sides=rows_over(problem, self.rules, columns),
        )

    def with_plan(self, columns: Columns, home: IntArray) -> Columns:
        """List the bundles of a plan too.

        Parameters
        ----------
        columns : Columns
        home : ndarray of int, shape (n_children,)
            Row of each child's home, `UNPLACED` for none.
        """
        return merged(columns, self.costed(bundles_of_plan(self.problem, home)))

    def costed(self, bundles: Bundles) -> Columns:
        """Give the columns of some bundles, which stand in their order."""
        begin = np.searchsorted(bundles.group, np.arange(self.problem.n_groups + 1))
        cost = bundle_costs(self.problem, bundles, weights=self.weights)
        return Columns(
            begin=begin.astype(np.int64),
            members=bundles.members.astype(np.uint8),
            home=bundles.home.astype(np.int32),
            places=bundles.places.astype(np.int32),
            cost=cost.astype(np.float64),
        )

    def recosted(self, columns: Columns) -> Columns:
        """Give the same bundles at this market's weights."""
        members = columns.members.astype(np.int64)
        bundles = Bundles(
            group=columns.group,
            members=members,
            home=columns.home.astype(np.int64),
            size=np.bitwise_count(columns.members).astype(np.int64),
            places=columns.places.astype(np.int64),
        )
        return self.costed(bundles)


def bundles_of_plan(problem: PlacementProblem, home: IntArray) -> Bundles:
    """Give the bundles that a plan uses, in the order of group, members and home.

    Parameters
    ----------
    problem : PlacementProblem
    home : ndarray of int, shape (n_children,)
        Row of each child's home, `UNPLACED` for none.
    """
    placed = np.flatnonzero(home != UNPLACED)
    key = problem.children.group[placed] * problem.n_homes + home[placed]
    used, at = np.unique(key, return_inverse=True)
    members = np.zeros(used.size, dtype=np.int64)
    np.bitwise_or.at(members, at, np.left_shift(1, problem.place_in_group[placed]))
    size = np.bincount(at, minlength=used.size).astype(np.int64)
    alone = np.zeros(used.size, dtype=bool)
    np.logical_or.at(alone, at, problem.children.solo[placed])
    group, where = used // problem.n_homes, used % problem.n_homes
    places = problem.homes.places[where]
    taken = np.where(alone | (size > places), places, size)
    order = np.lexsort((where, members, group))
    return Bundles(group[order], members[order], where[order], size[order], taken[order])
