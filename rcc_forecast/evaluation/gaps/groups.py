"""Gaps between groups of children: who fares otherwise, in the same places and over time.

Ethnic groups, sexes and unaccompanied children live in different areas, so
that a gap over all children is partly a gap between areas: beside it stands the
gap within authorities. A gap is described here and nothing more; whether it
moved otherwise in pathfinders is the subject of `gaps.effects`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from models.control_charts import newcombe, wilson
from models.forecast import FloatArray
from models.inequality import gap_within
from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.panel import Cells, PanelAtFaultError, read_panel_frame
from rcc_forecast.evaluation.periods import Calendar, Moment
from rcc_forecast.evaluation.spec import Spec
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.disparity import (
    CHARACTERISTICS,
    GROUP_OUTCOMES,
    PATHFINDERS,
    THE_REST,
    UNKNOWN,
)

OTHER_THAN_UASC = "other"
"""Group, by `uasc`, of the children who are not unaccompanied."""

FEWEST_CHILDREN = 10
"""Children below whom a share is not given: one child more or less would move it by a tenth."""

_NORMAL = 1.959963984540054
"""Normal quantile of a 95% interval."""

_JOIN = "\x1f"
"""Stands between outcome, characteristic and group while the panel's rules are applied."""

_NEEDED = ("la_code", "region", "period", "outcome", "characteristic", "group")
_COUNTS = ("numerator", "denominator", "numerator_low", "numerator_high")

_KEY_OF_PANEL = "the same la_code, period, outcome"
_KEY_OF_GROUPS = "the same la_code, period, outcome, characteristic, group"

BoolArray = NDArray[np.bool_]


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
    columns = ["la_code", "region", *labels, "period", *_COUNTS, "imputed"]
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


@dataclass(frozen=True, slots=True)
class Sides:
    """One outcome's groups of one characteristic, set against the others, area by area.

    Attributes
    ----------
    groups : tuple of str
        Names, sorted; `UNKNOWN` last where there is any.
    numerator, denominator : ndarray, shape (n_areas, n_groups)
        Of the group; 0 where the area has no such row.
    other_numerator, other_denominator : ndarray, shape (n_areas, n_groups)
        Of all other known children of the area.
    low, high, other_low, other_high : ndarray, shape (n_areas, n_groups)
        Numerators with withheld counts at their ends.
    imputed : ndarray of bool, shape (n_areas, n_groups)
        Where the count was withheld.
    areas : tuple of str
        Codes, sorted.
    """

    groups: tuple[str, ...]
    numerator: FloatArray
    denominator: FloatArray
    other_numerator: FloatArray
    other_denominator: FloatArray
    low: FloatArray
    high: FloatArray
    other_low: FloatArray
    other_high: FloatArray
    imputed: BoolArray
    areas: tuple[str, ...] = field(default=())

    def of_areas(self, kept: BoolArray) -> Sides:
        """Give some areas alone."""
        names = tuple(area for area, keep in zip(self.areas, kept, strict=True) if keep)
        return Sides(
            self.groups,
            numerator=self.numerator[kept],
            denominator=self.denominator[kept],
            other_numerator=self.other_numerator[kept],
            other_denominator=self.other_denominator[kept],
            low=self.low[kept],
            high=self.high[kept],
            other_low=self.other_low[kept],
            other_high=self.other_high[kept],
            imputed=self.imputed[kept],
            areas=names,
        )


def sides_of(rows: pd.DataFrame) -> Sides:
    """Lay rows of one outcome, characteristic and period out, each group against the others.

    Parameters
    ----------
    rows : DataFrame
        Of `Groups.frame`.
    """
    names = sorted(set(rows["group"]), key=lambda group: (group == UNKNOWN, group))
    areas = sorted(set(rows["la_code"]))
    row, column = (
        pd.Categorical(rows[label], categories=of).codes
        for label, of in (("la_code", areas), ("group", names))
    )

    def laid_out(figure: str) -> FloatArray:
        array = np.zeros((len(areas), len(names)))
        array[row, column] = rows[figure].to_numpy(dtype=float)
        return array

    known = np.array([name != UNKNOWN for name in names])

    def others(array: FloatArray) -> FloatArray:
        return np.asarray(array[:, known].sum(axis=1, keepdims=True) - array)

    numerator, denominator, low, high = (laid_out(figure) for figure in _COUNTS)
    return Sides(
        groups=tuple(names),
        numerator=numerator,
        denominator=denominator,
        other_numerator=others(numerator),
        other_denominator=others(denominator),
        low=low,
        high=high,
        other_low=others(low),
        other_high=others(high),
        imputed=laid_out("imputed").astype(bool),
        areas=tuple(areas),
    )


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


def group_gaps(groups: Groups, cells: Cells, spec: Spec) -> pd.DataFrame:
    """Measure gaps between groups of children, among all, pathfinders and the rest.

    Parameters
    ----------
    groups : Groups
        Outcomes of groups.
    cells : Cells
        The panel beside them, for regions and the calendar.
    spec : Spec
        Whose outcomes are measured, and who is treated.

    Returns
    -------
    DataFrame
        `DISPARITY` rows without their stamp, by outcome, period, characteristic,
        group and `among`: ``share`` (Wilson), ``gap`` (the group less all other
        known children; Newcombe), ``ratio``, ``gap_within_authorities``
        (Mantel-Haenszel) and ``children``.

    Notes
    -----
    Children of one authority are placed by the same people into the same homes, so
    the first three intervals are widened for clustering by authority: each number
    of children is divided by how many times larger the variance from authorities'
    scatter is than that of independent children (never less than 1), with t on one
    degree of freedom less than authorities. Regions would be too few to measure a
    variance by, and nothing is tested here. Where authorities differ (sd 8 points,
    1,500 draws each of 10, 60 and 150 authorities), a 95% interval of the gap holds
    the truth 94-96 times in 100; not widened it would 82-90 times. A withheld count
    moves each end as far as its own ends allow.
    """
    frame, left_out = in_regions_of(groups, cells)
    frame = frame[frame["outcome"].isin(spec.outcomes)]
    treated = {each.unit for each in spec.treated}
    by = "region" if spec.unit == "region" else "la_code"
    is_pathfinder = frame[by].isin(treated)
    order = {outcome: place for place, outcome in enumerate(spec.outcomes)}
    parts = []
    for key, rows in frame.groupby(["outcome", "period", "characteristic"], sort=True):
        outcome, period, characteristic = (str(label) for label in cast("tuple[Any, ...]", key))
        whole = sides_of(rows)
        inside = set(rows.loc[is_pathfinder[rows.index], "la_code"])
        of_pathfinder = np.array([area in inside for area in whole.areas])
        for among, kept in (
            (ALL, np.ones(len(whole.areas), dtype=bool)),
            (PATHFINDERS, of_pathfinder),
            (THE_REST, ~of_pathfinder),
        ):
            found = pd.DataFrame(_rows(whole.of_areas(kept), left_out))
            parts.append(
                found.assign(
                    outcome=outcome,
                    period=cells.calendar.name(int(period)),
                    between=characteristic,
                    among=among,
                    place=order[outcome],
                )
            )
    if not parts:
        return pd.DataFrame(columns=_COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values("place", kind="stable")[_COLUMNS].reset_index(drop=True)


_COLUMNS = [
    "outcome",
    "period",
    "measure",
    "value",
    "n_units",
    "children",
    "note",
    "between",
    "group",
    "among",
    "low",
    "high",
]


def _rows(sides: Sides, left_out: int) -> Iterator[dict[str, object]]:
    """Give every measure of every group of one set of areas."""
    measured = _measures(sides)
    children = sides.denominator.sum(axis=0)
    others = sides.other_denominator.sum(axis=0)
    n_units = (sides.denominator > 0).sum(axis=0)
    imputed = sides.imputed.sum(axis=0)
    absent = f"authorities not in the panel, left out: {left_out}" if left_out else ""
    for place, group in enumerate(sides.groups):
        told = {"group": group, "n_units": int(n_units[place]), "children": children[place]}
        yield {
            **told,
            "measure": "children",
            "value": children[place],
            "note": absent,
            "low": np.nan,
            "high": np.nan,
        }
        for measure, (value, low, high, note) in measured.items():
            if group == UNKNOWN and measure != "share":
                continue
            why = _why_not(children[place], others[place], alone=measure == "share")
            shown = not why and not np.isnan(value[place])
            withheld = f"withheld counts taken as 3: {imputed[place]}" if imputed[place] else ""
            notes = [why or note[place], withheld, absent]
            yield {
                **told,
                "measure": measure,
                "value": value[place] if shown else np.nan,
                "low": low[place] if shown else np.nan,
                "high": high[place] if shown else np.nan,
                "note": "; ".join(each for each in notes if each),
            }


def _why_not(children: float, others: float, *, alone: bool) -> str:
    if children < FEWEST_CHILDREN:
        return f"fewer than {FEWEST_CHILDREN} children"
    if not alone and others < FEWEST_CHILDREN:
        return f"fewer than {FEWEST_CHILDREN} other children"
    return ""


_Measured = tuple[FloatArray, FloatArray, FloatArray, list[str]]


def _measures(sides: Sides) -> dict[str, _Measured]:
    """Give value, ends and note of each measure, one entry a group."""
    ends = [
        (sides.numerator, sides.other_numerator),
        (sides.low, sides.other_high),
        (sides.high, sides.other_low),
    ]
    one_area = (sides.denominator > 0).sum(axis=0) < 2
    plain = ["one authority: not widened for clustering" if alone else "" for alone in one_area]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = [_share(inside, sides.denominator) for inside, _ in ends]
        gaps = [_gap(inside, other, sides) for inside, other in ends]
        ratios = [_ratio(inside, other, sides) for inside, other in ends]
    within = [
        gap_within(inside, sides.denominator, other, sides.other_denominator)
        for inside, other in ends
    ]
    strata = [f"{count} authorities have both" for count in within[0].strata]
    no_ratio = [
        "nobody on one side has the outcome" if np.isnan(each) else note
        for each, note in zip(ratios[0][0], plain, strict=True)
    ]
    inside = [(each.value, each.low, each.high) for each in within]
    return {
        "share": (*_reaching(shares), plain),
        "gap": (*_reaching(gaps), plain),
        "ratio": (*_reaching(ratios), no_ratio),
        "gap_within_authorities": (*_reaching(inside), strata),
    }


_Interval = tuple[FloatArray, FloatArray, FloatArray]


def _reaching(ends: list[_Interval]) -> _Interval:
    """Stretch an interval as far as withheld counts at either end move the figure."""
    value, low, high = ends[0]
    down, up = ends[1][0] - value, ends[2][0] - value
    return value, np.fmin(low, low + down), np.fmax(high, high + up)


def _share(numerator: FloatArray, denominator: FloatArray) -> _Interval:
    total, children = numerator.sum(axis=0), denominator.sum(axis=0)
    share = total / children
    scatter = _scatter((numerator - share * denominator) / children, denominator > 0)
    effective = children / _times_wider(scatter, share * (1 - share) / children)
    return share, *wilson(share * effective, effective)


def _gap(numerator: FloatArray, other: FloatArray, sides: Sides) -> _Interval:
    children, others = sides.denominator.sum(axis=0), sides.other_denominator.sum(axis=0)
    share, theirs = numerator.sum(axis=0) / children, other.sum(axis=0) / others
    residual = (numerator - share * sides.denominator) / children
    residual = residual - (other - theirs * sides.other_denominator) / others
    chance = share * (1 - share) / children + theirs * (1 - theirs) / others
    present = (sides.denominator > 0) | (sides.other_denominator > 0)
    wider = _times_wider(_scatter(residual, present), chance)
    inside, outside = children / wider, others / wider
    return share - theirs, *newcombe(share * inside, inside, theirs * outside, outside)


def _ratio(numerator: FloatArray, other: FloatArray, sides: Sides) -> _Interval:
    """Give the ratio of shares, with an interval on the log scale."""
    children, others = sides.denominator.sum(axis=0), sides.other_denominator.sum(axis=0)
    having, they_have = numerator.sum(axis=0), other.sum(axis=0)
    share, theirs = having / children, they_have / others
    residual = (numerator - share * sides.denominator) / having
    residual = residual - (other - theirs * sides.other_denominator) / they_have
    present = (sides.denominator > 0) | (sides.other_denominator > 0)
    chance = (1 - share) / having + (1 - theirs) / they_have
    variance = np.maximum(_scatter(residual, present), chance)
    ratio = np.where((having > 0) & (they_have > 0), share / theirs, np.nan)
    factor = np.exp(_NORMAL * np.sqrt(variance))
    return ratio, ratio / factor, ratio * factor


def _scatter(residual: FloatArray, present: BoolArray) -> FloatArray:
    """Give the variance from authorities' scatter, on the normal scale; 0 with one alone."""
    number = present.sum(axis=0)
    many = np.maximum(number, 2)
    inflated = (student.ppf(0.975, many - 1) / _NORMAL) ** 2
    total = (np.where(present, residual, 0.0) ** 2).sum(axis=0)
    return np.where(number > 1, inflated * total * many / (many - 1), 0.0)


def _times_wider(scatter: FloatArray, chance: FloatArray) -> FloatArray:
    return np.where(chance > 0, np.maximum(scatter / chance, 1.0), 1.0)
