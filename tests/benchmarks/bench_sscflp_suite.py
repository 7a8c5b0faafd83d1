"""Single-source facility location: the public instances, their published optima, and seconds.

    python tests/benchmarks/bench_sscflp_suite.py FOLDER
    python tests/benchmarks/bench_sscflp_suite.py --invented

FOLDER holds ``Lib_2`` (Holmberg, Ronnqvist & Yuan 1999, with ``optima.csv``) and ``orlib`` (the
OR-Library's capacitated sets, single-source, the optimum as the last number of each file).
``--invented`` makes tight instances of the size of the hardest of them, in case those outside the
folder are harder still.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np

from models.placement.siting import solve_single_source

COMPARED_TO = 1e-6
"""The OR-Library's optima have seven digits."""


def read(path: Path) -> tuple[dict[str, np.ndarray], float]:
    """Give an instance and the last number of its file."""
    numbers = np.array(path.read_text().replace("\0", "").split(), dtype=float)
    m, n = numbers[:2].astype(int)
    capacity, open_cost = numbers[2 : 2 + 2 * m].reshape(m, 2).T
    rest = numbers[2 + 2 * m :]
    given = {
        "open_cost": open_cost,
        "capacity": capacity,
        "demand": rest[:n],
        "cost": rest[n : n + m * n].reshape(m, n),
    }
    return given, float(numbers[-1])


def public(folder: Path) -> list[tuple[str, dict[str, np.ndarray], float]]:
    with (folder / "Lib_2" / "optima.csv").open() as file:
        optima = {row["name"]: float(row["optimum"]) for row in csv.DictReader(file)}
    found = [
        (name, read(folder / "Lib_2" / name)[0], optimum)
        for name, optimum in sorted(optima.items(), key=lambda item: int(item[0][1:]))
    ]
    return found + [
        (path.name, *read(path)) for path in sorted((folder / "orlib").iterdir()) if path.is_file()
    ]


def invented(seed: int, *, m: int, n: int, fullness: float) -> dict[str, np.ndarray]:
    """Give facilities of equal capacity on a plane: how many must open leaves little room."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(10, 31, n).astype(float)
    number = m // 3
    capacity = np.full(m, np.ceil(demand.sum() / fullness / number))
    places, customers = rng.uniform(0, 100, (m, 2)), rng.uniform(0, 100, (n, 2))
    cost = np.rint(np.hypot(*(places[:, None] - customers).transpose(2, 0, 1)) + 10)
    return {
        "open_cost": rng.integers(300, 701, m).astype(float),
        "capacity": capacity,
        "demand": demand,
        "cost": cost,
    }


def run(name: str, given: dict[str, np.ndarray], optimum: float | None) -> tuple[float, bool]:
    started, until = time.process_time(), time.monotonic() + 60
    found = solve_single_source(**given, seconds_left=lambda: until - time.monotonic())
    seconds = time.process_time() - started
    load = np.bincount(found.facility, given["demand"], minlength=given["capacity"].size)
    assert (load <= given["capacity"] + 1e-9).all()
    proven = found.bound >= found.value * (1 - 1e-9)
    reached = optimum is None or abs(found.value - optimum) <= COMPARED_TO * optimum
    gap = 100 * (found.value - found.bound) / found.value
    said = "proven" if proven else f"gap {gap:.3f}%"
    print(
        f"{name:>10} {found.value:14.2f} {said:>12} {seconds:7.2f} s"
        f"{'' if reached else '  NOT THE OPTIMUM'}",
        flush=True,
    )
    return seconds, reached and proven


def main(arguments: list[str]) -> None:
    warm, _ = invented(0, m=6, n=12, fullness=0.8), None
    solve_single_source(**warm)
    if arguments == ["--invented"]:
        sizes = [(20, 100, 0.99), (30, 150, 0.99), (30, 200, 0.97), (30, 200, 0.9)]
        instances = [
            (f"{m}x{n} {full:.0%}", invented(seed, m=m, n=n, fullness=full), None)
            for m, n, full in sizes
            for seed in (1, 2)
        ]
    else:
        instances = public(Path(arguments[0]))
    told = [run(*instance) for instance in instances]
    seconds = [one for one, _ in told]
    print(
        f"{sum(good for _, good in told)} of {len(told)} reached and proven; "
        f"{sum(seconds):.1f} s in all, {np.mean(seconds):.2f} s on average, "
        f"{max(seconds):.1f} s at most (CPU)"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
