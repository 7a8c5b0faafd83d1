"""The house keeps its own rules."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "models", "rcc_forecast")


def test_the_three_packages_are_ours_and_not_shadowed():
    found = {name: Path(importlib.util.find_spec(name).origin).parent for name in PACKAGES}

    strangers = {name: str(path) for name, path in found.items() if path != ROOT / name}

    assert not strangers, f"shadowed by another distribution: {strangers}"


def test_imports_run_downward_only():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_hashed_and_name_no_host(lock):
    text = (ROOT / lock).read_text()

    pinned = re.findall(r"^[a-z0-9_.-]+==", text, flags=re.MULTILINE)

    assert "://" not in text
    assert len(pinned) > 20
    assert text.count("--hash=sha256:") >= len(pinned)


def test_continuous_integration_runs_the_readmes_test_command():
    command = (ROOT / ".ci/run").read_text().splitlines()[-1]

    assert command == "exec python3 run.py test"
    assert "python3 run.py test" in (ROOT / "README.md").read_text()
    assert "python3 run.py demo" in (ROOT / "README.md").read_text()


def test_tests_hold_no_package_that_hides_ours():
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_file_of_the_project_names_a_machine_or_a_package_host():
    tracked = subprocess.run(
        ["/usr/bin/env", "git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    path_of_a_machine = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w+")

    named = [
        name
        for name in tracked
        if (ROOT / name).suffix in {".py", ".md", ".toml", ".lock", ".txt", ""}
        and name != "tests/architecture/test_house.py"
        and path_of_a_machine.search((ROOT / name).read_text(encoding="utf-8", errors="ignore"))
    ]

    assert named == []
