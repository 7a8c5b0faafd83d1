"""A specification is read as it was sent, and refused without its words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.errors import SpecificationAtFaultError
from api.specifications import parse_spec_sent
from rcc_forecast.errors import RccError, UnknownNameError, UnreadableInputError
from tests.builders.panels_sent import a_spec_sent

NAME = "Oliver Twist"
TOML = """
primary = "far"
outcomes = ["far"]
[[treated]]
unit = "North"
delivery = 2024-04-01
[[treated]]
unit = "South"
delivery = 2024-04-01
"""


def test_toml_and_json_of_one_specification_have_one_hash():
    assert parse_spec_sent(TOML).sha256 == parse_spec_sent(a_spec_sent()).sha256


def test_every_fault_is_listed():
    with pytest.raises(SpecificationAtFaultError) as refused:
        parse_spec_sent(a_spec_sent(primary=None, alpha=2, looks=0, covid="2020"))

    assert len(refused.value.faults) == 4


@pytest.mark.parametrize(
    "changed",
    [
        {"treated": [{"unit": NAME, "delivery": 2025}, {"unit": NAME, "delivery": 2025}]},
        {"regions": {NAME: 1}},
        {"regions": {NAME: [{}], "B": [1.5]}},
        {"treated": [{"unit": "North", "delivery": NAME}]},
        {"cut_off": NAME},
        {"unit": NAME},
    ],
)
def test_faults_are_told_without_what_was_sent(changed):
    with pytest.raises(SpecificationAtFaultError) as refused:
        parse_spec_sent(a_spec_sent(**changed))

    assert "Oliver" not in " ".join([*refused.value.faults, str(refused.value)])


def test_a_key_in_a_region_that_is_not_known_is_refused_without_the_regions_name():
    with pytest.raises(UnknownNameError) as refused:
        parse_spec_sent(a_spec_sent(regions={NAME: {"membrs": []}}))

    assert refused.value.what == "key of [regions] 1"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"permutations": 10**6}, "permutations"),
        ({"looks": 10**6}, "looks"),
        ({"outcomes": [f"far {n}" for n in range(60)]}, "outcomes"),
        ({"seed": 10**30}, "9,007"),
        ({"treated": [{"unit": "\ud800", "delivery": 2025}]}, "UTF-8"),
    ],
)
def test_what_would_keep_others_waiting_or_cannot_be_written_is_refused(changed, fault):
    with pytest.raises(SpecificationAtFaultError) as refused:
        parse_spec_sent(a_spec_sent(**changed))

    assert any(fault in each for each in refused.value.faults)


def test_of_very_many_faults_the_first_are_told_and_the_rest_counted():
    treated = [{"unit": f"{NAME} {n}", "delivery": None} for n in range(300)]

    with pytest.raises(SpecificationAtFaultError) as refused:
        parse_spec_sent(a_spec_sent(treated=treated))

    assert refused.value.faults[-1] == "There are 100 further faults."


@pytest.mark.parametrize("text", ["", "primary = ", "a" * 100, "x = " + "[" * 20_000])
def test_text_that_is_no_specification_is_refused(text):
    with pytest.raises((UnreadableInputError, SpecificationAtFaultError, UnknownNameError)):
        parse_spec_sent(text)


KEYS = (*("primary", "outcomes", "treated", "unit", "cut_off", "base", "looks", "alpha"), "regions")
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6))
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.sampled_from(["unit", "delivery", "members", "from"]), st.text()),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_whatever_is_sent_is_a_specification_or_is_refused(given_by_chance):
    try:
        spec = parse_spec_sent(given_by_chance)
    except RccError:
        return
    assert len(spec.sha256) == 64
