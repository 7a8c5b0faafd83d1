"""Where new capacity should go, with its labels and its second opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.results.findings import Findings


@dataclass(frozen=True, slots=True)
class Investment:
    """Advice to people, never a decision.

    Attributes
    ----------
    table : DataFrame
        An `INVESTMENT` table: one row a site, chosen ones first.
    summary : dict
        Figures of the choice and how good it is proven to be; JSON-ready.
    judged : dict
        The same sites judged child by child, with standard errors; JSON-ready.
    findings : Findings
        Of reading and of weighing up.
    """

    table: pd.DataFrame
    summary: dict[str, Any]
    judged: dict[str, Any]
    findings: Findings
