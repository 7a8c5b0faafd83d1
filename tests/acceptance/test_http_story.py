"""The whole story over HTTP, as a region's analyst tells it to a program."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.builders.commands import run
from tests.builders.evaluations import a_panel, a_spec_file
from tests.builders.service import MANCHESTER, SALFORD, a_service, a_small_region

KEY = "the-key-that-the-region-was-given"


@pytest.fixture
def service(tmp_path):
    service = a_service(tmp_path, api_key=KEY, caller="10.1.2.3", address="https://rcc.example")
    service.headers["Authorization"] = f"Bearer {KEY}"
    return service


def test_from_returns_to_a_plan_and_back_to_nothing(service):
    region = a_small_region()

    # Two councils' returns are sent, and everything wrong is told.
    sent = service.post("/v1/datasets", files={"file": ("returns.zip", region.zip)})
    assert sent.status_code == 201
    dataset = sent.json()
    assert dataset["authorities"] == [MANCHESTER, SALFORD]
    findings = service.get(f"{sent.headers['Location']}/findings").json()["items"]
    assert findings
    assert {each["severity"] for each in findings} <= {"refused", "repaired", "noted"}

    # Demand is forecast for a year.
    made = service.post(
        "/v1/forecasts",
        json={
            "dataset_id": dataset["id"],
            "horizon": 12,
            "origins": 2,
            "paths": 60,
            "seed": 903,
            "forecasters": ["seasonal_naive", "stock_flow_24"],
        },
    )
    assert made.status_code == 201
    forecast = made.headers["Location"]
    backtest = service.get(f"{forecast}/backtest").json()["items"]
    assert "hold_flat" in {each["model"] for each in backtest}

    # Each month's authorities add up to their region, to the last child.
    summed = {"placement_type": "All", "age_band": "All", "population": "All"}
    chosen = {**summed, "measure": "children", "region": "North West", "month": "2027-03"}
    rows = service.get(forecast, params=chosen).json()["items"]
    total = [row["mean"] for row in rows if row["local_authority"] == "All"]
    parts = [row["mean"] for row in rows if row["local_authority"] != "All"]
    assert (len(total), len(parts)) == (1, 2)
    assert sum(parts) == pytest.approx(total[0], abs=1e-6)
    assert all(0 <= row["q10"] <= row["q50"] <= row["q90"] for row in rows)

    # A spreadsheet takes the whole table.
    table = service.get(forecast, headers={"Accept": "text/csv"})
    lines = list(csv.DictReader(io.StringIO(table.text)))
    assert table.headers["Content-Type"].startswith("text/csv")
    assert {line["horizon"] for line in lines} == {str(month) for month in range(1, 13)}

    # Set against the homes there are, it shows where they run short.
    homes = service.post("/v1/homes", files={"file": ("homes.csv", region.homes)}).json()
    weighed = service.post(
        "/v1/sufficiency", json={"forecast_id": made.json()["id"], "homes_id": homes["id"]}
    )
    assert weighed.status_code == 201
    balance = service.get(
        weighed.headers["Location"],
        params={"region": "North West", "local_authority": "All", "month": "2027-03"},
    ).json()["items"]
    assert {row["rag"] for row in balance} <= {"red", "amber", "green", "grey"}
    assert all(row["rag_reason"] for row in balance)
    for row in balance:
        if row["p_shortfall"] is not None:
            assert 0 <= row["p_shortfall"] <= 1
            gap = row["demand_mean"] - row["capacity_usable"]
            assert row["gap_mean"] == pytest.approx(gap, abs=1e-6)

    # A home is proposed for each child who waits, with the reason.
    children = service.post(
        "/v1/children", files={"file": ("children.csv", region.children)}
    ).json()
    planned = service.post(
        "/v1/placements",
        json={
            "children_id": children["id"],
            "homes_id": homes["id"],
            "on": "2026-04-20",
            "replan": True,
            "seed": 1,
        },
    )
    assert planned.status_code == 201
    summary = planned.json()["summary"]
    assert summary["placed"] + summary["unplaced"] == summary["children"] > 0
    # Lower is better: the plan beats the greedy yardstick, and its bound proves how well.
    assert summary["bound"] <= summary["objective"] <= summary["greedy"]["objective"]
    row = service.get(f"{planned.headers['Location']}/rows", params={"limit": 1}).json()["items"][0]
    why = service.get(f"{planned.headers['Location']}/rows/{row['row']}").json()
    assert why["child_id"] == row["child_id"]
    assert why["reason"]

    # The returns are deleted, and with them all that came from them; the plan stays.
    assert service.delete(f"/v1/datasets/{dataset['id']}").status_code == 200
    assert service.get(forecast).status_code == 404
    assert service.get(weighed.headers["Location"]).status_code == 404
    assert service.get(planned.headers["Location"]).status_code == 200


def test_the_service_evaluates_as_the_command_does_to_the_last_byte(service, tmp_path):
    panel_file, log = tmp_path / "panel.csv", tmp_path / "evaluations.log"
    a_panel(regions=8, units=2, effect=-0.06).to_csv(panel_file, index=False)
    spec_file = a_spec_file(tmp_path / "spec.toml", extra="cut_off = 2026-12-01\nlooks = 2")
    spec = spec_file.read_text(encoding="utf-8")

    # A panel is sent, and what could be seen is said before anyone looks.
    sent = service.post("/v1/panels", files={"file": ("panel.csv", panel_file.read_bytes())})
    panel = sent.json()["id"]
    assert sent.json()["outcomes"] == ["far"]
    power = service.post("/v1/evaluations/power", json={"panel_id": panel, "spec": spec}).json()
    assert min(row["mde"] for row in power["items"] if row["mde"] is not None) > 0

    # The specification is locked, and then the panel is looked at.
    entry = service.post("/v1/evaluations/lock", json={"spec": spec})
    assert entry.status_code == 201
    made = service.post("/v1/evaluations", json={"panel_id": panel, "spec": spec})
    assert made.status_code == 201
    facts = made.json()
    assert facts["spec_sha256"] == entry.json()["spec_sha256"]
    assert facts["stamp"] == f"pre-specified on {entry.json()['date']}"

    # The command, given the same panel, specification and log, writes the same.
    told = ("--spec", spec_file, "--log", log, "--out", tmp_path / "out")
    assert run("evaluate", panel_file, *told) == 0
    written = {path.name: path for path in (tmp_path / "out").iterdir()}
    tables = {f"{table['name']}.csv": table["href"] for table in facts["tables"]}
    assert {*tables, "verdict.json", "report.html"} == set(written)
    for name, address in tables.items():
        answer = service.get(address, headers={"Accept": "text/csv"})
        assert answer.content == written[name].read_bytes(), name
    report = service.get(facts["report"])
    assert report.content == written["report.html"].read_bytes()
    assert facts["verdict"] == json.loads(written["verdict.json"].read_text(encoding="utf-8"))

    # And what could be seen is the command's table too.
    assert run("evaluate", "power", panel_file, *told[:-1], tmp_path / "power") == 0
    planned = service.post("/v1/evaluations/power", json={"panel_id": panel, "spec": spec})
    csv_of_plan = service.get(planned.headers["Location"], headers={"Accept": "text/csv"})
    assert csv_of_plan.content == Path(tmp_path / "power" / "power.csv").read_bytes()


def test_nobody_without_the_key_sees_any_of_it(service):
    service.headers.pop("Authorization")

    for path in (
        *("/v1/datasets", "/v1/forecasts/0123456789abcdef"),
        "/v1/panels/0123456789abcdef",
        *("/v1/evaluations/log", "/v1/evaluations/0123456789abcdef"),
        *("/v1/demand", "/v1/regions"),
    ):
        answer = service.get(path)
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
