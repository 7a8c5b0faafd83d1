"""Years of returns become one journey a child, by rules that are told."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.children import known_on, link_episodes
from rcc_forecast.errors import NothingUsableError
from tests.builders.episodes import (
    MANCHESTER,
    an_episode,
    filed,
    filed_yearly,
    journeys_of,
    returns_with,
    rules_of,
)


def stays(journeys):
    """Give the episodes as pairs of ISO days."""
    episodes = journeys.episodes
    start = episodes["decom"].dt.strftime("%Y-%m-%d")
    end = episodes["dec"].dt.strftime("%Y-%m-%d").astype(object).where(episodes["dec"].notna())
    return [(a, None if pd.isna(b) else b) for a, b in zip(start, end, strict=True)]


# --- joining years --------------------------------------------------------------------------


def test_an_episode_filed_in_three_returns_is_one_episode():
    stay = an_episode(decom="2019-05-01", dec="2021-06-30")

    journeys = journeys_of(filed_yearly(stay, years=range(2020, 2023)))

    assert stays(journeys) == [("2019-05-01", "2021-06-30")]


def test_that_an_episode_is_filed_again_is_told_once_a_file():
    stays_long = [an_episode(decom="2019-05-01", child=f"A{n}") for n in range(5)]

    journeys = journeys_of(filed_yearly(*stays_long, years=range(2020, 2023)))

    again = journeys.findings.of("filed-again")
    assert sorted(again["file"]) == ["2020/episodes.csv", "2021/episodes.csv"]
    assert list(again["rows"]) == [5, 5]


def test_the_newest_return_says_what_is_known_of_an_episode():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01", dec="2020-01-10", place="U4")),
        filed(2021, an_episode(decom="2019-05-01", dec="2020-05-20", place="K2")),
    )

    assert stays(journeys) == [("2019-05-01", "2020-05-20")]
    assert list(journeys.episodes["placement_type"]) == ["childrens_home"]
    assert list(journeys.episodes["year"]) == [2021]


def test_the_order_in_which_rows_are_filed_does_not_matter():
    rows = filed_yearly(
        an_episode(decom="2019-05-01", dec="2020-06-30"),
        an_episode(decom="2020-06-30", dec="2021-01-15", rne="P"),
        an_episode(decom="2018-02-01", dec="2020-02-01", child="B2"),
        years=range(2019, 2022),
    )

    forward, backward = journeys_of(rows), journeys_of(rows[::-1])

    columns = ["child", "decom", "dec", "year", "first_year", "ended_year"]
    pd.testing.assert_frame_equal(forward.episodes[columns], backward.episodes[columns])


def test_the_first_return_that_knew_the_end_is_kept():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2021, an_episode(decom="2019-05-01", dec="2020-02-20")),
    )

    assert list(journeys.episodes["first_year"]) == [2020]
    assert list(journeys.episodes["ended_year"]) == [2021]
    assert journeys.findings.of("end-recorded-late")["rows"].sum() == 1


def test_children_of_two_authorities_with_the_same_identifier_are_two_children():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2020, an_episode(decom="2019-05-01", local_authority="E08000006")),
    )

    assert journeys.episodes["child"].nunique() == 2


# --- open rows that are not carried on ------------------------------------------------------


def test_an_open_row_of_a_child_not_in_the_next_return_ends_after_its_31_march():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2021, an_episode(decom="2020-05-01", child="B2")),
    )

    # Counted on 31 March 2020 and not after: the first day out of care is 1 April.
    assert stays(journeys)[0] == ("2019-05-01", "2020-04-01")
    found = journeys.findings.of("open-row-not-carried")
    assert list(zip(found["file"], found["row"], strict=True)) == [("2020/episodes.csv", 2)]


def test_an_open_row_stays_open_where_no_later_return_was_filed():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2021, an_episode(decom="2020-05-01", local_authority="E08000006")),
    )

    assert stays(journeys)[0] == ("2019-05-01", None)
    assert "open-row-not-carried" not in rules_of(journeys.findings)


def test_over_a_missing_return_a_child_who_comes_back_in_the_one_after_stays_in_care():
    stay = an_episode(decom="2019-05-01")

    journeys = journeys_of(filed(2020, stay), filed(2022, stay))

    assert stays(journeys) == [("2019-05-01", None)]


def test_over_a_missing_return_an_open_row_stays_open_and_is_told():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2022, an_episode(decom="2021-05-01", child="B2")),
    )

    assert stays(journeys)[0] == ("2019-05-01", None)
    assert len(journeys.findings.of("open-row-lost-in-gap")) == 1


def test_a_next_return_in_which_nobody_is_looked_after_still_ends_open_rows():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")), also_filed=[(MANCHESTER, 2021)]
    )

    assert stays(journeys) == [("2019-05-01", "2020-04-01")]


def test_a_start_that_the_next_return_corrects_does_not_stay_open_beside_it():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2021, an_episode(decom="2019-04-28", dec="2020-08-01")),
    )

    assert stays(journeys) == [("2019-04-28", "2020-08-01")]
    assert len(journeys.findings.of("open-row-superseded")) == 1


# --- repairs between episodes ---------------------------------------------------------------


def test_an_overlap_ends_at_the_childs_next_decom():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-12-31"),
            an_episode(decom="2019-10-01", dec="2020-02-01", rne="P"),
        )
    )

    assert stays(journeys) == [("2019-05-01", "2019-10-01"), ("2019-10-01", "2020-02-01")]
    assert list(journeys.findings.of("episodes-overlap")["row"]) == [2]


def test_an_open_episode_followed_by_another_ends_when_that_begins():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01"),
            an_episode(decom="2019-10-01", rne="P"),
        )
    )

    assert stays(journeys) == [("2019-05-01", "2019-10-01"), ("2019-10-01", None)]
    assert len(journeys.findings.of("open-episode-followed")) == 1


def test_of_two_episodes_with_the_same_end_the_longer_is_kept():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-12-31"),
            an_episode(decom="2019-10-01", dec="2019-12-31"),
        )
    )

    assert stays(journeys) == [("2019-05-01", "2019-12-31")]
    assert list(journeys.findings.of("same-end-twice")["row"]) == [3]


def test_a_same_day_episode_of_a_child_with_others_is_dropped_and_told():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-05-01"),
            an_episode(decom="2019-06-01"),
        )
    )

    assert stays(journeys) == [("2019-06-01", None)]
    assert len(journeys.findings.of("same-day-episode")) == 1


def test_a_same_day_episode_that_is_all_a_child_has_is_kept_and_told():
    journeys = journeys_of(filed(2020, an_episode(decom="2019-05-01", dec="2019-05-01")))

    assert stays(journeys) == [("2019-05-01", "2019-05-01")]
    assert len(journeys.findings.of("same-day-care")) == 1


def test_an_episode_that_ends_before_it_begins_is_refused():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-04-01", child="B2"),
            an_episode(decom="2019-06-01"),
        )
    )

    assert stays(journeys) == [("2019-06-01", None)]
    assert journeys.findings.rows_refused == 1


def test_what_begins_after_the_last_31_march_is_left_out_and_what_ends_after_it_is_open():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2020-04-20"),
            an_episode(decom="2020-06-01", child="B2"),
        )
    )

    assert stays(journeys) == [("2019-05-01", None)]
    assert {"ends-after-as-of", "begins-after-as-of"} <= rules_of(journeys.findings)


@pytest.mark.parametrize("ls", ["V3", "V4"])
def test_short_breaks_are_repaired_like_other_episodes_and_marked(ls):
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", ls=ls),
            an_episode(decom="2019-10-01", dec="2020-02-01", ls="C2"),
        )
    )

    assert stays(journeys) == [("2019-05-01", "2019-10-01"), ("2019-10-01", "2020-02-01")]
    assert list(journeys.episodes["respite"]) == [True, False]


def test_an_episode_past_the_18th_birthday_is_told_and_keeps_its_end():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01", dec="2019-12-01", dob="2001-08-01"))
    )

    assert stays(journeys) == [("2019-05-01", "2019-12-01")]
    assert len(journeys.findings.of("aged-18-or-over")) == 1


def test_an_end_on_the_18th_birthday_is_no_finding():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01", dec="2019-08-01", dob="2001-08-01"))
    )

    assert "aged-18-or-over" not in rules_of(journeys.findings)


# --- who the children are -------------------------------------------------------------------


def test_the_newest_header_row_wins_and_a_changed_birth_date_is_told():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01", dob="2010-06-15", ethnic="NOBT")),
        filed(2021, an_episode(decom="2019-05-01", dob="2011-06-15", ethnic="WBRI")),
    )

    assert list(journeys.children["dob"]) == [pd.Timestamp("2011-06-15")]
    assert list(journeys.children["ethnic"]) == ["WBRI"]
    assert list(journeys.findings.of("birth-date-changed")["file"]) == ["2020/header.csv"]


def test_a_fact_that_the_newest_header_leaves_blank_is_taken_from_the_one_before():
    journeys = journeys_of(
        filed(2020, an_episode(decom="2019-05-01", upn="A123456789012")),
        filed(2021, an_episode(decom="2019-05-01", upn=None)),
    )

    assert list(journeys.children["upn"]) == ["A123456789012"]


def test_a_child_without_a_birth_date_is_refused_and_the_others_are_used():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dob=None),
            an_episode(decom="2019-06-01", child="B2"),
        )
    )

    assert stays(journeys) == [("2019-06-01", None)]
    assert len(journeys.findings.of("birth-date-missing")) == 1


def test_a_child_listed_as_uasc_in_any_year_is_uasc_in_all():
    stay = an_episode(decom="2018-05-01", dob="2003-06-15")
    listed = {"child": "A1", "local_authority": MANCHESTER, "year": 2019, "duc": "2019-01-01"}

    journeys = journeys_of(filed_yearly(stay, years=range(2019, 2022)), uasc=[listed])

    assert journeys.episodes["uasc"].all()


def test_uasc_status_in_a_header_makes_a_child_uasc():
    journeys = journeys_of(
        filed(2025, an_episode(decom="2024-05-01", uasc_status="1")),
        filed(2025, an_episode(decom="2024-05-01", child="B2", uasc_status="0")),
    )

    assert dict(zip(journeys.children["child_id"], journeys.children["uasc"], strict=True)) == {
        "A1": True,
        "B2": False,
    }


def test_a_uasc_row_without_authority_finds_its_child_by_identifier():
    listed = [{"child": child, "local_authority": "Unknown", "year": 2020} for child in "AB"]

    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", child="A"),
            an_episode(decom="2019-05-01", child="B", local_authority="E08000006", cin="N8"),
            an_episode(decom="2019-05-01", child="B", local_authority="E08000003", cin="N1"),
        ),
        uasc=listed,
    )

    # B is a child of two authorities: the one whose need is absent parenting is meant.
    uasc = journeys.children[journeys.children["uasc"]]
    assert sorted(zip(uasc["child_id"], uasc["local_authority"], strict=True)) == [
        ("A", "E08000003"),
        ("B", "E08000006"),
    ]


def test_a_uasc_row_that_could_be_two_children_is_refused_and_told():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01"),
            an_episode(decom="2019-05-01", local_authority="E08000006"),
        ),
        uasc=[{"child": "A1", "local_authority": "Unknown", "year": 2020}],
    )

    assert not journeys.children["uasc"].any()
    assert len(journeys.findings.of("uasc-without-child")) == 1


def test_no_identifier_stands_in_a_finding():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-12-31", child="SECRET9"),
            an_episode(decom="2019-10-01", child="SECRET9", dob="2000-01-01"),
            an_episode(decom="2019-10-01", child="SECRET8", dob=None),
        ),
        uasc=[{"child": "SECRET7", "local_authority": MANCHESTER, "year": 2020}],
    )

    assert len(journeys.findings) > 2
    assert "SECRET" not in journeys.findings.frame.to_string()


# --- authorities ----------------------------------------------------------------------------


def test_an_authority_whose_code_changed_is_one_series():
    stay = an_episode(decom="2022-05-01", local_authority="E10000023")
    carried = an_episode(decom="2022-05-01", dec="2024-02-01", local_authority="E06000065")

    journeys = journeys_of(filed(2023, stay), filed(2024, carried))

    # North Yorkshire became unitary on 1 April 2023 with the same area.
    assert stays(journeys) == [("2022-05-01", "2024-02-01")]
    assert list(journeys.episodes["local_authority"]) == ["E06000065"]


def test_a_split_authority_ends_with_its_last_day_and_is_told():
    journeys = journeys_of(
        filed(2023, an_episode(decom="2022-05-01", local_authority="E10000006")),
        filed(2024, an_episode(decom="2022-05-01", local_authority="E06000063", child="X7")),
    )

    # Cumbria ended on 31 March 2023.
    ended = journeys.episodes.set_index("local_authority")["dec"]
    assert ended["E10000006"] == pd.Timestamp("2023-04-01")
    assert pd.isna(ended["E06000063"])
    assert "authority-reorganised" in rules_of(journeys.findings)


def test_an_old_code_still_in_use_goes_on():
    journeys = journeys_of(
        filed(2023, an_episode(decom="2022-05-01", local_authority="E10000006")),
        filed(2025, an_episode(decom="2022-05-01", local_authority="E10000006")),
    )

    assert stays(journeys) == [("2022-05-01", None)]


def test_a_return_that_stops_in_september_is_told_and_held_to_that_month():
    days = pd.date_range("2020-04-02", "2020-09-28", periods=80).strftime("%Y-%m-%d")
    begun = [an_episode(decom=day, child=f"A{n}") for n, day in enumerate(days)]

    journeys = journeys_of(filed(2021, *begun))

    assert list(journeys.filed["held_to"]) == [pd.Timestamp("2020-09-30")]
    assert "return-of-part-of-a-year" in rules_of(journeys.findings)


# --- placements -----------------------------------------------------------------------------


@pytest.mark.parametrize(("rne", "stays_expected"), [("L", 1), ("T", 1), ("U", 1), ("P", 2)])
def test_a_new_episode_with_the_same_carer_goes_on_with_the_placement(rne, stays_expected):
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-10-01"),
            an_episode(decom="2019-10-01", rne=rne),
        )
    )

    assert len(journeys.placements) == stays_expected


def test_a_placement_runs_from_its_first_start_to_its_last_end():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-10-01", place="U6"),
            an_episode(decom="2019-10-01", dec="2019-12-01", rne="L", place="U6"),
            an_episode(decom="2019-12-01", dec="2020-02-01", rne="T", place="U4"),
        )
    )

    placement = journeys.placements.iloc[0]
    assert (placement["decom"], placement["dec"]) == (
        pd.Timestamp("2019-05-01"),
        pd.Timestamp("2020-02-01"),
    )
    assert (placement["place"], placement["rne"], placement["episodes"]) == ("U4", "S", 3)


def test_a_change_of_legal_status_after_a_gap_begins_a_new_placement():
    journeys = journeys_of(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2019-10-01"),
            an_episode(decom="2019-11-01", rne="L"),
        )
    )

    assert len(journeys.placements) == 2


# --- limits ---------------------------------------------------------------------------------


def test_returns_with_the_barest_columns_can_be_linked():
    returns = returns_with(filed(2020, an_episode(decom="2019-05-01", dec="2020-01-01")))
    bare = returns.tables["episodes"][
        ["child", "decom", "place", "dec", "local_authority", "year", "file", "row"]
    ]
    returns.tables["episodes"] = bare

    journeys = link_episodes(returns)

    assert stays(journeys) == [("2019-05-01", "2020-01-01")]


def test_where_no_episode_can_be_used_that_is_said():
    with pytest.raises(NothingUsableError):
        journeys_of(filed(2020, an_episode(decom="2019-05-01", dob=None)))


# --- as it was known ------------------------------------------------------------------------


def test_a_backtest_does_not_know_ends_that_a_later_return_states():
    returns = returns_with(
        filed(2020, an_episode(decom="2019-05-01")),
        filed(2021, an_episode(decom="2019-05-01", dec="2020-02-20")),
    )

    then = link_episodes(known_on(returns, pd.Timestamp("2020-03-31")))

    assert stays(then) == [("2019-05-01", None)]
    assert stays(link_episodes(returns)) == [("2019-05-01", "2020-02-20")]


def test_a_day_within_a_year_sees_the_return_of_that_year_as_far_as_the_day():
    returns = returns_with(
        filed(
            2020,
            an_episode(decom="2019-05-01", dec="2020-02-20"),
            an_episode(decom="2019-12-01", child="B2"),
        )
    )

    then = link_episodes(returns, as_of=pd.Timestamp("2019-10-31"))

    assert stays(then) == [("2019-05-01", None)]
    assert then.as_of == pd.Timestamp("2019-10-31")
