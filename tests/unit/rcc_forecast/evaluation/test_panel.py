"""A panel is checked as a whole: every fault is told, and nothing released too late is seen."""

from __future__ import annotations

import pandas as pd
import pytest

from rcc_forecast.evaluation import PanelAtFaultError, checked, read_panel, read_panel_frame
from rcc_forecast.evaluation.periods import moment_of
from rcc_forecast.evaluation.stages import grid_of
from tests.builders.evaluations import a_panel, a_spec, the_cells


def rows(*given, columns=("la_code", "region", "period", "outcome", "numerator", "denominator")):
    return pd.DataFrame(given, columns=list(columns))


def cells_of(table, **given):
    return read_panel_frame(table, name="panel.csv", **given)


def test_every_fault_of_a_panel_is_told_with_its_lines():
    table = rows(
        ("A", "One", "2020", "far", 5, 4),
        ("A", "One", "2020", "far", 1, 4),
        ("B", "One", "202", "far", 1, 4),
        ("B", "One", "2021", "far", "many", 4),
    )
    spec = a_spec(
        treated=[{"unit": "Nowhere", "delivery": 2021}, {"unit": "One", "delivery": 2020}]
    )
    cells, faults = cells_of(table)

    with pytest.raises(PanelAtFaultError) as refused:
        checked(cells, faults, spec, name="panel.csv")

    told = str(refused.value)
    for part in (
        "line 2: numerator is above denominator",
        "lines 2, 3: the same",
        "line 4: period",
        "line 5: numerator is not a number",
        "'Nowhere' is not among",
        "'One' has no period before",
        "1 of the regions",
    ):
        assert part in told


def test_a_value_of_a_fault_is_never_shown():
    _, faults = cells_of(rows(("A", "One", "2020", "far", "Jo Smith", 4)))

    assert "Jo" not in "".join(faults)


def test_a_withheld_count_is_an_interval_from_one_to_five():
    cells, faults = cells_of(rows(("A", "One", "2020", "far", "c", 50)))

    row = cells.frame.iloc[0]
    assert not faults
    assert (row["numerator_low"], row["numerator"], row["numerator_high"]) == (1.0, 3.0, 5.0)
    assert (row["low"], row["value"], row["high"]) == (0.02, 0.06, 0.1)
    assert bool(row["imputed"])


def test_a_count_withheld_from_three_children_is_at_most_three():
    cells, faults = cells_of(rows(("A", "One", "2020", "far", "x", 3)))

    assert not faults
    assert cells.frame.iloc[0]["numerator_high"] == 3.0


def test_a_region_pools_counts_where_there_are_counts():
    table = rows(("A", "One", "2020", "far", 10, 100), ("B", "One", "2020", "far", 90, 300))
    cells, _ = cells_of(table)

    grid = grid_of(cells, "far", unit="region")

    assert grid.y.tolist() == [[0.25]]  # (10 + 90) / (100 + 300)


def test_a_region_is_the_plain_mean_of_its_units_where_there_are_none():
    columns = ("la_code", "region", "period", "outcome", "value")
    table = rows(
        ("A", "One", "2020", "cost", 10), ("B", "One", "2020", "cost", 30), columns=columns
    )
    cells, _ = cells_of(table)

    grid = grid_of(cells, "cost", unit="region")

    assert grid.y.tolist() == [[20.0]]


def test_rows_released_after_the_cut_off_are_not_looked_at():
    panel = a_panel()
    late = panel.assign(release_date="2027-01-01", numerator="nonsense", period="not a period")
    cut_off = moment_of("2026-12-01")

    alone, _ = cells_of(panel, cut_off=cut_off)
    with_late, faults = cells_of(pd.concat([late, panel]), cut_off=cut_off)

    assert not faults
    assert with_late.late == len(late)
    assert with_late.sha256 == alone.sha256
    assert with_late.calendar == alone.calendar


def test_without_a_date_of_release_a_period_counts_once_it_has_ended():
    panel = a_panel(years=range(2020, 2027)).drop(columns="release_date")

    cells, _ = cells_of(panel, cut_off=moment_of("2025-06-30"))

    assert cells.calendar.name(cells.frame["period"].max()) == "2025"


def test_the_newest_release_of_a_cell_is_used():
    first = rows(("A", "One", "2020", "far", 10, 100)).assign(release_date="2020-11-20")
    again = first.assign(numerator=12, release_date="2021-11-20")

    cells, faults = cells_of(pd.concat([again, first]))

    assert not faults
    assert cells.frame["numerator"].tolist() == [12.0]
    assert len(cells.findings.of("panel-revised")) == 1


def test_the_order_of_rows_does_not_matter():
    panel = a_panel(regions=4)
    spec = a_spec()

    backwards = the_cells(panel.iloc[::-1], spec)

    assert backwards.sha256 == the_cells(panel, spec).sha256


def test_a_code_that_nobody_knows_is_a_finding_and_no_fault():
    cells, faults = cells_of(rows(("Atlantis 7", "Sea", "2020", "far", 1, 4)))

    assert not faults
    assert len(cells.findings.of("panel-code-unknown")) == 1
    assert cells.frame["la_code"].tolist() == ["Atlantis 7"]


def test_the_series_of_a_recoded_authority_are_joined():
    # Barnsley was E08000016 until 31 March 2025, and is E08000038 since.
    table = rows(
        ("E08000016", "Yorkshire", "2024", "far", 10, 100),
        ("E08000038", "Yorkshire", "2025", "far", 11, 100),
    )

    cells, _ = cells_of(table)

    assert set(cells.frame["la_code"]) == {"E08000038"}
    assert len(cells.findings.of("panel-recode-joined")) == 1


def test_a_panel_without_values_says_which_column_is_missing():
    with pytest.raises(PanelAtFaultError, match="no column value"):
        cells_of(
            rows(("A", "One", "2020", "far"), columns=("la_code", "region", "period", "outcome"))
        )


def test_a_figure_beyond_any_outcome_is_refused():
    table = rows(("A", "North", "2024", "far", "1", "2")).assign(value="1e300")

    _, faults = read_panel_frame(table, name="panel.csv")

    assert faults == ["line 2: value is larger than any outcome can be."]


def test_blank_rows_of_a_spreadsheet_are_passed_over_and_lines_stay_those_of_the_file():
    _, faults = cells_of(
        rows(("A", "One", "2020", "far", 1, 4), ("",) * 6, ("B", "Two", "2020", "far", 5, 4))
    )

    assert faults == ["line 4: numerator is above denominator."]


def test_a_column_that_stands_there_twice_is_told(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("la_code,region,period,outcome,value,value\nA,One,2020,far,1,2\n")

    _, faults = read_panel(path)

    assert faults == ["column value stands there twice."]


def test_a_panel_with_other_separators_is_told_what_separates_columns(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("la_code;region;period;outcome;value\nA;One;2020;far;1\n")

    with pytest.raises(PanelAtFaultError, match="separated by commas"):
        read_panel(path)


def test_spaces_around_the_name_of_an_outcome_do_not_make_another():
    cells, _ = cells_of(rows(("A", "One", "2020", " far ", 1, 4)))

    assert cells.frame["outcome"].tolist() == ["far"]


def test_a_delivery_before_the_panel_is_told_of_a_unit_that_is_not_there_too():
    spec = a_spec(treated=[{"unit": "Nowhere", "delivery": 2001}])
    cells, faults = cells_of(a_panel())

    with pytest.raises(PanelAtFaultError) as refused:
        checked(cells, faults, spec, name="panel.csv")

    assert "'Nowhere' is not among" in str(refused.value)
    assert "'Nowhere' has no period before" in str(refused.value)


def test_of_a_panel_without_a_readable_period_nothing_more_is_claimed():
    cells, faults = cells_of(rows(("A", "One", "2019-20", "far", 1, 4)))

    with pytest.raises(PanelAtFaultError) as refused:
        checked(cells, faults, a_spec(), name="panel.csv")

    assert len(refused.value.faults) == 1
    assert "2024-25" in refused.value.faults[0]


def test_units_and_regions_are_kept_exactly_as_written():
    table = rows(
        ("06 ", " North", "2024", "far", "1", "2"), ("0006", "1.0", "2024", "far", "1", "2")
    )

    cells, faults = cells_of(table)

    assert faults == []
    assert set(cells.frame["la_code"]) == {"06 ", "0006"}
    assert set(cells.frame["region"]) == {" North", "1.0"}
