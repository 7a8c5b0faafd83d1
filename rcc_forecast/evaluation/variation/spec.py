"""What is to be set beside what: the specification of a comparison of authorities."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from rcc_forecast.evaluation.periods import Moment, moment_of, moment_text
from rcc_forecast.evaluation.spec import SpecError, hash_of
from rcc_forecast.evaluation.toml_content import refuse_unknown, toml_content, whole_number

MOST_DRAWS = 10_000

_EXPECTED = "a [variation] with outcome, periods and explained_by in TOML (README, Evaluation)"
_LEFT_OVER = ("regions", "lasting", "passing", "left")
"""Names of parts that no group can have."""


@dataclass(frozen=True, slots=True)
class VariationSpec:
    """A comparison of authorities.

    Attributes
    ----------
    outcome : str
        Outcome of the panel; empty where `grades` are compared.
    grades : tuple of str
        Shares of the panel that are grades, the lowest first; empty otherwise.
    periods : tuple of str
        Periods of the outcome, as the panel writes them.
    explained_by : dict of str to tuple of str
        Groups of characteristics, each outcomes of the same panel.
    carry_forward : int
        Periods before the first from which a characteristic may be taken, the
        newest first, where it has no value in `periods`.
    leave_out : tuple of str
        Authorities that are not compared.
    logarithm : bool
        Whether the outcome is compared by its logarithm: amounts that a few
        authorities have very large.
    cut_off : Timestamp, int, str or None
        As in an evaluation's specification.
    draws : int
        Of the bootstrap of shares.
    seed : int
        Of the draws.
    """

    outcome: str
    grades: tuple[str, ...]
    periods: tuple[str, ...]
    explained_by: dict[str, tuple[str, ...]]
    carry_forward: int = 0
    leave_out: tuple[str, ...] = ()
    logarithm: bool = False
    cut_off: Moment | None = None
    draws: int = 500
    seed: int = 0

    @property
    def characteristics(self) -> list[str]:
        """Give every characteristic, group by group."""
        return [name for group in self.explained_by.values() for name in group]

    @property
    def sha256(self) -> str:
        """SHA-256 of the specification, defaults written out."""
        content = {each.name: getattr(self, each.name) for each in fields(self)}
        cut_off = None if self.cut_off is None else moment_text(self.cut_off)
        return hash_of({"variation": {**content, "cut_off": cut_off}})


def read_variation_spec(path: Path) -> VariationSpec:
    """Read a specification.

    Raises
    ------
    UnreadableInputError
        The file is absent or is not TOML.
    UnknownNameError
        A key is not known; the nearest is offered.
    SpecError
        Keys are missing or cannot be used; all are listed.
    """
    given = toml_content(path, expected=_EXPECTED)
    return parse_variation_spec(given, name=path.name)


def parse_variation_spec(
    given: dict[str, Any], *, name: str = "The specification of a variation"
) -> VariationSpec:
    """Turn the content of a file into a `VariationSpec`.

    Parameters
    ----------
    given : dict
        As TOML or JSON gives it.
    name : str
        How messages name it.

    Raises
    ------
    UnknownNameError, SpecError
        As for `read_variation_spec`.
    """
    refuse_unknown(given, ["variation"], "part of a variation")
    content = given.get("variation")
    if not isinstance(content, dict):
        raise SpecError(name=name, faults=[f"There is no [variation]: {_EXPECTED}."])
    refuse_unknown(content, [each.name for each in fields(VariationSpec)], "key of [variation]")
    faults: list[str] = []
    grades = _words(content.get("grades", []), "grades", faults)
    spec = VariationSpec(
        outcome=_outcome(content, grades, faults),
        grades=grades,
        periods=_periods(content.get("periods"), faults),
        explained_by=_groups(content.get("explained_by"), faults),
        carry_forward=whole_number(
            content.get("carry_forward", 0), "carry_forward", (0, 100), faults
        ),
        leave_out=_words(content.get("leave_out", []), "leave_out", faults),
        logarithm=_truth(content.get("logarithm", False), "logarithm", faults),
        cut_off=_cut_off(content.get("cut_off"), faults),
        draws=whole_number(content.get("draws", 500), "draws", (100, MOST_DRAWS), faults),
        seed=whole_number(content.get("seed", 0), "seed", (0, 2**63 - 1), faults),
    )
    faults.extend(_clashes(spec))
    if faults:
        raise SpecError(name=name, faults=faults)
    return spec


def _outcome(content: dict[str, Any], grades: tuple[str, ...], faults: list[str]) -> str:
    outcome = content.get("outcome", "")
    if not isinstance(outcome, str):
        faults.append("outcome is the name of one outcome of the panel.")
        return ""
    if bool(outcome.strip()) == bool(grades):
        faults.append("Give outcome (an outcome of the panel) or grades (lowest first), not both.")
    if len(grades) == 1:
        faults.append("grades needs two or more, the lowest first.")
    return outcome.strip()


def _periods(given: Any, faults: list[str]) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [given]
    usable = [each for each in listed if type(each) is int or (isinstance(each, str) and each)]
    if given is None or not usable or len(usable) < len(listed):
        faults.append("periods is needed: a year such as 2025, or a list of periods.")
    if len(set(map(str, usable))) < len(usable):
        faults.append("periods has one twice.")
    return tuple(str(each).strip() for each in usable)


def _groups(given: Any, faults: list[str]) -> dict[str, tuple[str, ...]]:
    if isinstance(given, list):
        given = {each: [each] for each in given if isinstance(each, str)}
    if not isinstance(given, dict) or not given:
        faults.append(
            "explained_by is needed: lists of outcomes by group, such as need_mix = [...]."
        )
        return {}
    return {group: _words(names, f"explained_by.{group}", faults) for group, names in given.items()}


def _words(given: Any, name: str, faults: list[str]) -> tuple[str, ...]:
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list) or not all(isinstance(each, str) and each for each in listed):
        faults.append(f"{name} is a list of names.")
        return ()
    if name.startswith("explained_by") and not listed:
        faults.append(f"{name} is empty.")
    return tuple(each.strip() for each in listed)


def _cut_off(given: Any, faults: list[str]) -> Moment | None:
    if given is None:
        return None
    moment = moment_of(given)
    if moment is None:
        faults.append("cut_off is not a date, year or period.")
    return moment


def _truth(given: Any, name: str, faults: list[str]) -> bool:
    if not isinstance(given, bool):
        faults.append(f"{name} is true or false.")
    return given is True


def _clashes(spec: VariationSpec) -> list[str]:
    names, faults = spec.characteristics, []
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        faults.append(f"{', '.join(twice)} is named twice in explained_by.")
    own = sorted({spec.outcome, *spec.grades} & set(names))
    if own:
        faults.append(f"{', '.join(own)} cannot be set beside itself: take it out of explained_by.")
    taken = sorted(set(_LEFT_OVER) & set(spec.explained_by))
    if taken:
        faults.append(f"{', '.join(taken)} is the name of what is left over: call the group else.")
    if spec.grades and spec.logarithm:
        faults.append("grades have no logarithm: take it out.")
    if spec.grades and len(spec.periods) > 1:
        faults.append("grades are those in force in one period: give one in periods.")
    return faults
