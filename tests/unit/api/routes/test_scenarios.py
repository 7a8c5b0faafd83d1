"""What-ifs over HTTP: one forecast, many questions, the same futures for all of them."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pandas as pd
import pytest

from api import results as results_of_api
from api.answers import CSV
from api.schemas.scenarios import (
    ComparisonPage,
    DrawPage,
    ScenarioPage,
    WaterfallPage,
)
from api.store import RecordKind
from tests.builders.service import a_service, ask, send

SETTINGS = {
    "horizon": 6,
    "origins": 1,
    "paths": 40,
    "seed": 903,
    "forecasters": ["seasonal_naive"],
}
FOUR_HOMES = {
    "homes": {
        "add": [
            {
                "placement_type": "childrens_home",
                "places": 3,
                "number": 4,
                "local_authority": "Manchester",
            }
        ]
    }
}
FEWER_TO_COME = {"entries": {"change_pct": [-30, -10]}, "prices": {"inflation_pct": 5}}
WHOLE_REGION = {"region": "North West", "local_authority": "All"}


def put(filled, scenario, *, name="scenario", **changed) -> str:
    settings = {**SETTINGS, "dataset_id": filled.dataset, "homes_id": filled.homes, **changed}
    return ask(filled.service, "scenarios", scenario=scenario, name=name, **settings)


@pytest.fixture(scope="module")
def four_homes(filled) -> str:
    return put(filled, FOUR_HOMES, name="Four homes")


@pytest.fixture(scope="module")
def fewer(filled) -> str:
    return put(filled, FEWER_TO_COME, name="Fewer to come")


@pytest.fixture(scope="module")
def another_seed(filled) -> str:
    return put(filled, FOUR_HOMES, horizon=13, seed=904)


def items(filled, path: str, **parameters) -> list[dict]:
    return filled.get(path, limit=1000, **parameters).json()["items"]


def as_csv(filled, path: str, **parameters) -> pd.DataFrame:
    answer = filled.service.get(path, params=parameters, headers={"Accept": CSV})
    return pd.read_csv(io.StringIO(answer.text), keep_default_na=False, na_values=[""])


def test_every_answer_is_as_it_is_described(filled, fewer):
    path = f"/v1/scenarios/{fewer}"

    for model, address in (
        (ScenarioPage, path),
        (WaterfallPage, f"{path}/waterfall"),
        (DrawPage, f"{path}/draws"),
        (ComparisonPage, f"/v1/scenarios/compare?ids=as-is,{fewer}"),
    ):
        page = filled.service.get(address).json()
        model.model_validate(page, strict=True)
        assert page["items"]


def test_a_scenario_answers_with_children_gap_shortfall_and_spend(filled, four_homes):
    table = as_csv(filled, f"/v1/scenarios/{four_homes}")

    assert set(table["measure"]) == {"children", "gap", "shortfall", "spend"}
    assert {"Manchester", "Salford"} <= set(table["local_authority_name"])
    assert (table["q10"] <= table["q90"]).all()
    assert table[["mean", "q10", "q90"]].notna().all(axis=None)


def test_each_twelfth_month_and_the_last_are_answered_for(filled, another_seed):
    table = as_csv(filled, f"/v1/scenarios/{another_seed}")

    assert sorted(table["horizon"].unique()) == [12, 13]


def test_four_homes_of_three_places_lower_the_gap_in_every_future(filled, four_homes):
    [row] = items(
        filled,
        "/v1/scenarios/compare",
        ids=f"as-is,{four_homes}",
        measure="gap",
        local_authority="Manchester",
        placement_type="childrens_home",
    )

    # 4 homes x 3 places, less those that others take; how many that is strays by future.
    assert -12.0 <= row["difference_mean"] < 0.0
    assert row["difference_q10"] <= row["difference_mean"] <= row["difference_q90"] < 0.0
    assert (row["p_below_0"], row["p_above_0"]) == (1.0, 0.0)
    assert row["scenario_name"] == "Four homes"


def test_a_comparison_is_the_difference_of_what_both_say(filled, four_homes, fewer):
    compared = as_csv(filled, "/v1/scenarios/compare", ids=f"{four_homes},{fewer}")

    keys = ["region", "local_authority", "placement_type", "month", "measure", "rcc"]
    first, other = (
        as_csv(filled, f"/v1/scenarios/{each}").set_index(keys)["mean"]
        for each in (four_homes, fewer)
    )
    # Kept futures have 32 bits.
    difference = compared.set_index(keys)["difference_mean"]
    expected = (other - first).reindex(difference.index)
    assert len(difference) == len(first)
    assert difference.tolist() == pytest.approx(expected.tolist(), rel=1e-4, abs=1e-2)


def test_the_steps_of_the_waterfall_lead_to_the_scenario(filled, fewer):
    path = f"/v1/scenarios/{fewer}"
    chosen = {**WHOLE_REGION, "placement_type": "All", "measure": "spend"}

    *steps, last = items(filled, f"{path}/waterfall", **chosen)

    [answer] = items(filled, path, **chosen)
    assert [step["block"] for step in steps] == ["as is", "[prices]", "[entries]"]
    assert sum(step["mean"] for step in steps) == pytest.approx(answer["mean"])
    assert {name: last[name] for name in ("mean", "q10", "q90")} == pytest.approx(
        {name: answer[name] for name in ("mean", "q10", "q90")}
    )


def test_an_interval_has_its_share_of_the_spread(filled, fewer, four_homes):
    draws = items(filled, f"/v1/scenarios/{fewer}/draws", measure="children")

    assert {row["assumption"] for row in draws} == {"[entries] change_pct"}
    assert {(row["low"], row["high"]) for row in draws} == {(-30.0, -10.0)}
    assert items(filled, f"/v1/scenarios/{four_homes}/draws") == []


def test_a_scenario_without_keys_is_the_region_as_it_is(filled, four_homes):
    facts = filled.get(f"/v1/scenarios/{four_homes}").json()

    nothing_changes = put(filled, {}, name="as-is")

    assert nothing_changes == facts["as_is_id"]
    differences = items(filled, "/v1/scenarios/compare", ids=f"as-is,{nothing_changes}")
    assert {row["difference_mean"] for row in differences} == {0.0}
    blocks = {row["block"] for row in items(filled, f"/v1/scenarios/{nothing_changes}/waterfall")}
    assert blocks == {"as is", "scenario"}


def test_a_scenario_says_the_same_as_toml_and_as_json(filled, four_homes):
    toml = """
        [[homes.add]]
        placement_type = "childrens_home"
        places = 3
        number = 4
        local_authority = "Manchester"
    """

    assert put(filled, toml, name="Four homes") == four_homes


def test_what_a_scenario_does_not_touch_is_said(filled):
    made = put(filled, {**FOUR_HOMES, "weights": {"mile": 2}})

    [said] = filled.get(f"/v1/scenarios/{made}").json()["not_used"]

    assert said.startswith("[weights]")


def test_the_region_is_forecast_once_for_all_its_scenarios(filled, four_homes, monkeypatch):
    made = []

    def counted(*given, **settings):
        made.append(given)
        return fitted(*given, **settings)

    fitted = results_of_api.fitted
    monkeypatch.setattr(results_of_api, "fitted", counted)

    put(filled, {"entries": {"change_pct": 4}})
    put(filled, {"entries": {"change_pct": 5}})

    assert made == []


def test_a_scenario_is_the_same_after_a_restart(filled, fewer, region, tmp_path):
    service = a_service(tmp_path)
    dataset = send(service, "datasets", "returns.zip", region.zip)
    homes = send(service, "homes", "homes.csv", region.homes)
    body = {
        **SETTINGS,
        "dataset_id": dataset,
        "homes_id": homes,
        "scenario": FEWER_TO_COME,
        "name": "Fewer to come",
    }

    again = service.post("/v1/scenarios", json=body)

    path, csv = f"/v1/scenarios/{fewer}", {"headers": {"Accept": CSV}}
    assert (again.status_code, again.json()["id"]) == (201, fewer)
    assert again.headers["Location"] == path
    assert service.get(path, **csv).content == filled.service.get(path, **csv).content
    steps = f"{path}/waterfall"
    assert service.get(steps, **csv).content == filled.service.get(steps, **csv).content


def test_a_scenario_asked_again_is_not_made_again(filled, four_homes):
    body = {
        **SETTINGS,
        "dataset_id": filled.dataset,
        "homes_id": filled.homes,
        "scenario": FOUR_HOMES,
        "name": "Four homes",
    }

    again = filled.service.post("/v1/scenarios", json=body)

    assert (again.status_code, again.json()["id"]) == (200, four_homes)
    assert again.headers["ETag"] == f'"{four_homes}"'


def test_a_caller_who_holds_the_answers_is_told_so(filled, four_homes):
    for path in (f"/v1/scenarios/{four_homes}", f"/v1/scenarios/compare?ids=as-is,{four_homes}"):
        tag = filled.service.get(path).headers["ETag"]

        again = filled.service.get(path, headers={"If-None-Match": tag})

        assert (again.status_code, again.content) == (304, b"")


def test_pages_put_together_are_every_answer(filled, four_homes):
    path, chosen = f"/v1/scenarios/{four_homes}", {"measure": "gap", "rcc": "Greater Manchester"}

    rows = list(pages(filled, path, **chosen))

    assert rows == items(filled, path, **chosen)
    assert len(rows) == len(as_csv(filled, path, **chosen)) > 7


def pages(filled, path: str, **parameters) -> Iterator[dict]:
    cursor = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = filled.get(path, limit=7, **parameters, **more).json()
        yield from page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def test_scenarios_of_another_seed_or_horizon_are_not_compared(filled, four_homes, another_seed):
    answer = filled.get("/v1/scenarios/compare", ids=f"{four_homes},{another_seed}")

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/not-comparable"
    assert "another horizon, another seed" in answer.json()["detail"]


def test_scenarios_whose_forecasts_were_judged_otherwise_are_not_compared(filled, four_homes):
    other = put(filled, FOUR_HOMES, forecasters=["ets"])

    answer = filled.get("/v1/scenarios/compare", ids=f"{four_homes},{other}")

    assert answer.status_code == 409
    assert "settings of the forecast" in answer.json()["detail"]


def test_scenarios_over_another_register_are_compared_with_a_word_about_it(
    filled, four_homes, region
):
    fewer_homes = b"\n".join(region.homes.splitlines()[:-5]) + b"\n"
    homes = send(filled.service, "homes", "homes.csv", fewer_homes)
    other = put(filled, FOUR_HOMES, homes_id=homes)

    notes = filled.get("/v1/scenarios/compare", ids=f"{four_homes},{other}").json()["notes"]

    assert any("another register" in note for note in notes)


@pytest.mark.parametrize(
    "ids", ["", "as-is", "as-is,as-is", "0123456789abcdef", "a,b", "f" * 16 + "," + "f" * 16]
)
def test_a_comparison_takes_two_scenarios_or_more_each_once(filled, ids):
    answer = filled.get("/v1/scenarios/compare", ids=ids)

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/invalid-request"


def test_a_scenario_that_is_not_there_is_not_found(filled, four_homes):
    nobody = "0123456789abcdef"

    for path in (nobody, f"{nobody}/waterfall", f"compare?ids={four_homes},{nobody}", "compared"):
        answer = filled.service.get(f"/v1/scenarios/{path}")

        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    ("scenario", "nearest"),
    [
        ({"entrys": {"change_pct": 5}}, "entries"),
        ({"entries": {"chang_pct": 5}}, "change_pct"),
        ('[[homes.add]]\nplacement_type = "fostr"\n', "foster"),
    ],
)
def test_a_key_that_is_not_known_is_refused_with_the_nearest(filled, scenario, nearest):
    answer = refused(filled, scenario)

    assert answer.json()["type"] == "/problems/unknown-name"
    assert answer.json()["detail"].endswith(f"The nearest is {nearest}.")


@pytest.mark.parametrize(
    "scenario",
    [
        "[entries]\nchange_pct = nan",
        "[entries]\nchange_pct = [-5, inf]",
        {"entries": {"change_pct": [10, 5]}},
        {"homes": {"close": [{"home_id": "Oliver Twist"}]}},
        {"homes": {"add": [{"placement_type": "foster", "needs_met": [1, 2]}]}},
    ],
)
def test_a_value_that_cannot_be_used_is_refused_without_its_words(filled, scenario):
    answer = refused(filled, scenario)

    assert answer.json()["type"] == "/problems/cannot-be-done"
    assert "Oliver" not in answer.text


def test_an_authority_that_filed_no_return_is_refused(filled):
    answer = refused(filled, {"entries": {"change_pct": 5, "local_authority": "Leeds"}})

    assert answer.json()["type"] == "/problems/unknown-name"
    assert "Leeds" not in answer.text


def test_a_stranger_is_told_nothing(tmp_path):
    service = a_service(tmp_path, api_key="a long key")

    for path in ("0123456789abcdef", "compare?ids=as-is,0123456789abcdef"):
        assert service.get(f"/v1/scenarios/{path}").status_code == 401


def test_a_scenario_that_is_refused_waits_for_no_forecast_and_keeps_nothing(filled, monkeypatch):
    kept = filled.service.app.state.store.all(RecordKind.SCENARIO)
    monkeypatch.setattr(results_of_api, "fitted", None)

    refused(filled, {"entries": {"chang_pct": 5}}, seed=905)

    assert filled.service.app.state.store.all(RecordKind.SCENARIO) == kept


def refused(filled, scenario, **changed):
    body = {**SETTINGS, "dataset_id": filled.dataset, "homes_id": filled.homes, **changed}
    answer = filled.service.post("/v1/scenarios", json={**body, "scenario": scenario})
    assert answer.status_code == 422, answer.text
    return answer


def test_a_scenario_is_deleted_with_its_homes_and_all_that_came_from_it(filled, region):
    service = filled.service
    homes = send(service, "homes", "homes.csv", region.homes + b"\n\n")
    scenario = put(filled, FEWER_TO_COME, homes_id=homes)
    service.get(f"/v1/scenarios/{scenario}/waterfall")
    service.get(f"/v1/scenarios/compare?ids=as-is,{scenario}")

    deleted = service.delete(f"/v1/homes/{homes}").json()["deleted"]

    kinds = [each["kind"] for each in deleted]
    assert sorted(kinds) == ["comparisons", "homes", "scenarios", "scenarios", "waterfalls"]
    assert service.get(f"/v1/scenarios/{scenario}").status_code == 404
