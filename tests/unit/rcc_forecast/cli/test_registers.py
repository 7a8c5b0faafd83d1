"""`homes import` as a person types it."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.cli.program import main
from tests.builders.other_registers import a_census, filed


@pytest.fixture
def census(tmp_path):
    return filed(a_census({}, {"Type of provision": "Outreach"}), tmp_path / "census.csv")


def test_the_table_is_chosen_by_the_name_of_the_file_to_write(census, tmp_path):
    for name, column in (("homes.csv", "home_id"), ("children.csv", "child_id")):
        out = tmp_path / name

        code = main(
            [
                "homes",
                "import",
                str(census),
                "--mapping",
                "placements_north_west",
                "--out",
                str(out),
            ]
        )

        assert code == 0
        assert pd.read_csv(out).columns[0] == column
        assert (tmp_path / f"{out.stem}.findings.csv").exists()


def test_a_dry_run_tells_and_writes_nothing(census, tmp_path, capsys):
    code = main(["homes", "import", str(census), "--mapping", "placements_north_west", "--dry-run"])

    assert code == 0
    assert "2 rows read: 1 are used" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["census.csv"]


def test_a_mapping_of_ones_own_is_a_shipped_one_edited(census, tmp_path, capsys):
    main(["homes", "import", "--show", "placements_north_west"])
    own = tmp_path / "own.toml"
    own.write_text(
        capsys.readouterr().out.replace('sector = "private"', 'sector = "voluntary"'),
        encoding="utf-8",
    )
    out = tmp_path / "homes.csv"

    main(["homes", "import", str(census), "--mapping", str(own), "--out", str(out)])

    assert pd.read_csv(out)["sector"].tolist() == ["voluntary"]


def test_the_shipped_mappings_are_listed(capsys):
    assert main(["homes", "import", "--list"]) == 0

    assert "Ofsted list" in capsys.readouterr().out


def test_a_register_of_which_no_row_can_be_used_writes_nothing(tmp_path, capsys):
    census = filed(a_census({"Type of provision": "Outreach"}), tmp_path / "census.csv")
    out = tmp_path / "homes.csv"

    code = main(
        ["homes", "import", str(census), "--mapping", "placements_north_west", "--out", str(out)]
    )

    assert code == 1
    assert not out.exists()
    assert "support without a place" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[], ["x.csv"], ["x.csv", "--mapping", "own"], ["x.csv", "--mapping", "owm"]]
)
def test_too_little_or_a_slip_is_used_wrongly(words, capsys):
    assert main(["homes", "import", *words]) == 2

    assert "rcc-forecast: " in capsys.readouterr().err
