"""What stops the tools in use today gets an answer and a finding here.

The probes are those of cs-demand-model 0.5.1 and the regional application of
2026: each was run there and ended in an error, or dropped rows without a word.
"""

from __future__ import annotations

import pandas as pd
import pytest

from tests.builders.commands import a_folder, run
from tests.builders.returns import EPISODES, HEADER, a_header, an_episode, as_csv

YEARS = (2020, 2021)


def returns(*, header=HEADER, years=YEARS, first=None, child=None, more=(), iso=False):
    """Two returns of two children: one is plain, the other is what the probe changes."""
    files = {}
    for year in years:
        rows = [an_episode("1", DECOM="01/05/2019"), an_episode("2", DECOM="01/06/2019")]
        rows[1] |= first or {}
        rows += list(more)
        children = [a_header("1"), a_header("2") | (child or {})]
        if iso:
            for row in rows:
                row["DECOM"] = "-".join(reversed(row["DECOM"].split("/")))
            for row in children:
                row["DOB"] = "-".join(reversed(row["DOB"].split("/")))
        files[f"{year}/episodes.csv"] = as_csv(rows, EPISODES)
        files[f"{year}/header.csv"] = as_csv(children, header)
    return files


WITHOUT_UPN = tuple(name for name in HEADER if name != "UPN")
SAME_DAY = an_episode("2", DECOM="10/04/2019", DEC="10/04/2019", REC="E4A")
OVERLAP = an_episode("2", DECOM="01/08/2019", PLACE="K2", RNE="P")

PROBES = {
    "a header without UPN": (returns(header=WITHOUT_UPN), 0, 2),
    "a blank date of birth": (returns(child={"DOB": ""}), 1, 1),
    "ISO dates": (returns(iso=True), 0, 2),
    "a missing year": (returns(years=(2019, 2021)), 0, 2),
    "a file without a known column": (
        returns() | {"2021/notes.csv": b"colour,shape\nblue,round\n"},
        0,
        2,
    ),
    "an unknown ethnicity": (returns(child={"ETHNIC": "XXXX"}), 0, 2),
    "a same-day spell": (returns(more=[SAME_DAY]), 1, 2),
    "overlapping episodes": (returns(more=[OVERLAP]), 0, 2),
    "the same child and start in two returns": (returns(), 0, 2),
    "sex by letters": (returns(child={"SEX": "M"}), 0, 2),
    "an unknown placement": (returns(first={"PLACE": "Q9"}), 0, 2),
    "supported accommodation by its code of 2024-25": (returns(first={"PLACE": "K3"}), 0, 2),
}
RULE = {
    "a header without UPN": "column-missing",
    "a blank date of birth": "birth-date-missing",
    "a missing year": "return-missing",
    "a same-day spell": "same-day",
    "overlapping episodes": "open-episode-followed",
    "an unknown ethnicity": "code",
    "an unknown placement": "code",
}


@pytest.mark.parametrize("probe", PROBES)
def test_a_probe_that_stops_a_peer_gets_an_answer_and_a_finding(probe, tmp_path):
    files, checked, counted = PROBES[probe]
    folder = a_folder(tmp_path / "returns", files)

    code = run("check", folder, "--out", tmp_path / "findings.csv")
    demand = run("demand", folder, "--out", tmp_path / "demand.csv")

    findings = pd.read_csv(tmp_path / "findings.csv")
    table = pd.read_csv(tmp_path / "demand.csv")
    whole = table[
        (table["month"] == "2021-03-31")
        & (table["measure"] == "children")
        & (table["region"] == "All")
        & (table["rcc"].isna())
        & (table[["placement_type", "age_band", "population"]] == "All").all(axis=1)
    ]
    assert (code, demand) == (checked, 0)
    assert whole["value"].tolist() == [counted]
    if probe in RULE:
        assert findings["rule"].str.contains(RULE[probe]).any(), sorted(set(findings["rule"]))


def test_returns_without_one_usable_row_end_with_1_and_write_nothing(tmp_path, capsys):
    folder = a_folder(tmp_path / "returns", {"2021/episodes.csv": as_csv([an_episode(DECOM="x")])})

    code = run("demand", folder, "--out", tmp_path / "demand.csv")

    assert code == 1
    assert not (tmp_path / "demand.csv").exists()
    assert "check" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("demand", "nowhere", "--out", "demand.csv"), "nowhere"),
        (("forecast", ".", "--out", "forecast.docx"), ".docx"),
        (("forecast", ".", "--horizon", "0", "--out", "f.csv"), "one or more"),
        (("forcast",), "invalid choice"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_to_do(arguments, says, capsys):
    code = run(*arguments)

    assert code == 2
    assert says in capsys.readouterr().err
