"""Families arrive over weeks: which way of answering serves them best, and what to hold back.

Out of sample in every replication: the families given are cut in two at
random. Those who come are drawn from one half, what the desk forecasts from
the other, and all of them move a few miles, so that no desk knows an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from models.placement import PlacementProblem
from models.placement.arrivals import (
    DEFAULT_POLICY,
    POLICIES,
    Futures,
    answers_of_policies,
    count_units,
    draw_families,
    draw_futures,
    draw_stream,
    figures_of,
    list_families,
    place_all_at_once,
    price_futures,
    spread_out,
    two_halves,
)
from models.placement.problem import HUNDREDTHS, FloatArray, IntArray
from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.placement.arrivals_tables import (
    HINDSIGHT,
    HOLD_BACK_POINTS,
    Replication,
    allocation_table,
    arrivals_table,
    reserve_table,
)
from rcc_forecast.placement.build import Built, build_problem
from rcc_forecast.placement.settings import SettingError, settings_of
from rcc_forecast.registers import tidy_children, tidy_homes
from rcc_forecast.results.findings import Findings
from rcc_forecast.tables.homes import with_all_places_free

MILES_MOVED = 4.0
"""How far families drawn live from those they are drawn from (standard deviation by axis)."""

FUTURES, FUTURES_TODAY = 20, 40
"""Futures that a simulated desk prices, and those behind the reserve of today."""

POLISHES_TODAY = 2
"""Times that prices of today are sought again from where they were: each halves what is left
of prices on places that nobody competes for."""

COPIES_A_FAMILY, HOMES_A_FORECAST = 5, 60
"""Addresses tried for each family of a forecast; homes listed for each, the cheapest."""

MOST_PAIRS = 60_000_000
"""Children times homes that can be simulated: a region, not England."""


class TooManyToSimulateError(RccError):
    """The tables are larger than arrivals can be simulated for."""

    def __init__(self, *, children: int, homes: int) -> None:
        self.children, self.homes = children, homes
        super().__init__(
            f"{children:,} children and {homes:,} homes are too many to simulate arrivals. "
            f"Give the children and homes of one region."
        )


@dataclass(frozen=True, slots=True)
class ArrivalsCompared:
    """Ways of answering families, compared.

    Attributes
    ----------
    arrivals : DataFrame
        An `ARRIVALS` table: the means of each policy, then its replications.
    reserve : DataFrame
        A `RESERVE` table, dearest first: today's prices for a duty desk.
    allocation : DataFrame
        An `ALLOCATION` table, under the default policy.
    summary : dict
        Figures of the default policy and what was asked; JSON-ready.
    findings : Findings
        What had to be decided about the data.
    """

    arrivals: pd.DataFrame
    reserve: pd.DataFrame
    allocation: pd.DataFrame
    summary: dict[str, Any]
    findings: Findings


def compare_arrivals(
    children: pd.DataFrame,
    homes: pd.DataFrame,
    *,
    on: pd.Timestamp,
    weeks: int = 26,
    replications: int = 10,
    seed: int = 0,
    leave_weekly: float = 0.0,
    weights: Mapping[str, Any] | None = None,
    rules: Mapping[str, Any] | None = None,
    findings: Findings | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ArrivalsCompared:
    """Simulate families who arrive, and compare the ways of answering them.

    Parameters
    ----------
    children, homes : DataFrame
        As `rcc_forecast.registers` gives them; ``children`` are the
        families of so many weeks, of whom as many will come again.
    on : Timestamp
        Homes open that day can be used.
    weeks : int
        Weeks in which they come.
    replications : int
        Times that the weeks are simulated; 30 for standard errors to trust.
    seed : int
        Of all chance.
    leave_weekly : float
        Chance that a family, or a child who lives in a home now, leaves in a
        week; 0 for nobody. Hindsight is then not known.
    weights, rules : mapping, optional
        ``[weights]`` and ``[rules]`` of a scenario; limits on a whole plan do not
        apply to answers on the day.
    findings : Findings, optional
        Of reading, to be handed on in front.
    progress : callable
        Told in words what is being done.

    Raises
    ------
    NothingUsableError
        Fewer than two families can be used.
    TooManyToSimulateError
        The tables hold more than a region.
    UnknownNameError, SettingError
        A weight or rule, or ``leave_weekly``, cannot be used.
    """
    if not 0 <= leave_weekly < 1:
        raise SettingError(name="leave_weekly", expected="a share from 0 to below 1")
    settings = settings_of(weights=weights, rules=rules)
    children, about_children = tidy_children(children)
    homes, about_homes = tidy_homes(homes)
    homes = with_all_places_free(homes)
    built = build_problem(children, homes, on=on, replan=False, rules=settings.rules)
    problem, residents = _with_residents(built, counted=leave_weekly > 0)
    _require_a_region(problem)
    streams = np.random.SeedSequence(seed).spawn(replications + 1)
    done = []
    for number, sequence in enumerate(streams[1:], start=1):
        progress(f"simulating {weeks} weeks, {number} of {replications}")
        rng = np.random.default_rng(sequence)
        done.append(
            _one_replication(
                problem,
                residents,
                weeks=weeks,
                leave_weekly=leave_weekly,
                weights=settings.weights,
                rng=rng,
            )
        )
    progress("pricing today's places")
    prices = _prices_today(
        built.problem, weights=settings.weights, rng=np.random.default_rng(streams[0])
    )
    arrivals = arrivals_table(done)
    return ArrivalsCompared(
        arrivals=arrivals,
        reserve=reserve_table(built, prices),
        allocation=allocation_table(built, done, weeks),
        summary=_summary(
            arrivals,
            done,
            problem,
            weeks=weeks,
            leave_weekly=leave_weekly,
            seed=seed,
            weights=settings.weights,
            rules=settings.given_rules,
        ),
        findings=Findings.joined(
            [findings or Findings.none(), about_children, about_homes, built.findings]
        ),
    )


def _with_residents(built: Built, *, counted: bool) -> tuple[PlacementProblem, IntArray]:
    """Give homes with all their places where residents leave, and the places they live in."""
    problem, homes = built.problem, built.homes
    if not counted:
        return problem, np.zeros(problem.n_homes, dtype=np.int64)
    free = problem.homes.places
    approved = homes["places_approved"].fillna(homes["places"]).to_numpy(float).astype(np.int64)
    one_at_a_time = (homes["solo"] == 1).to_numpy(bool)
    every = np.maximum(np.where(one_at_a_time, np.minimum(approved, 1), approved), free)
    return replace(problem, homes=replace(problem.homes, places=every)), every - free


def _require_a_region(problem: PlacementProblem) -> None:
    if problem.n_children * problem.n_homes > MOST_PAIRS:
        raise TooManyToSimulateError(children=problem.n_children, homes=problem.n_homes)
    if not problem.n_children or count_units(problem) < 2:
        raise NothingUsableError(
            wanted="A simulation of arrivals", reason="fewer than two families can be used."
        )


def _one_replication(
    problem: PlacementProblem,
    residents: IntArray,
    *,
    weeks: int,
    leave_weekly: float,
    weights: Mapping[str, float],
    rng: np.random.Generator,
) -> Replication:
    n_units = count_units(problem)
    coming, known = two_halves(problem, rng=rng)
    drawn = draw_families(coming, n_units=n_units, rng=rng)
    moved = spread_out(drawn, copies=1, miles=MILES_MOVED, rng=rng)
    families = list_families(moved, weights=weights)
    futures = _futures(known, n_futures=FUTURES, n_units=n_units, weights=weights, rng=rng)
    stream = draw_stream(
        families,
        n_units=n_units,
        weeks=weeks,
        rng=rng,
        leave_weekly=leave_weekly,
        residents=residents,
        replace=False,
    )
    answers = answers_of_policies(families, futures, stream, policies=list(POLICIES))
    homes_given = {name: given.home for name, given in answers.items()}
    gap = float("nan")
    if not leave_weekly:
        best = place_all_at_once(families, stream, weights=weights)
        homes_given[HINDSIGHT], gap = best.home, best.gap_points / HUNDREDTHS
    figures = {name: figures_of(families, stream, home) for name, home in homes_given.items()}
    return Replication(families, stream, answers, figures, gap)


def _futures(
    known: PlacementProblem,
    *,
    n_futures: int,
    n_units: int,
    weights: Mapping[str, float],
    rng: np.random.Generator,
) -> Futures:
    spread = spread_out(known, copies=COPIES_A_FAMILY, miles=MILES_MOVED, rng=rng)
    families = list_families(spread, weights=weights, most_homes=HOMES_A_FORECAST)
    return draw_futures(families, n_futures=n_futures, n_units=n_units, rng=rng)


def _prices_today(
    problem: PlacementProblem, *, weights: Mapping[str, float], rng: np.random.Generator
) -> FloatArray:
    """Give the prices of every future drawn from all families, shape (n_futures, n_homes, 3)."""
    n_units = count_units(problem)
    futures = _futures(problem, n_futures=FUTURES_TODAY, n_units=n_units, weights=weights, rng=rng)
    reserve = price_futures(futures, free=problem.homes.places, to_come=n_units)
    for _ in range(POLISHES_TODAY):
        reserve = price_futures(futures, free=problem.homes.places, to_come=n_units, warm=reserve)
    return reserve.futures


def _summary(
    arrivals: pd.DataFrame,
    done: list[Replication],
    problem: PlacementProblem,
    *,
    weeks: int,
    leave_weekly: float,
    seed: int,
    weights: Mapping[str, float],
    rules: Mapping[str, Any],
) -> dict[str, Any]:
    means = arrivals[arrivals["replication"] == "mean"].set_index("policy")
    gaps = np.array([one.hindsight_gap for one in done])
    return {
        "advice": "Advice to the people who answer, never a decision.",
        "default_policy": DEFAULT_POLICY,
        "policies": {
            name: {key: _told(value) for key, value in row.items() if key != "replication"}
            for name, row in means.iterrows()
        },
        "hindsight_mean_gap_points": _told(float(gaps.mean())),
        "families": count_units(problem),
        "children": problem.n_children,
        "places": int(problem.homes.places.sum()),
        "weeks": weeks,
        "replications": len(done),
        "leave_weekly": leave_weekly,
        "futures": FUTURES,
        "miles_moved": MILES_MOVED,
        "hold_back_points": HOLD_BACK_POINTS,
        "weights": dict(weights),
        "rules": dict(rules),
        "seed": seed,
    }


def _told(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4) if np.isfinite(value) else None
    return value
