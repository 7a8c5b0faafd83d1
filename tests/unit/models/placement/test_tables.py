"""The compiled tables say what the terms and the hard rules say, pair by pair."""

from __future__ import annotations

import numpy as np
import pytest

from models.placement import DEFAULT_WEIGHTS
from models.placement.eligibility import may_live
from models.placement.rules import SideRule, UnevenLimitError
from models.placement.tables import compile_sides, compile_tables, pair_points, pairs_allowed
from models.placement.terms import TERMS
from models.placement.terms import pair_points as points_by_definition
from tests.builders.small_regions import a_small_region

SWITCHED_ON = {"min_grade": 2, "need3_childrens_home_only": True, "max_miles": 25.0}


def every_pair(problem):
    return np.arange(problem.n_children)[:, None], np.arange(problem.n_homes)[None, :]


@pytest.mark.parametrize("seed", range(4))
def test_a_child_has_the_same_points_in_a_home_as_by_definition(seed):
    problem = a_small_region(seed=seed, n_groups=40, n_homes=60)
    tables = compile_tables(problem, DEFAULT_WEIGHTS)

    compiled = pair_points(tables, *every_pair(problem))

    defined = points_by_definition(problem, *every_pair(problem), weights=DEFAULT_WEIGHTS)
    np.testing.assert_array_equal(compiled, defined)


@pytest.mark.parametrize("name", sorted(TERMS))
def test_each_term_keeps_its_word_on_what_it_depends_on(name):
    problem = a_small_region(seed=9, n_groups=40, n_homes=60)
    weights = {name: 7.0}
    tables = compile_tables(problem, weights)

    compiled = pair_points(tables, *every_pair(problem))

    defined = points_by_definition(problem, *every_pair(problem), weights=weights)
    np.testing.assert_array_equal(compiled, defined)


@pytest.mark.parametrize("rules", [{}, SWITCHED_ON], ids=["plain", "switched on"])
def test_the_same_homes_are_barred_as_by_the_rules_one_by_one(rules):
    problem = a_small_region(seed=3, n_groups=40, n_homes=60, **rules)
    tables = compile_tables(problem, DEFAULT_WEIGHTS)

    allowed = pairs_allowed(tables, *every_pair(problem))

    np.testing.assert_array_equal(allowed, may_live(problem, *every_pair(problem)))
    assert allowed.any()
    assert not allowed.all()


def test_a_limit_on_miles_that_weighs_them_differently_by_child_cannot_be_priced():
    problem = a_small_region(seed=3)
    nobody, weights = np.zeros(problem.n_children), np.arange(problem.n_children) % 2.0
    limit = SideRule("miles of some", {"mile": weights}, nobody, 100.0)

    with pytest.raises(UnevenLimitError) as told:
        compile_sides(problem, [limit], np.ones(1))

    assert (told.value.limit, told.value.amount) == ("miles of some", "mile")
