"""Grades of homes beside characteristics of the authorities in which they stand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.evaluation.variation.comparing import variation_of
from rcc_forecast.evaluation.variation.rows import NotComparedError
from rcc_forecast.evaluation.variation.spec import VariationSpec, parse_variation_spec
from tests.builders.variation import cells_of

GRADES = ["homes_weak", "homes_good", "homes_outstanding"]


def _spec(**changed) -> VariationSpec:
    content = {"grades": GRADES, "periods": 2025, "explained_by": {"size": ["size"]}}
    return parse_variation_spec({"variation": {**content, **changed}})


def _panel(*, slope: float = 0.8, n: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    size = rng.standard_normal(n)
    behind = slope * size[:, None] + rng.logistic(size=(n, 25))
    grade = np.searchsorted([-1.5, 1.5], behind)
    rows = [
        {"outcome": name, "numerator": int(number), "denominator": 25, "value": number / 25, "i": i}
        for k, name in enumerate(GRADES)
        for i, number in enumerate((grade == k).sum(axis=1))
    ]
    rows += [{"outcome": "size", "value": each, "i": i} for i, each in enumerate(size)]
    frame = pd.DataFrame(rows)
    return frame.assign(
        la_code=[f"X{i:03d}" for i in frame["i"]],
        region=[f"R{i % 6}" for i in frame["i"]],
        period="2025",
    ).drop(columns="i")


def test_what_goes_with_better_grades_is_found_within_regions():
    found = variation_of(cells_of(_panel()), _spec())

    row = found.tables["variation"].iloc[0]
    assert (row["model"], row["characteristic"]) == ("ordinal", "size")
    assert row["low"] < 0.8 < row["high"]
    assert "within regions" in row["note"]


def test_the_shares_add_up_to_1_and_most_is_left_between_homes():
    shares = variation_of(cells_of(_panel()), _spec()).tables["variation_shares"]

    by_part = shares.set_index("part")["share"]
    assert by_part.sum() == pytest.approx(1.0)
    # .8^2 of variance 1 beside pi^2 / 3 = 3.29: .64 / 3.93.
    assert by_part["size"] == pytest.approx(0.64 / 3.93, abs=0.06)
    assert by_part["left"] > 0.75


def test_no_single_authority_is_read():
    rows = variation_of(cells_of(_panel()), _spec()).tables["variation_authorities"]

    assert set(rows["reading"]) == {""}
    assert rows["observed"].between(1, 3).all()
    assert rows["expected"].between(1, 3).all()


def test_grades_without_their_counts_are_refused():
    frame = _panel().assign(numerator="", denominator="")

    with pytest.raises(NotComparedError, match="counts"):
        variation_of(cells_of(frame), _spec())
