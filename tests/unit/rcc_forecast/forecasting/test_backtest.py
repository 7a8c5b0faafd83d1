"""Candidates are judged on the past as it was known, side by side with hold flat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.errors import NothingUsableError, UnknownNameError
from rcc_forecast.forecasting import origins_of
from rcc_forecast.forecasting.blend import COMBINATION
from rcc_forecast.forecasting.candidates import candidates
from tests.builders.engines import an_engine, judged, the_engine
from tests.builders.histories import (
    a_history,
    as_known,
    filed_by,
    history_of_returns,
    some_children,
    with_another_story_after,
    with_children,
)


@pytest.fixture(scope="module")
def scores():
    return judged(the_engine())


def _england(table, model, horizon=ALL, measure="children"):
    asked = {
        "measure": measure,
        "model": model,
        "level": "england/total",
        "horizon": horizon,
    }
    return table[(table[list(asked)] == pd.Series(asked)).all(axis=1)]


def test_the_combination_is_what_is_used_for_every_measure(scores):
    marked = scores.table().query("chosen == 'yes'")

    assert set(marked["measure"]) == {"children", "entries", "exits"}
    assert set(marked["model"]) == {COMBINATION}


def test_hold_flat_and_the_peers_method_are_scored_beside_the_rest(scores):
    models = set(scores.table().query("measure == 'children'")["model"])

    known = {each.name for each in candidates()} - {"pooled_annual"}
    assert models == known
    assert {"hold_flat", "stock_flow_12", "stock_flow_24", "stock_flow_36"} <= models


def test_hold_flat_and_the_combination_are_scored_even_where_nobody_asked_for_them():
    table = judged(the_engine(), candidates=("stock_flow_24",)).table()

    of_children = table.query("measure == 'children'")
    assert set(of_children["model"]) == {"hold_flat", "stock_flow_24", COMBINATION}
    assert set(table.query("measure == 'entries'")["model"]) == {"hold_flat", COMBINATION}


def test_a_candidate_that_could_not_run_is_named_with_its_reason():
    history = replace(a_history(n_months=40), population=None)

    table = judged(an_engine(history, origins=2)).table()

    row = table.query("model == 'cohort' and measure == 'children'")
    assert row["note"].item() == "The history holds counts alone; children were not followed."
    assert row["chosen"].item() == "no"
    assert row["scrps"].isna().all()


def test_skill_is_one_less_the_ratio_to_hold_flat(scores):
    rows = (
        scores.table()
        .query("measure == 'children' and level == 'authority/total' and horizon == 'All'")
        .set_index("model")
    )

    assert rows.loc["hold_flat", "skill_vs_hold_flat"] == pytest.approx(0)
    assert rows.loc["cohort", "skill_vs_hold_flat"] == pytest.approx(
        1 - rows.loc["cohort", "scrps"] / rows.loc["hold_flat", "scrps"]
    )


def test_bias_is_worked_by_hand():
    # 30 children in every leaf until December 2023, month 70; 40 from then on. The one origin
    # is a quarter before the end: hold flat is 10 of 40 too low in each month that came.
    history = a_history()
    flat = np.full_like(history.corrected["children"], 30.0)
    flat[:, 70:] = 40.0

    scores = judged(an_engine(with_children(history, flat), origins=1))

    row = _england(scores.table(), "hold_flat")
    assert row["bias"].item() == pytest.approx(-10 / 40)
    assert row["wape"].item() == pytest.approx(10 / 40)
    assert row["origins"].item() == 1


def test_origins_are_a_quarter_apart_with_three_years_behind_the_first():
    assert origins_of(73, most=6).tolist() == [55, 58, 61, 64, 67, 70]
    assert origins_of(73, most=99).tolist()[0] == 37
    # Where three years would leave less than one to judge by, two do.
    assert origins_of(40, most=99).tolist() == [25, 28, 31, 34, 37]
    assert origins_of(26, most=99).tolist() == []


def test_no_candidate_sees_what_came_after_its_origin():
    # 31 December 2022 is month 58: up to there both stories are the same, after it nobody
    # comes any more and nobody leaves for two years.
    told = some_children()
    other = with_another_story_after(told, "2022-12-31")
    engines = [an_engine(history_of_returns(filed_by(story))) for story in (told, other)]

    for measure in ("children", "entries", "exits"):
        first, second = (engine.measures[measure] for engine in engines)
        np.testing.assert_array_equal(first.y[:, :58], second.y[:, :58])
        assert not np.array_equal(first.y, second.y)
        seen = np.flatnonzero(first.rolled.origins <= 58)
        assert len(seen) == 2
        for name in first.rolled.past:
            mine, theirs = (found.rolled.past[name][seen] for found in (first, second))
            assert mine.tobytes() == theirs.tobytes(), (measure, name)


def test_the_past_starts_from_the_level_that_was_known_then():
    # Two children a leaf with anybody were recorded late: known today, not on 31 March 2023.
    history = a_history()
    known = as_known(history, 61)
    then = np.maximum(known.corrected["children"] - 2, 0)
    late_then = with_children(known, then)
    short = then[:, -1].sum() - known.corrected["children"][:, -1].sum()

    now, as_known_then = (
        an_engine(history, (past,), origins=6).measures["children"].rolled
        for past in (known, late_then)
    )

    place = now.origins.tolist().index(61)
    england = (the_engine().measures["children"].nodes.frame["level"] == "england/total").argmax()
    for name in ("hold_flat", "cohort", "stock_flow_12"):
        off = as_known_then.past[name][place, england] - now.past[name][place, england]
        np.testing.assert_allclose(off, short, atol=1e-3)
        others = np.delete(np.arange(6), place)
        np.testing.assert_array_equal(as_known_then.past[name][others], now.past[name][others])


def test_how_many_past_forecasts_start_from_what_was_known_is_told():
    engine = an_engine(a_history(), (as_known(a_history(), 61),))

    assert engine.notes[1].startswith("1 of them start")
    assert not any("return of that day" in note for note in the_engine().notes)


def test_months_that_have_not_come_are_told_and_not_scored(scores):
    # Of the origins 55, 58, ... 70 of 73 months, the last three have no twelfth month yet.
    assert "3 of 6 past forecasts are scored on fewer than 12 months" in scores.notes[-2]
    rows = _england(scores.table(), "hold_flat", "7-12")
    assert rows["origins"].item() == 4
    assert _england(scores.table(), "hold_flat", "1-6")["origins"].item() == 6


def test_no_past_forecast_is_given_an_interval_by_its_own_error():
    # Thirty children in every leaf, thirty-one in every second year, until the last quarter, 330
    # in it. The only past forecast misses that by 300; its own error alone could have moved or
    # widened its interval, and a score near the whole error says that it did not.
    history = a_history()
    flat = np.full_like(history.corrected["children"], 30.0)
    flat[:, np.arange(73) // 12 % 2 == 1] = 31.0
    flat[:, 70:] = 330.0
    engine = an_engine(with_children(history, flat), origins=1, horizon=3)

    row = _england(judged(engine).table(), "hold_flat")

    assert row["scrps"].item() > 0.9 * row["mase"].item()


@pytest.mark.parametrize("measure", ["children", "entries", "exits"])
def test_intervals_of_england_are_about_as_honest_as_they_say(scores, measure):
    row = _england(scores.table(), COMBINATION, measure=measure)

    # Six past forecasts of overlapping months: between half and all of them inside.
    assert 0.5 <= row["coverage_80"].item() <= 1
    assert row["coverage_80"].item() <= row["coverage_95"].item()


def test_the_same_history_gives_the_same_bytes(scores):
    again = judged(an_engine(a_history()))

    pd.testing.assert_frame_equal(again.table(), scores.table(), check_exact=True)


def test_the_names_of_children_and_the_order_they_bring_change_nothing():
    told = some_children()
    rng = np.random.default_rng(1)
    # A third of the ends are recorded weeks later, so that chances are weighed.
    told["late"] = np.where(rng.random(len(told)) < 1 / 3, rng.integers(1, 120, len(told)), 0)
    names = told["child"].unique()
    renamed = dict(zip(names, [f"P{n:05d}" for n in rng.permutation(len(names))], strict=True))
    other = told.assign(child=told["child"].map(renamed)).sort_values(
        ["local_authority", "child", "decom"], ignore_index=True
    )

    first, second = (
        an_engine(history_of_returns(filed_by(story)), origins=3) for story in (told, other)
    )

    assert first.history.findings.frame["rule"].tolist() == ["late-recording-corrected"]
    for measure, found in first.measures.items():
        assert found.mean.tobytes() == second.measures[measure].mean.tobytes()


def test_a_history_without_a_usable_past_says_so():
    with pytest.raises(NothingUsableError, match="no past month end has two years"):
        judged(an_engine(a_history(n_months=25)))


def test_an_unknown_forecaster_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'hold_flat'"):
        judged(the_engine(), candidates=("hold_flut",))
