"""Further outcomes pay for their number; those that move together pay less."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.causal.base import Effect
from models.causal.randomisation import permutation_p
from rcc_forecast.evaluation import evaluate
from rcc_forecast.evaluation.adjusting import with_adjusted
from rcc_forecast.evaluation.estimating import Answer, Judged
from rcc_forecast.evaluation.fitting import Fits, completed
from rcc_forecast.evaluation.stages import design_of, grid_of
from rcc_forecast.results.evaluation import Stamp
from tests.builders.evaluations import a_panel, a_spec, the_cells

OUTCOMES = ("far", "near", "moved")
SPEC = a_spec(outcomes=list(OUTCOMES))


def a_design(dropped=(), spec=SPEC):
    cells = the_cells(a_panel(), spec)
    grid = grid_of(cells, "far", unit="region").without(set(dropped))
    return completed(design_of(grid, spec, cells.calendar))


def an_answer(design, size):
    """Judge by a statistic that only the true pair has above all others, times `size`."""
    chosen = Fits(design, SPEC).assignments()
    statistics = np.linspace(0.0, 1.0, chosen.n)
    statistics[chosen.observed] = size
    effect = Effect(size, p_value=permutation_p(statistics, chosen.observed))
    return Answer(
        "did", "region_permutation", effect, chosen.smallest_p, None, Judged(chosen, statistics)
    )


def adjusted(designs, sizes=(2.0, 2.0, 2.0)):
    made = [(design, an_answer(design, size)) for design, size in zip(designs, sizes, strict=True)]
    estimates = pd.DataFrame(
        {
            "outcome": list(OUTCOMES),
            "estimator": "did",
            "inference": "region_permutation",
            "p_value": [answer.effect.p_value for _, answer in made],
            "note": "",
        }
    )
    return with_adjusted(estimates, made, SPEC)


def test_the_primary_outcome_stands_alone():
    table = adjusted([a_design()] * 3)

    assert table.loc[0, ["p_adjusted", "p_romano_wolf"]].isna().all()


def test_outcomes_that_move_as_one_cost_nothing_on_shared_permutations():
    table = adjusted([a_design()] * 3)

    # 12 regions make 66 pairs; Holm doubles the p-values of two outcomes.
    assert table["p_adjusted"].iloc[1:].tolist() == pytest.approx([2 / 66, 2 / 66])
    assert table["p_romano_wolf"].iloc[1:].tolist() == pytest.approx([1 / 66, 1 / 66])


def test_an_outcome_that_lacks_a_region_is_judged_on_the_pairs_in_common():
    table = adjusted([a_design(), a_design(), a_design(["Region 03"])])

    # 55 pairs of the 11 regions that both outcomes have.
    assert table["p_romano_wolf"].iloc[1:].tolist() == pytest.approx([1 / 55, 1 / 55])


def test_outcomes_whose_treated_start_apart_are_left_to_holm_with_a_note():
    later = [{"unit": "North", "delivery": 2025}, {"unit": "South", "delivery": 2026}]

    table = adjusted([a_design(), a_design(), a_design(spec=a_spec(treated=later))])

    assert table["p_romano_wolf"].isna().all()
    assert table["p_adjusted"].iloc[1:].notna().all()
    assert "no assignments in common" in table["note"].iloc[1]


def test_the_whole_table_has_it_wherever_permutation_judged_and_never_below_one_in_the_number():
    cells = the_cells(a_panel(regions=8, units=2, outcomes=OUTCOMES, effect=-0.05), SPEC)

    table = evaluate(cells, SPEC, Stamp("0" * 64, 1, 1, "EXPLORATORY")).tables["estimates"]

    further = table[(table["outcome"] != "far") & table["p_value"].notna()]
    permuted = further[further["attainable_p"].notna() & (further["inference"] != "conformal")]
    assert permuted["p_romano_wolf"].notna().all()
    assert (permuted["p_romano_wolf"] >= permuted["p_value"]).all()
    assert (permuted["p_value"] >= permuted["attainable_p"]).all()
    assert (permuted["p_romano_wolf"] <= permuted["p_adjusted"] + 1e-12).mean() > 0.5
    assert further.loc[further["inference"] == "donald_lang", "p_romano_wolf"].isna().all()
