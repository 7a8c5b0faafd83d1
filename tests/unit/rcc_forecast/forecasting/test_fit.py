"""A forecast adds up at every level, is never negative, and says where it came from."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.tables.forecast import FORECAST, QUANTILES
from tests.builders.engines import an_engine, handed_out, the_engine
from tests.builders.histories import (
    BLACKPOOL,
    LEEDS,
    MANCHESTER,
    SALFORD,
    a_history,
    a_membership,
)

# Salford joins the co-operative seven months into the forecast.
MEMBERSHIP = a_membership(joins="2024-10-15")
NODE = ["region", "local_authority", "placement_type", "age_band", "population"]


@pytest.fixture(scope="module")
def forecast():
    return handed_out(
        the_engine(), membership=MEMBERSHIP, provenance={"configuration": {"horizon": 12}}
    )


def _totals(table, measure="children"):
    whole = (table["placement_type"] == ALL) & (table["age_band"] == ALL)
    return table[whole & (table["population"] == ALL) & (table["measure"] == measure)]


def _england(table, measure="children"):
    totals = _totals(table, measure)
    return totals[(totals["region"] == ALL) & (totals["rcc"] == "")].set_index("horizon")


def test_the_table_has_the_columns_of_the_contract_in_order(forecast):
    assert list(forecast.table().columns) == [
        *NODE,
        *("measure", "month", "horizon", "mean", *QUANTILES),
        *("model", "rcc", "local_authority_name"),
    ]
    assert FORECAST.names == list(forecast.table().columns)


@pytest.mark.parametrize("measure", ["children", "entries", "exits"])
def test_the_means_of_leaves_sum_to_every_total(forecast, measure):
    leaves, labels = forecast.leaf_means[measure], forecast.leaves
    # Entries and exits stand on one leaf of their area and band: they have no populations.
    shared = NODE if measure == "children" else ["region", "local_authority", "age_band"]
    table = forecast.table()
    table = table[(table["measure"] == measure) & (table["rcc"] != "Greater Manchester")]
    table = table[(table["population"] == ALL)]

    for node, rows in table.groupby(shared):
        inside = np.ones(len(labels), dtype=bool)
        for column, value in zip(shared, node, strict=True):
            inside &= (value == ALL) | (labels[column] == value).to_numpy()
        months = rows["horizon"].to_numpy() - 1
        np.testing.assert_allclose(rows["mean"], leaves[inside].sum(axis=0)[months], atol=1e-6)


@pytest.mark.parametrize("measure", ["children", "entries", "exits"])
@pytest.mark.parametrize(
    ("finer", "kept"),
    [
        ("placement_type", {"age_band": ALL, "population": ALL}),
        ("age_band", {"placement_type": ALL, "population": ALL}),
        ("population", {"placement_type": ALL, "age_band": ALL}),
    ],
)
def test_kinds_bands_and_populations_each_add_up_to_the_total(forecast, measure, finer, kept):
    table = forecast.table()
    table = table[table["measure"] == measure]
    for column, value in kept.items():
        table = table[table[column] == value]
    area = ["region", "local_authority", "rcc", "horizon"]
    parts = table[table[finer] != ALL].groupby(area)["mean"].sum()
    totals = table[table[finer] == ALL].set_index(area)["mean"]

    if measure != "children" and finer != "age_band":
        assert parts.empty
    else:
        np.testing.assert_allclose(parts, totals.reindex(parts.index), atol=1e-6)
        assert len(parts) == len(totals)


def test_authorities_add_up_to_their_region(forecast):
    totals = _totals(forecast.table())
    region = totals[(totals["region"] == "North West") & (totals["local_authority"] == ALL)]
    parts = totals[totals["local_authority"] != ALL].groupby("horizon")["mean"].sum()

    np.testing.assert_allclose(region.set_index("horizon")["mean"], parts, atol=1e-6)


def test_a_co_operative_has_the_members_of_each_month(forecast):
    totals = _totals(forecast.table())
    of_rcc = totals[(totals["local_authority"] == ALL) & (totals["rcc"] != "")]
    of_rcc = of_rcc.set_index("horizon")["mean"]
    by_code = totals.pivot_table(index="horizon", columns="local_authority", values="mean")

    # To the end of September 2024 Manchester alone; from October, lead 7, Salford too.
    np.testing.assert_allclose(of_rcc.loc[:6], by_code.loc[:6, MANCHESTER], atol=1e-6)
    both = by_code[MANCHESTER] + by_code[SALFORD]
    np.testing.assert_allclose(of_rcc.loc[7:], both.loc[7:], atol=1e-6)


def test_authority_rows_name_their_co_operative_on_the_date(forecast):
    rows = _totals(forecast.table()).set_index(["local_authority", "horizon"])["rcc"]

    assert rows[SALFORD, 6] == ""
    assert rows[SALFORD, 7] == "Greater Manchester"
    assert rows[BLACKPOOL, 12] == ""


def test_quantiles_are_ordered_and_nothing_is_negative(forecast):
    quantiles = forecast.table()[list(QUANTILES)].to_numpy()

    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert forecast.table()[["mean", *QUANTILES]].to_numpy().min() >= 0


def test_the_middle_lies_near_the_mean_and_doubt_grows_with_the_months(forecast):
    england = _england(forecast.table())
    width = england["q90"] - england["q10"]

    assert (england["mean"] - england["q50"]).abs().max() < 0.1 * england["mean"].max()
    assert width[12] > width[1] > 0


def test_months_are_last_days_after_the_as_of_day(forecast):
    assert forecast.months[0] == pd.Timestamp("2024-04-30")
    assert forecast.months[-1] == pd.Timestamp("2025-03-31")
    assert set(forecast.table()["month"]) == set(forecast.months)


def test_joint_futures_lie_around_the_means_of_the_table(forecast):
    futures = forecast.children_paths()

    np.testing.assert_allclose(futures.mean(axis=0), forecast.leaf_means["children"], atol=0.02)
    assert futures.min() >= 0


def test_the_same_inputs_and_seed_give_the_same_bytes(forecast):
    again = handed_out(an_engine(a_history()), membership=MEMBERSHIP)

    pd.testing.assert_frame_equal(again.table(), forecast.table(), check_exact=True)
    assert again.children_paths().tobytes() == forecast.children_paths().tobytes()


def test_another_seed_gives_other_futures_and_the_same_means(forecast):
    other = handed_out(the_engine(), membership=MEMBERSHIP, seed=4)

    assert not np.array_equal(other.children_paths(), forecast.children_paths())
    np.testing.assert_array_equal(other.table()["mean"], forecast.table()["mean"])


def test_the_provenance_is_told_in_json(forecast):
    meta = json.loads(json.dumps(forecast.meta))

    assert meta["as_of"] == "2024-03-31"
    assert meta["data_hash"] == "0" * 64
    assert meta["backtest_origins"][-2:] == ["2023-09-30", "2023-12-31"]
    assert [known["name"] for known in meta["breaks"]] == ["covid", "supported-accommodation"]
    assert "little weight" in meta["breaks"][0]["handling"]
    assert set(meta["coverage"]["children"]) == {"80", "95", "by_level"}
    assert meta["models"] == dict.fromkeys(("children", "entries", "exits"), "combination")
    assert meta["cut_short"] == []


def test_weights_of_every_level_and_range_of_months_sum_to_one(forecast):
    by_level = forecast.meta["weights"]["children"]

    for by_months in by_level.values():
        assert set(by_months) == {"1-6", "7-12"}
        for weights in by_months.values():
            assert set(weights) == {"hold_flat", "panel", "cohort"}
            assert sum(weights.values()) == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize("n_months", [1, 3, 8, 13, 25])
def test_a_short_history_gets_a_forecast_with_its_doubt_and_says_that_it_is_short(n_months):
    forecast = handed_out(an_engine(a_history(n_months=n_months)))

    figures = forecast.table()[["mean", *QUANTILES]].to_numpy()
    england = _england(forecast.table())
    assert np.isfinite(figures).all()
    assert (figures >= 0).all()
    assert (np.diff(figures[:, 1:], axis=1) >= 0).all()
    assert (england["q90"] > england["q10"]).all()
    assert any("too short" in note for note in forecast.meta["notes"])
    assert forecast.meta["backtest_origins"] == []


def test_a_short_history_is_more_in_doubt_than_a_long_one(forecast):
    short = _england(handed_out(an_engine(a_history(n_months=3))).table()).loc[12]
    long = _england(forecast.table()).loc[12]

    assert (short["q90"] - short["q10"]) / short["mean"] > (long["q90"] - long["q10"]) / long[
        "mean"
    ]


def test_without_rates_the_reason_is_told():
    forecast = handed_out(an_engine(a_history(n_months=3)))

    assert "6 periods" in forecast.meta["left_out"]["cohort"]
    assert forecast.meta["clock"] is None
    assert forecast.explanation is None


def test_one_authority_alone_is_its_region_and_england():
    history = a_history(authorities=(MANCHESTER,))

    totals = _totals(handed_out(an_engine(history, origins=2)).table())

    by_area = totals.pivot_table(
        index="horizon", columns=["region", "local_authority", "rcc"], values="mean"
    )
    assert by_area.shape[1] == 4
    np.testing.assert_allclose(by_area, by_area.iloc[:, [0]].to_numpy().repeat(4, axis=1))


def test_an_authority_alone_is_no_less_in_doubt_than_its_joint_futures():
    history = a_history(authorities=(LEEDS,))

    forecast = handed_out(an_engine(history, origins=2))

    totals = _totals(forecast.table())
    leeds = totals[totals["local_authority"] == LEEDS].set_index("horizon")
    futures = forecast.children_paths().sum(axis=1)
    # Futures are shifted to the mean, the spread is scaled to it: a little apart.
    assert leeds.loc[12, "q975"] >= 0.97 * np.quantile(futures[:, -1], 0.975)
    assert leeds.loc[12, "q025"] <= 1.03 * np.quantile(futures[:, -1], 0.025)


def test_several_regions_add_up_to_england():
    history = a_history(authorities=(LEEDS, MANCHESTER, SALFORD))

    totals = _totals(handed_out(an_engine(history, origins=2)).table())

    regions = totals[(totals["local_authority"] == ALL) & (totals["rcc"] == "")]
    by_region = regions.pivot_table(index="horizon", columns="region", values="mean")
    assert set(by_region) == {ALL, "North West", "Yorkshire and The Humber"}
    np.testing.assert_allclose(by_region.drop(columns=ALL).sum(axis=1), by_region[ALL], atol=1e-6)
