"""The rules that filed rows are held against, each one small function.

A new rule is one function here with `@rule(...)`: the check, the findings page
and the table of rules in the documents pick it up. Numbers are those of the
DfE's validation rules for the SSDA903 where there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from rcc_forecast.results.findings import Severity
from rcc_forecast.returns.labels import NO_YEAR
from rcc_forecast.returns.recognise import TABLE_OF_NAME
from rcc_forecast.returns.under_check import (
    ReturnsUnderCheck,
    days,
    ends_of_return,
    younger_than,
)
from rcc_forecast.tables.contract import Kind

Mask = npt.NDArray[np.bool_]
Check = Callable[[pd.DataFrame, ReturnsUnderCheck], Mask]

EVERY_TABLE = "every"


class Effect(StrEnum):
    """What becomes of the rows that a rule finds."""

    REFUSE = "not used"
    MERGE = "merged into another row"
    NOTE = "used as filed"


class When(StrEnum):
    """When a rule runs; within a stage in the order of this file."""

    BEFORE_NUMBERING = "before children are numbered"
    BEFORE_BIRTH_DATES = "before birth dates are settled"
    AFTER_BIRTH_DATES = "after birth dates are settled"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    name : str
        As findings give it.
    table : str
        The table it looks at, or `EVERY_TABLE`.
    effect : Effect
        What becomes of the rows it finds.
    found, done : str
        What the finding says.
    column : str
        The column concerned.
    dfe : str
        Numbers of the DfE's validation rules.
    when : When
        At which stage it runs.
    check : callable
        Takes the table and all returns; says of each row whether it is at fault.
    """

    name: str
    table: str
    effect: Effect
    found: str
    done: str
    column: str
    dfe: str
    when: When
    check: Check


RULES: dict[str, Rule] = {}
"""Every rule by name, in the order in which they run within a stage."""


def rule(
    name: str,
    *,
    table: str,
    found: str,
    done: str = "Used as filed.",
    effect: Effect = Effect.NOTE,
    column: str = "",
    dfe: str = "",
    when: When = When.AFTER_BIRTH_DATES,
) -> Callable[[Check], Check]:
    """Enter a check in the register.

    Raises
    ------
    ValueError
        Two rules may not share a name.
    """

    def register(check: Check) -> Check:
        if name in RULES:
            raise ValueError(f"There is already a rule named {name!r}. Choose another name.")
        RULES[name] = Rule(name, table, effect, found, done, column, dfe, when, check)
        return check

    return register


def apply_rules(returns: ReturnsUnderCheck, when: When) -> None:
    """Run the rules of a stage, telling what they find and taking out what cannot be used."""
    for one in RULES.values():
        if one.when is not when:
            continue
        names = list(returns.frames) if one.table == EVERY_TABLE else [one.table]
        for name in names:
            if len(returns.frames[name]):
                _apply(one, returns, name)


def _apply(one: Rule, returns: ReturnsUnderCheck, table: str) -> None:
    frame = returns.frames[table]
    at_fault = one.check(frame, returns)
    if not at_fault.any():
        return
    severity = {
        Effect.REFUSE: Severity.REFUSED,
        Effect.MERGE: Severity.REPAIRED,
        Effect.NOTE: Severity.NOTED,
    }[one.effect]
    returns.note(
        one.name, severity, table, at_fault, found=one.found, done=one.done, column=one.column
    )
    if one.effect is not Effect.NOTE:
        returns.drop(table, at_fault)


def rule_table() -> pd.DataFrame:
    """Give the rules as a table, for the documents.

    Returns
    -------
    DataFrame
        Columns ``rule, table, column, dfe, found, done, rows``.
    """
    return pd.DataFrame(
        {
            "rule": [one.name for one in RULES.values()],
            "table": [one.table for one in RULES.values()],
            "column": [one.column for one in RULES.values()],
            "dfe": [one.dfe for one in RULES.values()],
            "found": [one.found for one in RULES.values()],
            "done": [one.done for one in RULES.values()],
            "rows": [one.effect.value for one in RULES.values()],
        }
    )


# Rows that cannot be used --------------------------------------------------------------------


@rule(
    "return-year-missing",
    table=EVERY_TABLE,
    effect=Effect.REFUSE,
    when=When.BEFORE_NUMBERING,
    column="YEAR",
    found="Nothing says which return the row belongs to.",
    done="The row is not used. Put the year in YEAR, the file name or the folder.",
)
def _return_year_missing(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["year"] == NO_YEAR).to_numpy()


@rule(
    "child-missing",
    table=EVERY_TABLE,
    effect=Effect.REFUSE,
    when=When.BEFORE_NUMBERING,
    column="CHILD",
    found="CHILD is blank.",
    done="The row is not used.",
)
def _child_missing(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return frame["child"].isna().to_numpy()


def _start_missing(column: str) -> Check:
    def check(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
        return frame[column].isna().to_numpy()

    return check


for _table in TABLE_OF_NAME.values():
    for _column in _table.columns:
        if _column.required and _column.kind is Kind.DATE and _column.name != "DOB":
            rule(
                f"{_column.name.lower().replace('_', '-')}-missing",
                table=_table.name,
                effect=Effect.REFUSE,
                when=When.BEFORE_BIRTH_DATES,
                column=_column.name,
                found=f"{_column.name} is blank or cannot be read.",
                done="The row is not used.",
            )(_start_missing(_column.name.lower()))


@rule(
    "dec-before-decom",
    table="episodes",
    effect=Effect.REFUSE,
    when=When.BEFORE_BIRTH_DATES,
    column="DEC",
    dfe="356",
    found="DEC lies before DECOM.",
    done="The row is not used: which of the two is wrong cannot be told.",
)
def _dec_before_decom(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["dec"] < frame["decom"]).to_numpy()


# Rows filed twice ----------------------------------------------------------------------------


@rule(
    "row-repeated",
    table=EVERY_TABLE,
    effect=Effect.MERGE,
    when=When.BEFORE_BIRTH_DATES,
    found="The row says the same as an earlier one of the same return.",
    done="One of them is kept.",
)
def _row_repeated(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    start = next((name for name in ("decom", "review", "mis_start") if name in frame), None)
    key = ["filing", "who", *([start] if start else [])]
    # Comparing numbers first leaves few rows to compare as text.
    alike = np.flatnonzero(frame.duplicated(key, keep=False))
    repeated = np.zeros(len(frame), dtype=bool)
    if len(alike):
        content = [name for name in frame.columns if name not in ("file", "row")]
        repeated[alike] = frame.iloc[alike].duplicated(content).to_numpy()
    return repeated


@rule(
    "child-repeated",
    table="header",
    effect=Effect.MERGE,
    when=When.BEFORE_BIRTH_DATES,
    column="CHILD",
    found="The child has several header rows in one return.",
    done="The last one with a birth date is kept.",
)
def _child_repeated(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return _all_but_best(frame, ["filing", "who"], frame["dob"].notna().astype(int))


@rule(
    "episode-start-repeated",
    table="episodes",
    effect=Effect.MERGE,
    when=When.BEFORE_BIRTH_DATES,
    column="DECOM",
    found="The child has several episodes with this DECOM in one return.",
    done="The one that ends last is kept, an ended one before an open one; one that ended on "
    "its first day only where it stands alone.",
)
def _episode_start_repeated(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    key = ["filing", "who", "decom"]
    if not frame.duplicated(key).any():
        return np.zeros(len(frame), dtype=bool)
    decom, dec = days(frame["decom"]), days(frame["dec"])
    length = np.where(np.isnat(dec), 0, (dec - decom).astype(np.int64))
    # A spell of no day gives way to an open one; both give way to one with a length.
    worth = np.where(np.isnat(dec), 0, np.where(length > 0, length, -1))
    return _all_but_best(frame, key, pd.Series(worth))


@rule(
    "episode-end-repeated",
    table="episodes",
    effect=Effect.MERGE,
    when=When.BEFORE_BIRTH_DATES,
    column="DEC",
    found="The child has several episodes with this DEC in one return.",
    done="The longest is kept.",
)
def _episode_end_repeated(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    key = ["filing", "who", "dec"]
    repeated = np.zeros(len(frame), dtype=bool)
    alike = np.flatnonzero(frame.duplicated(key, keep=False) & frame["dec"].notna())
    if len(alike):
        part = frame.iloc[alike].reset_index(drop=True)
        length = (days(part["dec"]) - days(part["decom"])).astype(np.int64)
        repeated[alike] = _all_but_best(part, key, pd.Series(length))
    return repeated


def _all_but_best(frame: pd.DataFrame, key: list[str], worth: pd.Series[Any]) -> Mask:
    """Mark every row of a key but the one worth most, the last among equals."""
    repeated = frame.duplicated(key, keep=False).to_numpy(copy=True)
    if not repeated.any():
        return repeated
    alike = np.flatnonzero(repeated)
    ranked = frame.iloc[alike][key].assign(worth=worth.to_numpy()[alike], at=alike)
    best = ranked.sort_values(["worth", "at"], kind="stable").drop_duplicates(key, keep="last")[
        "at"
    ]
    repeated[best.to_numpy()] = False
    return repeated


# Birth dates ---------------------------------------------------------------------------------


@rule(
    "decom-before-birth",
    table="episodes",
    effect=Effect.REFUSE,
    column="DECOM",
    found="The episode starts before the child is born.",
    done="The row is not used: correct DECOM here or DOB in the header.",
)
def _decom_before_birth(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    early: Mask = days(frame["decom"]) < returns.birth_days(frame)
    return early


@rule(
    "birth-date-differs",
    table="header",
    column="DOB",
    found="DOB differs from that of the child's newest header.",
    done="The newest header counts.",
)
def _birth_date_differs(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    differs: Mask = days(frame["dob"]) != returns.birth_days(frame)
    return differs


@rule(
    "adult-at-start",
    table="episodes",
    column="DECOM",
    found="The young person is 18 or over when the episode starts.",
    done="Outside the totals of children.",
)
def _adult_at_start(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    born = returns.birth_days(frame)
    return ~np.isnat(born) & ~younger_than(18, born, days(frame["decom"]))


# Episodes ------------------------------------------------------------------------------------


@rule(
    "header-missing",
    table="episodes",
    column="CHILD",
    found="The child has no header row in this return.",
    done="The child's header of another return counts.",
)
def _header_missing(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    header = returns.frames["header"]
    filed = pd.MultiIndex.from_frame(header[["filing", "who"]])
    return ~pd.MultiIndex.from_frame(frame[["filing", "who"]]).isin(filed)


def _next_decom(frame: pd.DataFrame) -> npt.NDArray[np.datetime64]:
    """Give the start of the child's next episode in the same return; NaT for the last."""
    ordered = frame[["filing", "who", "decom"]].sort_values(["filing", "who", "decom"])
    following = ordered.groupby(["filing", "who"], sort=False)["decom"].shift(-1)
    return days(following.reindex(frame.index))


@rule(
    "open-episode-followed",
    table="episodes",
    column="DEC",
    dfe="142",
    found="DEC is blank though another episode of the child follows.",
    done="The episode ends where the next one starts.",
)
def _open_episode_followed(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return frame["dec"].isna().to_numpy() & ~np.isnat(_next_decom(frame))


@rule(
    "episodes-overlap",
    table="episodes",
    column="DEC",
    found="The episode ends after the child's next one has started.",
    done="It ends where the next one starts.",
)
def _episodes_overlap(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return days(frame["dec"]) > _next_decom(frame)


@rule(
    "dec-or-rec-alone",
    table="episodes",
    column="REC",
    dfe="148",
    found="One of DEC and REC is given and the other is blank.",
    done="DEC decides whether the episode has ended.",
)
def _dec_or_rec_alone(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["dec"].isna() != frame["rec"].isna()).to_numpy()


@rule(
    "same-day-episode",
    table="episodes",
    column="DEC",
    dfe="355",
    found="The episode ends on the day it starts.",
    done="Kept; it covers no midnight and so counts in no total.",
)
def _same_day_episode(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["dec"] == frame["decom"]).to_numpy()


@rule(
    "dec-after-year-end",
    table="episodes",
    column="DEC",
    dfe="385",
    found="DEC lies after 31 March of the return year.",
    done="The date counts.",
)
def _dec_after_year_end(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return days(frame["dec"]) > ends_of_return(frame)


@rule(
    "decom-after-year-end",
    table="episodes",
    column="DECOM",
    found="DECOM lies after 31 March of the return year.",
    done="Kept; the episode counts from that day.",
)
def _decom_after_year_end(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return days(frame["decom"]) > ends_of_return(frame)


@rule(
    "ended-before-year",
    table="episodes",
    column="DEC",
    found="The episode had ended before the return year began.",
    done="Kept; it adds to the history.",
)
def _ended_before_year(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    first_day = (ends_of_return(frame) + 1).astype("datetime64[M]") - 12
    return days(frame["dec"]) < first_day.astype("datetime64[D]")


@rule(
    "start-in-temporary",
    table="episodes",
    column="PLACE",
    dfe="380",
    found="The child starts to be looked after in a temporary placement (T0 to T4).",
)
def _start_in_temporary(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["rne"].eq("S") & _temporary(frame)).to_numpy()


@rule(
    "end-in-temporary",
    table="episodes",
    column="PLACE",
    dfe="381",
    found="The child ceases to be looked after from a temporary placement (T0 to T4).",
)
def _end_in_temporary(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["rec"].notna() & frame["rec"].ne("X1") & _temporary(frame)).to_numpy()


def _temporary(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["place"].isin(["T0", "T1", "T2", "T3", "T4"])


@rule(
    "remand-under-10",
    table="episodes",
    column="LS",
    dfe="358",
    found="LS is J1, J2 or J3 for a child under 10, the age of criminal responsibility.",
)
def _remand_under_10(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    young = younger_than(10, returns.birth_days(frame), days(frame["decom"]))
    return young & frame["ls"].isin(["J1", "J2", "J3"]).to_numpy()


@rule(
    "supported-under-16",
    table="episodes",
    column="PLACE",
    dfe="371",
    found="PLACE is K3 (supported accommodation) for a child under 16.",
)
def _supported_under_16(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    young = younger_than(16, returns.birth_days(frame), days(frame["decom"]))
    return young & frame["place"].eq("K3").to_numpy()


@rule(
    "independent-after-regulation",
    table="episodes",
    column="PLACE",
    found="PLACE is P2 for an episode from 28 October 2023, when it became invalid.",
    done="It counts as supported accommodation.",
)
def _independent_after_regulation(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    regulated = frame["decom"] >= pd.Timestamp("2023-10-28")
    return (regulated & frame["place"].eq("P2")).to_numpy()


@rule(
    "with-parents-in-section-20",
    table="episodes",
    column="PLACE",
    dfe="378",
    found="PLACE is P1 (own parents) under LS V2 (accommodated by agreement).",
)
def _with_parents_in_section_20(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["place"].eq("P1") & frame["ls"].eq("V2")).to_numpy()


# Placements whose home need not be on Ofsted's register.
_WITHOUT_URN = (
    *("P1", "P3", "R1", "R2", "R5"),
    *("T0", "T1", "T2", "T3", "T4"),
    *("Z1", "Z11", "Z12", "Z13", "Z14"),
)


@rule(
    "urn-for-agency-alone",
    table="episodes",
    column="URN",
    found="URN is XXXXXXX, which stands for a regional adoption agency, for a placement that is "
    "neither adoption nor fostering.",
    done="The home is unknown.",
)
def _urn_for_agency_alone(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    agency = frame["urn"].str.upper().eq("XXXXXXX")
    allowed = frame["place"].str.startswith(("A", "U"), na=False)
    return (agency & ~allowed).to_numpy(dtype=bool)


@rule(
    "urn-missing",
    table="episodes",
    column="URN",
    found="URN is blank for a placement in a registered home, in a file that gives it for others.",
    done="The home is unknown.",
)
def _urn_missing(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    blank = frame["urn"].isna()
    if blank.all() or not blank.any():
        return np.zeros(len(frame), dtype=bool)
    given_in_file = frame["urn"].notna().groupby(frame["file"], observed=True).transform("any")
    needed = ~frame["place"].isin(_WITHOUT_URN) & frame["place"].notna()
    return (blank & given_in_file & needed).to_numpy()


@rule(
    "provider-for-temporary",
    table="episodes",
    column="PLACE_PROVIDER",
    found="PLACE_PROVIDER is given for a temporary or other placement (T or Z), which has none.",
)
def _provider_for_temporary(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    without = frame["place"].str.startswith(("T", "Z"), na=False)
    return (without & frame["place_provider"].notna()).to_numpy(dtype=bool)


# Header --------------------------------------------------------------------------------------


@rule(
    "upn-form",
    table="header",
    column="UPN",
    found="UPN is neither a letter with 12 characters after it nor UN1 to UN5.",
    done="Kept; it cannot link the child.",
)
def _upn_form(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    filed = frame["upn"].notna()
    form = r"(?:[A-Za-z][0-9]{11}[0-9A-Za-z]|UN[1-5])"
    return (filed & ~frame["upn"].str.fullmatch(form, na=True)).to_numpy(dtype=bool)


@rule(
    "mother-contradicted",
    table="header",
    column="MOTHER",
    found="MC_DOB is given though MOTHER is not 1, or MOTHER is 1 for a male.",
)
def _mother_contradicted(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    mother = frame["mother"].eq("1")
    return ((frame["mc_dob"].notna() & ~mother) | (mother & frame["sex"].eq("M"))).to_numpy(
        dtype=bool
    )


# Deprivation of liberty orders -----------------------------------------------------------------


@rule(
    "dolo-end-before-start",
    table="dolo",
    column="DOLO_END",
    dfe="700-710",
    found="The order ends before it starts.",
)
def _dolo_end_before_start(frame: pd.DataFrame, _: ReturnsUnderCheck) -> Mask:
    return (frame["dolo_end"] < frame["dolo_start"]).to_numpy()


@rule(
    "dolo-placement",
    table="dolo",
    column="CHILD",
    dfe="709",
    found="On the first day of the order the child has no placement in K2, Z12 or Z13.",
)
def _dolo_placement(frame: pd.DataFrame, returns: ReturnsUnderCheck) -> Mask:
    episodes = returns.frames["episodes"]
    fitting = episodes[episodes["place"].isin(["K2", "Z12", "Z13"])]
    pairs = (
        frame[["who", "dolo_start"]]
        .reset_index(names="at")
        .merge(fitting[["who", "decom", "dec"]], on="who")
    )
    covers = (pairs["decom"] <= pairs["dolo_start"]) & ~(pairs["dec"] <= pairs["dolo_start"])
    return ~frame.index.isin(pairs.loc[covers, "at"])
