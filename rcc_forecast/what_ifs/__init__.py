"""What-ifs of a fitted region: forecast once, ask many times, say what moved the answer."""

from __future__ import annotations

from rcc_forecast.what_ifs.answers import Question, answers
from rcc_forecast.what_ifs.fit import Fitted, fitted, futures_under
from rcc_forecast.what_ifs.money import spend_chance, spending_under
from rcc_forecast.what_ifs.paired import about_run, compare_kept, read_kept, write_kept
from rcc_forecast.what_ifs.waterfall import Waterfall, waterfall

__all__ = [
    "Fitted",
    "Question",
    "Waterfall",
    "about_run",
    "answers",
    "compare_kept",
    "fitted",
    "futures_under",
    "read_kept",
    "spend_chance",
    "spending_under",
    "waterfall",
    "write_kept",
]
