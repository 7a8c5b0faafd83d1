"""Histories of demand from invented children, counted as returns are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from rcc_forecast.children import link_episodes
from rcc_forecast.codes import Measure
from rcc_forecast.demand import monthly_demand
from rcc_forecast.geography import Membership
from rcc_forecast.results.demand import DemandHistory
from rcc_forecast.results.returns import FiledReturns
from tests.builders.episodes import as_returns, numbered

MANCHESTER, SALFORD, BLACKPOOL, LEEDS = "E08000003", "E08000006", "E06000009", "E08000035"
NORTH_WEST = (BLACKPOOL, MANCHESTER, SALFORD)
FIRST_RETURN = 2019

_YEARS_OF_CARE = 2.2
_PLACES = np.array(["U4", "U1", "K2", "K3"])
_MIX = np.array([[0.8, 0.2, 0.0, 0.0], [0.55, 0.15, 0.3, 0.0], [0.2, 0.1, 0.2, 0.5]])
"""Of children under 10, under 16, and older."""


def some_children(
    *,
    authorities: tuple[str, ...] = NORTH_WEST,
    until: int = 2024,
    each: int = 60,
    seed: int = 7,
) -> pd.DataFrame:
    """Invent every stay in care of steady authorities, one row an episode.

    Parameters
    ----------
    until : int
        Year whose 31 March is the last day anybody comes.
    each : int
        Children of an authority in care at a time, roughly.
    """
    rng = np.random.default_rng(seed)
    first, last = pd.Timestamp(FIRST_RETURN - 9, 4, 1), pd.Timestamp(until, 3, 31)
    days = (last - first).days
    n = int(each / _YEARS_OF_CARE * days / 365.25) * len(authorities)
    age = rng.uniform(0.0, 17.5, n)
    uasc = (age > 14) & (rng.random(n) < 0.4)
    older = (age >= 10).astype(int) + (age >= 16)
    began = first + pd.to_timedelta(rng.integers(0, days, n), unit="D")
    length = 5 + rng.exponential(365 * _YEARS_OF_CARE, n).astype(int)
    whole = pd.DataFrame(
        {
            "child": [f"S{i}" for i in range(n)],
            "local_authority": np.resize(np.array(authorities), n),
            "dob": began - pd.to_timedelta((age * 365.25).astype(int), unit="D"),
            "uasc_status": np.where(uasc, "1", "0"),
            "decom": began,
            "dec": began + pd.to_timedelta(length, unit="D"),
            "place": _drawn(rng, _MIX[older]),
            "rne": "S",
            "late": 0,
        }
    )
    # A third move once, halfway through.
    moves = rng.random(n) < 1 / 3
    middle = whole["decom"] + (whole["dec"] - whole["decom"]) // 2
    middle = middle.dt.normalize()
    then = whole[moves].assign(decom=middle[moves], rne="P", place=_drawn(rng, _MIX[older[moves]]))
    before = whole.assign(dec=whole["dec"].mask(moves, middle))
    return pd.concat([before, then], ignore_index=True).sort_values(
        ["local_authority", "child", "decom"], ignore_index=True
    )


def with_another_story_after(children: pd.DataFrame, day: str) -> pd.DataFrame:
    """Let nobody come after a day, and everybody who is there then stay two years longer."""
    then = pd.Timestamp(day)
    there = children[children["decom"] <= then]
    longer = there["dec"].where(there["dec"] <= then, there["dec"] + pd.Timedelta(days=730))
    return there.assign(dec=longer).reset_index(drop=True)


def filed_by(
    children: pd.DataFrame, *, until: int = 2024, first: int = FIRST_RETURN
) -> FiledReturns:
    """File children as yearly returns; an end is in the first return after ``late`` days."""
    filings = []
    for year in range(first, until + 1):
        opens, closes = pd.Timestamp(year - 1, 4, 1), pd.Timestamp(year, 3, 31)
        recorded = children["dec"] + pd.to_timedelta(children["late"], unit="D")
        there = (children["decom"] <= closes) & ~((children["dec"] < opens) & (recorded < opens))
        rows = children[there]
        known = (rows["dec"] <= closes) & (recorded[there] <= closes)
        filings.append(rows.assign(dec=rows["dec"].where(known), year=year))
    rows = pd.concat(filings, ignore_index=True).assign(ls="C2", cin="N1")
    # Who moves on has reason X1 at the end of the first placement.
    moved = rows.duplicated(["child", "year"], keep="last")
    rows["rec"] = pd.Series(np.where(moved, "X1", "E8"), rows.index).where(rows["dec"].notna())
    header = rows.drop_duplicates(["child", "local_authority", "year"])
    named = ["child", "dob", "uasc_status", "local_authority", "year"]
    tables = {
        "episodes": numbered(rows.drop(columns=["dob", "uasc_status", "late"]), "episodes"),
        "header": numbered(header[named], "header"),
    }
    return as_returns(tables)


@lru_cache(maxsize=8)
def some_returns(
    *, authorities: tuple[str, ...] = NORTH_WEST, until: int = 2024, each: int = 60, seed: int = 7
) -> FiledReturns:
    """File invented children; made once a process."""
    children = some_children(authorities=authorities, until=until, each=each, seed=seed)
    return filed_by(children, until=until)


def history_of_returns(returns: FiledReturns, *, as_of: str | None = None) -> DemandHistory:
    """Link and count."""
    day = None if as_of is None else pd.Timestamp(as_of)
    return monthly_demand(link_episodes(returns, as_of=day), as_of=day)


@lru_cache(maxsize=16)
def a_history(
    *,
    authorities: tuple[str, ...] = NORTH_WEST,
    n_months: int = 73,
    each: int = 60,
    seed: int = 7,
) -> DemandHistory:
    """Give the months from March 2018 on that invented children were counted in."""
    as_of = pd.date_range(f"{FIRST_RETURN - 1}-03-31", periods=n_months, freq="ME")[-1]
    # The first return is of the year after the first month end: one month needs a day of April.
    as_of += pd.Timedelta(days=15) if n_months == 1 else pd.Timedelta(0)
    returns = some_returns(authorities=authorities, each=each, seed=seed)
    return history_of_returns(returns, as_of=f"{as_of:%Y-%m-%d}")


def as_known(history: DemandHistory, n_months: int) -> DemandHistory:
    """Give a history as it was after some months, had nothing been recorded late."""

    def cut(by_measure):
        return {measure: values[:, :n_months] for measure, values in by_measure.items()}

    return replace(
        history,
        months=history.months[:n_months],
        counts=cut(history.counts),
        corrected=cut(history.corrected),
        moves=history.moves[history.moves["month"] < n_months],
        as_of=history.months[n_months - 1],
        population=None,
    )


def with_children(history: DemandHistory, corrected: np.ndarray) -> DemandHistory:
    """Give a history with other numbers of children, whom nobody followed."""
    by_measure = {**history.corrected, Measure.CHILDREN.value: corrected}
    return replace(history, corrected=by_measure, population=None)


def a_membership(
    *, joins: str = "2020-01-01", code: str = SALFORD, members: Iterable[str] = (MANCHESTER,)
) -> Membership:
    """Give one co-operative: Manchester from the start, and another authority that joins."""
    codes = [*members, code]
    return Membership(
        pd.DataFrame(
            {
                "rcc": "Greater Manchester",
                "local_authority": codes,
                "from": pd.to_datetime(["2020-01-01"] * (len(codes) - 1) + [joins]),
                "to": pd.to_datetime([None] * len(codes)),
            }
        )
    )


def _drawn(rng: np.random.Generator, shares: np.ndarray) -> np.ndarray:
    place = (rng.random((len(shares), 1)) > shares.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return _PLACES[place]
