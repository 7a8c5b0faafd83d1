"""Shares of children in the DfE's tables, with a row or with a column a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from rcc_forecast.evaluation.from_releases.cells import (
    PublishedFile,
    as_text,
    count_cells,
    first_of,
    number,
    placed,
)
from rcc_forecast.evaluation.panel import WITHHELD, WITHHELD_HIGH

_PERIOD = ("time_period", "year")
_LEVEL = ("geographic_level", "level")
_COUNT = ("number", "children_count")
_GROUP = ("cla_group", "characteristic")
_MEMBER = ("characteristic", "breakdown", "placement_stability")


@dataclass(frozen=True, slots=True)
class Share:
    """An outcome that is a share of children, as the files word it.

    Attributes
    ----------
    outcome : str
        Its name in the panel.
    group : str
        Category that its rows stand under, folded as `_folded` does.
    members : tuple of str
        Rows of the numerator, folded; they are added up.
    total : str
        Row of the denominator, folded.
    columns : tuple of tuple of str
        The numerator in the older layout: columns to add up; the first set
        that a row has is used.
    among : tuple of str
        Columns of the older layout that add up to all children, with those of
        the numerator: they show what a withheld count can be.
    beside : str
        Category that the same file must have: tables of children who started,
        who ceased and who are looked after word some categories alike.
    """

    outcome: str
    group: str
    members: tuple[str, ...]
    total: str = "total"
    columns: tuple[tuple[str, ...], ...] = ()
    among: tuple[str, ...] = ()
    beside: str = ""


_ON_31_MARCH = "cla_31mar"
_TYPES = tuple(
    f"cla_{kind}" for kind in ("fost", "adopt", "parent", "ocom", "secure", "ores", "rsch", "othpl")
)
_DISTANCES = tuple(
    f"cla_{where}la_{miles}" for miles in ("lte20", "gt20", "noinfo") for where in ("in", "out")
)
_AGES = tuple(f"cla_{ages}" for ages in ("u1", "1to4", "5to9", "10to15", "16over"))
_BOTH = "distance between home and placement and locality of placement"
_SECURE_OR_HOME = "secure homes and children's homes"
_SEMI_INDEPENDENT = "independent and semi-independent living arrangements/supported accommodation"
_AGE, _STARTING, _CEASING = "age group", "age on starting", "age on ceasing"
_NEED, _UASC, _CEASED = (
    "category of need",
    "unaccompanied asylum-seeking children",
    "reason episode ceased",
)
_HOME = "returned home to live with parents or other person with parental responsibility which was"
_CHANGES = "reason for placement change during the year"
_NEW = "location of new placements during the year"
_FAR_AND_OUTSIDE = "placed outside la boundary more than 20 miles from home"
_NEAR_AND_OUTSIDE = "placed outside la boundary less than 20 miles from home"
_ON_THE_DAY = (
    Share(
        "over_20_miles",
        "distance between home and placement",
        ("placed more than 20 miles from home",),
        columns=(("cla_inla_gt20", "cla_outla_gt20"),),
        among=_DISTANCES,
    ),
    Share(
        "over_20_miles_and_outside",
        _BOTH,
        ("placed outside the la boundary, more than 20 miles from home",),
        columns=(("cla_outla_gt20",),),
        among=_DISTANCES,
    ),
    Share(
        "out_of_area",
        "locality of placement",
        ("placed outside the local authority boundary",),
        columns=(("cla_outbound",), ("cla_outla_lte20", "cla_outla_gt20", "cla_outla_noinfo")),
        among=_DISTANCES,
    ),
    Share("residential", "placement", (_SECURE_OR_HOME,)),
    # Semi-independent homes stood with children's homes until 2019: only the two
    # together can be followed across the change.
    Share(
        "residential_or_semi_independent",
        "placement",
        (_SECURE_OR_HOME, _SEMI_INDEPENDENT),
        columns=(("cla_secure", "cla_ocom"),),
        among=_TYPES,
    ),
    Share("semi_independent", "placement", (_SEMI_INDEPENDENT,)),
    Share("fostered", "placement", ("foster placements",), columns=(("cla_fost",),), among=_TYPES),
    Share(
        "private_provision",
        "place providers",
        ("private provision",),
        columns=(("cla_priv",),),
    ),
    Share(
        "own_provision",
        "place providers",
        ("own provision (by the la)",),
        columns=(("cla_ownp",),),
    ),
    Share(
        "voluntary_provision",
        "place providers",
        ("voluntary/third sector provision",),
        columns=(("cla_vol",),),
    ),
    Share("aged_10_to_15", _AGE, ("10 to 15 years",), columns=(("cla_10to15",),), among=_AGES),
    Share(
        "aged_16_and_over", _AGE, ("16 years and over",), columns=(("cla_16over",),), among=_AGES
    ),
    Share("unaccompanied", _UASC, ("uasc",), columns=(("cla_uasc",),)),
    Share("need_abuse_or_neglect", _NEED, ("n1. abuse or neglect",), beside=_AGE),
    Share("need_disability", _NEED, ("n2. child's disability",), beside=_AGE),
    Share(
        "three_or_more_placements",
        "cla on 31 march",
        ("with 3 or more placements during the year",),
        total="total children",
    ),
    Share(
        "same_carer_two_years",
        "children looked after continuously for at least 2.5 years on 31 march aged under 16 years",
        ("living with the same carer for at least 2 years",),
        total="total children",
    ),
)
_IN_THE_YEAR = (
    Share("starting_unaccompanied", _UASC, (_UASC,), beside=_STARTING),
    Share("starting_aged_16_and_over", _STARTING, ("16 years and over",)),
    Share("starting_abuse_or_neglect", _NEED, ("n1. abuse or neglect",), beside=_STARTING),
    Share("ceasing_adopted", _CEASED, ("adopted",)),
    Share("ceasing_special_guardianship", _CEASED, ("special guardianship order",)),
    Share(
        "ceasing_returned_home",
        _CEASED,
        (
            f"{_HOME} part of the care planning process",
            f"{_HOME} not part of the care planning process",
        ),
    ),
    Share(
        "new_placements_over_20_miles_and_outside",
        _NEW,
        (_FAR_AND_OUTSIDE,),
        total="total new placements",
    ),
    Share(
        "new_placements_out_of_area",
        _NEW,
        (_NEAR_AND_OUTSIDE, _FAR_AND_OUTSIDE),
        total="total new placements",
    ),
)
_REASONS = {
    "allegation": "allegation (s47)",
    "approval_removed": "approval removed",
    "carer_request_not_behaviour": (
        "carer requests placement end other than due to child's behaviour"
    ),
    "carer_request_behaviour": "carer requests placement ends due to child's behaviour",
    "change_of_status": "change in the status of a placement only",
    "care_plan": "change to/implementation of care plan",
    "child_request": "child requests placement to end",
    "custody": "custody arrangement",
    "other": "other",
    "closure": "resignation or closure of provision",
    "authority_request": "responsible/area authority requests placement ends",
    "standards_of_care": "standards of care concern",
}
_OF_CHANGES = tuple(
    Share(f"placement_change_{name}", _CHANGES, (words,), total="total placements changing")
    for name, words in _REASONS.items()
)

SHARES: tuple[Share, ...] = (*_ON_THE_DAY, *_IN_THE_YEAR, *_OF_CHANGES)
"""Every share that can be taken from a table of the DfE."""

_TOTALS = {_STARTING: "children_starting", _CEASING: "children_ceasing"}
"""Counts that a table of shares gives with them: all children in it."""


def children_by_category(file: PublishedFile) -> list[pd.DataFrame]:
    """Take the shares of a table of the DfE, in either layout.

    Parameters
    ----------
    file : PublishedFile
        ``time_period, geographic_level, ...`` with a row a category, or ``year,
        level, ...`` with a column a category.
    """
    text = authority_rows(file.text)
    if text is None:
        return []
    where = placed(text, text[first_of(text, _PERIOD)])
    return [*_long(text, where), *_wide(text, where)]


def authority_rows(text: pd.DataFrame) -> pd.DataFrame | None:
    """Give the rows of local authorities; None where the file does not say level and period."""
    level = first_of(text, _LEVEL)
    if not level or not first_of(text, _PERIOD):
        return None
    return text[text[level].str.casefold() == "local authority"]


def _folded(words: pd.Series[str]) -> pd.Series[str]:
    """Fold wording that changes from release to release: case, numbering, apostrophes."""
    plain = words.str.casefold().str.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'", regex=False)
    # An age is no numbering: 10 to 15 years, 16 years and over.
    unnumbered = plain.str.replace(r"^\d+(\.[ivx]+|\.)?\s+(?!to \d|years?\b)", "", regex=True)
    return unnumbered.str.replace(r"\s*/\s*", "/", regex=True).str.replace(r"\s+", " ", regex=True)


def _long(text: pd.DataFrame, where: pd.DataFrame) -> list[pd.DataFrame]:
    """Take the shares of a file with a row a category."""
    group, count = first_of(text, _GROUP), first_of(text, _COUNT)
    member = next((name for name in _MEMBER if name in text and name != group), "")
    if not (group and count and member):
        return []
    rows = where.assign(group=_folded(text[group]), member=_folded(text[member]), count=text[count])
    by_group = dict(iter(rows.groupby("group", sort=False)))
    parts = []
    for share in SHARES:
        own = by_group.get(share.group)
        if own is None or (share.beside and share.beside not in by_group):
            continue
        if not {share.total, *share.members} <= set(own["member"]):
            continue
        cells = _pivoted(own)
        others = [str(name) for name in cells if name not in (share.total, *share.members, *_PLACE)]
        parts.append(_share(share, cells, share.total, share.members, others))
    for category, outcome in _TOTALS.items():
        if category in by_group:
            total = _pivoted(by_group[category])
            value = number(total["total"].fillna(""))
            parts.append(count_cells(total[list(_PLACE)], outcome, value))
    return parts


_PLACE = ("la_code", "region", "period")


def _pivoted(rows: pd.DataFrame) -> pd.DataFrame:
    """Give a row an authority and period, with a column a category."""
    cells = rows.pivot_table("count", index=list(_PLACE), columns="member", aggfunc="last")
    return cells.reset_index()


def _wide(text: pd.DataFrame, where: pd.DataFrame) -> list[pd.DataFrame]:
    """Take the shares of the older layout, a column a category."""
    if _ON_31_MARCH not in text:
        return []
    parts = []
    cells = text.assign(**where)
    for share in SHARES:
        left = cells
        for columns in share.columns:
            if not set(columns) <= set(cells):
                continue
            has = (left[list(columns)] != "").all(axis=1)
            whole = set(columns) <= set(share.among) <= set(cells)
            others = [name for name in share.among if name not in columns] if whole else []
            parts.append(_share(share, left[has], _ON_31_MARCH, columns, others))
            left = left[~has]
    return parts


def _share(
    share: Share, cells: pd.DataFrame, total: str, members: Sequence[str], others: Sequence[str]
) -> pd.DataFrame:
    """Give numerator, denominator and value; a sum with a withheld part is not made up."""
    parts = cells[list(members)].fillna("")
    hidden = parts.isin(WITHHELD)
    numbers = parts.apply(number)
    denominator = number(cells[total].fillna(""))
    whole = numbers.notna().all(axis=1)
    # Withheld as a whole: a hidden part, and nothing known beside it.
    alone = hidden.any(axis=1) & (hidden.sum(axis=1) == 1) & (numbers.sum(axis=1) == 0)
    alone &= (numbers.notna() | hidden).all(axis=1)
    # Counts of 1 to 5 are withheld for their own sake; larger ones only to protect those.
    large = alone & (_most_hidden(cells, [*members, *others], denominator) > WITHHELD_HIGH)
    if not others:
        large &= False
    symbol = parts.where(hidden, "").max(axis=1) if len(parts) else pd.Series("", cells.index)
    numerator = numbers.sum(axis=1).where(whole)
    return pd.DataFrame(
        {
            "la_code": cells["la_code"],
            "region": cells["region"],
            "period": cells["period"],
            "outcome": share.outcome,
            "numerator": as_text(numerator).where(~alone | large, symbol),
            "denominator": as_text(denominator),
            "value": numerator / denominator.where(denominator > 0),
            "uncertain": large | (hidden.any(axis=1) & ~alone),
            "rounded": False,
        }
    )


def _most_hidden(
    cells: pd.DataFrame, names: Sequence[str], denominator: pd.Series[float]
) -> pd.Series[float]:
    """Give the largest that one withheld count can be, if each other is 1 at least."""
    parts = cells[list(names)].fillna("")
    known = parts.apply(number).sum(axis=1)
    return denominator - known - (parts.isin(WITHHELD).sum(axis=1) - 1)
