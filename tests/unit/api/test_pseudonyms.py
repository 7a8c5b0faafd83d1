"""What is kept of returns says nothing of who a child is."""

from __future__ import annotations

import stat

import pandas as pd
import pytest

from api.pseudonyms import Pseudonyms, pseudonymised, read_or_make_key, to_sector
from rcc_forecast.returns import read_returns_from

HEADER = (
    b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
    b"903-77,2,12/05/2010,WBRI,A123456789012,0,\n"
    b"903-78,1,03/09/2012,WBRI,B123456789012,0,\n"
)
EPISODES = (
    b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
    b"903-77,01/06/2023,S,C2,N1,U4,PR1,,,,M14 5RQ,SW1A 1AA,SC000001\n"
    b"903-78,01/07/2023,S,C2,N1,U4,PR1,,,,M14 5RQ,SW1A1AA,SC000001\n"
)


@pytest.fixture
def kept():
    files = {"Manchester/2024/header.csv": HEADER, "Manchester/2024/episodes.csv": EPISODES}
    return pseudonymised(read_returns_from(files), Pseudonyms(b"k" * 32))


def everything(returns) -> str:
    frames = [*returns.tables.values(), returns.findings.frame]
    return " ".join(frame.to_csv() for frame in frames)


def test_no_identifier_and_no_whole_postcode_is_kept(kept):
    text = everything(kept)

    for secret in ("903-77", "903-78", "A123456789012", "5RQ", "1AA"):
        assert secret not in text


def test_a_child_has_one_pseudonym_in_every_table(kept):
    header, episodes = kept.tables["header"], kept.tables["episodes"]

    assert header["child"].tolist() == episodes["child"].tolist()
    assert header["child"].nunique() == 2
    assert header["child"].str.fullmatch("[0-9a-f]{32}").all()


def test_postcodes_keep_their_sector(kept):
    assert kept.tables["episodes"]["home_post"].tolist() == ["M14 5", "M14 5"]
    assert kept.tables["episodes"]["pl_post"].tolist() == ["SW1A 1", "SW1A 1"]


def test_the_pupil_number_is_dropped(kept):
    assert "upn" not in kept.tables["header"]


def test_a_file_called_after_a_child_is_kept_by_its_number():
    sent = read_returns_from({"2024/Oliver Twist.csv": HEADER, "2024/Oliver Twist.docx": b"x"})

    kept = pseudonymised(sent, Pseudonyms(b"k" * 32))

    frames = [*kept.tables.values(), kept.files, kept.filed, kept.findings.frame]
    assert not any("Twist" in frame.to_csv() for frame in frames)
    assert set(kept.files["file"]) == {"2024/file 1.csv"}
    assert set(kept.tables["header"]["file"]) == {"2024/file 1.csv"}


def test_another_store_has_other_pseudonyms():
    assert Pseudonyms(b"a" * 32).of("child", "7") != Pseudonyms(b"b" * 32).of("child", "7")


def test_parts_do_not_run_into_one_another():
    pseudonyms = Pseudonyms(b"k" * 32)

    assert pseudonyms.of("ab", "c") != pseudonyms.of("a", "bc")


def test_a_gap_stays_a_gap():
    column = pd.Series(["7", None], dtype="str")

    given = Pseudonyms(b"k" * 32).of_column(column, purpose="child")

    assert given.notna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("M14 5RQ", "M14 5"),
        ("m145rq", "M14 5"),
        ("SW1A 1AA", "SW1A 1"),
        ("M14 5", "M145"),
        ("M14", "M14"),
        ("14 Acacia Avenue", None),
    ],
)
def test_a_postcode_keeps_no_more_than_its_sector(written, kept):
    given = to_sector(pd.Series([written], dtype="str"))[0]

    assert (None if pd.isna(given) else given) == kept


def test_the_key_is_made_once_for_its_owners_eyes_only(tmp_path):
    path = tmp_path / "key"

    first, second = read_or_make_key(path), read_or_make_key(path)

    assert first == second
    assert len(first) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
