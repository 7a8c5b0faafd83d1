"""A specification says everything that will be done, and its hash says that it was not changed."""

from __future__ import annotations

import tomllib

import pytest

from rcc_forecast.errors import UnknownNameError
from rcc_forecast.evaluation import SpecError, parse_spec

TEXT = """
primary = "far"
outcomes = ["far", "apart"]
cut_off = 2026-11-30
[[treated]]
unit = "North West"
announced = 2024-01-15
delivery = 2025-04-01
"""


def the_spec(text):
    return parse_spec(tomllib.loads(text), name="spec.toml")


def test_one_character_changed_changes_the_hash():
    assert the_spec(TEXT).sha256 != the_spec(TEXT.replace("2024-01-15", "2024-01-16")).sha256


def test_comments_and_defaults_written_out_do_not_change_the_hash():
    written_out = "# Agreed in June.\nlooks = 1\nalpha = 0.05\n" + TEXT

    assert the_spec(TEXT).sha256 == the_spec(written_out).sha256


def test_the_hash_is_the_same_on_every_machine():
    assert the_spec(TEXT).sha256 == (
        "f5f2e755c5553a39264684e87536aca3900b0e69ffbcf38f94c4d9464cb434c6"
    )


def test_looks_of_one_plan_differ_by_their_cut_off_alone():
    later = the_spec(TEXT.replace("2026-11-30", "2027-11-30"))

    assert later.plan_sha256 == the_spec(TEXT).plan_sha256
    assert later.sha256 != the_spec(TEXT).sha256


def test_every_missing_or_unusable_key_is_listed():
    with pytest.raises(SpecError) as refused:
        the_spec('outcomes = []\nlooks = 0\nalpha = 2\nunit = "county"\n[[treated]]\nunit = "A"\n')

    told = str(refused.value)
    for key in ("primary", "outcomes", "looks", "alpha", "unit is not", "delivery"):
        assert key in told


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="cut_off"):
        the_spec("cutoff = 2026-11-30\n" + TEXT)


def test_the_primary_outcome_stands_first_even_where_it_is_not_listed():
    spec = the_spec(TEXT.replace('["far", "apart"]', '["apart"]'))

    assert spec.outcomes == ("far", "apart")


def test_stages_that_run_backwards_are_refused():
    with pytest.raises(SpecError, match="delivery lies before announced"):
        the_spec(TEXT.replace("2025-04-01", "2023-04-01"))


@pytest.mark.parametrize(
    "members",
    [
        'A = ["E1", "E2"]',
        'A = [{la_code = "E1"}, {la_code = "E2"}]',
        'A = {members = ["E1", "E2"]}',
    ],
)
def test_members_of_a_region_can_be_written_in_three_ways(members):
    spec = the_spec(TEXT + f"[regions]\n{members}\n")

    assert [member.la_code for member in spec.regions["A"]] == ["E1", "E2"]


def test_a_predictor_that_ends_before_it_begins_is_refused():
    predictors = '[[predictors]]\noutcome = "far"\nfrom = 2020\nto = 2018\n'

    with pytest.raises(SpecError, match="to lies before from"):
        the_spec(TEXT + predictors)
