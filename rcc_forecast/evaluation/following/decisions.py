"""Is the regional forecast used? The share of commissioning decisions that name a run of it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.following.areas_and_quarters import (
    KEYS,
    in_order,
    in_quarters_and_groups,
    share_rows,
)
from rcc_forecast.evaluation.following.given_columns import columns_not_read
from rcc_forecast.registers.typed import Typed, as_codes, as_dates, as_numbers, as_text
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.following import DECISIONS
from rcc_forecast.tables.from_file import table_from_file

FORM_OF_A_RUN = r"[0-9a-f]{16}"
"""A run's id is the first sixteen hexadecimal digits of a SHA-256 (`rcc_forecast.runs`)."""

_NEEDED = ("rcc", "date", "kind", "forecast_run")


def read_decisions(
    path: Path, *, on: pd.Timestamp, known: Collection[str] = ()
) -> tuple[pd.DataFrame, Findings]:
    """Read commissioning decisions.

    Parameters
    ----------
    path : Path
        A table with the columns of `DECISIONS`.
    on : Timestamp
        Decisions of later days are set aside.
    known : collection of str
        Names of co-operatives; others are used as written, with a finding.

    Returns
    -------
    frame : DataFrame
        A `DECISIONS` table; ``forecast_run`` blank where none is named or what is
        named has not the form of one.
    findings : Findings
        Everything that was wrong, and what was done.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column.
    """
    given = table_from_file(path)
    if not set(_NEEDED) <= set(given.columns):
        raise UnreadableInputError(path=path.name, expected=f"columns {', '.join(DECISIONS.names)}")
    return typed_decisions(given, file=path.name, on=on, known=known)


def typed_decisions(
    given: pd.DataFrame, *, file: str, on: pd.Timestamp, known: Collection[str] = ()
) -> tuple[pd.DataFrame, Findings]:
    """Type decisions that are already a table; as `read_decisions`."""
    typed = Typed.start(given, table=DECISIONS, file=file)
    rcc = as_text(typed.raw("rcc"))
    typed.put("rcc", rcc)
    typed.refuse("decision-unnamed", rcc == "", column="rcc", found="blank")
    as_dates(typed, "date")
    date = typed.column("date")
    typed.refuse("decision-undated", date.isna(), column="date", found="no day of the decision")
    typed.refuse(
        "decision-after-the-day", date > on, column="date", found="a day after the one asked for"
    )
    as_codes(typed, "kind", default="other")
    as_numbers(typed, "places", default=None, whole=True, quiet=True)
    typed.put("places", typed.column("places").astype("Int64"))
    _runs_named(typed)
    if known:
        typed.tell(
            "cooperative-not-in-the-members",
            Severity.NOTED,
            ~rcc.isin(list(known)) & typed.usable,
            column="rcc",
            found="a co-operative that the table of members does not have",
            done="used as written",
        )
    frame, findings = typed.result()
    told = columns_not_read(given, DECISIONS, file=file) + findings
    return frame[DECISIONS.names], told


def forecast_named(decisions: pd.DataFrame) -> pd.DataFrame:
    """Give the share of decisions that name a run, by co-operative, quarter and kind.

    Parameters
    ----------
    decisions : DataFrame
        As `read_decisions` gives them.

    Returns
    -------
    DataFrame
        Rows of `PROCESS`. That a decision names a run says that someone had it at
        hand, not that it changed the decision.
    """
    rows = decisions.assign(named=(decisions["forecast_run"] != "").astype("int64"))
    spread = in_quarters_and_groups(rows, day="date", by=("kind",))
    areas = pd.concat(
        [spread.assign(level="all", area=ALL), spread.assign(level="rcc", area=spread["rcc"])],
        ignore_index=True,
    )
    grouped = areas.groupby(list(KEYS), sort=False)["named"]
    counts = grouped.agg(numerator="sum", denominator="size").reset_index()
    return in_order(share_rows(counts, "forecast_named"))


def _runs_named(typed: Typed) -> None:
    run = as_text(typed.raw("forecast_run")).str.casefold()
    is_run = run.str.fullmatch(FORM_OF_A_RUN).astype(bool)
    typed.tell(
        "run-not-of-its-form",
        Severity.REPAIRED,
        (run != "") & ~is_run & typed.usable,
        column="forecast_run",
        found="not the id of a run, which has 16 digits 0-9 and a-f",
        done="counts as naming no forecast",
    )
    typed.put("forecast_run", run.where(is_run, "").astype("str"))
