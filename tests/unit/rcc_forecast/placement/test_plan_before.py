"""A plan taken as the one before is the same from memory and from its folder."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.placement import (
    plan_before_of,
    plan_placements,
    read_children,
    read_homes,
    read_plan_before,
    write_plan,
)
from tests.builders.synthetic import a_small_region


def test_a_plan_from_memory_and_from_its_folder_begin_the_same_what_if(tmp_path):
    region = a_small_region()
    region.children.to_csv(tmp_path / "children.csv", index=False)
    region.homes.to_csv(tmp_path / "homes.csv", index=False)
    children, homes = (
        read_children(tmp_path / "children.csv")[0],
        read_homes(tmp_path / "homes.csv")[0],
    )
    # Fewer homes than children, so that some have none.
    few = homes[homes["places_available"] > 0].head(5)
    on = pd.Timestamp("2026-04-01")
    plan = plan_placements(children, few, on=on)
    write_plan(plan, tmp_path / "plan")

    tables = [
        plan_placements(children, homes, on=on, before=before).what_if
        for before in (plan_before_of(plan), read_plan_before(tmp_path / "plan"))
    ]

    assert plan.summary["unplaced"] > 0
    pd.testing.assert_frame_equal(*tables)
