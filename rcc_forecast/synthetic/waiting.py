"""Children who need a home now, and the whole cohort for planning anew.

About half of those who wait are new to care; the others must leave the home
they are in. There are places enough, but not of every kind: homes for
teenagers, for great needs and for three brothers and sisters are scarce.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.synthetic.days import YEAR_DAYS, Days, completed_years
from rcc_forecast.synthetic.homes import Register, home_ids
from rcc_forecast.synthetic.placements import (
    CHILDRENS,
    FOSTER,
    KINSHIP,
    RESIDENTIAL,
    SUPPORTED,
    TYPES,
)
from rcc_forecast.synthetic.whereabouts import Surroundings, draw_addresses

NEW_SHARE, MOVING_SHARE = 0.023, 0.022
"""Children who wait, against all children looked after."""

TOGETHER, APART = 0.88, 0.07
"""Plans for brothers and sisters (Ofsted 2018-19: 88% of siblings placed to plan)."""

_WISHES = np.array(
    [
        "To stay at my school",
        "To be near my nan",
        "To live with my brother or sister",
        "To keep seeing my friends at football",
        "A house with a dog",
        "A quiet home with a room of my own",
        "Not to move far away",
        "To keep the same social worker",
        "To cook the food I know",
        "Somewhere near a mosque",
        "Near college and the bus",
        "To stay with my old foster carers",
    ],
    dtype=object,
)
_SOLO_BY_NEED = np.array([0.0, 0.0, 0.02, 0.16])
_SCHOOL_TRIES = 10


def draw_new_families(
    families: pd.DataFrame, around: Surroundings, *, today: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Give the children about to come into care a reference and an address.

    Parameters
    ----------
    families : DataFrame
        own, family, born, female, ethnic, need, uasc, twin, dfe_code.
    around : Surroundings
        The area.
    today : int
        The last day.
    rng : numpy.random.Generator
        The only source of chance.
    """
    serial = families.groupby("own").cumcount() + 1
    first = families.drop_duplicates("family")
    address = pd.Series(draw_addresses(around, first["own"].to_numpy(), rng), index=first["family"])
    return families.assign(
        child="SYN" + families["dfe_code"] + "N" + serial.astype(str).str.zfill(4),
        address=families["family"].map(address).to_numpy(),
        home=-1,
        must_move=False,
        unit=families["family"] + 10**9,
        age=completed_years(families["born"].to_numpy(), today).clip(0, 17),
    )


def children_table(
    children: pd.DataFrame,
    around: Surroundings,
    register: Register,
    *,
    today: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Write children as `tables.placement.CHILDREN_TO_PLACE`, all as text.

    Parameters
    ----------
    children : DataFrame
        One row a child: own, child (reference), family, born, age, female,
        ethnic, need, uasc, twin, address, home (number or -1), must_move,
        kind (of the present home, -1 without), months_there.
    around : Surroundings
        The area and its addresses.
    register : Register
        The homes, for present homes and those to avoid.
    today : int
        The last day.
    rng : numpy.random.Generator
        The only source of chance.
    """
    n = len(children)
    need, age = children["need"].to_numpy(), children["age"].to_numpy()
    uasc = children["uasc"].to_numpy() == 1
    own = children["own"].to_numpy()
    home = around.addresses.iloc[children["address"].to_numpy()]
    at_school = (age >= 4) & (age <= 16) & ~uasc
    school = _schools(home, own, around, rng)
    solo = rng.random(n) < np.where(age >= 10, _SOLO_BY_NEED[need], 0.0)
    table = pd.DataFrame(
        {
            "child_id": children["child"].to_numpy(),
            "local_authority": np.array(around.codes, dtype=object)[own],
            "postcode": home["postcode"].to_numpy(),
            "easting": home["easting"].to_numpy().astype(np.int64).astype(str),
            "northing": home["northing"].to_numpy().astype(np.int64).astype(str),
            "school_easting": np.where(at_school, school[:, 0].astype(str), ""),
            "school_northing": np.where(at_school, school[:, 1].astype(str), ""),
            "age": age.astype(str),
            "sex": np.where(children["female"] == 1, "F", "M"),
            "ethnicity": children["ethnic"].to_numpy(),
            "needs": need.astype(str),
            "solo": solo.astype(np.int64).astype(str),
            "uasc": uasc.astype(np.int64).astype(str),
        }
    )
    suits = _suitability(children, rng)
    for kind, name in enumerate(TYPES):
        table[f"suit_{name}"] = suits[:, kind]
    group, plan, twin = _siblings(children, rng)
    wish = np.where(
        (age >= 5) & (rng.random(n) < 0.55), rng.choice(_WISHES, n), np.array("", dtype=object)
    )
    waits = rng.choice([0, 2, 5, 10, 21, 28], n, p=[0.2, 0.15, 0.2, 0.2, 0.15, 0.1])
    needed = np.datetime_as_string((today + waits).astype("datetime64[D]"))
    stays_put = children["must_move"].to_numpy() | (children["home"].to_numpy() < 0)
    settled = ~stays_put & (children["months_there"].to_numpy() > 9) & (rng.random(n) < 0.85)
    return table.assign(
        sibling_group=group,
        sibling_plan=plan,
        twin_of=twin,
        avoid_home_ids=_to_avoid(children, register, rng),
        current_home_id=home_ids(children["home"].to_numpy()),
        settled=settled.astype(np.int64).astype(str),
        needed_by=np.where(stays_put, needed, ""),
        wish=wish,
    ).astype(str)


def _schools(
    home: pd.DataFrame, own: Days, around: Surroundings, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Give the nearest of some addresses in the authority: a mile or two away."""
    east, north = home["easting"].to_numpy(), home["northing"].to_numpy()
    known_e = around.addresses["easting"].to_numpy()
    known_n = around.addresses["northing"].to_numpy()
    best = draw_addresses(around, own, rng)
    for _ in range(_SCHOOL_TRIES):
        other = draw_addresses(around, own, rng)
        nearer = np.hypot(known_e[other] - east, known_n[other] - north) < np.hypot(
            known_e[best] - east, known_n[best] - north
        )
        best = np.where(nearer, other, best)
    return np.stack([known_e[best], known_n[best]], axis=1).astype(np.int64)


def _suitability(children: pd.DataFrame, rng: np.random.Generator) -> NDArray[np.object_]:
    """Say what a social worker would of each type, by age, needs and story."""
    n = len(children)
    age, need = children["age"].to_numpy(), children["need"].to_numpy()
    uasc = children["uasc"].to_numpy() == 1
    u = rng.random((n, 3))
    suits = np.full((n, len(TYPES)), "unsuitable", dtype=object)
    grown = age >= 16
    ready = grown & (need <= 1) & (u[:, 0] < 0.6) | (uasc & grown)
    suits[:, FOSTER] = np.select(
        [ready, (need == 3) & (age >= 10), need == 3],
        ["suitable", np.where(u[:, 1] < 0.35, "suitable", "unsuitable"), "suitable"],
        np.where(u[:, 1] < 0.95, "preferred", "unspecified"),
    )
    suits[:, CHILDRENS] = np.select(
        [age < 8, (need == 3) & (age >= 10), (need == 2) & (age >= 10), age >= 12],
        ["unsuitable", "preferred", "suitable", np.where(u[:, 2] < 0.4, "suitable", "unsuitable")],
        "unsuitable",
    )
    suits[:, SUPPORTED] = np.select(
        [~grown | (need == 3), ready, grown], ["unsuitable", "preferred", "suitable"], "unsuitable"
    )
    suits[:, KINSHIP] = np.where(uasc, "unsuitable", "unspecified")
    suits[:, RESIDENTIAL] = np.where((need == 3) & (u[:, 0] < 0.15), "suitable", "unsuitable")
    # The home of today is at the least a kind that suits.
    lives = np.flatnonzero((children["home"].to_numpy() >= 0) & ~children["must_move"].to_numpy())
    kind = children["kind"].to_numpy()[lives]
    poor = np.isin(suits[lives, kind], ["unsuitable", "unspecified"])
    suits[lives[poor], kind[poor]] = "suitable"
    nothing = ~np.isin(suits, ["preferred", "suitable"]).any(axis=1)
    suits[nothing, FOSTER] = "suitable"
    return suits


def _siblings(
    children: pd.DataFrame, rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_]]:
    family = children["family"].to_numpy()
    names, which, size = np.unique(family, return_inverse=True, return_counts=True)
    several = size[which] > 1
    group = np.where(several, [f"SYN-G-{number:06d}" for number in which + 1], "")
    u = rng.random(len(names))
    plan = np.where(u < TOGETHER, "together", np.where(u < TOGETHER + APART, "apart", "none"))
    twins = children[children["twin"].to_numpy() == 1].groupby(["family", "born"])["child"]
    pair = twins.transform("size") == 2
    other = twins.shift(-1).fillna(twins.shift(1))
    twin = other.where(pair, "").reindex(children.index).fillna("")
    return (
        group.astype(object),
        np.where(several, plan[which], "none").astype(object),
        twin.to_numpy(dtype=object),
    )


def _to_avoid(
    children: pd.DataFrame, register: Register, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Name homes too near to a risk, and the one that the child has to leave."""
    n = len(children)
    number = rng.integers(0, len(register.homes), n)
    named = rng.random(n) < 0.07
    present = children["home"].to_numpy()
    named &= number != present
    first = np.where(children["must_move"].to_numpy(), home_ids(present), "")
    second = np.where(named, home_ids(number), "")
    both = np.where((first != "") & (second != ""), " ", "")
    return np.asarray(first.astype(object) + both.astype(object) + second.astype(object))


def months_since(start: Days, today: int) -> NDArray[np.float64]:
    """Give months lived somewhere."""
    return np.asarray((today - start) / YEAR_DAYS * 12)
