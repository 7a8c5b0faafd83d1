"""Simulated worlds: their returns, read as any other, give back the truth they were made from."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.children import link_episodes
from rcc_forecast.demand import monthly_demand
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.returns import read_returns_from
from tests.benchmarks.worlds.counts import BANDS, POPULATIONS, TYPES, Counts, counts_of
from tests.benchmarks.worlds.filing import Files, held_on, of_authority, returns_of, written
from tests.benchmarks.worlds.lives import STILL_THERE, Lives, likely_lives_of, lives_of
from tests.benchmarks.worlds.nature import AUTHORITIES, Family

STOCK = 700
ON_TIME = [Family.MARKOV, Family.FRAILTY, Family.CALM]
ORIGIN = pd.Timestamp("2022-03-31")


@lru_cache(maxsize=4)
def a_small_world(family: Family) -> tuple[Lives, Counts, Files]:
    lives = lives_of(family, seed=903, stock=STOCK)
    return lives, counts_of(lives), returns_of(lives)


@lru_cache(maxsize=8)
def read_back(family: Family, as_of: pd.Timestamp) -> DemandHistory:
    _, _, files = a_small_world(family)
    returns = read_returns_from(held_on(files, as_of))
    return monthly_demand(link_episodes(returns, as_of=as_of), as_of=as_of)


def truth_of(counts: Counts, leaves: pd.DataFrame, n_months: int) -> np.ndarray:
    """The true counts of each leaf; a type that no world has is nought."""
    place = [
        pd.Index(known).get_indexer(leaves[name])
        for name, known in (
            ("local_authority", AUTHORITIES),
            ("placement_type", TYPES),
            ("age_band", BANDS),
            ("population", POPULATIONS),
        )
    ]
    known = np.all([at >= 0 for at in place], axis=0)
    truth = np.zeros((len(leaves), n_months))
    truth[known] = counts.children[tuple(at[known] for at in place)][:, :n_months]
    return truth


@pytest.mark.parametrize("family", ON_TIME)
def test_counts_from_the_returns_are_the_truth_in_every_cell_and_month(family):
    _, counts, _ = a_small_world(family)

    history = read_back(family, ORIGIN)

    assert list(history.months) == list(counts.months[: len(history.months)])
    assert len(history.months) == 73
    truth = truth_of(counts, history.leaves, len(history.months))
    np.testing.assert_array_equal(history.counts["children"], truth)


def test_where_ends_are_recorded_late_only_the_newest_year_counts_too_many():
    _, counts, _ = a_small_world(Family.FEEDBACK)

    history = read_back(Family.FEEDBACK, ORIGIN)

    too_many = history.counts["children"] - truth_of(counts, history.leaves, len(history.months))
    assert not too_many[:, :-12].any()
    assert too_many[:, -1].sum() > 0
    assert (too_many.sum(axis=0) >= 0).all()


def test_the_next_return_brings_the_late_ends():
    _, counts, _ = a_small_world(Family.FEEDBACK)

    history = read_back(Family.FEEDBACK, ORIGIN + pd.DateOffset(years=1))

    truth = truth_of(counts, history.leaves, len(history.months))
    seen = counts.months_until(ORIGIN)
    np.testing.assert_array_equal(history.counts["children"][:, :seen], truth[:, :seen])


@pytest.mark.parametrize("family", list(Family))
def test_every_row_of_a_world_is_used(family):
    _, _, files = a_small_world(family)

    returns = read_returns_from(files)

    assert (returns.filed["rows_used"] == returns.filed["rows_filed"]).all()
    assert returns.filed["rows_used"].sum() > 10_000


@pytest.mark.parametrize("family", list(Family))
def test_a_child_is_in_one_home_at_a_time_and_leaves_by_18(family):
    lives, _, _ = a_small_world(family)

    same = lives.child[1:] == lives.child[:-1]
    assert (lives.end > lives.start).all()
    assert (lives.end[:-1][same] <= lives.start[1:][same]).all()
    ended = lives.end < STILL_THERE
    age = (lives.end[ended] - lives.born[lives.child[ended]]) / 365.25
    assert age.max() < 18.01
    assert lives.of_age.any()


def test_children_of_a_calm_world_keep_their_number():
    lives = lives_of(Family.CALM, seed=1, stock=6_000)

    total = counts_of(lives).children.sum(axis=(0, 1, 2, 3))

    # Little's law sets the arrivals: chance and the season are left.
    assert abs(total.mean() / 6_000 - 1) < 0.05
    assert total.std() / total.mean() < 0.04


def test_siblings_arrive_together_where_the_family_of_worlds_says_so():
    def largest_arrival(family: Family) -> float:
        lives, _, _ = a_small_world(family)
        first = np.append(True, lives.child[1:] != lives.child[:-1])
        where = lives.authority[lives.child[first]] * 100_000 + lives.start[first]
        return float((np.unique(where, return_counts=True)[1] > 1).mean())

    assert largest_arrival(Family.FRAILTY) > 2 * largest_arrival(Family.MARKOV)


def test_the_same_seed_gives_the_same_files():
    again = returns_of(lives_of(Family.FRAILTY, seed=903, stock=STOCK))

    assert again == a_small_world(Family.FRAILTY)[2]


def test_another_seed_gives_another_world():
    other = counts_of(lives_of(Family.FRAILTY, seed=904, stock=STOCK))

    assert not np.array_equal(other.children, a_small_world(Family.FRAILTY)[1].children)


def test_likely_futures_have_the_world_s_own_past_and_go_apart_after_the_origin():
    _, counts, _ = a_small_world(Family.FEEDBACK)
    seen = counts.months_until(ORIGIN)

    one, other = (
        counts_of(lives).children
        for lives in likely_lives_of(
            Family.FEEDBACK, seed=903, stock=STOCK, origin=np.datetime64(ORIGIN, "D"), n=2
        )
    )

    np.testing.assert_array_equal(one[..., :seen], counts.children[..., :seen])
    np.testing.assert_array_equal(other[..., :seen], counts.children[..., :seen])
    assert not np.array_equal(one[..., seen:], other[..., seen:])


def test_every_file_says_that_it_is_synthetic(tmp_path):
    _, _, files = a_small_world(Family.MARKOV)
    one = of_authority(files, AUTHORITIES[0])

    folder = written(one, tmp_path / "world", family=Family.MARKOV, seed=903)

    assert "SYNTHETIC" in (folder / "README.txt").read_text()
    for path in folder.glob("*/*/*.csv"):
        rows = path.read_text().splitlines()[1:]
        assert all(row.startswith("SYN") for row in rows)
