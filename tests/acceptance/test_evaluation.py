"""An evaluation as a person runs it: lock, look, and an answer that survives review."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.builders.commands import run
from tests.builders.evaluations import a_panel, a_spec_file
from tests.builders.reference import reference_data

TABLES = (
    *("estimates", "event_study", "weights", "placebos", "power", "robustness"),
    *("sensitivity", "lines", "paths", "placebo_gaps", "disparity", "disparity_effects"),
    *("funnel", "xmr", "calendar", "findings"),
)


def written(path: Path, table: pd.DataFrame) -> Path:
    table.to_csv(path, index=False)
    return path


def verdict_in(folder: Path) -> dict[str, object]:
    return json.loads((folder / "verdict.json").read_text(encoding="utf-8"))


def att(folder: Path, estimator: str) -> float:
    table = pd.read_csv(folder / "estimates.csv")
    return float(table.loc[table["estimator"] == estimator, "estimate"].iloc[0])


def the_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_planted_fall_is_found_once_the_specification_was_logged(tmp_path, capsys):
    panel = written(tmp_path / "panel.csv", a_panel(regions=14, effect=-0.06))
    spec = a_spec_file(tmp_path / "spec.toml")

    assert run("evaluate", "lock", "--spec", spec) == 0
    assert run("evaluate", panel, "--spec", spec, "--out", tmp_path / "out") == 0

    said = verdict_in(tmp_path / "out")
    assert said["verdict"] == "found a fall"
    assert said["stamp"].startswith("pre-specified on ")
    assert "1 time in 91" in said["as_often"]  # 14 regions, 2 treated: 14 * 13 / 2
    for name in TABLES:
        lines = (tmp_path / "out" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0].endswith("spec_sha256,look,stamp")
        assert all(line.endswith(f"1 of 1,{said['stamp']}") for line in lines[1:])


def test_a_specification_that_was_changed_after_the_log_is_exploratory(tmp_path):
    panel = written(tmp_path / "panel.csv", a_panel(regions=8, effect=-0.06))
    spec = a_spec_file(tmp_path / "spec.toml", extra="seed = 1")
    run("evaluate", "lock", "--spec", spec)
    run("evaluate", panel, "--spec", spec, "--out", tmp_path / "before")

    a_spec_file(tmp_path / "spec.toml", extra="seed = 2")
    assert run("evaluate", panel, "--spec", spec, "--out", tmp_path / "after") == 0

    before, after = verdict_in(tmp_path / "before"), verdict_in(tmp_path / "after")
    assert before["spec_sha256"] != after["spec_sha256"]
    assert (after["stamp"], after["verdict"]) == ("EXPLORATORY", None)


def test_what_was_released_after_the_cut_off_changes_not_one_byte(tmp_path):
    panel = a_panel(regions=8)
    late = panel.assign(numerator=1, release_date="2027-11-20")
    mixed = pd.concat([late, panel]).sort_values(["la_code", "period"], kind="stable")
    spec = a_spec_file(tmp_path / "spec.toml", extra="cut_off = 2026-12-01")

    for name, table in (("alone", panel), ("mixed", mixed)):
        file = written(tmp_path / f"{name}.csv", table)
        assert run("evaluate", file, "--spec", spec, "--out", tmp_path / name) == 0

    assert the_files(tmp_path / "alone") == the_files(tmp_path / "mixed")


def test_the_second_look_lists_what_changed_since_the_first(tmp_path):
    panel = written(tmp_path / "panel.csv", a_panel(regions=8, effect=-0.06))
    looks = [
        a_spec_file(tmp_path / f"{year}.toml", extra=f"looks = 2\ncut_off = {year}-12-01")
        for year in (2025, 2026)
    ]
    log = tmp_path / "evaluations.log"
    for spec in looks:
        assert run("evaluate", "lock", "--spec", spec, "--log", log) == 0

    run("evaluate", panel, "--spec", looks[0], "--log", log, "--out", tmp_path / "one")
    since = ("--since", tmp_path / "one", "--out", tmp_path / "two")
    assert run("evaluate", panel, "--spec", looks[1], "--log", log, *since) == 0

    changed = pd.read_csv(tmp_path / "two" / "changed.csv")
    said = verdict_in(tmp_path / "two")
    assert set(changed["look_before"]) == {"1 of 2"}
    assert set(changed["look"]) == {"2 of 2"}
    assert (said["look"], said["looks"], said["alpha_spent"]) == (2, 2, 0.05)


def test_a_broken_panel_is_refused_with_every_fault_and_nothing_is_written(tmp_path, capsys):
    panel = a_panel(regions=4).query("region == 'North'")
    broken = pd.concat([panel, panel.head(1)]).assign(denominator=5)
    file = written(tmp_path / "panel.csv", broken)
    spec = a_spec_file(tmp_path / "spec.toml", delivery="2014")

    code = run("evaluate", file, "--spec", spec, "--out", tmp_path / "out")

    told = capsys.readouterr().err
    assert code == 1
    assert not (tmp_path / "out").exists()
    for fault in (
        "numerator is above denominator",
        "more than once",
        "'South' is not among",
        "no period before",
        "1 of the regions",
    ):
        assert fault in told


def test_what_could_be_seen_is_said_without_an_estimate(tmp_path, capsys):
    panel = written(tmp_path / "panel.csv", a_panel(regions=14))
    spec = a_spec_file(tmp_path / "spec.toml")

    assert run("evaluate", "power", panel, "--spec", spec, "--out", tmp_path / "out") == 0

    table = pd.read_csv(tmp_path / "out" / "power.csv")
    of_six = table[(table["regions_left"] == 6) & (table["inference"] == "region_permutation")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "calendar.csv",
        "power.csv",
        "report.html",
    ]
    # Six regions make 15 pairs: p is never below 1/15 = 0.067.
    assert of_six["mde"].isna().all()
    assert of_six["note"].str.contains("never").all()


def test_california_gives_the_published_estimates(tmp_path):
    table = pd.read_csv(reference_data("evaluation/california_prop99.csv"), sep=";")
    panel = pd.DataFrame(
        {
            "la_code": table["State"],
            "region": table["State"],
            "period": table["Year"],
            "outcome": "packs",
            "value": table["PacksPerCapita"],
        }
    )
    file = written(tmp_path / "panel.csv", panel)
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'primary = "packs"\noutcomes = ["packs"]\n'
        '[[treated]]\nunit = "California"\ndelivery = 1989\n',
        encoding="utf-8",
    )

    assert run("evaluate", file, "--spec", spec, "--out", tmp_path / "out") == 0

    # Arkhangelsky et al. (2021), Table 1: -27.3, -19.6 and -15.6.
    assert att(tmp_path / "out", "did") == pytest.approx(-27.3491, abs=0.001)
    assert att(tmp_path / "out", "synthetic_control") == pytest.approx(-19.6, abs=0.15)
    assert att(tmp_path / "out", "synthetic_did") == pytest.approx(-15.604, abs=0.01)


def test_on_englands_published_figures_it_is_too_early(tmp_path, capsys):
    table = pd.read_csv(
        reference_data("england/la_cla_stock_starts_ceases_2011_2022.csv"), dtype=str
    )
    table = table[(table["level"] == "Local authority") & (table["measure"] == "started")]
    panel = pd.DataFrame(
        {
            "la_code": table["new_la_code"],
            "region": table["region_name"],
            "period": table["year"],
            "outcome": "started",
            "value": table["value"].fillna(table["symbol"]).fillna(""),
        }
    )
    file = written(tmp_path / "panel.csv", panel)
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'primary = "started"\noutcomes = ["started"]\n'
        '[[treated]]\nunit = "North West"\nannounced = 2024-01-15\ndelivery = 2025-04-01\n'
        '[[treated]]\nunit = "South East"\nannounced = 2024-01-15\ndelivery = 2025-06-01\n',
        encoding="utf-8",
    )

    assert run("evaluate", file, "--spec", spec, "--out", tmp_path / "out") == 0

    said = verdict_in(tmp_path / "out")
    assert said["too_early"]
    assert "too early" in said["sentence"]
    assert said["verdict"] == "too early"
    assert "too early" in capsys.readouterr().out
