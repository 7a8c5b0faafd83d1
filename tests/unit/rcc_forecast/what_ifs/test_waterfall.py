"""Which assumption moved the answer, and how two runs compare."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.reporting.comparing import Comparison, render_comparison
from rcc_forecast.results.scenario import KEYS
from rcc_forecast.scenarios import apply_scenario, assumptions_of, drawn_values
from rcc_forecast.sufficiency import carers_forecast
from rcc_forecast.what_ifs import answers, futures_under, waterfall
from rcc_forecast.what_ifs.paired import (
    ComparisonError,
    about_run,
    compare_kept,
    comparison_notes,
    read_kept,
    write_kept,
)
from tests.builders.futures import a_balance
from tests.builders.histories import MANCHESTER, SALFORD
from tests.builders.what_ifs import a_scenario, its_homes, the_region

EVERYTHING = {
    "entries": {"change_pct": [-20, 0]},
    "moves": {"from_type": "childrens_home", "to_type": "foster", "change_pct": 50},
    "foster": {"recruit": [4, 8], "local_authority": MANCHESTER},
    "prices": {"inflation_pct": [0, 8]},
}


@pytest.fixture(scope="module")
def falls():
    return waterfall(the_region(), its_homes(), a_scenario(**EVERYTHING))


def rows_of(falls, measure, kind, *, area=ALL):
    steps = falls.steps
    chosen = (steps["local_authority"] == area) & (steps["rcc"] == "" if area == ALL else True)
    if area == ALL:
        chosen &= steps["region"] == ALL
    chosen &= (steps["measure"] == measure) & (steps["placement_type"] == kind)
    return steps[chosen & (steps["horizon"] == steps["horizon"].max())].set_index("block")


def test_the_answers_are_those_of_the_balance():
    fit, scenario = the_region(), a_scenario(entries={"change_pct": -10}, foster={"recruit": 5})
    as_of = fit.prepared.history.as_of
    homes = apply_scenario(scenario, its_homes(), as_of=as_of)
    carers = carers_forecast(
        fit.futures,
        homes=homes,
        before=its_homes(),
        as_of=as_of,
        residents=fit.residents,
        seed=fit.config.seed,
    )
    wanted = a_balance(
        futures_under(fit, scenario),
        homes=homes,
        before=its_homes(),
        as_of=as_of,
        foster_paths=carers.relative,
        children_now=fit.children_now,
        residents=fit.residents,
    ).table
    found = answers(fit, its_homes(), scenario)

    told = found.rows.assign(told=found.futures.mean(axis=0))
    keys = ["region", "local_authority", "placement_type", "horizon", "rcc"]
    both = told.merge(wanted[wanted["age_band"] == ALL].drop(columns="measure"), on=keys)
    for measure, column in (
        ("children", "demand_mean"),
        ("gap", "gap_mean"),
        ("shortfall", "expected_shortfall"),
    ):
        rows = both[both["measure"] == measure]
        assert len(rows) > 5
        np.testing.assert_allclose(rows["told"], rows[column], atol=1e-6)


def test_what_the_blocks_add_sums_to_the_scenario(falls):
    steps = falls.steps
    parts = steps[steps["block"] != "scenario"].groupby(KEYS)["mean"].sum()
    whole = steps[steps["block"] == "scenario"].set_index(KEYS)["mean"]

    np.testing.assert_allclose(parts, whole.reindex(parts.index), atol=1e-6)


def test_each_block_moves_what_it_can_move_and_nothing_else(falls):
    gap, spend = rows_of(falls, "gap", "foster"), rows_of(falls, "spend", ALL)
    children = rows_of(falls, "children", ALL)

    assert gap.loc["[foster]", "mean"] < 0
    assert gap.loc["[prices]", ["mean", "q10", "q90"]].tolist() == [0, 0, 0]
    assert children.loc[["[foster]", "[prices]", "[moves]"], "mean"].abs().max() < 0.5
    assert children.loc["[entries]", "mean"] < 0
    assert spend.loc["[moves]", "mean"] < 0


def test_carers_recruited_in_one_authority_move_no_other(falls):
    assert rows_of(falls, "gap", "foster", area=SALFORD).loc["[foster]", "mean"] == 0
    assert rows_of(falls, "gap", "foster", area=MANCHESTER).loc["[foster]", "mean"] < 0


def test_the_doubt_of_an_answer_is_put_down_to_the_intervals_that_can_move_it(falls):
    shares = falls.draws.groupby(["measure", "assumption"])["share_of_spread"].max()

    assert shares["children", "[entries] change_pct"] > 0.01
    assert shares["gap", "[prices] inflation_pct"] == 0
    assert shares["spend", "[prices] inflation_pct"] > 0
    assert shares["children", "[foster] recruit"] == 0
    assert falls.draws["share_of_spread"].between(0, 1).all()


def test_a_scenario_without_intervals_has_no_draws():
    falls = waterfall(the_region(), its_homes(), a_scenario(exits={"change_pct": 5}))

    assert falls.tables()["scenario_draws"].empty
    assert falls.steps["block"].unique().tolist() == ["as is", "[exits]", "scenario"]


def test_recruiting_between_four_and_eight_households_adds_as_many_places_as_stay():
    # A recruit has the usual places of the register's foster homes here: three.
    fit, homes = the_region(), its_homes()
    scenario = a_scenario(foster={"recruit": [4, 8]})
    before, after = (answers(fit, homes, asked) for asked in (None, scenario))
    rows = before.rows
    at = (rows["measure"] == "gap") & (rows["placement_type"] == "foster")
    at &= (rows["region"] == ALL) & (rows["rcc"] == "")
    added = (before.futures - after.futures)[:, np.flatnonzero(at)[-1]] / 3
    drawn = drawn_values(assumptions_of(scenario), n_paths=len(added), seed=fit.config.seed)[:, 0]

    # Households leave again, some 12% in a year: of each future's recruits most are still there,
    # and what their homes take strays as that of others does.
    assert (added < drawn).mean() > 0.6
    assert (added / drawn).mean() == pytest.approx(0.88, abs=0.06)
    assert np.corrcoef(added, drawn)[0, 1] > 0.6


def kept_in(folder, scenario=None, **changed):
    fit = the_region()
    about = {**about_run(fit, scenario, homes_hash="h"), **changed}
    folder.mkdir()
    write_kept(folder, answers(fit, its_homes(), scenario), about)
    return read_kept(folder)


def test_two_runs_are_compared_future_by_future(tmp_path):
    scenario = a_scenario(entries={"change_pct": -10})

    runs = [kept_in(tmp_path / "as-is"), kept_in(tmp_path / "fewer", scenario)]
    table = compare_kept(runs)

    whole = table[
        (table["region"] == ALL) & (table["rcc"] == "") & (table["measure"] == "children")
    ]
    total = whole[whole["placement_type"] == ALL].iloc[-1]
    assert total["scenario"] == "fewer"
    assert total["p_below_0"] == 1.0
    assert total["difference_q90"] < 0
    assert total["difference_mean"] == pytest.approx(total["mean"] - total["base_mean"], abs=1e-3)


def test_a_run_compared_with_itself_differs_nowhere(tmp_path):
    table = compare_kept([kept_in(tmp_path / "a"), kept_in(tmp_path / "b")])

    assert (table["difference_mean"] == 0).all()
    assert (table["p_below_0"] == 0).all()
    assert (table["p_above_0"] == 0).all()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seed": 4}, "another seed"),
        ({"data_hash": "x"}, "other returns"),
        ({"horizon": 6}, "another horizon"),
    ],
)
def test_runs_whose_futures_are_not_the_same_are_refused_in_words(tmp_path, changed, said):
    runs = [kept_in(tmp_path / "a"), kept_in(tmp_path / "b", **changed)]

    with pytest.raises(ComparisonError, match=said):
        compare_kept(runs)


def test_another_register_is_no_reason_to_refuse_and_is_told(tmp_path):
    runs = [kept_in(tmp_path / "a"), kept_in(tmp_path / "b", homes_hash="other")]

    assert len(compare_kept(runs))
    assert any("another register" in note for note in comparison_notes(runs))


def test_a_folder_that_holds_no_run_is_refused(tmp_path):
    with pytest.raises(UnreadableInputError):
        read_kept(tmp_path)


def test_a_kept_run_says_what_it_was_made_from_and_is_small(tmp_path):
    kept_in(tmp_path / "a", a_scenario(entries={"change_pct": -10}))

    about = json.loads((tmp_path / "a" / "paths.meta.json").read_text())
    assert about["seed"] == 903
    assert about["scenario"]["blocks"] == [{"where": "[entries]", "change_pct": -10.0}]
    assert (tmp_path / "a" / "paths.parquet").stat().st_size < 1_000_000


def test_the_page_tells_every_scenario_in_words_and_escapes_their_names(tmp_path):
    runs = [
        kept_in(tmp_path / "as-is"),
        kept_in(tmp_path / "b", a_scenario(exits={"change_pct": 20})),
    ]
    runs[1] = replace(runs[1], name="<b>more exits</b>")

    page = render_comparison(Comparison("as-is", compare_kept(runs), comparison_notes(runs)))

    assert "&lt;b&gt;more exits" in page
    assert "<b>more exits" not in page
    assert "<script" not in page
    assert page.count("<svg") == 4


def test_the_same_question_gives_the_same_bytes():
    scenario = a_scenario(**EVERYTHING)

    one, other = (answers(the_region(), its_homes(), scenario).table() for _ in range(2))

    pd.testing.assert_frame_equal(one, other, check_exact=True)
