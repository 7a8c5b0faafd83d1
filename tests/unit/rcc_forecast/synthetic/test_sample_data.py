"""The sample data can be made again, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from rcc_forecast.geography import authorities_of_area, read_membership
from rcc_forecast.synthetic import synthesise, write_region
from tests.builders.synthetic import a_small_region

SAMPLE = Path(__file__).resolve().parents[4] / "sample_data"
BESIDE = {"README.md"}
"""Written by hand."""


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The command of sample_data/README.md."""
    area = authorities_of_area("Greater Manchester", read_membership().members())
    out = tmp_path_factory.mktemp("sample")
    region = synthesise(area, years=8, seed=903, children=1800, fault_rate=0.003)
    write_region(region, out)
    return out


def _files(folder):
    return sorted(
        str(file.relative_to(folder))
        for file in folder.rglob("*")
        if file.is_file() and str(file.relative_to(folder)) not in BESIDE
    )


def test_the_sample_data_are_made_again_byte_for_byte(again):
    assert _files(again) == _files(SAMPLE)
    different = [
        name
        for name in _files(again)
        if (again / name).read_bytes() != (SAMPLE / name).read_bytes()
    ]
    assert different == []


def test_the_readme_names_the_command_that_made_them():
    command = (
        'rcc-forecast synthesise sample_data --area "Greater Manchester" '
        "--years 8 --seed 903 --children 1800 --fault-rate 0.003"
    )

    assert command in (SAMPLE / "README.md").read_text()


def test_the_sample_data_stay_under_ten_megabytes():
    assert sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file()) < 10_000_000


def test_another_seed_makes_other_children():
    other = synthesise(list(a_small_region().authorities), years=4, seed=904, children=400)

    assert not other.returns["episodes"].equals(a_small_region().returns["episodes"])


def test_one_authority_does_not_change_with_its_neighbours_order():
    codes = list(a_small_region().authorities)

    again = synthesise(codes[::-1], years=4, seed=903, children=400, fault_rate=0.03)

    assert again.returns["episodes"].equals(a_small_region().returns["episodes"])


def test_the_smallest_authorities_can_be_made_too():
    scilly, city_of_london, rutland = "E06000053", "E09000001", "E06000017"

    region = synthesise([scilly, city_of_london, rutland], years=3, seed=1, children=20)

    assert set(region.returns["episodes"]["local_authority"]) == {scilly, city_of_london, rutland}
