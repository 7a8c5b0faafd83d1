"""The DfE's published long files become one panel, without anyone editing them.

Two layouts are read: ``time_period, geographic_level, ...`` with a row a
category, and the older ``year, level, ...`` with a column a category (or a row
a measure). Rows of local authorities count; regions and England do not, since
the panel adds them up itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.errors import NothingUsableError, RccError
from rcc_forecast.geography import AUTHORITIES, region_of, resolve_authority
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.evaluation import PANEL
from rcc_forecast.tables.from_file import table_from_file

_WITHHELD = ("c", "x")
_NONE = ("-", "k")
_MOST_WITHHELD = 5
"""Counts of 1 to 5 are withheld for their own sake; larger ones only to protect those."""

_PERIOD = ("time_period", "year")
_LEVEL = ("geographic_level", "level")
_NAME = ("la_name", "area_name")
_COUNT = ("number", "children_count")
_GROUP = ("cla_group", "characteristic")
_MEMBER = ("characteristic", "breakdown", "placement_stability")
_CODE_FORM = r"E\d{8}"


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
    """

    outcome: str
    group: str
    members: tuple[str, ...]
    total: str = "total"
    columns: tuple[tuple[str, ...], ...] = ()
    among: tuple[str, ...] = ()


_ON_31_MARCH = "cla_31mar"
_TYPES = tuple(
    f"cla_{kind}" for kind in ("fost", "adopt", "parent", "ocom", "secure", "ores", "rsch", "othpl")
)
_DISTANCES = tuple(
    f"cla_{where}la_{miles}" for miles in ("lte20", "gt20", "noinfo") for where in ("in", "out")
)
_BOTH = "distance between home and placement and locality of placement"
_SECURE_OR_HOME = "secure homes and children's homes"
_SEMI_INDEPENDENT = "independent and semi-independent living arrangements/supported accommodation"

SHARES: tuple[Share, ...] = (
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
    Share("fostered", "placement", ("foster placements",), columns=(("cla_fost",),), among=_TYPES),
    Share(
        "private_provision",
        "place providers",
        ("private provision",),
        columns=(("cla_priv",),),
    ),
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
    Share(
        "new_placements_over_20_miles_and_outside",
        "location of new placements during the year",
        ("placed outside la boundary more than 20 miles from home",),
        total="total new placements",
    ),
)
"""Every share that can be taken from a published file."""

COUNTS: dict[str, str] = {
    "on_31_march": "children_looked_after",
    "started": "children_starting",
    "ceased": "children_ceasing",
}
"""Outcomes that are counts, by their ``measure`` in files with a row a measure."""


class NothingPublishedError(NothingUsableError):
    """A file has no outcome of the registry for any local authority."""

    def __init__(self, *, file: str) -> None:
        self.file = file
        known = ", ".join([share.outcome for share in SHARES] + list(COUNTS.values()))
        self.wanted, self.reason = "A panel", "a published file has no known outcome."
        RccError.__init__(
            self,
            f"{file}: no row of a local authority (geographic_level or level) has an outcome "
            f"that is known. Known: {known}.",
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
        CSV, plain or .gz, in either layout.

    Returns
    -------
    PublishedPanel
        By outcome, authority and period. Where files differ over a cell, the
        later file counts, and a finding says so. ``release_date`` is empty: the
        files do not say it.

    Raises
    ------
    UnreadableInputError
        A file is not a table.
    NothingPublishedError
        A file has no known outcome of a local authority.
    """
    parts = [_of_file(table_from_file(path), file=path.name) for path in paths]
    frame = pd.concat(parts, ignore_index=True)
    key = list(PANEL.key)
    once = frame.drop_duplicates([*key, "numerator", "denominator", "value"])
    replaced = int(once.duplicated(key, keep="last").sum())
    kept = once.drop_duplicates(key, keep="last").sort_values(
        ["outcome", "la_code", "period"], kind="stable", ignore_index=True
    )
    uncertain = int(kept["uncertain"].sum())
    findings = Findings.joined(
        [
            _told(replaced, "cells differ between files", "the file named last counts", "repeated"),
            _told(
                uncertain,
                "counts are withheld that can be above 5",
                "left empty: they are no count of 1 to 5",
                "withheld-large",
            ),
        ]
    )
    panel = kept.assign(release_date="")[PANEL.names]
    return PublishedPanel(PANEL.check(panel), findings)


def _told(number: int, found: str, done: str, rule: str) -> Findings:
    if not number:
        return Findings.none()
    return Findings.one(
        f"published-{rule}",
        Severity.NOTED,
        found=f"{number:,} {found}",
        done=done,
        table="panel",
    )


def _of_file(given: pd.DataFrame, *, file: str) -> pd.DataFrame:
    text = given.astype("str").apply(lambda cells: cells.str.strip())
    if not (set(_PERIOD) & set(text) and set(_LEVEL) & set(text)):
        raise NothingPublishedError(file=file)
    text = text[text[_first(text, _LEVEL)].str.casefold() == "local authority"]
    placed = pd.DataFrame(
        {
            "la_code": _codes(text),
            "period": text[_first(text, _PERIOD)].map(_year_ending),
        }
    )
    placed["region"] = _regions(text, placed["la_code"])
    parts = [*_long(text, placed), *_wide(text, placed), *_counts(text, placed)]
    found = [part for part in parts if len(part)]
    if not found:
        raise NothingPublishedError(file=file)
    return pd.concat(found, ignore_index=True)


def _first(text: pd.DataFrame, names: Sequence[str]) -> str:
    return next((name for name in names if name in text), "")


def _codes(text: pd.DataFrame) -> pd.Series[str]:
    """Give each row's ONS code: its own, else by DfE number or name, else as written."""
    blank = pd.Series("", index=text.index)
    name = text.get(_first(text, _NAME), blank)
    written = text.get("new_la_code", blank)
    code = written.where(written.str.fullmatch(_CODE_FORM), "")
    for other in (text.get("old_la_code", blank), name):
        found = {each: resolve_authority(each) or "" for each in other[code == ""].unique()}
        named = other.map(lambda each, found=found: found.get(each, "")).astype("str")
        code = code.where(code != "", named)
    for other in (written, name):
        code = code.where(code != "", other)
    return code


def _regions(text: pd.DataFrame, codes: pd.Series[str]) -> pd.Series[str]:
    """Give regions by the register, since files write London as one or as two."""
    known = {code: region_of(code) for code in codes.unique()}
    written = text.get("region_name", pd.Series("", index=text.index))
    region = codes.map(known)
    unknown = ~region.isin(AUTHORITIES["region"].unique())
    return region.where(~unknown | (written == ""), written)


def _year_ending(period: str) -> str:
    """Give the year of a period: 2022, or 202122 for the year to March 2022."""
    return str(int(period[:4]) + 1) if len(period) == 6 and period.isdigit() else period


def _folded(words: pd.Series[str]) -> pd.Series[str]:
    """Fold wording that changes from release to release: case, numbering, apostrophes."""
    plain = words.str.casefold().str.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'", regex=False)
    unnumbered = plain.str.replace(r"^\d+(\.[ivx]+|\.)?\s+", "", regex=True)
    return unnumbered.str.replace(r"\s*/\s*", "/", regex=True).str.replace(r"\s+", " ", regex=True)


def _long(text: pd.DataFrame, placed: pd.DataFrame) -> list[pd.DataFrame]:
    """Take the shares of a file with a row a category."""
    group, count = _first(text, _GROUP), _first(text, _COUNT)
    member = next((name for name in _MEMBER if name in text and name != group), "")
    if not (group and count and member):
        return []
    rows = placed.assign(
        group=_folded(text[group]), member=_folded(text[member]), count=text[count]
    )
    parts = []
    for share in SHARES:
        own = rows[rows["group"] == share.group]
        if not {share.total, *share.members} <= set(own["member"]):
            continue
        place = ["la_code", "region", "period"]
        cells = own.pivot_table("count", index=place, columns="member", aggfunc="last")
        others = [str(name) for name in cells if name not in (share.total, *share.members)]
        parts.append(_share(share, cells.reset_index(), share.total, share.members, others))
    return parts


def _wide(text: pd.DataFrame, placed: pd.DataFrame) -> list[pd.DataFrame]:
    """Take the shares of the older layout, a column a category."""
    if _ON_31_MARCH not in text:
        return []
    parts = []
    cells = text.assign(**placed)
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
    hidden = parts.isin(_WITHHELD)
    numbers = parts.apply(_number)
    denominator = _number(cells[total].fillna(""))
    whole = numbers.notna().all(axis=1)
    # Withheld as a whole: a hidden part, and nothing known beside it.
    alone = hidden.any(axis=1) & (hidden.sum(axis=1) == 1) & (numbers.sum(axis=1) == 0)
    alone &= (numbers.notna() | hidden).all(axis=1)
    large = alone & (_most_hidden(cells, [*members, *others], denominator) > _MOST_WITHHELD)
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
            "numerator": _as_text(numerator).where(~alone | large, symbol),
            "denominator": _as_text(denominator),
            "value": numerator / denominator.where(denominator > 0),
            "uncertain": large | (hidden.any(axis=1) & ~alone),
        }
    )


def _most_hidden(
    cells: pd.DataFrame, names: Sequence[str], denominator: pd.Series[float]
) -> pd.Series[float]:
    """Give the largest that one withheld count can be, if each other is 1 at least."""
    parts = cells[list(names)].fillna("")
    known = parts.apply(_number).sum(axis=1)
    return denominator - known - (parts.isin(_WITHHELD).sum(axis=1) - 1)


def _number(cells: pd.Series[str]) -> pd.Series[float]:
    """Read counts: none and rounded to none are 0, every other symbol is missing."""
    plain = cells.str.casefold().str.replace(",", "", regex=False)
    return pd.to_numeric(plain.where(~plain.isin(_NONE), "0"), errors="coerce").astype(float)


def _as_text(number: pd.Series[Any]) -> pd.Series[str]:
    return number.map(lambda each: "" if pd.isna(each) else f"{each:.0f}").astype("str")


def _counts(text: pd.DataFrame, placed: pd.DataFrame) -> list[pd.DataFrame]:
    """Take the counts of a file with a row a measure."""
    if not {"measure", "value"} <= set(text):
        return []
    outcome = text["measure"].str.casefold().map(COUNTS)
    counted = placed.assign(
        outcome=outcome, numerator="", denominator="", value=_number(text["value"])
    )
    return [counted.assign(uncertain=False)[outcome.notna()]]
