"""Random tables with totals: is any withheld figure recoverable, and is too much withheld?

    python3 run.py bench suppression --tables 1000 --seed 20261122

For every table the exact method chooses what to withhold, and an audit by another
solver and other equations tries to recover each withheld figure. Beside it the
simple rule of a spreadsheet (a second cell in every row and column that has but
one), with what it leaves exposed.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from datetime import date

import numpy as np

from models.suppression import (
    SuppressionProblem,
    audit_suppression,
    solve_suppression,
)
from tests.builders.published_tables import SHAPES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int(date.today().strftime("%Y%m%d")))
    parser.add_argument("--deterministic-time", type=float, default=5.0)
    parser.add_argument("--shape", choices=sorted(SHAPES), action="append")
    asked = parser.parse_args()
    names = asked.shape or list(SHAPES)
    told: dict[str, list[dict[str, float]]] = defaultdict(list)
    for number in range(asked.tables):
        name = names[number % len(names)]
        problem = SHAPES[name](np.random.default_rng([asked.seed, number]))
        told[name].append(judge(problem, limit=asked.deterministic_time))
    print(f"seed {asked.seed}, {asked.tables} tables; seconds of CPU")
    titles = ("tables", "figures", "primary", "exposed", "narrowest", "withheld", "simple rule",
              "exposes", "loss/bound", "proved", "s solve", "s worst", "s audit")  # fmt: skip
    print(f"{'shape':26s}" + "".join(f"{title:>12s}" for title in titles))
    for name in names:
        line(name, told[name])
    line("all", [row for rows in told.values() for row in rows])


def judge(problem: SuppressionProblem, *, limit: float) -> dict[str, float]:
    """Publish one table both ways."""
    start = time.process_time()
    found = solve_suppression(problem, max_deterministic_time=limit)
    solved = time.process_time()
    audit = audit_suppression(problem, found.withheld)
    audited = time.process_time()
    simple = by_the_simple_rule(problem)
    return {
        "groups": problem.n_groups,
        "primary": int(problem.primary.sum()),
        "exposed": int(audit.exposed.sum()),
        "narrowest": audit.narrowest,
        "withheld": int(found.withheld.sum()),
        "simple": int(simple.sum()),
        "simple_exposed": int(audit_suppression(problem, simple).exposed.sum()),
        "loss": found.loss,
        "bound": found.bound,
        "proved": found.optimal,
        "solve": solved - start,
        "audit": audited - solved,
    }


def by_the_simple_rule(problem: SuppressionProblem) -> np.ndarray:
    """Withhold the smallest other cell of every sum that lacks but one, until none does."""
    withheld = problem.primary.copy()
    equations = problem.equations.tocsr()
    changed = True
    while changed:
        changed = False
        for row in range(equations.shape[0]):
            figures = equations.indices[equations.indptr[row] : equations.indptr[row + 1]]
            groups = problem.group[figures]
            if len(np.unique(groups[withheld[groups]])) != 1:
                continue
            others = groups[~withheld[groups] & ~problem.keep[groups]]
            if len(others):
                withheld[others[np.argmin(problem.weight[others])]] = True
                changed = True
    return withheld


def line(name: str, rows: list[dict[str, float]]) -> None:
    def total(key: str) -> float:
        return sum(row[key] for row in rows)

    n, groups = len(rows), total("groups")
    if not n:
        return
    shown = (
        f"{n}", f"{groups:,.0f}", f"{total('primary') / groups:.1%}", f"{total('exposed'):.0f}",
        f"{min(row['narrowest'] for row in rows):.2f}", f"{total('withheld') / groups:.1%}",
        f"{total('simple') / groups:.1%}", f"{total('simple_exposed'):.0f}",
        f"{total('loss') / total('bound'):.3f}", f"{total('proved') / n:.1%}",
        f"{total('solve') / n:.2f}", f"{max(row['solve'] for row in rows):.2f}",
        f"{total('audit') / n:.2f}",
    )  # fmt: skip
    print(f"{name:26s}" + "".join(f"{cell:>12s}" for cell in shown))


if __name__ == "__main__":
    main()
