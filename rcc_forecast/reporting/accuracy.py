"""How well past forecasts did, in a sentence beside every forecast and in a table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.reporting.content import HeadlineArea
from rcc_forecast.reporting.words import number, percent

NO_BACKTEST = "No backtest was made, so nothing is known about the accuracy of this forecast."

NOT_SCORED = "Past forecasts of this kind by itself were not scored."

_TABLE_HEAD = (
    "Forecaster",
    "Used",
    "Typical error",
    "sCRPS",
    "Better than “no change” by",
    "80% interval held",
    "Note",
)


def accuracy_sentence(
    backtest: pd.DataFrame | None, area: HeadlineArea, *, placement_type: str = ALL
) -> str:
    """Say how the forecaster that is handed out did in past forecasts of the same kind of figure.

    Parameters
    ----------
    backtest : DataFrame, optional
        A `BACKTEST` table.
    area : HeadlineArea
        Whose level is scored.
    placement_type : str
        One kind, or "All" for the total.
    """
    if backtest is None or backtest.empty:
        return NO_BACKTEST
    rows = _scores(backtest, area, placement_type=placement_type)
    rows = rows.loc[(rows["chosen"] == "yes") & rows["wape"].notna()]
    if rows.empty:
        return NOT_SCORED
    row = rows.iloc[0]
    compared = _compared(float(row["skill_vs_hold_flat"]))
    return (
        f"In {number(row['origins'])} past forecasts the error was "
        f"{percent(row['wape'], decimals=1)} of the children counted, and the 80% range held "
        f"{percent(row['coverage_80'])} of the outcomes. {compared} Forecaster: {row['model']}."
    )


def accuracy_table(
    backtest: pd.DataFrame | None, area: HeadlineArea
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Give heading and rows of every candidate's scores for the area's total."""
    if backtest is None or backtest.empty:
        return _TABLE_HEAD, []
    # Candidates that could not run have one row over all levels, which says why.
    left_out = (backtest["level"] == ALL) & (backtest["measure"] == "children")
    rows = _scores(backtest, area, placement_type=ALL)
    rows = pd.concat([rows, backtest.loc[left_out]])
    return _TABLE_HEAD, [_cells(row) for _, row in rows.sort_values("scrps").iterrows()]


def _scores(backtest: pd.DataFrame, area: HeadlineArea, *, placement_type: str) -> pd.DataFrame:
    detail = "total" if placement_type == ALL else "type"
    wanted = {
        "measure": "children",
        "level": f"{area.level}/{detail}",
        "placement_type": placement_type,
        "age_band": ALL,
        "horizon": ALL,
    }
    scored = pd.Series(True, index=backtest.index)
    for column, value in wanted.items():
        scored &= backtest[column].astype("str") == value
    return backtest.loc[scored]


def _cells(row: pd.Series[Any]) -> tuple[str, ...]:
    note = "" if pd.isna(row.get("note")) else str(row.get("note"))
    return (
        str(row["model"]),
        str(row["chosen"]),
        percent(row["wape"], decimals=1),
        number(row["scrps"], decimals=3),
        percent(row["skill_vs_hold_flat"]),
        percent(row["coverage_80"]),
        note,
    )


def _compared(skill: float) -> str:
    if pd.isna(skill):
        return ""
    better = "better" if skill >= 0 else "worse"
    return f"That is {percent(abs(skill))} {better} than assuming no change."
