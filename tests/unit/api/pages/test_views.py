"""Pages stand alone: no script, no outside asset, and headings in order."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from itertools import pairwise

import pytest


@pytest.fixture
def page(service):
    return service.get("/docs")


def test_the_page_lists_every_operation(service, page):
    for path in service.get("/openapi.json").json()["paths"]:
        assert path in page.text


def test_the_page_fetches_nothing_from_elsewhere(page):
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", page.text)
    assert "<script" not in page.text
    assert "@import" not in page.text
    assert "url(" not in page.text


def test_its_one_style_is_the_one_that_its_policy_allows(page):
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL).group(1)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}'" in page.headers["Content-Security-Policy"]
    assert " style=" not in page.text


def test_it_says_its_language_and_its_headings_are_in_order(page):
    levels = [int(level) for level in re.findall(r"<h([1-6])", page.text)]

    assert '<html lang="en-GB">' in page.text
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


def test_there_is_no_page_of_a_problem_that_is_not_answered(service):
    assert service.get("/problems/nonesuch").status_code == 404
