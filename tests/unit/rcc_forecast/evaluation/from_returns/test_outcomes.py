"""Outcomes from returns are those of the DfE's tables, counted on 31 March."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from rcc_forecast.errors import NothingUsableError
from rcc_forecast.evaluation import read_panel_frame
from rcc_forecast.evaluation.from_returns.outcomes import panel_from_journeys
from tests.builders.commands import run
from tests.builders.episodes import MANCHESTER, an_episode, filed_yearly, journeys_of, rules_of

MANCHESTER_TOWN_HALL, KENDAL, SALFORD = "M2 5DB", "LA9 4DL", "M27 5AW"


def _panel(*episodes: dict[str, object]) -> pd.DataFrame:
    journeys = journeys_of(filed_yearly(*episodes, years=[2024]))
    return panel_from_journeys(journeys).frame.set_index("outcome")


def _counts(frame: pd.DataFrame, outcome: str) -> tuple[int, int]:
    return int(frame.loc[outcome, "numerator"]), int(frame.loc[outcome, "denominator"])


def _lives(child: str, at: str | None, **others: object) -> dict[str, object]:
    return an_episode(
        child=child,
        decom="2023-06-01",
        home_post=MANCHESTER_TOWN_HALL,
        pl_post=at,
        **others,
    )


def test_distance_and_border_are_told_apart():
    frame = _panel(
        _lives("A", MANCHESTER_TOWN_HALL),
        _lives("B", KENDAL),
        _lives("C", SALFORD),
        _lives("D", None),
    )

    assert _counts(frame, "over_20_miles") == (1, 4)
    assert _counts(frame, "over_20_miles_and_outside") == (1, 4)
    assert _counts(frame, "out_of_area") == (2, 4)


def test_homes_are_counted_by_their_kind():
    frame = _panel(
        _lives("A", SALFORD, place="K2", place_provider="PR4"),
        _lives("B", SALFORD, place="H5", place_provider="PR1"),
        _lives("C", SALFORD, place="U4", place_provider="PR4"),
    )

    assert _counts(frame, "residential") == (1, 3)
    assert _counts(frame, "residential_or_semi_independent") == (2, 3)
    assert _counts(frame, "fostered") == (1, 3)
    assert _counts(frame, "private_provision") == (2, 3)


def test_short_breaks_adults_and_those_who_left_are_not_looked_after():
    frame = _panel(
        _lives("A", SALFORD),
        _lives("B", SALFORD, ls="V4"),
        _lives("C", SALFORD, dob="2006-03-01"),
        _lives("D", SALFORD, dec="2024-03-31", rec="E8"),
    )

    assert _counts(frame, "fostered") == (1, 1)


def test_an_authority_that_files_no_postcodes_has_no_figure_of_distance():
    episodes = [_lives(child, None, place_provider="PR1") for child in "ABC"]
    journeys = journeys_of(filed_yearly(*episodes, _lives("D", KENDAL), years=[2024]))

    made = panel_from_journeys(journeys)

    # One in four is known: "no child far away" would say how postcodes are filed.
    outcomes = set(made.frame["outcome"])
    assert not outcomes & {"over_20_miles", "over_20_miles_and_outside", "out_of_area"}
    assert {"fostered", "residential", "private_provision"} <= outcomes
    assert "panel-too-little-known-over-20-miles" in rules_of(made.findings)


def _moves(
    child: str, *places: tuple[str, str, str], at: tuple[str, ...]
) -> list[dict[str, object]]:
    ends = [*[start for start, _, _ in places[1:]], None]
    return [
        an_episode(child=child, decom=start, dec=end, place=place, rne=rne, pl_post=post)
        for (start, place, rne), end, post in zip(places, ends, at, strict=True)
    ]


def test_three_placements_in_the_year_count_and_legal_changes_do_not():
    many = _moves(
        "A",
        ("2023-05-01", "U4", "S"),
        ("2023-08-01", "U4", "P"),
        ("2023-11-01", "K2", "P"),
        at=("M1 1AD", "M2 5DB", "M27 5AW"),
    )
    law = _moves(
        "B",
        ("2023-05-01", "U4", "S"),
        ("2023-08-01", "U4", "L"),
        ("2023-11-01", "U4", "L"),
        at=("M2 5DB",) * 3,
    )

    assert _counts(_panel(*many, *law), "three_or_more_placements") == (1, 2)


def test_a_stay_in_hospital_and_back_is_one_placement():
    back = _moves(
        "A",
        ("2023-05-01", "U4", "S"),
        ("2023-08-01", "T1", "P"),
        ("2023-08-09", "U4", "P"),
        ("2023-11-01", "K2", "P"),
        at=("M2 5DB", "M13 9WL", "M2 5DB", "M27 5AW"),
    )

    assert _counts(_panel(*back), "three_or_more_placements") == (0, 1)


def test_the_panel_is_one_that_evaluate_reads():
    journeys = journeys_of(filed_yearly(_lives("A", SALFORD), years=[2024, 2025]))

    frame = panel_from_journeys(journeys).frame

    cells, faults = read_panel_frame(frame, name="panel")
    assert faults == []
    assert set(frame["la_code"]) == {MANCHESTER}
    assert set(frame["region"]) == {"North West"}
    assert cells.calendar.name(int(cells.frame["period"].max())) == "2025"


def test_returns_in_which_nobody_stays_to_31_march_make_no_panel():
    journeys = journeys_of(
        filed_yearly(_lives("A", SALFORD, dec="2023-12-01", rec="E8"), years=[2024])
    )

    with pytest.raises(NothingUsableError):
        panel_from_journeys(journeys)


def test_siblings_apart_are_counted_among_those_who_are_both_looked_after():
    children = ("A", "B", "C", "D", "E", "F")
    homes = (SALFORD, SALFORD, SALFORD, KENDAL, SALFORD, None)
    episodes = [_lives(child, at) for child, at in zip(children, homes, strict=True)]
    journeys = journeys_of(filed_yearly(*episodes, years=[2024]))
    groups = pd.DataFrame(
        {
            "child_id": [*children, "G"],
            # A and B live together, C and D apart; F's home is not known; G is not in care.
            "sibling_group": ["1", "1", "2", "2", "3", "3", "1"],
            "local_authority": MANCHESTER,
        }
    )

    frame = panel_from_journeys(journeys, siblings=groups).frame.set_index("outcome")

    assert _counts(frame, "siblings_apart") == (2, 4)


def test_a_panel_is_made_from_returns_or_from_releases_and_not_both(tmp_path: Path):
    out = tmp_path / "panel.csv"

    assert run("panel", "--out", out) == 2
    assert run("panel", tmp_path, "--dfe", tmp_path / "cla.csv", "--out", out) == 2
    assert not out.exists()
