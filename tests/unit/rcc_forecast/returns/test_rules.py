"""The rules that rows are held against, each by the case that it is about."""

from __future__ import annotations

import pytest

from rcc_forecast.returns import RULES, findings_text, read_returns_from, rule_table, unaccounted
from rcc_forecast.returns.rules import rule
from tests.builders.returns import (
    EPISODES,
    HEADER,
    a_header,
    an_episode,
    as_csv,
    found_by,
    read,
)


def _kept(returns) -> list[int]:
    return list(returns.tables["episodes"]["row"])


def _born(*dates: str) -> list[dict[str, str]]:
    return [a_header("1001", DOB=born) for born in dates]


def test_a_clean_return_has_nothing_refused_or_repaired():
    returns = read(an_episode(DEC="10/09/2020", REC="X1"), an_episode(DECOM="10/09/2020"))

    assert set(returns.findings.frame["severity"]) == {"noted"}
    assert set(returns.findings.frame["rule"]) == {"encoding", "date-form", "authority-missing"}


@pytest.mark.parametrize(
    ("field", "rule_name"), [("CHILD", "child-missing"), ("DECOM", "decom-missing")]
)
def test_a_row_without_child_or_start_is_refused(field, rule_name):
    returns = read(an_episode(), an_episode(**{field: ""}), header=[a_header()])

    assert found_by(returns, rule_name) == [3]
    assert _kept(returns) == [2]


def test_an_episode_that_ends_before_it_starts_is_refused():
    assert found_by(read(an_episode(DEC="30/04/2020", REC="E4A")), "dec-before-decom") == [2]


def test_a_same_day_spell_is_noted_and_kept():
    returns = read(an_episode(DEC="01/05/2020", REC="E4A"))

    assert found_by(returns, "same-day-episode") == [2]
    assert _kept(returns) == [2]


def test_a_row_filed_twice_is_kept_once():
    returns = read(an_episode(), an_episode())

    assert found_by(returns, "row-repeated") == [3]
    assert _kept(returns) == [2]


def test_of_two_episodes_with_one_start_the_one_that_ended_is_kept():
    returns = read(an_episode(DEC="10/09/2020", REC="E4A"), an_episode())

    assert found_by(returns, "episode-start-repeated") == [3]


def test_a_same_day_spell_does_not_push_out_the_open_episode_after_it():
    spell = an_episode(DEC="01/05/2020", REC="X1", PLACE="K2")

    returns = read(spell, an_episode())

    assert _kept(returns) == [3]


def test_of_two_episodes_with_one_end_the_longer_is_kept():
    returns = read(
        an_episode(DEC="10/09/2020", REC="E4A"),
        an_episode(DECOM="01/06/2020", DEC="10/09/2020", REC="E4A"),
    )

    assert found_by(returns, "episode-end-repeated") == [3]


def test_the_same_child_in_two_years_is_no_repeat():
    files = {f"{year}/episodes.csv": as_csv([an_episode()], EPISODES) for year in (2020, 2021)}
    files["2021/header.csv"] = as_csv([a_header()], HEADER)

    returns = read_returns_from(files)

    assert len(returns.tables["episodes"]) == 2
    assert len(returns.findings.of("header-missing")) == 1


def test_the_same_reference_in_two_authorities_is_two_children():
    files = {
        f"{name}/2021/episodes.csv": as_csv([an_episode()], EPISODES) for name in ("Bolton", "Bury")
    }
    files["Bolton/2021/header.csv"] = as_csv([a_header()], HEADER)

    returns = read_returns_from(files)

    assert len(returns.tables["episodes"]) == 1
    assert len(returns.findings.of("birth-date-missing")) == 1


def test_overlapping_and_open_episodes_are_noted():
    returns = read(
        an_episode(DEC="10/10/2020", REC="X1"),
        an_episode(DECOM="10/09/2020"),
        an_episode(DECOM="10/11/2020"),
    )

    assert found_by(returns, "episodes-overlap") == [2]
    assert found_by(returns, "open-episode-followed") == [3]


@pytest.mark.parametrize(
    ("rule_name", "fields"),
    [
        ("dec-or-rec-alone", {"REC": "E4A"}),
        ("dec-or-rec-alone", {"DEC": "10/09/2020"}),
        ("dec-after-year-end", {"DEC": "01/04/2021", "REC": "E4A"}),
        ("decom-after-year-end", {"DECOM": "01/04/2021"}),
        ("ended-before-year", {"DECOM": "01/01/2020", "DEC": "31/03/2020", "REC": "E4A"}),
        ("start-in-temporary", {"PLACE": "T1"}),
        ("end-in-temporary", {"PLACE": "T4", "RNE": "T", "DEC": "10/09/2020", "REC": "E4A"}),
        ("with-parents-in-section-20", {"PLACE": "P1", "LS": "V2"}),
        ("supported-under-16", {"PLACE": "K3"}),
        ("urn-for-agency-alone", {"URN": "XXXXXXX", "PLACE": "K2"}),
        ("provider-for-temporary", {"PLACE": "Z1"}),
    ],
)
def test_what_looks_odd_is_noted_and_kept(rule_name, fields):
    returns = read(an_episode(**fields))

    assert found_by(returns, rule_name) == [2]
    assert _kept(returns) == [2]


@pytest.mark.parametrize(("born", "found"), [("02/05/2010", [2]), ("01/05/2010", [])])
def test_remand_before_the_tenth_birthday_is_noted(born, found):
    returns = read(an_episode(LS="J1"), header=_born(born))

    assert found_by(returns, "remand-under-10") == found


@pytest.mark.parametrize(("born", "found"), [("01/05/2002", [2]), ("02/05/2002", [])])
def test_from_the_eighteenth_birthday_a_young_person_is_noted(born, found):
    returns = read(an_episode(), header=_born(born))

    assert found_by(returns, "adult-at-start") == found


def test_independent_living_after_regulation_is_noted():
    returns = read(an_episode(PLACE="P2", DECOM="28/10/2023"), year=2024)

    assert found_by(returns, "independent-after-regulation") == [2]


def test_a_urn_missing_among_others_is_noted_but_not_a_column_without_any():
    assert found_by(read(an_episode(URN=""), an_episode("1002")), "urn-missing") == [2]
    assert found_by(read(an_episode(URN="")), "urn-missing") == []


@pytest.mark.parametrize("upn", ["A123456789012", "A12345678901B", "UN1", ""])
def test_a_pupil_number_in_form_is_well(upn):
    assert found_by(read(an_episode(), header=[a_header(UPN=upn)]), "upn-form") == []


def test_a_pupil_number_out_of_form_is_noted():
    assert found_by(read(an_episode(), header=[a_header(UPN="12")]), "upn-form") == [2]


def test_a_mother_contradicted_is_noted():
    header = [a_header(MC_DOB="01/02/2020")]

    assert found_by(read(an_episode(), header=header), "mother-contradicted") == [2]


def test_a_child_under_a_deprivation_order_outside_k2_z12_z13_is_noted():
    files = {
        "2027/episodes.csv": as_csv([an_episode("1", PLACE="K2"), an_episode("2")], EPISODES),
        "2027/header.csv": as_csv([a_header("1"), a_header("2")], HEADER),
        "2027/dolo.csv": as_csv(
            [{"CHILD": n, "DOB": "", "DOLO_START": "01/06/2026", "DOLO_END": ""} for n in "12"]
        ),
    }

    assert found_by(read_returns_from(files), "dolo-placement") == [3]


# Birth dates


def test_a_blank_birth_date_is_found_in_another_table_of_the_year():
    files = {
        "2021/episodes.csv": as_csv([an_episode()], EPISODES),
        "2021/header.csv": as_csv([a_header(DOB="")], HEADER),
        "2021/reviews.csv": as_csv(
            [{"CHILD": "1001", "DOB": "15/06/2010", "REVIEW": "01/07/2020", "REVIEW_CODE": "PN1"}]
        ),
    }

    returns = read_returns_from(files)

    assert str(returns.tables["header"]["dob"].item().date()) == "2010-06-15"
    assert found_by(returns, "birth-date-found") == [2]


def test_a_blank_birth_date_is_found_in_another_years_header():
    files = {
        "2021/episodes.csv": as_csv([an_episode()], EPISODES),
        "2021/header.csv": as_csv([a_header(DOB="")], HEADER),
        "2020/header.csv": as_csv([a_header()], HEADER),
    }

    returns = read_returns_from(files)

    assert len(returns.tables["header"]) == 2
    assert len(returns.tables["episodes"]) == 1


def test_a_child_whose_birth_date_stands_nowhere_is_refused_with_all_episodes():
    returns = read(an_episode(), an_episode("1002"), header=[a_header(DOB=""), a_header("1002")])

    refused = returns.findings.of("birth-date-missing")
    assert list(zip(refused["table"], refused["row"], strict=True)) == [
        ("header", 2),
        ("episodes", 2),
    ]
    assert not len(unaccounted(returns))


def test_a_child_without_header_gets_one_from_another_tables_birth_date():
    files = {
        "2021/episodes.csv": as_csv([an_episode()], EPISODES),
        "2021/uasc.csv": as_csv([{"CHILD": "1001", "SEX": "1", "DOB": "15/06/2005", "DUC": ""}]),
    }

    returns = read_returns_from(files)

    header = returns.tables["header"]
    assert list(zip(header["child"], header["sex"], strict=True)) == [("1001", "M")]
    assert len(returns.findings.of("header-row-made")) == 1
    assert not len(unaccounted(returns))


def test_an_episode_before_the_birth_is_refused():
    returns = read(an_episode(), header=_born("02/05/2020"))

    assert found_by(returns, "decom-before-birth") == [2]


def test_of_several_header_rows_the_last_with_a_birth_date_is_kept():
    returns = read(an_episode(), header=_born("15/06/2010", "16/06/2010", ""))

    assert list(returns.tables["header"]["row"]) == [3]


def test_a_birth_date_that_differs_between_years_is_noted():
    files = {
        "2021/header.csv": as_csv([a_header()], HEADER),
        "2020/header.csv": as_csv([a_header(DOB="15/06/2011")], HEADER),
    }

    returns = read_returns_from(files)

    assert list(returns.findings.of("birth-date-differs")["file"]) == ["2020/header.csv"]


# The register and the page


def test_rules_that_drown_the_page_are_told_together():
    rows = [an_episode(str(n), PLACE="P1", LS="V2") for n in range(600)]

    told = read(*rows).findings.of("with-parents-in-section-20")

    assert list(told["rows"]) == [600]
    assert list(told["row"]) == [2]


def test_two_rules_cannot_share_a_name():
    with pytest.raises(ValueError, match="already a rule"):
        rule("child-missing", table="header", found="x")(lambda frame, returns: frame)


def test_the_table_of_rules_has_every_rule():
    table = rule_table()

    assert list(table["rule"]) == list(RULES)
    assert {"142", "148", "355", "356", "358", "371", "378", "380", "381", "385"} <= set(
        table["dfe"]
    )


def test_the_page_says_what_was_read_and_every_rule_that_found_something():
    returns = read(an_episode(), an_episode(""), an_episode("1002", PLACE="u4"))

    page = findings_text(returns)

    assert "4 are used, 1 are not" not in page
    assert "Read 2 tables with 6 rows" in page
    assert "2021/episodes.csv, row 3: CHILD is blank. The row is not used." in page
    assert all(name in page for name in set(returns.findings.frame["rule"]))


def test_order_of_files_and_rows_does_not_matter_to_what_is_used():
    rows = [an_episode("1"), an_episode("2", DECOM="13/07/2020"), an_episode("3", PLACE="K2")]

    one, other = read(*rows), read(*reversed(rows))

    columns = ["child", "decom", "place"]
    first = one.tables["episodes"][columns].sort_values("child", ignore_index=True)
    second = other.tables["episodes"][columns].sort_values("child", ignore_index=True)
    assert first.equals(second)
