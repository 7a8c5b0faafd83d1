"""A region that never was, for demonstrations and for judging forecasts against a known truth."""

from __future__ import annotations

from rcc_forecast.synthetic.region import SynthesisError, SyntheticRegion, synthesise
from rcc_forecast.synthetic.write import folder_of, write_region

__all__ = ["SynthesisError", "SyntheticRegion", "folder_of", "synthesise", "write_region"]
