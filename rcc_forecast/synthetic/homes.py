"""The provision register: fostering households, homes, and who lives in each today.

Sizes, use and grades follow Ofsted: fostering households of 31 March 2019
(62% of places filled, 18% vacant, 18% not available), children's homes of 31
March 2025. Homes are made around the children who live in them on the last
day, so that register and returns agree by URN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.geography import name_of
from rcc_forecast.synthetic.days import YEAR_DAYS, Days
from rcc_forecast.synthetic.placements import (
    CHILDRENS,
    FOSTER,
    KINSHIP,
    RESIDENTIAL,
    SECURE,
    SUPPORTED,
    TYPES,
)
from rcc_forecast.synthetic.whereabouts import PRIVATE, PUBLIC, Surroundings, draw_addresses

IN_REGISTER = (KINSHIP, FOSTER, CHILDRENS, SECURE, SUPPORTED, RESIDENTIAL)

SHARES_A_HOUSEHOLD = 0.5
"""Chance that a child placed alone joins another in a fostering household."""

EMPTY_HOUSEHOLDS = 0.3
"""Fostering households without a child, for each with one."""

NOT_AVAILABLE = 0.47
"""Share of free fostering places that cannot be used (Ofsted 2019: 15,845 of 31,925)."""

USED_BY_OWN = {CHILDRENS: 0.22, SECURE: 0.25, SUPPORTED: 0.55, RESIDENTIAL: 0.3}
"""Share of a home's places that the area's own children fill."""

USED_IN_COUNCIL_HOMES = 0.85
"""The same for homes that the child's own authority runs."""

FREE_PLACES = {CHILDRENS: 0.05, SECURE: 0.02, SUPPORTED: 0.1, RESIDENTIAL: 0.04}
"""Share of places that could be filled now; the rest is used by others or closed."""

_SIZES = {
    CHILDRENS: (
        [1, 2, 3, 4, 5, 6, 7, 8],
        [0.085, 0.2, 0.27, 0.22, 0.11, 0.08, 0.02, 0.015],
    ),
    SECURE: ([12, 16, 24], [0.5, 0.3, 0.2]),
    SUPPORTED: ([1, 2, 3, 4, 5, 6, 8], [0.28, 0.22, 0.17, 0.14, 0.09, 0.06, 0.04]),
    RESIDENTIAL: ([4, 6, 10, 18], [0.35, 0.3, 0.2, 0.15]),
}
_GRADES = np.array(["outstanding", "good", "requires_improvement", "inadequate"], dtype=object)
_AGENCY_GRADES = [0.2, 0.715, 0.075, 0.01]
_HOME_GRADES = [0.12, 0.73, 0.14, 0.01]
# GBP a week, where the Section 251 figures have none: assumptions of this synthesiser.
_SUPPORTED_GBP, _SECURE_GBP, _RESIDENTIAL_GBP = 1450.0, 8900.0, 4600.0


@dataclass(frozen=True, slots=True)
class Register:
    """Homes, and the home of every spell.

    Attributes
    ----------
    homes : DataFrame
        By number (index): host, provider (as in `whereabouts`), kind,
        address, urn and the further columns of `tables.homes.HOMES`; opened
        and closed as days, -1 where blank.
    home : ndarray of int64, shape (n_spells,)
        Number of the home a spell was in; -1 where it has none here.
    """

    homes: pd.DataFrame
    home: NDArray[np.int64]


def build_register(
    spells: pd.DataFrame,
    around: Surroundings,
    levels: pd.DataFrame,
    *,
    today: int,
    rng: np.random.Generator,
) -> Register:
    """Make homes around the children who live in them, and give past spells a home too.

    Parameters
    ----------
    spells : DataFrame
        One row a spell (children who live together in one home): own, host,
        provider, kind, start, end, residents (children today, 0 where it is
        over), youngest, eldest (ages today), need, all_female, all_male.
    around : Surroundings
        The area and what lies around it.
    levels : DataFrame
        As `levels.read_levels`.
    today : int
        The last day.
    rng : numpy.random.Generator
        The only source of chance.
    """
    home = np.full(len(spells), -1, dtype=np.int64)
    kinds = spells["kind"].to_numpy()
    registered = np.isin(kinds, IN_REGISTER) & (spells["host"].to_numpy() < around.n_own)
    current = registered & (spells["residents"].to_numpy() > 0)
    parts: list[pd.DataFrame] = []
    before = 0
    for kind in IN_REGISTER:
        rows = spells[current & (kinds == kind)]
        rows = rows.sort_values(["host", "provider"], kind="stable")
        if rows.empty:
            continue
        made, lives_in = _make_homes(rows, kind, rng)
        home[rows.index.to_numpy()] = lives_in + before
        parts.append(made.assign(kind=kind))
        before += len(made)
    homes = pd.concat(parts, ignore_index=True) if parts else _no_homes()
    past = np.flatnonzero(registered & (home < 0) & (kinds != KINSHIP))
    if len(homes):
        home[past] = _homes_of_the_past(spells.iloc[past], homes, rng)
    housed = spells.assign(home=home)
    homes = homes.assign(address=draw_addresses(around, homes["host"].to_numpy(), rng))
    homes = _with_rules(homes, housed, rng)
    homes = with_prices(homes, around, levels, rng)
    homes = _with_providers(homes, around, rng)
    return Register(_with_dates(homes, housed, today, rng), home)


def agency_numbers(kind: Days, host: Days, provider: Days, spell: Days) -> NDArray[np.object_]:
    """Give an Ofsted number to a placement outside the register; no real one begins SC9."""
    agency = np.where(provider >= 0, 100 + provider, 400 + (spell * 7 + host) % 37)
    number = np.where(np.isin(kind, [KINSHIP, FOSTER]), 90000 + agency, 95000 + spell % 4999)
    return np.array([f"SC9{n:05d}" for n in number], dtype=object)


def home_ids(number: Days) -> NDArray[np.object_]:
    """Give the register's references; blank for -1."""
    return np.array([f"SYN-H-{n + 1:06d}" if n >= 0 else "" for n in number], dtype=object)


def register_table(register: Register, around: Surroundings) -> pd.DataFrame:
    """Write the register as `tables.homes.HOMES`, all as text."""
    homes = register.homes
    address = around.addresses.iloc[homes["address"].to_numpy()]
    codes = np.array(around.codes, dtype=object)
    table = pd.DataFrame(
        {
            "home_id": home_ids(np.arange(len(homes))),
            "urn": homes["urn"],
            "provider": homes["name"],
            "sector": homes["sector"],
            "placement_type": np.array(TYPES, dtype=object)[homes["kind"].to_numpy()],
            "local_authority": codes[homes["host"].to_numpy()],
            "postcode": address["postcode"].to_numpy(),
            "easting": address["easting"].to_numpy().astype(np.int64),
            "northing": address["northing"].to_numpy().astype(np.int64),
        }
    )
    columns = ["places_approved", "places_available", "age_min", "age_max", "sex", "needs_met"]
    columns += ["sibling_exemption", "solo", "ofsted_rating", "weekly_cost_gbp"]
    for column in columns:
        table[column] = homes[column].to_numpy()
    for column in ("opened", "closed"):
        dates = homes[column].to_numpy()
        iso = np.datetime_as_string(np.maximum(dates, 0).astype("datetime64[D]"))
        table[column] = np.where(dates < 0, "", iso)
    return table.astype(str)


def with_prices(
    homes: pd.DataFrame, around: Surroundings, levels: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give each home the price of a place, GBP a week.

    Parameters
    ----------
    homes : DataFrame
        host, provider, kind, solo and needs_met of each.
    around : Surroundings
        The area and what lies around it.
    levels : DataFrame
        As `levels.read_levels`.
    rng : numpy.random.Generator
        The only source of chance.
    """
    kind, provider = homes["kind"].to_numpy(), homes["provider"].to_numpy()
    payer = np.where(provider >= 0, provider, homes["host"].to_numpy())
    at = levels.loc[around.codes]
    fostering = at["fostering_gbp"].to_numpy(float)[payer]
    residential = at["residential_gbp"].to_numpy(float)[payer]
    base = np.select(
        [kind == KINSHIP, kind == FOSTER, kind == CHILDRENS, kind == SUPPORTED, kind == SECURE],
        [
            0.45 * fostering,
            # An authority's own household costs less than an agency's.
            fostering * np.where(provider >= 0, 0.72, 1.28),
            residential * np.where(homes["solo"] == 1, 1.55, 0.96),
            _SUPPORTED_GBP,
            _SECURE_GBP,
        ],
        _RESIDENTIAL_GBP,
    )
    spread = np.where(np.isin(kind, [KINSHIP, FOSTER]), 0.1, 0.2)
    more_need = 1 + 0.06 * (homes["needs_met"].to_numpy() - 1)
    price = base * more_need * np.exp(spread * rng.standard_normal(len(homes)))
    return homes.assign(weekly_cost_gbp=(np.round(price / 5) * 5).astype(np.int64))


def _make_homes(
    rows: pd.DataFrame, kind: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    if kind == KINSHIP:
        return _households_of_relatives(rows)
    return _fostering(rows, rng) if kind == FOSTER else _group_homes(rows, kind, rng)


def _no_homes() -> pd.DataFrame:
    columns = ["host", "provider", "places_approved", "places_available", "kind"]
    return pd.DataFrame({column: np.zeros(0, dtype=np.int64) for column in columns})


def _households_of_relatives(rows: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Give each its own children and no place for others."""
    homes = pd.DataFrame(
        {
            "host": rows["host"].to_numpy(),
            "provider": rows["provider"].to_numpy(),
            "places_approved": rows["residents"].to_numpy(),
            "places_available": 0,
        }
    )
    return homes, np.arange(len(rows))


def _fostering(
    rows: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Give brothers and sisters one household; children placed alone often share one."""
    n = len(rows)
    cell = rows[["host", "provider"]].to_numpy()
    alone = rows["residents"].to_numpy() == 1
    joins = np.zeros(n, dtype=bool)
    joins[1:] = (cell[1:] == cell[:-1]).all(axis=1) & alone[1:] & alone[:-1]
    joins &= rng.random(n) < SHARES_A_HOUSEHOLD
    # Three is the usual fostering limit: a fourth in a row begins another household.
    place = np.arange(n) - np.maximum.accumulate(np.where(joins, 0, np.arange(n)))
    joins &= place % 3 != 0
    lives_in = np.cumsum(~joins) - 1
    first = rows[~joins]
    living = np.bincount(lives_in, weights=rows["residents"]).astype(np.int64)
    room = rng.choice([0, 1, 2], len(living), p=[0.56, 0.35, 0.09])
    exempt = living > 3
    approved = np.where(exempt, 3, np.minimum(living + room, 3))
    empty = rng.choice(len(first), round(EMPTY_HOUSEHOLDS * len(first)))
    rooms_empty = rng.choice([1, 2, 3], len(empty), p=[0.35, 0.42, 0.23])
    host, provider = first["host"].to_numpy(), first["provider"].to_numpy()
    approved = np.append(approved, rooms_empty)
    free = np.append((approved[: len(living)] - living).clip(min=0), rooms_empty)
    closed_to_placements = rng.random(len(approved)) < NOT_AVAILABLE
    homes = pd.DataFrame(
        {
            "host": np.append(host, host[empty]),
            "provider": np.append(provider, provider[empty]),
            "places_approved": approved,
            "places_available": np.where(closed_to_placements, 0, free),
            "exempt": np.append(exempt, np.zeros(len(empty), dtype=bool)),
        }
    )
    return homes, lives_in


def _group_homes(
    rows: pd.DataFrame, kind: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Fill homes with staff in part with the area's own children."""
    place = np.repeat(np.arange(len(rows)), rows["residents"])
    cells = rows[["host", "provider"]].iloc[place].reset_index(drop=True)
    parts: list[pd.DataFrame] = []
    lives_in = np.empty(len(place), dtype=np.int64)
    before = 0
    for _, of_cell in cells.groupby(["host", "provider"], sort=True):
        council = int(of_cell["provider"].iloc[0]) >= 0
        used = USED_IN_COUNCIL_HOMES if council else USED_BY_OWN[kind]
        made, inside = _group_homes_for(len(of_cell), kind, used, rng)
        made["host"] = int(of_cell["host"].iloc[0])
        made["provider"] = int(of_cell["provider"].iloc[0])
        lives_in[of_cell.index.to_numpy()] = before + inside
        before += len(made)
        parts.append(made)
    # Brothers and sisters of one spell live where the first of them lives.
    first = np.cumsum(rows["residents"].to_numpy()) - rows["residents"].to_numpy()
    homes, lives_in = pd.concat(parts, ignore_index=True), lives_in[first]
    living = np.bincount(lives_in, weights=rows["residents"], minlength=len(homes))
    approved = np.maximum(homes["places_approved"].to_numpy(), living).astype(np.int64)
    free = np.minimum(homes["places_available"].to_numpy(), approved - living)
    return homes.assign(places_approved=approved, places_available=free.astype(np.int64)), lives_in


def _group_homes_for(
    children: int, kind: int, used_by_own: float, rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    sizes, shares = _SIZES[kind]
    size = rng.choice(sizes, 2 * children + 4, p=shares)
    used = rng.binomial(size, used_by_own)
    inside = np.repeat(np.arange(len(size)), used)
    while len(inside) < children:
        inside = np.append(inside, np.flatnonzero(size > 1))
    inside = inside[:children]
    count = int(inside.max()) + 1
    living = np.bincount(inside, minlength=count)
    size = np.maximum(size[:count], living)
    free = rng.binomial(size - living, min(1.0, FREE_PLACES[kind] / (1 - used_by_own)))
    return pd.DataFrame({"places_approved": size, "places_available": free}), inside


def _homes_of_the_past(
    past: pd.DataFrame, homes: pd.DataFrame, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw a home of the same kind, authority and provider, where there is one."""
    keys = ["kind", "host", "provider"]
    ordered = homes.reset_index(names="number").sort_values(keys, kind="stable")
    cells = ordered.groupby(keys, sort=True).size().rename("size").reset_index()
    cells["first"] = cells["size"].cumsum() - cells["size"]
    found = past[keys].merge(cells, on=keys, how="left")
    at = found["first"] + np.floor(rng.random(len(found)) * found["size"])
    number = ordered["number"].to_numpy()[at.fillna(0).astype(np.int64).to_numpy()]
    return np.asarray(np.where(found["size"].isna(), -1, number), dtype=np.int64)


def _with_rules(
    homes: pd.DataFrame, spells: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Set ages, sex, needs and exemptions, wide enough for those who live there."""
    n = len(homes)
    kind = homes["kind"].to_numpy()
    low = np.select(
        [kind == FOSTER, kind == CHILDRENS, kind == SECURE, kind == SUPPORTED],
        [rng.choice([0, 0, 0, 0, 3, 5, 8, 11], n), rng.choice([7, 8, 10, 12, 14], n), 10, 16],
        0,
    )
    widest = np.minimum(17, low + rng.choice([4, 6, 8, 11, 17], n))
    high = np.where(kind == FOSTER, widest, 17)
    needs = np.select(
        [kind == FOSTER, kind == KINSHIP, kind == SUPPORTED, kind == CHILDRENS],
        [
            rng.choice([0, 1, 2, 3], n, p=[0.3, 0.42, 0.25, 0.03]),
            0,
            rng.choice([1, 2], n, p=[0.7, 0.3]),
            rng.choice([2, 3], n, p=[0.35, 0.65]),
        ],
        3,
    )
    # Carers for teenagers, or for great needs, are full: who has room takes the young.
    room = (kind == FOSTER) & (homes["places_available"] > 0).to_numpy()
    for_young = room & (rng.random(n) < 0.65)
    low, high = np.where(for_young, 0, low), np.where(for_young, rng.choice([3, 5, 8, 10], n), high)
    needs = np.where(room & (rng.random(n) < 0.75), rng.choice([0, 1], n), needs)
    living = _who_lives_there(spells, n)
    picky = (rng.random(n) < 0.15) & (kind != KINSHIP)
    girls = picky & (living["all_female"].fillna(1) == 1).to_numpy() & (rng.random(n) < 0.55)
    boys = picky & ~girls & (living["all_male"].fillna(1) == 1).to_numpy()
    spare = (kind == FOSTER) & (homes["places_approved"] >= 2).to_numpy()
    spare &= living["residents"].isna().to_numpy() & (rng.random(n) < 0.12)
    had = homes["exempt"] if "exempt" in homes else pd.Series(np.nan, homes.index)
    # Blank for other kinds of home.
    exempt = np.asarray(had.eq(True)) | spare
    one_child = (homes["places_approved"] == 1).to_numpy()
    return homes.assign(
        age_min=np.minimum(low, living["youngest"].fillna(99).to_numpy()).astype(np.int64),
        age_max=np.maximum(high, living["eldest"].fillna(-1).to_numpy()).astype(np.int64),
        needs_met=np.maximum(needs, living["need"].fillna(0).to_numpy()).astype(np.int64),
        sex=np.where(girls, "F", np.where(boys, "M", "any")),
        sibling_exemption=exempt.astype(np.int64),
        solo=((kind == CHILDRENS) & one_child).astype(np.int64),
        residents=living["residents"].fillna(0).to_numpy().astype(np.int64),
    )


def _who_lives_there(spells: pd.DataFrame, n_homes: int) -> pd.DataFrame:
    here = spells[(spells["residents"] > 0) & (spells["home"] >= 0)].groupby("home")
    return here.agg(
        youngest=("youngest", "min"),
        eldest=("eldest", "max"),
        need=("need", "max"),
        all_female=("all_female", "min"),
        all_male=("all_male", "min"),
        residents=("residents", "sum"),
    ).reindex(np.arange(n_homes))


def _with_providers(
    homes: pd.DataFrame, around: Surroundings, rng: np.random.Generator
) -> pd.DataFrame:
    """Name providers; a fostering household has its agency's number and grade."""
    n = len(homes)
    kind, provider = homes["kind"].to_numpy(), homes["provider"].to_numpy()
    family = np.isin(kind, [KINSHIP, FOSTER])
    own, for_profit = provider >= 0, provider == PRIVATE
    agency = rng.integers(0, 6 + around.n_own // 2, n)
    # Few firms run many homes, many run one or two; markets grow slower than their size.
    firm = np.floor(rng.random(n) ** 2 * (10 + np.sqrt(n))).astype(np.int64)
    line = np.where(family, "Synthetic Fostering ", "Synthetic Care ").astype(object)
    which = np.where(family, agency + 1, firm + 101).astype(str).astype(object)
    firms = line + which + np.where(for_profit, "", " Trust").astype(object)
    councils = np.array([name_of(code).split(",")[0] for code in around.codes], dtype=object)
    of_councils = "Synthetic " + councils[np.maximum(provider, 0)] + " Council"
    service = np.where(own, 100 + provider, 300 + agency + np.where(for_profit, 0, 200))
    number = np.where(family, 90000 + service, 20000 + np.arange(n) % 70000)
    agency_grade = rng.choice(_GRADES, 1000, p=_AGENCY_GRADES)[service]
    home_grade = rng.choice(_GRADES, n, p=_HOME_GRADES)
    not_inspected = ((rng.random(n) < 0.06) & ~family) | (kind == SUPPORTED)
    sector = np.where(own | (provider == PUBLIC), "local_authority", "voluntary")
    return homes.assign(
        name=np.where(own, of_councils, firms),
        urn=np.array([f"SC9{x:05d}" for x in number], dtype=object),
        ofsted_rating=np.where(not_inspected, "none", np.where(family, agency_grade, home_grade)),
        sector=np.where(for_profit, "private", sector),
    )


def _with_dates(
    homes: pd.DataFrame, spells: pd.DataFrame, today: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Date homes opened of late, and those to open or close within two years."""
    n = len(homes)
    # What comes after the last day is drawn as well, and is nobody's to know.
    seen = spells[(spells["home"] >= 0) & (spells["start"] <= today)]
    first_used = seen.groupby("home")["start"].min().reindex(np.arange(n))
    used = first_used.fillna(today).to_numpy().astype(np.int64)
    recent = used > today - 3 * YEAR_DAYS
    opened = np.where(recent, used - rng.integers(5, 200, n), -1)
    fixed = np.isin(homes["kind"], [KINSHIP, SECURE])
    empty = (homes["residents"] == 0).to_numpy()
    opens_later = empty & ~fixed & (rng.random(n) < 0.06)
    opened = np.where(opens_later, today + rng.integers(30, 700, n), opened)
    closes = ~fixed & ~opens_later & (rng.random(n) < 0.025)
    closed = np.where(closes, today + rng.integers(60, 720, n), -1)
    return homes.assign(opened=opened.astype(np.int64), closed=closed.astype(np.int64))
