"""The sentence for the public: said from the interval and the detectable effect, and no more.

There are three things that can be said of an outcome: a fall or a rise was
found; a change larger than some size is ruled out; or nobody can tell yet, and
when they could. "No effect" is never one of them. A run whose specification was
not logged gets no verdict.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from rcc_forecast.evaluation.estimating import Answer
from rcc_forecast.evaluation.meanings import named
from rcc_forecast.results.evaluation import Stamp

FOUND_FALL, FOUND_RISE = "found a fall", "found a rise"
RULED_OUT = "ruled out a change larger than"
CANNOT_TELL = "cannot tell yet"
TOO_EARLY = "too early"
LEFT = "cannot tell; a pathfinder left before delivery had lasted for a whole period"

CHOSEN_BY_APPLICATION = (
    "Pathfinders were chosen by application: that any other regions could as well have been "
    "chosen is a model, not a fact."
)
"""What every test by permutation rests on."""

LIMITS = (
    CHOSEN_BY_APPLICATION,
    "Regions differ in size, and each pathfinder region counts the same; the robustness table "
    "weighs by children.",
    "A region's authorities share its shocks, so that two pathfinder regions are two "
    "observations, however many authorities they have.",
    "A significant finding of a weak design overstates the effect on average: see power.csv.",
)
"""What always has to be said beside the sentence."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the verdict rests on.

    Attributes
    ----------
    permutation, donald_lang : Answer
        The primary estimate by both kinds of inference.
    begun : bool
        Whether any treated unit has a whole period since delivery.
    post_periods : int
        Periods since the last start.
    n_assignments : int
        Regions that could have been the treated ones, in all ways.
    spending_found : bool or None
        What alpha spending says over several looks; None for a single one.
    alpha_spent : float
        By this look.
    spending_p : float
        Smallest alpha, spent over the looks so far, that finds the effect; NaN for
        a single look.
    first_possible_look : int
        First look, from 1, at which anything can be found; 0 for none.
    is_share : bool
        Whether the outcome is a share of children.
    first_whole : str or None
        Day on which the first whole period since delivery ends.
    has_left : bool
        Whether a treated unit left before that, so that no period can be compared.
    """

    permutation: Answer
    donald_lang: Answer
    begun: bool
    post_periods: int
    n_assignments: int
    spending_found: bool | None
    alpha_spent: float
    is_share: bool
    first_whole: str | None = None
    has_left: bool = False
    spending_p: float = math.nan
    first_possible_look: int = 1


def verdict_of(
    seen: Seen, power: pd.DataFrame, stamp: Stamp, *, primary: str, alpha: float
) -> dict[str, Any]:
    """Say what can be said, in one sentence, with what it rests on.

    Parameters
    ----------
    seen : Seen
        Of the primary outcome.
    power : DataFrame
        A `POWER` table of the primary outcome.
    stamp : Stamp
        Without a logged specification there is no verdict.
    primary : str
        Name of the outcome.
    alpha : float
        Over all looks.

    Returns
    -------
    dict
        JSON-ready; None for figures that were not made.
    """
    answer = _judged_by(seen)
    curve = _curve(power, answer.inference, stamp.looks)
    now = _mde_at(curve, max(seen.post_periods, 1))
    word, said = _said(seen, answer, curve, now)
    when = _earliest(seen, answer, curve)
    of_looks = said_of_looks(seen, stamp, alpha=alpha)
    waits = not 0 < seen.first_possible_look <= stamp.look
    subject = named(primary)
    sentence = f"{subject}: {said} {of_looks}" if of_looks and waits else f"{subject}: {said}"
    if stamp.is_exploratory and seen.begun:
        word = None
        sentence = (
            f"{stamp.stamp}: this specification was not logged before the data were looked at, "
            f"so no verdict is given on {primary}."
        )
    elif stamp.is_exploratory:
        sentence = f"{stamp.stamp}: {sentence}"
    effect = answer.effect
    return {
        "sentence": sentence,
        "verdict": word,
        "primary": primary,
        "is_share": seen.is_share,
        "too_early": not seen.begun and not seen.has_left,
        "estimate": _number(effect.estimate),
        "low": _number(effect.low),
        "high": _number(effect.high),
        "p_value": _number(effect.p_value),
        "inference": answer.inference,
        "as_often": as_often(seen),
        "detectable_effect_now": _number(now),
        "earliest_date": when[1] or (None if seen.begun or seen.has_left else seen.first_whole),
        "earliest_date_for": _number(when[0]),
        "alpha": alpha,
        "alpha_spent": _number(seen.alpha_spent),
        "spending_p": _number(seen.spending_p),
        "first_possible_look": seen.first_possible_look or None,
        "limits": [*LIMITS, *([of_looks] if of_looks else []), *_limits_of(word, stamp)],
        "spec_sha256": stamp.spec_sha256,
        "look": stamp.look,
        "looks": stamp.looks,
        "stamp": stamp.stamp,
    }


def _limits_of(word: str | None, stamp: Stamp) -> list[str]:
    """Say that ruling out is not shared out over looks, as finding is."""
    if word is None or not word.startswith(RULED_OUT) or stamp.looks == 1:
        return []
    return [
        f"What is ruled out rests on the interval of this look alone; over {stamp.looks} looks one "
        "of them could rule out too much more often than alpha says."
    ]


def as_often(seen: Seen) -> str | None:
    """Say how often a gap this big would be seen had nothing changed: ``3 times in 91``."""
    p_value = seen.permutation.effect.p_value
    if math.isnan(p_value) or not seen.n_assignments:
        return None
    times = round(p_value * seen.n_assignments)
    return (
        f"If nothing had changed we would see a gap this big about {times} "
        f"time{'' if times == 1 else 's'} in {seen.n_assignments:,}."
    )


def said_of_looks(seen: Seen, stamp: Stamp, *, alpha: float) -> str:
    """Say before which look nothing can be found; empty where the first one can.

    Parameters
    ----------
    seen : Seen
        Of the primary outcome.
    stamp : Stamp
        With the number of looks.
    alpha : float
        Over all looks.
    """
    if stamp.looks == 1 or seen.first_possible_look == 1:
        return ""
    looks = f"With {stamp.looks} looks"
    if seen.first_possible_look == 0:
        return f"{looks} at alpha {alpha:g} nothing can ever be found with so few regions."
    return f"{looks} nothing can be found before look {seen.first_possible_look}."


def _judged_by(seen: Seen) -> Answer:
    """Go by randomisation where it gives an interval, else by Donald and Lang."""
    effect = seen.permutation.effect
    has_interval = not (math.isnan(effect.low) or math.isnan(effect.high))
    return seen.permutation if has_interval else seen.donald_lang


def _said(seen: Seen, answer: Answer, curve: pd.DataFrame, now: float) -> tuple[str | None, str]:
    effect = answer.effect
    if seen.has_left:
        return LEFT, f"{LEFT}: there is nothing to compare."
    if not seen.begun:
        return TOO_EARLY, f"too early, {_cannot_tell(seen, answer, curve)}"
    excluded = effect.low > 0 or effect.high < 0
    found = excluded if seen.spending_found is None else excluded and seen.spending_found
    unit = " percentage points" if seen.is_share else ""
    span = f"{_size(effect.low, seen)} to {_size(effect.high, seen)}".replace(unit, "", 1)
    if found:
        word = FOUND_RISE if effect.estimate > 0 else FOUND_FALL
        return word, f"{word} of {_size(abs(effect.estimate), seen)} (interval {span})."
    largest = max(abs(effect.low), abs(effect.high))
    if not excluded and not math.isnan(largest) and largest <= now:
        return f"{RULED_OUT} {_size(largest, seen)}", f"{RULED_OUT} {_size(largest, seen)}."
    return CANNOT_TELL, _cannot_tell(seen, answer, curve)


def _cannot_tell(seen: Seen, answer: Answer, curve: pd.DataFrame) -> str:
    size, date = _earliest(seen, answer, curve)
    if date is None and not seen.begun and seen.first_whole is not None:
        return (
            f"{CANNOT_TELL}; the first whole period since delivery ends on {seen.first_whole}, and "
            f"how large an effect could then be seen is not known (power.csv says why)."
        )
    if date is None:
        return f"{CANNOT_TELL}; no date within five years can be named (power.csv says why)."
    return f"{CANNOT_TELL}; earliest date for an effect of {_size(size, seen)} is {date}."


def _curve(power: pd.DataFrame, inference: str, looks: int) -> pd.DataFrame:
    """Give detectable effects by date, with all the regions of today.

    Over several looks they are those found with alpha spent over the looks, where known.
    """
    if "mde" not in power.columns:
        return pd.DataFrame({"post_periods": [], "mde": [], "date": []})
    made = power[power["mde"].notna()]
    usable = made[made["inference"] == inference]
    usable = usable if len(usable) else made[made["inference"] == "donald_lang"]
    most: pd.DataFrame = usable[usable["regions_left"] == usable["regions_left"].max()]
    if looks > 1 and "mde_spending" in most.columns and most["mde_spending"].notna().any():
        most = most.assign(mde=most["mde_spending"])[most["mde_spending"].notna()]
    return most.sort_values("post_periods")


def _mde_at(curve: pd.DataFrame, post_periods: int) -> float:
    """Give the detectable effect after so many periods, or at the last date before."""
    known = curve[curve["post_periods"] <= post_periods]
    known = known if len(known) else curve.head(1)
    return float(known["mde"].iloc[-1]) if len(known) else math.nan


def _earliest(seen: Seen, answer: Answer, curve: pd.DataFrame) -> tuple[float, str | None]:
    """Give an effect and the first date on which one of that size could be seen.

    The effect is the one that was estimated; where no date in sight will do for
    it, or there is no estimate yet, the smallest that the first or last date will do for.
    """
    ahead = curve[curve["post_periods"] > seen.post_periods]
    if seen.has_left or not len(ahead):
        return math.nan, None
    if not seen.begun:
        return float(ahead["mde"].iloc[0]), str(ahead["date"].iloc[0])
    size = abs(answer.effect.estimate)
    will_do = ahead[ahead["mde"] <= size]
    if len(will_do):
        return size, str(will_do["date"].iloc[0])
    return float(ahead["mde"].iloc[-1]), str(ahead["date"].iloc[-1])


def _size(number: float, seen: Seen) -> str:
    if math.isnan(number):
        return "unknown size"
    return f"{100 * number:.1f} percentage points" if seen.is_share else f"{number:.3g}"


def _number(value: float) -> float | None:
    return None if math.isnan(value) or math.isinf(value) else float(value)
