"""Tables of the report: robustness, sensitivity, power, and what changed since a look before."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.reporting.evaluation.unit import (
    NO_BREAK,
    NOT_MADE,
    Unit,
    figure_of,
    is_missing,
    p_of,
)
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import day_name, number, percent

_METHODS = {
    "did": "difference in differences",
    "synthetic_did": "synthetic difference in differences",
    "synthetic_control": "synthetic control",
    "ridge_augmented": "ridge-augmented synthetic control",
    "group_time": "group-time effects",
    "region_permutation": "permutation of regions",
    "donald_lang": "region means (Donald and Lang)",
    "unit_placebo": "placebo regions",
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
    p_heads = ("p-value", "Smallest p-value attainable") if with_p else ()
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
    """Say from which bend on no change is not ruled out, or why nothing was made."""
    if table.empty:
        return "No sensitivity to trends was made."
    broken = table[(table["breakdown"] == 1) & table["m"].notna()]
    if len(broken):
        bend = _bend(broken["m"].iloc[0], unit)
        if not broken["m"].iloc[0]:
            return "The interval includes no change even if trends had stayed straight."
        return (
            f"The interval leaves no change out as long as the trends of pathfinders and the "
            f"rest bend apart by less than {bend} {unit.of_changes} a period."
        )
    if table["low"].notna().any():
        return "No bend that was looked at makes the interval include no change."
    return f"No sensitivity to trends was made: {table['note'].iloc[0]}."


def power_view(table: pd.DataFrame, *, primary: str, unit: Unit) -> TableView | None:
    """Give what could be seen by date, most regions first; None where no date could be named."""
    rows = table[(table["outcome"] == primary) & table["post_periods"].notna()]
    if rows.empty:
        return None
    return TableView(
        caption=f"Smallest effect on {primary} that would be found 80 times in 100, "
        f"in {unit.of_changes}",
        head=(
            "By",
            "Whole periods since delivery",
            "Regions left",
            "Inference",
            "Smallest effect found",
            "Chance to find half of it",
            "Half of it, when found, is overstated",
            "Then with the wrong sign",
            "What to know",
        ),
        rows=tuple(_power_cells(row, unit) for _, row in rows.iterrows()),
    )


def power_sentence(verdict: dict[str, Any], *, unit: Unit) -> str:
    """Say what can be seen by now, once delivery has begun."""
    now = verdict["detectable_effect_now"]
    if verdict["too_early"] or now is None:
        return ""
    return (
        f"With the periods there are by now, an effect of {unit.change(now)} {unit.of_changes} "
        "would be found 80 times in 100."
    )


def power_reason(table: pd.DataFrame, *, primary: str) -> str:
    """Say why no date could be named."""
    notes = list(table.loc[table["outcome"] == primary, "note"])
    return f"No date can be named: {notes[0]}." if notes else "No date can be named."


def changed_view(table: pd.DataFrame, *, primary: str, unit: Unit) -> TableView:
    """Set this look's estimates beside those of the look before."""
    return TableView(
        caption=f"Effects of this look and of the one before; {primary} in {unit.of_changes}, "
        "other outcomes in their own units",
        head=("Outcome", "Method", "Before", "Interval before", "Now", "Interval now", "Change"),
        rows=tuple(
            _changed_cells(row, unit if row["outcome"] == primary else Unit(is_share=False))
            for _, row in table.iterrows()
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
    p_cells = (_attained_p(row), p_of(row["attainable_p"])) if with_p else ()
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


def _power_cells(row: pd.Series[Any], unit: Unit) -> tuple[str, ...]:
    overstated = row["exaggeration"]
    return (
        day_name(row["date"]).replace(" ", NO_BREAK),
        number(row["post_periods"]),
        number(row["regions_left"]),
        _method(row["inference"]),
        unit.change(row["mde"]),
        _share(row["power_at_half"]),
        NOT_MADE if is_missing(overstated) else f"{number(overstated, decimals=1)} times",
        _share(row["wrong_sign"]),
        str(row["note"]).capitalize(),
    )


def _share(value: Any) -> str:
    return NOT_MADE if is_missing(value) else percent(value)


def _changed_cells(row: pd.Series[Any], unit: Unit) -> tuple[str, ...]:
    return (
        str(row["outcome"]),
        f"{_method(row['estimator'])}; {_method(row['inference'])}",
        unit.change(row["estimate_before"]),
        unit.between(row["low_before"], row["high_before"]),
        unit.change(row["estimate"]),
        unit.between(row["low"], row["high"]),
        unit.change(row["change"]),
    )


def _method(name: Any) -> str:
    return _METHODS.get(str(name), str(name))
