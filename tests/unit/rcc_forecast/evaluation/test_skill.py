"""Regional against local skill is tested where origins allow it, and not elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.skill import read_pooling, skill_said, skill_table
from tests.builders.delay import pooling_losses

GAINS = pd.DataFrame(
    {
        "local_authority": ["E00", "E01", "All"] * 2,
        "pooled_by": ["shared_rates"] * 3 + ["share_of_region"] * 3,
        "origins": 24,
        "gain": 0.1,
        "low": 0.05,
        "high": 0.15,
        "local_authority_name": "",
    }
)


def found_beside(folder, *, losses=None, gains=None, suffix=".csv"):
    backtest = folder / f"scores{suffix}"
    backtest.write_text("", encoding="utf-8")
    for name, table in (("pooling_losses", losses), ("pooling", gains)):
        if table is not None:
            path = folder / f"scores.{name}{suffix}"
            if suffix == ".csv":
                table.to_csv(path, index=False)
            else:
                table.to_parquet(path, index=False)
    return skill_table(read_pooling(backtest))


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_better_regional_forecast_is_found_with_origins_enough(tmp_path, suffix):
    table = found_beside(tmp_path, losses=pooling_losses(n_origins=24, better_by=2), suffix=suffix)

    headline = table.iloc[0]
    assert (headline["headline"], headline["lead"]) == (1, 12)
    assert headline["difference"] == pytest.approx(-2, abs=0.2)
    assert headline["p_value"] < 0.05
    assert headline["gain"] == pytest.approx(0.1, abs=0.02)
    assert "larger than chance often makes it (p under 0.001" in skill_said(table)


def test_fewer_than_sixteen_origins_a_year_ahead_get_no_p_value(tmp_path):
    table = found_beside(tmp_path, losses=pooling_losses(n_origins=12, better_by=5))

    headline = table.iloc[0]
    assert headline["origins_needed"] == 16
    assert np.isnan([headline["p_value"], headline["low"], headline["high"]]).all()
    assert "16 are needed" in headline["note"]
    assert "cannot be said" in skill_said(table)
    # Errors a quarter ahead share no month: twelve origins do.
    assert table.loc[table["lead"] == 3, "p_value"].notna().all()


def test_a_backtest_without_losses_by_origin_gets_a_gain_and_no_p_value(tmp_path):
    table = found_beside(tmp_path, gains=GAINS)

    assert table["p_value"].isna().all()
    assert table["gain"].eq(0.1).all()
    assert table["note"].str.contains("no scores.pooling_losses.csv beside").all()
    assert "cannot be said" in skill_said(table)


def test_a_backtest_with_nothing_beside_it_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="pooling_losses"):
        found_beside(tmp_path)
    with pytest.raises(UnreadableInputError):
        read_pooling(tmp_path / "absent.csv")


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError, match="pooling_losses table"):
        found_beside(tmp_path, losses=GAINS)


def test_an_origin_left_out_in_between_gets_no_p_value(tmp_path):
    losses = pooling_losses(n_origins=24)
    gap = losses["origin"].unique()[10]

    table = found_beside(tmp_path, losses=losses[losses["origin"] != gap])

    assert table["p_value"].isna().all()
    assert table["note"].str.contains("in between").all()


def test_several_regions_have_rows_of_their_own_and_all_is_the_headline(tmp_path):
    losses = pooling_losses(n_origins=24, regions=("North West", "South East"))

    table = found_beside(tmp_path, losses=losses)

    assert set(table["region"]) == {"All", "North West", "South East"}
    assert table["headline"].sum() == 1
    assert table["region"].iloc[0] == "All"
    others = table[table["headline"] == 0]
    assert (others["p_adjusted"] >= others["p_value"]).all()
    assert np.isnan(table["p_adjusted"].iloc[0])


def test_a_region_of_one_authority_has_nothing_to_lean_on(tmp_path):
    table = found_beside(tmp_path, losses=pooling_losses(n_origins=24, authorities=1))

    assert table["p_value"].isna().all()
    assert table["note"].str.contains("one authority").all()


def test_every_table_is_marked_exploratory(tmp_path):
    table = found_beside(tmp_path, losses=pooling_losses(n_origins=24))

    assert set(table["stamp"]) == {"EXPLORATORY"}
    assert list(table.columns[-3:]) == ["spec_sha256", "look", "stamp"]
