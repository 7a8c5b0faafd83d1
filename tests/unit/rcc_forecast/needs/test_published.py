"""Typed-in figures against the published data that they come from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.needs.published import KNOTS, USUAL_STAYING, WEIGHT_OF_USUAL
from tests.builders.reference import reference_data

FOSTERED_AT_19_AND_20 = 6330
"""England, 2018, of 151 authorities."""


def _staying():
    data = pd.read_csv(reference_data("england/lait_cla_finance_and_measures_la.csv.gz"))
    rows = data[(data["measure_short"] == "StayingPut") & (data["period"].astype(str) == "2022")]
    return rows.set_index("area_name")["value"].pipe(pd.to_numeric, errors="coerce") / 100


def test_the_usual_share_at_19_and_20_is_englands():
    both = USUAL_STAYING[[list(KNOTS).index(12), list(KNOTS).index(24)]].mean()

    assert both == pytest.approx(_staying()["England"], abs=0.01)


def test_the_weight_is_what_authorities_differ_by_beyond_chance():
    seen = _staying().drop("England").dropna()
    share = seen.mean()

    chance = share * (1 - share) / (FOSTERED_AT_19_AND_20 / 151)
    beyond = seen.var() - chance

    # A median authority has fewer than the mean of 42, so that chance is more, and the weight.
    assert share * (1 - share) / beyond - 1 == pytest.approx(WEIGHT_OF_USUAL, rel=0.5)


def test_fewer_stay_with_every_year():
    assert (np.diff(USUAL_STAYING) < 0).all()
