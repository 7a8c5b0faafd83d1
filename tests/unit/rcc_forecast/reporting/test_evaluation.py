"""The report of an evaluation says no more than the design can, and can be read by everyone."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from rcc_forecast.evaluation import evaluate
from rcc_forecast.evaluation.writing import changed_since
from rcc_forecast.reporting.evaluation import render_evaluation
from rcc_forecast.reporting.evaluation.lines import lines_chart, placebo_band
from rcc_forecast.reporting.evaluation.unit import Unit
from rcc_forecast.results.evaluation import EXPLORATORY, Stamp
from tests.builders.commands import run
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, a_spec_file, the_cells
from tests.builders.html_pages import Page

HASH = "0123456789abcdef" * 4
LOGGED = Stamp(HASH, 2, 4, "pre-specified on 2026-01-01")


def a_look(*, stamp, **changed):
    spec = a_spec()
    panel = a_panel(**{"regions": 9, "units": 2, "years": range(2016, 2027), **changed})
    return evaluate(the_cells(panel, spec), spec, stamp)


def section(html, slug):
    return html.split(f'id="{slug}"')[1].split("</section>")[0]


@pytest.fixture(scope="module")
def logged():
    return a_look(stamp=Stamp(HASH, 1, 1, LOGGED.stamp), effect=-0.06)


@pytest.fixture(scope="module")
def exploratory():
    return a_look(stamp=Stamp(HASH, 1, 1, EXPLORATORY), effect=-0.06)


@pytest.fixture(scope="module")
def early():
    return a_look(stamp=LOGGED, years=range(2014, 2025))


@pytest.fixture(scope="module", params=["logged", "exploratory", "early"])
def html(request):
    return render_evaluation(request.getfixturevalue(request.param), software={"numpy": "2"})


def test_it_asks_for_nothing_from_outside_and_runs_nothing(html):
    page = Page(html)
    targets = [
        value
        for _, attrs in page.elements
        for name, value in attrs.items()
        if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href")
    ]

    assert all(target.startswith("#") for target in targets)
    assert "url(" not in html
    assert "@import" not in html
    assert not page.all("script")


def test_it_is_built_for_readers_who_do_not_see_it(html):
    page = Page(html)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    figures = re.findall(r"<figure>.*?</figure>", html, re.DOTALL)

    assert (page.faults, page.open) == ([], [])
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.all("a")[0]["href"] == "#main"
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert figures
    assert all(
        re.search(r"<desc.*<table>.*<th scope=\"row\">", each, re.DOTALL) for each in figures
    )
    assert html.count("<svg") == sum(each.count("<svg") for each in figures)
    assert html.count("<svg") == html.count("<desc") == html.count('role="img"')


def test_hash_and_look_and_limits_stand_on_it(html):
    assert html.count(HASH) >= 2
    assert re.search(r"Look (1 of 1|2 of 4)\.", html)
    assert "is a model, not a fact" in section(html, "limits")
    assert "no effect" not in html.lower()


def test_sentence_then_chart_then_how_often_chance_does_the_same(logged):
    html = render_evaluation(logged)
    places = [
        html.index(words)
        for words in (logged.verdict["sentence"], "<svg", logged.verdict["as_often"])
    ]

    assert "found a fall" in logged.verdict["sentence"]
    assert "in 36." in logged.verdict["as_often"]
    assert places == sorted(places)
    assert places[-1] < html.index('id="robustness"')


def test_every_row_of_the_robustness_table_is_there_in_its_order(logged):
    table = section(render_evaluation(logged), "robustness")
    told = [name.lower() for name in re.findall(r'<th scope="row">(.*?)</th>', table)]

    assert told == [row.replace("_", " ").lower() for row in logged.tables["robustness"]["row"]]
    assert f"{NORTH} alone".lower() in told
    assert "not attainable</td>" in table


def test_what_was_not_logged_has_its_stamp_and_neither_verdict_nor_p_value(exploratory):
    html = render_evaluation(exploratory)

    assert '<p class="each-page" aria-hidden="true">EXPLORATORY</p>' in html
    assert '<p class="notice"><strong>EXPLORATORY.</strong>' in html
    assert "<title>EXPLORATORY" in html
    assert "If nothing had changed we would see" not in html
    assert "found a fall" not in html
    assert '<th scope="col">p-value' not in html


def test_what_was_logged_has_no_such_stamp(logged):
    html = render_evaluation(logged)

    assert EXPLORATORY not in html
    assert "pre-specified on 2026-01-01" in html


def test_before_delivery_there_is_no_band_and_it_is_said_when_one_could_see(early):
    html = render_evaluation(early)

    assert "too early" in html
    assert "there is no event study yet" in html
    assert "nothing to set against a band yet" in html
    assert "80 times in 100" in section(html, "power")


def test_the_mean_leaves_the_band_just_when_its_p_value_is_small():
    names = [f"R{number}" for number in range(40)]
    for seen, is_outside in ((0.040, True), (0.0385, False)):
        gaps = [*(0.001 * number for number in range(1, 40)), seen]
        p_value = sum(gap >= seen for gap in gaps) / 40
        did = {"outcome": "far", "estimator": "did", "inference": "region_permutation"}
        tables = {
            "placebos": pd.DataFrame({**did, "regions": names, "estimate": gaps}),
            "estimates": pd.DataFrame([{**did, "estimate": seen}]),
            "lines": pd.DataFrame(
                {"outcome": "far", "region": ["R39"], "phase": "after", "value": [0.3]}
            ),
        }

        band = placebo_band(tables, primary="far", alpha=0.025)

        assert (p_value <= 0.025) is is_outside
        assert (band.seen > band.high) is is_outside


def test_the_chart_names_pathfinders_and_its_table_has_every_region(logged):
    chart = lines_chart(logged.tables, logged.verdict, Unit(is_share=True))

    assert f">{NORTH}</text>" in chart.drawing
    assert f">{SOUTH}</text>" in chart.drawing
    assert len(chart.head) == 1 + 9
    assert len(chart.rows) == 11
    assert all(cell.endswith("%") for cell in chart.rows[0][1:])


def test_many_regions_are_drawn_as_lowest_mean_and_highest(logged):
    extra = [
        logged.tables["lines"].query("region == 'Region 00'").assign(region=f"More {number}")
        for number in range(30)
    ]
    tables = {**logged.tables, "lines": pd.concat([logged.tables["lines"], *extra])}

    chart = lines_chart(tables, logged.verdict, Unit(is_share=True))

    assert chart.head[3:] == ("Lowest of the rest", "Mean of the rest", "Highest of the rest")


def test_a_look_after_another_lists_what_changed(logged):
    before = logged.tables["estimates"].assign(estimate=-0.01)
    tables = {**logged.tables, "changed": changed_since(before, logged)}

    html = render_evaluation(replace(logged, tables=tables))

    assert "−1.0" in section(html, "changed")


def test_text_from_data_is_escaped(logged):
    lines = logged.tables["lines"].replace(NORTH, "<b>North</b>")

    html = render_evaluation(replace(logged, tables={**logged.tables, "lines": lines}))

    assert "<b>North" not in html
    assert "&lt;b&gt;North" in html


def test_another_unit_is_told_with_three_figures():
    unit = Unit(is_share=False)

    assert [unit.change(value) for value in (1234.5, 0.01234, -2.0, 0.0, float("nan"))] == [
        "1,234",
        "0.0123",
        "−2.00",
        "0.00",
        "–",
    ]


def test_the_same_evaluation_gives_the_same_bytes(logged):
    assert render_evaluation(logged) == render_evaluation(logged)


def test_where_authorities_are_compared_they_are_not_called_regions(logged):
    html = render_evaluation(replace(logged, spec={**logged.spec, "unit": "authority"}))

    assert "choices of authorities" in html
    assert "choices of regions" not in html
    assert "authorities left" in section(html, "power")
    assert "regions" not in section(html, "power")
    assert "regions" not in section(html, "synthetic")


def test_the_command_puts_the_report_beside_the_tables_under_the_same_hash(tmp_path):
    a_panel(regions=6, units=2, years=range(2018, 2027)).to_csv(tmp_path / "panel.csv", index=False)
    spec = a_spec_file(tmp_path / "spec.toml")

    run("evaluate", tmp_path / "panel.csv", "--spec", spec, "--out", tmp_path / "out")

    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    verdict = json.loads((tmp_path / "out" / "verdict.json").read_text(encoding="utf-8"))
    assert verdict["spec_sha256"] in html
    assert verdict["panel_sha256"] in html
    assert verdict["software"]["numpy"] in html
    assert verdict["stamp"] == EXPLORATORY
    assert "<title>EXPLORATORY" in html
