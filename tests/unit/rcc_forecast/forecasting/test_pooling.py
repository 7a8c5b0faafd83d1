"""Whether the region helps an authority is told with how sure that is."""

from __future__ import annotations

import pytest

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting import pooling_tables
from tests.builders.engines import an_engine, the_engine
from tests.builders.histories import a_history


def test_every_authority_and_all_together_have_a_gain_by_each_way_of_pooling():
    engine = the_engine()

    table, _ = pooling_tables(engine)

    authorities = {*engine.history.authorities, "All"}
    for rival in ("shared_rates", "share_of_region"):
        assert set(table.loc[table["pooled_by"] == rival, "local_authority"]) == authorities
    assert (table["gain"].dropna() <= 1).all()


def test_the_interval_holds_the_gain_where_there_are_eight_origins_and_is_blank_below():
    table, _ = pooling_tables(the_engine())

    if table["origins"].iloc[0] < 8:
        assert table["low"].isna().all()
    else:
        assert (table["low"] <= table["high"]).all()


def test_returns_too_short_for_the_cohort_compare_nothing():
    with pytest.raises(NothingUsableError, match="too short"):
        pooling_tables(an_engine(a_history(n_months=8)))


def test_errors_by_origin_and_lead_stand_behind_the_gains():
    engine = the_engine()

    gains, losses = pooling_tables(engine)

    by_origin = losses.groupby(["local_authority", "origin"])[["alone", "shared_rates"]].mean()
    summed = by_origin.groupby("local_authority").sum()
    gain = gains[gains["pooled_by"] == "shared_rates"].set_index("local_authority")["gain"]
    found = 1 - summed["shared_rates"] / summed["alone"]
    assert found.to_dict() == pytest.approx(gain.drop("All").to_dict())
    assert set(losses["origin"]) == set(engine.origin_days)
