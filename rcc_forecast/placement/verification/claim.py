"""What a plan folder claims, as text and numbers, before anything of it is believed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """A plan as it was written.

    Attributes
    ----------
    plan : DataFrame
        plan.csv, every cell as text.
    summary, certificate, scenario : dict
        The JSON files.
    """

    plan: pd.DataFrame
    summary: Record
    certificate: Record
    scenario: Record


def read_claim(folder: Path) -> Claim:
    """Read a plan folder.

    Raises
    ------
    OSError, ValueError
        A file is missing or is not what its name says.
    """
    plan = pd.read_csv(folder / "plan.csv", dtype=str, keep_default_na=False)
    # A cell that a spreadsheet would run as a formula is written behind an apostrophe.
    for name in {"child_id", "home_id", "wish"} & set(plan.columns):
        plan[name] = plan[name].str.replace(r"\A'(?=[=+@\-\t\r])", "", regex=True)
    return Claim(
        plan, *(_read_json(folder, name) for name in ("summary", "certificate", "scenario"))
    )


def _read_json(folder: Path, name: str) -> Record:
    content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(f"{name}.json does not hold named values.")
    return content
