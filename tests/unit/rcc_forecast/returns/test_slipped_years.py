"""One mistyped YEAR is a faulty row, and never a return in which nobody is left."""

from __future__ import annotations

import pytest

from rcc_forecast import pipeline
from rcc_forecast.config import RunConfig
from rcc_forecast.returns import read_returns_from, unaccounted
from tests.builders.returns import EPISODES, HEADER, a_header, an_episode, as_csv, found_by

MANY = 60


def _merged(*, last_year: str):
    children = [f"{1000 + n}" for n in range(MANY)]
    last = [a_header(child, YEAR="2021", LA="Salford") for child in children]
    stays = [an_episode(child, YEAR="2021", LA="Salford") for child in children]
    stays[-1]["YEAR"] = last_year
    return read_returns_from(
        {
            "episodes.csv": as_csv(stays, [*EPISODES, "LA", "YEAR"]),
            "header.csv": as_csv(last, [*HEADER, "LA", "YEAR"]),
        }
    )


@pytest.mark.parametrize("slip", ["2022", "2027", "2059", "2010"])
def test_one_row_under_a_year_of_its_own_is_refused_and_ends_nobodys_care(slip):
    returns = _merged(last_year=slip)

    history = pipeline.prepare(returns, RunConfig()).history
    assert found_by(returns, "return-year-slipped") == [MANY + 1]
    assert returns.years == [2021]
    assert history.counts["children"][:, -1].sum() == MANY - 1
    assert not len(unaccounted(returns))


def test_a_small_return_beside_one_as_small_is_a_return():
    files = {
        f"{year}/{name}.csv": as_csv([row], columns)
        for year in (2020, 2021)
        for name, row, columns in (
            ("header", a_header(), HEADER),
            ("episodes", an_episode(DECOM="01/05/2019"), EPISODES),
        )
    }

    returns = read_returns_from(files)

    assert returns.years == [2020, 2021]
    assert not len(returns.findings.of("return-year-slipped"))
