"""Where should new capacity go? Sites chosen over many futures, and judged child by child."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from models.forecast import FloatArray, PathArray
from models.placement.siting import Served, Siting, serve, solve_siting
from rcc_forecast.errors import NothingUsableError
from rcc_forecast.geography import name_of
from rcc_forecast.investing.judge import Place, SecondOpinion, judge
from rcc_forecast.investing.kinds import kinds_served, takes_kind
from rcc_forecast.investing.need import Held, Need, need_of
from rcc_forecast.investing.weigh import Weighed, weigh
from rcc_forecast.investing.words import reasons
from rcc_forecast.investing.zones import recent_families, zones_of
from rcc_forecast.results.findings import Findings, Severity
from rcc_forecast.results.investing import Investment
from rcc_forecast.tables.homes import open_on, with_all_places_free
from rcc_forecast.tables.investing import INVESTMENT, SITES

FUTURES = 20
"""Futures planned for; more changed no choice and cost time."""

WEEKS_A_YEAR = 52

ADVICE = (
    "This is advice to the people who commission homes, never a decision. It knows only what the "
    "returns, the register and the sites file say."
)


def invest_in_sites(
    paths: PathArray,
    *,
    leaves: pd.DataFrame,
    held: Held,
    episodes: pd.DataFrame,
    homes: pd.DataFrame,
    sites: pd.DataFrame,
    budget: float,
    as_of: pd.Timestamp,
    on: pd.Timestamp,
    place: Place,
    seed: int,
    time_limit: float | None = None,
    findings: Findings | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Investment:
    """Choose the sites to open within a budget.

    Parameters
    ----------
    paths : ndarray, shape (n_paths, n_leaves)
        Joint futures of children looked after on the day planned for.
    leaves : DataFrame
        Labels of the leaves.
    held : Held
        Who has a place in the area's homes today.
    episodes : DataFrame
        A `LINKED_EPISODES` table.
    homes : DataFrame
        A `HOMES` table; places free are those of the as-of day.
    sites : DataFrame
        A `SITES` table.
    budget : float
        Pounds to open sites.
    as_of, on : Timestamp
        The last day that was seen, and the day planned for.
    place : callable
        The engine that places children in homes.
    seed : int
        Of which futures and children are drawn.
    time_limit : float, optional
        Seconds after which the choice of sites stops, and says so.
    findings : Findings, optional
        Of reading, to be handed on in front.

    Raises
    ------
    NothingUsableError
        No site can be weighed up.
    """
    started = monotonic()
    if sites.empty:
        raise NothingUsableError(wanted="An investment plan", reason="no row of sites can be used.")
    rng = np.random.default_rng(seed)
    drawn = np.sort(rng.permutation(len(paths))[:FUTURES])
    kinds = kinds_served(list(sites["placement_type"].unique()))
    progress("finding where families live")
    families = recent_families(episodes, as_of=as_of)
    need = need_of(paths[drawn].astype(np.float64), leaves=leaves, held=held, kinds=kinds)
    zones = zones_of(families, need.authorities, rng=rng)
    usable = _usable(homes, kinds, as_of=as_of, on=on)
    weighed = weigh(need, zones, homes=usable, sites=sites, budget=budget)
    limit = math.inf if time_limit is None else time_limit
    siting = solve_siting(
        weighed.problem, seconds_left=lambda: limit - (monotonic() - started), progress=progress
    )
    served = serve(weighed.problem, siting.opened)
    chosen = sites[siting.opened]
    opinion = judge(
        need,
        zones,
        families=families,
        homes=usable,
        sites=chosen,
        as_of=as_of,
        place=place,
        rng=rng,
        progress=progress,
    )
    told = _located_finding(families, zones.located)
    return Investment(
        table=_table(sites, siting, served, weighed, opinion, budget),
        summary=_summary(
            sites, siting, served, weighed, need, budget, on, seed, monotonic() - started
        ),
        judged=_judged(opinion, chosen),
        findings=(findings or Findings.none()) + told,
    )


def _usable(
    homes: pd.DataFrame, kinds: list[str], *, as_of: pd.Timestamp, on: pd.Timestamp
) -> pd.DataFrame:
    """Give homes that could take these children on the day, planned ones with all their places."""
    wanted = [
        any(takes_kind(str(place), kind) for kind in kinds) for place in homes["placement_type"]
    ]
    homes = with_all_places_free(homes)
    planned = (homes["opened"] > as_of) & (homes["places_available"] == 0)
    free = homes["places_available"].where(~planned, homes["places_approved"].fillna(0.0))
    listed = homes.assign(places_available=free)[np.array(wanted, dtype=bool) & open_on(homes, on)]
    return listed[listed["places_available"] > 0].reset_index(drop=True)


def _table(
    sites: pd.DataFrame,
    siting: Siting,
    served: Served,
    weighed: Weighed,
    opinion: SecondOpinion,
    budget: float,
) -> pd.DataFrame:
    used = served.at_site.sum(axis=2).mean(axis=0)
    more, saved = _left_out(weighed, siting, served)
    places = sites["places"].to_numpy(float)
    cost = sites["cost_gbp"].to_numpy(float)
    weeks = used * WEEKS_A_YEAR
    together = sites["site_id"].map(opinion.together_at)
    table = pd.DataFrame(
        {
            "site_id": sites["site_id"],
            "chosen": siting.opened.astype(int),
            "placement_type": sites["placement_type"],
            "local_authority": sites["local_authority"],
            "places": places.astype(int),
            "cost_gbp": cost,
            "expected_places_used": _rounded(used, 2),
            "more_children_placed": _rounded(more, 2),
            "miles_saved": _rounded(saved, 1),
            "siblings_kept_together": together.round(2),
            "gbp_per_added_place": _ratio(cost, places),
            "gbp_per_child_week": _ratio(cost, weeks),
            "weekly_cost_gbp": sites["weekly_cost_gbp"],
            "worth_points": _rounded(siting.worth, 1),
            "local_authority_name": [name_of(str(code)) for code in sites["local_authority"]],
        }
    )
    left = budget - float(cost[siting.opened].sum())
    table["reason"] = reasons(table, left=left)
    ordered = table.sort_values(
        ["chosen", "worth_points", "site_id"], ascending=[False, False, True], kind="stable"
    )
    return INVESTMENT.check(ordered[INVESTMENT.names].reset_index(drop=True))


def _rounded(figures: FloatArray, digits: int) -> FloatArray:
    """Round without a negative zero."""
    return np.asarray(np.round(figures, digits) + 0.0)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    found = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return np.asarray(np.round(found, 2))


def _left_out(weighed: Weighed, siting: Siting, served: Served) -> tuple[FloatArray, FloatArray]:
    """Give children placed and miles saved by each chosen site: the plan with and without it."""
    n_sites = weighed.problem.n_sites
    more, saved = np.zeros(n_sites), np.zeros(n_sites)
    placed, miles = _placed_and_miles(weighed, served)
    for site in np.flatnonzero(siting.opened):
        others = siting.opened.copy()
        others[site] = False
        fewer, further = _placed_and_miles(weighed, serve(weighed.problem, others))
        more[site] = (placed - fewer).mean()
        alike = further / np.maximum(fewer, 1e-9) * placed
        saved[site] = np.where(fewer > 0, alike - miles, 0.0).mean()
    return more, saved


def _placed_and_miles(weighed: Weighed, served: Served) -> tuple[FloatArray, FloatArray]:
    """Give children placed and their miles together, by future."""
    miles = (served.at_site * weighed.site_miles).sum(axis=(1, 2))
    miles = miles + (served.at_supply * weighed.supply_miles).sum(axis=(1, 2))
    placed = served.at_site.sum(axis=(1, 2)) + served.at_supply.sum(axis=(1, 2))
    return placed, miles


def _summary(
    sites: pd.DataFrame,
    siting: Siting,
    served: Served,
    weighed: Weighed,
    need: Need,
    budget: float,
    on: pd.Timestamp,
    seed: int,
    seconds: float,
) -> dict[str, Any]:
    problem = weighed.problem
    nothing = serve(problem, np.zeros(problem.n_sites, dtype=np.bool_))
    chosen = sites[siting.opened]
    spent = float(chosen["cost_gbp"].sum())
    return {
        "status": "cut_by_time_limit" if siting.cut else "near_enough_to_the_bound",
        "advice": ADVICE,
        "planned_for": on.date().isoformat(),
        "sites": len(sites),
        "chosen": len(chosen),
        "places": int(chosen["places"].sum()),
        "budget_gbp": budget,
        "spent_gbp": spent,
        "futures": problem.n_futures,
        "children_needing_a_place": _mean_and_spread(problem.demand.sum(axis=1)),
        "with_sites": _service(weighed, served),
        "without_sites": _service(weighed, nothing),
        "points": round(siting.value, 2),
        "points_bound": round(siting.bound, 2),
        "gap": round(siting.gap, 6),
        "points_without_sites": round(siting.nothing, 2),
        "planning_for_the_mean": {
            "points_if_planned_for_the_mean_future": round(siting.value_for_the_mean, 2),
            "points_saved_by_planning_for_the_spread": round(
                siting.value_for_the_mean - siting.value, 2
            ),
            "sites_chosen_otherwise": int((siting.for_the_mean != siting.opened).sum()),
        },
        "kinds": need.kinds,
        "seed": seed,
        "seconds": round(seconds, 2),
    }


def _service(weighed: Weighed, served: Served) -> dict[str, Any]:
    placed, miles = _placed_and_miles(weighed, served)
    return {
        "placed": _mean_and_spread(placed),
        "unplaced": _mean_and_spread(served.unmet.sum(axis=1)),
        "mean_miles": round(float(miles.sum() / placed.sum()), 2) if placed.sum() > 0 else None,
    }


def _mean_and_spread(values: FloatArray) -> dict[str, float]:
    return {
        "mean": round(float(values.mean()), 2),
        "q10": round(float(np.quantile(values, 0.1)), 2),
        "q90": round(float(np.quantile(values, 0.9)), 2),
    }


def _judged(opinion: SecondOpinion, chosen: pd.DataFrame) -> dict[str, Any]:
    cost, places = float(chosen["cost_gbp"].sum()), float(chosen["places"].sum())
    change = {
        name: _with_error([one["with"][name] - one["without"][name] for one in opinion.futures])
        for name in ("placed", "unplaced", "groups_together")
    }
    saved = _with_error(
        [
            (one["without"]["mean_miles"] - one["with"]["mean_miles"]) * one["with"]["placed"]
            for one in opinion.futures
            if one["without"]["mean_miles"] is not None and one["with"]["mean_miles"] is not None
        ]
    )
    more = change["placed"]["mean"]
    return {
        "says": (
            "Children were drawn for some futures and placed twice by the engine of the "
            "placement plan: in the homes that there are, and with the chosen sites. se: "
            "standard error over the futures."
        ),
        "futures_judged": len(opinion.futures),
        "places": int(places),
        "cost_gbp": cost,
        "gbp_per_added_place": round(cost / places, 2) if places else None,
        "gbp_per_child_placed_more": round(cost / more, 2) if more and more > 0 else None,
        "change": {**change, "miles_saved": saved},
        "by_future": opinion.futures,
    }


def _with_error(values: list[float]) -> dict[str, float | None]:
    if not values:
        return {"mean": None, "se": None}
    array = np.array(values, dtype=float)
    error = array.std(ddof=1) / math.sqrt(len(array)) if len(array) > 1 else None
    return {
        "mean": round(float(array.mean()), 3),
        "se": None if error is None else round(float(error), 3),
    }


def _located_finding(families: pd.DataFrame, located: int) -> Findings:
    missing = len(families) - located
    if not missing:
        return Findings.none()
    return Findings.one(
        "family-home-unknown",
        Severity.NOTED,
        table=SITES.name,
        column="home_post",
        found="no postcode at entry that the directory has",
        done="the family is taken to live where others of its authority do",
        rows=missing,
    )
