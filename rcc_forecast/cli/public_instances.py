"""Public instances of assignment and of facility location, as their authors laid them out.

Numbers parted by any white space. Chu & Beasley 1997 and Yagiura, Ibaraki &
Glover 2004 (generalised assignment); Holmberg, Rönnqvist & Yuan 1999 and
Beasley's OR-Library (facilities with one source a customer).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rcc_forecast.errors import UnreadableInputError

Numbers = NDArray[np.float64]

_GAP = (
    "agents and jobs, costs (a row an agent), weights (a row an agent), capacities: whole numbers"
)
_SSCFLP = (
    "facilities and customers, capacity and opening cost of each facility, demands, "
    "and costs (a row a facility)"
)


@dataclass(frozen=True, slots=True)
class AssignmentInstance:
    """Jobs and agents: cost and weight (n_agents, n_jobs), capacity (n_agents,)."""

    cost: NDArray[np.int64]
    weight: NDArray[np.int64]
    capacity: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FacilityInstance:
    """Facilities (m,) and customers (n,); cost (m, n) is for a customer's whole demand."""

    open_cost: Numbers
    cost: Numbers
    demand: Numbers
    capacity: Numbers


def read_assignment(path: Path) -> AssignmentInstance:
    """Read an instance of generalised assignment.

    Parameters
    ----------
    path : Path

    Returns
    -------
    AssignmentInstance

    Raises
    ------
    UnreadableInputError
        The file is not there or not laid out like this.
    """
    numbers = _numbers(path, expected=_GAP)
    m, n = _sizes(numbers, path, expected=_GAP)
    if numbers.size != 2 + 2 * m * n + m or np.any(numbers != np.rint(numbers)):
        raise UnreadableInputError(path=str(path), expected=_GAP)
    whole = numbers[2:].astype(np.int64)
    cost, weight = whole[: 2 * m * n].reshape(2, m, n)
    return AssignmentInstance(cost=cost, weight=weight, capacity=whole[2 * m * n :])


def read_facilities(path: Path, *, layout: str) -> FacilityInstance:
    """Read an instance of single-source facility location.

    Parameters
    ----------
    path : Path
    layout : {"holmberg", "orlib"}
        Both give demands, then costs with a row a facility; an optimum after
        them is passed over. An OR-Library file without an optimum is read as
        the library lays it out: each customer's demand, then its costs.

    Returns
    -------
    FacilityInstance

    Raises
    ------
    UnreadableInputError
        The file is not there or not laid out like this.
    """
    numbers = _numbers(path, expected=_SSCFLP)
    m, n = _sizes(numbers, path, expected=_SSCFLP)
    needed = 2 + 2 * m + n + m * n
    if numbers.size not in (needed, needed + 1):
        raise UnreadableInputError(path=str(path), expected=_SSCFLP)
    capacity, open_cost = numbers[2 : 2 + 2 * m].reshape(m, 2).T
    rest = numbers[2 + 2 * m : needed]
    if layout == "orlib" and numbers.size == needed:
        by_customer = rest.reshape(n, 1 + m)
        demand, cost = by_customer[:, 0], by_customer[:, 1:].T
    else:
        demand, cost = rest[:n], rest[n:].reshape(m, n)
    return FacilityInstance(
        open_cost=open_cost.copy(),
        cost=np.ascontiguousarray(cost),
        demand=demand.copy(),
        capacity=capacity.copy(),
    )


def write_shares(path: Path, *, value: float, place_of: NDArray[np.int64]) -> None:
    """Write the value on the first line and the place of each job, from 1, on the second."""
    first = f"{value:.0f}" if float(value).is_integer() else f"{value:.10g}"
    second = " ".join(str(place + 1) for place in place_of.tolist())
    path.write_text(f"{first}\n{second}\n", encoding="utf-8")


def _numbers(path: Path, *, expected: str) -> Numbers:
    try:
        # Some of Holmberg's files end in NUL bytes.
        words = path.read_text(encoding="ascii").replace("\0", " ").split()
        return np.array(words, dtype=np.float64)
    except (OSError, ValueError) as error:
        raise UnreadableInputError(path=str(path), expected=expected) from error


def _sizes(numbers: Numbers, path: Path, *, expected: str) -> tuple[int, int]:
    head = numbers[:2]
    if head.size < 2 or not np.all(np.isfinite(numbers)) or np.any(head < 1):
        raise UnreadableInputError(path=str(path), expected=expected)
    if np.any(head != np.rint(head)):
        raise UnreadableInputError(path=str(path), expected=expected)
    return int(head[0]), int(head[1])
