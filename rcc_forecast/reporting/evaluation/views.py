"""Tables of the report: robustness, sensitivity, and what changed since a look before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from rcc_forecast.reporting.evaluation.parts import without_blanks
from rcc_forecast.reporting.evaluation.unit import (
    NOT_MADE,
    Unit,
    figure_of,
    is_missing,
    p_of,
)
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import number

_METHODS = {
    "did": "difference in differences",
    "synthetic_did": "synthetic difference in differences",
    "synthetic_control": "synthetic control",
    "ridge_augmented": "ridge-augmented synthetic control",
    "group_time": "group-time effects",
    "region_permutation": "permutation",
    "region_permutation_t": "permutation by t",
    "donald_lang": "means (Donald and Lang)",
    "unit_placebo": "placebos",
    "conformal": "conformal",
}


def robustness_view(
    table: pd.DataFrame, *, primary: str, unit: Unit, with_p: bool, compared: str = "regions"
) -> TableView:
    """Give every row of the robustness table in its own order, those that could not run too.

    Parameters
    ----------
    table : DataFrame
        A `ROBUSTNESS` table.
    primary : str
        A row of another outcome names it and is told in its own unit.
    unit : Unit
        Of the primary outcome.
    with_p : bool
        Whether p-values are given.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    by_t = ("p-value by t",) if "p_value_t" in table.columns else ()
    p_heads = ("p-value", *by_t, "Smallest p-value attainable") if with_p else ()
    return TableView(
        caption=f"{primary} with one choice changed at a time, in {unit.of_changes}",
        head=(
            *("Choice", "Effect", "Interval", *p_heads),
            *(compared.capitalize(), "Periods", "What to know"),
        ),
        rows=tuple(
            _robustness_cells(row, primary=primary, unit=unit, with_p=with_p)
            for _, row in table.iterrows()
        ),
    )


def methods_view(
    estimates: pd.DataFrame, *, primary: str, unit: Unit, with_p: bool
) -> TableView | None:
    """Give the primary outcome's effect by every estimator and inference; None where none is made.

    Parameters
    ----------
    estimates : DataFrame
        An `ESTIMATES` table.
    primary : str
        The outcome.
    unit : Unit
        Of the outcome.
    with_p : bool
        Whether p-values are given.
    """
    rows = estimates[estimates["outcome"] == primary]
    if not rows["estimate"].notna().any():
        return None
    p_heads = ("p-value", "Smallest p-value attainable") if with_p else ()
    view = TableView(
        caption=f"{primary} by every method, in {unit.of_changes}; the first row is the primary "
        "one",
        head=("Method", "Inference", "Effect", "Interval", *p_heads, "What to know"),
        rows=tuple(
            (
                method_name(row["estimator"]),
                method_name(row["inference"]),
                unit.change(row["estimate"]),
                unit.between(row["low"], row["high"]),
                *((_attained_p(row), p_of(row["attainable_p"])) if with_p else ()),
                str(row["note"]),
            )
            for _, row in rows.iterrows()
        ),
    )
    return without_blanks(view)


def sensitivity_view(table: pd.DataFrame, *, unit: Unit) -> TableView | None:
    """Give honest intervals by how much trends may bend; None where none was made."""
    made = table[table["low"].notna() | table["high"].notna()] if len(table) else table
    if made.empty:
        return None
    return TableView(
        caption=f"The effect if trends had bent by so much a period, in {unit.of_changes}",
        head=("Largest bend a period", "Interval", "What to know"),
        rows=tuple(
            (
                _bend(row["m"], unit),
                unit.between(row["low"], row["high"]),
                str(row["note"]).capitalize(),
            )
            for _, row in made.iterrows()
        ),
    )


def sensitivity_sentence(table: pd.DataFrame, *, unit: Unit) -> str:
    """Say up to which bend the interval stays clear of zero, or why nothing was made."""
    if table.empty:
        return "No sensitivity to trends was made."
    broken = table[(table["breakdown"] == 1) & table["m"].notna()]
    if len(broken):
        bend = _bend(broken["m"].iloc[0], unit)
        if not broken["m"].iloc[0]:
            return "Zero lies in the interval even if trends had not bent at all."
        return (
            f"Zero stays outside the interval as long as the trends of pathfinders and the rest "
            f"bend apart by less than {bend} {unit.of_changes} a period."
        )
    if table["low"].notna().any():
        return "Zero stays outside the interval at every bend that was looked at."
    return f"No sensitivity to trends was made: {table['note'].iloc[0]}."


def changed_view(table: pd.DataFrame, *, primary: str, unit_of: Callable[[str], Unit]) -> TableView:
    """Set this look's estimates beside those of the look before.

    Parameters
    ----------
    table : DataFrame
        As `changed_since` gives it.
    primary : str
        The outcome whose unit the caption tells.
    unit_of : callable
        Of each outcome.
    """
    return TableView(
        caption=f"Effects of this look and of the one before; {primary} in "
        f"{unit_of(primary).of_changes}, other shares in percentage points, the rest in their "
        "own units",
        head=("Outcome", "Method", "Before", "Interval before", "Now", "Interval now", "Change"),
        rows=tuple(
            _changed_cells(row, unit_of(str(row["outcome"]))) for _, row in table.iterrows()
        ),
    )


def _robustness_cells(
    row: pd.Series[Any], *, primary: str, unit: Unit, with_p: bool
) -> tuple[str, ...]:
    own = row["outcome"] == primary
    told = unit if own else Unit(is_share=False)
    name = str(row["row"]).replace("_", " ") if own else f"{row['row']}: {row['outcome']}"
    in_own_unit = "" if own else "in the outcome’s own unit"
    notes = "; ".join(part for part in (in_own_unit, str(row["note"])) if part)
    by_t = (p_of(row["p_value_t"]),) if "p_value_t" in row.index else ()
    p_cells = (_attained_p(row), *by_t, p_of(row["attainable_p"])) if with_p else ()
    return (
        name[:1].upper() + name[1:],
        told.change(row["estimate"]),
        told.between(row["low"], row["high"]),
        *p_cells,
        NOT_MADE if is_missing(row["n_regions"]) else number(row["n_regions"]),
        str(row["periods"]).replace(" | ", "; then ") or NOT_MADE,
        notes,
    )


def _attained_p(row: pd.Series[Any]) -> str:
    return (
        "not attainable" if str(row["note"]).startswith("not attainable") else p_of(row["p_value"])
    )


def _bend(value: Any, unit: Unit) -> str:
    if is_missing(value):
        return NOT_MADE
    return figure_of(unit.scaled(float(value)), decimals=2 if unit.is_share else None)


def _changed_cells(row: pd.Series[Any], unit: Unit) -> tuple[str, ...]:
    return (
        str(row["outcome"]),
        f"{method_name(row['estimator'])}; {method_name(row['inference'])}",
        unit.change(row["estimate_before"]),
        unit.between(row["low_before"], row["high_before"]),
        unit.change(row["estimate"]),
        unit.between(row["low"], row["high"]),
        unit.change(row["change"]),
    )


def method_name(name: Any) -> str:
    """Give an estimator or a kind of inference in words."""
    return _METHODS.get(str(name), str(name))
