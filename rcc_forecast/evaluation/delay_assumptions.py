"""What a cost of delay rests on: every assumption an interval with a source, none built in.

The one figure with a default is the discount rate: 3.5% a year in real terms
for the first thirty years, HM Treasury, *The Green Book* (2022), annex 6.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, TypeGuard

from rcc_forecast.evaluation.spec import SpecError, hash_of
from rcc_forecast.evaluation.toml_content import refuse_unknown, toml_content, whole_number

MOST_YEARS = 30
"""The rate of 3.5% holds for thirty years; later ones would need a lower rate."""

MOST_DRAWS = 100_000

_EXPECTED = "assumptions of a cost of delay in TOML (README, Evaluation), in UTF-8"


@dataclass(frozen=True, slots=True)
class Assumption:
    """One figure and how sure it is.

    Attributes
    ----------
    low, high : float
        2.5% is believed to lie below and above.
    best : float
        As likely above as below.
    source : str
        Where it comes from.
    """

    low: float
    best: float
    high: float
    source: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """What an assumption is counted in, and which figures it can have."""

    unit: str
    is_signed: bool = False
    can_be_fixed: bool = False


KINDS = {
    "placements_avoided": _Kind("placements at any time, once fully at work", is_signed=True),
    "weekly_cost_gap": _Kind("GBP a week for each placement avoided", is_signed=True),
    "ramp_months": _Kind("months until fully at work"),
    "set_up_cost": _Kind("GBP once, at the start"),
    "running_cost": _Kind("GBP a year"),
    "delay_months": _Kind("months", can_be_fixed=True),
    "discount_rate": _Kind("a year, real", can_be_fixed=True),
}
"""Assumptions in the order in which their chances are drawn."""

EFFECT = "placements_avoided"
"""The assumption that is the effect of the change."""

_GREEN_BOOK = Assumption(0.035, 0.035, 0.035, "HM Treasury, The Green Book, real, years 1 to 30")


@dataclass(frozen=True, slots=True)
class DelaySpec:
    """Every assumption of a cost of delay.

    Attributes
    ----------
    price_year : int
        Year whose prices all sums are in.
    horizon_years : int
        Years that are summed, from the day of a start without delay.
    assumptions : dict of str to Assumption
        By the names of `KINDS`, all of them, in that order.
    draws : int
        Monte Carlo draws.
    seed : int
        Of the draws.
    """

    price_year: int
    horizon_years: int
    assumptions: dict[str, Assumption]
    draws: int = 10_000
    seed: int = 0

    looks: ClassVar[int] = 1
    """An answer to assumptions has no interim looks."""

    cut_off: ClassVar[None] = None

    def canonical(self) -> dict[str, Any]:
        """Give the assumptions as plain content, JSON-ready, every default written out."""
        return asdict(self)

    @property
    def sha256(self) -> str:
        """SHA-256 of the assumptions as canonical JSON, defaults written out."""
        return hash_of(self.canonical())

    @property
    def plan_sha256(self) -> str:
        """SHA-256 of the plan: the whole, as there is one look."""
        return self.sha256


def read_delay_spec(path: Path) -> DelaySpec:
    """Read the assumptions of a cost of delay.

    Raises
    ------
    UnreadableInputError
        The file is absent or is not TOML.
    UnknownNameError
        A key is not known; the nearest is offered.
    SpecError
        Assumptions are missing or cannot be used; all are listed.
    """
    given = toml_content(path, expected=_EXPECTED)
    return parse_delay_spec(given, name=path.name)


def parse_delay_spec(
    given: dict[str, Any], *, name: str = "The cost-of-delay specification"
) -> DelaySpec:
    """Turn the content of a file into a `DelaySpec`.

    Parameters
    ----------
    given : dict
        As TOML or JSON gives it.
    name : str
        How messages name it.

    Raises
    ------
    UnknownNameError, SpecError
        As for `read_delay_spec`.
    """
    settings = ("price_year", "horizon_years", "draws", "seed")
    refuse_unknown(given, [*settings, *KINDS], "key of a cost of delay")
    faults: list[str] = []
    spec = DelaySpec(
        price_year=whole_number(given.get("price_year"), "price_year", (2000, 2100), faults),
        horizon_years=whole_number(
            given.get("horizon_years"), "horizon_years", (1, MOST_YEARS), faults
        ),
        assumptions={one: _assumption(given.get(one), one, faults) for one in KINDS},
        draws=whole_number(given.get("draws", 10_000), "draws", (1_000, MOST_DRAWS), faults),
        seed=whole_number(given.get("seed", 0), "seed", (0, 2**63 - 1), faults),
    )
    if faults:
        raise SpecError(name=name, faults=faults)
    return spec


def _assumption(given: Any, name: str, faults: list[str]) -> Assumption:
    if given is None and name == "discount_rate":
        return _GREEN_BOOK
    if not isinstance(given, dict):
        faults.append(f"[{name}] is needed, with low, best, high and source ({KINDS[name].unit}).")
        return _GREEN_BOOK
    refuse_unknown(
        given, [*(field.name for field in fields(Assumption)), "value"], f"key of [{name}]"
    )
    ends = ("value",) * 3 if "value" in given else ("low", "best", "high")
    figures = [given.get(end) for end in ends]
    numbers = [float(each) for each in figures if _is_number(each)]
    source = given.get("source")
    if not isinstance(source, str) or not source.strip():
        faults.append(f"[{name}] has no source: say where the figures come from.")
    if len(numbers) < len(figures):
        faults.append(f"[{name}] needs numbers for low, best and high.")
        return _GREEN_BOOK
    low, best, high = numbers
    found = Assumption(low, best, high, str(source))
    faults.extend(_faults_of(found, name, is_one_figure="value" in given))
    return found


def _faults_of(found: Assumption, name: str, *, is_one_figure: bool) -> list[str]:
    kind = KINDS[name]
    faults = []
    if is_one_figure and not kind.can_be_fixed:
        faults.append(f"[{name}] is one figure: give low, best and high.")
    if not found.low <= found.best <= found.high:
        faults.append(f"[{name}] is not in the order low, best, high.")
    if not kind.is_signed and found.low < 0:
        faults.append(f"[{name}] is below 0.")
    if name == EFFECT and not is_one_figure and found.low == found.high:
        faults.append(f"[{name}] has no width: an effect is an interval from an evaluation.")
    if name == "discount_rate" and found.high >= 1:
        faults.append(f"[{name}] is a share: write 3.5% as 0.035.")
    return faults


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
