"""Commands of planning from files to files: a what-if, a ladder of weights, arrivals, sites."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from tests.builders.commands import a_folder, run
from tests.builders.placement import a_child, a_foster_home
from tests.builders.service import a_small_region

ON = ("--on", "2026-06-01")


@pytest.fixture
def town(tmp_path):
    """Three children, two of them sisters, and three homes, as a region keeps them."""
    children = [
        a_child("C1"),
        a_child("S1", miles_east=4.0, sibling_group="G", sibling_plan="together"),
        a_child("S2", miles_east=4.0, sibling_group="G", sibling_plan="together"),
    ]
    homes = [
        a_foster_home("H1", miles_east=1.0, placement_type="foster"),
        a_foster_home("H2", miles_east=5.0, places_available=2),
        a_foster_home("H3", miles_east=9.0, places_available=2),
    ]
    pd.DataFrame(children).to_csv(tmp_path / "children.csv", index=False)
    pd.DataFrame(homes).to_csv(tmp_path / "homes.csv", index=False)
    return tmp_path


def planned(town, out: str, *more: object) -> int:
    return run("place", town / "children.csv", town / "homes.csv", *ON, "--out", town / out, *more)


def test_a_what_if_of_a_plan_tells_child_by_child_what_changes_and_why(town, capsys):
    scenario = town / "closed.toml"
    scenario.write_text('[[homes.close]]\nhome_id = "H2"\non = "2026-05-01"\n', encoding="utf-8")

    codes = [
        planned(town, "plan"),
        planned(town, "what-if", "--from", town / "plan", "--scenario", scenario),
    ]

    told = pd.read_csv(town / "what-if" / "whatif.csv").set_index("child_id")
    assert codes == [0, 0]
    assert told["changed"].to_dict() == {"C1": 0, "S1": 1, "S2": 1}
    assert told.loc["S1", "home_before"] == "H2"
    assert told.loc["S1", "home_after"] == "H3"
    assert "not open now" in told.loc["S1", "why"]
    assert "2 children have another home" in capsys.readouterr().out


def test_a_plan_keeps_its_scenario_as_it_was_written(town):
    scenario = town / "near.toml"
    scenario.write_text("# nobody far\n[weights]\nmile = 15\n", encoding="utf-8")

    planned(town, "plan", "--scenario", scenario)

    kept = (town / "plan" / "scenario.toml").read_text(encoding="utf-8")
    assert kept == "# nobody far\n[weights]\nmile = 15\n"


def test_a_what_if_is_verified_as_any_plan(town, capsys):
    planned(town, "plan")
    planned(town, "what-if", "--from", town / "plan")

    code = run("place", "--verify", town / "what-if", town / "children.csv", town / "homes.csv")

    assert code == 0
    assert "All is as claimed" in capsys.readouterr().out


def test_a_ladder_of_weights_is_written_with_its_picture(town, capsys):
    code = run(
        *("place", "frontier", town / "children.csv", town / "homes.csv", *ON),
        *("--weights", "mile=0,10", "--out", town / "ladder"),
    )

    table = pd.read_csv(town / "ladder" / "frontier.csv")
    assert code == 0
    assert table[["weight", "value"]].to_numpy().tolist() == [["mile", 0.0], ["mile", 10.0]]
    assert table["efficient"].max() == 1
    # The girl lives 1 mile away, the sisters 1 mile from the second home.
    assert table["mean_miles"].iloc[1] == 1.0
    assert (town / "ladder" / "frontier.html").read_text(encoding="utf-8").startswith("<!")
    assert "2 plans" in capsys.readouterr().out


def test_arrivals_are_a_command_of_place(town):
    code = run(
        *("place", "arrivals", town / "children.csv", town / "homes.csv", *ON),
        *("--weeks", "2", "--replications", "1", "--out", town / "arrivals"),
    )

    assert code == 0
    written = pd.read_csv(town / "arrivals" / "arrivals.csv")
    assert "mean" in set(written["replication"].astype(str))


def test_sites_are_chosen_within_the_budget_and_told_with_their_reasons(tmp_path, capsys):
    region = a_small_region()
    returns = a_folder(tmp_path / "returns", region.returns)
    (tmp_path / "homes.csv").write_bytes(region.homes)
    (tmp_path / "sites.csv").write_text(
        "site_id,placement_type,places,local_authority,easting,northing,cost_gbp,weekly_cost_gbp\n"
        "S1,foster,2,E08000003,384000,398000,20000,500\n"
        "S2,foster,2,E08000006,378000,399000,20000,500\n"
        "S3,foster,2,E08000006,378500,399500,30000,500\n",
        encoding="utf-8",
    )
    scenario = tmp_path / "budget.toml"
    scenario.write_text("[budget]\nweekly_gbp = 1000000\n", encoding="utf-8")

    code = run(
        *("invest", returns, tmp_path / "homes.csv", "--sites", tmp_path / "sites.csv"),
        *("--budget", "45000", "--horizon", "6", "--origins", "1", "--scenario", scenario),
        *("--out", tmp_path / "invest"),
    )

    table = pd.read_csv(tmp_path / "invest" / "investment.csv")
    summary = json.loads((tmp_path / "invest" / "summary.json").read_text(encoding="utf-8"))
    assert code == 0
    assert sorted(table["site_id"]) == ["S1", "S2", "S3"]
    assert table.loc[table["chosen"] == 1, "cost_gbp"].sum() == summary["spent_gbp"] <= 45_000
    assert table["reason"].str.len().gt(0).all()
    said = capsys.readouterr().out
    assert "[budget]: not used here" in said
    assert "0.00%" not in said
