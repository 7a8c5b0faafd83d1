"""What would have to be true for a gap to close: places, entrants, stays, carers, moves.

Each lever is asked alone: how far it must go for the worst month of a red or
amber row to have a shortage less likely than amber. An answer beyond what any
region has done is no plan, and the row says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.forecasting.cohort import Expected, Levers, pulled
from models.forecasting.cohort.levers import DurationsLever
from models.sufficiency.closing import (
    Competition,
    Needed,
    lever_needed,
    places_needed,
    share_needed,
)
from rcc_forecast.codes import ALL, PlacementType
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures, area_key
from rcc_forecast.results.sufficiency import SufficiencyBalance, area_name
from rcc_forecast.sufficiency.carers import CarersForecast
from rcc_forecast.sufficiency.substitution import Substitution, children_by_need
from rcc_forecast.sufficiency.supplies import Supplies, supply_setting
from rcc_forecast.sufficiency.supply import AreaSupply
from rcc_forecast.tables.closing import CLOSING
from rcc_forecast.tables.homes import type_words

RANGE = 0.5
"""Most that a lever is pulled: beyond half, no answer is a plan."""

STAYS_TRIED: FloatArray = np.array([0.1, 0.2, 0.35, 0.5])
"""Shares by which stays are shortened; between them the effect is taken as straight."""

INSTEAD: dict[PlacementType, PlacementType] = {
    PlacementType.CHILDRENS_HOME: PlacementType.FOSTER,
    PlacementType.RESIDENTIAL_OTHER: PlacementType.FOSTER,
    PlacementType.FOSTER: PlacementType.FOSTER_KINSHIP,
}
"""Kind in which some children of a kind could live instead: step-down from residential care, and
relatives or friends. Other kinds have no such neighbour."""


class Cohort(Protocol):
    """Expected children, today's and entrants apart, and under levers."""

    @property
    def expected(self) -> Expected:
        """As things are."""
        ...

    def under(self, levers: Levers | None) -> Expected:
        """Step the same children and entrants forward under levers."""
        ...


_AREA = ["region", "local_authority", "rcc"]


@dataclass(frozen=True, slots=True)
class Closing:
    """What would close each gap.

    Attributes
    ----------
    frame : DataFrame
        A `CLOSING` table.
    """

    frame: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the tables by file name."""
        return {"closing": self.frame}

    def sentences(self) -> list[str]:
        """Say in words what would close each gap, worst gap first."""
        return [str(words) for words in self.frame["sentence"]]


@dataclass(frozen=True, slots=True)
class _Effects:
    """Expected children by month, authority and kind: all, entrants, and fewer with stays cut."""

    children: FloatArray
    entrants: FloatArray
    fewer: list[FloatArray]


@dataclass(frozen=True, slots=True)
class _Gap:
    """A row of the balance that is short too often, with the futures behind it."""

    row: pd.Series[Any]
    area: Area
    kind: int
    month: int
    found: Competition
    probability: float
    target: float
    no_room_instead: bool

    @property
    def places(self) -> Needed:
        return places_needed(self.found, target=self.target)

    @property
    def share(self) -> Needed:
        return share_needed(self.found, target=self.target)

    @property
    def expected(self) -> float:
        return max(float(self.found.children.sum(axis=1).mean()), 1e-9)

    def of_area(self, by_authority: FloatArray) -> float:
        """Sum (horizon, n_authorities, n_kinds) over the area's members."""
        return float(by_authority[self.month, self.area.members[:, self.month], self.kind].sum())


@dataclass(frozen=True, slots=True)
class Behind:
    """What a balance was made from, so that its gaps can be asked about.

    Attributes
    ----------
    futures : AreaFutures
        Of children.
    homes : DataFrame
        A `HOMES` table, as a scenario left it.
    as_of : Timestamp
        Last day known.
    children_now : ndarray, shape (n_authorities, n_kinds)
        Children looked after on the as-of day.
    residents : DataFrame, optional
        Who lives where, by Ofsted number.
    children : DataFrame, optional
        A `CHILDREN_TO_PLACE` table.
    substitution : Substitution, optional
        Who needs another kind of home, where the balance has that reading.
    foster_paths : ndarray, shape (n_paths, n_authorities, horizon), optional
        Usable foster places in each future, 1 being as registered.
    before : DataFrame, optional
        The register as things are, where ``homes`` is a what-if's.
    """

    futures: AreaFutures
    homes: pd.DataFrame
    as_of: pd.Timestamp
    children_now: FloatArray
    residents: pd.DataFrame | None = None
    children: pd.DataFrame | None = None
    substitution: Substitution | None = None
    foster_paths: FloatArray | None = None
    before: pd.DataFrame | None = None

    def supplies(self) -> Supplies:
        """Give the supply of every area by the way the balance counts it."""
        setting = supply_setting(
            self.futures,
            homes=self.homes if self.before is None else self.before,
            as_of=self.as_of,
            children_now=self.children_now,
            residents=self.residents,
            cohort=self.children,
        )
        return setting.of(self.homes, foster_paths=self.foster_paths)


def closing(
    found: SufficiencyBalance,
    behind: Behind,
    *,
    cohort: Cohort | None,
    carers: CarersForecast | None = None,
) -> Closing:
    """Say, for each gap, how far each lever alone would have to go.

    Parameters
    ----------
    found : SufficiencyBalance
        Whose red and amber rows are asked about.
    behind : Behind
        What it was made from.
    cohort : Cohort, optional
        Without it there are no rows on entrants and stays.
    carers : CarersForecast, optional
        Without it there are no rows on recruitment.

    Returns
    -------
    Closing
        Worst gap first, at its worst month and at the last month where that
        is red or amber too; five levers at most each. Gaps that are less
        likely than amber, and amber for want of choice alone, are passed over.
    """
    effects = None if cohort is None else _effects(cohort)
    rows = [
        line
        for gap in _gaps(found, behind)
        for line in _lines(gap, behind.futures, effects, carers)
    ]
    frame = pd.DataFrame(rows, columns=CLOSING.names)
    return Closing(CLOSING.check(frame))


def _effects(cohort: Cohort) -> _Effects:
    as_is = cohort.expected
    base = _by_kind(as_is)
    horizon, n_areas, n_kinds = base.shape
    entrants = np.zeros_like(base)
    if as_is.entrants is not None:
        entrants = as_is.entrants.stock.sum(axis=(3, 4))
    fewer = []
    for size in STAYS_TRIED:
        levers = pulled(
            [DurationsLever(-float(size))], horizon=horizon, n_areas=n_areas, n_kinds=n_kinds
        )
        fewer.append(base - _by_kind(cohort.under(levers)))
    return _Effects(base, entrants, fewer)


def _by_kind(ahead: Expected) -> FloatArray:
    return np.asarray(ahead.together().stock.sum(axis=(3, 4)))


def _gaps(found: SufficiencyBalance, behind: Behind) -> Iterator[_Gap]:
    futures = behind.futures
    areas = {area_key(area): area for area in futures.areas}
    supplies = behind.supplies()
    whole = found.table[found.table["age_band"] == ALL]
    rag = whole.set_index([*_AREA, "placement_type", "horizon"])["rag"]
    drawn: dict[tuple[str, str, str], tuple[FloatArray, FloatArray, AreaSupply]] = {}
    for _, row in _asked(found, futures).iterrows():
        pool = row["region"] == ALL and row["local_authority"] == ALL
        key = (row["region"], row["local_authority"], row["rcc"] if pool else "")
        if key not in drawn:
            placed = futures.children(areas[key]).astype(np.float64)
            needed = placed
            if behind.substitution is not None:
                needed = np.asarray(children_by_need(placed, behind.substitution))
            drawn[key] = (placed, needed, supplies.of_area(areas[key], placed))
        placed, needed, supply = drawn[key]
        kind, month = futures.kinds.index(row["placement_type"]), int(row["horizon"]) - 1
        by_need = _by_need(row)
        scale = np.ones(1) if supply.scale is None else supply.scale[:, kind, month]
        yield _Gap(
            row=row,
            area=areas[key],
            kind=kind,
            month=month,
            found=Competition(
                children=(needed if by_need else placed)[:, kind, :, month],
                touching=supply.touching[:, kind, month],
                scale=scale,
            ),
            probability=float(row["p_shortfall_needed" if by_need else "p_shortfall"]),
            target=float(row["target"]),
            no_room_instead=_no_room_instead(row, rag),
        )


def _no_room_instead(row: pd.Series[Any], rag: pd.Series[str]) -> bool:
    """Say whether the kind in which children could live instead is short there too."""
    instead = INSTEAD.get(PlacementType(row["placement_type"]))
    if instead is None:
        return False
    at = (*(row[name] for name in _AREA), instead.value, row["horizon"])
    return bool(rag.get(at, "grey") in ("red", "amber"))


def _asked(found: SufficiencyBalance, futures: AreaFutures) -> pd.DataFrame:
    """Worst and last months of the rows that are short too often, area and kind together."""
    table = found.table
    # The worst month may be too near for anything to help; the last one is what can be planned.
    asked = pd.concat([found.worst_months(), table[table["horizon"] == len(futures.months)]])
    asked = asked.drop_duplicates([*_AREA, "placement_type", "age_band", "horizon"])
    red_from = asked["placement_type"].map(found.red_from).astype("float64")
    target = red_from.fillna(found.assumptions["red_from"]) * found.assumptions["amber_share"]
    likely = asked[["p_shortfall", "p_shortfall_needed"]].max(axis=1) >= target
    wanted = asked.assign(target=target)[
        asked["rag"].isin(["red", "amber"])
        & likely
        & (asked["age_band"] == ALL)
        & asked["placement_type"].isin(futures.kinds)
    ]
    first = wanted.groupby([*_AREA, "placement_type"], sort=False).ngroup()
    return wanted.iloc[np.argsort(first.to_numpy(), kind="stable")]


def _by_need(row: pd.Series[Any]) -> bool:
    """Say whether the rating counts children by the home they need, as the worse reading."""
    needed = float(row["p_shortfall_needed"])
    return np.isfinite(needed) and needed > float(row["p_shortfall"])


def _lines(
    gap: _Gap, futures: AreaFutures, effects: _Effects | None, carers: CarersForecast | None
) -> Iterator[dict[str, object]]:
    kind = PlacementType(futures.kinds[gap.kind])
    yield _line(gap, "places", "places", gap.places)
    if effects is not None:
        yield _line(gap, "fewer_entrants", "per cent", _percent(_of_entrants(gap, effects)))
        yield _line(gap, "shorter_stays", "per cent", _percent(_of_stays(gap, effects)))
    if carers is not None and kind is PlacementType.FOSTER:
        yield _line(gap, "recruit", "households a month", _of_carers(gap, carers))
    if kind in INSTEAD:
        yield _line(gap, "move", "per cent", _percent(gap.share), instead=INSTEAD[kind])


def _of_entrants(gap: _Gap, effects: _Effects) -> Needed:
    """Children change in step with entrants, so the effect of half of them is a line."""
    effect = RANGE * gap.of_area(effects.entrants) / gap.expected
    return lever_needed(np.array([effect]), size=np.array([RANGE]), wanted=gap.share)


def _of_stays(gap: _Gap, effects: _Effects) -> Needed:
    effect = np.array([gap.of_area(fewer) / gap.expected for fewer in effects.fewer])
    return lever_needed(effect, size=STAYS_TRIED, wanted=gap.share)


def _of_carers(gap: _Gap, carers: CarersForecast) -> Needed:
    """Households a month from now on: some of them will have left again by then."""
    inside = gap.area.members[:, gap.month]
    staying = carers.staying[inside, : gap.month + 1].mean(axis=0)
    each = float(carers.places_a_household[inside].mean())
    brought = each * float(staying.sum())
    most = RANGE * float(carers.households[inside].sum()) / (gap.month + 1)
    return Needed(*(part / brought for part in gap.places.parts())).within(most)


def _percent(share: Needed) -> Needed:
    return Needed(*(100.0 * part for part in share.within(RANGE).parts()))


def _line(
    gap: _Gap, lever: str, unit: str, needed: Needed, *, instead: PlacementType | None = None
) -> dict[str, object]:
    row = gap.row
    value, low, high = (part if np.isfinite(part) else np.nan for part in needed.parts())
    return {
        **{name: row[name] for name in ("region", "local_authority", "rcc", "placement_type")},
        "month": row["month"],
        "horizon": row["horizon"],
        "p_shortfall": gap.probability,
        "target": gap.target,
        "lever": lever,
        "unit": unit,
        "needed": value,
        "needed_q10": low,
        "needed_q90": high,
        "possible": "yes" if np.isfinite(value) else "no",
        "sentence": _sentence(gap, lever, needed, instead),
        "local_authority_name": row["local_authority_name"],
    }


def _sentence(gap: _Gap, lever: str, needed: Needed, instead: PlacementType | None) -> str:
    row = gap.row
    where = f"{area_name(row)}, {type_words(str(row['placement_type']))}"
    when = pd.Timestamp(row["month"]).strftime("%B %Y")
    aim = (
        f"the chance of a shortage in {when} would fall from {gap.probability:.0%} "
        f"to under {gap.target:.0%}"
    )
    words = _WORDS[lever]
    other = "" if instead is None else f" in a {type_words(instead.value)}"
    if not np.isfinite(needed.value):
        return f"{where}: {words.alone}{other} cannot close the gap by {when} within {words.reach}."
    amount = words.amount.format(_amount(needed.value, words.decimals))
    span = f"{_amount(needed.low, words.decimals)} to {_amount(needed.high, words.decimals)}"
    if instead is not None and gap.no_room_instead:
        aim += ", if there were room: those homes are short there too"
    return f"{where}: with {amount}{other} ({span}), {aim}."


@dataclass(frozen=True, slots=True)
class _Wording:
    """How a lever is said: its amount, itself alone, its range."""

    amount: str
    alone: str
    reach: str
    decimals: int = 0


_WORDS = {
    "places": _Wording("{} more usable places", "more places", "any number"),
    "fewer_entrants": _Wording(
        "{}% fewer children entering care from next month", "fewer entrants alone", "50%"
    ),
    "shorter_stays": _Wording(
        "stays in care {}% shorter from next month", "shorter stays alone", "50%"
    ),
    "recruit": _Wording(
        "{} more foster households recruited every month",
        "recruiting carers alone",
        "half as many households again",
        decimals=1,
    ),
    "move": _Wording("{}% of its children living", "children living", "50%"),
}


def _amount(value: float, decimals: int) -> str:
    if not np.isfinite(value):
        return "more than can be done"
    # Upwards: an amount that is rounded down is not enough.
    scale = 10.0**decimals
    return f"{np.ceil(value * scale - 1e-6) / scale:,.{decimals}f}"
