"""Usable places stray from today's as far as the past shows, and alike in every what-if."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.sufficiency.doubt import TURNOVER, doubt_of, turnover_of
from rcc_forecast.sufficiency.residents import parted_by_home
from tests.builders.register import BOLTON, BURY, a_home, a_register

CODES, KINDS = [BOLTON, BURY], ["childrens_home"]


def living(now, before=None, **given):
    """Children of Bolton at one Ofsted number, now and in the three years before."""
    past = [now] * 3 if before is None else before
    return pd.DataFrame(
        {
            "local_authority": [BOLTON],
            "placement_type": "childrens_home",
            "urn": "SC1",
            "lives_in": pd.Series([None], dtype="str"),
            "children": now,
            "girls": 0,
            "peak": now,
            **{f"before_{years}": past[years - 1] for years in (1, 2, 3)},
            **given,
        }
    )


def drawn(residents, homes):
    return doubt_of(
        residents,
        homes,
        authorities=CODES,
        kinds=KINDS,
        n_paths=400,
        horizon=36,
        rng=np.random.default_rng(1),
    )


def test_without_a_past_in_own_homes_the_judgement_stands():
    found = turnover_of(
        living(2), a_home(urn="SC1", places_approved=9), authorities=CODES, kinds=KINDS
    )

    np.testing.assert_allclose(found, [TURNOVER])


def test_homes_that_kept_their_children_are_less_in_doubt_than_those_that_did_not():
    homes = a_register(
        a_home("A", urn="SC1", places_approved=40),
        a_home("B", urn="SC2", places_approved=40, local_authority=BURY),
    )
    moved = pd.concat([living(30, [10, 30, 10]), living(10, [30, 10, 30], urn="SC2")])
    stayed = pd.concat([living(30), living(10, urn="SC2")])

    kept = turnover_of(stayed, homes, authorities=CODES, kinds=KINDS)
    lost = turnover_of(moved, homes, authorities=CODES, kinds=KINDS)

    assert (kept < TURNOVER).all()
    assert (lost[:, 0] > TURNOVER[0]).all()


def test_a_what_if_about_homes_draws_the_same_chance():
    base, what_if = a_home(urn="SC1"), a_register(a_home(urn="SC1"), a_home("B", urn="SC2"))

    one, two = drawn(living(2), base), drawn(living(2), what_if)

    np.testing.assert_array_equal(one.own, two.own)
    np.testing.assert_array_equal(one.shared, two.shared)


def test_doubt_grows_with_the_months_ahead():
    spread = drawn(living(2), a_home(urn="SC1")).own[:, 0, 0].std(axis=0)

    assert spread[0] < spread[11] < spread[35]


def test_a_postcode_says_which_of_an_agencys_authorities_a_child_lives_in():
    homes = a_register(
        a_home("A", urn="SC1", places_approved=6),
        a_home("B", urn="SC1", places_approved=2, local_authority=BURY),
    )

    found = parted_by_home(
        living(4, lives_in=pd.Series([BURY], dtype="str")), homes, weights=np.array([6.0, 2.0])
    )

    assert found.set_index("home")["children"].to_dict() == {0: 0, 1: 4}


def test_a_postcode_serves_children_without_a_number():
    homes = a_register(a_home("A"), a_home("B", local_authority=BURY))
    children = living(
        4, urn=pd.Series([None], dtype="str"), lives_in=pd.Series([BURY], dtype="str")
    )

    found = parted_by_home(children, homes, weights=np.ones(2))

    assert found[["home", "children"]].to_numpy().tolist() == [[1, 4]]
