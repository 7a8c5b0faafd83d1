"""Whatever is filed: stock is last month's stock, plus what came, less what went."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rcc_forecast.demand import monthly_demand
from tests.builders.episodes import an_episode, filed, journeys_of

_FIRST, _LAST = np.datetime64("2017-04-01"), np.datetime64("2021-03-31")

_DAYS = st.integers(0, int((_LAST - _FIRST).astype(int))).map(lambda n: _FIRST + n)


@st.composite
def _rows(draw):
    """Draw a row of a return: any child, dates, type and year, in any order."""
    start = draw(_DAYS)
    length = draw(st.one_of(st.none(), st.integers(0, 900)))
    year = draw(st.integers(2018, 2021))
    row = an_episode(
        decom=str(start),
        dec=None if length is None else str(start + length),
        child=draw(st.sampled_from("ABC")),
        place=draw(st.sampled_from(["U1", "U4", "K2", "H5", "Z1"])),
        ls=draw(st.sampled_from(["C2", "C2", "C2", "V4"])),
        rne=draw(st.sampled_from("SLPT")),
        local_authority=draw(st.sampled_from(["E08000003", "E08000006"])),
    )
    # Children of very different ages, one of them born on 29 February, one nearly of age.
    born = {"A": "2004-02-29", "B": "2016-11-30", "C": "2000-07-31"}[row["child"]]
    return filed(year, row | {"dob": born})


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(_rows(), min_size=1, max_size=14))
def test_every_leaf_and_every_total_balances(rows):
    stay = an_episode(decom="2017-01-01", child="Y", local_authority="E08000003")
    always = [
        entry
        for year in range(2018, 2022)
        for code in ("E08000003", "E08000006")
        for entry in filed(year, stay | {"local_authority": code})
    ]

    history = monthly_demand(journeys_of(always, *rows))

    for counts, moves in (
        (history.counts, history.moves),
        (history.corrected, history.corrected_moves),
    ):
        stock = counts["children"]
        change = np.zeros_like(stock)
        inward, outward = moves[moves["destination"] >= 0], moves[moves["origin"] >= 0]
        np.add.at(change, (inward["destination"], inward["month"]), inward["count"])
        np.subtract.at(change, (outward["origin"], outward["month"]), outward["count"])
        np.testing.assert_allclose(change[:, 1:], np.diff(stock, axis=1), atol=1e-9)
        assert (stock >= -1e-9).all()

        total = {measure: values.sum(axis=0) for measure, values in counts.items()}
        balance = np.diff(total["children"]) - (total["entries"] - total["exits"])[1:]
        np.testing.assert_allclose(balance, 0, atol=1e-9)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(_rows(), min_size=1, max_size=14))
def test_no_child_is_ever_counted_twice(rows):
    always = [filed(year, an_episode(decom="2017-01-01", child="Y")) for year in range(2018, 2022)]

    history = monthly_demand(journeys_of(*always, *rows))

    # Three children in each of two authorities, and the one who is always there.
    assert history.counts["children"].sum(axis=0).max() <= 7
