"""Panels that are sent, or counted from returns that were sent, as they may be kept."""

from __future__ import annotations

from typing import Any

import pandas as pd

from api.answers import records
from api.errors import PanelRefusedError, UploadError
from api.schemas.evaluations import PanelRequest
from api.sent_tables import as_stored, read_table_sent
from api.store import Store
from api.uploads import Upload
from rcc_forecast import pipeline
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation import Cells, PanelAtFaultError, read_panel_frame
from rcc_forecast.evaluation.from_returns.outcomes import panel_from_journeys
from rcc_forecast.evaluation.gaps.groups import read_groups
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.contract import Table
from rcc_forecast.tables.disparity import GROUP_OUTCOMES
from rcc_forecast.tables.evaluation import PANEL
from rcc_forecast.tables.from_file import table_from_file

ROWS = "panel"
"""Table of a panel's record with its rows."""

GROUPS = "groups"
"""Table of a panel's record with the same outcomes by group of children."""

PANEL_NAME, GROUPS_NAME = "The panel", "The groups"
"""What messages call them: a file may be called after a person."""

_EXPECTED = "one panel as CSV or XLSX, and at most one file of the same outcomes by group"

_BY_GROUP = {"characteristic", "group"}
"""Columns that tell a file of groups from a panel."""

_MOST_FILES = 2

_FIGURES = ("numerator", "denominator", "value")


def read_panel_sent(upload: Upload, store: Store) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Read a panel from an upload, as it may be kept.

    Raises
    ------
    UploadError
        There is not one file, or it is not a table.
    PanelRefusedError
        It cannot be evaluated; every fault is listed.
    """
    if len(upload.files) > _MOST_FILES or upload.authority is not None:
        raise UploadError(expected=_EXPECTED)
    tables = [
        read_table_sent(name, upload.files[name], store, table_from_file, expected=_EXPECTED)
        for name in sorted(upload.files)
    ]
    # A file is known by its columns, not by its name.
    panels = [table for table in tables if not set(table.columns) >= _BY_GROUP]
    groups = [table for table in tables if set(table.columns) >= _BY_GROUP]
    if len(panels) != 1:
        raise UploadError(expected=_EXPECTED)
    return kept_panel(panels[0], groups=groups[0] if groups else None)


def kept_panel(
    table: pd.DataFrame, *, groups: pd.DataFrame | None = None, found: Findings | None = None
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Give a panel as it is kept, and what is said of it as a whole.

    Parameters
    ----------
    table : DataFrame
        A `PANEL` table as it was given.
    groups : DataFrame, optional
        A `GROUP_OUTCOMES` table that stands beside it.
    found : Findings, optional
        What was found while it was made.

    Raises
    ------
    PanelRefusedError
        It cannot be evaluated; every fault is listed.
    """
    panel = _as_written(table, PANEL)
    by_group = None if groups is None or groups.empty else _as_written(groups, GROUP_OUTCOMES)
    try:
        cells, faults = read_panel_frame(panel, name=PANEL_NAME)
    except PanelAtFaultError as error:
        raise PanelRefusedError(error.faults) from error
    findings = (found or Findings.none()) + cells.findings
    if by_group is not None:
        try:
            beside = read_groups(by_group, name=GROUPS_NAME, cut_off=None, calendar=cells.calendar)
            findings += beside.findings
        except PanelAtFaultError as error:
            faults = [*faults, *(f"groups, {fault}" for fault in error.faults)]
    if faults:
        raise PanelRefusedError(faults)
    tables = {
        ROWS: panel,
        "findings": as_stored(findings.frame),
        **({} if by_group is None else {GROUPS: by_group}),
    }
    rows = {"rows": len(panel), "rows_of_groups": 0 if by_group is None else len(by_group)}
    counts = {"findings": len(findings), "summary": records(findings.summary())}
    return tables, {**rows, **_facts_of(cells), **counts}


def counted_panel(
    returns: FiledReturns, asked: PanelRequest, *, homes: pd.DataFrame | None
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Count a panel from returns, as it may be kept.

    Parameters
    ----------
    returns : FiledReturns
        Of a dataset.
    asked : PanelRequest
        How often, and when the figures became known.
    homes : DataFrame or None
        A register, for what homes cost.
    """
    counted = panel_from_journeys(
        pipeline.link(returns), every=asked.every, uasc=returns.tables.get("uasc"), homes=homes
    )
    known = {} if asked.released is None else {"release_date": asked.released.isoformat()}
    return kept_panel(
        counted.frame.assign(**known),
        groups=counted.groups.assign(**known),
        found=counted.findings,
    )


def panel_shown(page: pd.DataFrame) -> pd.DataFrame:
    """Give figures of rows as numbers where they are; symbols of withheld counts stay."""
    changed = {}
    for name in [each for each in _FIGURES if each in page.columns]:
        number = pd.to_numeric(page[name], errors="coerce").astype(float)
        blank = page[name].str.strip() == ""
        text = page[name].astype(object).where(~blank, None)
        changed[name] = text.where(number.isna(), number.astype(object))
    return page.assign(**changed)


def _as_written(table: pd.DataFrame, declared: Table) -> pd.DataFrame:
    """Keep the columns that are declared, as text: no other text of the file is wanted."""
    kept = [name for name in declared.names if name in table.columns]
    try:
        texts = {name: table[name].astype("str").where(table[name].notna(), "") for name in kept}
    except ValueError as error:
        raise UnreadableInputError(path="file", expected=_EXPECTED) from error
    return pd.DataFrame(texts, index=table.index)


def _facts_of(cells: Cells) -> dict[str, Any]:
    frame, calendar = cells.frame, cells.calendar
    return {
        "outcomes": sorted(str(name) for name in frame["outcome"].unique()),
        "units": int(frame["la_code"].nunique()),
        "regions": sorted({str(name) for name in frame["region"].unique()} - {""}),
        "periods": [calendar.name(int(each)) for each in sorted(frame["period"].unique())],
    }
