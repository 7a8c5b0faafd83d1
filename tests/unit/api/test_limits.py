"""A body is counted as it comes; what it says of its own length is not believed."""

from __future__ import annotations

import pytest

from tests.builders.service import a_service

BOUNDARY = "b"
TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
).encode()


@pytest.fixture
def service(tmp_path):
    return a_service(tmp_path, max_upload_mb=1)


def test_an_upload_over_the_limit_is_refused_by_its_stated_length(service):
    answer = service.post("/v1/datasets", files={"file": ("a.csv", b"x" * 1_100_000)})

    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"


def test_an_upload_that_states_no_length_is_counted(service):
    sent = []

    def body():
        yield HEAD
        for _ in range(200):
            sent.append(1)
            yield b"x" * 100_000

    answer = service.post("/v1/datasets", content=body(), headers=TYPE)

    assert answer.status_code == 413
    assert answer.json()["type"] == "/problems/too-large"


def test_an_upload_that_states_too_small_a_length_is_counted(service):
    def body():
        yield HEAD
        yield b"x" * 1_100_000

    answer = service.post("/v1/datasets", content=body(), headers={**TYPE, "Content-Length": "10"})

    assert answer.status_code == 413


def test_a_question_is_held_to_a_megabyte_whatever_uploads_may_weigh(tmp_path):
    service = a_service(tmp_path, max_upload_mb=50)

    answer = service.post("/v1/forecasts", json={"dataset_id": "x" * 1_100_000})

    assert answer.status_code == 413


def test_an_upload_below_the_limit_is_read(service):
    answer = service.post("/v1/datasets", files={"file": ("a.csv", b"x" * 900_000)})

    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/nothing-usable"
