"""Answers become tables: figures as numbers, gaps empty, stamp last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.evaluation.estimating import Answer
from rcc_forecast.evaluation.periods import Calendar
from rcc_forecast.evaluation.stages import Design
from rcc_forecast.results.evaluation import Evaluation, Stamp
from rcc_forecast.tables.contract import Kind, Table

_COMPARED = ("outcome", "estimator", "inference")
_FIGURES = ("estimate", "low", "high", "p_value")


def figures_row(answer: Answer, design: Design | None, calendar: Calendar) -> pd.DataFrame:
    """Give an answer as one row of figures.

    Parameters
    ----------
    answer : Answer
        Of one estimator and inference.
    design : Design or None
        What it was made from; None where it could not be.
    calendar : Calendar
        Of the periods.
    """
    effect = answer.effect
    notes = [effect.note, *(design.notes if design is not None else ())]
    compared = design is not None and design.has_begun
    return pd.DataFrame(
        {
            "estimator": [answer.estimator],
            "estimand": "att",
            "estimate": effect.estimate,
            "low": effect.low,
            "high": effect.high,
            "p_value": effect.p_value,
            "inference": answer.inference,
            "attainable_p": answer.attainable_p,
            "n_regions": len(design.grid.names) if design is not None else pd.NA,
            "n_units": int(design.grid.members.sum()) if design is not None else pd.NA,
            "periods": design.periods_text(calendar) if compared and design is not None else "",
            "note": "; ".join(note for note in notes if note),
            "standard_error": effect.standard_error,
        }
    )


def stamped(table: pd.DataFrame, declared: Table, stamp: Stamp) -> pd.DataFrame:
    """Give a table its declared columns in their order, with hash, look and stamp last.

    Parameters
    ----------
    table : DataFrame
        Columns that are not there are empty.
    declared : Table
        Of `rcc_forecast.tables.evaluation`.
    stamp : Stamp
        Of this look.
    """
    if not len(table):
        return empty_table(declared)
    whole = stamp.on(table)
    columns = {
        column.name: _typed(
            whole[column.name] if column.name in whole.columns else None, column.kind, whole.index
        )
        for column in declared.columns
    }
    return declared.check(pd.DataFrame(columns).reset_index(drop=True))


def _typed(given: pd.Series[Any] | None, kind: Kind, index: pd.Index) -> pd.Series[Any]:
    if kind is Kind.NUMBER:
        return pd.Series(np.nan if given is None else given, index=index, dtype=float)
    if kind in (Kind.INTEGER, Kind.FLAG):
        return pd.Series(pd.NA if given is None else given, index=index).astype("Int64")
    text = pd.Series("", index=index) if given is None else given
    return text.fillna("").astype("str")


def empty_table(declared: Table) -> pd.DataFrame:
    """Give a table without rows: its heading alone."""
    return pd.DataFrame({name: pd.Series(dtype="str") for name in declared.names})


def changed_since(before: pd.DataFrame, evaluation: Evaluation) -> pd.DataFrame:
    """Set this look's estimates beside an earlier look's.

    Parameters
    ----------
    before : DataFrame
        ``estimates.csv`` of the earlier look.
    evaluation : Evaluation
        This one.

    Returns
    -------
    DataFrame
        One row an outcome, estimator and inference of either; figures of the
        earlier look end in ``_before``; stamped.
    """
    keys = list(_COMPARED)
    now = evaluation.tables["estimates"][[*keys, *_FIGURES]]
    kept = [name for name in (*keys, *_FIGURES, "look", "spec_sha256") if name in before.columns]
    old = (
        before[kept]
        .drop_duplicates(keys)
        .rename(columns={name: f"{name}_before" for name in kept if name not in keys})
    )
    both = now.merge(old, on=keys, how="outer", sort=False)
    both["change"] = both["estimate"] - both["estimate_before"]
    return evaluation.stamp.on(both)
