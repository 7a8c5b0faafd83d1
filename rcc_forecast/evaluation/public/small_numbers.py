"""The public edition of an evaluation: no figure of a few children, and none by subtraction.

An authority's share stands beside its number of children, and its region's
share in another table: what is withheld has to stay unknown with all of them in
hand. Cells are chosen by the engine that every published table of this project
goes through (`models.suppression`), and what it leaves is audited by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.public.small_groups import without_small_groups
from rcc_forecast.evaluation.public.small_regions import small_regions, without_regions
from rcc_forecast.evaluation.public.withholding import WITHHELD_NOTE, Sheet, SheetCells, settled
from rcc_forecast.tables.disparity import AUTHORITIES
from rcc_forecast.tables.evaluation_charts import WITHHELD

_DIGITS = 2
"""Decimals of an index over authorities of whom some are withheld: more would tell them."""

_FEWEST_FOR_INDEX = 20
"""Authorities below which such an index, however rounded, would still move with one child."""

_LIMIT_DIGITS = 3
_LIMITS = ("low_95", "high_95", "low_998", "high_998")
_ROUNDED = "rounded, since figures behind it are withheld"
_BY_AUTHORITY = ("la_code", "local_authority")
_NOT_BY_OUTCOME = ("power",)


def published_figures(
    tables: Mapping[str, pd.DataFrame], *, cells: Cells | None = None, unit: str = "region"
) -> dict[str, pd.DataFrame]:
    """Give the tables of an evaluation as anybody may see them.

    Parameters
    ----------
    tables : mapping of name to DataFrame
        Of `Evaluation.tables`: ``funnel`` and ``disparity`` are treated figure by
        figure.
    cells : Cells, optional
        The panel, in the regions used: with it, regions of a few children are
        withheld as well, with their whole series.
    unit : str
        Of the specification. Where authorities are compared, what is said among
        pathfinders is said of a few of them, and is left out.

    Returns
    -------
    dict of str to DataFrame
        The same columns. An authority's share is withheld where 1 to 5 of its
        children have the outcome or all but 1 to 5 do, and where it has fewer than
        10; further ones so that none follows from the rest; groups of children
        alike. Tables with other figures of single authorities are left out, and so
        is every row on authorities where the units of inference are authorities. An
        outcome that even its regions' figures would give away has no row but in
        ``funnel`` and ``power``.

    Notes
    -----
    Attackers are given more than the tables show: every region's and every whole's
    numbers exactly, and each authority's children wherever another outcome has the
    same number. An index over all authorities is rounded to two decimals where a
    figure behind it is withheld, and withheld itself with fewer than 20 authorities.
    Figures that the panel withholds already are public as they are.
    """
    given = {name: table.copy() for name, table in tables.items() if _may_leave(name, table)}
    if cells is not None:
        small = small_regions(cells)
        given = {name: without_regions(table, small) for name, table in given.items()}
    if unit == "authority" and "disparity" in given:
        disparity = given["disparity"]
        given["disparity"] = disparity[disparity["among"] == ALL].reset_index(drop=True)
    if len(given.get("funnel", ())):
        given = _without_small_authorities(given)
    if "disparity" in given:
        given["disparity"] = without_small_groups(given["disparity"])
    return given


def _without_small_authorities(given: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    funnel = given["funnel"]
    decided = _decided_funnel(funnel)
    kept = {
        name: _without_exposed(name, table, funnel, decided)
        for name, table in given.items()
        if name != "funnel"
    }
    if "disparity" in kept:
        kept["disparity"] = _coarse_indices(kept["disparity"], funnel, decided)
    masked = {"funnel": _masked_funnel(funnel, decided)}
    return {name: masked.get(name, kept.get(name, table)) for name, table in given.items()}


def _may_leave(name: str, table: pd.DataFrame) -> bool:
    return name == "funnel" or not any(column in table.columns for column in _BY_AUTHORITY)


@dataclass(frozen=True, slots=True)
class _Decision:
    """What is withheld of a set of cells.

    Attributes
    ----------
    share, children : ndarray of bool, shape (n_cells,)
        Shares and numbers of children that are withheld; with the latter goes all.
    exposed : frozenset of str
        Outcomes whose regions' figures would give cells away.
    gone : frozenset of str
        Those of them whose figure for all would, too.
    """

    share: np.ndarray
    children: np.ndarray
    exposed: frozenset[str] = field(default=frozenset())
    gone: frozenset[str] = field(default=frozenset())


def _decided_funnel(funnel: pd.DataFrame) -> _Decision:
    """Decide on the shares of authorities, all outcomes of a period together."""
    number = len(funnel)
    table = funnel.reset_index(drop=True)
    share, children = np.zeros((2, number), dtype=bool)
    exposed: set[str] = set()
    gone: set[str] = set()
    # What the panel withholds already is public: it is a constant in every sum.
    ours = table[table["value"].notna()]
    for _, rows in ours.groupby("period", sort=True):
        cells, regions, wholes = _sheet_of_areas(rows)
        withheld = settled(cells.sheet)
        outcomes = set(rows["outcome"])
        if withheld is None:
            of_period = table["outcome"].isin(outcomes).to_numpy()
            share, children = share | of_period, children | of_period
            exposed, gone = exposed | outcomes, gone | outcomes
            continue
        found = cells.withheld(withheld, number)
        share, children = share | found[0], children | found[1]
        exposed |= {outcome for outcome in outcomes if withheld[regions[outcome]]}
        gone |= {outcome for outcome in outcomes if withheld[wholes[outcome]]}
    lost = table["outcome"].isin(gone).to_numpy()
    return _Decision(share | lost, children | lost, frozenset(exposed | gone), frozenset(gone))


def _sheet_of_areas(rows: pd.DataFrame) -> tuple[SheetCells, dict[str, int], dict[str, int]]:
    """Gather one period's cells; give the decisions on each outcome's regions and whole."""
    sheet = Sheet()
    cells = SheetCells(sheet)
    regions, wholes = {}, {}
    every = float(rows["children"].sum())
    sizes = sheet.decision(weight=every)
    shown = sheet.decision(weight=1, keep=True)
    region_size: dict[tuple[str, tuple[int, ...]], int] = {}
    for outcome, own in rows.groupby("outcome", sort=True):
        name = str(outcome)
        regions[name] = sheet.decision(weight=float(own["children"].sum()))
        wholes[name] = sheet.decision(weight=10 * every)
        # Without the regions' numbers of children there can be no shares of theirs either.
        sheet.implied += [(sizes, regions[name]), (wholes[name], regions[name])]
        in_regions, sized = [], []
        for region, members in own.groupby("region", sort=True):
            of_members = [
                cells.denominator((str(code), number), number)
                for code, number in zip(members["la_code"], members["children"], strict=True)
            ]
            having = [
                cells.add(place, having=round(share * number), children=figure)
                for place, share, number, figure in zip(
                    members.index, members["value"], members["children"], of_members, strict=True
                )
            ]
            total = sheet.figure(sheet.sum_of(having), regions[name])
            sheet.sums.append({total: 1.0, **dict.fromkeys(having, -1.0)})
            in_regions.append(total)
            key = (str(region), tuple(of_members))
            if key not in region_size:
                region_size[key] = sheet.figure(sheet.sum_of(of_members), sizes)
                sheet.sums.append({region_size[key]: 1.0, **dict.fromkeys(of_members, -1.0)})
            sized.append(region_size[key])
        for parts, decision in ((in_regions, wholes[name]), (sized, shown)):
            whole = sheet.figure(sheet.sum_of(parts), decision)
            sheet.sums.append({whole: 1.0, **dict.fromkeys(parts, -1.0)})
    return cells, regions, wholes


def _masked_funnel(funnel: pd.DataFrame, decided: _Decision) -> pd.DataFrame:
    masked = funnel.reset_index(drop=True)
    known = masked["value"].isna().to_numpy()
    share, children = decided.share, decided.children
    masked["value"] = masked["value"].mask(share)
    masked["reading"] = masked["reading"].mask(share, WITHHELD)
    masked["note"] = masked["note"].mask(share & ~known, WITHHELD_NOTE)
    masked["children"] = masked["children"].mask(children)
    some = masked["outcome"].isin(set(masked.loc[share, "outcome"]))
    for limit in _LIMITS:
        rounded = masked[limit].round(_LIMIT_DIGITS)
        masked[limit] = masked[limit].mask(some, rounded).mask(children)
    gone = masked["outcome"].isin(decided.gone)
    masked["expected"] = masked["expected"].mask(gone)
    return masked


def _without_exposed(
    name: str, table: pd.DataFrame, funnel: pd.DataFrame, decided: _Decision
) -> pd.DataFrame:
    """Leave out rows that would show or give away figures of single authorities."""
    kept = pd.Series(data=True, index=table.index)
    if "outcome" in table.columns and name not in _NOT_BY_OUTCOME:
        kept &= ~table["outcome"].isin(decided.exposed)
    codes = set(funnel["la_code"])
    for column in ("region", "regions"):
        if column in table.columns:
            named = table[column].astype("str").str.split(" + ", regex=False)
            kept &= ~named.map(lambda names: not codes.isdisjoint(names)).astype(bool)
    return table[kept].reset_index(drop=True)


def _coarse_indices(
    disparity: pd.DataFrame, funnel: pd.DataFrame, decided: _Decision
) -> pd.DataFrame:
    """Round indices over authorities of whom some are withheld, or withhold them."""
    rows = funnel.reset_index(drop=True)[decided.share]
    some = set(zip(rows["outcome"], rows["period"], strict=True))
    at = [key in some for key in zip(disparity["outcome"], disparity["period"], strict=True)]
    table = disparity.reset_index(drop=True)
    coarse = np.array(at, dtype=bool) & (table["between"] == AUTHORITIES).to_numpy()
    coarse &= (table["measure"] != "mean").to_numpy()
    few = coarse & (table["n_units"].fillna(0) < _FEWEST_FOR_INDEX).to_numpy(dtype=bool)
    for figure in ("value", "low", "high"):
        table[figure] = table[figure].mask(coarse, table[figure].round(_DIGITS)).mask(few)
    told = np.where(few, WITHHELD_NOTE, _ROUNDED)
    noted = table["note"].where(table["note"] == "", table["note"] + "; ") + told
    table["note"] = table["note"].mask(coarse, noted)
    return table
