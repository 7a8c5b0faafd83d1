"""Futures of children, stays and homes for tests of spend: three authorities, two regions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.geography import Membership
from rcc_forecast.results.areas import areas_of
from rcc_forecast.results.futures import BANDS, KINDS, AreaFutures, area_key
from rcc_forecast.tables.forecast import QUANTILES
from tests.builders.register import a_home, a_register

BOLTON, BURY, LEEDS = "E08000001", "E08000002", "E08000035"
AUTHORITIES = pd.DataFrame(
    {
        "local_authority": [BOLTON, BURY, LEEDS],
        "region": ["North West", "North West", "Yorkshire and The Humber"],
    }
)
AS_OF = pd.Timestamp("2026-03-31")

CHILDREN = {
    BOLTON: {"foster": 30, "childrens_home": 10, "supported": 4},
    BURY: {"foster": 18, "childrens_home": 6, "supported": 3},
    LEEDS: {"foster": 40, "childrens_home": 12, "supported": 6},
}
"""In care on the as-of day."""


def some_futures(
    *, horizon: int = 18, n_paths: int = 100, growth: float = 0.0, doubt: float = 0.1, seed: int = 3
) -> AreaFutures:
    """Futures about today's children, moving by `growth` a year; Bury's co-operative starts late.

    Parameters
    ----------
    growth : float
        Yearly change of the logarithm of children, every kind alike.
    doubt : float
        Yearly standard deviation of the same.
    """
    months = pd.date_range(AS_OF + pd.offsets.MonthEnd(1), periods=horizon, freq="ME")
    rng = np.random.default_rng(seed)
    ahead = np.arange(1, horizon + 1) / 12.0
    now = np.zeros((len(AUTHORITIES), len(KINDS), len(BANDS)))
    for a, code in enumerate(AUTHORITIES["local_authority"]):
        for kind, children in CHILDREN[code].items():
            now[a, KINDS.index(kind)] = children * np.array([0.0, 0.1, 0.2, 0.4, 0.3])
    strays = rng.standard_normal((n_paths, *now.shape[:2], 1, 1)) * np.sqrt(ahead)
    paths = now[None, ..., None] * np.exp(growth * ahead + doubt * strays)
    areas = areas_of(AUTHORITIES, months=months, membership=a_late_cooperative(months))
    return AreaFutures(
        areas=areas,
        authorities=AUTHORITIES,
        months=months,
        paths=paths.astype(np.float32),
        published={area_key(area): _quantiles(area.members, paths) for area in areas},
        seed=1,
    )


def a_late_cooperative(months: pd.DatetimeIndex) -> Membership:
    """Bolton and Bury; Bury joins in the fourth month."""
    joined = [months[0] - pd.offsets.MonthBegin(1), months[3]]
    return Membership(
        pd.DataFrame(
            {
                "rcc": ["Together", "Together"],
                "local_authority": [BOLTON, BURY],
                "from": joined,
                "to": pd.NaT,
            }
        )
    )


def some_stays(
    *, private: float = 0.5, urn: str | None = None, since: str = "2018-04-01"
) -> pd.DataFrame:
    """Every child of `CHILDREN` in one open stay; a share with private providers.

    Parameters
    ----------
    private : float
        Share of each authority's children of a kind, evenly spread.
    urn : str, optional
        Ofsted number of every child's home.
    """
    rows = [
        (code, kind, number)
        for code, kinds in CHILDREN.items()
        for kind, children in kinds.items()
        for number in range(children)
    ]
    table = pd.DataFrame(rows, columns=["local_authority", "placement_type", "number"])
    n = len(table)
    is_private = np.floor((table["number"] + 1) * private) > np.floor(table["number"] * private)
    return table.drop(columns="number").assign(
        child=np.arange(n),
        decom=pd.Timestamp(since),
        dec=pd.Series([pd.NaT] * n, dtype="datetime64[us]"),
        dob=pd.Timestamp("2014-06-15"),
        respite=False,
        place_provider=pd.Series(np.where(is_private, "PR4", "PR1"), dtype="str"),
        urn=pd.Series([urn] * n, dtype="str"),
    )


def a_market(*, private_premium: float = 1.4, homes_each: int = 20, seed: int = 5) -> pd.DataFrame:
    """Children's homes in Bolton and Bury, own and private, at prices with a known premium."""
    rng = np.random.default_rng(seed)
    homes = []
    for sector, factor in (("local_authority", 1.0), ("private", private_premium)):
        for number in range(homes_each):
            needs, solo = number % 4, int(number % 10 == 0)
            price = 5_000.0 * factor * 1.1**needs * 1.5**solo * np.exp(0.05 * rng.normal())
            homes.append(
                a_home(
                    f"{sector}-{number}",
                    provider=f"{sector} {number % 6}",
                    sector=sector,
                    local_authority=BOLTON if number % 2 else BURY,
                    needs_met=needs,
                    solo=solo,
                    weekly_cost_gbp=float(price),
                )
            )
    return a_register(*homes)


def _quantiles(members: np.ndarray, paths: np.ndarray) -> np.ndarray:
    summed = np.einsum("pakbh,ah->pkh", paths, members.astype(float))
    return np.quantile(summed, list(QUANTILES.values()), axis=0)
