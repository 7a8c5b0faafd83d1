"""Who is compared: this program, naive forecasts, time-series models, the field's packages."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.returns import read_returns_from
from tests.benchmarks.worlds.counts import counts_of
from tests.benchmarks.worlds.filing import Files, of_authority, written
from tests.benchmarks.worlds.judging import SEASON, Answer, Question, node_values
from tests.benchmarks.worlds.lives import likely_lives_of
from tests.benchmarks.worlds.nature import AUTHORITIES, Family

ENGINE = "rcc-forecast"
KNOWING_THE_WORLD = "the world itself"
TIME_SERIES = ("AutoETS", "AutoTheta", "DOTM", "AutoCES", "AutoARIMA")
PACKAGES = ("cs-demand-model", "demand-model, all history", "demand-model, 12 months")

_SCRIPT = Path(__file__).resolve().parents[1] / "peers" / "time_series.py"
_ENDS = ("q10", "q90", "q025", "q975")

_STEP_DAYS = 7
"""cs-demand-model is stepped by weeks: totals differ by 0.2% at 36 months from daily steps, in a
fifth of the time."""


def engine_answer(
    files: Files, question: Question, *, origin: pd.Timestamp, horizon: int, seed: int = 0
) -> Answer:
    """Forecast from returns as a user would, and pick the nodes asked for."""
    config = RunConfig(horizon=horizon, as_of=origin, seed=seed)
    prepared = pipeline.prepare(read_returns_from(files), config)
    return engine_nodes(pipeline.forecast(prepared, config).table(), question)


def engine_nodes(table: pd.DataFrame, question: Question) -> Answer:
    """Pick the nodes asked for from a forecast table; the region is the only one there is."""
    rows = table[
        (table["measure"] == "children")
        & (table["age_band"] == "All")
        & (table["population"] == "All")
        & (table["region"] != "All")
    ]
    key = ["local_authority", "placement_type"]
    figures = rows.pivot_table(index=key, columns="horizon", values=["mean", *_ENDS])
    found = figures.reindex(pd.MultiIndex.from_frame(question.nodes[key]))
    mean, *ends = (found[name].to_numpy(np.float64) for name in ("mean", *_ENDS))
    return Answer(mean, np.stack(ends))


def naive_answers(question: Question) -> dict[str, Answer]:
    """Give the forecasts that need no model."""
    horizon = question.actual.shape[1]
    lead = np.arange(horizon)
    last, year = question.history[:, -1:], question.history[:, -SEASON:]
    return {
        "hold flat": Answer(np.repeat(last, horizon, axis=1)),
        "seasonal naive": Answer(year[:, lead % SEASON]),
    }


def answer_knowing_the_world(
    question: Question, *, family: Family, seed: int, origin: pd.Timestamp, futures: int
) -> Answer:
    """Average futures of the world itself, from the levels of its last quarter."""
    day = np.datetime64(origin, "D")
    seen, horizon = question.history.shape[1], question.actual.shape[1]
    drawn = [
        node_values(counts_of(lives))[:, seen : seen + horizon]
        for lives in likely_lives_of(family, seed=seed, origin=day, n=futures)
    ]
    return Answer(np.mean(drawn, axis=0))


def time_series_answers(question: Question, *, interpreter: Path) -> dict[str, Answer]:
    """Run statsforecast on every node's own true history, in its own environment."""
    horizon = question.actual.shape[1]
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder) / "history.npz", Path(folder) / "made.npz"
        np.savez(given, y=question.history)
        _run(interpreter, _SCRIPT, given, horizon, made, *TIME_SERIES)
        with np.load(made) as figures:
            return {model: Answer(figures[model][0], figures[model][1:]) for model in TIME_SERIES}


def package_answers(
    files: Files,
    question: Question,
    *,
    origin: pd.Timestamp,
    interpreter: Path,
    harness: Path,
    family: Family,
    seed: int,
) -> dict[str, Answer]:
    """Run the field's packages on the returns held: by authority, and once for the region."""
    horizon = question.actual.shape[1]
    totals: dict[str, dict[str, np.ndarray]] = {name: {} for name in PACKAGES}
    with tempfile.TemporaryDirectory() as folder:
        for code in ("All", *AUTHORITIES):
            mine = _one_folder_a_year(files if code == "All" else of_authority(files, code))
            returns = written(mine, Path(folder) / code, family=family, seed=seed)
            for name in PACKAGES:
                totals[name][code] = _package_total(
                    name, returns, origin, horizon, interpreter, harness
                )
    answers = {}
    for name, by_area in totals.items():
        mean = np.full(question.actual.shape, np.nan)
        for code, total in by_area.items():
            whole = question.nodes["placement_type"] == "All"
            mean[(whole & (question.nodes["local_authority"] == code)).to_numpy()] = total
        answers[name] = Answer(mean)
    return answers


def _one_folder_a_year(files: Mapping[str, bytes]) -> Files:
    """Join authorities: the packages read one file a table and year."""
    joined: dict[str, list[bytes]] = {}
    for name in sorted(files):
        heading, _, rows = files[name].partition(b"\n")
        joined.setdefault(name.split("/", 1)[1], [heading + b"\n"]).append(rows)
    return {name: b"".join(parts) for name, parts in joined.items()}


def _package_total(
    name: str, returns: Path, origin: pd.Timestamp, horizon: int, interpreter: Path, harness: Path
) -> np.ndarray:
    package, _, reference = name.partition(", ")
    out = returns.parent / "out.csv"
    asked = [returns, "--cutoff", origin.date().isoformat(), "--horizon", horizon, "-o", out]
    if package == "cs-demand-model":
        script = "backtest_cs_demand_model.py"
        asked += ["--codes", "2025", "--step-days", _STEP_DAYS, "--no-actual"]
    else:
        script = "backtest_demand_model_multinomial.py"
        asked += ["--reference-months", 12 if reference == "12 months" else 0]
    _run(interpreter, harness / script, *asked)
    made = pd.read_csv(out)
    by_lead = made.groupby("horizon_months")["predicted"].sum()
    return by_lead.reindex(range(1, horizon + 1)).to_numpy(np.float64)


def _run(interpreter: Path, *command: object) -> None:
    """Run a script of another environment; what it says is shown only where it fails."""
    done = subprocess.run(
        [str(part) for part in (interpreter, *command)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name} failed:\n{done.stderr[-2000:]}")
