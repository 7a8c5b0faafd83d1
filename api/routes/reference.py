"""What can be asked for by name: forecasters, regions and co-operatives."""

from __future__ import annotations

import inspect
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
    """Give every forecaster by name, and what it is."""
    return {
        "items": [
            {"name": name, "what_it_is": _first_sentence(forecaster)}
            for name, forecaster in candidates(None).items()
        ]
    }


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


def _first_sentence(forecaster: object) -> str:
    # One that is made in a loop has no words of its own; its file has.
    told = inspect.getdoc(forecaster) or inspect.getdoc(inspect.getmodule(forecaster)) or ""
    return told.split("\n", maxsplit=1)[0]


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
