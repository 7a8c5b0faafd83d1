"""What is kept of each evaluation: the very tables, verdict and report of the command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd

from api.errors import PanelRefusedError
from api.panels import GROUPS_NAME, PANEL_NAME
from api.sent_tables import as_stored
from api.specifications import without_names
from api.store import Store
from rcc_forecast.evaluation import Log, PanelAtFaultError, Spec, stamp_of
from rcc_forecast.evaluation.periods import moment_text
from rcc_forecast.evaluations import Sources, evaluation_of, plan_of_looks, write_evaluation
from rcc_forecast.results.evaluation import Evaluation

PAGE = "page"
"""Table of an evaluation's record that holds its report."""


@dataclass(frozen=True, slots=True)
class Look:
    """A specification at the state of the log when it was asked for.

    Attributes
    ----------
    spec : Spec
        What to do.
    log : Log
        Specifications that were locked by then.
    """

    spec: Spec
    log: Log

    def settings(self) -> dict[str, Any]:
        """Give what a result under it depends on, as JSON knows it."""
        stamp = stamp_of(self.spec, self.log)
        earlier = self.log.earlier_looks(self.spec)
        return {
            "spec": self.spec.canonical(),
            "look": stamp.look,
            "stamp": stamp.stamp,
            "earlier_looks": [moment_text(each) for each in earlier],
        }


def evaluated(
    panel: pd.DataFrame,
    look: Look,
    store: Store,
    *,
    groups: pd.DataFrame | None = None,
    before: pd.DataFrame | None = None,
) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """Evaluate a panel as the command does: its tables, and ``verdict.json``.

    Parameters
    ----------
    panel : DataFrame
        As it was kept.
    look : Look
        What to do, and the state of the log.
    store : Store
        In whose folder the files lie while they are made.
    groups : DataFrame, optional
        The same outcomes by group of children, as kept with the panel.
    before : DataFrame, optional
        Estimates of an earlier look.

    Returns
    -------
    tables : dict of str to DataFrame
        Every table of the command, its findings, and its report as `PAGE`.
    verdict : dict
        What ``verdict.json`` holds.

    Raises
    ------
    PanelRefusedError
        The panel cannot be evaluated under this specification.
    """
    sources = Sources(
        panel=panel, name=PANEL_NAME, groups=groups, groups_name=GROUPS_NAME, before=before
    )
    try:
        evaluation, _ = evaluation_of(sources, look.spec, look.log)
    except PanelAtFaultError as error:
        raise _refused(error, look.spec) from error
    with store.scratch() as folder:
        write_evaluation(evaluation, folder)
        verdict = json.loads((folder / "verdict.json").read_text(encoding="utf-8"))
        page = (folder / "report.html").read_text(encoding="utf-8")
    tables = {**_stamped_tables(evaluation), PAGE: pd.DataFrame({"html": [page]})}
    return tables, verdict


def planned(panel: pd.DataFrame, look: Look) -> pd.DataFrame:
    """Say what could be seen of every outcome, and when, as the command does.

    Raises
    ------
    PanelRefusedError
        The panel cannot be evaluated under this specification.
    """
    sources = Sources(panel=panel, name=PANEL_NAME)
    try:
        return as_stored(plan_of_looks(sources, look.spec, look.log).tables["power"])
    except PanelAtFaultError as error:
        raise _refused(error, look.spec) from error


def _stamped_tables(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    findings = evaluation.stamp.on(evaluation.findings.frame)
    tables = {**evaluation.tables, "findings": findings}
    return {name: as_stored(table) for name, table in tables.items()}


def _refused(error: PanelAtFaultError, spec: Spec) -> PanelRefusedError:
    named = {repr(spec.primary): "of the specification"}
    named |= {repr(each.unit): f"[[treated]] {n}" for n, each in enumerate(spec.treated, 1)}
    return PanelRefusedError(without_names(error.faults, named))
