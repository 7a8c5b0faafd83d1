"""Groups of a few children: their figures are withheld, and none follows from the others.

A group among all children is the group among pathfinders and among the rest, and
the groups of one characteristic are all children: both sums are everybody's.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.evaluation.public.withholding import WITHHELD_NOTE, Sheet, SheetCells, settled
from rcc_forecast.tables.disparity import AUTHORITIES, PATHFINDERS, THE_REST

_GROUP_CELL = ("outcome", "period", "between", "group", "among")


def without_small_groups(disparity: pd.DataFrame) -> pd.DataFrame:
    """Withhold figures of small groups of children, and what would give them away.

    Parameters
    ----------
    disparity : DataFrame
        A `DISPARITY` table; rows between authorities stay as they are.

    Returns
    -------
    DataFrame
        The same rows. A cell is one group among all, pathfinders or the rest: with
        its share go its gaps and its ratio, and with its number of children all of it.
    """
    table = disparity.reset_index(drop=True)
    of_groups = table[table["between"] != AUTHORITIES]
    if not len(of_groups):
        return table
    cells = of_groups.drop_duplicates(list(_GROUP_CELL))[[*_GROUP_CELL, "children"]]
    shares = of_groups[of_groups["measure"] == "share"].set_index(list(_GROUP_CELL))["value"]
    cells = cells.join(shares.rename("share"), on=list(_GROUP_CELL)).reset_index(drop=True)
    share, children = np.zeros((2, len(cells)), dtype=bool)
    for _, rows in cells.groupby(["period", "between"], sort=True):
        sheet = _sheet_of_groups(rows)
        withheld = settled(sheet.sheet)
        if withheld is None:
            share[rows.index], children[rows.index] = True, True
            continue
        found = sheet.withheld(withheld, len(cells))
        share, children = share | found[0], children | found[1]
    place = pd.MultiIndex.from_frame(cells[list(_GROUP_CELL)]).get_indexer(
        pd.MultiIndex.from_frame(table[list(_GROUP_CELL)])
    )
    is_group = place >= 0
    no_share = is_group & share[place] & (table["measure"] != "children").to_numpy()
    no_children = is_group & children[place]
    for figure in ("value", "low", "high"):
        table[figure] = table[figure].mask(no_share | no_children)
    table["children"] = table["children"].mask(no_children)
    table["note"] = table["note"].mask(no_share | no_children, WITHHELD_NOTE)
    return table


def _sheet_of_groups(rows: pd.DataFrame) -> SheetCells:
    """Gather one period's cells of one characteristic, over groups and over who is among.

    A share that was not made, of fewer than ten children, counts as nobody: the
    least that a sum could hide.
    """
    sheet = Sheet()
    cells = SheetCells(sheet)
    shown = sheet.decision(weight=1, keep=True)
    sized: set[tuple[int, ...]] = set()
    for _, own in rows.groupby("outcome", sort=True):
        places: dict[tuple[str, str], tuple[int, int]] = {}
        for place, group, among, number, share in zip(
            own.index, own["group"], own["among"], own["children"], own["share"], strict=True
        ):
            size = cells.denominator((group, among, number), number)
            having = 0.0 if np.isnan(share) else float(round(share * number))
            places[group, among] = cells.add(place, having=having, children=size), size
        groups, whos = ({key[side] for key in places} for side in (0, 1))
        for who in sorted(whos):
            parts = [places[group, who] for group in sorted(groups) if (group, who) in places]
            for figures in zip(*parts, strict=True):
                if figures not in sized:
                    total = sheet.figure(sheet.sum_of(figures), shown)
                    sheet.sums.append({total: 1.0, **dict.fromkeys(figures, -1.0)})
                    sized.add(figures)
        for group in sorted(groups):
            named = [places.get((group, who)) for who in (ALL, PATHFINDERS, THE_REST)]
            if None in named:
                continue
            for whole, one, other in zip(*(each for each in named if each), strict=True):
                if abs(sheet.value[whole] - sheet.value[one] - sheet.value[other]) < 0.5:
                    sheet.sums.append({whole: 1.0, one: -1.0, other: -1.0})
    return cells
