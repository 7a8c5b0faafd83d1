"""Children are counted on the last day of a period that the authority's own return knows."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.children import link_episodes
from rcc_forecast.evaluation import read_panel_frame
from rcc_forecast.evaluation.from_returns.counting_days import counting_days
from rcc_forecast.evaluation.from_returns.outcomes import panel_from_journeys
from rcc_forecast.evaluation.from_returns.reorganised import successions_of
from tests.builders.episodes import MANCHESTER, filed_yearly, returns_with, rules_of
from tests.builders.returned_panels import counts, lives, panel_of


def _filed(*returns: tuple[str, int], held_to: str | None = None) -> pd.DataFrame:
    frame = pd.DataFrame(returns, columns=["local_authority", "year"])
    ends = pd.to_datetime(frame["year"].astype("str") + "-03-31")
    known = ends if held_to is None else ends.clip(upper=pd.Timestamp(held_to))
    return frame.assign(held_to=known)


def _days(filed: pd.DataFrame, *, season: int) -> list[str]:
    found = counting_days(
        filed, successions_of(filed), season=season, seen=pd.Timestamp("2030-01-01")
    )
    return [day.period for day in found]


@pytest.mark.parametrize(
    ("season", "periods"),
    [
        (1, ["2024"]),
        (4, ["2023Q2", "2023Q3", "2023Q4", "2024Q1"]),
        (12, [*(f"2023-{m:02d}" for m in range(4, 13)), "2024-01", "2024-02", "2024-03"]),
    ],
)
def test_a_return_knows_every_period_that_ends_in_its_year(season, periods):
    assert _days(_filed((MANCHESTER, 2024)), season=season) == periods


def test_a_year_without_a_return_has_no_days():
    assert _days(_filed((MANCHESTER, 2022), (MANCHESTER, 2024)), season=1) == ["2022", "2024"]


def test_a_return_of_part_of_a_year_knows_the_days_up_to_its_end():
    filed = _filed((MANCHESTER, 2024), held_to="2023-11-30")

    assert _days(filed, season=1) == []
    assert _days(filed, season=4) == ["2023Q2", "2023Q3"]


def test_a_quarter_counts_those_there_on_its_last_day():
    stays = lives("A"), lives("B", decom="2023-08-10"), lives("C", dec="2023-09-30", rec="E8")

    frame = panel_of(*stays, every="quarter").frame

    assert counts(frame, "fostered", period="2023Q2") == (2, 2)
    assert counts(frame, "fostered", period="2023Q3") == (2, 2)
    assert counts(frame, "fostered", period="2024Q1") == (2, 2)


def test_a_monthly_panel_from_returns_is_one_that_evaluate_reads():
    frame = panel_of(lives("A"), years=(2024, 2025), every="month").frame

    cells, faults = read_panel_frame(frame, name="panel")
    assert faults == []
    assert cells.calendar.season == 12
    # From its first day in care, 1 June 2023, to the last 31 March: 22 month ends.
    assert cells.frame["period"].nunique() == 22


def _three_homes(child: str, *starts: str) -> list[dict[str, object]]:
    ends = [*starts[1:], None]
    posts = ("M1 1AD", "M2 5DB", "M27 5AW")
    return [
        lives(child, post, decom=start, dec=end, rne="P" if number else "S")
        for number, (start, end, post) in enumerate(zip(starts, ends, posts, strict=True))
    ]


def test_placements_are_counted_over_the_year_to_each_day():
    moves = _three_homes("A", "2023-05-01", "2023-08-01", "2024-02-01")

    frame = panel_of(*moves, years=(2024, 2025), every="quarter").frame

    # The first home ended on 1 August 2023: it is in the year to 30 June 2024 and not
    # in that to 30 September.
    assert counts(frame, "three_or_more_placements", period="2024Q1") == (1, 1)
    assert counts(frame, "three_or_more_placements", period="2024Q2") == (1, 1)
    assert counts(frame, "three_or_more_placements", period="2024Q3") == (0, 1)


def test_a_first_return_does_not_know_the_year_before_a_day_in_summer():
    made = panel_of(lives("A"), every="quarter")

    known = made.frame[made.frame["outcome"] == "three_or_more_placements"]
    assert list(known["period"]) == ["2024Q1"]
    assert "panel-year-before-not-known" in rules_of(made.findings)


def test_a_panel_as_of_an_earlier_day_is_that_of_the_returns_held_then():
    early = filed_yearly(lives("A"), lives("B"), years=[2024])
    late = filed_yearly(lives("A", "LA9 4DL"), lives("C"), years=[2024, 2025])
    then, now = (
        returns_with(early),
        returns_with(early, [row for row in late if row["year"] > 2024]),
    )

    as_held = panel_from_journeys(link_episodes(now, as_of=pd.Timestamp("2024-03-31")))

    pd.testing.assert_frame_equal(as_held.frame, panel_from_journeys(link_episodes(then)).frame)
