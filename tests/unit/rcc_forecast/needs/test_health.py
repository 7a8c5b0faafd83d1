"""Health of children looked after for a year or more, in shares and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.needs.futures import authority_futures
from rcc_forecast.needs.health import ethnic_group, health_table, wilson
from rcc_forecast.needs.people import in_care_on
from tests.builders.episodes import MANCHESTER, an_episode, filed_yearly
from tests.builders.needs import SALFORD, an_answer, linked, steady_futures

TODAY = pd.Timestamp(2024, 3, 31)
SCORES = (5, 13, 14, 16, 17, 40, 0, 12, 15, 30, 20, 8)
FUTURES = steady_futures(
    {(MANCHESTER, "foster", "5-9"): 24.0, (SALFORD, "foster", "5-9"): 6.0}, n_paths=400
)


def _world(*, scores=SCORES, authority=MANCHESTER, **flags):
    """Twelve girls and boys of 7 who have been fostered since 2018, and their OC2."""
    children = [
        an_episode(
            child=f"C{i}",
            dob="2016-05-01",
            decom="2018-01-01",
            sex="1" if i % 3 else "2",
            ethnic="WBRI" if i < 11 else "BCRB",
            local_authority=authority,
        )
        for i in range(len(scores))
    ]
    other = an_episode(child="S1", dob="2016-05-01", decom="2018-01-01", local_authority=SALFORD)
    answers = [
        an_answer(f"C{i}", year=2024, local_authority=authority, sdq_score=str(score), **flags)
        for i, score in enumerate(scores)
    ]
    return filed_yearly(*children, other, years=(2023, 2024)), answers


def _table(filings, answers, futures=FUTURES, seed=1):
    tables = {} if answers is None else {"oc2": answers}
    returns, journeys = linked(filings, **tables)
    by_authority = authority_futures(futures)
    children = in_care_on(journeys, TODAY, authorities=by_authority.authorities)
    return health_table(
        returns,
        children,
        journeys=journeys,
        futures=by_authority,
        rng=np.random.default_rng(seed),
    )


def _of(table, indicator, authority=MANCHESTER, by="All", horizon=12):
    rows = table[
        (table["indicator"] == indicator)
        & (table["local_authority"] == authority)
        & (table["by"] == by)
        & (table["horizon"] == horizon)
    ]
    return rows.set_index("group")


def test_scores_fall_into_the_three_bands_of_the_dfe():
    table = _table(*_world())

    shares = [
        _of(table, f"sdq_{name}").loc["All", "yes"]
        for name in ("close_to_average", "slightly_raised", "cause_for_concern")
    ]

    # 0, 5, 8, 12, 13; 14, 15, 16; 17, 20, 30, 40.
    assert shares == [5, 3, 4]


def test_the_mean_score_is_told_beside_the_bands():
    row = _of(_table(*_world()), "sdq_score").loc["All"]

    assert row["average"] == pytest.approx(sum(SCORES) / len(SCORES))
    assert np.isnan(row["share"])


def test_scores_of_children_under_4_are_not_used():
    filings, answers = _world()
    young = an_episode(child="Y", dob="2021-05-01", decom="2021-06-01")
    answers.append(an_answer("Y", year=2024, sdq_score="39"))

    table = _table([*filings, *filed_yearly(young, years=(2023, 2024))], answers)

    assert _of(table, "sdq_score").loc["All", "asked"] == 12


def test_below_ten_children_no_share_is_shown_and_the_row_says_so():
    by_ethnicity = _of(_table(*_world()), "sdq_cause_for_concern", by="ethnicity")

    assert by_ethnicity.loc["White", "share"] == pytest.approx(4 / 11)
    assert np.isnan(by_ethnicity.loc["Black", "share"])
    assert "fewer than 10" in by_ethnicity.loc["Black", "note"]


def test_expected_children_of_all_bands_and_groups_add_up():
    filings, answers = _world(teeth_check="1", scores=SCORES * 3)

    table = _table(filings, answers)
    total = _of(table, "dental_check").loc["All", "mean"]

    for by in ("sex", "age_band"):
        assert _of(table, "dental_check", by=by)["mean"].sum() == pytest.approx(total, abs=1e-6)
    # All 36 have been looked after for a year, and all had their teeth checked.
    assert total == pytest.approx(24.0, rel=0.02)


def test_sdq_bands_add_up_to_the_children_to_come():
    table = _table(*_world())

    bands = [
        _of(table, f"sdq_{name}").loc["All", "mean"]
        for name in ("close_to_average", "slightly_raised", "cause_for_concern")
    ]

    assert sum(bands) == pytest.approx(24.0, rel=1e-6)


def test_region_and_england_are_the_sum_of_authorities():
    table = _table(*_world(scores=SCORES * 2))
    rows = table[(table["indicator"] == "sdq_scored") & (table["by"] == "All")]
    rows = rows[rows["horizon"] == 24].set_index(["region", "local_authority", "rcc"])

    region = rows.loc[("North West", "All", "")]

    assert region["asked"] == 24
    assert rows.loc[("All", "All", "")]["mean"] == pytest.approx(region["mean"])


def test_the_interval_of_a_share_is_wilsons():
    low, high = wilson(np.array([5.0, 0.0]), np.array([10.0, 20.0]))

    # Brown, Cai and DasGupta (2001): 5 of 10 gives 0.237 to 0.763; 0 of 20 gives 0 to 0.161.
    assert low == pytest.approx([0.2366, 0.0], abs=1e-4)
    assert high == pytest.approx([0.7634, 0.1611], abs=1e-4)


def test_returns_without_oc2_give_one_row_of_words():
    filings, _ = _world()

    table = _table(filings, None)

    assert len(table) == 1
    assert "No return holds an OC2 table" in table["note"].iloc[0]


def test_an_indicator_whose_column_is_missing_is_left_out():
    table = _table(*_world())

    assert "dental_check" not in set(table["indicator"])


def test_ethnic_origins_are_grouped_as_in_the_published_tables():
    codes = pd.Series(["WROM", "MOTH", "AOTH", "BOTH", "CHNE", "OOTH", "REFU", "NOBT", None])

    assert ethnic_group(codes).tolist() == [
        *("White", "Mixed", "Asian", "Black", "Other", "Other"),
        *("Not known", "Not known", "Not known"),
    ]
