"""The report stands alone, can be read by everyone, and trusts no text."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from rcc_forecast.reporting import ReportContent, render_report
from tests.builders.html_pages import Page
from tests.builders.report import AS_OF, report_content


@pytest.fixture(scope="module")
def html():
    return render_report(report_content())


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_the_report_asks_for_nothing_from_outside(html, page):
    targets = [
        value
        for _, attrs in page.elements
        for name, value in attrs.items()
        if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href")
    ]
    style = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))

    assert all(target.startswith("#") for target in targets)
    assert "@import" not in style
    assert "url(" not in style
    assert all(reference.startswith("#") for reference in re.findall(r"url\((.*?)\)", html))
    assert not page.all("script")
    assert not page.all("link")


def test_every_link_leads_to_a_place_in_the_report(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]

    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)


def test_every_drawing_has_a_title_a_description_and_its_figures_in_a_table(html):
    drawings = re.findall(r"<figure>.*?</figure>", html, re.DOTALL)

    assert len(drawings) >= 10
    for drawing in drawings:
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', drawing)
        assert f'<title id="{named[1]}">' in drawing
        assert f'<desc id="{named[2]}">' in drawing
        assert 'role="img"' in drawing
        assert re.search(r"<details>.*<table>.*<th scope=\"row\">", drawing, re.DOTALL)
    assert html.count("<svg") == len(drawings)


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_elements_are_closed_in_order(page):
    assert page.faults == []
    assert page.open == []


def test_the_language_is_told_and_the_report_can_be_skipped_to(page):
    assert page.all("html")[0]["lang"] == "en-GB"
    assert page.all("a")[0]["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"


def test_no_rating_is_told_by_colour_alone(html):
    for tag in re.findall(r'<span class="rag (\w+)">(.*?)</span>\s*(\w+)', html):
        assert tag[0] == tag[2].lower()


def test_the_answer_comes_first_and_in_words(html):
    answer = html.split('id="answer"')[1].split("</section>")[0]

    assert "Greater Manchester looked after" in answer
    assert "Homes are more likely than not to run short in" in answer
    assert "keeps 55 of 62 sibling groups together" in answer
    assert html.index('id="answer"') < html.index('id="demand"')


def test_accuracy_stands_beside_each_forecast(html):
    assert "In 4 past forecasts the error was 3.1%" in html
    assert "That is 30% better than assuming no change." in html
    # The backtest has scores for fostering and the total alone: the rest says so.
    assert "Past forecasts of this kind by itself were not scored." in html


def test_how_the_forecast_was_made_and_judged_is_told(html):
    trust = html.split('id="accuracy"')[1].split("</section>")[0]

    assert "combination of three" in trust
    assert "past forecasts a quarter apart" in trust
    assert "never with its own" in trust
    assert "never narrower than the futures" in trust


def test_it_says_that_it_is_working_material_and_advice(html):
    assert "Working material for signed-in staff" in html
    assert "advice to people, never a decision" in html
    assert "Made-up data" in html


def test_hostile_text_from_data_stays_text():
    hostile = '<script>alert("x")</script>'
    content = report_content()
    balance = content.balance.assign(
        local_authority_name=content.balance["local_authority_name"].mask(
            content.balance["local_authority"] == "E08000001", hostile
        )
    )
    findings = content.findings.assign(done=hostile)

    html = render_report(
        replace(content, balance=balance, findings=findings, scenario=hostile, sources=(hostile,))
    )

    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4


def test_a_part_that_was_not_made_is_told_in_a_sentence():
    html = render_report(ReportContent(as_of=AS_OF, provenance={}))

    for sentence in (
        "No demand history was made.",
        "Demand was not set against a register of homes.",
        "No placement plan was made.",
        "No backtest was made",
        "The findings were not handed to this report.",
    ):
        assert sentence in html
    assert Page(html).faults == []


def test_a_history_without_a_forecast_is_drawn_alone():
    html = render_report(replace(report_content(), forecast=None, balance=None, plan=None))

    assert "No forecast was made." in html
    assert "<svg" in html


def test_no_findings_are_good_news():
    html = render_report(replace(report_content(), findings=pd.DataFrame()))

    assert "Nothing was found to be wrong." in html


def test_the_same_content_gives_the_same_report(html):
    assert render_report(report_content()) == html


def test_a_plan_tells_which_groups_stand_apart_and_what_a_what_if_would_change():
    content = report_content()
    gap = {
        "name": "Aged 10-15",
        "outcome": "siblings_together",
        "count": 40,
        "value": 0.25,
        "all_children": 0.6,
    }
    told = {"children_changed": 7, "change_of_plan": 25.0}
    compared = {"mean_miles": {"before": 8.3, "after": 6.9}}
    content = replace(
        content,
        plan={**content.plan, "equity": {"largest_gaps": [gap]}},
        plan_if={**content.plan, "from": {**told, **compared}},
        plan_if_asks="forty more foster households",
    )

    html = render_report(content)

    assert "Live with all their brothers and sisters" in html
    assert "7 children would have another home proposed" in html
    assert re.search(r"<td>8\.3</td><td>6\.9</td>", html)
    assert Page(html).faults == []


def test_a_plan_without_a_clear_gap_says_so(html):
    assert "No group of ten children or more stands clearly apart" in html
