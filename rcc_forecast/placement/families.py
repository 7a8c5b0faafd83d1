"""Who belongs together: sibling groups as the plan for the children has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.placement.problem import LARGEST_GROUP, IntArray
from rcc_forecast.results.findings import Findings, Severity


@dataclass(frozen=True, slots=True)
class Families:
    """Groups of children, single children counting as groups.

    Attributes
    ----------
    group : ndarray of int, shape (n_children,)
        In the order of the table, numbered by first appearance.
    twins, apart : ndarray of int, shape (n_pairs, 2)
        Rows of the table: twins in one group; children who must not share a home.
    findings : Findings
        What had to be decided.
    """

    group: IntArray
    twins: IntArray
    apart: IntArray
    findings: Findings


def families_of(children: pd.DataFrame) -> Families:
    """Form the groups that are planned in one piece.

    Parameters
    ----------
    children : DataFrame
        A `CHILDREN_TO_PLACE` table.

    Returns
    -------
    Families

    Notes
    -----
    ``sibling_plan`` none or blank counts as together: a split is then a price
    and no ban. A child whose plan is ``apart`` is a group alone and must not
    share a home with any other of the same ``sibling_group``. Twins belong to
    one group even where only ``twin_of`` says so. More than eight children of
    one group are planned in parts as equal as can be.
    """
    n = len(children)
    lives_apart = (children["sibling_plan"] == "apart").to_numpy(bool)
    named = children["sibling_group"].to_numpy(object)
    label = np.arange(n)
    first_of: dict[str, int] = {}
    for row in np.flatnonzero((named != "") & ~lives_apart):
        label[row] = first_of.setdefault(str(named[row]), int(row))
    twins, unknown = _twin_pairs(children)
    twins = twins[~lives_apart[twins].any(axis=1)]
    joined = [(one, other) for one, other in twins.tolist() if label[one] != label[other]]
    for one, other in joined:
        low, high = sorted((label[one], label[other]))
        label[label == high] = low
    label, parted = _parts(label)
    _, group = np.unique(label, return_inverse=True)
    group = _by_first_appearance(group)
    twins = twins[group[twins[:, 0]] == group[twins[:, 1]]]
    found = [
        _found(
            children,
            unknown,
            "twin-not-listed",
            "a twin who is not in the table",
            "planned without the twin",
        ),
        _found(
            children,
            [one for one, _ in joined],
            "twin-in-another-group",
            "a twin of another sibling group, or of none",
            "planned as one group",
        ),
        _found(
            children,
            parted,
            "group-over-eight",
            f"one of more than {LARGEST_GROUP} brothers and sisters",
            "planned in parts as equal as can be",
        ),
    ]
    return Families(group, twins, _apart_pairs(named, lives_apart), Findings.joined(found))


def _twin_pairs(children: pd.DataFrame) -> tuple[IntArray, list[int]]:
    row_of = {child: row for row, child in enumerate(children["child_id"])}
    pairs, unknown = set(), []
    for row, twin in enumerate(children["twin_of"]):
        if not twin:
            continue
        other = row_of.get(twin)
        if other is None:
            unknown.append(row)
        elif other != row:
            pairs.add((min(row, other), max(row, other)))
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2), unknown


def _parts(label: IntArray) -> tuple[IntArray, list[int]]:
    parts, parted = label.copy(), []
    names, counts = np.unique(label, return_counts=True)
    for name, count in zip(names, counts, strict=True):
        if count <= LARGEST_GROUP:
            continue
        members = np.flatnonzero(label == name)
        parted += members.tolist()
        for part in np.array_split(members, -(-count // LARGEST_GROUP)):
            parts[part] = part[0]
    return parts, parted


def _by_first_appearance(group: IntArray) -> IntArray:
    _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[inverse]


def _apart_pairs(named: np.ndarray, lives_apart: np.ndarray) -> IntArray:
    pairs = []
    for row in np.flatnonzero(lives_apart & (named != "")):
        same = np.flatnonzero(named == named[row])
        pairs += [(min(row, other), max(row, other)) for other in same if other != row]
    return np.array(sorted(set(pairs)), dtype=np.int64).reshape(-1, 2)


def _found(children: pd.DataFrame, rows: list[int], rule: str, found: str, done: str) -> Findings:
    if not rows:
        return Findings.none()
    where = children.iloc[sorted(set(rows))][["file", "row"]]
    return Findings.of_rows(rule, Severity.NOTED, where, table="children", found=found, done=done)
