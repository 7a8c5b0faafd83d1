"""Without a key this machine alone is answered; with one, whoever shows it."""

from __future__ import annotations

import pytest

from api.access import is_loopback
from tests.builders.service import a_service

KEY = "a-long-random-key-of-the-region"


def test_without_a_key_a_program_on_this_machine_is_answered(service):
    assert service.get("/v1/datasets").status_code == 200


def test_without_a_key_another_machine_is_refused(tmp_path):
    service = a_service(tmp_path, caller="10.0.0.7")

    answer = service.get("/v1/datasets")

    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/other-machine"


def test_a_page_that_has_its_own_name_resolve_to_this_machine_is_refused(tmp_path):
    service = a_service(tmp_path, address="http://attacker.example:8000")

    assert service.get("/v1/datasets").status_code == 403


def test_a_page_of_another_site_may_not_send_forms_here(service):
    answer = service.post(
        "/v1/homes",
        files={"file": ("homes.csv", b"home_id\n")},
        headers={"Origin": "http://attacker.example"},
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("sign", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_without_a_key_what_a_proxy_passes_on_is_refused(service, sign):
    assert service.get("/v1/datasets", headers={sign: "127.0.0.1"}).status_code == 403


def test_a_page_of_this_service_may_ask(service):
    answer = service.get("/v1/datasets", headers={"Origin": "http://127.0.0.1:8000"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "shown", [None, "", "Bearer", "Bearer ", "Bearer wrong", f"Basic {KEY}", KEY]
)
def test_with_a_key_nobody_is_answered_who_does_not_show_it(tmp_path, shown):
    service = a_service(tmp_path, api_key=KEY)

    answer = service.get("/v1/datasets", headers={} if shown is None else {"Authorization": shown})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["type"] == "/problems/not-signed-in"


def test_with_a_key_another_machine_is_answered_that_shows_it(tmp_path):
    service = a_service(tmp_path, api_key=KEY, caller="10.0.0.7", address="https://rcc.example")

    answer = service.get("/v1/datasets", headers={"Authorization": f"Bearer {KEY}"})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/datasets", "/v1/nonesuch", "/", "/v1", "//v1/datasets"])
def test_a_caller_without_the_key_learns_nothing_of_what_is_there(tmp_path, path):
    service = a_service(tmp_path, api_key=KEY)

    assert service.get(path).status_code == 401


def test_a_proxys_prefix_opens_no_way_round_the_key(tmp_path):
    service = a_service(tmp_path, api_key=KEY)
    service.app.root_path = "/health"

    assert service.get("/health/v1/datasets").status_code == 401


def test_a_refused_callers_body_is_not_read(tmp_path):
    service = a_service(tmp_path, api_key=KEY)
    read = []

    def body():
        read.append(1)
        yield b"x"

    answer = service.post("/v1/datasets", content=body())

    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/openapi.json", "/docs"])
def test_health_and_the_description_are_open_to_all(tmp_path, path):
    service = a_service(tmp_path, api_key=KEY, caller="10.0.0.7")

    assert service.get(path).status_code == 200


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - that it means every address is what is tested
        ("10.0.0.1", False),
        ("localhost.attacker.example", False),
        ("127.0.0.1.attacker.example", False),
        ("", False),
        (None, False),
    ],
)
def test_only_this_machines_own_addresses_are_loopback(host, expected):
    assert is_loopback(host) is expected
