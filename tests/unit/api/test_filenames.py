"""A file's name is kept where each of its words is one that returns use."""

from __future__ import annotations

import pytest

from api.filenames import safe_names


@pytest.mark.parametrize(
    "name",
    [
        "header.csv",
        "2024/episodes.csv",
        "Manchester/2023-24/header.csv",
        "SSDA903_2020_Episodes.csv",
        "episodes_2021.csv",
        "352/2021/uasc.csv",
        "E08000003/2021/sw_episodes.csv",
    ],
)
def test_a_name_of_the_fields_own_words_is_kept(name):
    assert safe_names([name]) == {name: name}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Oliver Twist.csv", "file 1.csv"),
        ("2024/twist_oliver_episodes.csv", "2024/file 1.csv"),
        ("Oliver Twist/2024/header.csv", "folder/2024/header.csv"),
        ("header 9034471.csv", "file 1.csv"),
        ("returns.xlsx [Oliver Twist]", "returns.xlsx [sheet]"),
        ("returns.xlsx [header]", "returns.xlsx [header]"),
        ("<script>.csv", "file 1.csv"),
    ],
)
def test_a_name_that_could_be_a_persons_becomes_a_number(name, kept):
    assert safe_names([name]) == {name: kept}


def test_the_number_is_the_place_among_the_names_in_order():
    given = safe_names(["header.csv", "Zoe.csv", "Adam.csv"])

    assert given == {"Adam.csv": "file 1.csv", "Zoe.csv": "file 2.csv", "header.csv": "header.csv"}
