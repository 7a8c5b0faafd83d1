"""Public instances are read as their authors laid them out, and answered in two lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from rcc_forecast.cli.public_instances import read_assignment, read_facilities
from rcc_forecast.errors import UnreadableInputError
from tests.builders.assignment import an_assignment, written
from tests.builders.commands import run


def test_the_first_line_is_the_value_and_the_second_the_agents_from_one(tmp_path: Path):
    problem = an_assignment(agents=3, jobs=9)
    instance, out = written(problem, tmp_path / "d0309"), tmp_path / "out.txt"

    code = run("bench", "gap", instance, "--time-limit", "20", "--out", out)

    first, second = out.read_text().splitlines()
    agent = np.array(second.split(), dtype=int) - 1
    assert code == 0
    assert problem.keeps(agent)
    assert int(first) == problem.value(agent)


def test_facilities_are_answered_the_same_way(tmp_path: Path):
    # Two facilities for 10 each serve all at 1 a customer; the dear one stays shut.
    instance, out = tmp_path / "p", tmp_path / "out.txt"
    instance.write_text("2 3\n9 10\n9 50\n2 3 4\n1 1 1\n1 1 1\n\0\0")

    code = run("bench", "sscflp", instance, "--format", "holmberg", "--out", out)

    assert code == 0
    # 10 to open the first, and 1 for each of three customers.
    assert out.read_text().splitlines() == ["13", "1 1 1"]


def test_where_no_plan_keeps_the_capacities_the_command_says_so(tmp_path: Path, capsys):
    instance = tmp_path / "tight"
    instance.write_text("1 2\n1 1\n5 5\n6\n")

    code = run("bench", "gap", instance, "--time-limit", "2", "--out", tmp_path / "out.txt")

    assert code == 2
    assert "no plan was found that keeps every capacity" in capsys.readouterr().err
    assert not (tmp_path / "out.txt").exists()


@pytest.mark.parametrize("text", ["", "2 2 1 1", "1 1 x 1 1", "1 1 1.5 1 1", "0 1 1"])
def test_a_file_of_another_layout_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "odd"
    path.write_text(text)

    with pytest.raises(UnreadableInputError):
        read_assignment(path)


def test_a_library_file_with_its_optimum_has_costs_by_facility(tmp_path: Path):
    path = tmp_path / "cap"
    path.write_text("2 1\n5 7\n6 8\n3\n1 2\n8\n")

    instance = read_facilities(path, layout="orlib")

    np.testing.assert_array_equal(instance.capacity, [5, 6])
    np.testing.assert_array_equal(instance.open_cost, [7, 8])
    np.testing.assert_array_equal(instance.cost, [[1], [2]])


def test_a_library_file_without_an_optimum_has_costs_by_customer(tmp_path: Path):
    path = tmp_path / "cap"
    path.write_text("2 2\n5 7\n6 8\n3 1 2\n4 10 20\n")

    instance = read_facilities(path, layout="orlib")

    np.testing.assert_array_equal(instance.demand, [3, 4])
    np.testing.assert_array_equal(instance.cost, [[1, 10], [2, 20]])
