"""How far the annual engine beats holding flat on England's authorities.

    python3 run.py bench annual [--statsforecast INTERPRETER]

Children looked after on 31 March, 2011-2022, forecast one to three years ahead
from every origin since 2014 as it was then known. Three settings: history and
region alone; with child population as exposure; with further published columns.
Ratios are to holding flat, with the quantiles of its pooled past changes,
centred. Bars: WAPE .985/.970/.940, .972/.950/.913 and .960/.927/.893; CRPS
.98/.97/.95, .965/.953/.93 and .952/.938/.907; coverage 78-85% and 93-98%.

Then panels where the answer is known: yearly child population, whose momentum
is real, and a random walk, where nothing beats holding flat. With the
interpreter of an environment that has statsforecast==2.1.1, its models are
scored in the same run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from models.forecast import FloatArray, RolledForecast
from models.forecasting.annual import ENGINE, AnnualPanel, rolled_annual
from models.scores import QUANTILE_LEVELS, quantile_crps
from rcc_forecast.forecasting import read_series
from rcc_forecast.forecasting.series.annual import annual_panel
from tests.builders.reference import reference_data
from tests.builders.series_tables import englands_authorities

RIVALS = ("AutoETS", "AutoTheta", "DOTM")

FIRST_ORIGIN = 4
"""Years seen by the first forecast: 2011 to 2014."""

HORIZON = 3
BARS = {
    "history and region": ((0.985, 0.970, 0.940), (0.98, 0.97, 0.95)),
    "with exposure": ((0.972, 0.950, 0.913), (0.965, 0.953, 0.93)),
    "with further columns": ((0.960, 0.927, 0.893), (0.952, 0.938, 0.907)),
}
COLUMNS = {
    "history and region": ["group"],
    "with exposure": ["group", "exposure"],
    "with further columns": ["group", "exposure", "started", "ceased", "children_in_need"],
}


def main(given: list[str]) -> None:
    """Print every table of figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--statsforecast", type=Path, metavar="INTERPRETER")
    rivals = parser.parse_args(given).statsforecast
    england = englands_authorities()
    for setting, (wape_bar, crps_bar) in BARS.items():
        table = england[["series_id", "period", "value", *COLUMNS[setting]]]
        panel = as_panel(table)
        print(f"\n{setting}: {panel.n_series} authorities, {panel.n_periods} years")
        print(f"{'bars':<16}{_row(wape_bar)}   {_row(crps_bar)}")
        tell(panel)
        if rivals is not None and setting == "history and region":
            tell_rivals(panel, rivals)
        if setting == "with further columns":
            print(f"same as the command's: {same_as_the_command(table, panel)}")
    print("\nchild population, whose momentum is real")
    tell(child_population())
    print("\nrandom walks, in which nothing beats holding flat (mean of 10 panels)")
    tell_walks()


def tell(panel: AnnualPanel) -> None:
    """Print ratios, coverage and every origin's ratio at one and three years."""
    n_origins = panel.n_periods - FIRST_ORIGIN
    rolled = rolled_annual(panel, horizon=HORIZON, n_origins=n_origins)
    flat = rolled["hold_flat"]
    for name, found in rolled.items():
        if name == "hold_flat":
            continue
        wape, crps, covered = ratios(found, flat, panel.y)
        print(
            f"{name:<16}{_row(wape)}   {_row(crps)}   80% {_row(covered[0])} 95% {_row(covered[1])}"
        )
        if name == ENGINE:
            for lead in (1, HORIZON):
                by_origin = [
                    _error(found, panel.y, place, lead) / _error(flat, panel.y, place, lead)
                    for place, seen in enumerate(found.origins)
                    if seen + lead <= panel.n_periods
                ]
                print(f"  {lead} ahead by origin  {_row(by_origin)}")


def tell_rivals(panel: AnnualPanel, interpreter: Path) -> None:
    """Print the same figures of models that forecast each series by itself."""
    rolled = rolled_annual(panel, horizon=HORIZON, n_origins=panel.n_periods - FIRST_ORIGIN)
    flat = rolled["hold_flat"]
    script = Path(__file__).parent / "peers" / "statsforecast_years.py"
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(asked, y=panel.y, origins=flat.origins, horizon=HORIZON)
        subprocess.run([interpreter, script, asked, answered, *RIVALS], check=True)
        with np.load(answered) as models:
            for name, quantiles in models.items():
                ordered = np.sort(quantiles, axis=0)
                found = RolledForecast(flat.origins, quantiles[len(quantiles) // 2], ordered)
                wape, crps, covered = ratios(found, flat, panel.y)
                held = f"80% {_row(covered[0])} 95% {_row(covered[1])}"
                print(f"{name:<16}{_row(wape)}   {_row(crps)}   {held}")


def ratios(
    found: RolledForecast, flat: RolledForecast, y: FloatArray
) -> tuple[list[float], list[float], tuple[list[float], list[float]]]:
    """Give WAPE and CRPS over hold-flat's, and coverage, by lead."""
    wape, crps, in_80, in_95 = [], [], [], []
    for lead in range(1, HORIZON + 1):
        places = [p for p, seen in enumerate(found.origins) if seen + lead <= y.shape[1]]
        wape.append(
            sum(_error(found, y, p, lead) for p in places)
            / sum(_error(flat, y, p, lead) for p in places)
        )
        crps.append(
            sum(_crps(found, y, p, lead) for p in places)
            / sum(_plain_crps(y, int(found.origins[p]), lead) for p in places)
        )
        in_80.append(float(np.mean([_inside(found, y, p, lead, 0.1) for p in places])))
        in_95.append(float(np.mean([_inside(found, y, p, lead, 0.025) for p in places])))
    return wape, crps, (in_80, in_95)


def same_as_the_command(table: pd.DataFrame, panel: AnnualPanel) -> bool:
    """Tell whether the command gives the engine's means for a past origin."""
    seen = panel.n_periods - 2
    years = np.sort(table["period"].unique())[:seen]
    with tempfile.TemporaryDirectory() as folder:
        given, out = Path(folder) / "in.csv", Path(folder) / "out.csv"
        table[table["period"].isin(years)].to_csv(given, index=False)
        command = ["forecast-series", given, "--season", "1", "--horizon", "3", "--out", out]
        subprocess.run(
            [sys.executable, "-m", "rcc_forecast", *command], check=True, stdout=subprocess.DEVNULL
        )
        told = pd.read_csv(out)["mean"].to_numpy().reshape(-1, HORIZON)
    rolled = rolled_annual(panel, horizon=HORIZON, n_origins=2)[ENGINE]
    return bool(np.allclose(told, rolled.mean[0], rtol=1e-6))


def as_panel(table: pd.DataFrame) -> AnnualPanel:
    """Give a table as the command would read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        table.to_csv(path, index=False)
        return annual_panel(read_series(path, season=1))


def child_population() -> AnnualPanel:
    """Give children of each authority, year by year, grouped by region."""
    name = "england/ons_child_population_0_17_la_2012_2024.csv.gz"
    table = pd.read_csv(reference_data(name), dtype={"population_estimate": str})
    table = table[table["geographic_level"] == "Local authority"]
    return as_panel(
        pd.DataFrame(
            {
                "series_id": table["new_la_code"],
                "period": table["time_period"],
                "value": pd.to_numeric(table["population_estimate"], errors="coerce"),
                "group": table["region_name"],
            }
        ).dropna(subset=["value"])
    )


def random_walks(seed: int) -> AnnualPanel:
    """Give authorities that wander by themselves, by region and together."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(9), 16)
    step = rng.normal(0, 0.08, (len(group), 13))
    step += rng.normal(0, 0.02, (9, 13))[group] + rng.normal(0, 0.02, 13)
    size = np.exp(rng.normal(6, 0.6, len(group)))[:, None]
    return AnnualPanel(np.round(size * np.exp(step.cumsum(axis=1))), group)


def tell_walks() -> None:
    found = []
    for seed in range(10):
        panel = random_walks(seed)
        rolled = rolled_annual(panel, horizon=HORIZON, n_origins=panel.n_periods - FIRST_ORIGIN)
        found.append(ratios(rolled[ENGINE], rolled["hold_flat"], panel.y)[:2])
    wape, crps = np.mean(found, axis=0)
    print(f"{ENGINE:<16}{_row(wape)}   {_row(crps)}")


def _error(found: RolledForecast, y: FloatArray, place: int, lead: int) -> float:
    came = y[:, found.origins[place] + lead - 1]
    return float(np.nansum(np.abs(found.mean[place, :, lead - 1] - came)))


def _crps(found: RolledForecast, y: FloatArray, place: int, lead: int) -> float:
    came = y[:, found.origins[place] + lead - 1]
    return float(np.nansum(quantile_crps(found.quantiles[:, place, :, lead - 1], came)))


def _plain_crps(y: FloatArray, seen: int, lead: int) -> float:
    """Give the CRPS of the last value with pooled past log changes, around their median."""
    over = min(lead, seen - 1)
    known = np.log(y[:, :seen] + 0.5)
    changes = known[:, over:] - known[:, :-over]
    spread = np.quantile(changes[np.isfinite(changes)], QUANTILE_LEVELS) * np.sqrt(lead / over)
    quantiles = y[:, seen - 1] * np.exp(spread - spread[len(spread) // 2])[:, None]
    return float(np.nansum(quantile_crps(quantiles, y[:, seen + lead - 1])))


def _inside(found: RolledForecast, y: FloatArray, place: int, lead: int, tail: float) -> float:
    low, high = (int(np.argmin(np.abs(QUANTILE_LEVELS - p))) for p in (tail, 1 - tail))
    came = y[:, found.origins[place] + lead - 1]
    quantiles = found.quantiles[:, place, :, lead - 1]
    known = np.isfinite(came) & np.isfinite(quantiles[low])
    return float(((came >= quantiles[low]) & (came <= quantiles[high]))[known].mean())


def _row(values: object) -> str:
    return " ".join(f"{value:.3f}" for value in np.asarray(values, dtype=float))


if __name__ == "__main__":
    main(sys.argv[1:])
