"""Small regions as arrays, in which everything that the engine knows of happens at once."""

from __future__ import annotations

import numpy as np

from models.placement.problem import (
    ELSEWHERE,
    FREE,
    UNPLACED,
    Children,
    Homes,
    PlacementProblem,
    Rules,
)


def a_small_region(
    *, seed: int, n_groups: int = 12, n_homes: int = 30, side_miles: float = 40.0, **rules: object
) -> PlacementProblem:
    """Children with siblings, twins, solo, moves, schools, overrides, and homes of three kinds.

    Brothers and sisters may come from different addresses; some children have no
    school, some live in a home now, some homes are to be avoided.
    """
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(n_groups), rng.choice([1, 1, 2, 3, 4, 5], n_groups))
    n = group.size
    at_home = rng.uniform(0, side_miles, (n_groups, 2))[group]
    elsewhere = rng.random(n) < 0.2
    xy = np.where(elsewhere[:, None], rng.uniform(-10, side_miles + 10, (n, 2)), at_home)
    school_xy = xy + rng.normal(0, 3, (n, 2))
    school_xy[rng.random(n) < 0.2] = np.nan
    age = rng.integers(0, 18, n)
    present = np.where(rng.random(n) < 0.4, rng.integers(0, n_homes, n), UNPLACED)
    kind = rng.choice(3, n_homes, p=[0.7, 0.15, 0.15])
    age_min = rng.integers(0, 10, n_homes)
    homes = Homes(
        xy=rng.uniform(0, side_miles, (n_homes, 2)),
        kind=kind,
        childrens_home=kind == 1,
        places=rng.choice([0, 1, 1, 2, 3, 4], n_homes),
        exempt=rng.random(n_homes) < 0.2,
        age_min=age_min,
        age_max=age_min + rng.integers(4, 18, n_homes),
        sex=rng.choice(3, n_homes, p=[0.7, 0.15, 0.15]),
        needs_met=rng.integers(0, 4, n_homes),
        grade=rng.integers(-1, 5, n_homes),
        for_profit=rng.random(n_homes) < 0.4,
        weekly_cost_gbp=np.round(rng.uniform(300, 5000, n_homes), 2),
        authority=rng.integers(-2, 4, n_homes).clip(-2, 3),
    )
    children = Children(
        xy=xy,
        school_xy=school_xy,
        age=age,
        sex=rng.choice(3, n, p=[0.05, 0.5, 0.45]),
        needs=rng.choice(4, n, p=[0.6, 0.2, 0.1, 0.1]),
        solo=rng.random(n) < 0.1,
        group=group,
        authority=rng.integers(-1, 4, n),
        suitability=rng.choice(4, (n, 3), p=[0.3, 0.3, 0.1, 0.3]),
        present_home=np.where((present == UNPLACED) & (rng.random(n) < 0.2), ELSEWHERE, present),
        settled=rng.random(n) < 0.5,
        fixed_home=np.where(rng.random(n) < 0.08, rng.integers(0, n_homes, n), FREE),
        ethnicity=rng.integers(-1, 3, n),
    )
    first = np.flatnonzero(np.r_[False, group[1:] == group[:-1]])
    twins = first[rng.random(first.size) < 0.3]
    twins = twins[np.r_[True, np.diff(twins) > 1]] if twins.size else twins
    avoid = np.column_stack([rng.integers(0, n, n), rng.integers(0, n_homes, n)])
    apart = np.zeros((0, 2), dtype=np.int64)
    pairs = np.column_stack([twins - 1, twins])
    return PlacementProblem(children, homes, pairs, apart, avoid, Rules(**rules))  # type: ignore[arg-type]
