"""What leaves the house: whole tables, withheld where they must be, the same in every edition."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.disclosure import STRATEGY, DisclosureRule, TableSpec, publish

KINDS = ["foster", "childrens_home", "supported"]
SPEC = {"counted": TableSpec(counts={"value": "children"}, dimensions={"placement_type": "kind"})}


def a_region(counts: dict[str, list[float]], month: str = "2027-03-31") -> pd.DataFrame:
    """Authorities by kind, with every total, England and one co-operative of the first two."""
    rows = []
    codes = list(counts)
    areas = {("North", code, "Pool" if i < 2 else ""): [code] for i, code in enumerate(codes)}
    areas |= {("North", "All", ""): codes, ("All", "All", ""): codes}
    areas["All", "All", "Pool"] = codes[:2]
    for (region, authority, rcc), members in areas.items():
        values = np.sum([counts[code] for code in members], axis=0)
        for kind, value in zip([*KINDS, "All"], [*values, values.sum()], strict=True):
            rows.append((region, authority, rcc, kind, month, 12, value))
    names = ["region", "local_authority", "rcc", "placement_type", "month", "horizon", "value"]
    return pd.DataFrame(rows, columns=names)


COUNTS = {
    "E1": [30, 3, 12],
    "E2": [44, 17, 21],
    "E3": [25, 14, 9],
    "E4": [61, 33, 40],
}


def cell(table: pd.DataFrame, authority: str, kind: str, column: str = "value") -> str:
    at = (table["local_authority"] == authority) & (table["placement_type"] == kind)
    return str(table.loc[at, column].iloc[0])


def test_a_small_count_is_withheld_with_companions_and_the_audit_finds_no_way():
    table = a_region(COUNTS)

    published = publish({"counted": table}, SPEC)

    shown = published.tables()["counted"]
    assert cell(shown, "E1", "childrens_home") == "c"
    assert (shown["value"] == "c").sum() >= 4
    assert not published.audit["exposed"].any()
    assert published.audit["high"].sub(published.audit["low"]).min() >= 6


def test_what_is_not_withheld_is_shown_as_it_is():
    table = a_region(COUNTS)

    shown = publish({"counted": table}, SPEC).tables()["counted"]

    kept = shown["value"] != "c"
    assert shown.loc[kept, "value"].astype(int).tolist() == table.loc[kept, "value"].tolist()


def test_a_nought_is_shown():
    table = a_region({**COUNTS, "E3": [25, 0, 9]})

    shown = publish({"counted": table}, SPEC).tables()["counted"]

    assert cell(shown, "E3", "childrens_home") == "0"


def test_an_expected_count_below_one_is_small():
    table = a_region({**COUNTS, "E3": [25.2, 0.3, 9.1]})

    shown = publish({"counted": table}, SPEC).tables()["counted"]

    assert cell(shown, "E3", "childrens_home") == "c"


def test_a_scenario_withholds_what_its_base_withholds():
    base = a_region(COUNTS)
    more = a_region({**COUNTS, "E1": [30, 8, 12]})  # no longer small

    published = publish({"counted": base}, SPEC, scenarios={"more": {"counted": more}})

    of_base, of_scenario = published.tables()["counted"], published.tables("more")["counted"]
    assert ((of_base["value"] == "c") == (of_scenario["value"] == "c")).all()
    assert cell(of_scenario, "E1", "childrens_home") == "c"


def test_months_to_come_share_one_pattern():
    table = pd.concat(
        [a_region(COUNTS), a_region({**COUNTS, "E1": [30, 9, 12]}, month="2028-03-31")],
        ignore_index=True,
    )

    shown = publish({"counted": table}, SPEC).tables()["counted"]

    first, second = (of["value"].eq("c").to_numpy() for _, of in shown.groupby("month"))
    assert (first == second).all()


def test_one_figure_in_two_tables_is_shown_in_both_or_neither():
    table = a_region(COUNTS)
    totals = table[table["placement_type"] == "All"].drop(columns="placement_type")
    specs = {**SPEC, "totals": TableSpec(counts={"value": "children"})}
    small = a_region({**COUNTS, "E1": [0, 3, 0]})
    few = small[small["placement_type"] == "All"].drop(columns="placement_type")

    calm = publish({"counted": table, "totals": totals}, specs)
    tight = publish({"counted": small, "totals": few}, specs)

    for published in (calm, tight):
        both = published.tables()
        inside = both["counted"].query("placement_type == 'All'")["value"].eq("c").to_numpy()
        assert (inside == both["totals"]["value"].eq("c").to_numpy()).all()


def test_money_goes_with_the_children_it_is_paid_for():
    price = {"foster": 500.0, "childrens_home": 6000.0, "supported": 1500.0}
    spend = a_region(COUNTS).rename(columns={"value": "children_mean"})
    spend["weekly_cost_gbp"] = spend["placement_type"].map(price)
    spend["spend_mean"] = spend["children_mean"] * spend["weekly_cost_gbp"]
    area = ["region", "local_authority", "rcc"]
    whole = spend["placement_type"] == "All"
    spend.loc[whole, "spend_mean"] = (
        spend.groupby(area)["spend_mean"]
        .sum()
        .reindex(pd.MultiIndex.from_frame(spend.loc[whole, area]))
        .to_numpy()
    )
    spend["sector"] = "All"
    by_authority_too = {"spend": replace(STRATEGY["spend"], select=lambda frame: frame)}

    published = publish({"spend": spend}, by_authority_too)

    shown = published.tables()["spend"]
    assert cell(shown, "E1", "childrens_home", "spend_mean") == "c"
    assert cell(shown, "E1", "childrens_home", "weekly_cost_gbp") == "c"
    hidden = shown["children_mean"] == "c"
    assert (shown.loc[hidden, "spend_mean"] == "c").all()


def test_a_column_that_nobody_declared_is_withheld_with_the_row():
    table = a_region(COUNTS).assign(new_figure=1.7, remark="three children wait")

    shown = publish({"counted": table}, SPEC).tables()["counted"]

    assert cell(shown, "E1", "childrens_home", "new_figure") == "c"
    assert cell(shown, "E1", "childrens_home", "remark") == "c"


def test_a_share_of_few_children_is_withheld():
    spec = {
        "needs": TableSpec(
            counts={"children_known": "known"},
            dimensions={"placement_type": "kind"},
            shares={"share": "children_known"},
        )
    }
    table = a_region(COUNTS).rename(columns={"value": "children_known"}).assign(share=0.05)

    shown = publish({"needs": table}, spec).tables()["needs"]

    assert cell(shown, "E4", "foster", "children_known") == "61"
    assert cell(shown, "E4", "foster", "share") == "c"  # 3 of 61


def test_regional_figures_can_be_rounded_to_ten():
    table = a_region(COUNTS)

    published = publish({"counted": table}, SPEC, rule=DisclosureRule(round_totals_to=10))

    shown = published.tables()["counted"]
    totals = shown.query("local_authority == 'All' and value != 'c'")["value"].astype(int)
    assert (totals % 10 == 0).all()
    assert cell(shown, "E4", "foster") == "61"


def test_a_table_without_a_rule_is_not_published():
    published = publish({"counted": a_region(COUNTS), "secret": a_region(COUNTS)}, SPEC)

    assert list(published.tables()) == ["counted"]


def test_a_table_without_rows_withholds_nothing():
    empty = a_region(COUNTS).iloc[:0]

    published = publish({"counted": empty}, SPEC)

    assert sum(len(table) for table in published.tables().values()) == 0
    assert published.meta()["withheld"] == 0


def test_groups_of_one_split_add_up_to_the_whole_and_so_do_those_of_another():
    rows = [("All", "All", 40), ("sex", "F", 3), ("sex", "M", 37), ("age", "under 10", 22)]
    rows.append(("age", "10 and over", 18))
    table = pd.DataFrame(rows, columns=["by", "group", "asked"])
    table = table.assign(region="North", local_authority="E1", rcc="", month="2027-03-31")
    spec = TableSpec(
        counts={"asked": "asked"}, dimensions={"group": "people"}, within={"group": "by"}
    )

    shown = publish({"health": table}, {"health": spec}).tables()["health"]

    # 40 less 37 is 3: with 3, either 37 or 40 has to go; the ages give 40 away.
    assert shown.loc[shown["by"] == "sex", "asked"].tolist() == ["c", "c"]
    assert shown.loc[shown["by"] == "age", "asked"].tolist() == ["22", "18"]


def test_staff_can_read_why_each_row_was_withheld():
    published = publish({"counted": a_region(COUNTS)}, SPEC)

    told = published.record()["withheld"]
    shown = published.tables()["counted"]
    assert set(told["row"] - 2) == set(np.flatnonzero(shown["value"] == "c"))
    assert (told["reason"] == "small").sum() == 1


@pytest.mark.parametrize("number", range(4))
def test_random_regions_are_published_without_a_way_back(number):
    rng = np.random.default_rng([903, number])
    counts = {f"E{i}": rng.poisson(rng.choice([1, 6, 40], size=3)).tolist() for i in range(6)}

    published = publish({"counted": a_region(counts)}, SPEC)

    assert not published.audit["exposed"].any()
