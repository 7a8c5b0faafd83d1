"""A plan as files: all of them, or none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.results.placement import PlacementPlan
from rcc_forecast.tables.inert import inert


def write_plan(plan: PlacementPlan, out: Path, *, scenario_text: str | None = None) -> None:
    """Write the plan into a folder.

    Parameters
    ----------
    plan : PlacementPlan
    out : Path
        Made where absent. Every file appears under its name only once all are
        written.
    scenario_text : str, optional
        The scenario file as the user wrote it, kept as ``scenario.toml``.
    """
    texts = {
        "plan.csv": _csv(plan.plan),
        "groups.csv": _csv(plan.groups),
        "prices.csv": _csv(plan.prices),
        "shortages.csv": _csv(plan.shortages),
        "findings.csv": _csv(plan.findings.frame),
        "alternatives.csv": _csv(plan.alternatives),
        "equity.csv": _csv(plan.equity),
        "rules.csv": _csv(plan.rules),
        "summary.json": _json(plan.summary),
        "certificate.json": _json(plan.certificate),
        "scenario.json": _json(plan.scenario),
    }
    if plan.overrides is not None:
        texts["overrides.csv"] = _csv(plan.overrides)
    if plan.what_if is not None:
        texts["whatif.csv"] = _csv(plan.what_if)
    if scenario_text is not None:
        texts["scenario.toml"] = scenario_text
    out.mkdir(parents=True, exist_ok=True)
    unfinished = {name: out / f".{name}.unfinished" for name in texts}
    try:
        for name, path in unfinished.items():
            path.write_text(texts[name], encoding="utf-8", newline="\n")
        for name, path in unfinished.items():
            path.replace(out / name)
    finally:
        for path in unfinished.values():
            path.unlink(missing_ok=True)


def _csv(frame: pd.DataFrame) -> str:
    return inert(frame).to_csv(index=False, lineterminator="\n")


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False, sort_keys=False) + "\n"
