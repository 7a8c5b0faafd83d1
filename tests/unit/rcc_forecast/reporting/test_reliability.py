"""The reliability diagram says in words and figures what it draws."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.reliability import reliability_chart


def some_rows(**of_all):
    """Two tenths with cases, one without, and all together."""
    common = {"placement_type": "planned", "lead": ALL, "reliable": "yes", "note": "It agrees."}
    rows = [
        {"decile": ALL, "n": 70, "origins": 12, "said": 0.3, "happened": 0.29, **of_all},
        {"decile": "1", "n": 40, "origins": 12, "said": 0.06, "happened": 0.05},
        {"decile": "2", "n": 0, "origins": 0, "said": None, "happened": None},
        {"decile": "8", "n": 30, "origins": 12, "said": 0.74, "happened": 0.7},
    ]
    table = pd.DataFrame([{**common, **row} for row in rows])
    return table.assign(happened_q10=table["happened"] - 0.04, happened_q90=table["happened"] + 0.1)


def the_chart(rows):
    """Drawn for all kinds."""
    return reliability_chart(rows, slug="trust", title="Were shortages called rightly?")


def test_each_tenth_with_cases_is_drawn_and_told():
    figure = the_chart(some_rows())

    assert [row[0] for row in figure.rows] == ["0% to 10%", "70% to 80%"]
    assert figure.rows[1] == ("70% to 80%", "30", "74%", "70%", "66% and 80%")
    # A bar and a mark a tenth.
    assert str(figure.drawing).count('stroke-width="6"') == 2


def test_it_is_described_for_those_who_do_not_see_it():
    figure = the_chart(some_rows())

    assert figure.description.startswith("70 past probabilities of a shortage, 30% on average")
    assert figure.caption == "It agrees."
    ET.fromstring(str(figure.svg))  # noqa: S314 - our own drawing


def test_without_cases_it_says_that_nothing_can_be_judged():
    figure = the_chart(some_rows(n=0).iloc[:1])

    assert figure.rows == ()
    assert "No past forecast can be judged" in figure.description
