"""Published unit costs: what a week in each kind of care cost each authority, and how it rose.

Source: DfE, *Local Authority Interactive Tool*, section 251 outturn, weekly
unit costs of residential care and of fostering, 2016-17 to 2024-25. The two
newest figures of each authority stand in ``section251.csv`` beside this file
(year 2025 is 2024-25), which an analyst can bring up to date.

Contains public sector information licensed under the Open Government Licence
v3.0 (Department for Education).
"""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pandas as pd

from models.forecast import FloatArray
from models.spending import GrowthProcess
from rcc_forecast.codes import PlacementType

RESIDENTIAL, FOSTERING, BETWEEN = "residential", "fostering", "between"
"""Groups of kinds whose prices rise together; the last has no published series."""

GROUP_OF_KIND: dict[str, str] = {
    PlacementType.CHILDRENS_HOME.value: RESIDENTIAL,
    PlacementType.SECURE_HOME.value: RESIDENTIAL,
    PlacementType.RESIDENTIAL_OTHER.value: RESIDENTIAL,
    PlacementType.FOSTER.value: FOSTERING,
    PlacementType.FOSTER_KINSHIP.value: FOSTERING,
}
"""The residential unit cost counts the care days of K1, K2, R1 and S1; the fostering one all
foster placements. Kinds that are not named here are `BETWEEN` and have no published cost."""

POOLED_KINDS = frozenset({"secure_home", "residential_other", "foster_kinship"})
"""Kinds whose unit cost is published only together with a larger kind."""

ENGLAND: dict[str, tuple[int, ...]] = {
    RESIDENTIAL: (3430, 3630, 3945, 4165, 4575, 5025, 5980, 6775, 7385),
    FOSTERING: (575, 575, 580, 600, 615, 630, 665, 720, 765),
}
"""Weekly unit cost of England, GBP, 2016-17 to 2024-25."""

FIRST_YEAR, LAST_YEAR = 2017, 2025
"""Financial years of the first and last figure of `ENGLAND`, by the year they end in."""

_CORRELATION = 0.7
"""Of the two groups' yearly changes: 0.7 in the eight changes of England, 0.7 in the medians
over authorities."""


def national_growth() -> GrowthProcess:
    """Give what eight yearly changes of England's unit costs have shown.

    Returns
    -------
    GrowthProcess
        Groups `RESIDENTIAL`, `FOSTERING`.
    """
    changes = np.diff(np.log(np.array([ENGLAND[RESIDENTIAL], ENGLAND[FOSTERING]], dtype=float)))
    return GrowthProcess(
        drift=changes.mean(axis=1),
        spread=changes.std(axis=1, ddof=1),
        correlation=np.array([[1.0, _CORRELATION], [_CORRELATION, 1.0]]),
        years_seen=changes.shape[1],
    )


def published_costs(
    authorities: list[str], kinds: list[str], *, on: pd.Timestamp
) -> tuple[FloatArray, list[str]]:
    """Give the published weekly cost of each authority and kind, at the prices of a day.

    Parameters
    ----------
    authorities : list of str
        ONS codes; England's figure stands in for one that has none.
    kinds : list of str
        Placement types.
    on : Timestamp
        The day whose prices are wanted: figures are of the middle of their year, moved as
        England's figures moved, and beyond them by their mean change.

    Returns
    -------
    cost : ndarray, shape (n_authorities, n_kinds)
        GBP a week; missing for kinds that are not published.
    year : list of str
        Financial year behind each authority's figure: "2024-25".
    """
    own = _TABLE.reindex(authorities)
    cost = np.full((len(authorities), len(kinds)), np.nan)
    for k, kind in enumerate(kinds):
        group = GROUP_OF_KIND.get(kind)
        if group is not None:
            figure = own[f"{group}_gbp"].fillna(ENGLAND[group][-1]).to_numpy(float)
            year = own[f"{group}_year"].fillna(LAST_YEAR).to_numpy(float)
            cost[:, k] = figure * np.exp(_level(group, _years(on)) - _level(group, year - 0.5))
    ends = own["residential_year"].fillna(LAST_YEAR).astype(int)
    return cost, [f"{end - 1}-{end % 100:02d}" for end in ends]


def _level(group: str, at: FloatArray | float) -> FloatArray:
    """Logarithm of England's figure at a time in financial years (2025.0 is 31 March 2025)."""
    logs = np.log(np.array(ENGLAND[group], dtype=float))
    middle = np.arange(FIRST_YEAR, LAST_YEAR + 1) - 0.5
    drift = (logs[-1] - logs[0]) / (len(logs) - 1)
    beyond = np.maximum(np.asarray(at) - middle[-1], 0.0) + np.minimum(at - middle[0], 0.0)
    return np.asarray(np.interp(at, middle, logs) + drift * beyond)


def _years(day: pd.Timestamp) -> float:
    """Place a day on the scale on which 31 March 2025 is 2025."""
    ahead = (day.year - 2025) * 12 + day.month - 3 + (day.day - day.days_in_month) / 31.0
    return 2025.0 + ahead / 12.0


def _read() -> pd.DataFrame:
    with files("rcc_forecast.spending").joinpath("section251.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype={"local_authority": str}).set_index("local_authority")


_TABLE: pd.DataFrame = _read()
"""Newest unit costs and their years by ONS code."""
