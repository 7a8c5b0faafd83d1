"""Brothers and sisters are apart where their homes differ, and untold where a home is unknown."""

from __future__ import annotations

from tests.builders.episodes import MANCHESTER, rules_of
from tests.builders.returned_panels import KENDAL, SALFORD, counts, lives, panel_of, siblings_of


def test_twins_are_two_children_of_a_group_like_any_others():
    twins = lives("A", SALFORD, dob="2014-05-05"), lives("B", KENDAL, dob="2014-05-05")

    made = panel_of(*twins, siblings=siblings_of(("A", "B")))

    assert counts(made.frame, "siblings_apart") == (2, 2)


def test_twins_under_one_roof_are_together():
    twins = [lives(child, SALFORD, dob="2014-05-05", urn="SC1") for child in "AB"]

    made = panel_of(*twins, siblings=siblings_of(("A", "B")))

    assert counts(made.frame, "siblings_apart") == (0, 2)


def test_two_homes_in_one_postcode_are_told_apart_by_their_ofsted_numbers():
    two = lives("A", SALFORD, urn="SC1"), lives("B", SALFORD, urn="SC2")
    one = lives("C", SALFORD, urn="SC1"), lives("D", SALFORD, urn=None)

    made = panel_of(*two, *one, siblings=siblings_of(("A", "B"), ("C", "D")))

    # A number that is not there agrees with any.
    assert counts(made.frame, "siblings_apart") == (2, 4)


def test_how_many_can_be_told_is_said():
    known = lives("A", SALFORD), lives("B", SALFORD)
    unknown = lives("C", None), lives("D", KENDAL)

    made = panel_of(*known, *unknown, siblings=siblings_of(("A", "B"), ("C", "D")))

    assert counts(made.frame, "siblings_apart") == (0, 2)
    (told,) = made.findings.of("panel-siblings-home-unknown")["found"]
    assert "2 of 4" in told


def test_homes_cut_to_the_sector_are_counted_and_said_to_be():
    made = panel_of(lives("A", "M27 5"), lives("B", "M27 5"), siblings=siblings_of(("A", "B")))

    assert counts(made.frame, "siblings_apart") == (0, 2)
    assert "panel-siblings-by-sector" in rules_of(made.findings)


def test_a_list_with_a_child_twice_or_not_in_care_is_told_and_used():
    listed = siblings_of(("A", "B", "Z"), ("B", "C"))

    made = panel_of(lives("A", SALFORD), lives("B", KENDAL), lives("C", KENDAL), siblings=listed)

    assert counts(made.frame, "siblings_apart") == (2, 2)
    assert {"panel-siblings-in-two-groups", "panel-siblings-not-in-returns"} <= rules_of(
        made.findings
    )


def test_a_list_of_children_whom_no_return_has_makes_no_outcome():
    made = panel_of(lives("A"), siblings=siblings_of(("Y", "Z"), local_authority=MANCHESTER))

    assert "siblings_apart" not in set(made.frame["outcome"])


def test_a_list_may_name_its_authority():
    named = siblings_of(("A", "B"), local_authority="Manchester City Council")

    made = panel_of(lives("A", SALFORD), lives("B", KENDAL), siblings=named)

    assert counts(made.frame, "siblings_apart") == (2, 2)
