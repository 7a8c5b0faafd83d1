"""What homes cost is a mean of the register's prices at the homes where children live."""

from __future__ import annotations

import numpy as np
import pytest

from rcc_forecast.evaluation import read_panel_frame
from tests.builders.episodes import rules_of
from tests.builders.register import a_register
from tests.builders.returned_panels import lives, panel_of, priced, value_of


def _in_home(child: str, urn: str, **others: object) -> dict[str, object]:
    return lives(child, place="K2", urn=urn, **others)


def _fostered(child: str, urn: str, **others: object) -> dict[str, object]:
    return lives(child, place="U4", urn=urn, **others)


HOMES = a_register(
    priced("SC1", 6_000),
    priced("SC2", 4_000),
    priced("SC9", 500, placement_type="foster", home_id="F1", places_approved=3),
    priced("SC9", 900, placement_type="foster", home_id="F2", places_approved=1),
)


def test_a_mean_over_children_at_the_prices_of_their_homes():
    made = panel_of(_in_home("A", "SC1"), _in_home("B", "sc 2"), _fostered("C", "SC9"), homes=HOMES)

    # The agency's places cost (3 x 500 + 1 x 900) / 4 = 600.
    assert value_of(made.frame, "unit_cost") == pytest.approx((6_000 + 4_000 + 600) / 3)
    assert value_of(made.frame, "unit_cost_childrens_home") == pytest.approx(5_000)


def test_a_child_without_a_price_counts_at_the_mean_of_its_kind():
    made = panel_of(
        *(_in_home(child, "SC1") for child in "AB"),
        *(_fostered(child, "SC9") for child in "CD"),
        _in_home("E", "SC7"),
        homes=HOMES,
    )

    # A mean of the four known prices alone, 3,300, would be too low.
    assert value_of(made.frame, "unit_cost") == pytest.approx((3 * 6_000 + 2 * 600) / 5)


def test_under_two_thirds_of_prices_there_is_no_value_and_it_is_said():
    made = panel_of(_in_home("A", "SC1"), _in_home("B", "SC7"), _fostered("C", "SC9"), homes=HOMES)

    assert value_of(made.frame, "unit_cost") == pytest.approx((6_000 + 6_000 + 600) / 3)
    assert "unit_cost_childrens_home" not in set(made.frame["outcome"])
    assert "panel-prices-too-few" in rules_of(made.findings)


def test_a_period_with_too_few_prices_keeps_its_row_without_a_value():
    later = _in_home("B", "SC7", decom="2024-06-01"), _in_home("C", "SC7", decom="2024-06-01")

    made = panel_of(_in_home("A", "SC1"), *later, years=(2024, 2025), homes=HOMES)

    assert value_of(made.frame, "unit_cost", period="2024") == pytest.approx(6_000)
    assert np.isnan(value_of(made.frame, "unit_cost", period="2025"))


def test_children_with_parents_or_placed_for_adoption_have_no_price():
    made = panel_of(
        _in_home("A", "SC1"), lives("B", place="P1"), lives("C", place="A5"), homes=HOMES
    )

    assert value_of(made.frame, "unit_cost") == pytest.approx(6_000)


def test_a_home_that_has_closed_keeps_its_price_while_it_was_open():
    then = priced("SC5", 3_000, home_id="old", closed="2024-06-30")
    now = priced("SC5", 5_000, home_id="new", opened="2024-07-01")

    made = panel_of(_in_home("A", "SC5"), years=(2024, 2025), homes=a_register(then, now))

    assert value_of(made.frame, "unit_cost", period="2024") == pytest.approx(3_000)
    assert value_of(made.frame, "unit_cost", period="2025") == pytest.approx(5_000)


def test_it_is_said_that_prices_are_of_one_day_and_how_many_are_known():
    made = panel_of(_in_home("A", "SC1"), _fostered("B", "SC8"), homes=HOMES)

    (found,) = made.findings.of("panel-prices-of-one-day")["found"]
    (done,) = made.findings.of("panel-prices-of-one-day")["done"]
    assert "50% of 2" in found
    assert "not of prices" in done


def test_a_register_without_prices_makes_no_outcome_and_it_is_said():
    made = panel_of(_in_home("A", "SC1"), homes=a_register(priced("SC1", float("nan"))))

    assert "unit_cost" not in set(made.frame["outcome"])
    assert "panel-prices-too-few" in rules_of(made.findings)


def test_a_panel_with_costs_is_one_that_evaluate_reads():
    made = panel_of(_in_home("A", "SC1"), years=(2024, 2025), homes=HOMES)

    cells, faults = read_panel_frame(made.frame, name="panel")
    assert faults == []
    assert cells.frame.query("outcome == 'unit_cost'")["numerator"].isna().all()
