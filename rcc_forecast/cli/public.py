"""`bench gap`, `bench sscflp`: public instances through the engine of `place` and `invest`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from rcc_forecast.cli.arguments import Commands, add_command
from rcc_forecast.errors import RccError


class NoPlanFoundError(RccError):
    """No plan of a public instance was found that keeps every capacity."""

    def __init__(self, *, path: Path) -> None:
        self.path = path
        super().__init__(
            f"{path}: no plan was found that keeps every capacity. "
            f"Allow more seconds with --time-limit, or check that one exists."
        )


def add_commands(commands: Commands) -> None:
    """Declare the commands of this file."""
    command = add_command(
        commands,
        "bench",
        _gap,  # argparse asks for a set, whose own handler takes over
        does="run a public instance of assignment or facility location through the engine",
        examples="  rcc-forecast bench gap d05100 --time-limit 15 --out d05100.out\n"
        "  rcc-forecast bench sscflp p1 --format holmberg --time-limit 60 --out p1.out",
    )
    sets = command.add_subparsers(title="public sets", metavar="SET", required=True)
    gap = add_command(
        sets,
        "gap",
        _gap,
        does="generalised assignment: jobs to agents within their capacities",
        examples="  rcc-forecast bench gap d05100 --time-limit 15 --out d05100.out",
    )
    _add_instance(gap)
    sscflp = add_command(
        sets,
        "sscflp",
        _sscflp,
        does="facility location: which to open, and one for each customer",
        examples="  rcc-forecast bench sscflp p1 --format holmberg --out p1.out\n"
        "  rcc-forecast bench sscflp cap101 --format orlib --out cap101.out",
    )
    _add_instance(sscflp)
    sscflp.add_argument(
        "--format", choices=("holmberg", "orlib"), default="holmberg", help="layout (holmberg)"
    )


def _add_instance(command: argparse.ArgumentParser) -> None:
    command.add_argument("instance", type=Path, metavar="FILE", help="the instance")
    command.add_argument(
        "--time-limit", type=_seconds, default=15.0, metavar="S", help="seconds at most (15)"
    )
    command.add_argument("--seed", type=int, default=0, metavar="S", help="of all chance (0)")
    command.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="OUT",
        help="first line the value, second the agent or facility of each job, from 1",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("a number of seconds above 0 is needed")
    return seconds


def _gap(given: argparse.Namespace) -> int:
    started = time.monotonic()
    import numpy as np

    from models.placement.assignment import Assignment, solve_assignment
    from rcc_forecast.cli.public_instances import read_assignment, write_shares

    instance = read_assignment(given.instance)
    until = started + given.time_limit - _margin(given.time_limit)
    problem = Assignment(cost=instance.cost, weight=instance.weight, capacity=instance.capacity)
    answer = solve_assignment(
        problem,
        rng=np.random.default_rng(given.seed),
        seconds_left=lambda: until - time.monotonic(),
    )
    if answer.value is None:
        raise NoPlanFoundError(path=given.instance)
    write_shares(given.out, value=answer.value, place_of=answer.agent)
    _say(answer.value, answer.bound, time.monotonic() - started)
    return 0


def _sscflp(given: argparse.Namespace) -> int:
    started = time.monotonic()
    from models.placement.siting import NoAssignmentError, solve_single_source
    from rcc_forecast.cli.public_instances import read_facilities, write_shares

    instance = read_facilities(given.instance, layout=given.format)
    until = started + given.time_limit - _margin(given.time_limit)
    try:
        answer = solve_single_source(
            open_cost=instance.open_cost,
            cost=instance.cost,
            demand=instance.demand,
            capacity=instance.capacity,
            seconds_left=lambda: until - time.monotonic(),
        )
    except NoAssignmentError as error:
        raise NoPlanFoundError(path=given.instance) from error
    write_shares(given.out, value=answer.value, place_of=answer.facility)
    _say(answer.value, answer.bound, time.monotonic() - started)
    return 0


def _margin(time_limit: float) -> float:
    """Give the seconds kept back for the round under way and for writing."""
    return min(2.0, 0.1 * time_limit)


def _say(value: float, bound: float, seconds: float) -> None:
    gap = 100.0 * (value - bound) / max(abs(bound), 1e-9)
    proven = "proven best" if value <= bound + 1e-9 * abs(bound) else f"within {gap:.3f}%"
    sys.stdout.write(f"Value {value:.10g}; no plan is below {bound:.10g}: {proven}. ")
    sys.stdout.write(f"{seconds:.1f} seconds.\n")
