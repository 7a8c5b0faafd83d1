"""One way to count supply: what the balance, what closes a gap and what-ifs all share.

What is known beside the register (who lives where, who is expected, how places
stray, what closes undated) is worked out once, from the register as things are.
A what-if brings its own register and carers, and is counted by the same chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray, IntArray
from rcc_forecast.results.areas import Area
from rcc_forecast.results.futures import AreaFutures
from rcc_forecast.sufficiency.capacity import Register, read_register
from rcc_forecast.sufficiency.closures import Closures, closures_of
from rcc_forecast.sufficiency.doubt import SupplyDoubt, doubt_of
from rcc_forecast.sufficiency.residents import share_with_urn
from rcc_forecast.sufficiency.suited import Comers, comers_of
from rcc_forecast.sufficiency.supply import AreaSupply, supply_of

_STRAY, _CLOSE = 7, 8
"""Streams of chance: how places stray, and how fast homes close."""


@dataclass(frozen=True, slots=True)
class SupplySetting:
    """What is known of supply beside a register: the same for every what-if.

    Attributes
    ----------
    authorities, kinds : list of str
    months : DatetimeIndex
        Month ends ahead that are counted.
    as_of : Timestamp
    children_now : ndarray of float, shape (n_authorities, n_kinds)
        Children in care on the as-of day.
    residents : DataFrame, optional
        Who lives where, by Ofsted number (`residents.residents_of`).
    comers : Comers, optional
        Who is expected to need a free place.
    with_urn : ndarray of float, shape (n_kinds,)
        Share of children whose home is seen.
    doubt : SupplyDoubt, optional
        How places stray; None where no past is given.
    closures : Closures, optional
        What closes without a date; None where no past is given: then places are
        counted as the register stands.
    """

    authorities: list[str]
    kinds: list[str]
    months: pd.DatetimeIndex
    as_of: pd.Timestamp
    children_now: FloatArray
    residents: pd.DataFrame | None
    comers: Comers | None
    with_urn: FloatArray
    doubt: SupplyDoubt | None
    closures: Closures | None

    def at(self, months: IntArray) -> SupplySetting:
        """Give the same for some months alone, counted from 0: the same chance."""
        return replace(
            self,
            months=self.months[months],
            doubt=None if self.doubt is None else self.doubt.at(months),
            closures=None if self.closures is None else self.closures.at(months),
        )

    def of(self, homes: pd.DataFrame, *, foster_paths: FloatArray | None = None) -> Supplies:
        """Read a register, as things are or as a what-if leaves it.

        Parameters
        ----------
        homes : DataFrame
            A `HOMES` table.
        foster_paths : ndarray of float, shape (n_paths, n_authorities, horizon), optional
            By how much usable foster places grow or shrink in each future.
        """
        register = read_register(
            homes,
            authorities=self.authorities,
            kinds=self.kinds,
            months=self.months,
            as_of=self.as_of,
            residents=self.residents,
        )
        return Supplies(self, register, foster_paths)


@dataclass(frozen=True, slots=True)
class Supplies:
    """A register, ready to be counted area by area.

    Attributes
    ----------
    setting : SupplySetting
    register : Register
    foster_paths : ndarray of float, shape (n_paths, n_authorities, horizon), optional
    """

    setting: SupplySetting
    register: Register
    foster_paths: FloatArray | None = None

    def of_area(self, area: Area, children: NDArray[np.floating]) -> AreaSupply:
        """Count what an area's children can use.

        Parameters
        ----------
        area : Area
            In the setting's months.
        children : ndarray, shape (n_paths, n_kinds, n_bands, horizon)
            Its futures.
        """
        setting = self.setting
        return supply_of(
            area,
            self.register,
            demand=children.mean(axis=0, dtype=np.float64),
            children_now=setting.children_now,
            comers=setting.comers,
            foster_paths=self.foster_paths,
            kinds=setting.kinds,
            with_urn=setting.with_urn,
            doubt=setting.doubt,
            closures=setting.closures,
        )


def supply_setting(
    futures: AreaFutures,
    *,
    homes: pd.DataFrame,
    as_of: pd.Timestamp,
    children_now: FloatArray,
    residents: pd.DataFrame | None = None,
    cohort: pd.DataFrame | None = None,
) -> SupplySetting:
    """Learn once what every count of supply shares.

    Parameters
    ----------
    futures : AreaFutures
        Gives the axes, the number of futures and the seed; its children are not read.
    homes : DataFrame
        A `HOMES` table as things are: never a what-if's, so that chance stays the same.
    as_of : Timestamp
        Last day known.
    children_now : ndarray of float, shape (n_authorities, n_kinds)
    residents : DataFrame, optional
        As `residents.residents_of` gives it.
    cohort : DataFrame, optional
        A `CHILDREN_TO_PLACE` table: whom free places suit.
    """
    authorities, kinds = futures.authorities["local_authority"].tolist(), futures.kinds
    n_paths = len(futures.paths)
    doubt = doubt_of(
        residents,
        homes,
        authorities=authorities,
        kinds=kinds,
        n_paths=n_paths,
        horizon=len(futures.months),
        rng=np.random.default_rng([futures.seed, _STRAY]),
    )
    closures = None
    if doubt is not None:
        closures = closures_of(
            homes,
            kinds=kinds,
            months=futures.months,
            as_of=as_of,
            n_paths=n_paths,
            rng=np.random.default_rng([futures.seed, _CLOSE]),
        )
    return SupplySetting(
        authorities=authorities,
        kinds=kinds,
        months=futures.months,
        as_of=as_of,
        children_now=children_now,
        residents=residents,
        comers=comers_of(residents, cohort, kinds=kinds),
        with_urn=share_with_urn(residents, kinds=kinds),
        doubt=doubt,
        closures=closures,
    )
