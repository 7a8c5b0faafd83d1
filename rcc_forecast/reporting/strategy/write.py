"""Where the pack is written: one workbook and one document in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.disclosure import BASE, Published
from rcc_forecast.reporting.strategy.chapter import render_chapter
from rcc_forecast.reporting.strategy.evidence import Edition, Evidence
from rcc_forecast.reporting.strategy.findings import findings_in_words
from rcc_forecast.reporting.strategy.workbook import render_workbook

WORKBOOK, CHAPTER = "strategy.xlsx", "strategy.html"

OPEN_TABLES = frozenset({"reliability", "backtest", "prices_paid"})
"""Tables that count no child of today or to come: a public edition may take them as they are."""


def write_strategy(
    tables: Mapping[str, pd.DataFrame],
    meta: Mapping[str, Any],
    folder: Path,
    *,
    edition: Edition = Edition.WORKING,
) -> None:
    """Write the evidence chapter of a sufficiency strategy: strategy.xlsx and strategy.html.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By name of file, without suffix: ``balance``, ``supply``, ``carers``, ``spend_years``, ...
        A table that is absent or has no rows leaves its section out, with a line that says so.
    meta : mapping
        What ``balance.meta.json`` holds; ``as_of`` is needed. ``sources`` and
        ``sources_of_spend`` (name to words) and ``notes`` are told where given,
        ``scenario`` names the what-if.
    folder : Path
        An existing folder.
    edition : Edition
        Whom it is for. For the public one, use `write_public_strategy`, which takes nothing but
        published tables.

    Notes
    -----
    The same tables and meta give the same bytes.
    """
    evidence = Evidence.of(tables, meta, edition=edition)
    findings = findings_in_words(evidence)
    (folder / WORKBOOK).write_bytes(render_workbook(evidence, findings=findings))
    page = render_chapter(evidence, findings=findings)
    (folder / CHAPTER).write_text(page, encoding="utf-8", newline="\n")


def write_public_strategy(
    published: Published,
    meta: Mapping[str, Any],
    folder: Path,
    *,
    edition: str = BASE,
    beside: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write the edition for everyone, from disclosure-controlled tables alone.

    Parameters
    ----------
    published : Published
        Whole tables after suppression.
    meta : mapping
        As for `write_strategy`.
    folder : Path
        An existing folder.
    edition : str
        Of `published`: the base, or a scenario's name.
    beside : mapping of str to DataFrame, optional
        Of `OPEN_TABLES`; any other table given here is left out.
    """
    open_tables = {name: table for name, table in (beside or {}).items() if name in OPEN_TABLES}
    write_strategy(
        {**open_tables, **published.tables(edition)}, meta, folder, edition=Edition.PUBLIC
    )
