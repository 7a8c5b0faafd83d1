"""Evaluations over HTTP: locked before, stamped, kept once, and refused with every fault."""

from __future__ import annotations

import base64
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from api.answers import CSV
from api.schemas.evaluations import EvaluationFacts, EvaluationTablePage, LogPage, PowerPage
from api.store import RecordKind
from tests.builders.panels_sent import a_small_panel, a_spec_sent, as_csv
from tests.builders.service import a_service, ask, send

NOBODY = "0123456789abcdef"
NAME = "Oliver Twist"
SPEC = a_spec_sent()


@dataclass(frozen=True)
class Looked:
    """A service with a panel, and one specification before and after it was locked."""

    service: TestClient
    panel: str
    exploratory: str
    entry: dict[str, Any]
    logged: str

    def get(self, path: str, **parameters: object):
        return self.service.get(f"/v1/evaluations/{path}", params=parameters)

    def put(self, path: str = "", **body: object):
        return self.service.post(f"/v1/evaluations{path}", json=body)


@pytest.fixture(scope="module")
def looked(tmp_path_factory) -> Looked:
    service = a_service(tmp_path_factory.mktemp("evaluations"))
    panel = send(service, "panels", "panel.csv", as_csv(a_small_panel(effect=-0.08)))
    exploratory = ask(service, "evaluations", panel_id=panel, spec=SPEC)
    entry = service.post("/v1/evaluations/lock", json={"spec": SPEC}).json()
    logged = ask(service, "evaluations", panel_id=panel, spec=SPEC)
    return Looked(service, panel, exploratory, entry, logged)


def facts_of(looked: Looked, id_: str) -> dict[str, Any]:
    return looked.get(id_).json()


def test_an_answer_is_as_it_is_described_and_leads_to_every_table(looked):
    facts = EvaluationFacts.model_validate(facts_of(looked, looked.logged), strict=True)

    assert {"estimates", "robustness", "power", "findings"} <= {each.name for each in facts.tables}
    for table in facts.tables:
        page = looked.service.get(table.href, params={"limit": 1000}).json()
        assert len(page["items"]) == min(table.rows, 1000)
        if table.rows:
            EvaluationTablePage.model_validate(page, strict=True)
    assert looked.service.get(facts.report).status_code == 200


def test_a_specification_that_is_not_locked_is_exploratory_and_has_no_verdict(looked):
    facts = facts_of(looked, looked.exploratory)

    assert (facts["stamp"], facts["verdict"]["verdict"]) == ("EXPLORATORY", None)


def test_a_later_lock_gives_another_result_and_leaves_the_first_as_it_was(looked):
    assert looked.logged != looked.exploratory
    assert facts_of(looked, looked.logged)["stamp"].startswith("pre-specified on ")
    assert facts_of(looked, looked.exploratory)["stamp"] == "EXPLORATORY"


def test_every_row_carries_hash_look_and_stamp(looked):
    facts = facts_of(looked, looked.logged)

    rows = looked.get(f"{looked.logged}/tables/robustness").json()["items"]

    assert {row["spec_sha256"] for row in rows} == {looked.entry["spec_sha256"]}
    assert {(row["look"], row["stamp"]) for row in rows} == {("1 of 1", facts["stamp"])}


def test_the_same_asked_again_is_not_made_again(looked):
    toml = 'primary = "far"\noutcomes = ["far"]\n' + "".join(
        f'[[treated]]\nunit = "{each["unit"]}"\ndelivery = 2024-04-01\n' for each in SPEC["treated"]
    )

    again = looked.put(panel_id=looked.panel, spec=toml)

    assert (again.status_code, again.json()["id"]) == (200, looked.logged)
    assert again.headers["Location"] == f"/v1/evaluations/{looked.logged}"


def test_the_same_asked_by_many_at_once_is_made_once(looked):
    spec = a_spec_sent(permutations=5)
    kept = len(looked.service.app.state.store.all(RecordKind.POWER_PLAN))

    with ThreadPoolExecutor(4) as callers:
        answers = list(
            callers.map(lambda _: looked.put("/power", panel_id=looked.panel, spec=spec), range(4))
        )

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len(looked.service.app.state.store.all(RecordKind.POWER_PLAN)) == kept + 1


def test_tables_are_filtered_by_their_own_columns(looked):
    path = f"{looked.logged}/tables/estimates"

    rows = looked.get(path, estimator="did", inference="donald_lang").json()["items"]

    assert [(row["estimator"], row["inference"]) for row in rows] == [("did", "donald_lang")]


def test_a_filter_that_a_table_has_no_column_for_is_refused_with_those_it_has(looked):
    answer = looked.get(f"{looked.logged}/tables/estimates", among=NAME)

    assert answer.status_code == 422
    assert "Known: estimand, estimator" in answer.json()["detail"]
    assert NAME not in answer.text


@pytest.mark.parametrize("name", ["nonesuch", "page", "estimates.csv", "..%2fkey", NAME])
def test_a_table_that_is_not_there_is_not_found(looked, name):
    answer = looked.get(f"{looked.logged}/tables/{name}")

    assert answer.status_code == 404
    assert NAME not in answer.text


def test_as_csv_an_evaluation_is_its_estimates(looked):
    whole = looked.service.get(f"/v1/evaluations/{looked.logged}", headers={"Accept": CSV})
    table = looked.service.get(
        f"/v1/evaluations/{looked.logged}/tables/estimates", headers={"Accept": CSV}
    )

    assert whole.content == table.content
    assert list(pd.read_csv(io.StringIO(whole.text)).columns[-3:]) == [
        "spec_sha256",
        "look",
        "stamp",
    ]


def test_the_report_is_a_page_whose_style_alone_is_allowed(looked):
    answer = looked.get(f"{looked.logged}/report")

    policy = answer.headers["Content-Security-Policy"]
    styles = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    hashes = [base64.b64encode(sha256(each.encode()).digest()).decode() for each in styles]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text.count("<style") == len(styles) > 0
    assert all(f"'sha256-{each}'" in policy for each in hashes)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    # What the policy would stop is not there.
    assert not re.search(r"<script|<link|<img|<iframe|\sstyle=|\son\w+=", answer.text)


def test_the_report_of_a_panel_with_live_text_is_inert(looked):
    live = a_small_panel().replace({"region": {"Region 00": "<script>alert(1)</script>"}})
    panel = send(looked.service, "panels", "live.csv", as_csv(live))
    id_ = ask(looked.service, "evaluations", panel_id=panel, spec=SPEC)

    page = looked.get(f"{id_}/report").text

    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_caller_who_holds_an_answer_is_told_so(looked):
    for path in ("", "/report", "/tables/estimates"):
        address = f"/v1/evaluations/{looked.logged}{path}"
        tag = looked.service.get(address).headers["ETag"]

        again = looked.service.get(address, headers={"If-None-Match": tag})

        assert (again.status_code, again.content) == (304, b"")


def test_a_form_of_report_that_is_not_made_is_refused(looked):
    answer = looked.service.get(
        f"/v1/evaluations/{looked.logged}/report", headers={"Accept": "application/json"}
    )

    assert answer.status_code == 406


def test_a_plan_says_what_could_be_seen_and_when(looked):
    answer = looked.put("/power", panel_id=looked.panel, spec=SPEC)

    PowerPage.model_validate(answer.json(), strict=True)
    assert answer.json()["items"]
    again = looked.service.get(answer.headers["Location"])
    assert again.json()["items"] == answer.json()["items"]
    chosen = looked.service.get(
        answer.headers["Location"], params={"inference": "donald_lang"}
    ).json()["items"]
    assert 0 < len(chosen) < len(again.json()["items"])


def test_a_later_look_lists_what_changed_since_an_earlier_one(looked):
    later = looked.put(panel_id=looked.panel, spec=a_spec_sent(seed=7), since_id=looked.logged)

    facts = later.json()
    rows = looked.get(f"{facts['id']}/tables/changed").json()["items"]
    assert facts["since_id"] == looked.logged
    assert {row["spec_sha256_before"] for row in rows} == {looked.entry["spec_sha256"]}


def test_the_log_gives_each_line_and_grows_by_what_is_new_alone(looked):
    again = looked.put("/lock", spec=SPEC)
    other = looked.put("/lock", spec=a_spec_sent(seed=11))

    log = looked.get("log").json()
    LogPage.model_validate(log, strict=True)
    assert (again.status_code, again.json()) == (200, looked.entry)
    assert other.status_code == 201
    assert [each["entry"] for each in log["items"]] == [1, 2]
    assert log["items"][1]["previous"] == looked.entry["sha256"]
    page = looked.get("log", limit=1).json()
    assert looked.get("log", limit=1, cursor=page["next_cursor"]).json()["items"] == [other.json()]


def test_a_further_look_than_was_planned_is_refused(service):
    for cut_off in (2024, 2025):
        locked = service.post(
            "/v1/evaluations/lock", json={"spec": a_spec_sent(looks=2, cut_off=cut_off)}
        )
        assert locked.status_code == 201

    answer = service.post("/v1/evaluations/lock", json={"spec": a_spec_sent(looks=2, cut_off=2026)})

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/looks-used-up"
    assert "allows 2 looks" in answer.json()["detail"]


def test_log_and_results_are_there_after_a_restart(tmp_path):
    before = a_service(tmp_path)
    panel = send(before, "panels", "panel.csv", as_csv(a_small_panel()))
    before.post("/v1/evaluations/lock", json={"spec": SPEC})
    plan = before.post("/v1/evaluations/power", json={"panel_id": panel, "spec": SPEC})

    after = a_service(tmp_path)
    again = after.post("/v1/evaluations/power", json={"panel_id": panel, "spec": SPEC})

    assert (plan.status_code, again.status_code) == (201, 200)
    assert again.json() == plan.json()
    assert again.json()["stamp"].startswith("pre-specified on ")


def test_an_altered_log_stamps_nothing_and_says_what_to_do(service, tmp_path):
    panel = send(service, "panels", "panel.csv", as_csv(a_small_panel()))
    service.post("/v1/evaluations/lock", json={"spec": SPEC})
    path = tmp_path / "store" / "evaluations.log"
    path.write_text(path.read_text(encoding="utf-8").replace("North", "Norse"), encoding="utf-8")

    for answer in (
        service.get("/v1/evaluations/log"),
        service.post("/v1/evaluations/lock", json={"spec": SPEC}),
        service.post("/v1/evaluations", json={"panel_id": panel, "spec": SPEC}),
        service.post("/v1/evaluations/power", json={"panel_id": panel, "spec": SPEC}),
    ):
        assert answer.status_code == 500
        assert answer.json()["type"] == "/problems/log-altered"
        assert "restore it from a copy" in answer.json()["detail"]
        assert str(tmp_path) not in answer.text
    assert service.app.state.store.all(RecordKind.EVALUATION) == []


def test_the_log_outlives_every_panel_and_result(looked):
    panel = send(looked.service, "panels", "other.csv", as_csv(a_small_panel(seed=5)))
    before = looked.get("log").json()

    deleted = looked.service.delete(f"/v1/panels/{panel}")

    assert deleted.status_code == 200
    assert looked.get("log").json() == before


@pytest.mark.parametrize(
    ("spec", "slug"),
    [
        ({}, "specification-at-fault"),
        (a_spec_sent(alpha=NAME), "specification-at-fault"),
        (a_spec_sent(primary=None), "specification-at-fault"),
        (a_spec_sent(cut_off="9999Q4"), "specification-at-fault"),
        (a_spec_sent(cut_off="0001-01-01"), "specification-at-fault"),
        ({**SPEC, NAME: 1}, "unknown-name"),
        (f'{NAME} = "', "unreadable-input"),
        (a_spec_sent(treated=[{"unit": NAME, "delivery": 2025}]), "panel-at-fault"),
        (a_spec_sent(primary=NAME), "panel-at-fault"),
        (a_spec_sent(cut_off=1990), "panel-at-fault"),
        ([NAME], "invalid-request"),
        (None, "invalid-request"),
    ],
)
@pytest.mark.parametrize("path", ["", "/power"])
def test_what_cannot_be_evaluated_is_refused_without_its_words(looked, spec, slug, path):
    answer = looked.put(path, panel_id=looked.panel, spec=spec)

    assert answer.status_code == 422
    assert answer.json()["type"] == f"/problems/{slug}"
    assert "Oliver" not in answer.text


def test_every_fault_of_a_panel_under_a_specification_is_told_at_once(looked):
    treated = [{"unit": NAME, "delivery": 2025}, {"unit": "South", "delivery": 2018}]

    answer = looked.put(panel_id=looked.panel, spec=a_spec_sent(primary="x", treated=treated))

    faults = " ".join(each["detail"] for each in answer.json()["errors"])
    assert "treated unit [[treated]] 1 is not among the regions" in faults
    assert "the primary outcome of the specification is not in the panel" in faults
    assert "[[treated]] 2 has no period before" in faults


@pytest.mark.parametrize(
    "body",
    [
        {"panel_id": NOBODY, "spec": SPEC},
        {"panel_id": NOBODY, "spec": SPEC, "since_id": NOBODY},
    ],
)
def test_an_evaluation_of_what_is_not_there_is_not_made(looked, body):
    answer = looked.put(**body)

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


@pytest.mark.parametrize(
    "path", ["{}", "{}/report", "{}/tables/estimates", "power/{}", "{}/tables"]
)
@pytest.mark.parametrize("id_", [NOBODY, NAME, "%2e%2e%2fkey", "A" * 16])
def test_what_is_not_there_is_not_found(looked, path, id_):
    answer = looked.get(path.format(id_))

    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found")


def test_text_that_cannot_be_written_is_refused_by_every_route(looked):
    spec = json.dumps({"spec": a_spec_sent(primary="\ud800"), "panel_id": looked.panel})

    for path in ("", "/power"):
        answer = looked.service.post(
            f"/v1/evaluations{path}", content=spec, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422


def test_a_stranger_is_told_nothing(tmp_path):
    service = a_service(tmp_path, api_key="a long key")

    for path in ("panels/" + NOBODY, "evaluations/" + NOBODY, "evaluations/log"):
        assert service.get(f"/v1/{path}").status_code == 401
    assert service.post("/v1/evaluations/lock", json={"spec": SPEC}).status_code == 401
