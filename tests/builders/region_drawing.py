"""Invented regions, drawn: homes first, then families round them, so that a full plan is known.

Shares follow the published picture: 46 to 47 children in a hundred with a
brother or sister to place, about one home in nine a children's home or
supported accommodation. `tests.builders.regions` gives them as tables and as
the optimiser's arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from rcc_forecast.geography import AUTHORITIES

METRES_A_MILE = 1609.3

SOUTH_WEST = np.array([360_000.0, 170_000.0])
"""Corner of the square, metres: from the Severn to the Wash most of it is land."""

WIDEST_SQUARE_MILES = 120.0
"""A wider square would leave England: families then live round its real authorities."""

LIVES_OUTSIDE = -2
"""Present home of a child for whom the region had no place."""

FOSTER, CHILDRENS_HOME, SUPPORTED = 0, 1, 2
N_KINDS = 3

SHAPES = ("dense", "far", "scarce", "replan", "vacancies", "england")


@dataclass(frozen=True, slots=True)
class Shape:
    """What sets one kind of region apart.

    Attributes
    ----------
    children : int
        When none are asked for.
    places_a_child : float
        Places for each child.
    places_a_home : float, optional
        Fixes the number of homes; otherwise it follows from the sizes drawn.
    side_miles : float, optional
        Of the square; otherwise as wide as England's density of children makes it.
    away : bool
        Homes lie on rings of ten miles round the towns where families live.
    special : bool
        Solo children, siblings apart by plan, homes to avoid, suitability.
    replan : bool
        Everyone lives somewhere: the nearest home with a place, larger groups first; some of
        those homes have closed since.
    """

    children: int
    places_a_child: float
    places_a_home: float | None = None
    side_miles: float | None = None
    away: bool = False
    special: bool = False
    replan: bool = False


_SHAPES = {
    "dense": Shape(6_000, 1 / 0.97),
    "far": Shape(6_000, 1.0, away=True),
    "scarce": Shape(6_000, 1 / 1.05),
    "replan": Shape(11_000, 1 / 0.97, special=True, replan=True),
    "vacancies": Shape(300, 4 / 3, side_miles=61.0),
    "england": Shape(80_000, 9 / 8, places_a_home=9 / 5, special=True),
}


@dataclass(frozen=True, slots=True)
class Region:
    """Children and homes in arrays, in the order in which a council files them.

    Attributes
    ----------
    children, homes : dict of str to ndarray
        One entry a column; coordinates in whole metres, codes as numbers.
    planted : ndarray of int, shape (n_children,)
        Row of ``homes`` of a plan that keeps every hard rule; -1 for none.
    replan : bool
        Whether children live in homes whose places are to be won again.
    """

    children: dict[str, np.ndarray]
    homes: dict[str, np.ndarray]
    planted: np.ndarray
    replan: bool

    @property
    def n_children(self) -> int:
        """Children of the region."""
        return int(self.planted.size)

    @property
    def n_homes(self) -> int:
        """Homes of the region, those closed among them."""
        return int(self.homes["places"].size)


def a_region(shape: str, *, children: int | None = None, seed: int) -> Region:
    """Draw a region.

    Parameters
    ----------
    shape : str
        ``dense``: 97 children for 100 places, half of the families in towns away from the homes.
        ``far``: every place needed, homes ten miles round the towns where families live.
        ``scarce``: 105 children for 100 places; the last ones have no planted home.
        ``replan``: everyone lives somewhere, 70 % settled, a few outside the region; solo
        children, siblings apart by plan, twins, homes to avoid and homes since closed.
        ``vacancies``: 300 children, 400 places, 61 miles across.
        ``england``: 80,000 children, 50,000 homes, 90,000 places round the real authorities,
        with the same special children as ``replan``.
    children : int, optional
        Another number of children; places and homes follow.
    seed : int
        The same shape, number and seed give the same region.
    """
    form = _SHAPES[shape]
    n = children or form.children
    rng = np.random.default_rng(seed)
    towns = _towns(rng, n, form)
    homes = _homes(rng, n, form, towns)
    group, planted = _planted_groups(rng, n, homes)
    kids = _children(rng, group, planted, homes, towns, form)
    region = Region(kids, homes, planted, replan=False)
    if form.special:
        region = _with_special_children(rng, region)
    if form.replan:
        region = _living_somewhere(rng, region)
    return region


@dataclass(frozen=True, slots=True)
class _Towns:
    xy: np.ndarray  # miles from the south-west corner
    share: np.ndarray
    spread: np.ndarray  # miles, of homes round a town
    low: np.ndarray
    high: np.ndarray
    code: np.ndarray

    def nearest(self, xy: np.ndarray) -> np.ndarray:
        return np.asarray(cKDTree(self.xy).query(xy)[1])


def _towns(rng: np.random.Generator, n: int, form: Shape) -> _Towns:
    side = form.side_miles or 224.0 * np.sqrt(max(n, 3_000) / 80_000)
    register = AUTHORITIES.dropna(subset=["easting", "northing"])
    codes = register.index.to_numpy(str)
    if side > WIDEST_SQUARE_MILES:
        xy = (register[["easting", "northing"]].to_numpy(float) - SOUTH_WEST) / METRES_A_MILE
        to_third = cKDTree(xy).query(xy, k=4)[0][:, 3]
        spread = np.clip(0.4 * to_third, 2.0, 12.0)
        low, high = xy.min(axis=0), xy.max(axis=0)
    else:
        count = max(6, round(153 * (side / 224.0) ** 2))
        xy = rng.uniform(0, side, (count, 2))
        spread = np.full(count, side / np.sqrt(count) / 2.5)
        low, high = np.zeros(2), np.full(2, side)
        codes = codes[:count]
    share = rng.lognormal(0, 0.5, len(xy))
    return _Towns(xy, share / share.sum(), spread, low, high, codes)


def _homes(rng: np.random.Generator, n: int, form: Shape, towns: _Towns) -> dict[str, np.ndarray]:
    kind, places = _kinds_and_places(rng, n, form)
    count = kind.size
    foster, residential = kind == FOSTER, kind == CHILDRENS_HOME
    town = rng.choice(len(towns.xy), count, p=towns.share)
    if form.away:
        radius, angle = np.maximum(rng.normal(10, 2, count), 5), rng.uniform(0, 2 * np.pi, count)
        off = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    else:
        off = rng.normal(0, 1, (count, 2)) * towns.spread[town][:, None]
    xy = np.clip(towns.xy[town] + off, towns.low, towns.high)
    age_min = np.select(
        [foster, residential],
        [rng.choice([0, 0, 0, 5, 8, 11], count), rng.choice([8, 10, 12], count)],
        16,
    )
    more_years = rng.choice([7, 10, 13, 17], count)
    drawn = [rng.choice(3, count, p=p) for p in ([0.58, 0.37, 0.05], [0.14, 0.81, 0.05])]
    sector = np.select([foster, residential], drawn, rng.choice(3, count, p=[0.1, 0.75, 0.15]))
    price = np.select([foster & (sector == 0), foster, residential], [500.0, 950.0, 5_200.0], 1_700)
    metres = _metres(xy)
    return {
        "kind": kind,
        "places": places,
        "exempt": foster & (places >= 2) & (rng.random(count) < 0.15),
        "town": town,
        "authority": towns.code[towns.nearest(xy)],
        "easting": metres[:, 0],
        "northing": metres[:, 1],
        "age_min": age_min,
        "age_max": np.where(foster, np.minimum(17, age_min + more_years), 17),
        "sex": np.where(rng.random(count) < 0.82, 0, rng.integers(1, 3, count)),
        "needs_met": np.select(
            [foster, residential], [rng.choice(3, count, p=[0.5, 0.38, 0.12]), 3], 1
        ),
        "grade": rng.choice([3, 2, 1], count, p=[0.17, 0.70, 0.13]),
        "sector": sector,
        "weekly_cost_gbp": (price * rng.lognormal(0, 0.2, count)).round(2),
        "closed": np.zeros(count, dtype=bool),
    }


def _kinds_and_places(
    rng: np.random.Generator, n: int, form: Shape
) -> tuple[np.ndarray, np.ndarray]:
    wanted = round(n * form.places_a_child)
    count = wanted if form.places_a_home is None else round(wanted / form.places_a_home)
    kind = rng.choice(3, count, p=[0.885, 0.062, 0.053])
    places = np.select(
        [kind == FOSTER, kind == CHILDRENS_HOME],
        [
            rng.choice([1, 2, 3], count, p=[0.55, 0.30, 0.15]),
            rng.choice([2, 3, 4, 5, 6, 8], count, p=[0.25, 0.25, 0.25, 0.12, 0.08, 0.05]),
        ],
        rng.choice([1, 2, 3, 4, 6], count, p=[0.2, 0.3, 0.2, 0.2, 0.1]),
    )
    if form.places_a_home is None:
        count = int(np.searchsorted(np.cumsum(places), wanted)) + 1
        kind, places = kind[:count], places[:count]
        places[-1] -= places.sum() - wanted
        return kind, places
    # So many homes and so many places: foster homes of one place take the difference.
    short = wanted - int(places.sum())
    movable = np.flatnonzero((kind == FOSTER) & (places == (1 if short > 0 else 2)))
    places[rng.choice(movable, abs(short), replace=False)] += np.sign(short)
    return kind, places


def _planted_groups(
    rng: np.random.Generator, n: int, homes: dict[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Fill homes with sibling groups; give each child's group and home.

    Seven groups in ten of two or more live in one foster home, under an
    exemption where it has one; the others are spread over homes nearby.
    """
    places, exempt = homes["places"], homes["exempt"]
    sizes = rng.choice([1, 2, 3, 4, 5, 6], n, p=[0.745, 0.155, 0.062, 0.026, 0.009, 0.003])
    kept_together = rng.random(n) < 0.72
    order = rng.permutation(places.size).tolist()
    holds = np.where(exempt, places + rng.integers(1, 4, places.size), places)
    pool = {
        size: rng.permutation(np.flatnonzero((homes["kind"] == FOSTER) & (holds >= size))).tolist()
        for size in range(2, 7)
    }
    xy = np.column_stack([homes["easting"], homes["northing"]])
    near = cKDTree(xy).query(xy, k=min(25, len(xy)))[1].tolist()
    left, cap, may_exceed = places.tolist(), places.tolist(), exempt.tolist()
    total, at = sum(left), 0
    most = min(n, total)
    group: list[int] = []
    planted: list[int] = []
    for number, (drawn, together) in enumerate(
        zip(sizes.tolist(), kept_together.tolist(), strict=True)
    ):
        size = min(drawn, most - len(planted), total)
        if size <= 0:
            break
        group += [number] * size
        if size > 1 and together:
            home = _whole_home(pool[size], left, cap, may_exceed, size)
            if home >= 0:
                taken = min(size, left[home])
                left[home] -= taken
                total -= taken
                planted += [home] * size
                continue
        while left[order[at]] == 0:
            at += 1
        took: list[int] = []
        for home in [*near[order[at]], *order[at:]]:
            while left[home] > 0 and len(took) < size:
                left[home] -= 1
                took.append(home)
            if len(took) == size:
                break
        total -= size
        planted += took
    without = n - len(planted)
    first = group[-1] + 1
    return (
        np.r_[group, first + np.arange(without)].astype(np.int64),
        np.r_[planted, np.full(without, -1)].astype(np.int64),
    )


def _whole_home(
    pool: list[int], left: list[int], cap: list[int], may_exceed: list[bool], size: int
) -> int:
    while pool:
        home = pool.pop()
        if left[home] >= size or (left[home] == cap[home] > 0 and may_exceed[home]):
            return int(home)
    return -1


def _children(
    rng: np.random.Generator,
    group: np.ndarray,
    planted: np.ndarray,
    homes: dict[str, np.ndarray],
    towns: _Towns,
    form: Shape,
) -> dict[str, np.ndarray]:
    n = group.size
    source = np.where(planted >= 0, planted, rng.integers(0, homes["places"].size, n))
    first = np.r_[True, group[1:] != group[:-1]]
    xy = _family_homes(rng, source[first], homes, towns, form)[group]
    metres = _metres(xy)
    school = _metres(xy + rng.normal(0, 1.5, (n, 2)))
    low, high = homes["age_min"][source], homes["age_max"][source]
    age = np.clip(np.floor(low + rng.random(n) * (high - low + 1)).astype(int), 0, 17)
    takes = homes["sex"][source]
    residential = homes["kind"][source] == CHILDRENS_HOME
    kids = {
        "group": group,
        "easting": metres[:, 0],
        "northing": metres[:, 1],
        "school_easting": school[:, 0],
        "school_northing": school[:, 1],
        "authority": towns.code[towns.nearest(xy)],
        "age": age,
        "sex": np.where(takes > 0, takes, rng.integers(1, 3, n)),
        "needs": np.where(
            residential,
            np.where(rng.random(n) < 0.7, 3, rng.integers(0, 3, n)),
            np.minimum(homes["needs_met"][source], rng.choice(3, n, p=[0.55, 0.33, 0.12])),
        ),
        "ethnicity": rng.choice(6, n, p=[0.71, 0.10, 0.07, 0.06, 0.03, 0.03]),
        "solo": np.zeros(n, dtype=bool),
        "apart": np.zeros(n, dtype=bool),
        "avoid": np.full(n, -1),
        "suitability": np.full((n, N_KINDS), 3),
        "present": np.full(n, -1),
        "settled": np.zeros(n, dtype=bool),
    }
    kids["twin"] = _twins(rng, kids, planted)
    return kids


def _family_homes(
    rng: np.random.Generator,
    home: np.ndarray,
    homes: dict[str, np.ndarray],
    towns: _Towns,
    form: Shape,
) -> np.ndarray:
    """Give a family's address for each planted home, miles: by distance, or in a town."""
    count = home.size
    around = np.column_stack([homes["easting"], homes["northing"]])[home]
    around = (around - SOUTH_WEST) / METRES_A_MILE
    if form.away:
        own_town = towns.xy[homes["town"][home]]
        return np.clip(own_town + rng.normal(0, 2, (count, 2)), towns.low, towns.high)
    widest = float((towns.high - towns.low).max())
    far = rng.uniform(12, min(60, widest / 2), count)
    miles = np.where(rng.random(count) < 0.72, rng.lognormal(np.log(6), 0.9, count), far)
    angle = rng.uniform(0, 2 * np.pi, count)
    xy = around + miles[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    # Towns draw families: supply then lies away from demand, as it does.
    big = towns.share**1.5 / (towns.share**1.5).sum()
    picked = rng.choice(len(towns.xy), (count, 12), p=big)
    within = np.linalg.norm(towns.xy[picked] - around[:, None], axis=2) < 60
    urban = (rng.random(count) < 0.45) & within.any(axis=1)
    town = picked[np.arange(count), within.argmax(axis=1)]
    in_town = towns.xy[town] + rng.normal(0, 4, (count, 2))
    return np.clip(np.where(urban[:, None], in_town, xy), towns.low, towns.high)


def _twins(
    rng: np.random.Generator, kids: dict[str, np.ndarray], planted: np.ndarray
) -> np.ndarray:
    """Give the row of the twin, -1 for none: pairs of one age who are planted in one home."""
    n, group = planted.size, kids["group"]
    twin = np.full(n, -1)
    alike = (group[1:] == group[:-1]) & (planted[1:] == planted[:-1]) & (planted[1:] >= 0)
    drawn = np.flatnonzero(alike & (rng.random(n - 1) < 0.04))
    for row in drawn.tolist():
        if twin[row] < 0 and twin[row + 1] < 0:
            kids["age"][row + 1] = kids["age"][row]
            twin[row], twin[row + 1] = row + 1, row
    return twin


def _with_special_children(rng: np.random.Generator, region: Region) -> Region:
    """Add children with particular plans such that the planted plan still keeps every rule."""
    kids, homes = dict(region.children), region.homes
    n, planted = region.n_children, region.planted
    size = np.bincount(kids["group"])[kids["group"]]
    alone = (planted >= 0) & (homes["places"][planted] == 1) & (size == 1)
    kids["solo"] = alone & (rng.random(n) < 0.06)
    key = kids["group"] * (region.n_homes + 1) + planted + 1
    _, at, shared = np.unique(key, return_inverse=True, return_counts=True)
    lives_apart = (size > 1) & (shared[at] == 1) & (planted >= 0) & (kids["twin"] < 0)
    kids["apart"] = lives_apart & (rng.random(n) < 0.15)
    kids["suitability"] = _suitability(rng, homes["kind"][planted], planted, n)
    near = cKDTree(np.column_stack([homes["easting"], homes["northing"]])).query(
        np.column_stack([kids["easting"], kids["northing"]]), k=2
    )[1]
    other = np.where(near[:, 0] == planted, near[:, 1], near[:, 0])
    kids["avoid"] = np.where(rng.random(n) < 0.03, other, -1)
    kids["school_easting"] = np.where(rng.random(n) < 0.1, np.nan, kids["school_easting"])
    return replace(region, children=kids)


def _suitability(
    rng: np.random.Generator, kind: np.ndarray, planted: np.ndarray, n: int
) -> np.ndarray:
    words = np.full((n, N_KINDS), 3)
    asked = (planted >= 0) & (rng.random(n) < 0.6)
    words[asked] = rng.choice(4, (int(asked.sum()), N_KINDS), p=[0.3, 0.3, 0.2, 0.2])
    here = words[np.arange(n), kind]
    words[np.arange(n), kind] = np.where(here == 2, 1, here)
    return words


def _living_somewhere(rng: np.random.Generator, region: Region) -> Region:
    """Let everyone live in the nearest home with a place; some of those homes close since."""
    kids, homes = dict(region.children), dict(region.homes)
    n = region.n_children
    present = _nearest_with_a_place(region)
    lived = np.bincount(present[present >= 0], minlength=region.n_homes)
    homes["closed"] = rng.random(region.n_homes) < 0.02
    kids["present"] = np.where(present >= 0, present, LIVES_OUTSIDE)
    kids["settled"] = rng.random(n) < 0.7
    # Some are to leave the home where they live.
    kids["avoid"] = np.where((present >= 0) & (rng.random(n) < 0.01), present, kids["avoid"])
    homes["places"] = np.maximum(homes["places"] - lived, 0)  # free of residents
    stays = (present >= 0) & ~homes["closed"][present] & (kids["avoid"] != present)
    planted = np.where(stays, present, -1)
    return Region(kids, homes, planted, replan=True)


def _nearest_with_a_place(region: Region) -> np.ndarray:
    """Give the home of each child as a duty desk would fill them, -1 for none within reach."""
    kids, homes = region.children, region.homes
    where = cKDTree(np.column_stack([homes["easting"], homes["northing"]]))
    family = np.column_stack([kids["easting"], kids["northing"]])
    near = where.query(family, k=min(200, region.n_homes))[1]
    fits = _may_live(region, np.arange(region.n_children)[:, None], near)
    desk = _Desk(
        options=[listed[ok].tolist() for listed, ok in zip(near, fits, strict=True)],
        free=homes["places"].tolist(),
        places=homes["places"].tolist(),
        exempt=homes["exempt"].tolist(),
        solo=kids["solo"].tolist(),
        present=[-1] * region.n_children,
    )
    apart = kids["apart"].tolist()
    begin = np.flatnonzero(np.r_[True, kids["group"][1:] != kids["group"][:-1]])
    end = np.r_[begin[1:], region.n_children]
    for group in np.argsort(begin - end, kind="stable").tolist():
        members = range(int(begin[group]), int(end[group]))
        desk.house_together([i for i in members if not apart[i]])
        for i in members:
            if desk.present[i] < 0:
                others = [j for j in members if j != i and (apart[i] or apart[j])]
                desk.house_alone(i, away_from={desk.present[j] for j in others})
    return np.array(desk.present, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Homes that fit each child, nearest first, and what is free of them so far."""

    options: list[list[int]]
    free: list[int]
    places: list[int]
    exempt: list[bool]
    solo: list[bool]
    present: list[int]

    def _is_empty(self, home: int) -> bool:
        return self.free[home] == self.places[home] > 0

    def house_together(self, who: list[int]) -> None:
        """Take the home nearest to the first of them that holds all, if there is one."""
        if len(who) < 2 or any(self.solo[i] for i in who):
            return
        shared = set(self.options[who[0]]).intersection(*(self.options[i] for i in who[1:]))
        for home in self.options[who[0]]:
            holds = self.free[home] >= len(who) or (self._is_empty(home) and self.exempt[home])
            if home in shared and holds:
                self.free[home] = max(0, self.free[home] - len(who))
                for i in who:
                    self.present[i] = home
                return

    def house_alone(self, i: int, *, away_from: set[int]) -> None:
        """Take the nearest home with a place, an empty one for a solo child."""
        for home in self.options[i]:
            ready = self._is_empty(home) if self.solo[i] else self.free[home] > 0
            if ready and home not in away_from:
                self.free[home] = 0 if self.solo[i] else self.free[home] - 1
                self.present[i] = home
                return


def _may_live(region: Region, child: np.ndarray, home: np.ndarray) -> np.ndarray:
    kids, homes = region.children, region.homes
    age, takes = kids["age"][child], homes["sex"][home]
    fits = (homes["age_min"][home] <= age) & (age <= homes["age_max"][home])
    fits &= (takes == 0) | (takes == kids["sex"][child])
    fits &= homes["needs_met"][home] >= kids["needs"][child]
    fits &= kids["suitability"][child, homes["kind"][home]] != 2
    return np.asarray(fits & (kids["avoid"][child] != home) & ~homes["closed"][home])


def _metres(xy: np.ndarray) -> np.ndarray:
    return np.asarray(np.rint(SOUTH_WEST + xy * METRES_A_MILE))
