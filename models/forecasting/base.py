"""What a forecaster is, and the register that a new one joins by its decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from models.forecast import Forecast, SeriesPanel


class Forecaster(Protocol):
    """One call: a panel in, its futures out. The same seed gives the same futures."""

    def __call__(
        self, panel: SeriesPanel, *, horizon: int, n_paths: int, rng: np.random.Generator
    ) -> Forecast:
        """Draw `n_paths` futures of `horizon` periods for every series at once."""
        ...


FORECASTERS: dict[str, Forecaster] = {}
"""Every forecaster by its name, in the order in which their files are imported."""


def forecaster(name: str) -> Callable[[Forecaster], Forecaster]:
    """Enter a function in the register; the backtest, CLI and tests then find it.

    Parameters
    ----------
    name : str
        Its name in results, configuration and model cards.

    Raises
    ------
    ValueError
        Two forecasters may not share a name.
    """

    def register(function: Forecaster) -> Forecaster:
        if name in FORECASTERS:
            raise ValueError(f"There is already a forecaster named {name!r}. Choose another name.")
        FORECASTERS[name] = function
        return function

    return register
