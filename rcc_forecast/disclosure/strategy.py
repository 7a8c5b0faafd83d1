"""How each table of a sufficiency strategy is published."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.codes import PlacementType
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
    found: Frame = frame[(frame["measure"] == _CHILDREN) & kept]
    return found


def _priced_each_year(frame: Frame) -> Frame:
    """Keep kinds that have a price, one month a year."""
    return _one_month_a_year(frame[frame["spend_mean"].notna()])


STRATEGY: dict[str, TableSpec] = {
    "demand": TableSpec(
        counts={"value": "children", "value_corrected": "children:corrected"},
        dimensions={"placement_type": _KIND, "age_band": _AGE, "population": "population"},
        ahead=False,
        select=_stock_each_march,
    ),
    "balance": TableSpec(
        counts={"demand_mean": "children", "demand_needed_mean": "needed"},
        dimensions={"placement_type": _KIND, "age_band": _AGE, "population": "population"},
        subtotals={_KIND: {"planned": _PLANNED}},
        open=("capacity_approved",),
        money={"weekly_cost_mean": "balance cost"},
        money_figures=("weekly_cost_q10", "weekly_cost_q90"),
        decimals={"p_shortfall": 2, "p_shortfall_needed": 2, "expected_shortfall": 1},
        select=_one_month_a_year,
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
    "wrong_kind": TableSpec(
        counts={"children_mean": "children"},
        dimensions={"placement_type": _KIND, "needed_type": _NEEDED},
        money={"extra_mean": "extra"},
        money_figures=("extra_q10", "extra_q90"),
        select=_one_month_a_year,
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
        select=_one_month_a_year,
    ),
    "health": TableSpec(
        counts={"asked": "asked", "yes": "asked:yes", "mean": "asked:ahead"},
        dimensions={"by": "by", "group": "group"},
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
"""By the name of the file. A table that is not named here has no public edition."""
