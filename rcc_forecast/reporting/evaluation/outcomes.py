"""The further outcomes: one table, a row an outcome, and the lines of their regions.

They are a family: with enough outcomes one of them moves by chance, so that
what is said of each goes by the p-value adjusted for their number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from rcc_forecast.reporting.evaluation.lines import LOOKS, delivery_mark, pathfinders_and_rest
from rcc_forecast.reporting.evaluation.parts import Multiples, Panel, without_blanks
from rcc_forecast.reporting.evaluation.plot import ROOM_OF_SMALL, SMALL, plot_of, whole_run
from rcc_forecast.reporting.evaluation.unit import NOT_MADE, Unit, is_missing, p_of
from rcc_forecast.reporting.figure import QUIET, joined
from rcc_forecast.reporting.sections import TableView
from rcc_forecast.reporting.words import number

UnitOf = Callable[[str], Unit]
"""Gives the unit of an outcome."""

_ADJUSTED = {"p_adjusted": "Adjusted (Holm)", "p_romano_wolf": "Adjusted (Romano-Wolf)"}

_DECIDING = ("p_romano_wolf", "p_adjusted")
"""One of them decides, the first that was made: either keeps the chance of a false finding to its
level, and the smaller of the two would not."""


def further_view(
    estimates: pd.DataFrame,
    outcomes: list[str],
    *,
    unit_of: UnitOf,
    level: float | None,
    has_begun: bool,
) -> TableView:
    """Give the primary estimator's row of every further outcome.

    Parameters
    ----------
    estimates : DataFrame
        An `ESTIMATES` table.
    outcomes : list of str
        Without the primary one.
    unit_of : callable
        Of each outcome.
    level : float or None
        Largest adjusted p-value that counts as a finding; None where neither
        p-values nor findings are given.
    has_begun : bool
        Whether any pathfinder has a whole period since delivery.
    """
    adjusted = [name for name in _ADJUSTED if _is_made(estimates, name)] if level else []
    p_heads = ("p-value", *(_ADJUSTED[name] for name in adjusted), "Smallest p-value attainable")
    rows = []
    for outcome in outcomes:
        row = _row_of(estimates, outcome)
        if row is None:
            continue
        unit = unit_of(outcome)
        p_cells = (p_of(row["p_value"]), *(p_of(row[name]) for name in adjusted))
        rows.append(
            (
                f"{outcome}, in {unit.of_changes if unit.is_share else 'its own unit'}",
                unit.change(row["estimate"]),
                unit.between(row["low"], row["high"]),
                *((*p_cells, p_of(row["attainable_p"])) if level else ()),
                *((_said(row, adjusted, level, has_begun=has_begun),) if level else ()),
                NOT_MADE if is_missing(row["n_regions"]) else number(row["n_regions"]),
                str(row["note"]),
            )
        )
    view = TableView(
        caption="Difference in differences of every further outcome",
        head=(
            *("Outcome", "Effect", "Interval"),
            *((*p_heads, "What can be said") if level else ()),
            *("Compared", "What to know"),
        ),
        rows=tuple(rows),
    )
    return without_blanks(view)


def further_lines(
    lines: pd.DataFrame, outcomes: list[str], *, unit_of: UnitOf, compared: str
) -> Multiples | None:
    """Draw the lines of every further outcome, one small drawing each; None without any.

    Parameters
    ----------
    lines : DataFrame
        A `LINES` table.
    outcomes : list of str
        Without the primary one.
    unit_of : callable
        Of each outcome.
    compared : str
        What is compared, regions or authorities, in the plural.
    """
    panels, rows, head = [], [], ["Outcome, period"]
    tables = []
    for outcome in outcomes:
        own = lines[lines["outcome"] == outcome]
        if own["value"].notna().any():
            periods = whole_run(own["period"])
            pathfinders, others = pathfinders_and_rest(own, periods)
            panels.append(_panel(outcome, own, pathfinders, others, unit_of(outcome)))
            tables.append((outcome, pd.concat([pathfinders, others], axis=1)))
            head += [name for name in tables[-1][1].columns if name not in head]
    for outcome, table in tables:
        unit = unit_of(outcome)
        rows += [
            (f"{outcome}, {period}", *(unit.level(values.get(name)) for name in head[1:]))
            for period, values in zip(table.index, table.to_dict("records"), strict=True)
        ]
    if not panels:
        return None
    return Multiples(
        slug="further",
        title="Lines of the further outcomes",
        description=f"Thick lines are pathfinders, thin lines the other {compared}. Every drawing "
        "has a scale of its own, and none begins at zero.",
        panels=tuple(panels),
        head=tuple(head),
        rows=tuple(rows),
    )


def _row_of(estimates: pd.DataFrame, outcome: str) -> pd.Series[Any] | None:
    """Give the row by permutation, or that by region means where it alone has an interval."""
    own = estimates[(estimates["outcome"] == outcome) & (estimates["estimator"] == "did")]
    rows = {str(row["inference"]): row for _, row in own.iterrows()}
    by_permutation, by_means = rows.get("region_permutation"), rows.get("donald_lang")
    if by_permutation is None:
        return by_means
    if by_means is not None and is_missing(by_permutation["low"]):
        told = "interval and p-value from means (Donald and Lang)"
        if not is_missing(by_means["low"]):
            note = "; ".join(part for part in (told, str(by_means["note"])) if part)
            return by_means.where(by_means.index != "note", note)
    return by_permutation


def _said(row: pd.Series[Any], adjusted: list[str], level: float, *, has_begun: bool) -> str:
    if not has_begun:
        return "too early"
    deciding = next((name for name in _DECIDING if _has(row, name, adjusted)), None)
    if is_missing(row["estimate"]) or deciding is None:
        return "cannot tell"
    if row[deciding] <= level:
        return "found a rise" if row["estimate"] > 0 else "found a fall"
    return "cannot tell"


def _has(row: pd.Series[Any], name: str, adjusted: list[str]) -> bool:
    return name in adjusted and not is_missing(row[name])


def _is_made(estimates: pd.DataFrame, name: str) -> bool:
    return name in estimates.columns and bool(estimates[name].notna().any())


def _panel(
    outcome: str,
    rows: pd.DataFrame,
    pathfinders: pd.DataFrame,
    others: pd.DataFrame,
    unit: Unit,
) -> Panel:
    periods = list(pathfinders.index)
    drawn = [*pathfinders.to_numpy().ravel(), *others.to_numpy().ravel()]
    plot = plot_of(periods, [unit.scaled(float(v)) for v in drawn], right=ROOM_OF_SMALL, size=SMALL)
    parts = [plot.frame(unit.of_levels)]
    parts += [
        plot.through([unit.scaled(float(v)) for v in others[name]], stroke=QUIET, width=0.8)
        for name in others
    ]
    parts += [
        plot.through(
            [unit.scaled(float(v)) for v in pathfinders[name]],
            stroke=stroke,
            width=2.6,
            dash=dash,
        )
        for name, (stroke, dash) in zip(pathfinders, LOOKS, strict=False)
    ]
    after = set(rows.loc[rows["phase"] == "after", "period"])
    if after:
        parts.append(delivery_mark(plot, periods.index(min(after)), is_named=False))
    ends = pathfinders.dropna(how="all")
    told = (
        f"Pathfinders’ mean {unit.level(ends.iloc[0].mean())} in {ends.index[0]}, "
        f"{unit.level(ends.iloc[-1].mean())} in {ends.index[-1]}; the rest "
        f"{unit.level(others.loc[ends.index[0]].mean())} and "
        f"{unit.level(others.loc[ends.index[-1]].mean())}."
        if len(ends)
        else "The pathfinders have no figure of it."
    )
    return Panel(outcome, told, joined(parts), plot.width, plot.height)
