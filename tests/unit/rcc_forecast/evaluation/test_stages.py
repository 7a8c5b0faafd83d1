"""What lies between the announcement and the first whole period belongs to neither side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.fitting import completed
from rcc_forecast.evaluation.stages import design_of, grid_of
from rcc_forecast.geography import Membership
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells


def the_design(panel=None, *, spec=None, **changed):
    spec = spec or a_spec()
    cells = the_cells(a_panel() if panel is None else panel, spec)
    return design_of(grid_of(cells, "far", unit=spec.unit), spec, cells.calendar, **changed)


def years(design, columns):
    return [int(period) for period in design.grid.periods[columns]]


def treated(**stages):
    return [{"unit": unit, "delivery": "2025-04-01", **stages} for unit in (NORTH, SOUTH)]


def test_the_base_ends_before_the_announcement():
    design = the_design(spec=a_spec(treated=treated(announced="2024-01-15")))

    # January 2024 lies in the year to March 2024, which is left out with 2025.
    assert years(design, design.base)[-1] == 2023
    assert years(design, design.post) == [2026]


def test_without_an_announcement_the_base_runs_up_to_delivery():
    design = the_design(spec=a_spec(treated=treated()))

    assert years(design, design.base) == list(range(2014, 2026))


def test_a_base_of_three_is_the_last_three_years_before():
    design = the_design(spec=a_spec(treated=treated(), base=3))

    assert years(design, design.base) == [2023, 2024, 2025]


def test_a_unit_within_a_partial_year_is_on_neither_side():
    blocks = [
        {"unit": NORTH, "delivery": "2025-04-01"},
        {"unit": SOUTH, "delivery": "2025-06-01"},
    ]

    design = the_design(spec=a_spec(treated=blocks))

    assert SOUTH not in design.grid.names
    assert [design.grid.names[row] for row in design.treated] == [NORTH]
    assert any(SOUTH in note for note in design.notes)


def test_a_unit_that_will_begin_later_is_a_donor_until_then():
    blocks = [{"unit": NORTH, "delivery": 2025}, {"unit": SOUTH, "delivery": 2028}]
    spec = a_spec(treated=blocks)

    not_yet, never = the_design(spec=spec), the_design(spec=spec, never_treated_only=True)

    assert SOUTH in not_yet.grid.names
    assert SOUTH not in never.grid.names
    assert not_yet.waiting == (SOUTH,)


def test_periods_after_an_exit_do_not_count():
    design = the_design(spec=a_spec(treated=treated(exit="2025-12-01")))

    assert not design.post.size


def test_a_placebo_in_time_sees_nothing_of_the_true_treatment():
    design = the_design(shifted=2)

    assert years(design, design.post) == [2023, 2024]


def test_a_donor_with_a_gap_is_left_out_and_told():
    panel = a_panel()
    panel = panel[~((panel["region"] == "Region 03") & (panel["period"] == "2020"))]

    design = completed(the_design(panel))

    assert "Region 03" not in design.grid.names
    assert any("1 units without" in note for note in design.notes)


def test_the_specification_can_draw_the_map_itself():
    panel = a_panel()
    codes = ["U020", "U021", "U030"]
    spec = a_spec(regions={"Valley": codes}, treated=[{"unit": "Valley", "delivery": 2025}])

    design = the_design(panel, spec=spec)

    assert design.grid.members[design.grid.names.index("Valley")] == 3
    # Region 00 has four units, two of which are now in the valley.
    assert design.grid.members[design.grid.names.index("Region 00")] == 2


def test_who_joins_a_region_after_its_delivery_is_on_neither_side():
    members = [{"la_code": "U020"}, {"la_code": "U021", "from": "2026-02-01"}]
    spec = a_spec(regions={"Valley": members}, treated=[{"unit": "Valley", "delivery": 2025}])

    cells = the_cells(a_panel(), spec)

    assert "U021" not in set(cells.frame["la_code"])
    assert len(cells.findings.of("panel-members-changed")) == 1


def test_a_co_operative_is_treated_by_its_name_though_the_panel_knows_regions_alone():
    from rcc_forecast.evaluation import checked, read_panel_frame

    table = pd.DataFrame(
        {
            "rcc": ["Valley"],
            "local_authority": ["U020"],
            "from": [pd.Timestamp("2024-04-01")],
            "to": [pd.NaT],
        }
    )
    spec = a_spec(treated=[{"unit": "Valley", "delivery": 2025}])
    cells, faults = read_panel_frame(a_panel(), name="panel.csv")

    mapped = checked(cells, faults, spec, name="panel.csv", membership=Membership(table))

    assert set(mapped.frame.loc[mapped.frame["la_code"] == "U020", "region"]) == {"Valley"}


def test_authorities_can_be_the_units_of_inference():
    spec = a_spec(unit="authority", treated=[{"unit": "U000", "delivery": 2025}])

    design = the_design(spec=spec)

    assert len(design.grid.names) == 48  # 12 regions of four
    assert design.grid.names[design.treated[0]] == "U000"
    assert not np.isnan(design.panel.y).any()


def test_a_member_of_the_map_that_the_panel_lacks_is_told():
    spec = a_spec(regions={NORTH: ["U000", "misspelt"]})

    found = the_cells(a_panel(), spec).findings.frame

    told = found.loc[found["rule"] == "panel-members-absent", "found"]
    assert told.tolist() == ["1 members of the map of regions are not in the panel"]
