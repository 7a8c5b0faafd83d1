"""The tables of a return beside the episodes: who the children are, and how they are doing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.synthetic.days import (
    NEVER,
    YEAR_DAYS,
    Days,
    as_filed,
    birthday,
    completed_years,
    return_end,
    return_start,
)
from rcc_forecast.synthetic.placements import ADOPTION, CHILDRENS, OTHER

Texts = NDArray[np.object_]

_NO_UPN_BELOW = 5
_REVIEW_SHARES = [0.5, 0.1, 0.02, 0.04, 0.1, 0.12, 0.12]
_EARLIER_ORDERS = (["Z1", "P1", "P2", "P3", "P4"], [0.94, 0.012, 0.032, 0.009, 0.007])
_IN_TOUCH = (["YES", "NO", "REFU", "NREQ", "RHOM"], [0.9, 0.055, 0.02, 0.015, 0.01])
_ACTIVITIES = (
    ["F1", "F2", "P2", "F4", "F5", "P5", "G4", "G5", "G6"],
    [0.07, 0.22, 0.04, 0.06, 0.16, 0.06, 0.12, 0.22, 0.05],
)
_ADOPTERS = (
    [
        ("2", "MF", "L11"),
        ("2", "MF", "L2"),
        ("1", "F1", "L0"),
        ("2", "MM", "L11"),
        ("2", "FF", "L12"),
    ],
    [0.66, 0.12, 0.12, 0.06, 0.04],
)
_SOCIAL_WORKER_REASONS = (
    ["MANAGE", "LEFTRL", "ORGRST", "TSPROC", "ABSENC", "CHCHAN", "PCCHAN", "OTHERS"],
    [0.16, 0.3, 0.06, 0.26, 0.08, 0.02, 0.03, 0.09],
)
_SOCIAL_WORKER_DAYS = 330.0
_TEAM = 40
"""Social workers of an authority."""

_KNUTH = 2654435761

STAYING_PUT = {18: 0.7, 19: 0.42, 20: 0.28, 21: 0.12}
"""Share of those who stayed with their carers at 18 (REC E17) who are still there when the
return asks: at 18, then on each birthday. DfE: 60% of those who leave foster care at 18, 31%
of those of 19 and 20."""

SOCIAL_WORKERS_FROM = 2024
DEPRIVATION_FROM = 2027


def tables_beside(
    shown: pd.DataFrame,
    people: pd.DataFrame,
    stays: pd.DataFrame,
    *,
    year: int,
    rng: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    """Make every table of a return but the episodes.

    Parameters
    ----------
    shown : DataFrame
        Episodes as the return shows them: person, stay, start, end (`NEVER`
        while open), kind, status, rec, period_start.
    people : DataFrame
        Everybody, by person number: own, child (identifier), born, female,
        ethnic, uasc, need, upn, dfe_code.
    stays : DataFrame
        One row a person and true stay: person, start, end, rec.
    year : int
        Return year.
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    dict of str to DataFrame
        By table name, all text but `own`, ordered by authority and child.
    """
    here = people.loc[np.unique(shown["person"].to_numpy())]
    counted = shown[~shown["status"].isin(["V3", "V4"])]
    spans = (
        counted.groupby(["person", "period_start"], sort=True)["end"]
        .max()
        .reset_index()
        .join(people, on="person")
    )
    tables = {
        "header": _header(here, year),
        "uasc": _uasc(here, year),
        "reviews": _reviews(spans, year, rng),
        "oc2": _health(spans, year, rng),
        "oc3": _care_leavers(stays, people, year, rng),
        "ad1": _adoptions(counted, people, year, rng),
        "placed_adoption": _placed(counted, people),
        "previous_permanence": _earlier_permanence(counted, people, year, rng),
        "missing": _missing(spans, year, rng),
    }
    if year >= SOCIAL_WORKERS_FROM:
        tables["sw_episodes"] = _social_workers(spans, year, rng)
    if year >= DEPRIVATION_FROM:
        tables["dolo"] = _deprivations(counted, people, year, rng)
    return tables


def _sexes(people: pd.DataFrame, year: int) -> Texts:
    codes = ("1", "2") if year < 2025 else ("M", "F")
    return np.asarray(np.array(codes, dtype=object)[people["female"].to_numpy()], dtype=object)


def _sorted(frame: pd.DataFrame, *then: str) -> pd.DataFrame:
    return frame.sort_values(["own", "CHILD", *then], kind="stable", ignore_index=True)


def _basis(people: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "own": people["own"].to_numpy(),
            "CHILD": people["child"].to_numpy(),
            "DOB": as_filed(people["born"].to_numpy()),
        }
    )


def _header(people: pd.DataFrame, year: int) -> pd.DataFrame:
    born = people["born"].to_numpy()
    age = completed_years(born, return_end(year))
    person = people.index.to_numpy()
    mother = (people["female"].to_numpy() == 1) & (age >= 15) & (person % 43 == 0)
    baby_born = birthday(born, 15) + person % 600
    mother &= baby_born <= return_end(year)
    table = _basis(people).assign(
        SEX=_sexes(people, year),
        ETHNIC=people["ethnic"].to_numpy(),
        UPN=np.where(
            age < _NO_UPN_BELOW, "UN1", np.where(person % 37 == 0, "UN4", people["upn"].to_numpy())
        ),
        MOTHER=np.where(mother, "1", "0"),
        MC_DOB=as_filed(np.where(mother, baby_born, NEVER)),
        UASC_STATUS=people["uasc"].astype(str).to_numpy(),
    )
    return _sorted(table)


def _uasc(people: pd.DataFrame, year: int) -> pd.DataFrame:
    alone = people[people["uasc"] == 1]
    of_age = birthday(alone["born"].to_numpy(), 18)
    ceased = np.where(of_age <= return_end(year), of_age, NEVER)
    table = _basis(alone).assign(SEX=_sexes(alone, year), DUC=as_filed(ceased))
    return _sorted(table)


def _reviews(spans: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Hold reviews within 20 working days, then three months, then every six."""
    first, last = return_start(year), return_end(year)
    start = spans["period_start"].to_numpy()
    nth = np.maximum(0, (first - start - 110) // 182 + 1)
    parts = []
    for more in range(4):
        k = nth + more
        due = start + np.where(k == 0, 24, 110 + 182 * (k - 1)) + rng.integers(-9, 6, len(spans))
        held = (due >= first) & (due <= last) & (due < spans["end"].to_numpy())
        parts.append(spans[held].assign(due=due[held]))
    rows = pd.concat(parts)
    age = completed_years(rows["born"].to_numpy(), rows["due"].to_numpy())
    codes = np.array([f"PN{n}" for n in range(1, 8)], dtype=object)
    table = _basis(rows).assign(
        REVIEW=as_filed(rows["due"].to_numpy()),
        REVIEW_CODE=np.where(age < 4, "PN0", rng.choice(codes, len(rows), p=_REVIEW_SHARES)),
        due=rows["due"].to_numpy(),
    )
    return _sorted(table, "due").drop(columns="due")


def _health(spans: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Ask of children looked after for the twelve months to 31 March."""
    last = return_end(year)
    rows = spans[(spans["period_start"] <= last - 365) & (spans["end"] > last)]
    n = len(rows)
    age = completed_years(rows["born"].to_numpy(), last)
    scored = (age >= 4) & (age <= 16)
    answered = scored & (rng.random(n) < 0.78)
    score = np.clip(np.round(rng.normal(9 + 4.2 * rows["need"].to_numpy(), 5)), 0, 40)
    misuse = (age >= 11) & (rng.random(n) < 0.035)
    received = misuse & (rng.random(n) < 0.48)

    def yes(share: float) -> Texts:
        return np.where(rng.random(n) < share, "1", "0").astype(object)

    reasons = np.array([f"SDQ{k}" for k in range(1, 6)], dtype=object)
    table = _basis(rows).assign(
        SDQ_SCORE=np.where(answered, score.astype(np.int64).astype(str), ""),
        SDQ_REASON=np.where(scored & ~answered, rng.choice(reasons, n), ""),
        CONVICTED=np.where(age >= 10, yes(0.022), ""),
        HEALTH_CHECK=np.where(age < 5, yes(0.88), ""),
        IMMUNISATIONS=yes(0.82),
        TEETH_CHECK=yes(0.79),
        HEALTH_ASSESSMENT=yes(0.89),
        SUBSTANCE_MISUSE=np.where(misuse, "1", np.where(age >= 11, "0", "")),
        INTERVENTION_RECEIVED=np.where(misuse, np.where(received, "1", "0"), ""),
        INTERVENTION_OFFERED=np.where(misuse & ~received, yes(0.7), ""),
    )
    return _sorted(table)


def _care_leavers(
    stays: pd.DataFrame, people: pd.DataFrame, year: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Ask of young people looked after at 16 who turned 18 to 21 in the year."""
    left = stays.sort_values("end", kind="stable").drop_duplicates("person", keep="last")
    left = left.join(people, on="person")
    last = return_end(year)
    at_16 = (left["end"] > birthday(left["born"].to_numpy(), 16)) & (left["end"] <= last)
    left = left[at_16 & (left["end"] - left["start"] >= 91)].sort_values("person")
    age = completed_years(left["born"].to_numpy(), last)
    asked = (age >= 18) & (age <= 21)
    left, age = left[asked], age[asked]
    n = len(left)
    touch = _drawn(_IN_TOUCH, n, rng)
    known = touch == "YES"
    activity = _drawn(_ACTIVITIES, n, rng)
    letters = np.array(list("BCDEKRTUVZ"), dtype=object)
    drawn = rng.choice(letters, n)
    letter = np.where(_stays_put(left, age), "Z", np.where(drawn == "Z", "U", drawn))
    home = letter.astype(object) + np.where(rng.random(n) < 0.88, "1", "2").astype(object)
    table = _basis(left).assign(
        IN_TOUCH=touch, ACTIV=np.where(known, activity, "0"), ACCOM=np.where(known, home, "0")
    )
    return _sorted(table)


def _stays_put(left: pd.DataFrame, age: Days) -> NDArray[np.bool_]:
    """Say who still lives with their former foster carers; who has left does not return.

    No chance is drawn: it is a matter of the person's number, spread evenly by
    Knuth's multiplicative hash.
    """
    luck = left["person"].to_numpy(np.uint64) * np.uint64(_KNUTH) % np.uint64(2**32) / 2.0**32
    share = np.array([STAYING_PUT[a] for a in range(18, 22)])[age - 18]
    return np.asarray((left["rec"] == "E17").to_numpy() & (luck < share))


def _adoptions(
    shown: pd.DataFrame, people: pd.DataFrame, year: int, rng: np.random.Generator
) -> pd.DataFrame:
    adopted = shown[shown["rec"].isin(["E11", "E12"]) & (shown["end"] <= return_end(year))]
    rows = people.loc[adopted["person"]]
    n = len(rows)
    matched = adopted["start"].to_numpy() - rng.integers(10, 60, n)
    decided = np.maximum(matched - rng.integers(60, 300, n), adopted["period_start"].to_numpy())
    kind = rng.choice(len(_ADOPTERS[0]), n, p=_ADOPTERS[1])
    columns = [np.array([a[k] for a in _ADOPTERS[0]], dtype=object)[kind] for k in range(3)]
    table = _basis(rows).assign(
        DATE_INT=as_filed(decided),
        DATE_MATCH=as_filed(np.maximum(matched, decided)),
        FOSTER_CARE=np.where(rng.random(n) < 0.12, "1", "0"),
        NB_ADOPTR=columns[0],
        SEX_ADOPTR=columns[1],
        LS_ADOPTR=columns[2],
    )
    return _sorted(table)


def _placed(shown: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    placed = shown[shown["kind"] == ADOPTION].drop_duplicates("person")
    rows = people.loc[placed["person"]]
    table = _basis(rows).assign(
        DATE_PLACED=as_filed(placed["start"].to_numpy()),
        DATE_PLACED_CEASED="",
        REASON_PLACED_CEASED="",
    )
    return _sorted(table)


def _earlier_permanence(
    shown: pd.DataFrame, people: pd.DataFrame, year: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Ask of children who started to be looked after in the year."""
    started = shown[shown["period_start"] >= return_start(year)].drop_duplicates("person")
    rows = people.loc[started["person"]]
    n = len(rows)
    order = _drawn(_EARLIER_ORDERS, n, rng)
    born = rows["born"].to_numpy()
    none = (order == "Z1") | (started["start"].to_numpy() - born < 400)
    made = born + np.floor(rng.random(n) * np.maximum(started["start"].to_numpy() - born, 1))
    return _sorted(
        _basis(rows).assign(
            PREV_PERM=np.where(none, "Z1", order),
            LA_PERM=np.where(none, "", rows["dfe_code"].to_numpy()),
            DATE_PERM=as_filed(np.where(none, NEVER, made).astype(np.int64)),
        )
    )


def _missing(spans: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw times missing: about one child in ten in a year, some again and again."""
    first = np.maximum(spans["period_start"].to_numpy(), return_start(year))
    last = np.minimum(spans["end"].to_numpy(), return_end(year))
    age = (last - spans["born"].to_numpy()) / YEAR_DAYS
    prone = (age > 11) & (rng.random(len(spans)) < 0.1 + 0.06 * spans["need"].to_numpy())
    prone &= last - first > 10
    times = np.where(prone, 1 + rng.negative_binomial(0.6, 0.12, len(spans)), 0)
    which = np.repeat(np.arange(len(spans)), times)
    start = first[which] + np.floor(rng.random(len(which)) * (last - first - 3)[which])
    start = np.asarray(start, dtype=np.int64)
    end = start + rng.choice([0, 1, 2, 3, 9], len(which), p=[0.45, 0.35, 0.12, 0.06, 0.02])
    order = np.lexsort((start, which))
    which, start, end = which[order], start[order], end[order]
    # A child who is missing cannot go missing: the next time starts after the return.
    again = np.append(False, (which[1:] == which[:-1]) & (start[1:] <= end[:-1]))
    which, start, end = which[~again], start[~again], np.minimum(end, last[which])[~again]
    kind = np.where(rng.random(len(which)) < 0.8, "M", "A")
    table = _basis(spans.iloc[which]).assign(
        MISSING=kind, MIS_START=as_filed(start), MIS_END=as_filed(end), at=start
    )
    return _sorted(table, "at").drop(columns="at")


def _social_workers(spans: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Give each child the worker of the year's start, and the changes within it."""
    first, last = return_start(year), return_end(year)
    start = np.maximum(spans["period_start"].to_numpy(), first)
    end = np.minimum(spans["end"].to_numpy(), last + 1)
    # The team of a child does not change with the year: its first worker is fixed.
    person = spans["person"].to_numpy()
    own = spans["own"].to_numpy()
    parts: list[pd.DataFrame] = []
    at, worker, active = start.copy(), (person * 7 + year) % _TEAM, np.arange(len(spans))
    for turn in range(4):
        days = np.ceil(rng.exponential(_SOCIAL_WORKER_DAYS, len(active))).astype(np.int64) + 20
        until = at[active] + days
        goes_on = until < end[active]
        rows = spans.iloc[active]
        fresh = (turn == 0) & (rows["period_start"].to_numpy() >= first)
        parts.append(
            _basis(rows).assign(
                SW_ID=_worker_ids(own[active], worker[active]),
                SW_DECOM=as_filed(at[active]),
                SW_DEC=as_filed(
                    np.where(
                        goes_on & (turn < 3),
                        until,
                        np.where(rows["end"].to_numpy() <= last, rows["end"].to_numpy(), NEVER),
                    )
                ),
                SW_REASON=np.where(fresh, "FCONTA", _drawn(_SOCIAL_WORKER_REASONS, len(rows), rng)),
                at=at[active],
            )
        )
        at[active] = until
        worker[active] = (worker[active] + 1 + rng.integers(0, _TEAM - 1, len(active))) % _TEAM
        active = active[goes_on]
    return _sorted(pd.concat(parts), "at").drop(columns="at")


def _drawn(table: tuple[list[str], list[float]], n: int, rng: np.random.Generator) -> Texts:
    return np.asarray(rng.choice(np.array(table[0], dtype=object), n, p=table[1]), dtype=object)


def _worker_ids(own: Days, worker: Days) -> Texts:
    """Give numbers longer than any real registration."""
    return np.array([f"SW99{a:03d}{w:03d}" for a, w in zip(own, worker, strict=True)], dtype=object)


def _deprivations(
    shown: pd.DataFrame, people: pd.DataFrame, year: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw orders for a few children in homes or unregistered places."""
    rows = shown[shown["kind"].isin([CHILDRENS, OTHER])].drop_duplicates("person")
    needs = people.loc[rows["person"], "need"].to_numpy()
    rows = rows[(needs == 3) & (rng.random(len(rows)) < 0.18)]
    start = np.maximum(rows["start"].to_numpy(), return_start(year))
    start = start + rng.integers(0, 20, len(rows))
    start = np.minimum(start, np.minimum(rows["end"].to_numpy(), return_end(year)))
    end = np.minimum(start + rng.integers(28, 190, len(rows)), rows["end"].to_numpy())
    table = _basis(people.loc[rows["person"]]).assign(
        DOLO_START=as_filed(start),
        DOLO_END=as_filed(np.where(end <= return_end(year), end, NEVER)),
    )
    return _sorted(table)
