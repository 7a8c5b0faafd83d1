"""Futures, forecasts and returns of a few invented young people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.children import link_episodes
from rcc_forecast.codes import ALL
from rcc_forecast.geography import read_membership, region_of
from rcc_forecast.results.areas import areas_of
from rcc_forecast.results.forecast import DemandForecast
from rcc_forecast.results.futures import BANDS, KINDS, AreaFutures, area_key
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns
from rcc_forecast.tables.forecast import QUANTILES
from tests.builders.episodes import MANCHESTER, numbered, returns_with

SALFORD = "E08000006"


def steady_futures(
    children: Mapping[tuple[str, str, str], float],
    *,
    today: str = "2024-03-31",
    horizon: int = 24,
    n_paths: int = 60,
    seed: int = 3,
) -> AreaFutures:
    """Futures in which an authority's children of a kind and band stay as many, but for noise.

    Parameters
    ----------
    children : dict
        By (authority, kind, band).
    """
    codes = list(dict.fromkeys(code for code, _, _ in children))
    months = pd.date_range(today, periods=horizon + 1, freq="ME")[1:]
    authorities = pd.DataFrame(
        {"local_authority": codes, "region": [region_of(code) for code in codes]}
    )
    mean = np.zeros((len(codes), len(KINDS), len(BANDS)))
    for (code, kind, band), number in children.items():
        mean[codes.index(code), KINDS.index(kind), BANDS.index(band)] = number
    swing = 1.0 + 0.1 * np.random.default_rng(seed).standard_normal((n_paths, len(codes), 1, 1, 1))
    swing /= swing.mean(axis=0)
    paths = np.broadcast_to(swing * mean[None, ..., None], (*swing.shape[:2], *mean.shape[1:], 1))
    paths = np.repeat(paths, horizon, axis=4).astype(np.float32)
    areas = areas_of(authorities, months=months, membership=read_membership())
    published = {}
    for area in areas:
        total = np.einsum("pakbh,ah->pkh", paths, area.members.astype(np.float32))
        published[area_key(area)] = np.quantile(total, list(QUANTILES.values()), axis=0)
    return AreaFutures(areas, authorities, months, paths, published, seed)


def a_forecast_of(
    futures: AreaFutures,
    *,
    turning_18: Mapping[tuple[str, str], float] | None = None,
    uasc: Mapping[str, float] | None = None,
) -> DemandForecast:
    """A forecast that says who turns 18 a month, by (authority, kind), and how many are UASC."""
    explanation = None
    if turning_18 is not None:
        explanation = pd.DataFrame(
            [
                _node(code, kind, month, at, "All") | {"aged_out": number}
                for (code, kind), number in turning_18.items()
                for at, month in enumerate(futures.months, start=1)
            ]
        )
    rows = [
        _node(code, ALL, month, at, "uasc")
        | {"measure": "children", "mean": number, "q10": 0.5 * number, "q90": 1.5 * number}
        for code, number in (uasc or {MANCHESTER: 0.0}).items()
        for at, month in enumerate(futures.months, start=1)
    ]
    return DemandForecast(
        frame=pd.DataFrame(rows).assign(rcc=""),
        futures=None,
        leaf_means={},
        leaves=futures.authorities,
        months=futures.months,
        backtest=None,  # type: ignore[arg-type]
        explanation=explanation,
        meta={},
    )


def _node(
    code: str, kind: str, month: pd.Timestamp, horizon: int, population: str
) -> dict[str, Any]:
    return {
        "region": region_of(code),
        "local_authority": code,
        "placement_type": kind,
        "age_band": ALL,
        "population": population,
        "month": month,
        "horizon": horizon,
    }


def an_answer(child: str, *, year: int, local_authority: str = MANCHESTER, **said: Any) -> Any:
    """One row of OC2 or OC3."""
    return {"child": child, "year": year, "local_authority": local_authority, **said}


def linked(
    *filings: list[dict[str, Any]], **tables: Iterable[dict[str, Any]]
) -> tuple[FiledReturns, Journeys]:
    """Returns with further tables, and the journeys through them."""
    returns = returns_with(*filings)
    for name, rows in tables.items():
        frame = numbered(pd.DataFrame(list(rows)), name)
        for column in [name for name in frame if name.endswith(("_start", "_end"))]:
            frame[column] = pd.to_datetime(frame[column])
        returns.tables[name] = frame
    return returns, link_episodes(returns)
