"""Outcomes of groups of children: read by the rules of a panel, in the regions of a panel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from rcc_forecast.evaluation.gaps.sides import COUNTS
from rcc_forecast.evaluation.panel import Cells, PanelAtFaultError, read_panel_frame
from rcc_forecast.evaluation.periods import Calendar, Moment
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.disparity import CHARACTERISTICS, GROUP_OUTCOMES

_JOIN = "\x1f"
"""Stands between outcome, characteristic and group while the panel's rules are applied."""

_NEEDED = ("la_code", "region", "period", "outcome", "characteristic", "group")

_KEY_OF_PANEL = "the same la_code, period, outcome"
_KEY_OF_GROUPS = "the same la_code, period, outcome, characteristic, group"


@dataclass(frozen=True, slots=True)
class Groups:
    """Outcomes of groups of children, as known on the cut-off.

    Attributes
    ----------
    frame : DataFrame
        One row an authority, outcome, characteristic, group and period (number of
        the calendar): ``la_code, region, outcome, characteristic, group, period,
        numerator, denominator, numerator_low, numerator_high, imputed``.
    findings : Findings
        What is odd but stops nothing.
    late : int
        Rows released after the cut-off, which are in nothing here.
    """

    frame: pd.DataFrame
    findings: Findings
    late: int


def read_groups(
    frame: pd.DataFrame, *, name: str, cut_off: Moment | None, calendar: Calendar
) -> Groups:
    """Check outcomes of groups of children by the rules of a panel.

    Parameters
    ----------
    frame : DataFrame
        A `GROUP_OUTCOMES` table, cells as text or numbers; c or x for a withheld count.
    name : str
        How messages name it.
    cut_off : Timestamp, int, str or None
        Rows with a later ``release_date`` are set aside unseen; so are rows without
        one whose period ends later.
    calendar : Calendar
        Of the panel that it stands beside: periods must have the same form.

    Raises
    ------
    PanelAtFaultError
        Columns are missing, no row is left, or rows are at fault; every fault is listed.
    """
    written = frame.reset_index(drop=True).copy()
    written.columns = [str(column).strip().casefold() for column in written.columns]
    lacking = [
        column for column in (*_NEEDED, "numerator", "denominator") if column not in written.columns
    ]
    if lacking:
        needed = ", ".join(GROUP_OUTCOMES.names)
        told = f"There is no column {', '.join(lacking)}; needed are {needed}."
        raise PanelAtFaultError(name=name, faults=[told])
    parts = [_text(written[column]) for column in ("outcome", "characteristic", "group")]
    joined = parts[0] + _JOIN + parts[1].str.casefold() + _JOIN + parts[2]
    as_panel = written.drop(columns="value", errors="ignore").assign(outcome=joined)
    cells, found = read_panel_frame(as_panel, name=name, cut_off=cut_off)
    faults = [fault.replace(_KEY_OF_PANEL, _KEY_OF_GROUPS) for fault in found]
    taken = cells.frame["outcome"].str.split(_JOIN, expand=True)
    labels = {"outcome": taken[0], "characteristic": taken[1], "group": taken[2]}
    faults += _faults_of_labels(labels, cells.calendar, calendar)
    if faults:
        raise PanelAtFaultError(name=name, faults=faults)
    kept = cells.frame.assign(**labels)
    columns = ["la_code", "region", *labels, "period", *COUNTS, "imputed"]
    usable = kept["numerator"].notna() & (kept["denominator"] > 0)
    findings = Findings.joined(_told(cells, kept, usable))
    return Groups(kept.loc[usable, columns].reset_index(drop=True), findings, cells.late)


def _told(cells: Cells, kept: pd.DataFrame, usable: pd.Series[bool]) -> Iterator[Findings]:
    """Tell what is odd about the groups; what is odd about authorities the panel tells itself."""
    for told in cells.findings.of("panel-revised")["found"]:
        yield _noted("groups-revised", told, "the newest release by the cut-off is used")
    if withheld := int(kept["imputed"].sum()):
        told, done = f"{withheld:,} counts are withheld", "taken as 3; intervals reach to 1 and 5"
        yield _noted("groups-withheld", told, done)
    if lost := int((~usable).sum()):
        yield _noted("groups-no-count", f"{lost:,} cells have no count", "left out")


def _noted(rule: str, found: str, done: str) -> Findings:
    return Findings.one(rule, Severity.NOTED, found=found, done=done, table="groups")


def _text(column: pd.Series) -> pd.Series[str]:
    return column.astype("str").where(column.notna(), "").astype("str").str.strip()


def _faults_of_labels(
    labels: dict[str, pd.Series[str]], own: Calendar, calendar: Calendar
) -> list[str]:
    empty = (column for column in ("outcome", "group") if (labels[column] == "").any())
    faults = [f"{column} is empty in rows." for column in empty]
    if not labels["characteristic"].isin(CHARACTERISTICS).all():
        faults.append(f"characteristic is not one of {', '.join(CHARACTERISTICS)} in rows.")
    if own.season != calendar.season:
        faults.append("periods are not of the form of the panel's: years, quarters or months.")
    return faults


def in_regions_of(groups: Groups, cells: Cells) -> tuple[pd.DataFrame, int]:
    """Count groups in the regions that the panel's authorities have there.

    Parameters
    ----------
    groups : Groups
        As read.
    cells : Cells
        The panel, in the regions to use.

    Returns
    -------
    frame : DataFrame
        Rows of authorities that the panel has, with its regions.
    left_out : int
        Authorities that it does not have.
    """
    home = cells.frame.drop_duplicates("la_code", keep="last").set_index("la_code")["region"]
    region = groups.frame["la_code"].map(home)
    absent = groups.frame.loc[region.isna(), "la_code"].nunique()
    return groups.frame.assign(region=region)[region.notna()], int(absent)


def cells_of_group(
    groups: Groups, cells: Cells, *, outcome: str, characteristic: str, group: str
) -> Cells | None:
    """Give one group's outcome as a panel of its own, to be compared as the whole is.

    Parameters
    ----------
    groups : Groups
        As read.
    cells : Cells
        The panel, in the regions to use.
    outcome, characteristic, group : str
        Which children, and what of them.

    Returns
    -------
    Cells or None
        None where the groups do not have it.
    """
    frame, _ = in_regions_of(groups, cells)
    own = (frame["characteristic"] == characteristic) & (frame["group"] == group)
    rows = frame[own & (frame["outcome"] == outcome)]
    if rows.empty:
        return None
    of = rows["denominator"].where(rows["denominator"] > 0)
    shares = {
        name: rows[count] / of
        for name, count in (
            ("value", "numerator"),
            ("low", "numerator_low"),
            ("high", "numerator_high"),
        )
    }
    kept = rows.assign(**shares).reset_index(drop=True)
    return Cells(kept, cells.calendar, Findings.none(), late=0)
