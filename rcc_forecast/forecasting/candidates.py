"""Which forecasters take part."""

from __future__ import annotations

from collections.abc import Sequence

from models.backtest import simplest_first
from models.forecasting import FORECASTERS, Forecaster
from rcc_forecast.errors import UnknownNameError

YARDSTICK = "hold_flat"
"""Scored beside every other, whatever was asked for."""


def candidates(names: Sequence[str] | None) -> dict[str, Forecaster]:
    """Give the forecasters asked for, all of them by default, simplest first.

    Raises
    ------
    UnknownNameError
        There is no forecaster of that name.
    """
    wanted = set(FORECASTERS if names is None else names) | {YARDSTICK}
    for name in wanted:
        if name not in FORECASTERS:
            raise UnknownNameError(what="forecaster", given=name, known=FORECASTERS)
    return {name: FORECASTERS[name] for name in simplest_first(wanted)}
