"""Where children live, one placement after another, until they leave care.

A placement lasts by its type, by the child (some settle, some move and move
again), by how long the child has been looked after and by what comes next: a
match with adopters, a sixteenth birthday. It is not a Markov chain on age
and type, so that models which assume one are not flattered.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import PlacementType
from rcc_forecast.synthetic.care import ALONE, HOME, KIN_ORDER
from rcc_forecast.synthetic.days import NEVER, YEAR_DAYS, Days, birthday, day

TYPES = [kind.value for kind in PlacementType]
KINSHIP, FOSTER, CHILDRENS, SECURE, SUPPORTED, RESIDENTIAL, PARENTS, ADOPTION, TEMPORARY, OTHER = (
    range(10)
)

SUPPORTED_BREAK = day(2023, 10, 28)
"""Supported accommodation is regulated from here; many providers registered late."""

UNREGISTERED_SHARE, UNREGISTERED_DAYS = 0.5, 400.0
"""Supported placements that count as "other" at first, and for how long on average."""

FOSTER_TREND, CHILDRENS_HOME_TREND = -0.022, 0.05
"""Change a year in how likely foster care and children's homes are (DfE 2021-2025)."""

# Likelihood of each type for a new placement, by age band.
_BY_AGE = np.array(
    # kin  foster home  secure supp  resid parents adopt temp other
    [
        [0.17, 0.56, 0.00, 0.000, 0.00, 0.160, 0.32, 0, 0, 0.010],
        [0.22, 0.55, 0.00, 0.000, 0.00, 0.050, 0.36, 0, 0, 0.010],
        [0.20, 0.62, 0.03, 0.000, 0.00, 0.015, 0.28, 0, 0, 0.010],
        [0.11, 0.60, 0.20, 0.008, 0.00, 0.040, 0.20, 0, 0, 0.030],
        [0.04, 0.20, 0.14, 0.008, 0.75, 0.035, 0.08, 0, 0, 0.030],
    ]
)
_ALONE_BY_AGE = {
    False: np.array([0.02, 0.90, 0.05, 0, 0.00, 0.01, 0, 0, 0, 0.02]),
    True: np.array([0.01, 0.24, 0.04, 0, 0.68, 0.01, 0, 0, 0, 0.02]),
}
# How much likelier a next type becomes after a last one.
_AFTER = np.ones((10, 10))
_AFTER[KINSHIP, [KINSHIP, FOSTER]] = [0.5, 1.2]
_AFTER[FOSTER, KINSHIP] = 0.5
_AFTER[CHILDRENS, [KINSHIP, FOSTER, CHILDRENS, SECURE]] = [0.2, 0.45, 4.0, 2.5]
_AFTER[SECURE, [KINSHIP, FOSTER, CHILDRENS]] = [0.2, 0.2, 5.0]
_AFTER[SUPPORTED, [KINSHIP, FOSTER, SUPPORTED]] = [0.3, 0.25, 3.0]
_AFTER[RESIDENTIAL, RESIDENTIAL] = 3.0
_AFTER[PARENTS, PARENTS] = 0.3
_AFTER[OTHER, [CHILDRENS, SUPPORTED]] = [2.0, 1.5]
_NEED_IN_HOMES = np.array([0.15, 0.5, 1.6, 4.0])

# Median days and sigma of a lasting placement, and the share that ends within days.
_MEDIAN = np.array([620, 520, 560, 95, 250, 75, 300, 9000, 6, 38])
_SIGMA = np.array([1.15, 1.3, 1.05, 0.6, 1.1, 1.1, 1.0, 0.1, 0.5, 1.3])
_BRIEF = np.array([0.08, 0.18, 0.05, 0.02, 0.06, 0.18, 0.05, 0.0, 0.0, 0.18])
_SETTLES = np.isin(np.arange(10), [KINSHIP, FOSTER, CHILDRENS])
_NEED_UNSETTLES = 0.22

_REASONS = np.array(["CARPL", "OTHER", "CREQB", "CREQO", "CHILD", "LAREQ"], dtype=object)
_REASON_SHARES = np.array([0.45, 0.27, 0.12, 0.09, 0.05, 0.02])
_RARE = np.array(["STAND", "ALLEG", "CLOSE", "APPRR", "CUSTOD"], dtype=object)
_RARE_SHARES = np.array([0.36, 0.26, 0.21, 0.14, 0.03])
_RARE_IN_ALL = 0.035
_STATUS_ONLY, _AWAY = 0.21, 0.05


def draw_placements(stays: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw every placement of every stay.

    Parameters
    ----------
    stays : DataFrame
        As `care.draw_stays` gives them, with a RangeIndex and `restless`
        (mean 1; above 1 for children who move often).
    rng : numpy.random.Generator
        The only source of chance.

    Returns
    -------
    DataFrame
        One row a placement, by stay and start: stay, spell (a new number for
        each new home), start, end, type (0-9 as in `TYPES`), long_term,
        same_carer (the home is the last one's), reason (of the change that
        ends it; blank at the end of care).
    """
    n = len(stays)
    entry, end = stays["entry"].to_numpy(), stays["end"].to_numpy()
    at = entry.copy()
    kind = np.full(n, -1)
    spell = np.zeros(n, dtype=np.int64)
    long_term = np.zeros(n, dtype=np.int64)
    back_to = np.full(n, -1)
    same = np.zeros(n, dtype=bool)
    leaves_16 = birthday(stays["youngest"].to_numpy(), 16) + rng.integers(0, 560, n)
    steps: list[pd.DataFrame] = []
    active = np.arange(n)
    while len(active):
        last = kind[active]
        event = _next_event(stays, active, at[active], last, long_term[active], back_to, rng)
        kind[active], back_to[active] = _new_types(
            stays, active, at[active], last, event, back_to[active], rng
        )
        moved = np.isin(event, [_NEW, _OUT])
        spell[active] += moved
        # Away for some days, and back: the home in between has a number of its own.
        spell[active] = np.where(event == _BACK, spell[active] - 1, spell[active])
        settled = (at[active] - entry[active] > 1.4 * YEAR_DAYS) & (rng.random(len(active)) < 0.4)
        long_term[active] = np.where(
            event == _STATUS, 1, np.where(event == _NEW, settled, long_term[active])
        )
        same[active] = event == _STATUS
        until = _ends(stays, active, at[active], kind[active], leaves_16[active], rng)
        leaves = until >= end[active]
        steps.append(
            pd.DataFrame(
                {
                    "stay": active,
                    "spell": spell[active] + np.where(kind[active] == TEMPORARY, 1000, 0),
                    "start": at[active],
                    "end": until,
                    "type": kind[active],
                    "long_term": long_term[active],
                    "same_carer": same[active],
                }
            )
        )
        at[active] = until
        active = active[~leaves]
    placements = pd.concat(steps, ignore_index=True)
    placements = placements.sort_values(["stay", "start"], kind="stable", ignore_index=True)
    placements = _with_late_registrations(placements, rng)
    return placements.assign(reason=_reasons(placements, rng))


_NEW, _STATUS, _OUT, _BACK = range(4)


def _next_event(
    stays: pd.DataFrame,
    active: Days,
    at: Days,
    last: Days,
    long_term: Days,
    back_to: Days,
    rng: np.random.Generator,
) -> Days:
    """Say what begins: a new home, a new status of the same home, days away, or the return."""
    u = rng.random(len(active))
    in_family = (last == FOSTER) | (last == KINSHIP)
    entry, end = stays["entry"].to_numpy()[active], stays["end"].to_numpy()[active]
    adopters = stays["adopters"].to_numpy()[active]
    status = in_family & (long_term == 0) & (at - entry > 200) & (u < _STATUS_ONLY / 0.55)
    # Care neither starts nor ends away (rules 380 and 381).
    out = in_family & ~status & (end - at > 60) & (u > 1 - _AWAY)
    event = np.where(status, _STATUS, np.where(out, _OUT, _NEW))
    event = np.where(back_to[active] >= 0, _BACK, event)
    return np.asarray(np.where(at >= adopters, _NEW, event))


def _new_types(
    stays: pd.DataFrame,
    active: Days,
    at: Days,
    last: Days,
    event: Days,
    back_to: Days,
    rng: np.random.Generator,
) -> tuple[Days, Days]:
    drawn = _draw_types(stays.iloc[active], at, last, rng)
    kind = np.select(
        [event == _STATUS, event == _OUT, event == _BACK], [last, TEMPORARY, back_to], drawn
    )
    return np.asarray(kind), np.asarray(np.where(event == _OUT, last, -1))


def _draw_types(
    stays: pd.DataFrame, at: Days, last: Days, rng: np.random.Generator
) -> NDArray[np.int64]:
    age = (at - stays["youngest"].to_numpy()) / YEAR_DAYS
    grown = birthday(stays["youngest"].to_numpy(), 16) <= at
    band = np.where(grown, 4, np.searchsorted([1, 5, 10], age, side="right"))
    course, need = stays["course"].to_numpy(), stays["need"].to_numpy()
    weights = _BY_AGE[band].copy()
    alone = course == ALONE
    weights[alone & grown] = _ALONE_BY_AGE[True]
    weights[alone & ~grown] = _ALONE_BY_AGE[False]
    years = ((at - day(2022, 4, 1)) / YEAR_DAYS).clip(-6, 6)
    weights[:, FOSTER] *= np.exp(FOSTER_TREND * years)
    weights[:, CHILDRENS] *= np.exp(CHILDRENS_HOME_TREND * years) * _NEED_IN_HOMES[need]
    weights[:, SECURE] *= _NEED_IN_HOMES[need]
    weights[:, SUPPORTED] *= np.where(need == 3, 0.5, 1.0)
    weights *= np.where(last[:, None] >= 0, _AFTER[last], 1.0)
    # Own parents need a care order (rule 378), and come after a while or at the end.
    ordered = (at >= stays["order"].to_numpy()) & ~alone
    near_end = at > stays["entry"].to_numpy() + 0.5 * (stays["end"] - stays["entry"]).to_numpy()
    weights[:, PARENTS] *= np.where(ordered, np.where((course == HOME) & near_end, 4.0, 1.0), 0.0)
    weights[:, KINSHIP] *= np.where(course == KIN_ORDER, 3.5, 1.0)
    edges = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    drawn = (rng.random(len(stays))[:, None] > edges).sum(axis=1).clip(max=OTHER)
    return np.asarray(np.where(at >= stays["adopters"].to_numpy(), ADOPTION, drawn))


def _ends(
    stays: pd.DataFrame,
    active: Days,
    at: Days,
    kind: Days,
    leaves_16: Days,
    rng: np.random.Generator,
) -> Days:
    n = len(active)
    stay = stays.iloc[active]
    in_care = (at - stay["entry"].to_numpy()) / YEAR_DAYS
    median = _MEDIAN[kind] * np.where(_SETTLES[kind], 1 + 0.4 * np.minimum(in_care, 4), 1.0)
    restless = stay["restless"].to_numpy() * np.exp(_NEED_UNSETTLES * (stay["need"] - 1).to_numpy())
    median = median / np.where(_SETTLES[kind] | (kind == SUPPORTED), restless, 1.0)
    days = median * np.exp(_SIGMA[kind] * rng.standard_normal(n))
    brief = rng.random(n) < _BRIEF[kind]
    days = np.where(brief, rng.exponential(6.0, n), days)
    until = at + 1 + np.minimum(np.floor(days), NEVER / 10).astype(np.int64)
    adopters = stay["adopters"].to_numpy()
    until = np.where(at < adopters, np.minimum(until, adopters), until)
    share = np.select([kind == CHILDRENS, kind == FOSTER], [0.45, 0.3], 0.0)
    moves_on = (rng.random(n) < share) & (at < leaves_16)
    until = np.where(moves_on, np.minimum(until, leaves_16), until)
    end = stay["end"].to_numpy()
    return np.asarray(np.where(until > end - 3, end, until), dtype=np.int64)


def _with_late_registrations(placements: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """October 2023: supported placements whose provider was not yet registered are "other"."""
    start, end = placements["start"].to_numpy(), placements["end"].to_numpy()
    n = len(placements)
    affected = (placements["type"].to_numpy() == SUPPORTED) & (end > SUPPORTED_BREAK)
    since = np.maximum(start - SUPPORTED_BREAK, 0)
    affected &= rng.random(n) < UNREGISTERED_SHARE * np.exp(-since / 500.0)
    noticed = SUPPORTED_BREAK + rng.integers(0, 70, n)
    begins = np.where(start >= SUPPORTED_BREAK, start, noticed)
    registered = begins + 30 + np.floor(rng.exponential(UNREGISTERED_DAYS, n)).astype(np.int64)
    affected &= begins < end - 1
    hit = placements[affected]
    if hit.empty:
        return placements
    begins, registered = begins[affected], np.minimum(registered[affected], end[affected])
    before = hit.assign(end=begins)
    during = hit.assign(
        start=begins,
        end=registered,
        type=OTHER,
        same_carer=hit["same_carer"].to_numpy() | (begins > hit["start"].to_numpy()),
    )
    after = hit.assign(start=registered, same_carer=True)
    parts = pd.concat([placements[~affected], before, during, after])
    parts = parts[parts["start"] < parts["end"]]
    return pd.DataFrame(parts.sort_values(["stay", "start"], kind="stable", ignore_index=True))


def _reasons(placements: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.object_]:
    n = len(placements)
    stay = placements["stay"].to_numpy()
    more = np.append(stay[1:] == stay[:-1], False)
    same = np.append(placements["same_carer"].to_numpy()[1:], False)
    reason = rng.choice(_REASONS, n, p=_REASON_SHARES)
    rare = rng.random(n) < _RARE_IN_ALL
    reason[rare] = rng.choice(_RARE, int(rare.sum()), p=_RARE_SHARES)
    reason[same] = "PLACE"
    reason[~more | (placements["type"].to_numpy() == TEMPORARY)] = ""
    return reason
