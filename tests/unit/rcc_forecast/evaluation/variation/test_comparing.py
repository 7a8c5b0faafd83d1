"""What differences between authorities go together with, and what is left over."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from rcc_forecast.errors import UnknownNameError
from rcc_forecast.evaluation.spec import SpecError
from rcc_forecast.evaluation.variation.comparing import variation_of
from rcc_forecast.evaluation.variation.levels import TooFewAuthoritiesError
from rcc_forecast.evaluation.variation.rows import NotComparedError
from rcc_forecast.evaluation.variation.spec import parse_variation_spec
from rcc_forecast.tables.variation import VARIATION, VARIATION_AUTHORITIES, VARIATION_SHARES
from tests.builders.variation import GROUPS, a_panel_of_costs, a_variation_spec, cells_of

CAUSAL = re.compile(
    r"\b(because|caus\w*|effects?|impacts?|due to|leads? to|driv\w*|explains why|results? in)\b",
    re.I,
)


@pytest.fixture(scope="module")
def found():
    return variation_of(cells_of(a_panel_of_costs()), a_variation_spec())


def _share(found, part: str) -> pd.Series:
    return found.tables["variation_shares"].set_index("part").loc[part]


def test_planted_shares_are_recovered(found):
    # .6^2 = .36 each of need and provider mix, .5 lasting, .4^2 / 4 = .04 passing: 1.26 in all.
    assert _share(found, "need_mix")["share"] == pytest.approx(0.36 / 1.26, abs=0.1)
    assert _share(found, "provider_mix")["share"] == pytest.approx(0.36 / 1.26, abs=0.1)
    assert _share(found, "lasting")["share"] == pytest.approx(0.5 / 1.26, abs=0.1)
    assert _share(found, "passing")["share"] == pytest.approx(0.04 / 1.26, abs=0.015)
    assert found.tables["variation_shares"]["share"].sum() == pytest.approx(1.0)


def test_each_share_lies_in_its_interval(found):
    shares = found.tables["variation_shares"]

    assert (shares["low"] <= shares["share"]).all()
    assert (shares["share"] <= shares["high"]).all()


def test_planted_differences_are_found_in_the_outcomes_own_unit(found):
    rows = found.tables["variation"].set_index("characteristic")

    assert rows.loc["age", "low"] < 0.6 < rows.loc["age", "high"]
    assert rows.loc["plan", "low"] < 0.0 < rows.loc["plan", "high"]
    assert rows.loc["plan", "p_adjusted"] > 0.05 > rows.loc["age", "p_adjusted"]


def test_standardised_is_the_own_unit_in_standard_deviations(found):
    rows = found.tables["variation"].set_index("characteristic")
    observed = found.tables["variation_authorities"]["observed"]

    # Characteristics are planted with a standard deviation of 1.
    ratio = rows["estimate"] / rows["standardised"]
    np.testing.assert_allclose(ratio, observed.std(ddof=0), rtol=1e-9)


def test_an_authority_is_above_only_where_the_interval_for_all_leaves_0_out(found):
    rows = found.tables["variation_authorities"]

    expected = np.where(
        rows["low_for_all"] > 0, "above", np.where(rows["high_for_all"] < 0, "below", "as expected")
    )
    assert rows["reading"].tolist() == expected.tolist()
    assert ((rows["low_for_all"] < rows["low"]) & (rows["high"] < rows["high_for_all"])).all()


def test_authorities_stand_in_order_of_code_and_are_not_ranked(found):
    codes = found.tables["variation_authorities"]["la_code"].tolist()

    assert codes == sorted(codes)
    assert not {"rank", "position"} & set(found.tables["variation_authorities"])


def test_an_authority_that_is_far_out_every_year_is_told():
    frame = a_panel_of_costs(lasting=0.05)
    out = (frame["la_code"] == "X007") & (frame["outcome"] == "cost")
    frame.loc[out, "value"] += 5.0

    rows = variation_of(cells_of(frame), a_variation_spec()).tables["variation_authorities"]

    assert rows.loc[rows["reading"] == "above", "la_code"].tolist() == ["X007"]


def test_where_nothing_lasts_nobody_is_told_apart():
    frame = a_panel_of_costs(lasting=0.0)

    rows = variation_of(cells_of(frame), a_variation_spec()).tables["variation_authorities"]

    assert set(rows["reading"]) == {"as expected"}


def test_prices_that_rise_for_all_change_nothing():
    flat = variation_of(cells_of(a_panel_of_costs()), a_variation_spec()).tables
    rising = variation_of(cells_of(a_panel_of_costs(rise=3.0)), a_variation_spec()).tables

    for name, column in (("variation_authorities", "unexplained"), ("variation", "estimate")):
        np.testing.assert_allclose(flat[name][column], rising[name][column], atol=1e-4)


def test_who_lacks_a_value_is_left_out_and_named():
    frame = a_panel_of_costs()
    frame = frame[~((frame["la_code"] == "X004") & (frame["outcome"] == "plan"))]
    frame = frame[~((frame["la_code"] == "X005") & (frame["outcome"] == "cost"))]

    found = variation_of(cells_of(frame), a_variation_spec(leave_out=["X009"]))

    notes = found.tables["variation_authorities"].set_index("la_code")["note"]
    assert notes["X004"] == "not compared: no value of plan"
    assert notes["X005"] == "not compared: no value of cost"
    assert notes["X009"] == "not compared: left out by the specification"
    assert "3 are not compared" in found.sentence
    assert found.tables["variation"]["n_units"].unique().tolist() == [117]


def test_a_characteristic_may_be_older_than_the_outcome_by_as_much_as_is_said():
    cells = cells_of(a_panel_of_costs())
    late = {"periods": [2023, 2024]}

    with pytest.raises(TooFewAuthoritiesError):
        variation_of(cells, a_variation_spec(**late))

    found = variation_of(cells, a_variation_spec(**late, carry_forward=1))
    assert found.tables["variation"]["n_units"].unique().tolist() == [120]


def test_a_characteristic_that_rests_on_withheld_counts_says_so():
    frame = a_panel_of_costs().assign(numerator="", denominator="")
    hidden = (frame["outcome"] == "plan") & frame["la_code"].isin(["X001", "X002"])
    frame["value"] = frame["value"].astype(object)
    frame.loc[hidden, ["numerator", "denominator", "value"]] = ["c", "60", ""]

    rows = variation_of(cells_of(frame), a_variation_spec()).tables["variation"]

    notes = rows.set_index("characteristic")["note"]
    assert notes["plan"] == "2 authorities by a withheld count, taken as 3"
    assert notes["age"] == ""


def test_too_few_authorities_are_refused_with_how_many_are_needed():
    with pytest.raises(TooFewAuthoritiesError, match=r"28 authorities .* 30 are needed"):
        variation_of(cells_of(a_panel_of_costs(n=28)), a_variation_spec())


def test_one_period_without_counts_reads_no_single_authority():
    found = variation_of(
        cells_of(a_panel_of_costs()), a_variation_spec(periods=2024, carry_forward=2)
    )

    rows = found.tables["variation_authorities"]
    assert rows["unexplained"].isna().all()
    assert set(rows["reading"]) == {""}
    assert rows["note"].str.startswith("without several periods or counts").all()
    assert "passing" not in set(found.tables["variation_shares"]["part"])


def test_one_figure_copied_from_year_to_year_reads_no_single_authority():
    frame = a_panel_of_costs()
    cost = frame["outcome"] == "cost"
    first = frame[cost].groupby("la_code")["value"].transform("first")
    frame.loc[cost, "value"] = first

    rows = variation_of(cells_of(frame), a_variation_spec()).tables["variation_authorities"]

    assert set(rows["reading"]) == {""}


def test_an_outcome_that_is_the_same_everywhere_is_refused():
    frame = a_panel_of_costs()
    frame["value"] = frame["value"].where(frame["outcome"] != "cost", 5.0)

    with pytest.raises(NotComparedError, match="varies"):
        variation_of(cells_of(frame), a_variation_spec())


def test_one_period_with_counts_takes_chance_off_a_small_authority():
    frame = a_panel_of_costs()
    cost = (frame["outcome"] == "cost") & (frame["period"] == "2024")
    children = np.where(np.arange(120) < 60, 20, 2_000)
    rng = np.random.default_rng(5)
    share = np.clip(0.3 + 0.02 * (frame.loc[cost, "value"].to_numpy() - 10), 0.05, 0.9)
    counts = rng.binomial(children, share)
    frame = frame.assign(numerator="", denominator="")
    frame.loc[cost, "numerator"] = counts.astype(str)
    frame.loc[cost, "denominator"] = children.astype(str)
    frame.loc[cost, "value"] = counts / children

    found = variation_of(cells_of(frame), a_variation_spec(periods=2024, carry_forward=2))

    rows = found.tables["variation_authorities"]
    kept = (rows["unexplained"] / rows["difference"]).abs()
    assert kept[:60].median() < 0.3 < kept[60:].median()
    assert _share(found, "passing")["share"] > 0.3


def test_a_logarithm_gives_authorities_back_in_the_outcomes_unit():
    frame = a_panel_of_costs(slopes=(0.1, 0.0, 0.1), lasting=0.02, passing=0.05)
    cost = frame["outcome"] == "cost"
    frame.loc[cost, "value"] = np.exp(frame.loc[cost, "value"])

    found = variation_of(cells_of(frame), a_variation_spec(logarithm=True))

    rows = found.tables["variation_authorities"]
    np.testing.assert_allclose(rows["observed"] - rows["expected"], rows["difference"], rtol=1e-6)
    # exp(10), about 22,000, is where the amounts lie; slopes stay those of the logarithm.
    assert 15_000 < rows["expected"].median() < 32_000
    slopes = found.tables["variation"].set_index("characteristic")
    assert slopes.loc["age", "low"] < 0.1 < slopes.loc["age", "high"]


def test_shares_of_a_whole_are_refused_since_they_repeat_one_another():
    frame = a_panel_of_costs()
    copied = frame[frame["outcome"] == "age"].assign(outcome="twice")
    spec = a_variation_spec(explained_by={"need_mix": ["age", "twice"]})

    with pytest.raises(NotComparedError, match="repeat one another"):
        variation_of(cells_of(pd.concat([frame, copied])), spec)


def test_an_outcome_that_the_panel_does_not_have_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'cost'"):
        variation_of(cells_of(a_panel_of_costs()), a_variation_spec(outcome="costs"))


def test_an_authority_to_leave_out_that_is_not_there_is_refused():
    with pytest.raises(SpecError, match="leave_out names X0O9"):
        variation_of(cells_of(a_panel_of_costs()), a_variation_spec(leave_out=["X0O9"]))


def test_the_same_panel_and_specification_give_the_same_tables(found):
    again = variation_of(cells_of(a_panel_of_costs()), a_variation_spec())

    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name], check_exact=True)
    assert again.sentence == found.sentence


def test_no_word_of_cause_stands_in_any_output(found):
    lone = variation_of(
        cells_of(a_panel_of_costs()), a_variation_spec(periods=2024, carry_forward=2)
    )
    declared = [
        f"{table.meaning} {column.name} {column.meaning}"
        for table in (VARIATION, VARIATION_SHARES, VARIATION_AUTHORITIES)
        for column in table.columns
    ]
    written = [
        text
        for each in (found, lone)
        for text in [each.sentence, *(table.to_csv(index=False) for table in each.tables.values())]
    ]

    assert [match for text in [*declared, *written] for match in CAUSAL.findall(text)] == []


def test_every_table_carries_hash_and_stamp_last(found):
    for table in found.tables.values():
        assert list(table.columns[-3:]) == ["spec_sha256", "look", "stamp"]
        assert set(table["spec_sha256"]) == {a_variation_spec().sha256}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"periods": []}, "periods is needed"),
        ({"periods": [2021, 2021]}, "one twice"),
        ({"explained_by": {}}, "explained_by is needed"),
        ({"explained_by": {"need": ["cost"]}}, "cannot be set beside itself"),
        ({"explained_by": {"a": ["age"], "b": ["age"]}}, "named twice"),
        ({"explained_by": {"lasting": ["age"]}}, "name of what is left over"),
        ({"grades": ["good", "outstanding"]}, "not both"),
        ({"draws": 3}, "draws is not a whole number"),
        ({"logarithm": "yes"}, "true or false"),
    ],
)
def test_a_specification_that_cannot_be_used_says_every_fault(changed, told):
    with pytest.raises(SpecError, match=told):
        a_variation_spec(**changed)


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'periods'"):
        parse_variation_spec({"variation": {"outcome": "cost", "period": 2024}})


def test_a_list_of_characteristics_is_a_group_each():
    spec = a_variation_spec(explained_by=["age", "plan"])

    assert spec.explained_by == {"age": ("age",), "plan": ("plan",)}


def test_one_character_changes_the_hash():
    assert a_variation_spec().sha256 != a_variation_spec(seed=1).sha256
    assert a_variation_spec().sha256 == a_variation_spec(explained_by=GROUPS).sha256


@pytest.mark.full
def test_differences_of_authorities_lie_in_their_intervals_95_times_in_100():
    """60 panels of 120 authorities: 7,200 intervals that share a fit each; error about .01."""
    held = []
    for seed in range(60):
        frame = a_panel_of_costs(between_regions=0.2, seed=seed)
        rows = variation_of(cells_of(frame), a_variation_spec()).tables["variation_authorities"]
        true = _true_differences(seed)
        held.append((rows["low"] <= true) & (true <= rows["high"]))

    assert 0.93 <= np.mean(held) <= 0.97


def _true_differences(seed: int) -> np.ndarray:
    """Give region and lasting difference of each authority, drawn as the builder draws them."""
    rng = np.random.default_rng(seed)
    rng.standard_normal((120, 3))
    return rng.standard_normal(8)[np.arange(120) % 8] * 0.2**0.5 + (
        rng.standard_normal(120) * 0.5**0.5
    )
