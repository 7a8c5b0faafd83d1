"""Groups of children by ethnic origin, sex and whether unaccompanied add up to all children."""

from __future__ import annotations

import pandas as pd

from tests.builders.episodes import rules_of
from tests.builders.returned_panels import KENDAL, counts, lives, panel_of, siblings_of

FAR = {"home_post": "M2 5DB", "pl_post": KENDAL}


def test_each_ethnic_group_has_its_own_share_and_the_unknown_are_not_dropped():
    groups = panel_of(
        lives("A", ethnic="WBRI", **FAR),
        lives("B", ethnic="WROM"),
        lives("C", ethnic="BAFR", **FAR),
        lives("D", ethnic="CHNE"),
        lives("E", ethnic="REFU", **FAR),
        lives("F"),
    ).groups

    far = groups[groups["outcome"] == "over_20_miles"]
    assert counts(far, "over_20_miles", group="White") == (1, 2)
    assert counts(far, "over_20_miles", group="Black") == (1, 1)
    assert counts(far, "over_20_miles", group="Other") == (0, 1)
    assert counts(far, "over_20_miles", group="unknown") == (1, 2)


def test_every_ethnic_code_of_the_return_has_a_group():
    from rcc_forecast.codes import ETHNIC
    from rcc_forecast.evaluation.from_returns.group_counts import ETHNIC_GROUPS

    assert set(ETHNIC.labels) - set(ETHNIC_GROUPS) == {"REFU", "NOBT"}
    assert set(ETHNIC_GROUPS.values()) == {"White", "Mixed", "Asian", "Black", "Other"}


def test_groups_add_up_to_the_panel_in_every_outcome_and_period():
    episodes = [
        lives(f"C{i}", sex="MFU"[i % 3], ethnic=("WBRI", "APKN", "NOBT", "MWBC")[i % 4])
        for i in range(24)
    ]
    uasc = [{"child": f"C{i}", "duc": None} for i in range(0, 24, 5)]

    made = panel_of(
        *episodes, years=(2024, 2025), uasc=uasc, siblings=siblings_of(("C0", "C1"), ("C2", "C3"))
    )

    place = ["la_code", "period", "outcome"]
    figures = ["numerator", "denominator"]
    whole = made.frame.set_index(place)[figures].sort_index()
    assert set(made.groups["characteristic"]) == {"ethnicity", "sex", "uasc"}
    for _, group in made.groups.groupby("characteristic"):
        added = group.groupby(place)[figures].sum()
        pd.testing.assert_frame_equal(added, whole, check_dtype=False)


def test_a_child_is_unaccompanied_until_the_status_ceased():
    made = panel_of(
        lives("A"),
        lives("B"),
        lives("C"),
        years=(2024, 2025),
        uasc=[{"child": "A", "duc": "2024-09-01"}, {"child": "B", "duc": None}],
    )

    of_uasc = made.groups[made.groups["characteristic"] == "uasc"]
    assert counts(of_uasc, "fostered", period="2024", group="unaccompanied") == (2, 2)
    assert counts(of_uasc, "fostered", period="2025", group="unaccompanied") == (1, 1)
    assert counts(of_uasc, "fostered", period="2025", group="other") == (2, 2)


def test_a_status_that_ceases_on_the_day_has_ceased():
    made = panel_of(lives("A"), lives("B"), uasc=[{"child": "A", "duc": "2024-03-31"}])

    assert counts(made.groups, "fostered", characteristic="uasc", group="other") == (2, 2)


def test_a_uasc_row_without_authority_is_found_by_its_identifier():
    made = panel_of(
        lives("A"),
        lives("B"),
        years=(2024, 2025),
        uasc=[{"child": "A", "duc": "2024-09-01", "local_authority": "Unknown"}],
    )

    of_uasc = made.groups[made.groups["characteristic"] == "uasc"]
    assert counts(of_uasc, "fostered", period="2024", group="unaccompanied") == (1, 1)
    assert counts(of_uasc, "fostered", period="2025", group="other") == (2, 2)


def test_returns_that_say_nothing_of_a_characteristic_have_no_groups_of_it():
    made = panel_of(lives("A"), lives("B"))

    assert made.groups.empty
    assert {
        "panel-groups-without-ethnicity",
        "panel-groups-without-sex",
        "panel-groups-without-uasc",
    } <= rules_of(made.findings)
