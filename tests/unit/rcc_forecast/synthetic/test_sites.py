"""Sites that could be opened: in every authority, priced, and invented for all to see."""

from __future__ import annotations

from rcc_forecast.investing import read_sites
from rcc_forecast.placement import tidy_homes
from rcc_forecast.tables.investing import SITES
from tests.builders.synthetic import a_small_region


def test_sites_keep_their_declaration_and_are_read_without_a_refusal(tmp_path):
    region = a_small_region()
    region.sites.to_csv(tmp_path / "sites.csv", index=False)

    sites, findings = read_sites(tmp_path / "sites.csv", tidy_homes=tidy_homes)

    assert list(region.sites.columns) == SITES.names
    assert len(sites) == len(region.sites)
    assert not (findings.frame["severity"] == "refused").any()


def test_every_authority_has_sites_and_every_row_says_that_it_is_synthetic():
    sites = a_small_region().sites

    assert set(sites["local_authority"]) == set(a_small_region().authorities)
    assert sites["site_id"].str.startswith("SYN-S-").all()
    assert sites["site_id"].is_unique


def test_a_children_s_home_costs_more_to_open_than_a_foster_household():
    sites = a_small_region().sites.astype({"cost_gbp": int})

    by_kind = sites.groupby("placement_type")["cost_gbp"]

    assert by_kind.min()["childrens_home"] > by_kind.max()["foster"]
