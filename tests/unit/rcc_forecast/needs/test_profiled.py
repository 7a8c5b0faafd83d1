"""Needs and after care through the room's one door."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.children import link_episodes
from rcc_forecast.needs import profile_needs
from rcc_forecast.returns import read_returns
from tests.builders.episodes import MANCHESTER, an_episode, filed_yearly
from tests.builders.needs import (
    SALFORD,
    a_forecast_of,
    an_answer,
    linked,
    steady_futures,
)
from tests.builders.reference import reference_data

YEARS = range(2016, 2025)


def _fostered(child, authority=MANCHESTER, **others):
    usual = {"dob": "2010-06-10", "decom": "2019-01-01", "place": "U4"}
    return an_episode(child=child, local_authority=authority, **(usual | others))


def _children():
    plain = [_fostered(f"P{i}") for i in range(16)]
    disabled = [_fostered(f"D{i}", cin="N2") for i in range(4)]
    ill = [_fostered("R1", place="R2")]
    salford = [_fostered(f"S{i}", SALFORD) for i in range(10)]
    return [*plain, *disabled, *ill, *salford]


def _grown_up(child, birthday, authority=MANCHESTER, rec="E17"):
    born = pd.Timestamp(birthday) - pd.DateOffset(years=18)
    return _fostered(
        child,
        authority,
        dob=born.date().isoformat(),
        decom="2015-06-01",
        dec=birthday,
        rec=rec,
    )


FUTURES = steady_futures(
    {
        (MANCHESTER, "foster", "10-15"): 20.0,
        (MANCHESTER, "foster", "16-17"): 6.0,
        (MANCHESTER, "residential_other", "10-15"): 1.0,
        (SALFORD, "foster", "10-15"): 10.0,
        (SALFORD, "foster", "16-17"): 3.0,
    },
    n_paths=200,
)
TURNING = {(MANCHESTER, "foster"): 0.25, (SALFORD, "foster"): 0.1, (MANCHESTER, "supported"): 0.5}


def _profile(*episodes, futures=FUTURES, forecast=None, tables=None, **more):
    returns, journeys = linked(filed_yearly(*episodes, years=YEARS), **(tables or {}))
    forecast = forecast or a_forecast_of(futures, turning_18=TURNING)
    return profile_needs(returns, journeys, futures=futures, forecast=forecast, **more)


def _need(profile, need, authority=MANCHESTER, kind="All", band="All", horizon=12):
    rows = profile.needs
    rows = rows[(rows["need"] == need) & (rows["local_authority"] == authority)]
    rows = rows[(rows["placement_type"] == kind) & (rows["age_band"] == band)]
    return rows[rows["horizon"] == horizon].iloc[0]


def test_a_need_that_every_return_carries_is_counted_and_carried_forward():
    row = _need(_profile(*_children()), "disability")

    # 4 of 21 in Manchester, weighed with none of 10 in Salford; 27 children are to come.
    assert row["children_now"] == 4
    assert row["children_known"] == 21
    assert 3.0 < row["mean"] < 27 * 4 / 21
    assert row["q10"] < row["mean"] < row["q90"]


def test_needs_stay_in_the_kind_of_placement_in_which_they_are():
    profile = _profile(*_children())

    row = _need(profile, "complex_health", kind="residential_other")

    assert row["children_now"] == 1
    assert row["share"] > 5 * _need(profile, "complex_health", kind="foster")["share"]


@pytest.mark.parametrize("need", ["disability", "complex_health", "uasc", "offending"])
def test_needs_add_up_over_kinds_bands_and_areas(need):
    rows = _profile(*_children()).needs
    rows = rows[(rows["need"] == need) & (rows["horizon"] == 24)]
    single, total = rows["local_authority"] != "All", rows["placement_type"] == "All"
    leaf = single & ~total & (rows["age_band"] != "All")
    all_of = total & (rows["age_band"] == "All")

    england = rows[all_of & (rows["region"] == "All") & (rows["rcc"] == "")]
    region = rows[all_of & (rows["region"] == "North West") & ~single]

    for column in ("mean", "children_now"):
        assert england[column].sum() == pytest.approx(rows.loc[leaf, column].sum(), abs=1e-6)
        assert region[column].sum() == pytest.approx(
            rows.loc[all_of & single, column].sum(), abs=1e-6
        )


def test_unaccompanied_children_are_the_forecasts_own():
    forecast = a_forecast_of(FUTURES, turning_18=TURNING, uasc={MANCHESTER: 3.0, SALFORD: 1.0})
    asylum = [_fostered("U1", ls="V2", cin="N8", uasc_status="1")]

    row = _need(_profile(*_children(), *asylum, forecast=forecast), "uasc")

    assert row["mean"] == pytest.approx(3.0)
    assert (row["q10"], row["q90"]) == (1.5, 4.5)


def test_what_no_record_carries_is_said_in_words():
    rows = _profile(*_children()).needs.set_index("need")

    for need in ("solo", "high_need", "deprivation_of_liberty", "siblings_2", "missing_in_year"):
        assert np.isnan(rows.loc[need, "mean"])
        assert rows.loc[need, "note"]


def test_siblings_count_those_who_are_looked_after_today():
    siblings = pd.DataFrame(
        {
            "sibling_group": ["G1", "G1", "G1", "G2", "G2"],
            "local_authority": [MANCHESTER] * 5,
            "child_id": ["P0", "P1", "nobody", "P2", "D1"],
        }
    )

    profile = _profile(*_children(), siblings=siblings)

    assert _need(profile, "siblings_2")["children_now"] == 4
    assert _need(profile, "siblings_3")["children_now"] == 0


def test_the_childrens_file_tells_who_should_live_alone():
    cohort = pd.DataFrame(
        {
            "child_id": ["P0", "P1", "P2"],
            "local_authority": [MANCHESTER] * 3,
            "solo": ["1", "0", "0"],
            "needs": ["3", "3", None],
        }
    )

    profile = _profile(*_children(), cohort=cohort)

    assert _need(profile, "solo")["children_now"] == 1
    assert _need(profile, "solo")["children_known"] == 3
    assert _need(profile, "high_need")["children_now"] == 2
    assert _need(profile, "high_need")["children_known"] == 2


def test_a_child_missing_within_the_year_is_counted_once():
    went = [
        an_answer("P0", year=2024, mis_start="2023-09-01", mis_end="2023-09-02"),
        an_answer("P0", year=2024, mis_start="2024-01-01", mis_end="2024-01-02"),
        an_answer("P1", year=2023, mis_start="2022-09-01", mis_end="2022-09-02"),
    ]

    row = _need(_profile(*_children(), tables={"missing": went}), "missing_in_year")

    assert row["children_now"] == 1


def test_an_order_that_has_ended_is_no_deprivation_of_liberty_today():
    orders = [
        an_answer("P0", year=2024, dolo_start="2024-01-01", dolo_end=None),
        an_answer("P1", year=2024, dolo_start="2023-05-01", dolo_end="2023-08-01"),
    ]

    row = _need(_profile(*_children(), tables={"dolo": orders}), "deprivation_of_liberty")

    assert row["children_now"] == 1


def _after(profile, measure, authority=MANCHESTER):
    rows = profile.after_care
    rows = rows[(rows["measure"] == measure) & (rows["local_authority"] == authority)]
    return rows.set_index("horizon")


def test_care_leavers_of_today_are_counted_by_birthday():
    grown = [
        _grown_up("A", "2024-01-10"),
        _grown_up("B", "2022-05-10"),
        _grown_up("C", "2020-05-10"),
        _grown_up("D", "2017-05-10"),
    ]

    profile = _profile(*_children(), *grown)

    # On 31 March 2024 they are 18, 19, 21 and 24.
    assert _after(profile, "care_leavers_18_20").loc[0, "mean"] == pytest.approx(2)
    assert _after(profile, "care_leavers_21_24").loc[0, "mean"] == pytest.approx(2)


def test_care_leavers_to_come_are_those_who_turn_18():
    profile = _profile(*_children(), _grown_up("A", "2024-01-10"))

    rows = _after(profile, "care_leavers_18_20")

    # 0.75 a month turn 18 in Manchester; nearly all have been there for 13 weeks.
    assert rows.loc[24, "mean"] == pytest.approx(1 + 24 * 0.75, rel=0.1)


def test_one_who_left_at_17_becomes_a_care_leaver_on_the_birthday():
    born = "2006-09-10"
    left = _grown_up("L", "2023-12-01", rec="E5") | {"dob": born}
    nobody = {(MANCHESTER, "foster"): 0.0}

    profile = _profile(*_children(), left, forecast=a_forecast_of(FUTURES, turning_18=nobody))
    rows = _after(profile, "care_leavers_18_20")

    assert rows.loc[0, "mean"] == 0
    # In September 2024, six months on; half a young person in a year may leave early too.
    assert rows.loc[6, "mean"] - rows.loc[5, "mean"] == pytest.approx(1, abs=0.05)


def test_staying_put_holds_mainstream_foster_places_only():
    kin = _grown_up("K", "2024-03-10") | {"place": "U1"}
    mainstream = _grown_up("M", "2024-03-10")

    profile = _profile(*_children(), kin, mainstream)
    held, staying = (_after(profile, name) for name in ("foster_places_held", "staying_put"))

    assert 0.5 < held.loc[0, "mean"] <= 1
    assert staying.loc[0, "mean"] > held.loc[0, "mean"]


def test_places_held_are_handed_on_path_by_path():
    profile = _profile(*_children(), _grown_up("A", "2024-03-10"))

    at = profile.authorities.index(MANCHESTER)

    assert profile.places_held.shape == (200, 2, 25)
    assert profile.places_held[:, at].mean(axis=0) == pytest.approx(
        _after(profile, "foster_places_held")["mean"].to_numpy()
    )


def test_after_care_adds_up_over_areas():
    grown = [
        _grown_up(f"A{i}", f"202{i % 4}-05-10", (MANCHESTER, SALFORD)[i % 2]) for i in range(8)
    ]

    rows = _profile(*_children(), *grown).after_care
    keys = ["measure", "horizon"]
    single = rows[rows["local_authority"] != "All"].groupby(keys)["mean"].sum()
    region = rows[(rows["region"] == "North West") & (rows["local_authority"] == "All")]
    england = rows[(rows["region"] == "All") & (rows["rcc"] == "")]

    for summed in (region, england):
        assert summed.set_index(keys)["mean"].to_numpy() == pytest.approx(
            single.loc[pd.MultiIndex.from_frame(summed[keys])].to_numpy(), abs=1e-9
        )


def test_more_entrants_leave_the_stays_of_others_as_they_were():
    grown = _grown_up("A", "2024-03-10")
    more = {key: 2 * number for key, number in TURNING.items()}

    base = _profile(*_children(), grown)
    scenario = _profile(*_children(), grown, forecast=a_forecast_of(FUTURES, turning_18=more))

    assert (scenario.places_held >= base.places_held).all()
    assert (scenario.places_held[:, :, 0] == base.places_held[:, :, 0]).all()


def test_the_same_returns_and_seed_give_the_same_tables():
    grown = _grown_up("A", "2024-03-10")

    one, other = (_profile(*_children(), grown) for _ in range(2))

    for name, table in one.tables().items():
        pd.testing.assert_frame_equal(table, other.tables()[name])
    assert (one.places_held == other.places_held).all()


def test_returns_too_short_for_rates_go_on_as_in_the_last_year():
    grown = [_grown_up(f"A{i}", f"2023-{i + 4:02d}-10") for i in range(6)]
    forecast = a_forecast_of(FUTURES)

    profile = _profile(*_children(), *grown, forecast=forecast)
    rows = _after(profile, "turned_18")

    # Six in twelve months.
    assert rows.loc[1:, "mean"].mean() == pytest.approx(0.5, rel=0.1)
    assert "too short" in rows.loc[12, "note"]


def test_returns_without_further_tables_give_words_and_no_error():
    profile = _profile(*_children())

    assert "No return holds an OC2 table" in profile.health["note"].iloc[0]
    assert "No return holds OC3" in _after(profile, "care_leavers_18_20").loc[0, "note"]
    assert "DfE" in _after(profile, "staying_put").loc[0, "source"]


@pytest.fixture(scope="module")
def peers_sample():
    """Fake returns of five years, made by others, with OC2 and OC3."""
    returns = read_returns(reference_data("returns/synthetic903_v1.zip"), authority=MANCHESTER)
    return returns, link_episodes(returns)


def test_the_returns_of_others_are_read_to_the_end(peers_sample):
    returns, journeys = peers_sample
    futures = steady_futures(
        {(MANCHESTER, "foster", band): 30.0 for band in ("5-9", "10-15", "16-17")},
        today="2021-03-31",
    )

    profile = profile_needs(returns, journeys, futures=futures, forecast=a_forecast_of(futures))

    health = profile.health[(profile.health["local_authority"] == MANCHESTER)]
    assert health.loc[health["by"] == "All", "asked"].max() >= 10
    assert profile.after_care["mean"].ge(0).all()
    assert profile.needs["note"].str.contains("DoLo").any()


def test_an_as_of_day_before_the_newest_return_sees_no_later_answer(peers_sample):
    returns, _ = peers_sample
    day = pd.Timestamp(2019, 3, 31)
    journeys = link_episodes(returns, as_of=day)
    futures = steady_futures({(MANCHESTER, "foster", "16-17"): 30.0}, today="2019-03-31")
    without = replace(
        returns,
        tables={name: rows[rows["year"] <= 2019] for name, rows in returns.tables.items()},
        filed=returns.filed[returns.filed["year"] <= 2019],
    )

    seen, told = (
        profile_needs(given, journeys, futures=futures, forecast=a_forecast_of(futures))
        for given in (returns, without)
    )

    for name, table in seen.tables().items():
        pd.testing.assert_frame_equal(table, told.tables()[name])
