"""Regions of a few children: their series is withheld, and none follows from the others.

The public edition shows a region's share period by period and that of all
regions together; what is withheld of one must not be what the others leave over.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.panel import Cells
from rcc_forecast.evaluation.public.withholding import (
    FEWEST_CHILDREN,
    PROTECTION,
    Sheet,
    is_small,
    settled,
)


def small_regions(cells: Cells) -> set[tuple[str, str]]:
    """Give the outcomes and regions whose series has to be withheld.

    Parameters
    ----------
    cells : Cells
        The panel, in the regions used.

    Returns
    -------
    set of (outcome, region)
        Of 1 to 5 children with the outcome, or all but 1 to 5, or fewer than 10, in
        any period; and further ones, so that no number follows from those of all.
    """
    rows = cells.frame[cells.frame["numerator"].notna() & (cells.frame["denominator"] > 0)]
    counted = rows.groupby(["outcome", "region", "period"], as_index=False, sort=True)[
        ["numerator", "denominator"]
    ].sum()
    found: set[tuple[str, str]] = set()
    for outcome, own in counted.groupby("outcome", sort=True):
        withheld = _series_withheld(own)
        found |= {(str(outcome), region) for region in withheld}
    return found


def _series_withheld(own: pd.DataFrame) -> set[str]:
    """Decide on the series of regions in one outcome, all periods of a region together."""
    sheet = Sheet()
    shown = sheet.decision(weight=1, keep=True)
    rest = own["denominator"] - own["numerator"]
    is_few = is_small(own["numerator"]) | is_small(rest) | (own["denominator"] < FEWEST_CHILDREN)
    decisions = {
        str(region): sheet.decision(
            weight=float(rows["denominator"].sum()), primary=bool(is_few[rows.index].any())
        )
        for region, rows in own.groupby("region", sort=True)
    }
    # Other outcomes tell a region's number of children, unless it is itself too small.
    is_told = bool((own["denominator"] >= FEWEST_CHILDREN).all())
    for _, rows in own.groupby("period", sort=True):
        decided = [decisions[str(region)] for region in rows["region"]]
        having = [
            sheet.figure(value, decision, protection=PROTECTION)
            for value, decision in zip(rows["numerator"], decided, strict=True)
        ]
        children = [
            sheet.figure(value, shown if is_told else decision, protection=PROTECTION)
            for value, decision in zip(rows["denominator"], decided, strict=True)
        ]
        for inside, whole, decision in zip(having, children, decided, strict=True):
            without = sheet.value[whole] - sheet.value[inside]
            outside = sheet.figure(without, decision, protection=PROTECTION)
            sheet.sums.append({whole: 1.0, inside: -1.0, outside: -1.0})
        for parts in (having, children):
            whole = sheet.figure(float(sum(sheet.value[part] for part in parts)), shown)
            sheet.sums.append({whole: 1.0, **dict.fromkeys(parts, -1.0)})
    withheld = settled(sheet)
    return {region for region, place in decisions.items() if withheld is None or withheld[place]}


def without_regions(table: pd.DataFrame, small: set[tuple[str, str]]) -> pd.DataFrame:
    """Leave out the rows of regions that are withheld in an outcome.

    Parameters
    ----------
    table : DataFrame
        Of an evaluation; one without regions, or by authority, stays as it is.
    small : set of (outcome, region)
        Of `small_regions`.
    """
    column = next((each for each in ("region", "regions") if each in table.columns), "")
    if not small or not column or "outcome" not in table.columns or "la_code" in table.columns:
        return table
    named = table[column].astype("str").str.split(" + ", regex=False)
    kept = [
        all((outcome, name) not in small for name in names)
        for outcome, names in zip(table["outcome"], named, strict=True)
    ]
    return table[np.array(kept, dtype=bool)].reset_index(drop=True)
