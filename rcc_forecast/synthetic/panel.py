"""A panel of outcomes of a country that never was, for the story of an evaluation.

One area's returns cannot show pathfinders against the rest. So 153 invented
authorities in 14 invented regions stand here, two of them pathfinders, with a
change planted in one outcome: region shocks have heavy tails and a memory, so
that nothing is tuned to what an evaluation assumes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SIZES = (10, 19, 12, 14, 15, 10, 14, 11, 15, 7, 7, 7, 6, 6)
"""Authorities of each region, the two pathfinders first: about those of England."""

_YEARS = 12
_SHARES = {"over_20_miles": 0.19, "residential": 0.13, "three_or_more_placements": 0.10}
"""Levels of England in 2022 (DfE, Children looked after in England)."""

PLANTED_OUTCOME, PLANTED_CHANGE = "over_20_miles", -0.03

_REGION_SD, _UNIT_SD, _MEMORY, _TAILS = 0.006, 0.015, 0.6, 5
_WITHHELD_BELOW = 6
_RELEASED = "11-20"

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SyntheticPanel:
    """Outcomes, how to evaluate them, and what was planted.

    Attributes
    ----------
    panel : DataFrame
        As `tables.evaluation.PANEL`, all as text; counts of 1 to 5 are ``c``.
    spec : str
        A specification in TOML.
    truth : dict
        What was planted.
    """

    panel: pd.DataFrame
    spec: str
    truth: dict[str, object]


def synthetic_panel(rng: np.random.Generator, *, last_year: int) -> SyntheticPanel:
    """Draw a panel with a planted change in two pathfinder regions.

    Parameters
    ----------
    rng : numpy.random.Generator
        The only source of chance.
    last_year : int
        Newest year to 31 March: the first whole one since pathfinders began.

    Returns
    -------
    SyntheticPanel
    """
    region = np.repeat(np.arange(len(_SIZES)), _SIZES)
    children = np.exp(rng.normal(np.log(480), 0.55, region.size)).clip(60, 2_500).round()
    years = np.arange(last_year - _YEARS + 1, last_year + 1)
    parts = [
        _outcome(name, share, region=region, children=children, years=years, rng=rng)
        for name, share in _SHARES.items()
    ]
    truth = {
        "pathfinders": [_region_name(0), _region_name(1)],
        "outcome": PLANTED_OUTCOME,
        "change": PLANTED_CHANGE,
        "from_period": str(last_year),
        "region_sd": _REGION_SD,
        "authority_sd": _UNIT_SD,
        "persistence": _MEMORY,
    }
    return SyntheticPanel(pd.concat(parts, ignore_index=True), _spec_text(last_year), truth)


def _outcome(
    name: str,
    share: float,
    *,
    region: NDArray[np.int64],
    children: FloatArray,
    years: NDArray[np.int64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    shared = _wandering((len(_SIZES), years.size), _REGION_SD, rng)[region]
    own = _wandering((region.size, years.size), _UNIT_SD, rng)
    changed = (region[:, None] < 2) & (years == years[-1]) & (name == PLANTED_OUTCOME)
    chance = np.clip(share + shared + own + PLANTED_CHANGE * changed, 0.01, 0.95)
    counted = rng.binomial(children.astype(np.int64)[:, None], chance)
    return pd.DataFrame(_rows(name, region, children, years, counted)).astype("str")


def _wandering(shape: tuple[int, int], sd: float, rng: np.random.Generator) -> FloatArray:
    """Draw paths that remember the year before, with the heavy tails of Student's t."""
    shocks = rng.standard_t(_TAILS, shape) * np.sqrt((_TAILS - 2) / _TAILS)
    paths = np.empty(shape)
    paths[:, 0] = sd * shocks[:, 0]
    for year in range(1, shape[1]):
        step = sd * np.sqrt(1 - _MEMORY**2) * shocks[:, year]
        paths[:, year] = _MEMORY * paths[:, year - 1] + step
    return paths


def _rows(
    name: str,
    region: NDArray[np.int64],
    children: FloatArray,
    years: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> Iterator[dict[str, object]]:
    for unit, where in enumerate(region):
        of = int(children[unit])
        for place, year in enumerate(years):
            number = int(counted[unit, place])
            withheld = 0 < number < _WITHHELD_BELOW
            yield {
                "la_code": f"SYN{unit + 1:03d}",
                "region": _region_name(int(where)),
                "period": int(year),
                "outcome": name,
                "numerator": "c" if withheld else number,
                "denominator": of,
                "value": "c" if withheld else f"{number / of:.4f}",
                "release_date": f"{year}-{_RELEASED}",
            }


def _region_name(number: int) -> str:
    return f"Synthetic region {number + 1:02d}"


def _spec_text(last_year: int) -> str:
    treated = "".join(
        f'\n[[treated]]\nunit = "{_region_name(number)}"\n'
        f"announced = {last_year - 2}-01-15\ndelivery = {last_year - 1}-04-01\n"
        for number in (0, 1)
    )
    others = ", ".join(f'"{name}"' for name in _SHARES)
    return (
        "# SYNTHETIC: an evaluation of invented regions. `rcc-forecast evaluate lock` logs it.\n"
        f'primary = "{PLANTED_OUTCOME}"\n'
        f"outcomes = [{others}]\n"
        f"cut_off = {last_year}-11-30\n"
        "looks = 3\n"
        f"{treated}"
    )
