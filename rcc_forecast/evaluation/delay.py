"""What putting a change off costs, no surer than what it rests on.

Benefit in a month = ramp x placements avoided x gap in weekly cost - running cost,
and the cost of setting up at the start. Cost of delay = sum over months of
discount x (benefit without delay - benefit with it). The assumptions are drawn
independently; where the interval of the effect holds 0, so does the answer's.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from rcc_forecast.evaluation.delay_assumptions import EFFECT, KINDS, Assumption, DelaySpec
from rcc_forecast.evaluation.protocol import Log, stamp_of
from rcc_forecast.evaluation.writing import stamped
from rcc_forecast.tables.skill_and_delay import ASSUMPTIONS, DELAY, PUBLISHED, TORNADO

Floats = NDArray[np.float64]

_WEEKS_A_MONTH = 365.25 / 7 / 12
_DRAWS_AT_ONCE = 2_000
_Z = float(norm.ppf(0.975))

_WIDENED = "widened to include 0, as the interval of the effect does"
_HOLDS_ZERO = "the interval of the effect includes 0, and so does this one"
_INDEPENDENT = "assumptions drawn independently of one another"

_ALMA_SUBJECT = "the Independent Review of Children's Social Care as a whole, by two years"
_ALMA_NOTE = (
    "chiefly early support, not commissioning by co-operatives; rounded to 100 million, with no "
    "price base, discount rate or interval found; shown beside and scaled to nothing"
)


@dataclass(frozen=True, slots=True)
class CostOfDelay:
    """What was found, and what it rests on.

    Attributes
    ----------
    tables : dict of str to DataFrame
        delay, tornado, assumptions, published (`rcc_forecast.tables.skill_and_delay`).
    sentence : str
        The finding in words.
    """

    tables: dict[str, pd.DataFrame]
    sentence: str


@dataclass(frozen=True, slots=True)
class _Sum:
    """One row of the delay table."""

    quantity: str
    best: float
    low: float
    median: float
    high: float
    note: str


def cost_of_delay(spec: DelaySpec, *, log: Log | None = None) -> CostOfDelay:
    """Sum what a delay costs, at its best and over draws of every assumption.

    Parameters
    ----------
    spec : DelaySpec
        Every assumption. A draw follows a normal curve on either side of the best
        figure, such that 2.5% lie beyond either end; what cannot be below 0 is
        held at 0.
    log : Log, optional
        Of specifications locked before; without it the answer is exploratory.

    Returns
    -------
    CostOfDelay
        Pounds of the price year, discounted to the day of a start without delay;
        above 0 where delay costs.
    """
    best = {name: np.array([one.best]) for name, one in spec.assumptions.items()}
    drawn = _drawn(spec)
    at_best, over_draws = _parts(best, spec), _parts(drawn, spec)
    whole, savings, *costs = (_summed(name, at_best[name], over_draws[name]) for name in at_best)
    effect = spec.assumptions[EFFECT]
    whole, savings = (_no_surer_than_the_effect(one, effect) for one in (whole, savings))
    stamp = stamp_of(spec, log or Log())
    delay = pd.DataFrame([asdict(one) for one in (whole, savings, *costs)])
    delay = delay.assign(price_year=spec.price_year)
    tables = {
        "delay": stamped(delay, DELAY, stamp),
        "tornado": stamped(_tornado(spec, best), TORNADO, stamp),
        "assumptions": stamped(_assumptions(spec), ASSUMPTIONS, stamp),
        "published": stamped(_published(), PUBLISHED, stamp),
    }
    return CostOfDelay(tables, _sentence(whole, spec))


def _drawn(spec: DelaySpec) -> dict[str, Floats]:
    """Draw every assumption, each array of shape (n_draws,)."""
    z = np.random.default_rng(spec.seed).standard_normal((len(KINDS), spec.draws)) / _Z
    return {
        name: _on_either_side(spec.assumptions[name], row, is_signed=kind.is_signed)
        for (name, kind), row in zip(KINDS.items(), z, strict=True)
    }


def _on_either_side(one: Assumption, z: Floats, *, is_signed: bool) -> Floats:
    values = one.best + np.where(z < 0, z * (one.best - one.low), z * (one.high - one.best))
    return values if is_signed else np.maximum(values, 0.0)


def _parts(values: dict[str, Floats], spec: DelaySpec) -> dict[str, Floats]:
    """Give the cost of delay and what it is made of, each of shape (n_draws,)."""
    n = values[EFFECT].size
    chunks = [
        _discounted({name: row[i : i + _DRAWS_AT_ONCE] for name, row in values.items()}, spec)
        for i in range(0, n, _DRAWS_AT_ONCE)
    ]
    ramped, running, set_up = (np.concatenate(part) for part in zip(*chunks, strict=True))
    saving = values[EFFECT] * values["weekly_cost_gap"] * _WEEKS_A_MONTH * ramped
    running_put_off = -values["running_cost"] / 12 * running
    set_up_put_off = -values["set_up_cost"] * set_up
    return {
        "cost_of_delay": saving + running_put_off + set_up_put_off,
        "savings_on_placements_lost": saving,
        "running_cost_put_off": running_put_off,
        "set_up_cost_put_off": set_up_put_off,
    }


def _discounted(values: dict[str, Floats], spec: DelaySpec) -> tuple[Floats, Floats, Floats]:
    """Give the discounted months of full effect, of running and the set-ups that delay loses."""
    month = np.arange(12 * spec.horizon_years, dtype=np.float64)
    delay, ramp = values["delay_months"][:, None], values["ramp_months"][:, None]
    rate = values["discount_rate"][:, None]
    middle = (1 + rate) ** (-(month + 0.5) / 12)
    lost = _at_work(month, ramp) - _at_work(month - delay, ramp)
    idle = np.clip(delay - month, 0.0, 1.0)
    later = np.where(delay < month.size, (1 + rate) ** (-delay / 12), 0.0)
    return (middle * lost).sum(axis=1), (middle * idle).sum(axis=1), 1 - later[:, 0]


def _at_work(since: Floats, ramp: Floats) -> Floats:
    """Give the share of full effect at the middle of a month that begins `since` the start."""
    middle = since + 0.5
    rising = np.divide(middle, ramp, out=np.ones(np.broadcast(middle, ramp).shape), where=ramp > 0)
    return np.where(middle > 0, np.clip(rising, 0.0, 1.0), 0.0)


def _summed(name: str, at_best: Floats, draws: Floats) -> _Sum:
    low, median, high = (float(each) for each in np.quantile(draws, [0.025, 0.5, 0.975]))
    return _Sum(name, float(at_best[0]), low, median, high, _INDEPENDENT)


def _no_surer_than_the_effect(found: _Sum, effect: Assumption) -> _Sum:
    """Hold the answer to the rule: an effect that may be none cannot make delay surely cost."""
    if not effect.low <= 0 <= effect.high:
        return found
    said = _HOLDS_ZERO if found.low <= 0 <= found.high else _WIDENED
    return replace(
        found,
        low=min(found.low, 0.0),
        high=max(found.high, 0.0),
        note=f"{said}; {_INDEPENDENT}",
    )


def _tornado(spec: DelaySpec, best: dict[str, Floats]) -> pd.DataFrame:
    rows = []
    for name, one in spec.assumptions.items():
        moved = {each: np.repeat(value, 2) for each, value in best.items()}
        moved[name] = np.array([one.low, one.high])
        at_low, at_high = _parts(moved, spec)["cost_of_delay"]
        rows.append(
            {
                "assumption": name,
                "low": one.low,
                "high": one.high,
                "cost_at_low": at_low,
                "cost_at_high": at_high,
                "swing": abs(at_high - at_low),
            }
        )
    return pd.DataFrame(rows).sort_values("swing", ascending=False, kind="stable")


def _assumptions(spec: DelaySpec) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "assumption": name,
                "unit": KINDS[name].unit,
                "low": one.low,
                "best": one.best,
                "high": one.high,
                "source": one.source,
            }
            for name, one in spec.assumptions.items()
        ]
    )


def _published() -> pd.DataFrame:
    """Give published totals for England; never an input of any sum here."""
    return pd.DataFrame(
        {
            "publisher": "Alma Economics, for five charities",
            "published": "2023-05-23",
            "subject": _ALMA_SUBJECT,
            "years": [10, 20],
            "cost_of_delay": [1.0e9, 2.6e9],
            "note": _ALMA_NOTE,
        }
    )


def _sentence(found: _Sum, spec: DelaySpec) -> str:
    months = spec.assumptions["delay_months"].best
    does = "costs" if found.best >= 0 else "saves"
    said = (
        f"On these assumptions a delay of {months:g} months {does} {_pounds(abs(found.best))} "
        f"over {spec.horizon_years} years at {spec.price_year} prices (cost, 95%: "
        f"{_pounds(found.low)} to {_pounds(found.high)})."
    )
    if found.low <= 0 <= found.high:
        return f"{said} The interval includes 0: it cannot be said that delay costs or saves."
    return said


def _pounds(amount: float) -> str:
    """Write an amount to three figures: GBP -1.25 million."""
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if abs(amount) >= size:
            return f"GBP {amount / size:.3g}{word}"
    return f"GBP {amount:.0f}"
