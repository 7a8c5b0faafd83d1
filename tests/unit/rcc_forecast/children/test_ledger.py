"""No episode goes astray between the returns and the journeys."""

from __future__ import annotations

from rcc_forecast import pipeline
from rcc_forecast.children import link_episodes, link_findings, unaccounted
from rcc_forecast.results.findings import Findings
from tests.builders.episodes import an_episode, filed, filed_yearly, returns_with


def _with_every_fault():
    long_stay = an_episode(decom="2019-05-01", child="A1")
    return returns_with(
        filed_yearly(long_stay, years=range(2020, 2023)),
        filed(
            2021,
            an_episode(decom="2020-07-01", dec="2020-07-01", child="A2"),
            an_episode(decom="2020-08-01", dec="2020-09-01", child="A2"),
            an_episode(decom="2020-08-15", dec="2020-09-01", child="A2"),
            an_episode(decom="2030-01-01", child="A3"),
            an_episode(decom="2020-02-01", dec="2020-01-01", child="A4"),
            an_episode(decom="2020-05-01", child="A5", dob=None),
        ),
    )


def test_every_used_row_is_kept_or_left_out_by_a_finding():
    returns = _with_every_fault()

    journeys = link_episodes(returns)

    assert len(journeys.episodes) < len(returns.tables["episodes"])
    assert not len(unaccounted(returns, journeys.episodes, journeys.findings))


def test_a_row_that_nothing_was_said_about_is_shown():
    returns = _with_every_fault()
    journeys = link_episodes(returns)

    astray = unaccounted(returns, journeys.episodes, Findings.none())

    assert (astray["used"] > astray["kept"]).all()
    assert len(astray)


def test_check_lists_every_fault_where_no_episode_can_be_counted():
    returns = returns_with(
        filed(2021, an_episode(decom="2030-01-01"), an_episode(decom="2031-01-01"))
    )

    findings = pipeline.check(returns)

    assert len(findings.of("begins-after-as-of")) == 2
    assert len(link_findings(returns)) == len(findings)
