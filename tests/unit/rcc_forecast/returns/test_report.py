"""The page of `check`: what was read, how much was found, and then every finding."""

from __future__ import annotations

import time
from dataclasses import replace

import pandas as pd

from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.returns import findings_text
from tests.builders.returns import a_header, an_episode, read


def _five_rows_without_a_child():
    return read(*(an_episode("") for _ in range(5)), an_episode(), header=[a_header()])


def test_every_finding_has_its_own_line():
    page = findings_text(_five_rows_without_a_child())

    lines = [line for line in page.splitlines() if line.endswith("The row is not used.")]
    assert len(lines) == 5
    assert lines[0].startswith("  2021/episodes.csv, row 2: CHILD is blank.")


def test_a_short_page_gives_three_examples_of_each_rule():
    page = findings_text(_five_rows_without_a_child(), every=False)

    assert page.count("CHILD is blank.") == 3
    assert "and 2 more." in page


def test_what_was_read_stands_first_then_the_counts_by_severity_and_then_the_findings():
    page = findings_text(_five_rows_without_a_child())

    read_at = page.index("Read 2 tables with 7 rows")
    counts_at = page.index("severity  rule")
    findings_at = page.index("Refused: not used in any figure")
    assert read_at < counts_at < findings_at


def test_a_finding_that_stands_for_many_rows_says_how_many():
    returns = read(an_episode())
    many = Findings.one(
        "text-trimmed",
        Severity.REPAIRED,
        found="Values stand between spaces.",
        done="They are read without them.",
        table="episodes",
        file="2021/episodes.csv",
        row=7,
        rows=1_200,
    )

    page = findings_text(replace(returns, findings=many))

    assert "  2021/episodes.csv, 1,200 rows from 7: Values stand between spaces." in page


def test_a_hundred_thousand_findings_are_written_within_seconds():
    where = pd.DataFrame({"file": "2021/episodes.csv", "row": range(2, 100_002)})
    findings = Findings.of_rows(
        "decom-missing", Severity.REFUSED, where, found="a", done="b", table="episodes"
    )
    began = time.process_time()

    page = findings_text(replace(read(an_episode()), findings=findings))

    assert page.count("\n") > 100_000
    assert time.process_time() - began < 5
