"""Files come in by form, and stay in memory until they are pseudonymised."""

from __future__ import annotations

import tempfile

import pytest

from api.uploads import Upload
from tests.builders.service import a_zip


@pytest.mark.parametrize(
    ("sent", "status", "slug"),
    [
        ({"json": {}}, 415, "not-multipart"),
        ({"content": b"CHILD,DOB\n"}, 415, "not-multipart"),
        ({"files": {"file": ("a.csv", b"")}}, 422, "upload-incomplete"),
        ({"files": {"file": ("a.csv", b"x")}, "data": {"la": "x"}}, 422, "upload-incomplete"),
        (
            {"files": [("file", ("a.csv", b"x")), ("file", ("a.csv", b"y"))]},
            422,
            "upload-incomplete",
        ),
        (
            {"content": b"junk", "headers": {"Content-Type": "multipart/form-data"}},
            422,
            "upload-incomplete",
        ),
        (
            {"content": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
            422,
            "upload-incomplete",
        ),
    ],
)
def test_an_upload_that_lacks_something_is_told_what(service, sent, status, slug):
    answer = service.post("/v1/datasets", **sent)

    assert answer.status_code == status, answer.text
    assert answer.json()["type"] == f"/problems/{slug}"


def test_no_part_of_an_upload_is_written_to_a_temporary_file(service, region, monkeypatch):
    rolled = []
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", lambda file: rolled.append(file))
    large = a_zip({**region.returns, "2026/padding.csv": b"CHILD\n" + b"x" * 3_000_000})
    unpacked = {"file": ("padding.csv", b"CHILD,UPN\n" + b"x" * 3_000_000)}

    service.post("/v1/datasets", files={"file": ("returns.zip", large)})
    service.post("/v1/datasets", files=unpacked)

    assert rolled == []


def test_the_same_files_have_the_same_id_in_any_order():
    one = Upload({"a.csv": b"1", "b.csv": b"2"}, None)
    other = Upload({"b.csv": b"2", "a.csv": b"1"}, None)

    assert one.id == other.id


@pytest.mark.parametrize("other", [Upload({"b.csv": b"1"}, None), Upload({"a.csv": b"2"}, None)])
def test_another_name_or_content_is_another_upload(other):
    assert Upload({"a.csv": b"1"}, None).id != other.id
