"""What can be asked for by name: forecasters, regions and co-operatives."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd
from fastapi import APIRouter

from api.schemas.reference import Models, Regions
from rcc_forecast.forecasting.candidates import candidates
from rcc_forecast.geography import AUTHORITIES, name_of, read_membership

router = APIRouter(prefix="/v1", tags=["reference"])


@router.get(
    "/models",
    operation_id="listModels",
    summary="List the forecasters",
    response_model=Models,
)
def list_models() -> dict[str, Any]:
    """Give every forecaster by name, what it is, and whether it is what a forecast consists of."""
    return {"items": [asdict(candidate) for candidate in candidates()]}


@router.get(
    "/regions",
    operation_id="listRegions",
    summary="List regions, authorities, and who belongs to which co-operative since when",
    response_model=Regions,
)
def list_regions() -> dict[str, Any]:
    """Give the map that every table uses; membership is dated."""
    by_region = AUTHORITIES.sort_index().groupby("region", sort=True)
    by_rcc = read_membership().table.groupby("rcc", sort=True)
    return {
        "regions": [
            {
                "region": str(region),
                "authorities": [
                    {"local_authority": str(code), "name": str(name)}
                    for code, name in members["name"].items()
                ],
            }
            for region, members in by_region
        ],
        "rccs": [{"rcc": str(rcc), "members": _members(rows)} for rcc, rows in by_rcc],
    }


def _members(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "local_authority": str(code),
            "name": name_of(str(code)),
            "since": since.date().isoformat(),
            "until": None if pd.isna(until) else until.date().isoformat(),
        }
        for code, since, until in zip(
            rows["local_authority"], rows["from"], rows["to"], strict=True
        )
    ]
