"""Whether the region helps an authority is told with how sure that is."""

from __future__ import annotations

import pytest

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.forecasting import pooling_table
from tests.builders.engines import an_engine, the_engine
from tests.builders.histories import a_history


def test_every_authority_and_all_together_have_a_gain_by_each_way_of_pooling():
    engine = the_engine()

    table = pooling_table(engine)

    authorities = {*engine.history.authorities, "All"}
    for rival in ("shared_rates", "share_of_region"):
        assert set(table.loc[table["pooled_by"] == rival, "local_authority"]) == authorities
    assert (table["gain"].dropna() <= 1).all()


def test_the_interval_holds_the_gain_where_there_are_eight_origins_and_is_blank_below():
    table = pooling_table(the_engine())

    if table["origins"].iloc[0] < 8:
        assert table["low"].isna().all()
    else:
        assert (table["low"] <= table["high"]).all()


def test_returns_too_short_for_the_cohort_compare_nothing():
    with pytest.raises(NothingUsableError, match="too short"):
        pooling_table(an_engine(a_history(n_months=8)))
