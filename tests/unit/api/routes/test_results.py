"""Forecasts, balances and plans: selected, paged, in every form, and the same for the same."""

from __future__ import annotations

import io

import openpyxl
import pandas as pd
import pytest

from api.answers import CSV, XLSX
from api.schemas.forecasts import (
    BacktestPage,
    BalancePage,
    DemandPage,
    ExplanationPage,
    ForecastPage,
)
from api.schemas.placements import (
    EquityPage,
    GroupPage,
    Plan,
    PlanRowInFull,
    PlanRowPage,
    PricePage,
    ShortagePage,
)
from tests.builders.service import MANCHESTER, a_service, send

HORIZON = 6


def whole(filled, path: str, **parameters) -> list[dict]:
    rows, cursor = [], None
    while True:
        page = filled.get(path, limit=1000, **parameters, **({"cursor": cursor} if cursor else {}))
        rows += page.json()["items"]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            return rows


def as_csv(filled, path: str, **parameters) -> pd.DataFrame:
    answer = filled.service.get(path, params=parameters, headers={"Accept": CSV})
    return pd.read_csv(io.StringIO(answer.text), keep_default_na=False, na_values=[""])


def test_every_answer_is_as_it_is_described(filled):
    forecast, plan = f"/v1/forecasts/{filled.forecast}", f"/v1/placements/{filled.placement}"

    for model, path in (
        (ForecastPage, forecast),
        (BacktestPage, f"{forecast}/backtest"),
        (ExplanationPage, f"{forecast}/explanation"),
        (BalancePage, f"/v1/sufficiency/{filled.sufficiency}"),
        (DemandPage, f"/v1/demand?dataset_id={filled.dataset}"),
        (Plan, plan),
        (PlanRowPage, f"{plan}/rows"),
        (PricePage, f"{plan}/prices"),
        (GroupPage, f"{plan}/groups"),
        (ShortagePage, f"{plan}/shortages"),
        (EquityPage, f"{plan}/equity"),
    ):
        model.model_validate(filled.service.get(path).json(), strict=True)


def test_an_explanation_ends_at_the_forecast_it_explains(filled):
    path = f"/v1/forecasts/{filled.forecast}"
    node = {"local_authority": "Manchester", "placement_type": "foster", "age_band": "All"}

    forecast = whole(filled, path, **node, measure="children")
    explained = whole(filled, f"{path}/explanation", **node)

    means = {row["month"]: row["mean"] for row in forecast}
    assert {row["month"]: row["mean"] for row in explained} == pytest.approx(means)


def test_a_filter_selects_and_changes_no_figure(filled):
    path = f"/v1/forecasts/{filled.forecast}"
    chosen = {"local_authority": "Manchester", "placement_type": "foster", "measure": "children"}

    selected = whole(filled, path, **chosen)

    table = as_csv(filled, path)
    expected = table[
        (table["local_authority"] == MANCHESTER)
        & (table["placement_type"] == "foster")
        & (table["measure"] == "children")
    ]
    assert len(selected) == len(expected) > 0
    assert [row["mean"] for row in selected] == pytest.approx(expected["mean"].tolist())


def test_a_month_of_a_total_is_one_row(filled):
    rows = whole(
        filled,
        f"/v1/forecasts/{filled.forecast}",
        region="north-west",
        local_authority="All",
        rcc="",
        placement_type="All",
        age_band="All",
        population="All",
        measure="children",
        month="2026-06",
    )

    assert [row["month"] for row in rows] == ["2026-06-30"]


def test_pages_put_together_are_the_whole_table(filled):
    path = f"/v1/forecasts/{filled.forecast}"
    chosen = {"local_authority": "Salford", "measure": "entries"}
    rows, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = filled.get(path, limit=7, **chosen, **more).json()
        assert len(page["items"]) <= 7
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert rows == whole(filled, path, **chosen)
    assert len(rows) == len(as_csv(filled, path, **chosen))


def test_a_workbook_holds_the_summary_levels_and_says_so(filled):
    answer = filled.service.get(
        f"/v1/forecasts/{filled.forecast}",
        params={"local_authority": "Salford"},
        headers={"Accept": XLSX},
    )

    table = pd.read_excel(io.BytesIO(answer.content), keep_default_na=False)

    assert "summary-levels" in answer.headers["Content-Disposition"]
    assert len(table) > 0
    assert not ((table["placement_type"] != "All") & (table["age_band"] != "All")).any()


def test_a_reference_that_a_spreadsheet_would_run_is_made_inert(tmp_path, region):
    service = a_service(tmp_path)
    table = pd.read_csv(io.BytesIO(region.children), dtype=str, keep_default_na=False).head(3)
    table["child_id"] = [f"=cmd|{i}" for i in range(3)]
    table[["sibling_group", "twin_of"]] = ""
    children = send(service, "children", "c.csv", table.to_csv(index=False).encode())
    homes = send(service, "homes", "homes.csv", region.homes)
    plan = service.post(
        "/v1/placements", json={"children_id": children, "homes_id": homes, "on": "2026-04-20"}
    ).json()["id"]

    csv = service.get(f"/v1/placements/{plan}/rows", headers={"Accept": CSV}).text
    book = service.get(f"/v1/placements/{plan}/rows", headers={"Accept": XLSX}).content

    assert ",'=cmd|0," in csv
    cells = [cell for row in openpyxl.load_workbook(io.BytesIO(book)).active for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_same_request_is_the_same_result_and_is_not_made_again(filled):
    body = {
        "dataset_id": filled.dataset,
        "horizon": HORIZON,
        "origins": 1,
        "paths": 40,
        "seed": 903,
        "forecasters": ["seasonal_naive"],
    }

    again = filled.service.post("/v1/forecasts", json=body)

    assert again.status_code == 200
    assert again.json()["id"] == filled.forecast
    assert again.headers["ETag"] == f'"{filled.forecast}"'
    assert again.headers["Location"] == f"/v1/forecasts/{filled.forecast}"


def test_another_seed_is_another_result(filled):
    body = {
        "dataset_id": filled.dataset,
        "horizon": HORIZON,
        "origins": 1,
        "paths": 40,
        "seed": 904,
        "forecasters": ["seasonal_naive"],
    }

    other = filled.service.post("/v1/forecasts", json=body)

    assert other.status_code == 201
    assert other.json()["id"] != filled.forecast


def test_a_result_is_the_same_in_another_store_with_other_pseudonyms(filled, region, tmp_path):
    service = a_service(tmp_path)
    dataset = send(service, "datasets", "returns.zip", region.zip)
    body = {
        "dataset_id": dataset,
        "horizon": HORIZON,
        "origins": 1,
        "paths": 40,
        "seed": 903,
        "forecasters": ["seasonal_naive"],
    }

    forecast = service.post("/v1/forecasts", json=body).json()["id"]

    path = f"/v1/forecasts/{forecast}"
    csv = {"headers": {"Accept": CSV}}
    assert forecast == filled.forecast
    assert service.get(path, **csv).content == filled.service.get(path, **csv).content


def test_a_caller_who_holds_the_result_is_told_so(filled):
    path = f"/v1/forecasts/{filled.forecast}"
    tag = filled.get(path).headers["ETag"]

    again = filled.service.get(path, headers={"If-None-Match": tag})

    assert tag == f'"{filled.forecast}"'
    assert (again.status_code, again.content) == (304, b"")


def test_another_form_of_a_result_has_another_tag(filled):
    path = f"/v1/forecasts/{filled.forecast}"

    tag = filled.service.get(path, headers={"Accept": CSV}).headers["ETag"]

    assert tag == f'"{filled.forecast}.csv"'


def test_the_balance_is_made_the_same_after_a_restart(filled, region):
    service = filled.service
    data = service.app.state.store._root
    path = f"/v1/sufficiency/{filled.sufficiency}"
    before = service.get(path, headers={"Accept": CSV}).content

    restarted = a_service(data)
    restarted.delete(f"/v1/homes/{filled.homes}")
    homes = send(restarted, "homes", "homes.csv", region.homes)
    again = restarted.post(
        "/v1/sufficiency", json={"forecast_id": filled.forecast, "homes_id": homes}
    )
    # The plan that stood on the same homes is made again for the tests that follow.
    restarted.post(
        "/v1/placements",
        json={
            "children_id": filled.children,
            "homes_id": homes,
            "on": "2026-04-20",
            "seed": 1,
        },
    )

    assert again.status_code == 201
    assert again.json()["id"] == filled.sufficiency
    assert restarted.get(path, headers={"Accept": CSV}).content == before


def test_twenty_more_foster_homes_lower_the_expected_shortfall(filled):
    scenario = """
        [[homes.add]]
        placement_type = "foster"
        places = 2
        number = 20
        local_authority = "Manchester"
        opens = 2026-04-01
    """
    with_more = filled.service.post(
        "/v1/sufficiency",
        json={"forecast_id": filled.forecast, "homes_id": filled.homes, "scenario": scenario},
    ).json()
    chosen = {"local_authority": "Manchester", "placement_type": "foster", "month": "2026-09"}

    before = whole(filled, f"/v1/sufficiency/{filled.sufficiency}", **chosen)[0]
    after = whole(filled, f"/v1/sufficiency/{with_more['id']}", **chosen)[0]

    # 20 homes x 2 places, of which some are closed to placements as in the homes there are.
    gained = after["capacity_usable"] - before["capacity_usable"]
    assert after["capacity_approved"] == pytest.approx(before["capacity_approved"] + 40)
    assert 20 < gained < 40
    assert after["gap_mean"] == pytest.approx(before["gap_mean"] - gained)
    assert after["expected_shortfall"] < before["expected_shortfall"]
    assert with_more["scenario"]["blocks"][0]["number"] == 20


def test_more_entries_are_more_children_to_find_homes_for(filled):
    chosen = {
        "region": "North West",
        "local_authority": "All",
        "placement_type": "foster",
        "age_band": "All",
    }
    with_more = filled.service.post(
        "/v1/sufficiency",
        json={
            "forecast_id": filled.forecast,
            "homes_id": filled.homes,
            "scenario": {"entries": {"change_pct": 50}},
        },
    ).json()

    before = whole(filled, f"/v1/sufficiency/{filled.sufficiency}", **chosen)
    after = whole(filled, f"/v1/sufficiency/{with_more['id']}", **chosen)

    assert len(before) == len(after) == HORIZON
    for plain, more in zip(before, after, strict=True):
        assert more["demand_mean"] > plain["demand_mean"]
        assert more["capacity_usable"] == plain["capacity_usable"]


def test_a_scenario_says_the_same_as_toml_and_as_json(filled):
    body = {"forecast_id": filled.forecast, "homes_id": filled.homes}
    block = {"placement_type": "foster", "places": 1, "local_authority": "Salford"}
    toml = '[[homes.add]]\nplacement_type = "foster"\nplaces = 1\nlocal_authority = "Salford"\n'

    as_json = filled.service.post(
        "/v1/sufficiency", json={**body, "scenario": {"homes": {"add": [block]}}}
    )
    as_toml = filled.service.post("/v1/sufficiency", json={**body, "scenario": toml})

    assert (as_json.status_code, as_toml.status_code) == (201, 200)
    assert as_json.json()["id"] == as_toml.json()["id"]


def test_a_plan_names_every_child_by_the_callers_own_reference(filled, region):
    sent = pd.read_csv(io.BytesIO(region.children), dtype=str)["child_id"].tolist()

    rows = whole(filled, f"/v1/placements/{filled.placement}/rows")

    assert [row["child_id"] for row in rows] == sent


def test_a_row_is_addressed_by_a_token_that_says_nothing_of_the_child(filled):
    path = f"/v1/placements/{filled.placement}/rows"
    row = filled.get(path).json()["items"][0]

    single = PlanRowInFull.model_validate(filled.get(f"{path}/{row['row']}").json())

    assert single.model_dump(exclude={"alternatives"}) == row
    assert row["child_id"] not in row["row"]
    assert filled.get(f"{path}/{row['child_id']}").status_code == 404


def test_a_row_names_the_best_other_homes_of_the_child_in_their_order(filled):
    path = f"/v1/placements/{filled.placement}/rows"
    placed = [row for row in whole(filled, path) if row["home_id"]]

    found = [filled.get(f"{path}/{row['row']}").json() for row in placed[:5]]

    assert any(row["alternatives"] for row in found)
    for row in found:
        others = row["alternatives"]
        assert [other["rank"] for other in others] == list(range(1, len(others) + 1))
        assert row["home_id"] not in [other["home_id"] for other in others]
        assert all("child_id" not in other and other["what_it_means"] for other in others)


def test_equity_is_told_for_each_group_against_all(filled):
    rows = whole(filled, f"/v1/placements/{filled.placement}/equity")

    authorities = {row["group"] for row in rows if row["by"] == "local_authority"}
    assert MANCHESTER in authorities


def test_the_same_child_has_another_token_in_another_plan(filled):
    body = {
        "children_id": filled.children,
        "homes_id": filled.homes,
        "on": "2026-04-21",
        "seed": 1,
    }
    other = filled.service.post("/v1/placements", json=body).json()["id"]

    tokens = [
        {row["row"] for row in whole(filled, f"/v1/placements/{plan}/rows")}
        for plan in (filled.placement, other)
    ]

    assert not tokens[0] & tokens[1]


def test_a_plan_says_that_it_is_advice(filled):
    plan = filled.get(f"/v1/placements/{filled.placement}").json()

    assert "never a decision" in plan["summary"]["advice"]
    assert plan["summary"]["status"] in {"optimal", "feasible"}


def test_history_is_given_for_the_dataset_that_is_asked_for(filled):
    rows = whole(
        filled,
        "/v1/demand",
        dataset_id=filled.dataset,
        local_authority="Manchester",
        placement_type="All",
        age_band="All",
        population="All",
        measure="children",
    )

    assert rows[0]["month"] == "2022-03-31"
    assert rows[-1]["month"] == "2026-03-31"
    assert len(rows) == 49  # four years of months, and the first 31 March


def test_history_is_asked_for_again_each_time_since_its_address_names_no_version(filled):
    headers = filled.get("/v1/demand", dataset_id=filled.dataset).headers

    assert "immutable" not in headers["Cache-Control"]


def test_every_model_is_told_with_what_it_is(filled):
    models = filled.get("/v1/models").json()["items"]

    assert {"hold_flat", "seasonal_naive", "ets"} <= {each["name"] for each in models}
    assert all(each["what_it_is"].endswith(".") for each in models)


def test_the_map_has_nine_regions_and_dated_members(filled):
    map_ = filled.get("/v1/regions").json()
    manchester = next(each for each in map_["rccs"] if each["rcc"] == "Greater Manchester")

    assert len(map_["regions"]) == 9
    assert sum(len(each["authorities"]) for each in map_["regions"]) == 153
    assert len(manchester["members"]) == 10
    assert all(member["since"] for member in manchester["members"])


def test_a_service_whose_folder_is_gone_is_not_ready(tmp_path):
    service = a_service(tmp_path / "store")
    assert service.get("/health/ready").status_code == 200
    (tmp_path / "store").rename(tmp_path / "moved")

    answer = service.get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["type"] == "/problems/not-ready"
    assert service.get("/health/live").status_code == 200
