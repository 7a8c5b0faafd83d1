"""Published files become one panel, without anyone editing them.

Each kind of file is known by its columns and has one reader: tables of the DfE
in both layouts (`shares`, `counts`), the Local Authority Interactive Tool (`lait`)
and Ofsted's lists (`ofsted`). Rows of local authorities count; regions and England
do not, since the panel adds them up itself. `outcomes` says what every outcome is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.evaluation.from_releases.cells import PublishedFile, Reader
from rcc_forecast.evaluation.from_releases.counts import (
    child_population,
    children_in_need,
    counts_by_measure,
    rates_of,
)
from rcc_forecast.evaluation.from_releases.lait import interactive_tool
from rcc_forecast.evaluation.from_releases.ofsted import (
    fostering_places,
    homes_by_grade,
    homes_by_sector,
)
from rcc_forecast.evaluation.from_releases.outcomes import OUTCOMES
from rcc_forecast.evaluation.from_releases.shares import children_by_category
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.evaluation import PANEL
from rcc_forecast.tables.from_file import table_from_file

READERS: tuple[Reader, ...] = (
    *(children_by_category, counts_by_measure, children_in_need, child_population),
    *(interactive_tool, homes_by_sector, homes_by_grade, fostering_places),
)
"""Every kind of file that is known."""


class NothingPublishedError(NothingUsableError):
    """No file has an outcome of the registry for any local authority."""

    def __init__(self, *, files: Sequence[str]) -> None:
        self.files = tuple(files)
        self.wanted, self.reason = "A panel", "no published file has a known outcome."
        RccError.__init__(
            self,
            f"{', '.join(files)}: no row of a local authority has an outcome that is known. "
            f"Known: {', '.join(sorted(OUTCOMES))}.",
        )


@dataclass(frozen=True, slots=True)
class PublishedPanel:
    """A panel of published outcomes.

    Attributes
    ----------
    frame : DataFrame
        A `PANEL` table, text as the files have it: a withheld numerator is
        ``c`` or ``x``.
    findings : Findings
        What was left out or written twice.
    """

    frame: pd.DataFrame
    findings: Findings = field(default_factory=Findings.none)


def panel_from_published(paths: Sequence[Path]) -> PublishedPanel:
    """Put published files into one panel.

    Parameters
    ----------
    paths : sequence of Path
        CSV, plain or .gz, of any kind that `READERS` know.

    Returns
    -------
    PublishedPanel
        By outcome, authority and period. A file without a known outcome of an
        authority, such as a lookup, is left out with a finding. Where files differ over a cell, one
        with counts counts before one that is rounded, else the later file, and a
        finding says so. Rates a 10,000 children and places for each child are made where
        both counts are there. ``release_date`` is empty: the files do not say it.

    Raises
    ------
    UnreadableInputError
        A file is not a table.
    NothingPublishedError
        No file has a known outcome of a local authority.
    """
    read = [(path.name, _of_file(table_from_file(path), file=path.name)) for path in paths]
    parts = [part for _, part in read if len(part)]
    if not parts:
        raise NothingPublishedError(files=[name for name, _ in read])
    given, replaced, coarse = _each_once(pd.concat(parts, ignore_index=True))
    made = [part for part in rates_of(given) if len(part)]
    kept, _, rounded_rates = _each_once(pd.concat([given, *made], ignore_index=True))
    kept = kept.sort_values(["outcome", "la_code", "period"], kind="stable", ignore_index=True)
    findings = Findings.joined(
        [
            *(_not_known(name) for name, part in read if not len(part)),
            _told(replaced, "cells differ between files", "the file named last counts", "repeated"),
            _told(
                coarse + rounded_rates,
                "cells of the Local Authority Interactive Tool are rounded",
                "counts of another file stand for them",
                "rounded",
            ),
            _told(
                int(kept["uncertain"].sum()),
                "counts are withheld that can be above 5",
                "left empty: they are no count of 1 to 5",
                "withheld-large",
            ),
        ]
    )
    panel = kept.assign(release_date="")[PANEL.names]
    return PublishedPanel(PANEL.check(panel), findings)


def _each_once(frame: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """Keep each cell once; say how many differed, and how many gave way as rounded ones."""
    key = list(PANEL.key)
    once = frame.drop_duplicates([*key, "numerator", "denominator", "value"])
    exact = once[~once["rounded"]]
    replaced = int(exact.duplicated(key, keep="last").sum())
    order = once.sort_values("rounded", ascending=False, kind="stable")
    kept = order.drop_duplicates(key, keep="last").sort_index()
    coarse = int(once["rounded"].sum() - kept["rounded"].sum())
    return kept, replaced, coarse


def _told(count: int, found: str, done: str, rule: str) -> Findings:
    if not count:
        return Findings.none()
    return Findings.one(
        f"published-{rule}",
        Severity.NOTED,
        found=f"{count:,} {found}",
        done=done,
        table="panel",
    )


def _not_known(file: str) -> Findings:
    return Findings.one(
        "published-nothing-known",
        Severity.NOTED,
        found=f"{file} has no known outcome of a local authority",
        done="left out",
        file=file,
        rows=0,
    )


def _of_file(given: pd.DataFrame, *, file: str) -> pd.DataFrame:
    # A missing cell of a typed file is empty, as in a file of text.
    text = given.astype("str").where(given.notna(), "").astype("str")
    read = PublishedFile(file, text.apply(lambda cells: cells.str.strip()))
    found = [part for reader in READERS for part in reader(read) if len(part)]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()
