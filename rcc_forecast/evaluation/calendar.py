"""The calendar of looks: when each can be taken, what it could find, when its report is due.

Published before anyone looks, so that nobody can look when it suits, or leave a
look out without its showing. It needs no period after delivery: until there is
one, every look is too early.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.causal.looks import first_possible_look, linear_spending
from rcc_forecast.evaluation.panel import Cells, last_day_of
from rcc_forecast.evaluation.periods import Moment
from rcc_forecast.evaluation.publication import FIXED_BY_SPEC, Publication, Releases, releases_of
from rcc_forecast.evaluation.spec import MOST_PERMUTATIONS, Spec
from rcc_forecast.evaluation.stages import Course, course_of, grid_of
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.results.evaluation import Stamp
from rcc_forecast.tables.following import CALENDAR

REPORT_WEEKS = 8
"""Weeks from the release of the data to the report, unless the plan says otherwise."""

_PRIMARY_TEST, _OTHER_TEST = "region_permutation", "donald_lang"
_FEWEST_FOR_MEANS = 3
"""Units that Donald and Lang's interval needs: degrees of freedom are two fewer."""

_TOO_FEW = "nothing can be found: p is no smaller than {p:.3f}, and {spent:.4f} is spent by then"
_BY_MEANS = (
    "randomisation cannot find anything, with p no smaller than {p:.3f}: Donald and Lang's "
    "interval decides"
)
_NOBODY = "no treated unit has a whole period by then"
_EACH_PERIOD = "one look a period is assumed; a plan with other days names them in publish"
_STARTS_DIFFER = (
    "another number of treated units than at the look before, whose share of alpha is left to it"
)
_TOO_SOON = "the day fixed for it lies before the end of the period"
_NOTHING_NEW = "no further period since the look before"
_OTHER_POWER = "the power table is of another number of treated units"


@dataclass(frozen=True, slots=True)
class _Look:
    """One planned look on the calendar."""

    number: int
    period: int
    publication: Publication
    cut_off: pd.Timestamp


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a look can find.

    Attributes
    ----------
    treated, left : int
        Treated units with a whole period, and units of inference with them.
    assignments : int
        Ways of choosing who is treated.
    """

    treated: int
    left: int
    assignments: int


def calendar_of(
    cells: Cells,
    spec: Spec,
    stamp: Stamp,
    *,
    release_lag: int | None = None,
    report_weeks: int = REPORT_WEEKS,
    earlier: Sequence[Moment] = (),
    power: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give every look of a plan: its data, its day, and what it could find.

    Parameters
    ----------
    cells : Cells
        Of the panel, checked.
    spec : Spec
        With the treated, the looks, and ``publish`` where the days are fixed.
    stamp : Stamp
        Under which hash and look.
    release_lag : int, optional
        Days from the end of a period to its release, for periods that are not
        released yet (`publication.releases_of`).
    report_weeks : int
        Weeks from release to report.
    earlier : sequence of Timestamp, int or str
        Cut-offs of the plan's looks that were logged before this one, oldest first.
    power : DataFrame, optional
        A `POWER` table, for the smallest detectable effect at each look.

    Returns
    -------
    DataFrame
        A `CALENDAR` table, one row a planned look.

    Notes
    -----
    Alpha is spent in proportion to the looks, as in `evaluate`. Co-operatives
    that the specification does not name yet will leave fewer regions than are told
    here.
    """
    grid = grid_of(cells, spec.primary, unit=spec.unit)
    courses = [
        course
        for course in (course_of(each, cells.calendar) for each in spec.treated)
        if course.unit in grid.names
    ]
    releases = releases_of(cells, spec.primary, lag_days=release_lag)
    cut_offs = [*earlier, *([] if spec.cut_off is None else [spec.cut_off])]
    looks = _planned(spec, courses, releases, [last_day_of(each) for each in cut_offs])
    reaches = [_reach(courses, look.period, len(grid.names), spec) for look in looks]
    last = int(grid.periods[-1]) if grid.periods.size else -1
    rows = [
        {
            **_days(look, releases, report_weeks),
            "state": _state(look, stamp, last),
            **_what_it_finds(look, reach, before, spec),
            **_detectable(power, spec, reach, courses, look),
        }
        for look, reach, before in zip(looks, reaches, [None, *reaches[:-1]], strict=True)
    ]
    table = pd.DataFrame(rows)
    assumed = _assumed(spec, cells)
    odd = [
        _odd_days(look, before, releases)
        for look, before in zip(looks, [None, *looks[:-1]], strict=True)
    ]
    notes = [
        "; ".join(str(part) for part in (told, row["why"], row["mde_note"], assumed) if part)
        for row, told in zip(rows, odd, strict=True)
    ]
    return stamped(table.assign(note=notes), CALENDAR, stamp)


def calendar_said(calendar: pd.DataFrame) -> str:
    """Say how many looks are planned, which is next, and which first could find anything.

    Parameters
    ----------
    calendar : DataFrame
        A `CALENDAR` table, as `calendar_of` gives it.
    """
    number = len(calendar)
    said = [f"{number} look{'s are' if number > 1 else ' is'} planned."]
    ahead = calendar[calendar["state"] != "looked"]
    if len(ahead):
        row = ahead.iloc[0]
        said.append(
            f"Look {row['planned_look']} waits for {row['waits_for']}, public {row['published']} "
            f"({str(row['published_basis']).split(':')[0]}); its report is due {row['report_due']}."
        )
    possible = calendar.loc[calendar["finding_possible"] == 1, "planned_look"]
    if possible.empty:
        return " ".join([*said, "No planned look can find anything: too few regions are left."])
    return " ".join([*said, f"The first that could find anything is look {possible.iloc[0]}."])


def _planned(
    spec: Spec, courses: list[Course], releases: Releases, cut_offs: list[pd.Timestamp]
) -> list[_Look]:
    """Put each look on the calendar: on its fixed day, or one period after another."""
    first = min((course.first for course in courses), default=0)
    looks = []
    for number in range(1, spec.looks + 1):
        period = first + number - 1
        publication = releases.of(period)
        if spec.publish is not None:
            day = spec.publish[number - 1]
            period = max(_last_public(releases, day, period), first)
            publication = Publication(day, FIXED_BY_SPEC)
        known = number <= len(cut_offs)
        cut_off = cut_offs[number - 1] if known else publication.day
        looks.append(_Look(number, period, publication, cut_off))
    return looks


def _last_public(releases: Releases, day: pd.Timestamp, near: int) -> int:
    """Give the last period that is public by a day: released, or ended where that is not known."""
    period = releases.calendar.holding(day)
    while period > near - 200 and releases.known.get(period, releases.calendar.end(period)) > day:
        period -= 1
    return period


def _reach(courses: list[Course], period: int, n_units: int, spec: Spec) -> _Reach:
    """Count who is treated by a period, who is left to compare with, and the ways to choose."""
    begun = [course for course in courses if course.first <= period]
    partly = [course for course in courses if course.touched <= period < course.first]
    left, ways = n_units - len(partly), 1
    free = left
    for start in sorted({course.first for course in begun}):
        number = sum(course.first == start for course in begun)
        ways *= math.comb(free, number)
        free -= number
    most = spec.permutations or MOST_PERMUTATIONS
    # Beyond the limit so many are drawn, and the true one is put beside them.
    return _Reach(len(begun), left, min(ways, most + 1) if begun else 0)


def _days(look: _Look, releases: Releases, report_weeks: int) -> dict[str, object]:
    due = look.publication.day + pd.Timedelta(weeks=report_weeks)
    return {
        "planned_look": look.number,
        "waits_for": releases.calendar.name(look.period),
        "data_end": _iso(releases.calendar.end(look.period)),
        "published": _iso(look.publication.day),
        "published_basis": look.publication.basis,
        "cut_off": _iso(look.cut_off),
        "report_due": _iso(due),
    }


def _state(look: _Look, stamp: Stamp, last: int) -> str:
    """Say where a look stands: taken, now, ready, or still too early."""
    if look.number < stamp.look:
        return "looked"
    if look.period > last:
        return "too early"
    return "this look" if look.number == stamp.look else "data are in"


def _odd_days(look: _Look, before: _Look | None, releases: Releases) -> str:
    """Say where a day that was fixed is of no use."""
    if look.publication.day < releases.calendar.end(look.period):
        return _TOO_SOON
    return _NOTHING_NEW if before is not None and before.period == look.period else ""


def _what_it_finds(
    look: _Look, reach: _Reach, before: _Reach | None, spec: Spec
) -> dict[str, object]:
    fractions = np.arange(1, spec.looks + 1) / spec.looks
    spent = float(linear_spending(fractions, alpha=spec.alpha)[look.number - 1])
    if not reach.treated:
        return {"treated": 0, "regions_left": reach.left, "finding_possible": 0, "why": _NOBODY}
    first = first_possible_look(fractions, n_assignments=reach.assignments, alpha=spec.alpha)
    possible = 0 <= first < look.number
    smallest = 1 / reach.assignments
    why = [] if possible else [_TOO_FEW.format(p=smallest, spent=spent)]
    if not possible and _is_judged_by_means(reach, spec):
        possible, why = True, [_BY_MEANS.format(p=smallest)]
    if before is not None and before.treated and before.treated != reach.treated:
        why.append(_STARTS_DIFFER)
    return {
        "treated": reach.treated,
        "regions_left": reach.left,
        "assignments": reach.assignments,
        "alpha_spent": spent,
        "attainable_p": smallest,
        "finding_possible": int(possible),
        "why": "; ".join(why),
    }


def _is_judged_by_means(reach: _Reach, spec: Spec) -> bool:
    """Say whether Donald and Lang's interval decides: a single look beyond randomisation."""
    beyond = 1 / reach.assignments > spec.alpha
    return spec.looks == 1 and beyond and reach.left >= _FEWEST_FOR_MEANS


def _detectable(
    power: pd.DataFrame | None, spec: Spec, reach: _Reach, courses: list[Course], look: _Look
) -> dict[str, object]:
    """Take the smallest detectable effect from the power table, where it has one for the look."""
    if power is None or power.empty or not reach.treated:
        return {"mde": math.nan, "mde_note": ""}
    begun = [course.first for course in courses if course.first <= look.period]
    test = _OTHER_TEST if _is_judged_by_means(reach, spec) else _PRIMARY_TEST
    rows = power[
        (power["outcome"] == spec.primary)
        & (power["inference"] == test)
        & (power["post_periods"] == look.period - max(begun) + 1)
        & (power["regions_left"] <= reach.left)
    ]
    if rows.empty:
        return {"mde": math.nan, "mde_note": "the power table has no row for so many periods"}
    nearest = rows.sort_values("regions_left").iloc[-1]
    left = int(nearest["regions_left"])
    if not _same_number_treated(nearest, reach.treated, left, spec):
        return {"mde": math.nan, "mde_note": _OTHER_POWER}
    told = "" if left == reach.left else f"smallest detectable effect as with {left} regions"
    return {"mde": float(nearest["mde"]), "mde_note": str(nearest["note"] or "") or told}


def _same_number_treated(row: pd.Series, treated: int, left: int, spec: Spec) -> bool:
    """Say whether a row of the power table is of so many treated units, by its smallest p."""
    smallest = float(row.get("attainable_p", math.nan))
    ways = math.comb(left, treated)
    # Power takes the pathfinders to begin together; drawn assignments have no exact p.
    is_drawn = ways > (spec.permutations or MOST_PERMUTATIONS)
    return math.isnan(smallest) or is_drawn or math.isclose(smallest * ways, 1, rel_tol=1e-6)


def _assumed(spec: Spec, cells: Cells) -> str:
    several = spec.looks > 1 and cells.calendar.season > 1
    return _EACH_PERIOD if several and spec.publish is None else ""


def _iso(day: pd.Timestamp) -> str:
    return day.strftime("%Y-%m-%d")
