"""No withheld figure can be worked out, and no more is withheld than that takes."""

from __future__ import annotations

import itertools
from datetime import date

import numpy as np
import pytest

from models.suppression import (
    UnprotectableError,
    audit_suppression,
    solve_suppression,
    suppression_problem,
)
from models.suppression.problem import SuppressionProblem
from models.suppression.sums import sums_of
from tests.builders.published_tables import (
    PROTECTION,
    SHAPES,
    a_plain_dimension,
    a_scenario_and_its_base,
    a_table,
)


def counts_with_totals(rows: list[list[int]], **known: object) -> SuppressionProblem:
    """A table of counts with its row, column and grand totals; zeros are shown."""
    inner = np.array(rows, dtype=float)
    whole = np.block([[inner, inner.sum(1, keepdims=True)], [inner.sum(0), inner.sum()]])
    value = whole.ravel()
    coordinates = np.stack(np.unravel_index(np.arange(value.size), whole.shape), axis=1)
    sums = [a_plain_dimension(size - 1)[1] for size in whole.shape]
    return suppression_problem(
        value,
        sums_of(coordinates, sums, value=value).equations,
        primary=(value >= 1) & (value <= 5),
        protection=PROTECTION,
        low=np.minimum(value, 1.0),
        keep=(value == 0) | known.get("keep", np.zeros(value.size, dtype=bool)),
    )


def test_a_small_figure_takes_three_others_with_it_in_a_table_with_totals():
    problem = counts_with_totals([[3, 20, 30], [10, 40, 50], [60, 70, 80]])

    found = solve_suppression(problem)

    # 3, and the cheapest rectangle around it: 20 in its row, 10 in its column, 40 across.
    assert np.flatnonzero(found.withheld).tolist() == [0, 1, 4, 5]
    assert found.loss == (3 + 1) + (20 + 1) + (10 + 1) + (40 + 1)
    assert found.optimal
    assert found.bound == found.loss


def test_the_audit_narrows_a_figure_down_by_hand_worked_limits():
    problem = counts_with_totals([[3, 20, 30], [10, 40, 50], [60, 70, 80]])
    withheld = np.isin(np.arange(16), [0, 1, 4, 5])

    audit = audit_suppression(problem, withheld)

    # Row 1 leaves 23 for two figures of 1 or more, column 1 leaves 13: at most 12 and 22.
    assert audit.low[0] == pytest.approx(1.0)
    assert audit.high[0] == pytest.approx(12.0)
    assert audit.passed


def test_a_figure_withheld_alone_is_exposed():
    problem = counts_with_totals([[3, 20, 30], [10, 40, 50], [60, 70, 80]])

    audit = audit_suppression(problem, problem.primary)

    assert audit.exposed.tolist() == [True]
    assert audit.low[0] == pytest.approx(3.0)
    assert audit.high[0] == pytest.approx(3.0)


def test_two_small_figures_that_leave_no_doubt_need_a_third():
    problem = counts_with_totals([[1, 1, 30], [1, 1, 50], [60, 70, 80]])

    found = solve_suppression(problem)

    # 2 for two figures of 1 or more says that both are 1.
    assert found.withheld.sum() > problem.primary.sum()
    assert audit_suppression(problem, found.withheld).passed


def test_zeros_are_shown():
    problem = counts_with_totals([[3, 0, 30], [0, 40, 50], [60, 70, 80]])

    found = solve_suppression(problem)

    assert not found.withheld[problem.value == 0].any()
    assert audit_suppression(problem, found.withheld).passed


def test_totals_that_must_be_shown_and_give_a_figure_away_are_refused():
    keep = np.ones(16, dtype=bool)
    problem = counts_with_totals([[3, 20, 30], [10, 40, 50], [60, 70, 80]], keep=keep)

    with pytest.raises(UnprotectableError):
        solve_suppression(problem)


@pytest.mark.parametrize("number", range(12))
def test_no_pattern_that_protects_loses_less_than_the_one_proved_least(number):
    rng = np.random.default_rng([7, number])
    rows = rng.poisson(rng.choice([2.0, 8.0, 30.0], size=(2, 3))).tolist()
    problem = counts_with_totals(rows)

    found = solve_suppression(problem)

    assert found.optimal
    assert found.loss == least_loss(problem)


def least_loss(problem: SuppressionProblem) -> int:
    """Try every pattern."""
    free = np.flatnonzero(~problem.primary & ~problem.keep)
    losses = []
    for chosen in itertools.product([False, True], repeat=len(free)):
        withheld = problem.primary.copy()
        withheld[free] = chosen
        loss = int(problem.weight[withheld].sum())
        if loss < min(losses, default=np.inf) and audit_suppression(problem, withheld).passed:
            losses.append(loss)
    return min(losses)


def test_a_scenario_and_its_base_are_withheld_alike():
    rng = np.random.default_rng(11)
    problem = a_scenario_and_its_base(rng, [a_plain_dimension(5), a_plain_dimension(4)])

    found = solve_suppression(problem)
    audit = audit_suppression(problem, found.withheld)

    assert audit.passed
    assert len(audit.figure) == 2 * found.withheld.sum()  # base and scenario, each protected


def test_money_at_known_prices_gives_no_child_away():
    problem = SHAPES["children and cost"](np.random.default_rng(5))

    found = solve_suppression(problem)

    count, money = problem.implied.T
    assert audit_suppression(problem, found.withheld).passed
    assert (found.withheld[money] >= found.withheld[count]).all()


def test_rounded_totals_protect_by_themselves():
    inner = counts_with_totals([[3, 20, 30], [10, 40, 50], [60, 70, 80]])
    is_total = np.isin(np.arange(16), [3, 7, 11, 12, 13, 14, 15])
    problem = suppression_problem(
        inner.value,
        inner.equations,
        primary=inner.primary,
        protection=PROTECTION,
        low=inner.low,
        slack=np.where(is_total, 5.0, 0.0),
    )

    found = solve_suppression(problem)

    # A total to the nearest 10 leaves 10 values for what is missing: nothing more need go.
    assert found.withheld.tolist() == problem.primary.tolist()
    assert audit_suppression(problem, found.withheld).passed


def test_an_answer_cut_short_is_protected_all_the_same():
    problem = a_table(np.random.default_rng(3), [a_plain_dimension(n) for n in (7, 5, 4)])

    found = solve_suppression(problem, max_deterministic_time=0.001)

    assert audit_suppression(problem, found.withheld).passed
    assert found.bound <= found.loss


def test_the_same_table_gives_the_same_answer():
    one, two = (SHAPES["regions, three ways"](np.random.default_rng(8)) for _ in range(2))

    first, second = solve_suppression(one), solve_suppression(two)

    np.testing.assert_array_equal(first.withheld, second.withheld)


def test_wide_enough_and_to_the_end_agree():
    problem = SHAPES["regions and co-operatives"](np.random.default_rng(21))
    withheld = problem.primary

    whole = audit_suppression(problem, withheld)
    brief = audit_suppression(problem, withheld, to_the_end=False)

    np.testing.assert_array_equal(whole.exposed, brief.exposed)
    assert (brief.low >= whole.low - 1e-6).all()
    assert (brief.high <= whole.high + 1e-6).all()


def check_random_tables(seed: int, n_tables: int, *, effort: float) -> None:
    names = list(SHAPES)
    for number in range(n_tables):
        name = names[number % len(names)]
        problem = SHAPES[name](np.random.default_rng([seed, number]))
        found = solve_suppression(problem, max_deterministic_time=effort)
        audit = audit_suppression(problem, found.withheld)
        assert audit.passed, f"seed {seed}, table {number} ({name}): {audit.exposed.sum()} exposed"
        assert found.withheld[problem.primary].all()


def test_no_figure_of_today_s_random_tables_can_be_recovered():
    seed = int(date.today().strftime("%Y%m%d"))

    check_random_tables(seed, 40, effort=0.2)


@pytest.mark.full
def test_no_figure_of_a_thousand_random_tables_can_be_recovered():
    seed = int(date.today().strftime("%Y%m%d"))

    check_random_tables(seed, 1000, effort=1.0)
