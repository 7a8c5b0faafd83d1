"""Published files load as they are, in both layouts."""

from __future__ import annotations

import gzip
from pathlib import Path

import pandas as pd
import pytest

from rcc_forecast.evaluation import read_panel_frame
from rcc_forecast.evaluation.from_releases.cells import year_ending
from rcc_forecast.evaluation.from_releases.outcomes import OUTCOMES, outcomes_document
from rcc_forecast.evaluation.from_releases.panel import NothingPublishedError, panel_from_published
from tests.builders.commands import run
from tests.builders.reference import reference_data

LONG = """\
time_period,geographic_level,region_name,new_la_code,la_name,cla_group,characteristic,\
number
202122,Local authority,Outer London,E09000002,Barking,Locality of placement,Placed outside the \
local authority boundary,120
202122,Local authority,Outer London,E09000002,Barking,Locality of placement,Placed inside the \
local authority boundary,280
202122,Local authority,Outer London,E09000002,Barking,Locality of placement,Total,400
202122,Local authority,North East,E06000001,Hartlepool,Locality of placement,Placed outside the \
local authority boundary,c
202122,Local authority,North East,E06000001,Hartlepool,Locality of placement,Placed inside the \
local authority boundary,{inside}
202122,Local authority,North East,E06000001,Hartlepool,Locality of placement,Total,300
202122,Regional,North East,,,Locality of placement,Total,3000
"""
OLD = """year,level,new_la_code,area_name,CLA_31Mar,CLA_Fost,CLA_Outbound,CLA_Secure,CLA_Ocom
2012,National,E92000001,ENGLAND,67050,50260,23560,6000,2000
2012,Local authority,E06000001,Hartlepool,180,140,60,5,x
2012,Local authority,,Manchester,1300,x,600,-,100
"""


TOOL = """\
measure_short,measure,period,old_la_code,area_name,value,symbol
RescareFinance,Residential Care Finance,2023-24 (OT),352,Manchester,7100.0,
RescareFinance,Residential Care Finance,2023-24 (OT),805,Hartlepool,0.0,
RescareFinance,,2016-17 (OT),835,Dorset (Pre LG),3300.0,
RescareFinance,,2023-24 (OT),986,London,8000.0,
RescareFinance,,2023-24 (OT),970,England,7000.0,
LACDistance,,2022,352,Manchester,19.0,
LAC,,2022,352,Manchester,120.0,
LACnum,,2022,352,Manchester,1400.0,
Children_missing,,2022,352,Manchester,,-
"""
SECTORS = """\
year,provision_type,region,local_authority,sector,providers,places
2025,Children's home,North West,Manchester,Private,10,30.0
2025,Secure children's home,North West,Manchester,Local Authority,1,10.0
2025,Independent Fostering Agency,North East,Hartlepool,Private,2,0.0
2015,Children's home,North West,Manchester,Private,10,0.0
2025,Children's home,Wales,Cardiff,Private,1,4.0
"""
HOMES = """\
year,urn,provision_type,region,local_authority,sector,places,overall
2025,1,Children's home,North West,Manchester,Private,6.0,Good
2025,2,Children's home,North West,Manchester,Private,2.0,Inadequate
2025,3,Children's home,North West,Manchester,Private,9.0,
2025,4,Supported Accommodation,North West,Manchester,Private,5.0,Good
"""
POPULATION = """\
time_period,geographic_level,old_la_code,new_la_code,la_name,age_group,population_estimate
2021,Local authority,352,E08000003,Manchester,Children aged 0 to 17 years,120000
"""
STOCK = """\
year,level,new_la_code,area_name,region_name,measure,value
2022,Local authority,E08000003,Manchester,North West,on_31_march,1380
"""
IN_NEED = """\
time_period,geographic_level,new_la_code,la_name,category,Started_episodes,Ended_episodes,\
At31_episodes
2022,Local authority,E08000003,Manchester,Children in Need,4000,3900,4800
"""
FOSTERING = """\
"CC","Number of approved foster places","Number of filled places","Number of vacant places",\
"Number of places not available","Groups placed to plan","Groups NOT placed to plan"
"England",88370,54870,16080,15845,4495,1045
"Manchester",500,300,100,100,30,10
"Hartlepool",*,*,*,*,*,*
"""


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def _cell(frame: pd.DataFrame, code: str, outcome: str) -> pd.Series:
    return frame[(frame["la_code"] == code) & (frame["outcome"] == outcome)].iloc[0]


def test_the_long_layout_gives_shares_of_local_authorities(tmp_path: Path):
    path = _written(tmp_path, "cla.csv.gz", LONG.format(inside="c"))

    frame = panel_from_published([path]).frame

    cell = _cell(frame, "E09000002", "out_of_area")
    assert len(frame) == 2
    assert (cell["numerator"], cell["denominator"], cell["value"]) == ("120", "400", 0.3)
    assert (cell["region"], cell["period"]) == ("London", "2022")


def test_a_withheld_count_stays_withheld(tmp_path: Path):
    path = _written(tmp_path, "cla.csv", LONG.format(inside="297"))

    cell = _cell(panel_from_published([path]).frame, "E06000001", "out_of_area")

    assert cell["numerator"] == "c"
    assert pd.isna(cell["value"])


def test_a_large_count_withheld_to_protect_another_is_not_taken_for_1_to_5(tmp_path: Path):
    path = _written(tmp_path, "cla.csv", LONG.format(inside="c"))

    panel = panel_from_published([path])

    assert _cell(panel.frame, "E06000001", "out_of_area")["numerator"] == ""
    assert set(panel.findings.frame["rule"]) == {"published-withheld-large"}


def test_the_older_layout_gives_the_same_outcomes(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "old.csv", OLD)]).frame

    assert _cell(frame, "E06000001", "out_of_area")["value"] == pytest.approx(60 / 180)
    assert _cell(frame, "E08000003", "fostered")["numerator"] == "x"
    together = frame[frame["outcome"] == "residential_or_semi_independent"]
    assert together["numerator"].tolist() == ["", "100"]  # a sum with a hidden part is not made up


def test_an_authority_that_the_register_does_not_have_keeps_its_code(tmp_path: Path):
    text = OLD.replace("E06000001,Hartlepool", "X1,Elsewhere")

    frame = panel_from_published([_written(tmp_path, "old.csv", text)]).frame

    assert set(frame["la_code"]) == {"X1", "E08000003"}


def test_a_later_file_counts_where_two_differ(tmp_path: Path):
    first = _written(tmp_path, "first.csv", OLD)
    second = _written(tmp_path, "second.csv", OLD.replace("180,140,60", "180,140,63"))

    panel = panel_from_published([first, second])

    assert _cell(panel.frame, "E06000001", "out_of_area")["numerator"] == "63"
    assert panel.findings.frame["found"].tolist()[0].startswith("1 cells differ")


def test_the_interactive_tool_gives_weekly_costs_of_authorities_by_year_ending(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "lait.csv.gz", TOOL)]).frame

    costs = frame[frame["outcome"] == "unit_cost_residential"]
    assert costs[["la_code", "period", "value"]].to_numpy().tolist() == [
        ["E08000003", "2024", 7100.0],
        ["E10000009", "2017", 3300.0],  # Dorset as it was, not the authority of today
    ]


def test_england_and_regions_in_the_tool_are_no_authorities(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "lait.csv", TOOL)]).frame

    # The region London is not the City of London.
    assert set(frame["la_code"]) == {"E08000003", "E10000009"}


def test_a_dash_in_the_tool_is_no_figure_and_a_percentage_is_a_share(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "lait.csv", TOOL)]).frame

    assert "missing_from_care" not in set(frame["outcome"])
    assert _cell(frame, "E08000003", "over_20_miles_and_outside")["value"] == 0.19


def test_a_count_stands_before_a_rounded_figure_whatever_the_order(tmp_path: Path):
    tool, stock = _written(tmp_path, "lait.csv", TOOL), _written(tmp_path, "stock.csv", STOCK)

    for order in ([tool, stock], [stock, tool]):
        panel = panel_from_published(order)

        assert _cell(panel.frame, "E08000003", "children_looked_after")["value"] == 1380
        assert panel.findings.frame["rule"].tolist() == ["published-rounded"]


def test_rates_are_made_with_the_population_of_the_summer_before(tmp_path: Path):
    names = {"pop.csv": POPULATION, "stock.csv": STOCK, "need.csv": IN_NEED, "lait.csv": TOOL}

    frame = panel_from_published([_written(tmp_path, *each) for each in names.items()]).frame

    # Mid-2021 lies in the year to March 2022: 1,380 and 4,800 of 120,000 children.
    looked_after = _cell(frame, "E08000003", "children_looked_after_per_10000")
    assert (looked_after["period"], looked_after["value"]) == ("2022", pytest.approx(115.0))
    assert _cell(frame, "E08000003", "children_in_need_per_10000")["value"] == pytest.approx(400.0)


def test_places_by_sector_are_shares_of_the_homes_that_stand_there(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "places.csv", SECTORS)]).frame

    now = frame[frame["period"] == "2025"]
    private = _cell(now, "E08000003", "childrens_home_places_private")
    assert (private["numerator"], private["denominator"]) == ("30", "40")
    assert _cell(now, "E06000001", "childrens_home_places")["value"] == 0.0
    assert set(frame["la_code"]) == {"E08000003", "E06000001"}


def test_places_that_were_not_recorded_are_not_none(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "places.csv", SECTORS)]).frame

    before = frame[frame["period"] == "2015"]
    assert set(before["outcome"]) == {"childrens_homes"}


def test_grades_are_shares_of_the_homes_that_have_one(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "homes.csv", HOMES)]).frame

    assert _cell(frame, "E08000003", "childrens_homes_good")["denominator"] == "2"
    places = _cell(frame, "E08000003", "childrens_home_places_good_or_outstanding")
    assert (places["numerator"], places["denominator"]) == ("6", "8")
    assert _cell(frame, "E08000003", "childrens_homes_outstanding")["value"] == 0.0


def test_fostering_places_have_the_year_of_the_files_name(tmp_path: Path):
    frame = panel_from_published([_written(tmp_path, "fostering_2018_19.csv", FOSTERING)]).frame

    assert set(frame["period"]) == {"2019"}
    assert _cell(frame, "E08000003", "foster_places_filled")["value"] == pytest.approx(0.6)
    assert _cell(frame, "E08000003", "sibling_groups_placed_to_plan")["numerator"] == "30"
    with pytest.raises(NothingPublishedError):
        panel_from_published([_written(tmp_path, "fostering.csv", FOSTERING)])


@pytest.mark.parametrize(
    ("written", "year"),
    [("2022", "2022"), ("202122", "2022"), ("2021-22", "2022"), ("2021-22 (OT)", "2022")],
)
def test_a_financial_year_is_the_year_in_which_it_ends(written: str, year: str):
    assert year_ending(written) == year


def test_every_outcome_is_described_in_the_documents():
    path = Path(__file__).resolve().parents[5] / "docs" / "published-outcomes.md"

    assert path.read_text(encoding="utf-8") == outcomes_document()


def test_a_file_of_something_else_is_refused_with_what_is_known(tmp_path: Path):
    path = _written(tmp_path, "else.csv", "year,level,new_la_code,weather\n2012,National,E1,fair\n")

    with pytest.raises(NothingPublishedError, match="over_20_miles_and_outside"):
        panel_from_published([path])


def test_the_published_files_load_without_editing(tmp_path: Path):
    names = (
        "dfe_cla_placement_stability_la_2021_2022.csv.gz",
        "dfe_cla_31march_breakdowns_la_2011_2019.csv.gz",
        "dfe_cla_31march_characteristics_la_2021_2022.csv.gz",
        "dfe_cla_new_placements_location_reason_la_2021_2022.csv.gz",
        "la_cla_stock_starts_ceases_2011_2022.csv",
    )
    out = tmp_path / "panel.csv"

    code = run(
        "panel", "--dfe", *(reference_data(f"england/{name}") for name in names), "--out", out
    )

    panel = pd.read_csv(out, dtype=str, keep_default_na=False)
    cells, faults = read_panel_frame(panel, name="panel.csv")
    assert (code, faults) == (0, [])
    three = panel[(panel["outcome"] == "three_or_more_placements") & (panel["period"] == "2022")]
    # England, as published: 82,090 children, rounded, of whom 10 in 100.
    children = pd.to_numeric(three["denominator"])
    assert children.sum() == pytest.approx(82_090, rel=0.001)
    assert pd.to_numeric(three["numerator"], errors="coerce").sum() / children.sum() == (
        pytest.approx(0.10, abs=0.005)
    )
    fostered = panel[panel["outcome"] == "fostered"]
    assert set(fostered["period"]) == {*map(str, range(2011, 2020)), "2021", "2022"}
    assert cells.frame["region"].nunique() == 9


OF_AUTHORITIES = (
    "dfe_children_in_need_la_2013_2022.csv.gz",
    "dfe_cla_31march_breakdowns_la_2011_2019.csv.gz",
    "dfe_cla_31march_characteristics_la_2021_2022.csv.gz",
    "dfe_cla_ceased_characteristics_la_2021_2022.csv.gz",
    "dfe_cla_new_placements_location_reason_la_2021_2022.csv.gz",
    "dfe_cla_placement_stability_la_2021_2022.csv.gz",
    "dfe_cla_started_characteristics_la_2021_2022.csv.gz",
    "la_cla_stock_starts_ceases_2011_2022.csv",
    "lait_cla_finance_and_measures_la.csv.gz",
    "ofsted_fostering_la_2018_19.csv",
    "ofsted_providers_places_la_sector_2015_2025.csv.gz",
    "ofsted_providers_urn_mar2025.csv.gz",
    "ons_child_population_0_17_la_2012_2024.csv.gz",
)


@pytest.fixture(scope="module")
def england() -> pd.DataFrame:
    paths = [reference_data(f"england/{name}") for name in OF_AUTHORITIES]
    return panel_from_published(paths).frame


def test_the_registry_is_what_the_published_files_hold(england: pd.DataFrame):
    assert set(england["outcome"]) == set(OUTCOMES)


def test_every_published_file_of_authorities_makes_one_panel_without_a_fault(
    england: pd.DataFrame,
):
    cells, faults = read_panel_frame(england, name="panel.csv")

    assert faults == []
    assert cells.frame["la_code"].str.fullmatch(r"E\d{8}").all()
    assert cells.frame["region"].nunique() == 9


def test_shares_lie_between_0_and_1(england: pd.DataFrame):
    shares = [name for name, one in OUTCOMES.items() if one.unit.startswith("share")]

    values = england.loc[england["outcome"].isin(shares), "value"]

    assert values.dropna().between(0, 1).all()


def test_rates_made_agree_with_those_published(england: pd.DataFrame):
    made = england[england["outcome"] == "children_looked_after_per_10000"]
    tool = panel_from_published([reference_data(f"england/{OF_AUTHORITIES[8]}")]).frame
    theirs = tool[tool["outcome"] == "children_looked_after_per_10000"]

    both = made.merge(theirs, on=["la_code", "period"], suffixes=("", "_theirs"))

    # Published whole; populations were revised since, by more in small places.
    off = (both["value"] - both["value_theirs"]).abs()
    assert len(both) > 1_000
    assert off.median() < 0.5
    assert (off <= 3).mean() > 0.95


def test_national_files_are_refused_since_they_name_no_authority():
    path = reference_data(
        "england/dfe_to2022_national_reason_for_placement_change_during_year.csv.gz"
    )

    with pytest.raises(NothingPublishedError):
        panel_from_published([path])


def test_a_lookup_among_published_files_is_left_out_and_told(tmp_path: Path):
    lookup = _written(tmp_path, "lookup.csv", "code,name\nE1,Somewhere\n")

    made = panel_from_published([lookup, _written(tmp_path, "homes.csv", HOMES)])

    assert len(made.frame)
    told = made.findings.frame.query("rule == 'published-nothing-known'")
    assert told["found"].tolist() == ["lookup.csv has no known outcome of a local authority"]
