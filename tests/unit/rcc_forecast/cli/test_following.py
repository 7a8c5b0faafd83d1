"""`evaluate milestones`, `evaluate process` and `evaluate calendar` as a person types them."""

from __future__ import annotations

import pandas as pd

from tests.builders.commands import run
from tests.builders.evaluations import a_panel, a_spec_file
from tests.builders.following import (
    HUB,
    a_milestone,
    decisions,
    referrals,
    some_referrals,
    written,
)


def test_a_template_is_filled_rated_and_published_again_as_it_stood(tmp_path, capsys):
    path, june, again = tmp_path / "m.csv", tmp_path / "june", tmp_path / "again"

    assert run("evaluate", "milestones", "--template", path) == 0
    written(pd.DataFrame([a_milestone()]), path)
    assert run("evaluate", "milestones", path, "--on", "2026-07-01", "--out", june) == 0
    later = a_milestone(done="2026-08-01", evidence=HUB, checked_on="2026-09-30")
    written(pd.DataFrame([later]), path)
    assert run("evaluate", "milestones", path, "--on", "2026-10-01", "--out", tmp_path / "now") == 0
    assert run("evaluate", "milestones", path, "--on", "2026-07-01", "--out", again) == 0

    for name in ("milestones.csv", "minimum_functions.csv", "milestones.html"):
        assert (again / name).read_bytes() == (june / name).read_bytes()
    now = pd.read_csv(tmp_path / "now" / "milestones.csv")
    assert now["rag"].tolist() == ["green"]
    assert len((tmp_path / "m.history.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    assert "0 red, 1 amber" in capsys.readouterr().out


def test_milestones_without_a_file_are_refused_with_what_is_needed(tmp_path, capsys):
    assert run("evaluate", "milestones", "--out", tmp_path / "m") == 2
    assert "--template FILE" in capsys.readouterr().err


def test_milestones_of_which_none_can_be_used_write_nothing(tmp_path):
    path = written(pd.DataFrame([a_milestone(rcc="")]), tmp_path / "m.csv")

    assert run("evaluate", "milestones", path, "--out", tmp_path / "m") == 1
    assert not (tmp_path / "m").exists()
    assert not (tmp_path / "m.history.jsonl").exists()


def test_the_process_is_written_with_its_findings_and_said_in_lines(tmp_path, capsys):
    rows = [{"date": "2026-05-01", "forecast_run": "0123456789abcdef"}] * 12
    files = {
        "--decisions": written(decisions(*rows), tmp_path / "d.csv"),
        "--referrals": written(referrals(*some_referrals(range(12))), tmp_path / "r.csv"),
    }
    out = tmp_path / "process"

    code = run(
        *("evaluate", "process", "--on", "2026-06-30", "--out", out),
        *(part for pair in files.items() for part in pair),
    )

    assert code == 0
    assert set(pd.read_csv(out / "process.csv")["level"]) == {
        *("all", "region", "rcc", "local_authority")
    }
    assert {path.name for path in out.iterdir()} == {"process.csv", "panel.csv", "findings.csv"}
    said = capsys.readouterr().out
    assert "forecast named: 100.0%" in said
    assert "median days to placement: 5 " in said


def test_a_process_without_a_source_is_refused(tmp_path, capsys):
    assert run("evaluate", "process", "--out", tmp_path / "p") == 2
    assert "--decisions, --referrals and --returns" in capsys.readouterr().err


def test_a_process_of_which_no_row_can_be_used_writes_nothing(tmp_path):
    path = written(referrals({"referred": ""}), tmp_path / "r.csv")

    assert run("evaluate", "process", "--referrals", path, "--out", tmp_path / "p") == 1
    assert not (tmp_path / "p").exists()


def test_what_could_be_seen_stands_beside_each_look_where_it_is_given(tmp_path):
    panel = written(a_panel(regions=14, years=range(2014, 2024)), tmp_path / "panel.csv")
    spec = a_spec_file(tmp_path / "spec.toml", extra="looks = 2", delivery="2025-04-01")
    power = pd.DataFrame(
        {
            "outcome": ["far"],
            "inference": ["region_permutation"],
            "regions_left": [14],
            "post_periods": [1],
            "mde": [0.031],
            "attainable_p": [1 / 91],
            "note": [""],
        }
    )
    out = tmp_path / "calendar"

    code = run(
        *("evaluate", "calendar", panel, "--spec", spec, "--weeks", 12, "--out", out),
        *("--power", written(power, tmp_path / "power.csv")),
    )

    assert code == 0
    table = pd.read_csv(out / "calendar.csv")
    assert table.loc[0, "mde"] == 0.031
    assert table.loc[0, "report_due"] == "2027-02-12"


def test_the_calendar_is_written_before_there_are_data(tmp_path, capsys):
    panel = written(a_panel(years=range(2014, 2024)), tmp_path / "panel.csv")
    spec = a_spec_file(tmp_path / "spec.toml", extra="looks = 2", delivery="2025-04-01")

    code = run("evaluate", "calendar", panel, "--spec", spec, "--out", tmp_path / "calendar")

    assert code == 0
    table = pd.read_csv(tmp_path / "calendar" / "calendar.csv")
    assert table["state"].tolist() == ["too early", "too early"]
    assert table["stamp"].tolist() == ["EXPLORATORY"] * 2
    assert "Look 1 of 2, too early: 2026, public 2026-11-20" in capsys.readouterr().out


def test_where_no_row_can_be_used_every_fault_is_listed_by_its_row(tmp_path, capsys):
    path = tmp_path / "decisions.csv"
    path.write_text(
        "rcc,date,kind,forecast_run,places\nNowhere,2026-99-01,other,,1\nNowhere,,other,,-3\n"
    )

    status = run("evaluate", "process", "--decisions", path, "--out", tmp_path / "out")

    told = capsys.readouterr().err
    assert status == 1
    for part in ("decisions.csv, row 2, date: ", "decisions.csv, row 3, date: "):
        assert part in told
    assert "rcc-forecast check" not in told
