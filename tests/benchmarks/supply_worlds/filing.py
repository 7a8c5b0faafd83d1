"""What a council holds on the day of the forecast: returns, register of homes, cohort."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.benchmarks.supply_worlds.homes import NEVER, Homes
from tests.benchmarks.supply_worlds.nature import (
    CAPPED,
    COUNCIL,
    FOSTER,
    SECTORS,
    SEMI,
    SupplyNature,
)
from tests.benchmarks.supply_worlds.needs import Needs
from tests.benchmarks.supply_worlds.placing import NOWHERE, OUTSIDE, Placements, Snapshot
from tests.benchmarks.supply_worlds.prices import LEVEL_PREMIUM, financial_year
from tests.benchmarks.worlds.filing import Files
from tests.benchmarks.worlds.nature import (
    ADOPTION,
    AGENCY,
    HOME,
    KINSHIP,
    OTHER,
    OWN,
    PARENTS,
    SCHOOL,
    SECURE,
    SUPPORTED,
    TYPE_OF_KIND,
    FloatArray,
    IntArray,
)
from tests.benchmarks.worlds.nature import AUTHORITIES as LENT

FIRST_RETURN = 2017

_PLACE = {
    KINSHIP: "U3",
    OWN: "U6",
    AGENCY: "U6",
    HOME: "K2",
    SECURE: "K1",
    SCHOOL: "R1",
    PARENTS: "P1",
    ADOPTION: "A5",
}
_MISREAD = 0.08
"""Share of children whose need the cohort tells as where they live."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Everything a region hands to the program.

    Attributes
    ----------
    returns : dict of str to bytes
        CSV by ``<authority>/<year>/<table>.csv``.
    homes, children : DataFrame
        The register and the cohort, as files hold them.
    costs : DataFrame
        What the accounts say of kinds that no register prices: ``local_authority,
        placement_type, sector, weekly_cost_gbp``.
    """

    returns: Files
    homes: pd.DataFrame
    children: pd.DataFrame
    costs: pd.DataFrame


def filed_on(
    day: int,
    *,
    nature: SupplyNature,
    needs: Needs,
    homes: Homes,
    placements: Placements,
    snapshots: dict[int, Snapshot],
    rng: np.random.Generator,
) -> Filed:
    """Write what is held on a 31 March.

    Parameters
    ----------
    day : int
        Since 1970.
    """
    silent_child = rng.random(len(needs.authority)) < nature.no_urn
    episodes = _episodes(nature, needs, homes, placements, silent_child)
    return Filed(
        returns=_returns(day, nature, needs, placements, episodes),
        homes=_register(day, nature, homes, placements, snapshots, rng),
        children=_cohort(day, nature, needs, placements, homes, rng),
        costs=_accounts(day, nature, needs, placements, homes, rng),
    )


def codes_of(nature: SupplyNature) -> list[str]:
    """Give the ONS codes lent to the region's authorities."""
    return [LENT[number] for number in nature.authorities]


def _urns(homes: Homes) -> NDArray[np.object_]:
    """Ofsted numbers: of each home, or of the service that fosters or supports."""
    own = np.array([f"SC{700000 + row}" for row in range(homes.n)], dtype=object)
    service = np.array([f"SC{400000 + provider}" for provider in homes.provider], dtype=object)
    return np.where(np.isin(homes.kind, [FOSTER, SEMI]), service, own)


def _episodes(
    nature: SupplyNature,
    needs: Needs,
    homes: Homes,
    placements: Placements,
    silent_child: NDArray[np.bool_],
) -> pd.DataFrame:
    child, home = placements.child, placements.home
    known = np.maximum(home, 0)
    urn = np.where(home >= 0, _urns(homes)[known], "")
    # A home far away has a number too, which no register here knows.
    urn = np.where(home == OUTSIDE, np.array([f"SC{900000 + c % 400}" for c in child]), urn)
    urn = np.where(silent_child[child], "", urn)
    at_home = np.where(homes.authority[known] == needs.authority[child], "PR1", "PR2")
    provider = np.where(homes.sector[known] == COUNCIL, at_home, "PR4")
    provider = np.where((home >= 0) & (homes.sector[known] == 2), "PR5", provider)
    provider = np.where(home == OUTSIDE, "PR4", provider)
    uncapped = pd.Series(placements.kind).map(
        {KINSHIP: "PR1", SECURE: "PR2", PARENTS: "PR0", ADOPTION: "PR1", OTHER: ""}
    )
    provider = np.where(home == NOWHERE, uncapped.fillna("PR4"), provider)
    goes_on = np.append(
        (child[1:] == child[:-1]) & (placements.start[1:] == placements.end[:-1]), False
    )
    grown = (placements.end - needs.born[child]) / 365.25 > 17.99
    return pd.DataFrame(
        {
            "child": child,
            "authority": needs.authority[child],
            "start": placements.start,
            "end": placements.end,
            "kind": placements.kind,
            "RNE": np.where(np.append(False, goes_on[:-1]), "P", "S"),
            "PLACE_PROVIDER": provider,
            "why": np.where(goes_on, "X1", np.where(grown, "E5", "E4A")),
            "URN": urn,
        }
    )


def _returns(
    day: int, nature: SupplyNature, needs: Needs, placements: Placements, episodes: pd.DataFrame
) -> Files:
    files: Files = {}
    names = np.array([f"SYN{number:06d}" for number in range(len(needs.authority))], dtype=object)
    newest = int(_date(day)[:4])
    for year in range(FIRST_RETURN, newest + 1):
        last, before = _year_end(year), _year_end(year - 1)
        shown = episodes[(episodes["start"] <= last) & (episodes["end"] > before)]
        ended = shown["end"] <= last
        place = dict(_PLACE)
        place[SUPPORTED] = "H5" if year < 2025 else "K3"
        place[OTHER] = "Z1" if year < 2026 else "Z12"
        table = pd.DataFrame(
            {
                "CHILD": names[shown["child"]],
                "DECOM": _dates(shown["start"]),
                "RNE": shown["RNE"],
                "LS": np.where(needs.uasc[shown["child"]], "V2", "C2"),
                "CIN": np.where(needs.uasc[shown["child"]], "N8", "N1"),
                "PLACE": shown["kind"].map(place),
                "PLACE_PROVIDER": shown["PLACE_PROVIDER"],
                "DEC": np.where(ended, _dates(shown["end"].clip(upper=_year_end(2040))), ""),
                "REC": np.where(ended, shown["why"], ""),
                "REASON_PLACE_CHANGE": np.where(ended & (shown["why"] == "X1"), "CARPL", ""),
                "HOME_POST": "",
                "PL_POST": "",
                "URN": shown["URN"],
            }
        )
        for number, code in enumerate(codes_of(nature)):
            mine = (shown["authority"] == number).to_numpy()
            children = np.unique(shown["child"][mine])
            people = _people(needs, names, children, year)
            header = people.assign(ETHNIC="WBRI", UPN="UN1", MOTHER="", MC_DOB="")
            if year >= 2025:
                header["UASC_STATUS"] = needs.uasc[children].astype(int)
            uasc = people[needs.uasc[children]].assign(DUC="")
            for name, rows in (("episodes", table[mine]), ("header", header), ("uasc", uasc)):
                files[f"{code}/{year}/{name}.csv"] = rows.to_csv(index=False).encode()
    return files


def _people(
    needs: Needs, names: NDArray[np.object_], children: IntArray, year: int
) -> pd.DataFrame:
    words = ("1", "2") if year < 2025 else ("M", "F")
    return pd.DataFrame(
        {
            "CHILD": names[children],
            "SEX": np.where(needs.sex[children] == 0, *words),
            "DOB": _dates(pd.Series(needs.born[children])).to_numpy(),
        }
    )


def _register(
    day: int,
    nature: SupplyNature,
    homes: Homes,
    placements: Placements,
    snapshots: dict[int, Snapshot],
    rng: np.random.Generator,
) -> pd.DataFrame:
    n, seen = homes.n, snapshots[day - nature.stale_days]
    is_open = homes.is_open(day)
    planned = ~is_open & (homes.opened > day) & (homes.opening_told <= day)
    gone = (homes.closed <= day) & (homes.opened <= day)
    listed = is_open | planned | (gone if nature.keeps_leavers else False)
    opens = np.where(planned, np.maximum(homes.told_opening, day + 45), homes.opened)
    long_open = homes.told_opening == -NEVER
    closes = np.where(gone, homes.closed - 1, NEVER)
    closes = np.where(is_open & (homes.closing_told <= day), homes.told_closing, closes)
    # What was free when somebody last asked; of a home that has opened since, all of it.
    free = np.append(seen.free, np.zeros(n - len(seen.free), dtype=np.int64))
    free = np.where(homes.opened > day - nature.stale_days, homes.limit, free)
    silent = (homes.sector != COUNCIL) & (rng.random(n) < nature.silent)
    lists = np.stack(homes.prices.new)[homes.provider, financial_year(day)]
    lists = lists * (1 + LEVEL_PREMIUM[homes.needs_met] * 0.6)
    paid = lists if nature.lists_prices else _paid_now(day, homes, placements, lists)
    cost = paid * np.exp(rng.normal(0, 0.06, n))
    codes = np.array(codes_of(nature))
    table = pd.DataFrame(
        {
            "home_id": home_ids(np.arange(n)),
            "urn": _urns(homes),
            "provider": [f"Synthetic provider {number}" for number in homes.provider],
            "sector": np.array(SECTORS)[homes.sector],
            "placement_type": np.array(CAPPED)[homes.kind],
            "local_authority": codes[homes.authority],
            "easting": 425_000 + 9_000 * homes.authority + rng.integers(-3_000, 3_000, n),
            "northing": 560_000 + rng.integers(-9_000, 9_000, n),
            "places_approved": homes.approved,
            "places_available": pd.Series(free).astype("Int64").mask(silent | ~is_open),
            "age_min": homes.age_min,
            "age_max": homes.age_max,
            "sex": np.array(["M", "F", "any"])[homes.sex],
            "needs_met": homes.needs_met,
            "sibling_exemption": 0,
            "solo": (homes.approved == 1).astype(int),
            "ofsted_rating": "good",
            "weekly_cost_gbp": cost.round(2),
            "opened": _iso(np.where(long_open, NEVER, opens)),
            "closed": _iso(closes),
        }
    )
    return table[listed].reset_index(drop=True)


def _paid_now(day: int, homes: Homes, placements: Placements, lists: FloatArray) -> FloatArray:
    """Mean price of those who live there; the list price where nobody of the region does."""
    there = placements.on(day)
    there = there[placements.home[there] >= 0]
    home = placements.home[there]
    total = np.bincount(home, placements.paid(homes.prices, there, day), minlength=homes.n)
    count = np.bincount(home, minlength=homes.n)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), lists))


def home_ids(rows: IntArray) -> NDArray[np.object_]:
    return np.array([f"SYN-H-{row:05d}" for row in rows], dtype=object)


def _cohort(
    day: int,
    nature: SupplyNature,
    needs: Needs,
    placements: Placements,
    homes: Homes,
    rng: np.random.Generator,
) -> pd.DataFrame:
    there = placements.on(day)
    child, lives_in = placements.child[there], placements.kind[there]
    needed = needed_on(needs, day)[child]
    told = np.where(rng.random(len(child)) < _MISREAD, lives_in, needed)
    home = placements.home[there]
    table = pd.DataFrame(
        {
            "child_id": [f"SYN{number:06d}" for number in child],
            "local_authority": np.array(codes_of(nature))[needs.authority[child]],
            "easting": 425_000 + 9_000 * needs.authority[child],
            "northing": 560_000,
            "age": ((day - needs.born[child]) / 365.25).astype(int),
            "sex": np.where(needs.sex[child] == 0, "M", "F"),
            "needs": needs.level[child],
            "solo": needs.solo[child].astype(int),
            "uasc": needs.uasc[child].astype(int),
            "current_home_id": np.where(home >= 0, home_ids(np.maximum(home, 0)), ""),
            "settled": 0,
        }
    )
    types = np.array(TYPE_OF_KIND)
    for name in dict.fromkeys(TYPE_OF_KIND):
        table[f"suit_{name}"] = np.select(
            [types[told] == name, types[lives_in] == name],
            ["preferred", "suitable"],
            "unsuitable",
        )
    return table


def _accounts(
    day: int,
    nature: SupplyNature,
    needs: Needs,
    placements: Placements,
    homes: Homes,
    rng: np.random.Generator,
) -> pd.DataFrame:
    there = placements.on(day)
    paid = pd.DataFrame(
        {
            "local_authority": np.array(codes_of(nature))[needs.authority[placements.child[there]]],
            "placement_type": np.array(TYPE_OF_KIND)[placements.kind[there]],
            "weekly_cost_gbp": placements.paid(homes.prices, there, day),
        }
    )
    paid = paid[paid["placement_type"].isin(["foster_kinship", "secure_home", "other"])]
    mean = paid.groupby(["local_authority", "placement_type"])["weekly_cost_gbp"].mean()
    told = mean * np.exp(rng.normal(0, 0.03, len(mean)))
    return told.reset_index().assign(sector="")


def needed_on(needs: Needs, day: int) -> IntArray:
    """Give the kind that each child needs on a day; -1 for one who is not in care."""
    kinds = np.full(len(needs.authority), -1)
    rows = np.flatnonzero((needs.start <= day) & (needs.end > day))
    kinds[needs.child[rows]] = needs.kind[rows]
    return kinds


def _year_end(year: int) -> int:
    return int(np.datetime64(f"{year}-03-31", "D").astype(int))


def _date(day: int) -> str:
    return str(np.datetime64(min(day, _year_end(2040)), "D"))


def _iso(days: IntArray) -> list[str | None]:
    return [None if day == NEVER else _date(int(day)) for day in days]


def _dates(days: pd.Series[int]) -> pd.Series[str]:
    when = pd.to_datetime(days, unit="D", origin="unix")
    return when.dt.strftime("%d/%m/%Y")
