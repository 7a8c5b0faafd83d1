"""The newest months are short of ends; earlier returns tell by how much."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.children import link_episodes
from rcc_forecast.demand import monthly_demand
from tests.builders.episodes import (
    a_steady_authority,
    an_episode,
    filed,
    filed_yearly,
    journeys_of,
    rules_of,
)

MEAN_DELAY = 60.0


def _delays(rng, n):
    return rng.exponential(MEAN_DELAY, n).astype(int)


@pytest.fixture(scope="module")
def world():
    returns, truth = a_steady_authority(
        rng=np.random.default_rng(903),
        years=range(2016, 2022),
        starts_a_year=1500,
        mean_days=400,
        delay_of_ends=_delays,
    )
    return monthly_demand(link_episodes(returns)), truth


def _truth_at(truth, month):
    return ((truth["decom"] <= month) & (truth["dec"] > month)).sum()


def test_a_planted_delay_is_recovered(world):
    history, _ = world

    exits = history.completeness[history.completeness["measure"] == "exits"]
    newest_first = exits["share_recorded"].to_numpy()[::-1][:12]

    # Ends k months before 31 March are on average 30k + 15 days old; with an exponential delay of
    # mean 60 days the share recorded is 1 - mean of exp(-age/60) over the month. Each estimate
    # rests on about 5 x 125 ends, so its standard error is at most sqrt(.25/625) = .02.
    ages = 30.4 * np.arange(12)
    over_month = (np.exp(-ages / 60) - np.exp(-(ages + 30.4) / 60)) * 60 / 30.4
    np.testing.assert_allclose(newest_first, 1 - over_month, atol=0.06)
    assert (exits["learned_from"] > 300).all()


def test_the_share_recorded_never_falls_with_the_age_of_the_month(world):
    history, _ = world

    exits = history.completeness[history.completeness["measure"] == "exits"]

    assert (np.diff(exits["share_recorded"]) <= 1e-12).all()


def test_corrected_stock_is_near_the_truth_where_the_recorded_one_is_not(world):
    history, truth = world
    last = history.months[-1]
    recorded = history.counts["children"][:, -1].sum()
    corrected = history.corrected["children"][:, -1].sum()

    true = _truth_at(truth, last)

    # About 1,500 ends a year x 60 days late = some 250 children who had left are still listed.
    assert recorded - true > 180
    # Binomial noise of the unrecorded ends: sd about sqrt(250) = 16; three of them.
    assert abs(corrected - true) < 48


def test_corrected_exits_of_the_newest_months_are_near_the_truth(world):
    history, truth = world
    newest = history.months[-3:]
    begin = newest[0] - pd.offsets.MonthEnd(1)

    true = ((truth["dec"] > begin) & (truth["dec"] <= newest[-1])).sum()

    # About 375 true exits in three months, sd about 19; three of them.
    assert history.counts["exits"][:, -3:].sum() < 0.75 * true
    assert abs(history.corrected["exits"][:, -3:].sum() - true) < 58


def test_months_older_than_two_years_are_not_touched(world):
    history, _ = world

    for measure in ("children", "entries", "exits"):
        np.testing.assert_array_equal(
            history.corrected[measure][:, :-25], history.counts[measure][:, :-25]
        )


def test_recorded_counts_stay_whole_and_corrected_ones_are_never_negative(world):
    history, _ = world

    for measure in ("children", "entries", "exits"):
        assert (history.counts[measure] % 1 == 0).all()
        assert (history.corrected[measure] >= 0).all()


@pytest.mark.parametrize("kind", ["counts", "corrected"])
def test_moves_make_the_stock_exactly(world, kind):
    history, _ = world
    stock = getattr(history, kind)["children"]
    moves = history.moves if kind == "counts" else history.corrected_moves

    change = np.zeros_like(stock)
    inward, outward = moves[moves["destination"] >= 0], moves[moves["origin"] >= 0]
    np.add.at(change, (inward["destination"], inward["month"]), inward["count"])
    np.subtract.at(change, (outward["origin"], outward["month"]), outward["count"])

    np.testing.assert_allclose(change[:, 1:], np.diff(stock, axis=1), atol=1e-9)


def test_corrected_totals_keep_the_identity_of_stock_entries_and_exits(world):
    history, _ = world
    total = {measure: values.sum(axis=0) for measure, values in history.corrected.items()}

    np.testing.assert_allclose(
        np.diff(total["children"]), (total["entries"] - total["exits"])[1:], atol=1e-9
    )


def test_ends_that_are_recorded_in_time_leave_everything_as_recorded():
    returns, _ = a_steady_authority(
        rng=np.random.default_rng(1), years=range(2018, 2022), starts_a_year=200, mean_days=300
    )

    history = monthly_demand(link_episodes(returns))

    for measure in ("children", "entries", "exits"):
        np.testing.assert_array_equal(history.corrected[measure], history.counts[measure])
    assert (history.completeness["share_recorded"] == 1).all()


def test_a_single_return_is_not_corrected_and_that_is_said():
    history = monthly_demand(journeys_of(filed(2020, an_episode(decom="2019-05-01"))))

    assert "late-recording-not-estimated" in rules_of(history.findings)
    np.testing.assert_array_equal(history.corrected["children"], history.counts["children"])


def test_starts_recorded_late_are_added_where_there_is_evidence():
    on_time = [an_episode(decom="2018-02-10", child=f"A{n}") for n in range(10)]
    late = [an_episode(decom="2018-02-10", child=f"B{n}") for n in range(10)]
    new = [an_episode(decom="2020-02-10", child=f"C{n}") for n in range(4)]

    history = monthly_demand(
        journeys_of(
            filed_yearly(*on_time, *new, years=range(2018, 2021)),
            filed_yearly(*late, years=range(2019, 2021)),
        )
    )

    # Half of the starts of February 2018 were missing from that return, so the four of
    # February 2020 stand for eight.
    february = history.months.get_loc(pd.Timestamp("2020-02-29"))
    assert history.counts["entries"][:, february].sum() == 4
    assert history.corrected["entries"][:, february].sum() == pytest.approx(8)
    assert history.corrected["children"][:, -1].sum() == pytest.approx(28)


def test_an_18th_birthday_needs_no_record_and_is_never_missing():
    turning = [
        an_episode(decom="2015-01-01", dob=f"{year - 18}-02-10", child=f"A{year}")
        for year in range(2018, 2022)
    ]

    history = monthly_demand(journeys_of(filed_yearly(*turning, years=range(2018, 2022))))

    np.testing.assert_array_equal(history.corrected["exits"], history.counts["exits"])
