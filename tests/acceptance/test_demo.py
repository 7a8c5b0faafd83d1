"""The demo tells the whole story, and tells it the same way twice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ("sequential", "loky")


@pytest.fixture(scope="module")
def twice(tmp_path_factory) -> list[Path]:
    """Two demos in processes of their own, which hash names and share out work differently."""
    folders = [tmp_path_factory.mktemp("demo") / "out" for _ in range(2)]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "rcc_forecast", "demo", "--out", str(folder)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": str(number), "RCC_PARALLEL": workers},
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, (folder, workers) in enumerate(zip(folders, WORKERS, strict=True))
    ]
    for process, folder in zip(running, folders, strict=True):
        words, _ = process.communicate()
        assert process.returncode == 0
        (folder.parent / "words.txt").write_text(words)
    return folders


def without_seconds(path: Path) -> object:
    if path.suffix == ".json":
        content = json.loads(path.read_text())
        content.pop("seconds", None)
        return content
    return path.read_bytes()


def test_the_demo_writes_every_table_and_one_report(twice):
    names = {path.relative_to(twice[0]).as_posix() for path in twice[0].rglob("*.*")}

    assert {
        "report.html",
        "demand.csv",
        "forecast.csv",
        "forecast.meta.json",
        "backtest.csv",
        "findings.csv",
        "sufficiency/balance.csv",
        "plan/plan.csv",
        "plan/certificate.json",
        "what-if/balance.csv",
        "evaluation/estimates.csv",
        "evaluation/verdict.json",
        "evaluation/report.html",
        "what-if/plan/plan.csv",
    } <= names


def test_two_runs_with_one_seed_give_the_same_bytes(twice):
    first, second = (
        {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
        for folder in twice
    )

    differ = [
        str(name) for name in first if without_seconds(first[name]) != without_seconds(second[name])
    ]

    assert set(first) == set(second)
    assert differ == []


def test_the_report_asks_nothing_of_any_server(twice):
    report = (twice[0] / "report.html").read_text(encoding="utf-8")

    fetched = re.findall(r"""(?:src|href)\s*=\s*["'](?!#)([^"']+)""", report)

    assert fetched == []
    assert "@import" not in report
    assert not re.search(r"url\((?!&quot;|#|.#)", report)


def test_the_report_answers_the_question_first_and_says_that_it_is_made_up(twice):
    report = (twice[0] / "report.html").read_text(encoding="utf-8")

    assert report.index("The answer in short") < report.index("How many children")
    assert "No child, carer or home in this report is real" in report
    assert "never a decision" in report


def test_the_page_of_findings_ends_with_the_next_command_to_try(twice):
    words = (twice[0].parent / "words.txt").read_text()

    assert "Enough homes?" in words
    assert words.strip().splitlines()[-1].strip().startswith("python3 run.py place --verify")


def test_the_plan_of_the_demo_is_as_claimed(twice):
    command = ["place", "--verify", str(twice[0] / "plan")]
    tables = [str(ROOT / "sample_data" / name) for name in ("children.csv", "homes.csv")]

    done = subprocess.run(
        [sys.executable, "-m", "rcc_forecast", *command, *tables],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
