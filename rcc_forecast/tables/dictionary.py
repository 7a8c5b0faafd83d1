"""The data dictionary, written from the declarations so that it cannot drift from them."""

from __future__ import annotations

from collections.abc import Iterable

from rcc_forecast.tables.arrivals import ALLOCATION, ARRIVALS, RESERVE
from rcc_forecast.tables.carers import CARERS
from rcc_forecast.tables.closing import CLOSING
from rcc_forecast.tables.contract import Column, Table
from rcc_forecast.tables.demand import DEMAND
from rcc_forecast.tables.disparity import DISPARITY, DISPARITY_EFFECTS, GROUP_OUTCOMES
from rcc_forecast.tables.evaluation import (
    ESTIMATES,
    EVENT_STUDY,
    LINES,
    PANEL,
    PLACEBOS,
    POWER,
    ROBUSTNESS,
    SENSITIVITY,
    WEIGHTS,
)
from rcc_forecast.tables.evaluation_charts import FUNNEL, PATHS, PLACEBO_GAPS, XMR
from rcc_forecast.tables.explanation import EXPLANATION
from rcc_forecast.tables.following import (
    CALENDAR,
    DECISIONS,
    MILESTONE_STATES,
    MILESTONES,
    MILESTONES_GIVEN,
    MINIMUM_FUNCTIONS,
    PROCESS,
    REFERRALS,
)
from rcc_forecast.tables.forecast import BACKTEST, FORECAST, POOLING, SERIES_FORECAST
from rcc_forecast.tables.homes import HOMES
from rcc_forecast.tables.investing import INVESTMENT, SITES
from rcc_forecast.tables.needs import AFTER_CARE, HEALTH, NEEDS
from rcc_forecast.tables.placement import (
    ALTERNATIVES,
    CHILDREN_TO_PLACE,
    EQUITY,
    FRONTIER,
    GROUPS,
    OVERRIDES,
    PLAN,
    PRICES,
    RULES_TOLD,
    SHORTAGES,
    WHAT_IF,
)
from rcc_forecast.tables.published import DISCLOSURE_AUDIT, WITHHELD
from rcc_forecast.tables.reliability import RELIABILITY
from rcc_forecast.tables.scenario import COMPARISON, SCENARIO_DRAWS, WATERFALL
from rcc_forecast.tables.skill_and_delay import (
    ASSUMPTIONS,
    DELAY,
    POOLING_LOSSES,
    SKILL,
    TORNADO,
)
from rcc_forecast.tables.skill_and_delay import PUBLISHED as PUBLISHED_TOTALS
from rcc_forecast.tables.spending import (
    BUDGET,
    CONTRACTS,
    COSTS,
    MARKET,
    PRICES_PAID,
    SPEND,
    SPEND_CHANGE,
    SPEND_YEARS,
    WRONG_KIND,
)
from rcc_forecast.tables.ssda903 import FIRST_YEAR_OF_TABLE, RETURN_CHANGES, TABLES
from rcc_forecast.tables.sufficiency import BALANCE, SUBSTITUTION, SUPPLY
from rcc_forecast.tables.variation import VARIATION, VARIATION_AUTHORITIES, VARIATION_SHARES

_PLANS = (
    *(HOMES, CHILDREN_TO_PLACE, SITES),
    *(PLAN, ALTERNATIVES, GROUPS, PRICES, SHORTAGES, RULES_TOLD, EQUITY, OVERRIDES, WHAT_IF),
    *(FRONTIER, ARRIVALS, RESERVE, ALLOCATION, INVESTMENT),
)
_RESULTS = (
    *(DEMAND, FORECAST, EXPLANATION, BACKTEST, POOLING, POOLING_LOSSES, SERIES_FORECAST),
    *(BALANCE, SUPPLY, SUBSTITUTION),
)
_CARERS_AND_TRUST = (CARERS, RELIABILITY, CLOSING)
_PUBLISHED = (WITHHELD, DISCLOSURE_AUDIT)

_NEEDS = (NEEDS, HEALTH, AFTER_CARE)
_SPENDING = (
    *(COSTS, SPEND, SPEND_YEARS, SPEND_CHANGE, WRONG_KIND),
    *(MARKET, PRICES_PAID, BUDGET, CONTRACTS),
)
_SCENARIOS = (WATERFALL, SCENARIO_DRAWS, COMPARISON)

_EVALUATION = (
    *(PANEL, GROUP_OUTCOMES),
    *(ESTIMATES, EVENT_STUDY, WEIGHTS, PLACEBOS, POWER, ROBUSTNESS, SENSITIVITY),
    *(LINES, PATHS, PLACEBO_GAPS, FUNNEL, XMR, DISPARITY, DISPARITY_EFFECTS),
    *(DECISIONS, REFERRALS, PROCESS, MILESTONES_GIVEN),
    *(MILESTONES, MILESTONE_STATES, MINIMUM_FUNCTIONS, CALENDAR),
    *(VARIATION, VARIATION_SHARES, VARIATION_AUTHORITIES),
    *(SKILL, DELAY, TORNADO, ASSUMPTIONS, PUBLISHED_TOTALS),
)

_INTRODUCTION = """\
# Data dictionary

Written from the table declarations in `rcc_forecast/tables/` by `rcc-forecast dictionary`.
Return Y covers 1 April Y-1 to 31 March Y.
"""


def data_dictionary() -> str:
    """Give every table that is read or written, as Markdown."""
    changes = "".join(f"| {year} | {what} |\n" for year, what in RETURN_CHANGES.items())
    return "\n".join(
        [
            _INTRODUCTION,
            "## The SSDA903 return\n",
            f"| from return | what changed |\n|---|---|\n{changes}",
            *_sections(TABLES),
            "## Registers and plans\n",
            *_sections(_PLANS),
            "## History, forecasts and scores\n",
            *_sections(_RESULTS),
            *_sections(_SCENARIOS),
            *_sections(_NEEDS),
            *_sections(_CARERS_AND_TRUST),
            "## Cost and the market\n",
            *_sections(_SPENDING),
            "## Pathfinders against the rest\n",
            *_sections(_EVALUATION),
            "## Publication\n",
            *_sections(_PUBLISHED),
        ]
    )


def _sections(tables: Iterable[Table]) -> list[str]:
    return [_section(table) for table in tables]


def _section(table: Table) -> str:
    since = FIRST_YEAR_OF_TABLE.get(table.name)
    first = f" From return {since}." if since else ""
    rows = "".join(_row(column) for column in table.columns)
    heading = "| column | meaning | kind | unit | required | codes |\n|---|---|---|---|---|---|\n"
    source = f"\nSource: {table.source}.\n" if table.source else ""
    return f"### {table.name}\n\n{table.meaning}.{first}\n\n{heading}{rows}{source}"


def _row(column: Column) -> str:
    cells = (
        f"`{column.name}`" + (f" (from {column.since})" if column.since else ""),
        column.meaning,
        column.kind.value,
        column.unit,
        "yes" if column.required else "",
        " ".join(column.codes.labels) if column.codes else "",
    )
    return f"| {' | '.join(cells)} |\n"
