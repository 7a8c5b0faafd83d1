"""A specification says everything that will be done, and its hash says that it was not changed."""

from __future__ import annotations

import tomllib

import pytest

from rcc_forecast.errors import UnknownNameError, UnreadableInputError
from rcc_forecast.evaluation import SpecError, parse_spec, read_spec

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


@pytest.mark.parametrize(
    "line",
    ["looks = 1000000000", "permutations = 1000000000", "seed = 123456789012345678901234567890"],
)
def test_a_number_that_no_machine_could_hold_is_refused(line):
    with pytest.raises(SpecError, match="is not a whole number of"):
        the_spec(f"{line}\n{TEXT}")


def test_stages_given_as_years_keep_their_order_too():
    text = TEXT.replace("2024-01-15", "2024").replace("2025-04-01", "2025")

    with pytest.raises(SpecError, match="exit lies before delivery"):
        the_spec(text + "exit = 2020\n")


def test_an_authority_is_a_member_of_one_region_at_a_time():
    moved = '[regions]\nA = [{la_code = "X", to = 2024-03-31}]\nB = [{la_code = "X", from = %s}]\n'

    assert the_spec(TEXT + moved % "2024-04-01").regions is not None
    with pytest.raises(SpecError, match="'X' is a member of 'A' and of 'B' at the same time"):
        the_spec(TEXT + moved % "2023-04-01")


def test_a_membership_that_ends_before_it_begins_is_refused():
    with pytest.raises(SpecError, match="the membership of 'X' ends before it begins"):
        the_spec(TEXT + '[regions]\nA = [{la_code = "X", from = 2024-01-01, to = 2020-01-01}]\n')


def test_a_specification_nested_beyond_all_reading_is_refused(tmp_path):
    path = tmp_path / "spec.toml"
    path.write_text(f"{TEXT}\nx = {'[' * 3_000}{']' * 3_000}\n", encoding="utf-8")

    with pytest.raises(UnreadableInputError):
        read_spec(path)
