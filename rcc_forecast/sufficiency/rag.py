"""Red, amber, green, grey: when it is time to act, and the reason in words.

A place kept that stays unused costs something, and a place that is missing
costs more. Acting pays from the probability at which the two are equal,
p = C_unused / (C_unused + C_missing), and that is where red begins.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.forecast import FloatArray
from rcc_forecast.codes import PlacementType
from rcc_forecast.sufficiency.assumptions import NEXT_BEST, PLANNED, Assumptions

_NOBODY = 0.05
"""Mean children under which nobody is expected."""

_Z80 = 1.2815515655446004
"""Normal score of an 80% interval."""

_GREEN, _AMBER, _RED = 0, 1, 2
_COLOURS = np.array(["green", "amber", "red"], dtype=object)
_PERCENT = np.array([f"{share}%" for share in range(101)], dtype=object)


def thresholds(
    weekly_cost: FloatArray, *, kinds: list[str], assumptions: Assumptions
) -> dict[str, float]:
    """Give the probability from which each kind is red.

    Parameters
    ----------
    weekly_cost : ndarray of float, shape (n_kinds,)
        GBP a week for a place; missing where no price is known.
    kinds : list of str
    assumptions : Assumptions

    Returns
    -------
    dict of str to float
        At most `Assumptions.red_from`, which also holds for the planned total
        and for kinds without a price.
    """
    price = dict(zip(kinds, weekly_cost.tolist(), strict=True))
    found = {PLANNED: assumptions.red_from}
    for kind, own in price.items():
        next_best = NEXT_BEST.get(PlacementType(kind))
        elsewhere = own * (1.0 + assumptions.far_premium)
        if next_best is not None:
            elsewhere = price.get(next_best.value, np.nan)
        missing = elsewhere - own + assumptions.distance_gbp
        unused = own * assumptions.unused_share
        from_costs = unused / (unused + missing) if missing > 0 else np.nan
        found[kind] = min(from_costs if np.isfinite(from_costs) else 1.0, assumptions.red_from)
    return found


def rate(
    rows: pd.DataFrame,
    *,
    red_from: FloatArray,
    n_paths: int,
    horizon: int,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """Rate every row that has a probability of shortage.

    Parameters
    ----------
    rows : DataFrame
        Columns demand_mean, capacity_usable, gap_mean, p_shortfall,
        expected_shortfall, p_shortfall_needed, expected_shortfall_needed,
        elsewhere (own children who live outside the area's homes now) and
        grey_reason ("" where the row can be rated); months of a series follow
        one another, `horizon` rows a series.
    red_from : ndarray of float, shape (n_rows,)
        From `thresholds`.
    n_paths : int
        Futures behind the probabilities.
    horizon : int
        Months.
    assumptions : Assumptions
        The margins.

    Returns
    -------
    DataFrame
        Columns rag and rag_reason, same index.
    """
    placed, needed = rows["p_shortfall"].to_numpy(), rows["p_shortfall_needed"].to_numpy()
    by_need = np.nan_to_num(needed, nan=-1.0) > np.nan_to_num(placed, nan=-1.0)
    probability = np.where(by_need, needed, placed)
    expected = np.where(
        by_need, rows["expected_shortfall_needed"].to_numpy(), rows["expected_shortfall"].to_numpy()
    )
    spare = -rows["gap_mean"].to_numpy()
    usable = rows["capacity_usable"].to_numpy()
    amber_from = red_from * assumptions.amber_share
    raw = np.select(
        [probability >= red_from, probability >= amber_from], [_RED, _AMBER], default=_GREEN
    )
    thin = spare < assumptions.choice_margin * usable
    raw = np.where((raw == _GREEN) & thin, _AMBER, raw)
    clear = _clearly(probability, red_from, amber_from, by=assumptions.clear_by) & ~thin
    shown = _settled(
        raw.reshape(-1, horizon), clear.reshape(-1, horizon), holds_for=assumptions.holds_for
    ).ravel()
    low, high = _told_by(probability, n_paths)
    straddles = (low < amber_from) & (high >= red_from)
    grey = (rows["grey_reason"] != "").to_numpy()
    nobody = (rows["demand_mean"].to_numpy() < _NOBODY) & (usable == 0.0) & ~by_need & ~grey
    unsure = straddles & ~grey & ~nobody
    rag = np.where(grey | unsure, "grey", _COLOURS[shown])
    rag = np.where(nobody, "green", rag)
    reason = _reasons(
        probability,
        expected,
        spare,
        by_need=by_need,
        shown=shown,
        raw=raw,
        red_from=red_from,
        assumptions=assumptions,
    )
    reason = reason + _elsewhere(rows["elsewhere"].to_numpy())
    reason = np.where(
        unsure,
        "Between "
        + _percent(low)
        + " and "
        + _percent(high)
        + " of futures are short: too few futures to tell whether to act.",
        reason,
    )
    reason = np.where(grey, rows["grey_reason"].to_numpy(dtype=object), reason)
    reason = np.where(nobody, "No child is expected and no home is needed.", reason)
    return pd.DataFrame({"rag": rag, "rag_reason": reason}, index=rows.index).astype("str")


def _told_by(probability: FloatArray, n_paths: int) -> tuple[FloatArray, FloatArray]:
    """Give what so many futures can tell of a probability: Wilson's interval of 80%."""
    square = _Z80**2 / n_paths
    middle = (probability + square / 2.0) / (1.0 + square)
    half = _Z80 * np.sqrt(probability * (1.0 - probability) / n_paths + square / (4.0 * n_paths))
    half = half / (1.0 + square)
    return middle - half, middle + half


def _clearly(
    probability: FloatArray, red_from: FloatArray, amber_from: FloatArray, *, by: float
) -> NDArray[np.bool_]:
    """Whether a probability lies well inside its colour."""
    far_from_red = np.abs(probability - red_from) >= by * red_from
    far_from_amber = np.abs(probability - amber_from) >= by * amber_from
    return far_from_red & far_from_amber


def _settled(
    raw: NDArray[np.int64], clear: NDArray[np.bool_], *, holds_for: int
) -> NDArray[np.int64]:
    """Colours that change only when the new one lasts, or is plain; months are columns."""
    shown = raw.copy()
    horizon = raw.shape[1]
    for month in range(1, horizon):
        before, now = shown[:, month - 1], raw[:, month]
        ahead = raw[:, month : month + holds_for]
        worse = (ahead >= now[:, None]).all(axis=1) & (now > before)
        better = (ahead <= now[:, None]).all(axis=1) & (now < before)
        whole = ahead.shape[1] == holds_for
        changes = ((worse | better) & whole) | (clear[:, month] & (now != before))
        shown[:, month] = np.where(changes, now, before)
    return shown


def _reasons(
    probability: FloatArray,
    expected: FloatArray,
    spare: FloatArray,
    *,
    by_need: NDArray[np.bool_],
    shown: NDArray[np.int64],
    raw: NDArray[np.int64],
    red_from: FloatArray,
    assumptions: Assumptions,
) -> NDArray[np.object_]:
    chance = "Short in " + _percent(probability) + " of futures"
    chance = np.where(by_need, chance + ", counting children by the home they need", chance)
    missing = chance + "; on average " + _places(expected) + " missing."
    acting = " Acting pays from " + _percent(red_from) + "."
    margin = f"{assumptions.choice_margin:.0%}"
    thin = chance + ", yet fewer than " + margin + " of usable places are spare, so choice is thin."
    is_thin = (probability < red_from * assumptions.amber_share) & (shown == _AMBER)
    reason = np.where(shown == _GREEN, chance + "; on average " + _places(spare) + " to spare.", "")
    reason = np.where((shown == _GREEN) & (spare < 0), missing, reason)
    reason = np.where(shown >= _AMBER, missing + acting, reason)
    reason = np.where(is_thin & (raw == _AMBER), thin, reason)
    kept = " The rating of the months before is kept until a change lasts."
    return np.asarray(np.where(shown != raw, reason + kept, reason), dtype=object)


def _elsewhere(children: FloatArray) -> NDArray[np.object_]:
    known = np.nan_to_num(children)
    words = " Now " + _number(known) + " of its children live outside its homes."
    return np.where(known >= 1.0, words, "")


def _percent(share: FloatArray) -> NDArray[np.object_]:
    whole = np.clip(np.nan_to_num(share) * 100, 0, 100).round().astype(np.int64)
    return np.asarray(_PERCENT[whole])


def _number(value: FloatArray) -> NDArray[np.object_]:
    # Each number is written once, however many rows show it.
    whole, at = np.unique(np.nan_to_num(value).round().astype(np.int64), return_inverse=True)
    return np.array([f"{one:,}" for one in whole.tolist()], dtype=object)[at.ravel()]


def _places(value: FloatArray) -> NDArray[np.object_]:
    known = np.nan_to_num(value)
    words = _number(known) + " places"
    words = np.where(known.round() == 1, "1 place", words)
    return np.asarray(np.where(known < 1.0, "under 1 place", words), dtype=object)
