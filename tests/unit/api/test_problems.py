"""Every error is a problem document, and none repeats what was sent."""

from __future__ import annotations

import logging

import pytest

from api.problems import KINDS
from tests.builders.service import a_service

NAME = "Oliver Twist M14 5RQ"
ID = "0123456789abcdef"


def is_problem(answer, status: int, slug: str) -> bool:
    content = answer.json()
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert content["type"] == f"/problems/{slug}"
    assert content["status"] == status
    assert content["title"] == KINDS[slug].title
    assert content["detail"]
    for word in (*NAME.split(), "Traceback"):
        assert word not in answer.text
    return True


WRONG_FORECASTS = [
    {},
    {"dataset_id": NAME},
    {"dataset_id": ID, "horizon": NAME},
    {"dataset_id": ID, "horizon": 0},
    {"dataset_id": ID, "horizon": 1.5},
    {"dataset_id": ID, "horizon": "6"},
    {"dataset_id": ID, "as_of": NAME},
    {"dataset_id": ID, "seed": -1},
    {"dataset_id": ID, NAME: 1},
    {"dataset_id": ID, "forecasters": NAME},
    [NAME],
    NAME,
]


@pytest.mark.parametrize("body", WRONG_FORECASTS)
def test_a_body_that_is_not_as_described_is_refused_without_its_words(service, body):
    answer = service.post("/v1/forecasts", json=body)

    assert is_problem(answer, 422, "invalid-request")
    assert answer.json()["errors"]


def test_a_fault_is_pointed_to(service):
    answer = service.post("/v1/forecasts", json={"dataset_id": ID, "horizon": 0})

    assert answer.json()["errors"] == [
        {"pointer": "#/horizon", "detail": "Input should be greater than or equal to 1."}
    ]


def test_a_body_that_is_no_json_is_refused_without_its_words(service):
    answer = service.post(
        "/v1/forecasts", content=f'{{"{NAME}', headers={"Content-Type": "application/json"}
    )

    assert is_problem(answer, 422, "invalid-request")


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 1001}, {"limit": NAME}, {NAME: NAME}, {"placement_type": NAME}],
)
def test_a_filter_that_is_not_known_is_refused_rather_than_left_out(filled, query):
    answer = filled.get(f"/v1/forecasts/{filled.forecast}", **query)

    assert is_problem(answer, 422, "invalid-request")


@pytest.mark.parametrize("cursor", [NAME, "?", "bm90", "LTE", "e30", "dHJ1ZQ", "W" * 150])
def test_a_cursor_that_was_not_handed_out_is_refused(filled, cursor):
    answer = filled.get(f"/v1/forecasts/{filled.forecast}", cursor=cursor)

    assert is_problem(answer, 422, "unknown-cursor")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/datasets/{}",
        "/v1/datasets/{}/findings",
        "/v1/homes/{}",
        "/v1/children/{}/findings",
        "/v1/forecasts/{}",
        "/v1/forecasts/{}/backtest",
        "/v1/sufficiency/{}",
        "/v1/placements/{}",
        "/v1/placements/{}/rows",
        "/v1/placements/{}/rows/" + ID,
        "/v1/placements/{}/prices",
        "/v1/placements/{}/groups",
        "/v1/panels/{}",
        "/v1/panels/{}/groups",
        "/v1/panels/{}/findings",
    ],
)
@pytest.mark.parametrize("id_", [ID, NAME, "..", "%2e%2e%2fkey", "A" * 16])
def test_what_is_not_there_is_not_found(service, path, id_):
    answer = service.get(path.format(id_))

    assert is_problem(answer, 404, "not-found")


def test_a_result_of_what_is_not_there_is_not_made(service):
    for kind, body in (
        ("forecasts", {"dataset_id": ID}),
        ("sufficiency", {"forecast_id": ID, "homes_id": ID}),
        ("placements", {"children_id": ID, "homes_id": ID, "on": "2026-04-20"}),
    ):
        assert is_problem(service.post(f"/v1/{kind}", json=body), 404, "not-found")


def test_an_address_that_is_not_there_is_not_found(service):
    assert is_problem(service.get(f"/v1/{NAME}"), 404, "not-found")


def test_a_method_that_is_not_there_is_told_which_are(service):
    answer = service.put("/v1/datasets", json={NAME: NAME})

    assert is_problem(answer, 405, "method-not-allowed")
    assert "Allow" in answer.headers


def test_a_form_of_answer_that_is_not_made_is_refused(filled):
    answer = filled.service.get(f"/v1/forecasts/{filled.forecast}", headers={"Accept": "image/png"})

    assert is_problem(answer, 406, "not-acceptable")


def test_a_model_that_is_not_known_is_refused_with_those_that_are(filled):
    answer = filled.service.post(
        "/v1/forecasts", json={"dataset_id": filled.dataset, "forecasters": [NAME]}
    )

    assert is_problem(answer, 422, "unknown-name")
    assert "seasonal_naive" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("scenario", "slug"),
    [
        ({NAME: {}}, "unknown-name"),
        ({"homes": {"add": [{NAME: 1}]}}, "unknown-name"),
        ({"homes": {"close": [{"home_id": NAME}]}}, "cannot-be-done"),
        ({"foster": {"recruit": NAME}}, "cannot-be-done"),
        ({"homes": {"add": [{"placement_type": "foster", "needs_met": [1, 2]}]}}, "cannot-be-done"),
        (f'{NAME} = "', "unreadable-input"),
    ],
)
def test_a_scenario_that_cannot_be_used_is_refused_without_its_words(filled, scenario, slug):
    answer = filled.service.post(
        "/v1/sufficiency",
        json={
            "forecast_id": filled.forecast,
            "homes_id": filled.homes,
            "scenario": scenario,
        },
    )

    assert is_problem(answer, 422, slug)


def test_what_nobody_foresaw_tells_no_caller_and_no_log_what_it_was(tmp_path, caplog):
    service = a_service(tmp_path)

    def break_down(*_: object) -> None:
        raise KeyError(NAME)

    service.app.state.store.all = break_down
    with caplog.at_level(logging.DEBUG):
        answer = service.get("/v1/datasets", params={"limit": 3})

    assert is_problem(answer, 500, "internal-error")
    assert "KeyError at" in caplog.text
    assert "datasets.py" in caplog.text
    assert NAME.split()[0] not in caplog.text


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_the_address_of_every_problem_is_a_page_that_explains_it(service, slug):
    page = service.get(f"/problems/{slug}")

    assert page.status_code == 200
    assert KINDS[slug].title in page.text.replace("&#39;", "'")
