"""Random tables with totals, of the shapes that a sufficiency strategy publishes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import sparse

from models.suppression import Sum, SuppressionProblem, sums_of, suppression_problem

THRESHOLD, PROTECTION = 5, 6

Dimension = tuple[int, list[Sum]]
"""How many places a dimension has, and which of them are sums of which."""


def a_plain_dimension(n_parts: int) -> Dimension:
    return n_parts + 1, [(n_parts, tuple(range(n_parts)))]


def authorities_in_regions(rng: np.random.Generator, *, n_authorities: int) -> Dimension:
    """Authorities in regions, and co-operatives of some that may cross a region's edge."""
    n_regions = int(rng.integers(1, 4))
    region = rng.integers(n_regions, size=n_authorities)
    pool = rng.integers(-1, 2, size=n_authorities)
    sums: list[Sum] = []
    at = n_authorities
    regions = []
    for r in range(n_regions):
        inside = tuple(np.flatnonzero(region == r).tolist())
        if inside:
            sums.append((at, inside))
            regions.append(at)
            at += 1
    for p in (0, 1):
        inside = tuple(np.flatnonzero(pool == p).tolist())
        if inside:
            sums.append((at, inside))
            at += 1
    sums.append((at, tuple(regions)))
    return at + 1, sums


def random_counts(rng: np.random.Generator, dimensions: list[Dimension]) -> np.ndarray:
    """Counts of every place of a table: parts drawn, many of them small, totals summed."""
    sizes = [size for size, _ in dimensions]
    mean = rng.lognormal(rng.uniform(0.5, 2.5), rng.uniform(0.5, 1.5), size=sizes)
    counts = rng.poisson(mean) * (rng.random(sizes) > rng.uniform(0, 0.3))
    for axis, (_, sums) in enumerate(dimensions):
        along = np.moveaxis(counts, axis, 0)
        for total, parts in sums:
            along[total] = along[list(parts)].sum(axis=0)
    return counts


def a_table(rng: np.random.Generator, dimensions: list[Dimension]) -> SuppressionProblem:
    """One table of counts: zeros are shown, so whatever is withheld is 1 or more."""
    counts = random_counts(rng, dimensions)
    value = counts.ravel().astype(float)
    coordinates = np.stack(np.unravel_index(np.arange(value.size), counts.shape), axis=1)
    sums = sums_of(coordinates, [sums for _, sums in dimensions], value=value)
    return suppression_problem(
        value,
        sums.equations,
        primary=(value >= 1) & (value <= THRESHOLD),
        protection=PROTECTION,
        low=np.minimum(value, 1.0),
        keep=value == 0,
    )


def a_scenario_and_its_base(
    rng: np.random.Generator, dimensions: list[Dimension]
) -> SuppressionProblem:
    """A base, a scenario and the difference between them, shown or withheld together."""
    base = random_counts(rng, dimensions)
    counts = base.astype(float).ravel()
    coordinates = np.stack(np.unravel_index(np.arange(base.size), base.shape), axis=1)
    factor = np.where(rng.random(base.shape[-1]) < 0.5, 1.0, rng.uniform(0.7, 1.4))
    changed = (base * factor).astype(float)
    for axis, (_, sums) in enumerate(dimensions):
        along = np.moveaxis(changed, axis, 0)
        for total, parts in sums:
            along[total] = along[list(parts)].sum(axis=0)
    scenario = changed.ravel()
    n = base.size
    of_base = sums_of(coordinates, [sums for _, sums in dimensions], value=counts).equations
    of_scenario = sums_of(coordinates, [sums for _, sums in dimensions], value=scenario).equations
    one = sparse.eye_array(n)
    equations = sparse.block_array(
        [[of_base, None, None], [None, of_scenario, None], [-one, one, -one]], format="csr"
    )
    small = ((counts > 0) & (counts < THRESHOLD + 0.5)) | (
        (scenario > 0) & (scenario < THRESHOLD + 0.5)
    )
    return suppression_problem(
        np.concatenate([counts, scenario, scenario - counts]),
        equations,
        group=np.tile(np.arange(n), 3),
        primary=small,
        protection=np.repeat([PROTECTION, PROTECTION, 0.0], n),
        low=np.repeat([0.0, 0.0, -np.inf], n),
        keep=(counts == 0) & (scenario == 0),
        weight=np.rint(counts).astype(np.int64) + 1,
    )


def children_and_their_cost(
    rng: np.random.Generator, dimensions: list[Dimension]
) -> SuppressionProblem:
    """Counts by kind, and what they cost at prices that everybody knows, with its own totals."""
    counts = random_counts(rng, dimensions)
    value = counts.ravel().astype(float)
    n = value.size
    kind = np.unravel_index(np.arange(n), counts.shape)[-1]
    price = rng.choice([0.5, 1.0, 3.0, 6.0], size=counts.shape[-1])
    is_total = np.zeros(counts.shape[-1], dtype=bool)
    is_total[[total for total, _ in dimensions[-1][1]]] = True
    money = counts * price
    for total, parts in dimensions[-1][1]:
        money[..., total] = money[..., list(parts)].sum(axis=-1)
    cost = money.ravel().astype(float)
    coordinates = np.stack(np.unravel_index(np.arange(n), counts.shape), axis=1)
    totals = [sums for _, sums in dimensions]
    priced = np.flatnonzero(~is_total[kind])
    pick = sparse.csr_array(
        (np.ones(len(priced)), (np.arange(len(priced)), priced)), shape=(len(priced), n)
    )
    equations = sparse.block_array(
        [
            [sums_of(coordinates, totals, value=value).equations, None],
            [None, sums_of(coordinates, totals, value=cost).equations],
            [pick.multiply(price[kind][None, :]), -pick],
        ],
        format="csr",
    )
    small = (value >= 1) & (value <= THRESHOLD)
    none = np.zeros(n, dtype=bool)
    return suppression_problem(
        np.concatenate([value, cost]),
        equations,
        primary=np.concatenate([small, none]),
        protection=np.repeat([PROTECTION, 0.0], n),
        low=np.concatenate([np.minimum(value, 1.0), np.zeros(n)]),
        keep=np.concatenate([value == 0, cost == 0]),
        implied=np.column_stack([np.arange(n), n + np.arange(n)]),
        weight=np.concatenate([value, value]).astype(np.int64) + 1,
    )


def _two_ways(rng: np.random.Generator) -> SuppressionProblem:
    rows, columns = rng.integers(3, 16), rng.integers(3, 11)
    return a_table(rng, [a_plain_dimension(int(rows)), a_plain_dimension(int(columns))])


def _three_ways(rng: np.random.Generator) -> SuppressionProblem:
    sizes = rng.integers([2, 2, 2], [8, 6, 5])
    return a_table(rng, [a_plain_dimension(int(size)) for size in sizes])


def _hierarchy(rng: np.random.Generator) -> SuppressionProblem:
    areas = authorities_in_regions(rng, n_authorities=int(rng.integers(4, 13)))
    return a_table(rng, [areas, a_plain_dimension(int(rng.integers(3, 9)))])


def _hierarchy_three_ways(rng: np.random.Generator) -> SuppressionProblem:
    areas = authorities_in_regions(rng, n_authorities=int(rng.integers(3, 8)))
    others = [a_plain_dimension(int(size)) for size in rng.integers([2, 2], [6, 5])]
    return a_table(rng, [areas, *others])


def _linked(rng: np.random.Generator) -> SuppressionProblem:
    areas = authorities_in_regions(rng, n_authorities=int(rng.integers(3, 9)))
    return a_scenario_and_its_base(rng, [areas, a_plain_dimension(int(rng.integers(3, 7)))])


def _priced(rng: np.random.Generator) -> SuppressionProblem:
    areas = authorities_in_regions(rng, n_authorities=int(rng.integers(3, 9)))
    return children_and_their_cost(rng, [areas, a_plain_dimension(int(rng.integers(3, 7)))])


SHAPES: dict[str, Callable[[np.random.Generator], SuppressionProblem]] = {
    "two ways": _two_ways,
    "three ways": _three_ways,
    "regions and co-operatives": _hierarchy,
    "regions, three ways": _hierarchy_three_ways,
    "scenario and base": _linked,
    "children and cost": _priced,
}
