"""Do price intervals hold? Published unit costs of every authority, forecast from past years.

From each past year the prices of the next years are drawn as `rcc_forecast.spending.prices`
draws them and set against what was published. Once with what all years together have shown,
once with what was known at the time alone (England's changes up to the origin), which is
harder: residential prices rose by 17% and 12% in two years after rising by 7% for five.

    python -m tests.benchmarks.bench_prices [--paths 400]
"""

from __future__ import annotations

import argparse
from unittest.mock import patch

import numpy as np
import pandas as pd

from models.spending import GrowthProcess
from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.spending import prices, section251
from rcc_forecast.spending.weekly_cost import PUBLISHED, UnitCosts
from tests.builders.reference import reference_data

KINDS = {"childrens_home": "RescareFinance", "foster": "FosteringFinance"}
SHARE_OF_CHILDREN = {"childrens_home": 0.12, "foster": 0.55}
FEWEST_CHANGES = 3


def published() -> tuple[dict[str, pd.DataFrame], pd.Series]:
    """Unit costs by authority and year, and children looked after."""
    path = reference_data("england/lait_cla_finance_and_measures_la.csv.gz")
    table = pd.read_csv(path, dtype=str)
    table = table.assign(
        value=pd.to_numeric(table["value"], errors="coerce"),
        year=pd.to_numeric(table["period"].str[:4], errors="coerce") + 1,
    )
    table = table[table["old_la_code"].isin(set(AUTHORITIES["dfe_code"]))]
    unit = {
        kind: table[table["measure_short"] == name].pivot_table("value", "old_la_code", "year")
        for kind, name in KINDS.items()
    }
    children = table[table["measure_short"] == "LACnum"].groupby("old_la_code")["value"].mean()
    return unit, children


def known_by(year: int) -> GrowthProcess:
    """What England's changes had shown by a year."""
    upto = year - section251.FIRST_YEAR + 1
    logs = np.log([section251.ENGLAND[g][:upto] for g in ("residential", "fostering")])
    changes = np.diff(logs, axis=1)
    return GrowthProcess(
        changes.mean(axis=1),
        changes.std(axis=1, ddof=1),
        section251.national_growth().correlation,
        changes.shape[1],
    )


def scores(origin: int, unit, children, process: GrowthProcess, n_paths: int, seed: int):
    """Coverage and width by kind and lead, for authorities and for their mean."""
    codes = unit["childrens_home"].index.intersection(unit["foster"].index)
    codes = codes.intersection(children.index[children > 0])
    kinds = list(KINDS)
    few = np.array([[children[c] * SHARE_OF_CHILDREN[k] for k in kinds] for c in codes])
    shape = (len(codes), len(kinds), 4)
    costs = UnitCosts(
        cost=np.ones(shape),
        level_sd=np.tile([0.06, 0.05], (len(codes), 1)),
        shared_sd=np.zeros(len(kinds)),
        spread=np.full(len(kinds), 0.25),
        source=np.full(shape, PUBLISHED),
    )
    ahead = min(4, 2025 - origin)
    months = pd.date_range(f"{origin}-10-01", periods=12 * ahead, freq="ME")
    with patch.object(prices, "national_growth", lambda: process):
        drawn = prices.price_paths(
            costs,
            kinds=kinds,
            children=few,
            months=months,
            as_of=pd.Timestamp(f"{origin}-09-30"),
            n_paths=n_paths,
            inflation=None,
            rng=np.random.default_rng([seed, origin]),
        )
    rows = []
    for k, kind in enumerate(kinds):
        table = unit[kind].loc[codes]
        weight = few[:, k]
        for lead in range(1, ahead + 1):
            if origin + lead not in table:
                continue
            # What is paid and what is published stray by the year's own noise at both ends.
            truth = (table[origin + lead] / table[origin]).to_numpy(float)
            known = ~np.isnan(truth)
            noise = np.random.default_rng([seed, origin, lead]).standard_normal(
                (n_paths, len(codes))
            )
            paths = drawn.factor[:, :, k, 12 * lead - 1] * np.exp(costs.level_sd[:, k] * noise)
            rows.append(
                (origin, kind, lead, "authorities", *_covered(paths[:, known], truth[known]))
            )
            share = weight[known] / weight[known].sum()
            rows.append(
                (
                    *(origin, kind, lead, "together"),
                    *_covered((paths[:, known] @ share)[:, None], truth[known] @ share),
                )
            )
    return rows


def _covered(paths: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    low, high = np.quantile(paths, [0.1, 0.9], axis=0)
    middle = np.median(paths, axis=0)
    inside = (truth >= low) & (truth <= high)
    return float(inside.mean()), float((high / low - 1).mean()), float((truth / middle).mean() - 1)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--paths", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    unit, children = published()
    names = ["origin", "kind", "lead", "whom", "covered", "width", "bias"]
    for words, process_of in (
        ("all years' figures", lambda _: section251.national_growth()),
        ("figures known then", known_by),
    ):
        first = section251.FIRST_YEAR + FEWEST_CHANGES
        rows = [
            row
            for origin in range(first, 2025)
            for row in scores(origin, unit, children, process_of(origin), given.paths, given.seed)
        ]
        table = pd.DataFrame(rows, columns=names)
        by = table.groupby(["whom", "kind", "lead"])[["covered", "width", "bias"]].mean()
        print(f"\n{words}: share of 80% intervals that held")
        print(by.round(3).to_string())
        print(table.groupby("whom")["covered"].mean().round(3).to_string())


if __name__ == "__main__":
    main()
