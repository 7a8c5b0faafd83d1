"""Merged authorities go on under their successor; split ones stand apart."""

from __future__ import annotations

from rcc_forecast.children import link_episodes
from rcc_forecast.evaluation.from_returns.outcomes import ReturnedPanel, panel_from_journeys
from tests.builders.episodes import filed_yearly, returns_with, rules_of
from tests.builders.returned_panels import counts, lives

BOURNEMOUTH, POOLE, BCP, DORSET = "E06000028", "E06000029", "E06000058", "E10000009"


def _lives_in(authority: str, child: str) -> dict[str, object]:
    return lives(child, decom="2017-06-01", local_authority=authority, dob="2012-06-15")


def _panel(**years_of: tuple[list[int], str]) -> ReturnedPanel:
    filed = [
        filed_yearly(*(_lives_in(code, f"{name}{i}") for i in range(2)), years=years)
        for name, (years, code) in years_of.items()
    ]
    return panel_from_journeys(link_episodes(returns_with(*filed)))


def test_children_of_merged_authorities_count_with_the_successor():
    made = _panel(b=([2018, 2019], BOURNEMOUTH), p=([2018, 2019], POOLE), n=([2020], BCP))

    assert set(made.frame["la_code"]) == {BCP}
    assert counts(made.frame, "fostered", period="2019") == (4, 4)
    assert counts(made.frame, "fostered", period="2020") == (2, 2)
    assert "panel-merger-joined" in rules_of(made.findings)


def test_one_of_two_merged_authorities_alone_stands_apart():
    made = _panel(b=([2018, 2019], BOURNEMOUTH), p=([2019], POOLE), n=([2020], BCP))

    assert set(made.frame.loc[made.frame["period"] == "2018", "la_code"]) == {BOURNEMOUTH}
    assert counts(made.frame, "fostered", period="2019", la_code=BCP) == (4, 4)
    assert "panel-merger-apart" in rules_of(made.findings)


def test_no_child_counts_twice_where_the_successor_filed_the_year_again():
    made = _panel(b=([2019], BOURNEMOUTH), p=([2019], POOLE), n=([2019, 2020], BCP))

    assert set(made.frame["la_code"]) == {BCP}
    assert counts(made.frame, "fostered", period="2019") == (2, 2)
    assert "panel-merger-twice" in rules_of(made.findings)


def test_a_split_authority_stands_apart_and_a_finding_says_so():
    made = _panel(d=([2018, 2019], DORSET))

    assert set(made.frame["la_code"]) == {DORSET}
    (told,) = made.findings.of("panel-split-apart")["found"]
    assert "Dorset (county)" in told
