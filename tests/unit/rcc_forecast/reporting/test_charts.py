"""Charts draw from zero, put every figure in their table, and survive odd data."""

from __future__ import annotations

import re

import pandas as pd

from rcc_forecast.reporting.charts import fan_chart
from rcc_forecast.reporting.figure import Axis
from rcc_forecast.reporting.words import listed, number, percent, pounds


def a_history(*values):
    months = pd.date_range(end="2025-03-31", periods=len(values), freq="ME")
    return pd.DataFrame({"month": months, "value": values, "value_corrected": values})


def a_future(*means):
    months = pd.date_range("2025-04-30", periods=len(means), freq="ME")
    given = {f"q{name}": means for name in ("025", "10", "90", "975")}
    return pd.DataFrame({"month": months, "mean": means, **given})


def test_every_future_month_stands_in_the_table():
    drawn = fan_chart(a_history(5, 6, 7), a_future(8, 9), slug="s", title="Title")

    assert [row[0] for row in drawn.rows] == ["March 2025", "April 2025", "May 2025"]
    assert drawn.rows[-1][1] == "9"


def test_no_children_at_all_is_drawn_as_a_flat_line():
    drawn = fan_chart(a_history(0, 0, 0), a_future(0, 0), slug="s", title="Title")

    assert "nan" not in str(drawn.svg)


def test_one_month_of_history_can_be_drawn():
    drawn = fan_chart(a_history(5), a_future(), slug="s", title="Title")

    assert "nan" not in str(drawn.svg)


def test_all_that_is_drawn_lies_inside_the_drawing():
    drawn = fan_chart(a_history(5, 900, 7), a_future(8, 1_900), slug="s", title="Title")

    points = re.findall(r'points="([^"]+)"', str(drawn.svg))
    places = [tuple(map(float, pair.split(","))) for line in points for pair in line.split()]
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in places)


def test_ticks_are_round_and_whole():
    assert Axis(0.0, 1_234.0, 0, 1).ticks(4) == [0.0, 500.0, 1000.0]
    assert Axis(0.0, 9_000.0, 0, 1).ticks(4) == [0.0, 2_500.0, 5_000.0, 7_500.0]
    assert Axis(0.0, 2.1, 0, 1).ticks(4) == [0.0, 1.0, 2.0]
    assert Axis(0.0, 9.0, 0, 1).ticks(4) == [0.0, 3.0, 6.0, 9.0]


def test_figures_are_told_in_words_people_use():
    assert number(-1234.4) == "−1,234"
    assert number(-0.2) == "0"
    assert number(float("nan")) == "not known"
    assert percent(0.256) == "26%"
    assert pounds(7385.0) == "£7,385"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
