"""Estimators of effects: published values, and whether every placebo can be run.

    python3 run.py bench causal [--seed S] [--placebos 1000] [--pysyncon PYTHON]

Published: California, the Basque Country and county minimum wages (reference data).
Speed, CPU seconds after one warm call: synthetic controls of placebos with 19 periods
before and 30 donors, each proved to be within 1e-6 of the least distance by its own
certificate; the same by pysyncon with V fixed, on some of them, where PYTHON has it
(pysyncon==1.7.0); and all 91 pairs of 14 regions, by every estimator. The seed is the
day's date unless given.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np

from models.causal import ESTIMATORS, synthetic_control_on
from models.causal.base import FloatArray
from models.causal.group_time import (
    event_study,
    group_time_effects,
    simple_effect,
)
from models.causal.influence import standard_errors
from tests.builders.causal import (
    a_panel,
    basque,
    california,
    counties,
    placebos_of,
    regions_with_shocks,
)

PEER = Path(__file__).resolve().parent / "peers" / "pysyncon_placebos.py"
N_BEFORE, N_AFTER, N_DONORS = 19, 12, 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int(date.today().strftime("%Y%m%d")))
    parser.add_argument("--placebos", type=int, default=1000)
    parser.add_argument("--pysyncon", type=Path)
    parser.add_argument("--peer-placebos", type=int, default=100)
    asked = parser.parse_args()
    print(f"seed {asked.seed}; seconds of CPU")
    tell_published()
    tell_placebos(asked)
    tell_pairs(np.random.default_rng([asked.seed, 2]))


def tell_published() -> None:
    panel, _ = california()
    before, after = slice(0, 19), slice(19, None)
    print("\nCalifornia, published: did -27.349, synthetic control -19.6, synthetic DiD -15.604")
    for name, estimator in ESTIMATORS.items():
        found = estimator(panel, base=before, post=after)
        columns = np.arange(panel.n_periods)
        placebos = placebos_of(estimator, panel, base=columns[before], post=columns[after])
        error = placebos.spread_of_untreated
        print(f"  {name:20s}{found.att:10.4f}  placebo SE {error:7.3f}")

    panel, predictors, years, names = basque()
    start = time.process_time()
    fitted = np.flatnonzero((years >= 1960) & (years <= 1969))
    found = synthetic_control_on(predictors)(panel, base=fitted, post=years >= 1970)
    seconds = time.process_time() - start
    print("\nBasque Country, published: Cataluna 0.851, Madrid 0.149, gap 1975-97 -0.6996")
    used = [(name, w) for name, w in zip(names, found.donor_weights[0], strict=True) if w > 5e-4]
    gap = found.gaps[0, years >= 1975].mean()
    print("  " + ", ".join(f"{name} {w:.4f}" for name, w in used), f"gap {gap:.5f} {seconds:.2f} s")

    panel, population = counties()
    print("\nMinimum wages, published: -0.0400; with population -0.0418 (0.0115);")
    print("event study, overall, -0.0772 (0.0203)")
    for title, covariates in (("plain", None), ("population", population)):
        start = time.process_time()
        cells = group_time_effects(panel, controls="never", covariates=covariates)
        estimate, influence = simple_effect(cells)
        study = event_study(cells)
        seconds = time.process_time() - start
        error = standard_errors(influence[:, None])[0]
        overall = standard_errors(study.overall_influence[:, None])[0]
        print(
            f"  {title:12s}{estimate:9.4f} ({error:.4f}) "
            f"overall {study.overall:9.4f} ({overall:.4f}) {seconds:.3f} s"
        )


def tell_placebos(asked: argparse.Namespace) -> None:
    estimator = ESTIMATORS["synthetic_control"]
    columns = {"base": slice(0, N_BEFORE), "post": slice(N_BEFORE, None)}
    n_units = N_DONORS + 1
    panels = [
        regions_with_shocks(
            np.random.default_rng([asked.seed, 1, number]),
            n_units=n_units,
            n_periods=N_BEFORE + N_AFTER,
        )
        for number in range(-(-asked.placebos // n_units))
    ]
    placebos = [(y, row) for y in panels for row in range(n_units)][: asked.placebos]
    estimator(a_panel(panels[0], {0: N_BEFORE}), **columns)

    start = time.process_time()
    fits = [estimator(a_panel(y, {row: N_BEFORE}), **columns) for y, row in placebos]
    seconds = time.process_time() - start

    matched = [matched_data(y, row) for y, row in placebos]
    weights = [
        np.delete(fit.donor_weights[0], row) for fit, (_, row) in zip(fits, placebos, strict=True)
    ]
    slack = [relative_slack(*data, w) for data, w in zip(matched, weights, strict=True)]
    off = max(abs(w.sum() - 1.0) for w in weights)
    print(f"\n{len(placebos)} placebos, {N_BEFORE} periods before, {N_DONORS} donors")
    print(f"  ours {seconds:.3f} s; objective at most {max(slack):.1e} above the least (relative);")
    print(f"  weights sum to 1 within {off:.1e}, least weight {min(w.min() for w in weights):.1e}")
    if asked.pysyncon:
        tell_peer(asked, matched, weights, seconds / len(placebos))


def matched_data(y: FloatArray, row: int) -> tuple[FloatArray, FloatArray]:
    before = y[:, :N_BEFORE]
    return before[row], np.delete(before, row, axis=0)


def distance(target: FloatArray, donors: FloatArray, weights: FloatArray) -> float:
    return float(np.square(target - weights @ donors).sum())


def relative_slack(target: FloatArray, donors: FloatArray, weights: FloatArray) -> float:
    """How far the objective can be above its least: the linear bound over the simplex."""
    slope = 2.0 * donors @ (weights @ donors - target)
    above = float(slope @ weights - slope.min())
    return above / distance(target, donors, weights)


def tell_peer(
    asked: argparse.Namespace,
    matched: list[tuple[FloatArray, FloatArray]],
    weights: list[FloatArray],
    ours: float,
) -> None:
    some = matched[: asked.peer_placebos]
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder, "given.npz"), Path(folder, "answer.json")
        targets, donors = (np.stack(arrays) for arrays in zip(*some, strict=True))
        np.savez(given, targets=targets, donors=donors)
        subprocess.run([asked.pysyncon, PEER, given, answer], check=True)
        told = json.loads(answer.read_text())
    theirs = told["seconds"] / len(some)
    ratios = [
        distance(*data, own) / distance(*data, np.array(other))
        for data, own, other in zip(some, weights, told["weights"], strict=False)
    ]
    print(
        f"  pysyncon {theirs * 1000:.0f} s for 1,000 (on {len(some)}): {theirs / ours:,.0f} x ours;"
    )
    print(f"  our objective over theirs at most 1 {max(ratios) - 1:+.1e}")


def tell_pairs(rng: np.random.Generator) -> None:
    panel = a_panel(regions_with_shocks(rng), {0: 8, 1: 8})
    pairs = np.array(list(combinations(range(14), 2)))
    columns = {"base": slice(0, 8), "post": slice(8, None)}
    print("\n91 pairs of 14 regions, 8 years before and 2 after")
    total = 0.0
    for name, estimator in ESTIMATORS.items():
        estimator.estimates(panel, pairs[:1], **columns)
        start = time.process_time()
        estimator.estimates(panel, pairs, **columns)
        seconds = time.process_time() - start
        total += seconds if name in ("did", "synthetic_control", "synthetic_did") else 0.0
        print(f"  {name:20s}{seconds:8.4f} s")
    print(f"  did, synthetic control and synthetic DiD together {total:.4f} s")


if __name__ == "__main__":
    main()
