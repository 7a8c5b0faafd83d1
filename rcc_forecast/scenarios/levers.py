"""What can be changed in a register of homes: one class a lever.

A lever takes the register as it is and gives the register as it would be.
Dates do the work: a recruit opens, a closure ends, and every stage that asks
which homes are open on a day sees the change on its day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from models.forecast import IntArray
from rcc_forecast.codes import PlacementType
from rcc_forecast.geography import AUTHORITIES
from rcc_forecast.scenarios.scenario import Block, ScenarioValueError
from rcc_forecast.tables.homes import open_on

PREFIX = "SCENARIO-"
"""Begins the home_id of every home that a scenario adds."""

FOSTER_PLACES = 2
"""Places of a recruited household where the register has none to go by.

Ofsted, *Fostering in England 2024*: 70,465 mainstream places in 42,615
households, of which 21% were family and friends: about 2.1 each.
"""


class Lever(Protocol):
    """One change to the register."""

    def apply(self, homes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
        """Give the register after the change; the frame handed in stays as it is."""
        ...


@dataclass(frozen=True, slots=True)
class CloseHomes:
    """Close one home, or all of a provider; the day given is the last day open."""

    block: Block
    scenario: str

    def apply(self, homes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
        """Set the last day open, where it is not earlier already."""
        key = "home_id" if "home_id" in self.block.given else "provider"
        meant = homes[key] == self.block.get(key)
        if not meant.any():
            raise ScenarioValueError(
                name=self.scenario,
                where=f"{self.block.where} {key}",
                expected="one of the register",
            )
        last_day = self.block.get("on") or self.block.get("from") or as_of
        return _closed(homes, meant.to_numpy(bool), pd.Series(last_day, index=homes.index))


@dataclass(frozen=True, slots=True)
class AddHomes:
    """Open homes of one kind.

    Where places, ages, need or price are not given, they are as in the
    register's homes of that kind.
    """

    block: Block

    def apply(self, homes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
        """Put the new homes below the register; without a day they are open at once."""
        block = self.block
        opens = block.get("opens") or block.get("from") or as_of
        number = int(block.get("number", 1))
        return _with_new_homes(
            homes,
            kind=str(block.get("placement_type")),
            opened=_spread(opens, number=number, months=int(block.get("ramp_months", 0))),
            closed=block.get("to"),
            given=block.given,
        )


@dataclass(frozen=True, slots=True)
class ChangeFostering:
    """Recruit foster households, and lose some of those there are."""

    block: Block

    def apply(self, homes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
        """Close the share lost, then open the recruits; both spread evenly over the ramp."""
        start = self.block.get("from") or as_of
        months = _months_of(self.block, start)
        lost = self._lost(homes, start)
        leaves = pd.Series(pd.NaT, index=homes.index, dtype="datetime64[us]")
        leaves.iloc[lost] = _spread(start, number=len(lost), months=months)
        homes = _closed(homes, leaves.notna().to_numpy(bool), leaves)
        recruits = int(self.block.get("recruit", 0))
        if not recruits:
            return homes
        return _with_new_homes(
            homes,
            kind=PlacementType.FOSTER.value,
            opened=_spread(start, number=recruits, months=months),
            closed=None,
            given={"sector": "local_authority", **self.block.given},
        )

    def _lost(self, homes: pd.DataFrame, start: pd.Timestamp) -> IntArray:
        """Rows of the households lost: spread evenly over the list by authority and reference."""
        meant = open_on(homes, start) & (homes["placement_type"] == PlacementType.FOSTER.value)
        authority = self.block.get("local_authority")
        if authority is not None:
            meant &= homes["local_authority"] == authority
        listed = homes.loc[meant].sort_values(["local_authority", "home_id"], kind="stable").index
        rows = homes.index.get_indexer(listed)
        number = round(len(rows) * float(self.block.get("lose_pct", 0.0)) / 100.0)
        chosen = ((np.arange(number) + 0.5) * len(rows) / max(number, 1)).astype(np.int64)
        return np.asarray(rows[chosen], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class ChangePrices:
    """Raise or lower prices by a share, for one kind or sector or for all.

    A register has prices of one day: the share is what has come by then, all
    of it from the first, or as much as the ramp says, and none outside
    ``from`` and ``to``.
    """

    block: Block

    def apply(self, homes: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
        """Change the weekly cost of the homes meant."""
        share = float(self.block.get("inflation_pct", 0.0)) / 100.0
        factor = 1.0 + share * _strength(self.block, as_of)
        meant = pd.Series(True, index=homes.index)
        for key in ("placement_type", "sector"):
            if key in self.block.given:
                meant &= homes[key] == self.block.get(key)
        cost = homes["weekly_cost_gbp"].astype("float64")
        return homes.assign(weekly_cost_gbp=cost.mask(meant, cost * factor))


def holds_on(block: Block, day: pd.Timestamp) -> bool:
    """Say whether a block's ``from`` and ``to`` include a day."""
    start, end = block.get("from"), block.get("to")
    return (start is None or start <= day) and (end is None or day <= end)


def _strength(block: Block, day: pd.Timestamp) -> float:
    """Share of a change that has come by a day."""
    if not holds_on(block, day):
        return 0.0
    start, ramp = block.get("from"), int(block.get("ramp_months", 0))
    if start is None or ramp <= 1:
        return 1.0
    months = (day.year - start.year) * 12 + day.month - start.month + 1
    return float(min(months / ramp, 1.0))


def _closed(
    homes: pd.DataFrame, meant: np.ndarray[Any, np.dtype[np.bool_]], last_day: pd.Series[Any]
) -> pd.DataFrame:
    already = homes["closed"].astype("datetime64[us]")
    last = last_day.astype("datetime64[us]")
    earlier = already.isna() | (already > last)
    return homes.assign(closed=already.mask(meant & earlier, last))


def _months_of(block: Block, start: pd.Timestamp) -> int:
    """Months over which a change comes: the ramp, else from `from` to `to`, else at once."""
    until = block.get("to")
    between = 0 if until is None else (until.year - start.year) * 12 + until.month - start.month
    return int(block.get("ramp_months", max(between, 0)))


def _spread(start: pd.Timestamp, *, number: int, months: int) -> pd.DatetimeIndex:
    """Days on which `number` changes come, evenly over `months`, the last at their end."""
    # 2 of 10 over 5 months come after 1 month: the share that has come keeps step.
    after = np.ceil(np.arange(1, number + 1) * months / max(number, 1)).astype(int)
    return pd.DatetimeIndex([start + pd.DateOffset(months=int(m)) for m in after])


def _with_new_homes(
    homes: pd.DataFrame,
    *,
    kind: str,
    opened: pd.DatetimeIndex,
    closed: pd.Timestamp | None,
    given: dict[str, Any],
) -> pd.DataFrame:
    alike = homes.loc[homes["placement_type"] == kind]
    number = len(opened)
    where = (
        [given["local_authority"]] * number
        if "local_authority" in given
        else _shared_out(alike if len(alike) else homes, number)
    )
    places = int(given.get("places") or _usual(alike, "places_approved", FOSTER_PLACES))
    new = pd.DataFrame(
        {
            "home_id": _new_names(homes, number),
            "provider": "Scenario",
            "sector": given.get("sector"),
            "placement_type": kind,
            "local_authority": where,
            "easting": _coordinate(given, "easting", where),
            "northing": _coordinate(given, "northing", where),
            "places_approved": places,
            "places_available": places,
            "age_min": int(given.get("age_min", _usual(alike, "age_min", 0))),
            "age_max": int(given.get("age_max", _usual(alike, "age_max", 17))),
            "sex": given.get("sex", "any"),
            "needs_met": int(given.get("needs_met", _usual(alike, "needs_met", 1))),
            "sibling_exemption": 0,
            "solo": 0,
            "ofsted_rating": "none",
            "weekly_cost_gbp": given.get("weekly_cost_gbp", _mean_cost(alike)),
            "opened": opened,
            "closed": closed,
            # Where a register's rows carry their file and line, these say what made them.
            "file": "scenario",
            "row": 0,
        },
        index=range(number),
    ).reindex(columns=homes.columns)
    return pd.concat([homes, new.astype(homes.dtypes.to_dict())], ignore_index=True)


def _new_names(homes: pd.DataFrame, number: int) -> list[str]:
    """SCENARIO-1 and so on, going on where an earlier scenario stopped."""
    used = homes["home_id"].astype("str").str.extract(rf"^{PREFIX}(\d+)$", expand=False)
    last = pd.to_numeric(used).max()
    first = 1 if pd.isna(last) else int(last) + 1
    return [f"{PREFIX}{first + i}" for i in range(number)]


def _shared_out(homes: pd.DataFrame, number: int) -> list[str]:
    """Share new homes out over authorities as homes are now, largest remainder first."""
    now = homes["local_authority"].value_counts().sort_index()
    exact = now / max(int(now.sum()), 1) * number
    whole = exact // 1
    rest = number - int(whole.sum())
    whole += (exact - whole).rank(method="first", ascending=False) <= rest
    return [str(code) for code, homes_there in whole.items() for _ in range(int(homes_there))]


def _coordinate(given: dict[str, Any], axis: str, where: list[str]) -> list[float]:
    if axis in given:
        return [float(given[axis])] * len(where)
    return AUTHORITIES[axis].reindex(where).astype("float64").tolist()


def _usual(homes: pd.DataFrame, column: str, otherwise: int) -> int:
    median = homes[column].astype("float64").median()
    return otherwise if pd.isna(median) else round(median)


def _mean_cost(homes: pd.DataFrame) -> float:
    return float(homes["weekly_cost_gbp"].astype("float64").mean())
