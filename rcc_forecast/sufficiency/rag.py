"""Red, amber, green, grey: the rating of a row, and the reason in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rcc_forecast.sufficiency.assumptions import Assumptions

_NOBODY = 0.05
"""Mean children under which nobody is expected."""


def rate(rows: pd.DataFrame, *, assumptions: Assumptions) -> pd.DataFrame:
    """Rate every row that has a probability of shortage.

    Parameters
    ----------
    rows : DataFrame
        Columns demand_mean, capacity_usable, gap_mean, p_shortfall,
        expected_shortfall, elsewhere (own children who live outside the area's
        homes now) and grey_reason ("" where the row can be rated).
    assumptions : Assumptions
        The thresholds.

    Returns
    -------
    DataFrame
        Columns rag and rag_reason, same index.
    """
    probability = rows["p_shortfall"]
    thin = -rows["gap_mean"] < assumptions.choice_margin * rows["capacity_usable"]
    grey = rows["grey_reason"] != ""
    rules = [
        grey,
        probability >= assumptions.red_from,
        probability >= assumptions.amber_from,
        thin,
    ]
    none_needed = (rows["demand_mean"] < _NOBODY) & (rows["capacity_usable"] == 0.0) & ~grey
    rag = np.select(
        [none_needed, *rules], ["green", "grey", "red", "amber", "amber"], default="green"
    )
    chance = "Short in " + _percent(probability) + " of futures"
    missing = "; on average " + _places(rows["expected_shortfall"]) + " missing"
    spare = -rows["gap_mean"]
    elsewhere = pd.Series("", index=rows.index).mask(
        rows["elsewhere"] >= 1.0,
        " Now " + _number(rows["elsewhere"]) + " of its children live outside its homes.",
    )
    margin = f"{assumptions.choice_margin:.0%}"
    reason = np.select(
        [none_needed, *rules],
        [
            "No child is expected and no home is needed.",
            rows["grey_reason"],
            chance + missing + "." + elsewhere,
            chance + missing + "." + elsewhere,
            chance + ", yet fewer than " + margin + " of usable places are spare, so choice is"
            " thin." + elsewhere,
        ],
        default=chance + "; on average " + _places(spare) + " to spare." + elsewhere,
    )
    return pd.DataFrame({"rag": rag, "rag_reason": reason}, index=rows.index).astype("str")


def _percent(share: pd.Series[float]) -> pd.Series[str]:
    return (share.fillna(0.0) * 100).round().astype("int64").astype("str") + "%"


def _number(value: pd.Series[float]) -> pd.Series[str]:
    return value.fillna(0.0).round().astype("int64").map("{:,}".format).astype("str")


def _places(value: pd.Series[float]) -> pd.Series[str]:
    known = value.fillna(0.0)
    whole = known.round().astype("int64")
    words = whole.map("{:,}".format).astype("str") + " places"
    words = words.mask(whole == 1, "1 place")
    return words.mask(known < 1.0, "under 1 place")
