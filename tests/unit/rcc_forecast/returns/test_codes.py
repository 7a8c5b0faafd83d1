"""Codes are read as those of today; what is no code is told and kept."""

from __future__ import annotations

import pytest

from rcc_forecast.returns import read_returns_from
from tests.builders.returns import a_header, an_episode, as_csv, found_by, read


@pytest.mark.parametrize(
    ("filed", "meant"), [("1", "M"), ("2", "F"), ("M", "M"), ("f", "F"), ("U", "U"), ("1.0", "M")]
)
def test_sex_is_one_code_whatever_the_year(filed, meant):
    returns = read(an_episode(), header=[a_header(SEX=filed)])

    assert returns.tables["header"]["sex"].item() == meant


def test_an_unknown_sex_is_read_as_not_known():
    returns = read(an_episode(), header=[a_header(SEX="9")])

    assert returns.tables["header"]["sex"].item() == "U"
    assert found_by(returns, "code-unknown") == [2]


def test_an_unknown_ethnicity_is_kept_and_told_without_being_shown():
    returns = read(an_episode(), header=[a_header(ETHNIC="COOK")])

    assert returns.tables["header"]["ethnic"].item() == "COOK"
    assert found_by(returns, "code-unknown") == [2]
    assert "COOK" not in returns.findings.frame.to_csv()


def test_an_unknown_place_is_shown_with_the_nearest_code():
    returns = read(an_episode(PLACE="K33"), an_episode("1002", PLACE="U9"))

    found = returns.findings.of("code-unknown").set_index("row")["found"]
    assert "is 'K33'" in found[2]
    assert "Did you mean 'K3'?" in found[2]
    assert "is 'U9'" in found[3]


@pytest.mark.parametrize("filed", [" u4", "U 4", "\u00a0U4", "'U4'"])
def test_a_code_is_read_through_case_spaces_and_stray_quotes(filed):
    returns = read(an_episode(PLACE=filed))

    assert returns.tables["episodes"]["place"].item() == "U4"
    assert {"code-respelled", "text-trimmed"} & set(returns.findings.frame["rule"])


@pytest.mark.parametrize("place", ["Z11", "Z12", "Z13", "Z14", "K3"])
def test_codes_of_2026_are_read_without_a_finding_in_2026(place):
    episode = an_episode(PLACE=place, PLACE_PROVIDER="", DECOM="15/06/2025")

    returns = read(episode, header=[a_header(SEX="F", DOB="15/06/2008")], year=2026)

    assert returns.tables["episodes"]["place"].item() == place
    assert not len(returns.findings.of("code-unknown"))
    assert not len(returns.findings.of("code-of-other-year"))


@pytest.mark.parametrize(("place", "year"), [("K3", 2021), ("H5", 2025), ("Z1", 2026)])
def test_a_code_of_another_year_is_told_and_kept(place, year):
    returns = read(an_episode(PLACE=place), header=[a_header(SEX="U")], year=year)

    assert returns.tables["episodes"]["place"].item() == place
    told = returns.findings.of("code-of-other-year")
    assert "PLACE" in set(told["column"])


def test_words_for_blank_are_blank():
    returns = read(an_episode(REC="NULL", DEC="N/A"))

    assert returns.tables["episodes"][["rec", "dec"]].isna().all(axis=None)
    assert set(returns.findings.of("word-for-blank")["column"]) == {"REC", "DEC"}


def test_identifiers_that_a_spreadsheet_made_decimal_are_those_of_other_years():
    returns = read(an_episode("1001.0"), header=[a_header("1001")])

    assert returns.tables["episodes"]["child"].item() == "1001"


def test_urns_that_a_spreadsheet_made_decimal_are_those_of_the_register():
    assert read(an_episode(URN="1234567.0")).tables["episodes"]["urn"].item() == "1234567"


def test_zeros_kept_by_a_spreadsheet_formula_stay():
    returns = read(an_episode('="0017"'), header=[a_header("0017")])

    assert returns.tables["episodes"]["child"].item() == "0017"


def test_postcodes_cut_to_the_sector_are_told_once_a_file_and_column():
    rows = [an_episode(str(n), HOME_POST="SE1 7", PL_POST="M1 1") for n in range(20)]

    returns = read(*rows)

    assert set(returns.findings.of("postcodes-cut")["column"]) == {"HOME_POST", "PL_POST"}
    assert not len(returns.findings.of("postcode-form"))


def test_no_postcode_or_identifier_is_ever_shown():
    rows = [an_episode("SECRET7", HOME_POST="NOT A POSTCODE", URN="XXXXXXX", PLACE="Jane Doe")]

    returns = read_returns_from({"2021/e.csv": as_csv(rows)})

    page = returns.findings.frame.to_csv()
    assert not [word for word in ("SECRET7", 'POSTCODE"', "Jane", "JANE") if word in page]
    assert "NOT A POSTCODE" not in page
