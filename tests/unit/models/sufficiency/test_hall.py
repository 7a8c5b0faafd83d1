"""Sets of age bands against a plain search for the most children who can be placed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from models.sufficiency import fair_split, filled_by, places_touching, shortfall

BANDS = 3
SETS = 2**BANDS

some_places = arrays(np.int64, SETS, elements=st.integers(0, 6))
some_children = arrays(np.int64, BANDS, elements=st.integers(0, 9))


def most_placed(children, places) -> float:
    """Most children placed at once, by linear programming over every pair of band and home."""
    pairs = [(b, s) for b in range(BANDS) for s in range(1, SETS) if s >> b & 1]
    upper, limits = [], []
    for band in range(BANDS):
        upper.append([float(pair[0] == band) for pair in pairs])
        limits.append(children[band])
    for one in range(1, SETS):
        upper.append([float(pair[1] == one) for pair in pairs])
        limits.append(places[one])
    found = linprog([-1.0] * len(pairs), A_ub=upper, b_ub=limits, method="highs")
    return -float(found.fun)


def short(children, places):
    touching = places_touching(places.astype(float)[:, None, None])
    return shortfall(children.astype(float)[None, None, :, None], touching=touching)


@settings(max_examples=80, deadline=None)
@given(some_children, some_places)
def test_the_children_without_a_place_are_those_that_a_plain_search_cannot_place(children, places):
    found = short(children, places)

    assert found.missing[0, 0, 0] == pytest.approx(children.sum() - most_placed(children, places))


@settings(max_examples=80, deadline=None)
@given(some_children, some_places, st.integers(1, SETS - 1))
def test_one_more_place_never_makes_a_shortage_worse(children, places, where):
    before = short(children, places)
    places[where] += 1

    after = short(children, places)

    assert (after.missing <= before.missing + 1e-9).all()
    assert (after.probability[:, -1] <= before.probability[:, -1] + 1e-9).all()


@settings(max_examples=80, deadline=None)
@given(some_children, some_places)
def test_what_the_bands_miss_adds_up_to_what_the_kind_misses(children, places):
    found = short(children, places)

    np.testing.assert_allclose(found.expected[:, :-1].sum(axis=1), found.expected[:, -1])


@settings(max_examples=80, deadline=None)
@given(some_children, some_places)
def test_places_that_would_fill_are_those_a_plain_search_fills(children, places):
    touching = places_touching(places.astype(float)[:, None])

    rank = filled_by(children.astype(float)[:, None], touching=touching)

    assert rank[-1, 0] == pytest.approx(most_placed(children, places))


@settings(max_examples=80, deadline=None)
@given(some_children, some_places)
def test_a_fair_split_gives_out_every_place_and_none_that_cannot_be_used(children, places):
    rank = places_touching(places.astype(float)[:, None])

    split = fair_split(rank, weights=children.astype(float)[:, None])[:, 0]

    assert split.min() >= 0.0
    assert split.sum() == pytest.approx(rank[-1, 0])
    for one in range(1, SETS):
        held = sum(split[band] for band in range(BANDS) if one >> band & 1)
        assert held <= rank[one, 0] + 1e-6


def test_flexible_places_go_where_the_fewest_places_a_child_are():
    places = np.zeros((4, 1))
    places[1], places[2], places[3] = 2, 10, 6  # for band 0, for band 1, for both

    split = fair_split(places_touching(places), weights=np.array([[8.0], [8.0]]))

    # 18 places for 16 children: band 0 has 2 of its own and takes all 6; 1 a child, and 1.25.
    assert split[:, 0].tolist() == pytest.approx([8, 10])
