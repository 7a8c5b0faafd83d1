"""A peer's sample returns, written elsewhere, go through every command that needs returns."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.builders.brute_force import children_by_hand, stays_by_hand
from tests.builders.commands import run
from tests.builders.reference import reference_data

HOMES = Path(__file__).resolve().parents[2] / "sample_data" / "homes.csv"
MANCHESTER = "E08000003"


@pytest.fixture(scope="module")
def sample() -> Path:
    return reference_data("returns/synthetic903_v1.zip")


def raw_rows(sample: Path, table: str) -> list[dict[str, str]]:
    rows = []
    with zipfile.ZipFile(sample) as archive:
        for name in sorted(archive.namelist()):
            if name.endswith(f"{table}.csv"):
                year = next(part for part in name.split("/") if part.isdigit())
                text = io.StringIO(archive.read(name).decode("utf-8-sig"))
                rows += [{**row, "YEAR": year} for row in csv.DictReader(text)]
    return rows


def a_day(text: str) -> date | None:
    return datetime.strptime(text, "%d/%m/%Y").date() if text else None


def test_no_row_has_to_be_refused(sample, tmp_path):
    code = run("check", sample, "--out", tmp_path / "findings.csv")

    findings = pd.read_csv(tmp_path / "findings.csv")
    assert code == 0
    assert "refused" not in set(findings["severity"])


def test_monthly_counts_equal_a_count_from_the_raw_episodes(sample, tmp_path):
    episodes = [
        {
            "child": row["CHILD"],
            "decom": a_day(row["DECOM"]),
            "dec": a_day(row["DEC"]),
            "place": row["PLACE"],
            "ls": row["LS"],
            "year": int(row["YEAR"]),
        }
        for row in raw_rows(sample, "episodes")
    ]
    born = {row["CHILD"]: a_day(row["DOB"]) for row in raw_rows(sample, "header")}

    code = run("demand", sample, "--authority", "Manchester", "--out", tmp_path / "demand.csv")

    demand = pd.read_csv(tmp_path / "demand.csv")
    counts = demand[
        (demand["measure"] == "children")
        & (demand["local_authority"] == MANCHESTER)
        & (demand["placement_type"] != "All")
        & (demand["age_band"] != "All")
        & (demand["population"] == "All")
    ]
    last = date.fromisoformat(demand["month"].max())
    stays = stays_by_hand(episodes, {row["year"] for row in episodes}, last)
    assert code == 0
    assert demand["month"].nunique() == 61
    for month, rows in counts.groupby("month"):
        kinds = zip(rows["placement_type"], rows["age_band"], strict=True)
        here = {kind: n for kind, n in zip(kinds, rows["value"], strict=True) if n}
        assert here == dict(children_by_hand(stays, born, date.fromisoformat(month))), month


def test_it_is_forecast_and_judged(sample, tmp_path):
    forecast = run("forecast", sample, "--horizon", 12, "--out", tmp_path / "forecast.parquet")
    backtest = run("backtest", sample, "--horizon", 12, "--out", tmp_path / "backtest.csv")

    table = pd.read_parquet(tmp_path / "forecast.parquet")
    scores = pd.read_csv(tmp_path / "backtest.csv")
    assert (forecast, backtest) == (0, 0)
    assert (tmp_path / "forecast.meta.json").exists()
    assert table["horizon"].max() == 12
    assert {"hold_flat", "stock_flow_12"} <= set(scores["model"])


def test_it_is_set_against_homes(sample, tmp_path):
    code = run(
        "sufficiency", sample, HOMES, "--authority", "Manchester", "--horizon", 6,
        "--out", tmp_path / "sufficiency",
    )  # fmt: skip

    balance = pd.read_csv(tmp_path / "sufficiency" / "balance.csv")
    manchester = balance[balance["local_authority"] == MANCHESTER]
    assert code == 0
    assert set(balance["rag"]) <= {"red", "amber", "green", "grey"}
    assert (manchester["capacity_usable"].dropna() >= 0).all()
