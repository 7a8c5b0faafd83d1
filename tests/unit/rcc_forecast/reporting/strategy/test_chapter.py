"""The chapter stands alone, can be read by everyone, opens in a word processor, trusts no text."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from rcc_forecast.reporting.strategy import Edition, write_strategy
from rcc_forecast.reporting.strategy.chapter import render_chapter
from rcc_forecast.reporting.strategy.evidence import Evidence
from rcc_forecast.reporting.strategy.findings import findings_in_words
from tests.builders.html_pages import Page
from tests.builders.strategy import META, strategy_tables


def chapter_of(tables, meta=META, edition=Edition.WORKING):
    evidence = Evidence.of(tables, meta, edition=edition)
    return render_chapter(evidence, findings=findings_in_words(evidence))


@pytest.fixture(scope="module")
def html():
    return chapter_of(strategy_tables())


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def as_word_reads_it(html):
    """Leave out what conditional comments hide from Word."""
    return re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", html, flags=re.DOTALL)


def test_the_chapter_asks_for_nothing_from_outside(html, page):
    targets = [
        value
        for _, attrs in page.elements
        for name, value in attrs.items()
        if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href")
    ]

    assert all(target.startswith("#") for target in targets)
    assert all(reference.startswith("#") for reference in re.findall(r"url\((.*?)\)", html))
    assert not page.all("script")
    assert not page.all("link")


def test_headings_go_down_one_level_at_a_time_and_elements_close_in_order(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.faults == []
    assert page.open == []
    assert page.all("html")[0]["lang"] == "en-GB"


def test_every_link_leads_to_a_place_in_the_chapter(page):
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]

    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)


def test_every_table_has_a_caption_and_headings_with_scope(html):
    for table in re.findall(r"<table>.*?</table>", html, re.DOTALL):
        assert "<caption>" in table
        assert '<th scope="col">' in table
        assert '<th scope="row">' in table


def test_a_word_processor_is_given_the_figures_of_every_chart_and_no_drawing(html):
    seen = as_word_reads_it(html)

    assert html.count("<svg") >= 5
    assert "<svg" not in seen
    assert seen.count("<figure>") == html.count("<svg")
    for figure in re.findall(r"<figure>.*?</figure>", seen, re.DOTALL):
        assert "<table>" in figure
        assert "<figcaption>" in figure


def test_no_rating_is_told_by_colour_alone(html):
    tags = re.findall(r'<span class="rag (\w+)"><span aria-hidden="true">.</span> (\w+)', html)

    assert tags
    assert all(colour == word.lower() for colour, word in tags)


def test_it_tells_the_whole_story_in_order(html):
    wanted = ["about", "findings", "supply", "demand", "gap", "closing", "cost", "market", "needs"]
    wanted += ["after-care", "scenario", "trust", "data", "definitions", "limits", "sources"]

    places = [html.index(f'id="{slug}"') for slug in wanted]

    assert places == sorted(places)


def test_steps_of_supply_lead_from_approved_to_usable(html):
    # Two kinds: 2 x (100 - 10 - 40 - 3 + 1) = 96.
    assert "200 places are approved and 96 usable." in html


def test_a_part_whose_table_is_absent_says_so():
    html = chapter_of({"balance": strategy_tables()["balance"]})

    assert Page(html).faults == []
    for sentence in (
        "Left out: the steps of supply are not part of this edition.",
        "Left out: no forecast of foster carers was made.",
        "Left out: no spend was forecast",
        "Left out: needs were not profiled",
        "Left out: no backtest was made",
    ):
        assert sentence in html


def test_without_any_table_it_still_says_what_is_missing():
    html = chapter_of({})

    assert "Left out: demand was not set against a register of homes." in html
    assert Page(html).faults == []


def test_hostile_text_from_data_stays_text():
    hostile = '<script>alert("x")</script>'
    tables = strategy_tables()
    tables["balance"] = tables["balance"].assign(
        local_authority_name=tables["balance"]["local_authority_name"].mask(
            tables["balance"]["local_authority"] == "E08000001", hostile
        )
    )
    tables["contracts"] = tables["contracts"].assign(provider=hostile)
    tables["closing"] = tables["closing"].assign(sentence=f"Here, there: {hostile}")

    html = chapter_of(tables, {**META, "scenario": {"name": hostile}, "notes": [hostile]})

    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 5


def test_withheld_figures_are_told_in_a_word_and_never_drawn():
    tables = strategy_tables()
    own = tables["spend_years"]["placement_type"] == "foster"
    years = tables["spend_years"].astype("object")
    years.loc[own, [name for name in years if name.startswith("spend_")]] = "c"
    balance = tables["balance"].astype({"demand_mean": "object", "rag": "object"})
    single = balance["local_authority"] == "E08000001"
    balance.loc[single, "rag"] = "c"

    html = chapter_of({"balance": balance, "spend_years": years}, edition=Edition.PUBLIC)

    assert "Public edition." in html
    assert "withheld" in html
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", html).lower())
    assert "[c]" in html


def test_both_files_are_written_and_the_same_tables_give_the_same_bytes(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    tables = strategy_tables(balance=None, demand=None, forecast=None, backtest=None)
    for folder in (first, second):
        folder.mkdir()
        write_strategy(tables, META, folder)

    assert sorted(path.name for path in first.iterdir()) == ["strategy.html", "strategy.xlsx"]
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()
