"""Behind the first page of an evaluation: every chart says what it shows, and ranks nobody."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from rcc_forecast.evaluation import evaluate
from rcc_forecast.evaluation.planning import plan_of
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.reporting.evaluation import render_evaluation, render_power
from rcc_forecast.reporting.evaluation.evidence import sections_behind
from rcc_forecast.reporting.evaluation.found import found_of
from rcc_forecast.reporting.evaluation.funnel import funnel_multiples, outside_view
from rcc_forecast.reporting.evaluation.group_gaps import effects_view, group_multiples
from rcc_forecast.reporting.evaluation.outcomes import further_view
from rcc_forecast.reporting.evaluation.parts import Multiples
from rcc_forecast.reporting.evaluation.placebos import placebo_histogram
from rcc_forecast.reporting.evaluation.plot import LETTER, names_at_ends, plot_of, whole_run
from rcc_forecast.reporting.evaluation.power import never_sentence, power_curve, power_view
from rcc_forecast.reporting.evaluation.unit import Unit, shares_of
from rcc_forecast.reporting.evaluation.weights import weights_multiples
from rcc_forecast.reporting.evaluation.xmr import broken_view, xmr_multiples
from rcc_forecast.results.evaluation import EXPLORATORY, Evaluation, Stamp
from rcc_forecast.results.findings import Findings
from rcc_forecast.tables.evaluation import POWER
from tests.builders.chart_tables import (
    a_calendar,
    a_milestone_table,
    a_power_table,
    a_process_table,
    chart_tables,
)
from tests.builders.evaluations import NORTH, SOUTH, a_panel, a_spec, the_cells
from tests.builders.html_pages import Page

HASH = "0123456789abcdef" * 4
LOGGED = Stamp(HASH, 1, 1, "pre-specified on 2026-01-01")
OUTCOMES = ("far", "moved_often")
YEARS = tuple(str(year) for year in range(2016, 2027))
SHARE = Unit(is_share=True)
SECTIONS = (
    *("event-study", "sensitivity", "further", "synthetic", "power", "area-gaps", "group-gaps"),
    *("funnel", "xmr"),
)


def as_shares(_):
    return SHARE


def section(html, slug):
    return html.split(f'id="{slug}"')[1].split("</section>")[0]


def words_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.fixture(scope="module")
def made():
    spec = a_spec(outcomes=list(OUTCOMES))
    panel = a_panel(regions=9, units=2, years=range(2016, 2027), outcomes=OUTCOMES, effect=-0.06)
    return evaluate(the_cells(panel, spec), spec, LOGGED)


@pytest.fixture(scope="module")
def charts():
    return some_charts()


def some_charts(**changed):
    regions = [NORTH, SOUTH, *(f"Region {number:02d}" for number in range(7))]
    asked = {
        "outcomes": OUTCOMES,
        "regions": regions,
        "treated": [NORTH, SOUTH],
        "periods": YEARS,
        "begun": "2025",
        "stamp": LOGGED,
    }
    return chart_tables(**{**asked, **changed})


@pytest.fixture(scope="module")
def whole(made, charts):
    more = {
        "calendar": a_calendar(LOGGED),
        "milestones": a_milestone_table(),
        "process": a_process_table(),
    }
    return replace(made, tables={**made.tables, **charts, **more})


@pytest.fixture(scope="module")
def html(whole):
    return render_evaluation(whole)


def test_the_sections_stand_in_one_order_after_robustness_and_limits(html):
    slugs = re.findall(r'<h2 id="([^"]+)">', html)

    assert slugs == [
        *("contents", "robustness", "limits", "event-study", "sensitivity", "further"),
        *("synthetic", "power", "calendar", "area-gaps", "group-gaps", "funnel", "xmr"),
        *("milestones", "process", "again"),
    ]


def test_each_section_names_the_files_that_have_its_figures(whole, html):
    named = {
        name.removesuffix(".csv")
        for found in sections_behind(found_of(whole))
        for name in found.files
    }

    assert named <= set(whole.tables)
    assert named >= {
        *("event_study", "estimates", "lines", "paths", "weights", "placebo_gaps", "placebos"),
        *("power", "calendar", "disparity", "disparity_effects", "funnel", "xmr"),
        *("milestones", "process"),
    }
    assert all(f"<code>{name}.csv</code>" in html for name in named)


def test_every_small_drawing_has_a_name_and_a_sentence_and_every_group_a_table(whole):
    drawn = [
        part
        for found in sections_behind(found_of(whole))
        for part in found.parts
        if isinstance(part, Multiples)
    ]
    slugs = [f"{part.slug}-{number}" for part in drawn for number in range(len(part.panels))]

    assert len(drawn) >= 9
    assert len(slugs) == len(set(slugs))
    assert all(panel.title and panel.description for part in drawn for panel in part.panels)
    assert all(part.rows and {len(row) for row in part.rows} == {len(part.head)} for part in drawn)
    assert "nan" not in "".join(str(panel.drawing) for part in drawn for panel in part.panels)


def test_every_element_is_closed_and_every_address_is_unique_and_found(html):
    page = Page(html)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    named = [
        name for _, attrs in page.elements for name in attrs.get("aria-labelledby", "").split()
    ]
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]

    assert (page.faults, page.open) == ([], [])
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)
    assert set(named) <= set(ids)
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(attrs.get("aria-labelledby") for attrs in page.all("svg"))


def test_letters_of_a_drawing_are_as_large_as_those_of_the_page(html):
    sizes = {int(size) for size in re.findall(r'font-size="(\d+)"', html)}

    assert sizes == {LETTER} == {16}


def test_without_its_table_a_section_is_one_sentence(made):
    bare = {name: made.tables[name] for name in ("estimates", "lines", "placebos", "robustness")}

    found = {part.slug: part for part in sections_behind(found_of(replace(made, tables=bare)))}

    assert tuple(found) == SECTIONS
    for slug in ("sensitivity", "power", "area-gaps", "group-gaps", "funnel", "xmr"):
        (sentence,) = found[slug].parts
        assert isinstance(sentence, str)
        assert sentence.endswith(".")
        assert not found[slug].files


def test_where_everything_of_the_outcome_is_withheld_the_page_still_says_what_it_can(made):
    html = render_evaluation(replace(made, tables={}), is_public=True)

    assert "The lines of far are not among the tables of this page." in html
    assert "Small numbers, and figures from which they could be worked out, are withheld." in html
    assert made.verdict["sentence"] in html


def test_a_table_of_headings_alone_is_as_good_as_none(made, charts):
    names = ("paths", "placebo_gaps", "funnel", "xmr", "disparity", "disparity_effects")
    empty = {name: charts[name].head(0) for name in names}

    html = render_evaluation(replace(made, tables={**made.tables, **empty}))

    assert "There is no process chart in this look." in html
    assert "There is no table of groups of children in this look." in html


def test_what_was_not_logged_has_no_p_value_in_any_section(whole):
    stamp = Stamp(HASH, 1, 1, EXPLORATORY)

    html = render_evaluation(replace(whole, stamp=stamp))
    told = words_of(html.split("</style>")[1])

    assert "There is no verdict, and no p-value is shown" in told
    assert told.count("p-value") == 1
    assert "found a" not in words_of(section(html, "further"))
    assert "Adjusted" not in told
    assert not re.search(r"\*{1,3}", told)


def test_the_page_says_nothing_of_cause_and_ranks_nobody(html):
    told = words_of(html.split("</style>")[1]).lower()

    for word in ("because of", "due to", "caused by", "impact", "no effect", "league", "worst"):
        assert word not in told
    assert "nobody is ranked" in told


def test_text_of_every_table_is_escaped(whole):
    bad = "<b>x</b>"
    texts = ("outcome", "region", "name", "la_code", "group", "note", "rcc", "evidence", "area")
    tables = {
        name: table.assign(
            **{
                column: (bad + table[column].astype("str")).where(table[column] != "far", "far")
                for column in texts
                if column in table.columns
            }
        )
        for name, table in whole.tables.items()
    }

    html = render_evaluation(replace(whole, tables=tables))

    assert "<b>x" not in html
    assert html.count("&lt;b&gt;x") > 100


def test_six_outcomes_and_153_authorities_fit_in_two_megabytes_and_five_seconds(made):
    outcomes = ["far", *(f"outcome_{number}" for number in range(5))]
    regions = [NORTH, SOUTH, *(f"Region {number:02d}" for number in range(12))]
    charts = some_charts(outcomes=outcomes, regions=regions)
    verdict = {**made.verdict, "outcomes": outcomes}
    look = replace(made, tables={**made.tables, **charts}, verdict=verdict)

    started = time.process_time()
    html = render_evaluation(look)
    seconds = time.process_time() - started

    assert len(html.encode()) < 2_000_000
    assert seconds < 5.0


def test_the_same_tables_give_the_same_bytes(whole):
    assert render_evaluation(whole) == render_evaluation(whole)


def test_further_outcomes_are_told_in_their_own_units_and_by_adjusted_p_values():
    rows = {
        "outcome": ["share", "cost"],
        "estimator": "did",
        "inference": "region_permutation",
        "estimate": [-0.031, 120.0],
        "low": [-0.05, -30.0],
        "high": [-0.01, 270.0],
        "p_value": [0.011, 0.2],
        "p_adjusted": [0.022, 0.2],
        "p_romano_wolf": [0.02, 0.21],
        "attainable_p": [0.011, 0.011],
        "n_regions": [14, 14],
        "note": "",
    }

    view = further_view(
        pd.DataFrame(rows),
        ["share", "cost"],
        unit_of=lambda name: Unit(is_share=name == "share"),
        level=0.05,
        has_begun=True,
    )

    share, cost = view.rows
    assert share[:2] == ("share, in percentage points", "−3.1")
    assert cost[:2] == ("cost, in its own unit", "120")
    assert "found a fall" in share
    assert "cannot tell" in cost
    assert "Adjusted (Holm)" in view.head
    assert "Adjusted (Romano-Wolf)" in view.head


def test_the_smaller_of_two_adjusted_p_values_does_not_make_a_finding():
    row = {
        "outcome": "far",
        "estimator": "did",
        "inference": "region_permutation",
        "estimate": -0.03,
        "low": -0.05,
        "high": -0.01,
        "p_value": 0.02,
        "attainable_p": 0.011,
        "n_regions": 14,
        "note": "",
    }

    def said(romano_wolf: float, by_holm: float) -> str:
        made = {**row, "p_romano_wolf": romano_wolf, "p_adjusted": by_holm}
        view = further_view(
            pd.DataFrame([made]), ["far"], unit_of=lambda _: SHARE, level=0.05, has_begun=True
        )
        return view.rows[0][view.head.index("What can be said")]

    assert said(0.06, 0.04) == "cannot tell"
    assert said(0.04, 0.06) == "found a fall"
    assert said(float("nan"), 0.04) == "found a fall"


def test_with_several_looks_a_further_outcome_has_to_pass_a_stricter_level(made):
    verdict = {**made.verdict, "looks": 4}

    html = render_evaluation(replace(made, verdict=verdict))

    assert "where the adjusted p-value is at most 0.0125" in html


def test_which_outcomes_are_shares_is_told_by_the_verdict_or_by_what_was_measured(made, charts):
    without = {key: value for key, value in made.verdict.items() if key != "shares"}
    tables = {"disparity": charts["disparity"]}

    assert shares_of(replace(made, verdict={**without, "shares": ["cost"]})) == {"cost"}
    assert shares_of(replace(made, verdict=without, tables=tables)) == set(OUTCOMES)
    assert shares_of(replace(made, verdict=without, tables={})) == {"far"}


def test_every_method_of_the_primary_outcome_stands_in_one_table(made, html):
    own = made.tables["estimates"].query("outcome == 'far'")

    table = section(html, "synthetic").split("</table>")[0]

    assert table.count('<th scope="row">') == len(own)
    assert "ridge-augmented synthetic control" in table
    assert "group-time effects" in table


def test_outcomes_that_the_program_makes_are_told_in_words(made):
    outcomes = ["far", "over_20_miles", "unit_cost"]
    look = replace(made, verdict={**made.verdict, "outcomes": outcomes})

    told = words_of(section(render_evaluation(look), "outcomes"))

    assert "more than 20 miles from home" in told
    assert "GBP a week a child" in told
    assert " far " not in told


def test_donors_with_next_to_no_weight_are_one_bar():
    weights = pd.DataFrame(
        {
            "outcome": "far",
            "estimator": "synthetic_control",
            "region": NORTH,
            "kind": "donor",
            "name": ["a", "b", "c", "d"],
            "weight": [0.001, 0.797, 0.2, 0.002],
        }
    )

    drawn = weights_multiples(weights, primary="far")

    assert [row[1:] for row in drawn.rows] == [("b", "0.80"), ("c", "0.20"), ("2 others", "0.00")]


def test_the_histogram_counts_every_choice_once_and_marks_the_true_one(made):
    placebos = made.tables["placebos"]
    own = placebos[(placebos["outcome"] == "far") & (placebos["inference"] == "region_permutation")]
    own = own[own["estimator"] == "did"]

    drawn = placebo_histogram(placebos, primary="far", unit=SHARE)

    assert sum(int(row[1]) for row in drawn.rows) == len(own) == 36
    assert [row[2] for row in drawn.rows].count("is here") == 1
    assert "the true one" in drawn.drawing
    assert drawn.rows[0][2] == "is here"  # a planted fall of 6 points lies furthest left


def test_a_histogram_of_equal_placebos_is_one_bar():
    rows = pd.DataFrame(
        {
            "outcome": "far",
            "estimator": "did",
            "inference": "region_permutation",
            "is_treated": [1, 0, 0],
            "estimate": 0.0,
        }
    )

    drawn = placebo_histogram(rows, primary="far", unit=SHARE)

    assert [row[1] for row in drawn.rows] == ["3"]


def test_the_curve_has_a_line_for_each_number_of_regions_and_its_band():
    table = stamped(a_power_table("far"), POWER, LOGGED)

    curve = power_curve(table, outcome="far", unit=SHARE, slug="mde")

    assert curve.head == ("Last period since delivery", "14 regions left", "10 regions left")
    assert [row[0] for row in curve.rows] == ["2026", "2027", "2028", "2030"]
    assert "14 regions left</text>" in curve.drawing
    assert curve.drawing.count("<polygon") == 1
    assert "shaded band" in curve.caption
    assert power_curve(
        table.drop(columns=["mde_low", "mde_high"]), outcome="far", unit=SHARE, slug="m"
    )


def test_it_is_said_with_how_few_regions_nothing_can_be_found():
    table = stamped(a_power_table("far"), POWER, LOGGED)

    told = never_sentence(table, outcome="far")

    assert told.startswith("With 6 regions left or fewer, a permutation of them cannot")
    assert "If shocks are smaller or larger" in power_view(table, outcome="far", unit=SHARE).head


def test_a_funnel_names_only_authorities_outside_its_outer_limits_in_the_order_of_codes(charts):
    funnel = charts["funnel"]
    outside = funnel[(funnel["reading"] == "outside 99.8%") & (funnel["outcome"] == "far")]

    drawn = funnel_multiples(funnel, unit_of=as_shares)
    view = outside_view(funnel, unit_of=as_shares)

    named = [row[1] for row in view.rows if row[0].startswith("far")]
    assert named == sorted(outside["la_code"])
    assert not any(code in str(panel.drawing) for panel in drawn.panels for code in named)
    assert "which is no ranking" in view.caption
    assert [row[0] for row in drawn.rows] == ["far, 2026", "moved_often, 2026"]
    far = funnel[funnel["outcome"] == "far"]
    assert sum(int(cell) for cell in drawn.rows[0][2:]) == len(far)


def test_marks_of_the_funnel_differ_in_shape_and_not_in_colour_alone(charts):
    funnel = charts["funnel"][charts["funnel"]["outcome"] == "far"]
    counts = funnel["reading"].value_counts()

    (panel,) = funnel_multiples(funnel, unit_of=as_shares).panels

    assert panel.drawing.count("<circle") == counts["similar"]
    corners = [
        len(shape.split()) for shape in re.findall(r'<polygon points="([^"]+)"', panel.drawing)
    ]
    assert corners.count(4) == counts["outside 95%"]
    assert corners.count(3) == counts["outside 99.8%"]


def test_a_point_that_breaks_a_rule_is_marked_by_its_shape_and_listed(charts):
    xmr = charts["xmr"]
    broken = xmr[(xmr["outcome"] == "far") & (xmr["rules"] != "")]

    drawn = xmr_multiples(xmr, outcome="far", unit=SHARE, slug="xmr")
    view = broken_view(xmr, outcome="far", unit=SHARE)

    assert sum(str(panel.drawing).count("<polygon") for panel in drawn.panels) == len(broken)
    assert sum(cell.endswith("◆") for row in drawn.rows for cell in row) == len(broken)
    assert len(view.rows) == len(broken)
    assert drawn.panels[0].title == "All regions together"
    assert [row[0] for row in drawn.rows[-4:]] == [
        *("Mean of the baseline", "Lower limit", "Upper limit", "What to know"),
    ]


def test_with_too_few_points_the_chart_has_no_limits_and_says_why(charts):
    short = charts["xmr"].assign(
        low=float("nan"), high=float("nan"), rules="", note="fewer than 12 points: no limits"
    )

    drawn = xmr_multiples(short, outcome="far", unit=SHARE, slug="xmr")

    assert "Fewer than 12 points: no limits." in drawn.description
    assert all("too few points for limits" in panel.description for panel in drawn.panels)
    assert broken_view(short, outcome="far", unit=SHARE) is None


def test_each_group_of_children_is_a_drawing_with_pathfinders_and_the_rest(charts):
    ethnicity, sex, uasc = group_multiples(charts["disparity"], outcome="far", unit_of=as_shares)

    assert [panel.title for panel in ethnicity.panels] == [
        *("White", "Mixed", "Asian", "Black", "Other"),
    ]
    assert (len(sex.panels), len(uasc.panels)) == (2, 2)
    assert ethnicity.head[1:] == (
        *("All", "Interval", "The rest", "Interval", "Pathfinders", "Interval"),
    )
    assert len(ethnicity.rows) == 5 * len(YEARS)
    assert all(panel.drawing.count("<polygon") == 1 for panel in ethnicity.panels)


def test_a_gap_without_a_figure_leaves_a_hole_and_not_a_zero(charts):
    gaps = charts["disparity"]
    hidden = (gaps["group"] == "Black") & (gaps["period"] == "2020")
    gaps = gaps.assign(**{name: gaps[name].mask(hidden) for name in ("value", "low", "high")})

    ethnicity, *_ = group_multiples(gaps, outcome="far", unit_of=as_shares)

    (row,) = [row for row in ethnicity.rows if row[0] == "Black, 2020"]
    assert set(row[1:]) == {"–"}


def test_a_few_pathfinders_long_intervals_do_not_flatten_the_drawing(charts):
    gaps = charts["disparity"]
    few = gaps["among"] == "pathfinders"
    long = gaps.assign(low=gaps["low"].mask(few, -0.9), high=gaps["high"].mask(few, 0.9))

    ethnicity, *_ = group_multiples(long, outcome="far", unit_of=as_shares)

    written = [
        float(word.replace("−", "-"))
        for panel in ethnicity.panels
        for word in re.findall(r">(−?[\d.]+)</text>", str(panel.drawing))
        if word not in YEARS
    ]
    assert max(abs(value) for value in written) < 30
    assert any("−90.0\u00a0to\u00a090.0" in row for row in ethnicity.rows)


def test_effects_on_gaps_are_told_without_p_values_where_none_may_be_given(charts):
    effects = charts["disparity_effects"]

    with_p = effects_view(effects, ["far"], unit_of=as_shares, with_p=True)
    without = effects_view(effects, ["far"], unit_of=as_shares, with_p=False)

    assert "Adjusted (Holm)" in with_p.head
    assert not any("p-value" in words for words in without.head)
    assert len(with_p.rows) == 2 + 2 * 9
    assert with_p.rows[0][:2] == ("authorities", "theil")


def test_milestones_have_colour_symbol_and_word(html):
    milestones = section(html, "milestones")

    assert '<span class="rag green"><span aria-hidden="true">●</span> Green</span>' in milestones
    assert '<span class="rag red"><span aria-hidden="true">▲</span> Red</span>' in milestones
    assert "A published regional sufficiency strategy" in milestones
    assert "as at 1\u00a0June\u00a02026" in milestones


def test_the_calendar_says_what_each_look_waits_for_and_how_its_day_is_known(html):
    calendar = words_of(section(html, "calendar"))

    assert "Waits for" in calendar
    assert "Days of publication: expected: mid-November." in calendar
    assert calendar.count("expected: mid-November") == 1


def test_process_measures_are_shares_in_per_cent_and_days_in_days(html):
    process = words_of(section(html, "process"))

    assert "62.0%" in process
    assert "9 days" in process
    assert "U001" not in process


def test_names_at_the_ends_of_lines_stay_apart_and_inside_the_drawing():
    plot = plot_of(["1", "2"], [0.0, 1.0], right=200)
    ends = [(0.01 * place, f"Region {place}", "#000000") for place in range(6)]

    drawn = names_at_ends(plot, ends)

    heights = [float(at) for at in re.findall(r' y="([\d.]+)"', drawn)]
    assert min(b - a for a, b in pairwise(heights)) >= LETTER
    assert max(heights) <= plot.height - LETTER


@pytest.mark.parametrize(
    ("given", "run"),
    [
        (["2021", "2019"], ["2019", "2020", "2021"]),
        (["2024Q4", "2025Q2"], ["2024Q4", "2025Q1", "2025Q2"]),
        (["2024-12", "2025-02"], ["2024-12", "2025-01", "2025-02"]),
        (["before", "after"], ["after", "before"]),
        ([], []),
    ],
)
def test_a_period_without_figures_keeps_its_place(given, run):
    assert whole_run(given) == run


def test_a_year_that_is_missing_breaks_the_lines(made):
    lines = made.tables["lines"]

    html = render_evaluation(
        replace(made, tables={**made.tables, "lines": lines[lines["period"] != "2020"]})
    )

    front = html.split("</figure>")[0]
    assert "Lines break where there are no figures: 2020." in front
    (row,) = re.findall(r'<tr><th scope="row">2020</th>(.*?)</tr>', front)
    assert set(re.findall(r"<td>(.*?)</td>", row)) == {"–"}


def test_periods_below_a_drawing_never_run_into_each_other():
    months = [f"{year}-{month:02d}" for year in range(2018, 2026) for month in range(1, 13)]

    plot = plot_of(months, [0.0, 1.0], right=20, size=(340, 230))

    below = [
        float(at)
        for at, word in re.findall(r'<text x="([\d.]+)"[^>]*>([^<]+)</text>', plot.frame("%"))
        if word in months
    ]
    assert len(below) >= 3
    assert min(b - a for a, b in pairwise(below)) > 7 * LETTER * 0.5


def a_plan(stamp=LOGGED, **changed):
    tables = {"power": stamped(pd.concat([a_power_table("far"), never()]), POWER, stamp)}
    spec = {"primary": "far", "outcomes": ["far", "cost"]}
    return Evaluation({**tables, **changed}, {}, spec, stamp, Findings.joined([]))


def never():
    why = "there are too few regions to compare with"
    return pd.DataFrame([{"outcome": "cost", "inference": "donald_lang", "note": why}])


def test_the_page_of_a_plan_says_the_sentence_then_the_curve_then_limits():
    html = render_power(a_plan(calendar=a_calendar(LOGGED)), shares=frozenset({"far"}))

    places = [html.index(words) for words in ("would be found 80 times", "<svg", "Limits</h2>")]
    assert places == sorted(places)
    assert (
        "far: the smallest change that would be found 80 times in 100 is 2.8 percentage points by "
        "31 March 2026, and 2.4 percentage points by 31 March 2030." in html
    )
    assert "No date can be named: there are too few regions to compare with." in html
    assert 'id="calendar"' in html
    assert "<script" not in html
    assert not re.search(r'(src|href)="(?!#)', html)


def test_the_page_of_a_plan_that_is_not_logged_bears_the_stamp_on_every_printed_page():
    html = render_power(a_plan(Stamp(HASH, 1, 1, EXPLORATORY)))

    assert '<p class="each-page" aria-hidden="true">EXPLORATORY</p>' in html
    assert "<title>EXPLORATORY" in html
    assert "is 0.0280 in its own unit" in html


def test_a_real_plan_can_be_drawn():
    spec = a_spec()
    cells = the_cells(a_panel(regions=8, units=3, years=range(2016, 2025)), spec)
    table = stamped(plan_of(cells, spec, "far", n_panels=100).table, POWER, LOGGED)

    html = render_power(
        Evaluation({"power": table}, {"shares": ["far"]}, spec.canonical(), LOGGED, cells.findings)
    )

    assert "percentage points by 31 March 2025" in html
    assert "8 regions left" in html
