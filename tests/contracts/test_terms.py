"""What every term of the placement objective promises."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement.problem import PlacementProblem
from models.placement.terms import DEFAULT_WEIGHTS, HOME_TERMS, TERMS, TIERS, pair_points
from models.placement.terms.base import TIER_OF_TERM, declare_weight
from rcc_forecast.placement.build import build_problem
from rcc_forecast.placement.settings import settings_of
from tests.builders.placement import TODAY, an_invented_region


@pytest.fixture(scope="module")
def problem() -> PlacementProblem:
    children, homes = an_invented_region(n_children=40, n_places=60, seed=5)
    rules = settings_of().rules
    return build_problem(children, homes, on=TODAY, replan=False, rules=rules).problem


@pytest.fixture(params=sorted(TERMS))
def term(request):
    return request.param


def every_pair(problem: PlacementProblem) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(problem.n_children)[:, None], np.arange(problem.n_homes)[None, :]


def test_a_term_gives_an_amount_for_every_pair_and_never_a_negative_one(problem, term):
    amounts = TERMS[term](problem, *every_pair(problem))

    assert amounts.shape == (problem.n_children, problem.n_homes)
    assert np.isfinite(amounts).all()
    assert (amounts >= 0).all()


def test_a_term_says_the_same_of_a_pair_alone_as_of_all_pairs(problem, term):
    table = TERMS[term](problem, *every_pair(problem))
    child, home = np.array([3, 0, 17]), np.array([2, 9, 4])

    np.testing.assert_array_equal(TERMS[term](problem, child, home), table[child, home])


def test_twice_the_weight_is_twice_the_points(problem, term):
    once = pair_points(problem, *every_pair(problem), weights={term: 100.0})
    twice = pair_points(problem, *every_pair(problem), weights={term: 200.0})

    np.testing.assert_allclose(twice, 2 * once, atol=1.0)


def test_a_weight_of_nothing_counts_nothing(problem, term):
    assert not pair_points(problem, *every_pair(problem), weights={term: 0.0}).any()


def test_every_term_has_a_weight_and_a_tier():
    assert set(DEFAULT_WEIGHTS) == set(TIER_OF_TERM) == {*TERMS, *HOME_TERMS}
    assert set(TIER_OF_TERM.values()) == set(TIERS)


def test_two_terms_may_not_share_a_name():
    with pytest.raises(ValueError, match="twice"):
        declare_weight("mile", points=1, tier="rest")
