"""An authority's children and their true journeys, before anybody files a return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.synthetic.care import BACK_IN_CARE, HOME, SHORT, draw_stays, leave_reasons
from rcc_forecast.synthetic.days import YEAR_DAYS, Days, birthday, completed_years
from rcc_forecast.synthetic.entries import (
    Calendar,
    draw_arrivals,
    draw_families,
    monthly_arrivals,
    monthly_rates,
)
from rcc_forecast.synthetic.levels import ETHNIC_GROUPS
from rcc_forecast.synthetic.placements import SUPPORTED, TYPES, draw_placements

YEARS_OF_CARE = 2.85
"""Children on a day for each yearly first entry, others than the unaccompanied."""

YEARS_OF_CARE_ALONE = 1.18
"""The same for unaccompanied asylum-seeking children."""

ARRIVALS_SINCE_2022 = 1.25
"""Unaccompanied children now against 2022: 22% of those who started in 2025 (DfE), 17% then."""

_NEEDS = np.array([0.36, 0.34, 0.2, 0.1])
_NEEDS_OF_TEENAGERS = np.array([0.22, 0.34, 0.27, 0.17])
_ETHNIC_CODES = {
    "white": (["WBRI", "WOTH", "WIRI", "WROM", "WIRT"], [0.92, 0.055, 0.006, 0.012, 0.007]),
    "mixed": (["MWBC", "MOTH", "MWAS", "MWBA"], [0.36, 0.3, 0.19, 0.15]),
    "asian": (["APKN", "AOTH", "ABAN", "AIND", "CHNE"], [0.42, 0.28, 0.16, 0.12, 0.02]),
    "black": (["BAFR", "BCRB", "BOTH"], [0.58, 0.24, 0.18]),
    "other": (["OOTH", "NOBT", "REFU"], [0.8, 0.16, 0.04]),
}
_ETHNIC_ALONE = (
    ["OOTH", "BAFR", "AOTH", "WOTH", "BOTH", "NOBT"],
    [0.4, 0.26, 0.2, 0.07, 0.05, 0.02],
)
_MOST_STAYS = 4


@dataclass(frozen=True, slots=True)
class AuthorityJourneys:
    """What truly happened in one authority.

    Attributes
    ----------
    children : DataFrame
        One row a child: family, unit, born, female, ethnic, need, uasc, twin.
    stays : DataFrame
        One row a stay of children who live together, as `care.draw_stays`.
    placements : DataFrame
        One row a child and placement: child, stay, spell, start, end, type,
        long_term, same_carer, reason, last (of the stay), rec.
    """

    children: pd.DataFrame
    stays: pd.DataFrame
    placements: pd.DataFrame


def draw_journeys(
    authority: str,
    *,
    level: pd.Series[float],
    children: float,
    calendar: Calendar,
    shared: NDArray[np.float64],
    shared_arrivals: NDArray[np.float64],
    keep_from: int,
    rng: np.random.Generator,
) -> AuthorityJourneys:
    """Draw an authority's children and their journeys.

    Parameters
    ----------
    authority : str
        ONS code.
    level : Series
        Its row of `levels.read_levels`.
    children : float
        Expected on the last day.
    calendar : Calendar
        The months simulated; it begins a childhood before the first return.
    shared, shared_arrivals : ndarray, shape (n_months,)
        The waves felt by the whole area.
    keep_from : int
        Day before which a stay that has ended is forgotten.
    rng : numpy.random.Generator
        The only source of chance.
    """
    pace = float(np.exp(0.13 * rng.standard_normal() - 0.0085))
    trend = float(0.004 + 0.012 * rng.standard_normal())
    uasc_share = ARRIVALS_SINCE_2022 * float(level["uasc_pct"]) / 100
    rates = monthly_rates(
        calendar,
        yearly=children * (1 - uasc_share) / (YEARS_OF_CARE * pace),
        trend=trend,
        shared=shared,
        rng=rng,
    )
    arrivals = monthly_arrivals(
        calendar,
        yearly=children * uasc_share / YEARS_OF_CARE_ALONE,
        shared=shared_arrivals,
        rng=rng,
    )
    alone = draw_arrivals(calendar, arrivals, rng)
    found = draw_families(calendar, rates, rng)
    alone["family"] += _next(found["family"])
    alone["unit"] += _next(found["unit"])
    people = pd.concat([found, alone], ignore_index=True).rename_axis("child").reset_index()
    people = draw_traits(people, level, rng)
    stays, placements = _stays_and_placements(
        people, authority=authority, pace=pace, keep_from=keep_from, rng=rng
    )
    placements = _of_each_child(people, stays, placements, keep_from, rng)
    kept = people[people["child"].isin(placements["child"].unique())]
    return AuthorityJourneys(kept, stays, placements)


def _next(numbers: pd.Series[int]) -> int:
    return int(numbers.max()) + 1 if len(numbers) else 0


def draw_traits(
    people: pd.DataFrame, level: pd.Series[float], rng: np.random.Generator
) -> pd.DataFrame:
    """Give each child sex, ethnicity and level of need (0-3), by age and authority."""
    n = len(people)
    age = (people["entry"] - people["born"]).to_numpy() / YEAR_DAYS
    uasc = people["uasc"].to_numpy() == 1
    u = rng.random(n)
    need = np.where(
        (age >= 10) & ~uasc,
        np.searchsorted(np.cumsum(_NEEDS_OF_TEENAGERS), u, side="right"),
        np.searchsorted(np.cumsum(_NEEDS), u, side="right"),
    ).clip(max=3)
    need = np.where(uasc, np.minimum(need, 2), need)
    female = rng.random(n) < np.where(uasc, 0.05, 0.47)
    return people.assign(
        need=need.astype(np.int64),
        female=female.astype(np.int64),
        ethnic=_ethnicities(people, level, uasc, rng),
    )


def _ethnicities(
    people: pd.DataFrame,
    level: pd.Series[float],
    uasc: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.object_]:
    """Give brothers and sisters the same."""
    shares = np.array([float(level[f"{group}_pct"]) for group in ETHNIC_GROUPS])
    codes = [code for group in ETHNIC_GROUPS for code in _ETHNIC_CODES[group][0]]
    weights = np.concatenate(
        [
            share * np.array(_ETHNIC_CODES[group][1])
            for share, group in zip(shares, ETHNIC_GROUPS, strict=True)
        ]
    )
    n_families = _next(people["family"])
    drawn = rng.choice(np.array(codes, dtype=object), n_families, p=weights / weights.sum())
    alone = rng.choice(np.array(_ETHNIC_ALONE[0], dtype=object), len(people), p=_ETHNIC_ALONE[1])
    return np.asarray(np.where(uasc, alone, drawn[people["family"].to_numpy()]), dtype=object)


def _stays_and_placements(
    people: pd.DataFrame, *, authority: str, pace: float, keep_from: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw first stays, then those of the children who come back."""
    units = _units(people, rng)
    all_stays: list[pd.DataFrame] = []
    all_placements: list[pd.DataFrame] = []
    before = 0
    for _ in range(_MOST_STAYS):
        if units.empty:
            break
        stays = draw_stays(units, authority=authority, pace=pace, rng=rng)
        units = _come_back(stays, rng)
        stays = stays[stays["end"] >= keep_from].reset_index(drop=True)
        if stays.empty:
            continue
        placements = draw_placements(stays, rng)
        placements["stay"] += before
        before += len(stays)
        all_stays.append(stays)
        all_placements.append(placements)
    return (
        pd.concat(all_stays, ignore_index=True),
        pd.concat(all_placements, ignore_index=True),
    )


def _units(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    grouped = people.groupby("unit", sort=True)
    units = grouped.agg(
        family=("family", "first"),
        entry=("entry", "first"),
        youngest=("born", "max"),
        eldest=("born", "min"),
        uasc=("uasc", "first"),
        need=("need", "max"),
    ).reset_index()
    n_families = _next(units["family"])
    kin = np.exp(0.3 * rng.standard_normal(n_families) - 0.045)
    return units.assign(
        kin=kin[units["family"].to_numpy()],
        restless=rng.gamma(0.8, 1 / 0.8, len(units)).clip(0.12, 6.0),
        period=0,
    )


def _come_back(stays: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(stays)
    gap = np.floor(250 * np.exp(1.0 * rng.standard_normal(n))) + 10
    entry = (stays["end"] + gap).astype(np.int64)
    went_home = stays["course"].isin([SHORT, HOME]) & ~stays["remand"]
    back = went_home & (rng.random(n) < BACK_IN_CARE)
    back &= entry < birthday(stays["youngest"].to_numpy(), 18) - 90
    columns = ["unit", "family", "youngest", "eldest", "uasc", "need", "kin", "restless", "period"]
    returned = stays.loc[back, columns].assign(entry=entry[back])
    again = returned.assign(period=returned["period"] + 1)
    return pd.DataFrame(again.reset_index(drop=True))


def _of_each_child(
    people: pd.DataFrame,
    stays: pd.DataFrame,
    placements: pd.DataFrame,
    keep_from: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Give every child its own rows, ended by its own eighteenth birthday."""
    placements = placements.assign(unit=stays["unit"].to_numpy()[placements["stay"].to_numpy()])
    rows = placements.merge(people[["unit", "child", "born"]], on="unit", sort=False)
    of_age = birthday(rows["born"].to_numpy(), 18)
    rows["end"] = np.minimum(rows["end"].to_numpy(), of_age)
    rows = rows.assign(of_age=rows["end"].to_numpy() == of_age)
    rows = rows[(rows["start"] < rows["end"]) & (rows["end"] >= keep_from)]
    rows = rows.sort_values(["child", "start"], kind="stable", ignore_index=True)
    new_stay = (rows["child"] != rows["child"].shift(-1)) | (rows["stay"] != rows["stay"].shift(-1))
    last = new_stay.to_numpy()
    # Under 16 there is no K3, wherever an older brother or sister moves.
    young = birthday(rows["born"].to_numpy(), 16) > rows["start"].to_numpy()
    rows.loc[young & (rows["type"] == SUPPORTED).to_numpy(), "type"] = TYPES.index("childrens_home")
    rows["rec"] = ""
    leavers = rows[last]
    of_stay = stays.iloc[leavers["stay"].to_numpy()]
    facts = pd.DataFrame(
        {
            "course": of_stay["course"].to_numpy(),
            "moved_on": of_stay["moved_on"].to_numpy(),
            "remand": of_stay["remand"].to_numpy(),
            "age": completed_years(leavers["born"].to_numpy(), leavers["end"].to_numpy()),
            "of_age": leavers["of_age"].to_numpy(),
            "type": np.array(TYPES, dtype=object)[leavers["type"].to_numpy()],
        }
    )
    rows.loc[last, "rec"] = leave_reasons(facts, rng)
    rows.loc[last, "reason"] = ""
    return pd.DataFrame(rows.assign(last=last).drop(columns=["unit", "of_age"]))


def episodes_of(journeys: AuthorityJourneys) -> pd.DataFrame:
    """Cut placements where the legal status changes: one row an episode.

    Returns
    -------
    DataFrame
        By child and start: the columns of `placements`, with status, rne,
        period_start (first day of the stay), row (the placement) and, where
        a stay goes on, rec X1.
    """
    rows = journeys.placements.rename_axis("row").reset_index()
    stay = journeys.stays.iloc[rows["stay"].to_numpy()]
    entry = stay["entry"].to_numpy()
    since = [entry, stay["since_2"].to_numpy(), stay["since_3"].to_numpy()]
    # A second status that comes after the third is not made.
    since[1] = np.where(since[1] >= since[2], since[2], since[1])
    until = [np.minimum(since[1], since[2]), since[2], np.full(len(rows), np.iinfo(np.int64).max)]
    parts = []
    for which in range(3):
        start = np.maximum(rows["start"].to_numpy(), since[which])
        end = np.minimum(rows["end"].to_numpy(), until[which])
        parts.append(
            rows.assign(
                placed=rows["start"],
                part_start=start,
                part_end=end,
                status=stay[f"status_{which + 1}"].to_numpy(),
                new_status=start == since[which],
                period_start=entry,
            )[start < end]
        )
    cut = pd.concat(parts).sort_values(["child", "part_start"], kind="stable", ignore_index=True)
    ends_here = cut["part_end"].to_numpy() == cut["end"].to_numpy()
    final = ends_here & cut["last"].to_numpy()
    cut = cut.assign(
        start=cut["part_start"],
        end=cut["part_end"],
        rne=_reasons_for_new(cut),
        rec=np.where(final, cut["rec"], "X1"),
        reason=np.where(ends_here, cut["reason"], ""),
    )
    dropped = ["part_start", "part_end", "new_status", "placed", "last"]
    return pd.DataFrame(cut.drop(columns=dropped).assign(final=final))


def _reasons_for_new(cut: pd.DataFrame) -> NDArray[np.object_]:
    start: Days = cut["part_start"].to_numpy()
    placed = start == cut["placed"].to_numpy()
    status, same = cut["new_status"].to_numpy(), cut["same_carer"].to_numpy()
    rne = np.select(
        [
            start == cut["period_start"].to_numpy(),
            placed & status & same,
            placed & status,
            placed & same,
            placed,
        ],
        ["S", "U", "B", "T", "P"],
        "L",
    )
    return np.asarray(rne, dtype=object)
