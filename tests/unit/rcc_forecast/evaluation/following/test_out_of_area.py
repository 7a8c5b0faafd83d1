"""Why placements begin outside the child's own area, from the reason the one before ended."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.evaluation.following.out_of_area import out_of_area_by_reason, out_of_area_rows
from rcc_forecast.evaluation.following.process import process_of
from rcc_forecast.tables.following import PROCESS
from tests.builders.episodes import MANCHESTER, an_episode, filed_yearly, journeys_of
from tests.builders.following import decisions, referrals, some_referrals

IN_MANCHESTER, IN_MANCHESTER_TOO, IN_SALFORD = "M2 5DB", "M1 2WD", "M27 5AW"


def _begun(*episodes, years=(2024,), **how):
    return out_of_area_by_reason(journeys_of(filed_yearly(*episodes, years=years)), **how)


def _moves(*stops, child="A", **others):
    """Give episodes one after another from (day, place, postcode, reason it ended)."""
    ends = [day for day, *_ in stops[1:]] + [None]
    return [
        an_episode(
            child=child,
            decom=day,
            dec=end,
            place=place,
            pl_post=post,
            rne="S" if number == 0 else "P",
            reason_place_change=reason,
            **others,
        )
        for number, ((day, place, post, reason), end) in enumerate(zip(stops, ends, strict=True))
    ]


def _told(begun):
    frame = begun.frame.sort_values("began")
    return list(zip(frame["reason"], frame["outside"], strict=True))


def test_the_reason_is_that_of_the_placement_before():
    begun = _begun(
        *_moves(
            ("2023-05-01", "U4", IN_MANCHESTER, "CREQB"),
            ("2023-07-01", "K2", IN_SALFORD, "CARPL"),
            ("2023-09-01", "U4", IN_MANCHESTER_TOO, None),
        )
    )

    assert _told(begun) == [("started", 0), ("CREQB", 1), ("CARPL", 0)]


def test_a_move_without_a_reason_says_so():
    begun = _begun(
        *_moves(("2023-05-01", "U4", IN_MANCHESTER, None), ("2023-07-01", "K2", IN_SALFORD, None))
    )

    assert _told(begun) == [("started", 0), ("not_recorded", 1)]


def test_coming_back_into_care_is_no_move():
    first = an_episode(
        decom="2023-05-01", dec="2023-06-01", pl_post=IN_MANCHESTER, reason_place_change="OTHER"
    ) | {"rec": "E4A"}
    again = an_episode(decom="2023-09-01", pl_post=IN_SALFORD, rne="S")

    assert _told(_begun(first, again)) == [("started", 0), ("started", 1)]


def test_coming_back_from_a_holiday_to_the_same_home_begins_nothing():
    begun = _begun(
        *_moves(
            ("2023-05-01", "U4", IN_MANCHESTER, None),
            ("2023-07-01", "T3", IN_SALFORD, None),
            ("2023-07-15", "U4", IN_MANCHESTER, None),
        )
    )

    assert _told(begun) == [("started", 0)]


def test_a_new_home_after_a_stay_in_hospital_has_the_reason_of_the_home_before():
    begun = _begun(
        *_moves(
            ("2023-05-01", "U4", IN_MANCHESTER, "CREQO"),
            ("2023-07-01", "T1", IN_MANCHESTER, None),
            ("2023-07-15", "K2", IN_SALFORD, None),
        )
    )

    assert _told(begun) == [("started", 0), ("CREQO", 1)]


def test_only_what_began_in_years_that_were_filed_counts():
    begun = _begun(
        *_moves(
            ("2021-05-01", "U4", IN_MANCHESTER, "CARPL"), ("2023-07-01", "K2", IN_SALFORD, None)
        )
    )

    assert _told(begun) == [("CARPL", 1)]


def test_short_breaks_are_no_placements_here():
    assert _begun(an_episode(decom="2023-05-01", pl_post=IN_SALFORD, ls="V4")).frame.empty


def test_what_began_after_the_day_is_left_out():
    stays = _moves(
        ("2023-05-01", "U4", IN_MANCHESTER, "CARPL"), ("2023-07-01", "K2", IN_SALFORD, None)
    )

    assert len(_begun(*stays, on=pd.Timestamp("2023-06-30")).frame) == 1


def test_a_place_that_is_not_known_is_left_out_and_counted():
    begun = _begun(
        an_episode(decom="2023-05-01", child="A", pl_post=None),
        an_episode(decom="2023-05-01", child="B", pl_post=IN_SALFORD),
    )

    assert len(begun.frame) == 1
    assert "1 of 2" in begun.findings.frame.loc[0, "found"]


def test_shares_by_reason_and_reasons_of_those_outside():
    frame = pd.DataFrame(
        {
            "local_authority": MANCHESTER,
            "began": pd.Timestamp("2023-05-01"),
            "reason": ["CREQB"] * 10 + ["started"] * 10,
            "outside": [1] * 8 + [0] * 2 + [1] * 4 + [0] * 6,
        }
    )
    begun = _begun(an_episode(decom="2023-05-01", pl_post=IN_SALFORD))
    begun = type(begun)(frame, begun.findings)

    found = out_of_area_rows(begun, {})

    of_all = found[(found["level"] == "all") & (found["period"] == "All")]
    share = of_all.set_index(["measure", "group"])["value"]
    assert share["began_out_of_area", "CREQB"] == 0.8
    assert share["began_out_of_area", "All"] == 0.6
    # 12 began outside: 8 after the carer's request, 4 as care began.
    assert share["reason_of_out_of_area", "CREQB"] == 8 / 12


def test_three_sources_make_one_table():
    from rcc_forecast.evaluation.following.decisions import typed_decisions
    from rcc_forecast.evaluation.following.referrals import typed_referrals

    on = pd.Timestamp("2026-06-30")
    table = process_of(
        members={MANCHESTER: "Greater Manchester"},
        decisions=typed_decisions(decisions({"date": "2026-05-01"}), file="d.csv", on=on)[0],
        referrals=typed_referrals(referrals(*some_referrals([1, 2])), file="r.csv", on=on),
        begun=_begun(an_episode(decom="2023-05-01", pl_post=IN_SALFORD)),
    )

    assert list(table.columns) == PROCESS.names
    assert {"forecast_named", "median_days_to_placement", "began_out_of_area"} <= set(
        table["measure"]
    )
    assert not table.duplicated(list(PROCESS.key)).any()


def test_no_source_gives_a_heading():
    assert list(process_of(members={}).columns) == PROCESS.names
