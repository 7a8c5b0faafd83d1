"""An evaluation that cannot be made or written says so in a sentence, and leaves nothing half."""

from __future__ import annotations

import pytest

from rcc_forecast.cli.program import main
from tests.builders.evaluations import NORTH, a_panel

SPEC = f"""primary = "far"
outcomes = ["far"]
[[treated]]
unit = "{NORTH}"
delivery = 2024
"""


@pytest.fixture
def given(tmp_path):
    a_panel(regions=6, years=range(2016, 2026)).to_csv(tmp_path / "panel.csv", index=False)
    (tmp_path / "spec.toml").write_text(SPEC, encoding="utf-8")
    return [str(tmp_path / "panel.csv"), "--spec", str(tmp_path / "spec.toml")]


def test_results_cannot_go_into_a_file(given, tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["evaluate", *given, "--out", given[0]])

    assert left.value.code == 2
    assert "a folder is needed" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_told_without_a_traceback(given, capsys):
    assert main(["evaluate power", *given, "--out", f"{given[0]}/results"]) == 2
    assert "cannot be read or written" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--milestones", "--process", "--groups"])
@pytest.mark.parametrize("content", ["", "town,children\nBury,3\n"])
def test_what_stands_beside_has_to_be_what_it_says(given, tmp_path, capsys, option, content):
    beside = tmp_path / "beside.csv"
    beside.write_text(content, encoding="utf-8")

    status = main(["evaluate", *given, option, str(beside), "--out", str(tmp_path / "out")])

    assert status in (1, 2)
    assert "beside.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_an_earlier_look_without_its_columns_is_refused(given, tmp_path, capsys):
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "estimates.csv").write_text("town,children\nBury,3\n")

    status = main(
        ["evaluate", *given, "--since", str(tmp_path / "before"), "--out", str(tmp_path / "out")]
    )

    assert status == 2
    assert "a folder of an earlier look" in capsys.readouterr().err


def test_a_log_that_is_a_folder_is_refused(given, tmp_path, capsys):
    status = main(["evaluate lock", *given[1:], "--log", str(tmp_path)])

    assert status == 2
    assert "a log that an earlier run wrote" in capsys.readouterr().err


def test_what_could_be_seen_of_a_share_is_said_in_percentage_points(given, tmp_path, capsys):
    assert main(["evaluate power", *given, "--out", str(tmp_path / "power")]) == 0

    said = capsys.readouterr().out
    assert "1 period in: " in said
    assert "percentage points" in said


@pytest.mark.parametrize("option", [("--weeks", "521"), ("--lag-days", "3651"), ("--weeks", "²")])
def test_a_calendar_asks_for_days_and_weeks_that_a_date_can_hold(given, tmp_path, option):
    with pytest.raises(SystemExit) as left:
        main(["evaluate calendar", *given, *option, "--out", str(tmp_path / "calendar")])

    assert left.value.code == 2
