"""Authorities, regions, co-operatives and England: who pools homes with whom, month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rcc_forecast.codes import ALL
from rcc_forecast.geography import Membership


@dataclass(frozen=True, slots=True)
class Area:
    """Authorities whose children and homes are looked at together.

    Attributes
    ----------
    region, local_authority : str
        As the tables show them; "All" where summed.
    rcc : tuple of str
        Co-operative by month; "" where there is none.
    members : ndarray of bool, shape (n_authorities, horizon)
        Which authorities belong, month by month.
    """

    region: str
    local_authority: str
    rcc: tuple[str, ...]
    members: NDArray[np.bool_]


def areas_of(
    authorities: pd.DataFrame, *, months: pd.DatetimeIndex, membership: Membership
) -> list[Area]:
    """Give every authority, region and co-operative, and England.

    Parameters
    ----------
    authorities : DataFrame
        Columns local_authority, region; one row an authority that filed.
    months : DatetimeIndex
        Month ends; membership is looked up on each.
    membership : Membership
        Dated membership of co-operatives.

    Returns
    -------
    list of Area
        England, regions, co-operatives, authorities. A co-operative holds those of its
        members that filed; one without any, in any month, is left out.
    """
    codes, regions = authorities["local_authority"], authorities["region"]
    by_month = [membership.on(month) for month in months]
    rcc = np.array([[on.get(code, "") for on in by_month] for code in codes], dtype=object)
    always = np.ones(len(months), dtype=bool)
    nobody = ("",) * len(months)
    england = [Area(ALL, ALL, nobody, np.ones(rcc.shape, dtype=bool))]
    whole = [
        Area(region, ALL, nobody, np.outer(regions == region, always))
        for region in sorted(regions.unique())
    ]
    pooled = [
        Area(ALL, ALL, (name,) * len(months), rcc == name) for name in sorted(set(rcc.flat) - {""})
    ]
    single = [
        Area(region, code, tuple(rcc[i]), np.outer(np.arange(len(codes)) == i, always))
        for i, (code, region) in enumerate(zip(codes, regions, strict=True))
    ]
    return [*england, *whole, *pooled, *single]
