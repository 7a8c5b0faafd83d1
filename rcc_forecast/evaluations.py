"""One whole look at a panel: every room's part, in one order, for the command and the service.

The command reads files and writes a folder, the service keeps records; what
stands between is the same, and is here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from rcc_forecast import __version__, runs
from rcc_forecast.evaluation import (
    Cells,
    Log,
    Spec,
    checked,
    evaluate,
    plan_all,
    read_panel_frame,
    stamp_of,
)
from rcc_forecast.evaluation.disparity import disparity_of
from rcc_forecast.evaluation.writing import changed_since
from rcc_forecast.geography import Membership, read_membership
from rcc_forecast.reporting.evaluation import render_evaluation
from rcc_forecast.results.evaluation import Evaluation

_LIBRARIES = ("numpy", "scipy", "pandas")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """What an evaluation reads.

    Attributes
    ----------
    panel : DataFrame
        A `PANEL` table as it was given, checked here.
    name : str
        How messages name it.
    before : DataFrame, optional
        ``estimates.csv`` of an earlier look, to list what changed.
    """

    panel: pd.DataFrame
    name: str = "The panel"
    before: pd.DataFrame | None = None


def evaluation_of(
    sources: Sources, spec: Spec, log: Log, *, progress: Progress = lambda _: None
) -> tuple[Evaluation, Cells]:
    """Make every table of one look.

    Parameters
    ----------
    sources : Sources
        Panel, and what stands beside it.
    spec : Spec
        What to do.
    log : Log
        Of specifications locked before: it gives the stamp and the earlier looks.
    progress : callable
        Told in words what is being done.

    Returns
    -------
    evaluation : Evaluation
        With every table; ``changed`` where an earlier look was given.
    cells : Cells
        What was used of the panel.

    Raises
    ------
    PanelAtFaultError
        The panel cannot be evaluated; every fault is listed.
    """
    membership = read_membership()
    cells = cells_of(sources, spec, membership)
    earlier = [
        cells_of(sources, replace(spec, cut_off=moment), membership)
        for moment in log.earlier_looks(spec)
    ]
    found = evaluate(
        cells,
        spec,
        stamp_of(spec, log),
        earlier=earlier,
        disparity=disparity_of(cells, spec),
        progress=progress,
    )
    if sources.before is not None:
        tables = {**found.tables, "changed": changed_since(sources.before, found)}
        found = replace(found, tables=tables)
    return found, cells


def plan_of_looks(
    sources: Sources, spec: Spec, log: Log, *, progress: Progress = lambda _: None
) -> Evaluation:
    """Say what could be seen of every outcome, and when; nothing is estimated.

    Parameters
    ----------
    sources, spec, log, progress
        As in `evaluation_of`.
    """
    cells = cells_of(sources, spec, read_membership())
    return plan_all(cells, spec, stamp_of(spec, log), progress=progress)


def cells_of(sources: Sources, spec: Spec, membership: Membership) -> Cells:
    """Read the panel as known on the specification's cut-off, and refuse it with every fault."""
    cells, faults = read_panel_frame(sources.panel, name=sources.name, cut_off=spec.cut_off)
    return checked(cells, faults, spec, name=sources.name, membership=membership)


def software() -> dict[str, str]:
    """Give the versions that a result depends on."""
    return {"rcc-forecast": __version__, **{name: version(name) for name in _LIBRARIES}}


def write_evaluation(evaluation: Evaluation, folder: Path) -> None:
    """Write every table, the findings, ``verdict.json`` and ``report.html``.

    Parameters
    ----------
    evaluation : Evaluation
        Of one look.
    folder : Path
        An empty one.
    """
    for name, table in evaluation.tables.items():
        runs.write_table(table, folder / f"{name}.csv")
    runs.write_table(evaluation.stamp.on(evaluation.findings.frame), folder / "findings.csv")
    versions = software()
    verdict = {**evaluation.verdict, "spec": evaluation.spec, "software": versions}
    runs.write_json(verdict, folder / "verdict.json")
    runs.write_text(render_evaluation(evaluation, software=versions), folder / "report.html")
