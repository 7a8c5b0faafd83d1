"""From referral to placement: how many days, with searches that still go on counted as such.

Leaving out who still waits would make the newest quarter look fastest. Where a
search was given up, the child was not placed by it: it counts as never placed in
the shares, and as followed up to then in the days.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from models.waiting import Interval, Waits, quantile_of, share_within, waits_of
from rcc_forecast.codes import ALL
from rcc_forecast.errors import UnreadableInputError
from rcc_forecast.evaluation.following.areas_and_quarters import (
    FEWEST,
    KEYS,
    NOT_SAID,
    TOO_FEW,
    in_areas,
    in_order,
    in_quarters_and_groups,
    share_rows,
)
from rcc_forecast.evaluation.following.given_columns import columns_not_read
from rcc_forecast.geography import resolve_authority, successor_of
from rcc_forecast.registers.typed import Typed, as_codes, as_dates, as_numbers, as_text
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.tables.following import REFERRALS
from rcc_forecast.tables.from_file import table_from_file

DAYS_TOLD = (2, 7, 28)
"""Days within which shares placed are told."""

QUANTILES = {"median_days_to_placement": 0.5, "p80_days_to_placement": 0.8}
"""Days by which so large a share was placed."""

EMERGENCY = "today"
"""Needed the same day, in the words of the Placements Data Standard."""

_NEEDED = ("local_authority", "referred", "placed")
_NEVER_DOWN = "so many were not placed in the time that they were followed"
_OPEN_END = "the interval has no upper end yet"
_NOT_FOLLOWED = "nobody was followed so long"


_Measures = Callable[[Waits, np.ndarray, np.ndarray], list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Referrals:
    """Usable referrals, as known on a day.

    Attributes
    ----------
    frame : DataFrame
        One row a referral: ``local_authority, referred, days, placed, withdrawn,
        placement_type, needs, needed_by``; ``days`` up to its end, or to the day
        where it is still open.
    dated : DataFrame
        One row an authority: ``local_authority, numerator`` (referrals without
        dates that can be used), ``denominator``.
    findings : Findings
        Everything that was wrong, and what was done.
    """

    frame: pd.DataFrame
    dated: pd.DataFrame
    findings: Findings


def read_referrals(path: Path, *, on: pd.Timestamp) -> Referrals:
    """Read referrals.

    Parameters
    ----------
    path : Path
        A table with the columns of `REFERRALS`.
    on : Timestamp
        Nothing after this day is known: who was placed later is still waiting.

    Raises
    ------
    UnreadableInputError
        The file cannot be read, or lacks a column.
    """
    given = table_from_file(path)
    if not set(_NEEDED) <= set(given.columns):
        raise UnreadableInputError(path=path.name, expected=f"columns {', '.join(REFERRALS.names)}")
    return typed_referrals(given, file=path.name, on=on)


def typed_referrals(given: pd.DataFrame, *, file: str, on: pd.Timestamp) -> Referrals:
    """Type referrals that are already a table; as `read_referrals`."""
    typed = Typed.start(given, table=REFERRALS, file=file)
    _authorities(typed)
    _references(typed)
    for name in ("referred", "placed", "withdrawn"):
        as_dates(typed, name)
    known_authority = typed.usable
    _days_that_can_be(typed)
    undated = known_authority & ~typed.usable
    authority = typed.column("local_authority")[known_authority]
    dated = undated[known_authority].groupby(authority).agg(numerator="sum", denominator="size")
    later = typed.column("referred") > on
    typed.refuse(
        "referred-after-the-day", later, column="referred", found="a day after the one asked for"
    )
    _groups(typed)
    frame, findings = typed.result()
    told = columns_not_read(given, REFERRALS, file=file) + findings
    return Referrals(_followed(frame, on), dated.reset_index(), told)


def waiting_rows(referrals: Referrals, members: Mapping[str, str]) -> pd.DataFrame:
    """Give days to placement and shares placed in time, by area, quarter and group.

    Parameters
    ----------
    referrals : Referrals
        As `read_referrals` gives them.
    members : mapping of str to str
        Co-operative of each member authority.

    Returns
    -------
    DataFrame
        Rows of `PROCESS`: quarters are those of the referral.
    """
    by = ("placement_type", "needs", "needed_by")
    rows = in_quarters_and_groups(in_areas(referrals.frame, members), day="referred", by=by)
    emergencies = in_areas(referrals.frame[referrals.frame["needed_by"] == EMERGENCY], members)
    same_day = in_quarters_and_groups(emergencies, day="referred")
    told = [
        *_told_by_group(rows, _measures_of_all),
        *_told_by_group(same_day, _measures_of_emergencies),
    ]
    return in_order(pd.concat([pd.DataFrame(told), _without_dates(referrals, members)]))


def _authorities(typed: Typed) -> None:
    text = as_text(typed.raw("local_authority"))
    codes = {value: resolve_authority(value) for value in text.unique()}
    resolved = text.map(
        {value: successor_of(code) if code else "" for value, code in codes.items()}
    )
    typed.put("local_authority", resolved.astype("str"))
    typed.refuse(
        "authority-unknown",
        resolved == "",
        column="local_authority",
        found="an authority that is not in the register",
    )


def _references(typed: Typed) -> None:
    reference = as_text(typed.raw("referral"))
    typed.put("referral", reference)
    of_authority = pd.concat([typed.column("local_authority"), reference], axis=1)
    typed.refuse(
        "reference-repeated",
        of_authority.duplicated() & (reference != ""),
        column="referral",
        found="the same reference of the same authority as in a row above",
    )
    if (reference == "").any():
        typed.note(
            "reference-blank",
            Severity.NOTED,
            column="referral",
            found="no reference",
            done="used; a repeat of it could not be found",
            rows=int((reference == "").sum()),
        )


def _days_that_can_be(typed: Typed) -> None:
    referred, placed = typed.column("referred"), typed.column("placed")
    withdrawn = typed.column("withdrawn")
    typed.refuse("referred-missing", referred.isna(), column="referred", found="no day of referral")
    for name, end in (("placed", placed), ("withdrawn", withdrawn)):
        typed.refuse(
            f"{name}-before-referred",
            end < referred,
            column=name,
            found="a day before the referral",
        )
    typed.tell(
        "placed-and-withdrawn",
        Severity.NOTED,
        placed.notna() & withdrawn.notna() & typed.usable,
        column="withdrawn",
        found="both placed and withdrawn",
        done="counts as placed",
    )
    typed.put("withdrawn", withdrawn.mask(placed.notna()))


def _groups(typed: Typed) -> None:
    blank = as_text(typed.raw("placement_type")) == ""
    as_codes(typed, "placement_type", default="other", quiet=True)
    typed.put("placement_type", typed.column("placement_type").mask(blank, NOT_SAID))
    as_codes(typed, "needed_by", default=NOT_SAID, quiet=True)
    as_numbers(typed, "needs", default=None, whole=True, quiet=True)


def _followed(frame: pd.DataFrame, on: pd.Timestamp) -> pd.DataFrame:
    """Say how long each search was followed, and how it had ended by the day."""
    placed, withdrawn = (frame[name].where(frame[name] <= on) for name in ("placed", "withdrawn"))
    ended = placed.fillna(withdrawn).fillna(on)
    needs = frame["needs"].astype("Int64").astype("str").fillna(NOT_SAID)
    return pd.DataFrame(
        {
            "local_authority": frame["local_authority"],
            "referred": frame["referred"],
            "days": (ended - frame["referred"]).dt.days.astype(float),
            "placed": placed.notna(),
            "withdrawn": withdrawn.notna(),
            "placement_type": frame["placement_type"],
            "needs": needs.where(needs != "<NA>", NOT_SAID),
            "needed_by": frame["needed_by"],
        }
    )


def _told_by_group(rows: pd.DataFrame, measures: _Measures) -> list[dict[str, object]]:
    told = []
    kept = rows[[*KEYS, "days", "placed", "withdrawn"]]
    for key, each in kept.groupby(list(KEYS), sort=False):
        placed, withdrawn = (each[name].to_numpy(dtype=bool) for name in ("placed", "withdrawn"))
        counts = {
            "denominator": len(each),
            "still_open": int((~placed & ~withdrawn).sum()),
            "withdrawn": int(withdrawn.sum()),
        }
        about = {**dict(zip(KEYS, key, strict=True)), **counts}
        days = each["days"].to_numpy(dtype=float)
        waits = waits_of(days, served=placed, withdrawn=withdrawn)
        told += [{**about, **figure} for figure in measures(waits, days, placed)]
    return told


def _measures_of_all(waits: Waits, days: np.ndarray, placed: np.ndarray) -> list[dict[str, object]]:
    shares = [
        _share(waits, days, placed, within=within, measure=f"placed_within_{within}_days")
        for within in DAYS_TOLD
    ]
    return [*(_days(waits, placed, name) for name in QUANTILES), *shares]


def _measures_of_emergencies(
    waits: Waits, days: np.ndarray, placed: np.ndarray
) -> list[dict[str, object]]:
    return [_share(waits, days, placed, within=0, measure="emergency_placed_same_day")]


def _days(waits: Waits, placed: np.ndarray, measure: str) -> dict[str, object]:
    found = quantile_of(waits, QUANTILES[measure])
    why = _NEVER_DOWN if math.isnan(found.value) else _OPEN_END if math.isnan(found.high) else ""
    told = {"measure": measure, "unit": "days", "numerator": int(placed.sum())}
    return {**told, **_figures(found, waits.n, why)}


def _share(
    waits: Waits, days: np.ndarray, placed: np.ndarray, *, within: int, measure: str
) -> dict[str, object]:
    found = share_within(waits, within)
    in_time = int((placed & (days <= within)).sum())
    why = _NOT_FOLLOWED if math.isnan(found.value) else ""
    told = {"measure": measure, "unit": "share", "numerator": in_time}
    return {**told, **_figures(found, waits.n, why)}


def _figures(found: Interval, n: int, why: str) -> dict[str, object]:
    if n < FEWEST:
        return {"value": math.nan, "low": math.nan, "high": math.nan, "note": TOO_FEW}
    return {"value": found.value, "low": found.low, "high": found.high, "note": why}


def _without_dates(referrals: Referrals, members: Mapping[str, str]) -> pd.DataFrame:
    areas = in_areas(referrals.dated, members)
    counts = areas.groupby(["level", "area"], sort=False)[["numerator", "denominator"]].sum()
    rows = counts.reset_index().assign(period=ALL, by="all", group=ALL)
    return share_rows(rows, "referrals_without_usable_dates")
