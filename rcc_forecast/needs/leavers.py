"""Everybody who reached 18 after care: when, from which kind of placement, and what became of them.

The returns end at 18 for the child and go on for the care leaver: episodes say
who turned 18 and whether they stayed with their carers (REC E17); OC3 says, on
the birthdays that follow, where they live.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ADULT_AGE, PlacementType
from rcc_forecast.needs.people import child_numbers, places
from rcc_forecast.results.futures import KINDS
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns

FOSTERED = (
    KINDS.index(PlacementType.FOSTER.value),
    KINDS.index(PlacementType.FOSTER_KINSHIP.value),
)
"""Kinds that one can stay put in, mainstream first."""

STAYED = "E17"
_RIGHTS_FROM_AGE, _MUST_REACH = 14, 16
_RIGHTS_DAYS = 91
"""Care leavers were looked after for 13 weeks since 14, some of it at 16 or after (Children Act
1989, section 23A and schedule 2, paragraph 19B)."""

_TO_INDEPENDENCE = ("E5", "E6", "E7", "E8", "E9", "E14", "E17")
"""Ends of care before 18 after which the rights remain: not home, adoption, special
guardianship, another authority, death, an age found to be 18 or a move abroad."""

_WITH_FORMER_CARERS = "Z"
"""OC3 ACCOM: with former foster carers (DfE, Guide to the SSDA903 collection)."""

_NO_LONGER = ("DIED", "RHOM")
"""OC3 IN_TOUCH: died, or returned home for six months: no longer counted as care leavers."""

_OF_AN_ANSWER = ["child", "area", "age", "staying", "gone"]
_ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Leavers:
    """One row a young person who was looked after at 16 or 17 and is so no more.

    Attributes
    ----------
    frame : DataFrame
        ``child, area, kind`` (of the last placement), ``month`` (of the 18th
        birthday, months since 1970; to come for some who left before it),
        ``in_care`` (looked after until 18),
        ``entitled`` (has a care leaver's rights), ``stayed`` (1: REC says with
        the carers, 0: elsewhere, missing: not said).
    answers : DataFrame
        One row a birthday of OC3 of somebody who turned 18 in foster care:
        ``child, area, age, staying`` (bool), ``gone`` (bool: died or gone home, and so
        outside the shares that are published and learned).
    kept : ndarray, shape (n_ages, 2)
        OC3 rows of ages 18, 19, 20 and 21: still a care leaver, and all.
    asks : bool
        Whether any return holds OC3.
    """

    frame: pd.DataFrame
    answers: pd.DataFrame
    kept: FloatArray
    asks: bool


def leavers_of(
    returns: FiledReturns, journeys: Journeys, *, day: pd.Timestamp, authorities: list[str]
) -> Leavers:
    """Follow those who turned 18, or left care at 16 or 17, by a day.

    Parameters
    ----------
    returns : FiledReturns
        For OC3, with or without it.
    journeys : Journeys
        Episodes.
    day : Timestamp
        Who is looked after on it is left to the forecast.
    authorities : list of str
        ONS codes in the order of ``area``.
    """
    frame = _last_episodes(journeys.episodes, day=day)
    area = places(authorities, frame["local_authority"])
    frame = frame[area >= 0].assign(area=area[area >= 0]).reset_index(drop=True)
    rows = _answers(returns, journeys, day=day)
    if rows is None:
        none = pd.DataFrame({name: [] for name in _OF_AN_ANSWER}).astype("int64")
        return Leavers(frame, none, np.zeros((4, 2)), asks=False)
    fostered = frame[frame["in_care"] & frame["kind"].isin(FOSTERED)]
    asked = rows.merge(fostered[["child", "area"]], on="child")
    gone = asked["in_touch"].isin(_NO_LONGER)
    with_carers = asked["accom"].fillna("").astype("str").str[:1] == _WITH_FORMER_CARERS
    age = np.minimum(rows["age"].to_numpy(np.int64), 21)
    still = ~rows["in_touch"].isin(_NO_LONGER).to_numpy()
    kept = np.stack([np.bincount(age[still], minlength=22), np.bincount(age, minlength=22)], axis=1)
    return Leavers(
        frame,
        asked.assign(staying=with_carers & ~gone, gone=gone)[_OF_AN_ANSWER],
        kept[ADULT_AGE:].astype(np.float64),
        asks=True,
    )


def _last_episodes(episodes: pd.DataFrame, *, day: pd.Timestamp) -> pd.DataFrame:
    """Give the last episode before 18 of everybody who was looked after at 16 or later."""
    counted = episodes[~episodes["respite"].astype("bool")]
    inside = (counted["decom"] <= day) & ~(counted["dec"] <= day)
    minor = counted["dob"] + pd.DateOffset(years=ADULT_AGE) > day
    counted = counted[~counted["child"].isin(counted.loc[inside & minor, "child"])]
    birthday = counted["dob"] + pd.DateOffset(years=ADULT_AGE)
    counted = counted.assign(birthday=birthday)
    # Somebody who left before 18 is followed to a birthday that is still to come.
    over = (birthday <= day) | (counted["dec"] <= day)
    counted = counted[over & (counted["decom"] < birthday)]
    until = counted["dec"].fillna(counted["birthday"]).clip(upper=counted["birthday"])
    rights = counted["dob"] + pd.DateOffset(years=_RIGHTS_FROM_AGE)
    days = (until - counted["decom"].clip(lower=rights)).dt.days.clip(lower=0)
    counted = counted.assign(until=until, days=days.groupby(counted["child"]).transform("sum"))
    last = counted.sort_values(["child", "decom"], kind="stable").drop_duplicates(
        "child", keep="last"
    )
    at_16 = last["dob"] + pd.DateOffset(years=_MUST_REACH)
    last = last[last["until"] > at_16]
    # A return may end care on the eve of the birthday.
    in_care = last["until"] >= last["birthday"] - _ONE_DAY
    rec = last["rec"].astype("str").where(last["rec"].notna(), "")
    entitled = (last["days"] >= _RIGHTS_DAYS) & (in_care | rec.isin(_TO_INDEPENDENCE))
    said = last["dec"].notna() & rec.ne("") & rec.ne("X1")
    stayed = np.where(said, (rec == STAYED).to_numpy(float), np.nan)
    month = last["birthday"].dt.year * 12 + last["birthday"].dt.month - 1 - 1970 * 12
    return pd.DataFrame(
        {
            "child": last["child"],
            "local_authority": last["local_authority"],
            "kind": places(KINDS, last["placement_type"]),
            "month": month.to_numpy(np.int64),
            "in_care": in_care,
            "entitled": entitled,
            "stayed": stayed,
        }
    )


def _answers(
    returns: FiledReturns, journeys: Journeys, *, day: pd.Timestamp
) -> pd.DataFrame | None:
    """Give OC3 rows with the child and the age of the birthday that they are about."""
    rows = returns.tables.get("oc3")
    if rows is None or rows.empty or not {"in_touch", "accom"} <= set(rows.columns):
        return None
    ends = pd.to_datetime(rows["year"].astype("str") + "-03-31")
    rows = rows[ends <= day]
    number = child_numbers(journeys, rows)
    born = journeys.children.set_index("child")["dob"].reindex(number)
    # Each return asks about the birthday within its year, which ends on 31 March.
    turned = rows["year"].to_numpy() - born.dt.year.to_numpy() - (born.dt.month.to_numpy() > 3)
    rows = rows.assign(child=number, age=turned)
    rows = rows[(number >= 0) & ~np.isnan(turned) & (turned >= ADULT_AGE)]
    newest: pd.DataFrame = rows.drop_duplicates(["child", "year"], keep="last")
    return newest.astype({"age": "int64"})


def counted_by_month(
    leavers: pd.DataFrame, *, last_month: int, n_months: int, n_areas: int
) -> FloatArray:
    """Count people by area and month of the 18th birthday, shape (n_areas, n_months)."""
    at = leavers["month"].to_numpy() - (last_month - n_months + 1)
    here = (at >= 0) & (at < n_months)
    cell = leavers["area"].to_numpy()[here] * n_months + at[here]
    counts = np.bincount(cell, minlength=n_areas * n_months)
    return np.asarray(counts.reshape(n_areas, n_months), dtype=np.float64)


def month_number(day: pd.Timestamp) -> int:
    """Give months since January 1970."""
    return (day.year - 1970) * 12 + day.month - 1


def staying_counts(leavers: Leavers, *, n_areas: int) -> tuple[FloatArray, FloatArray]:
    """Count those who stayed put and those of whom it is known, at each knot.

    Returns
    -------
    yes, asked : ndarray, shape (n_areas, n_knots)
        At the birthday (REC), then at the OC3 ages 18, 19, 20 and 21. Where
        nobody's REC says that they stayed, REC is taken to say nothing.
    """
    fostered = leavers.frame[leavers.frame["in_care"] & leavers.frame["kind"].isin(FOSTERED)]
    told = fostered[fostered["stayed"].notna()]
    columns = [(told["area"].to_numpy(), told["stayed"].to_numpy(float))]
    for age in range(ADULT_AGE, 22):
        of_age = leavers.answers[(leavers.answers["age"] == age) & (leavers.answers["gone"] == 0)]
        columns.append((of_age["area"].to_numpy(), of_age["staying"].to_numpy(float)))
    yes = np.stack([_bins(area, n_areas, flag) for area, flag in columns], axis=1)
    asked = np.stack([_bins(area, n_areas, np.ones(len(area))) for area, _ in columns], axis=1)
    silent = yes[:, 0].sum() == 0
    if silent:
        asked[:, 0] = 0.0
    return yes, asked


def _bins(area: IntArray, n_areas: int, weights: FloatArray) -> FloatArray:
    return np.asarray(np.bincount(area.astype(np.int64), weights=weights, minlength=n_areas))
