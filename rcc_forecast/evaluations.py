"""One whole look at a panel: every room's part, in one order, for the command and the service.

The command reads files and writes a folder, the service keeps records; what
stands between is the same, and is here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
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
from rcc_forecast.evaluation.calendar import calendar_of
from rcc_forecast.evaluation.gaps.areas import disparity_of
from rcc_forecast.evaluation.gaps.charts import funnel_of, xmr_of
from rcc_forecast.evaluation.gaps.effects import disparity_effects_of
from rcc_forecast.evaluation.gaps.group_gaps import group_gaps
from rcc_forecast.evaluation.gaps.groups import Groups, cells_of_group, read_groups
from rcc_forecast.evaluation.public.small_numbers import published_figures
from rcc_forecast.evaluation.writing import changed_since, stamped
from rcc_forecast.geography import Membership, read_membership
from rcc_forecast.reporting.evaluation import render_evaluation, render_power
from rcc_forecast.results.evaluation import Evaluation, Stamp
from rcc_forecast.tables.disparity import DISPARITY, DISPARITY_EFFECTS, OTHER_THAN_UASC
from rcc_forecast.tables.evaluation_charts import FUNNEL, XMR

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
    groups : DataFrame, optional
        A `GROUP_OUTCOMES` table as it was given: the same outcomes by group of children.
    groups_name : str
        How messages name it.
    following : dict of str to DataFrame
        ``milestones`` and ``process``, where they are to stand beside the outcomes.
    before : DataFrame, optional
        ``estimates.csv`` of an earlier look, to list what changed.
    """

    panel: pd.DataFrame
    name: str = "The panel"
    groups: pd.DataFrame | None = None
    groups_name: str = "The groups"
    following: dict[str, pd.DataFrame] = field(default_factory=dict)
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
        The panel or the groups cannot be evaluated; every fault is listed.
    """
    membership = read_membership()
    cells = cells_of(sources, spec, membership)
    groups = _groups_of(sources, spec, cells)
    earlier = [
        cells_of(sources, replace(spec, cut_off=moment), membership)
        for moment in log.earlier_looks(spec)
    ]
    found = evaluate(
        cells,
        spec,
        stamp_of(spec, log),
        earlier=earlier,
        without_uasc=_without_uasc(groups, cells, spec),
        progress=progress,
    )
    progress("measuring gaps between areas and between groups")
    tables = {
        **found.tables,
        **_gaps(cells, groups, spec, found.stamp),
        "calendar": _calendar(cells, spec, log, found),
        **{name: found.stamp.on(table) for name, table in sources.following.items()},
    }
    if sources.before is not None:
        tables["changed"] = changed_since(sources.before, found)
    noted = found.findings if groups is None else found.findings + groups.findings
    return replace(found, tables=tables, findings=noted), cells


def _groups_of(sources: Sources, spec: Spec, cells: Cells) -> Groups | None:
    if sources.groups is None:
        return None
    return read_groups(
        sources.groups, name=sources.groups_name, cut_off=spec.cut_off, calendar=cells.calendar
    )


def _without_uasc(groups: Groups | None, cells: Cells, spec: Spec) -> Cells | None:
    if groups is None:
        return None
    return cells_of_group(
        groups, cells, outcome=spec.primary, characteristic="uasc", group=OTHER_THAN_UASC
    )


def _gaps(cells: Cells, groups: Groups | None, spec: Spec, stamp: Stamp) -> dict[str, pd.DataFrame]:
    gaps = [disparity_of(cells, spec)]
    gaps += [] if groups is None else [group_gaps(groups, cells, spec)]
    with_rows = [table for table in gaps if len(table)]
    disparity = pd.concat(with_rows, ignore_index=True) if with_rows else gaps[0]
    return {
        "disparity": stamped(disparity, DISPARITY, stamp),
        "disparity_effects": stamped(
            disparity_effects_of(cells, groups, spec), DISPARITY_EFFECTS, stamp
        ),
        "funnel": stamped(funnel_of(cells, spec), FUNNEL, stamp),
        "xmr": stamped(xmr_of(cells, spec), XMR, stamp),
    }


def _calendar(cells: Cells, spec: Spec, log: Log, found: Evaluation) -> pd.DataFrame:
    earlier = log.earlier_looks(spec)
    return calendar_of(cells, spec, found.stamp, earlier=earlier, power=found.tables["power"])


def plan_of_looks(
    sources: Sources, spec: Spec, log: Log, *, progress: Progress = lambda _: None
) -> Evaluation:
    """Say what could be seen of every outcome, and when; nothing is estimated.

    Parameters
    ----------
    sources, spec, log, progress
        As in `evaluation_of`.

    Returns
    -------
    Evaluation
        With ``power`` and ``calendar``.
    """
    cells = cells_of(sources, spec, read_membership())
    planned = plan_all(cells, spec, stamp_of(spec, log), progress=progress)
    calendar = _calendar(cells, spec, log, planned)
    return replace(planned, tables={**planned.tables, "calendar": calendar})


def cells_of(sources: Sources, spec: Spec, membership: Membership) -> Cells:
    """Read the panel as known on the specification's cut-off, and refuse it with every fault."""
    cells, faults = read_panel_frame(sources.panel, name=sources.name, cut_off=spec.cut_off)
    return checked(cells, faults, spec, name=sources.name, membership=membership)


def software() -> dict[str, str]:
    """Give the versions that a result depends on."""
    return {"rcc-forecast": __version__, **{name: version(name) for name in _LIBRARIES}}


def write_evaluation(evaluation: Evaluation, folder: Path, *, is_public: bool = False) -> None:
    """Write every table, the findings, ``verdict.json`` and ``report.html``.

    Parameters
    ----------
    evaluation : Evaluation
        Of one look.
    folder : Path
        An empty one.
    is_public : bool
        Whether it is a `public_edition`, as its page then says.
    """
    _write_tables(evaluation, folder)
    runs.write_table(evaluation.stamp.on(evaluation.findings.frame), folder / "findings.csv")
    versions = software()
    verdict = {**evaluation.verdict, "spec": evaluation.spec, "software": versions}
    runs.write_json(verdict, folder / "verdict.json")
    page = render_evaluation(evaluation, software=versions, is_public=is_public)
    runs.write_text(page, folder / "report.html")


def write_plan_of_looks(planned: Evaluation, folder: Path) -> None:
    """Write what could be seen, and when: tables and ``report.html``."""
    _write_tables(planned, folder)
    runs.write_text(render_power(planned, software=software()), folder / "report.html")


def public_edition(evaluation: Evaluation, cells: Cells) -> Evaluation:
    """Give an evaluation as anybody may see it: no figure of a few children.

    Parameters
    ----------
    evaluation : Evaluation
        Working figures.
    cells : Cells
        What they were made from.
    """
    unit = str(evaluation.spec["unit"])
    return replace(evaluation, tables=published_figures(evaluation.tables, cells=cells, unit=unit))


def _write_tables(evaluation: Evaluation, folder: Path) -> None:
    for name, table in evaluation.tables.items():
        runs.write_table(table, folder / f"{name}.csv")
