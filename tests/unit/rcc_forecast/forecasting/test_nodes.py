"""Totals, cells and populations: what is forecast, and how leaves make it up."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.forecasting.nodes import bucket_name, lead_buckets, measure_nodes
from rcc_forecast.forecasting.shares import leaf_means
from tests.builders.histories import LEEDS, MANCHESTER, SALFORD, a_history

HISTORY = a_history(authorities=(LEEDS, MANCHESTER, SALFORD))


@pytest.fixture(params=["children", "entries", "exits"])
def nodes(request):
    return measure_nodes(HISTORY.leaves, request.param)


def test_totals_are_the_sums_of_cells(nodes):
    y = nodes.added(HISTORY.corrected["children"])
    n_totals = nodes.hierarchy.n_totals

    cells = nodes.cells(y)

    np.testing.assert_allclose(nodes.hierarchy.adding @ cells, y[:n_totals])


def test_every_leaf_lies_in_one_cell_of_its_own_authority(nodes):
    cells = nodes.frame.iloc[nodes.hierarchy.n_totals : nodes.n_coherent]

    of_leaf = cells.iloc[nodes.cell_of_leaf].reset_index(drop=True)

    leaves = HISTORY.leaves
    assert (of_leaf["local_authority"] == leaves["local_authority"]).all()
    assert (of_leaf["age_band"] == leaves["age_band"]).all()


def test_england_and_each_region_sum_their_authorities():
    nodes = measure_nodes(HISTORY.leaves, "children")
    last = nodes.added(HISTORY.corrected["children"][:, -1])

    by_level = {
        level: last[(nodes.frame["level"] == f"{level}/total").to_numpy()].sum()
        for level in ("authority", "region", "england")
    }

    assert len(set(by_level.values())) == 1
    assert (nodes.frame["level"] == "region/total").sum() == 2


def test_populations_point_at_the_total_of_their_own_area():
    nodes = measure_nodes(HISTORY.leaves, "children")
    populations = nodes.frame.iloc[nodes.n_coherent :].reset_index(drop=True)
    totals = nodes.frame.iloc[nodes.total_of_population].reset_index(drop=True)

    assert set(populations["population"]) == {"uasc", "other"}
    for column in ("area_level", "region", "local_authority"):
        assert (populations[column] == totals[column]).all()
    assert set(totals["detail"]) == {"total"}


def test_entries_and_exits_have_totals_and_bands_alone():
    nodes = measure_nodes(HISTORY.leaves, "entries")

    assert set(nodes.frame["detail"]) == {"total", "age"}
    assert nodes.n_coherent == len(nodes.frame)


def test_levels_of_regions_and_above_are_told_from_those_of_authorities():
    kinds = measure_nodes(HISTORY.leaves, "children").kinds

    above = {name for name, total in zip(kinds.names, kinds.totals, strict=True) if total}
    assert above == {name for name in kinds.names if not name.startswith("authority/")}


def test_leads_are_scored_in_half_years_then_years():
    assert lead_buckets(26).tolist() == [0] * 6 + [1] * 6 + [2] * 12 + [3] * 2
    assert [bucket_name(place, 26) for place in range(4)] == ["1-6", "7-12", "13-24", "25-26"]


def test_leaves_of_a_forecast_sum_to_its_cells_exactly_and_to_populations_nearly():
    nodes = measure_nodes(HISTORY.leaves, "children")
    like = HISTORY.corrected["children"][:, -12:] + 0.2
    rng = np.random.default_rng(5)
    means = nodes.added(like * rng.uniform(0.9, 1.2, like.shape))

    leaves = leaf_means(means, nodes, "children", like=like)

    found = nodes.added(leaves)
    np.testing.assert_allclose(nodes.cells(found), nodes.cells(means), atol=1e-9)
    np.testing.assert_allclose(found[: nodes.n_coherent], means[: nodes.n_coherent], atol=1e-8)
    np.testing.assert_allclose(found[nodes.n_coherent :], means[nodes.n_coherent :], rtol=1e-3)
    assert leaves.min() >= 0


def test_leaves_that_already_add_up_are_left_as_they_are():
    nodes = measure_nodes(HISTORY.leaves, "children")
    like = HISTORY.corrected["children"][:, -3:] + 1.0

    leaves = leaf_means(nodes.added(like), nodes, "children", like=like)

    np.testing.assert_allclose(leaves, like, rtol=1e-6)


def test_a_cell_that_the_cohort_holds_empty_is_taken_for_other_than_uasc():
    nodes = measure_nodes(HISTORY.leaves, "children")
    means = nodes.added(np.ones((len(HISTORY.leaves), 1)))

    leaves = leaf_means(means, nodes, "children", like=np.zeros((len(HISTORY.leaves), 1)))

    uasc = (HISTORY.leaves["population"] == "uasc").to_numpy()
    assert leaves[uasc].sum() == 0
    np.testing.assert_allclose(leaves.sum(), means[0] * 0 + len(HISTORY.leaves))


def test_entries_stand_on_one_leaf_of_their_band():
    nodes = measure_nodes(HISTORY.leaves, "entries")
    means = nodes.added(HISTORY.corrected["entries"][:, -3:])

    leaves = leaf_means(means, nodes, "entries", like=HISTORY.corrected["entries"][:, -3:])

    np.testing.assert_allclose(nodes.added(leaves), means)
    assert ((leaves > 0).sum(axis=0) <= 15).all()
