"""Spend: what placements cost, what they will cost and why, and the market they are bought in."""

from __future__ import annotations

from rcc_forecast.codes import CodeSet
from rcc_forecast.tables.contract import Column, Kind, Table

_SOURCE = "README, section Cost and the market"
_WEEK = "GBP a week"

_REGION = Column("region", "Region; All for England and for a co-operative", Kind.TEXT)
_AUTHORITY = Column("local_authority", "Authority, ONS code; All where summed", Kind.TEXT)
_TYPE = Column("placement_type", "Kind of placement; All: every kind with a price", Kind.TEXT)
_SECTOR = Column(
    "sector",
    "Kind of provider of the placement: local_authority, private, voluntary, not_said (parents, "
    "or not given); All where summed",
    Kind.TEXT,
)
_MONTH = Column("month", "Last day of the month, ISO", Kind.TEXT)
_HORIZON = Column("horizon", "Months ahead", Kind.INTEGER, low=1)
_YEAR = Column("financial_year", "1 April to 31 March, such as 2026-27", Kind.TEXT)
_MONTHS = Column(
    "months", "Months of the year that lie ahead within the horizon", Kind.INTEGER, low=1, high=12
)
_RCC = Column("rcc", "Regional Care Cooperative on that date", Kind.TEXT)
_NAME = Column("local_authority_name", "Name of the authority", Kind.TEXT)
_NOTE = Column("note", "What the figures do not cover, in words", Kind.TEXT)

CHANGE_PARTS = CodeSet(
    "part",
    {
        "children": "More or fewer children in priced kinds",
        "kind": "Children in dearer or cheaper kinds of placement",
        "sector": "Dearer or cheaper providers of the same kinds",
        "price": "The same places at other prices",
        "contracts": "Block contracts against buying one by one",
        "change": "All together",
    },
    {},
    {},
)

COSTS = Table(
    "costs",
    "A price that holds instead of the register's or the published one",
    (
        Column("local_authority", "ONS code; blank or All for every authority", Kind.TEXT),
        Column("placement_type", "Kind of placement", Kind.TEXT, required=True),
        Column("sector", "local_authority, private or voluntary; blank for all", Kind.TEXT),
        Column("weekly_cost_gbp", "Price", Kind.NUMBER, unit=_WEEK, required=True, low=0),
    ),
    _SOURCE,
    key=("local_authority", "placement_type", "sector"),
)

SPEND = Table(
    "spend",
    "Forecast weekly cost of one area's placements of one kind and sector at a month's end",
    (
        _REGION,
        _AUTHORITY,
        _TYPE,
        _SECTOR,
        _MONTH,
        _HORIZON,
        Column("children_mean", "Children expected", Kind.NUMBER, unit="children"),
        Column(
            "weekly_cost_gbp",
            "Expected spend over expected children; missing where no price is known",
            Kind.NUMBER,
            unit=_WEEK,
        ),
        Column("spend_mean", "Expected spend", Kind.NUMBER, unit=_WEEK),
        Column("spend_q10", "Spend that one future in ten stays under", Kind.NUMBER, unit=_WEEK),
        Column("spend_q90", "Spend that one future in ten exceeds", Kind.NUMBER, unit=_WEEK),
        Column("cost_source", "Where the price comes from", Kind.TEXT),
        _RCC,
        _NAME,
    ),
    _SOURCE,
    key=("region", "local_authority", "rcc", "placement_type", "sector", "horizon"),
)

SPEND_YEARS = Table(
    "spend_years",
    "Forecast spend of one area on one kind of placement in one financial year",
    (
        _REGION,
        _AUTHORITY,
        _TYPE,
        _YEAR,
        _MONTHS,
        Column("spend_mean_gbp", "Expected spend in these months", Kind.NUMBER, unit="GBP"),
        Column("spend_q025_gbp", "1 future in 40 stays under", Kind.NUMBER, unit="GBP"),
        Column("spend_q10_gbp", "1 future in 10 stays under", Kind.NUMBER, unit="GBP"),
        Column("spend_q50_gbp", "Half of the futures stay under", Kind.NUMBER, unit="GBP"),
        Column("spend_q90_gbp", "1 future in 10 exceeds", Kind.NUMBER, unit="GBP"),
        Column("spend_q975_gbp", "1 future in 40 exceeds", Kind.NUMBER, unit="GBP"),
        _RCC,
        _NAME,
    ),
    _SOURCE,
    key=("region", "local_authority", "rcc", "placement_type", "financial_year"),
)

SPEND_CHANGE = Table(
    "spend_change",
    "Why the weekly spend of one area differs from today's: one part of the change",
    (
        _REGION,
        _AUTHORITY,
        _MONTH,
        _HORIZON,
        Column("part", "What changed", Kind.CODE, codes=CHANGE_PARTS, required=True),
        Column("today_mean", "Weekly spend on the as-of day", Kind.NUMBER, unit=_WEEK),
        Column("then_mean", "Expected weekly spend that month", Kind.NUMBER, unit=_WEEK),
        Column(
            "change_mean",
            "Expected change due to the part; parts add up to `change`",
            Kind.NUMBER,
            unit=_WEEK,
        ),
        Column("change_q10", "One future in ten is under", Kind.NUMBER, unit=_WEEK),
        Column("change_q90", "One future in ten is over", Kind.NUMBER, unit=_WEEK),
        _RCC,
        _NAME,
    ),
    _SOURCE,
    key=("region", "local_authority", "rcc", "horizon", "part"),
)

WRONG_KIND = Table(
    "wrong_kind",
    "Cost of children of one area who live in one kind of placement and need another",
    (
        _REGION,
        _AUTHORITY,
        Column("placement_type", "Kind they live in; All where summed", Kind.TEXT),
        Column("needed_type", "Kind they need; All where summed", Kind.TEXT),
        Column("children_mean", "Children expected", Kind.NUMBER, unit="children"),
        Column("weekly_cost_gbp", "Price of the kind they live in", Kind.NUMBER, unit=_WEEK),
        Column("needed_weekly_cost_gbp", "Price of the kind needed", Kind.NUMBER, unit=_WEEK),
        Column(
            "extra_mean",
            "Expected cost above that of the kind needed; below 0 it is saved, at the child's cost",
            Kind.NUMBER,
            unit=_WEEK,
        ),
        Column("extra_q10", "One future in ten is under", Kind.NUMBER, unit=_WEEK),
        Column("extra_q90", "One future in ten is over", Kind.NUMBER, unit=_WEEK),
        _RCC,
        _NAME,
        _NOTE,
    ),
    _SOURCE,
    key=("region", "local_authority", "rcc", "placement_type", "needed_type"),
)

MARKET = Table(
    "market",
    "The market for one kind of placement in one area on the as-of day",
    (
        _REGION,
        _AUTHORITY,
        _TYPE,
        Column("homes", "Homes open", Kind.INTEGER, low=0),
        Column("places", "Places approved in them", Kind.NUMBER, unit="places"),
        Column("providers", "Providers with any of them", Kind.INTEGER, low=0),
        Column("largest_share", "Share of places of the largest provider, 0 to 1", Kind.NUMBER),
        Column("hhi", "Herfindahl-Hirschman index of places, 0 to 10,000", Kind.NUMBER),
        Column("bought_providers", "Private and voluntary providers with any", Kind.INTEGER, low=0),
        Column(
            "bought_largest_share", "Largest of them, share of their places, 0 to 1", Kind.NUMBER
        ),
        Column("bought_hhi", "The index among them alone", Kind.NUMBER),
        Column("for_profit_places_share", "Places in private homes, 0 to 1", Kind.NUMBER),
        Column("own_children", "Own children placed in the kind, anywhere", Kind.NUMBER),
        Column(
            "for_profit_children_share",
            "Own children with a private provider, 0 to 1, of those whose provider is known",
            Kind.NUMBER,
        ),
        Column("private_weekly_cost_gbp", "Mean price of private homes", Kind.NUMBER, unit=_WEEK),
        Column(
            "like_for_like_weekly_cost_gbp",
            "What the authorities' own homes would cost for the same needs",
            Kind.NUMBER,
            unit=_WEEK,
        ),
        Column(
            "margin_proxy_pct",
            "Private price above own cost for like need, in per cent of the private price: not a "
            "profit, since costs differ (CMA 2022: the 15 largest providers averaged 22.6%)",
            Kind.NUMBER,
            unit="per cent",
        ),
        Column("margin_proxy_q10", "Low end of its 80% interval", Kind.NUMBER, unit="per cent"),
        Column("margin_proxy_q90", "High end of its 80% interval", Kind.NUMBER, unit="per cent"),
        _RCC,
        _NAME,
        _NOTE,
    ),
    _SOURCE,
    key=("region", "local_authority", "rcc", "placement_type"),
)

PRICES_PAID = Table(
    "prices_paid",
    "How one feature moves the price of one kind of placement, other features being equal",
    (
        Column("placement_type", "Kind of placement", Kind.TEXT, required=True),
        Column("feature", "What differs", Kind.TEXT, required=True),
        Column("homes", "Priced homes compared", Kind.INTEGER, low=0),
        Column("homes_with", "Those of them with the feature", Kind.INTEGER, low=0),
        Column("difference_pct", "Difference of the price", Kind.NUMBER, unit="per cent"),
        Column("q025", "Low end of the 95% interval", Kind.NUMBER, unit="per cent"),
        Column("q10", "Low end of the 80% interval", Kind.NUMBER, unit="per cent"),
        Column("q90", "High end of the 80% interval", Kind.NUMBER, unit="per cent"),
        Column("q975", "High end of the 95% interval", Kind.NUMBER, unit="per cent"),
        _NOTE,
    ),
    _SOURCE,
    key=("placement_type", "feature"),
)

BUDGET = Table(
    "budget",
    "A budget against forecast spend in one financial year",
    (
        Column("budget", "Its place in the scenario, from 1", Kind.INTEGER, low=1),
        _AUTHORITY,
        _YEAR,
        _MONTHS,
        Column("budget_gbp", "Budget for these months", Kind.NUMBER, unit="GBP"),
        Column("spend_mean_gbp", "Expected spend", Kind.NUMBER, unit="GBP"),
        Column("spend_q10_gbp", "One future in ten stays under", Kind.NUMBER, unit="GBP"),
        Column("spend_q90_gbp", "One future in ten exceeds", Kind.NUMBER, unit="GBP"),
        Column("p_overspend", "Share of futures over the budget, 0 to 1", Kind.NUMBER),
        Column(
            "expected_overspend_gbp",
            "Mean over futures of what is over; a future within the budget counts 0",
            Kind.NUMBER,
            unit="GBP",
        ),
        Column("overspend_q90_gbp", "One future in ten is over by more", Kind.NUMBER, unit="GBP"),
        _NAME,
        _NOTE,
    ),
    _SOURCE,
    key=("budget", "financial_year"),
)

CONTRACTS = Table(
    "contracts",
    "A block contract against buying one by one in one financial year",
    (
        Column("contract", "Its place in the scenario, from 1", Kind.INTEGER, low=1),
        Column("provider", "As given", Kind.TEXT),
        Column("placement_type", "Kind of placement", Kind.TEXT, required=True),
        _YEAR,
        Column("months", "Months of the year in which it runs", Kind.INTEGER, low=1, high=12),
        Column("places_mean", "Places paid for", Kind.NUMBER, unit="places"),
        Column("used_mean", "Places used, on average", Kind.NUMBER, unit="places"),
        Column("unused_mean", "Places paid for and not used", Kind.NUMBER, unit="places"),
        Column("unused_q10", "One future in ten stays under", Kind.NUMBER, unit="places"),
        Column("unused_q90", "One future in ten exceeds", Kind.NUMBER, unit="places"),
        Column("block_gbp", "Paid for the block", Kind.NUMBER, unit="GBP"),
        Column("spot_gbp", "What its children would cost one by one", Kind.NUMBER, unit="GBP"),
        Column("break_even_use", "Use from which the block pays, 0 to 1 or more", Kind.NUMBER),
        Column("p_saves", "Share of futures in which it saves, 0 to 1", Kind.NUMBER),
        Column("saving_mean_gbp", "Expected saving", Kind.NUMBER, unit="GBP"),
        Column("saving_q10_gbp", "One future in ten saves less", Kind.NUMBER, unit="GBP"),
        Column("saving_q90_gbp", "One future in ten saves more", Kind.NUMBER, unit="GBP"),
        _NOTE,
    ),
    _SOURCE,
    key=("contract", "financial_year"),
)
