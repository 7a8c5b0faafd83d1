"""The verifier finds what is wrong with a plan, and believes nothing that it can recompute."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pandas as pd
import pytest

import rcc_forecast.placement.verification as verification
from rcc_forecast.placement import verify_plan, write_plan
from tests.builders.placement import (
    TODAY,
    a_child,
    a_foster_home,
    a_plan,
    an_invented_region,
    children_table,
    homes_table,
    plan_placements,
)

CHILDREN = [
    a_child("C1", sibling_group="G", twin_of="C2"),
    a_child("C2", sibling_group="G"),
    a_child("C3", needs=2, miles_east=2),
    a_child("C4", miles_east=4),
    a_child("C5", miles_east=4, solo=1),
]
HOMES = [
    a_foster_home("H1", places_available=2, needs_met=1),
    a_foster_home("H2", miles_east=3.3, places_available=1),
    a_foster_home("H3", miles_east=5, places_available=2, needs_met=1),
    a_foster_home("H4", miles_east=9, places_available=1, age_max=5),
]


@pytest.fixture
def folder(tmp_path):
    write_plan(a_plan(CHILDREN, HOMES), tmp_path)
    return tmp_path


def faults(folder: Path) -> list[str]:
    return verify_plan(folder, children_table(*CHILDREN), homes_table(*HOMES))


def rewrite_plan(folder: Path, child: str, **changed: object) -> None:
    plan = pd.read_csv(folder / "plan.csv", dtype=str, keep_default_na=False)
    for column, value in changed.items():
        plan.loc[plan["child_id"] == child, column] = str(value)
    plan.to_csv(folder / "plan.csv", index=False)


def rewrite_json(folder: Path, name: str, change) -> None:
    path = folder / name
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_plan_as_it_was_made_has_no_fault(folder):
    assert faults(folder) == []


def test_references_that_a_spreadsheet_would_run_are_still_recognised(tmp_path):
    children, homes = [a_child("-5"), a_child("@a")], [a_foster_home("=H1", places_available=2)]
    write_plan(a_plan(children, homes), tmp_path)

    found = verify_plan(tmp_path, children_table(*children), homes_table(*homes))

    assert found == []


def test_a_child_moved_into_a_full_home_is_found(folder):
    rewrite_plan(folder, "C4", home_id="H2")

    assert any("2 children for 1 places" in fault for fault in faults(folder))


def test_a_child_moved_into_a_home_that_may_not_take_them_is_found(folder):
    rewrite_plan(folder, "C4", home_id="H4")

    assert any("row 5: may not live in the home given" in fault for fault in faults(folder))


def test_company_for_a_child_who_must_live_alone_is_found(folder):
    rewrite_plan(folder, "C4", home_id="H3")
    rewrite_plan(folder, "C5", home_id="H3")

    assert any("must live alone" in fault for fault in faults(folder))


def test_a_home_that_is_not_in_the_register_is_found(folder):
    rewrite_plan(folder, "C4", home_id="H9")

    assert any("not in the register" in fault for fault in faults(folder))


def test_a_child_left_out_of_the_plan_is_found(folder):
    plan = pd.read_csv(folder / "plan.csv", dtype=str, keep_default_na=False)
    plan[plan["child_id"] != "C4"].to_csv(folder / "plan.csv", index=False)

    assert any("1 children missing" in fault for fault in faults(folder))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("points", 1.0),
        ("distance_miles", 0.5),
        ("over_20_miles", 1),
        ("in_authority", 0),
        ("moved", 1),
        ("siblings_together", 0),
        ("placement_type", "adoption"),
        ("weekly_cost_gbp", 7),
    ],
)
def test_a_wrong_figure_of_a_child_is_found(folder, column, value):
    rewrite_plan(folder, "C1", **{column: value})

    assert any(column in fault for fault in faults(folder))


@pytest.mark.parametrize(
    "name",
    ["objective", "bound", "net_gap", "placed", "groups_together", "mean_miles", "weekly_cost_gbp"],
)
def test_a_wrong_figure_of_the_summary_is_found(folder, name):
    rewrite_json(folder, "summary.json", lambda summary: summary.update({name: 12_345}))

    assert any(name in fault for fault in faults(folder))


def test_a_bound_that_its_prices_do_not_prove_is_found(folder):
    rewrite_json(folder, "certificate.json", lambda c: c["prices"][0].update(bound=10**9))

    assert any("bound of points" in fault for fault in faults(folder))


def test_prices_below_nothing_prove_nothing(folder):
    rewrite_json(
        folder, "certificate.json", lambda c: c["prices"][0]["homes"].update(H1=[-5, 0, 0])
    )

    assert any("cannot be used" in fault for fault in faults(folder))


@pytest.mark.parametrize(
    "change",
    [
        lambda scenario: scenario["weights"].update(mile=11),
        lambda scenario: scenario["rules"].update(max_miles=2.5),
        lambda scenario: scenario.update(on="2026-06-02"),
        lambda scenario: scenario.update(tiers=["placed"]),
        lambda scenario: scenario["rules"].update(max_out_of_area_pct=10),
        lambda scenario: scenario.pop("weights"),
    ],
    ids=["weight", "rule", "day", "tiers", "limit", "lost"],
)
def test_a_scenario_changed_afterwards_is_found(folder, change):
    rewrite_json(folder, "scenario.json", change)

    assert faults(folder) != []


def test_another_register_than_the_plans_is_found(folder):
    homes = [*HOMES[:1], {**HOMES[1], "weekly_cost_gbp": 900.0}, *HOMES[2:]]

    assert verify_plan(folder, children_table(*CHILDREN), homes_table(*homes)) != []


def test_a_folder_without_a_plan_is_a_fault_and_no_crash(tmp_path):
    assert len(faults(tmp_path)) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"replan": True},
        {"tiers": ["placed", "together"]},
        {"rules": {"max_for_profit_pct": 45, "weekly_budget_gbp": 90_000, "min_grade": "good"}},
        {"weights": {"home_of_group": 500, "mile": 7.35}},
    ],
    ids=["points", "replan", "tiers", "limits", "weights"],
)
def test_what_the_engine_claims_for_an_invented_region_stands_up(tmp_path, asked):
    children, homes = an_invented_region(n_children=60, n_places=66, seed=4, side_miles=30)
    write_plan(plan_placements(children, homes, on=TODAY, **asked), tmp_path)

    assert verify_plan(tmp_path, children, homes) == []


@pytest.mark.parametrize("unknown", ["NOBT", "REFU", ""])
def test_children_whose_ethnicity_is_not_known_are_no_group_to_either(tmp_path, unknown):
    known = [a_child(f"A{i}", ethnicity="WBRI") for i in range(12)]
    children = children_table(*known, *(a_child(f"B{i}", ethnicity=unknown) for i in range(12)))
    homes = homes_table(a_foster_home("H1", places_available=24))
    rules = {"max_disparity_pct": 30}

    write_plan(plan_placements(children, homes, on=TODAY, rules=rules), tmp_path)

    assert verify_plan(tmp_path, children, homes) == []


def test_files_are_read_as_well_as_frames(folder, tmp_path):
    pd.DataFrame(CHILDREN).to_csv(tmp_path / "children.csv", index=False)
    pd.DataFrame(HOMES).to_csv(tmp_path / "homes.csv", index=False)

    assert verify_plan(folder, tmp_path / "children.csv", tmp_path / "homes.csv") == []


def test_the_verifier_shares_nothing_with_the_engine_but_the_reading_of_tables():
    imported: set[str] = set()
    for file in Path(verification.__file__).parent.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                imported.add(node.module or "")
            elif isinstance(node, ast.Import):
                imported |= {name.name for name in node.names}

    ours = {name for name in imported if name.split(".")[0] in {"models", "rcc_forecast", "api"}}
    own = {name for name in ours if name.startswith(verification.__name__)}
    assert ours - own == {"rcc_forecast.registers"}
