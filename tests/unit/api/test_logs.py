"""The access log shows paths; what was asked with them stays out."""

from __future__ import annotations

import logging

from api.logs import PathOnly, keep_logs_plain


def test_the_query_is_cut_off_the_address():
    record = logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        "",
        0,
        '%s - "%s %s HTTP/%s" %d',
        ("127.0.0.1:5", "GET", "/v1/demand?local_authority=Manchester", "1.1", 200),
        None,
    )

    PathOnly().filter(record)

    assert record.getMessage() == '127.0.0.1:5 - "GET /v1/demand HTTP/1.1" 200'


def test_it_is_cut_once_however_often_the_service_is_put_together():
    keep_logs_plain()
    keep_logs_plain()

    filters = logging.getLogger("uvicorn.access").filters

    assert sum(isinstance(each, PathOnly) for each in filters) == 1


def test_a_form_that_cannot_be_read_is_not_quoted(service, caplog):
    with caplog.at_level(logging.DEBUG):
        service.post(
            "/v1/datasets",
            content=b"Oliver Twist",
            headers={"Content-Type": "multipart/form-data; boundary=b"},
        )

    assert "multipart" not in {record.name.split(".")[0] for record in caplog.records}
    assert "boundary character" not in caplog.text
