"""Why a site is chosen or not, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.tables.homes import type_words

_NO_GAIN = 0.05


def reasons(table: pd.DataFrame, *, left: float) -> list[str]:
    """Give a sentence a site.

    Parameters
    ----------
    table : DataFrame
        The columns of `INVESTMENT` before ``reason``.
    left : float
        Pounds of the budget that are not spent.
    """
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    return [_chosen(row) if row["chosen"] else _not_chosen(row, left) for row in rows]


def _chosen(row: dict[str, Any]) -> str:
    kind = type_words(str(row["placement_type"]))
    places, them = ("1 place", "it") if row["places"] == 1 else (f"{row['places']} places", "them")
    said = (
        f"Opens {places} ({kind}) in {row['local_authority_name']}: "
        f"{row['expected_places_used']:.1f} of {them} used on average over the futures."
    )
    without = []
    if row["more_children_placed"] >= _NO_GAIN:
        without.append(f"{row['more_children_placed']:.1f} more children would have no place")
    if row["miles_saved"] >= _NO_GAIN:
        without.append(f"children placed would live {row['miles_saved']:.1f} miles further in all")
    return f"{said} Without it {' and '.join(without)}." if without else said


def _not_chosen(row: dict[str, Any], left: float) -> str:
    worth, cost = float(row["worth_points"]), float(row["cost_gbp"])
    if worth <= _NO_GAIN:
        return "Beside the sites chosen nobody would be nearer home there in any future."
    if cost > left:
        return (
            f"Not within the budget beside the sites chosen, which serve more for it; it would "
            f"gain at most {worth:.0f} points in the mean future."
        )
    return (
        f"It would gain at most {worth:.0f} points in the mean future, within the margin to which "
        f"the choice is proven."
    )
