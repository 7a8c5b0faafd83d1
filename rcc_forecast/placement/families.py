"""Who belongs together: sibling groups as the plan for the children has them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from models.placement.problem import LARGEST_GROUP, BoolArray, IntArray
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
    lives_apart = (children["sibling_plan"] == "apart").to_numpy(bool)
    named = children["sibling_group"]
    label = _labels(named, lives_apart)
    twins, unknown = _twin_pairs(children)
    twins = twins[~lives_apart[twins].any(axis=1)]
    joined = twins[label[twins[:, 0]] != label[twins[:, 1]]]
    label, parted = _parts(_with_twins(label, joined))
    group = _by_first_appearance(label)
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
            joined[:, 0],
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


def _labels(named: pd.Series, lives_apart: BoolArray) -> IntArray:
    """Label each child by the first row of its group; who lives apart has a label alone."""
    label = np.arange(len(named))
    rows = label[(named != "").to_numpy(bool) & ~lives_apart]
    _, first, inverse = np.unique(
        pd.factorize(named.iloc[rows])[0], return_index=True, return_inverse=True
    )
    label[rows] = rows[first][inverse]
    return label


def _twin_pairs(children: pd.DataFrame) -> tuple[IntArray, IntArray]:
    says = np.flatnonzero((children["twin_of"] != "").to_numpy(bool))
    row_of = pd.Index(children["child_id"])
    other = row_of.get_indexer(pd.Index(children["twin_of"].iloc[says]))
    pairs = np.sort(np.column_stack([says, other])[(other >= 0) & (other != says)], axis=1)
    return np.unique(pairs, axis=0).astype(np.int64).reshape(-1, 2), says[other < 0]


def _with_twins(label: IntArray, joined: IntArray) -> IntArray:
    """Make one group of the groups that twins tie together, under the lowest label."""
    if not joined.size:
        return label
    one, other = label[joined].T
    ties = coo_array((np.ones(one.size), (one, other)), shape=(label.size, label.size))
    _, component = connected_components(ties, directed=False)
    _, lowest = np.unique(component, return_index=True)
    return np.asarray(lowest[component[label]], dtype=np.int64)


def _parts(label: IntArray) -> tuple[IntArray, IntArray]:
    """Part groups that are too large to be planned in one piece, as evenly as can be."""
    order = np.argsort(label, kind="stable")
    _, begin, count = np.unique(label[order], return_index=True, return_counts=True)
    large = np.flatnonzero(count > LARGEST_GROUP)
    if not large.size:
        return label, np.zeros(0, dtype=np.int64)
    parts, parted = label.copy(), []
    for name in large:
        members = order[begin[name] : begin[name] + count[name]]
        parted.append(members)
        for part in np.array_split(members, -(-members.size // LARGEST_GROUP)):
            parts[part] = part[0]
    return parts, np.concatenate(parted)


def _by_first_appearance(label: IntArray) -> IntArray:
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank[inverse]


def _apart_pairs(named: pd.Series, lives_apart: BoolArray) -> IntArray:
    rows = pd.DataFrame({"name": named.to_numpy(), "row": np.arange(len(named))})
    rows = rows[rows["name"] != ""]
    pairs = rows[lives_apart[rows["row"]]].merge(rows, on="name", suffixes=("", "_other"))
    both = np.sort(pairs[["row", "row_other"]].to_numpy(np.int64), axis=1)
    both = both[both[:, 0] != both[:, 1]]
    return np.unique(both, axis=0).reshape(-1, 2)


def _found(children: pd.DataFrame, rows: IntArray, rule: str, found: str, done: str) -> Findings:
    if not rows.size:
        return Findings.none()
    where = children.iloc[np.unique(rows)][["file", "row"]]
    return Findings.of_rows(rule, Severity.NOTED, where, table="children", found=found, done=done)
