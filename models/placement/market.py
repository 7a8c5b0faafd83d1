"""The problem made ready for the engine: points compiled, homes indexed, limits listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.placement.bundles import Bundles, bundle_costs, bundles_of_plan, unplaced_costs
from models.placement.home_grid import HomeIndex, index_homes
from models.placement.nearby import (
    Cheapest,
    PricedOut,
    bound_only,
    cheapest_homes,
    merged,
    price_out,
)
from models.placement.problem import FloatArray, IntArray, PlacementProblem, Weights
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

    def cheapest(self, prices: Prices, group: IntArray, members: IntArray, *, k: int) -> Cheapest:
        """Give the k best homes of sets of members at cost plus price, over all homes."""
        return cheapest_homes(
            self.problem,
            self.tables,
            self.index,
            prices,
            group=group,
            members=members,
            k=k,
            rules=self.rules,
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
