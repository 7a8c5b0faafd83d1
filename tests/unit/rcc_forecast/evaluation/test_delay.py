"""What waiting costs is told no surer than what it rests on."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.evaluation.delay import cost_of_delay
from rcc_forecast.evaluation.delay_assumptions import KINDS, read_delay_spec
from rcc_forecast.evaluation.protocol import Log, next_entry
from rcc_forecast.evaluation.spec import SpecError
from tests.builders.delay import a_delay, an_interval, assumptions

NO_DISCOUNT = {"value": 0.0, "source": "a test"}


def answer(**changed):
    return cost_of_delay(a_delay(**changed)).tables["delay"].iloc[0]


def test_without_discount_a_delay_of_two_years_loses_two_years_of_savings():
    found = answer(discount_rate=NO_DISCOUNT)

    # 12 placements x GBP 1,000 x 2 years of 365.25 / 7 weeks.
    assert found["best"] == pytest.approx(12 * 1_000 * 2 * 365.25 / 7)


def test_a_ramp_puts_the_same_loss_later():
    at_once = answer()
    slowly = answer(ramp_months=an_interval(24, 24, 24))
    undiscounted = answer(ramp_months=an_interval(24, 24, 24), discount_rate=NO_DISCOUNT)

    assert slowly["best"] < at_once["best"]
    assert undiscounted["best"] == pytest.approx(12 * 1_000 * 2 * 365.25 / 7)


def test_the_discount_is_three_and_a_half_per_cent_a_year():
    found = answer()

    months = sum(1.035 ** (-(month + 0.5) / 12) for month in range(24))
    assert found["best"] == pytest.approx(12 * 1_000 * 365.25 / 7 / 12 * months)


def test_set_up_and_running_costs_are_put_off_not_spared():
    nothing = an_interval(-1, 0, 1)

    table = cost_of_delay(
        a_delay(
            placements_avoided=nothing,
            set_up_cost=an_interval(1e6, 1e6, 1e6),
            running_cost=an_interval(1e5, 1e5, 1e5),
            discount_rate=NO_DISCOUNT,
        )
    ).tables["delay"]
    best = table.set_index("quantity")["best"]

    assert best["set_up_cost_put_off"] == 0
    assert best["running_cost_put_off"] == pytest.approx(-2e5)


def test_the_parts_add_up():
    table = cost_of_delay(
        a_delay(set_up_cost=an_interval(1e6, 2e6, 4e6), running_cost=an_interval(1e5, 2e5, 3e5))
    ).tables["delay"]

    assert table["best"].iloc[0] == pytest.approx(table["best"].iloc[1:].sum())


@pytest.mark.parametrize(
    "effect", [an_interval(-4, 12, 28), an_interval(0, 12, 28), an_interval(-28, -12, 0)]
)
def test_where_the_effect_may_be_none_so_may_the_cost_of_delay(effect):
    for costs in (an_interval(0, 0, 0), an_interval(5e6, 6e6, 7e6)):
        found = answer(placements_avoided=effect, running_cost=costs)

        assert found["low"] <= 0 <= found["high"]
        assert "interval of the effect" in found["note"]


def test_the_sentence_says_when_nothing_can_be_said():
    unsure = cost_of_delay(a_delay(placements_avoided=an_interval(-4, 12, 28)))
    sure = cost_of_delay(a_delay())

    assert "cannot be said" in unsure.sentence
    assert "cannot be said" not in sure.sentence


def test_an_interval_comes_out_as_it_went_in_where_nothing_else_is_unsure():
    found = answer(draws=100_000)

    # In proportion to 8, 12 and 16 placements.
    assert found["low"] / found["best"] == pytest.approx(8 / 12, rel=0.01)
    assert found["high"] / found["best"] == pytest.approx(16 / 12, rel=0.01)


def test_every_assumption_is_in_the_open_and_in_the_tornado_widest_first():
    tables = cost_of_delay(a_delay(weekly_cost_gap=an_interval(990, 1_000, 1_010))).tables

    assert list(tables["assumptions"]["assumption"]) == list(KINDS)
    assert tables["assumptions"]["source"].str.len().gt(0).all()
    assert set(tables["tornado"]["assumption"]) == set(KINDS)
    assert list(tables["tornado"]["assumption"][:2]) == ["placements_avoided", "weekly_cost_gap"]
    assert tables["tornado"]["swing"].is_monotonic_decreasing


def test_published_totals_are_the_same_whatever_is_assumed():
    one = cost_of_delay(a_delay()).tables["published"]
    other = cost_of_delay(a_delay(placements_avoided=an_interval(80, 120, 160))).tables["published"]

    assert list(one["cost_of_delay"]) == list(other["cost_of_delay"]) == [1.0e9, 2.6e9]


def test_the_same_assumptions_and_seed_give_the_same_answer():
    assert answer(seed=3).equals(answer(seed=3))
    assert answer(seed=3)["low"] != answer(seed=4)["low"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"placements_avoided": {"value": 12, "source": "hope"}}, "is one figure"),
        ({"placements_avoided": an_interval(12, 12, 12)}, "has no width"),
        ({"weekly_cost_gap": an_interval(3, 2, 1)}, "order low, best, high"),
        ({"ramp_months": an_interval(-1, 2, 3)}, "below 0"),
        ({"running_cost": {"low": 1, "best": 2, "high": 3}}, "has no source"),
        ({"set_up_cost": None}, "[set_up_cost] is needed"),
        ({"discount_rate": {"value": 3.5, "source": "a test"}}, "3.5% as 0.035"),
        ({"horizon_years": 60}, "from 1 to 30"),
    ],
)
def test_an_assumption_that_hides_something_is_refused(changed, said):
    with pytest.raises(SpecError) as refused:
        a_delay(**changed)

    assert said in str(refused.value)


def test_an_unknown_assumption_is_named_with_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="weekly_cost_gap"):
        a_delay(weekly_cost_gaps=assumptions()["weekly_cost_gap"])
    with pytest.raises(UnreadableInputError):
        read_delay_spec(tmp_path / "absent.toml")


def test_assumptions_that_were_logged_are_stamped_so():
    spec = a_delay()
    entry = next_entry(Log(), spec, today=pd.Timestamp(2026, 5, 1), software={}, git_commit=None)

    before = cost_of_delay(spec).tables["delay"]
    after = cost_of_delay(spec, log=Log((entry,))).tables["delay"]

    assert set(before["stamp"]) == {"EXPLORATORY"}
    assert set(after["stamp"]) == {"pre-specified on 2026-05-01"}


def test_one_changed_assumption_is_exploratory_again():
    entry = next_entry(
        Log(), a_delay(), today=pd.Timestamp(2026, 5, 1), software={}, git_commit=None
    )

    changed = cost_of_delay(a_delay(horizon_years=9), log=Log((entry,))).tables["delay"]

    assert set(changed["stamp"]) == {"EXPLORATORY"}
