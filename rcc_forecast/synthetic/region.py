"""A whole region that never was: returns, homes, children who wait, and the truth.

The pieces are drawn in the order in which life has them: families come into
care, children live in one home after another, homes fill, episodes are
recorded and filed, and some rows go wrong. Everything that was planted stands
in the truth, so that a forecast can be judged against it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.errors import RccError
from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.synthetic import faults, filing, homes, waiting
from rcc_forecast.synthetic.days import (
    YEAR_DAYS,
    Days,
    as_filed,
    birthday,
    completed_years,
    return_end,
    return_start,
)
from rcc_forecast.synthetic.entries import Calendar, draw_arrivals, draw_families, drifting_need
from rcc_forecast.synthetic.journeys import draw_journeys, draw_traits, episodes_of
from rcc_forecast.synthetic.levels import level_of, read_levels
from rcc_forecast.synthetic.panel import SyntheticPanel, synthetic_panel
from rcc_forecast.synthetic.placements import CHILDRENS, FOSTER, SUPPORTED, TEMPORARY
from rcc_forecast.synthetic.sites import sites_table
from rcc_forecast.synthetic.tables import tables_beside
from rcc_forecast.synthetic.truth import tell_truth
from rcc_forecast.synthetic.whereabouts import Surroundings, draw_addresses, draw_locations, survey
from rcc_forecast.tables.ssda903 import FIRST_RETURN, LAST_RETURN

YEARS_BEFORE = 18
"""A childhood before the first return, so that its first day is in balance."""

SHORT_BREAKS = 0.022
"""Disabled children on a series of short breaks (V4), against children looked after."""

_NEEDS_AT_ENTRY = np.array(["N1", "N4", "N5", "N2", "N3", "N6", "N8", "N7"], dtype=object)
_NEED_SHARES = [0.725, 0.085, 0.115, 0.02, 0.025, 0.012, 0.016, 0.002]


FEWEST_CHILDREN = 15.0
"""Looked after in an authority: with fewer, such as the one child of the Isles of Scilly, whole
returns would be empty, and their faults and sibling groups with them."""


class SynthesisError(RccError):
    """A synthetic region was asked for that cannot be made."""

    def __init__(self, *, asked: str, expected: str) -> None:
        self.asked, self.expected = asked, expected
        super().__init__(f"A synthetic region with {asked} cannot be made. Expected {expected}.")


@dataclass(frozen=True, slots=True)
class SyntheticRegion:
    """A region that never was. No row is of a person.

    Attributes
    ----------
    authorities : tuple of str
        ONS codes.
    years : tuple of int
        Return years, oldest first.
    returns : dict of str to DataFrame
        By table: local_authority, year, then the columns as filed, as text.
    homes, children, cohort : DataFrame
        The provision register; children to place now; all children in its
        homes, for planning anew. As text.
    sibling_groups : DataFrame
        sibling_group, local_authority, child_id of brothers and sisters.
    truth : dict
        What was planted, as ``truth.json`` says it.
    sites : DataFrame
        Homes that could be opened, with what each would cost. As text.
    evaluation : SyntheticPanel
        Outcomes of an invented country, pathfinders and the rest, with a specification.
    """

    authorities: tuple[str, ...]
    years: tuple[int, ...]
    returns: dict[str, pd.DataFrame]
    homes: pd.DataFrame
    children: pd.DataFrame
    cohort: pd.DataFrame
    sibling_groups: pd.DataFrame
    truth: dict[str, Any]
    sites: pd.DataFrame
    evaluation: SyntheticPanel


def synthesise(
    authorities: list[str],
    *,
    years: int,
    seed: int,
    children: int | None = None,
    fault_rate: float = 0.0,
    last_return: int = 2026,
) -> SyntheticRegion:
    """Make a region: returns, homes, children to place, and what was planted.

    Parameters
    ----------
    authorities : list of str
        ONS codes of today's authorities.
    years : int
        Returns to make, 1 to 11.
    seed : int
        Of all chance: the same call gives the same region.
    children : int, optional
        About how many are looked after on the last 31 March in the whole area;
        the real level of 2022 when absent. The smallest authorities keep at
        least `FEWEST_CHILDREN`.
    fault_rate : float
        Share of header and episode rows with a planted fault, 0 to 0.5; any
        above 0 also plants a few faulty files.
    last_return : int
        Newest return year, up to 2027.

    Returns
    -------
    SyntheticRegion
        Calibrated on the DfE's and Ofsted's tables; docstrings of this package
        name them.

    Raises
    ------
    SynthesisError
        An authority is not known, or a number lies outside its range.
    """
    codes = sorted(set(authorities))
    _require(codes, years, children, fault_rate, last_return)
    first_return = last_return - years + 1
    levels = read_levels()
    size = levels.loc[codes, "children"].astype(float)
    expected = size * (float(children) / float(size.sum()) if children else 1.0)
    expected = expected.clip(lower=FEWEST_CHILDREN)
    chance = _Chance(seed)
    around = survey(codes, chance.of("surroundings"))
    people, episodes, stays = _draw_people(
        codes, expected, levels, around, first_return, last_return, chance
    )
    today = return_end(last_return)
    episodes, spells = _with_spells(episodes, people, around, today, chance.of("locations"))
    register = homes.build_register(spells, around, levels, today=today, rng=chance.of("register"))
    episodes = _with_homes(episodes, spells, register, around, chance.of("homes"))
    people, episodes = _with_short_breaks(
        people, episodes, expected, around, first_return, last_return, chance
    )
    episodes = _with_needs(episodes, people, chance.of("needs"))
    born = people["born"].to_numpy()[episodes["person"].to_numpy()]
    episodes["of_age"] = birthday(born, 18) == episodes["end"].to_numpy()
    episodes = filing.record(episodes.rename(columns={"person": "child"}), chance.of("recording"))
    episodes = episodes.rename(columns={"child": "person"})
    returns = _file_returns(episodes, people, stays, around, first_return, last_return, chance)
    returns, faulty_rows, faulty_files = faults.plant(
        returns, fault_rate=fault_rate, rng=chance.of("faults")
    )
    to_place, cohort = _children_to_place(
        codes, expected, levels, people, episodes, register, around, today, chance
    )
    truth = tell_truth(
        arguments={
            "authorities": codes,
            "years": years,
            "seed": seed,
            "children": children,
            "fault_rate": fault_rate,
            "last_return": last_return,
        },
        people=people,
        stays=stays,
        episodes=episodes,
        codes=codes,
        first_return=first_return,
        last_return=last_return,
        faulty_rows=faulty_rows,
        faulty_files=faulty_files,
    )
    panel = synthetic_panel(chance.of("evaluation"), last_year=last_return)
    return SyntheticRegion(
        authorities=tuple(codes),
        years=tuple(range(first_return, last_return + 1)),
        returns=returns,
        homes=homes.register_table(register, around),
        children=to_place,
        cohort=cohort,
        sibling_groups=_sibling_groups(people, around),
        truth={**truth, "evaluation": panel.truth},
        sites=sites_table(around, levels, rng=chance.of("sites")),
        evaluation=panel,
    )


@dataclass(frozen=True, slots=True)
class _Chance:
    """A stream of chance for each purpose, so that one does not disturb another."""

    seed: int

    def of(self, purpose: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, zlib.crc32(purpose.encode())])


def _require(
    codes: list[str], years: int, children: int | None, fault_rate: float, last_return: int
) -> None:
    unknown = [code for code in codes if code not in AUTHORITIES.index]
    if unknown or not codes:
        raise SynthesisError(
            asked=f"authorities {', '.join(unknown) or 'none'}",
            expected="one or more ONS codes of today's authorities",
        )
    if not FIRST_RETURN <= last_return <= LAST_RETURN:
        raise SynthesisError(
            asked=f"a last return of {last_return}",
            expected=f"a return year from {FIRST_RETURN} to {LAST_RETURN}",
        )
    if not 1 <= years <= last_return - FIRST_RETURN + 1:
        raise SynthesisError(
            asked=f"{years} years to {last_return}",
            expected=f"1 to {last_return - FIRST_RETURN + 1} years, since codes begin in 2017",
        )
    if children is not None and not 1 <= children <= 500_000:
        raise SynthesisError(asked=f"{children} children", expected="1 to 500,000 children")
    if not 0 <= fault_rate <= 0.5:
        raise SynthesisError(asked=f"a fault rate of {fault_rate}", expected="0 to 0.5")


def _draw_people(
    codes: list[str],
    expected: pd.Series[float],
    levels: pd.DataFrame,
    around: Surroundings,
    first_return: int,
    last_return: int,
    chance: _Chance,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Everybody in the returns, their true episodes and stays, by one person number."""
    calendar = Calendar.between(first_return - 1 - YEARS_BEFORE, last_return)
    shared = drifting_need(len(calendar.month), chance.of("shared need"))
    shared_arrivals = drifting_need(len(calendar.month), chance.of("shared arrivals"))
    people_parts, episode_parts = [], []
    persons = families = stays_before = 0
    for own, code in enumerate(codes):
        drawn = draw_journeys(
            code,
            level=level_of(levels, code),
            children=float(expected[code]),
            calendar=calendar,
            shared=shared,
            shared_arrivals=shared_arrivals,
            # An end of the year before may be filed late, in the first return.
            keep_from=return_start(first_return) - 400,
            rng=chance.of(f"authority {code}"),
        )
        number = pd.Series(np.arange(len(drawn.children)), index=drawn.children["child"])
        cut = episodes_of(drawn)
        cut["person"] = cut["child"].map(number).to_numpy() + persons
        cut["stay"] += stays_before
        people_parts.append(
            drawn.children.assign(own=own, family=drawn.children["family"] + families)
        )
        episode_parts.append(cut.drop(columns=["child", "row", "born"]))
        persons += len(drawn.children)
        families += int(drawn.children["family"].max()) + 1 if len(drawn.children) else 0
        stays_before += len(drawn.stays)
    people = _named(pd.concat(people_parts, ignore_index=True), around)
    families_at = people.drop_duplicates("family")
    address = pd.Series(
        draw_addresses(around, families_at["own"].to_numpy(), chance.of("addresses")),
        index=families_at["family"],
    )
    unknown = chance.of("unknown addresses").random(len(people)) < 0.012
    people["address"] = people["family"].map(address).to_numpy()
    people["address_known"] = (people["uasc"] == 0) & ~unknown
    episodes = pd.concat(episode_parts, ignore_index=True)
    stays = (
        episodes.groupby(["person", "stay"], sort=True)
        .agg(start=("period_start", "first"), end=("end", "max"), rec=("rec", "last"))
        .reset_index()
    )
    return people, episodes, stays


def _named(people: pd.DataFrame, around: Surroundings) -> pd.DataFrame:
    dfe = AUTHORITIES.loc[around.codes[: around.n_own], "dfe_code"].to_numpy()
    codes = np.array(around.codes[: around.n_own], dtype=object)
    dfe = np.where(dfe == "", [code[-3:] for code in codes], dfe).astype(object)
    of_each = dfe[people["own"].to_numpy()]
    serial = people.groupby("own").cumcount().to_numpy() + 1
    return people.drop(columns=["child", "entry"], errors="ignore").assign(
        dfe_code=of_each,
        child=np.array([f"SYN{d}{s:06d}" for d, s in zip(of_each, serial, strict=True)], object),
        # No real pupil number begins with S: its check letters leave it out.
        upn=np.array(
            [f"S000{o % 1000:03d}{s:06d}" for o, s in zip(people["own"], serial, strict=True)],
            dtype=object,
        ),
    )


def _with_spells(
    episodes: pd.DataFrame,
    people: pd.DataFrame,
    around: Surroundings,
    today: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give each spell (one home, the children of one stay) a number and a place."""
    spell, _ = pd.factorize(episodes["stay"].to_numpy() * 4096 + episodes["spell"].to_numpy())
    episodes = episodes.assign(
        spell=spell,
        kind=episodes["type"],
        own=people["own"].to_numpy()[episodes["person"].to_numpy()],
        true_end=episodes["end"],
    )
    born = people["born"].to_numpy()[episodes["person"].to_numpy()]
    episodes["age_at_start"] = completed_years(born, episodes["start"].to_numpy())
    episodes["variant"] = rng.integers(0, 100, spell.max() + 1)[spell]
    first = episodes.drop_duplicates("spell").set_index("spell").sort_index()
    # A spell that was supported, and "other" until its provider registered, is supported.
    real_kind = first["kind"]
    supported = episodes[episodes["kind"] == SUPPORTED]["spell"].unique()
    real_kind = real_kind.where(~real_kind.index.isin(supported), SUPPORTED)
    host, provider = draw_locations(around, first["own"].to_numpy(), real_kind.to_numpy(), rng)
    here = episodes[(episodes["start"] <= today) & (episodes["end"] > today)]
    here = here.join(people[["born", "female", "need"]], on="person")
    here["age"] = completed_years(here["born"].to_numpy(), today)
    living = here.groupby("spell").agg(
        residents=("person", "nunique"),
        youngest=("age", "min"),
        eldest=("age", "max"),
        need=("need", "max"),
        all_female=("female", "min"),
        any_female=("female", "max"),
    )
    spells = pd.DataFrame(
        {
            "own": first["own"].to_numpy(),
            "host": host,
            "provider": provider,
            "kind": real_kind.to_numpy(),
            "start": episodes.groupby("spell")["start"].min().to_numpy(),
            "end": episodes.groupby("spell")["end"].max().to_numpy(),
        }
    ).join(living)
    return episodes, spells.assign(
        residents=spells["residents"].fillna(0).astype(np.int64),
        all_male=1 - spells["any_female"],
    )


def _with_homes(
    episodes: pd.DataFrame,
    spells: pd.DataFrame,
    register: homes.Register,
    around: Surroundings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Give each episode the address and number of its home."""
    address = draw_addresses(around, spells["host"].to_numpy(), rng)
    known = register.home >= 0
    address[known] = register.homes["address"].to_numpy()[register.home[known]]
    urn = homes.agency_numbers(
        spells["kind"].to_numpy(),
        spells["host"].to_numpy(),
        spells["provider"].to_numpy(),
        np.arange(len(spells)),
    )
    urn[known] = register.homes["urn"].to_numpy()[register.home[known]]
    spell = episodes["spell"].to_numpy()
    provider = spells["provider"].to_numpy()[spell]
    return episodes.assign(
        place_address=address[spell],
        urn=urn[spell],
        home=register.home[spell],
        host=spells["host"].to_numpy()[spell],
        provider=provider,
    )


def _with_short_breaks(
    people: pd.DataFrame,
    episodes: pd.DataFrame,
    expected: pd.Series[float],
    around: Surroundings,
    first_return: int,
    last_return: int,
    chance: _Chance,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the disabled children on short breaks, whom official counts leave out."""
    rng = chance.of("short breaks")
    own, born, start, end = _short_break_days(expected, first_return, last_return, rng)
    age = completed_years(born, start)
    n = len(own)
    added = pd.DataFrame(
        {
            "family": int(people["family"].max()) + 1 + np.arange(n),
            "born": born,
            "twin": 0,
            "uasc": 0,
            "need": 3,
            "female": (rng.random(n) < 0.3).astype(np.int64),
            "ethnic": "WBRI",
            "own": own,
            "address": draw_addresses(around, own, rng),
            "address_known": False,
            "short_breaks": True,
        }
    )
    everybody = pd.concat([people.assign(short_breaks=False), added], ignore_index=True)
    everybody = _named(everybody, around)
    breaks = _short_break_episodes(own, age, start, end, around, rng).assign(
        person=lambda rows: len(people) + rows.index,
        stay=lambda rows: int(episodes["stay"].max()) + 1 + rows.index,
        spell=lambda rows: int(episodes["spell"].max()) + 1 + rows.index,
    )
    breaks["urn"] = homes.agency_numbers(
        breaks["kind"].to_numpy(), own, own, breaks["spell"].to_numpy()
    )
    whole = pd.concat([episodes, breaks], ignore_index=True)
    whole = whole.sort_values(["person", "start"], kind="stable", ignore_index=True)
    return everybody, whole


def _short_break_days(
    expected: pd.Series[float], first_return: int, last_return: int, rng: np.random.Generator
) -> tuple[Days, Days, Days, Days]:
    """Draw authority, birth, first and last day of each child on short breaks."""
    first, last = return_start(first_return), return_end(last_return)
    span = (last - first) / YEAR_DAYS
    many = rng.poisson(expected.to_numpy() * SHORT_BREAKS * (1 + span / 2.5))
    own = np.repeat(np.arange(len(many)), many)
    n = len(own)
    start = first - 500 + np.floor(rng.random(n) * (last - first + 480)).astype(np.int64)
    age = 5 + 10 * rng.random(n)
    born = start - np.floor(age * YEAR_DAYS).astype(np.int64)
    end = start + np.floor(700 * np.exp(0.6 * rng.standard_normal(n))).astype(np.int64) + 30
    return own, born, start, np.minimum(end, birthday(born, 18))


def _short_break_episodes(
    own: Days, age: Days, start: Days, end: Days, around: Surroundings, rng: np.random.Generator
) -> pd.DataFrame:
    """One episode a child, whose legal status V4 stands for the whole series of breaks."""
    n = len(own)
    kind = rng.choice([FOSTER, CHILDRENS], n, p=[0.45, 0.55])
    return pd.DataFrame(
        {
            "start": start,
            "end": end,
            "true_end": end,
            "type": kind,
            "kind": kind,
            "long_term": 0,
            "same_carer": False,
            "reason": "",
            "status": "V4",
            "rne": "S",
            "rec": "E8",
            "final": True,
            "period_start": start,
            "own": own,
            "age_at_start": age,
            "variant": rng.integers(0, 100, n),
            "place_address": draw_addresses(around, own, rng),
            "home": -1,
            "host": own,
            "provider": own,
        }
    )


def _with_needs(
    episodes: pd.DataFrame, people: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Give the main need at entry, one for each stay of a family."""
    first = episodes.drop_duplicates("stay")
    need = pd.Series(rng.choice(_NEEDS_AT_ENTRY, len(first), p=_NEED_SHARES), index=first["stay"])
    u = pd.Series(rng.random(len(first)), index=first["stay"])
    of_each = episodes["stay"].map(need).to_numpy()
    chance = episodes["stay"].map(u).to_numpy()
    alone = people["uasc"].to_numpy()[episodes["person"].to_numpy()] == 1
    behaviour = (episodes["age_at_start"].to_numpy() >= 12) & (chance < 0.05)
    return episodes.assign(
        cin=np.where(
            alone,
            np.where(chance < 0.96, "N8", "N1"),
            np.where(
                (episodes["status"] == "V4").to_numpy(), "N2", np.where(behaviour, "N6", of_each)
            ),
        )
    )


def _file_returns(
    episodes: pd.DataFrame,
    people: pd.DataFrame,
    stays: pd.DataFrame,
    around: Surroundings,
    first_return: int,
    last_return: int,
    chance: _Chance,
) -> dict[str, pd.DataFrame]:
    """File every table of every year, as text."""
    codes = np.array(around.codes, dtype=object)
    parts: dict[str, list[pd.DataFrame]] = {}
    for year in range(first_return, last_return + 1):
        shown = filing.episodes_in_return(episodes, year)
        tables = {"episodes": _episodes_as_filed(shown, people, around, year)}
        tables |= tables_beside(shown, people, stays, year=year, rng=chance.of(f"tables of {year}"))
        for name, table in tables.items():
            filed = table.assign(local_authority=codes[table["own"].to_numpy()], year=year)
            parts.setdefault(name, []).append(filed.drop(columns="own"))
    return {name: pd.concat(filed, ignore_index=True) for name, filed in parts.items()}


def _episodes_as_filed(
    shown: pd.DataFrame, people: pd.DataFrame, around: Surroundings, year: int
) -> pd.DataFrame:
    person = shown["person"].to_numpy()
    place = filing.place_codes(shown, year)
    postcodes = around.addresses["postcode"].to_numpy(dtype=object)
    kind = shown["kind"].to_numpy()
    ended = shown["end"].to_numpy() == shown["true_end"].to_numpy()
    home_known = people["address_known"].to_numpy()[person]
    place_known = ~((kind == TEMPORARY) | (shown["status"] == "V4").to_numpy())
    place_known &= ~((place == "A4") | (place == "A6")) | (shown["variant"].to_numpy() % 3 > 0)
    urn = np.where(filing.numbered(shown, place), shown["urn"].to_numpy(), "")
    table = pd.DataFrame(
        {
            "own": shown["own"].to_numpy(),
            "CHILD": people["child"].to_numpy(dtype=object)[person],
            "DECOM": as_filed(shown["start"].to_numpy()),
            "RNE": shown["rne"].to_numpy(),
            "LS": shown["status"].to_numpy(),
            "CIN": shown["cin"].to_numpy(),
            "PLACE": place,
            "PLACE_PROVIDER": filing.provider_codes(shown),
            "DEC": as_filed(shown["end"].to_numpy()),
            "REC": np.where(ended, shown["rec"], ""),
            "REASON_PLACE_CHANGE": np.where(ended, shown["reason"], ""),
            "HOME_POST": np.where(home_known, postcodes[people["address"].to_numpy()[person]], ""),
            "PL_POST": np.where(place_known, postcodes[shown["place_address"].to_numpy()], ""),
            "URN": urn,
            "start": shown["start"].to_numpy(),
        }
    )
    ordered = table.sort_values(["own", "CHILD", "start"], kind="stable", ignore_index=True)
    return ordered.drop(columns="start")


def _children_to_place(
    codes: list[str],
    expected: pd.Series[float],
    levels: pd.DataFrame,
    people: pd.DataFrame,
    episodes: pd.DataFrame,
    register: homes.Register,
    around: Surroundings,
    today: int,
    chance: _Chance,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = chance.of("waiting")
    here = episodes[
        (episodes["start"] <= today) & (episodes["end"] > today) & (episodes["home"] >= 0)
    ].drop_duplicates("person")
    since = episodes.groupby("spell")["start"].min()
    lives = people.loc[here["person"]].reset_index(drop=True)
    lives = lives.assign(
        home=here["home"].to_numpy(),
        spell=here["spell"].to_numpy(),
        kind=register.homes["kind"].to_numpy()[here["home"].to_numpy()],
        months_there=waiting.months_since(here["spell"].map(since).to_numpy(), today),
        age=completed_years(lives["born"].to_numpy(), today),
    )
    lives = lives[np.isin(lives["kind"], homes.IN_REGISTER[1:])].reset_index(drop=True)
    movers = _who_must_move(lives, float(expected.sum()), rng)
    lives["must_move"] = lives["spell"].isin(movers)
    new = _new_children(codes, expected, levels, around, today, chance)
    new["family"] += int(people["family"].max()) + 1
    moving = lives[lives["must_move"]]
    to_place = pd.concat([moving, new], ignore_index=True)
    return (
        waiting.children_table(
            to_place, around, register, today=today, rng=chance.of("children to place")
        ),
        waiting.children_table(lives, around, register, today=today, rng=chance.of("cohort")),
    )


def _who_must_move(
    lives: pd.DataFrame, total: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose spells that end soon: carers resign, homes close, placements break down."""
    can = lives[lives["kind"].isin([FOSTER, CHILDRENS, SUPPORTED]) & (lives["age"] < 18)]
    spells = can.groupby("spell").agg(
        children=("need", "size"), need=("need", "max"), months=("months_there", "min")
    )
    weight = (1 + spells["need"].to_numpy()) / (6 + spells["months"].to_numpy())
    order = np.argsort(-np.log(rng.random(len(spells))) / weight, kind="stable")
    counted = np.cumsum(spells["children"].to_numpy()[order])
    wanted = total * waiting.MOVING_SHARE
    return np.asarray(spells.index.to_numpy()[order[counted <= wanted]], dtype=np.int64)


def _new_children(
    codes: list[str],
    expected: pd.Series[float],
    levels: pd.DataFrame,
    around: Surroundings,
    today: int,
    chance: _Chance,
) -> pd.DataFrame:
    """Families who come into care in the days after the last return."""
    rng = chance.of("new families")
    days: Days = np.array([today, today + 1], dtype=np.int64)
    month = Calendar(days, np.array([2]), np.array([0]))
    parts, families = [], 0
    for own, code in enumerate(codes):
        many = float(expected[code]) * waiting.NEW_SHARE
        alone = many * min(0.5, 2.2 * level_of(levels, code)["uasc_pct"] / 100)
        drawn = draw_families(month, np.array([many - alone]), rng)
        drawn = drawn[drawn["entry"] == today]
        arrivals = draw_arrivals(month, np.array([alone]), rng)
        arrivals["family"] += int(drawn["family"].max()) + 1 if len(drawn) else 0
        both = pd.concat([drawn, arrivals], ignore_index=True)
        both = draw_traits(both, level_of(levels, code), rng).assign(own=own)
        both["family"] += families
        families = int(both["family"].max()) + 1 if len(both) else families
        parts.append(both)
    new = pd.concat(parts, ignore_index=True).rename_axis("child").reset_index()
    new = _named(new, around)
    new = waiting.draw_new_families(new, around, today=today, rng=rng)
    return new.assign(kind=-1, months_there=0.0)


def _sibling_groups(people: pd.DataFrame, around: Surroundings) -> pd.DataFrame:
    """Who are brothers and sisters, as a council's own list would say."""
    size = people.groupby("family")["family"].transform("size")
    several = people[size > 1].sort_values("family", kind="stable")
    number, _ = pd.factorize(several["family"])
    codes = np.array(around.codes, dtype=object)
    return pd.DataFrame(
        {
            "sibling_group": [f"SYN-F-{n + 1:06d}" for n in number],
            "local_authority": codes[several["own"].to_numpy()],
            "child_id": several["child"].to_numpy(),
            "twin": several["twin"].astype(str).to_numpy(),
        }
    )
