"""After care: who stays put, whom an authority still owes support, which foster places that holds.

Those who turn 18 come from the forecast's own explanation, path by path with
demand. How long they stay with their carers is learned from the returns (REC
E17 at the birthday, OC3 after it) and weighed with what is published.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.after_care import (
    MONTHS_TO_21,
    YEARS_TO_25,
    drawn_shares,
    leavers_by_age,
    stay_curve,
    staying_paths,
    whole,
)
from models.forecast import FloatArray, IntArray
from rcc_forecast.codes import ALL
from rcc_forecast.needs.futures import (
    AuthorityFutures,
    Rows,
    founded,
    quantiles,
    summed,
)
from rcc_forecast.needs.leavers import (
    FOSTERED,
    Leavers,
    counted_by_month,
    month_number,
    staying_counts,
)
from rcc_forecast.needs.people import places
from rcc_forecast.needs.published import (
    KNOTS,
    STAYING_SOURCE,
    SUPPORT_SOURCE,
    USUAL_STAYING,
    WEIGHT_OF_USUAL,
)
from rcc_forecast.results.futures import KINDS
from rcc_forecast.tables.needs import AFTER_CARE

_PAST_MONTHS = 12 * YEARS_TO_25
_RECENT_MONTHS = 36
_MONTHS_FROM_16 = 24
_LONG_ENOUGH, _FEW = 0.9, 10.0
"""Where there are few birthdays to learn from: nine in ten have been in care for 13 weeks, an
assumption that counts for ten young people."""
_USUAL_WEIGHT = 20.0
"""Young people that everybody's share counts for in that of one authority or age."""

_EIGHTEEN_TO_TWENTY = 3
_KNOT_COLUMNS = np.array([0, 3, 12, 24, 36])
"""Columns of a `stay_curve` nearest to `KNOTS`."""

_FROM_EPISODES = "SSDA903 returns: 18th birthdays in care; forecast of 18th birthdays"
_TOO_SHORT = "Returns too short for rates: 18th birthdays go on as in the last year."


@dataclass(frozen=True, slots=True)
class AfterCare:
    """An `AFTER_CARE` table, and the places that staying put holds.

    Attributes
    ----------
    table : DataFrame
        By area, month and measure.
    places_held : ndarray, shape (n_paths, n_authorities, 1 + horizon)
        Mainstream foster places held, today and at each month end.
    """

    table: pd.DataFrame
    places_held: FloatArray


def after_care(
    leavers: Leavers,
    *,
    explanation: pd.DataFrame | None,
    futures: AuthorityFutures,
    first_month: int,
    rng: np.random.Generator,
) -> AfterCare:
    """Follow those who turn 18 to the 25th birthday.

    Parameters
    ----------
    leavers : Leavers
        Who turned 18 in the past, and what became of them.
    explanation : DataFrame, optional
        An `EXPLANATION` table; None where returns were too short for rates.
    futures : AuthorityFutures
        Joint futures of demand.
    first_month : int
        First month that the returns show, in months since January 1970.
    rng : numpy.random.Generator
        Rates, roundings and stays are drawn from children of it, so that a
        scenario and its base share their chance.

    Returns
    -------
    AfterCare
        Means over paths; an area's paths are the sums of its authorities'.
    """
    for_rates, for_rounding, for_stays, for_leavers = rng.spawn(4)
    turning = _turning_18(leavers, explanation, futures)
    n_paths, n_areas = turning.shape[:2]
    entrants = whole(turning, chance=for_rounding.random(turning.shape))

    curve = _curves(leavers, n_paths=n_paths, n_areas=n_areas, rng=for_rates)
    fostered = entrants[:, :, list(FOSTERED)].reshape(n_paths, n_areas * len(FOSTERED), -1)
    now = _there_now(leavers, last_month=month_number(futures.today))
    staying = staying_paths(
        fostered,
        curve=np.repeat(curve, len(FOSTERED), axis=1),
        group=now["area"].to_numpy() * len(FOSTERED) + now["mainstream_or_kin"].to_numpy(),
        months_since=now["since"].to_numpy(),
        seen_staying=now["seen"].to_numpy(),
        rng=for_stays,
    ).reshape(n_paths, n_areas, len(FOSTERED), -1)

    born_18 = entrants.sum(axis=2)
    by_age = _care_leavers(
        leavers, born_18, first_month=first_month, futures=futures, rng=for_leavers
    )
    this_month = counted_by_month(
        leavers.frame[leavers.frame["in_care"]],
        last_month=month_number(futures.today),
        n_months=1,
        n_areas=n_areas,
    )
    turned = np.concatenate([np.broadcast_to(this_month, (n_paths, n_areas, 1)), born_18], axis=2)
    held = staying[:, :, 0].astype(np.float64)
    measures = {
        "staying_put": staying.sum(axis=2).astype(np.float64),
        "care_leavers_18_20": by_age[:, :, :_EIGHTEEN_TO_TWENTY].sum(axis=2),
        "care_leavers_21_24": by_age[:, :, _EIGHTEEN_TO_TWENTY:].sum(axis=2),
        "foster_places_held": held,
        "turned_18": turned.astype(np.float64),
    }
    told = _told(leavers, explanation=explanation, first_month=first_month, futures=futures)
    return AfterCare(_table(measures, told, futures=futures), held)


def _turning_18(
    leavers: Leavers, explanation: pd.DataFrame | None, futures: AuthorityFutures
) -> FloatArray:
    """Expect 18th birthdays in care, as many more or fewer as a path has 16 and 17-year-olds.

    Returns
    -------
    ndarray, shape (n_paths, n_authorities, n_kinds, horizon)
    """
    at_risk = np.moveaxis(futures.oldest, 0, 1)
    if explanation is None:
        expected = _as_last_year(leavers, futures)
    else:
        expected = _explained(explanation, futures)
    mean = at_risk.mean(axis=0)
    against_mean = np.divide(at_risk, mean, out=np.ones_like(at_risk), where=mean > 0)
    # A month's birthdays are of those who were there at the end of the month before.
    first = np.ones_like(against_mean[..., :1])
    return np.asarray(expected * np.concatenate([first, against_mean[..., :-1]], axis=3))


def _explained(explanation: pd.DataFrame, futures: AuthorityFutures) -> FloatArray:
    rows = explanation[
        (explanation["local_authority"] != ALL)
        & explanation["placement_type"].isin(KINDS)
        & (explanation["age_band"] == ALL)
        & (explanation["population"] == ALL)
    ]
    area = places(futures.authorities, rows["local_authority"])
    found = np.zeros((len(futures.authorities), len(KINDS), len(futures.months)))
    here = (area >= 0) & (rows["horizon"] <= len(futures.months)).to_numpy()
    kind = places(KINDS, rows["placement_type"])
    month = rows["horizon"].to_numpy() - 1
    found[area[here], kind[here], month[here]] = rows["aged_out"].to_numpy(float)[here]
    return np.maximum(found, 0.0)


def _as_last_year(leavers: Leavers, futures: AuthorityFutures) -> FloatArray:
    """Go on as in the twelve months to today, by kind."""
    frame = leavers.frame
    since = month_number(futures.today) - frame["month"].to_numpy()
    recent = frame[frame["in_care"].to_numpy() & (since >= 0) & (since < 12)]
    cell = recent["area"].to_numpy() * len(KINDS) + recent["kind"].to_numpy()
    shape = (len(futures.authorities), len(KINDS))
    a_month = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape) / 12.0
    return np.repeat(a_month[..., None], len(futures.months), axis=2)


def _curves(
    leavers: Leavers, *, n_paths: int, n_areas: int, rng: np.random.Generator
) -> FloatArray:
    """Draw each authority's curve of staying: published, then everybody's, then its own.

    One rank a path for all authorities together, and one for each: both move a
    whole curve, since who is short of carers who can keep a young person at 18
    is short at 19.
    """
    yes, asked = staying_counts(leavers, n_areas=n_areas)
    every_yes, every_asked = yes.sum(axis=0, keepdims=True), asked.sum(axis=0, keepdims=True)
    usual = (every_yes + WEIGHT_OF_USUAL * USUAL_STAYING) / (every_asked + WEIGHT_OF_USUAL)
    together = drawn_shares(
        every_yes,
        every_asked,
        usual=USUAL_STAYING,
        weight=WEIGHT_OF_USUAL,
        chance=rng.random((n_paths, 1)),
    )
    own = drawn_shares(
        yes,
        asked,
        usual=usual[0],
        weight=WEIGHT_OF_USUAL,
        chance=rng.random((n_paths, n_areas)),
    )
    # Where an authority's own answers are few, doubt about everybody's is doubt about its own.
    leaning = WEIGHT_OF_USUAL / (asked + WEIGHT_OF_USUAL)
    drawn = own + leaning[None] * (together - usual[None])
    return stay_curve(KNOTS, np.clip(drawn, 0.0, 1.0))


def _there_now(leavers: Leavers, *, last_month: int) -> pd.DataFrame:
    """Give those under 21 who turned 18 in foster care and are not known to have gone.

    Returns
    -------
    DataFrame
        ``area, mainstream_or_kin`` (place in `FOSTERED`), ``since`` (months
        since the birthday), ``seen`` (column of the curve at which last seen
        with the carers, -1 where never asked).
    """
    frame = leavers.frame
    since = last_month - frame["month"]
    recent = (since >= 0) & (since < MONTHS_TO_21)
    people = frame[frame["in_care"] & frame["kind"].isin(FOSTERED) & recent]
    if not (frame["stayed"] == 1).any():
        # REC that never says so says nothing: staying is then a matter of the curve.
        people = people.assign(stayed=np.nan)
    newest = leavers.answers.sort_values("age", kind="stable").drop_duplicates("child", keep="last")
    newest = newest.set_index("child")
    asked = people["child"].isin(newest.index).to_numpy()
    staying = people["child"].isin(newest.index[newest["staying"].astype("bool")]).to_numpy()
    age = newest["age"].reindex(people["child"]).fillna(0).to_numpy(np.int64)
    stays = np.where(asked, staying, people["stayed"].ne(0).to_numpy())
    column = _KNOT_COLUMNS[np.clip(age - 17, 0, 4)]
    seen = np.where(asked, column, np.where(people["stayed"].eq(1), 0, -1))
    months = last_month - people["month"].to_numpy(np.int64)
    there = pd.DataFrame(
        {
            "area": people["area"].to_numpy(np.int64),
            "mainstream_or_kin": (people["kind"] != FOSTERED[0]).to_numpy(np.int64),
            "since": months,
            # An answer about a birthday just ahead cannot have been seen later than now.
            "seen": np.minimum(seen, months + 1),
        }
    )
    return there[stays.astype(bool)].reset_index(drop=True)


def _care_leavers(
    leavers: Leavers,
    born_18: IntArray,
    *,
    first_month: int,
    futures: AuthorityFutures,
    rng: np.random.Generator,
) -> FloatArray:
    """Count care leavers by year of age, shape (n_paths, n_authorities, 7, 1 + horizon)."""
    n_paths, n_areas, horizon = born_18.shape
    last = month_number(futures.today)
    entitled = leavers.frame[leavers.frame["entitled"]]
    past = counted_by_month(entitled, last_month=last, n_months=_PAST_MONTHS, n_areas=n_areas)
    shown = min(last - first_month + 1, _PAST_MONTHS)
    drawn_past = np.repeat(past[None], n_paths, axis=0)
    unseen = _PAST_MONTHS - shown
    for_birthdays, for_early, for_unseen = rng.spawn(3)
    if unseen > 0:
        # Birthdays before the first return are taken to be as frequent as in its first two years.
        first_years = past[:, unseen : unseen + 24]
        rate = for_unseen.standard_gamma(first_years.sum(axis=1) + 0.5, size=(n_paths, n_areas))
        drawn_past[:, :, :unseen] = (rate / first_years.shape[1])[..., None]
    shape = (n_paths, n_areas)
    share = _entitled_of_birthdays(leavers.frame, last=last, shape=shape, rng=for_birthdays)
    early = _who_left_early(
        leavers.frame, last=last, shown=shown, shape=(*shape, horizon), rng=for_early
    )
    to_come = born_18 * share[..., None] + early
    inflow = np.concatenate([drawn_past, to_come], axis=2)
    kept = _still_care_leavers(leavers, n_paths=n_paths, rng=rng)
    return leavers_by_age(
        inflow, horizon=horizon, kept=np.broadcast_to(kept, (n_paths, n_areas, YEARS_TO_25))
    )


def _entitled_of_birthdays(
    frame: pd.DataFrame, *, last: int, shape: tuple[int, int], rng: np.random.Generator
) -> FloatArray:
    """Draw the share of those who turn 18 in care who have been there for long enough.

    Returns
    -------
    ndarray, shape (n_paths, n_areas)
    """
    recent = frame[frame["in_care"] & (frame["month"] > last - _RECENT_MONTHS)]
    birthdays = np.bincount(recent["area"], minlength=shape[1]).astype(np.float64)
    entitled = np.bincount(recent.loc[recent["entitled"], "area"], minlength=shape[1])
    usual = (entitled.sum() + _LONG_ENOUGH * _FEW) / (birthdays.sum() + _FEW)
    drawn = drawn_shares(
        entitled[:, None].astype(np.float64),
        birthdays[:, None],
        usual=np.array([usual]),
        weight=_USUAL_WEIGHT,
        chance=rng.random(shape),
    )
    return drawn[..., 0]


def _who_left_early(
    frame: pd.DataFrame,
    *,
    last: int,
    shown: int,
    shape: tuple[int, int, int],
    rng: np.random.Generator,
) -> FloatArray:
    """Expect 18th birthdays of those who left care at 16 or 17 with a care leaver's rights.

    Those who have left have a known birthday; of those who will, as many a
    month are taken to come as lately, the more the later the month, since 16
    and 17-year-olds leave all through the two years before 18.

    Returns
    -------
    ndarray, shape (n_paths, n_areas, horizon)
    """
    n_paths, n_areas, horizon = shape
    early = frame[frame["entitled"] & ~frame["in_care"]]
    known = counted_by_month(early, last_month=last + horizon, n_months=horizon, n_areas=n_areas)
    # The first returns do not show who had left before them.
    window = int(np.clip(shown - _MONTHS_FROM_16, 12, _RECENT_MONTHS))
    lately = early[(early["month"] <= last) & (early["month"] > last - window)]
    number = np.bincount(lately["area"], minlength=n_areas)
    rate = rng.standard_gamma(number + 0.5, size=(n_paths, n_areas)) / window
    still_to_leave = np.minimum(np.arange(1, horizon + 1) / _MONTHS_FROM_16, 1.0)
    return np.asarray(known[None] + rate[..., None] * still_to_leave)


def _still_care_leavers(leavers: Leavers, *, n_paths: int, rng: np.random.Generator) -> FloatArray:
    """Draw the share at each age who have not died or gone home, shape (n_paths, 1, 7)."""
    if not leavers.asks or leavers.kept[:, 1].sum() == 0:
        return np.ones((n_paths, 1, YEARS_TO_25))
    still, asked = leavers.kept[:, 0], leavers.kept[:, 1]
    usual = (still.sum() + 0.5) / (asked.sum() + 1.0)
    drawn = drawn_shares(
        still[None],
        asked[None],
        usual=np.full(len(still), usual),
        weight=_USUAL_WEIGHT,
        chance=rng.random((n_paths, 1)),
    )
    older = np.repeat(drawn[:, :, -1:], YEARS_TO_25 - len(still), axis=2)
    return np.concatenate([drawn, older], axis=2)


def _told(
    leavers: Leavers,
    *,
    explanation: pd.DataFrame | None,
    first_month: int,
    futures: AuthorityFutures,
) -> dict[str, tuple[str, str]]:
    """Give source and note of each measure, in words."""
    short = _TOO_SHORT if explanation is None else ""
    own = "OC3 and REC E17 of the returns, weighed with " if leavers.asks else ""
    staying = f"{_FROM_EPISODES}; {own}{STAYING_SOURCE}"
    no_oc3 = "" if leavers.asks else "No return holds OC3: nobody is taken to have gone home. "
    unseen = _PAST_MONTHS - (month_number(futures.today) - first_month + 1)
    early = (
        f"18th birthdays of {unseen} months before the first return are taken to be as many "
        f"as in its first two years. "
        if unseen > 0
        else ""
    )
    rights = "13 weeks in care since 14, some of it at 16 or after"
    places_note = "One place each; those who stay with relatives hold no place for others."
    return {
        "staying_put": (staying, short),
        "care_leavers_18_20": (f"{_FROM_EPISODES}; {rights}", (no_oc3 + short).strip()),
        "care_leavers_21_24": (
            f"{_FROM_EPISODES}; {rights}",
            f"{early}{no_oc3}Entitled to ask for a personal adviser: {SUPPORT_SOURCE}.",
        ),
        "foster_places_held": (staying, f"{places_note} {short}".strip()),
        "turned_18": (_FROM_EPISODES, short),
    }


def _table(
    measures: dict[str, FloatArray],
    told: dict[str, tuple[str, str]],
    *,
    futures: AuthorityFutures,
) -> pd.DataFrame:
    months = np.arange(len(futures.months) + 1)
    rows = Rows(futures, months)
    for place, area in enumerate(futures.areas):
        here = np.flatnonzero(founded(area, months))
        for measure, paths in measures.items():
            total = summed(np.moveaxis(paths, 1, 0), area, months=months)[:, here]
            q10, q90 = quantiles(total)
            source, note = told[measure]
            figures = {"mean": total.mean(axis=0), "q10": q10, "q90": q90}
            rows.add(place, here, measure=measure, source=source, note=note, **figures)
    return AFTER_CARE.check(rows.frame())
