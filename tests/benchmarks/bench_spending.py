"""Does the spend forecast hold its 80%? Worlds whose prices move nothing like the forecast's.

Every child lives in a home at that home's price. Prices rise every April by a rate of the
world, of the year (with jumps) and of the provider; who comes new pays a premium and is
sometimes placed alone at nearly twice the price; the mix drifts to private homes; a fifth of
the children live in homes that the register does not list, dearer than those it does; prices
and Ofsted numbers are missing here and there. The number of children is one more draw from
the same futures that the forecast is given: what is judged here is the money.

    python -m tests.benchmarks.bench_spending [--worlds 60] [--first 1]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.geography import AUTHORITIES, Membership
from rcc_forecast.results.areas import areas_of
from rcc_forecast.results.futures import BANDS, KINDS, AreaFutures, area_key
from rcc_forecast.spending import forecast_spend
from rcc_forecast.tables.forecast import QUANTILES
from tests.builders.register import a_home

HORIZON, PATHS = 36, 200
AS_OF = pd.Timestamp("2026-03-31")
MONTHS = pd.date_range("2026-04-30", periods=HORIZON, freq="ME")
BASE = {"foster": 700.0, "childrens_home": 6_000.0, "supported": 1_500.0}
RISE = {"foster": (0.0, 0.07), "childrens_home": (0.03, 0.15), "supported": (0.0, 0.10)}
NOW = {"foster": (60, 300), "childrens_home": (12, 60), "supported": (10, 45)}
STAY_YEARS = {"foster": (0.9, 2.0), "childrens_home": (0.8, 1.8), "supported": (0.3, 0.8)}
LISTED = 0.8


@dataclass(frozen=True, slots=True)
class Market:
    """Homes of one kind: price on the as-of day, provider, sector, whether in the register."""

    price: np.ndarray
    provider: np.ndarray
    private: np.ndarray
    listed: np.ndarray
    urn: np.ndarray


def a_market(kind: str, rng: np.random.Generator) -> Market:
    """Invent the homes of a kind."""
    n, n_providers = int(rng.integers(40, 160)), int(rng.integers(6, 25))
    provider = rng.integers(n_providers, size=n)
    private = (np.arange(n_providers) / n_providers < rng.uniform(0.4, 0.9))[provider]
    listed = rng.random(n) < LISTED
    alone = np.where((rng.random(n) < 0.08) & (kind == "childrens_home"), 1.6, 1.0)
    level = np.exp(0.12 * rng.standard_normal(n_providers))[provider]
    dearer = np.where(listed, 1.0, 1.12) * np.where(private, 1.0 + rng.uniform(0, 0.5), 1.0)
    price = BASE[kind] * level * alone * dearer * np.exp(0.2 * rng.standard_t(5, size=n))
    urn = np.array([f"SC{rng.integers(1e6):06d}{kind[0]}{i}" for i in range(n)])
    return Market(price, provider, private, listed, urn)


def yearly_rises(kind: str, market: Market, rng: np.random.Generator) -> np.ndarray:
    """Log price of each home by month, relative to the as-of day; rises come in April."""
    usual = rng.uniform(*RISE[kind])
    years = 1 + HORIZON // 12
    jump = rng.random(years) < 0.25
    year = usual + np.where(jump, 0.06, 0.015) * rng.standard_normal(years)
    of_provider = 0.025 * rng.standard_normal((market.provider.max() + 1, years))
    rises = (year + of_provider)[market.provider]
    return np.cumsum(rises, axis=1)[:, np.arange(HORIZON) // 12]


def a_world(seed: int) -> tuple[AreaFutures, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Futures, register, stays; and the true spend by authority, kind and month."""
    rng = np.random.default_rng([77, seed])
    region = AUTHORITIES[AUTHORITIES["region"] == "North West"]
    codes = sorted(rng.choice(region.index, size=int(rng.integers(3, 7)), replace=False))
    authorities = pd.DataFrame({"local_authority": codes, "region": "North West"})
    paths, truth_children = _children(len(codes), rng)
    homes, stays = [], []
    spend = np.zeros((len(codes), len(BASE), HORIZON))
    for k, kind in enumerate(BASE):
        market = a_market(kind, rng)
        rises = yearly_rises(kind, market, rng)
        homes += _register(kind, market, codes, rng)
        to_private = rng.normal(0.0, 0.15)
        for a, code in enumerate(codes):
            now, spend[a, k] = _lives(kind, market, rises, truth_children[a, k], to_private, rng)
            stays += _stays(kind, code, market, now, rng)
    memberless = Membership(
        pd.DataFrame({"rcc": [], "local_authority": [], "from": [], "to": []}).astype(
            {"from": "datetime64[us]", "to": "datetime64[us]"}
        )
    )
    areas = areas_of(authorities, months=MONTHS, membership=memberless)
    published = {
        area_key(area): np.quantile(
            np.einsum("pakbh,ah->pkh", paths, area.members.astype(float)),
            list(QUANTILES.values()),
            axis=0,
        )
        for area in areas
    }
    futures = AreaFutures(areas, authorities, MONTHS, paths, published, seed)
    register = pd.concat(homes, ignore_index=True)
    episodes = pd.DataFrame(stays).assign(
        child=np.arange(len(stays)),
        dec=pd.Series([pd.NaT] * len(stays), dtype="datetime64[us]"),
        decom=AS_OF - pd.to_timedelta(rng.integers(30, 2_500, len(stays)), unit="D"),
        dob=pd.Timestamp("2014-06-15"),
        respite=False,
    )
    return futures, register, episodes, spend


def _children(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Futures by authority, kind, band; and one more of the same as the truth."""
    now = np.array([[rng.integers(*NOW[kind]) for kind in BASE] for _ in range(n)], dtype=float)
    ahead = np.arange(1, HORIZON + 1) / 12.0
    drift, doubt = rng.normal(0.0, 0.04, size=len(BASE)), rng.uniform(0.04, 0.10)
    shape = (PATHS + 1, n, len(BASE), HORIZON)
    steps = rng.standard_normal(shape) + 0.15 * rng.standard_normal((PATHS + 1, 1, len(BASE), 1))
    walk = np.cumsum(steps, axis=-1) * doubt / np.sqrt(12)
    drawn = now[None, :, :, None] * np.exp(drift[:, None] * ahead + walk)
    paths = np.zeros((PATHS, n, len(KINDS), len(BANDS), HORIZON), dtype=np.float32)
    for k, kind in enumerate(BASE):
        paths[:, :, KINDS.index(kind), 3] = drawn[:-1, :, k]
    truth = np.concatenate([now[..., None], drawn[-1]], axis=-1)
    return paths, np.round(truth).astype(int)


def _lives(
    kind: str,
    market: Market,
    rises: np.ndarray,
    counts: np.ndarray,
    to_private: float,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Homes of the children now, and what all of them cost month by month."""
    leave = 1.0 / (12.0 * rng.uniform(*STAY_YEARS[kind]))
    weight = rng.random(len(market.price)) ** 2
    now = rng.choice(len(weight), size=counts[0], p=weight / weight.sum())
    living, premium = now.copy(), np.zeros(counts[0])
    spot = rng.uniform(0.0, 0.05)
    spend = np.zeros(HORIZON)
    for month in range(HORIZON):
        stays = rng.random(len(living)) > leave
        living, premium = living[stays], premium[stays]
        n = counts[month + 1]
        if len(living) > n:
            kept = rng.permutation(len(living))[:n]
            living, premium = living[kept], premium[kept]
        odds = weight * np.where(market.private, np.exp(to_private * month / 12), 1.0)
        new = rng.choice(len(odds), size=n - len(living), p=odds / odds.sum())
        alone = (rng.random(len(new)) < 0.04) & (kind == "childrens_home")
        living = np.concatenate([living, new])
        premium = np.concatenate([premium, np.where(alone, 0.6, spot)])
        price = market.price[living] * np.exp(rises[living, month] + premium)
        spend[month] = price.sum()
    return now, spend


def _register(
    kind: str, market: Market, codes: list[str], rng: np.random.Generator
) -> list[pd.DataFrame]:
    sector = np.where(market.private, "private", "local_authority")
    missing = rng.random(len(sector)) < 0.1
    return [
        a_home(
            market.urn[i],
            urn=market.urn[i],
            provider=f"{kind} {sector[i]} {market.provider[i]}",
            sector=sector[i],
            placement_type=kind,
            local_authority=codes[int(rng.integers(len(codes)))],
            weekly_cost_gbp=np.nan if missing[i] else float(np.round(market.price[i] / 5) * 5),
        )
        for i in np.flatnonzero(market.listed)
    ]


def _stays(
    kind: str, code: str, market: Market, now: np.ndarray, rng: np.random.Generator
) -> list[dict[str, object]]:
    silent = rng.random(len(now)) < 0.1
    return [
        {
            "local_authority": code,
            "placement_type": kind,
            "place_provider": "PR4" if market.private[home] else "PR1",
            "urn": None if nothing else market.urn[home],
        }
        for home, nothing in zip(now, silent, strict=True)
    ]


def judged(seed: int, *, register: str) -> pd.DataFrame:
    """Each authority's and the region's financial years against their intervals."""
    futures, homes, episodes, spend = a_world(seed)
    if register == "without prices":
        homes = homes.assign(weekly_cost_gbp=np.nan)
    if register == "without numbers":
        episodes = episodes.assign(urn=None)
    began = time.thread_time()
    told = forecast_spend(
        futures,
        homes=homes,
        episodes=episodes,
        as_of=AS_OF,
        rng=np.random.default_rng(seed),
    )
    seconds = time.thread_time() - began
    weeks = MONTHS.days_in_month.to_numpy() / 7.0
    rows = []
    for who, kinds in [(k, [k]) for k in BASE] + [(ALL, list(BASE))]:
        at = [list(BASE).index(kind) for kind in kinds]
        money = (spend[:, at].sum(axis=1) * weeks).reshape(len(spend), 3, 12).sum(axis=2)
        lines = told.years[told.years["placement_type"] == who]
        for code in [*futures.authorities["local_authority"], ALL]:
            mine = lines[(lines["local_authority"] == code) & (lines["region"] != ALL)]
            codes = futures.authorities["local_authority"].tolist()
            truth = money.sum(axis=0) if code == ALL else money[codes.index(code)]
            for y, line in enumerate(mine.to_dict("records")):
                rows.append(
                    {
                        "whom": "region" if code == ALL else "authority",
                        "kind": who,
                        "year": y + 1,
                        "held": line["spend_q10_gbp"] <= truth[y] <= line["spend_q90_gbp"],
                        "below": truth[y] < line["spend_q10_gbp"],
                        "width": (line["spend_q90_gbp"] - line["spend_q10_gbp"])
                        / line["spend_mean_gbp"],
                        "bias": line["spend_mean_gbp"] / truth[y] - 1.0,
                        "world": seed,
                        "seconds": seconds,
                    }
                )
    return pd.DataFrame(rows)


def main() -> None:
    """Print shares of intervals that held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worlds", type=int, default=60)
    parser.add_argument("--first", type=int, default=1)
    given = parser.parse_args()
    seeds = range(given.first, given.first + given.worlds)
    for register in ("with prices", "without numbers"):
        rows = pd.concat([judged(seed, register=register) for seed in seeds], ignore_index=True)
        print(f"\nregister {register}; {given.worlds} worlds; CPU {rows['seconds'].median():.2f} s")
        by = rows.groupby(["whom", "kind", "year"])[["held", "below", "width", "bias"]].mean()
        print(by.round(3).to_string())
        print(rows[rows["kind"] == ALL].groupby("whom")["held"].mean().round(3).to_string())


if __name__ == "__main__":
    main()
