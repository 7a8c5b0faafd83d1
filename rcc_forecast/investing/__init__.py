"""Where new capacity should go: possible sites weighed up against many futures."""

from __future__ import annotations

from rcc_forecast.investing.invest import invest_in_sites
from rcc_forecast.investing.need import Held
from rcc_forecast.investing.sites import read_sites, tidy_sites

__all__ = ["Held", "invest_in_sites", "read_sites", "tidy_sites"]
