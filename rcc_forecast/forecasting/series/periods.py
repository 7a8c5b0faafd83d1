"""Periods as they are written: 2022, 2022Q1 or 2022-03, counted from year 0."""

from __future__ import annotations

import pandas as pd

from models.forecast import IntArray

EXPECTED = {12: "months such as 2022-03", 4: "quarters such as 2022Q1", 1: "years such as 2022"}
"""The form of a period by the periods of a year, in words."""

_FORM = {12: r"^(\d{4})-(\d{2})$", 4: r"^(\d{4})Q([1-4])$", 1: r"^(\d{4})()$"}


def period_numbers(written: pd.Series[str], *, season: int) -> pd.Series[float]:
    """Give each period its number; NaN where it is not of the form."""
    parts = written.str.strip().str.extract(_FORM[season])
    within = pd.to_numeric(parts[1].replace("", "1"), errors="coerce")
    number = pd.to_numeric(parts[0], errors="coerce") * season + within - 1
    return number.where(within.between(1, season)).astype(float)


def period_names(number: IntArray, *, season: int) -> list[str]:
    """Write periods in the form in which they were read."""
    year, within = number // season, number % season + 1
    if season == 1:
        return [f"{y:04d}" for y in year]
    if season == 4:
        return [f"{y:04d}Q{q}" for y, q in zip(year, within, strict=True)]
    return [f"{y:04d}-{m:02d}" for y, m in zip(year, within, strict=True)]
