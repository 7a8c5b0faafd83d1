"""Tables of a whole strategy for three authorities of one co-operative, most of them made up."""

from __future__ import annotations

from typing import Any

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.tables.carers import CARER_MEASURES, CARERS
from rcc_forecast.tables.closing import CLOSING
from rcc_forecast.tables.contract import Kind, Table
from rcc_forecast.tables.needs import AFTER_CARE, AFTER_CARE_MEASURE, HEALTH, NEEDS
from rcc_forecast.tables.reliability import RELIABILITY
from rcc_forecast.tables.scenario import WATERFALL
from rcc_forecast.tables.spending import (
    BUDGET,
    CHANGE_PARTS,
    CONTRACTS,
    MARKET,
    PRICES_PAID,
    SPEND,
    SPEND_CHANGE,
    SPEND_YEARS,
    WRONG_KIND,
)
from rcc_forecast.tables.sufficiency import SUBSTITUTION, SUPPLY
from tests.builders.report import AS_OF, RCC, report_content

HERE = {"region": ALL, "local_authority": ALL, "rcc": RCC, "local_authority_name": ""}
LAST = {"month": "2027-03-31", "horizon": 24}
TEN = {"mean": 10.0, "q10": 8.0, "q90": 12.0}

META: dict[str, Any] = {
    "as_of": str(AS_OF.date()),
    "run_id": "0123456789abcdef",
    "data_hash": "ab" * 32,
    "version": "0.1.0",
    "seed": 903,
    "sources": {"prices today": "The register's weekly_cost_gbp."},
    "notes": ["Demand is counted where children were placed."],
    "breaks": [
        {
            "name": "supported-accommodation",
            "month": "2023-10-31",
            "description": "Supported accommodation became regulated.",
            "handling": "Forecast with a step in this month.",
        }
    ],
}


def filled(table: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Give rows of a declared table; what is not said is missing, or without words."""
    frame = pd.DataFrame(rows)
    for column in table.columns:
        if column.name not in frame:
            is_number = column.kind in (Kind.NUMBER, Kind.INTEGER)
            frame[column.name] = float("nan") if is_number else ""
    return frame[table.names]


def strategy_tables(**changed: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    """Every table of a strategy, save those that are `changed`; None leaves one out."""
    content = report_content()
    tables = {
        "balance": content.balance,
        "demand": content.demand,
        "forecast": content.forecast,
        "backtest": content.backtest,
        "findings": content.findings,
        "supply": _supply(),
        "carers": filled(
            CARERS,
            [
                {**HERE, **TEN, "month": month, "horizon": at, "measure": measure, "source": "Own"}
                for month, at in (("2025-03-31", 0), ("2026-03-31", 12), ("2027-03-31", 24))
                for measure in CARER_MEASURES.labels
            ],
        ),
        "substitution": filled(
            SUBSTITUTION,
            [
                _lives_and_needs("childrens_home", "foster", 30.0),
                _lives_and_needs(*["foster"] * 2, 270.0),
            ],
        ),
        "closing": filled(CLOSING, [_closing()]),
        **_money(),
        **_people(),
        "waterfall": filled(WATERFALL, _waterfall()),
        "reliability": filled(RELIABILITY, _reliability()),
    }
    tables.update(changed)
    return {name: table for name, table in tables.items() if table is not None}


def _supply() -> pd.DataFrame:
    steps = {
        "capacity_approved": 100.0,
        "places_closed": 10.0,
        "capacity_available": 90.0,
        "places_used_by_others": 40.0,
        "own_residents": 42.0,
        "free": 8.0,
        "places_unsuited": 3.0,
        "places_to_come": 1.0,
        "capacity_usable": 48.0,
        "living_elsewhere": 5.0,
    }
    said = dict.fromkeys(
        [name for name in SUPPLY.names if name.endswith("_source")], "the register"
    )
    kinds = ("foster", "childrens_home")
    return filled(
        SUPPLY,
        [
            {**HERE, **steps, **said, "placement_type": kind, "month": month, "horizon": at}
            for kind in kinds
            for month, at in (("2025-04-30", 1), ("2027-03-31", 24))
        ],
    )


def _lives_and_needs(lived_in: str, needed: str, children: float) -> dict[str, Any]:
    return {
        **HERE,
        **LAST,
        "lived_in": lived_in,
        "needed": needed,
        "age_band": ALL,
        "share_mean": 0.5,
        "children_mean": children,
        "children_q10": children - 5.0,
        "children_q90": children + 5.0,
        "source": "learned from 900 children",
    }


def _closing() -> dict[str, Any]:
    return {
        **HERE,
        **LAST,
        "placement_type": "childrens_home",
        "p_shortfall": 0.9,
        "target": 0.25,
        "lever": "places",
        "unit": "places",
        "needed": 12.0,
        "needed_q10": 9.0,
        "needed_q90": 15.0,
        "possible": "yes",
        "sentence": f"{RCC}, children's home: with 12 more usable places (9 to 15), the chance of "
        f"a shortage in March 2027 would fall from 90% to under 25%.",
    }


def _money() -> dict[str, pd.DataFrame]:
    spend = {"spend_mean": 9000.0, "spend_q10": 8000.0, "spend_q90": 10000.0, "children_mean": 10.0}
    year = {
        "spend_mean_gbp": 5.2e6,
        "spend_q025_gbp": 4.0e6,
        "spend_q10_gbp": 4.5e6,
        "spend_q50_gbp": 5.1e6,
        "spend_q90_gbp": 6.0e6,
        "spend_q975_gbp": 6.5e6,
        "months": 12,
        "financial_year": "2026-27",
    }
    parts = {"children": 1000.0, "kind": -200.0, "sector": 0.0, "price": 4200.0, "contracts": 0.0}
    parts["change"] = sum(parts.values())
    assert list(parts) == list(CHANGE_PARTS.labels)
    changes = [
        {
            **HERE,
            **LAST,
            "part": part,
            "today_mean": 95_000.0,
            "then_mean": 100_000.0,
            "change_mean": amount,
            "change_q10": amount - 900.0,
            "change_q90": amount + 900.0,
        }
        for part, amount in parts.items()
    ]
    wrong = {
        **HERE,
        "placement_type": "childrens_home",
        "needed_type": "foster",
        "children_mean": 30.0,
        "extra_mean": 90_000.0,
        "extra_q10": 70_000.0,
        "extra_q90": 110_000.0,
    }
    market = {
        **HERE,
        "placement_type": "childrens_home",
        "homes": 20,
        "places": 70.0,
        "providers": 9,
        "largest_share": 0.3,
        "hhi": 1800.0,
        "for_profit_places_share": 0.8,
        "margin_proxy_pct": 18.0,
        "margin_proxy_q10": 9.0,
        "margin_proxy_q90": 27.0,
        "note": "",
    }
    budget = {
        "budget": 1,
        "local_authority": ALL,
        "financial_year": "2026-27",
        "months": 12,
        "budget_gbp": 5.0e6,
        "spend_mean_gbp": 5.2e6,
        "spend_q10_gbp": 4.5e6,
        "spend_q90_gbp": 6.0e6,
        "p_overspend": 0.6,
        "expected_overspend_gbp": 4e5,
    }
    contract = {
        "contract": 1,
        "provider": "=1+1",
        "placement_type": "childrens_home",
        "financial_year": "2026-27",
        "months": 12,
        "places_mean": 10.0,
        "used_mean": 9.5,
        "break_even_use": 0.8,
        "p_saves": 0.7,
        "saving_mean_gbp": 1e5,
        "saving_q10_gbp": -5e4,
        "saving_q90_gbp": 3e5,
    }
    sectors = ("private", "local_authority", ALL)
    return {
        "spend": filled(
            SPEND,
            [
                {**HERE, **LAST, **spend, "placement_type": "foster", "sector": sector}
                for sector in sectors
            ],
        ),
        "spend_years": filled(
            SPEND_YEARS, [{**HERE, **year, "placement_type": kind} for kind in ("foster", ALL)]
        ),
        "spend_change": filled(SPEND_CHANGE, changes),
        "wrong_kind": filled(WRONG_KIND, [wrong]),
        "market": filled(MARKET, [market]),
        "prices_paid": filled(
            PRICES_PAID,
            [
                {
                    "placement_type": "childrens_home",
                    "feature": "Private provider",
                    "homes": 60,
                    "homes_with": 40,
                    "difference_pct": 12.0,
                    "q10": 5.0,
                    "q90": 20.0,
                }
            ],
        ),
        "budget": filled(BUDGET, [budget]),
        "contracts": filled(CONTRACTS, [contract]),
    }


def _people() -> dict[str, pd.DataFrame]:
    known = {
        "children_now": 9.0,
        "children_known": 300.0,
        "share": 0.03,
        "source": "Children's file",
    }
    every = {"placement_type": ALL, "age_band": ALL}
    silent = {
        "need": "deprivation_of_liberty",
        "horizon": float("nan"),
        "month": "",
        "note": "No return holds a DoLo table.",
    }
    asked = {"asked": 120.0, "yes": 60.0, "share": 0.5, "share_q025": 0.41, "share_q975": 0.59}
    return {
        "needs": filled(
            NEEDS,
            [
                {**HERE, **LAST, **TEN, **known, **every, "need": "solo"},
                {**HERE, **every, **silent},
            ],
        ),
        "health": filled(
            HEALTH,
            [
                {
                    **HERE,
                    **LAST,
                    **TEN,
                    **asked,
                    "indicator": "sdq_cause_for_concern",
                    "by": by,
                    "group": group,
                    "return_year": 2025,
                }
                for by, group in ((ALL, ALL), ("sex", "Female"))
            ],
        ),
        "after_care": filled(
            AFTER_CARE,
            [
                {**HERE, **TEN, "measure": measure, "month": month, "horizon": at}
                for measure in AFTER_CARE_MEASURE.labels
                for month, at in (("2025-03-31", 0), ("2027-03-31", 24))
            ],
        ),
    }


def _waterfall() -> list[dict[str, Any]]:
    blocks = (("as is", 20.0, 20.0), ("[foster]", -8.0, 12.0), ("scenario", 12.0, 12.0))
    return [
        {
            **HERE,
            **LAST,
            "measure": "gap",
            "placement_type": "planned",
            "step": step,
            "block": block,
            "mean": mean,
            "q10": mean - 2.0,
            "q90": mean + 2.0,
            "after": after,
            "method": "Shapley value",
        }
        for step, (block, mean, after) in enumerate(blocks)
    ]


def _reliability() -> list[dict[str, Any]]:
    return [
        {
            "placement_type": kind,
            "lead": ALL,
            "decile": decile,
            "n": 40.0,
            "origins": 8.0,
            "said": 0.55,
            "happened": 0.5,
            "happened_q10": 0.4,
            "happened_q90": 0.6,
            "reliable": "yes",
            "note": "What was said agrees with what came, within its doubt.",
        }
        for kind in ("foster", "planned")
        for decile in ("6", ALL)
    ]
