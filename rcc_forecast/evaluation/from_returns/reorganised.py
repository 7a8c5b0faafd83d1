"""Authorities that were merged go on under their successor; those split stand apart.

A pure change of code was joined when the returns were linked.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from rcc_forecast.geography import REORGANISATIONS, Reorganisation, name_of
from rcc_forecast.results.findings import Findings, Severity


@dataclass(frozen=True, slots=True)
class Successions:
    """Whose children count with whose.

    Attributes
    ----------
    joined : dict of (str, int) to str
        Successor with which an authority's children of a return year count;
        empty text where the successor filed that year itself, so that they
        would count twice.
    findings : Findings
        What was joined, and what stands apart.
    """

    joined: dict[tuple[str, int], str]
    findings: Findings

    def counted_as(self, code: str, year: int) -> str:
        """Give the authority that one's children of a return year count with."""
        return self.joined.get((code, year), code)


def successions_of(filed: pd.DataFrame) -> Successions:
    """Find out which returns are those of an authority that another succeeded.

    Parameters
    ----------
    filed : DataFrame
        As in `Journeys`: ``local_authority, year``.

    Returns
    -------
    Successions
        Merged authorities count with their successor in the years in which all
        of them filed: one of two would look like a fall before the merger.
    """
    returns = set(filed[["local_authority", "year"]].itertuples(index=False, name=None))
    codes = {code for code, _ in returns}
    joined: dict[tuple[str, int], str] = {}
    found = []
    for successor, changes in _mergers().items():
        old = [change.predecessor for change in changes]
        years = {year for code, year in returns if code in old}
        if not years:
            continue
        whole = {year for year in years if all((code, year) in returns for code in old)}
        again = {year for year in years if (successor, year) in returns}
        joined |= {(code, year): successor for code in old for year in whole - again}
        joined |= {(code, year): "" for code in old for year in again}
        found.append(_merger_told(successor, old, whole - again, years - whole - again, again))
    splits = [
        change
        for change in REORGANISATIONS
        if change.kind == "split" and change.predecessor in codes
    ]
    return Successions(joined, Findings.joined([*found, *map(_split_told, splits)]))


def _mergers() -> dict[str, list[Reorganisation]]:
    found: dict[str, list[Reorganisation]] = {}
    for change in REORGANISATIONS:
        if change.kind == "merge":
            found.setdefault(change.successors[0], []).append(change)
    return found


def _merger_told(
    successor: str, old: list[str], whole: set[int], lone: set[int], again: set[int]
) -> Findings:
    names = " and ".join(name_of(code) for code in old)
    told = f"{names} became {name_of(successor)} ({successor})"
    parts = [
        (whole, "panel-merger-joined", "their children are counted with it before, too"),
        (lone, "panel-merger-apart", "not all of them filed, so that each stands apart"),
        (again, "panel-merger-twice", "it filed those years itself, so that its return counts"),
    ]
    return Findings.joined(
        Findings.one(
            rule,
            Severity.NOTED,
            found=f"{told}; returns of {min(years)} to {max(years)}",
            done=done,
            table="panel",
            column="la_code",
            rows=0,
        )
        for years, rule, done in parts
        if years
    )


def _split_told(change: Reorganisation) -> Findings:
    return Findings.one(
        "panel-split-apart",
        Severity.NOTED,
        found=f"{change.predecessor_name} ({change.predecessor}) was split in "
        f"{change.since.year} into {' and '.join(name_of(code) for code in change.successors)}",
        done="its series ends there; theirs stand apart, and no child is moved between them",
        table="panel",
        column="la_code",
        rows=0,
    )
