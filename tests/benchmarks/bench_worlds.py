"""Forecasts from returns against the truth of simulated worlds, and against everybody else's.

    python3 run.py bench worlds --worlds 8 --first 1 [--families markov,frailty,feedback]
        [--origins 60,72,84,96] [--every-origin] [--horizon 36] [--keep DIR]
        [--others-only] [--futures 16] [--statsforecast PYTHON] [--peers PYTHON --harness DIR]

Worlds are simulated child by child (tests/benchmarks/worlds); each writes SSDA903
returns, and each method forecasts from what was held on a 31 March. World i of a
family is judged at one origin, the list being gone through in turn, unless
--every-origin is given. Time-series models are given each node's true history,
late recording taken away, which no user has. --futures N adds the mean of N futures of
the world itself, by somebody who knows every child and hazard and takes the levels of the
last quarter to last: how much structure alone can tell. It is no bound, since levels drift
back in some worlds and shocks pass. --statsforecast and --peers name the interpreters of
other environments: statsforecast==2.1.1; and cs-demand-model==0.5.1 with
demand-model==0.2.0, whose scripts are in the folder --harness. With --keep, scores are
stored, and the others' are not made anew; --others-only fills that store.

Bars, on leads 12 to 36 of the worlds with shocks: authority totals at most 0.85 of
the best time-series model and 0.92 of the best package; region totals inside the 80%
interval in 78% and inside the 95% in 92% of cases.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pandas as pd

from tests.benchmarks.worlds.counts import counts_of
from tests.benchmarks.worlds.filing import Files, held_on, returns_of
from tests.benchmarks.worlds.judging import (
    LEVELS,
    Answer,
    Question,
    averaged,
    question_of,
    scores_of,
    wilson,
)
from tests.benchmarks.worlds.lives import lives_of
from tests.benchmarks.worlds.nature import FIRST_DAY, Family
from tests.benchmarks.worlds.rivals import (
    ENGINE,
    KNOWING_THE_WORLD,
    PACKAGES,
    TIME_SERIES,
    answer_knowing_the_world,
    engine_answer,
    naive_answers,
    package_answers,
    time_series_answers,
)

BAR_TIME_SERIES, BAR_PACKAGES = 0.85, 0.92
BAR_80, BAR_95 = 0.78, 0.92
WITH_SHOCKS = (Family.MARKOV, Family.FRAILTY, Family.FEEDBACK)


def main() -> None:
    asked = arguments()
    rows = []
    for family in asked.families:
        for number, seed in enumerate(range(asked.first, asked.first + asked.worlds)):
            origins = asked.origins
            if not asked.every_origin:
                origins = [origins[number % len(origins)]]
            rows += world_scores(family, seed, origins, asked)
    report(pd.concat(rows, ignore_index=True))


def arguments() -> argparse.Namespace:
    given = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given.add_argument("--worlds", type=int, default=4)
    given.add_argument("--first", type=int, default=1)
    given.add_argument("--families", type=_families, default=list(WITH_SHOCKS))
    given.add_argument("--origins", type=_months, default=[60, 72, 84, 96])
    given.add_argument("--every-origin", action="store_true")
    given.add_argument("--horizon", type=int, default=36)
    given.add_argument("--keep", type=Path)
    given.add_argument("--others-only", action="store_true")
    given.add_argument("--futures", type=int, default=0)
    given.add_argument("--statsforecast", type=Path)
    given.add_argument("--peers", type=Path)
    given.add_argument("--harness", type=Path)
    asked = given.parse_args()
    if (asked.peers is None) != (asked.harness is None):
        given.error("--peers and --harness go together")
    return asked


def _families(text: str) -> list[Family]:
    return [Family(name) for name in text.split(",")]


def _months(text: str) -> list[int]:
    return [int(months) for months in text.split(",")]


def world_scores(
    family: Family, seed: int, origins: list[int], asked: argparse.Namespace
) -> list[pd.DataFrame]:
    """Let one world run, and judge everybody at its origins."""
    lives = lives_of(family, seed=seed)
    counts, files = counts_of(lives), returns_of(lives)
    found = []
    for months in origins:
        origin = pd.Timestamp(FIRST_DAY) + pd.offsets.MonthEnd(months)
        question = question_of(counts, origin, horizon=asked.horizon)
        held = held_on(files, origin)
        # What was kept of another version of the worlds is not to be read.
        digest = sha256(question.history.tobytes() + question.actual.tobytes()).hexdigest()
        name = f"{family.value}-{seed}-{months}-{asked.horizon}-{digest[:8]}"
        began, began_cpu = time.perf_counter(), time.process_time()
        ours = {}
        if not asked.others_only:
            ours[ENGINE] = engine_answer(held, question, origin=origin, horizon=asked.horizon)
        wall, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        parts = [scored({**ours, **naive_answers(question)}, question)]
        for rival, make in others(family, seed, origin, held, question, asked).items():
            parts.append(
                kept(asked.keep, f"{name}-{rival}", lambda m=make, q=question: scored(m(), q))
            )
        together = pd.concat(parts, ignore_index=True).assign(
            family=family.value, world=f"{family.value}-{seed}", origin=months
        )
        found.append(together)
        if asked.keep:
            store(together, asked.keep / f"{name}-all.csv")
        tell(name, together, wall, cpu)
    return found


def others(
    family: Family,
    seed: int,
    origin: pd.Timestamp,
    held: Files,
    question: Question,
    asked: argparse.Namespace,
) -> dict[str, Callable[[], dict[str, Answer]]]:
    """Give those to be run beside the engine, by the name under which their scores are kept."""
    rivals: dict[str, Callable[[], dict[str, Answer]]] = {}
    if asked.futures:
        rivals[f"itself-{asked.futures}"] = lambda: {
            KNOWING_THE_WORLD: answer_knowing_the_world(
                question, family=family, seed=seed, origin=origin, futures=asked.futures
            )
        }
    if asked.statsforecast:
        rivals["series"] = lambda: time_series_answers(question, interpreter=asked.statsforecast)
    if asked.peers:
        rivals["packages"] = lambda: package_answers(
            held,
            question,
            origin=origin,
            interpreter=asked.peers,
            harness=asked.harness,
            family=family,
            seed=seed,
        )
    return rivals


def scored(answers: dict[str, Answer], question: Question) -> pd.DataFrame:
    return pd.concat(
        [scores_of(question, answer).assign(method=name) for name, answer in answers.items()],
        ignore_index=True,
    )


def kept(folder: Path | None, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Read what was stored by an earlier run, or make and store it."""
    if folder is None:
        return make()
    path = folder / f"{name}.csv"
    if path.exists():
        return pd.read_csv(path)
    made = make()
    store(made, path)
    return made


def store(table: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    table.to_csv(part, index=False)
    part.replace(path)


def tell(name: str, scores: pd.DataFrame, wall: float, cpu: float) -> None:
    """One line a world: authority totals of everybody, and where the region's truth lay."""
    table = averaged(scores, (12, int(scores["horizon"].max()))).set_index(["level", "method"])
    others = [f"{method} {row['scaled']:.2f}" for method, row in table.loc["authority"].iterrows()]
    line = f"{name}: {', '.join(others)}"
    if ("region", ENGINE) in table.index:
        region = table.loc[("region", ENGINE)]
        line += (
            f"; region bias {region['bias']:+.1%}, in 80% {region['in_80']:.0%}, "
            f"in 95% {region['in_95']:.0%}; engine {wall:.0f} s wall, {cpu:.0f} s CPU"
        )
    print(line, flush=True)


def report(scores: pd.DataFrame) -> None:
    """Print errors, coverage and bars: every family by itself, then those with shocks together."""
    last = int(scores["horizon"].max())
    names = [str(name) for name in scores["family"].unique()]
    for name in names:
        part = scores[scores["family"] == name]
        errors(part, f"{name}: {cases(part)} world-origins", last)
        coverage(part, name, last)
    shocks = scores[scores["family"].isin([family.value for family in WITH_SHOCKS])]
    if shocks.empty:
        return
    if len(names) > 1:
        errors(shocks, f"with shocks: {cases(shocks)} world-origins", last)
        coverage(shocks, "with shocks", last)
    if ENGINE in set(shocks["method"]):
        bars(shocks, last)


def cases(scores: pd.DataFrame) -> int:
    return len(scores[["world", "origin"]].drop_duplicates())


def errors(scores: pd.DataFrame, title: str, last: int) -> None:
    print(f"\n{title}: |error| / seasonal naive's at 12, 24, {last} and 12-{last} months;")
    print(f"{'':30s}WAPE at 12, 24, {last}; bias at {last} (standard error)")
    spans = [(12, 12), (24, 24), (last, last), (12, last)]
    tables = [averaged(scores, span).set_index(["level", "method"]) for span in spans]
    for level in LEVELS:
        print(f"[{level}]")
        for method in tables[3].loc[level].index:
            at = [table.loc[(level, method)] for table in tables]
            print(
                f"  {method:28s}"
                + "".join(f"{row['scaled']:6.2f}" for row in at)
                + "  "
                + "".join(f"{row['wape']:7.1%}" for row in at[:3])
                + f"  {at[2]['bias']:+.1%} ({at[2]['bias_error']:.1%})"
            )


def coverage(scores: pd.DataFrame, title: str, last: int) -> None:
    """Coverage with Wilson intervals; nodes of a world share its shocks, so a world is one case."""
    print(f"{title}: inside 80% | 95% (interval; n = world-origins), width of 95% / actual")
    spans = {"12": (12, 12), "24": (24, 24), str(last): (last, last), f"12-{last}": (12, last)}
    for level in LEVELS:
        for method in (ENGINE, *TIME_SERIES):
            line = []
            for name, span in spans.items():
                table = averaged(scores[scores["method"] == method], span)
                row = table[table["level"] == level]
                if row.empty or row["in_80"].isna().all():
                    break
                found = row.iloc[0]
                n = int(found["cases"])
                low80, high80 = wilson(found["in_80"], n)
                low95, high95 = wilson(found["in_95"], n)
                line.append(
                    f"h {name}: {found['in_80']:.2f} ({low80:.2f}-{high80:.2f}) | "
                    f"{found['in_95']:.2f} ({low95:.2f}-{high95:.2f}), {found['width_95']:.0%}"
                )
            if line and (method == ENGINE or level == "region"):
                print(f"  {level:17s}{method:14s}" + "; ".join(line))


def bars(scores: pd.DataFrame, last: int) -> None:
    """Say of each bar whether it is met on these worlds."""
    table = averaged(scores, (12, last)).set_index(["level", "method"])
    ours = table.loc[("authority", ENGINE), "scaled"]
    print(f"\nBars, leads 12 to {last}, {cases(scores)} world-origins with shocks")
    for title, rivals, bar in (
        ("time-series model", TIME_SERIES, BAR_TIME_SERIES),
        ("package", PACKAGES, BAR_PACKAGES),
        ("naive forecast", ("hold flat",), 1.0),
        ("forecast that knows the world", (KNOWING_THE_WORLD,), None),
    ):
        there = [name for name in rivals if ("authority", name) in table.index]
        if not there:
            print(f"  authority totals against the best {title}: not run")
            continue
        best = min(there, key=lambda name: table.loc[("authority", name), "scaled"])
        ratio = ours / table.loc[("authority", best), "scaled"]
        judged = "no bar" if bar is None else f"bar {bar}: {verdict(ratio <= bar)}"
        print(f"  authority totals against the best {title} ({best}): {ratio:.3f}, {judged}")
    region = table.loc[("region", ENGINE)]
    for name, bar in (("in_80", BAR_80), ("in_95", BAR_95)):
        judged = verdict(region[name] >= bar)
        print(f"  region totals {name.replace('_', ' ')}%: {region[name]:.3f}, bar {bar}: {judged}")


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    main()
