"""Monthly demand is a head count at the end of the month's last day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.children import link_episodes
from rcc_forecast.demand import monthly_demand
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.returns import read_returns
from tests.builders.brute_force import children_by_hand, stays_by_hand
from tests.builders.episodes import (
    MANCHESTER,
    an_episode,
    filed,
    filed_yearly,
    journeys_of,
    rules_of,
)
from tests.builders.reference import reference_data

ELSEWHERE = an_episode(decom="2015-01-01", child="Z9", local_authority="E08000006")


def history_of(*episodes, years=range(2020, 2022), **how):
    return monthly_demand(journeys_of(filed_yearly(*episodes, years=years), **how))


def counted(history, measure, month, **leaf):
    """Give the count of a month, over the leaves that are asked for."""
    rows = np.ones(len(history.leaves), dtype=bool)
    for name, value in leaf.items():
        rows &= (history.leaves[name] == value).to_numpy()
    column = history.months.get_loc(pd.Timestamp(month) + pd.offsets.MonthEnd(0))
    return history.counts[measure][rows, column].sum()


# --- the month's last day -------------------------------------------------------------------


def test_a_child_who_leaves_on_the_last_day_is_not_counted_that_month():
    history = history_of(an_episode(decom="2020-01-10", dec="2020-01-31"))

    assert counted(history, "children", "2020-01") == 0
    assert counted(history, "entries", "2020-01") == 1
    assert counted(history, "exits", "2020-01") == 1


def test_a_child_who_comes_on_the_last_day_is_counted_that_month():
    history = history_of(an_episode(decom="2020-01-31", dec="2020-03-01"))

    assert [counted(history, "children", f"2020-0{m}") for m in (1, 2, 3)] == [1, 1, 0]


def test_a_child_who_comes_and_goes_within_a_month_is_an_entry_and_an_exit():
    history = history_of(an_episode(decom="2020-01-10", dec="2020-01-20"))

    assert history.counts["children"].sum() == 0
    assert counted(history, "entries", "2020-01") == 1
    assert counted(history, "exits", "2020-01") == 1
    assert history.moves.empty


def test_care_of_a_single_day_is_an_entry_and_an_exit():
    history = history_of(an_episode(decom="2020-01-10", dec="2020-01-10"))

    assert counted(history, "entries", "2020-01") == counted(history, "exits", "2020-01") == 1


def test_a_child_in_two_overlapping_episodes_is_counted_once():
    history = history_of(
        an_episode(decom="2019-05-01", dec="2020-06-01"),
        an_episode(decom="2020-01-01", dec="2020-09-01", rne="P", place="K2"),
    )

    assert counted(history, "children", "2020-02") == 1
    assert counted(history, "children", "2020-02", placement_type="childrens_home") == 1


def test_short_breaks_are_counted_nowhere():
    history = history_of(
        an_episode(decom="2020-01-10", dec="2020-04-10", ls="V3"),
        an_episode(decom="2020-01-10", child="B2"),
    )

    assert counted(history, "children", "2020-02") == 1
    assert history.counts["entries"].sum() == 1
    assert history.counts["exits"].sum() == 0


def test_an_unknown_placement_code_counts_as_other():
    history = history_of(an_episode(decom="2019-05-01", place="Q7"))

    assert counted(history, "children", "2020-02", placement_type="other") == 1


def test_unaccompanied_children_are_counted_apart():
    listed = {"child": "A1", "local_authority": MANCHESTER, "year": 2020}

    history = history_of(
        an_episode(decom="2019-05-01"), an_episode(decom="2019-05-01", child="B2"), uasc=[listed]
    )

    assert counted(history, "children", "2020-02", population="uasc") == 1
    assert counted(history, "children", "2020-02", population="other") == 1


# --- entries, exits, moves ------------------------------------------------------------------


def test_a_move_is_neither_an_entry_nor_an_exit():
    history = history_of(
        an_episode(decom="2019-05-10", dec="2020-05-10"),
        an_episode(decom="2020-05-10", rne="P", place="K2"),
    )

    assert history.counts["entries"].sum() == 1
    assert history.counts["exits"].sum() == 0
    may = history.moves[history.months[history.moves["month"]].month == 5].iloc[-1]
    assert history.leaves["placement_type"][may["origin"]] == "foster"
    assert history.leaves["placement_type"][may["destination"]] == "childrens_home"


def test_a_child_who_comes_back_the_next_day_has_left_and_entered():
    history = history_of(
        an_episode(decom="2019-05-10", dec="2020-05-10"),
        an_episode(decom="2020-05-11"),
    )

    assert counted(history, "exits", "2020-05") == counted(history, "entries", "2020-05") == 1


def test_an_exit_counts_where_the_child_was_and_an_entry_where_the_child_came():
    history = history_of(
        an_episode(decom="2020-01-10", dec="2020-05-10", place="U1"),
        an_episode(decom="2020-05-10", dec="2020-08-20", rne="P", place="R3"),
    )

    assert counted(history, "entries", "2020-01", placement_type="foster_kinship") == 1
    assert counted(history, "exits", "2020-08", placement_type="residential_other") == 1


# --- ages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "before", "after"),
    [
        ("2019-06-15", "0", "1-4"),
        ("2015-06-15", "1-4", "5-9"),
        ("2010-06-15", "5-9", "10-15"),
        ("2004-06-15", "10-15", "16-17"),
    ],
)
def test_a_birthday_moves_a_child_to_the_next_age_band(born, before, after):
    history = history_of(an_episode(decom="2019-12-01", dob=born))

    assert counted(history, "children", "2020-05", age_band=before) == 1
    assert counted(history, "children", "2020-06", age_band=after) == 1
    assert counted(history, "children", "2020-06") == 1
    assert history.counts["exits"].sum() == 0


def test_a_child_is_of_the_new_age_on_the_birthday_itself():
    history = history_of(an_episode(decom="2019-12-01", dob="2004-06-30"))

    assert counted(history, "children", "2020-06", age_band="16-17") == 1


def test_a_child_leaves_the_totals_on_the_18th_birthday():
    history = history_of(an_episode(decom="2019-05-01", dob="2002-06-30"))

    assert counted(history, "children", "2020-05") == 1
    assert counted(history, "children", "2020-06") == 0
    assert counted(history, "exits", "2020-06", age_band="16-17") == 1


def test_care_that_begins_after_the_18th_birthday_counts_nowhere():
    history = history_of(
        an_episode(decom="2019-09-01", dob="2001-06-30"),
        an_episode(decom="2019-09-01", child="B2"),
    )

    assert history.counts["entries"].sum() == 1


def test_a_child_born_on_29_february_turns_18_on_1_march_of_a_common_year():
    history = history_of(an_episode(decom="2019-05-01", dob="2004-02-29"), years=range(2020, 2023))

    # 2022 is a common year: still 17 on 28 February.
    assert counted(history, "children", "2022-02") == 1
    assert counted(history, "children", "2022-03") == 0


# --- the months of a history ----------------------------------------------------------------


def test_history_starts_at_the_31_march_before_the_first_return_and_ends_with_the_last():
    history = history_of(an_episode(decom="2018-01-01"), years=range(2019, 2022))

    assert history.months[0] == pd.Timestamp("2018-03-31")
    assert history.months[-1] == history.as_of == pd.Timestamp("2021-03-31")
    assert counted(history, "children", "2018-03") == 1


def test_a_month_without_children_says_nought():
    stay = an_episode(decom="2020-01-10", dec="2020-01-31")

    history = history_of(stay, also_filed=[(MANCHESTER, 2021)])

    assert history.counts["children"].shape == (100, 25)
    assert not history.counts["children"].any()


def test_history_starts_when_the_last_authority_does_and_says_so():
    stay = an_episode(decom="2015-01-01")

    history = monthly_demand(
        journeys_of(
            filed_yearly(stay, years=range(2019, 2022)),
            filed_yearly(ELSEWHERE, years=range(2020, 2022)),
        )
    )

    assert history.months[0] == pd.Timestamp("2019-03-31")
    assert "history-starts-with-the-last-authority" in rules_of(history.findings)


def test_history_ends_with_the_newest_return_that_all_have_and_says_so():
    stay = an_episode(decom="2015-01-01")

    history = monthly_demand(
        journeys_of(
            filed_yearly(stay, years=range(2018, 2022)),
            filed_yearly(ELSEWHERE, years=range(2018, 2021)),
        )
    )

    assert history.months[-1] == pd.Timestamp("2020-03-31")
    assert "returns-beyond-the-last-day" in rules_of(history.findings)


def test_an_asked_last_day_is_kept_and_authorities_behind_it_are_told():
    stay = an_episode(decom="2015-01-01")
    journeys = journeys_of(
        filed_yearly(stay, years=range(2018, 2022)),
        filed_yearly(ELSEWHERE, years=range(2018, 2021)),
    )

    history = monthly_demand(journeys, as_of=pd.Timestamp("2020-09-30"))

    assert history.months[-1] == pd.Timestamp("2020-09-30")
    assert "authority-not-up-to-date" in rules_of(history.findings)
    assert counted(history, "children", "2020-09") == 2


def test_a_part_year_return_is_counted_as_far_as_it_goes():
    days = pd.date_range("2020-04-02", "2020-09-28", periods=80).strftime("%Y-%m-%d")
    begun = [an_episode(decom=day, child=f"A{n}") for n, day in enumerate(days)]

    history = monthly_demand(journeys_of(filed(2021, *begun)))

    assert history.months[-1] == pd.Timestamp("2020-09-30")
    assert counted(history, "children", "2020-09") == 80


def test_a_day_before_the_first_return_cannot_be_counted():
    journeys = journeys_of(filed(2020, an_episode(decom="2019-05-01")))

    with pytest.raises(NothingUsableError, match="2019-03-31"):
        monthly_demand(journeys, as_of=pd.Timestamp("2018-12-31"))


def test_the_first_months_flows_are_not_given_to_forecasters_as_they_stand():
    history = history_of(
        *(an_episode(decom=f"2020-{m:02}-10", child=f"A{m}") for m in range(1, 13)),
        years=range(2020, 2022),
    )

    panel = history.panel("entries")

    # Twelve entries in 2020, three of them in the twelve months after March 2019.
    assert history.counts["entries"][:, 0].sum() == 0
    assert panel.y[:, 0].sum() == pytest.approx(3 / 12)


# --- authorities ----------------------------------------------------------------------------


def test_the_children_of_a_split_authority_are_counted_once_in_every_month():
    cumbria = [
        an_episode(decom="2021-05-01", local_authority="E10000006", child=f"C{n}") for n in range(3)
    ]
    cumberland = [
        an_episode(decom="2021-05-01", local_authority="E06000063", child=f"N{n}") for n in range(3)
    ]

    history = monthly_demand(
        journeys_of(
            filed_yearly(*cumbria, years=(2022, 2023)), filed_yearly(*cumberland, years=(2024,))
        )
    )

    assert list(history.counts["children"].sum(axis=0)[1:]) == [0] + [3] * 35
    assert counted(history, "exits", "2023-04", local_authority="E10000006") == 3
    assert counted(history, "entries", "2023-04", local_authority="E06000063") == 3
    assert "authority-reorganised" in {known.name for known in history.breaks}


def test_only_breaks_inside_the_months_are_listed():
    before = history_of(an_episode(decom="2015-01-01"), years=range(2017, 2020))
    across = history_of(an_episode(decom="2015-01-01"), years=range(2020, 2025))

    assert before.breaks == ()
    assert [known.name for known in across.breaks] == ["covid", "supported-accommodation"]


# --- against counting by hand ---------------------------------------------------------------


@pytest.mark.parametrize("first_years", [False, True])
def test_every_month_end_of_the_sample_returns_is_as_counted_by_hand(first_years):
    sample = reference_data("returns/synthetic903_v1.zip")
    returns = read_returns(sample, first_years=first_years)
    raw = returns.tables["episodes"].astype(object)
    raw = raw.where(raw.notna(), None)
    for name in ("decom", "dec"):
        raw[name] = [None if day is None else day.date() for day in raw[name]]
    header = returns.tables["header"].sort_values("year")
    born = {child: day.date() for child, day in zip(header["child"], header["dob"], strict=True)}

    history = monthly_demand(link_episodes(returns))

    stays = stays_by_hand(raw.to_dict("records"), set(raw["year"]), history.as_of.date())
    kinds = pd.MultiIndex.from_frame(history.leaves[["placement_type", "age_band"]])
    assert len(history.months) == 61
    for column, month in enumerate(history.months):
        by_hand = children_by_hand(stays, born, month.date())
        here = pd.Series(history.counts["children"][:, column], kinds).groupby(level=[0, 1]).sum()
        assert {kind: n for kind, n in here.items() if n} == dict(by_hand), month
