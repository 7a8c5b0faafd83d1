"""The folder of a sufficiency strategy: every table, the pack, and the edition for everyone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from models.suppression import UnprotectableError
from rcc_forecast import pipeline, runs
from rcc_forecast.disclosure import STRATEGY, publish
from rcc_forecast.reporting.strategy import write_public_strategy, write_strategy
from rcc_forecast.results.findings import Findings
from rcc_forecast.scenarios import Scenario
from rcc_forecast.strategy import Strategy
from rcc_forecast.what_ifs import about_run, write_kept

PUBLISHED = "published"
"""Folder of the edition for everyone; what lies beside it is for staff."""

AS_IS = "as is"

_NOT_PUBLISHED = (
    "There is no edition for everyone: {exposed} small figures could be worked out from what such "
    "an edition shows. The areas are too few or too small; publish with a wider region.\n"
)


def write_pack(
    found: Strategy,
    folder: Path,
    *,
    findings: Findings,
    scenario_text: str | None = None,
    homes_hash: str | None = None,
    as_is: Strategy | None = None,
    public: bool = True,
    synthetic: bool = False,
) -> str:
    """Write every table, the workbook, the chapter, and the published edition.

    Parameters
    ----------
    found : Strategy
        What is written.
    folder : Path
        An existing, empty folder.
    findings : Findings
        Of returns and registers.
    scenario_text : str, optional
        The scenario file as it was given.
    homes_hash : str, optional
        Of the registers that were read.
    as_is : Strategy, optional
        The same without the scenario: published beside it, since two editions
        that were not made together could be subtracted from one another.
    public : bool
        Whether to make the edition for everyone too: its search and its audit take longest.
    synthetic : bool
        Whether the data are invented; every page then says so.

    Returns
    -------
    str
        Why there is no edition for everyone; empty where there is one, or none was asked for.

    Raises
    ------
    ExposedFigureError
        The audit of the published edition found a way to a figure; nothing is written.
    """
    tables = found.tables()
    meta = _meta(found, homes_hash) | ({"synthetic": True} if synthetic else {})
    for name, table in tables.items():
        runs.write_table(table, folder / f"{name}.csv")
    runs.write_table(findings.frame, folder / "findings.csv")
    runs.write_json(meta, folder / "balance.meta.json")
    if scenario_text is not None:
        runs.write_text(scenario_text, folder / "scenario.toml")
    write_kept(folder, found.answers, about_run(found.fit, found.scenario, homes_hash=homes_hash))
    beside = {
        "backtest": found.forecast.backtest.table(),
        "findings": findings.summary(),
        "demand": pipeline.demand(found.fit.prepared),
    }
    write_strategy({**tables, **beside}, meta, folder)
    if not public:
        return ""
    try:
        _write_published(found, folder, meta=meta, as_is=as_is)
    except UnprotectableError as error:
        return _NOT_PUBLISHED.format(exposed=error.exposed)
    return ""


def _write_published(
    found: Strategy, folder: Path, *, meta: dict[str, Any], as_is: Strategy | None
) -> None:
    base, name = as_is or found, _name(found.scenario)
    demand = {"demand": pipeline.demand(found.fit.prepared)}
    published = publish(
        {**base.tables(), **demand},
        STRATEGY,
        scenarios=None if as_is is None else {name: {**found.tables(), **demand}},
    )
    beside = {"backtest": found.forecast.backtest.table(), **found.tables()}
    for edition in published.frames:
        within = folder / PUBLISHED if as_is is None else folder / PUBLISHED / edition
        within.mkdir(parents=True)
        for table_name, table in published.tables(edition).items():
            runs.write_table(table, within / f"{table_name}.csv")
        about = meta if edition == name or as_is is None else _meta(base, None)
        write_public_strategy(published, about, within, edition=edition, beside=beside)
    for table_name, table in published.record().items():
        runs.write_table(table, folder / f"{table_name}.csv")


def _meta(found: Strategy, homes_hash: str | None) -> dict[str, Any]:
    scenario = found.scenario
    return {
        **found.meta(),
        "homes_hash": homes_hash,
        "scenario": None if scenario is None else scenario.as_dict(),
    }


def _name(scenario: Scenario | None) -> str:
    return AS_IS if scenario is None else scenario.name
