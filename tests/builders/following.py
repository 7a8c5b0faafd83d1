"""Milestones, decisions and referrals of invented co-operatives, saying what a test is about."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from rcc_forecast.evaluation.following.milestones import Milestones, milestones_as_at
from rcc_forecast.evaluation.following.milestones_given import typed_milestones
from rcc_forecast.evaluation.following.milestones_kept import entries_for, states_of
from rcc_forecast.evaluation.protocol import Log
from rcc_forecast.tables.following import DECISIONS, MILESTONES_GIVEN, REFERRALS

HUB = "https://example.org/hub"
MANCHESTER, SALFORD, SURREY = "E08000003", "E08000006", "E10000030"


def a_milestone(**changed: str) -> dict[str, str]:
    """Give one milestone of a recruitment hub, checked in June 2026, with some cells changed."""
    return {
        "rcc": "Home and Future",
        "function": "fostering_recruitment",
        "milestone": "Hub takes enquiries",
        "due": "2026-09-30",
        "checked_on": "2026-06-30",
        **changed,
    }


def given(*milestones: dict[str, str]) -> pd.DataFrame:
    """Give milestones as a checked table."""
    frame = pd.DataFrame(milestones).reindex(columns=MILESTONES_GIVEN.names, fill_value="")
    return typed_milestones(frame.fillna("").astype("str"), file="milestones.csv")[0]


def on_record(*files: pd.DataFrame, today: str = "2026-11-22") -> Log:
    """Put files on record one after another."""
    log = Log()
    for frame in files:
        new = entries_for(log, frame, today=pd.Timestamp(today))
        log = Log((*log.entries, *new))
    return log


def as_at(on: str, *files: pd.DataFrame) -> Milestones:
    """Rate milestones of files that were put on record one after another."""
    return milestones_as_at(states_of(on_record(*files)), pd.Timestamp(on))


def rating(on: str, **changed: str) -> tuple[str, str]:
    """Rate one milestone: colour and state."""
    row = as_at(on, given(a_milestone(**changed))).milestones.iloc[0]
    return row["rag"], row["state"]


def decisions(*rows: dict[str, object]) -> pd.DataFrame:
    """Give decisions as a file has them."""
    whole = [{"rcc": "Greater Manchester", "kind": "block_contract", **row} for row in rows]
    return _as_filed(whole, DECISIONS.names)


def referrals(*rows: dict[str, object]) -> pd.DataFrame:
    """Give referrals as a file has them, with references 1, 2, 3 and so on."""
    whole = [
        {"referral": str(number), "local_authority": MANCHESTER, "placement_type": "foster", **row}
        for number, row in enumerate(rows, start=1)
    ]
    return _as_filed(whole, REFERRALS.names)


def some_referrals(
    days: Iterable[int | None], *, referred: str = "2026-05-04", **others: object
) -> list[dict[str, object]]:
    """Give referrals of one day by the days until they were placed; None for still open."""
    start = pd.Timestamp(referred)
    return [
        {
            "referred": referred,
            "placed": "" if each is None else f"{start + pd.Timedelta(days=each):%Y-%m-%d}",
            **others,
        }
        for each in days
    ]


def written(frame: pd.DataFrame, path: Path) -> Path:
    """Write a table as CSV and give its path."""
    frame.to_csv(path, index=False)
    return path


def _as_filed(rows: list[dict[str, object]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows).reindex(columns=names, fill_value="").fillna("").astype("str")
