"""One service with one of everything, made once for all tests that only read."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from tests.builders.service import a_service, a_small_region, ask, send

HORIZON = 6


@dataclass(frozen=True)
class Filled:
    """A service and the ids of what it holds."""

    service: TestClient
    dataset: str
    homes: str
    children: str
    forecast: str
    sufficiency: str
    placement: str

    def get(self, path: str, **parameters: object):
        return self.service.get(path, params=parameters)


@pytest.fixture(scope="session")
def region():
    return a_small_region()


@pytest.fixture(scope="session")
def filled(tmp_path_factory, region) -> Filled:
    service = a_service(tmp_path_factory.mktemp("store"))
    dataset = send(service, "datasets", "returns.zip", region.zip)
    homes = send(service, "homes", "homes.csv", region.homes)
    children = send(service, "children", "children.csv", region.children)
    forecast = ask(
        service,
        "forecasts",
        dataset_id=dataset,
        horizon=HORIZON,
        origins=1,
        paths=40,
        seed=903,
        forecasters=["seasonal_naive"],
    )
    sufficiency = ask(service, "sufficiency", forecast_id=forecast, homes_id=homes)
    placement = ask(
        service, "placements", children_id=children, homes_id=homes, on="2026-04-20", seed=1
    )
    return Filled(service, dataset, homes, children, forecast, sufficiency, placement)


@pytest.fixture
def service(tmp_path) -> TestClient:
    return a_service(tmp_path / "store")
