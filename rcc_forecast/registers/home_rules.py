"""What a row of a provision register can get wrong, one rule a function.

Each rule takes the table on its way, tells what it found by row, and leaves the
rest usable. A number that would count places that are not there is never
believed: a false surplus costs a child a home.
"""

from __future__ import annotations

import pandas as pd

from rcc_forecast.codes import PlacementType
from rcc_forecast.registers.typed import Typed, as_dates, as_numbers, numbers_in, tell_unread
from rcc_forecast.results.findings import Severity

HIGHEST_WEEKLY_COST_GBP = 50_000.0
"""Above it a price is a yearly sum or a slip: the dearest single placements reported by councils
are below it, and the mean of a residential place is near 6,100 (NAO, September 2025)."""

MOST_PLACES_OF_A_HOUSEHOLD = 12
"""The usual limit of a foster household is three (Children Act 1989, Schedule 7)."""

_HOUSEHOLDS = (PlacementType.FOSTER, PlacementType.FOSTER_KINSHIP)
_NEVER_FREE = (
    PlacementType.CHILDRENS_HOME,
    PlacementType.SECURE_HOME,
    PlacementType.SUPPORTED,
    PlacementType.RESIDENTIAL_OTHER,
)
_ONE_HOME_A_URN = (
    PlacementType.CHILDRENS_HOME,
    PlacementType.SECURE_HOME,
    PlacementType.RESIDENTIAL_OTHER,
)
"""Kinds registered home by home; a fostering agency or a provider of supported accommodation has
one number for all its households or premises."""

_FIRST_DAY, _LAST_DAY = pd.Timestamp(1900, 1, 1), pd.Timestamp(2200, 1, 1)


def type_places(typed: Typed) -> None:
    """Type places approved and available; a row without any number of places is refused."""
    approved = _places(typed, "places_approved", negative_is=None)
    available = _places(typed, "places_available", negative_is=0.0)
    blank = available.isna()
    _tell_blank_places(typed, blank & approved.notna())
    typed.refuse(
        "places-missing",
        blank & approved.isna(),
        column="places_available",
        found="no number of places",
    )
    above = (available > approved) & (approved > 0)
    typed.tell(
        "places-available-above-approved",
        Severity.REPAIRED,
        above,
        column="places_available",
        found="more places available than approved",
        done="taken as the places approved",
    )
    available = available.mask(above, approved)
    crowded = typed.column("placement_type").isin(_HOUSEHOLDS)
    crowded &= approved.fillna(available) > MOST_PLACES_OF_A_HOUSEHOLD
    typed.tell(
        "places-of-a-household",
        Severity.NOTED,
        crowded,
        column="places_approved",
        found=f"a foster household with more than {MOST_PLACES_OF_A_HOUSEHOLD} places",
        done="used as it stands; is it an agency?",
    )
    typed.put("places_approved", approved)
    typed.put("places_available", available)


def _tell_blank_places(typed: Typed, which: pd.Series) -> None:
    done = "a plan takes all places approved; sufficiency goes by who is seen to live there"
    if typed.says("places_available"):
        typed.tell(
            "places-available-blank",
            Severity.REPAIRED,
            which,
            column="places_available",
            found="blank",
            done=done,
        )
        return
    typed.note(
        "places-available-blank",
        Severity.REPAIRED,
        column="places_available",
        found="blank in every row, or no such column",
        done=done,
        rows=int(which.sum()),
    )


def _places(typed: Typed, name: str, *, negative_is: float | None) -> pd.Series:
    read = numbers_in(typed, name)
    tell_unread(typed, name, read, done="left empty")
    if typed.has(name) and read.blank.any() and name == "places_approved":
        typed.note(
            "number-blank",
            Severity.NOTED,
            column=name,
            found="blank",
            done="left empty",
            rows=int(read.blank.sum()),
        )
    negative = read.number < 0
    typed.tell(
        "places-negative",
        Severity.REPAIRED,
        negative,
        column=name,
        found="fewer places than none",
        done="left empty" if negative_is is None else f"taken as {negative_is:g}",
    )
    values = read.number.mask(negative, negative_is)
    return values // 1


def type_ages(typed: Typed, *, youngest: float, oldest: float) -> None:
    """Type the ages a home takes; crossed ages are turned round."""
    as_numbers(typed, "age_min", default=youngest, whole=True)
    as_numbers(typed, "age_max", default=oldest, whole=True)
    low, high = typed.column("age_min"), typed.column("age_max")
    crossed = low > high
    typed.tell(
        "ages-crossed",
        Severity.REPAIRED,
        crossed,
        column="age_min",
        found="the youngest age above the oldest",
        done="taken the other way round",
    )
    typed.put("age_min", low.mask(crossed, high))
    typed.put("age_max", high.mask(crossed, low))


def type_costs(typed: Typed) -> None:
    """Type the weekly price; one that nobody pays is left empty."""
    as_numbers(typed, "weekly_cost_gbp", default=None, whole=False)
    cost = typed.column("weekly_cost_gbp")
    absurd = cost > HIGHEST_WEEKLY_COST_GBP
    typed.tell(
        "cost-absurd",
        Severity.REPAIRED,
        absurd,
        column="weekly_cost_gbp",
        found=f"over {HIGHEST_WEEKLY_COST_GBP:,.0f} pounds a week",
        done="left empty",
    )
    free = cost == 0
    staffed = typed.column("placement_type").isin(_NEVER_FREE)
    typed.tell(
        "cost-zero",
        Severity.REPAIRED,
        free & staffed,
        column="weekly_cost_gbp",
        found="a staffed home at 0 pounds a week",
        done="left empty",
    )
    typed.tell(
        "cost-zero",
        Severity.NOTED,
        free & ~staffed,
        column="weekly_cost_gbp",
        found="0 pounds a week",
        done="used as it stands",
    )
    typed.put("weekly_cost_gbp", cost.mask(absurd | (free & staffed)))


def type_dates(typed: Typed) -> None:
    """Type first and last day; a home that closed before it opened counts on no day."""
    for name in ("opened", "closed"):
        as_dates(typed, name)
    typed.refuse(
        "closed-before-opened",
        typed.column("closed") < typed.column("opened"),
        column="closed",
        found="a last day before the first",
    )


def once_a_home(typed: Typed) -> None:
    """Tell homes entered twice under two references: the same number at the same place.

    A home registered on its own counts once; of a household or premises under
    the number of an agency, two may stand in one postcode. Rows whose days do
    not meet are one home's history, and both stay.
    """
    postcode = typed.column("postcode").str.upper().str.replace(r"\s+", "", regex=True)
    spot = typed.column("easting").astype("str") + " " + typed.column("northing").astype("str")
    rows = pd.DataFrame(
        {
            "urn": typed.column("urn").str.upper(),
            "kind": typed.column("placement_type"),
            "place": postcode.where(postcode != "", spot),
            "opened": typed.column("opened").fillna(_FIRST_DAY),
            "closed": typed.column("closed").fillna(_LAST_DAY),
        }
    )
    rows = rows[(rows["urn"] != "") & typed.usable]
    same = ["urn", "kind", "place"]
    rows = rows[rows.duplicated(same, keep=False)].sort_values([*same, "opened"], kind="stable")
    seen_until = (
        rows.groupby(same, sort=False)["closed"]
        .cummax()
        .groupby([rows[name] for name in same], sort=False)
        .shift()
    )
    again = (rows["opened"] <= seen_until).reindex(postcode.index, fill_value=False)
    alone = typed.column("placement_type").isin(_ONE_HOME_A_URN)
    typed.refuse(
        "home-repeated",
        again & alone,
        column="urn",
        found="the same URN at the same place as in another row",
    )
    typed.tell(
        "household-repeated",
        Severity.NOTED,
        again & ~alone,
        column="urn",
        found="the same URN, kind and place as in another row",
        done="used; two households of an agency may share a postcode",
    )
