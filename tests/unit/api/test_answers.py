"""Tables leave as JSON without gaps in its grammar, or as files that run nothing."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from starlette.requests import Request

from api.answers import CSV, JSON, XLSX, accepted, plain, records
from api.errors import NotAcceptableError


def asking(accept: str | None) -> Request:
    headers = [] if accept is None else [(b"accept", accept.encode())]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("text/csv", CSV),
        ("text/*", CSV),
        (XLSX, XLSX),
        ("application/json;q=0.5, text/csv", CSV),
        ("text/html, */*;q=0.8", JSON),
        ("text/csv;q=0, */*", JSON),
    ],
)
def test_the_form_that_the_caller_likes_best_is_given(accept, given):
    assert accepted(asking(accept), (JSON, CSV, XLSX)) == given


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "text/csv;q=much"])
def test_a_caller_who_takes_no_form_is_told(accept):
    with pytest.raises(NotAcceptableError):
        accepted(asking(accept), (JSON, CSV, XLSX))


def test_what_is_missing_or_not_finite_is_null():
    frame = pd.DataFrame(
        {
            "share": [np.nan, np.inf, 0.5],
            "count": pd.array([1, None, 3], dtype="Int64"),
            "name": pd.Series(["a", None, "c"], dtype="str"),
            "day": pd.to_datetime(["2026-03-31", None, "2026-04-30"]),
        }
    )

    rows = json.loads(json.dumps(records(frame), allow_nan=False))

    assert rows == [
        {"share": None, "count": 1, "name": "a", "day": "2026-03-31"},
        {"share": None, "count": None, "name": None, "day": None},
        {"share": 0.5, "count": 3, "name": "c", "day": "2026-04-30"},
    ]


def test_figures_of_any_make_become_json():
    given = plain(
        {
            "a": np.float64("nan"),
            "b": np.int64(3),
            "c": (np.array([1.5, np.inf]), pd.NaT, pd.NA),
            "d": pd.Timestamp("2026-03-31"),
            4: True,
        }
    )

    assert json.loads(json.dumps(given, allow_nan=False)) == {
        "a": None,
        "b": 3,
        "c": [[1.5, None], None, None],
        "d": "2026-03-31",
        "4": True,
    }
