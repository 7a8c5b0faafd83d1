"""Is the balance true? Shortages, ratings, false surpluses and spend against planted worlds.

    python3 run.py bench sufficiency [--worlds 40] [--first 1]
        [--kinds steady,shortage,surplus,trap] [--keep DIR] [--leads 6,12,24,36]

Worlds are lived child by child and bed by bed (tests/benchmarks/supply_worlds): what children
need, where there was a bed, who else took it, what it cost. Each hands in SSDA903 returns, a
register of homes and a cohort as known on a 31 March, and the program forecasts from these
alone. World i is of the i-th kind in turn. With --keep, worlds and their forecasts of demand are
kept and used again, so that only what comes after them is made anew: empty the folder when
worlds or forecasts have changed, and open no folder of somebody else's making.

Bars: said probabilities within 5 points of what came in every decile of 30 cells and more; red
cells hold 80% of shortages; registered places that others fill are not told as a surplus; spend
inside its 80% interval in 75-85% of worlds.
"""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from rcc_forecast import pipeline
from rcc_forecast.codes import ALL
from rcc_forecast.config import RunConfig
from rcc_forecast.registers import tidy_children, tidy_homes
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.futures import area_futures
from rcc_forecast.returns import read_returns_from
from rcc_forecast.spending import forecast_spend
from tests.benchmarks.supply_worlds.judging import (
    COUNTED,
    LEADS,
    READINGS,
    RED_HOLD,
    SAID,
    SPEND_BAR,
    SUITED,
    cells_of,
    coverage,
    rated,
    rating,
    reliability,
    trap,
)
from tests.benchmarks.supply_worlds.nature import CAPPED, Planted
from tests.benchmarks.supply_worlds.needs import STOCK
from tests.benchmarks.supply_worlds.truth import REGION
from tests.benchmarks.supply_worlds.world import HORIZON, SupplyWorld, world_of

_TRAP_BAR = 0.1


@dataclass(frozen=True, slots=True)
class Lived:
    """A world and its forecast of demand: what is kept, and made anew only when asked."""

    world: SupplyWorld
    prepared: pipeline.Prepared
    forecast: DemandForecast


def main(given: list[str]) -> None:
    """Judge worlds one by one, then all together."""
    asked = arguments(given)
    cells, spend = [], []
    for number, seed in enumerate(range(asked.first, asked.first + asked.worlds)):
        began = time.process_time()
        known = lived(asked.kinds[number % len(asked.kinds)], seed, keep=asked.keep)
        made = time.process_time() - began
        found, paid = judged(known)
        took = time.process_time() - began - made
        cells.append(found)
        spend.append(paid)
        line = told(found, asked.leads)
        print(f"{line}; made {made:.0f} s, judged {took:.0f} s", flush=True)
    everything, paid = (pd.concat(parts, ignore_index=True) for parts in (cells, spend))
    if asked.keep:
        everything.to_csv(asked.keep / "cells.csv", index=False)
        paid.to_csv(asked.keep / "spend.csv", index=False)
    report(everything, paid, asked.leads)


def arguments(given: list[str]) -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--kinds", type=_kinds, default=list(Planted))
    parser.add_argument("--leads", type=_leads, default=list(LEADS))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args(given)
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    return asked


def _kinds(text: str) -> list[Planted]:
    return [Planted(name) for name in text.split(",")]


def _leads(text: str) -> list[int]:
    return [int(lead) for lead in text.split(",")]


def lived(
    planted: Planted, seed: int, *, keep: Path | None = None, stock: int = STOCK, **settings: int
) -> Lived:
    """Let a world run and forecast its demand, or take up what was kept.

    Parameters
    ----------
    stock : int
        As for `world_of`.
    **settings
        Of `RunConfig`.
    """
    path = None if keep is None else keep / f"{planted.value}-{seed}.pickle"
    if path is not None and path.exists():
        return cast("Lived", pickle.loads(path.read_bytes()))
    world = world_of(planted, seed=seed, stock=stock)
    config = replace(RunConfig(horizon=HORIZON, as_of=world.origin), **settings)
    prepared = pipeline.prepare(read_returns_from(world.filed.returns), config)
    found = Lived(world, prepared, pipeline.forecast(prepared, config))
    if path is not None:
        path.write_bytes(pickle.dumps(found))
    return found


def judged(known: Lived) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ask the program about one world; give its cells and its spend beside what came."""
    world, prepared = known.world, known.prepared
    homes, _ = tidy_homes(world.filed.homes)
    children, _ = tidy_children(world.filed.children)
    balance = pipeline.sufficiency(prepared, known.forecast, homes, children=children)
    spending = forecast_spend(
        area_futures(known.forecast, membership=prepared.membership, seed=0),
        homes=homes,
        episodes=prepared.journeys.episodes,
        as_of=world.origin,
        rng=np.random.default_rng(0),
        costs=world.filed.costs,
    )
    cells = cells_of(balance.table, world.truth.cells)
    paid = spend_of(spending.years, world)
    name = {"world": f"{world.nature.planted.value}-{world.seed}"}
    name |= {"planted": world.nature.planted.value, "shock": world.nature.shock.value}
    return cells.assign(**name), paid.assign(**name)


def spend_of(years: pd.DataFrame, world: SupplyWorld) -> pd.DataFrame:
    """Set each financial year's spend, all kinds and each of the larger, beside what was paid."""
    truth = world.truth.spend
    months = world.origin + pd.offsets.MonthEnd(1) * np.arange(HORIZON + 1)
    weeks = pd.DatetimeIndex(months).days_in_month.to_numpy()[truth["horizon"]] / 7
    truth = truth.assign(year=(truth["horizon"] - 1) // 12 + 1, actual=truth["spend"] * weeks)
    each = truth[truth["placement_type"].isin(CAPPED)]
    truth = pd.concat([each, truth.assign(placement_type=ALL)])
    truth = pd.concat([truth, truth.assign(local_authority=REGION)])
    keys = ["local_authority", "placement_type", "year"]
    actual = truth.groupby(keys)["actual"].sum().reset_index()
    rows = years[years["region"] != ALL]
    whole = rows["local_authority"] == ALL
    first = world.origin.year
    rows = rows.assign(
        local_authority=rows["local_authority"].mask(whole, REGION),
        year=rows["financial_year"].str[:4].astype(int) - first + 1,
    ).rename(columns={f"spend_{name}_gbp": name for name in ("mean", "q10", "q90")})
    table = actual.merge(rows[[*keys, "mean", "q10", "q90"]], on=keys)
    is_region = table["local_authority"] == REGION
    table["level"] = table["local_authority"].where(is_region, "authority")
    return table.rename(columns={"year": "lead"})


def told(cells: pd.DataFrame, leads: list[int]) -> str:
    """Say one world in a line."""
    rows = cells[cells["horizon"].isin(leads)]
    known = rated(rows[rows["age_band"] == ALL])
    region = known[known["local_authority"] == REGION]
    parts = [
        f"{rows['world'].iloc[0]} ({rows['shock'].iloc[0]})",
        f"short {(known['missing_placed'] > 0).mean():.0%} of {len(known)}",
        f"said {known['p_shortfall'].mean():.0%}",
        f"region short {(region['missing_placed'] > 0).mean():.0%}",
        f"said {region['p_shortfall'].mean():.0%}",
    ]
    return ", ".join(parts)


def report(cells: pd.DataFrame, spend: pd.DataFrame, leads: list[int]) -> None:
    """Print reliability, ratings, the trap and spend, each with its bar."""
    rows = cells[cells["horizon"].isin(leads)]
    whole = rows[rows["age_band"] == ALL]
    for reading in READINGS:
        if SAID[reading] not in rows or rows[SAID[reading]].isna().all():
            print(f"\n{reading}: the balance gives no probability of it")
            continue
        for meaning, words in ((COUNTED, "more children than beds"), (SUITED, "no bed fits")):
            print(f"\n=== children as {reading}, {words}: {rows['world'].nunique()} worlds ===")
            groups(whole, reading, meaning, leads)
            deciles(whole, "all cells", reading, meaning, shown=True)
            deciles(rows[rows["age_band"] != ALL], "age bands", reading, meaning, shown=True)
            ratings(whole, reading, meaning)
            traps(whole, reading, meaning)
    spends(spend)


def groups(cells: pd.DataFrame, reading: str, meaning: str, leads: list[int]) -> None:
    """Print reliability by level, and within it by kind and by lead."""
    for level in ("authority", REGION):
        of_level = cells[(cells["local_authority"] == REGION) == (level == REGION)]
        deciles(of_level, f"{level}, all kinds", reading, meaning)
        for kind in CAPPED:
            part = of_level[of_level["placement_type"] == kind]
            deciles(part, f"{level}, {kind}", reading, meaning)
        for lead in leads:
            deciles(
                of_level[of_level["horizon"] == lead], f"{level}, lead {lead}", reading, meaning
            )


def deciles(
    cells: pd.DataFrame, title: str, reading: str, meaning: str, *, shown: bool = False
) -> None:
    """Print what was said against what came, a line a group."""
    found = reliability(cells, reading, meaning)
    if not found:
        print(f"{title}: not rated")
        return
    judged = [each for each in found if each.is_judged]
    met = all(each.is_true for each in judged)
    doubt = all(each.is_within_doubt for each in judged)
    print(f"{title}: " + " ".join(each.words() for each in found))
    verdict = "met" if met else "missed within doubt" if doubt else "MISSED"
    print(f"    deciles within 5 points, of {len(judged)} judged: {verdict}")
    if shown:
        for each in judged:
            print(
                f"    said {each.said:.2f}, came {each.came:.2f} "
                f"({each.low:.2f}-{each.high:.2f}), {each.cells} cells of {each.worlds} worlds"
            )


def ratings(cells: pd.DataFrame, reading: str, meaning: str) -> None:
    """Print how the colours did."""
    for title, part in (
        ("all cells", cells),
        *((f"planted {name}", each) for name, each in cells.groupby("planted", sort=False)),
        ("region", cells[cells["local_authority"] == REGION]),
    ):
        found = rating(part, reading, meaning)
        verdict = "met" if found.in_red >= RED_HOLD else "MISSED"
        print(
            f"rating, {title}: red holds {found.in_red:.0%} of {found.shortages} shortages "
            f"({verdict}), {found.missing_in_red:.0%} of missing places; red or amber "
            f"{found.in_red_or_amber:.0%}; short in red {found.red_true:.0%}, amber "
            f"{found.amber_true:.0%}, green {found.green_true:.0%}; "
            + ", ".join(f"{colour} {share:.0%}" for colour, share in found.shares.items())
        )


def traps(cells: pd.DataFrame, reading: str, meaning: str) -> None:
    """Print how often a false surplus was told."""
    for title, part in (
        ("all worlds", cells),
        ("trap worlds", cells[cells["planted"] == Planted.TRAP.value]),
    ):
        for level in ("authority", REGION):
            of_level = part[(part["local_authority"] == REGION) == (level == REGION)]
            found = trap(of_level, reading, meaning)
            verdict = "met" if not found.told_surplus > _TRAP_BAR else "MISSED"
            print(
                f"false surplus, {title}, {level}: {found.cells} cells short while more is "
                f"registered; told as surplus {found.told_surplus:.0%} (subtraction: 100%; "
                f"bar {_TRAP_BAR:.0%}: {verdict}); mean p {found.said:.2f}, red {found.in_red:.0%}"
            )


def spends(spend: pd.DataFrame) -> None:
    """Print the coverage of spend by financial year."""
    print("\nspend of a financial year inside its 80% interval")
    for kind in (ALL, *CAPPED):
        for _, row in coverage(spend[spend["placement_type"] == kind]).iterrows():
            met = SPEND_BAR[0] <= row["inside"] <= SPEND_BAR[1]
            print(
                f"  {kind}, {row['level']}, year {row['lead']}: {row['inside']:.0%} "
                f"({row['low']:.0%}-{row['high']:.0%}) of {row['cases']}; below "
                f"{row['below']:.0%}, above {row['above']:.0%}; bias {row['bias']:+.1%}; "
                f"width {row['width']:.0%}: {'met' if met else 'MISSED'}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
