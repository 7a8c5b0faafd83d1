"""What came: children and usable beds month by month, who was short, what was spent."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import maximum_bipartite_matching

from tests.benchmarks.supply_worlds.filing import codes_of, needed_on
from tests.benchmarks.supply_worlds.homes import Homes
from tests.benchmarks.supply_worlds.nature import CAPPED, SupplyNature
from tests.benchmarks.supply_worlds.needs import CAPPED_OF, Needs
from tests.benchmarks.supply_worlds.placing import Placements, Snapshot
from tests.benchmarks.worlds.counts import BAND_STARTS, BANDS
from tests.benchmarks.worlds.nature import TYPE_OF_KIND, IntArray

REGION = "region"
MATCHED_AT = (6, 12, 24, 36)


@dataclass(frozen=True, slots=True)
class Truth:
    """Of the months after a day.

    Attributes
    ----------
    cells : DataFrame
        ``local_authority`` (an ONS code, or `REGION`), ``placement_type``, ``age_band``,
        ``horizon``, ``placed`` and ``needed`` children, ``approved`` and ``usable`` places in
        homes that lie there, ``missing_placed`` and ``missing_needed`` (children less usable
        places, at least 0), and at some leads ``unhoused_placed`` and ``unhoused_needed``:
        children for whom no bed that fits their age, sex and need can be found at once in the
        area. Of an age band these are its even share of the children beyond the places that
        the smallest set of bands worst off could use, ages alone considered.
    spend : DataFrame
        ``local_authority, placement_type, horizon, spend``: GBP a week.
    """

    cells: pd.DataFrame
    spend: pd.DataFrame


def truth_of(
    days: list[int],
    *,
    nature: SupplyNature,
    needs: Needs,
    homes: Homes,
    placements: Placements,
    snapshots: dict[int, Snapshot],
    matched_at: tuple[int, ...] = MATCHED_AT,
) -> Truth:
    """Count what came on the last days of the months after a forecast.

    Parameters
    ----------
    days : list of int
        Month ends, the first a month after the forecast's day.
    """
    cells, spend = [], []
    for lead, day in enumerate(days, start=1):
        there = placements.on(day)
        cells += _cells(
            lead, day, there, nature, needs, homes, placements, snapshots[day], matched_at
        )
        spend.append(_spend(lead, day, there, nature, needs, homes, placements))
    return Truth(pd.DataFrame(cells), pd.concat(spend, ignore_index=True))


def _cells(
    lead: int,
    day: int,
    there: IntArray,
    nature: SupplyNature,
    needs: Needs,
    homes: Homes,
    placements: Placements,
    seen: Snapshot,
    matched_at: tuple[int, ...],
) -> list[dict[str, object]]:
    child, home = placements.child[there], placements.home[there]
    authority = needs.authority[child]
    lives_in = CAPPED_OF[placements.kind[there]]
    needed = CAPPED_OF[needed_on(needs, day)[child]]
    n, n_authorities = len(seen.free), len(nature.authorities)
    inside = home >= 0
    living = np.zeros((n_authorities, n))
    np.add.at(living, (authority[inside], home[inside]), 1)
    of_home, kind = homes.authority[:n], homes.kind[:n]
    rows = []
    areas = [(code, [number]) for number, code in enumerate(codes_of(nature))]
    areas.append((REGION, list(range(n_authorities))))
    for area, members in areas:
        own = living[members].sum(axis=0)
        here = np.isin(of_home, members)
        mine = np.isin(authority, members)
        for number, name in enumerate(CAPPED):
            at = here & (kind == number) & seen.is_open
            usable = float((own + seen.free)[at].sum())
            placed = mine & (lives_in == number)
            needing = mine & (needed == number)
            row: dict[str, object] = {
                "local_authority": area,
                "placement_type": name,
                "age_band": "All",
                "horizon": lead,
                "placed": int(placed.sum()),
                "needed": int(needing.sum()),
                "approved": float(homes.approved[:n][at].sum()),
                "usable": usable,
                "missing_placed": max(0.0, placed.sum() - usable),
                "missing_needed": max(0.0, needing.sum() - usable),
            }
            if lead in matched_at:
                beds = np.repeat(np.flatnonzero(at), (own + seen.free)[at].astype(int))
                by_band = [row | {"age_band": band} for band in BANDS]
                for reading, who in (("placed", placed), ("needed", needing)):
                    row[f"unhoused_{reading}"] = _unhoused(
                        child[who], home[who], beds, needs, homes, day
                    )
                    counts = _bands(needs, child[who], day)
                    missing = _missing_by_band(counts, homes, beds)
                    for band, number, lacking in zip(by_band, counts, missing, strict=True):
                        band[reading] = int(number)
                        band[f"missing_{reading}"] = band[f"unhoused_{reading}"] = lacking
                rows += by_band
            rows.append(row)
    return rows


def _bands(needs: Needs, child: IntArray, day: int) -> IntArray:
    band = np.searchsorted(BAND_STARTS, needs.ages(child, day), side="right") - 1
    return np.bincount(band, minlength=len(BANDS))


def _missing_by_band(children: IntArray, homes: Homes, beds: IntArray) -> list[float]:
    """Share the children beyond their places among the bands that compete for too few."""
    ends = [*BAND_STARTS[1:], 18]
    takes = np.array(
        [
            (homes.age_min[beds] < end) & (homes.age_max[beds] >= start)
            for start, end in zip(BAND_STARTS, ends, strict=True)
        ]
    )
    worst, chosen = 0.0, ()
    for size in range(1, len(BANDS) + 1):
        for bands in combinations(range(len(BANDS)), size):
            lacking = float(children[list(bands)].sum() - takes[list(bands)].any(axis=0).sum())
            if lacking > worst:
                worst, chosen = lacking, bands
    wanting = np.zeros(len(BANDS))
    if chosen:
        among = list(chosen)
        wanting[among] = worst * children[among] / children[among].sum()
    return [float(value) for value in wanting]


def _unhoused(
    child: IntArray, home: IntArray, beds: IntArray, needs: Needs, homes: Homes, day: int
) -> int:
    """Children without a bed when as many as can be are given one that fits them."""
    if not len(beds) or not len(child):
        return len(child)
    age = (day - needs.born[child])[:, None] / 365.25
    fits = (homes.age_min[beds] <= age) & (age < homes.age_max[beds] + 1)
    sex = homes.sex[beds]
    fits &= (sex == -1) | (sex == needs.sex[child][:, None])
    fits &= homes.needs_met[beds] >= needs.level[child][:, None]
    fits |= beds == home[:, None]
    found = maximum_bipartite_matching(sparse.csr_array(fits), perm_type="column")
    return int((np.asarray(found) < 0).sum())


def _spend(
    lead: int,
    day: int,
    there: IntArray,
    nature: SupplyNature,
    needs: Needs,
    homes: Homes,
    placements: Placements,
) -> pd.DataFrame:
    paid = placements.paid(homes.prices, there, day)
    table = pd.DataFrame(
        {
            "local_authority": np.array(codes_of(nature))[needs.authority[placements.child[there]]],
            "placement_type": np.array(TYPE_OF_KIND)[placements.kind[there]],
            "spend": paid,
        }
    )
    by = table.groupby(["local_authority", "placement_type"])["spend"].sum().reset_index()
    return by.assign(horizon=lead)
