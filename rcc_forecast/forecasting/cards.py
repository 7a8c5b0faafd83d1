"""Model cards: what each forecaster is, knows and does not know, and how it did of late."""

from __future__ import annotations

import pandas as pd

from rcc_forecast.codes import ALL
from rcc_forecast.forecasting.candidates import Candidate, candidates

_LEVELS = ("authority/total", "authority/type", "region/total")

_HEAD = """\
# Model cards

Made by `rcc-forecast cards` from the register of forecasters; do not edit by hand. All of them
are for planning places for groups of children. None says anything about one child, and none
decides: a forecast is advice to people, with its doubt beside it.
"""

_BEFORE_SCORES = """
## Last judged

Children, all leads together: `rcc-forecast backtest sample_data --horizon 36 --out backtest.csv`.
The sample is **synthetic**: these figures check the machinery and say nothing about any council.
Accuracy on published figures and on worlds that do not share the models' assumptions is in
[BENCHMARKS.md](../BENCHMARKS.md); accuracy on your own returns is what `backtest` is for. WAPE is
Σ|error| / Σ actual; sCRPS scores whole intervals, in units of the seasonal naive's error.
"""


def model_cards(scores: pd.DataFrame | None = None) -> str:
    """Write the cards of every forecaster.

    Parameters
    ----------
    scores : DataFrame, optional
        A `BACKTEST` table; its scores of children are shown.

    Returns
    -------
    str
        Markdown.
    """
    cards = "\n".join(_card(candidate) for candidate in candidates())
    return _HEAD + cards + ("" if scores is None else _BEFORE_SCORES + _scores(scores))


def _card(candidate: Candidate) -> str:
    used = "handed out" if candidate.handed_out else "a member, or scored beside it"
    return f"""
## {candidate.name}

{candidate.what_it_is}

| | |
|---|---|
| used as | {used} |
| knows | {candidate.knows} |
| does not know | {candidate.does_not_know} |
"""


def _scores(scores: pd.DataFrame) -> str:
    pooled = scores[
        (scores["measure"] == "children")
        & (scores["horizon"] == ALL)
        & (scores["placement_type"] == ALL)
        & (scores["age_band"] == ALL)
    ]
    lines = [
        "\n| level | forecaster | WAPE | sCRPS | 80% held | 95% held |",
        "|---|---|---|---|---|---|",
    ]
    for level in _LEVELS:
        rows = pooled[pooled["level"] == level].sort_values("scrps")
        lines += [
            f"| {level} | {row.model} | {row.wape:.1%} | {row.scrps:.3f} | "
            f"{row.coverage_80:.0%} | {row.coverage_95:.0%} |"
            for row in rows.itertuples()
        ]
    return "\n".join(lines) + "\n"
