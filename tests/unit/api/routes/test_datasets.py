"""Returns are checked, told about, and deleted with all that came from them."""

from __future__ import annotations

import pandas as pd
import pytest

from api.returned import returns_of
from api.schemas.datasets import Dataset, DatasetPage, FindingPage
from api.store import RecordKind, RecordName
from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.returns import read_returns_from
from tests.builders.service import MANCHESTER, SALFORD, a_service, a_zip, ask, send


def test_a_dataset_says_what_was_filed_and_found(filled):
    dataset = Dataset.model_validate(filled.get(f"/v1/datasets/{filled.dataset}").json())

    assert dataset.years == [2023, 2024, 2025, 2026]
    assert dataset.authorities == [MANCHESTER, SALFORD]
    assert dataset.rows_filed >= dataset.rows_used > 0
    assert sum(each.rows_filed for each in dataset.filed) == dataset.rows_filed
    assert sum(each.findings for each in dataset.summary) == dataset.findings


def test_the_same_returns_sent_again_are_the_same_dataset(filled, region):
    answer = filled.service.post("/v1/datasets", files={"file": ("returns.zip", region.zip)})

    assert answer.status_code == 200
    assert answer.json()["id"] == filled.dataset
    assert answer.headers["Location"] == f"/v1/datasets/{filled.dataset}"


def test_a_zip_called_after_its_authority_is_that_authoritys(service, region):
    files = {"2026/header.csv": region.returns["Salford/2026/header.csv"]}

    id_ = send(service, "datasets", "Salford.zip", a_zip(files))

    assert service.get(f"/v1/datasets/{id_}").json()["authorities"] == [SALFORD]


def test_the_same_files_under_another_year_are_another_dataset(service, region):
    content = region.returns["Salford/2025/header.csv"]

    ids = {
        send(service, "datasets", f"Salford_{year}_header.csv", content) for year in (2025, 2026)
    }

    assert len(ids) == 2


def test_a_return_whose_year_nobody_can_tell_is_refused_with_the_reason(service, region):
    content = region.returns["Salford/2026/header.csv"]

    answer = service.post("/v1/datasets", files={"file": ("header.csv", content)})

    assert answer.status_code == 422
    assert "year" in answer.json()["errors"][0]["detail"].lower()


def test_findings_page_by_page_are_the_findings_as_a_whole(filled):
    path, cursor, rows = f"/v1/datasets/{filled.dataset}/findings", None, []
    while True:
        page = filled.get(path, limit=50, **({"cursor": cursor} if cursor else {})).json()
        FindingPage.model_validate(page)
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    whole = filled.get(path, limit=1000).json()["items"]

    assert rows[: len(whole)] == whole
    assert len(rows) == filled.get(f"/v1/datasets/{filled.dataset}").json()["findings"]


def test_findings_can_be_asked_for_by_severity(filled):
    found = filled.get(f"/v1/datasets/{filled.dataset}/findings", severity="repaired").json()

    assert found["items"]
    assert {each["severity"] for each in found["items"]} == {"repaired"}


def test_no_child_of_the_returns_can_be_found_in_the_store(tmp_path, region):
    service = a_service(tmp_path)
    send(service, "datasets", "returns.zip", region.zip)
    header = region.returns["Manchester/2026/header.csv"].decode()
    children = [line.split(",")[0] for line in header.splitlines()[1:]]

    kept = [
        text
        for path in sorted((tmp_path / "datasets").rglob("*.parquet"))
        for text in pd.read_parquet(path).to_csv().split(",")
    ]
    in_names = " ".join(str(path) for path in tmp_path.rglob("*"))

    assert children
    assert not set(children) & set(kept)
    assert not any(child in in_names for child in children)


def test_returns_kept_without_persons_give_the_same_demand_as_those_sent(filled, region):
    sent = read_returns_from(region.returns)
    store = filled.service.app.state.store
    kept = returns_of(store.get(RecordName(RecordKind.DATASET, filled.dataset)), store)

    expected = pipeline.demand(pipeline.prepare(sent, RunConfig()))
    given = pipeline.demand(pipeline.prepare(kept, RunConfig()))

    pd.testing.assert_frame_equal(given, expected)


def test_a_single_file_without_an_authority_can_be_said_whose_it_is(service, region):
    content = region.returns["Salford/2026/header.csv"]

    id_ = send(service, "datasets", "header_2026.csv", content, authority="Salford")

    assert service.get(f"/v1/datasets/{id_}").json()["authorities"] == [SALFORD]


def test_an_authority_that_is_not_known_is_refused(service, region):
    answer = service.post(
        "/v1/datasets",
        files={"file": ("header.csv", region.returns["Salford/2026/header.csv"])},
        data={"authority": "Narnia"},
    )

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/unknown-name"
    assert "Narnia" not in answer.text


def test_what_is_no_return_is_refused_with_what_was_found(service):
    answer = service.post(
        "/v1/datasets", files={"file": ("x.zip", a_zip({"Oliver Twist.csv": b"a,b\n1,2\n"}))}
    )

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/nothing-usable"
    assert answer.json()["errors"]
    assert "Oliver" not in answer.text
    assert service.get("/v1/datasets").json()["items"] == []


def test_datasets_are_listed_newest_first_by_the_page(tmp_path, region):
    service = a_service(tmp_path)
    files = sorted(name for name in region.returns if name.endswith("header.csv"))[:3]
    sent = [send(service, "datasets", "a.zip", a_zip({n: region.returns[n]})) for n in files]

    first = service.get("/v1/datasets", params={"limit": 2}).json()
    second = service.get("/v1/datasets", params={"cursor": first["next_cursor"]}).json()

    DatasetPage.model_validate(first)
    assert sorted(each["id"] for each in first["items"] + second["items"]) == sorted(sent)
    assert second["next_cursor"] is None


def test_deleting_returns_deletes_what_came_from_them_and_nothing_else(tmp_path, region):
    service = a_service(tmp_path)
    dataset = send(service, "datasets", "returns.zip", region.zip)
    homes = send(service, "homes", "homes.csv", region.homes)
    forecast = ask(
        service,
        "forecasts",
        dataset_id=dataset,
        horizon=2,
        origins=1,
        paths=20,
        forecasters=["hold_flat"],
    )
    balance = ask(service, "sufficiency", forecast_id=forecast, homes_id=homes)
    service.get("/v1/demand", params={"dataset_id": dataset})

    deleted = service.delete(f"/v1/datasets/{dataset}").json()["deleted"]

    assert [each["kind"] for each in deleted] == ["datasets", "demand", "forecasts", "sufficiency"]
    for path in (f"datasets/{dataset}", f"forecasts/{forecast}", f"sufficiency/{balance}"):
        assert service.get(f"/v1/{path}").status_code == 404
    assert service.get(f"/v1/homes/{homes}").status_code == 200
    assert not list((tmp_path / "demand").iterdir())
    assert service.get("/v1/demand", params={"dataset_id": dataset}).status_code == 404


def test_a_forecast_whose_returns_are_deleted_meanwhile_is_not_kept(tmp_path, region, monkeypatch):
    service = a_service(tmp_path)
    dataset = send(service, "datasets", "returns.zip", region.zip)
    forecast = pipeline.forecast

    def deleted_meanwhile(prepared, config, **more):
        service.delete(f"/v1/datasets/{dataset}")
        return forecast(prepared, config, **more)

    monkeypatch.setattr(pipeline, "forecast", deleted_meanwhile)
    answer = service.post(
        "/v1/forecasts",
        json={"dataset_id": dataset, "horizon": 1, "origins": 1, "forecasters": ["hold_flat"]},
    )

    assert answer.status_code == 409
    assert answer.json()["type"] == "/problems/source-deleted"
    assert not list((tmp_path / "forecasts").iterdir())
    assert service.app.state.results._prepared is None


@pytest.mark.parametrize("kind", ["homes", "children"])
def test_a_register_is_read_found_and_deleted(tmp_path, region, kind):
    service = a_service(tmp_path)
    id_ = send(service, kind, f"{kind}.csv", getattr(region, kind))

    facts = service.get(f"/v1/{kind}/{id_}").json()
    findings = service.get(f"/v1/{kind}/{id_}/findings").json()

    assert facts["rows_used"] > 0
    assert len(findings["items"]) == facts["findings"]
    assert service.delete(f"/v1/{kind}/{id_}").status_code == 200
    assert service.get(f"/v1/{kind}/{id_}").status_code == 404


def test_postcodes_of_families_and_carers_are_kept_to_the_sector(tmp_path, region):
    service = a_service(tmp_path)
    send(service, "children", "children.csv", region.children)
    path = next((tmp_path / "children").rglob("children.parquet"))

    kept = pd.read_parquet(path)["postcode"].dropna()

    assert not kept.str.fullmatch(r".*[0-9][A-Z]{2}").any()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("homes.xlsx", b"PK\x03\x04 no workbook"),
        ("homes.xlsx", b"home_id\nH1\n"),
        ("homes.parquet", b"PAR1"),
        ("homes.csv", b"a,b\n1,2\n"),
        ("homes.csv", b"\xff\xfe\x00\x00"),
        ("homes.csv", b"a,a\n1\n1,2,3,4\n"),
        ("homes.zip", a_zip({"homes.csv": b"home_id\n"})),
    ],
)
def test_a_register_that_cannot_be_read_is_refused(service, name, content):
    answer = service.post("/v1/homes", files={"file": (name, content)})

    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
