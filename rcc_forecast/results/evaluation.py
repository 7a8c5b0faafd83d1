"""What an evaluation found, with the specification, look and stamp it was found under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.results.findings import Findings

EXPLORATORY = "EXPLORATORY"
"""The stamp of a run whose specification was not logged before."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every file of an evaluation carries.

    Attributes
    ----------
    spec_sha256 : str
        Of the canonical specification.
    look, looks : int
        Look k of K.
    stamp : str
        `EXPLORATORY`, or ``pre-specified on`` the day of the log.
    """

    spec_sha256: str
    look: int
    looks: int
    stamp: str

    @property
    def is_exploratory(self) -> bool:
        """Whether the specification was not logged."""
        return self.stamp == EXPLORATORY

    @property
    def look_of_looks(self) -> str:
        """Say which look it is: ``2 of 4``."""
        return f"{self.look} of {self.looks}"

    def on(self, table: pd.DataFrame) -> pd.DataFrame:
        """Put hash, look and stamp behind a table's own columns."""
        return table.assign(spec_sha256=self.spec_sha256, look=self.look_of_looks, stamp=self.stamp)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that one look found.

    Attributes
    ----------
    tables : dict of str to DataFrame
        By name (`rcc_forecast.tables.evaluation`), stamped: estimates,
        event_study, weights, placebos, power, robustness, sensitivity,
        lines, paths, placebo_gaps, disparity, disparity_effects, funnel, xmr,
        calendar; milestones, process and changed where they were given. A
        table without rows has its heading.
    verdict : dict
        What ``verdict.json`` holds: the sentence, what it rests on, the stamp.
    spec : dict
        The canonical specification.
    stamp : Stamp
        Hash, look and whether it was logged.
    findings : Findings
        What is odd about the panel but stopped nothing.
    """

    tables: dict[str, pd.DataFrame]
    verdict: dict[str, Any]
    spec: dict[str, Any]
    stamp: Stamp
    findings: Findings
