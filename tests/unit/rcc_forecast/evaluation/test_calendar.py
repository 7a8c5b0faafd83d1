"""The calendar of looks says before any data when each look is, and what it could find."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.evaluation import SpecError, stamp_of
from rcc_forecast.evaluation.calendar import calendar_of, calendar_said
from rcc_forecast.evaluation.protocol import Log
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.tables.evaluation import POWER
from rcc_forecast.tables.following import CALENDAR
from tests.builders.evaluations import a_panel, a_spec, the_cells

BEFORE = range(2014, 2025)
"""Years of a panel that ends before anyone delivers."""


def _calendar(*, regions: int = 14, years=BEFORE, how=None, **spec: object) -> pd.DataFrame:
    wanted = a_spec(**{"looks": 3, **spec})
    cells = the_cells(a_panel(regions=regions, years=years), wanted)
    return calendar_of(cells, wanted, stamp_of(wanted, Log()), **(how or {}))


def test_before_any_data_every_look_is_too_early_and_has_its_day():
    found = _calendar()

    assert found["state"].tolist() == ["too early"] * 3
    assert found["waits_for"].tolist() == ["2025", "2026", "2027"]
    assert found["data_end"].tolist() == ["2025-03-31", "2026-03-31", "2027-03-31"]
    assert found["published"].tolist() == ["2025-11-20", "2026-11-20", "2027-11-20"]
    assert found["published_basis"].str.startswith("expected: mid-November").all()
    assert list(found.columns) == CALENDAR.names


def test_the_report_is_due_eight_weeks_after_the_figures_or_as_planned():
    assert _calendar().loc[0, "report_due"] == "2026-01-15"
    assert _calendar(how={"report_weeks": 4}).loc[0, "report_due"] == "2025-12-18"


def test_two_of_fourteen_can_be_found_at_the_first_of_three_looks():
    found = _calendar()

    # 91 pairs: .05 / 3 of them is 1.5, so that one pair may go at the first look.
    assert found["assignments"].tolist() == [91, 91, 91]
    assert found["attainable_p"].tolist() == pytest.approx([1 / 91] * 3)
    assert found["alpha_spent"].tolist() == pytest.approx([0.05 / 3, 0.1 / 3, 0.05])
    assert found["finding_possible"].tolist() == [1, 1, 1]


def test_with_twelve_looks_nothing_can_be_found_before_the_third():
    found = _calendar(looks=12)

    assert found["finding_possible"].tolist() == [0, 0, *[1] * 10]
    assert "nothing can be found: p is no smaller than 0.011" in found.loc[0, "note"]


def test_with_six_regions_left_no_look_can_find_anything():
    found = _calendar(regions=6)

    # 15 pairs: p is no smaller than 1 in 15, and alpha is 1 in 20.
    assert found["finding_possible"].eq(0).all()
    assert found["attainable_p"].tolist() == pytest.approx([1 / 15] * 3)


def test_a_region_that_begins_within_a_year_is_left_out_of_it_and_counted_from_the_next():
    treated = [
        {"unit": "North", "delivery": "2025-04-01"},
        {"unit": "South", "delivery": "2025-06-01"},
    ]

    found = _calendar(treated=treated)

    assert found["waits_for"].tolist() == ["2026", "2027", "2028"]
    assert found["treated"].tolist() == [1, 2, 2]
    assert found["regions_left"].tolist() == [13, 14, 14]
    # One of 13; then one of 14 for the earlier start and one of the other 13 for the later.
    assert found["assignments"].tolist() == [13, 182, 182]
    assert "another number of treated units" in found.loc[1, "note"]


def test_periods_that_are_out_have_the_day_on_which_they_came_out():
    found = _calendar(years=range(2014, 2026))

    assert found.loc[0, "published_basis"] == "as released"
    assert found["state"].tolist() == ["this look", "too early", "too early"]


def test_days_fixed_in_the_specification_stand():
    fixed = ["2026-02-01", "2027-02-01", "2028-02-01"]

    found = _calendar(publish=fixed)

    assert found["published"].tolist() == fixed
    assert found["published_basis"].eq("fixed in the specification").all()
    assert found["waits_for"].tolist() == ["2025", "2026", "2027"]


def test_a_fixed_day_that_brings_nothing_new_says_so():
    found = _calendar(publish=["2024-06-01", "2026-01-01", "2026-02-01"])

    assert found.loc[0, "note"].startswith("the day fixed for it lies before the end")
    assert found.loc[2, "note"].startswith("no further period since the look before")


def test_a_logged_cut_off_is_the_cut_off_of_its_look():
    wanted = a_spec(looks=3, cut_off="2026-12-31")
    cells = the_cells(a_panel(), wanted)
    earlier = [pd.Timestamp("2025-12-31")]

    found = calendar_of(cells, wanted, stamp_of(wanted, Log()), earlier=earlier)

    assert found["cut_off"].tolist() == ["2025-12-31", "2026-12-31", "2027-11-20"]


def test_the_smallest_detectable_effect_is_that_of_the_same_periods_and_no_more_regions():
    power = pd.DataFrame(
        {
            "outcome": "far",
            "inference": "region_permutation",
            "regions_left": [14, 10, 14],
            "post_periods": [1, 1, 2],
            "mde": [0.028, 0.030, 0.026],
            "attainable_p": [1 / 91, 1 / 45, 1 / 91],
            "note": "",
        }
    )

    whole = _calendar(how={"power": power})
    fewer = _calendar(regions=12, how={"power": power})

    assert whole["mde"].tolist()[:2] == [0.028, 0.026]
    assert "no row for so many periods" in whole.loc[2, "note"]
    of_one_alone = power.assign(attainable_p=[1 / 14, 1 / 10, 1 / 14])
    other = _calendar(how={"power": of_one_alone})
    assert other["mde"].isna().all()
    assert other.loc[0, "note"] == "the power table is of another number of treated units"
    assert (fewer.loc[0, "mde"], fewer.loc[0, "note"]) == (
        0.030,
        "smallest detectable effect as with 10 regions",
    )


@pytest.mark.parametrize("reason", ["too few regions", None])
def test_a_power_table_without_figures_gives_none(reason):
    wanted = a_spec()
    unmade = pd.DataFrame([{"outcome": "far", "inference": "donald_lang", "note": reason}])
    power = stamped(unmade if reason else pd.DataFrame(), POWER, stamp_of(wanted, Log()))

    assert _calendar(how={"power": power})["mde"].isna().all()


def test_a_lag_that_is_given_goes_before_what_is_expected():
    found = _calendar(how={"release_lag": 100})

    assert found.loc[0, "published"] == "2025-07-09"
    assert found.loc[0, "published_basis"] == "expected: 100 days after the period, as given"


def test_a_specification_without_days_of_publication_keeps_its_hash_and_one_with_them_has_its_own():
    plain, fixed = a_spec(), a_spec(publish=["2026-02-01"])

    assert "publish" not in plain.canonical()
    assert fixed.canonical()["publish"] == ["2026-02-01"]
    assert plain.sha256 != fixed.sha256


def test_the_plan_is_said_in_a_few_sentences():
    assert calendar_said(_calendar(looks=12)) == (
        "12 looks are planned. Look 1 waits for 2025, public 2025-11-20 (expected); its report is "
        "due 2026-01-15. The first that could find anything is look 3."
    )
    assert "No planned look can find anything" in calendar_said(_calendar(regions=6))


def test_quarters_follow_one_another_unless_days_are_fixed():
    wanted = a_spec(looks=2, treated=[{"unit": "North", "delivery": "2025Q2"}])
    panel = a_panel(years=BEFORE)
    panel = panel.assign(period=panel["period"] + "Q1", release_date="")
    cells = the_cells(panel, wanted)

    found = calendar_of(cells, wanted, stamp_of(wanted, Log()))

    assert found["waits_for"].tolist() == ["2025Q2", "2025Q3"]
    assert found["published"].tolist() == found["data_end"].tolist()
    assert found["note"].str.contains("one look a period is assumed").all()


@pytest.mark.parametrize("days", [["2026-02-01"], ["2027-02-01", "2026-02-01"], [2026, 2027], "x"])
def test_days_of_publication_are_one_a_look_and_rise(days):
    with pytest.raises(SpecError, match="publish"):
        a_spec(looks=2, publish=days)


def test_a_single_look_that_randomisation_cannot_reach_is_judged_by_donald_and_lang():
    found = _calendar(regions=6, looks=1)

    assert found["finding_possible"].tolist() == [1]
    assert "Donald and Lang's interval decides" in found.loc[0, "note"]
