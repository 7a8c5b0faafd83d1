"""Forecasts of 24 months against the field's packages, on their own grid and truth.

    python3 run.py bench peers --peers PYTHON --harness DIR [--rows 1,2,...] [--as-filed]
        [--work DIR]

PYTHON is an environment with cs-demand-model==0.5.1 and demand-model==0.2.0; DIR holds
their backtest scripts and the maker of synthetic returns. Nine rows: 5,000 and 20,000
children at three cutoffs each, 10,000 children with entries that grow by 10% and that fall
by 5% a year, and the sample that comes with cs-demand-model. Every method sees what was
known at the cutoff, and is scored on 4 groups x 5 age bands, month by month.

The groups are the packages': fostering U1-U6; residential K2, R1, P3, S1; supported H5, P2,
K3; other the rest. Ours are finer and cut otherwise (R3 and R1 are one type of ours), so the
returns are filed anew with one PLACE code a group: our types then are their groups, and the
intervals are our own. --as-filed forecasts from the codes as they are as well, and splits
the two types that lie across groups by their shares on the cutoff; it has no intervals.
Filing anew also carries open episodes from return to return and counts short breaks, as the
packages do; in the made returns that changes nothing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.returns import read_returns_from

AUTHORITY = "E09000028"
"""Whose returns they are said to be; any code would do."""

GROUP_OF_CODE = {
    **dict.fromkeys(("U1", "U2", "U3", "U4", "U5", "U6"), "FOSTERING"),
    **dict.fromkeys(("K2", "R1", "P3", "S1"), "RESIDENTIAL"),
    **dict.fromkeys(("H5", "P2", "K3"), "SUPPORTED"),
}
GROUP_OF_TYPE = {
    "foster": "FOSTERING",
    "foster_kinship": "FOSTERING",
    "childrens_home": "RESIDENTIAL",
    "supported": "SUPPORTED",
}
TYPE_FILED_ANEW = {
    "foster": "FOSTERING",
    "childrens_home": "RESIDENTIAL",
    "supported": "SUPPORTED",
    "with_parents": "OTHER",
}
ACROSS_GROUPS = ("residential_other", "other")
"""R1 and S1 are residential, R2, R3 and R5 other; P3 is residential, Z other."""

BAND = {"16-17": "16+"}
CELL = ["horizon_months", "placement_type", "age_bin"]
REFERENCES = (0, 12, 6)
"""Months of the regional package's reference period that are tried; 0 is all history."""

POINT_OF_FLAT, GROWTH_BIAS, WIDTH = 0.01, 0.03, 0.70
COVERAGE_95 = (0.90, 0.98)


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison: which returns, cut when, how far ahead."""

    name: str
    made: tuple[str, ...]
    cutoff: str
    horizon: int = 24


ROWS = (
    *(Row("5k", ("--children", "5000"), f"{year}-03-31") for year in (2021, 2022, 2023)),
    *(Row("20k", ("--children", "20000"), f"{year}-03-31") for year in (2021, 2022, 2023)),
    *(
        Row(
            f"10k {name}",
            ("--children", "10000", "--growth", growth, "--seed", "9"),
            "2023-03-31",
        )
        for name, growth in (("+10% a year", "0.10"), ("-5% a year", "-0.05"))
    ),
    Row("package's sample", (), "2020-03-31", horizon=12),
)
STATIONARY = ("5k", "20k")


def main() -> None:
    asked = arguments()
    work = asked.work or Path(tempfile.gettempdir()) / "rcc-bench-peers"
    work.mkdir(parents=True, exist_ok=True)
    verdicts = []
    for number in asked.rows:
        row = ROWS[number - 1]
        data = data_of(row, work, asked)
        judged = {
            **packages(row, data, work, asked),
            "rcc-forecast": engine(row, data, groups=True),
        }
        if asked.as_filed:
            judged["rcc-forecast, as filed"] = engine(row, data, groups=False)
        require_one_truth(judged)
        verdicts += told(number, row, judged)
    print("\nBars")
    for verdict in verdicts:
        print(f"  {verdict}")


def require_one_truth(judged: dict[str, pd.DataFrame]) -> None:
    """Refuse to compare where our count of the truth is not the packages' scripts' own."""
    counted = [table.set_index(CELL)["actual"].sort_index() for table in judged.values()]
    if any(not counted[0].eq(other).all() for other in counted[1:]):
        raise SystemExit("The truth was counted in two ways that do not agree.")


def arguments() -> argparse.Namespace:
    given = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    given.add_argument("--peers", type=Path, required=True)
    given.add_argument("--harness", type=Path, required=True)
    given.add_argument(
        "--rows",
        type=lambda text: [int(number) for number in text.split(",")],
        default=list(range(1, len(ROWS) + 1)),
    )
    given.add_argument("--as-filed", action="store_true")
    given.add_argument("--work", type=Path)
    return given.parse_args()


def data_of(row: Row, work: Path, asked: argparse.Namespace) -> Path:
    """Give the folder of a row's returns, made or unpacked the first time."""
    folder = work / ("sample" if not row.made else "-".join(row.made).replace("--", ""))
    if folder.exists():
        return folder
    if row.made:
        run(asked.peers, asked.harness / "make_903.py", folder, *row.made)
        return folder
    where = "import cs_demand_model_samples as s; print(list(s.__path__)[0])"
    samples = Path(run(asked.peers, "-c", where).stdout.strip())
    with zipfile.ZipFile(samples / "v1.zip") as archive:
        archive.extractall(folder)
    return folder


def packages(
    row: Row, data: Path, work: Path, asked: argparse.Namespace
) -> dict[str, pd.DataFrame]:
    """Run both packages' backtests, which also count the truth."""
    found = {}
    common = [data, "--cutoff", row.cutoff, "--horizon", row.horizon]
    out = work / "backtest.csv"
    first = asked.harness / "backtest_cs_demand_model.py"
    made = run(asked.peers, first, *common, "--codes", "2025", "-o", out)
    table = pd.read_csv(out)
    flat = json.loads(made.stderr.strip().splitlines()[-1])["wape_hold_flat"]
    found["cs-demand-model, 12 months"] = table.assign(flat=flat)
    second = asked.harness / "backtest_demand_model_multinomial.py"
    for months in REFERENCES:
        name = f"demand-model, {f'{months} months' if months else 'all history'}"
        run(asked.peers, second, *common, "--reference-months", months, "-o", out)
        found[name] = on_grid(table, pd.read_csv(out))
    return found


def on_grid(truth: pd.DataFrame, made: pd.DataFrame) -> pd.DataFrame:
    """Bring a forecast to every cell of the truth: a cell that it lacks is nought."""
    figures = [name for name in ("predicted", "lower", "upper", "total_width") if name in made]
    cells = truth[[*CELL, "actual"]].merge(made[[*CELL, *figures]], on=CELL, how="left")
    return cells.fillna(dict.fromkeys(figures, 0.0))


def engine(row: Row, data: Path, *, groups: bool) -> pd.DataFrame:
    """Forecast from the returns as known at the cutoff, and bring it to the packages' cells."""
    cutoff = pd.Timestamp(row.cutoff)
    episodes, header = filed(data)
    truth = true_cells(episodes, header, cutoff, row.horizon)
    files = filed_anew(known_at(episodes, cutoff), header, cutoff, groups=groups)
    config = RunConfig(horizon=row.horizon, as_of=cutoff)
    prepared = pipeline.prepare(read_returns_from(files, authority=AUTHORITY), config)
    table = pipeline.forecast(prepared, config).table()
    mine = table[
        (table["local_authority"] == AUTHORITY)
        & (table["measure"] == "children")
        & (table["population"] == "All")
    ].rename(columns={"horizon": "horizon_months", "mean": "predicted"})
    cells = mine[(mine["placement_type"] != "All") & (mine["age_band"] != "All")]
    cells = cells.assign(age_bin=cells["age_band"].astype(str).replace(BAND))
    if not groups:
        return on_grid(truth, split(cells, prepared))
    named = cells["placement_type"].astype(str).map(TYPE_FILED_ANEW)
    cells = cells.assign(placement_type=named, lower=cells["q025"], upper=cells["q975"])
    total = mine[(mine["placement_type"] == "All") & (mine["age_band"] == "All")]
    ends = total.set_index("horizon_months")[["q025", "q975"]]
    made = on_grid(truth, cells[cells["placement_type"].notna()])
    made["total_lower"] = made["horizon_months"].map(ends["q025"])
    made["total_upper"] = made["horizon_months"].map(ends["q975"])
    return made


def split(cells: pd.DataFrame, prepared: pipeline.Prepared) -> pd.DataFrame:
    """Hand out types that lie across groups by who was in which on the cutoff."""
    episodes = prepared.journeys.episodes
    here = episodes[episodes["dec"].isna() & ~episodes["respite"]]
    shares = (
        here.assign(group=here["place"].map(GROUP_OF_CODE).fillna("OTHER"))
        .groupby(["placement_type", "group"])
        .size()
    )
    parts = []
    for kind, rows in cells.groupby("placement_type", observed=True):
        of_kind = {GROUP_OF_TYPE.get(str(kind), "OTHER"): 1.0}
        if kind in ACROSS_GROUPS and kind in shares.index.get_level_values(0):
            counted = shares.loc[kind]
            of_kind = (counted / counted.sum()).to_dict()
        parts += [
            rows.assign(placement_type=group, predicted=rows["predicted"] * share)
            for group, share in of_kind.items()
        ]
    return pd.concat(parts).groupby(CELL, as_index=False)["predicted"].sum()


def filed(data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give every row of the returns once: the newest filing of a child and start."""
    parts: dict[str, list[pd.DataFrame]] = {"episodes": [], "header": []}
    for name, tables in parts.items():
        for path in sorted(data.glob(f"*/{name}.csv")):
            if path.parent.name.isdigit():
                rows = pd.read_csv(path, dtype=str, keep_default_na=False)
                tables.append(rows.assign(YEAR=int(path.parent.name)))
    episodes = pd.concat(parts["episodes"], ignore_index=True)
    for name in ("DECOM", "DEC"):
        episodes[name] = pd.to_datetime(episodes[name], format="%d/%m/%Y", errors="coerce")
    header = pd.concat(parts["header"], ignore_index=True)
    header["DOB"] = pd.to_datetime(header["DOB"], format="%d/%m/%Y", errors="coerce")
    known = header[header["DOB"].notna()].sort_values("YEAR", kind="stable")
    return episodes, known.drop_duplicates("CHILD", keep="last")


def known_at(episodes: pd.DataFrame, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Cut at the day as the packages' scripts do: later starts dropped, later ends blanked."""
    begun = pd.to_datetime((episodes["YEAR"] - 1).astype(str) + "-04-01") <= cutoff
    rows = episodes[begun & (episodes["DECOM"] <= cutoff)].copy()
    rows.loc[rows["DEC"] > cutoff, "DEC"] = pd.NaT
    return rows


def stitched(episodes: pd.DataFrame) -> pd.DataFrame:
    """One row a child and start, newest return first, ended at the child's next start."""
    rows = episodes.sort_values(["CHILD", "DECOM", "YEAR"], kind="stable")
    rows = rows.drop_duplicates(["CHILD", "DECOM"], keep="last").copy()
    following = rows.groupby("CHILD")["DECOM"].shift(-1)
    cut = following.notna() & (rows["DEC"].isna() | (rows["DEC"] > following))
    rows.loc[cut, "DEC"] = following[cut]
    return rows


def true_cells(
    episodes: pd.DataFrame, header: pd.DataFrame, cutoff: pd.Timestamp, horizon: int
) -> pd.DataFrame:
    """Count every cell at every month end ahead."""
    rows = stitched(episodes)
    rows = rows[rows["CHILD"].isin(header["CHILD"])]
    born = rows["CHILD"].map(header.set_index("CHILD")["DOB"])
    group = rows["PLACE"].map(GROUP_OF_CODE).fillna("OTHER")
    bands = ["0", "1-4", "5-9", "10-15", "16+"]
    months = range(1, horizon + 1)
    every = pd.MultiIndex.from_product(
        [months, ["FOSTERING", "RESIDENTIAL", "SUPPORTED", "OTHER"], bands], names=CELL
    )
    parts = []
    for month in months:
        day = cutoff + pd.DateOffset(months=month)
        there = (rows["DECOM"] <= day) & ~(rows["DEC"] <= day)
        age = (day - born[there]).dt.days / 365.24
        band = np.array(bands)[np.searchsorted([1, 5, 10, 16], age, side="right")]
        parts.append(
            pd.DataFrame({CELL[0]: month, CELL[1]: group[there].to_numpy(), CELL[2]: band})
        )
    counted = pd.concat(parts).value_counts().reindex(every, fill_value=0)
    return counted.rename("actual").reset_index()


def filed_anew(
    episodes: pd.DataFrame, header: pd.DataFrame, cutoff: pd.Timestamp, *, groups: bool
) -> dict[str, bytes]:
    """Write the rows known as returns in which what is open is carried on from year to year."""
    rows = stitched(episodes)
    rows = rows[rows["CHILD"].isin(header["CHILD"])].copy()
    rows["LS"] = rows["LS"].replace({"V3": "V2", "V4": "V2"})
    group = rows["PLACE"].map(GROUP_OF_CODE).fillna("OTHER")
    born = header.assign(DOB=header["DOB"].dt.strftime("%d/%m/%Y"))
    files = {}
    for year in range(int(rows["DECOM"].dt.year.min()) + 1, cutoff.year + 1):
        last = pd.Timestamp(year, 3, 31)
        before = pd.Timestamp(year - 1, 3, 31)
        shown = (rows["DECOM"] <= last) & ~(rows["DEC"] <= before)
        if year < episodes["YEAR"].min() or not shown.any():
            continue
        table = rows[shown].drop(columns="YEAR")
        if groups:
            codes = {"FOSTERING": "U4", "RESIDENTIAL": "K2", "OTHER": "P1"}
            codes["SUPPORTED"] = "H5" if year < 2025 else "K3"
            table["PLACE"] = group[shown].map(codes)
        ended = table["DEC"] <= last
        table["DEC"] = table["DEC"].dt.strftime("%d/%m/%Y").where(ended, "")
        table["DECOM"] = table["DECOM"].dt.strftime("%d/%m/%Y")
        for name in ("REC", "REASON_PLACE_CHANGE"):
            table[name] = table[name].where(ended, "")
        of_year = born[born["CHILD"].isin(table["CHILD"])].drop(columns="YEAR")
        files[f"{year}/episodes.csv"] = table.to_csv(index=False).encode()
        files[f"{year}/header.csv"] = of_year.to_csv(index=False).encode()
    return files


def told(number: int, row: Row, judged: dict[str, pd.DataFrame]) -> list[str]:
    """Print a row, and give what it says of the bars."""
    flat = float(judged["cs-demand-model, 12 months"]["flat"].iloc[0])
    print(f"\n{number}. {row.name}, {row.cutoff}, {row.horizon} months; hold flat {flat:.4f}")
    wape, width = {}, {}
    for name, table in judged.items():
        actual = table["actual"].sum()
        error = table["predicted"] - table["actual"]
        by_month = table.groupby("horizon_months")[["predicted", "actual"]].sum()
        total = by_month["predicted"] - by_month["actual"]
        wape[name] = float(error.abs().sum() / actual)
        line = (
            f"  {name:28s}cells {wape[name]:.4f}, bias {error.sum() / actual:+.1%}, "
            f"total {total.abs().sum() / actual:.4f}"
        )
        if "upper" in table:
            inside = table["actual"].between(table["lower"], table["upper"])
            low, high = total_ends(table)
            inside_total = by_month["actual"].between(low, high)
            width[name] = float((high - low).iloc[-1])
            line += (
                f"; 95% covers cells {inside.mean():.1%}, total {inside_total.mean():.0%}; "
                f"width of the total at {row.horizon} months {width[name]:.0f}"
            )
        print(line, flush=True)
    return verdicts(number, row, judged, wape, width, flat)


def total_ends(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Ends of the total's interval: our own, or as the regional app adds its variances up."""
    by_month = table.groupby("horizon_months")
    if "total_lower" in table:
        return by_month["total_lower"].first(), by_month["total_upper"].first()
    middle = by_month["predicted"].sum()
    half = np.sqrt(
        (((table["upper"] - table["lower"]) / 2) ** 2).groupby(table["horizon_months"]).sum()
    )
    return middle - half, middle + half


def verdicts(
    number: int,
    row: Row,
    judged: dict[str, pd.DataFrame],
    wape: dict[str, float],
    width: dict[str, float],
    flat: float,
) -> list[str]:
    ours = wape["rcc-forecast"]
    regional = {name: value for name, value in wape.items() if name.startswith("demand-model")}
    best = min(regional, key=lambda name: regional[name])
    table = judged["rcc-forecast"]
    covered = float(table["actual"].between(table["lower"], table["upper"]).mean())
    bias = float((table["predicted"] - table["actual"]).sum() / table["actual"].sum())
    said = [
        f"{number}. {row.name} {row.cutoff}: cells {ours:.4f} against {regional[best]:.4f} "
        f"({best}): {verdict(ours < regional[best])}; hold flat {flat:.4f} + 0.01: "
        f"{verdict(ours <= flat + POINT_OF_FLAT)}; 95% covers {covered:.1%}: "
        f"{verdict(COVERAGE_95[0] <= covered <= COVERAGE_95[1])}"
    ]
    if "+10%" in row.name:
        said.append(f"   bias of the total {bias:+.1%}: {verdict(abs(bias) <= GROWTH_BIAS)}")
    if row.name in STATIONARY:
        share = width["rcc-forecast"] / width["demand-model, all history"]
        said.append(f"   width of the total, ours / theirs {share:.2f}: {verdict(share <= WIDTH)}")
    return said


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def run(interpreter: Path, *command: object) -> subprocess.CompletedProcess[str]:
    """Run a script of the other environment."""
    done = subprocess.run(
        [str(part) for part in (interpreter, *command)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{Path(str(command[0])).name} failed:\n{done.stderr[-2000:]}")
    return done


if __name__ == "__main__":
    main()
