"""Panels are sent or made from returns, checked, read again, and deleted with what came of them."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from api.answers import CSV
from api.schemas.evaluations import GroupOutcomePage, PanelFacts, PanelPage
from api.store import RecordKind
from tests.builders.panels_sent import a_small_panel, a_spec_sent, as_csv, some_groups
from tests.builders.service import MANCHESTER, SALFORD, a_service, ask, send

PANEL = a_small_panel(outcomes=("far", "many"))
NAME = "Oliver Twist M14 5RQ"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return a_service(tmp_path_factory.mktemp("panels"))


@pytest.fixture(scope="module")
def panel(service) -> str:
    return send(service, "panels", "panel.csv", as_csv(PANEL))


def test_a_panel_says_what_is_in_it(service, panel):
    facts = service.get(f"/v1/panels/{panel}").json()

    PanelPage.model_validate(facts, strict=True)
    assert facts["outcomes"] == ["far", "many"]
    assert (facts["units"], facts["rows"]) == (8, 8 * 9 * 2)  # 9 years of 2 outcomes
    assert facts["regions"] == ["North", "Region 00", "Region 01", "South"]
    assert (facts["periods"][0], facts["periods"][-1]) == ("2018", "2026")
    assert facts["findings"] == sum(each["findings"] for each in facts["summary"]) == 1


def test_rows_are_filtered_by_outcome_region_and_period(service, panel):
    chosen = {"outcome": "far", "region": "North", "period": "2024"}

    rows = service.get(f"/v1/panels/{panel}", params=chosen).json()["items"]

    assert [row["la_code"] for row in rows] == ["U000", "U001"]
    assert all(isinstance(row["numerator"], float) for row in rows)
    assert all(row["denominator"] == 2000.0 for row in rows)


def test_pages_put_together_are_the_whole_panel(service, panel):
    rows, cursor = [], None
    while not rows or cursor:
        more = {"cursor": cursor} if cursor else {}
        page = service.get(f"/v1/panels/{panel}", params={"limit": 50, **more}).json()
        rows += page["items"]
        cursor = page["next_cursor"]

    assert len(rows) == len(PANEL)
    assert [row["numerator"] for row in rows] == PANEL["numerator"].tolist()


def test_the_csv_is_the_file_that_was_sent(service, panel):
    answer = service.get(f"/v1/panels/{panel}", headers={"Accept": CSV})

    assert answer.content == as_csv(PANEL)


def test_a_withheld_count_stays_a_symbol(service):
    withheld = a_small_panel().astype({"numerator": "str"})
    withheld.loc[0, "numerator"] = "c"

    id_ = send(service, "panels", "panel.csv", as_csv(withheld))

    rows = service.get(f"/v1/panels/{id_}", params={"limit": 2}).json()["items"]
    rules = service.get(f"/v1/panels/{id_}/findings", params={"rule": "panel-withheld"}).json()
    assert rows[0]["numerator"] == "c"
    assert isinstance(rows[1]["numerator"], float)
    assert len(rules["items"]) == 1


def test_a_workbook_is_read_as_a_panel_too(service):
    packed = io.BytesIO()
    PANEL.to_excel(packed, index=False)

    answer = service.post("/v1/panels", files={"file": ("panel.xlsx", packed.getvalue())})

    assert answer.status_code == 201
    assert answer.json()["outcomes"] == ["far", "many"]


def test_what_else_stands_in_a_file_is_not_kept(service):
    noted = PANEL.assign(remark=NAME)

    id_ = send(service, "panels", "noted.csv", as_csv(noted))

    assert NAME not in service.get(f"/v1/panels/{id_}", params={"limit": 1000}).text
    assert "remark" not in service.get(f"/v1/panels/{id_}", headers={"Accept": CSV}).text


def test_groups_of_children_can_be_sent_beside_a_panel_under_any_name(service):
    files = [
        ("file", ("a.csv", as_csv(some_groups(PANEL)))),
        ("file", ("b.csv", as_csv(PANEL))),
    ]

    sent = service.post("/v1/panels", files=files)

    assert sent.status_code == 201
    assert sent.json()["rows_of_groups"] == 2 * len(PANEL)
    path = f"{sent.headers['Location']}/groups"
    page = service.get(path, params={"group": "female", "period": "2026", "outcome": "far"}).json()
    GroupOutcomePage.model_validate(page, strict=True)
    assert len(page["items"]) == 8


def test_a_panel_without_groups_has_none_to_give(service, panel):
    assert service.get(f"/v1/panels/{panel}/groups").status_code == 404


def test_a_file_may_have_any_name_however_long(service):
    name = "return " * 100 + ".csv"

    answer = service.post("/v1/panels", files={"file": (name, as_csv(PANEL))})

    assert answer.status_code == 201


def test_the_same_file_sent_again_is_the_same_panel(service, panel):
    answer = service.post("/v1/panels", files={"file": ("panel.csv", as_csv(PANEL))})

    assert (answer.status_code, answer.json()["id"]) == (200, panel)
    PanelFacts.model_validate(answer.json(), strict=True)


def test_the_same_panel_sent_by_many_at_once_is_kept_once(tmp_path):
    service = a_service(tmp_path)
    content = as_csv(PANEL)

    def sent(_: int):
        return service.post("/v1/panels", files={"file": ("panel.csv", content)})

    with ThreadPoolExecutor(6) as callers:
        answers = list(callers.map(sent, range(6)))

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len(service.app.state.store.all(RecordKind.PANEL)) == 1


BROKEN = {
    "numerator is above denominator": PANEL.assign(denominator=5),
    "more than once": pd.concat([PANEL, PANEL.head(2)]),
    "is not a number": PANEL.assign(numerator=NAME),
    "is not a date": PANEL.assign(release_date=NAME),
    "period is not of the form": PANEL.assign(period=[*PANEL["period"][1:], NAME]),
    "period is not of the form of the others": PANEL.assign(period="9999"),
    "no column region": PANEL.drop(columns="region"),
    "no row": PANEL.head(0),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_panel_that_contradicts_itself_is_refused_with_the_reason(service, fault):
    answer = service.post("/v1/panels", files={"file": ("p.csv", as_csv(BROKEN[fault]))})

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/panel-at-fault"
    assert fault in " ".join(each["detail"] for each in answer.json()["errors"])
    assert "Oliver" not in answer.text


def test_every_fault_of_panel_and_groups_is_told_at_once(service):
    broken = PANEL.assign(denominator=5, release_date=NAME)
    groups = some_groups(PANEL).assign(characteristic=NAME)
    files = [("file", ("a.csv", as_csv(broken))), ("file", ("b.csv", as_csv(groups)))]

    answer = service.post("/v1/panels", files=files)

    faults = [each["detail"] for each in answer.json()["errors"]]
    assert answer.status_code == 422
    assert any("above denominator" in fault for fault in faults)
    assert any("is not a date" in fault for fault in faults)
    assert any(fault.startswith("groups, ") for fault in faults)
    assert "Oliver" not in answer.text


@pytest.mark.parametrize(
    ("files", "fields"),
    [
        ([("panel.txt", b"x")], {}),
        ([("panel.xlsx", b"no workbook")], {}),
        ([("a.csv", as_csv(PANEL)), ("b.csv", as_csv(PANEL))], {}),
        ([("a.csv", as_csv(some_groups(PANEL)))], {}),
        ([(f"{n}.csv", as_csv(PANEL)) for n in range(3)], {}),
        ([(f"{NAME}.pdf", as_csv(PANEL))], {}),
        ([("a.csv", as_csv(PANEL))], {"authority": MANCHESTER}),
    ],
)
def test_an_upload_that_is_not_one_panel_is_refused(service, files, fields):
    answer = service.post("/v1/panels", files=[("file", each) for each in files], data=fields)

    assert answer.status_code == 422
    assert answer.json()["type"] in ("/problems/upload-incomplete", "/problems/unreadable-input")
    assert "Oliver" not in answer.text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 422),
        (b'{"dataset_id": "Oliver Twist"}', "application/json", 422),
        (b'{"dataset_id": "0123456789abcdef", "every": "week"}', "application/json", 422),
        (b'{"dataset_id": "0123456789abcdef", "Oliver": 1}', "application/json", 422),
        (b'{"dataset_id": "0123456789abcdef"}', "application/json", 404),
        (b'{"Oliver', "application/json", 422),
        (b"\xff\xfe", "application/json; charset=utf-8", 422),
        (b"[" * 100_000, "application/json", 422),
        (b"[1]", "application/json", 422),
        (b"", "application/json", 422),
        (b"Oliver", "text/csv", 415),
        (b"Oliver", "multipart/form-data", 422),
        (b"Oliver", "multipart/form-data; boundary=b", 422),
    ],
)
def test_a_body_that_is_no_panel_is_a_problem_without_its_words(service, content, kind, status):
    answer = service.post("/v1/panels", content=content, headers={"Content-Type": kind})

    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "Oliver" not in answer.text


def test_a_panel_is_made_from_returns_that_were_sent(filled):
    id_ = ask(filled.service, "panels", dataset_id=filled.dataset, released="2026-11-19")

    facts = filled.get(f"/v1/panels/{id_}").json()
    rows = filled.get(f"/v1/panels/{id_}", outcome="over_20_miles", period="2026").json()["items"]
    assert facts["dataset_id"] == filled.dataset
    assert {"out_of_area", "residential", "three_or_more_placements"} <= set(facts["outcomes"])
    assert [row["la_code"] for row in rows] == [MANCHESTER, SALFORD]
    assert all(0 <= row["numerator"] <= row["denominator"] for row in rows)
    assert {row["release_date"] for row in rows} == {"2026-11-19"}


def test_homes_and_quarters_can_be_asked_for_beside_returns(filled):
    id_ = ask(
        filled.service,
        "panels",
        dataset_id=filled.dataset,
        homes_id=filled.homes,
        every="quarter",
    )

    facts = filled.get(f"/v1/panels/{id_}").json()
    assert facts["periods"][-1] == "2026Q1"
    assert facts["homes_id"] == filled.homes
    assert facts["rows_of_groups"] > 0


def test_a_panel_is_deleted_with_its_returns_and_its_plans_with_it(tmp_path, region):
    service = a_service(tmp_path)
    dataset = send(service, "datasets", "returns.zip", region.zip)
    made = ask(service, "panels", dataset_id=dataset)
    sent = send(service, "panels", "panel.csv", as_csv(a_small_panel()))
    ask(service, "evaluations/power", panel_id=sent, spec=a_spec_sent())

    with_returns = service.delete(f"/v1/datasets/{dataset}").json()["deleted"]
    with_panel = service.delete(f"/v1/panels/{sent}").json()["deleted"]

    assert [each["kind"] for each in with_returns] == ["datasets", "panels"]
    assert [each["kind"] for each in with_panel] == ["panels", "power-plans"]
    assert service.get(f"/v1/panels/{made}").status_code == 404
