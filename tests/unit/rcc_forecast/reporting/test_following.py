"""The page of milestones can be read by anyone, and runs nothing."""

from __future__ import annotations

from itertools import pairwise

from rcc_forecast.evaluation.following.milestones import RULES
from rcc_forecast.reporting.following import render_milestones
from rcc_forecast.reporting.report import RAG_SHAPES
from rcc_forecast.tables.following import SYMBOLS
from tests.builders.following import HUB, a_milestone, as_at, given
from tests.builders.html_pages import Page


def _tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    return Page(page).elements


def _page(**changed: str) -> str:
    return render_milestones(as_at("2026-07-01", given(a_milestone(**changed))))


def test_the_page_asks_for_nothing_from_outside_and_runs_nothing():
    tags = _tags(_page(done="2026-06-01", evidence=HUB))

    assert not {tag for tag, _ in tags} & {"script", "link", "img", "iframe", "object"}
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on")]


def test_every_rating_has_a_symbol_and_a_word_and_every_rule_is_printed():
    page = _page(due="2026-06-01")

    assert "▲</span> Red</span> overdue" in page
    assert all(rule.words in page for rule in RULES.values())
    assert SYMBOLS == RAG_SHAPES


def test_evidence_is_a_link_only_where_it_is_an_address_of_the_web():
    links = [
        attrs["href"]
        for evidence in (HUB, "javascript:alert(1)", "Annual report 2026", "http://[", "data:x,y")
        for tag, attrs in _tags(_page(done="2026-06-01", evidence=evidence))
        if tag == "a" and not str(attrs["href"]).startswith("#")
    ]

    assert links == [HUB]


def test_text_from_the_file_is_escaped():
    page = _page(milestone="<script>alert(1)</script>", note="a & b")

    assert "<script>" not in page
    assert "a &amp; b" in page


def test_headings_go_down_one_step_at_a_time_and_every_heading_link_leads_somewhere():
    tags = _tags(_page())

    levels = [int(tag[1]) for tag, _ in tags if tag in {"h1", "h2", "h3", "h4"}]
    ids = [attrs["id"] for _, attrs in tags if "id" in attrs]
    inside = [
        str(attrs["href"])[1:] for tag, attrs in tags if tag == "a" and attrs["href"][0] == "#"
    ]

    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert len(ids) == len(set(ids))
    assert set(inside) <= set(ids)


def test_what_was_done_late_says_by_how_much():
    page = _page(due="2026-05-31", done="2026-06-10", evidence=HUB)

    assert "10 June 2026, 10 days after the day first promised" in page


def test_a_page_of_a_day_before_any_check_says_so():
    page = render_milestones(as_at("2026-01-01", given(a_milestone())))

    assert "Nothing had been checked by this day." in page


def test_the_page_says_how_often_days_were_moved_and_that_it_ranks_nobody():
    page = _page(revised="2026-12-31 2027-03-31")

    assert "1 milestone had its day moved, 2 times in all." in page
    assert "no ranking" in page
