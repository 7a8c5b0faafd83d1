"""Filed returns of invented children, each saying only what its test is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from rcc_forecast.children import link_episodes
from rcc_forecast.results.findings import Findings
from rcc_forecast.results.journeys import Journeys
from rcc_forecast.results.returns import FiledReturns

MANCHESTER = "E08000003"

_DATES = ("decom", "dec", "dob", "duc")
_OF_THE_CHILD = ("dob", "sex", "ethnic", "upn", "uasc_status")


def an_episode(
    *,
    decom: str,
    dec: str | None = None,
    child: str = "A1",
    dob: str | None = "2010-06-15",
    place: str = "U4",
    ls: str = "C2",
    rne: str = "S",
    cin: str = "N1",
    local_authority: str = MANCHESTER,
    **others: Any,
) -> dict[str, Any]:
    """Give one episode of one child; dates in ISO form."""
    return {
        "child": child,
        "decom": decom,
        "dec": dec,
        "rec": None if dec is None else "X1",
        "dob": dob,
        "place": place,
        "ls": ls,
        "rne": rne,
        "cin": cin,
        "local_authority": local_authority,
        **others,
    }


def filed(year: int, *episodes: dict[str, Any]) -> list[dict[str, Any]]:
    """Give episodes as one return states them, unchanged."""
    return [episode | {"year": year} for episode in episodes]


def filed_yearly(*episodes: dict[str, Any], years: Iterable[int]) -> list[dict[str, Any]]:
    """Give episodes in every return that ought to have them, open while they last."""
    rows = []
    for year in years:
        opens, closes = f"{year - 1}-04-01", f"{year}-03-31"
        for episode in episodes:
            if episode["decom"] > closes or (episode["dec"] or "9999") < opens:
                continue
            ended = episode["dec"] is not None and episode["dec"] <= closes
            ending = {} if ended else {"dec": None, "rec": None}
            rows.append(episode | {"year": year} | ending)
    return rows


def returns_with(
    *filings: list[dict[str, Any]],
    uasc: Iterable[dict[str, Any]] = (),
    also_filed: Iterable[tuple[str, int]] = (),
) -> FiledReturns:
    """Give filed returns; ``also_filed`` names returns in which nobody was looked after."""
    rows = [row for filing in filings for row in filing]
    episodes = numbered(pd.DataFrame(rows), "episodes")
    header = episodes[["child", "local_authority", "year"]].copy()
    for name in _OF_THE_CHILD:
        if name in episodes:
            header[name] = episodes[name]
    header = header[header["dob"].notna()].drop_duplicates(["child", "local_authority", "year"])
    given = {
        "episodes": episodes.drop(columns=[c for c in _OF_THE_CHILD if c in episodes]),
        "header": numbered(header, "header"),
    }
    listed = list(uasc)
    if listed:
        given["uasc"] = numbered(pd.DataFrame(listed), "uasc")
    return as_returns(given, also_filed=also_filed)


def as_returns(
    tables: dict[str, pd.DataFrame], *, also_filed: Iterable[tuple[str, int]] = ()
) -> FiledReturns:
    """Give tables the face of filed returns."""
    pairs = tables["episodes"].groupby(["local_authority", "year"]).size()
    listed = [(code, year, int(n)) for (code, year), n in pairs.items()]
    listed += [(code, year, 1) for code, year in also_filed]
    filed_table = pd.DataFrame(
        [(code, year, "episodes", n, n) for code, year, n in listed],
        columns=["local_authority", "year", "table", "rows_filed", "rows_used"],
    )
    return FiledReturns(tables, filed_table, Findings.none(), "0" * 64)


def journeys_of(*filings: list[dict[str, Any]], **how: Any) -> Journeys:
    """Link what was filed."""
    return link_episodes(returns_with(*filings, **how))


def rules_of(findings: Findings) -> set[str]:
    """Give the rules that were found."""
    return set(findings.frame["rule"])


def a_steady_authority(
    *,
    rng: np.random.Generator,
    years: Iterable[int],
    starts_a_year: int,
    mean_days: float,
    delay_of_ends: Any = None,
    local_authority: str = MANCHESTER,
) -> tuple[FiledReturns, pd.DataFrame]:
    """Give an authority of constant entries and constant rates of leaving, and the truth.

    ``delay_of_ends(rng, n)`` gives days between an end and its recording; a
    return has the end only where it was recorded by 31 March.
    """
    years = list(years)
    first, last = pd.Timestamp(years[0] - 6, 4, 1), pd.Timestamp(years[-1], 3, 31)
    span = (last - first).days
    n = int(starts_a_year * span / 365.25)
    start = first + pd.to_timedelta(np.sort(rng.integers(0, span, n)), unit="D")
    end = start + pd.to_timedelta(1 + rng.exponential(mean_days, n).astype(int), unit="D")
    delays = np.zeros(n, dtype=int) if delay_of_ends is None else delay_of_ends(rng, n)
    truth = pd.DataFrame(
        {
            "child": [f"S{i}" for i in range(n)],
            "decom": start,
            "dec": end,
            "recorded": end + pd.to_timedelta(delays, unit="D"),
            # Far from every birthday that changes a band, so that only ends end care.
            "dob": start - pd.Timedelta(days=int(10.2 * 365.25)),
        }
    )
    filings = []
    for year in years:
        opens, closes = pd.Timestamp(year - 1, 4, 1), pd.Timestamp(year, 3, 31)
        # An end recorded late is stated in the next return, which still lists the child.
        ended_before = (truth["dec"] < opens) & (truth["recorded"] < opens)
        there = truth[(truth["decom"] <= closes) & ~ended_before]
        dec = there["dec"].where((there["dec"] <= closes) & (there["recorded"] <= closes))
        filings.append(there.assign(dec=dec, year=year))
    rows = pd.concat(filings, ignore_index=True).assign(
        place="U4", ls="C2", rne="S", cin="N1", local_authority=local_authority
    )
    rows["rec"] = pd.Series("E8", rows.index, dtype="str").where(rows["dec"].notna())
    header = rows[["child", "dob", "local_authority", "year"]]
    tables = {
        "episodes": numbered(rows.drop(columns=["dob", "recorded"]), "episodes"),
        "header": numbered(header, "header"),
    }
    return as_returns(tables), truth


def numbered(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    typed = frame.reset_index(drop=True)
    for name in typed:
        if name in _DATES:
            typed[name] = pd.to_datetime(typed[name])
        elif name != "year":
            typed[name] = typed[name].astype("str").where(typed[name].notna())
    files = typed["year"].map(lambda year: f"{year}/{table}.csv").astype("str")
    return typed.assign(file=files, row=typed.groupby("year").cumcount() + 2)
