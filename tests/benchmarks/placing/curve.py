"""What a solve has reached at each moment, by the clock and by the processor."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter, process_time
from typing import Any

from models.placement import Effort, Priced, Warm, certify, solve
from tests.benchmarks.placing.regions_to_place import HUNDREDTHS, Case

COLUMNS = ("wall_seconds", "cpu_seconds", "net_points", "net_gap_pct", "unplaced", "bundles")
WANTED_PCT = (2.0, 1.0, 0.5, 0.2)


@dataclass
class Curve:
    """Seconds and what was reached, from the call on."""

    case: Case
    began: float = field(default_factory=perf_counter)
    began_cpu: float = field(default_factory=process_time)
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def seconds(self) -> tuple[float, float]:
        wall, cpu = perf_counter() - self.began, process_time() - self.began_cpu
        return round(wall, 3), round(cpu, 3)

    def reached(self, now: Any) -> None:
        """Take a `models.placement.search.Reached`."""
        if now.unplaced == self.case.problem.n_children:
            return  # nobody at home is no plan
        net = (now.objective - self.case.floor) / HUNDREDTHS
        gap = self.case.gap_pct(now.objective, now.bound)
        found = (net, gap, now.unplaced, now.columns)
        if not self.rows or self.rows[-1][2:] != found:
            self.rows.append((*self.seconds(), *found))

    def first_plan(self) -> float | None:
        return self.rows[0][0] if self.rows else None

    def wall_to_gap(self, pct: float) -> float | None:
        return next((row[0] for row in self.rows if row[3] is not None and row[3] <= pct), None)

    def wall_to_points(self, net_points: float) -> float | None:
        """Wall seconds until a plan with fewer net points was in hand."""
        return next((row[0] for row in self.rows if row[2] < net_points), None)


@dataclass(frozen=True)
class Run:
    """A solve, its curve, and what it took altogether."""

    case: Case
    priced: Priced
    curve: Curve
    wall: float
    cpu: float

    @property
    def home(self) -> Any:
        return self.priced.solution.home

    @property
    def net_gap_pct(self) -> float | None:
        solution = self.priced.solution
        return self.case.gap_pct(solution.objective, solution.bound)

    def figures(self) -> dict[str, Any]:
        """The plan and its proof; the bound is recomputed by the separate verifier."""
        case, solution = self.case, self.priced.solution
        began = perf_counter()
        verified = case.verified_bound(certify(self.priced))
        return {
            **case.size,
            "status": solution.status,
            "wall_seconds": self.wall,
            "cpu_seconds": self.cpu,
            **case.figures(self.home),
            "net_gap_pct": self.net_gap_pct,
            "net_solver_bound_points": (solution.solver_bound - case.floor) / HUNDREDTHS,
            "net_bound_points": (solution.bound - case.floor) / HUNDREDTHS,
            "verified_bound_net_points": (verified - case.floor) / HUNDREDTHS,
            "verified_net_gap_pct": case.gap_pct(case.objective(self.home), verified),
            **case.verified_plan(self.home),
            "verifier_wall_seconds": round(perf_counter() - began, 2),
        }

    def told_curve(self) -> dict[str, Any]:
        to_gap = {f"{pct}%": self.curve.wall_to_gap(pct) for pct in WANTED_PCT}
        rows = self.curve.rows
        return {"wall_seconds_to_net_gap": to_gap, "curve_of": COLUMNS, "curve": rows}


def run(case: Case, *, seed: int, effort: Effort | None = None, warm: Warm | None = None) -> Run:
    """Solve and note the time of everything that is reached; the problem is built before."""
    problem, weights = case.problem, case.settings.weights
    curve = Curve(case)
    priced = solve(
        problem, weights=weights, seed=seed, effort=effort, warm=warm, watch=curve.reached
    )
    return Run(case, priced, curve, *curve.seconds())
