"""Sites are read as homes are, and a site that cannot be weighed up is told of."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.investing import read_sites, tidy_sites
from rcc_forecast.investing.sites import as_homes
from rcc_forecast.placement import tidy_homes
from tests.builders.investing import site_rows, sites


def test_what_a_site_leaves_out_shuts_nobody_out():
    found = sites({})

    assert found.loc[0, "needs_met"] == 3
    assert found.loc[0, "sex"] == "any"
    assert found.loc[0, "age_min"] == 0


def test_a_site_without_a_cost_to_open_is_refused_and_told_of():
    rows = site_rows({}, {"cost_gbp": ""}, {"cost_gbp": "-5"})

    found, findings = tidy_sites(rows, tidy_homes=tidy_homes)

    assert list(found["site_id"]) == ["S1"]
    assert list(findings.of("site-cost-missing")["row"]) == [3, 4]


def test_pounds_may_be_written_as_people_write_them():
    found = sites({"cost_gbp": "£850,000"})

    assert found.loc[0, "cost_gbp"] == 850_000


def test_findings_speak_of_sites_and_not_of_homes():
    rows = site_rows({"places": "many"})

    _, findings = tidy_sites(rows, tidy_homes=tidy_homes)

    assert set(findings.frame["table"]) == {"sites"}
    assert not findings.frame["column"].isin(["home_id", "places_available", "urn"]).any()


def test_a_site_can_be_placed_by_postcode(tmp_path):
    path = tmp_path / "sites.csv"
    frame = site_rows({}).drop(columns=["easting", "northing"]).assign(postcode="BL1 9PS")
    frame.to_csv(path, index=False)

    found, _ = read_sites(path, tidy_homes=tidy_homes)

    assert found.loc[0, "easting"] == pytest.approx(371_935, abs=2_000)


def test_a_file_without_costs_is_refused_with_what_is_missing(tmp_path):
    path = tmp_path / "sites.csv"
    site_rows({}).drop(columns="cost_gbp").to_csv(path, index=False)

    with pytest.raises(UnreadableInputError, match="cost_gbp"):
        read_sites(path, tidy_homes=tidy_homes)


def test_sites_come_in_any_file_that_homes_come_in(tmp_path):
    as_json, as_parquet = tmp_path / "sites.json", tmp_path / "sites.parquet"
    site_rows({"places": "3"}).to_json(as_json, orient="records")
    site_rows({"places": "3"}).to_parquet(as_parquet)

    found = [read_sites(path, tidy_homes=tidy_homes)[0] for path in (as_json, as_parquet)]

    assert [table.loc[0, "places"] for table in found] == [3, 3]


def test_a_site_becomes_a_home_with_all_its_places_free():
    home = as_homes(sites({"places": 3}))

    assert home.loc[0, "home_id"] == "S1"
    assert home.loc[0, "places_available"] == 3
    assert isinstance(home, pd.DataFrame)
