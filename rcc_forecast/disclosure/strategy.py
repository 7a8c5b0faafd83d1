"""How each table of a sufficiency strategy is published."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.disclosure.spec import Frame, TableSpec

_KIND, _AGE, _SECTOR, _NEEDED = "kind", "age", "sector", "needed"
_CHILDREN = "children"
_PRICED = "priced"
_PLANNED = tuple(
    kind.value
    for kind in (
        PlacementType.FOSTER,
        PlacementType.CHILDRENS_HOME,
        PlacementType.SECURE_HOME,
        PlacementType.SUPPORTED,
        PlacementType.RESIDENTIAL_OTHER,
    )
)
_YEARS_OF_HISTORY = 5
_ALL_PRICED = {_KIND: {"All": _PRICED}}


def _one_month_a_year(frame: Frame) -> Frame:
    """Keep today and every twelfth month ahead; the last month where that is sooner."""
    if "horizon" not in frame:  # of today alone
        return frame
    horizon = pd.to_numeric(frame["horizon"])
    last = horizon.max()
    kept: Frame = frame[horizon.isna() | (horizon % 12 == 0) | ((horizon == last) & (last < 12))]
    return kept


def _stock_each_march(frame: Frame) -> Frame:
    """Keep children at each 31 March and at the last month known; flows of a month are small."""
    month = pd.to_datetime(frame["month"])
    kept = (month.dt.month == 3) | (month == month.max())
    kept &= month > month.max() - pd.DateOffset(years=_YEARS_OF_HISTORY)
    stock = frame[(frame["measure"] == _CHILDREN) & kept]
    return _of_authorities(stock, most=1, by=("placement_type", "age_band", "population"))


def _of_authorities(
    frame: Frame, *, most: int, by: tuple[str, ...], not_by: tuple[str, ...] = ()
) -> Frame:
    """Keep rows of single authorities only where few dimensions are crossed.

    An authority's children of one kind, age and need are nearly all withheld, and to hide
    them much else must be. Published once, by one dimension at a time, more can be said.
    """
    alone = frame["local_authority"] != ALL
    crossed = sum((frame[column].astype("str") != ALL).astype("int64") for column in by)
    kept = ~alone | (crossed <= most)
    for column in not_by:
        kept &= ~alone | (frame[column].astype("str") == ALL)
    found: Frame = frame[kept]
    return found


def _balance_each_year(frame: Frame) -> Frame:
    """Keep authorities by kind, and wider areas by age band too."""
    return _of_authorities(
        _one_month_a_year(frame), most=1, by=("placement_type",), not_by=("age_band",)
    )


def _needs_each_year(frame: Frame) -> Frame:
    """Keep wider areas by one dimension at a time, and authorities over all kinds and ages."""
    by = ("placement_type", "age_band")
    crossed = sum((frame[column].astype("str") != ALL).astype("int64") for column in by)
    one_way: Frame = frame[np.asarray(crossed <= 1)]
    return _of_authorities(_one_month_a_year(one_way), most=0, by=by)


def _wider_areas_each_year(frame: Frame) -> Frame:
    """Keep no single authority, and all ages: few children anywhere wait for another kind."""
    wide: Frame = frame[(frame["local_authority"] == ALL) & (frame["age_band"] == ALL)]
    return _one_month_a_year(wide)


def _priced_each_year(frame: Frame) -> Frame:
    """Keep kinds that have a price, one month a year; authorities over all kinds and sectors."""
    priced = _one_month_a_year(frame[frame["spend_mean"].notna()])
    return _of_authorities(priced, most=0, by=("placement_type", "sector"))


STRATEGY: dict[str, TableSpec] = {
    "demand": TableSpec(
        counts={"value": "children", "value_corrected": "children:corrected"},
        dimensions={"placement_type": _KIND, "age_band": _AGE, "population": "population"},
        ahead=False,
        select=_stock_each_march,
    ),
    "balance": TableSpec(
        counts={
            "demand_mean": "children",
            "demand_needed_mean": "needed",
            "places_used_by_others": "residents:others",
        },
        dimensions={"placement_type": _KIND, "age_band": _AGE, "population": "population"},
        subtotals={_KIND: {"planned": _PLANNED}},
        open=("capacity_approved",),
        money={"weekly_cost_mean": "balance cost"},
        money_figures=("weekly_cost_q10", "weekly_cost_q90"),
        decimals={"p_shortfall": 2, "p_shortfall_needed": 2, "expected_shortfall": 1},
        select=_balance_each_year,
    ),
    "supply": TableSpec(
        counts={
            "own_residents": "residents",
            "living_elsewhere": "residents:elsewhere",
            "places_used_by_others": "residents:others",
        },
        dimensions={"placement_type": _KIND},
        subtotals={_KIND: {"planned": _PLANNED}},
        open=(
            *("capacity_approved", "approved_source", "closed_source", "others_source"),
            *("suited_source", "flow_source"),
        ),
        select=_one_month_a_year,
    ),
    "substitution": TableSpec(
        counts={"children_mean": "children"},
        dimensions={"lived_in": _KIND, "needed": _NEEDED, "age_band": _AGE},
        decimals={"share_mean": 2, "share_q10": 2, "share_q90": 2},
        select=_wider_areas_each_year,
    ),
    "spend": TableSpec(
        counts={"children_mean": "children"},
        dimensions={"placement_type": _KIND, "sector": _SECTOR},
        money={"spend_mean": "spend"},
        money_figures=("spend_q10", "spend_q90"),
        price="weekly_cost_gbp",
        renamed=_ALL_PRICED,
        select=_priced_each_year,
    ),
    "spend_years": TableSpec(
        counts={},
        dimensions={"placement_type": _KIND},
        money={"spend_mean_gbp": "spend:year"},
        money_figures=(
            *("spend_q025_gbp", "spend_q10_gbp", "spend_q50_gbp"),
            *("spend_q90_gbp", "spend_q975_gbp"),
        ),
        renamed=_ALL_PRICED,
        month="financial_year",
    ),
    "needs": TableSpec(
        counts={
            "children_now": "need:now",
            "children_known": "need:known",
            "mean": "need:ahead",
        },
        dimensions={"placement_type": _KIND, "age_band": _AGE},
        apart=("need",),
        shares={"share": "children_known"},
        select=_needs_each_year,
    ),
    "health": TableSpec(
        counts={"asked": "asked", "yes": "asked:yes", "mean": "asked:ahead"},
        dimensions={"group": "people"},
        within={"group": "by"},
        apart=("indicator",),
        shares={"share": "asked"},
        decimals={"share_q025": 2, "share_q975": 2, "average": 1},
        select=_one_month_a_year,
    ),
    "after_care": TableSpec(
        counts={"mean": "after care"},
        apart=("measure",),
        select=_one_month_a_year,
    ),
    "carers": TableSpec(
        counts={"mean": "carers"},
        apart=("measure",),
        select=_one_month_a_year,
    ),
}
"""By the name of the file. A table that is not named here has no public edition: `wrong_kind`,
for one, whose extra cost may be below nothing and stands on few children."""
