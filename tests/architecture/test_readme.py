"""What the README shows can be done as it stands."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from models.placement import DEFAULT_WEIGHTS
from models.placement.terms.base import TIER_OF_TERM
from rcc_forecast.cli.program import build_parser
from rcc_forecast.placement import read_children, read_homes, read_overrides
from rcc_forecast.scenarios import parse_scenario, read_scenario, require_supported

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_RUN_PY = ("demo", "test", "lint", "bench", "serve")
COMMANDS = sorted(
    {
        line.split("#")[0].strip()
        for block in re.findall(r"```\n(.*?)```", README, re.DOTALL)
        for line in block.splitlines()
        if line.startswith("python3 run.py ") and line.split()[2] not in OF_RUN_PY
    }
)
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.toml"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_the_program_knows(command):
    words = shlex.split(command)[2:]
    if words[:2] in (["place", "frontier"], ["place", "arrivals"]):
        words[:2] = [" ".join(words[:2])]

    given = build_parser().parse_args(words)

    assert callable(given.run)


def test_every_file_of_an_example_is_there():
    named = set(re.findall(r"(?:sample_data|docs/examples)/[\w.-]+\.\w+", README))

    assert {name for name in named if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", README, re.DOTALL))
def test_every_scenario_shown_can_be_read_and_applied(block):
    require_supported(parse_scenario(tomllib.loads(block)))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_scenario_among_the_examples_can_be_read_and_applied(path):
    require_supported(read_scenario(path))


def test_the_override_among_the_examples_is_of_a_child_and_a_home_of_the_sample():
    overrides = read_overrides(ROOT / "docs" / "examples" / "overrides.csv")
    children, _ = read_children(ROOT / "sample_data" / "children.csv")
    homes, _ = read_homes(ROOT / "sample_data" / "homes.csv")

    assert overrides["child_id"].isin(children["child_id"]).all()
    assert overrides["home_id"].isin(homes["home_id"]).all()


def test_the_table_of_weights_is_the_one_in_force():
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) \| .* \| (\w+) \|$", README, re.MULTILINE)

    told = {name: (float(points.replace(",", "")), tier) for name, points, tier in rows}

    assert told == {name: (points, TIER_OF_TERM[name]) for name, points in DEFAULT_WEIGHTS.items()}


def test_every_section_that_a_message_points_to_is_there():
    sections = {line.lstrip("# ").strip() for line in README.splitlines() if line.startswith("#")}
    sources = [
        *(ROOT / "rcc_forecast").rglob("*.py"),
        *(ROOT / "api").rglob("*.py"),
    ]

    pointed_to = {
        name.strip()
        for path in sources
        for name in re.findall(
            r"README, (?:section )?([A-Z][A-Za-z ]+)", path.read_text(encoding="utf-8")
        )
    }

    assert pointed_to - sections == set()
