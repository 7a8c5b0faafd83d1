"""In real data, where nothing had begun: how often would pathfinders have been found to differ?

    python3 run.py bench placebo_dates [--before 5] [--after 2]

Every long enough outcome of the DfE's, Ofsted's and the ONS's published files up to the year to
March 2023 (reference data, `england/`); every year with so many years before it and after it as
the start; every pair of the nine regions as the pathfinders. Nothing was done to any of them, so
a test at 5% should find something in about 5%. Bar: at most 8% for each test, all together.

With all pairs tried in turn the permutation of pairs finds exactly as many as it must: of 36
pairs the one that stands out most has p = 1/36, the next 2/36 = .056. Its share is 1/36 = .028
whatever the data, so that the other tests tell more. The error is that of the mean over
outcomes, which move together: it is if anything too small.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from models.causal.base import NEVER, FloatArray, IntArray, Panel, UnsuitablePanelError
from models.causal.donald_lang import as_if_units_were_independent, donald_lang
from models.causal.randomisation import permutation_p, region_mean_estimates
from models.causal.region_t import region_changes, t_by_assignment
from models.errors import ModelError
from rcc_forecast.evaluation import Cells, Spec, parse_spec, read_panel_frame
from rcc_forecast.evaluation.from_releases.panel import NothingPublishedError, panel_from_published
from rcc_forecast.evaluation.members import members_of
from rcc_forecast.evaluation.stages import grid_of
from tests.builders.reference import reference_data

ALPHA, BAR = 0.05, 0.08
LAST = 2023
"""Year to March: the announcement came in the year after."""

FEWEST_REGIONS = 8
"""Under so few a pair has no p-value below 5%."""

TESTS = ("permutation of regions", "permutation, t", "Donald-Lang", "authority-clustered t")


@dataclass(frozen=True, slots=True)
class Placebo:
    """P-values of every pair of regions at one start, shape (n_pairs, n_tests)."""

    outcome: str
    start: int
    p_values: FloatArray


def main(given: list[str]) -> None:
    """Print the share of pairs and starts found, by outcome and together."""
    asked = arguments(given)
    cells, outcomes = published_cells(asked.before + asked.after)
    found = [
        placebo
        for outcome in outcomes
        for placebo in placebos_of(cells, outcome, n_before=asked.before, n_after=asked.after)
    ]
    print(f"{asked.before} years or more before, {asked.after} after; share found at {ALPHA:g}")
    print(f"  {'outcome':34s}{'starts':>7s}{'pairs':>6s}" + "".join(f"{t:>24s}" for t in TESTS))
    shares = shares_of(found)
    for outcome, row in shares.items():
        starts = [one for one in found if one.outcome == outcome]
        told = "".join(f"{share:24.3f}" for share in row)
        print(f"  {outcome:34s}{len(starts):7d}{len(starts[0].p_values):6d}{told}")
    every = np.array(list(shares.values()))
    pooled = np.concatenate([one.p_values <= ALPHA for one in found]).mean(axis=0)
    print(f"\n{len(found)} outcomes and starts, {sum(len(one.p_values) for one in found)} placebos")
    for number, test in enumerate(TESTS):
        error = every[:, number].std(ddof=1) / np.sqrt(len(every))
        bar = "" if test == TESTS[-1] else "  met" if pooled[number] <= BAR else "  MISSED"
        print(f"  {test:24s}{pooled[number]:7.3f} (error {error:.3f}){bar}")


def arguments(given: list[str]) -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", type=int, default=5)
    parser.add_argument("--after", type=int, default=2)
    return parser.parse_args(given)


def published_cells(fewest: int, pattern: str = "*") -> tuple[Cells, list[str]]:
    """Read every published file that is known, and name the outcomes with enough years."""
    paths = []
    for path in sorted(reference_data("england").glob(pattern)):
        try:
            panel_from_published([path])
        except NothingPublishedError:
            continue
        paths.append(path)
    frame = panel_from_published(paths).frame
    frame = frame[pd.to_numeric(frame["period"]) <= LAST]
    cells, faults = read_panel_frame(frame, name="The published panel")
    if faults:
        raise SystemExit("\n".join(faults))
    years = cells.frame.groupby("outcome")["period"].nunique()
    return cells, sorted(str(name) for name in years.index[years >= fewest])


def placebos_of(cells: Cells, outcome: str, *, n_before: int, n_after: int) -> list[Placebo]:
    """Put every pair in the place of the pathfinders, at every start."""
    spec = any_spec(cells, outcome)
    grid, members = grid_of(cells, outcome, unit="region"), members_of(cells, outcome, spec)
    place = {name: row for row, name in enumerate(grid.names)}
    region = np.array([place[str(name)] for name in members.region])
    found = []
    for start in range(n_before, grid.periods.size - n_after + 1):
        base, post = np.arange(start), np.arange(start, start + n_after)
        try:
            p_values = pairs_at(grid.y, members.y, region, base, post)
        except ModelError:
            continue
        found.append(Placebo(outcome, int(grid.periods[start]), p_values))
    return found


def any_spec(cells: Cells, outcome: str) -> Spec:
    """Give a specification of an outcome; whoever it calls treated is not asked here."""
    unit = str(cells.frame["region"].iloc[0])
    treated = [{"unit": unit, "delivery": LAST}]
    return parse_spec({"primary": outcome, "outcomes": [outcome], "treated": treated})


def pairs_at(
    y: FloatArray, units: FloatArray, region: IntArray, base: IntArray, post: IntArray
) -> FloatArray:
    """Give each test's p-value for every pair, shape (n_pairs, n_tests).

    Parameters
    ----------
    y : ndarray, shape (n_regions, n_periods)
        Regions lacking a year compared are left out.
    units : ndarray, shape (n_units, n_periods)
        Authorities.
    region : ndarray of int, shape (n_units,)
        Of each authority.
    base, post : ndarray of int
        Years before and after.

    Raises
    ------
    UnsuitablePanelError
        Too few regions are whole.
    """
    columns = np.concatenate([base, post])
    whole = np.flatnonzero(~np.isnan(y[:, columns]).any(axis=1))
    if whole.size < FEWEST_REGIONS:
        raise UnsuitablePanelError(estimator="A placebo", reason="too few regions are whole.")
    differences = change(y[whole], base, post)
    pairs = np.array(list(combinations(range(whole.size), 2)))
    estimates = region_mean_estimates(differences, pairs)

    place = np.full(y.shape[0], -1)
    place[whole] = np.arange(whole.size)
    kept = (place[region] >= 0) & ~np.isnan(units[:, columns]).any(axis=1)
    own, inside = units[kept], place[region[kept]]
    treated_from = np.where(np.isin(inside, pairs[0]), base.size, NEVER)
    panel = Panel(own, treated_from, np.ones(len(own)))
    changes = region_changes(
        panel, inside, n_regions=whole.size, treated=pairs[0], base=base, post=post
    )
    _, t = t_by_assignment(changes, pairs)

    moved = change(own, base, post)
    rows = []
    for number, pair in enumerate(pairs):
        donors = np.setdiff1d(np.arange(whole.size), pair)
        among = np.isin(inside, pair)
        naive = as_if_units_were_independent(
            moved, treated=np.flatnonzero(among), donors=np.flatnonzero(~among)
        )
        rows.append(
            [
                permutation_p(estimates, number),
                permutation_p(t, number),
                donald_lang(differences, treated=pair, donors=donors).p_value,
                naive.p_value,
            ]
        )
    return np.array(rows)


def change(y: FloatArray, base: IntArray, post: IntArray) -> FloatArray:
    """Give each row's mean after less its mean before."""
    return np.asarray(y[:, post].mean(axis=1) - y[:, base].mean(axis=1))


def shares_of(found: list[Placebo]) -> dict[str, FloatArray]:
    """Give the share found by outcome, shape (n_tests,) each."""
    outcomes = dict.fromkeys(one.outcome for one in found)
    return {
        outcome: np.concatenate(
            [one.p_values <= ALPHA for one in found if one.outcome == outcome]
        ).mean(axis=0)
        for outcome in outcomes
    }


if __name__ == "__main__":
    main(sys.argv[1:])
