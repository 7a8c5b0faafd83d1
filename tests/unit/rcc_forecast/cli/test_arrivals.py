"""The command of arrivals writes its tables whole, with where they came from."""

from __future__ import annotations

import argparse
import json

import pandas as pd

from rcc_forecast.cli import arrivals
from tests.builders.regions import a_region, write_region


def _run(folder, out, *more):
    parser = argparse.ArgumentParser()
    arrivals.add_arguments(parser)
    children, homes = folder / "children.csv", folder / "homes.csv"
    given = [str(children), str(homes), "--out", str(out), "--on", "2026-06-01", *more]
    return arrivals.run(parser.parse_args(given))


def test_the_tables_of_a_simulation_are_written_with_their_provenance(tmp_path, capsys):
    write_region(a_region("vacancies", children=40, seed=2), tmp_path)

    code = _run(tmp_path, tmp_path / "out", "--weeks", "2", "--replications", "1", "--seed", "5")

    assert code == 0
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == [
        "allocation.csv",
        "arrivals.csv",
        "findings.csv",
        "reserve.csv",
        "summary.json",
    ]
    table = pd.read_csv(tmp_path / "out" / "arrivals.csv")
    assert list(table.columns[:4]) == ["policy", "replication", "net_points", "standard_error"]
    told = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert told["provenance"]["seed"] == 5
    assert told["weeks"] == 2
    assert "places worth holding back" in capsys.readouterr().out


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    write_region(a_region("vacancies", children=40, seed=2), tmp_path)

    for name in ("one", "other"):
        _run(tmp_path, tmp_path / name, "--weeks", "2", "--replications", "1")

    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()
