"""Every total is the sum of its leaves, and every level is there."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.demand.leaves import leaves_of
from rcc_forecast.results.hierarchy import nodes_on

MANCHESTER, SALFORD, LANCASHIRE, KENT = "E08000003", "E08000006", "E10000017", "E10000016"


@pytest.fixture
def leaves():
    return leaves_of([MANCHESTER, SALFORD, LANCASHIRE, KENT])


@pytest.fixture
def nodes(leaves):
    return nodes_on(leaves, membership={MANCHESTER: "GM", SALFORD: "GM"})


def values_of(nodes, leaves, **node):
    """Give the number of leaves of the nodes that are asked for."""
    rows = np.ones(len(nodes), dtype=bool)
    for name, value in node.items():
        rows &= (nodes.frame[name] == value).to_numpy()
    return (nodes.summing @ np.ones(len(leaves)))[rows]


def test_every_area_has_every_level(nodes):
    # 4 authorities, 2 regions, 1 co-operative, England; 1 + 10 + 5 + 50 + 2 rows each.
    assert len(nodes) == 8 * 68
    assert set(nodes.frame["area_level"]) == {"authority", "region", "rcc", "england"}


def test_england_sums_every_leaf(nodes, leaves):
    assert list(values_of(nodes, leaves, level="england/total")) == [400]


def test_a_co_operative_sums_its_members_and_reads_all_for_region_and_authority(nodes, leaves):
    rows = nodes.frame[nodes.frame["level"] == "rcc/total"]

    assert rows[["region", "local_authority", "rcc"]].to_numpy().tolist() == [["All", "All", "GM"]]
    assert list(values_of(nodes, leaves, level="rcc/total")) == [200]


def test_an_authoritys_rows_name_its_co_operative(nodes):
    named = nodes.frame[nodes.frame["level"] == "authority/total"].set_index("local_authority")

    assert dict(named["rcc"]) == {MANCHESTER: "GM", SALFORD: "GM", LANCASHIRE: "", KENT: ""}


def test_types_bands_their_product_and_populations_each_add_up_to_the_area(nodes, leaves):
    rng = np.random.default_rng(0)
    values = nodes.summing @ rng.integers(0, 50, len(leaves)).astype(float)

    area = ["area_level", "region", "local_authority", "rcc"]
    by_detail = nodes.frame.assign(value=values).groupby([*area, "detail"])["value"].sum().unstack()

    for detail in ("type", "age", "type_age", "population"):
        np.testing.assert_array_equal(by_detail[detail], by_detail["total"])


def test_regions_add_up_to_england(nodes, leaves):
    values = nodes.summing @ np.arange(len(leaves), dtype=float)
    frame = nodes.frame.assign(value=values)
    total = frame[frame["detail"] == "total"].groupby("area_level")["value"].sum()

    assert total["region"] == total["authority"] == total["england"]


def test_an_unknown_authority_lies_in_an_unknown_region():
    leaves = leaves_of(["Unknown"])

    nodes = nodes_on(leaves, membership={})

    assert set(nodes.frame["region"]) == {"Unknown", "All"}
    assert "rcc" not in set(nodes.frame["area_level"])


def test_flows_are_forecast_in_total_and_by_age_only(nodes):
    assert set(nodes.for_measure("exits").frame["detail"]) == {"total", "age"}
    assert len(nodes.for_measure("children")) == len(nodes)


def test_chosen_levels_keep_their_sums(nodes, leaves):
    chosen = nodes.select(["region/total", "england/total"])

    assert list(chosen.summing @ np.ones(len(leaves))) == [300, 100, 400]
    assert list(chosen.frame["region"]) == ["North West", "South East", "All"]
