"""Who the children are: the newest known facts of each, and whether ever UASC."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.children.rows import FiledRows, IntArray
from rcc_forecast.codes import UNKNOWN_AUTHORITY
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.returns import FiledReturns

_FACTS = ("dob", "sex", "ethnic", "upn")
_TYPICAL_NEED_OF_UASC = "N8"


def children_of(returns: FiledReturns, rows: FiledRows) -> tuple[pd.DataFrame, Findings]:
    """Give one row a child who has an episode.

    A fact comes from the newest header row that states it. A child is UASC who
    ever was: listed in the UASC table of any year, or with UASC_STATUS 1.

    Returns
    -------
    children : DataFrame
        ``child, local_authority, child_id, dob, sex, ethnic, upn, uasc``, in
        the order of ``child``; facts may be missing.
    findings : Findings
        Birth dates that changed, headers without an episode, UASC rows that
        fit no child or several.
    """
    header = returns.tables.get("header", pd.DataFrame())
    uasc = returns.tables.get("uasc", pd.DataFrame())
    children = rows.children
    found = []
    ever_uasc = np.zeros(len(children), dtype=bool)
    facts: dict[str, Any] = {
        name: pd.Series(pd.NaT if name == "dob" else None, children.index, dtype=kind)
        for name, kind in zip(_FACTS, ("datetime64[s]", "str", "str", "str"), strict=True)
    }
    if len(header):
        child = rows.child_numbers(header)
        found.append(_without_episodes(header, child))
        order = np.argsort(header["year"].to_numpy(), kind="stable")
        order = order[child[order] >= 0]
        for name in _FACTS:
            if name in header:
                facts[name] = _newest_stated(header[name], order, child, len(children))
        found.append(_changed_birth_dates(header, child, facts["dob"]))
        if "uasc_status" in header:
            said = child[(header["uasc_status"] == "1").to_numpy()]
            ever_uasc[said[said >= 0]] = True
    if len(uasc):
        listed, finding = _listed_as_uasc(uasc, rows)
        ever_uasc[listed] = True
        found.append(finding)
    return children.assign(**facts, uasc=ever_uasc), Findings.joined(found)


def _newest_stated(
    column: pd.Series[str], order: IntArray, child: IntArray, n_children: int
) -> pd.Series[str]:
    """Give each child's last stated value, rows taken in `order`."""
    stated = order[column.notna().to_numpy()[order]]
    newest = np.full(n_children, -1, dtype=np.int64)
    newest[child[stated]] = stated  # later rows overwrite earlier ones
    return column.reset_index(drop=True).reindex(newest).reset_index(drop=True)


def _without_episodes(header: pd.DataFrame, child: IntArray) -> Findings:
    lone = header[child < 0]
    return Findings.joined(
        Findings.one(
            "child-without-episode",
            Severity.NOTED,
            found="children who have no usable episode in any return",
            done="they count nowhere",
            table="header",
            file=str(file),
            rows=len(rows),
        )
        for file, rows in lone.groupby("file", sort=True)
    )


def _changed_birth_dates(header: pd.DataFrame, child: IntArray, newest: pd.Series[Any]) -> Findings:
    known = newest.reindex(child).to_numpy()
    filed = header["dob"].to_numpy()
    changed = (child >= 0) & ~pd.isna(filed) & (filed != known)
    return Findings.of_rows(
        "birth-date-changed",
        Severity.REPAIRED,
        header.loc[changed, ["file", "row"]],
        found="a newer return states another date of birth",
        done="the newest is used",
        table="header",
        column="DOB",
    )


def _listed_as_uasc(uasc: pd.DataFrame, rows: FiledRows) -> tuple[IntArray, Findings]:
    child = rows.child_numbers(uasc)
    lost = (child < 0) & (uasc["local_authority"] == UNKNOWN_AUTHORITY).to_numpy()
    if lost.any():
        child = np.where(lost, _found_by_identifier_alone(uasc["child"], rows), child)
    unused = uasc.loc[child < 0, ["file", "row"]]
    finding = Findings.of_rows(
        "uasc-without-child",
        Severity.REFUSED,
        unused,
        found="a UASC row that fits no child with an episode, or several children",
        done="left out",
        table="uasc",
    )
    return child[child >= 0], finding


def _found_by_identifier_alone(identifier: pd.Series[str], rows: FiledRows) -> IntArray:
    """Find children of UASC rows that name no authority, as in merged regional files.

    An identifier that several authorities use stands for the one child among
    them whose need is absent parenting (N8), as it is for nearly all UASC.
    """
    need = pd.Series(rows.text["cin"] == _TYPICAL_NEED_OF_UASC)
    typical = need.groupby(rows.spells["child"]).any().to_numpy()
    only = _the_only_child(rows.children, identifier)
    return np.where(only >= 0, only, _the_only_child(rows.children[typical], identifier))


def _the_only_child(candidates: pd.DataFrame, identifier: pd.Series[str]) -> IntArray:
    single = candidates[~candidates["child_id"].duplicated(keep=False)]
    number = pd.Series(single["child"].to_numpy(), single["child_id"]).reindex(identifier)
    return np.asarray(number.fillna(-1).to_numpy(np.int64))
