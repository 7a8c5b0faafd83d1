"""The specification: what will be analysed and how, fixed before anyone looks.

TOML in, a `Spec` with every default written out, and its canonical JSON and
SHA-256. The hash is over what the specification says, not over how it is laid
out: comments and the order of keys do not change it, anything else does. It
holds no software version, so that the same specification has the same hash on
every machine; versions stand beside it in the log.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from rcc_forecast.errors import RccError
from rcc_forecast.evaluation.periods import Moment, moment_of, moment_text
from rcc_forecast.evaluation.toml_content import refuse_unknown, toml_content

UNITS = ("region", "authority")
"""What `[[treated]].unit` names and inference permutes."""

STAGES = ("announced", "foundation", "development", "delivery", "exit")
"""Dated stages of a treated unit, in their order."""

MOST_PERMUTATIONS = 9_999
"""All assignments are used where there are fewer; else so many are drawn."""

MOST_LOOKS, MOST_DRAWS, MOST_SEED = 120, 99_999, 2**63 - 1
"""A look a month for ten years; draws and a seed that any machine can hold."""

_MOMENT = "a date such as 2025-04-01, a year, or a period of the panel"
_EXPECTED = "a specification in TOML (README, Evaluation), in UTF-8"


class SpecError(RccError):
    """A specification cannot be used as it stands; every fault is listed."""

    def __init__(self, *, name: str, faults: list[str]) -> None:
        self.name, self.faults = name, faults
        listed = "".join(f"\n- {fault}" for fault in faults)
        super().__init__(f"{name} is not a complete specification:{listed}")


@dataclass(frozen=True, slots=True)
class Treated:
    """A pathfinder and its dated stages.

    Attributes
    ----------
    unit : str
        Region or authority, as the panel writes it.
    delivery : Timestamp, int or str
        When it began to deliver.
    announced, foundation, development, exit : Timestamp, int, str or None
        Earlier stages and the end, where known.
    """

    unit: str
    delivery: Moment
    announced: Moment | None = None
    foundation: Moment | None = None
    development: Moment | None = None
    exit: Moment | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """An authority's place in a region of the specification's own map.

    Attributes
    ----------
    la_code : str
        As the panel writes it.
    since, until : Timestamp, int, str or None
        First and last moment of membership, where bounded.
    """

    la_code: str
    since: Moment | None = None
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Predictor:
    """A mean of an outcome over earlier periods that synthetic control is to match.

    Attributes
    ----------
    outcome : str
        Outcome of the panel.
    since, until : int or str
        First and last period of the mean (`from` and `to` in the file).
    """

    outcome: str
    since: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class Spec:
    """A whole specification, defaults written out.

    Attributes
    ----------
    primary : str
        The one outcome that the verdict goes by.
    outcomes : tuple of str
        Every outcome, the primary one first.
    treated : tuple of Treated
        Pathfinders, in the order of the file.
    unit : str
        ``region`` or ``authority``.
    cut_off : Timestamp, int, str or None
        Nothing released later reaches a result.
    base : int or None
        Periods to compare with, the last ones before the announcement; all where None.
    looks : int
        Looks that alpha is shared out over.
    alpha : float
        Chance of a false alarm over all looks.
    permutations : int or None
        Assignments to draw; all where None and there are fewer than 9,999.
    seed : int
        Of the draws and simulations.
    regions : dict of str to tuple of Member
        Members of regions, where the panel's own region is not the map wanted.
    predictors : tuple of Predictor
        For synthetic control; outcomes only where there are none.
    neighbours : tuple of str
        Regions next to pathfinders, for the row on spill-over.
    placebo_outcome : str or None
        An outcome that the change cannot have touched.
    covid : tuple of int
        Years left out in the row without Covid years.
    publish : tuple of Timestamp or None
        Day on which each look's figures become public, where the plan fixes them; a
        specification without them has the hash it had before there was such a key.
    """

    primary: str
    outcomes: tuple[str, ...]
    treated: tuple[Treated, ...]
    unit: str = "region"
    cut_off: Moment | None = None
    base: int | None = None
    looks: int = 1
    alpha: float = 0.05
    permutations: int | None = None
    seed: int = 0
    regions: dict[str, tuple[Member, ...]] | None = None
    predictors: tuple[Predictor, ...] = ()
    neighbours: tuple[str, ...] = ()
    placebo_outcome: str | None = None
    covid: tuple[int, ...] = (2020, 2021)
    publish: tuple[pd.Timestamp, ...] | None = None

    def canonical(self) -> dict[str, Any]:
        """Give the specification as plain content, JSON-ready, every default written out."""
        content = {field.name: _plain(getattr(self, field.name)) for field in fields(self)}
        if self.publish is None:
            content.pop("publish")
        return content

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical JSON."""
        return hash_of(self.canonical())

    @property
    def plan_sha256(self) -> str:
        """SHA-256 of all but the cut-off: what the looks of one plan share."""
        return hash_of({k: v for k, v in self.canonical().items() if k != "cut_off"})


def hash_of(content: dict[str, Any]) -> str:
    """Give the SHA-256 of content as canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode("utf-8")).hexdigest()


def read_spec(path: Path) -> Spec:
    """Read a specification.

    Raises
    ------
    UnreadableInputError
        The file is absent or is not TOML.
    UnknownNameError
        A key is not known; the nearest is offered.
    SpecError
        Keys are missing or their values cannot be used; all are listed.
    """
    given = toml_content(path, expected=_EXPECTED)
    return parse_spec(given, name=path.name)


def parse_spec(given: dict[str, Any], *, name: str = "The specification") -> Spec:
    """Turn the content of a specification into a `Spec`.

    Parameters
    ----------
    given : dict
        As TOML or JSON gives it.
    name : str
        How messages name it.

    Raises
    ------
    UnknownNameError, SpecError
        As for `read_spec`.
    """
    refuse_unknown(given, [field.name for field in fields(Spec)], "key of a specification")
    return _Reading(name=name, faults=[]).spec(given)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Reads values and gathers what is wrong with them."""

    name: str
    faults: list[str]

    def spec(self, given: dict[str, Any]) -> Spec:
        primary = self.text(given.get("primary"), "primary", "the name of an outcome")
        outcomes = self.texts(given.get("outcomes"), "outcomes")
        if "outcomes" in given and not outcomes:
            self.faults.append("outcomes is empty: name the outcomes of the panel.")
        treated = self.treated(given.get("treated"))
        spec = Spec(
            primary=primary,
            outcomes=(primary, *(each for each in outcomes if each != primary)),
            treated=treated,
            unit=self.one_of(given.get("unit", "region"), "unit", UNITS),
            cut_off=self.moment(given.get("cut_off"), "cut_off"),
            base=self.whole(given.get("base"), "base", least=1),
            looks=self.whole(given.get("looks", 1), "looks", least=1, most=MOST_LOOKS) or 1,
            alpha=self.share(given.get("alpha", 0.05), "alpha"),
            permutations=self.whole(
                given.get("permutations"), "permutations", least=1, most=MOST_DRAWS
            ),
            seed=self.whole(given.get("seed", 0), "seed", least=0, most=MOST_SEED) or 0,
            regions=self.regions(given.get("regions")),
            predictors=self.predictors(given.get("predictors", [])),
            neighbours=self.texts(given.get("neighbours", []), "neighbours"),
            placebo_outcome=self.optional_text(given.get("placebo_outcome"), "placebo_outcome"),
            covid=self.years(given.get("covid", [2020, 2021])),
            publish=self.publish(given.get("publish"), given.get("looks", 1)),
        )
        if self.faults:
            raise SpecError(name=self.name, faults=self.faults)
        return spec

    def treated(self, given: Any) -> tuple[Treated, ...]:
        if not isinstance(given, list) or not given:
            self.faults.append("[[treated]] is needed at least once, with unit and delivery.")
            return ()
        found = tuple(self.one_treated(block, number) for number, block in enumerate(given, 1))
        units = [each.unit for each in found if each.unit]
        twice = sorted({unit for unit in units if units.count(unit) > 1})
        self.faults.extend(f"[[treated]] names {unit!r} more than once." for unit in twice)
        return found

    def one_treated(self, block: Any, number: int) -> Treated:
        where = f"[[treated]] {number}"
        if not isinstance(block, dict):
            self.faults.append(f"{where} is not a block of keys.")
            return Treated("", 1)
        refuse_unknown(block, ["unit", *STAGES], f"key of {where}")
        unit = self.text(block.get("unit"), f"{where} unit", "the name of a unit of the panel")
        if block.get("delivery") is None:
            self.faults.append(f"{where} delivery is missing: give {_MOMENT}.")
        moments = {stage: self.moment(block.get(stage), f"{where} {stage}") for stage in STAGES}
        dated = [stage for stage in STAGES if moments[stage] is not None]
        self.faults.extend(
            f"{where} {later} lies before {earlier}."
            for earlier, later in pairwise(dated)
            if _is_before(moments[later], moments[earlier])
        )
        delivery = moments.pop("delivery") or 1
        return Treated(unit, delivery, **moments)

    def regions(self, given: Any) -> dict[str, tuple[Member, ...]] | None:
        if given is None:
            return None
        if not isinstance(given, dict):
            self.faults.append("[regions] is not a block of regions with their members.")
            return None
        found = {
            str(region): self.members(members, f"[regions] {region}")
            for region, members in given.items()
        }
        self.check_members(found)
        return found

    def check_members(self, regions: dict[str, tuple[Member, ...]]) -> None:
        """Refuse a membership that ends before it begins, and one authority in two at a time."""
        every = [(region, member) for region, members in regions.items() for member in members]
        self.faults.extend(
            f"[regions] {region}: the membership of {member.la_code!r} ends before it begins."
            for region, member in every
            if _is_before(member.until, member.since)
        )
        by_code: dict[str, list[tuple[str, Member]]] = {}
        for region, member in every:
            if not member.la_code:  # told already
                continue
            by_code.setdefault(member.la_code, []).append((region, member))
        self.faults.extend(
            f"[regions] {code!r} is a member of {one!r} and of {other!r} at the same time."
            for code, places in by_code.items()
            for (one, earlier), (other, later) in pairwise(places)
            if one != other and _overlap(earlier, later)
        )

    def members(self, given: Any, where: str) -> tuple[Member, ...]:
        """Read members: codes, tables with la_code, from and to, or one table with members."""
        if isinstance(given, dict):
            refuse_unknown(given, ["members", "from", "to"], f"key of {where}")
            since, until = (
                self.moment(given.get("from"), where),
                self.moment(given.get("to"), where),
            )
            codes = self.texts(given.get("members"), f"{where} members")
            return tuple(Member(code, since, until) for code in codes)
        if not isinstance(given, list):
            self.faults.append(f"{where} is not a list of members.")
            return ()
        found = []
        for number, each in enumerate(given, 1):
            if isinstance(each, dict):
                refuse_unknown(each, ["la_code", "from", "to"], f"key of {where}")
                code = self.text(each.get("la_code"), f"{where}, member {number} la_code", "a code")
                since, until = (
                    self.moment(each.get(end), f"{where}, member {number} {end}")
                    for end in ("from", "to")
                )
                found.append(Member(code, since, until))
            else:
                found.append(Member(self.text(each, f"{where}, member {number}", "a code")))
        return tuple(found)

    def predictors(self, given: Any) -> tuple[Predictor, ...]:
        if not isinstance(given, list):
            self.faults.append("[[predictors]] is not a list of blocks.")
            return ()
        found = []
        for number, block in enumerate(given, 1):
            where = f"[[predictors]] {number}"
            if not isinstance(block, dict):
                self.faults.append(f"{where} is not a block of keys.")
                continue
            refuse_unknown(block, ["outcome", "from", "to"], f"key of {where}")
            outcome = self.text(block.get("outcome"), f"{where} outcome", "an outcome")
            ends = [self.moment(block.get(end), f"{where} {end}") for end in ("from", "to")]
            if None in ends:
                self.faults.append(f"{where} needs both from and to.")
                continue
            if _is_before(ends[1], ends[0]):
                self.faults.append(f"{where} to lies before from.")
            found.append(Predictor(outcome, ends[0] or 1, ends[1] or 1))
        return tuple(found)

    def text(self, value: Any, where: str, expected: str) -> str:
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        said = "is missing" if value is None else "is not text"
        self.faults.append(f"{where} {said}: give {expected}.")
        return ""

    def optional_text(self, value: Any, where: str) -> str | None:
        return None if value is None else self.text(value, where, "text")

    def texts(self, value: Any, where: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            said = "is missing" if value is None else "is not a list"
            self.faults.append(f"{where} {said}: give a list of names.")
            return ()
        found = [
            self.text(each, f"{where}, entry {n}", "a name") for n, each in enumerate(value, 1)
        ]
        return tuple(dict.fromkeys(found))

    def moment(self, value: Any, where: str) -> Moment | None:
        if value is None:
            return None
        found = moment_of(value)
        if found is None:
            self.faults.append(f"{where} is not a moment: give {_MOMENT}.")
        return found

    def whole(self, value: Any, where: str, *, least: int, most: int | None = None) -> int | None:
        if value is None:
            return None
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if is_whole and least <= value and (most is None or value <= most):
            return int(value)
        span = f"{least} or more" if most is None else f"{least} to {most:,}"
        self.faults.append(f"{where} is not a whole number of {span}.")
        return None

    def share(self, value: Any, where: str) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and math.isfinite(value) and 0 < value < 1:
            return float(value)
        self.faults.append(f"{where} is not a number between 0 and 1.")
        return 0.05

    def one_of(self, value: Any, where: str, known: tuple[str, ...]) -> str:
        if isinstance(value, str) and value in known:
            return value
        self.faults.append(f"{where} is not one of {', '.join(known)}.")
        return known[0]

    def publish(self, value: Any, looks: Any) -> tuple[pd.Timestamp, ...] | None:
        if value is None:
            return None
        given = [moment_of(each) for each in value] if isinstance(value, list) else []
        days = tuple(day for day in given if isinstance(day, pd.Timestamp))
        rising = all(before < after for before, after in pairwise(days))
        if len(days) == len(given) == looks and rising:
            return days
        self.faults.append("publish is not a list of days, one a look, each after the one before.")
        return None

    def years(self, value: Any) -> tuple[int, ...]:
        if isinstance(value, list) and all(type(each) is int for each in value):
            return tuple(value)
        self.faults.append("covid is not a list of years.")
        return ()


def _overlap(one: Member, other: Member) -> bool:
    """Say whether two memberships share a day, as far as their ends are of one form."""
    apart = _is_before(one.until, other.since) or _is_before(other.until, one.since)
    same = {type(end) for end in (one.since, one.until, other.since, other.until)} - {type(None)}
    return not apart and len(same) <= 1


def _is_before(one: Moment | None, other: Moment | None) -> bool:
    """Say whether a moment lies before another of the same form; forms are not compared."""
    if isinstance(one, pd.Timestamp) and isinstance(other, pd.Timestamp):
        return bool(one < other)
    if isinstance(one, int) and isinstance(other, int):
        return one < other
    return isinstance(one, str) and isinstance(other, str) and one < other


def _plain(value: Any) -> Any:
    """Write a part of a specification as JSON has it."""
    match value:
        case pd.Timestamp():
            return moment_text(value)
        case Treated() | Member() | Predictor():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case tuple():
            return [_plain(each) for each in value]
        case dict():
            return {name: _plain(each) for name, each in value.items()}
        case _:
            return value
