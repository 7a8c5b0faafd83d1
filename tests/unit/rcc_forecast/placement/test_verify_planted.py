"""A thousand ways to lie about a plan, and none of them passes."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from rcc_forecast.placement import verify_plan
from tests.builders.planted_faults import (
    BASES,
    WAYS,
    Draft,
    a_good_plan,
    a_planted_fault,
    rewrite_figures,
    write_draft,
)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return {base: a_good_plan(base, tmp_path_factory.mktemp(base)) for base in BASES}


def faults_of(draft: Draft, folder: Path) -> list[str]:
    write_draft(draft, folder)
    return verify_plan(folder, draft.children, draft.homes)


def undetected(good: dict[str, Draft], numbers: range, folder: Path) -> list[str]:
    """Planted faults that nobody tells of, or in other words than they should."""
    missed = []
    for number in numbers:
        draft, way, words = a_planted_fault(good, number=number)
        told = faults_of(draft, folder / str(number))
        if not any(words in fault for fault in told):
            missed.append(f"{way}, number {number}: {words!r} is not told, but {told[:2]}")
    return missed


@pytest.mark.parametrize("base", BASES)
def test_the_plans_that_faults_are_planted_in_have_none(good, base, tmp_path):
    assert faults_of(good[base].copy(), tmp_path) == []


@pytest.mark.parametrize("base", BASES)
def test_figures_rewritten_for_the_same_plan_are_the_same_figures(good, base, tmp_path):
    draft = good[base].copy()

    status = draft.summary["status"]
    rewrite_figures(draft, draft.home)
    draft.summary["status"] = status

    assert faults_of(draft, tmp_path) == []
    assert draft.summary == good[base].summary


def test_every_way_to_falsify_a_plan_is_found_out(good, tmp_path):
    assert undetected(good, range(len(WAYS)), tmp_path) == []


def test_faults_planted_with_a_seed_drawn_today_are_found_out(good, tmp_path):
    first = secrets.randbelow(2**40)

    assert undetected(good, range(first, first + 60), tmp_path) == []


@pytest.mark.full
@pytest.mark.parametrize("batch", range(10))
def test_a_thousand_planted_faults_are_found_out(good, batch, tmp_path):
    assert undetected(good, range(100 * batch, 100 * (batch + 1)), tmp_path) == []
