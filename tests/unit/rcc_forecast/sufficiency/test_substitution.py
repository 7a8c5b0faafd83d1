"""Who lives in one kind of home and needs another, learned from children asked about."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.results.futures import KINDS
from rcc_forecast.sufficiency.substitution import (
    assumed_substitution,
    children_by_need,
    kinds_needed,
    substitution_of,
    substitution_rows,
)
from tests.builders.register import a_home, a_register

FOSTER, HOME = KINDS.index("foster"), KINDS.index("childrens_home")
TEENS = 3


def a_cohort(*children):
    """Children of 12, each (kind preferred, home lived in)."""
    rows = [
        {f"suit_{kind}": "preferred" if kind == preferred else "unsuitable" for kind in KINDS}
        | {"current_home_id": lives_in, "age": 12}
        for preferred, lives_in in children
    ]
    return pd.DataFrame(rows)


def learned(*children, n_paths=400):
    homes = a_register(a_home("H"), a_home("F", placement_type="foster"))
    rng = np.random.default_rng(7)
    return substitution_of(a_cohort(*children), homes, kinds=KINDS, n_paths=n_paths, rng=rng)


def test_the_share_who_wait_for_a_foster_home_is_that_of_the_children_asked():
    found = learned(*[("foster", "H")] * 60, *[("childrens_home", "H")] * 40)

    # 60 of 100, and a little of living where one is needed (half a child over all ages).
    assert found.mean[TEENS, HOME, FOSTER] == pytest.approx(0.6, abs=0.005)
    assert found.draws[:, TEENS, HOME, FOSTER].std() == pytest.approx(
        np.sqrt(0.6 * 0.4 / 100), rel=0.2
    )


def test_few_children_asked_leave_much_doubt():
    few = learned(*[("foster", "H")] * 3, *[("childrens_home", "H")] * 2)
    many = learned(*[("foster", "H")] * 300, *[("childrens_home", "H")] * 200)

    def spread(found):
        return found.draws[:, TEENS, HOME, FOSTER].std()

    assert spread(few) > 3 * spread(many)


def test_a_kind_in_which_nobody_was_asked_stays_as_placed():
    found = learned(("foster", "H"))

    np.testing.assert_array_equal(found.draws[:, :, FOSTER, FOSTER], 1.0)


def test_a_child_whose_home_is_not_known_teaches_nothing():
    assert learned(("foster", "H"), ("foster", "X")).asked.sum() == 1


def test_two_preferred_kinds_count_half_each():
    cohort = a_cohort(("foster", "H")).assign(suit_childrens_home="preferred")

    need = kinds_needed(cohort, kinds=KINDS)[0]

    assert need[[FOSTER, HOME]].tolist() == [0.5, 0.5]


def test_children_counted_by_need_are_as_many_as_before_on_average():
    found = learned(*[("foster", "H")] * 6, *[("childrens_home", "H")] * 4, n_paths=200)
    children = np.random.default_rng(1).poisson(20, (200, len(KINDS), 5, 3)).astype(np.float32)

    by_need = children_by_need(children, found)

    mean = children.mean(axis=0)
    np.testing.assert_allclose(by_need.mean(axis=0).sum(axis=0), mean.sum(axis=0), rtol=1e-5)
    moved = found.mean[TEENS, HOME, FOSTER] * mean[HOME, TEENS]
    np.testing.assert_allclose(
        by_need[:, FOSTER, TEENS].mean(axis=0), mean[FOSTER, TEENS] + moved, rtol=1e-5
    )


def test_an_assumption_is_drawn_evenly_from_its_interval():
    found = assumed_substitution(
        {("childrens_home", "foster"): (0.2, 0.4)},
        kinds=KINDS,
        n_paths=100,
        rng=np.random.default_rng(1),
    )

    drawn = found.draws[:, TEENS, HOME, FOSTER]
    assert (drawn.min() > 0.2, drawn.max() < 0.4) == (True, True)
    assert drawn.mean() == pytest.approx(0.3)
    np.testing.assert_allclose(found.draws.sum(axis=-1), 1.0)


def test_the_matrix_adds_up_over_ages_and_over_kinds():
    found = learned(*[("foster", "H")] * 6, *[("childrens_home", "H")] * 4, n_paths=50)
    children = np.random.default_rng(1).poisson(20, (50, len(KINDS), 5)).astype(float)

    rows = substitution_rows(
        children, found, kinds=KINDS, bands=["0", "1-4", "5-9", "10-15", "16-17"]
    )

    whole = rows[rows["age_band"] == "All"]
    by_band = rows[rows["age_band"] != "All"]
    pair = ["lived_in", "needed"]
    np.testing.assert_allclose(
        whole.groupby(pair)["children_mean"].sum(), by_band.groupby(pair)["children_mean"].sum()
    )
    of_kind = whole.groupby("lived_in")["children_mean"].sum()
    np.testing.assert_allclose(
        of_kind, pd.Series(children.mean(axis=0).sum(axis=1), index=KINDS).loc[of_kind.index]
    )
    np.testing.assert_allclose(whole.groupby("lived_in")["share_mean"].sum(), 1.0)
